//! The statements of a body: ports, equations, events, what a channel or a cell is made of.

use super::{
    Axis, Decl, Every, Expr, ForLoop, Function, IndexDecl, Name, Path, Projection, Record, Set,
    Trainable,
};
use crate::Span;

/// One statement of a model or network. Which body takes which is for the compiler to say.
#[derive(Debug, Clone, PartialEq)]
pub enum Statement {
    /// `param tau = 20 ms, C = 200 pF`.
    Param(Vec<Decl>),
    /// `const C_E = round(0.1*N_E)`.
    Const(Vec<Decl>),
    /// `index c = fast, slow`.
    Index(IndexDecl),
    /// `fn boltz(v) = …`.
    Function(Function),
    /// `input I : pA`.
    Input(Vec<Decl>),
    /// `weight w : nS`.
    Weight(Decl),
    /// `init V = E_L, m, h = steady`: one entry a value.
    Init(Vec<Init>),
    /// `tau*dV/dt = …`.
    Derivative(Derivative),
    /// `x[t+1] = …`.
    Map(Map),
    /// `m_inf = …`; also a population or sub-network: `E = LIF[100] { … }`.
    Quantity(Quantity),
    /// `post.I += g*(E_rev - post.V)`.
    Delivery {
        /// The input.
        target: Path,
        /// The summand.
        value: Expr,
    },
    /// `spike when V >= V_th { V = V_reset } refractory t_ref holding V`.
    Event(Event),
    /// `on pre { g += w }`.
    On(On),
    /// `every 50 ms { r = normal(40 Hz, 4 Hz) }`.
    Every(Every),
    /// `bound w >= 0 nS, w <= w_max`.
    Bound(Vec<BoundClause>),
    /// `integrate V, Theta with rk4`.
    Integrate(Integrate),
    /// `place g on edge`.
    Place(Place),
    /// `ion Ca, K`.
    Ion(Vec<Name>),
    /// `current K = g*p^2*(V - E_K)`.
    Current(Current),
    /// `insert Leak { g = 0.1 mS/cm^2 }, CaL on apical`.
    Insert(Insert),
    /// `section dend { length = 600 um }`.
    Section(Section),
    /// `shape swc("c.swc")`.
    Shape(Expr),
    /// `region tuft = apical if distance > 400 um`.
    Region(Region),
    /// `E -> I : AMPA weight 1 nS connect all_to_all`.
    Projection(Box<Projection>),
    /// `for a in pop { … }`.
    For(ForLoop),
    /// `record E.V every 1 ms`.
    Record(Record),
    /// `trainable W.w in [0, 1]`.
    Trainable(Vec<Trainable>),
}

impl Statement {
    /// Returns where the statement stands (without its first word where that alone names the form).
    pub fn span(&self) -> Span {
        match self {
            Self::Param(decls) | Self::Const(decls) | Self::Input(decls) => span_of_decls(decls),
            Self::Index(it) => it.span,
            Self::Function(it) => it.span,
            Self::Weight(it) => it.span,
            Self::Init(list) => join(list.iter().map(|it| it.span)),
            Self::Derivative(it) => it.span,
            Self::Map(it) => it.span,
            Self::Quantity(it) => it.span,
            Self::Delivery { target, value } => target.span.to(value.span),
            Self::Event(it) => it.span,
            Self::On(it) => it.span,
            Self::Every(it) => it.span,
            Self::Bound(list) => join(list.iter().map(|it| it.span)),
            Self::Integrate(it) => it.span,
            Self::Place(it) => it.span,
            Self::Ion(names) => join(names.iter().map(|it| it.span)),
            Self::Current(it) => it.span,
            Self::Insert(it) => it.span,
            Self::Section(it) => it.span,
            Self::Shape(it) => it.span,
            Self::Region(it) => it.span,
            Self::Projection(it) => it.span,
            Self::For(it) => it.span,
            Self::Record(it) => it.span,
            Self::Trainable(list) => join(list.iter().map(|it| it.span)),
        }
    }
}

/// Joins the spans of a list that is never empty in a parsed tree.
fn join(spans: impl IntoIterator<Item = Span>) -> Span {
    let joined = spans.into_iter().reduce(Span::to);
    joined.unwrap_or(Span::at(crate::SourceId(0), 0))
}

pub(super) fn span_of_decls(decls: &[Decl]) -> Span {
    join(decls.iter().map(|decl| decl.span))
}

/// `init a, b = value`.
#[derive(Debug, Clone, PartialEq)]
pub struct Init {
    /// The names with their axes that share the value.
    pub targets: Vec<(Name, Vec<Axis>)>,
    /// The value.
    pub value: InitValue,
    /// From the first name to the value.
    pub span: Span,
}

/// What a state starts with.
#[derive(Debug, Clone, PartialEq)]
pub enum InitValue {
    /// An expression.
    Expr(Expr),
    /// `steady`: where the equation stands still.
    Steady(Span),
}

/// `factor*dNAME[axes]/dt = rhs`, or with a fractional order `factor*d^a NAME/dt^a = rhs`.
#[derive(Debug, Clone, PartialEq)]
pub struct Derivative {
    /// What the derivative is multiplied by.
    pub factor: Option<Expr>,
    /// The state, without the leading `d`.
    pub state: Name,
    /// The axes of a vector state.
    pub axes: Vec<Axis>,
    /// The order of a fractional derivative.
    pub order: Option<Expr>,
    /// The right side.
    pub rhs: Expr,
    /// The equation.
    pub span: Span,
}

/// `NAME[axes][t+1] = rhs`.
#[derive(Debug, Clone, PartialEq)]
pub struct Map {
    /// The state.
    pub state: Name,
    /// The axes of a vector state.
    pub axes: Vec<Axis>,
    /// The new value.
    pub rhs: Expr,
    /// Where `asynchronously` stands, if it does.
    pub asynchronously: Option<Span>,
    /// The equation.
    pub span: Span,
}

/// `NAME[axes] = rhs { set }`.
///
/// Names tell what it is: a value; a population (`rhs` is the path of a model, `LIF[100]`); a
/// sub-network (the path of a network).
#[derive(Debug, Clone, PartialEq)]
pub struct Quantity {
    /// The name.
    pub name: Name,
    /// The axes of a family or vector.
    pub axes: Vec<Axis>,
    /// The right side.
    pub rhs: Expr,
    /// The values in braces, only for populations and sub-networks.
    pub set: Option<Set>,
    /// The statement.
    pub span: Span,
}

/// `spike when … { … } refractory … holding …`.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// `spike`, or the name after `event`.
    pub name: EventName,
    /// When it happens.
    pub condition: Condition,
    /// What happens.
    pub handler: Option<Handler>,
    /// How long it then cannot happen again.
    pub refractory: Option<Refractory>,
    /// The statement.
    pub span: Span,
}

/// The name of an event.
#[derive(Debug, Clone, PartialEq)]
pub enum EventName {
    /// `spike`, with the place of the word.
    Spike(Span),
    /// `event up`.
    Named(Name),
}

impl EventName {
    /// Returns the name by which others refer to the event.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Spike(_) => "spike",
            Self::Named(name) => &name.text,
        }
    }

    /// Returns where the name stands.
    pub const fn span(&self) -> Span {
        match self {
            Self::Spike(span) => *span,
            Self::Named(name) => name.span,
        }
    }
}

/// When an event happens.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// `when expr`, at most once a step.
    When {
        /// The condition.
        expr: Expr,
        /// Where `rising` stands: only the crossing from false to true counts.
        rising: Option<Span>,
    },
    /// `count expr`: so many times in this step.
    Count(Expr),
}

/// `refractory 5 ms holding V`.
#[derive(Debug, Clone, PartialEq)]
pub struct Refractory {
    /// For how long.
    pub duration: RefractorySpan,
    /// The states that are held.
    pub holding: Vec<Name>,
    /// The clause.
    pub span: Span,
}

/// How long an event cannot happen again.
#[derive(Debug, Clone, PartialEq)]
pub enum RefractorySpan {
    /// A duration.
    Time(Expr),
    /// `forever`.
    Forever(Span),
}

/// `{ line; line }`: what an event does, line by line.
#[derive(Debug, Clone, PartialEq)]
pub struct Handler {
    /// The lines in their order.
    pub lines: Vec<HandlerLine>,
    /// The braces with what is between.
    pub span: Span,
}

/// One line of a handler.
#[derive(Debug, Clone, PartialEq)]
pub enum HandlerLine {
    /// `V = V_reset`, `g += w`.
    Assign {
        /// What is changed.
        target: Path,
        /// How.
        op: AssignOp,
        /// By what.
        value: Expr,
    },
    /// `let x = …`: a name for the rest of the handler.
    Let {
        /// The name.
        name: Name,
        /// Its value.
        value: Expr,
    },
}

/// How a line changes its target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AssignOp {
    /// `=`.
    Set,
    /// `+=`.
    Add,
    /// `-=`.
    Subtract,
    /// `*=`.
    Multiply,
}

impl AssignOp {
    /// Returns the sign.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Set => "=",
            Self::Add => "+=",
            Self::Subtract => "-=",
            Self::Multiply => "*=",
        }
    }
}

/// A side of a synapse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// `pre`.
    Pre,
    /// `post`.
    Post,
}

/// `on pre.burst { … }`.
#[derive(Debug, Clone, PartialEq)]
pub struct On {
    /// The side whose event arrives.
    pub side: Side,
    /// Where the side stands.
    pub side_span: Span,
    /// The event; absent for `spike`.
    pub event: Option<Name>,
    /// What happens.
    pub handler: Handler,
    /// The statement.
    pub span: Span,
}

/// One bound of a `bound` statement.
#[derive(Debug, Clone, PartialEq)]
pub struct BoundClause {
    /// The state.
    pub name: Name,
    /// Whether it is an upper bound (`<=`).
    pub upper: bool,
    /// The bound.
    pub limit: Expr,
    /// The clause.
    pub span: Span,
}

/// `integrate names with method`.
#[derive(Debug, Clone, PartialEq)]
pub struct Integrate {
    /// The states, or the one name `network`; empty for all of the body.
    pub names: Vec<Name>,
    /// The method.
    pub method: Name,
    /// Where `stratonovich` stands, if it does.
    pub stratonovich: Option<Span>,
    /// The statement.
    pub span: Span,
}

/// `place names on side`.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// The states.
    pub names: Vec<Name>,
    /// `pre`, `post` or `edge`.
    pub on: Name,
    /// The statement.
    pub span: Span,
}

/// `current NAME = expr`.
#[derive(Debug, Clone, PartialEq)]
pub struct Current {
    /// The name; that of an ion makes it carried by the ion.
    pub name: Name,
    /// The current, outward positive.
    pub value: Expr,
    /// The statement.
    pub span: Span,
}

/// `insert A { … }, B on places`.
#[derive(Debug, Clone, PartialEq)]
pub struct Insert {
    /// The channels.
    pub channels: Vec<Inserted>,
    /// The places; empty for the whole membrane of a point neuron.
    pub on: Vec<Name>,
    /// The statement.
    pub span: Span,
}

/// One channel of an `insert`.
#[derive(Debug, Clone, PartialEq)]
pub struct Inserted {
    /// The channel.
    pub model: Name,
    /// Its values.
    pub set: Option<Set>,
}

/// `section NAME { … }`.
#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    /// The name.
    pub name: Name,
    /// Its geometry.
    pub set: Set,
    /// The statement.
    pub span: Span,
}

/// `region NAME = base if condition`.
#[derive(Debug, Clone, PartialEq)]
pub struct Region {
    /// The name.
    pub name: Name,
    /// The section or region it is part of.
    pub base: Name,
    /// The compartments that belong to it.
    pub condition: Option<Expr>,
    /// The statement.
    pub span: Span,
}
