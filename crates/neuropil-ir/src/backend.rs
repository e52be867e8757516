//! The contract between the engine and whatever runs plans.

use std::sync::Arc;

use crate::connect::Connectivity;
use crate::cost::Costs;
use crate::plan::{BufferId, EventListId, KernelId, Plan, ProjectionId, RecordId, SlotId};

/// What a back-end may decide for itself, and the limits it must keep.
#[derive(Clone, Debug, PartialEq)]
pub struct Resources {
    /// The number of threads; at least 1.
    pub threads: usize,
    /// The most bytes that the machine may allocate.
    pub memory_limit: u64,
}

/// Whether the edges of a projection are kept in memory; results do not depend on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Storage {
    /// As is fastest and fits into the memory.
    #[default]
    Auto,
    /// Every edge is stored.
    Stored,
    /// The row of a source is generated at every event; see [`crate::connect::must_be_stored`].
    Generated,
}

impl Storage {
    /// The name as in `--connectivity`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Stored => "stored",
            Self::Generated => "generated",
        }
    }
}

/// Why a plan could not be loaded or a projection not be connected.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum BackendError {
    /// The machine would need more memory than it may use.
    #[error("{what} needs {needed} bytes, more than the limit of {limit} bytes")]
    Memory {
        /// What needs the memory.
        what: String,
        /// The bytes needed.
        needed: u64,
        /// The bytes allowed.
        limit: u64,
    },
    /// The plan breaks a rule of the IR; an error of the compiler.
    #[error("the plan is not valid: {0}")]
    Invalid(String),
    /// The back-end cannot run this.
    #[error("the back-end `{backend}` does not support {what}")]
    Unsupported {
        /// The name of the back-end.
        backend: &'static str,
        /// What is not supported.
        what: String,
    },
    /// A delay of an edge lies outside the range that the plan promised.
    #[error("projection `{projection}`: a delay of {found} steps lies outside {min} to {max}")]
    Delay {
        /// The projection.
        projection: String,
        /// The delay in steps.
        found: u32,
        /// The fewest steps promised.
        min: u32,
        /// The most steps promised.
        max: u32,
    },
    /// A sum of arrivals could overflow.
    #[error("projection `{projection}`: the sum of the weights onto one target may exceed {limit}")]
    Overflow {
        /// The projection.
        projection: String,
        /// The largest sum that is exact.
        limit: f64,
    },
    /// A weight is larger than the plan promised.
    #[error("projection `{projection}`: a weight of {found} is beyond the bound of {most}")]
    Bound {
        /// The projection.
        projection: String,
        /// The magnitude of the weight.
        found: f64,
        /// The largest magnitude promised.
        most: f64,
    },
    /// A weight is not a finite number.
    #[error("projection `{projection}`: the weight from {from} to {to} is {value}")]
    Weight {
        /// The projection.
        projection: String,
        /// The presynaptic element.
        from: u32,
        /// The postsynaptic element.
        to: u32,
        /// The weight.
        value: f64,
    },
}

/// Why a run ended before its last step.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// A recorded or stored value is not finite.
    #[error("`{name}` of element {element} is {value} at step {step}")]
    NotFinite {
        /// The qualified name of the buffer, such as `exc.V`.
        name: String,
        /// The element.
        element: u32,
        /// The value found.
        value: f64,
        /// The step.
        step: u64,
    },
    /// A worker thread panicked; the machine can no longer be used.
    #[error("a worker thread failed: {0}")]
    Worker(String),
    /// The sink could not keep what was recorded.
    #[error("recording failed: {0}")]
    Sink(String),
    /// The back-end cannot do this.
    #[error("the back-end does not support {0}")]
    Unsupported(&'static str),
}

/// What a sink asks of the machine after a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// Go on.
    Continue,
    /// Stop after this sample; the state stays valid and the run can be continued.
    Stop,
}

/// Receives what is recorded, on the thread that calls [`Machine::run`].
pub trait Sink {
    /// A sample: `values` has one number an element (one in all for a slot), in internal units.
    fn sample(&mut self, record: RecordId, step: u64, values: &[f64]) -> Result<(), RunError>;

    /// The elements that emitted an event at time `step * dt`, ascending; an element with n
    /// events stands n times.
    fn events(&mut self, events: EventListId, step: u64, elements: &[u32]) -> Result<(), RunError>;

    /// Called once after every sample list, with the step just sampled.
    fn after_step(&mut self, step: u64) -> Flow;
}

/// Counters that prove that nothing is lost.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Counters {
    /// For each event list: events emitted.
    pub emitted: Vec<u64>,
    /// For each projection: edges.
    pub edges: Vec<u64>,
    /// For each projection: events sent (for every emitted event the length of its row).
    pub sent: Vec<u64>,
    /// For each projection: events added to a target's sum.
    pub delivered: Vec<u64>,
    /// For each projection: events sent whose arrival lies after the present step.
    pub travelling: Vec<u64>,
}

/// Gives nanoseconds since some moment; libraries are handed one, they read no clock of their own.
pub type Clock = fn() -> u64;

/// What kind of work a stage is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StageKind {
    /// A kernel over the elements of an axis.
    Kernel,
    /// Events to the sums of targets.
    Delivery,
    /// Values of all elements joined to one.
    Reduction,
}

/// The time that a stage took, over all steps and threads.
#[derive(Clone, Debug, PartialEq)]
pub struct StageTime {
    /// The kernel or projection.
    pub name: String,
    /// What kind of work it is.
    pub kind: StageKind,
    /// Nanoseconds, those of all threads together.
    pub nanoseconds: u64,
    /// Elements computed, or events delivered.
    pub items: u64,
    /// The kernels that did it, each with the elements that it computed: several where clocks tick.
    pub kernels: Vec<(KernelId, u64)>,
}

/// What the machine at hand does alone, measured: the yardstick of a profile.
#[derive(Clone, Debug, PartialEq)]
pub struct Calibration {
    /// What operations cost, in the precision of the plan, run as its kernels are.
    pub costs: Costs,
    /// How fast memory is copied, by ascending footprint.
    pub copies: Vec<CopyRate>,
}

/// How fast memory is copied.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CopyRate {
    /// The bytes that are read and written again and again.
    pub footprint: u64,
    /// Nanoseconds a byte, be it read or written.
    pub ns_per_byte: f64,
}

impl Calibration {
    /// Nanoseconds a byte read or written, for so many bytes that are touched again and again.
    pub fn ns_per_byte(&self, footprint: u64) -> Option<f64> {
        let enough = self.copies.iter().find(|copy| copy.footprint >= footprint);
        let rate = enough.or(self.copies.last());
        rate.map(|copy| copy.ns_per_byte)
    }
}

/// Loads plans.
pub trait Backend: Send + Sync {
    /// The name as in `--backend`.
    fn name(&self) -> &'static str;

    /// Allocates everything but the connections and runs the init stages.
    fn load(&self, plan: &Plan, resources: &Resources) -> Result<Box<dyn Machine>, BackendError>;

    /// Whether its machines can generate the rows of sources at every event.
    fn generates(&self) -> bool {
        false
    }
}

/// A loaded plan with its state.
pub trait Machine: Send {
    /// Builds the connections of a projection; every projection is connected once before a run.
    ///
    /// # Errors
    ///
    /// Those of edges that the plan does not allow; [`BackendError::Memory`];
    /// [`BackendError::Unsupported`] where edges that must be stored are to be generated.
    fn connect(
        &mut self,
        projection: ProjectionId,
        connectivity: Arc<dyn Connectivity>,
        storage: Storage,
    ) -> Result<(), BackendError>;

    /// How the edges of a projection are kept: `stored`, `generated` at every event, or another way of
    /// the back-end.
    fn storage(&self, _projection: ProjectionId) -> &'static str {
        Storage::Stored.as_str()
    }

    /// Runs a number of steps and hands what is recorded to the sink.
    ///
    /// Returns the steps that were run: fewer than asked for if the sink said stop.
    fn run(&mut self, steps: u64, sink: &mut dyn Sink) -> Result<u64, RunError>;

    /// The number of steps run so far.
    fn step(&self) -> u64;

    /// Reads an array (the present copy of a ring) as f64.
    fn read(&self, buffer: BufferId) -> Vec<f64>;

    /// The first element of an array (the present copy of a ring) that is no finite number, and
    /// its value.
    fn first_not_finite(&self, buffer: BufferId) -> Option<(u32, f64)> {
        let values = self.read(buffer);
        let place = values.iter().position(|value| !value.is_finite())?;
        Some((place as u32, values[place]))
    }

    /// Overwrites an array (the present copy of a ring); values are rounded to its element type.
    fn write(&mut self, buffer: BufferId, values: &[f64]);

    /// Reads a slot.
    fn slot(&self, slot: SlotId) -> f64;

    /// The counters since the machine was loaded.
    fn counters(&self) -> Counters;

    /// Bytes allocated for buffers, event lists and connections.
    fn bytes(&self) -> u64;

    /// From now on, adds up the time of each stage.
    ///
    /// Returns whether this machine can; results do not change.
    fn profile(&mut self, _clock: Clock) -> bool {
        false
    }

    /// The times of the stages since [`Machine::profile`]; empty without it.
    fn stage_times(&self) -> Vec<StageTime> {
        Vec::new()
    }

    /// Measures what operations cost and how fast memory is on this machine; takes some 10 ms.
    ///
    /// `None` where the back-end cannot; nothing else changes.
    fn calibrate(&self, _clock: Clock) -> Option<Calibration> {
        None
    }

    /// Measures what the kernels and deliveries of the steps run so far would have taken alone.
    ///
    /// Every stage is repeated in a tight loop on the calling thread: a kernel over all elements, a
    /// delivery over lists of events drawn at random, as many a step as the run had on average. What a
    /// run needs beside this (lists, threads that meet, recording) is its distance from the floor. The
    /// measurement spoils the state, so it takes the machine. Empty where no step was run.
    ///
    /// # Errors
    ///
    /// [`RunError::Unsupported`] where the back-end cannot measure it; [`RunError::Worker`].
    fn floor(self: Box<Self>, _clock: Clock) -> Result<Vec<StageTime>, RunError> {
        Err(RunError::Unsupported("the measurement of a floor"))
    }
}
