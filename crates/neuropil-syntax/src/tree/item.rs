//! A file and what it consists of: models, networks, runs, declarations.

use super::{Expect, Expr, Name, Plot, Run, Set, Statement, Text, UnitExpr};
use crate::Span;

/// A whole text.
#[derive(Debug, Clone, PartialEq)]
pub struct File {
    /// The line `npl 1`, if there is one.
    pub version: Option<Version>,
    /// The items in the order of the text.
    pub items: Vec<Item>,
    /// The whole text.
    pub span: Span,
}

/// The version that a text asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Version {
    /// The major number; texts of other majors mean something else.
    pub major: u32,
    /// The minor number, 0 if absent; a higher one adds.
    pub minor: u32,
    /// The line.
    pub span: Span,
}

/// One item of a file.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// `use "synapses.npl"`.
    Use(Use),
    /// `const a = 1, b = 2`.
    Const(Vec<Decl>),
    /// `param tau = 20 ms`.
    Param(Vec<Decl>),
    /// `index pop = A, B`.
    Index(IndexDecl),
    /// `fn boltz(v) = …`.
    Function(Function),
    /// `neuron LIF { … }`.
    Model(Model),
    /// `neuron RS = Izhikevich { a = 0.1 }`.
    Derived(Derived),
    /// `network N { … }`.
    Network(Network),
    /// `run N for 1 s`.
    Run(Run),
    /// `plot raster(E)`.
    Plot(Plot),
    /// `expect rate(E) > 1 Hz`.
    Expect(Expect),
}

impl Item {
    /// Returns where the item stands.
    pub fn span(&self) -> Span {
        match self {
            Self::Use(item) => item.span,
            Self::Const(decls) | Self::Param(decls) => super::statement::span_of_decls(decls),
            Self::Index(item) => item.span,
            Self::Function(item) => item.span,
            Self::Model(item) => item.span,
            Self::Derived(item) => item.span,
            Self::Network(item) => item.span,
            Self::Run(item) => item.span,
            Self::Plot(item) => item.span,
            Self::Expect(item) => item.span,
        }
    }
}

/// `use "file.npl"`: brings in what another file declares.
#[derive(Debug, Clone, PartialEq)]
pub struct Use {
    /// The file.
    pub path: Text,
    /// What of it, and under which names.
    pub names: UseNames,
    /// The statement.
    pub span: Span,
}

/// What a `use` brings in.
#[derive(Debug, Clone, PartialEq)]
pub enum UseNames {
    /// Everything.
    All,
    /// `as syn`: everything under a prefix.
    Prefixed(Name),
    /// `: A, B`: these.
    These(Vec<Name>),
}

/// The kinds of a body of equations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ModelKind {
    /// `neuron`.
    Neuron,
    /// `synapse`: sees `pre` and `post`.
    Synapse,
    /// `channel`: sees the membrane.
    Channel,
    /// `cell`: has places.
    Cell,
    /// `signal`: what is no neuron.
    Signal,
}

impl ModelKind {
    /// All kinds.
    pub const ALL: [Self; 5] = [
        Self::Neuron,
        Self::Synapse,
        Self::Channel,
        Self::Cell,
        Self::Signal,
    ];

    /// Returns the word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Neuron => "neuron",
            Self::Synapse => "synapse",
            Self::Channel => "channel",
            Self::Cell => "cell",
            Self::Signal => "signal",
        }
    }

    /// Finds the kind of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// A body of equations.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// The kind.
    pub kind: ModelKind,
    /// The name.
    pub name: Name,
    /// The string at the start of the body: what it is and where it was published.
    pub doc: Option<Text>,
    /// The statements.
    pub body: Vec<Statement>,
    /// From the kind to the closing brace.
    pub span: Span,
}

/// The same model with other values.
#[derive(Debug, Clone, PartialEq)]
pub struct Derived {
    /// The kind.
    pub kind: ModelKind,
    /// The new name.
    pub name: Name,
    /// The model it is derived from.
    pub base: Name,
    /// The values.
    pub set: Set,
    /// The statement.
    pub span: Span,
}

/// A network; a body like a model's, with populations and projections.
#[derive(Debug, Clone, PartialEq)]
pub struct Network {
    /// The name.
    pub name: Name,
    /// The string at the start of the body.
    pub doc: Option<Text>,
    /// The statements.
    pub body: Vec<Statement>,
    /// From `network` to the closing brace.
    pub span: Span,
}

/// `NAME [axes] = expr : unit`, in `param`, `const`, `input`, `weight`.
#[derive(Debug, Clone, PartialEq)]
pub struct Decl {
    /// The name.
    pub name: Name,
    /// The axes in brackets.
    pub axes: Vec<Axis>,
    /// The value.
    pub value: Option<Expr>,
    /// The unit after the colon.
    pub unit: Option<UnitExpr>,
    /// The declaration.
    pub span: Span,
}

/// One axis in the brackets of a declaration.
#[derive(Debug, Clone, PartialEq)]
pub enum Axis {
    /// `k in pool`: the index set `pool`, whose element is called `k`.
    Over {
        /// The variable.
        var: Name,
        /// The index set.
        set: Name,
    },
    /// `c` (an index set) or `64`, `n_in` (a size); names tell which.
    Is(Expr),
}

impl Axis {
    /// Returns where the axis stands.
    pub fn span(&self) -> Span {
        match self {
            Self::Over { var, set } => var.span.to(set.span),
            Self::Is(expr) => expr.span,
        }
    }
}

/// `index NAME = …`.
#[derive(Debug, Clone, PartialEq)]
pub struct IndexDecl {
    /// The name.
    pub name: Name,
    /// The elements.
    pub set: IndexSet,
    /// The statement.
    pub span: Span,
}

/// The elements of an index.
#[derive(Debug, Clone, PartialEq)]
pub enum IndexSet {
    /// `A, B, N0`; also a single name.
    Labels(Vec<Name>),
    /// `0..4`, `labels("c.csv")`.
    Expr(Expr),
}

/// `fn NAME(names) = expr`.
#[derive(Debug, Clone, PartialEq)]
pub struct Function {
    /// The name.
    pub name: Name,
    /// The parameters.
    pub params: Vec<Name>,
    /// What it is.
    pub body: Expr,
    /// The statement.
    pub span: Span,
}
