//! Tests of fit that a test asserts on: Kolmogorov-Smirnov for continuous laws, chi-square for
//! counts.

use neuropil_statistics::TestOfFit;

/// The outcome of a test of fit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TestResult {
    /// The statistic: the largest distance of distribution functions, or chi-square.
    pub statistic: f64,
    /// The probability of a statistic at least as large if the hypothesis holds.
    pub p_value: f64,
}

impl TestResult {
    /// Asserts that the hypothesis is not rejected at a false-alarm rate.
    ///
    /// # Panics
    /// If the p-value is below `alpha` or not a number.
    #[track_caller]
    pub fn assert_not_rejected(&self, what: &str, alpha: f64) {
        assert!(
            self.p_value >= alpha,
            "{what}: statistic {:.6}, p-value {:e} below {alpha:e}",
            self.statistic,
            self.p_value
        );
    }
}

impl From<TestOfFit> for TestResult {
    fn from(found: TestOfFit) -> Self {
        Self {
            statistic: found.statistic,
            p_value: found.p_value,
        }
    }
}

/// Tests whether a sample follows a continuous law.
///
/// As [`neuropil_statistics::ks_one_sample`]: exact up to a thousand values. With alpha = 1e-6 a
/// largest distance of `2.7 / sqrt(n)` is noticed.
pub fn ks_one_sample(sample: &[f64], cdf: impl Fn(f64) -> f64) -> TestResult {
    neuropil_statistics::ks_one_sample(sample, cdf).into()
}

/// Tests whether two samples follow one law, as [`neuropil_statistics::ks_two_sample`].
pub fn ks_two_sample(a: &[f64], b: &[f64]) -> TestResult {
    neuropil_statistics::ks_two_sample(a, b).into()
}

/// Tests whether counts have given expectations (Pearson).
///
/// `fitted` is the number of parameters that were estimated from the counts; the degrees of freedom
/// are `cells - 1 - fitted`. Merge cells until at least 5 are expected in each; where alpha is
/// 1e-6, 20. An impossible cell (nothing expected) that holds a count gives an infinite statistic.
///
/// # Panics
/// If the lengths differ or no degree of freedom is left: a mistake in the test itself.
pub fn chi_square(observed: &[u64], expected: &[f64], fitted: usize) -> TestResult {
    assert_eq!(observed.len(), expected.len(), "one expectation a cell");
    let cells = expected.iter().filter(|&&e| e > 0.0).count();
    assert!(
        cells > 1 + fitted,
        "{cells} cells leave no degree of freedom"
    );
    neuropil_statistics::chi_square(observed, expected, fitted).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_of_another_law_are_rejected() {
        let far: Vec<f64> = (0..100).map(f64::from).collect();
        let near: Vec<f64> = (0..100).map(|k| f64::from(k) + 60.0).collect();
        assert!(ks_two_sample(&far, &near).p_value < 1e-12);
        ks_two_sample(&far, &far).assert_not_rejected("itself", 0.99);
        let even: Vec<f64> = far.iter().map(|x| (x + 0.5) / 100.0).collect();
        ks_one_sample(&even, |x| x).assert_not_rejected("even", 0.99);
        assert_eq!(chi_square(&[10, 10, 1], &[10.0, 10.0, 0.0], 0).p_value, 0.0);
    }
}
