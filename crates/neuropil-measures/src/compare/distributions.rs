//! Whether samples follow one law, or a given one: Kolmogorov and Smirnov.

use super::TestOfFit;
use crate::error::{MeasureError, finite};

/// Returns the largest distance of two distribution functions, 0 to 1.
///
/// The statistic of Kolmogorov and Smirnov: `max |F_n - G_m|`. Values that are equal are stepped
/// over together; 0 where either sample is empty.
pub fn distribution_distance(a: &[f64], b: &[f64]) -> f64 {
    if a.is_empty() || b.is_empty() {
        return 0.0;
    }
    neuropil_statistics::distance_of_samples(a, b)
}

/// Tests whether two samples follow one law; `None` if either is empty.
///
/// The test of Kolmogorov and Smirnov: it sees any difference, in place, spread or form.
///
/// # Equation
/// The statistic is `max |F_n - G_m|`. Up to four million pairs of values the p-value is exact: the
/// share of all `(n + m)! / (n! m!)` ways to deal the pooled values out that have a distance at
/// least as large, also where values are equal. Beyond, it is Kolmogorov's limit for `n m/(n + m)`
/// values as corrected by Stephens (1970), cautious for equal values.
///
/// # Errors
/// [`MeasureError::NotFinite`] for a value that is not finite.
///
/// # Source
/// J. L. Hodges (1958), The significance probability of the Smirnov two-sample test,
/// <https://doi.org/10.1007/BF02589501>; with equal values: G. Schröer, D. Trenkler (1995),
/// <https://doi.org/10.1016/0167-9473(94)00040-P>; M. A. Stephens (1970), Journal of the Royal
/// Statistical Society B 32, 115-122.
///
/// # Examples
/// ```
/// use neuropil_measures::compare::ks_two_sample;
/// let test = ks_two_sample(&[1.0, 2.0, 3.0], &[4.0, 5.0, 6.0])?;
/// // Two of the 20 ways to choose three of six are as far apart.
/// assert!(test.is_some_and(|t| t.statistic == 1.0 && (t.p_value - 0.1).abs() < 1e-15));
/// # Ok::<(), neuropil_measures::MeasureError>(())
/// ```
pub fn ks_two_sample(a: &[f64], b: &[f64]) -> Result<Option<TestOfFit>, MeasureError> {
    finite("value of the first sample", a)?;
    finite("value of the second sample", b)?;
    let some = !a.is_empty() && !b.is_empty();
    Ok(some.then(|| neuropil_statistics::ks_two_sample(a, b)))
}

/// Tests whether a sample follows a continuous law; `None` for an empty sample.
///
/// The law is its distribution function. It must not have been fitted to the sample: then small
/// distances are no sign, and p-values are too large.
///
/// # Equation
/// The statistic is `max |F_n - F|`. Up to a thousand values the p-value is exact (to 3e-9 of
/// itself), beyond it is Kolmogorov's limit as corrected by Stephens (1970).
///
/// # Errors
/// [`MeasureError::NotFinite`] for a value that is not finite, or where the law is not.
///
/// # Source
/// G. Marsaglia, W. W. Tsang, J. Wang (2003), Evaluating Kolmogorov's distribution,
/// <https://doi.org/10.18637/jss.v008.i18>; Z. W. Birnbaum, F. H. Tingey (1951),
/// <https://doi.org/10.1214/aoms/1177729550>; M. A. Stephens (1970), Journal of the Royal
/// Statistical Society B 32, 115-122.
pub fn ks_one_sample(
    sample: &[f64],
    law: impl Fn(f64) -> f64,
) -> Result<Option<TestOfFit>, MeasureError> {
    finite("value", sample)?;
    let at: Vec<f64> = sample.iter().map(|&x| law(x)).collect();
    finite("law at the value", &at)?;
    // A distribution function does not fall: its values in order are those of the ordered sample.
    Ok((!sample.is_empty()).then(|| neuropil_statistics::ks_one_sample(&at, |f| f)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{normal_noise, poisson_train};
    use neuropil_testkit::stats::{FALSE_ALARM, binomial_bounds, normal_cdf};

    #[test]
    fn distances_of_distributions_by_hand() {
        assert_eq!(distribution_distance(&[1.0, 2.0], &[3.0, 4.0]), 1.0);
        assert_eq!(distribution_distance(&[1.0, 3.0], &[3.0, 1.0]), 0.0);
        assert_eq!(
            distribution_distance(&[1.0, 1.0, 2.0, 5.0], &[1.0, 3.0]),
            0.25
        );
        assert_eq!(distribution_distance(&[], &[3.0]), 0.0);
    }

    /// Of 400 true hypotheses a share p has p or less, as the p-values are exact: a continuous law
    /// has it just so, but for the steps of the statistic.
    #[test]
    fn p_values_are_as_rare_as_they_say() {
        let small = |p: Option<TestOfFit>| p.is_some_and(|test| test.p_value <= 0.1);
        let one = |seed| small(ks_one_sample(&normal_noise(37, seed), normal_cdf).unwrap());
        let two = |seed| {
            let noise = normal_noise(53, seed);
            small(ks_two_sample(&noise[..30], &noise[30..]).unwrap())
        };
        let (low, high) = binomial_bounds(400, 0.1, FALSE_ALARM);
        let count = |rare: &dyn Fn(u64) -> bool| (0..400).filter(|&s| rare(s)).count() as u64;
        let found = count(&one);
        assert!((low..=high).contains(&found), "{found}");
        let found = count(&two);
        assert!(found > 10 && found <= high, "{found}");
    }

    #[test]
    fn intervals_of_a_poisson_process_are_exponential() {
        let times = poisson_train(20.0, 1e4, 3);
        let intervals: Vec<f64> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let law = |mean: f64| move |x: f64| 1.0 - (-x / mean).exp();
        let test = ks_one_sample(&intervals, law(20.0)).unwrap().unwrap();
        assert!(test.p_value > FALSE_ALARM, "{test:?}");
        let test = ks_one_sample(&intervals, law(30.0)).unwrap().unwrap();
        assert!(test.p_value < 1e-6, "{test:?}");
    }

    #[test]
    fn too_little_and_bad_arguments() {
        assert_eq!(ks_two_sample(&[], &[1.0]), Ok(None));
        assert_eq!(ks_one_sample(&[], |x| x), Ok(None));
        assert!(ks_two_sample(&[f64::NAN], &[1.0]).is_err());
        assert!(ks_two_sample(&[1.0], &[f64::INFINITY]).is_err());
        assert!(ks_one_sample(&[1.0], |_| f64::NAN).is_err());
        let same = ks_two_sample(&[2.0; 4], &[2.0; 3]).unwrap().unwrap();
        assert_eq!((same.statistic, same.p_value), (0.0, 1.0));
    }
}
