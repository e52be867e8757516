//! Principal components: the directions in which a population varies most.

use super::Signal;
use super::eigen::symmetric;
use super::signal::{equal_samples, product};
use crate::error::{MeasureError, equal_lengths};

/// Most signals whose components are computed: the time grows with their third power.
pub const MOST_SIGNALS: usize = 4_000;

/// The principal components of some signals.
#[derive(Clone, Debug, PartialEq)]
pub struct PrincipalComponents {
    /// The mean of each signal, in its unit: `[n_signals]`.
    pub means: Vec<f64>,
    /// The variance along each direction, descending, all of them: `[n_signals]`.
    ///
    /// In the squared unit of the signals, divisor n - 1. Their sum is that of the variances of the
    /// signals.
    pub variances: Vec<f64>,
    /// The directions of the largest variances, each of length 1, at right angles:
    /// `[count][n_signals]`.
    ///
    /// The entry of largest absolute value is positive, the first of those that are equal to 1e-9.
    pub directions: Vec<Vec<f64>>,
}

impl PrincipalComponents {
    /// The share of the whole variance along each direction, descending; they add up to 1.
    pub fn explained(&self) -> Vec<f64> {
        let whole: f64 = self.variances.iter().sum();
        self.variances.iter().map(|part| part / whole).collect()
    }

    /// The number of directions that explain at least a share of the variance together.
    ///
    /// All of them for a share above what rounding leaves of 1.
    pub fn dimensions(&self, share: f64) -> usize {
        let mut sum = 0.0;
        let reached = |part: &f64| {
            sum += part;
            sum >= share
        };
        let place = self.explained().iter().position(reached);
        place.map_or(self.variances.len(), |place| place + 1)
    }

    /// Returns signals as seen along each direction: the components as time goes on.
    ///
    /// These signals or others of the same neurons.
    ///
    /// # Equation
    /// `y_k(t) = sum_i v_ki (x_i(t) - mean_i)`; of the signals themselves, y has mean 0, variance
    /// `variances[k]`, and no correlation with the others.
    ///
    /// # Shapes
    /// `[count][n_samples]`
    ///
    /// # Errors
    /// [`MeasureError::Lengths`] for another number of signals, or signals of different length.
    pub fn project(&self, signals: &[Signal<'_>]) -> Result<Vec<Vec<f64>>, MeasureError> {
        equal_lengths("signals", signals.len(), self.means.len())?;
        let samples = equal_samples(signals)?;
        let along = |direction: &Vec<f64>| {
            let mut sum = vec![0.0; samples];
            for ((signal, weight), mean) in signals.iter().zip(direction).zip(&self.means) {
                for (sum, value) in sum.iter_mut().zip(signal.values()) {
                    *sum += weight * (value - mean);
                }
            }
            sum
        };
        Ok(self.directions.iter().map(along).collect())
    }
}

/// Finds the directions in which signals vary most.
///
/// As many as `count`, or as there are signals. `None` without signals, for fewer than two samples,
/// or where no signal changes. Signals are taken less their mean and not scaled: scale them before
/// where their units differ.
///
/// # Equation
/// `C v = l v` with `C_ij = sum_t (x_i(t) - mean_i) (x_j(t) - mean_j) / (n - 1)`: l are the
/// variances, v the directions. Variances are right to the rounding of the largest one.
///
/// # Shapes
/// `signals` is `[n_signals]` of `[n_samples]`: the columns of a matrix of time × neurons.
///
/// # Errors
/// [`MeasureError::Lengths`] for signals of different length, [`MeasureError::TooMany`] above
/// [`MOST_SIGNALS`].
///
/// # Source
/// K. Pearson (1901), On lines and planes of closest fit to systems of points in space,
/// <https://doi.org/10.1080/14786440109462720>; I. T. Jolliffe (2002), Principal Component
/// Analysis, <https://doi.org/10.1007/b98835>.
pub fn principal_components(
    signals: &[Signal<'_>],
    count: usize,
) -> Result<Option<PrincipalComponents>, MeasureError> {
    let samples = equal_samples(signals)?;
    if signals.len() > MOST_SIGNALS {
        return Err(MeasureError::TooMany {
            what: "signals",
            wanted: signals.len() as f64,
            most: MOST_SIGNALS,
        });
    }
    let deviations: Vec<Vec<f64>> = signals
        .iter()
        .map(|signal| signal.deviations().unwrap_or_else(|| vec![0.0; samples]))
        .collect();
    if samples < 2 || deviations.iter().flatten().all(|&x| x == 0.0) {
        return Ok(None);
    }
    let divisor = (samples - 1) as f64;
    let row = |i: usize| -> Vec<f64> {
        let entry = |j: usize| product(&deviations[i], &deviations[j]) / divisor;
        let mut row: Vec<f64> = (0..=i).map(entry).collect();
        row.resize(signals.len(), 0.0);
        row
    };
    let matrix: Vec<Vec<f64>> = (0..signals.len()).map(row).collect();
    let (mut variances, mut directions) = symmetric(matrix, count);
    for variance in &mut variances {
        // Below 0 by rounding.
        *variance = variance.max(0.0);
    }
    // Changes so small that their squares are 0.
    if variances.iter().sum::<f64>() <= 0.0 {
        return Ok(None);
    }
    for direction in &mut directions {
        fix_sign(direction);
    }
    let mean = |signal: &Signal<'_>| signal.values().iter().sum::<f64>() / samples as f64;
    Ok(Some(PrincipalComponents {
        means: signals.iter().map(mean).collect(),
        variances,
        directions,
    }))
}

/// Makes the entry of largest absolute value positive; the first where some are equal.
fn fix_sign(direction: &mut [f64]) {
    let most = direction.iter().fold(0.0_f64, |most, x| most.max(x.abs()));
    let first = direction.iter().find(|x| x.abs() >= most * (1.0 - 1e-9));
    if first.is_some_and(|&x| x < 0.0) {
        for x in direction {
            *x = -*x;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signals::participation_ratio;
    use crate::testing::normal_noise;
    use neuropil_testkit::{Tolerance, assert_close};

    fn signals(values: &[Vec<f64>]) -> Vec<Signal<'_>> {
        values
            .iter()
            .map(|values| Signal::new(0.0, 1.0, values).unwrap())
            .collect()
    }

    /// Orthogonal signs a, b of variance `8/7`: signals 3 a + b and 3 a - b have variances 2 · 9
    /// and 2 · 1 of that along (1, 1) and (1, -1).
    #[test]
    fn two_signals_by_hand() {
        let sign = |t: u32, k: u32| 1.0 - 2.0 * f64::from((t & k).count_ones() % 2);
        let mix = |by: f64| -> Vec<f64> {
            (0..8)
                .map(|t| 3.0 * sign(t, 1) + by * sign(t, 2) + 40.0)
                .collect()
        };
        let values = [mix(1.0), mix(-1.0)];
        let found = principal_components(&signals(&values), 5).unwrap().unwrap();
        let tight = Tolerance::relative(1e-14);
        assert_eq!(found.means, [40.0, 40.0]);
        assert_close("first", found.variances[0], 18.0 * 8.0 / 7.0, tight);
        assert_close("second", found.variances[1], 2.0 * 8.0 / 7.0, tight);
        let half = 0.5_f64.sqrt();
        for (found, expected) in found
            .directions
            .iter()
            .flatten()
            .zip([half, half, half, -half])
        {
            assert_close("direction", *found, expected, tight);
        }
        assert_close("share", found.explained()[0], 0.9, tight);
        assert_eq!(
            [0.5, 0.89, 0.91, 1.5].map(|s| found.dimensions(s)),
            [1, 1, 2, 2]
        );
        let seen = found.project(&signals(&values)).unwrap();
        for t in 0..8 {
            let expected = 3.0 * 2.0_f64.sqrt() * sign(t, 1);
            assert_close(
                "component",
                seen[0][t as usize],
                expected,
                Tolerance::relative(1e-13),
            );
        }
    }

    /// Any signals: directions at right angles, components without correlation, and the sum of
    /// components along all directions gives the signals back. The participation ratio is that of
    /// the variances.
    #[test]
    fn components_are_a_turn_of_the_signals() {
        let (n, samples) = (12, 300);
        let values: Vec<Vec<f64>> = (0..n)
            .map(|k| {
                let noise = normal_noise(samples, k);
                let common = normal_noise(samples, 99);
                let mix = |(x, c): (&f64, &f64)| x * (1.0 + k as f64) + 3.0 * c;
                noise.iter().zip(&common).map(mix).collect()
            })
            .collect();
        let signals = signals(&values);
        let found = principal_components(&signals, n as usize).unwrap().unwrap();
        let seen = found.project(&signals).unwrap();
        let scale = found.variances[0];
        for (i, x) in seen.iter().enumerate() {
            assert!(x.iter().sum::<f64>().abs() < 1e-10);
            for (j, y) in seen.iter().enumerate() {
                let both = product(x, y) / (samples - 1) as f64;
                let expected = if i == j { found.variances[i] } else { 0.0 };
                assert_close(
                    "covariance",
                    both,
                    expected,
                    Tolerance::absolute(1e-12 * scale),
                );
            }
        }
        for (i, values) in values.iter().enumerate() {
            for (t, value) in values.iter().enumerate() {
                let along = |k: usize| found.directions[k][i] * seen[k][t];
                let back = found.means[i] + (0..n as usize).map(along).sum::<f64>();
                assert_close("back", back, *value, Tolerance::absolute(1e-11));
            }
        }
        let squares: f64 = found.variances.iter().map(|l| l * l).sum();
        let sum: f64 = found.variances.iter().sum();
        let ratio = participation_ratio(&signals).unwrap().unwrap();
        assert_close(
            "ratio",
            sum * sum / squares,
            ratio,
            Tolerance::relative(1e-12),
        );
    }

    #[test]
    fn fewer_samples_than_signals_and_constant_ones() {
        // Three samples span two directions.
        let values: Vec<Vec<f64>> = (0..6).map(|k| normal_noise(3, k)).collect();
        let found = principal_components(&signals(&values), 6).unwrap().unwrap();
        assert!(found.variances[2..].iter().all(|&l| l < 1e-15 * 10.0));
        assert_eq!(found.dimensions(1.0 - 1e-9), 2);
        let flat = vec![vec![1.0; 9], vec![2.0; 9]];
        assert_eq!(principal_components(&signals(&flat), 1), Ok(None));
        assert_eq!(principal_components(&[], 1), Ok(None));
        assert_eq!(principal_components(&signals(&[vec![1.0]]), 1), Ok(None));
        let some = vec![vec![1.0; 3], vec![0.0, 1.0, 5.0]];
        let found = principal_components(&signals(&some), 1).unwrap().unwrap();
        assert_eq!(found.directions[0][1], 1.0);
        assert!(found.directions[0][0].abs() < 1e-15 && found.variances[1] < 1e-14);
        assert_close("one", found.variances[0], 7.0, Tolerance::relative(1e-14));
        let uneven = vec![vec![1.0; 3], vec![1.0; 4]];
        assert!(principal_components(&signals(&uneven), 1).is_err());
        let none = principal_components(&signals(&some), 0).unwrap().unwrap();
        assert!(none.directions.is_empty() && none.project(&signals(&flat[..1])).is_err());
    }
}
