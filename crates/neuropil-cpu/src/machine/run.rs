//! The loop.
//!
//! A step is `sample` and then `advance`. Where nothing is sampled at an instant, the last phase of
//! `sample` waits for the first of `advance`, so that the slots meet once a step and not twice.

use neuropil_ir::backend::{Flow, RunError, Sink};
use neuropil_ir::plan::{Plan, SLOT_STEP, SLOT_T};
use neuropil_ir::scalar::tree;

use super::CpuMachine;
use super::record::Sampler;
use super::schedule::{Bound, Step, Work};
use super::world::{World, lock};
use crate::pool::Pool;
use crate::program::{self, Lanes, Outputs};

impl CpuMachine {
    /// Runs steps and hands what is recorded to the sink.
    pub(super) fn run_steps(&mut self, steps: u64, sink: &mut dyn Sink) -> Result<u64, RunError> {
        if let Some(why) = &self.broken {
            return Err(RunError::Worker(why.clone()));
        }
        let missing = self.world.deliveries.iter().position(Option::is_none);
        if let Some(projection) = missing {
            let name = &self.world.plan.projections[projection].name;
            return Err(RunError::Worker(format!(
                "projection `{name}` is not connected"
            )));
        }
        let done = self.run_alternating(steps, sink);
        if let Err(RunError::Worker(why)) = &done {
            self.broken = Some(why.clone());
        }
        done
    }

    fn run_alternating(&mut self, steps: u64, sink: &mut dyn Sink) -> Result<u64, RunError> {
        if !self.sampled && self.sample(sink)? == Flow::Stop {
            self.catch_up()?;
            return Ok(0);
        }
        for done in 1..=steps {
            self.advance()?;
            if self.sample(sink)? == Flow::Stop {
                self.catch_up()?;
                return Ok(done);
            }
        }
        self.catch_up()?;
        Ok(steps)
    }

    /// Everything that belongs to the instant of the present step.
    fn sample(&mut self, sink: &mut dyn Sink) -> Result<Flow, RunError> {
        let step = self.step;
        self.world.begin(step);
        self.hand_over_events(sink)?;
        let mut sampler = Sampler {
            values: &mut self.values,
            sink: &mut *sink,
        };
        let now = self.sample.before_quiet_end(step);
        self.waits = now < self.sample.steps.len();
        run_schedule(
            &mut self.world,
            &mut self.pool,
            (&[], &self.sample.steps[..now]),
            step,
            Some(&mut sampler),
        )?;
        self.sampled = true;
        Ok(sink.after_step(step))
    }

    /// Runs what is left of `sample`, where no `advance` follows.
    fn catch_up(&mut self) -> Result<(), RunError> {
        let step = self.step;
        let late = self.sample.late_works(step, self.waits);
        run_schedule(&mut self.world, &mut self.pool, (late, &[]), step, None)?;
        self.waits = false;
        Ok(())
    }

    /// From the present step to the next.
    fn advance(&mut self) -> Result<(), RunError> {
        let step = self.step;
        self.world.begin(step);
        let late = self.sample.late_works(step, self.waits);
        run_schedule(
            &mut self.world,
            &mut self.pool,
            (late, &self.advance.steps),
            step,
            None,
        )?;
        self.waits = false;
        for list in &mut self.world.lists {
            list.close(step);
        }
        self.step += 1;
        self.sampled = false;
        Ok(())
    }

    /// Hands the events of the last step to the sink.
    fn hand_over_events(&mut self, sink: &mut dyn Sink) -> Result<(), RunError> {
        let Some(emitted) = self.step.checked_sub(1) else {
            return Ok(());
        };
        for (list, id) in self.world.plan.recorded_lists() {
            self.elements.clear();
            for (element, count) in self.world.lists[list].events(emitted).iter() {
                self.elements
                    .extend(std::iter::repeat_n(element, count as usize));
            }
            if !self.elements.is_empty() {
                sink.events(id, self.step, &self.elements)?;
            }
        }
        Ok(())
    }
}

/// The recorded event lists of a plan.
trait RecordedLists {
    fn recorded_lists(&self) -> impl Iterator<Item = (usize, neuropil_ir::plan::EventListId)> + '_;
}

impl RecordedLists for Plan {
    fn recorded_lists(&self) -> impl Iterator<Item = (usize, neuropil_ir::plan::EventListId)> + '_ {
        let lists = self
            .events
            .iter()
            .enumerate()
            .filter(|(_, list)| list.recorded);
        lists.map(|(place, _)| (place, neuropil_ir::plan::EventListId(place as u32)))
    }
}

/// Runs the steps of a schedule; before them the works of a phase, with the first step if that is
/// a phase, too.
pub(super) fn run_schedule(
    world: &mut World,
    pool: &mut Pool,
    (late, steps): (&[(usize, Work)], &[Step]),
    step: u64,
    mut sampler: Option<&mut Sampler<'_>>,
) -> Result<(), RunError> {
    let mut late = Some(late).filter(|late| !late.is_empty());
    if !matches!(steps.first(), Some(Step::Phase(_)))
        && let Some(late) = late.take()
    {
        run_phase(world, pool, [late, &[]], step)?;
    }
    for at in steps {
        match at {
            Step::Phase(works) => {
                run_phase(world, pool, [late.take().unwrap_or_default(), works], step)?;
            }
            Step::Join(call, axis) => world.join(call, *axis),
            Step::Scalar(call) => world.scalar(call, step),
            Step::Count { list, window, slot } => {
                world.slots[*slot] = world.lists[*list].count_last(step, *window) as f64;
            }
            Step::Record { record, when } => {
                if let Some(sampler) = sampler.as_deref_mut()
                    && when.includes(step)
                {
                    world.record(*record, step, sampler)?;
                }
            }
        }
    }
    Ok(())
}

/// Runs works owner by owner, those of the first list before those of the second.
fn run_phase(
    world: &mut World,
    pool: &mut Pool,
    works: [&[(usize, Work)]; 2],
    step: u64,
) -> Result<(), RunError> {
    let shared = &*world;
    pool.run(shared.slot_count, &|slot| {
        for works in works {
            shared.run_slot(works, slot, step);
        }
    })
    .map_err(RunError::Worker)?;
    for (_, work) in works.into_iter().flatten() {
        if let Work::Map { lists, .. } = work {
            for &list in lists {
                world.lists[list].gather(step);
            }
        }
    }
    lock(&world.failure)
        .take()
        .map_or(Ok(()), |why| Err(RunError::Worker(why)))
}

impl World {
    /// Sets the slots that follow the step.
    pub(super) fn begin(&mut self, step: u64) {
        self.slots[SLOT_T.index()] = step as f64 * self.plan.dt;
        self.slots[SLOT_STEP.index()] = step as f64;
    }

    /// Runs a kernel of one lane, which sets slots.
    pub(super) fn scalar(&mut self, call: &Bound, step: u64) {
        let mut outputs = Outputs::default();
        std::mem::swap(&mut outputs.sets, &mut self.sets);
        outputs.sets.clear();
        let mut world = program::World {
            arrays: &mut [],
            bound: &|_| program::Bound {
                array: usize::MAX,
                copy: 0,
                start: 0,
            },
            uniform: &|uniform| self.slots[call.slots[uniform]],
        };
        let lanes = Lanes {
            element: 0,
            count: 1,
            step,
        };
        let mut frame = lock(&self.frames[0]);
        self.programs[call.program].run(&mut frame, lanes, &mut world, &mut outputs);
        for &(uniform, value) in &outputs.sets {
            self.slots[call.slots[uniform as usize]] = value;
        }
        drop(frame);
        self.sets = outputs.sets;
    }

    /// Joins the blocks of all owners of a reduction by the fixed tree.
    pub(super) fn join(&mut self, call: &Bound, axis: usize) {
        let reductions = self.programs[call.program].reductions();
        for (number, &(uniform, reduction)) in reductions.iter().enumerate() {
            self.blocks.clear();
            for part in &self.parts[axis] {
                self.blocks
                    .extend_from_slice(&lock(part).outputs.blocks[number]);
            }
            self.slots[call.slots[uniform as usize]] = tree(reduction, &mut self.blocks);
        }
    }
}
