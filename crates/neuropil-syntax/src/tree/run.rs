//! Runs, their phases and sweeps, plots, and what is expected of a run.

use super::{Call, Expr, Name, Path};
use crate::Span;

/// `run NETWORK for 1 s with dt = 0.1 ms as name { steps }`.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// The network.
    pub network: Name,
    /// How long; absent where phases say it.
    pub duration: Option<Expr>,
    /// Options of the run and parameters of the network.
    pub options: Vec<RunOption>,
    /// The name of the run; its network's if absent.
    pub name: Option<Name>,
    /// Sweeps, phases and repeats.
    pub steps: Vec<Step>,
    /// The statement.
    pub span: Span,
}

/// `NAME = expr` after `with`.
#[derive(Debug, Clone, PartialEq)]
pub struct RunOption {
    /// An option (`dt`, `seed`, `method`, …) or a parameter of the network.
    pub name: Name,
    /// Its value; a bare name (`rk4`) is a path.
    pub value: Expr,
}

/// One step of a run.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// `sweep a in [1, 2], trial in 0..20`: every combination; the last runs fastest.
    Sweep {
        /// What is swept.
        sweeps: Vec<Sweep>,
        /// The statement.
        span: Span,
    },
    /// `repeat 20 { … }`.
    Repeat {
        /// How often.
        count: Expr,
        /// What.
        steps: Vec<Step>,
        /// The statement.
        span: Span,
    },
    /// `phase step for 500 ms { … }`.
    Phase(Phase),
}

/// One axis of a sweep.
#[derive(Debug, Clone, PartialEq)]
pub struct Sweep {
    /// One name, or several that change together.
    pub names: Vec<Name>,
    /// The values.
    pub values: Expr,
    /// Where it stands.
    pub span: Span,
}

/// `phase NAME for T until COND unrecorded { changes }`.
#[derive(Debug, Clone, PartialEq)]
pub struct Phase {
    /// The name.
    pub name: Name,
    /// How long, at most.
    pub duration: Expr,
    /// What ends it before.
    pub until: Option<Expr>,
    /// Where `unrecorded` stands, if it does.
    pub unrecorded: Option<Span>,
    /// What differs in this phase.
    pub changes: Vec<Change>,
    /// The statement.
    pub span: Span,
}

/// What differs in a phase.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// `E.rate = 40 Hz`.
    Assign {
        /// The parameter.
        target: Path,
        /// Its value.
        value: Expr,
    },
    /// `cell.I += amp`.
    Add {
        /// The input.
        target: Path,
        /// The summand.
        value: Expr,
    },
    /// `hold syn.w`, `hold cell.V = -65 mV`; a list of paths gives one change each.
    Hold {
        /// The state.
        target: Path,
        /// The value it is held at; where it is, if absent.
        value: Option<Expr>,
    },
    /// `init N.V = -60 mV`.
    Init {
        /// The state.
        target: Path,
        /// Its value at the start of the phase.
        value: Expr,
    },
}

/// `plot a(…) above b(…), c(…)`.
#[derive(Debug, Clone, PartialEq)]
pub struct Plot {
    /// The first picture.
    pub first: Call,
    /// The others, each with how it stands to the one before.
    pub rest: Vec<(PlotJoin, Call)>,
    /// The statement.
    pub span: Span,
}

/// How a picture stands to the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PlotJoin {
    /// `,`: a figure of its own.
    Next,
    /// `above`: the one before stands above it, with the same time axis.
    Above,
    /// `beside`: the one before stands left of it.
    Beside,
}

/// `expect expr in low .. high, a == b`.
#[derive(Debug, Clone, PartialEq)]
pub struct Expect {
    /// What is expected; all are tried.
    pub items: Vec<Expectation>,
    /// The statement.
    pub span: Span,
}

/// One expectation.
#[derive(Debug, Clone, PartialEq)]
pub struct Expectation {
    /// A condition, or a value that must lie in `within`.
    pub value: Expr,
    /// The range that the value must lie in, both ends included.
    pub within: Option<Expr>,
    /// Where it stands.
    pub span: Span,
}
