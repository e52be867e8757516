//! What only networks have (projections, records, loops), and the `set` of values in braces.

use super::{Axis, Call, Decl, Expr, Handler, Init, Name, Path, Statement};
use crate::Span;

/// `{ tau = 10 ms, I += 20 nA; init V = E_L }`: values for a model, place or network.
#[derive(Debug, Clone, PartialEq)]
pub struct Set {
    /// The entries in the order of the text.
    pub entries: Vec<SetEntry>,
    /// The braces with what is between.
    pub span: Span,
}

/// One entry of a [`Set`]. Left sides are names of the model, right sides are read where the text
/// stands.
#[derive(Debug, Clone, PartialEq)]
pub enum SetEntry {
    /// `tau = 10 ms`.
    Assign {
        /// What is set.
        target: Path,
        /// Its value.
        value: Expr,
    },
    /// `I += 20 nA`.
    Add {
        /// The input.
        target: Path,
        /// The summand.
        value: Expr,
    },
    /// `init V = E_L, w = 0 pA`.
    Init(Vec<Init>),
    /// `param x = uniform(0 mm, 1 mm)`.
    Param(Vec<Decl>),
    /// `exc { … }`: values for a part.
    Nested {
        /// The part.
        name: Name,
        /// Its values.
        set: Set,
    },
}

/// `NAME = A -> B, C : Synapse { … } clauses`.
#[derive(Debug, Clone, PartialEq)]
pub struct Projection {
    /// The name with its axes, if it has one.
    pub name: Option<(Name, Vec<Axis>)>,
    /// Where it comes from: populations, events, or populations written in place.
    pub sources: Vec<Endpoint>,
    /// Where it goes: populations or places.
    pub targets: Vec<Path>,
    /// What happens between.
    pub synapse: SynapseRef,
    /// The clauses in the order of the text; each kind at most once.
    pub clauses: Vec<Clause>,
    /// The statement.
    pub span: Span,
}

/// A source of a projection.
#[derive(Debug, Clone, PartialEq)]
pub struct Endpoint {
    /// A population, part of one, or an event; a model with a size (`Poisson[100]`) in place.
    pub path: Path,
    /// The values of a population in place.
    pub set: Option<Set>,
}

/// The synapse of a projection.
#[derive(Debug, Clone, PartialEq)]
pub enum SynapseRef {
    /// `Exponential { tau = 5 ms }`.
    Named {
        /// The model.
        name: Name,
        /// Its values.
        set: Option<Set>,
    },
    /// `{ post.I += w*pre.r }`: written in place; its weight is `w`.
    InPlace {
        /// The statements.
        body: Vec<Statement>,
        /// The braces with what is between.
        span: Span,
    },
}

/// One clause of a projection.
#[derive(Debug, Clone, PartialEq)]
pub enum Clause {
    /// `weight 6 nS`.
    Weight {
        /// The value that a connection carries.
        value: Expr,
        /// The clause.
        span: Span,
    },
    /// `delay 1.5 ms`, `delay none`.
    Delay {
        /// The delay.
        value: Delay,
        /// The clause.
        span: Span,
    },
    /// `into I_exc`.
    Into {
        /// The port of the target.
        port: Name,
        /// The clause.
        span: Span,
    },
    /// `connect fixed_indegree(100) without self`.
    Connect(Connect),
}

impl Clause {
    /// Returns the first word of the clause.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Weight { .. } => "weight",
            Self::Delay { .. } => "delay",
            Self::Into { .. } => "into",
            Self::Connect(_) => "connect",
        }
    }

    /// Returns where the clause stands.
    pub const fn span(&self) -> Span {
        match self {
            Self::Weight { span, .. } | Self::Delay { span, .. } | Self::Into { span, .. } => *span,
            Self::Connect(connect) => connect.span,
        }
    }
}

/// The delay of a projection.
#[derive(Debug, Clone, PartialEq)]
pub enum Delay {
    /// A duration.
    Time(Expr),
    /// `none`: before the target advances in the same step.
    None(Span),
}

/// `connect RULE(args) without self, multapses`.
#[derive(Debug, Clone, PartialEq)]
pub struct Connect {
    /// Which pairs are connected.
    pub rule: ConnectRule,
    /// What is left out, each with its place.
    pub without: Vec<(Without, Span)>,
    /// The clause.
    pub span: Span,
}

/// Which pairs are connected.
#[derive(Debug, Clone, PartialEq)]
pub enum ConnectRule {
    /// `all_to_all`, `fixed_probability(0.1)`; no arguments if there are no parentheses.
    Named(Call),
    /// `if pre.i < post.i`.
    If(Expr),
}

/// What a connection rule leaves out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Without {
    /// `self`: no neuron to itself.
    Itself,
    /// `multapses`: no pair twice.
    Multapses,
}

/// `every PERIOD from START { … }`.
#[derive(Debug, Clone, PartialEq)]
pub struct Every {
    /// The distance of ticks.
    pub period: Expr,
    /// The first tick; 0 if absent.
    pub from: Option<Expr>,
    /// What happens.
    pub handler: Handler,
    /// The statement.
    pub span: Span,
}

/// `for a in pop, b in pop if p[b, a] > 0 { … }`.
#[derive(Debug, Clone, PartialEq)]
pub struct ForLoop {
    /// The variables with what they run over; the last runs fastest.
    pub over: Vec<(Name, Expr)>,
    /// Which combinations count.
    pub condition: Option<Expr>,
    /// The statements.
    pub body: Vec<Statement>,
    /// The statement.
    pub span: Span,
}

/// `record a, b = expr every 1 ms`.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// What is recorded.
    pub items: Vec<RecordItem>,
    /// When; each step if absent.
    pub when: Option<RecordWhen>,
    /// The statement.
    pub span: Span,
}

/// One recorded value.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordItem {
    /// The name with its axes that it gets.
    pub name: Option<(Name, Vec<Axis>)>,
    /// The value: a state, a quantity, an event, an expression.
    pub value: Expr,
    /// Where it stands.
    pub span: Span,
}

/// When values are recorded.
#[derive(Debug, Clone, PartialEq)]
pub enum RecordWhen {
    /// `every 1 ms`.
    Every(Expr),
    /// `on D.hit`: at an event.
    On(Path),
    /// `at 10 ms`: once.
    At(Expr),
    /// `at end`: once, at the end of the run.
    AtEnd(Span),
}

/// `path in [low, high]` of a `trainable` statement.
#[derive(Debug, Clone, PartialEq)]
pub struct Trainable {
    /// What may be trained.
    pub target: Path,
    /// Between which values.
    pub range: Option<Expr>,
    /// Where it stands.
    pub span: Span,
}
