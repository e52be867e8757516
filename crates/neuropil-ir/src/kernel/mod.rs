//! The Kernel IR: straight-line programs in static single assignment over lanes.
//!
//! A kernel runs once for every element ("lane") of a domain. Its operations form a list in which
//! each refers to earlier ones only; there are no branches and no calls. All effects (stores,
//! emissions, reductions) stand behind the operations, so every load reads what was there before
//! the kernel ran. Transcendental functions do not exist here: they are lowered to these
//! operations once, in [`crate::kernel::function`], so that every back-end computes the same bits.
//!
//! # Types
//!
//! | type | is |
//! |---|---|
//! | `Real` | a float of the kernel's [`Precision`] |
//! | `Mask` | a truth value a lane |
//! | `Bits` | an unsigned integer as wide as the float |
//!
//! # Meaning
//!
//! Arithmetic is IEEE 754, round to nearest even; fused operations round once; nothing is
//! reordered. `Min(a, b)` is `a` if `a < b`, else `b`; `Max(a, b)` is `a` if `a > b`, else `b`
//! (so a NaN in `a` gives `b`). Comparisons with NaN are false. `Round` rounds half to even.
//! A store of a `Real` flushes magnitudes below [`Precision::flush_below`] to +0, because
//! subnormal numbers in decaying conductances cost more than they mean.

mod builder;
pub mod function;
mod rewrite;
mod shorthand;
mod types;

pub use builder::Builder;
pub use types::*;
