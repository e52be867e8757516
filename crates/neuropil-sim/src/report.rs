//! What a run was, in numbers.

use neuropil_ir::backend::{Counters, StageTime};

use crate::expect::Outcome;

/// What a simulation has done so far.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// The number of steps run.
    pub steps: u64,
    /// The length of a step in ms.
    pub dt: f64,
    /// Whether the last run was stopped before its end.
    pub interrupted: bool,
    /// The populations in the order of the text.
    pub populations: Vec<PopulationReport>,
    /// The projections in the order of the plan.
    pub projections: Vec<ProjectionReport>,
    /// The assertions in the order of the text.
    pub expects: Vec<Outcome>,
    /// The counters of the back-end.
    pub counters: Counters,
    /// The bytes that the back-end allocated.
    pub bytes: u64,
    /// The time of each stage of a step; empty unless it was asked for.
    pub stages: Vec<StageTime>,
}

impl Report {
    /// The simulated time in ms.
    pub fn duration_ms(&self) -> f64 {
        self.steps as f64 * self.dt
    }

    /// The number of elements of all populations.
    pub fn neurons(&self) -> u64 {
        self.populations
            .iter()
            .map(|population| u64::from(population.size))
            .sum()
    }

    /// The number of connections of all projections.
    pub fn synapses(&self) -> u64 {
        self.projections
            .iter()
            .map(|projection| projection.edges)
            .sum()
    }

    /// The number of events sent over all connections.
    pub fn synaptic_events(&self) -> u64 {
        self.projections
            .iter()
            .map(|projection| projection.sent)
            .sum()
    }

    /// Whether no assertion fails; those whose recordings were off do not count.
    pub fn passed(&self) -> bool {
        self.expects
            .iter()
            .all(|outcome| outcome.pass != Some(false))
    }
}

/// A population over a whole run.
#[derive(Clone, Debug, PartialEq)]
pub struct PopulationReport {
    /// Its name.
    pub name: String,
    /// The name of its model.
    pub model: String,
    /// The number of elements.
    pub size: u32,
    /// The number of spikes; `None` if its model has none.
    pub spikes: Option<u64>,
    /// The mean rate in Hz; `None` where undefined.
    pub mean_rate_hz: Option<f64>,
    /// The mean coefficient of variation of the intervals over elements with at least three spikes;
    /// `None` where undefined or not recorded.
    pub cv_isi: Option<f64>,
}

/// A projection over a whole run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProjectionReport {
    /// Its qualified name.
    pub name: String,
    /// How its connections are kept: `stored`, `generated` at every event, or another way of the
    /// back-end.
    pub storage: &'static str,
    /// The number of connections.
    pub edges: u64,
    /// The events sent: for every event of a source the number of its connections.
    pub sent: u64,
    /// The events that arrived.
    pub delivered: u64,
    /// The events still under way.
    pub travelling: u64,
}
