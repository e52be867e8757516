//! Are two samples different, and how sure is a number: by drawing again.
//!
//! [`permutation_test`] asks how often a difference as large arises when the two names are dealt
//! out by chance; [`bootstrap_interval`] asks how a statistic varies over samples drawn from the
//! sample. Neither assumes a law of the data, only that values are independent: give one value a
//! run, a neuron or a trial, not one a step.

use crate::chance::shuffle;
use crate::error::{MeasureError, finite, positive};
use neuropil_ir::draw::{Stream, stream_key};

/// Returns the difference of means, a less b; 0 where either is empty.
pub fn mean_difference(a: &[f64], b: &[f64]) -> f64 {
    if a.is_empty() || b.is_empty() {
        return 0.0;
    }
    let mean = |x: &[f64]| x.iter().sum::<f64>() / x.len() as f64;
    mean(a) - mean(b)
}

/// Returns the largest distance of two distribution functions (Kolmogorov and Smirnov), 0 to 1.
///
/// Values that are equal are stepped over together; 0 where either sample is empty.
pub fn distribution_distance(a: &[f64], b: &[f64]) -> f64 {
    if a.is_empty() || b.is_empty() {
        return 0.0;
    }
    // +1/n at each value of a, -1/m at each of b: the sum so far is the difference.
    let step = |x: &[f64], by: f64| -> Vec<(f64, f64)> { x.iter().map(|&x| (x, by)).collect() };
    let mut steps = step(a, 1.0 / a.len() as f64);
    steps.extend(step(b, -1.0 / b.len() as f64));
    steps.sort_by(|x, y| x.0.total_cmp(&y.0));
    let (mut sum, mut most) = (0.0_f64, 0.0_f64);
    for equal in steps.chunk_by(|x, y| x.0 == y.0) {
        sum += equal.iter().map(|step| step.1).sum::<f64>();
        most = most.max(sum.abs());
    }
    most
}

/// The outcome of a permutation test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PermutationTest {
    /// The statistic of the samples as they are.
    pub statistic: f64,
    /// The share of orders whose statistic is at least as far from 0, this one counted.
    ///
    /// Two-sided for a difference. Never 0: at least `1/(1 + orders)`.
    pub p_value: f64,
}

/// Tests whether two samples come from one law, by dealing their values out anew.
///
/// The p-value is exact for any statistic: no more than a share p of true hypotheses gets p or less.
/// `None` if either sample is empty.
///
/// `orders` is how many orders are drawn; more of them tell smaller p-values apart. Order k is drawn
/// from stream k of the seed.
///
/// # Errors
/// [`MeasureError::NotFinite`] for a value that is not finite.
///
/// # Source
/// B. Phipson, G. K. Smyth (2010), Permutation p-values should never be zero,
/// <https://doi.org/10.2202/1544-6115.1585>.
///
/// # Examples
/// ```
/// use neuropil_analysis::compare::{mean_difference, permutation_test};
/// let (slow, fast) = ([7.0, 8.0, 9.0, 8.5, 7.5], [12.0, 11.0, 13.0, 12.5, 11.5]);
/// let test = permutation_test(&slow, &fast, mean_difference, 999, 1)?;
/// // 2 of 252 ways to choose five of ten are as far apart.
/// assert!(test.is_some_and(|test| test.statistic == -4.0 && test.p_value < 0.03));
/// # Ok::<(), neuropil_analysis::MeasureError>(())
/// ```
pub fn permutation_test(
    a: &[f64],
    b: &[f64],
    statistic: impl Fn(&[f64], &[f64]) -> f64,
    orders: u32,
    seed: u64,
) -> Result<Option<PermutationTest>, MeasureError> {
    finite("value of the first sample", a)?;
    finite("value of the second sample", b)?;
    if a.is_empty() || b.is_empty() {
        return Ok(None);
    }
    let found = statistic(a, b);
    // Sums in another order round differently; an equal statistic must count as equal.
    let as_far = found.abs() - 1e-12 * found.abs();
    let mut pooled = [a, b].concat();
    let mut count = 1_u64;
    for order in 0..orders {
        let mut stream = Stream::new(seed, stream_key("permutation", 0), u64::from(order));
        shuffle(&mut pooled, &mut stream);
        let (first, second) = pooled.split_at(a.len());
        count += u64::from(statistic(first, second).abs() >= as_far);
    }
    Ok(Some(PermutationTest {
        statistic: found,
        p_value: count as f64 / (f64::from(orders) + 1.0),
    }))
}

/// A statistic and the interval that it varies in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The statistic of the sample.
    pub value: f64,
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// Estimates how sure a statistic is: the middle part of its values over samples drawn anew.
///
/// `level` is the share inside, such as 0.95. For few values (below about 20) the interval is too
/// narrow. `None` for fewer than two values, or if the statistic is not a number for a sample.
///
/// # Errors
/// [`MeasureError::NotPositive`] for no samples or a level that is not between 0 and 1,
/// [`MeasureError::NotFinite`] for a value that is not finite.
///
/// # Source
/// B. Efron (1979), Bootstrap methods: another look at the jackknife,
/// <https://doi.org/10.1214/aos/1176344552>; the percentile interval.
pub fn bootstrap_interval(
    values: &[f64],
    statistic: impl Fn(&[f64]) -> f64,
    level: f64,
    (samples, seed): (u32, u64),
) -> Result<Option<Interval>, MeasureError> {
    finite("value", values)?;
    positive("number of samples", f64::from(samples))?;
    positive("level", level)?;
    positive("one less the level", 1.0 - level)?;
    if values.len() < 2 {
        return Ok(None);
    }
    let sample = |number: u32| {
        let mut stream = Stream::new(seed, stream_key("bootstrap", 0), u64::from(number));
        let mut places = Vec::new();
        stream.many_below(values.len() as u32, values.len(), &mut places);
        let drawn: Vec<f64> = places.iter().map(|&place| values[place as usize]).collect();
        statistic(&drawn)
    };
    let mut found: Vec<f64> = (0..samples).map(sample).collect();
    found.sort_by(f64::total_cmp);
    let value = statistic(values);
    if value.is_nan() || found.iter().any(|x| x.is_nan()) {
        return Ok(None);
    }
    // As many on either side as the level leaves out.
    let outside = (f64::midpoint(1.0, -level) * found.len() as f64).floor() as usize;
    let outside = outside.min((found.len() - 1) / 2);
    Ok(Some(Interval {
        value,
        low: found[outside],
        high: found[found.len() - 1 - outside],
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::normal_noise;
    use neuropil_testkit::stats::{FALSE_ALARM, binomial_bounds, ks_two_sample};
    use neuropil_testkit::{Tolerance, assert_close};

    fn mean(x: &[f64]) -> f64 {
        x.iter().sum::<f64>() / x.len() as f64
    }

    #[test]
    fn distances_of_distributions_by_hand() {
        assert_eq!(distribution_distance(&[1.0, 2.0], &[3.0, 4.0]), 1.0);
        assert_eq!(distribution_distance(&[1.0, 3.0], &[3.0, 1.0]), 0.0);
        assert_eq!(
            distribution_distance(&[1.0, 1.0, 2.0, 5.0], &[1.0, 3.0]),
            0.25
        );
        assert_eq!(distribution_distance(&[], &[3.0]), 0.0);
        let (a, b) = (normal_noise(300, 1), normal_noise(170, 2));
        let theirs = ks_two_sample(&a, &b).statistic;
        assert_close(
            "distance",
            distribution_distance(&a, &b),
            theirs,
            Tolerance::absolute(1e-14),
        );
    }

    /// All 20 ways to choose 3 of 6: two of them are as far apart, so p is 0.1; its binomial bounds.
    #[test]
    fn small_samples_have_their_exact_p_value() {
        let test = permutation_test(
            &[1.0, 2.0, 3.0],
            &[7.0, 8.0, 9.0],
            mean_difference,
            9_999,
            3,
        );
        let found = test.unwrap().unwrap();
        assert_eq!(found.statistic, -6.0);
        let (low, high) = binomial_bounds(10_000, 0.1, FALSE_ALARM);
        assert!(
            (low..=high).contains(&((found.p_value * 1e4).round() as u64)),
            "{found:?}"
        );
    }

    /// Of 300 true hypotheses a share p has p or less; shifted samples are found.
    #[test]
    fn p_values_are_uniform_where_nothing_differs() {
        let small = |seed| {
            let noise = normal_noise(24, seed);
            let (a, b) = noise.split_at(10);
            let test = permutation_test(a, b, distribution_distance, 99, seed);
            test.unwrap().unwrap().p_value <= 0.2
        };
        let found = (0..300).filter(|&seed| small(seed)).count() as u64;
        // The distance takes few values, so ties make it at most 0.2.
        let (_, high) = binomial_bounds(300, 0.2, FALSE_ALARM);
        assert!(found > 10 && found <= high, "{found}");
        let shifted: Vec<f64> = normal_noise(50, 7).iter().map(|x| x + 1.5).collect();
        let test = permutation_test(&normal_noise(50, 8), &shifted, mean_difference, 999, 1);
        assert_eq!(test.unwrap().unwrap().p_value, 1e-3);
    }

    /// The mean of n normal values deviates by 1/sqrt(n): 95 of 100 intervals hold it, and their
    /// half width is 1.96/sqrt(n).
    #[test]
    fn intervals_hold_the_mean_as_often_as_they_say() {
        let interval = |seed| {
            let found = bootstrap_interval(&normal_noise(100, seed), mean, 0.95, (400, seed));
            found.unwrap().unwrap()
        };
        let all: Vec<Interval> = (0..200).map(interval).collect();
        let inside = all.iter().filter(|i| i.low <= 0.0 && 0.0 <= i.high).count() as u64;
        let (low, _) = binomial_bounds(200, 0.94, FALSE_ALARM);
        let (_, high) = binomial_bounds(200, 0.96, FALSE_ALARM);
        assert!((low..=high).contains(&inside), "{inside}");
        let half: Vec<f64> = all.iter().map(|i| (i.high - i.low) / 2.0).collect();
        // Each varies by some 8 % (of the sample's deviation and of 400 draws), 200 by 0.6 %; the
        // deviation of a sample has divisor n, 0.5 % low.
        assert_close("half", mean(&half), 0.196, Tolerance::relative(0.035));
        assert!(all.iter().all(|i| i.low < i.value && i.value < i.high));
    }

    #[test]
    fn too_little_and_bad_arguments() {
        assert_eq!(
            permutation_test(&[], &[1.0], mean_difference, 9, 1),
            Ok(None)
        );
        assert!(permutation_test(&[f64::NAN], &[1.0], mean_difference, 9, 1).is_err());
        assert_eq!(bootstrap_interval(&[1.0], mean, 0.9, (9, 1)), Ok(None));
        assert_eq!(
            bootstrap_interval(&[1.0, 2.0], |_| f64::NAN, 0.9, (9, 1)),
            Ok(None)
        );
        for (level, samples) in [(0.0, 9), (1.0, 9), (f64::NAN, 9), (0.9, 0)] {
            assert!(bootstrap_interval(&[1.0, 2.0], mean, level, (samples, 1)).is_err());
        }
        let one = bootstrap_interval(&[1.0, 2.0], mean, 0.9, (1, 1))
            .unwrap()
            .unwrap();
        assert_eq!(one.low, one.high);
    }
}
