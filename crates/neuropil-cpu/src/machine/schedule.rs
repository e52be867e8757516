//! A stage list, cut into phases between which the slots of the pool meet.
//!
//! A `Map` reads and writes its own elements, a `Deliver` writes its own targets and reads lists
//! of earlier steps: these run owner by owner without meeting. The slots must meet where a
//! `Deliver` of age 0 reads what a `Map` of the same phase emits, and where a slot is written that
//! later stages read: scalar kernels, reductions, counts; recordings run on the calling thread.

use neuropil_ir::plan::{Call, DelayClass, EventListId, Plan, RecordId, Stage, When};

use super::world::Home;

/// A stage list as it is run.
#[derive(Debug, Default)]
pub(super) struct Schedule {
    pub(super) steps: Vec<Step>,
}

impl Schedule {
    /// The works of all phases with their places, in order.
    pub(super) fn works(&self) -> impl Iterator<Item = &(usize, Work)> + '_ {
        self.steps.iter().flat_map(|step| match step {
            Step::Phase(works) => works.as_slice(),
            _ => &[],
        })
    }

    /// The works of the last phase, if they wait.
    pub(super) fn late_works(&self, step: u64, waits: bool) -> &[(usize, Work)] {
        match self.steps.get(self.before_quiet_end(step)) {
            Some(Step::Phase(works)) if waits => works,
            _ => &[],
        }
    }

    /// The number of steps before the last phase, if nothing is done behind it at an instant; else
    /// the number of all steps.
    pub(super) fn before_quiet_end(&self, step: u64) -> usize {
        let quiet = |at: &Step| matches!(at, Step::Record { when, .. } if !when.includes(step));
        let end = self.steps.iter().rposition(|at| !quiet(at));
        match end {
            Some(end) if matches!(self.steps[end], Step::Phase(_)) => end,
            _ => self.steps.len(),
        }
    }
}

/// A step of a schedule.
#[derive(Debug)]
pub(super) enum Step {
    /// Stages that every owner runs for itself, in order, each with its place among the profiled.
    Phase(Vec<(usize, Work)>),
    /// The blocks of the reduction at the end of the phase before are joined.
    Join(Bound, usize),
    /// A kernel of one lane.
    Scalar(Bound),
    /// A number of events becomes a slot.
    Count {
        list: usize,
        window: u32,
        slot: usize,
    },
    /// A sample is taken.
    Record { record: RecordId, when: When },
}

/// A stage that is run owner by owner.
#[derive(Debug)]
pub(super) enum Work {
    Map {
        axis: usize,
        call: Bound,
        ticking: Vec<(Vec<u32>, Bound)>,
        /// Every clock of `ticking`.
        clocks: Vec<u32>,
        /// Every list that any of the calls emits to.
        lists: Vec<usize>,
    },
    Deliver {
        axis: usize,
        projection: usize,
        list: usize,
        age: u64,
        into: Home,
        zero: Option<Home>,
        own: bool,
    },
    Flow(Flow),
    Reduce {
        axis: usize,
        call: Bound,
    },
}

/// The events of a list for all basins.
#[derive(Clone, Debug)]
pub(super) struct Flow {
    pub(super) list: usize,
    /// The projections that bring them.
    pub(super) projections: Vec<usize>,
    /// Whether no later stage brings more: the basins are drained.
    pub(super) last: bool,
}

impl Flow {
    /// The name of the only projection, or that of the list.
    pub(super) fn name<'a>(&self, plan: &'a Plan) -> &'a str {
        match self.projections[..] {
            [only] => &plan.projections[only].name,
            _ => &plan.events[self.list].name,
        }
    }
}

/// A kernel and the places of what it is bound to.
#[derive(Clone, Debug)]
pub(super) struct Bound {
    pub(super) program: usize,
    pub(super) arrays: Vec<Home>,
    pub(super) slots: Vec<usize>,
    pub(super) lists: Vec<usize>,
}

impl Bound {
    /// Resolves a call.
    pub(super) fn new(call: &Call, homes: &[Home]) -> Self {
        Self {
            program: call.kernel.index(),
            arrays: call
                .buffers
                .iter()
                .map(|buffer| homes[buffer.index()])
                .collect(),
            slots: call.slots.iter().map(|slot| slot.index()).collect(),
            lists: call.events.iter().map(|list| list.index()).collect(),
        }
    }
}

/// Cuts a stage list of a verified plan into steps.
///
/// The works are numbered in order, from `first` on, for [`super::profile`].
pub(super) fn schedule(plan: &Plan, homes: &[Home], stages: &[Stage], first: usize) -> Schedule {
    let mut steps = Vec::new();
    let mut phase: Vec<(usize, Work)> = Vec::new();
    let numbers = &mut (first..);
    let mut numbered = |work| (numbers.next().unwrap_or(first), work);
    // The lists that the open phase emits to.
    let mut fresh: Vec<EventListId> = Vec::new();
    let mut flows = flows(plan, homes, stages);
    for stage in stages {
        match stage {
            Stage::Map {
                axis,
                call,
                ticking,
            } => {
                let mut lists: Vec<EventListId> = call.events.clone();
                lists.extend(
                    ticking
                        .iter()
                        .flat_map(|(_, call)| call.events.iter().copied()),
                );
                lists.sort_unstable();
                lists.dedup();
                fresh.extend(&lists);
                let mut clocks: Vec<u32> = ticking
                    .iter()
                    .flat_map(|(clocks, _)| clocks.iter().copied())
                    .collect();
                clocks.sort_unstable();
                clocks.dedup();
                phase.push(numbered(Work::Map {
                    axis: axis.index(),
                    call: Bound::new(call, homes),
                    ticking: ticking
                        .iter()
                        .map(|(clocks, call)| (clocks.clone(), Bound::new(call, homes)))
                        .collect(),
                    clocks,
                    lists: lists.iter().map(|list| list.index()).collect(),
                }));
            }
            Stage::Deliver {
                projection,
                age,
                into,
                zero,
            } => {
                if homes[into.index()].basined {
                    // What a basin has due is not older than the step before, so all lists are there.
                    phase.extend(flows.drain(..).map(|flow| numbered(Work::Flow(flow))));
                    continue;
                }
                let declared = &plan.projections[projection.index()];
                let own = matches!(declared.delay, DelayClass::Own { .. });
                if *age == 0 && fresh.contains(&declared.source) {
                    close(&mut steps, &mut phase, &mut fresh);
                }
                phase.push(numbered(Work::Deliver {
                    axis: declared.target.index(),
                    projection: projection.index(),
                    list: declared.source.index(),
                    age: u64::from(*age),
                    into: homes[into.index()],
                    zero: zero.map(|zero| homes[zero.index()]),
                    own,
                }));
            }
            Stage::Reduce { axis, call } => {
                let call = Bound::new(call, homes);
                phase.push(numbered(Work::Reduce {
                    axis: axis.index(),
                    call: call.clone(),
                }));
                close(&mut steps, &mut phase, &mut fresh);
                steps.push(Step::Join(call, axis.index()));
            }
            Stage::Scalar { call } => {
                close(&mut steps, &mut phase, &mut fresh);
                steps.push(Step::Scalar(Bound::new(call, homes)));
            }
            Stage::CountEvents {
                events,
                window,
                slot,
            } => {
                close(&mut steps, &mut phase, &mut fresh);
                let (list, slot) = (events.index(), slot.index());
                steps.push(Step::Count {
                    list,
                    window: *window,
                    slot,
                });
            }
            Stage::Record { record, when } => {
                close(&mut steps, &mut phase, &mut fresh);
                steps.push(Step::Record {
                    record: *record,
                    when: *when,
                });
            }
        }
    }
    close(&mut steps, &mut phase, &mut fresh);
    Schedule { steps }
}

/// The flows of a stage list, which is run at the place of its first delivery to a basin.
fn flows(plan: &Plan, homes: &[Home], stages: &[Stage]) -> Vec<Flow> {
    let mut flows: Vec<Flow> = Vec::new();
    for stage in stages {
        if let Stage::Deliver {
            projection, into, ..
        } = stage
            && homes[into.index()].basined
        {
            let projection = projection.index();
            let list = plan.projections[projection].source.index();
            match flows.iter_mut().find(|flow| flow.list == list) {
                Some(flow) => flow.projections.push(projection),
                None => flows.push(Flow {
                    list,
                    projections: vec![projection],
                    last: false,
                }),
            }
        }
    }
    if let Some(flow) = flows.last_mut() {
        flow.last = true;
    }
    flows
}

/// Ends the open phase.
fn close(steps: &mut Vec<Step>, phase: &mut Vec<(usize, Work)>, fresh: &mut Vec<EventListId>) {
    if !phase.is_empty() {
        steps.push(Step::Phase(std::mem::take(phase)));
    }
    fresh.clear();
}
