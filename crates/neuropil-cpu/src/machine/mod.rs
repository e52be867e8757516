//! The machine: a loaded plan with its state, and the loop that runs it.
//!
//! Every axis is cut into *owners*, contiguous ranges of elements. An owner's [`part::Part`] holds
//! its piece of every buffer; a slot of the pool runs the stages of its owners one after another.
//! The stage lists are cut into phases ([`schedule`]): inside a phase no owner needs what another
//! writes, so the slots meet only between phases. What an owner emits is published in the rings of
//! [`lists`], which the owners of targets read in later phases.
//!
//! Nothing here depends on the number of owners or threads but speed: sums of arrivals are exact
//! or ordered, event lists ascend, reductions follow a tree of element indices.

mod counters;
mod layout;
mod lists;
mod load;
mod part;
mod record;
mod run;
mod schedule;
mod stage;
#[cfg(test)]
mod tests;
mod world;

use neuropil_ir::backend::{Backend, BackendError, Counters, Machine, Resources, RunError, Sink};
use neuropil_ir::connect::Connectivity;
use neuropil_ir::plan::{BufferId, DelayClass, Plan, ProjectionId, SlotId};

use crate::NAME;
use crate::deliver::{self, Blueprint};
use crate::interpreter::InstructionSet;
use crate::pool::Pool;
use schedule::Schedule;
use world::{World, lock};

/// Runs plans on the processor with the block interpreter.
#[derive(Clone, Copy, Debug)]
pub struct CpuBackend {
    set: InstructionSet,
}

impl CpuBackend {
    /// A back-end for the fastest instruction set of this processor.
    pub fn new() -> Self {
        Self {
            set: InstructionSet::detect(),
        }
    }

    /// A back-end for a given instruction set; `None` where the processor lacks it.
    pub fn with_instruction_set(set: InstructionSet) -> Option<Self> {
        set.is_available().then_some(Self { set })
    }

    /// The instruction set in use.
    pub fn instruction_set(&self) -> InstructionSet {
        self.set
    }
}

impl Default for CpuBackend {
    fn default() -> Self {
        Self::new()
    }
}

impl Backend for CpuBackend {
    fn name(&self) -> &'static str {
        NAME
    }

    fn load(&self, plan: &Plan, resources: &Resources) -> Result<Box<dyn Machine>, BackendError> {
        Ok(Box::new(load::load(plan, resources, self.set)?))
    }
}

/// A loaded plan.
#[derive(Debug)]
struct CpuMachine {
    world: World,
    pool: Pool,
    sample: Schedule,
    advance: Schedule,
    memory_limit: u64,
    /// The number of steps run.
    step: u64,
    /// Whether the samples of the present step were taken.
    sampled: bool,
    /// Why the machine can no longer be used.
    broken: Option<String>,
    /// What is handed to the sink, reused.
    values: Vec<f64>,
    elements: Vec<u32>,
}

impl Machine for CpuMachine {
    fn connect(
        &mut self,
        projection: ProjectionId,
        connectivity: &dyn Connectivity,
    ) -> Result<(), BackendError> {
        let used = self.bytes();
        let world = &mut self.world;
        let Some(declared) = world.plan.projections.get(projection.index()) else {
            return Err(BackendError::Invalid(format!("there is no {projection:?}")));
        };
        if world.deliveries[projection.index()].is_some() {
            let name = &declared.name;
            return Err(BackendError::Invalid(format!(
                "projection `{name}` is connected twice"
            )));
        }
        let source = world.plan.events[declared.source.index()].axis;
        let blueprint = Blueprint {
            name: &declared.name,
            sum: declared.sum,
            precision: world.plan.precision,
            delay: declared.delay,
            sources: world.plan.axes[source.index()].size,
            owners: &world.owners[declared.target.index()],
            used,
            limit: self.memory_limit,
        };
        let connected = deliver::connect(&blueprint, connectivity, &mut self.pool)?;
        if let (Some(slot), Some(unit)) = (declared.grid, connected.unit) {
            world.slots[slot.index()] = unit;
        }
        world.deliveries[projection.index()] = Some(connected.delivery);
        Ok(())
    }

    fn run(&mut self, steps: u64, sink: &mut dyn Sink) -> Result<u64, RunError> {
        self.run_steps(steps, sink)
    }

    fn step(&self) -> u64 {
        self.step
    }

    fn read(&self, buffer: BufferId) -> Vec<f64> {
        let world = &self.world;
        let home = world.homes[buffer.index()];
        let mut values = Vec::new();
        for part in &world.parts[home.axis] {
            let part = lock(part);
            let array = &part.arrays[home.array];
            array.read_into(home.copy(self.step), &mut values);
        }
        values
    }

    fn write(&mut self, buffer: BufferId, values: &[f64]) {
        let world = &self.world;
        let home = world.homes[buffer.index()];
        let mut rest = values;
        for part in &world.parts[home.axis] {
            let mut part = lock(part);
            let array = &mut part.arrays[home.array];
            let (now, later) = rest.split_at(array.len().min(rest.len()));
            array.write(home.copy(self.step), now);
            rest = later;
        }
    }

    fn slot(&self, slot: SlotId) -> f64 {
        self.world.slots[slot.index()]
    }

    fn counters(&self) -> Counters {
        counters::counters(&self.world, self.step, self.sampled)
    }

    fn bytes(&self) -> u64 {
        self.world.bytes()
    }
}

/// The largest delay of a projection with own delays.
fn longest_own_delay(delay: DelayClass) -> Option<u32> {
    match delay {
        DelayClass::Common => None,
        DelayClass::Own { max, .. } => Some(max),
    }
}
