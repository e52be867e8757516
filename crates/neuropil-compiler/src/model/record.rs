//! What a network records.

use std::ops::Range;

use neuropil_ir::graph::{NodeId, Symbol};
use neuropil_ir::kernel::Reduction;
use neuropil_syntax::Span;

use super::{PopulationId, UnitOfDisplay};
use crate::dimension::Dim;

/// A recording.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    /// The name in the result folder, such as `exc.V`.
    pub(crate) name: String,
    pub(crate) span: Span,
    pub(crate) recorded: Recorded,
    /// Steps between samples are this time in ms over dt; `None`: each step.
    pub(crate) every: Option<NodeId>,
    pub(crate) unit: UnitOfDisplay,
    pub(crate) dim: Dim,
}

/// What is recorded.
#[derive(Clone, Debug)]
pub(crate) enum Recorded {
    /// An event of a population, by its place.
    Events {
        population: PopulationId,
        event: usize,
        elements: Vec<Range<u32>>,
    },
    /// A value of each chosen element.
    Elements {
        population: PopulationId,
        value: NodeId,
        elements: Vec<Range<u32>>,
    },
    /// One number of the network, which mentions the reductions by their symbols.
    Number {
        value: NodeId,
        reductions: Vec<Reduced>,
    },
}

/// A number that is reduced over a population.
#[derive(Clone, Debug)]
pub(crate) enum Reduced {
    /// Joins a value of every element.
    Over {
        symbol: Symbol,
        population: PopulationId,
        value: NodeId,
        reduction: Reduction,
    },
    /// Number of events in the last `window` ms, over all elements.
    Events {
        symbol: Symbol,
        population: PopulationId,
        event: usize,
        window: f64,
    },
}
