//! What a connection can ask for in vain.

use neuropil_ir::rounding::RoundingError;
use neuropil_ir::verify::KernelError;
use neuropil_syntax::Span;

/// Why a projection could not be connected.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("projection `{projection}`: {problem}")]
pub struct ConnectError {
    /// The qualified name of the projection.
    pub projection: String,
    /// Where it stands in the text.
    pub span: Span,
    /// What cannot be.
    pub problem: ConnectProblem,
}

/// What a connection asks for in vain.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectProblem {
    /// `one_to_one` between different numbers of elements.
    #[error("`one_to_one` connects {sources} elements with {targets}; the numbers must agree")]
    SizesDiffer {
        /// Chosen presynaptic elements.
        sources: u32,
        /// Chosen postsynaptic elements.
        targets: u32,
    },
    /// A probability that is none.
    #[error("the connection probability is {value}; it must lie between 0 and 1")]
    Probability {
        /// The value.
        value: f64,
    },
    /// A probability of one pair that is none.
    #[error(
        "the connection probability from {from} to {to} is {value}; it must lie between 0 and 1"
    )]
    PairProbability {
        /// The presynaptic element.
        from: u32,
        /// The postsynaptic element.
        to: u32,
        /// The value.
        value: f64,
    },
    /// A condition that is not a truth value.
    #[error("the condition from {from} to {to} is {value}; it must be true or false")]
    Condition {
        /// The presynaptic element.
        from: u32,
        /// The postsynaptic element.
        to: u32,
        /// The value.
        value: f64,
    },
    /// A number of connections that cannot be counted.
    #[error("the {what} is {value}; it must be a whole number from 0 to {most}")]
    Count {
        /// What is counted, such as `in-degree`.
        what: &'static str,
        /// The value.
        value: f64,
        /// The largest number allowed.
        most: u64,
    },
    /// Connections are to be drawn where there is nothing to draw from.
    #[error("the {what} of element {element} is {wanted}, but there is no element to draw from")]
    Nobody {
        /// What is counted, such as `in-degree`.
        what: &'static str,
        /// The element.
        element: u32,
        /// The number of connections.
        wanted: u32,
    },
    /// More different partners are asked for than there are.
    #[error(
        "the {what} of element {element} is {wanted}, but without multapses there are only \
        {available} elements to draw from"
    )]
    TooFewPartners {
        /// What is counted, such as `in-degree`.
        what: &'static str,
        /// The element.
        element: u32,
        /// The number of connections.
        wanted: u32,
        /// The number of possible partners.
        available: u32,
    },
    /// A total number of connections for which there are not enough pairs.
    #[error("{wanted} connections are asked for, but there are only {available} pairs{}",
        if *available == 0 { "" } else { " without multapses" })]
    TooFewPairs {
        /// The number of connections.
        wanted: u64,
        /// The number of possible pairs.
        available: u64,
    },
    /// The number of connections of a row mentions the other side.
    #[error("the {what} belongs to the {side} side; it cannot read the other side")]
    OtherSide {
        /// What is counted, such as `in-degree`.
        what: &'static str,
        /// The side it belongs to.
        side: &'static str,
    },
    /// A listed pair lies outside the chosen elements.
    #[error("the listed pair ({from}, {to}) lies outside the connected elements")]
    PairOutside {
        /// The presynaptic element.
        from: u32,
        /// The postsynaptic element.
        to: u32,
    },
    /// A chosen element does not exist.
    #[error("element {element} is chosen, but the population has {size}")]
    ElementOutside {
        /// The element.
        element: u32,
        /// The size of the population.
        size: u32,
    },
    /// A delay that is no number of steps.
    #[error("the delay cannot be used: {0}")]
    Delay(RoundingError),
    /// The delay of a connection that is no number of steps.
    #[error("the delay from {from} to {to} cannot be used: {problem}")]
    PairDelay {
        /// The presynaptic element.
        from: u32,
        /// The postsynaptic element.
        to: u32,
        /// What is wrong with it.
        problem: RoundingError,
    },
    /// A weight that is no finite number.
    #[error("the weight is {value}")]
    Weight {
        /// The value.
        value: f64,
    },
    /// The kernel of a value breaks the rules of the IR; an error of the compiler.
    #[error(transparent)]
    Kernel(#[from] KernelError),
    /// The kernel of a value and its bindings do not fit; an error of the compiler.
    #[error("the kernel `{kernel}` does not fit its bindings")]
    Bindings {
        /// The name of the kernel.
        kernel: String,
    },
}
