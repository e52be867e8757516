//! Counts of spikes: how they vary from window to window, and how neurons vary together.
//!
//! Counts are whole numbers and so are the sums behind variances and covariances: no order of
//! summation and no cancellation enters a result.

use super::{Train, Trains};
use crate::error::MeasureError;
use crate::{Bins, Window};

/// Most neurons whose counts are compared pair by pair.
pub const MOST_PAIRED_NEURONS: usize = 20_000;

/// Mean and variance of whole numbers.
///
/// The variance is `(n sum(c^2) - sum(c)^2) / (n (n - 1))`; `None` for fewer than two.
fn mean_and_variance(counts: impl IntoIterator<Item = u64>) -> Option<(f64, f64)> {
    let (mut n, mut sum, mut squares) = (0_u64, 0_u128, 0_u128);
    for count in counts.into_iter().map(u128::from) {
        n += 1;
        sum += count;
        squares = squares.checked_add(count * count)?;
    }
    let above = u128::from(n).checked_mul(squares)? - sum * sum;
    let pairs = n as f64 * n.checked_sub(1)? as f64;
    (n > 1).then(|| (sum as f64 / n as f64, above as f64 / pairs))
}

/// Returns the Fano factor of counts: variance (divisor n - 1) over mean.
///
/// `None` for fewer than two counts, where all are 0, and where squares exceed 128 bits. Some
/// programs divide the variance by n: theirs is (n - 1)/n of this one, and below 1 for a Poisson
/// process in the mean.
///
/// # Equation
/// `sum (c - mean(c))^2 / ((n - 1) mean(c))`
///
/// # Source
/// U. Fano (1947), Ionization yield of radiations II, <https://doi.org/10.1103/PhysRev.72.26>.
pub fn fano(counts: impl IntoIterator<Item = u64>) -> Option<f64> {
    let (mean, variance) = mean_and_variance(counts)?;
    (mean > 0.0).then(|| variance / mean)
}

/// Returns the Fano factor of one neuron over the bins of a span of time.
///
/// 1 for a Poisson process, `1/k` for a gamma process of shape k in wide bins. `None` as [`fano`].
pub fn fano_over_bins(train: Train<'_>, bins: Bins) -> Option<f64> {
    fano(bins.histogram(train.times_ms().iter().copied()))
}

/// Returns the Fano factor of the counts of repeated trials in one span of time.
///
/// `None` as [`fano`].
pub fn fano_over_trials<'a>(
    trials: impl IntoIterator<Item = Train<'a>>,
    window: Window,
) -> Option<f64> {
    let count = |trial: Train<'_>| trial.within(window).len() as u64;
    fano(trials.into_iter().map(count))
}

/// Sums of counts and of products of counts of each pair of neurons, over bins.
///
/// # Shapes
/// `sums` is `[n_neurons]`; `products` holds `i >= j` row by row, `i (i + 1) / 2 + j`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountMoments {
    bins: usize,
    sums: Vec<u64>,
    products: Vec<u64>,
}

impl CountMoments {
    /// Counts the spikes of each neuron in each bin, and adds up what covariances need.
    ///
    /// Only neurons that spike in a bin are paired there, so the time is in proportion to the
    /// spikes times the neurons active with them; no array of neurons × bins is made.
    ///
    /// # Errors
    /// [`MeasureError::TooMany`] above [`MOST_PAIRED_NEURONS`].
    pub fn new(trains: &Trains, bins: Bins) -> Result<Self, MeasureError> {
        /// Bins looked at together: as many as keep their counts in a near cache.
        const BLOCK: usize = 256;
        let n = trains.neurons();
        if n > MOST_PAIRED_NEURONS {
            return Err(MeasureError::TooMany {
                what: "neurons in pairs",
                wanted: n as f64,
                most: MOST_PAIRED_NEURONS,
            });
        }
        let mut sums = vec![0; n];
        let mut products = vec![0; n * (n + 1) / 2];
        let mut rest: Vec<&[f64]> = trains.iter().map(Train::times_ms).collect();
        // Those that spike in each bin of the block, with their counts, by ascending neuron.
        let mut active: Vec<Vec<(usize, u64)>> = vec![Vec::new(); BLOCK.min(bins.count())];
        for block in (0..bins.count()).step_by(BLOCK) {
            for (neuron, rest) in rest.iter_mut().enumerate() {
                while let Some((&time, later)) = rest.split_first() {
                    if let Some(index) = bins.index(time) {
                        let Some(bin) = active.get_mut(index - block) else {
                            break;
                        };
                        match bin.last_mut() {
                            Some((last, count)) if *last == neuron => *count += 1,
                            _ => bin.push((neuron, 1)),
                        }
                    }
                    *rest = later;
                }
            }
            for bin in &mut active {
                for (place, &(i, a)) in bin.iter().enumerate() {
                    sums[i] += a;
                    let row = &mut products[i * (i + 1) / 2..][..=i];
                    for &(j, b) in &bin[..=place] {
                        row[j] += a * b;
                    }
                }
                bin.clear();
            }
        }
        Ok(Self {
            bins: bins.count(),
            sums,
            products,
        })
    }

    /// The number of neurons.
    pub fn neurons(&self) -> usize {
        self.sums.len()
    }

    /// The sum over bins of the product of deviations, times the number of bins: a whole number.
    fn scaled(&self, i: usize, j: usize) -> Option<i128> {
        let (high, low) = (i.max(j), i.min(j));
        let (a, b) = (*self.sums.get(high)?, *self.sums.get(low)?);
        let products = i128::from(self.products[high * (high + 1) / 2 + low]);
        Some(self.bins as i128 * products - i128::from(a) * i128::from(b))
    }

    /// The covariance of the counts of two neurons.
    ///
    /// With divisor n - 1; the variance of one with itself. `None` for a neuron that does not
    /// exist, and for a single bin.
    pub fn covariance(&self, i: usize, j: usize) -> Option<f64> {
        let pairs = self.bins as f64 * (self.bins - 1) as f64;
        let scaled = self.scaled(i, j)?;
        (pairs > 0.0).then(|| scaled as f64 / pairs)
    }

    /// Pearson's correlation coefficient of the counts of two neurons.
    ///
    /// `None` for a neuron that does not exist, and for one whose count is the same in all bins.
    ///
    /// # Equation
    /// `cov(a, b) / sqrt(var(a) var(b))` over bins.
    ///
    /// # Source
    /// M. R. Cohen, A. Kohn (2011), Measuring and interpreting neuronal correlations,
    /// <https://doi.org/10.1038/nn.2842>.
    pub fn correlation(&self, i: usize, j: usize) -> Option<f64> {
        let (own, other) = (self.scaled(i, i)? as f64, self.scaled(j, j)? as f64);
        let both = self.scaled(i, j)? as f64;
        // The root of a square is exact: a neuron with its copy has 1.
        (own > 0.0 && other > 0.0).then(|| (both / (own * other).sqrt()).clamp(-1.0, 1.0))
    }

    /// The matrix of correlation coefficients.
    ///
    /// # Shapes
    /// `[n_neurons, n_neurons]`, row by row; `None` where [`CountMoments::correlation`] is.
    pub fn correlation_matrix(&self) -> Vec<Option<f64>> {
        let n = self.neurons();
        let each = |place: usize| self.correlation(place / n, place % n);
        (0..n * n).map(each).collect()
    }

    /// The mean correlation coefficient over all pairs of different neurons that have one.
    ///
    /// `None` if no pair has one: fewer than two neurons, or fewer whose counts change.
    pub fn mean_correlation(&self) -> Option<f64> {
        let (mut sum, mut pairs) = (0.0, 0_u64);
        for i in 0..self.neurons() {
            for found in (0..i).filter_map(|j| self.correlation(i, j)) {
                sum += found;
                pairs += 1;
            }
        }
        (pairs > 0).then(|| sum / pairs as f64)
    }
}

/// Returns the mean pairwise correlation of counts in bins of each width.
///
/// Correlation grows with the width until the bin is longer than what the neurons share.
///
/// # Equation
/// The mean over pairs of `cov(n_i, n_j) / sqrt(var(n_i) var(n_j))`, counts n in bins of the width.
/// For a Poisson train and its copy after a delay d it is `1 - d/w` in bins of w > d. What is left
/// of the span after whole bins does not count.
///
/// # Units
/// `widths_ms` in ms, in any order.
///
/// # Shapes
/// One entry a width; `None` where [`CountMoments::mean_correlation`] is.
///
/// # Errors
/// As [`Bins::new`] and [`CountMoments::new`].
///
/// # Source
/// W. Bair, E. Zohary, W. T. Newsome (2001), Correlated firing in macaque visual area MT: time
/// scales and relationship to behavior, <https://doi.org/10.1523/JNEUROSCI.21-05-01676.2001>.
pub fn correlation_by_width(
    trains: &Trains,
    window: Window,
    widths_ms: &[f64],
) -> Result<Vec<Option<f64>>, MeasureError> {
    let each = |&width: &f64| {
        let moments = CountMoments::new(trains, Bins::new(window, width)?)?;
        Ok(moments.mean_correlation())
    };
    widths_ms.iter().map(each).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{gamma_train, poisson_train};
    use neuropil_ir::draw::Stream;
    use neuropil_testkit::{Tolerance, assert_close, stats};

    fn bins(to: f64, width: f64) -> Bins {
        Bins::new(Window::new(0.0, to).unwrap(), width).unwrap()
    }

    #[test]
    fn small_counts_by_hand() {
        // Mean 2, squared deviations 1 + 1 + 0 over 2.
        assert_eq!(fano([1, 3, 2]), Some(0.5));
        assert_eq!(fano([4, 4, 4]), Some(0.0));
        assert_eq!(fano([u64::MAX; 3]), None);
        assert_eq!((fano([0, 0]), fano([7]), fano([])), (None, None, None));
        let trials = [&[1.0, 2.0][..], &[1.0], &[2.0, 4.0]];
        let trials = trials.map(|times| Train::new(times).unwrap());
        let window = Window::new(0.0, 3.0).unwrap();
        // Counts 2, 1, 1: variance 1/3, mean 4/3.
        let found = fano_over_trials(trials, window).unwrap();
        assert_close("trials", found, 0.25, Tolerance::ulp(2));
    }

    /// The standard error of the Fano factor of n windows is about `F sqrt(2/n)`; five of them.
    #[test]
    fn renewal_processes_have_their_closed_forms() {
        let (windows, width) = (4_000.0, 1_000.0);
        let spread = 5.0 * f64::sqrt(2.0 / windows);
        let poisson = poisson_train(10.0, windows * width, 3);
        let found = fano_over_bins(Train::new(&poisson).unwrap(), bins(windows * width, width));
        assert_close("Poisson", found.unwrap(), 1.0, Tolerance::absolute(spread));
        let times = gamma_train(10.0, 4, 410_000, 4);
        let found = fano_over_bins(Train::new(&times).unwrap(), bins(windows * width, width));
        // Cox: the variance of counts is that of the wide window plus (1 - 1/k^2)/6 a window.
        let expected = 0.25 + (1.0 - 1.0 / 16.0) / 6.0 / 100.0;
        let tolerance = Tolerance::absolute(spread * expected);
        assert_close("gamma", found.unwrap(), expected, tolerance);
    }

    /// Against the plain definition on an array of counts.
    #[test]
    fn correlations_are_those_of_the_counts() {
        let times: Vec<Vec<f64>> = (0..7)
            .map(|k| poisson_train(4.0 + k as f64, 5e3, k))
            .collect();
        let trains = Trains::from_times(&times).unwrap();
        let bins = bins(5e3, 8.0);
        let found = CountMoments::new(&trains, bins).unwrap();
        let counts: Vec<Vec<f64>> = times
            .iter()
            .map(|t| {
                bins.histogram(t.iter().copied())
                    .iter()
                    .map(|&c| c as f64)
                    .collect()
            })
            .collect();
        let tight = Tolerance::relative(1e-12).or_absolute(1e-14);
        for i in 0..7 {
            for j in 0..7 {
                let (x, y) = (&counts[i], &counts[j]);
                let (mx, my) = (stats::mean(x), stats::mean(y));
                let above: f64 = x.iter().zip(y).map(|(x, y)| (x - mx) * (y - my)).sum();
                let n = x.len() as f64;
                let r = above / n / stats::population_sd(x) / stats::population_sd(y);
                assert_close("correlation", found.correlation(i, j).unwrap(), r, tight);
                let c = found.covariance(i, j).unwrap();
                assert_close("covariance", c, above / (n - 1.0), tight);
            }
        }
        let mean = found.mean_correlation().unwrap();
        let expected = stats::mean_correlation(&counts).unwrap();
        assert_close("mean", mean, expected, Tolerance::absolute(1e-13));
        let matrix = found.correlation_matrix();
        assert_eq!((matrix.len(), matrix[7 + 2]), (49, found.correlation(1, 2)));
    }

    /// Each neuron copies a common Poisson process with probability p: counts of any width are
    /// correlated by p. The error of r over n bins is about `1/sqrt(n)`; five of them.
    #[test]
    fn copies_share_their_probability() {
        let mother = poisson_train(5.0, 2e5, 8);
        let copy = |k| {
            let mut draws = Stream::new(9, 0, k);
            let kept = mother.iter().copied().filter(|_| draws.next_f64() < 0.3);
            kept.collect::<Vec<f64>>()
        };
        let trains = Trains::from_times(&[copy(0), copy(1)]).unwrap();
        let window = Window::new(0.0, 2e5).unwrap();
        let widths = [5.0, 50.0];
        let found = correlation_by_width(&trains, window, &widths).unwrap();
        for (found, width) in found.iter().zip(widths) {
            let near = Tolerance::absolute(5.0 / (2e5 / width).sqrt());
            assert_close("copies", found.unwrap(), 0.3, near);
        }
        let same = Trains::from_times(&[copy(0), copy(0)]).unwrap();
        let found = correlation_by_width(&same, window, &[10.0]).unwrap();
        assert_eq!(found, [Some(1.0)]);
    }

    /// A copy that comes d later shares the spikes of the last `w - d` of each bin of width w:
    /// counts of a Poisson process are correlated by `1 - d/w`, and not at all while the bin is
    /// shorter.
    #[test]
    fn correlation_grows_with_the_bin() {
        let times = poisson_train(8.0, 4e5, 11);
        let delay = 6.0;
        let later: Vec<f64> = times.iter().map(|t| t + delay).collect();
        let trains = Trains::from_times(&[&times, &later]).unwrap();
        let window = Window::new(0.0, 4e5).unwrap();
        let widths = [3.0, 6.0, 12.0, 24.0, 120.0];
        let found = correlation_by_width(&trains, window, &widths).unwrap();
        for (found, width) in found.iter().zip(widths) {
            let near = Tolerance::absolute(5.0 / (4e5 / width).sqrt());
            let expected = f64::max(0.0, 1.0 - delay / width);
            assert_close("delayed copy", found.unwrap(), expected, near);
        }
        assert_eq!(correlation_by_width(&trains, window, &[]), Ok(vec![]));
        assert!(correlation_by_width(&trains, window, &[0.0]).is_err());
    }

    #[test]
    fn neurons_without_spread_have_no_correlation() {
        let times: [&[f64]; 3] = [&[0.5, 1.5, 2.5], &[0.5], &[]];
        let trains = Trains::from_times(&times).unwrap();
        let found = CountMoments::new(&trains, bins(3.0, 1.0)).unwrap();
        assert_eq!(found.correlation(0, 1), None);
        assert_eq!(found.covariance(0, 1), Some(0.0));
        assert_eq!(found.correlation(1, 1), Some(1.0));
        assert_eq!(found.correlation(1, 3), None);
        assert_eq!(found.mean_correlation(), None);
        let one = CountMoments::new(&trains, bins(3.0, 3.0)).unwrap();
        assert_eq!(one.covariance(1, 1), None);
        let none = Trains::from_events(0, 1.0, []).unwrap();
        let none = CountMoments::new(&none, bins(3.0, 1.0)).unwrap();
        assert!(none.correlation_matrix().is_empty());
    }
}
