//! Projections, and the synaptic states that they share at their targets.

use std::ops::Range;

use neuropil_ir::connect::Rule;
use neuropil_ir::graph::{NodeId, Symbol};
use neuropil_syntax::Span;

use super::PopulationId;

/// What lives at the postsynaptic population for one or more projections of equal synapse and
/// values: states in [`super::Population::states`], summands of inputs, and jumps on arrival.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    /// The name of the first projection, as in the text.
    pub(crate) name: String,
    /// What must be equal for a projection to share it: the model and the values of parameters.
    pub(crate) key: (String, Vec<NodeId>),
    /// Whether other projections may join.
    pub(crate) shared: bool,
    /// The weight in the increments.
    pub(crate) weight: Symbol,
    /// The states, which the population holds.
    pub(crate) states: Vec<Symbol>,
    /// What an arrival adds.
    pub(crate) increments: Vec<Increment>,
}

/// Where an arrival adds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ArrivalTarget {
    /// A state of the postsynaptic population (its own or one of the group).
    State(Symbol),
    /// An input of the postsynaptic population; the arrival counts for one step.
    Input(Symbol),
}

/// What one arrival adds to a target: `slope * weight + constant`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Increment {
    pub(crate) target: ArrivalTarget,
    /// The factor of the weight, uniform or one value a postsynaptic element.
    pub(crate) slope: NodeId,
    /// What is added beside, uniform or one value a postsynaptic element.
    pub(crate) constant: NodeId,
    /// What the text adds.
    pub(crate) span: Span,
}

/// One source population to one target population.
#[derive(Clone, Debug)]
pub(crate) struct Projection {
    /// The qualified name without the network, such as `ampa[exc]` or `exc->inh:Delta`.
    pub(crate) name: String,
    pub(crate) span: Span,
    pub(crate) pre: PopulationId,
    /// The event of the source, by its place in the population's events.
    pub(crate) event: usize,
    pub(crate) sources: Vec<Range<u32>>,
    pub(crate) post: PopulationId,
    pub(crate) targets: Vec<Range<u32>>,
    /// The place of the group at the target.
    pub(crate) group: usize,
    /// The weight of an edge; `None` where the synapse has none.
    pub(crate) weight: Option<NodeId>,
    /// The delay in ms.
    pub(crate) delay: Option<NodeId>,
    /// `delay none`: arrives before the target advances in the same step.
    pub(crate) same_step: bool,
    /// The rule; its expressions are in `rule_value` until they are planned.
    pub(crate) rule: Rule,
    /// The argument of the rule, where it has one.
    pub(crate) rule_value: Option<NodeId>,
    pub(crate) without_self: bool,
    pub(crate) without_multapses: bool,
}
