//! Integration methods as passes from expressions to expressions.
//!
//! [`advance`] takes the equations of a system and gives, for every state, the expression of its
//! value one step later. Everything that follows (lowering, derivatives of a whole run) works on
//! those expressions, so a method is written once, here, and has no code of its own at run time.
//!
//! # What all methods share
//!
//! * All states advance together from their values at `t`.
//! * A state with bounds is clipped before every evaluation of a right-hand side, in all equations
//!   that mention it, and its new value is clipped. Upstrokes that diverge stay finite inside the
//!   stages of one step.
//! * A held state keeps its value and is a constant of the system while it is held.
//! * `t` is seen at the stage times; inputs are symbols that do not change within the step.
//! * Noise `b dW` is read in the sense of Ito. A draw of a step is one standard normal number, so
//!   `dW = sqrt(dt) N`.
//!
//! # The methods
//!
//! | method | order | noise |
//! |---|---|---|
//! | `euler` | 1 | any (Euler-Maruyama, strong order 1/2, 1 if additive) |
//! | `midpoint` | 2 | refused |
//! | `heun` | 2 | additive (stochastic Heun) |
//! | `rk4` | 4 | refused |
//! | `exponential_euler` | 1; alone and without `t` 2, alone and linear exact | any, added as in Euler-Maruyama |
//! | `exact` | exact for linear systems | additive, into a state that no other state reads |
//!
//! # Source
//!
//! Runge-Kutta methods: E. Hairer, S. P. Nørsett, G. Wanner (1993), Solving Ordinary Differential
//! Equations I, II.1. Stochastic methods: P. E. Kloeden, E. Platen (1992), Numerical Solution of
//! Stochastic Differential Equations, 10.2 and 15.5. Exponential methods: M. Hochbruck,
//! A. Ostermann (2010), Exponential integrators, <https://doi.org/10.1017/S0962492910000048>.

mod choose;
mod divided;
mod exact;
mod explicit;
mod exponential;
mod matrix;
mod structure;
mod system;

#[cfg(test)]
mod tests;

use std::fmt;

use neuropil_ir::graph::{Graph, NodeId, Symbol};
use neuropil_syntax::Span;

pub use choose::{Choice, choose};

use system::System;

/// An integration method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Method {
    /// Forward Euler; with noise Euler-Maruyama.
    Euler,
    /// The explicit midpoint rule.
    Midpoint,
    /// Heun's method: the trapezoidal rule with an Euler predictor.
    Heun,
    /// The classical Runge-Kutta method of order four.
    Rk4,
    /// Each state relaxes exponentially while the others stand still.
    ExponentialEuler,
    /// The solution of a linear system, by its matrix exponential.
    Exact,
}

impl Method {
    /// All methods.
    pub const ALL: &[Self] = &[
        Self::Euler,
        Self::Midpoint,
        Self::Heun,
        Self::Rk4,
        Self::ExponentialEuler,
        Self::Exact,
    ];

    /// The name as in the language.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Euler => "euler",
            Self::Midpoint => "midpoint",
            Self::Heun => "heun",
            Self::Rk4 => "rk4",
            Self::ExponentialEuler => "exponential_euler",
            Self::Exact => "exact",
        }
    }

    /// The method of a name of the language.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|method| method.name() == name)
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One differential equation of a system.
#[derive(Clone, Debug, PartialEq)]
pub struct Equation {
    /// The state X.
    pub symbol: Symbol,
    /// dX/dt without noise: mentions states, time, parameters, and inputs that are constant over
    /// the step.
    pub rhs: NodeId,
    /// Noise as (b, N): `b dW` is added, where N is a standard normal draw of this step.
    pub noise: Vec<(NodeId, NodeId)>,
    /// The least value of X.
    pub lower: Option<NodeId>,
    /// The largest value of X.
    pub upper: Option<NodeId>,
    /// A truth value: X is held in this step.
    pub held: Option<NodeId>,
    /// The place of the text that it stands at, for a profile.
    pub line: Option<Span>,
}

impl Equation {
    /// An equation without noise, bounds and holding.
    pub fn new(symbol: Symbol, rhs: NodeId) -> Self {
        Self {
            symbol,
            rhs,
            noise: Vec::new(),
            lower: None,
            upper: None,
            held: None,
            line: None,
        }
    }
}

/// The symbols of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    /// Time at the start of the step.
    pub t: Symbol,
    /// The length of the step.
    pub dt: Symbol,
}

/// Why a method cannot integrate a system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The index of the equation.
    pub equation: usize,
    /// The reason in the words of a scientist, with names in backticks.
    pub reason: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl std::error::Error for Refusal {}

/// The new values of the states after one step, in the order of the equations.
///
/// # Errors
///
/// A [`Refusal`] where the method does not fit the equations: noise for `midpoint` and `rk4`,
/// multiplicative noise for `heun`, an unknown derivative for `exponential_euler`, what is not
/// linear or mentions `t` for `exact`.
pub fn advance(
    graph: &mut Graph,
    equations: &[Equation],
    clock: Clock,
    method: Method,
) -> Result<Vec<NodeId>, Refusal> {
    // The system says of every equation where it stands.
    graph.with_line(None, |graph| {
        let mut system = System::new(graph, equations, clock);
        let advanced = match method {
            Method::Euler => explicit::euler(&mut system),
            Method::Midpoint => explicit::midpoint(&mut system)?,
            Method::Heun => explicit::heun(&mut system)?,
            Method::Rk4 => explicit::rk4(&mut system)?,
            Method::ExponentialEuler => exponential::step(&mut system)?,
            Method::Exact => exact::step(&mut system)?,
        };
        Ok(system.settle(&advanced))
    })
}
