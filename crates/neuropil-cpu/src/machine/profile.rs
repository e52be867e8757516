//! The time of every stage, where someone asks for it.

use std::sync::atomic::{AtomicU64, Ordering};

use neuropil_ir::backend::{Clock, StageKind, StageTime};
use neuropil_ir::plan::Plan;

use super::CpuMachine;
use super::schedule::Work;

/// A clock, and what it has shown for each stage.
#[derive(Debug)]
pub(super) struct Profile {
    clock: Clock,
    stages: Vec<Stage>,
}

/// Sums over steps and owners.
#[derive(Debug, Default)]
struct Stage {
    nanoseconds: AtomicU64,
    items: AtomicU64,
}

impl Profile {
    /// Nothing so far.
    pub(super) fn new(clock: Clock, stages: usize) -> Self {
        Self {
            clock,
            stages: (0..stages).map(|_| Stage::default()).collect(),
        }
    }

    /// Times one stage of one owner; the work says how many items it was.
    pub(super) fn time(&self, stage: usize, work: impl FnOnce() -> u64) {
        let begun = (self.clock)();
        let items = work();
        let taken = (self.clock)().saturating_sub(begun);
        if let Some(stage) = self.stages.get(stage) {
            // Sums alone are read, after the run.
            stage.nanoseconds.fetch_add(taken, Ordering::Relaxed);
            stage.items.fetch_add(items, Ordering::Relaxed);
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
            let (name, kind) = named(plan, work);
            let stage = &profile.stages[*place];
            times.push(StageTime {
                name: name.to_owned(),
                kind,
                nanoseconds: stage.nanoseconds.load(Ordering::Relaxed),
                items: stage.items.load(Ordering::Relaxed),
            });
        }
        times
    }
}

/// The name of a stage, and what kind of work it is.
pub(super) fn named<'a>(plan: &'a Plan, work: &Work) -> (&'a str, StageKind) {
    match work {
        Work::Map { call, .. } => (&plan.kernels[call.program].name, StageKind::Kernel),
        Work::Reduce { call, .. } => (&plan.kernels[call.program].name, StageKind::Reduction),
        Work::Deliver { projection, .. } => {
            (&plan.projections[*projection].name, StageKind::Delivery)
        }
    }
}
