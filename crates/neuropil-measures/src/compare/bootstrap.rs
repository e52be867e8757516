//! How sure is a number: the same number of samples drawn from the sample.

use crate::error::{MeasureError, finite, positive};
use neuropil_ir::draw::{Stream, stream_key};

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
/// # Equation
/// Of `samples` statistics of n values drawn with replacement from the n, in order, the one after a
/// share of `(1 - level)/2` and the one before the last such share.
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
    use neuropil_testkit::stats::{FALSE_ALARM, binomial_bounds, mean};
    use neuropil_testkit::{Tolerance, assert_close};

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
