//! One stage of one owner.

use super::basins::Place;
use super::part::Part;
use super::profile::Done;
use super::schedule::{Bound, Flow, Work};
use super::world::{World, lock};
use crate::deliver::Destination;
use crate::memory::Array;
use crate::program::{self, Frame, Lanes};

impl World {
    /// Runs the stages of a phase for the owners of a slot.
    pub(super) fn run_slot(&self, works: &[(usize, Work)], slot: usize, step: u64) {
        let mut frame = lock(&self.frames[slot]);
        for (stage, work) in works {
            let axis = match work {
                Work::Map { axis, .. } | Work::Deliver { axis, .. } | Work::Reduce { axis, .. } => {
                    *axis
                }
                Work::Flow(flow) => {
                    for place in self.basins.iter().filter(|place| place.slot == slot) {
                        self.timed(*stage, || Done {
                            items: self.send(place, flow, step),
                            kernel: None,
                        });
                    }
                    continue;
                }
            };
            let slots = &self.slots_of_owners[axis];
            for (owner, _) in slots.iter().enumerate().filter(|(_, at)| **at == slot) {
                self.timed(*stage, || self.run_work(work, owner, step, &mut frame));
            }
        }
    }

    /// Runs a part of a stage, with a clock if someone asks for its time.
    fn timed(&self, stage: usize, run: impl FnOnce() -> Done) {
        match &self.profile {
            None => {
                run();
            }
            Some(profile) => profile.time(stage, run),
        }
    }

    /// Runs the events of the step before into a basin; gives their number.
    fn send(&self, place: &Place, flow: &Flow, step: u64) -> u64 {
        let events = |emitted| (self.lists[flow.list].events(emitted), emitted);
        let sent = self.flow(place, flow, step.checked_sub(1).map(events), step);
        sent.unwrap_or_else(|why| {
            let name = flow.name(&self.plan);
            self.fail(format!("events of `{name}` at step {step}: {why}"));
            0
        })
    }

    /// Runs a stage of an owner.
    fn run_work(&self, work: &Work, owner: usize, step: u64, frame: &mut Frame) -> Done {
        let (axis, call) = match work {
            Work::Map {
                axis,
                call,
                ticking,
                clocks,
                ..
            } => (*axis, chosen(call, ticking, clocks, step)),
            Work::Reduce { axis, call } => (*axis, call),
            Work::Deliver { .. } | Work::Flow(_) => {
                return Done {
                    items: self.deliver(work, owner, step),
                    kernel: None,
                };
            }
        };
        self.map(axis, owner, call, step, frame);
        Done {
            items: self.owners[axis][owner].len() as u64,
            kernel: Some(call.program),
        }
    }

    /// Runs a kernel over all elements of an owner.
    pub(super) fn map(
        &self,
        axis: usize,
        owner: usize,
        call: &Bound,
        step: u64,
        frame: &mut Frame,
    ) {
        let mut part = lock(&self.parts[axis][owner]);
        let part = &mut *part;
        self.run_kernel(part, call, step, frame);
        for (emission, &list) in call.lists.iter().enumerate() {
            let emitted = &mut part.outputs.events[emission];
            let tally = &mut part.tallies[self.tallies[list]];
            for (element, count) in emitted.iter() {
                tally[(element - part.range.start) as usize] += u64::from(count);
            }
            self.lists[list].publish(owner, emitted);
        }
    }

    /// Runs a kernel over the elements of a part; what it emits and reduces stands in its outputs.
    pub(super) fn run_kernel(&self, part: &mut Part, call: &Bound, step: u64, frame: &mut Frame) {
        let lanes = Lanes {
            element: part.range.start,
            count: part.len(),
            step,
        };
        part.outputs.blocks.iter_mut().for_each(Vec::clear);
        let mut world = program::World {
            arrays: &mut part.arrays,
            bound: &|binding| {
                let home = call.arrays[binding];
                program::Bound {
                    array: home.array,
                    copy: home.copy(step),
                    start: 0,
                }
            },
            uniform: &|uniform| self.slots[call.slots[uniform]],
        };
        self.programs[call.program].run(frame, lanes, &mut world, &mut part.outputs);
    }

    fn deliver(&self, work: &Work, owner: usize, step: u64) -> u64 {
        let Work::Deliver {
            axis,
            projection,
            list,
            age,
            ..
        } = *work
        else {
            return 0;
        };
        let mut part = lock(&self.parts[axis][owner]);
        let part = &mut *part;
        let emitted = step.checked_sub(age);
        let begun = emitted.unwrap_or(0);
        let Some(mut to) = destination(&mut part.arrays, work, begun, step) else {
            self.fail("the sums of a projection overlap".to_owned());
            return 0;
        };
        let before = part.delivered[projection];
        if let (Some(emitted), Some(edges)) = (emitted, self.deliveries[projection].as_ref()) {
            match edges.deliver(owner, self.lists[list].events(emitted), &mut to) {
                Ok(delivered) => part.delivered[projection] += delivered,
                Err(why) => {
                    let name = &self.plan.projections[projection].name;
                    self.fail(format!("projection `{name}` at step {step}: {why}"));
                }
            }
        }
        part.delivered[projection] - before
    }

    /// Keeps the first reason why a stage could not be run.
    fn fail(&self, why: String) {
        lock(&self.failure).get_or_insert(why);
    }
}

/// Where a delivery adds what was emitted in a step; `None` where its sums overlap.
pub(super) fn destination<'a>(
    arrays: &'a mut [Array],
    work: &Work,
    emitted: u64,
    step: u64,
) -> Option<Destination<'a>> {
    let Work::Deliver {
        into, zero, own, ..
    } = *work
    else {
        return None;
    };
    let zero_home = zero.filter(|_| own);
    let (sums, zero) = match zero_home {
        None => (arrays.get_mut(into.array)?, None),
        Some(zero) => {
            let [sums, zero] = arrays.get_disjoint_mut([into.array, zero.array]).ok()?;
            (sums, Some(zero))
        }
    };
    Some(Destination {
        zero_copy: zero_home.map_or(0, |zero| zero.copy(step)),
        into: sums,
        zero,
        emitted,
        copy: into.copy(step),
    })
}

/// The call of a step: that of the clocks which tick at its end.
pub(super) fn chosen<'a>(
    call: &'a Bound,
    ticking: &'a [(Vec<u32>, Bound)],
    clocks: &[u32],
    step: u64,
) -> &'a Bound {
    let ticks = |clock: &u32| (step + 1).is_multiple_of(u64::from((*clock).max(1)));
    if !clocks.iter().any(ticks) {
        return call;
    }
    ticking
        .iter()
        .find(|(own, _)| {
            clocks
                .iter()
                .all(|clock| ticks(clock) == own.contains(clock))
        })
        .map_or(call, |(_, call)| call)
}
