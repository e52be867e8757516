//! The Plan IR: what a machine holds (axes, slots, buffers, event lists) and the stages it runs.
//!
//! A plan is data. It says nothing of threads, owners or formats; a back-end chooses those and may
//! not change a bit of the result by its choice. See the crate documentation for the order of the
//! two stage lists [`Plan::sample`] and [`Plan::advance`].

use crate::kernel::{Element, Kernel, Precision, Reduction, index};

index!(
    /// An index set: the elements of a population.
    AxisId, "axis"
);
index!(
    /// A number equal for all elements, kept in f64.
    SlotId, "slot"
);
index!(
    /// An array over an axis.
    BufferId, "buffer"
);
index!(
    /// The lists of the elements that emitted an event, one list a step.
    EventListId, "events"
);
index!(
    /// A kernel of the plan.
    KernelId, "kernel"
);
index!(
    /// A projection of the plan.
    ProjectionId, "projection"
);
index!(
    /// A recording of the plan.
    RecordId, "record"
);

/// The time at the start of the step in ms: step × dt.
pub const SLOT_T: SlotId = SlotId(0);
/// The length of a step in ms.
pub const SLOT_DT: SlotId = SlotId(1);
/// The number of the step.
pub const SLOT_STEP: SlotId = SlotId(2);

/// An index set.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// The name of the population.
    pub name: String,
    /// The number of elements; may be zero.
    pub size: u32,
}

/// A number equal for all elements.
#[derive(Clone, Debug, PartialEq)]
pub struct Slot {
    /// The name in texts, such as `exc.tau`.
    pub name: String,
    /// The value before the prepare stage.
    pub initial: f64,
}

/// An array over an axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Buffer {
    /// The qualified name, such as `exc.V`.
    pub name: String,
    /// The axis.
    pub axis: AxisId,
    /// The element type.
    pub element: Element,
    /// Number of copies used as a ring, one a step; 1 for an ordinary array. A kernel that runs in
    /// step k is bound to the copy `k % depth`.
    pub depth: u32,
}

/// The lists of elements that emitted an event.
#[derive(Clone, Debug, PartialEq)]
pub struct EventList {
    /// The qualified name, such as `exc.spike`.
    pub name: String,
    /// The axis of the emitting population.
    pub axis: AxisId,
    /// Number of steps whose lists are kept (at least the longest age read, plus one).
    pub depth: u32,
    /// Whether an entry carries a number of events (emitted by `EmitCount`).
    pub counted: bool,
    /// Whether the lists are handed to the sink of a run.
    pub recorded: bool,
}

/// What the arrivals of a projection add up to at a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sum {
    /// The number of arrivals, as `U32`; the kernel multiplies once by the shared weight.
    Count,
    /// Own weights rounded once, when built, to a grid (a power of two): exact in any order.
    /// f32 plans: 16-bit integers summed in `I32`, and the grid in [`Projection::grid`];
    /// f64 plans: 24-bit floats summed in `F64`, and the grid slot is 1.
    Grid,
    /// Own weights unrounded, summed in `F64` in the fixed order: arrival step, emission step,
    /// source, position in the row.
    Ordered,
}

/// A projection: who sends events to whom.
#[derive(Clone, Debug, PartialEq)]
pub struct Projection {
    /// The qualified name, such as `EIBalance.ampa[exc]`.
    pub name: String,
    /// The event that is sent.
    pub source: EventListId,
    /// The axis of the targets.
    pub target: AxisId,
    /// What arrivals add up to.
    pub sum: Sum,
    /// For [`Sum::Grid`]: the slot that the back-end sets to the size of one unit of the sum
    /// when the projection is connected.
    pub grid: Option<SlotId>,
    /// For [`Sum::Grid`]: the unit of the weights, a power of two, where it is known before they
    /// are; else that of [`crate::grid::unit`] for the largest weight. Projections that add to one
    /// sum have one grid and one unit.
    pub unit: Option<f64>,
    /// How long an event travels.
    pub delay: DelayClass,
}

/// How long the events of a projection travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DelayClass {
    /// All edges alike; the stage names the age of the list it reads, nothing is stored.
    Common,
    /// Each edge has its own number of steps, from `min` to `max`.
    Own {
        /// The fewest steps.
        min: u32,
        /// The most steps.
        max: u32,
    },
}

/// When a stage runs: in every step, or where `step % period == 0`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum When {
    /// In every step.
    Always,
    /// In the steps that are multiples of a period (at least 1).
    Every(u32),
}

impl When {
    /// Whether a stage with this clock runs in a step.
    pub fn includes(self, step: u64) -> bool {
        match self {
            Self::Always => true,
            Self::Every(period) => step.is_multiple_of(u64::from(period.max(1))),
        }
    }
}

/// The kernel of a `Map`, with what it is bound to.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// The kernel.
    pub kernel: KernelId,
    /// The buffer of each binding of the kernel.
    pub buffers: Vec<BufferId>,
    /// The slot of each uniform of the kernel.
    pub slots: Vec<SlotId>,
    /// The event list of each emission of the kernel.
    pub events: Vec<EventListId>,
}

/// A stage of a plan.
#[derive(Clone, Debug, PartialEq)]
pub enum Stage {
    /// Runs a kernel of one lane in f64, whose effects are `Set` alone.
    Scalar {
        /// The kernel and its slots.
        call: Call,
    },
    /// Runs a kernel over all elements of an axis.
    Map {
        /// The axis.
        axis: AxisId,
        /// The kernel for steps in which no clock ticks, and its bindings.
        call: Call,
        /// Kernels for steps in which clocks tick at the end of the step: the first entry whose
        /// clocks all tick in `step + 1`, and no other clock of the list does, replaces `call`.
        ticking: Vec<(Vec<u32>, Call)>,
    },
    /// Adds what arrives to the target's buffer: for every event of the list of `age` steps ago
    /// (0: of this very step), for every edge of its source.
    ///
    /// With [`DelayClass::Own`] the list read is that of one step ago and an edge of delay
    /// d >= 1 adds to the ring copy for step `k - 1 + d`, an edge of delay 0 to `zero`.
    Deliver {
        /// The projection.
        projection: ProjectionId,
        /// Age of the list in steps.
        age: u32,
        /// Where the sums are.
        into: BufferId,
        /// Where the sums of edges with delay 0 are, if delays are own and may be 0.
        zero: Option<BufferId>,
    },
    /// Joins values of all elements of an axis into slots, by a fixed tree.
    Reduce {
        /// The axis.
        axis: AxisId,
        /// The kernel and its bindings; its effects are `Reduce` alone.
        call: Call,
    },
    /// Sets a slot to the number of events in the lists of the last `window` steps.
    CountEvents {
        /// The event.
        events: EventListId,
        /// The number of steps.
        window: u32,
        /// The slot.
        slot: SlotId,
    },
    /// Hands a sample to the sink.
    Record {
        /// The recording.
        record: RecordId,
        /// When.
        when: When,
    },
}

/// What a recording samples.
#[derive(Clone, Debug, PartialEq)]
pub enum Sampled {
    /// A kernel over chosen elements of an axis. It stores to binding 0, which is bound to no
    /// buffer but to the sample; `Call::buffers` holds the buffers of bindings 1 and up.
    Elements {
        /// The axis.
        axis: AxisId,
        /// Ascending, disjoint ranges of elements.
        ranges: Vec<std::ops::Range<u32>>,
        /// The kernel and its bindings.
        call: Call,
    },
    /// A slot.
    Slot(SlotId),
}

/// A recording.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// The name in the result folder, such as `exc.V`.
    pub name: String,
    /// What is sampled.
    pub sampled: Sampled,
    /// Reductions and scalar kernels that must run right before the sample is taken.
    pub before: Vec<Stage>,
}

/// A whole network, ready for a back-end.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The name of the network.
    pub name: String,
    /// The float type of `Real` buffers and kernels.
    pub precision: Precision,
    /// The length of a step in ms.
    pub dt: f64,
    /// The seed of all draws.
    pub seed: u64,
    /// The index sets.
    pub axes: Vec<Axis>,
    /// The uniform numbers; the first three are [`SLOT_T`], [`SLOT_DT`] and [`SLOT_STEP`].
    pub slots: Vec<Slot>,
    /// The arrays.
    pub buffers: Vec<Buffer>,
    /// The event lists.
    pub events: Vec<EventList>,
    /// The kernels.
    pub kernels: Vec<Kernel>,
    /// The projections.
    pub projections: Vec<Projection>,
    /// The recordings.
    pub records: Vec<Record>,
    /// Run once, when the plan is loaded: prepare kernels and start values. Draws use step 0.
    pub init: Vec<Stage>,
    /// Run at every instant `t_k`.
    pub sample: Vec<Stage>,
    /// Run for every step from `t_k` to `t_{k+1}`.
    pub advance: Vec<Stage>,
}

impl Plan {
    /// A plan that holds nothing but the slots of time and does nothing.
    pub fn empty(name: impl Into<String>, precision: Precision, dt: f64, seed: u64) -> Self {
        let slot = |name: &str, initial| Slot {
            name: name.to_owned(),
            initial,
        };
        Self {
            name: name.into(),
            precision,
            dt,
            seed,
            axes: Vec::new(),
            slots: vec![slot("t", 0.0), slot("dt", dt), slot("step", 0.0)],
            buffers: Vec::new(),
            events: Vec::new(),
            kernels: Vec::new(),
            projections: Vec::new(),
            records: Vec::new(),
            init: Vec::new(),
            sample: Vec::new(),
            advance: Vec::new(),
        }
    }
}

/// The number of lanes that a reduction joins one after another before the tree begins.
pub const REDUCTION_BLOCK: usize = 256;

/// Where a reduction starts.
pub fn reduction_identity(reduction: Reduction) -> f64 {
    match reduction {
        Reduction::Sum => 0.0,
        Reduction::Min => f64::INFINITY,
        Reduction::Max => f64::NEG_INFINITY,
    }
}

impl Plan {
    /// The number of projections that add to the same sum as a projection, itself included.
    ///
    /// Each of them may use that part of the range in which the sum is exact.
    pub fn sharers(&self, projection: ProjectionId) -> u32 {
        let delivered = |stage: &Stage| match *stage {
            Stage::Deliver {
                projection, into, ..
            } => Some((projection, into)),
            _ => None,
        };
        let stages = || {
            self.sample
                .iter()
                .chain(&self.advance)
                .filter_map(delivered)
        };
        let own = stages().find(|&(other, _)| other == projection);
        let same = stages().filter(|&(_, into)| own.is_some_and(|(_, own)| own == into));
        (same.count() as u32).max(1)
    }
}
