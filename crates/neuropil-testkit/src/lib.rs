//! Statistics, golden files and convergence fits for the tests of Neuropil.
//!
//! An unpublished helper: it depends on none of the other crates but the leaf of distribution
//! functions, so that each of them may use it in its tests without a cycle. It knows numbers and
//! files, and nothing of neurons, except for the two measures of a spike raster that the published
//! networks are compared by.
//!
//! | module | gives |
//! |---|---|
//! | [`ulp`], [`close`] | the distance of two floats; [`close::assert_close`] with a message that shows it |
//! | [`stats`] | moments, normal quantiles, Kolmogorov-Smirnov and chi-square tests, bounds on counts |
//! | [`convergence`] | the order of a method, fitted to its errors at halved steps |
//! | [`spikes`] | rate and irregularity of a raster |
//! | [`csv`], [`npy`], [`golden`] | readers of reference tables, result arrays and the `golden/` folder |
//!
//! # False alarms
//!
//! A test with fixed seeds either always passes or always fails, so a p-value is not a rate of
//! failures in everyday use; it is the chance that a *correct* change of the random stream turns
//! the test red. Keep it at or below [`stats::FALSE_ALARM`] for each assertion. The price is power:
//! say in the test how large an error it would still notice.

#![expect(
    clippy::disallowed_methods,
    reason = "an oracle must not be computed by the operator table that it checks"
)]

pub mod close;
pub mod convergence;
pub mod csv;
pub mod error;
pub mod golden;
pub mod npy;
pub mod spikes;
pub mod stats;
pub mod ulp;

pub use close::{Tolerance, assert_all_close, assert_close};
pub use error::Error;
