//! The floor: what the kernels and deliveries of a run would have taken alone.
//!
//! Every stage of a step is repeated in a tight loop on the calling thread, with nothing between:
//! a kernel over the parts of all owners, a delivery over lists drawn at random, each with as many
//! events as the run had in a step on average. Lists are drawn anew for every batch, before its time
//! is taken, and there are at least [`FEWEST_LISTS`] different ones, so that no branch predictor
//! and no cache learns them. Kernels come first, while the state is still that of the run; sums are
//! never read afterwards, so deliveries may let them grow and wrap.
//!
//! What is not in the floor: publishing what was emitted, counting it, scalar kernels, joins of
//! reductions, recordings, meetings of threads.

use neuropil_ir::backend::{Clock, RunError, StageTime};
use neuropil_ir::draw::Stream;

use super::CpuMachine;
use super::part::Part;
use super::profile::untimed;
use super::schedule::{Bound, Flow, Work};
use super::stage::{chosen, destination};
use super::world::{World, lock};
use crate::events::Segment;
use crate::program::Frame;

/// The time that all batches take together, as far as the bounds of a stage allow; unit ns.
const ALL_NS: u64 = 200_000_000;

/// The least and the most that the batches of a stage take together; unit ns.
const STAGE_NS: (u64, u64) = (4_000_000, 50_000_000);

/// The time that a batch takes at least, so that the clock does not show; unit ns.
const BATCH_NS: u64 = 500_000;

/// Batches of a stage: the median of so few is still one of an undisturbed batch.
const FEWEST_BATCHES: usize = 5;

/// The most calls of a batch, so that a clock that stands still ends it, too.
const MOST_CALLS: u64 = 1 << 16;

/// Different lists of events in a batch of deliveries.
const FEWEST_LISTS: u64 = 64;

impl CpuMachine {
    /// The bare time of every stage over the steps run so far.
    pub(super) fn measure_floor(self, clock: Clock) -> Result<Vec<StageTime>, RunError> {
        let steps = self.step;
        if steps == 0 {
            return Ok(Vec::new());
        }
        if let Some(why) = self.broken {
            return Err(RunError::Worker(why));
        }
        let emitted = super::counters::counters(&self.world, steps, self.sampled).emitted;
        let works: Vec<&Work> = self
            .sample
            .works()
            .chain(self.advance.works())
            .map(|(_, work)| work)
            .collect();
        let floor = Floor {
            world: &self.world,
            clock,
            steps,
            stage_ns: (ALL_NS / works.len().max(1) as u64).clamp(STAGE_NS.0, STAGE_NS.1),
        };
        let mut times = Vec::with_capacity(works.len());
        for &work in &works {
            let (a_step, items) = match work {
                Work::Map {
                    axis,
                    call,
                    ticking,
                    clocks,
                    ..
                } => floor.kernel(*axis, &|step| chosen(call, ticking, clocks, step))?,
                Work::Reduce { axis, call } => floor.kernel(*axis, &|_| call)?,
                Work::Deliver { .. } | Work::Flow(_) => (0.0, 0),
            };
            times.push(StageTime {
                nanoseconds: a_run(a_step, steps),
                items,
                ..untimed(&self.world.plan, work)
            });
        }
        for (time, &work) in times.iter_mut().zip(&works) {
            let (a_step, items) = match work {
                Work::Deliver { list, .. } => floor.delivery(work, emitted[*list])?,
                Work::Flow(flow) => floor.flow(flow, emitted[flow.list])?,
                Work::Map { .. } | Work::Reduce { .. } => continue,
            };
            time.nanoseconds = a_run(a_step, steps);
            time.items = items;
        }
        Ok(times)
    }
}

/// Nanoseconds of a whole run from those of a step; at least 1, as something was done.
fn a_run(a_step: f64, steps: u64) -> u64 {
    ((a_step * steps as f64) as u64).max(1)
}

/// What the measurement of a stage needs.
struct Floor<'a> {
    world: &'a World,
    clock: Clock,
    steps: u64,
    /// The time that the batches of a stage take together; unit ns.
    stage_ns: u64,
}

impl Floor<'_> {
    /// Nanoseconds of a step of a kernel over all elements of an axis, and elements of the run.
    fn kernel<'a>(
        &self,
        axis: usize,
        call: &dyn Fn(u64) -> &'a Bound,
    ) -> Result<(f64, u64), RunError> {
        let mut parts: Vec<_> = self.world.parts[axis].iter().map(lock).collect();
        let mut frame = lock(&self.world.frames[0]);
        let frame: &mut Frame = &mut frame;
        let mut step = self.steps;
        let a_step = self.median(1, &mut |calls| {
            let begun = (self.clock)();
            for _ in 0..calls {
                let call = call(step);
                for part in &mut parts {
                    self.world.run_kernel(part, call, step, frame);
                    forget(part);
                }
                step += 1;
            }
            Ok((self.clock)().saturating_sub(begun))
        })?;
        let elements: u64 = parts.iter().map(|part| part.len() as u64).sum();
        Ok((a_step, elements * self.steps))
    }

    /// Nanoseconds of a step of a delivery onto all owners, and events of the run that it added.
    fn delivery(&self, work: &Work, emitted: u64) -> Result<(f64, u64), RunError> {
        let failed = |why: &str| RunError::Worker(why.to_owned());
        let Work::Deliver {
            axis,
            projection,
            list,
            age,
            ..
        } = *work
        else {
            return Err(failed("a floor of what is no delivery"));
        };
        let edges = self.world.deliveries[projection]
            .as_ref()
            .ok_or_else(|| failed("a floor of what is not connected"))?;
        let mut parts: Vec<_> = self.world.parts[axis].iter().map(lock).collect();
        let events = parts.iter().map(|part| part.delivered[projection]).sum();
        let a_step = self.lists(list, emitted, &mut |events, step| {
            for (owner, part) in parts.iter_mut().enumerate() {
                let emitted = step.saturating_sub(age);
                let mut to = destination(&mut part.arrays, work, emitted, step)
                    .ok_or_else(|| failed("the sums of a projection overlap"))?;
                edges
                    .deliver(owner, events, &mut to)
                    .map_err(RunError::Worker)?;
            }
            Ok(())
        })?;
        Ok((a_step, events))
    }

    /// The same of the events of a list, to all basins.
    fn flow(&self, flow: &Flow, emitted: u64) -> Result<(f64, u64), RunError> {
        let basins = &self.world.basins;
        let all = flow.projections.iter();
        let events = all.flat_map(|&of| basins.iter().map(move |place| place.delivered(of)));
        let events = events.sum();
        let a_step = self.lists(flow.list, emitted, &mut |events, step| {
            for place in basins {
                let sent = Some((events, step.saturating_sub(1)));
                self.world
                    .flow(place, flow, sent, step)
                    .map_err(RunError::Worker)?;
            }
            Ok(())
        })?;
        Ok((a_step, events))
    }

    /// Nanoseconds of a step in which drawn events of a list, `emitted` of which were in the run, are delivered.
    fn lists(
        &self,
        list: usize,
        emitted: u64,
        deliver: &mut dyn FnMut(&Segment, u64) -> Result<(), RunError>,
    ) -> Result<f64, RunError> {
        let declared = &self.world.plan.events[list];
        let mut draws = Draws {
            stream: Stream::new(0, list as u64, 0),
            elements: self.world.plan.axes[declared.axis.index()].size,
            counted: declared.counted,
            mean: emitted as f64 / self.steps as f64,
            owed: 0.0,
        };
        // Every batch has lists of its own; only their memory is used again.
        let mut lists: Vec<Segment> = Vec::new();
        let mut step = self.steps;
        self.median(FEWEST_LISTS, &mut |calls| {
            lists.resize_with(calls as usize, Segment::default);
            for list in &mut lists {
                draws.fill(list);
            }
            let begun = (self.clock)();
            for list in &lists {
                deliver(list, step)?;
                step += 1;
            }
            Ok((self.clock)().saturating_sub(begun))
        })
    }

    /// The median over batches of the nanoseconds of a call; a batch makes a number of calls, at
    /// least `fewest`, and gives the time they took.
    fn median(
        &self,
        fewest: u64,
        batch: &mut dyn FnMut(u64) -> Result<u64, RunError>,
    ) -> Result<f64, RunError> {
        let (mut calls, mut total) = (fewest, 0);
        let mut times: Vec<f64> = Vec::new();
        while times.len() < FEWEST_BATCHES || total < self.stage_ns {
            let taken = batch(calls)?;
            if taken < BATCH_NS && calls < MOST_CALLS {
                calls *= 2;
                continue;
            }
            total += taken.max(BATCH_NS);
            times.push(taken as f64 / calls as f64);
        }
        times.sort_by(f64::total_cmp);
        Ok(times[times.len() / 2])
    }
}

/// Drops what a kernel gave beside its stores.
fn forget(part: &mut Part) {
    part.outputs.events.iter_mut().for_each(Segment::clear);
    part.outputs.blocks.iter_mut().for_each(Vec::clear);
}

/// Lists of events at random elements.
struct Draws {
    stream: Stream,
    elements: u32,
    counted: bool,
    mean: f64,
    /// The part of an event that the lists so far are short of.
    owed: f64,
}

impl Draws {
    /// Fills a list: over many lists, the mean number of events is kept to within one.
    fn fill(&mut self, list: &mut Segment) {
        self.owed += self.mean;
        let mut events = self.owed.floor();
        if !self.counted {
            events = events.min(f64::from(self.elements));
        }
        self.owed -= events;
        list.clear();
        self.stream
            .many_below(self.elements, events as usize, &mut list.elements);
        list.elements.sort_unstable();
        if self.counted {
            let drawn = std::mem::take(&mut list.elements);
            for same in drawn.chunk_by(|a, b| a == b) {
                list.elements.push(same[0]);
                list.counts.push(same.len() as u32);
            }
        } else {
            // An element emits once a step; what was drawn twice is made up for by later lists.
            let drawn = list.elements.len();
            list.elements.dedup();
            self.owed += (drawn - list.elements.len()) as f64;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draws(elements: u32, mean: f64, counted: bool) -> Draws {
        Draws {
            stream: Stream::new(0, 0, 0),
            elements,
            counted,
            mean,
            owed: 0.0,
        }
    }

    #[test]
    fn lists_ascend_and_keep_the_mean() {
        for (mean, counted) in [(0.3, false), (7.25, false), (250.0, true)] {
            let mut draws = draws(100_000, mean, counted);
            let mut total = 0;
            let mut list = Segment::default();
            let lists = 400;
            let mut last = Vec::new();
            for _ in 0..lists {
                draws.fill(&mut list);
                assert!(
                    list.elements.is_sorted_by(|a, b| a < b),
                    "ascending, each once"
                );
                assert!(list.elements.iter().all(|&element| element < 100_000));
                assert!(
                    list.elements.is_empty() || list.elements != last,
                    "a new list"
                );
                last.clone_from(&list.elements);
                total += list.total();
            }
            // Rounded down by less than one event, and one that the last list has drawn twice.
            let wanted = f64::from(lists) * mean;
            assert!((wanted - total as f64).abs() < 2.0, "{total} of {wanted}");
        }
    }
}
