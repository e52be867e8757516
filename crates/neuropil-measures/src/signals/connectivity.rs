//! Which signals go together, and whether that stays: functional connectivity and its changes.

use super::Signal;
use super::signal::{directions, equal_samples, product};
use super::spectrum::Segments;
use crate::MOST_BINS;
use crate::error::MeasureError;

/// Returns the matrix of correlation coefficients of some signals.
///
/// `None` in the row and the column of a constant signal.
///
/// # Equation
/// `r_ij = sum_t d_i d_j / sqrt(sum_t d_i^2 sum_t d_j^2)` with d the deviations from the mean
/// (Pearson).
///
/// # Shapes
/// `[n_signals, n_signals]`, row by row.
///
/// # Errors
/// [`MeasureError::Lengths`] for signals of different length, [`MeasureError::TooMany`] for more
/// than [`MOST_BINS`] entries.
pub fn correlation_matrix(signals: &[Signal<'_>]) -> Result<Vec<Option<f64>>, MeasureError> {
    equal_samples(signals)?;
    let n = signals.len();
    enough_room(n as f64 * n as f64)?;
    let all: Vec<Option<Vec<f64>>> = signals.iter().map(|s| directions(s.values())).collect();
    let mut matrix = vec![None; n * n];
    for i in 0..n {
        for j in 0..=i {
            let found = correlation(all[i].as_deref(), all[j].as_deref(), i == j);
            matrix[i * n + j] = found;
            matrix[j * n + i] = found;
        }
    }
    Ok(matrix)
}

/// Refuses results of too many entries.
fn enough_room(entries: f64) -> Result<(), MeasureError> {
    if entries <= MOST_BINS as f64 {
        return Ok(());
    }
    Err(MeasureError::TooMany {
        what: "correlations",
        wanted: entries,
        most: MOST_BINS,
    })
}

/// The correlation of two directions; exactly 1 of one with itself.
fn correlation(a: Option<&[f64]>, b: Option<&[f64]>, same: bool) -> Option<f64> {
    let (a, b) = (a?, b?);
    Some(if same {
        1.0
    } else {
        product(a, b).clamp(-1.0, 1.0)
    })
}

/// Correlations of all pairs of signals, window after window.
#[derive(Clone, Debug, PartialEq)]
pub struct WindowedCorrelation {
    /// The middles of the windows: `[n_windows]`; unit ms.
    pub times_ms: Vec<f64>,
    /// The coefficients: `[n_windows][n_pairs]`. `None` where either signal is constant in the
    /// window.
    ///
    /// Signals i and j < i are pair `i (i - 1)/2 + j`: (1, 0), (2, 0), (2, 1), (3, 0), …
    pub pairs: Vec<Vec<Option<f64>>>,
}

impl WindowedCorrelation {
    /// Returns how alike the correlations of two windows are, for all of them.
    ///
    /// Blocks of high values are states that last. `None` where fewer than two pairs have a
    /// coefficient in both windows, or all coefficients of a window are the same.
    ///
    /// # Equation
    /// The correlation over pairs of the coefficients in window a with those in window b
    /// (functional connectivity dynamics).
    ///
    /// # Shapes
    /// `[n_windows, n_windows]`, row by row.
    ///
    /// # Errors
    /// [`MeasureError::TooMany`] for more than [`MOST_BINS`] entries.
    ///
    /// # Source
    /// E. C. A. Hansen, D. Battaglia, A. Spiegler, G. Deco, V. K. Jirsa (2015), Functional
    /// connectivity dynamics, <https://doi.org/10.1016/j.neuroimage.2014.11.001>.
    pub fn dynamics(&self) -> Result<Vec<Option<f64>>, MeasureError> {
        let n = self.pairs.len();
        enough_room(n as f64 * n as f64)?;
        let mut matrix = vec![None; n * n];
        for a in 0..n {
            for b in 0..=a {
                let found = self.alike(a, b);
                matrix[a * n + b] = found;
                matrix[b * n + a] = found;
            }
        }
        Ok(matrix)
    }

    /// Returns how stable correlations are, over so many windows.
    ///
    /// The mean of [`WindowedCorrelation::dynamics`] over pairs of windows that far apart: 1 if
    /// nothing changes, near 0 if nothing stays. Choose a distance at which windows share no
    /// sample. `None` if no such pair has a value, and at distance 0.
    ///
    /// # Equation
    /// `mean_a corr(r(a), r(a + d))` over windows a, with r the coefficients of a window and the
    /// correlation over pairs of signals.
    pub fn stability(&self, windows_apart: usize) -> Option<f64> {
        let last = self.pairs.len().checked_sub(windows_apart)?;
        let some = windows_apart > 0;
        let each = (0..last).filter_map(|a| self.alike(a, a + windows_apart));
        let (sum, count) = each.fold((0.0, 0_u64), |(sum, n), x| (sum + x, n + 1));
        (some && count > 0).then(|| sum / count as f64)
    }

    /// The correlation of the coefficients of two windows, of pairs that have one in both.
    fn alike(&self, a: usize, b: usize) -> Option<f64> {
        let both = self.pairs[a].iter().zip(&self.pairs[b]);
        let (x, y): (Vec<f64>, Vec<f64>) = both.filter_map(|(x, y)| Some(((*x)?, (*y)?))).unzip();
        correlation(directions(&x).as_deref(), directions(&y).as_deref(), a == b)
    }
}

/// Correlates all pairs of signals in windows; `None` for signals shorter than one.
///
/// # Equation
/// As [`correlation_matrix`], of the samples in each window, with their means there.
///
/// # Units
/// [`Segments`] are in samples: the length of a window and the shift to the next. The times are
/// those of the first signal.
///
/// # Errors
/// [`MeasureError::Lengths`] for signals of different length, [`MeasureError::TooMany`] for more
/// than [`MOST_BINS`] coefficients.
///
/// # Source
/// E. A. Allen et al. (2014), Tracking whole-brain connectivity dynamics in the resting state,
/// <https://doi.org/10.1093/cercor/bhs352>; windows here are not tapered.
pub fn windowed_correlation(
    signals: &[Signal<'_>],
    windows: Segments,
) -> Result<Option<WindowedCorrelation>, MeasureError> {
    let samples = equal_samples(signals)?;
    let Some(&first) = signals.first().filter(|_| samples >= windows.length()) else {
        return Ok(None);
    };
    let count = windows.parts(first.values()).len();
    let n = signals.len();
    let pairs = n as f64 * (n as f64 - 1.0) / 2.0;
    enough_room(count as f64 * pairs.max(1.0))?;
    let mut found = vec![Vec::with_capacity(pairs as usize); count];
    let mut parts: Vec<_> = signals.iter().map(|s| windows.parts(s.values())).collect();
    for row in &mut found {
        let here: Vec<Option<Vec<f64>>> = parts
            .iter_mut()
            .map(|parts| parts.next().and_then(directions))
            .collect();
        for i in 0..n {
            row.extend((0..i).map(|j| correlation(here[i].as_deref(), here[j].as_deref(), false)));
        }
    }
    Ok(Some(WindowedCorrelation {
        times_ms: windows.middles_ms(first, count),
        pairs: found,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::normal_noise;
    use neuropil_testkit::{Tolerance, assert_close};

    fn signal(values: &[f64]) -> Signal<'_> {
        Signal::new(0.0, 2.0, values).unwrap()
    }

    /// Signals 1, 2, 3 with 3, 1, 2: deviations -1, 0, 1 and 1, -1, 0, so r is -1/2.
    #[test]
    fn coefficients_by_hand() {
        let (a, b, flat) = ([1.0, 2.0, 3.0], [3.0, 1.0, 2.0], [4.0; 3]);
        let found = correlation_matrix(&[signal(&a), signal(&b), signal(&flat)]).unwrap();
        assert_eq!(found[0], Some(1.0));
        assert_close("r", found[1].unwrap(), -0.5, Tolerance::ulp(4));
        assert_eq!((found[3], found[4]), (found[1], Some(1.0)));
        assert!([2, 5, 6, 7, 8].iter().all(|&k| found[k].is_none()));
        assert_eq!(correlation_matrix(&[]), Ok(vec![]));
        assert!(correlation_matrix(&[signal(&a), signal(&b[1..])]).is_err());
    }

    /// A common part of variance c beside own ones of 1 correlates by c/(1 + c); 4000 samples, five
    /// deviations.
    #[test]
    fn a_common_part_has_a_closed_form() {
        let common = normal_noise(4_000, 1);
        let with = |seed: u64, by: f64| -> Vec<f64> {
            let own = normal_noise(4_000, seed);
            own.iter().zip(&common).map(|(x, c)| x + by * c).collect()
        };
        let (a, b) = (with(2, 0.8), with(3, 0.8));
        let found = correlation_matrix(&[signal(&a), signal(&b)]).unwrap()[1].unwrap();
        let near = Tolerance::absolute(5.0 / 4_000_f64.sqrt());
        assert_close("common", found, 0.64 / 1.64, near);
    }

    /// Two states: signals 0 and 1 go together at first, then 1 and 2.
    #[test]
    fn windows_see_states_change() {
        let n = 4_000;
        let own: Vec<Vec<f64>> = (0..4).map(|seed| normal_noise(n, seed)).collect();
        let follow = |k: usize, other: usize, from: usize, to: usize| -> Vec<f64> {
            (0..n)
                .map(|t| {
                    let near = if (from..to).contains(&t) {
                        own[other][t]
                    } else {
                        0.0
                    };
                    own[k][t] + 2.0 * near
                })
                .collect()
        };
        let values = [
            follow(0, 1, 0, n / 2),
            own[1].clone(),
            follow(2, 1, n / 2, n),
            own[3].clone(),
        ];
        let signals: Vec<Signal<'_>> = values.iter().map(|v| signal(v)).collect();
        let windows = Segments::new(500, 250).unwrap();
        let found = windowed_correlation(&signals, windows).unwrap().unwrap();
        assert_eq!((found.pairs.len(), found.pairs[0].len()), (15, 6));
        assert_eq!((found.times_ms[0], found.times_ms[1]), (499.0, 999.0));
        let near = Tolerance::absolute(5.0 * 0.2 / 500_f64.sqrt());
        let expected = 2.0 / 5.0_f64.sqrt();
        assert_close("first state", found.pairs[0][0].unwrap(), expected, near);
        assert_close("second state", found.pairs[14][2].unwrap(), expected, near);
        // The coefficients of each window are those of its samples.
        let part: Vec<Signal<'_>> = values.iter().map(|v| signal(&v[250..750])).collect();
        let matrix = correlation_matrix(&part).unwrap();
        assert_eq!(found.pairs[1][4], matrix[3 * 4 + 1]);
        let dynamics = found.dynamics().unwrap();
        let at = |a: usize, b: usize| dynamics[a * 15 + b].unwrap();
        assert!(at(0, 4) > 0.9 && at(10, 14) > 0.9 && at(0, 14) < 0.3);
        assert_eq!((at(3, 3), at(2, 9)), (1.0, at(9, 2)));
        let (near, far) = (found.stability(2).unwrap(), found.stability(12).unwrap());
        assert!(near > 0.8 && far < 0.3, "{near} {far}");
        let mean = (0..3).map(|a| at(a, a + 12)).sum::<f64>() / 3.0;
        assert_close("stability", far, mean, Tolerance::relative(1e-14));
        assert_eq!((found.stability(0), found.stability(15)), (None, None));
        assert_eq!(found.stability(usize::MAX), None);
    }

    #[test]
    fn short_and_constant_signals() {
        let (flat, noise) = (vec![1.0; 40], normal_noise(40, 1));
        let windows = Segments::new(20, 10).unwrap();
        let found = windowed_correlation(&[signal(&flat), signal(&noise)], windows);
        let found = found.unwrap().unwrap();
        assert_eq!(found.pairs, vec![vec![None]; 3]);
        assert_eq!(found.dynamics(), Ok(vec![None; 9]));
        assert_eq!(found.stability(1), None);
        let one = windowed_correlation(&[signal(&noise)], windows)
            .unwrap()
            .unwrap();
        assert_eq!(one.pairs, vec![vec![]; 3]);
        assert_eq!(windowed_correlation(&[], windows), Ok(None));
        assert_eq!(
            windowed_correlation(&[signal(&noise[..9])], windows),
            Ok(None)
        );
    }
}
