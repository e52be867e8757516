//! Is a difference more than chance: dealing the values of two samples out anew.

use crate::chance::shuffle;
use crate::error::{MeasureError, finite};
use neuropil_ir::draw::{Stream, stream_key};

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
/// The p-value is exact for any statistic: no more than a share p of true hypotheses gets p or
/// less. `None` if either sample is empty.
///
/// `orders` is how many orders are drawn; more of them tell smaller p-values apart. Order k is
/// drawn from stream k of the seed.
///
/// # Equation
/// `(1 + #{orders with |statistic| >= |found|}) / (1 + orders)`
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
/// use neuropil_measures::compare::{mean_difference, permutation_test};
/// let (slow, fast) = ([7.0, 8.0, 9.0, 8.5, 7.5], [12.0, 11.0, 13.0, 12.5, 11.5]);
/// let test = permutation_test(&slow, &fast, mean_difference, 999, 1)?;
/// // 2 of 252 ways to choose five of ten are as far apart.
/// assert!(test.is_some_and(|test| test.statistic == -4.0 && test.p_value < 0.03));
/// # Ok::<(), neuropil_measures::MeasureError>(())
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

#[cfg(test)]
mod tests {
    use super::super::{distribution_distance, mean_difference};
    use super::*;
    use crate::testing::normal_noise;
    use neuropil_testkit::stats::{FALSE_ALARM, binomial_bounds};

    /// All 20 ways to choose 3 of 6: two of them are as far apart, so p is 0.1; its binomial
    /// bounds.
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

    #[test]
    fn too_little_and_bad_arguments() {
        assert_eq!(
            permutation_test(&[], &[1.0], mean_difference, 9, 1),
            Ok(None)
        );
        assert!(permutation_test(&[f64::NAN], &[1.0], mean_difference, 9, 1).is_err());
    }
}
