//! How regular: intervals between spikes and their variability.
//!
//! All are 0 for a clock. For a Poisson process CV, CV2, LV are 1 in the mean; for a gamma process
//! of shape k, CV is `1/sqrt(k)` and LV is `3/(2k + 1)`. CV mixes slow changes of the rate into the
//! irregularity, the local measures compare neighbouring intervals and do not.

use super::{Train, Trains};
use crate::error::{MeasureError, not_negative};
use crate::{Bins, Window};

/// Returns the mean interval in ms; `None` for fewer than two spikes.
pub fn mean_interval_ms(train: Train<'_>) -> Option<f64> {
    let times = train.times_ms();
    let intervals = times.len().checked_sub(1).filter(|&n| n > 0)?;
    Some((times[intervals] - times[0]) / intervals as f64)
}

/// Returns the coefficient of variation of the intervals.
///
/// `None` for fewer than three spikes, or where all come at one time.
///
/// # Equation
/// `sqrt(mean((I - mean(I))^2)) / mean(I)`: the standard deviation has divisor n, as the measures
/// of the engine have it.
///
/// # Source
/// D. R. Cox, P. A. W. Lewis (1966), The Statistical Analysis of Series of Events, section 3.
///
/// # Examples
/// ```
/// use neuropil_measures::spikes::{Train, cv};
/// // Intervals of 1 and 3 ms: mean 2, deviation 1.
/// assert_eq!(cv(Train::new(&[0.0, 1.0, 4.0])?), Some(0.5));
/// # Ok::<(), neuropil_measures::MeasureError>(())
/// ```
pub fn cv(train: Train<'_>) -> Option<f64> {
    if train.len() < 3 {
        return None;
    }
    let mean = mean_interval_ms(train).filter(|&mean| mean > 0.0)?;
    let squares: f64 = train.intervals_ms().map(|i| (i - mean) * (i - mean)).sum();
    Some((squares / (train.len() - 1) as f64).sqrt() / mean)
}

/// The CV of the neurons of a population that have enough spikes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MeanCv {
    /// The mean over neurons of the CV of each.
    pub mean: f64,
    /// How many neurons that is.
    pub neurons: usize,
}

/// Returns the mean CV over neurons with at least so many spikes in a span of time.
///
/// `None` if there is no such neuron. Fewer than three spikes never give a CV, so `min_spikes`
/// below 3 acts as 3; few spikes underestimate the CV, so higher is better.
pub fn mean_cv(trains: &Trains, window: Window, min_spikes: usize) -> Option<MeanCv> {
    let (mut sum, mut neurons) = (0.0, 0);
    for train in trains.iter().map(|train| train.within(window)) {
        if train.len() >= min_spikes
            && let Some(cv) = cv(train)
        {
            sum += cv;
            neurons += 1;
        }
    }
    (neurons > 0).then(|| MeanCv {
        mean: sum / neurons as f64,
        neurons,
    })
}

/// The mean over neighbouring intervals a, b of a function of `a b` and `a + b`.
///
/// `None` for fewer than three spikes, and where two neighbours have no length at all.
fn mean_over_neighbours(train: Train<'_>, term: impl Fn(f64, f64) -> f64) -> Option<f64> {
    let intervals = train.intervals_ms();
    let pairs = intervals.len().checked_sub(1).filter(|&n| n > 0)?;
    let mut sum = 0.0;
    for (a, b) in intervals.clone().zip(intervals.skip(1)) {
        if a + b <= 0.0 {
            return None;
        }
        sum += term(a, b);
    }
    Some(sum / pairs as f64)
}

/// Returns CV2, the irregularity of neighbouring intervals.
///
/// `None` for fewer than three spikes, and where three spikes come at one time.
///
/// # Equation
/// The mean of `2 |I' - I| / (I' + I)` over neighbours.
///
/// # Source
/// G. R. Holt, W. R. Softky, C. Koch, R. J. Douglas (1996), Comparison of discharge variability in
/// vitro and in vivo in cat visual cortex neurons, <https://doi.org/10.1152/jn.1996.75.5.1806>.
pub fn cv2(train: Train<'_>) -> Option<f64> {
    mean_over_neighbours(train, |a, b| 2.0 * (b - a).abs() / (a + b))
}

/// Returns the local variation LV.
///
/// `None` for fewer than three spikes, and where three spikes come at one time.
///
/// # Equation
/// The mean of `3 ((I - I') / (I + I'))^2` over neighbours.
///
/// # Source
/// S. Shinomoto, K. Shima, J. Tanji (2003), Differences in spiking patterns among cortical neurons,
/// <https://doi.org/10.1162/089976603322518759>.
pub fn lv(train: Train<'_>) -> Option<f64> {
    mean_over_neighbours(train, |a, b| {
        let contrast = (a - b) / (a + b);
        3.0 * contrast * contrast
    })
}

/// Returns the local variation LvR, which is corrected for a refractory time.
///
/// `None` for fewer than three spikes, and where three spikes come at one time.
///
/// # Equation
/// The mean of `3 (1 - 4 I I' / (I + I')^2) (1 + 4 R / (I + I'))` over neighbours.
///
/// # Units
/// `refractory_ms` is R; the source uses 5 ms.
///
/// # Errors
/// [`MeasureError::Negative`] for a refractory time below 0.
///
/// # Source
/// S. Shinomoto et al. (2009), Relating neuronal firing patterns to functional differentiation of
/// cerebral cortex, <https://doi.org/10.1371/journal.pcbi.1000433>, equation 3.
pub fn lvr(train: Train<'_>, refractory_ms: f64) -> Result<Option<f64>, MeasureError> {
    not_negative("refractory time", refractory_ms)?;
    Ok(mean_over_neighbours(train, |a, b| {
        let sum = a + b;
        // Shares first: products of tiny intervals would vanish.
        3.0 * (1.0 - 4.0 * (a / sum) * (b / sum)) * (1.0 + 4.0 * refractory_ms / sum)
    }))
}

/// How often intervals of each length occur.
#[derive(Clone, Debug, PartialEq)]
pub struct IntervalHistogram {
    /// The lengths, from 0: bin k takes `k w < I <= (k + 1) w`.
    pub bins: Bins,
    /// The number of intervals in each bin.
    pub counts: Vec<u64>,
    /// The number of intervals of no length or longer than the bins.
    pub outside: u64,
}

/// Counts the intervals of some neurons by their length, up to `most_ms`.
///
/// # Units
/// The width of a bin and the longest interval in ms.
///
/// # Errors
/// As [`Window::new`] and [`Bins::new`].
pub fn interval_histogram<'a>(
    trains: impl IntoIterator<Item = Train<'a>>,
    width_ms: f64,
    most_ms: f64,
) -> Result<IntervalHistogram, MeasureError> {
    let bins = Bins::new(Window::new(0.0, most_ms)?, width_ms)?;
    let mut intervals = 0;
    let each = trains.into_iter().flat_map(Train::intervals_ms);
    let counts = bins.histogram(each.inspect(|_| intervals += 1));
    Ok(IntervalHistogram {
        bins,
        outside: intervals - counts.iter().sum::<u64>(),
        counts,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{gamma_train, poisson_train};
    use neuropil_testkit::{Tolerance, assert_close};

    fn train(times: &[f64]) -> Train<'_> {
        Train::new(times).unwrap()
    }

    #[test]
    fn a_clock_does_not_vary() {
        let clock: Vec<f64> = (0..50).map(|k| 8.0 * f64::from(k)).collect();
        let clock = train(&clock);
        assert_eq!(cv(clock), Some(0.0));
        assert_eq!(cv2(clock), Some(0.0));
        assert_eq!(lv(clock), Some(0.0));
        assert_eq!(lvr(clock, 5.0), Ok(Some(0.0)));
        assert_eq!(mean_interval_ms(clock), Some(8.0));
    }

    /// Intervals 1, 3, 1: contrasts of 1/2, so CV2 = 1, LV = 3/4, LvR = 3/4 (1 + R).
    #[test]
    fn three_intervals_by_hand() {
        let times = [10.0, 11.0, 14.0, 15.0];
        let tight = Tolerance::ulp(4);
        assert_close("CV2", cv2(train(&times)).unwrap(), 1.0, tight);
        assert_close("LV", lv(train(&times)).unwrap(), 0.75, tight);
        assert_close("LvR", lvr(train(&times), 5.0).unwrap().unwrap(), 4.5, tight);
        // Mean 5/3, mean square 11/3.
        let expected = (11.0f64 / 3.0 - 25.0 / 9.0).sqrt() / (5.0 / 3.0);
        assert_close("CV", cv(train(&times)).unwrap(), expected, tight);
    }

    /// Deviations of n intervals: the standard error of CV for a gamma process of shape k is about
    /// `sqrt((1 + 1/k) / (2 k n))`, of LV and CV2 below `1.2/sqrt(n)`; five of them.
    #[test]
    fn renewal_processes_have_their_closed_forms() {
        let n = 100_000_usize;
        let spread = 5.0 / (n as f64).sqrt();
        let poisson = poisson_train(20.0, 20.0 * n as f64, 1);
        let near = Tolerance::absolute(1.2 * spread);
        assert_close("CV", cv(train(&poisson)).unwrap(), 1.0, near);
        assert_close("CV2", cv2(train(&poisson)).unwrap(), 1.0, near);
        assert_close("LV", lv(train(&poisson)).unwrap(), 1.0, near);
        for shape in [2_u32, 4, 9] {
            let k = f64::from(shape);
            let times = gamma_train(20.0, shape, n, 2);
            let tolerance = Tolerance::absolute(spread * ((1.0 + 1.0 / k) / (2.0 * k)).sqrt());
            assert_close("CV", cv(train(&times)).unwrap(), 1.0 / k.sqrt(), tolerance);
            let expected = 3.0 / (2.0 * k + 1.0);
            assert_close("LV", lv(train(&times)).unwrap(), expected, near);
        }
    }

    #[test]
    fn too_few_spikes_have_no_irregularity() {
        for times in [&[][..], &[3.0], &[3.0, 4.0], &[3.0; 5]] {
            let few = train(times);
            assert_eq!(
                (cv(few), cv2(few), lv(few)),
                (None, None, None),
                "{times:?}"
            );
            assert_eq!(lvr(few, 0.0), Ok(None));
        }
        assert_eq!(mean_interval_ms(train(&[1.0])), None);
        assert!(lvr(train(&[]), -1.0).is_err());
    }

    #[test]
    fn the_mean_takes_neurons_with_enough_spikes() {
        let times: [&[f64]; 4] = [&[0.0, 1.0, 4.0], &[1.0, 2.0, 3.0, 4.0], &[1.0, 2.0], &[]];
        let trains = Trains::from_times(&times).unwrap();
        let all = Window::new(-1.0, 10.0).unwrap();
        let mean = |window, spikes| mean_cv(&trains, window, spikes).map(|m| (m.mean, m.neurons));
        assert_eq!(mean(all, 3), Some((0.25, 2)));
        assert_eq!(mean(all, 0), Some((0.25, 2)));
        assert_eq!(mean(all, 4), Some((0.0, 1)));
        assert_eq!(mean(all, 5), None);
        assert_eq!(mean(Window::new(2.0, 3.0).unwrap(), 3), None);
    }

    #[test]
    fn intervals_are_counted_by_length() {
        let times: [&[f64]; 2] = [&[0.0, 1.0, 3.0, 3.0], &[0.0, 1.5, 9.5]];
        let trains = Trains::from_times(&times).unwrap();
        let found = interval_histogram(trains.iter(), 1.0, 3.0).unwrap();
        assert_eq!((found.counts, found.outside), (vec![1, 2, 0], 2));
        assert!(interval_histogram(trains.iter(), 1.0, -3.0).is_err());
    }
}
