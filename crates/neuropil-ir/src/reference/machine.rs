//! The state of a loaded plan and the run.

use std::sync::Arc;

use super::NAME;
use super::rows::{Rows, rows};
use crate::backend::{BackendError, Counters, Flow, Machine, Resources, RunError, Sink, Storage};
use crate::connect::Connectivity;
use crate::kernel::{Binding, Kernel};
use crate::plan::{
    BufferId, Call, DelayClass, EventListId, Plan, ProjectionId, RecordId, SLOT_DT, SLOT_STEP,
    SLOT_T, Sampled, SlotId, Stage,
};
use crate::scalar::{Array, Evaluator, Lane, Memory, map};
use crate::verify::Verified;

/// Elements that emitted, ascending, each with its number of events.
type List = Vec<(u32, u32)>;

/// A plan with its state.
#[derive(Debug)]
pub(super) struct ReferenceMachine {
    plan: Verified<Plan>,
    state: State,
    rows: Vec<Option<Rows>>,
    counters: Counters,
    /// For each projection with own delays: events on their way, by the copy of their arrival.
    due: Vec<Vec<u64>>,
    step: u64,
    /// Whether the sample of `step` was taken.
    sampled: bool,
}

#[derive(Debug)]
struct State {
    /// For each buffer its copies.
    arrays: Vec<Vec<Array>>,
    slots: Vec<f64>,
    /// For each event list a ring of lists; list k stands at `k % depth`.
    lists: Vec<Vec<List>>,
}

/// The arrays of a call in a step.
struct Bound<'a> {
    arrays: &'a mut [Vec<Array>],
    buffers: &'a [BufferId],
    step: u64,
}

impl Bound<'_> {
    fn copy(&self, binding: Binding) -> (usize, usize) {
        let buffer = self.buffers[binding.index()].index();
        (
            buffer,
            (self.step % self.arrays[buffer].len() as u64) as usize,
        )
    }
}

impl Memory for Bound<'_> {
    fn load(&self, binding: Binding, element: usize) -> f64 {
        let (buffer, copy) = self.copy(binding);
        self.arrays[buffer][copy].get(element)
    }

    fn store(&mut self, binding: Binding, element: usize, value: f64) {
        let (buffer, copy) = self.copy(binding);
        self.arrays[buffer][copy].set(element, value);
    }
}

impl State {
    fn uniforms(&self, call: &Call) -> Vec<f64> {
        call.slots
            .iter()
            .map(|slot| self.slots[slot.index()])
            .collect()
    }

    /// The list of an age in a step; `None` before the first step.
    fn list(&self, events: EventListId, step: u64, age: u32) -> Option<&List> {
        let ring = &self.lists[events.index()];
        let number = step.checked_sub(u64::from(age))?;
        ring.get((number % ring.len() as u64) as usize)
    }

    /// Runs a kernel over an axis; gives the lists emitted.
    fn map(&mut self, plan: &Plan, call: &Call, size: u32, step: u64) -> Vec<List> {
        let Ok(mut evaluator) = Evaluator::new(kernel(plan, call)) else {
            return Vec::new();
        };
        let uniforms = self.uniforms(call);
        let mut bound = Bound {
            arrays: &mut self.arrays,
            buffers: &call.buffers,
            step,
        };
        let done = map(
            &mut evaluator,
            0..size,
            plan.seed,
            step,
            &uniforms,
            &mut bound,
        );
        for (uniform, value) in done.slots {
            self.slots[call.slots[uniform.index()].index()] = value;
        }
        done.emitted
    }
}

fn kernel<'p>(plan: &'p Plan, call: &Call) -> &'p Kernel {
    &plan.kernels[call.kernel.index()]
}

impl ReferenceMachine {
    pub(super) fn load(plan: Verified<Plan>, resources: &Resources) -> Result<Self, BackendError> {
        let size = |axis: crate::plan::AxisId| plan.axes[axis.index()].size as usize;
        let needed: u64 = (plan.buffers.iter())
            .map(|b| {
                b.element.bytes(plan.precision) as u64 * size(b.axis) as u64 * u64::from(b.depth)
            })
            .sum();
        if needed > resources.memory_limit {
            let what = format!("the state of `{}`", plan.name);
            return Err(BackendError::Memory {
                what,
                needed,
                limit: resources.memory_limit,
            });
        }
        let arrays = (plan.buffers.iter())
            .map(|b| vec![Array::zeros(b.element, plan.precision, size(b.axis)); b.depth as usize])
            .collect();
        let mut slots: Vec<f64> = plan.slots.iter().map(|slot| slot.initial).collect();
        slots[SLOT_DT.index()] = plan.dt;
        let lists = plan
            .events
            .iter()
            .map(|e| vec![List::new(); e.depth as usize])
            .collect();
        let projections = plan.projections.len();
        let due = (plan.projections.iter())
            .map(|projection| match projection.delay {
                DelayClass::Own { max, .. } => vec![0; max as usize + 1],
                DelayClass::Common => Vec::new(),
            })
            .collect();
        let mut machine = Self {
            state: State {
                arrays,
                slots,
                lists,
            },
            rows: vec![None; projections],
            counters: Counters {
                emitted: vec![0; plan.events.len()],
                edges: vec![0; projections],
                sent: vec![0; projections],
                delivered: vec![0; projections],
                travelling: vec![0; projections],
            },
            due,
            step: 0,
            sampled: false,
            plan,
        };
        machine.set_clock();
        let stages = machine.plan.init.clone();
        for stage in &stages {
            machine.compute(stage);
        }
        Ok(machine)
    }

    fn set_clock(&mut self) {
        self.state.slots[SLOT_T.index()] = self.step as f64 * self.plan.dt;
        self.state.slots[SLOT_STEP.index()] = self.step as f64;
    }

    /// Runs a stage that hands nothing to the sink.
    fn compute(&mut self, stage: &Stage) {
        let step = self.step;
        match stage {
            Stage::Scalar { call } => {
                self.state.map(&self.plan, call, 1, step);
            }
            Stage::Reduce { axis, call } => {
                let size = self.plan.axes[axis.index()].size;
                self.state.map(&self.plan, call, size, step);
            }
            Stage::Map {
                axis,
                call,
                ticking,
            } => {
                let size = self.plan.axes[axis.index()].size;
                let call = ticking_call(ticking, step + 1).unwrap_or(call);
                let emitted = self.state.map(&self.plan, call, size, step);
                for (list, &events) in emitted.into_iter().zip(&call.events) {
                    self.emit(events, list);
                }
            }
            Stage::Deliver {
                projection,
                age,
                into,
                zero,
            } => {
                self.deliver(*projection, *age, *into, *zero);
            }
            Stage::CountEvents {
                events,
                window,
                slot,
            } => {
                let lists = (1..=*window).filter_map(|age| self.state.list(*events, step, age));
                let count: u64 = lists.flatten().map(|&(_, n)| u64::from(n)).sum();
                self.state.slots[slot.index()] = count as f64;
            }
            Stage::Record { .. } => {}
        }
    }

    fn emit(&mut self, events: EventListId, list: List) {
        for (number, projection) in self.plan.projections.iter().enumerate() {
            let Some(rows) = self.rows[number]
                .as_ref()
                .filter(|_| projection.source == events)
            else {
                continue;
            };
            self.counters.sent[number] += sent(rows, &list);
        }
        self.counters.emitted[events.index()] +=
            list.iter().map(|&(_, n)| u64::from(n)).sum::<u64>();
        let ring = &mut self.state.lists[events.index()];
        let place = (self.step % ring.len() as u64) as usize;
        ring[place] = list;
    }

    fn deliver(&mut self, id: ProjectionId, age: u32, into: BufferId, zero: Option<BufferId>) {
        let projection = &self.plan.projections[id.index()];
        let own = projection.delay != DelayClass::Common;
        let Some(rows) = &self.rows[id.index()] else {
            return;
        };
        let depth = self.state.arrays[into.index()].len() as u64;
        let due = &mut self.due[id.index()];
        if let Some(list) = self.state.list(projection.source, self.step, age) {
            for (source, times) in list.clone() {
                for edge in &rows.of_source[source as usize] {
                    let now = !own || edge.delay == 0;
                    let arrival = self.step + u64::from(edge.delay).saturating_sub(1);
                    let array = match zero {
                        Some(zero) if own && edge.delay == 0 => {
                            let copies = &mut self.state.arrays[zero.index()];
                            let copy = (self.step % copies.len() as u64) as usize;
                            &mut copies[copy]
                        }
                        _ => &mut self.state.arrays[into.index()][(arrival % depth) as usize],
                    };
                    for _ in 0..times {
                        array.add(edge.target as usize, edge.addend);
                    }
                    if now {
                        self.counters.delivered[id.index()] += u64::from(times);
                    } else {
                        let place = (arrival % due.len() as u64) as usize;
                        due[place] += u64::from(times);
                    }
                }
            }
        }
        if own {
            let place = (self.step % due.len() as u64) as usize;
            self.counters.delivered[id.index()] += std::mem::take(&mut due[place]);
        }
    }

    /// Hands over events and samples of the present step.
    fn sample(&mut self, sink: &mut dyn Sink) -> Result<Flow, RunError> {
        self.set_clock();
        for number in 0..self.plan.events.len() {
            let id = EventListId(number as u32);
            let Some(list) = self.state.list(id, self.step, 1) else {
                continue;
            };
            if self.plan.events[number].recorded && !list.is_empty() {
                let elements: Vec<u32> = list
                    .iter()
                    .flat_map(|&(i, n)| std::iter::repeat_n(i, n as usize))
                    .collect();
                sink.events(id, self.step, &elements)?;
            }
        }
        let stages = self.plan.sample.clone();
        for stage in &stages {
            match stage {
                Stage::Record { record, when } => {
                    if when.includes(self.step) {
                        self.record(*record, sink)?;
                    }
                }
                other => self.compute(other),
            }
        }
        self.sampled = true;
        Ok(sink.after_step(self.step))
    }

    fn record(&mut self, id: RecordId, sink: &mut dyn Sink) -> Result<(), RunError> {
        let record = self.plan.records[id.index()].clone();
        for stage in &record.before {
            self.compute(stage);
        }
        let (ranges, call) = match &record.sampled {
            Sampled::Slot(slot) => {
                return sink.sample(id, self.step, &[self.state.slots[slot.index()]]);
            }
            Sampled::Elements { ranges, call, .. } => (ranges, call),
        };
        let Ok(mut evaluator) = Evaluator::new(kernel(&self.plan, call)) else {
            return Ok(());
        };
        let uniforms = self.state.uniforms(call);
        let bound = Bound {
            arrays: &mut self.state.arrays,
            buffers: &call.buffers,
            step: self.step,
        };
        let mut values = Vec::new();
        for element in ranges.iter().cloned().flatten() {
            let lane = Lane {
                seed: self.plan.seed,
                element: u64::from(element),
                step: self.step,
            };
            // Binding 0 is the sample itself: nothing is there before the store.
            let load = |binding: Binding| match binding.0.checked_sub(1) {
                Some(place) => bound.load(Binding(place), element as usize),
                None => 0.0,
            };
            let value = evaluator.value(lane, &load, &uniforms);
            if !value.is_finite() {
                let (name, step) = (record.name.clone(), self.step);
                return Err(RunError::NotFinite {
                    name,
                    element,
                    value,
                    step,
                });
            }
            values.push(value);
        }
        sink.sample(id, self.step, &values)
    }

    fn advance(&mut self) {
        for ring in &mut self.state.lists {
            let place = (self.step % ring.len() as u64) as usize;
            ring[place].clear();
        }
        let stages = self.plan.advance.clone();
        for stage in &stages {
            self.compute(stage);
        }
        self.step += 1;
        self.sampled = false;
    }

    /// Events in lists that the deliveries have still to read, and in rings.
    fn travelling(&self) -> Vec<u64> {
        let mut travelling: Vec<u64> = self.due.iter().map(|due| due.iter().sum()).collect();
        let lists = [
            (&self.plan.sample, self.step + u64::from(self.sampled)),
            (&self.plan.advance, self.step),
        ];
        for (stages, next) in lists {
            for stage in stages {
                let Stage::Deliver {
                    projection, age, ..
                } = *stage
                else {
                    continue;
                };
                let Some(rows) = &self.rows[projection.index()] else {
                    continue;
                };
                let source = self.plan.projections[projection.index()].source;
                // Lists up to step - 1 exist; those from next - age on are unread.
                let unread = next.saturating_sub(u64::from(age))..self.step;
                for number in unread {
                    let ring = &self.state.lists[source.index()];
                    let list = &ring[(number % ring.len() as u64) as usize];
                    travelling[projection.index()] += sent(rows, list);
                }
            }
        }
        travelling
    }
}

fn sent(rows: &Rows, list: &List) -> u64 {
    list.iter()
        .map(|&(i, n)| rows.of_source[i as usize].len() as u64 * u64::from(n))
        .sum()
}

/// The kernel for the clocks that tick in a step.
fn ticking_call(ticking: &[(Vec<u32>, Call)], step: u64) -> Option<&Call> {
    let ticks = |clock: &u32| step.is_multiple_of(u64::from((*clock).max(1)));
    let found = ticking.iter().find(|(clocks, _)| {
        let others = ticking.iter().flat_map(|(clocks, _)| clocks);
        clocks.iter().all(ticks) && others.filter(|&c| !clocks.contains(c)).all(|c| !ticks(c))
    });
    found.map(|(_, call)| call)
}

impl Machine for ReferenceMachine {
    fn connect(
        &mut self,
        projection: ProjectionId,
        connectivity: Arc<dyn Connectivity>,
        storage: Storage,
    ) -> Result<(), BackendError> {
        let Some(declared) = self.plan.projections.get(projection.index()) else {
            return Err(BackendError::Invalid(format!(
                "{projection:?} does not exist"
            )));
        };
        if storage == Storage::Generated {
            return Err(BackendError::Unsupported {
                backend: NAME,
                what: format!("generating the edges of `{}` at every event", declared.name),
            });
        }
        let size = |axis: crate::plan::AxisId| self.plan.axes[axis.index()].size;
        let source = self.plan.events[declared.source.index()].axis;
        let sizes = (size(source), size(declared.target));
        let sharers = self.plan.sharers(projection);
        let rows = rows(
            declared,
            self.plan.precision,
            sizes,
            sharers,
            &*connectivity,
        )?;
        if let Some(slot) = declared.grid {
            self.state.slots[slot.index()] = rows.unit;
        }
        self.counters.edges[projection.index()] = rows.edges;
        self.rows[projection.index()] = Some(rows);
        Ok(())
    }

    fn run(&mut self, steps: u64, sink: &mut dyn Sink) -> Result<u64, RunError> {
        if !self.sampled && self.sample(sink)? == Flow::Stop {
            return Ok(0);
        }
        for done in 0..steps {
            self.advance();
            if self.sample(sink)? == Flow::Stop {
                return Ok(done + 1);
            }
        }
        Ok(steps)
    }

    fn step(&self) -> u64 {
        self.step
    }

    fn read(&self, buffer: BufferId) -> Vec<f64> {
        let copies = &self.state.arrays[buffer.index()];
        copies[(self.step % copies.len() as u64) as usize].to_vec()
    }

    fn write(&mut self, buffer: BufferId, values: &[f64]) {
        let copies = &mut self.state.arrays[buffer.index()];
        let copy = (self.step % copies.len() as u64) as usize;
        for (element, &value) in values.iter().enumerate().take(copies[copy].len()) {
            copies[copy].set(element, value);
        }
    }

    fn slot(&self, slot: SlotId) -> f64 {
        self.state.slots[slot.index()]
    }

    fn counters(&self) -> Counters {
        Counters {
            travelling: self.travelling(),
            ..self.counters.clone()
        }
    }

    fn bytes(&self) -> u64 {
        let arrays: u64 = (self.plan.buffers.iter().zip(&self.state.arrays))
            .map(|(buffer, copies)| {
                let element = buffer.element.bytes(self.plan.precision);
                copies
                    .iter()
                    .map(|copy| (copy.len() * element) as u64)
                    .sum::<u64>()
            })
            .sum();
        let edges: u64 = self.rows.iter().flatten().map(|rows| rows.edges).sum();
        arrays + edges * size_of::<super::rows::Edge>() as u64
    }
}
