//! Suites that every back-end passes: kernels bit for bit, then whole plans.
//!
//! A back-end calls [`check_kernels`], [`check_reductions`] and [`check_machine`] from its tests,
//! with the feature `conformance` of this crate. A suite panics with the name of the case, the
//! kernel's text and the first value that differs. NaN payloads and signs are not compared.

mod generate;
mod kernels;
mod list;
mod log;
mod machine;
mod network;
mod values;

#[cfg(test)]
mod tests;

pub use generate::random_kernel;
pub use kernels::{
    Input, Output, Run, check_kernel, check_kernels, check_random_kernels, check_reductions,
    reference,
};
pub use list::ListConnectivity;
pub use log::{Entry, Log};
pub use machine::check_machine;
pub use values::awkward;

/// Whether two floats are the same bits, or both NaN.
pub fn same(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan())
}
