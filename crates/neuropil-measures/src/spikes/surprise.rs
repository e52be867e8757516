//! Bursts by surprise: runs of spikes that a Poisson process of the same rate hardly ever makes.

use super::Train;
use super::bursts::Burst;
use super::intervals::mean_interval_ms;
use crate::error::{MeasureError, not_negative, positive};
use neuropil_statistics::log10_poisson_tail;
use std::f64::consts::{LN_10, TAU};

/// How bursts grow and which are kept.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SurpriseRule {
    /// The least surprise of a burst; default 4.343, a chance of 4.5e-5. Larger keeps fewer.
    ///
    /// The logarithm is decimal: programs that take the natural one have 2.303 times these numbers,
    /// so the default is their 10.
    pub least: f64,
    /// A burst starts with two intervals of less than this share of the mean one; default 0.5.
    pub start: f64,
    /// It ends at an interval of more than so many mean ones; default 2.
    pub stop: f64,
    /// It ends when so many further spikes did not make it more surprising; default 10.
    pub patience: usize,
}

impl Default for SurpriseRule {
    fn default() -> Self {
        Self {
            least: 10.0 / LN_10,
            start: 0.5,
            stop: 2.0,
            patience: 10,
        }
    }
}

/// A burst and how unlikely it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SurprisingBurst {
    /// The spikes.
    pub burst: Burst,
    /// Its surprise: 3 is a chance of one in a thousand; infinite for three spikes at one time.
    pub surprise: f64,
}

/// Returns the surprise of n spikes where `expected` are expected.
///
/// 0 for no spikes, infinite where nothing is expected.
///
/// # Equation
/// `S = -log10 sum_{k >= n} exp(-m) m^k / k!` with m expected: the decimal logarithm of the chance
/// that a Poisson process has so many or more. Also where that chance is too small for a number.
///
/// # Errors
/// [`MeasureError::Negative`] for an expectation below 0.
///
/// # Source
/// C. R. Legendy, M. Salcman (1985), Bursts and recurrences of bursts in the spike trains of
/// spontaneously active striate cortex neurons, <https://doi.org/10.1152/jn.1985.53.4.926>.
///
/// # Examples
/// ```
/// use neuropil_measures::spikes::poisson_surprise;
/// // One spike or more where one is expected: 1 - exp(-1), two in three.
/// assert!((poisson_surprise(1, 1.0)? - 0.199_200).abs() < 1e-6);
/// # Ok::<(), neuropil_measures::MeasureError>(())
/// ```
pub fn poisson_surprise(spikes: usize, expected: f64) -> Result<f64, MeasureError> {
    let expected = not_negative("expected number of spikes", expected)?;
    Ok(-log10_poisson_tail(spikes as u64, expected))
}

/// Finds bursts by their surprise, in the order of time; each has at least three spikes.
///
/// The rate is that of the whole train, one over its mean interval. None for fewer than three
/// spikes, and where all come at one time. As the time begins at a spike that is counted, small
/// bursts are less unlikely than their surprise says: by default about one in 400 spikes of a
/// Poisson process starts one.
///
/// # Equation
/// Of n spikes from the first to the last of a burst, T apart, at the rate r, the surprise is
/// [`poisson_surprise`] of n and `r T`. From the first two intervals below `start` of the mean on:
/// 1. spikes are added at the end, one by one, until an interval exceeds `stop` mean ones or
///    `patience` further spikes gave no larger surprise; the end of the largest one is taken;
/// 2. spikes are taken away at the start where that makes the surprise larger, down to three: the
///    start of the largest one is taken;
/// 3. the burst is kept if its surprise is at least `least`; the search goes on after it, or, if it
///    is not kept, one spike after where it began.
///
/// # Errors
/// [`MeasureError::Negative`] for a negative `least`, [`MeasureError::NotPositive`] for a `start`,
/// `stop` or `patience` that is not positive.
///
/// # Source
/// As [`poisson_surprise`]. The source tells the three steps in words; the numbers in the rule's
/// default (half the mean interval, twice it, ten spikes) are those of later programs.
pub fn bursts_by_surprise(
    train: Train<'_>,
    rule: SurpriseRule,
) -> Result<Vec<SurprisingBurst>, MeasureError> {
    not_negative("least surprise", rule.least)?;
    positive("share of the mean interval at the start", rule.start)?;
    positive("number of mean intervals at the end", rule.stop)?;
    positive("patience", rule.patience as f64)?;
    let mut found = Vec::new();
    let Some(mean) = mean_interval_ms(train).filter(|&mean| mean > 0.0) else {
        return Ok(found);
    };
    let times = train.times_ms();
    let interval = |k: usize| times[k + 1] - times[k];
    let counts = |first: usize, last: usize| {
        let expected = (times[last] - times[first]) / mean;
        ((last - first + 1) as u64, expected)
    };
    let surprise = |first: usize, last: usize| {
        let (spikes, expected) = counts(first, last);
        -log10_poisson_tail(spikes, expected)
    };
    // The surprise if it is larger than one; most are not, which a bound tells faster.
    let larger = |first: usize, last: usize, than: f64| {
        let (spikes, expected) = counts(first, last);
        let may = most_surprise(spikes, expected) > than;
        let found = may.then(|| surprise(first, last));
        found.filter(|&found| found > than)
    };
    let mut at = 0;
    while at + 2 < times.len() {
        let short = |k: usize| interval(k) < rule.start * mean;
        if !(short(at) && short(at + 1)) {
            at += 1;
            continue;
        }
        let mut best = (at + 2, surprise(at, at + 2));
        for last in at + 3..times.len() {
            if interval(last - 1) > rule.stop * mean || last - best.0 > rule.patience {
                break;
            }
            if let Some(longer) = larger(at, last, best.1) {
                best = (last, longer);
            }
        }
        let last = best.0;
        let mut best = (at, best.1);
        for first in at + 1..=last - 2 {
            if let Some(shorter) = larger(first, last, best.1) {
                best = (first, shorter);
            }
        }
        let (first, surprise) = best;
        if surprise >= rule.least {
            let burst = Burst { first, last };
            found.push(SurprisingBurst { burst, surprise });
            at = last + 1;
        } else {
            at += 1;
        }
    }
    Ok(found)
}

/// A bound on the surprise of n spikes, n > 0: a tail is at least its first term.
///
/// With Stirling's bound on the factorial, `ln n! < n ln n - n + ln(2 pi n)/2 + 1/(12 n)`.
fn most_surprise(spikes: u64, expected: f64) -> f64 {
    let n = spikes as f64;
    let factorial = 0.5 * (TAU * n).ln() + 1.0 / (12.0 * n) - n;
    (n * (n / expected).ln() + factorial + expected) / LN_10 + 1e-9
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::poisson_train;
    use neuropil_testkit::{Tolerance, assert_close};

    /// Sums intervals to times.
    fn from_intervals(intervals: &[f64]) -> Vec<f64> {
        let mut times = vec![0.0];
        for interval in intervals {
            times.push(times[times.len() - 1] + interval);
        }
        times
    }

    fn found(times: &[f64]) -> Vec<SurprisingBurst> {
        bursts_by_surprise(Train::new(times).unwrap(), SurpriseRule::default()).unwrap()
    }

    #[test]
    fn surprise_is_the_tail_of_a_poisson_law() {
        let m = 0.7_f64;
        let tail = 1.0 - (-m).exp() * (1.0 + m + m * m / 2.0);
        let surprise = poisson_surprise(3, m).unwrap();
        assert_close("three", surprise, -tail.log10(), Tolerance::relative(1e-12));
        assert_eq!(poisson_surprise(0, 2.0), Ok(0.0));
        assert_eq!(poisson_surprise(3, 0.0), Ok(f64::INFINITY));
        assert!(poisson_surprise(3, -1.0).is_err());
        // A thousand where one is expected: 1/(e 1000!), far below all numbers.
        let ln_factorial: f64 = (1..=1_000).map(|k| f64::from(k).ln()).sum();
        let expected = (1.0 + ln_factorial) / LN_10;
        let surprise = poisson_surprise(1_000, 1.0).unwrap();
        assert_close("thousand", surprise, expected, Tolerance::relative(1e-6));
    }

    #[test]
    fn no_surprise_exceeds_its_bound() {
        for spikes in [1, 2, 3, 10, 100, 3_000] {
            for expected in [1e-200, 1e-3, 0.5, 3.0, 20.0, 150.0, 4_000.0] {
                let found = poisson_surprise(spikes, expected).unwrap();
                let bound = most_surprise(spikes as u64, expected);
                assert!(found <= bound, "{spikes} of {expected}: {found} {bound}");
                // Where the first term is nearly all of the tail, they are near.
                if expected < 1e-2 * spikes as f64 {
                    assert!(bound - found < 0.02, "{spikes} of {expected}");
                }
            }
        }
        assert_eq!(most_surprise(3, 0.0), f64::INFINITY);
    }

    /// Clocks of 100 ms around eight spikes 4 ms apart, which are led by two that are a little
    /// early: these start the burst and are taken away again.
    #[test]
    fn bursts_grow_at_the_end_and_lose_their_start() {
        let mut intervals = vec![100.0; 20];
        intervals.extend([40.0, 40.0]);
        intervals.extend([4.0; 7]);
        intervals.extend([100.0; 20]);
        let times = from_intervals(&intervals);
        let bursts = found(&times);
        assert_eq!(bursts.len(), 1);
        let burst = bursts[0].burst;
        assert_eq!((burst.first, burst.last), (22, 29));
        let mean = times[times.len() - 1] / (times.len() - 1) as f64;
        let expected = poisson_surprise(8, 28.0 / mean).unwrap();
        assert_eq!(bursts[0].surprise, expected);
        // No end or start nearby is more surprising.
        let at = |first: usize, last: usize| {
            poisson_surprise(last - first + 1, (times[last] - times[first]) / mean).unwrap()
        };
        for (first, last) in [(21, 29), (23, 29), (22, 28), (22, 30)] {
            assert!(at(first, last) < expected);
        }
    }

    /// An interval of twelve times the short ones, but below two mean ones, is bridged.
    #[test]
    fn patience_bridges_a_gap_that_a_long_interval_does_not() {
        let burst = |gap: f64| {
            let mut intervals = vec![100.0; 30];
            intervals.extend([4.0; 5]);
            intervals.push(gap);
            intervals.extend([4.0; 5]);
            intervals.extend([100.0; 30]);
            let bursts = found(&from_intervals(&intervals));
            bursts
                .iter()
                .map(|b| (b.burst.first, b.burst.last))
                .collect::<Vec<_>>()
        };
        assert_eq!(burst(48.0), [(30, 41)]);
        assert_eq!(burst(250.0), [(30, 35), (36, 41)]);
    }

    /// Eight spikes, then fifteen slow ones, then many fast ones, which would make the whole more
    /// surprising than the eight alone: ten spikes without gain end the first burst before.
    #[test]
    fn patience_ends_a_burst_that_does_not_grow() {
        let mut intervals = vec![100.0; 60];
        intervals.extend([4.0; 7]);
        intervals.extend([60.0; 15]);
        intervals.extend([2.0; 40]);
        intervals.extend([100.0; 60]);
        let times = from_intervals(&intervals);
        let first = |patience: usize| {
            let rule = SurpriseRule {
                patience,
                ..SurpriseRule::default()
            };
            let bursts = bursts_by_surprise(Train::new(&times).unwrap(), rule).unwrap();
            (bursts[0].burst.first, bursts[0].burst.last)
        };
        assert_eq!(first(10), (60, 67));
        assert_eq!(first(100).1, 122);
    }

    /// Three spikes within a time in which m = 0.065 are expected have the default surprise, and
    /// two intervals are that short in `m^2/2` of all places: 42 of 20000. Longer bursts are fewer.
    #[test]
    fn poisson_trains_burst_as_rarely_as_said() {
        let times = poisson_train(20.0, 4e5, 5);
        let few = found(&times).len();
        // Five deviations of a Poisson count of 42 below; as much above, and half as many longer
        // ones.
        assert!((10..=95).contains(&few), "{few}");
        let mut with: Vec<f64> = times.clone();
        for k in 0..50 {
            with.extend((0..10).map(|j| 8_000.0 * f64::from(k) + 100.0 + f64::from(j)));
        }
        with.sort_by(f64::total_cmp);
        let bursts = found(&with);
        let hit = (0..50).filter(|&k| {
            let middle = 8_000.0 * f64::from(k) + 104.5;
            bursts
                .iter()
                .any(|b| with[b.burst.first] < middle && middle < with[b.burst.last])
        });
        assert_eq!(hit.count(), 50);
    }

    #[test]
    fn too_few_spikes_and_bad_rules() {
        for times in [&[][..], &[1.0], &[1.0, 2.0], &[5.0; 7]] {
            assert_eq!(found(times), []);
        }
        // Three at one time in a clock.
        let times = [0.0, 10.0, 20.0, 20.0, 20.0, 30.0, 40.0, 50.0];
        let bursts = found(&times);
        assert_eq!((bursts.len(), bursts[0].surprise), (1, f64::INFINITY));
        assert_eq!(bursts[0].burst, Burst { first: 2, last: 4 });
        let train = Train::new(&times).unwrap();
        let rule = SurpriseRule::default();
        for bad in [
            SurpriseRule {
                least: -1.0,
                ..rule
            },
            SurpriseRule { start: 0.0, ..rule },
            SurpriseRule {
                stop: f64::NAN,
                ..rule
            },
            SurpriseRule {
                patience: 0,
                ..rule
            },
        ] {
            assert!(bursts_by_surprise(train, bad).is_err());
        }
    }
}
