//! A compiled run: the plan, how to connect it, and what its recordings mean to the user.
//!
//! The compiler makes a [`Program`]; the engine runs it; the faces name and draw its results.

use std::ops::Range;

use neuropil_syntax::Span;

use crate::connect::Connection;
use crate::plan::{AxisId, BufferId, EventListId, Plan, RecordId, Stage};

/// Everything the engine needs for one run of one network.
#[derive(Clone, Debug, PartialEq)]
pub struct Program {
    /// The machine's work.
    pub plan: Plan,
    /// One connection for each projection of the plan, in its order.
    pub connections: Vec<Connection>,
    /// The populations in the order of the text.
    pub populations: Vec<Population>,
    /// The meaning of each recording of the plan, in its order.
    pub traces: Vec<Trace>,
    /// The recorded events.
    pub rasters: Vec<Raster>,
    /// The number of steps of the run.
    pub steps: u64,
    /// The assertions on what was recorded.
    pub expects: Vec<Expect>,
    /// The figures, one a `plot` statement.
    pub plots: Vec<Layout>,
    /// The name after `as`, if the run has one.
    pub run_name: Option<String>,
    /// The buffers whose values must stay finite, with the place of their equation.
    pub states: Vec<StateInfo>,
}

impl Program {
    /// Takes away every recording, for runs of which only the counts matter.
    ///
    /// Traces, rasters and pictures go, with the stages that serve them; the results of all else keep
    /// their bits. The assertions stay: what they need is then known not to be recorded.
    pub fn forget_recordings(&mut self) {
        self.traces.clear();
        self.rasters.clear();
        self.plots.clear();
        let plan = &mut self.plan;
        plan.records.clear();
        for list in &mut plan.events {
            list.recorded = false;
        }
        for stages in [&mut plan.sample, &mut plan.advance] {
            stages.retain(|stage| !matches!(stage, Stage::Record { .. }));
        }
    }
}

/// A state of a population, for errors and checks of finiteness.
#[derive(Clone, Debug, PartialEq)]
pub struct StateInfo {
    /// The qualified name, such as `exc.V`.
    pub name: String,
    /// The buffer.
    pub buffer: BufferId,
    /// The place of its equation.
    pub span: Span,
}

/// A population as the summary reports it.
#[derive(Clone, Debug, PartialEq)]
pub struct Population {
    /// The name as in the text, such as `exc`.
    pub name: String,
    /// The name of its model.
    pub model: String,
    /// Its axis.
    pub axis: AxisId,
    /// The number of elements.
    pub size: u32,
    /// The list of its `spike` event, if it has one.
    pub spike: Option<EventListId>,
}

/// The meaning of a recording.
#[derive(Clone, Debug, PartialEq)]
pub struct Trace {
    /// The recording of the plan.
    pub record: RecordId,
    /// The name in the result folder, such as `exc.V` or `lfp`.
    pub name: String,
    /// The unit that values are written in, such as `mV`; empty for numbers.
    pub unit: String,
    /// A value in internal units times this is the value in `unit`.
    pub scale: f64,
    /// Steps between samples.
    pub every: u32,
    /// The chosen elements; `None` for one number of the network.
    pub elements: Option<Vec<Range<u32>>>,
}

/// The meaning of recorded events.
#[derive(Clone, Debug, PartialEq)]
pub struct Raster {
    /// The event list of the plan.
    pub events: EventListId,
    /// The name in the result folder, such as `exc.spike`.
    pub name: String,
    /// The name of the population.
    pub population: String,
    /// Number of elements of the population.
    pub size: u32,
    /// The chosen elements.
    pub elements: Vec<Range<u32>>,
}

/// An assertion.
#[derive(Clone, Debug, PartialEq)]
pub struct Expect {
    /// The text as the user wrote it.
    pub text: String,
    /// Its place.
    pub span: Span,
    /// The measured value.
    pub value: Measure,
    /// The unit that the value is reported in, and the factor from internal units to it.
    pub unit: String,
    /// A value in internal units times this is the value in `unit`.
    pub scale: f64,
    /// What must hold of it.
    pub condition: Condition,
}

/// What must hold of a measured value.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// It lies in the closed range of two values.
    In(Measure, Measure),
    /// It is a truth value that holds (1).
    True,
}

/// A number computed from what was recorded, in internal units.
#[derive(Clone, Debug, PartialEq)]
pub enum Measure {
    /// A constant.
    Number(f64),
    /// Events an element and time (1/ms) in `from < t <= to` (ms).
    Rate {
        /// Index into [`Program::rasters`].
        raster: usize,
        /// The elements, as ranges inside the recorded ones.
        elements: Vec<Range<u32>>,
        /// Start in ms.
        from: f64,
        /// End in ms.
        to: f64,
    },
    /// Mean over elements with at least three events of the coefficient of variation of the
    /// intervals (population standard deviation over mean).
    Cv {
        /// Index into [`Program::rasters`].
        raster: usize,
        /// The elements.
        elements: Vec<Range<u32>>,
        /// Start in ms.
        from: f64,
        /// End in ms.
        to: f64,
    },
    /// What all events in `from < t <= to` say together.
    Statistic {
        /// Index into [`Program::rasters`].
        raster: usize,
        /// The elements.
        elements: Vec<Range<u32>>,
        /// What is computed of them.
        statistic: Statistic,
        /// Start in ms.
        from: f64,
        /// End in ms.
        to: f64,
    },
    /// The strongest frequency (1/ms) of the samples in `from < t <= to`, in the mean spectrum of the
    /// elements.
    Frequency {
        /// Index into [`Program::traces`].
        trace: usize,
        /// The elements' indices in their population.
        elements: Vec<Range<u32>>,
        /// The lowest and highest frequency that may be it, in 1/ms.
        band: (f64, f64),
        /// Start in ms.
        from: f64,
        /// End in ms.
        to: f64,
    },
    /// Number of events in `from < t <= to`.
    Count {
        /// Index into [`Program::rasters`].
        raster: usize,
        /// The elements.
        elements: Vec<Range<u32>>,
        /// Start in ms.
        from: f64,
        /// End in ms.
        to: f64,
    },
    /// Time in ms of event number n (from 0; in order of time, then element); NaN if there is none.
    Time {
        /// Index into [`Program::rasters`].
        raster: usize,
        /// The elements.
        elements: Vec<Range<u32>>,
        /// The number of the event.
        n: u64,
    },
    /// The sample at a time; NaN if that time was not sampled.
    At {
        /// Index into [`Program::traces`].
        trace: usize,
        /// The element's index in its population; 0 for one number of the network.
        element: u32,
        /// The time in ms.
        time: f64,
    },
    /// A reduction of all samples of a trace over time (and elements).
    Over {
        /// Index into [`Program::traces`].
        trace: usize,
        /// The elements' indices in their population.
        elements: Vec<Range<u32>>,
        /// The reduction.
        reduction: Over,
    },
    /// One operand.
    Unary(MeasureUnary, Box<Measure>),
    /// Two operands.
    Binary(MeasureBinary, Box<Measure>, Box<Measure>),
}

/// What is computed of the events of some elements in a span of time.
///
/// The definitions stand with the functions that compute them, in the crate of measures.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Statistic {
    /// Mean irregularity of neighbouring intervals, over elements with three events or more.
    Cv2,
    /// Mean local variation of the intervals, over elements with three events or more.
    Lv,
    /// Mean variance over mean of counts, over elements with an event or more.
    Fano {
        /// The width of the bins in ms.
        bin: f64,
    },
    /// Mean correlation of counts over pairs of elements with three events or more, at most 100 of
    /// them evenly chosen.
    Correlation {
        /// The width of the bins in ms.
        bin: f64,
    },
    /// Synchrony chi of counts.
    Synchrony {
        /// The width of the bins in ms.
        bin: f64,
    },
    /// The strongest frequency (1/ms) of the rate.
    Frequency {
        /// The lowest and highest frequency that may be it, in 1/ms.
        band: (f64, f64),
    },
}

/// Reductions over a whole trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// Smallest sample.
    Min,
    /// Largest sample.
    Max,
    /// Mean of all samples.
    Mean,
    /// Population standard deviation of all samples.
    Std,
}

/// Operations on one measured number; truth values are 1 and 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MeasureUnary {
    /// Sign changed.
    Neg,
    /// Magnitude.
    Abs,
    /// The other truth value.
    Not,
}

/// Operations on two measured numbers; truth values are 1 and 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MeasureBinary {
    /// Sum.
    Add,
    /// Difference.
    Sub,
    /// Product.
    Mul,
    /// Quotient.
    Div,
    /// Below.
    Lt,
    /// Not above.
    Le,
    /// Above.
    Gt,
    /// Not below.
    Ge,
    /// Equal.
    Eq,
    /// Not equal.
    Ne,
    /// Both hold.
    And,
    /// One holds.
    Or,
}

/// A figure: panels above or beside one another.
#[derive(Clone, Debug, PartialEq)]
pub enum Layout {
    /// From top to bottom.
    Above(Vec<Layout>),
    /// From left to right.
    Beside(Vec<Layout>),
    /// One panel.
    Panel(Panel),
}

/// A panel of a figure.
#[derive(Clone, Debug, PartialEq)]
pub enum Panel {
    /// Events as dots, one row an element; indices into [`Program::rasters`].
    Raster(Vec<usize>),
    /// Values against time; indices into [`Program::traces`].
    Traces(Vec<usize>),
    /// Population rates: of traces, or of events in bins of 1 ms or more.
    Rates(Vec<Source>),
    /// A histogram of the last samples of traces.
    Histogram(Vec<usize>),
    /// A trace as an image: time to the right, elements upwards.
    Heatmap(usize),
    /// What is measured of recordings after the run.
    Measured {
        /// What is measured.
        picture: Picture,
        /// Of what.
        sources: Vec<Source>,
        /// Start in ms.
        from: f64,
        /// End in ms.
        to: f64,
    },
}

/// Pictures of measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Picture {
    /// Power by frequency.
    Spectrum,
    /// Power by time and frequency.
    Spectrogram,
    /// How often intervals of each length occur.
    Intervals,
    /// The rate at each lag after an event of another element.
    Correlogram,
    /// The rate at each lag after an event of the same element.
    Autocorrelogram,
    /// The matrix of correlations.
    Correlation,
}

impl Picture {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Spectrum,
        Self::Spectrogram,
        Self::Intervals,
        Self::Correlogram,
        Self::Autocorrelogram,
        Self::Correlation,
    ];

    /// The name in a text, which is that of the measure.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Spectrum => "spectrum",
            Self::Spectrogram => "spectrogram",
            Self::Intervals => "intervals",
            Self::Correlogram => "correlogram",
            Self::Autocorrelogram => "autocorrelogram",
            Self::Correlation => "correlation",
        }
    }

    /// Whether it is of events alone.
    pub const fn needs_events(self) -> bool {
        matches!(
            self,
            Self::Intervals | Self::Correlogram | Self::Autocorrelogram
        )
    }
}

/// A recording that a panel draws.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A recorded quantity; index into [`Program::traces`].
    Trace(usize),
    /// Recorded events; index into [`Program::rasters`].
    Events(usize),
}
