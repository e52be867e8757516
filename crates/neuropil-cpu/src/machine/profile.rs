//! The time of every stage, where someone asks for it.

use std::sync::atomic::{AtomicU64, Ordering};

use neuropil_ir::backend::{Clock, StageKind, StageTime};
use neuropil_ir::plan::{KernelId, Plan};

use super::CpuMachine;
use super::schedule::Work;

/// A clock, and what it has shown for each stage.
#[derive(Debug)]
pub(super) struct Profile {
    clock: Clock,
    stages: Vec<Stage>,
}

/// Sums over steps and owners.
#[derive(Debug)]
struct Stage {
    nanoseconds: AtomicU64,
    items: AtomicU64,
    /// The kernels that may do it, with the items of each.
    kernels: Vec<(usize, AtomicU64)>,
}

/// What was done of a stage.
pub(super) struct Done {
    /// Elements computed, or events delivered.
    pub(super) items: u64,
    /// The kernel that computed them.
    pub(super) kernel: Option<usize>,
}

impl Profile {
    /// Nothing so far.
    pub(super) fn new<'a>(clock: Clock, works: impl Iterator<Item = &'a Work>) -> Self {
        let stage = |work: &Work| Stage {
            nanoseconds: AtomicU64::new(0),
            items: AtomicU64::new(0),
            kernels: kernels(work)
                .map(|kernel| (kernel, AtomicU64::new(0)))
                .collect(),
        };
        Self {
            clock,
            stages: works.map(stage).collect(),
        }
    }

    /// Times one stage of one owner; the work says what it was.
    pub(super) fn time(&self, stage: usize, work: impl FnOnce() -> Done) {
        let begun = (self.clock)();
        let Done { items, kernel } = work();
        let taken = (self.clock)().saturating_sub(begun);
        if let Some(stage) = self.stages.get(stage) {
            // Sums alone are read, after the run.
            stage.nanoseconds.fetch_add(taken, Ordering::Relaxed);
            stage.items.fetch_add(items, Ordering::Relaxed);
            let known = stage
                .kernels
                .iter()
                .find(|(known, _)| Some(*known) == kernel);
            if let Some((_, computed)) = known {
                computed.fetch_add(items, Ordering::Relaxed);
            }
        }
    }
}

impl CpuMachine {
    /// The times by stage, in the order of a step.
    pub(super) fn times(&self) -> Vec<StageTime> {
        let Some(profile) = &self.world.profile else {
            return Vec::new();
        };
        let plan = &self.world.plan;
        let mut times: Vec<StageTime> = Vec::new();
        for (place, work) in self.sample.works().chain(self.advance.works()) {
            let stage = &profile.stages[*place];
            times.push(StageTime {
                nanoseconds: stage.nanoseconds.load(Ordering::Relaxed),
                items: stage.items.load(Ordering::Relaxed),
                kernels: stage
                    .kernels
                    .iter()
                    .map(|(kernel, items)| {
                        (KernelId(*kernel as u32), items.load(Ordering::Relaxed))
                    })
                    .filter(|(_, items)| *items > 0)
                    .collect(),
                ..untimed(plan, work)
            });
        }
        times
    }
}

/// The name of a stage and what kind of work it is, without its time.
pub(super) fn untimed(plan: &Plan, work: &Work) -> StageTime {
    let kernel = |program: usize| plan.kernels[program].name.as_str();
    let (name, kind) = match work {
        Work::Map { call, .. } => (kernel(call.program), StageKind::Kernel),
        Work::Reduce { call, .. } => (kernel(call.program), StageKind::Reduction),
        Work::Deliver { projection, .. } => {
            let name = plan.projections[*projection].name.as_str();
            (name, StageKind::Delivery)
        }
        Work::Flow(flow) => (flow.name(plan), StageKind::Delivery),
    };
    StageTime {
        name: name.to_owned(),
        kind,
        nanoseconds: 0,
        items: 0,
        kernels: Vec::new(),
    }
}

/// The kernels that may do a stage.
fn kernels(work: &Work) -> impl Iterator<Item = usize> + '_ {
    let (call, ticking): (_, &[_]) = match work {
        Work::Map { call, ticking, .. } => (Some(call), ticking),
        Work::Reduce { call, .. } => (Some(call), &[]),
        Work::Deliver { .. } | Work::Flow(_) => (None, &[]),
    };
    let ticking = ticking.iter().map(|(_, call)| call);
    call.into_iter().chain(ticking).map(|call| call.program)
}
