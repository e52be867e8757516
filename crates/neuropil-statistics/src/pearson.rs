//! Pearson's chi-square: whether counts have their expectations.

use super::TestOfFit;
use super::special::gamma_q;

/// Returns the probability that a chi-square variable exceeds x; NaN for no degrees.
///
/// # Equation
/// `Q(degrees/2, x/2)`, the regularised upper incomplete gamma function.
pub fn chi_square_sf(x: f64, degrees: usize) -> f64 {
    gamma_q(degrees as f64 / 2.0, x / 2.0)
}

/// Tests whether counts have given expectations, one a cell.
///
/// Cells of which nothing is expected and nothing seen do not count; one that holds a count makes
/// the statistic infinite. `fitted` is the number of parameters that were estimated from the
/// counts: the degrees of freedom are cells less 1 less `fitted`. NaN where none is left, or a
/// number of expectations differs from that of counts.
pub fn chi_square(observed: &[u64], expected: &[f64], fitted: usize) -> TestOfFit {
    let cells = expected.iter().filter(|&&e| e > 0.0).count();
    let degrees = cells.saturating_sub(1).saturating_sub(fitted);
    if observed.len() != expected.len() || degrees == 0 {
        return TestOfFit::NONE;
    }
    let statistic = observed
        .iter()
        .zip(expected)
        .map(|(&o, &e)| match (o, e > 0.0) {
            (0, false) => 0.0,
            (o, _) => (o as f64 - e) * (o as f64 - e) / e.max(0.0),
        })
        .sum();
    TestOfFit {
        statistic,
        p_value: chi_square_sf(statistic, degrees),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::near::assert_near;

    #[test]
    fn chi_square_tails_have_closed_forms() {
        // Two degrees: exp(-x/2). Four: exp(-x/2)(1 + x/2).
        for x in [0.1, 1.0, 10.0, 80.0f64] {
            let e = (-x / 2.0).exp();
            assert_near("2 degrees", chi_square_sf(x, 2), e, 1e-12);
            assert_near("4 degrees", chi_square_sf(x, 4), e * (1.0 + x / 2.0), 1e-12);
        }
        // The 5 % point of one degree is the square of the 2.5 % point of the normal law.
        let point = crate::normal_quantile(0.975);
        assert_near("5 %", chi_square_sf(point * point, 1), 0.05, 1e-11);
    }

    #[test]
    fn counts_are_judged_by_their_expectation() {
        // Mendel's peas (1866): 315, 108, 101, 32 against 9:3:3:1, chi-square 0.470, p 0.925.
        let expected = [9.0, 3.0, 3.0, 1.0].map(|parts| 556.0 * parts / 16.0);
        let test = chi_square(&[315, 108, 101, 32], &expected, 0);
        assert!((test.statistic - 0.470).abs() < 5e-4);
        assert!((test.p_value - 0.925).abs() < 5e-4);
        let impossible = chi_square(&[10, 10, 1], &[10.0, 10.0, 0.0], 0);
        assert_eq!(impossible.p_value, 0.0);
        assert!(chi_square(&[10, 10], &[10.0, 10.0], 1).p_value.is_nan());
        assert!(chi_square(&[10], &[10.0, 10.0], 0).p_value.is_nan());
    }
}
