//! Correlation of many series at once.

use super::{mean, population_sd};

/// Returns the mean over all pairs of series of Pearson's correlation coefficient.
///
/// Series without spread have no correlation and do not count; `None` where fewer than two are left.
///
/// # Equation
/// With z the series less their means over their deviations, of length T, the coefficients of all ordered
/// pairs of n series, with themselves too, add up to `sum_t (sum_i z_i(t))^2 / T`. The n of a series
/// with itself are 1, so the mean of the others is `(that - n) / (n (n - 1))`: no pair is looked at.
///
/// # Panics
/// If the series are not of one length.
pub fn mean_correlation(series: &[Vec<f64>]) -> Option<f64> {
    let length = series.first()?.len();
    let mut sums = vec![0.0; length];
    let mut n = 0.0;
    for x in series {
        assert_eq!(x.len(), length, "series of one length");
        let (centre, spread) = (mean(x), population_sd(x));
        if spread > 0.0 {
            n += 1.0;
            for (sum, value) in sums.iter_mut().zip(x) {
                *sum += (value - centre) / spread;
            }
        }
    }
    if n < 2.0 {
        return None;
    }
    let all = sums.iter().map(|sum| sum * sum).sum::<f64>() / length as f64;
    Some((all - n) / (n * (n - 1.0)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Tolerance, assert_close};

    /// Rounding of a few hundred additions of numbers around 1.
    const ROUNDING: Tolerance = Tolerance::relative(1e-13);

    /// Function number k of a set of +1 and -1 that are orthogonal to each other and to a constant.
    fn walsh(k: u32) -> Vec<f64> {
        let sign = |t: u32| {
            if (t & k).count_ones().is_multiple_of(2) {
                1.0
            } else {
                -1.0
            }
        };
        (0..64).map(sign).collect()
    }

    fn sum(a: &[f64], by: f64, b: &[f64]) -> Vec<f64> {
        a.iter().zip(b).map(|(a, b)| 3.0 + a + by * b).collect()
    }

    #[test]
    fn a_series_agrees_with_itself_and_not_with_its_opposite() {
        let a = walsh(5);
        let scaled: Vec<f64> = a.iter().map(|x| 7.0 * x - 2.0).collect();
        let opposite: Vec<f64> = a.iter().map(|x| -x).collect();
        let found = mean_correlation(&[a.clone(), scaled]).expect("two series");
        assert_close("itself", found, 1.0, ROUNDING);
        let found = mean_correlation(&[a, opposite]).expect("two series");
        assert_close("opposite", found, -1.0, ROUNDING);
    }

    /// A common part of variance 1 and own parts of variance s^2: each pair has 1/(1 + s^2).
    #[test]
    fn a_common_part_has_a_closed_form() {
        let common = walsh(1);
        for s in [0.5, 1.0, 3.0] {
            let series: Vec<Vec<f64>> = (2..12).map(|k| sum(&common, s, &walsh(k))).collect();
            let found = mean_correlation(&series).expect("ten series");
            assert_close("common part", found, 1.0 / (1.0 + s * s), ROUNDING);
        }
        let apart: Vec<Vec<f64>> = (2..12).map(walsh).collect();
        assert!(mean_correlation(&apart).expect("ten series").abs() < 1e-13);
    }

    /// Coefficients 1/2, 0 and 0 of three pairs.
    #[test]
    fn pairs_that_differ_are_averaged() {
        let series = [
            sum(&walsh(1), 1.0, &walsh(2)),
            sum(&walsh(1), 1.0, &walsh(3)),
            walsh(4),
        ];
        let found = mean_correlation(&series).expect("three series");
        assert_close("three pairs", found, 0.5 / 3.0, ROUNDING);
    }

    #[test]
    fn series_without_spread_do_not_count() {
        let flat = vec![2.0; 64];
        let found = mean_correlation(&[walsh(1), flat.clone(), walsh(1)]).expect("two series");
        assert_close("the others", found, 1.0, ROUNDING);
        assert_eq!(mean_correlation(&[walsh(1), flat]), None);
        assert_eq!(mean_correlation(&[]), None);
    }
}
