//! Are two samples different, do counts follow a law, and how sure is a number.
//!
//! | question | ask | assumes |
//! |---|---|---|
//! | do two samples follow one law? | [`ks_two_sample`] | nothing but independent values |
//! | does a sample follow this law? | [`ks_one_sample`] | a continuous law, no parameter of it fitted |
//! | do counts have these expectations? | [`chi_square`] | five or more expected a cell |
//! | do two histograms follow one law? | [`chi_square_of_histograms`] | five or more expected a cell |
//! | is a difference more than chance? | [`permutation_test`] | nothing but independent values |
//! | how large is a difference, in spreads? | [`effect_size`] | |
//! | how sure is a statistic? | [`bootstrap_interval`] | some twenty values or more |
//!
//! Values must be independent: give one a run, a neuron or a trial, not one a step. A p-value is
//! the share of data that would be at least as far off if nothing differed; it is no size of a
//! difference.

mod bootstrap;
mod counts;
mod distributions;
mod means;
mod permutation;

pub use bootstrap::{Interval, bootstrap_interval};
pub use counts::{ChiSquare, chi_square, chi_square_of_histograms};
pub use distributions::{distribution_distance, ks_one_sample, ks_two_sample};
pub use means::{effect_size, mean_difference};
pub use neuropil_statistics::TestOfFit;
pub use permutation::{PermutationTest, permutation_test};
