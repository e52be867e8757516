//! Tests of fit: Kolmogorov-Smirnov for continuous laws, chi-square for counts.

use super::special::gamma_q;
use std::f64::consts::PI;

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

/// Returns the probability that Kolmogorov's limiting statistic exceeds lambda.
pub fn kolmogorov_sf(lambda: f64) -> f64 {
    if lambda <= 0.0 {
        return 1.0;
    }
    // Two series of the same function (related by Jacobi's identity): each is fast where the other is slow.
    if lambda < 1.0 {
        let sum: f64 = (0..20)
            .map(|k| {
                let odd = f64::from(2 * k + 1) * PI / lambda;
                (-odd * odd / 8.0).exp()
            })
            .sum();
        return 1.0 - (2.0 * PI).sqrt() / lambda * sum;
    }
    let sum: f64 = (1..20)
        .map(|k| {
            let sign = if k % 2 == 1 { 2.0 } else { -2.0 };
            let k = f64::from(k);
            sign * (-2.0 * k * k * lambda * lambda).exp()
        })
        .sum();
    sum
}

/// Tests whether a sample follows a continuous law.
///
/// The p-value uses the correction of Stephens (1970, J R Stat Soc B 32:115) for finite n. It holds for a
/// law whose parameters were **not** fitted to the sample, and for values without ties.
/// With alpha = 1e-6 a largest distance of `2.7 / sqrt(n)` is noticed.
pub fn ks_one_sample(sample: &[f64], cdf: impl Fn(f64) -> f64) -> TestResult {
    let mut x = sample.to_vec();
    x.sort_by(f64::total_cmp);
    let n = x.len() as f64;
    let mut statistic = 0.0f64;
    for (k, &value) in x.iter().enumerate() {
        let f = cdf(value);
        if f.is_nan() {
            return TestResult {
                statistic: f64::NAN,
                p_value: f64::NAN,
            };
        }
        statistic = statistic.max(f - k as f64 / n).max((k + 1) as f64 / n - f);
    }
    ks_result(statistic, n)
}

/// Tests whether two samples follow one continuous law.
///
/// Ties within or between the samples are stepped over together, which makes the test cautious.
pub fn ks_two_sample(a: &[f64], b: &[f64]) -> TestResult {
    let (mut a, mut b) = (a.to_vec(), b.to_vec());
    a.sort_by(f64::total_cmp);
    b.sort_by(f64::total_cmp);
    let (n, m) = (a.len() as f64, b.len() as f64);
    let (mut i, mut j) = (0, 0);
    let mut statistic = 0.0f64;
    while i < a.len() && j < b.len() {
        let value = if a[i] <= b[j] { a[i] } else { b[j] };
        while i < a.len() && a[i] <= value {
            i += 1;
        }
        while j < b.len() && b[j] <= value {
            j += 1;
        }
        statistic = statistic.max((i as f64 / n - j as f64 / m).abs());
    }
    ks_result(statistic, n * m / (n + m))
}

fn ks_result(statistic: f64, n: f64) -> TestResult {
    let root = n.sqrt();
    TestResult {
        statistic,
        p_value: kolmogorov_sf((root + 0.12 + 0.11 / root) * statistic),
    }
}

/// Returns the probability that a chi-square variable exceeds x.
pub fn chi_square_sf(x: f64, degrees: usize) -> f64 {
    gamma_q(degrees as f64 / 2.0, x / 2.0)
}

/// Tests whether counts have given expectations (Pearson).
///
/// `fitted` is the number of parameters that were estimated from the counts; the degrees of freedom are
/// `cells - 1 - fitted`. Merge cells until at least 5 are expected in each; where alpha is 1e-6, 20.
/// An impossible cell (nothing expected) that holds a count gives an infinite statistic.
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
    let statistic = observed
        .iter()
        .zip(expected)
        .map(|(&o, &e)| match (o, e > 0.0) {
            (0, false) => 0.0,
            (o, _) => (o as f64 - e) * (o as f64 - e) / e,
        })
        .sum();
    TestResult {
        statistic,
        p_value: chi_square_sf(statistic, cells - 1 - fitted),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Tolerance, assert_close};

    #[test]
    fn kolmogorov_distribution_has_its_published_values() {
        // Smirnov (1948), table: L(0.50) = 0.036055, L(1.00) = 0.730000, L(1.36) = 0.950514.
        let table = Tolerance::absolute(1e-6);
        assert_close("0.5", 1.0 - kolmogorov_sf(0.5), 0.036055, table);
        assert_close("1.0", 1.0 - kolmogorov_sf(1.0), 0.730000, table);
        assert_close("1.36", 1.0 - kolmogorov_sf(1.36), 0.950514, table);
        // The two series meet.
        let step = kolmogorov_sf(1.0f64.next_down()) - kolmogorov_sf(1.0);
        assert!(step.abs() < 1e-14, "{step:e}");
        assert_eq!(kolmogorov_sf(0.0), 1.0);
    }

    #[test]
    fn an_even_grid_is_half_a_step_from_the_uniform_law() {
        let n = 200;
        let grid: Vec<f64> = (0..n)
            .map(|k| (f64::from(k) + 0.5) / f64::from(n))
            .collect();
        let test = ks_one_sample(&grid, |x| x);
        let tight = Tolerance::relative(1e-12);
        assert_close("distance", test.statistic, 0.5 / f64::from(n), tight);
        test.assert_not_rejected("grid", 0.99);
        let wrong = ks_one_sample(&grid, |x| x * x);
        // The largest gap of x and x^2 is 1/4, at 1/2.
        assert_close(
            "gap",
            wrong.statistic,
            0.25,
            Tolerance::absolute(1.0 / f64::from(n)),
        );
        assert!(wrong.p_value < 1e-9, "{:e}", wrong.p_value);
    }

    #[test]
    fn two_samples_and_their_distance() {
        let a = [1.0, 2.0, 3.0, 4.0];
        let b = [3.0, 4.0, 5.0, 6.0];
        assert_eq!(ks_two_sample(&a, &b).statistic, 0.5);
        assert_eq!(ks_two_sample(&a, &a).statistic, 0.0);
        let far: Vec<f64> = (0..100).map(f64::from).collect();
        let near: Vec<f64> = (0..100).map(|k| f64::from(k) + 60.0).collect();
        assert!(ks_two_sample(&far, &near).p_value < 1e-12);
    }

    #[test]
    fn chi_square_tails_have_closed_forms() {
        let tight = Tolerance::relative(1e-12);
        // Two degrees: exp(-x/2). Four: exp(-x/2)(1 + x/2).
        for x in [0.1, 1.0, 10.0, 80.0f64] {
            let e = (-x / 2.0).exp();
            assert_close("2 degrees", chi_square_sf(x, 2), e, tight);
            assert_close("4 degrees", chi_square_sf(x, 4), e * (1.0 + x / 2.0), tight);
        }
        // The 5 % point of one degree is the square of the 2.5 % point of the normal law.
        let point = super::super::normal_quantile(0.975);
        assert_close(
            "5 %",
            chi_square_sf(point * point, 1),
            0.05,
            Tolerance::relative(1e-11),
        );
    }

    #[test]
    fn counts_are_judged_by_their_expectation() {
        // Mendel's peas (1866): 315, 108, 101, 32 against 9:3:3:1, chi-square 0.470, p 0.925.
        let expected = [9.0, 3.0, 3.0, 1.0].map(|parts| 556.0 * parts / 16.0);
        let test = chi_square(&[315, 108, 101, 32], &expected, 0);
        assert_close(
            "statistic",
            test.statistic,
            0.470,
            Tolerance::absolute(5e-4),
        );
        assert_close("p", test.p_value, 0.925, Tolerance::absolute(5e-4));
        let impossible = chi_square(&[10, 10, 1], &[10.0, 10.0, 0.0], 0);
        assert_eq!(impossible.p_value, 0.0);
    }
}
