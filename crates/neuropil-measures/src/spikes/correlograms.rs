//! Who leads whom: how often spikes of one neuron follow those of another after each lag.

use super::surrogates::Surrogate;
use super::{Train, rates::MS_PER_S};
use crate::Window;
use crate::error::{MeasureError, equal_lengths, not_negative, positive};
use crate::window::MOST_BINS;

/// Lags in bins around 0: bin k of `-K..=K` takes `(k - 1/2) w < lag <= (k + 1/2) w`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lags {
    width_ms: f64,
    each_side: usize,
}

impl Lags {
    /// Makes bins of a width around 0, whose middles reach as far as `most_ms` on both sides.
    ///
    /// # Errors
    /// [`MeasureError::NotPositive`], [`MeasureError::Negative`], [`MeasureError::TooMany`].
    pub fn new(width_ms: f64, most_ms: f64) -> Result<Self, MeasureError> {
        positive("width of a bin", width_ms)?;
        let each_side = not_negative("largest lag", most_ms)? / width_ms + 1e-9;
        if 2.0 * each_side + 1.0 > MOST_BINS as f64 {
            return Err(MeasureError::TooMany {
                what: "lags",
                wanted: 2.0 * each_side + 1.0,
                most: MOST_BINS,
            });
        }
        Ok(Self {
            width_ms,
            each_side: each_side as usize,
        })
    }

    /// The number of bins, which is odd.
    pub fn count(self) -> usize {
        2 * self.each_side + 1
    }

    /// The width of a bin; unit ms.
    pub fn width_ms(self) -> f64 {
        self.width_ms
    }

    /// The middles of the bins, ascending, 0 in the middle; unit ms.
    pub fn centres_ms(self) -> Vec<f64> {
        let centre = |k: usize| (k as f64 - self.each_side as f64) * self.width_ms;
        (0..self.count()).map(centre).collect()
    }

    /// The bin of a lag, counted from 0; negative or too large outside.
    fn index(self, lag_ms: f64) -> i64 {
        let x = lag_ms / self.width_ms + self.each_side as f64 + 0.5;
        // A lag is the difference of two products: on an edge it misses it by the rounding of both.
        let near = x.round();
        let x = if (x - near).abs() < 1e-6 { near } else { x };
        (x.ceil() as i64).saturating_sub(1)
    }
}

/// Returns the number of pairs of spikes at each lag, the time of b minus the time of a.
///
/// A peak at positive lags: a leads.
///
/// # Equation
/// `c_k = #{(i, j): (k - 1/2) w < b_j - a_i <= (k + 1/2) w}`
///
/// # Shapes
/// `[lags.count()]`
///
/// # Source
/// D. H. Perkel, G. L. Gerstein, G. P. Moore (1967), Neuronal spike trains and stochastic point
/// processes II, <https://doi.org/10.1016/S0006-3495(67)86597-4>.
///
/// # Examples
/// ```
/// use neuropil_measures::spikes::{Lags, Train, cross_correlogram};
/// let (a, b) = (Train::new(&[10.0, 50.0])?, Train::new(&[12.0, 52.0])?);
/// assert_eq!(cross_correlogram(a, b, Lags::new(1.0, 3.0)?), [0, 0, 0, 0, 0, 2, 0]);
/// # Ok::<(), neuropil_measures::MeasureError>(())
/// ```
pub fn cross_correlogram(a: Train<'_>, b: Train<'_>, lags: Lags) -> Vec<u64> {
    let mut counts = vec![0; lags.count()];
    let others = b.times_ms();
    let mut first = 0;
    for &time in a.times_ms() {
        // What lies before the lags of this spike lies before those of all later ones.
        while first < others.len() && lags.index(others[first] - time) < 0 {
            first += 1;
        }
        for other in &others[first..] {
            // Ascending, and not below 0 from here on.
            let Some(count) = counts.get_mut(lags.index(other - time) as usize) else {
                break;
            };
            *count += 1;
        }
    }
    counts
}

/// Returns the number of pairs of different spikes of one neuron at each lag.
///
/// Symmetric but for lags on the edge between two bins; no spike is paired with itself.
///
/// # Equation
/// As [`cross_correlogram`] of the train with itself, over `i != j`.
///
/// # Source
/// D. H. Perkel, G. L. Gerstein, G. P. Moore (1967), Neuronal spike trains and stochastic point
/// processes I, <https://doi.org/10.1016/S0006-3495(67)86596-2>.
pub fn auto_correlogram(train: Train<'_>, lags: Lags) -> Vec<u64> {
    let mut counts = cross_correlogram(train, train, lags);
    counts[lags.each_side] -= train.len() as u64;
    counts
}

/// Returns the rate of b in Hz at each lag after a spike of a; `None` if a has no spike.
///
/// # Equation
/// `count / (n_a w)`. Far from any relation it is the rate of b; for a Poisson process and itself
/// it is flat at its rate.
pub fn conditional_rate_hz(counts: &[u64], spikes_of_a: usize, lags: Lags) -> Option<Vec<f64>> {
    let seconds = spikes_of_a as f64 * lags.width_ms / MS_PER_S;
    (spikes_of_a > 0).then(|| counts.iter().map(|&n| n as f64 / seconds).collect())
}

/// A correlogram beside what surrogates of one of its trains give.
#[derive(Clone, Debug, PartialEq)]
pub struct CorrectedCorrelogram {
    /// Pairs at each lag.
    pub counts: Vec<u64>,
    /// The mean over surrogates.
    pub expected: Vec<f64>,
    /// The standard deviation over surrogates (divisor n - 1).
    pub spread: Vec<f64>,
    /// The share of surrogates with at least as many pairs, the data counted among them.
    ///
    /// `(1 + how many) / (1 + surrogates)`: a one-sided p-value that is exact if nothing but what
    /// the surrogates keep relates the trains. Not corrected for the number of lags.
    pub p_value: Vec<f64>,
}

impl CorrectedCorrelogram {
    /// Pairs beyond those expected, at each lag.
    pub fn excess(&self) -> Vec<f64> {
        let pairs = self.counts.iter().zip(&self.expected);
        pairs
            .map(|(&count, expected)| count as f64 - expected)
            .collect()
    }
}

/// Counts pairs at each lag, and those of a with surrogates of b.
///
/// Both trains are taken within the span. Surrogate k is drawn from stream k of the seed.
///
/// # Equation
/// With [`cross_correlogram`] c of a and b, and c' of a and each surrogate of b: the mean and the
/// deviation of c', and `(1 + #{c' >= c}) / (1 + surrogates)`, at each lag.
///
/// # Errors
/// [`MeasureError::NotPositive`] for fewer than two surrogates or a surrogate without width.
///
/// # Source
/// As each [`Surrogate`] says; the p-value: B. Phipson, G. K. Smyth (2010),
/// <https://doi.org/10.2202/1544-6115.1585>.
pub fn corrected_correlogram(
    (a, b): (Train<'_>, Train<'_>),
    window: Window,
    lags: Lags,
    surrogate: Surrogate,
    (surrogates, seed): (u32, u64),
) -> Result<CorrectedCorrelogram, MeasureError> {
    positive("number of surrogates less one", f64::from(surrogates) - 1.0)?;
    let (a, b) = (a.within(window), b.within(window));
    let counts = cross_correlogram(a, b, lags);
    let mut sums = vec![(0_u64, 0_u128, 1_u64); counts.len()];
    for number in 0..surrogates {
        let times = surrogate.draw(b, window, seed, number)?;
        let drawn = cross_correlogram(a, Train::new(&times)?, lags);
        for ((sum, &found), &count) in sums.iter_mut().zip(&drawn).zip(&counts) {
            sum.0 += found;
            sum.1 += u128::from(found) * u128::from(found);
            sum.2 += u64::from(found >= count);
        }
    }
    let n = f64::from(surrogates);
    let spread = |&(sum, squares, _): &(u64, u128, u64)| {
        let scaled = u128::from(surrogates) * squares - u128::from(sum) * u128::from(sum);
        (scaled as f64 / (n * (n - 1.0))).sqrt()
    };
    Ok(CorrectedCorrelogram {
        counts,
        expected: sums.iter().map(|sum| sum.0 as f64 / n).collect(),
        spread: sums.iter().map(spread).collect(),
        p_value: sums.iter().map(|sum| sum.2 as f64 / (n + 1.0)).collect(),
    })
}

/// Returns the pairs that trials in another order would give: what is locked to the stimulus.
///
/// `None` for fewer than two trials.
///
/// # Equation
/// The sum of the correlograms of trial i of a with trial j of b over all `i != j`, over
/// `n_trials - 1`: to be compared with the sum over all trials with themselves. All orders are
/// taken, so nothing is drawn.
///
/// # Errors
/// [`MeasureError::Lengths`] unless both have as many trials.
///
/// # Source
/// D. H. Perkel, G. L. Gerstein, G. P. Moore (1967), Neuronal spike trains and stochastic point
/// processes II, <https://doi.org/10.1016/S0006-3495(67)86597-4>.
pub fn shuffle_predictor(
    a: &[Train<'_>],
    b: &[Train<'_>],
    lags: Lags,
) -> Result<Option<Vec<f64>>, MeasureError> {
    equal_lengths("trials of the other neuron", b.len(), a.len())?;
    if a.len() < 2 {
        return Ok(None);
    }
    let mut sums = vec![0; lags.count()];
    for (i, &a) in a.iter().enumerate() {
        for (_, &b) in b.iter().enumerate().filter(|&(j, _)| j != i) {
            for (sum, count) in sums.iter_mut().zip(cross_correlogram(a, b, lags)) {
                *sum += count;
            }
        }
    }
    let others = (a.len() - 1) as f64;
    Ok(Some(
        sums.iter().map(|&sum: &u64| sum as f64 / others).collect(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::poisson_train;
    use neuropil_testkit::stats::poisson_bounds;

    fn train(times: &[f64]) -> Train<'_> {
        Train::new(times).unwrap()
    }

    /// Against all pairs, on a grid of steps where edges are met all the time.
    #[test]
    fn counts_are_those_of_all_pairs() {
        let on_grid = |seed| -> Vec<f64> {
            let times = poisson_train(3.0, 600.0, seed);
            times.iter().map(|t| (t / 0.1).round() * 0.1).collect()
        };
        let (a, b) = (on_grid(1), on_grid(2));
        let lags = Lags::new(0.4, 6.0).unwrap();
        let mut expected = vec![0; 31];
        for s in &a {
            for t in &b {
                // In steps: bin k takes 4k - 2 < lag <= 4k + 2.
                let lag = (t / 0.1).round() as i64 - (s / 0.1).round() as i64;
                let bin = (lag + 1).div_euclid(4) + 15;
                if (0..31).contains(&bin) {
                    expected[bin as usize] += 1;
                }
            }
        }
        assert_eq!(cross_correlogram(train(&a), train(&b), lags), expected);
        assert_eq!(lags.centres_ms()[15], 0.0);
        assert_eq!(cross_correlogram(train(&[]), train(&b), lags), vec![0; 31]);
        let (far, near) = ([-1e300, 1e300], [1.0]);
        assert_eq!(
            cross_correlogram(train(&far), train(&near), lags),
            vec![0; 31]
        );
    }

    #[test]
    fn a_clock_correlates_at_its_periods() {
        let clock: Vec<f64> = (0..100).map(|k| 10.0 * f64::from(k)).collect();
        let lags = Lags::new(5.0, 20.0).unwrap();
        let found = auto_correlogram(train(&clock), lags);
        assert_eq!(found, [98, 0, 99, 0, 0, 0, 99, 0, 98]);
    }

    /// A delayed copy in noise: all its pairs at the delay, and what two Poisson processes give.
    #[test]
    fn a_delayed_copy_leads_and_jitter_keeps_only_the_rest() {
        let a = poisson_train(20.0, 1e5, 3);
        let b: Vec<f64> = a.iter().map(|t| t + 4.0).collect();
        let window = Window::new(0.0, 1e5).unwrap();
        let lags = Lags::new(1.0, 10.0).unwrap();
        let kind = Surrogate::Jitter { width_ms: 50.0 };
        let pair = (train(&a), train(&b));
        let found = corrected_correlogram(pair, window, lags, kind, (99, 5)).unwrap();
        let shared = train(&b).within(window).len() as f64;
        assert!(found.excess()[14] > 0.9 * shared);
        assert_eq!(found.p_value[14], 0.01);
        // Elsewhere pairs are chance: about 5000 spikes at 1 in 20 each millisecond, no fewer than
        // a Poisson law with three times its variance leaves once in a million.
        let conditional = conditional_rate_hz(&found.counts, a.len(), lags).unwrap();
        let (low, high) = poisson_bounds(a.len() as f64 / 20.0, 1e-10);
        for k in (0..21).filter(|&k| k != 14) {
            assert!(
                (low..=high).contains(&found.counts[k]),
                "{k}: {:?}",
                found.counts
            );
            assert!((30.0..70.0).contains(&conditional[k]));
        }
        assert_eq!(conditional_rate_hz(&found.counts, 0, lags), None);
        assert!(corrected_correlogram(pair, window, lags, kind, (1, 5)).is_err());
    }

    /// Spikes locked to a stimulus come together in every order of trials.
    #[test]
    fn what_is_locked_to_the_stimulus_is_predicted() {
        let trials = [train(&[5.0, 9.0]), train(&[5.0]), train(&[5.0, 30.0])];
        let lags = Lags::new(1.0, 4.0).unwrap();
        let found = shuffle_predictor(&trials, &trials, lags).unwrap().unwrap();
        // Six ordered pairs of trials meet at 5 ms; 9 ms meets the 5 ms of two others.
        assert_eq!(found, [1.0, 0.0, 0.0, 0.0, 3.0, 0.0, 0.0, 0.0, 1.0]);
        assert_eq!(
            shuffle_predictor(&trials[..1], &trials[..1], lags),
            Ok(None)
        );
        assert!(shuffle_predictor(&trials, &trials[..1], lags).is_err());
    }

    #[test]
    fn bad_lags_are_refused() {
        assert!(Lags::new(0.0, 5.0).is_err());
        assert!(Lags::new(1.0, -5.0).is_err());
        assert!(Lags::new(1e-9, 5.0).is_err());
        assert_eq!(Lags::new(1.0, 0.0).unwrap().count(), 1);
    }
}
