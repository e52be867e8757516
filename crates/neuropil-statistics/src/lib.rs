//! Distribution functions and the special functions they are made of; internal to Neuropil.
//!
//! A leaf that knows numbers only, so that the measures (which report p-values) and the test kit
//! (which asserts on them) share one text. Written for trust and not for speed: closed forms,
//! finite sums and series, checked against published values and against each other.
//!
//! | question | use |
//! |---|---|
//! | how likely is a deviate of the normal law? | [`normal_cdf`], [`normal_sf`], [`normal_quantile`] |
//! | how likely is a count, and between which bounds does it lie? | [`binomial_cdf`], [`poisson_cdf`], [`binomial_bounds`], [`poisson_bounds`] |
//! | how likely are so many events or more, however unlikely? | [`log10_poisson_tail`] |
//! | how far do distribution functions lie apart, and how likely is that? | [`ks_one_sample`], [`ks_two_sample`], [`distance_of_samples`], [`one_sample_sf`], [`kolmogorov_sf`] |
//! | how likely is a chi-square? | [`chi_square`], [`chi_square_sf`] |
//!
//! Nothing here refuses an argument: what has no value is NaN, which the crates above turn into
//! what suits them.

#![expect(
    clippy::disallowed_methods,
    reason = "p-values are computed on the host and enter no run; nor may an oracle use the operator table"
)]

mod distributions;
mod kolmogorov;
mod pearson;
mod special;

pub use distributions::{
    binomial_bounds, binomial_cdf, log10_poisson_tail, normal_cdf, normal_quantile, normal_sf,
    poisson_bounds, poisson_cdf,
};
pub use kolmogorov::{
    MOST_EXACT_PAIRS, MOST_EXACT_VALUES, distance_of_samples, kolmogorov_sf, ks_one_sample,
    ks_two_sample, one_sample_sf,
};
pub use pearson::{chi_square, chi_square_sf};
pub use special::{erf, erfc, gamma_p, gamma_q, incomplete_beta, ln_gamma, ln_gamma_p};

/// The outcome of a test of fit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TestOfFit {
    /// The statistic: the largest distance of distribution functions, or chi-square.
    pub statistic: f64,
    /// The probability of a statistic at least as large if the hypothesis holds.
    pub p_value: f64,
}

impl TestOfFit {
    /// The outcome where there is nothing to test.
    const NONE: Self = Self {
        statistic: f64::NAN,
        p_value: f64::NAN,
    };
}

/// Checks of this crate's tests: it is a leaf and has no test kit.
#[cfg(test)]
mod near {
    /// Asserts that a number is another one within a relative error.
    #[track_caller]
    pub(crate) fn assert_near(what: &str, found: f64, expected: f64, relative: f64) {
        let off = (found - expected).abs();
        assert!(
            off <= relative * expected.abs(),
            "{what}: {found:e}, expected {expected:e}"
        );
    }
}
