//! How many dimensions a population uses, and which signals go together at which lag.

use super::Signal;
use super::signal::{equal_samples, product};
use crate::MOST_BINS;
use crate::error::{MeasureError, equal_lengths};

/// Returns the participation ratio of some signals: about how many directions they vary in.
///
/// From 1 (all are multiples of one signal) to their number (independent, of one variance). `None`
/// without signals or where none changes.
///
/// # Equation
/// `(sum l_k)^2 / sum l_k^2` over the eigenvalues l of the covariance matrix C: that is
/// `trace(C)^2 / trace(C^2)`, so no eigenvalue is computed. T samples of n independent signals give
/// about `n / (1 + n/T)`.
///
/// # Errors
/// [`MeasureError::Lengths`] for signals of different length.
///
/// # Source
/// P. Gao et al. (2017), A theory of multineuronal dimensionality, dynamics and measurement,
/// <https://doi.org/10.1101/214262>.
pub fn participation_ratio(signals: &[Signal<'_>]) -> Result<Option<f64>, MeasureError> {
    equal_samples(signals)?;
    // Those that are constant have a row of zeros in the matrix.
    let varying: Vec<Vec<f64>> = signals
        .iter()
        .filter_map(|signal| signal.deviations())
        .collect();
    let (mut trace, mut of_square) = (0.0, 0.0);
    for (i, x) in varying.iter().enumerate() {
        let own = product(x, x);
        trace += own;
        of_square += own * own;
        for y in &varying[..i] {
            let both = product(x, y);
            of_square += 2.0 * both * both;
        }
    }
    Ok((of_square > 0.0).then(|| trace * trace / of_square))
}

/// Returns the correlation of two signals at lags of `-most..=most` steps, of b behind a.
///
/// A peak at positive lags: a leads. `None` where either is constant.
///
/// # Equation
/// `r_k = sum_t d_a(t) d_b(t + k) / sqrt(sum d_a^2 sum d_b^2)` with deviations from the means of
/// the whole signals: it shrinks as `1 - |k|/n` and never leaves [-1, 1]. Lag 0 is Pearson's
/// coefficient.
///
/// # Shapes
/// `[2 most + 1]`; lags beyond the length of the signals are 0.
///
/// # Errors
/// [`MeasureError::Lengths`] for signals of different length, [`MeasureError::TooMany`] for more
/// lags than half of [`MOST_BINS`].
pub fn lagged_correlation(
    a: Signal<'_>,
    b: Signal<'_>,
    most: usize,
) -> Result<Option<Vec<f64>>, MeasureError> {
    equal_lengths(
        "samples of the second signal",
        b.values().len(),
        a.values().len(),
    )?;
    if most >= MOST_BINS / 2 {
        return Err(MeasureError::TooMany {
            what: "lags on either side",
            wanted: most as f64,
            most: MOST_BINS / 2 - 1,
        });
    }
    let (Some(x), Some(y)) = (a.deviations(), b.deviations()) else {
        return Ok(None);
    };
    let whole = (product(&x, &x) * product(&y, &y)).sqrt();
    let part = |values: &'_ [f64], from: usize| values.len().min(from);
    let negative = (1..=most).rev().map(|k| product(&x[part(&x, k)..], &y));
    let positive = (0..=most).map(|k| product(&x, &y[part(&y, k)..]));
    let each = negative
        .chain(positive)
        .map(|sum| (sum / whole).clamp(-1.0, 1.0));
    Ok((whole > 0.0).then(|| each.collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::normal_noise;
    use neuropil_testkit::{Tolerance, assert_close};

    fn signal(values: &[f64]) -> Signal<'_> {
        Signal::new(0.0, 1.0, values).unwrap()
    }

    /// Orthogonal signs with variances 1, 1 and 4: 36/18 = 2.
    #[test]
    fn orthogonal_signals_have_a_closed_form() {
        let walsh = |by: f64, k: u32| -> Vec<f64> {
            (0..8_u32)
                .map(|t| by * (1.0 - 2.0 * f64::from((t & k).count_ones() % 2)))
                .collect()
        };
        let (a, b, c) = (walsh(1.0, 1), walsh(1.0, 2), walsh(2.0, 4));
        let ratio = |list: &[&Vec<f64>]| {
            let signals: Vec<Signal<'_>> = list.iter().map(|values| signal(values)).collect();
            participation_ratio(&signals).unwrap()
        };
        assert_eq!(ratio(&[&a, &b, &c]), Some(2.0));
        assert_eq!(ratio(&[&a, &b]), Some(2.0));
        assert_eq!(ratio(&[&a, &a, &a]), Some(1.0));
        assert_eq!(ratio(&[]), None);
        let flat = vec![1.0; 8];
        assert_eq!(ratio(&[&flat]), None);
        assert_eq!(ratio(&[&a, &flat, &b]), Some(2.0));
        assert!(participation_ratio(&[signal(&a), signal(&a[1..])]).is_err());
    }

    #[test]
    fn a_delayed_copy_correlates_at_its_delay() {
        let noise = normal_noise(10_005, 3);
        let (now, later) = (signal(&noise[5..]), signal(&noise[..10_000]));
        let found = lagged_correlation(now, later, 9).unwrap().unwrap();
        // The copy misses 5 of 10000 samples; what is unrelated deviates by 1/100, five of them.
        assert_close("delay", found[9 + 5], 1.0, Tolerance::absolute(5e-3));
        for (_, r) in found.iter().enumerate().filter(|&(k, _)| k != 14) {
            assert!(r.abs() < 0.05, "{found:?}");
        }
        let own = lagged_correlation(now, now, 2).unwrap().unwrap();
        assert_eq!((own[2], own[1]), (1.0, own[3]));
        let three = signal(&noise[..3]);
        let found = lagged_correlation(three, three, 5).unwrap().unwrap();
        assert_eq!((found.len(), found[0], found[10]), (11, 0.0, 0.0));
        let flat = [1.0; 3];
        assert_eq!(lagged_correlation(three, signal(&flat), 5), Ok(None));
        assert!(lagged_correlation(three, now, 5).is_err());
        assert!(lagged_correlation(three, three, usize::MAX).is_err());
    }
}
