//! What can go wrong between a compiled program and its results.

use neuropil_ir::backend::{BackendError, RunError};
use neuropil_syntax::Span;

use crate::connect::ConnectError;
use crate::memory::Footprint;
use crate::record::RecordError;

/// Why a simulation could not be built or had to end.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SimulationError {
    /// The program contradicts itself; an error of the compiler.
    #[error("the program is not valid: {what}")]
    Program {
        /// What does not fit.
        what: &'static str,
    },
    /// The run would need more memory than it may use.
    #[error("the network needs about {} of memory ({estimate}), more than the limit of {}",
        crate::memory::bytes(estimate.total()), crate::memory::bytes(*limit))]
    Memory {
        /// What is needed, by use.
        estimate: Footprint,
        /// The bytes allowed.
        limit: u64,
    },
    /// The back-end could not load the plan.
    #[error(transparent)]
    Load(BackendError),
    /// A connection rule asks for what cannot be.
    #[error(transparent)]
    Connection(#[from] ConnectError),
    /// The back-end could not store the connections of a projection.
    #[error("{source}")]
    Store {
        /// The projection.
        projection: String,
        /// Where it stands in the text.
        span: Span,
        /// What the back-end says.
        source: BackendError,
    },
    /// A state is no longer a finite number.
    #[error(
        "{} is {value} at step {step} (t = {time} ms){}",
        subject(population, variable, *element),
        history(*finite_at, *step)
    )]
    NotFinite {
        /// The population; empty for a state of the network itself.
        population: String,
        /// The name of the state in its population, such as `V`.
        variable: String,
        /// The first element in question.
        element: u32,
        /// What was found.
        value: f64,
        /// The step at which it was found.
        step: u64,
        /// The time of that step in ms.
        time: f64,
        /// The last step at which the state was known to be finite; `step` if it never was.
        finite_at: u64,
        /// Where its equation stands in the text, if the state is one of the text.
        span: Option<Span>,
    },
    /// The back-end ended the run; the simulation cannot go on.
    #[error(transparent)]
    Run(RunError),
    /// What was recorded could not be kept.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// An earlier error ended this simulation.
    #[error("the simulation ended with an error before and cannot go on")]
    Ended,
}

/// A state in the words of the text.
fn subject(population: &str, variable: &str, element: u32) -> String {
    if population.is_empty() {
        format!("`{variable}`")
    } else {
        format!("`{variable}` of element {element} of `{population}`")
    }
}

/// What is known about earlier steps.
fn history(finite_at: u64, step: u64) -> String {
    if finite_at < step {
        format!("; all states were finite at step {finite_at}")
    } else {
        String::new()
    }
}

impl SimulationError {
    /// The place in the text that the error is about, if there is one.
    pub fn span(&self) -> Option<Span> {
        match self {
            Self::Connection(error) => Some(error.span),
            Self::Store { span, .. } => Some(*span),
            Self::NotFinite { span, .. } => *span,
            _ => None,
        }
    }
}
