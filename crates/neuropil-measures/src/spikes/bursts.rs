//! Bursts: runs of short intervals.

use super::{Train, rates::MS_PER_S};
use crate::Window;
use crate::error::{MeasureError, not_negative};

/// What counts as a burst, by the lengths of intervals.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BurstRule {
    /// A burst starts with an interval of at most this; default 170 ms. Larger finds more bursts.
    pub start_ms: f64,
    /// It goes on while intervals are at most this; default 300 ms. Larger makes bursts longer.
    pub stay_ms: f64,
    /// Bursts with less than this between them are one; default 200 ms.
    pub apart_ms: f64,
    /// Shorter bursts are dropped; default 10 ms.
    pub shortest_ms: f64,
    /// Bursts with fewer spikes are dropped; default 3.
    pub min_spikes: usize,
}

impl Default for BurstRule {
    /// The values of the source for cultured networks; intrinsic bursts want far shorter times.
    fn default() -> Self {
        Self {
            start_ms: 170.0,
            stay_ms: 300.0,
            apart_ms: 200.0,
            shortest_ms: 10.0,
            min_spikes: 3,
        }
    }
}

/// A burst: spikes `first..=last` of a train.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Burst {
    /// The number of its first spike, from 0.
    pub first: usize,
    /// The number of its last spike.
    pub last: usize,
}

impl Burst {
    /// The number of spikes, at least two.
    pub fn spikes(self) -> usize {
        self.last - self.first + 1
    }
}

/// Finds the bursts of a train, in the order of time.
///
/// Bursts are first found, then joined, then dropped.
///
/// # Equation
/// With intervals I: a burst begins at the first `I <= start`, goes on while `I <= stay`; two are
/// one if the time from the last spike of one to the first of the next is below `apart`; it is
/// dropped if it lasts less than `shortest` or has fewer than `min_spikes` spikes.
///
/// # Errors
/// [`MeasureError::Negative`] for a negative length.
///
/// # Source
/// The rule of maximal intervals as given by E. Cotterill, P. Charlesworth, C. W. Thomas,
/// O. Paulsen, S. J. Eglen (2016), A comparison of computational methods for detecting bursts in
/// neuronal spike trains, <https://doi.org/10.1152/jn.00093.2016>.
pub fn bursts(train: Train<'_>, rule: BurstRule) -> Result<Vec<Burst>, MeasureError> {
    not_negative("interval that starts a burst", rule.start_ms)?;
    not_negative("interval that continues a burst", rule.stay_ms)?;
    not_negative("time between bursts", rule.apart_ms)?;
    not_negative("shortest burst", rule.shortest_ms)?;
    let times = train.times_ms();
    let mut found: Vec<Burst> = Vec::new();
    let mut open: Option<Burst> = None;
    for (last, interval) in (1..).zip(train.intervals_ms()) {
        match &mut open {
            Some(burst) if interval <= rule.stay_ms => burst.last = last,
            _ => {
                found.extend(open.take());
                let first = last - 1;
                open = (interval <= rule.start_ms).then_some(Burst { first, last });
            }
        }
    }
    found.extend(open);
    let mut joined: Vec<Burst> = Vec::new();
    for burst in found {
        match joined.last_mut() {
            Some(before) if times[burst.first] - times[before.last] < rule.apart_ms => {
                before.last = burst.last;
            }
            _ => joined.push(burst),
        }
    }
    joined.retain(|burst| {
        let length = times[burst.last] - times[burst.first];
        length >= rule.shortest_ms && burst.spikes() >= rule.min_spikes
    });
    Ok(joined)
}

/// Returns how many bursts begin in a span of time, a second; unit Hz. 0 without bursts.
///
/// Bursts that name spikes the train does not have are left out.
pub fn burst_rate_hz(train: Train<'_>, bursts: &[Burst], window: Window) -> f64 {
    let first = |burst: &Burst| train.times_ms().get(burst.first).copied();
    let starts = bursts.iter().filter_map(first);
    let within = starts.filter(|&time| window.contains(time)).count();
    within as f64 / window.duration_ms() * MS_PER_S
}

/// The bursts of a train in numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BurstSummary {
    /// How many bursts there are, at least one.
    pub bursts: usize,
    /// The share of all spikes that lie in bursts.
    pub spikes_in_bursts: f64,
    /// The mean number of spikes in a burst.
    pub mean_spikes: f64,
    /// The mean time from the first to the last spike of a burst; unit ms.
    pub mean_duration_ms: f64,
    /// The mean time from the start of a burst to the next; unit ms. `None` for one burst.
    pub mean_period_ms: Option<f64>,
}

/// Summarises bursts of a train, in the order of time; `None` if there are none.
///
/// Of any rule: [`bursts`], [`super::bursts_by_surprise`], [`super::bursts_by_log_intervals`].
/// Bursts that name spikes the train does not have are left out.
pub fn summarize_bursts(train: Train<'_>, bursts: &[Burst]) -> Option<BurstSummary> {
    let times = train.times_ms();
    let valid = |burst: &&Burst| burst.first <= burst.last && burst.last < times.len();
    let bursts: Vec<Burst> = bursts.iter().filter(valid).copied().collect();
    let (first, last) = (bursts.first()?, bursts.last()?);
    let n = bursts.len() as f64;
    let spikes: usize = bursts.iter().map(|burst| burst.spikes()).sum();
    let duration = |burst: &Burst| times[burst.last] - times[burst.first];
    let span = times[last.first] - times[first.first];
    Some(BurstSummary {
        bursts: bursts.len(),
        spikes_in_bursts: spikes as f64 / times.len() as f64,
        mean_spikes: spikes as f64 / n,
        mean_duration_ms: bursts.iter().map(duration).sum::<f64>() / n,
        mean_period_ms: (bursts.len() > 1).then(|| span / (n - 1.0)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: BurstRule = BurstRule {
        start_ms: 5.0,
        stay_ms: 8.0,
        apart_ms: 20.0,
        shortest_ms: 6.0,
        min_spikes: 3,
    };

    fn found(times: &[f64], rule: BurstRule) -> Vec<(usize, usize)> {
        let found = bursts(Train::new(times).unwrap(), rule).unwrap();
        found
            .iter()
            .map(|burst| (burst.first, burst.last))
            .collect()
    }

    #[test]
    fn bursts_start_short_and_stay_longer() {
        // The interval of 7 ms continues a burst (spikes 1 to 4) but starts none (spikes 5 to 7).
        let times = [0.0, 100.0, 104.0, 111.0, 115.0, 200.0, 207.0, 214.0, 300.0];
        assert_eq!(found(&times, RULE), [(1, 4)]);
        // A start after an interval that was too long to start.
        assert_eq!(found(&[0.0, 7.0, 10.0, 17.0, 50.0], RULE), [(1, 3)]);
    }

    #[test]
    fn near_bursts_are_one_and_small_ones_none() {
        let near = [0.0, 4.0, 8.0, 27.0, 31.0, 35.0];
        assert_eq!(found(&near, RULE), [(0, 5)]);
        let apart = [0.0, 4.0, 8.0, 28.0, 32.0, 36.0];
        assert_eq!(found(&apart, RULE), [(0, 2), (3, 5)]);
        assert_eq!(found(&[0.0, 2.0, 4.0], RULE), []);
        assert_eq!(found(&[0.0, 6.0], RULE), []);
        // Two pieces that are too small apart are enough together.
        assert_eq!(found(&[0.0, 3.0, 15.0, 18.0], RULE), [(0, 3)]);
    }

    #[test]
    fn the_ends_of_a_train_are_no_different() {
        assert_eq!(found(&[], RULE), []);
        assert_eq!(found(&[1.0], RULE), []);
        assert_eq!(found(&[0.0, 4.0, 8.0], RULE), [(0, 2)]);
        let bad = BurstRule {
            apart_ms: -1.0,
            ..RULE
        };
        assert!(bursts(Train::new(&[]).unwrap(), bad).is_err());
    }

    #[test]
    fn a_summary_by_hand() {
        let times = [0.0, 4.0, 8.0, 100.0, 104.0, 108.0, 112.0, 150.0];
        let train = Train::new(&times).unwrap();
        let bursts = bursts(train, RULE).unwrap();
        let expected = BurstSummary {
            bursts: 2,
            spikes_in_bursts: 0.875,
            mean_spikes: 3.5,
            mean_duration_ms: 10.0,
            mean_period_ms: Some(100.0),
        };
        assert_eq!(summarize_bursts(train, &bursts), Some(expected));
        let one = summarize_bursts(train, &bursts[..1]).unwrap();
        assert_eq!(one.mean_period_ms, None);
        assert_eq!(summarize_bursts(train, &[]), None);
        let beyond = Burst { first: 7, last: 8 };
        assert_eq!(summarize_bursts(train, &[beyond]), None);
        // One of two begins after 0 and until 100 ms.
        let window = Window::new(0.0, 100.0).unwrap();
        assert_eq!(burst_rate_hz(train, &bursts, window), 10.0);
        assert_eq!(burst_rate_hz(train, &[], window), 0.0);
    }

    #[test]
    fn a_summary_of_few_spikes() {
        let train = Train::new(&[1.0, 2.0]).unwrap();
        let all = Burst { first: 0, last: 1 };
        let found = summarize_bursts(train, &[all]).unwrap();
        assert_eq!((found.spikes_in_bursts, found.mean_duration_ms), (1.0, 1.0));
    }
}
