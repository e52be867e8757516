//! Statistics for tests: moments, distributions, hypothesis tests, bounds.
//!
//! Everything here is written for trust, not for speed: closed forms and series, checked against
//! published values and against each other.
//!
//! | question of a test | use | false alarms |
//! |---|---|---|
//! | do these draws follow this continuous law? | [`ks_one_sample`] | the p-value, exact enough from n = 30 |
//! | do these two series follow one law? | [`ks_two_sample`] | the p-value |
//! | do these counts have these probabilities? | [`chi_square`] | the p-value; expect at least 5 in each cell |
//! | is this count binomial, is it Poisson? | [`binomial_bounds`], [`poisson_bounds`] | at most `alpha`, exact |
//! | is this mean what it should be? | [`Summary::of`] and [`normal_quantile`] | by the central limit |
//! | do these series vary together? | [`mean_correlation`] | see there |
//! | does a simulator agree with a reference over seeds? | [`Summary::agrees_with`] | see there |

mod correlation;
mod distributions;
mod moments;
mod special;
mod tests_of_fit;

pub use correlation::mean_correlation;
pub use distributions::{
    binomial_bounds, binomial_cdf, normal_cdf, normal_quantile, normal_sf, poisson_bounds,
    poisson_cdf,
};
pub use moments::{Agreement, Margin, Summary, mean, population_sd, sd, standard_error, variance};
pub use special::{erf, erfc, gamma_p, gamma_q, incomplete_beta, ln_gamma};
pub use tests_of_fit::{
    TestResult, chi_square, chi_square_sf, kolmogorov_sf, ks_one_sample, ks_two_sample,
};

/// The largest false-alarm rate of one statistical assertion.
///
/// A thousand such assertions turn red by chance once in a thousand changes of the random stream.
pub const FALSE_ALARM: f64 = 1e-6;
