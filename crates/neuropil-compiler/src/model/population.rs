//! A population: states, inputs, events.

use neuropil_ir::graph::{NodeId, Symbol};
use neuropil_syntax::Span;

use super::Group;
use crate::dimension::Dim;
use crate::integrate::Method;

/// N elements of one model, with everything that reaches them.
#[derive(Debug)]
pub(crate) struct Population {
    /// The name as in the text, such as `exc`.
    pub(crate) name: String,
    /// The name of the model.
    pub(crate) model: String,
    pub(crate) size: u32,
    pub(crate) span: Span,
    /// The index of the element.
    pub(crate) index: Symbol,
    pub(crate) elements: Vec<ElementParameter>,
    /// Own states first, then those of synapses.
    pub(crate) states: Vec<State>,
    pub(crate) inputs: Vec<Input>,
    pub(crate) events: Vec<Event>,
    pub(crate) clocks: Vec<Clock>,
    /// Named methods: for all states where the list is empty.
    pub(crate) methods: Vec<(Vec<Symbol>, Method, Span)>,
    /// Synaptic states and jumps that live at this population.
    pub(crate) groups: Vec<Group>,
}

impl Population {
    /// The place of a state.
    pub(crate) fn state(&self, symbol: Symbol) -> Option<usize> {
        self.states.iter().position(|state| state.symbol == symbol)
    }
}

/// A parameter with one value an element.
#[derive(Clone, Debug)]
pub(crate) struct ElementParameter {
    pub(crate) name: String,
    pub(crate) symbol: Symbol,
    pub(crate) value: NodeId,
}

/// The unit in which a value is shown and written.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct UnitOfDisplay {
    /// As in the text; empty for a number.
    pub(crate) symbol: String,
    /// Internal value times this is the value in the unit.
    pub(crate) scale: f64,
}

/// How a state changes from step to step.
#[derive(Clone, Debug)]
pub(crate) enum Law {
    /// dX/dt, and white noise as (coefficient, symbol of the noise).
    Rate {
        /// The right side without noise.
        rhs: NodeId,
        /// The noise terms.
        noise: Vec<(NodeId, Symbol)>,
    },
    /// The new value.
    Map(NodeId),
    /// Nothing but handlers changes it.
    Kept,
}

/// A state of a population.
#[derive(Clone, Debug)]
pub(crate) struct State {
    /// The name as in the text; `ampa.g` for one of a synapse.
    pub(crate) name: String,
    pub(crate) symbol: Symbol,
    pub(crate) dim: Dim,
    pub(crate) span: Span,
    pub(crate) law: Law,
    pub(crate) init: NodeId,
    pub(crate) lower: Option<NodeId>,
    pub(crate) upper: Option<NodeId>,
    /// The unit of its declaration, if one is written.
    pub(crate) unit: Option<UnitOfDisplay>,
}

/// A port: the sum of everything delivered at a step.
#[derive(Clone, Debug)]
pub(crate) struct Input {
    pub(crate) name: String,
    pub(crate) symbol: Symbol,
    pub(crate) summands: Vec<Summand>,
    pub(crate) unit: Option<UnitOfDisplay>,
}

/// One summand of an input.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Summand {
    pub(crate) value: NodeId,
    /// Whether it belongs to the neuron's own system and is seen by every stage of the integrator;
    /// otherwise its value at the start of the step holds for the whole step.
    pub(crate) own: bool,
}

/// When an event happens.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Condition {
    /// At most once a step.
    When {
        /// A truth value.
        condition: NodeId,
        /// Whether only the crossing from false to true counts.
        rising: bool,
    },
    /// So many times in a step.
    Count(NodeId),
}

/// The new value of a state after a block, in terms of the values before the block.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Write {
    pub(crate) state: Symbol,
    pub(crate) value: NodeId,
}

/// An event of a population.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) name: String,
    pub(crate) span: Span,
    pub(crate) condition: Condition,
    pub(crate) block: Vec<Write>,
    pub(crate) refractory: Option<Refractory>,
}

/// How long an event cannot happen again, and what is held meanwhile.
#[derive(Clone, Debug)]
pub(crate) struct Refractory {
    /// The duration in ms; `None` for ever.
    pub(crate) duration: Option<NodeId>,
    /// The held states.
    pub(crate) holding: Vec<Symbol>,
    pub(crate) span: Span,
}

/// A clock with its block.
#[derive(Clone, Debug)]
pub(crate) struct Clock {
    /// The period in ms.
    pub(crate) period: f64,
    pub(crate) block: Vec<Write>,
    pub(crate) span: Span,
}
