//! Lowering of expressions to kernels.
//!
//! A [`Session`] turns expressions of one graph into kernels, one [`Session::map`] a kernel over
//! the elements of a population. What is the same for all elements is not computed for each:
//! maximal sub-expressions that mention nothing varying are hoisted, those known when the network
//! is built into one `prepare` kernel, those that change with time into one `step` kernel, both of
//! one lane and in f64. Their values travel in new slots, which all kernels of the session share;
//! truth values travel as 1 and 0. Expressions of constants alone become constants.
//!
//! # What lowering defines
//!
//! The bits of a result follow from these rules, which hold for every back-end alike:
//!
//! * **Contraction.** `a*b + c`, `c - a*b` and `a*b - c` are rounded once where the product has no
//!   other use in the kernel. Of two products the first is fused, in a difference the second.
//! * **Uniform factors.** In kernels over elements, factors that are the same for all elements are
//!   joined into one, in f64, as long as the partial products have no other use; a division by a
//!   value that is the same for all elements is a product with its reciprocal. Both change the
//!   last bits, and zero, infinity and overflow of extreme factors, against the order of the text;
//!   both save an operation an element and step.
//! * **Powers.** A constant exponent that is an integer of magnitude up to 16 is a chain of
//!   products (below 0 the reciprocal of one); 1/2 is a square root; -1/2 its reciprocal.
//! * **Rounding.** `round(a)` is `floor(a + 1/2)`.

mod bound;
mod environment;
mod evaluate;
mod factor;
mod operation;
mod output;
mod reader;
mod session;
mod special;
mod walk;

#[cfg(test)]
mod tests;

pub use environment::{Environment, Rate, Source};
pub use evaluate::evaluate;
pub(crate) use evaluate::evaluate_at;
pub use output::{Lowered, Output};
pub use session::{Allocate, Hoisted, Session};

use std::fmt;

use neuropil_ir::graph::Symbol;

/// Why an expression cannot be lowered: the caller has not said enough of a symbol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LowerError {
    /// The environment does not hold a symbol.
    Unbound {
        /// The symbol.
        symbol: Symbol,
        /// Its name.
        name: String,
    },
    /// A kernel of one lane mentions what changes more often than it runs.
    Varying {
        /// The symbol.
        symbol: Symbol,
        /// Its name.
        name: String,
    },
}

impl LowerError {
    /// The symbol at fault.
    pub fn symbol(&self) -> Symbol {
        match *self {
            Self::Unbound { symbol, .. } | Self::Varying { symbol, .. } => symbol,
        }
    }
}

impl fmt::Display for LowerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unbound { name, .. } => write!(f, "nothing is known of the value of `{name}`"),
            Self::Varying { name, .. } => {
                write!(
                    f,
                    "`{name}` changes more often than the kernel that reads it runs"
                )
            }
        }
    }
}

impl std::error::Error for LowerError {}
