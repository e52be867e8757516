//! Statistics for tests: moments, distributions, hypothesis tests, bounds.
//!
//! Distribution functions are those of `neuropil-statistics`, which the measures use too; what
//! asserts is here.
//!
//! | question of a test | use | false alarms |
//! |---|---|---|
//! | do these draws follow this continuous law? | [`ks_one_sample`] | the p-value, exact up to a thousand values |
//! | do these two series follow one law? | [`ks_two_sample`] | the p-value |
//! | do these counts have these probabilities? | [`chi_square`] | the p-value; expect at least 5 in each cell |
//! | is this count binomial, is it Poisson? | [`binomial_bounds`], [`poisson_bounds`] | at most `alpha`, exact |
//! | is this mean what it should be? | [`Summary::of`] and [`normal_quantile`] | by the central limit |
//! | do these series vary together? | [`mean_correlation`] | see there |
//! | does a simulator agree with a reference over seeds? | [`Summary::agrees_with`] | see there |

mod correlation;
mod moments;
mod tests_of_fit;

pub use correlation::mean_correlation;
pub use moments::{Agreement, Margin, Summary, mean, population_sd, sd, standard_error, variance};
pub use neuropil_statistics::{
    binomial_bounds, binomial_cdf, normal_cdf, normal_quantile, normal_sf, poisson_bounds,
    poisson_cdf,
};
pub use tests_of_fit::{TestResult, chi_square, ks_one_sample, ks_two_sample};

/// The largest false-alarm rate of one statistical assertion.
///
/// A thousand such assertions turn red by chance once in a thousand changes of the random stream.
pub const FALSE_ALARM: f64 = 1e-6;
