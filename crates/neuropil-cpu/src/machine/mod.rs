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

mod basins;
mod calibrate;
mod counters;
mod floor;
mod layout;
mod lists;
mod load;
mod part;
mod profile;
mod recipe;
mod record;
mod run;
mod schedule;
mod stage;
#[cfg(test)]
mod tests;
mod world;

use std::sync::Arc;

use neuropil_ir::backend::{
    Backend, BackendError, Calibration, Clock, Counters, Machine, Resources, RunError, Sink,
    StageTime, Storage,
};
use neuropil_ir::connect::Connectivity;
use neuropil_ir::kernel::Kernel;
use neuropil_ir::plan::{BufferId, DelayClass, Plan, ProjectionId, SlotId};
use neuropil_ir::verify::Verified;

use crate::deliver::{self, Blueprint};
use crate::jit::{CodeStatistics, Target};
use crate::pool::Pool;
use crate::program::{InstructionSet, Method, Program};
use profile::Profile;
use schedule::Schedule;
use world::{World, lock};

/// Runs plans on the processor.
#[derive(Clone, Copy, Debug)]
pub struct CpuBackend {
    method: Method,
}

impl CpuBackend {
    /// The fastest back-end of this processor.
    pub fn new() -> Self {
        let set = InstructionSet::detect();
        Self::compiling(set).unwrap_or(Self::interpreting_with(set))
    }

    /// A back-end that compiles kernels to machine code of an instruction set; `None` where the
    /// processor lacks it or no code can be made for it.
    pub fn compiling(set: InstructionSet) -> Option<Self> {
        let available = set.is_available() && Target::of(set).is_some();
        available.then_some(Self {
            method: Method {
                set,
                code: true,
                copies: None,
            },
        })
    }

    /// A back-end that interprets kernels with an instruction set; `None` where the processor
    /// lacks it.
    pub fn interpreting(set: InstructionSet) -> Option<Self> {
        set.is_available().then_some(Self::interpreting_with(set))
    }

    fn interpreting_with(set: InstructionSet) -> Self {
        Self {
            method: Method {
                set,
                code: false,
                copies: None,
            },
        }
    }

    /// A back-end for any method, for tests.
    #[cfg(test)]
    pub(crate) fn with(method: Method) -> Self {
        Self { method }
    }

    /// The instruction set in use.
    pub fn instruction_set(&self) -> InstructionSet {
        self.method.set
    }

    /// What becomes of a kernel in machine code; `None` where it is interpreted.
    pub fn statistics(&self, kernel: Verified<&Kernel>) -> Option<CodeStatistics> {
        Program::compile(kernel, self.method, 0)?.statistics()
    }

    /// The name of a method, as in `--backend`.
    fn name_of(method: Method) -> &'static str {
        if method.code { "jit" } else { "interpreter" }
    }
}

impl Default for CpuBackend {
    fn default() -> Self {
        Self::new()
    }
}

impl Backend for CpuBackend {
    fn name(&self) -> &'static str {
        Self::name_of(self.method)
    }

    fn load(&self, plan: &Plan, resources: &Resources) -> Result<Box<dyn Machine>, BackendError> {
        Ok(Box::new(load::load(plan, resources, self.method)?))
    }

    fn generates(&self) -> bool {
        true
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
    /// Whether the last phase of `sample` is still to be run at the present step.
    waits: bool,
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
        connectivity: Arc<dyn Connectivity>,
        storage: Storage,
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
            sharers: world.plan.sharers(projection),
            grid_unit: declared.unit,
            delay: declared.delay,
            sources: world.plan.axes[source.index()].size,
            owners: &world.owners[declared.target.index()],
            used,
            limit: self.memory_limit,
            method: world.method,
            storage,
            bits: deliver::Way::beyond_lists(),
        };
        let connected = if world.is_joined(projection.index()) {
            world.join_edges(
                projection.index(),
                &blueprint,
                &connectivity,
                &mut self.pool,
            )?
        } else {
            deliver::connect(&blueprint, &connectivity, &mut self.pool)?
        };
        if let (Some(slot), Some(unit)) = (declared.grid, connected.unit) {
            world.slots[slot.index()] = unit;
        }
        world.deliveries[projection.index()] = Some(connected.delivery);
        Ok(())
    }

    fn storage(&self, projection: ProjectionId) -> &'static str {
        let delivery = self.world.deliveries.get(projection.index());
        delivery
            .and_then(Option::as_ref)
            .map_or("", |edges| edges.storage())
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

    fn first_not_finite(&self, buffer: BufferId) -> Option<(u32, f64)> {
        let world = &self.world;
        let home = world.homes[buffer.index()];
        world.parts[home.axis].iter().find_map(|part| {
            let part = lock(part);
            let array = &part.arrays[home.array];
            let (lane, value) = array.first_not_finite(home.copy(self.step))?;
            Some((part.range.start + lane, value))
        })
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

    fn profile(&mut self, clock: Clock) -> bool {
        let works = self.sample.works().chain(self.advance.works());
        self.world.profile = Some(Profile::new(clock, works.map(|(_, work)| work)));
        true
    }

    fn stage_times(&self) -> Vec<StageTime> {
        self.times()
    }

    fn calibrate(&self, clock: Clock) -> Option<Calibration> {
        Some(self.measure_costs(clock))
    }

    fn floor(self: Box<Self>, clock: Clock) -> Result<Vec<StageTime>, RunError> {
        self.measure_floor(clock)
    }
}

/// The largest delay of a projection with own delays.
fn longest_own_delay(delay: DelayClass) -> Option<u32> {
    match delay {
        DelayClass::Common => None,
        DelayClass::Own { max, .. } => Some(max),
    }
}
