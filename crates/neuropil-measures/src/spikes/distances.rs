//! How different: distances of two spike trains.
//!
//! | distance | zero for equal trains | free of a time scale | a metric |
//! |---|---|---|---|
//! | [`victor_purpura`] | yes | no, cost a ms | yes |
//! | [`van_rossum`] | yes | no, time constant | yes |
//! | [`isi_distance`] | also for clocks of one period | yes | no |
//! | [`spike_distance`] | yes | yes | no |

use super::Train;
use crate::Window;
use crate::error::{MeasureError, not_negative, positive};

/// Most pairs of spikes that [`victor_purpura`] looks at: some ten seconds of computing.
pub const MOST_SPIKE_PAIRS: usize = 10_000_000_000;

/// Returns the distance of Victor and Purpura: the least cost to make one train the other.
///
/// # Equation
/// Removing or adding a spike costs 1, moving one by u costs `q abs(u)`. With q = 0 it is the
/// difference of the numbers of spikes; with large q it counts the spikes that do not coincide.
///
/// # Units
/// `cost_per_ms` is q in 1/ms.
///
/// # Errors
/// [`MeasureError::Negative`] for a negative cost, [`MeasureError::TooMany`] above
/// [`MOST_SPIKE_PAIRS`]: the time is in proportion to the product of both numbers of spikes.
///
/// # Source
/// J. D. Victor, K. P. Purpura (1996), Nature and precision of temporal coding in visual cortex,
/// <https://doi.org/10.1152/jn.1996.76.2.1310>.
pub fn victor_purpura(a: Train<'_>, b: Train<'_>, cost_per_ms: f64) -> Result<f64, MeasureError> {
    not_negative("cost of moving a spike", cost_per_ms)?;
    let pairs = a.len() as f64 * b.len() as f64;
    if pairs > MOST_SPIKE_PAIRS as f64 {
        return Err(MeasureError::TooMany {
            what: "pairs of spikes",
            wanted: pairs,
            most: MOST_SPIKE_PAIRS,
        });
    }
    // costs[j]: of making the first i spikes of a the first j of b.
    let mut costs: Vec<f64> = (0..=b.len()).map(|j| j as f64).collect();
    for (i, s) in a.times_ms().iter().enumerate() {
        let mut diagonal = i as f64;
        costs[0] = (i + 1) as f64;
        for (j, t) in b.times_ms().iter().enumerate() {
            let moved = diagonal + cost_per_ms * (s - t).abs();
            diagonal = costs[j + 1];
            costs[j + 1] = moved.min(costs[j + 1] + 1.0).min(costs[j] + 1.0);
        }
    }
    Ok(costs[b.len()])
}

/// Returns the distance of van Rossum: of trains seen through a causal exponential filter.
///
/// # Equation
/// `sqrt((1/tau) ∫ (f_a - f_b)^2 dt)`, with `f(t) = sum exp(-(t - t_i)/tau)` over spikes before t.
/// A single spike against none gives `sqrt(1/2)`; programs that leave out the factor 1/2 give
/// `sqrt(2)` times these values.
///
/// # Units
/// `tau_ms` in ms; the distance has none.
///
/// # Errors
/// [`MeasureError::NotPositive`] for a time constant that is not positive.
///
/// # Source
/// M. C. W. van Rossum (2001), A novel spike distance,
/// <https://doi.org/10.1162/089976601300014321>; the sum over spikes in one pass as in
/// C. Houghton, T. Kreuz (2012), <https://doi.org/10.3109/0954898X.2012.673048>.
pub fn van_rossum(a: Train<'_>, b: Train<'_>, tau_ms: f64) -> Result<f64, MeasureError> {
    positive("time constant", tau_ms)?;
    // The integral of a product of two decays is exp(-distance/tau)/2. So twice the squared
    // distance is the sum of s_k s_l exp(-|t_k - t_l|/tau) over all spikes of both trains, with
    // s = 1 for a and -1 for b: equal ones once, all others twice.
    let (mut a, mut b) = (a.times_ms(), b.times_ms());
    let (mut own, mut cross) = (0.0, 0.0);
    // What earlier spikes add up to at the last one, that one included.
    let (mut trace, mut last) = (0.0, f64::NEG_INFINITY);
    loop {
        // Spikes at one time are one spike of their sum, so that equal trains cancel exactly.
        let time = match (a.first(), b.first()) {
            (Some(&s), Some(&t)) => s.min(t),
            (Some(&s), None) => s,
            (None, Some(&t)) => t,
            (None, None) => break,
        };
        let sign = take(&mut a, time) - take(&mut b, time);
        trace *= (-(time - last) / tau_ms).exp();
        own += sign * sign;
        cross += sign * trace;
        trace += sign;
        last = time;
    }
    Ok((0.5 * own + cross).max(0.0).sqrt())
}

/// Takes the spikes at a time from the front of ascending ones, and returns how many.
fn take(times: &mut &[f64], time: f64) -> f64 {
    let n = times.iter().take_while(|&&t| t <= time).count();
    *times = &times[n..];
    n as f64
}

/// The spikes around a stretch of time in which neither train spikes.
#[derive(Clone, Copy)]
struct Around {
    before: f64,
    after: f64,
}

impl Around {
    fn interval(self) -> f64 {
        self.after - self.before
    }
}

/// The last spike up to a time and the next one; the ends of the span stand for missing ones.
fn around(times: &[f64], time: f64, window: Window) -> Around {
    let next = times.partition_point(|&t| t <= time);
    let before = next.checked_sub(1).map(|last| times[last]);
    Around {
        before: before.unwrap_or(window.from_ms()),
        after: times.get(next).copied().unwrap_or(window.to_ms()),
    }
}

/// The mean over a span of a quantity that is linear in time between spikes.
///
/// `ends` gives it at both ends of a stretch, given the spikes around it in either train.
fn mean_profile(
    a: Train<'_>,
    b: Train<'_>,
    window: Window,
    ends: impl Fn([Around; 2], [f64; 2]) -> [f64; 2],
) -> f64 {
    let (from, to) = (window.from_ms(), window.to_ms());
    let mut breaks = vec![from, to];
    let inside = |t: &&f64| **t > from && **t < to;
    for train in [a, b] {
        breaks.extend(train.times_ms().iter().filter(inside));
    }
    breaks.sort_by(f64::total_cmp);
    let mut area = 0.0;
    for stretch in breaks.windows(2) {
        let (start, end) = (stretch[0], stretch[1]);
        if end > start {
            let near = [a, b].map(|train| around(train.times_ms(), start, window));
            let [left, right] = ends(near, [start, end]);
            area += (end - start) * (left + right) / 2.0;
        }
    }
    area / window.duration_ms()
}

/// Returns the ISI-distance over a span of time, from 0 to below 1.
///
/// # Equation
/// The mean over time of `abs(I_a - I_b) / max(I_a, I_b)`, where I is the interval that a time lies
/// in. Spikes outside the span are used where given; where there is none, the end of the span
/// stands for it.
///
/// # Source
/// T. Kreuz, J. S. Haas, A. Morelli, H. D. I. Abarbanel, A. Politi (2007), Measuring spike train
/// synchrony, <https://doi.org/10.1016/j.jneumeth.2007.05.031>.
pub fn isi_distance(a: Train<'_>, b: Train<'_>, window: Window) -> f64 {
    mean_profile(a, b, window, |near, _| {
        let [i, j] = near.map(Around::interval);
        [(i - j).abs() / i.max(j); 2]
    })
}

/// Returns the SPIKE-distance over a span of time, from 0 to 1.
///
/// # Equation
/// The mean over time of `(S_a I_b + S_b I_a) / (2 m^2)` with m the mean of both intervals. `S_a`
/// is the distance of the spike before and of the spike after from the nearest spike of the other
/// train, weighted by nearness: `(d_before (t_after - t) + d_after (t - t_before)) / I_a`. Linear
/// between spikes, so the mean is exact. Where a train has no spike before or after, the end of the
/// span stands for one, in both trains alike; other programs correct these ends in other ways.
///
/// # Source
/// T. Kreuz, D. Chicharro, C. Houghton, R. G. Andrzejak, F. Mormann (2013), Monitoring spike train
/// synchrony, <https://doi.org/10.1152/jn.00873.2012>, equations 16 to 19.
pub fn spike_distance(a: Train<'_>, b: Train<'_>, window: Window) -> f64 {
    mean_profile(a, b, window, |near, ends| {
        let apart = |one: Around, other: Train<'_>| {
            [one.before, one.after].map(|spike| nearest(other.times_ms(), spike, window))
        };
        let [da, db] = [apart(near[0], b), apart(near[1], a)];
        let [i, j] = near.map(Around::interval);
        let mean = i.midpoint(j);
        ends.map(|t| {
            let weighted = |d: [f64; 2], n: Around| {
                d[0] * ((n.after - t) / n.interval()) + d[1] * ((t - n.before) / n.interval())
            };
            // Shares first: products of tiny intervals would vanish.
            let (of_a, of_b) = (weighted(da, near[0]), weighted(db, near[1]));
            (of_a * (j / mean) + of_b * (i / mean)) / (2.0 * mean)
        })
    })
}

/// The distance of a time from the nearest spike; ends of the span stand for missing spikes there.
fn nearest(times: &[f64], time: f64, window: Window) -> f64 {
    let next = times.partition_point(|&t| t < time);
    let after = times.get(next).copied().unwrap_or(window.to_ms().max(time));
    let before = next.checked_sub(1).map(|last| times[last]);
    let before = before.unwrap_or(window.from_ms().min(time));
    (after - time).min(time - before)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::poisson_train;
    use neuropil_testkit::{Tolerance, assert_close};

    fn train(times: &[f64]) -> Train<'_> {
        Train::new(times).unwrap()
    }

    fn clock(period: f64, shift: f64) -> Vec<f64> {
        (0..200).map(|k| shift + period * f64::from(k)).collect()
    }

    #[test]
    fn moving_costs_less_than_two_until_it_is_far() {
        let cost = |a: &[f64], b: &[f64], q| victor_purpura(train(a), train(b), q).unwrap();
        assert_eq!(cost(&[10.0], &[13.0], 0.5), 1.5);
        assert_eq!(cost(&[10.0], &[15.0], 0.5), 2.0);
        assert_eq!(cost(&[], &[1.0, 2.0, 3.0], 0.5), 3.0);
        assert_eq!(cost(&[], &[], 0.5), 0.0);
        // Move 10 to 11 and 30 to 29, add 20.
        assert_eq!(cost(&[10.0, 30.0], &[11.0, 20.0, 29.0], 0.25), 1.5);
        assert_eq!(cost(&[10.0, 30.0], &[11.0, 20.0, 29.0], 0.0), 1.0);
        assert_eq!(cost(&[10.0, 30.0], &[10.0, 31.0], 1e9), 2.0);
        assert!(victor_purpura(train(&[]), train(&[]), -1.0).is_err());
    }

    /// Two spikes u apart: `sqrt(1 - exp(-u/tau))`; n spikes at one time against none: n/sqrt(2).
    #[test]
    fn van_rossum_has_closed_forms() {
        let distance = |a: &[f64], b: &[f64]| van_rossum(train(a), train(b), 10.0).unwrap();
        let tight = Tolerance::relative(1e-14);
        for u in [0.5, 3.0, 40.0] {
            let expected = (1.0 - (-u / 10.0f64).exp()).sqrt();
            assert_close("two", distance(&[100.0], &[100.0 + u]), expected, tight);
        }
        assert_close("one", distance(&[7.0], &[]), 0.5f64.sqrt(), tight);
        assert_close("early", distance(&[-1e9], &[]), 0.5f64.sqrt(), tight);
        assert_close(
            "three",
            distance(&[], &[7.0; 3]),
            3.0 * 0.5f64.sqrt(),
            tight,
        );
        assert_eq!(distance(&[], &[]), 0.0);
        assert!(van_rossum(train(&[]), train(&[]), 0.0).is_err());
        let same = poisson_train(5.0, 1e3, 1);
        assert_eq!(distance(&same, &same), 0.0);
    }

    /// One pass against the double sum over all pairs.
    #[test]
    fn van_rossum_is_the_double_sum() {
        let (a, b) = (poisson_train(5.0, 1e3, 1), poisson_train(7.0, 1e3, 2));
        let sum = |x: &[f64], y: &[f64]| -> f64 {
            let pair = |s: &f64, t: &f64| (-(s - t).abs() / 12.0).exp() / 2.0;
            x.iter()
                .flat_map(|s| y.iter().map(move |t| pair(s, t)))
                .sum()
        };
        let expected = (sum(&a, &a) + sum(&b, &b) - 2.0 * sum(&a, &b)).sqrt();
        let found = van_rossum(train(&a), train(&b), 12.0).unwrap();
        // Sums of some thousand terms that cancel by a tenth at most.
        assert_close("sum", found, expected, Tolerance::relative(1e-12));
    }

    /// Clocks of periods p and r differ by 1 - p/r everywhere; those of one period shifted by s <
    /// p/2 have S = s/p everywhere. Spikes beyond the span are given, so its ends do not matter.
    #[test]
    fn clocks_have_closed_forms() {
        let window = Window::new(203.0, 811.0).unwrap();
        let near = Tolerance::relative(1e-12);
        let (a, b) = (clock(10.0, 0.0), clock(16.0, 3.0));
        let found = isi_distance(train(&a), train(&b), window);
        assert_close("ISI", found, 1.0 - 10.0 / 16.0, near);
        let c = clock(10.0, 3.0);
        assert_close(
            "SPIKE",
            spike_distance(train(&a), train(&c), window),
            0.3,
            near,
        );
        assert_close(
            "ISI",
            isi_distance(train(&a), train(&c), window),
            0.0,
            Tolerance::absolute(1e-13),
        );
        assert_eq!(spike_distance(train(&a), train(&a), window), 0.0);
    }

    /// The exact mean against a fine sum of the definition, taken at single times.
    #[test]
    fn spike_distance_is_the_mean_of_its_definition() {
        let (a, b) = (poisson_train(20.0, 1e3, 1), poisson_train(30.0, 1e3, 2));
        let window = Window::new(0.0, 1e3).unwrap();
        let ended = |x: &[f64]| [&[0.0], x, &[1e3]].concat();
        let (p, q) = (ended(&a), ended(&b));
        let near = |x: &[f64], t: f64| x.iter().map(|s| (s - t).abs()).fold(f64::MAX, f64::min);
        let local = |x: &[f64], y: &[f64], t: f64| {
            let k = x.iter().position(|&s| s > t).unwrap();
            let (l, r) = (x[k - 1], x[k]);
            (
                (near(y, l) * (r - t) + near(y, r) * (t - l)) / (r - l),
                r - l,
            )
        };
        let at = |t: f64| {
            let ((s, i), (u, j)) = (local(&p, &q, t), local(&q, &p, t));
            (s * j + u * i) / (0.5 * (i + j) * (i + j))
        };
        let n = 100_000;
        let sum: f64 = (0..n).map(|k| at((f64::from(k) + 0.5) * 0.01)).sum();
        let found = spike_distance(train(&a), train(&b), window);
        // The fine sum misses each of about 80 jumps of at most 1 by half a cell of 1e-5.
        assert_close("mean", found, sum / f64::from(n), Tolerance::absolute(4e-4));
    }

    #[test]
    fn silent_trains_are_intervals_as_long_as_the_span() {
        let window = Window::new(0.0, 100.0).unwrap();
        let (none, one) = (train(&[]), [25.0]);
        assert_eq!(isi_distance(none, none, window), 0.0);
        assert_eq!(spike_distance(none, none, window), 0.0);
        // Intervals of 25 and 75 against 100.
        let expected = 0.25 * 0.75 + 0.75 * 0.25;
        assert_close(
            "ISI",
            isi_distance(train(&one), none, window),
            expected,
            Tolerance::ulp(2),
        );
    }
}
