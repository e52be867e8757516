//! Bursts by the valley between short and long intervals on a logarithmic scale.

use super::Train;
use super::bursts::Burst;
use crate::error::{MeasureError, positive};

/// How the valley is found and what counts as a burst.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LogIntervalRule {
    /// Bins a decade of intervals; default 10. More need more spikes.
    pub bins_per_decade: u32,
    /// The peak of intervals within bursts lies at or below this; default 100 ms.
    ///
    /// Also the longest interval in the core of a burst.
    pub core_ms: f64,
    /// The least void parameter of the valley, below 1; default 0.7. Larger wants a deeper valley.
    pub void: f64,
    /// Cores with fewer spikes are no bursts; default 3.
    pub min_spikes: usize,
}

impl Default for LogIntervalRule {
    /// The values of the source.
    fn default() -> Self {
        Self {
            bins_per_decade: 10,
            core_ms: 100.0,
            void: 0.7,
            min_spikes: 3,
        }
    }
}

/// The valley between the intervals within bursts and those between them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct IntervalValley {
    /// The interval in the valley: shorter ones lie in bursts; unit ms.
    pub threshold_ms: f64,
    /// The peak of shorter intervals; unit ms.
    pub short_ms: f64,
    /// The peak of longer intervals; unit ms.
    pub long_ms: f64,
    /// How deep the valley is, from 0 (no valley) to 1 (nothing in it).
    pub void: f64,
}

/// Most bins a decade.
const MOST_BINS_PER_DECADE: u32 = 1_000;

/// How many bins the smoothing reaches on either side.
const REACH: usize = 2;

/// Finds the valley that divides the intervals of a train; `None` where there is none.
///
/// None either for fewer than two intervals of positive length, and where no peak lies at or below
/// `core_ms`. Intervals of no length do not count.
///
/// # Equation
/// Counts in bins of `log10` of the interval, whole numbers of bins from 1 ms, are smoothed by the
/// mean with weights `(1 - |d/3|^3)^3` at a distance of d bins: the local linear regression of the
/// source, which on equal bins is such a mean. From the largest peak at or below `core_ms` to each
/// later peak in turn, with g the smoothed counts and the least of them between:
/// `void = 1 - g_min / sqrt(g_1 g_2)`; the first that reaches the rule's is taken. Of equal least
/// values, the middle.
///
/// # Errors
/// [`MeasureError::NotPositive`] for no bins, a `core_ms`, `void` or `1 - void` that is not
/// positive, [`MeasureError::TooMany`] for more than a thousand bins a decade.
///
/// # Source
/// V. Pasquale, S. Martinoia, M. Chiappalone (2010), A self-adapting approach for the detection of
/// bursts and network bursts in neuronal cultures, <https://doi.org/10.1007/s10827-009-0175-1>; the
/// void parameter: J. V. Selinger, N. V. Kulagina, T. J. O'Shaughnessy, W. Ma, J. J. Pancrazio
/// (2007), Methods for characterizing interspike intervals and identifying bursts in neuronal
/// activity, Journal of Neuroscience Methods 162, 64-71.
pub fn interval_valley(
    train: Train<'_>,
    rule: LogIntervalRule,
) -> Result<Option<IntervalValley>, MeasureError> {
    positive("number of bins a decade", f64::from(rule.bins_per_decade))?;
    positive("longest interval in the core of a burst", rule.core_ms)?;
    positive("void parameter", rule.void)?;
    positive("one less the void parameter", 1.0 - rule.void)?;
    if rule.bins_per_decade > MOST_BINS_PER_DECADE {
        return Err(MeasureError::TooMany {
            what: "bins a decade",
            wanted: f64::from(rule.bins_per_decade),
            most: MOST_BINS_PER_DECADE as usize,
        });
    }
    let each_decade = f64::from(rule.bins_per_decade);
    let place = |ms: f64| (ms.log10() * each_decade).floor() as i64;
    let places: Vec<i64> = train
        .intervals_ms()
        .filter(|&i| i > 0.0)
        .map(place)
        .collect();
    let (Some(&least), Some(&most)) = (places.iter().min(), places.iter().max()) else {
        return Ok(None);
    };
    // Room on both sides, where the smoothed counts fall to 0: an end may be a peak.
    let origin = least - REACH as i64 - 1;
    let mut counts = vec![0.0; (most - origin) as usize + REACH + 2];
    for place in places {
        counts[(place - origin) as usize] += 1.0;
    }
    let smooth = smoothed(&counts);
    let middle_ms = |x: f64| 10_f64.powf((origin as f64 + x + 0.5) / each_decade);
    let peaks = peaks(&smooth);
    let short = peaks
        .iter()
        .copied()
        .filter(|&peak| middle_ms(peak as f64) <= rule.core_ms)
        .reduce(|best, peak| {
            if smooth[peak] > smooth[best] {
                peak
            } else {
                best
            }
        });
    let Some(short) = short else {
        return Ok(None);
    };
    let valley = |&long: &usize| {
        let between = &smooth[short..=long];
        let low = between.iter().copied().fold(f64::INFINITY, f64::min);
        let first = between.iter().position(|&g| g == low)?;
        let last = between.iter().rposition(|&g| g == low)?;
        let void = 1.0 - low / (smooth[short] * smooth[long]).sqrt();
        (void >= rule.void).then(|| IntervalValley {
            threshold_ms: middle_ms((short + first) as f64 + (last - first) as f64 / 2.0),
            short_ms: middle_ms(short as f64),
            long_ms: middle_ms(long as f64),
            void,
        })
    };
    Ok(peaks.iter().filter(|&&peak| peak > short).find_map(valley))
}

/// The mean of neighbours with tricube weights; beyond the ends there is nothing.
fn smoothed(counts: &[f64]) -> Vec<f64> {
    let weight = |d: usize| {
        let x = d as f64 / (REACH + 1) as f64;
        let inner = 1.0 - x * x * x;
        inner * inner * inner
    };
    let whole: f64 = weight(0) + 2.0 * (1..=REACH).map(weight).sum::<f64>();
    let mean = |k: usize| {
        let near = k.saturating_sub(REACH)..=(k + REACH).min(counts.len() - 1);
        let sum: f64 = near.map(|j| weight(j.abs_diff(k)) * counts[j]).sum();
        sum / whole
    };
    (0..counts.len()).map(mean).collect()
}

/// Places that are higher than what comes before and, after equal ones, higher than what follows.
fn peaks(values: &[f64]) -> Vec<usize> {
    let mut found = Vec::new();
    let mut rise = None;
    for k in 1..values.len() {
        if values[k] > values[k - 1] {
            rise = Some(k);
        } else if values[k] < values[k - 1] {
            // A flat top is its middle.
            found.extend(rise.take().map(|from| usize::midpoint(from, k - 1)));
        }
    }
    found
}

/// Finds bursts by the valley of a train's intervals, in the order of time.
///
/// None where there is no valley: nothing tells short intervals from long ones.
///
/// # Equation
/// With the threshold of [`interval_valley`]: a core is a run of at least `min_spikes` spikes whose
/// intervals are at most `core_ms` and at most the threshold; a burst is a core and all spikes that
/// follow or lead it by intervals of at most the threshold. Cores that meet are one burst.
///
/// # Errors
/// As [`interval_valley`].
///
/// # Source
/// As [`interval_valley`].
pub fn bursts_by_log_intervals(
    train: Train<'_>,
    rule: LogIntervalRule,
) -> Result<Vec<Burst>, MeasureError> {
    let Some(valley) = interval_valley(train, rule)? else {
        return Ok(Vec::new());
    };
    let intervals: Vec<f64> = train.intervals_ms().collect();
    let core_ms = rule.core_ms.min(valley.threshold_ms);
    let mut bursts = runs(&intervals, valley.threshold_ms);
    bursts.retain(|burst| {
        let cores = runs(&intervals[burst.first..burst.last], core_ms);
        cores.iter().any(|core| core.spikes() >= rule.min_spikes)
    });
    Ok(bursts)
}

/// Runs of intervals that are at most so long, as the spikes around them.
fn runs(intervals: &[f64], most_ms: f64) -> Vec<Burst> {
    let mut found: Vec<Burst> = Vec::new();
    for (first, _) in (0..).zip(intervals).filter(|(_, i)| **i <= most_ms) {
        match found.last_mut() {
            Some(burst) if burst.last == first => burst.last = first + 1,
            _ => found.push(Burst {
                first,
                last: first + 1,
            }),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{normal_noise, poisson_train};
    use neuropil_testkit::{Tolerance, assert_close};

    /// Bursts of six spikes: intervals around 5 ms within, around 500 ms between, log-normal.
    fn two_scales(bursts: usize) -> (Vec<f64>, Vec<Burst>) {
        let noise = normal_noise(6 * bursts, 3);
        let (mut times, mut now) = (Vec::new(), 0.0);
        for (k, z) in noise.iter().enumerate() {
            let typical: f64 = if k % 6 == 0 { 500.0 } else { 5.0 };
            now += typical * (0.3 * z).exp();
            times.push(now);
        }
        let burst = |k: usize| Burst {
            first: 6 * k,
            last: 6 * k + 5,
        };
        (times, (0..bursts).map(burst).collect())
    }

    /// Peaks at the medians of both laws, within the bin and the noise of some hundred intervals;
    /// between them, 5 and 15 standard deviations apart, nothing at all. The middle of the empty
    /// part is near the middle of the logarithms, 50 ms.
    #[test]
    fn two_scales_have_their_valley_and_bursts() {
        let (times, expected) = two_scales(200);
        let train = Train::new(&times).unwrap();
        let rule = LogIntervalRule::default();
        let valley = interval_valley(train, rule).unwrap().unwrap();
        assert_eq!(valley.void, 1.0);
        let near = |by: f64| Tolerance::relative(by);
        assert_close("short", valley.short_ms, 5.0, near(0.35));
        assert_close("long", valley.long_ms, 500.0, near(0.35));
        assert_close("valley", valley.threshold_ms, 50.0, near(0.6));
        assert_eq!(bursts_by_log_intervals(train, rule), Ok(expected));
    }

    /// The smoothed counts by hand: two intervals of 10.5 ms, one of 1050 ms, in bins of a tenth.
    #[test]
    fn a_few_intervals_by_hand() {
        let times = [0.0, 10.5, 21.0, 1_071.0];
        let train = Train::new(&times).unwrap();
        let valley = interval_valley(train, LogIntervalRule::default())
            .unwrap()
            .unwrap();
        let close = |what: &str, found: f64, log: f64| {
            assert_close(what, found, 10_f64.powf(log), Tolerance::relative(1e-12));
        };
        close("short", valley.short_ms, 1.05);
        close("long", valley.long_ms, 3.05);
        // Bins 13 to 27 from 1 ms are empty after smoothing: the middle one is 20.
        close("valley", valley.threshold_ms, 2.05);
        let bursts = bursts_by_log_intervals(train, LogIntervalRule::default()).unwrap();
        assert_eq!(bursts, [Burst { first: 0, last: 2 }]);
    }

    /// A core below 20 ms with a tail of 60 ms: the threshold lies beyond, the tail belongs to it.
    #[test]
    fn cores_reach_out_to_the_threshold() {
        let mut times = Vec::new();
        let mut now = 0.0;
        for _ in 0..40 {
            for interval in [4_000.0, 60.0, 4.0, 4.0, 4.0, 60.0] {
                now += interval;
                times.push(now);
            }
            // Alone: no core.
            for interval in [4_000.0, 60.0, 60.0] {
                now += interval;
                times.push(now);
            }
        }
        let train = Train::new(&times).unwrap();
        // The valley between 4 and 60 ms has a void of 0.7, that before 4000 ms is empty.
        let rule = LogIntervalRule {
            core_ms: 20.0,
            bins_per_decade: 4,
            void: 0.9,
            ..LogIntervalRule::default()
        };
        let valley = interval_valley(train, rule).unwrap().unwrap();
        assert!((60.0..4_000.0).contains(&valley.threshold_ms), "{valley:?}");
        let bursts = bursts_by_log_intervals(train, rule).unwrap();
        assert_eq!((bursts.len(), bursts[0]), (40, Burst { first: 0, last: 5 }));
    }

    #[test]
    fn one_scale_has_no_valley() {
        let rule = LogIntervalRule::default();
        let poisson = poisson_train(20.0, 2e5, 4);
        let clock: Vec<f64> = (0..60).map(|k| 20.0 * f64::from(k)).collect();
        let slow: Vec<f64> = (0..60).map(|k| 2_000.0 * f64::from(k)).collect();
        for times in [
            &[][..],
            &[1.0],
            &[1.0, 2.0],
            &[3.0; 9],
            &clock,
            &slow,
            &poisson,
        ] {
            let train = Train::new(times).unwrap();
            let valley = interval_valley(train, rule).unwrap();
            assert_eq!(valley, None, "{} spikes", times.len());
            assert_eq!(bursts_by_log_intervals(train, rule), Ok(vec![]));
        }
        let train = Train::new(&[]).unwrap();
        for bad in [
            LogIntervalRule {
                bins_per_decade: 0,
                ..rule
            },
            LogIntervalRule {
                bins_per_decade: u32::MAX,
                ..rule
            },
            LogIntervalRule {
                core_ms: 0.0,
                ..rule
            },
            LogIntervalRule { void: 1.0, ..rule },
        ] {
            assert!(interval_valley(train, bad).is_err());
        }
    }
}
