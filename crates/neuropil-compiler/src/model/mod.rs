//! The Model IR of one network: what its text says, with names resolved and units checked.
//!
//! All expressions live in one [`Graph`]; everything that comes from outside an expression is a
//! symbol with a [`Role`]. There are no time steps here: the planner makes them.

mod population;
mod projection;
mod record;

pub(crate) use population::{
    Clock, Condition, ElementParameter, Event, Input, Law, Population, Refractory, State, Summand,
    UnitOfDisplay, Write,
};
pub(crate) use projection::{ArrivalTarget, Group, Increment, Projection};
pub(crate) use record::{Record, Recorded, Reduced};

use neuropil_ir::graph::{Graph, NodeId, Symbol};

use crate::dimension::{Dim, Solver};

/// The index of a population of a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct PopulationId(pub(crate) u32);

impl PopulationId {
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// Where the value of a symbol comes from.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Role {
    /// Time: inside an equation that of the stage of the integrator.
    Time,
    /// Time at the start of the step.
    StartTime,
    /// The length of a step.
    StepLength,
    /// A number equal for all elements, in internal units.
    Parameter {
        /// The qualified name, such as `exc.tau`.
        name: String,
        /// The value.
        value: f64,
    },
    /// A value for each element of a population, drawn or computed when built.
    Element(PopulationId),
    /// A state of a population.
    State(PopulationId),
    /// An input of a population: the sum of its summands.
    Input(PopulationId),
    /// The index of the element.
    Index(PopulationId),
    /// A draw from the open unit interval.
    Draw {
        /// The qualified name of what is drawn.
        name: String,
        /// The draw's number in its expression.
        number: u32,
    },
    /// White noise (`xi`) of a population.
    Noise {
        /// The qualified name.
        name: String,
    },
    /// The weight of the edge whose event arrives.
    Weight,
    /// The index of the presynaptic element of an edge.
    PreIndex,
    /// The index of the postsynaptic element of an edge.
    PostIndex,
    /// A symbol of the presynaptic element of an edge.
    Pre(Symbol),
    /// A symbol of the postsynaptic element of an edge, in a value that is built for each edge.
    Post(Symbol),
    /// A number that is reduced over a population at every sample.
    Reduced,
    /// A name of which only the dimension matters: a side of a synapse that is checked alone.
    Open,
}

/// What is known of a symbol beside its name.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Meaning {
    pub(crate) dim: Dim,
    pub(crate) role: Role,
}

/// A network, elaborated.
#[derive(Debug)]
pub(crate) struct Network {
    pub(crate) name: String,
    pub(crate) graph: Graph,
    pub(crate) dims: Solver,
    /// By symbol.
    pub(crate) meanings: Vec<Meaning>,
    pub(crate) time: Symbol,
    pub(crate) start_time: Symbol,
    pub(crate) step_length: Symbol,
    /// The length of a step in ms.
    pub(crate) dt: f64,
    pub(crate) populations: Vec<Population>,
    pub(crate) projections: Vec<Projection>,
    pub(crate) records: Vec<Record>,
}

impl Network {
    pub(crate) fn new(name: &str, dt: f64) -> Self {
        let mut network = Self {
            name: name.to_owned(),
            graph: Graph::new(),
            dims: Solver::default(),
            meanings: Vec::new(),
            time: Symbol(0),
            start_time: Symbol(0),
            step_length: Symbol(0),
            dt,
            populations: Vec::new(),
            projections: Vec::new(),
            records: Vec::new(),
        };
        network.time = network.symbol("t", Dim::time(), Role::Time);
        network.start_time = network.symbol("t", Dim::time(), Role::StartTime);
        network.step_length = network.symbol("dt", Dim::time(), Role::StepLength);
        network
    }

    /// Declares a symbol.
    pub(crate) fn symbol(&mut self, name: &str, dim: Dim, role: Role) -> Symbol {
        let symbol = self.graph.new_symbol(name);
        self.meanings.push(Meaning { dim, role });
        symbol
    }

    pub(crate) fn role(&self, symbol: Symbol) -> &Role {
        &self.meanings[symbol.index()].role
    }

    /// The value of an expression that mentions constants, parameters and dt alone.
    pub(crate) fn constant(&self, node: NodeId) -> Option<f64> {
        if let Some(value) = self.graph.as_number(node) {
            return Some(value);
        }
        crate::lower::evaluate(&self.graph, node, &|symbol| match self.role(symbol) {
            Role::Parameter { value, .. } => Some(*value),
            Role::StepLength => Some(self.dt),
            _ => None,
        })
        .ok()
    }

    /// Whether a projection has no sources or no targets, and so no edges.
    pub(crate) fn is_empty(&self, projection: &Projection) -> bool {
        [projection.pre, projection.post]
            .iter()
            .any(|end| self.populations[end.index()].size == 0)
    }

    /// Whether an expression has one value for all elements and all times.
    pub(crate) fn is_uniform(&self, node: NodeId) -> bool {
        self.graph
            .symbols_of(node)
            .iter()
            .all(|&symbol| matches!(self.role(symbol), Role::Parameter { .. } | Role::StepLength))
    }

    /// Whether an expression has one value for each element (or for all), fixed when built.
    pub(crate) fn is_built(&self, node: NodeId) -> bool {
        self.graph.symbols_of(node).iter().all(|&symbol| {
            matches!(
                self.role(symbol),
                Role::Parameter { .. } | Role::StepLength | Role::Element(_) | Role::Index(_)
            )
        })
    }
}
