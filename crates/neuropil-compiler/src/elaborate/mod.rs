//! From the tree to the Model IR: names resolved, units checked, values bound.
//!
//! A [`Body`] is one use of a model (or a network, or a file): its names, each with the expression
//! that gives its value and the scope in which that expression is read. Values are found when they
//! are asked for, so that the statements of a body are a set and not a sequence; a name that is
//! asked for while it is being found is a circular definition.

mod arrival;
mod body;
mod call;
mod check;
mod definitions;
mod delivery;
mod draws;
mod ends;
mod equation;
mod event;
mod expression;
mod handler;
mod lookup;
mod measure;
mod network;
mod picture;
mod population;
mod projection;
mod record;
mod rule;
mod selection;
mod start;
mod statistic;
mod synapse;
mod units;

pub(crate) use check::{check_models, models_of};
pub(crate) use definitions::{Definition, Definitions};
pub(crate) use network::elaborate;
pub(crate) use selection::in_steps;

use std::collections::BTreeMap;
use std::sync::Arc;

use neuropil_ir::graph::{NodeId, Symbol};
use neuropil_syntax::tree;
use neuropil_syntax::tree::{Expr, Name};

use crate::dimension::Dim;
use crate::model::{Network, PopulationId, UnitOfDisplay};
use crate::report::Report;

/// A value with its dimension.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Typed {
    pub(crate) node: NodeId,
    pub(crate) dim: Dim,
}

/// The index of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BodyId(pub(crate) usize);

/// Where an expression is read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scope {
    /// The body whose names it sees.
    body: BodyId,
    /// The body of the element that `i` and `self` mean, where there is one.
    element: Option<BodyId>,
    /// The two sides of an edge, in the values of a projection.
    edge: Option<(PopulationId, PopulationId)>,
}

impl Scope {
    fn of(body: BodyId) -> Self {
        Self {
            body,
            element: None,
            edge: None,
        }
    }
}

/// What a value is for: decides whether it may draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Start values, parameters, weights: drawn once when built.
    Build,
    /// Maps, handlers, quantities: drawn once a step and element.
    Step,
    /// One number for all: no draws.
    Fixed,
}

/// The circumstances under which an expression is read.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    scope: Scope,
    purpose: Purpose,
    /// The qualified name of what the expression gives a value to; names the streams of draws.
    stream: String,
    /// Number of draws met so far.
    draws: u32,
    /// Names of the nearest scope: arguments of a function, `let` in a handler.
    locals: Vec<(Arc<str>, Typed)>,
    /// How many functions are being inlined.
    depth: u32,
}

impl Place {
    fn new(scope: Scope, purpose: Purpose, stream: impl Into<String>) -> Self {
        Self {
            scope,
            purpose,
            stream: stream.into(),
            draws: 0,
            locals: Vec::new(),
            depth: 0,
        }
    }
}

/// What a name of a body is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum EntryKind<'a> {
    /// May be overridden.
    Parameter,
    /// Fixed, or derived from parameters.
    Constant,
    /// Evaluated where needed.
    Quantity,
    /// Has an equation, a map or a start value.
    State(Symbol),
    /// A port.
    Input(Symbol),
    /// The value that a connection carries.
    Weight(Symbol),
    /// Inlined where it is called.
    Function(&'a tree::Function),
    /// A population of a network.
    Population(PopulationId),
    /// A projection of a network.
    Projection,
    /// A name whose declaration was refused; says nothing more.
    Broken,
}

/// How far the value of a name is found.
#[derive(Clone, Debug)]
enum Found {
    Not,
    Searching,
    Yes(Option<Typed>),
}

/// A name of a body.
#[derive(Clone, Debug)]
pub(crate) struct Entry<'a> {
    name: Name,
    kind: EntryKind<'a>,
    /// The expression that gives its value and where it is read.
    value: Option<(&'a Expr, Scope)>,
    /// The dimension, where it is declared.
    dim: Option<Dim>,
    unit: Option<UnitOfDisplay>,
    found: Found,
}

/// One use of a model, a network or a file: a set of names.
#[derive(Clone, Debug)]
pub(crate) struct Body<'a> {
    /// The qualified name, such as `EIBalance.exc`.
    path: String,
    /// What it is in messages: ``neuron `LIF` ``.
    what: String,
    /// Whether it has no unit at all; time is then a number in ms.
    dimensionless: bool,
    /// The body whose names are seen behind its own.
    parent: Option<BodyId>,
    entries: Vec<Entry<'a>>,
    names: BTreeMap<Arc<str>, usize>,
    population: Option<PopulationId>,
    /// The sides of a synapse.
    sides: Option<Sides>,
}

/// What `pre` and `post` mean in a synapse.
#[derive(Clone, Debug)]
pub(crate) enum Sides {
    /// A projection between two populations.
    Between {
        pre: (PopulationId, BodyId),
        post: (PopulationId, BodyId),
    },
    /// A synapse that is checked alone; names with their symbols as they are met.
    Open {
        met: BTreeMap<(bool, Arc<str>), Typed>,
    },
}

/// Turns a network of the tree into Model IR.
pub(crate) struct Elaborator<'a, 'r> {
    definitions: &'a Definitions<'a>,
    report: &'r mut Report,
    network: Network,
    bodies: Vec<Body<'a>>,
    /// Values from the command line or a caller: path, value.
    overrides: &'a [Override],
    /// For each override, whether a name took it.
    taken: Vec<bool>,
    /// Projections with a name: the name, and the plan's projections by target.
    named: Vec<(Arc<str>, Vec<usize>)>,
    /// The reductions met while one number of the network is read; `None` elsewhere.
    reduced: Option<Vec<crate::model::Reduced>>,
    /// The dimensions of the recorded values, in order.
    trace_dims: Vec<Dim>,
    /// The length of the run in ms, for measures of the whole run.
    run_length: f64,
}

/// A value for a parameter from outside the text.
#[derive(Clone, Debug, PartialEq)]
pub struct Override {
    /// The path, such as `exc.C` or `N`.
    pub path: String,
    /// The value, parsed from the caller's string.
    pub value: Expr,
}

impl<'a> Elaborator<'a, '_> {
    fn body(&self, id: BodyId) -> &Body<'a> {
        &self.bodies[id.0]
    }

    fn body_mut(&mut self, id: BodyId) -> &mut Body<'a> {
        &mut self.bodies[id.0]
    }

    fn new_body(&mut self, body: Body<'a>) -> BodyId {
        self.bodies.push(body);
        BodyId(self.bodies.len() - 1)
    }

    fn number(&mut self, value: f64) -> Typed {
        Typed {
            node: self.network.graph.number(value),
            dim: Dim::one(),
        }
    }
}
