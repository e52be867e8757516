//! Kolmogorov and Smirnov: how far distribution functions lie apart, and how likely that is.
//!
//! P-values are exact for samples of up to some thousand values and come from Kolmogorov's limit,
//! corrected for the size, beyond.

use super::TestOfFit;
use super::special::ln_gamma;
use std::f64::consts::PI;

/// Most values of one sample whose p-value is exact: some milliseconds.
pub const MOST_EXACT_VALUES: usize = 1_000;

/// Most pairs of values of two samples whose p-value is exact: some ten milliseconds.
pub const MOST_EXACT_PAIRS: u64 = 4_000_000;

/// Returns the probability that Kolmogorov's limiting statistic exceeds lambda.
pub fn kolmogorov_sf(lambda: f64) -> f64 {
    if lambda <= 0.0 {
        return 1.0;
    }
    // Two series of the same function (related by Jacobi's identity): each is fast where the other
    // is slow.
    if lambda < 1.0 {
        let sum: f64 = (0..20)
            .map(|k| {
                let odd = f64::from(2 * k + 1) * PI / lambda;
                (-odd * odd / 8.0).exp()
            })
            .sum();
        return 1.0 - (2.0 * PI).sqrt() / lambda * sum;
    }
    let sum: f64 = (1..20)
        .map(|k| {
            let sign = if k % 2 == 1 { 2.0 } else { -2.0 };
            let k = f64::from(k);
            sign * (-2.0 * k * k * lambda * lambda).exp()
        })
        .sum();
    sum
}

/// The limit for n values, with the correction of Stephens (1970, J R Stat Soc B 32:115).
fn corrected(distance: f64, n: f64) -> f64 {
    let root = n.sqrt();
    kolmogorov_sf((root + 0.12 + 0.11 / root) * distance)
}

/// Tests whether a sample follows a continuous law.
///
/// Holds for a law whose parameters were **not** fitted to the sample. NaN for an empty sample, and
/// where the law is NaN.
///
/// # Equation
/// The statistic is `max |F_n - F|`; its p-value is that of [`one_sample_sf`].
pub fn ks_one_sample(sample: &[f64], cdf: impl Fn(f64) -> f64) -> TestOfFit {
    let mut x = sample.to_vec();
    x.sort_by(f64::total_cmp);
    let n = x.len() as f64;
    let mut statistic = 0.0f64;
    for (k, &value) in x.iter().enumerate() {
        let f = cdf(value);
        if f.is_nan() {
            return TestOfFit::NONE;
        }
        statistic = statistic.max(f - k as f64 / n).max((k + 1) as f64 / n - f);
    }
    if x.is_empty() {
        return TestOfFit::NONE;
    }
    TestOfFit {
        statistic,
        p_value: one_sample_sf(statistic, x.len()),
    }
}

/// Returns the probability that n values of a continuous law are at least so far from it.
///
/// Exact to 3e-9 of itself up to [`MOST_EXACT_VALUES`], from the limit as corrected by
/// Stephens (1970) beyond. NaN for no values.
///
/// # Source
/// J. Durbin (1973), Distribution Theory for Tests Based on the Sample Distribution Function, in
/// the form of G. Marsaglia, W. W. Tsang, J. Wang (2003), Evaluating Kolmogorov's distribution,
/// <https://doi.org/10.18637/jss.v008.i18>; in the tail twice the one-sided law of Z. W. Birnbaum,
/// F. H. Tingey (1951), <https://doi.org/10.1214/aoms/1177729550>, equation 3.0.
pub fn one_sample_sf(distance: f64, n: usize) -> f64 {
    let size = n as f64;
    if n == 0 || distance.is_nan() {
        return f64::NAN;
    }
    if distance <= 0.5 / size {
        return 1.0;
    }
    if distance >= 1.0 {
        return 0.0;
    }
    if n > MOST_EXACT_VALUES {
        return corrected(distance, size);
    }
    // Both sides at once are about exp(-8 n d^2) against exp(-2 n d^2): 4e-11 of it from here on
    // for many values, 2e-9 for 20, and nothing at all from d = 1/2 on.
    if size * distance * distance >= 4.0 || distance >= 0.5 {
        return (2.0 * one_sided_sf(distance, size)).min(1.0);
    }
    1.0 - durbin_cdf(distance, n)
}

/// The probability that the empirical distribution exceeds the law by so much somewhere.
fn one_sided_sf(distance: f64, n: f64) -> f64 {
    let last = (n * (1.0 - distance)).floor() as u64;
    let term = |j: u64| {
        let j = j as f64;
        let (low, high) = (distance + j / n, 1.0 - distance - j / n);
        let choose = ln_gamma(n + 1.0) - ln_gamma(j + 1.0) - ln_gamma(n - j + 1.0);
        // At the last term the base may be 0 or round below.
        let rest = if high > 0.0 {
            high.ln()
        } else {
            f64::NEG_INFINITY
        };
        (choose + (j - 1.0) * low.ln() + (n - j) * rest).exp()
    };
    distance * (0..=last).map(term).sum::<f64>()
}

/// The probability of a distance below d: `n!/n^n` times an entry of the n-th power of a matrix.
fn durbin_cdf(distance: f64, n: usize) -> f64 {
    let reach = n as f64 * distance;
    let k = reach.floor() as usize + 1;
    let m = 2 * k - 1;
    let h = k as f64 - reach;
    // Entry (i, j) is 1/(i - j + 1)! on and below the first diagonal above the main one; the first
    // column and the last row lose what leaves the band.
    let mut inverse_factorials = vec![1.0; m + 1];
    for r in 1..=m {
        inverse_factorials[r] = inverse_factorials[r - 1] / r as f64;
    }
    let power = |x: f64, e: usize| x.powi(e as i32) * inverse_factorials[e];
    let entry = |i: usize, j: usize| {
        let mut value = inverse_factorials[i + 1 - j];
        if j == 0 {
            value -= power(h, i + 1);
        }
        if i == m - 1 {
            value -= power(h, m - j);
        }
        if i == m - 1 && j == 0 && 2.0 * h > 1.0 {
            value += power(2.0 * h - 1.0, m);
        }
        value
    };
    // Divided by e a step, as n^n/n! grows like e^n.
    let scale = (-1.0f64).exp();
    let rows: Vec<Vec<f64>> = (0..m)
        .map(|i| (0..m.min(i + 2)).map(|j| scale * entry(i, j)).collect())
        .collect();
    let mut row = vec![0.0; m];
    row[k - 1] = 1.0;
    for _ in 0..n {
        let mut next = vec![0.0; m];
        for (weight, entries) in row.iter().zip(&rows) {
            for (next, entry) in next.iter_mut().zip(entries) {
                *next += weight * entry;
            }
        }
        row = next;
    }
    let n = n as f64;
    let stirling = (n + ln_gamma(n + 1.0) - n * n.ln()).exp();
    (stirling * row[k - 1]).clamp(0.0, 1.0)
}

/// Tests whether two samples follow one law. NaN where either is empty.
///
/// # Equation
/// The statistic is `max |F_n - G_m|`. Up to [`MOST_EXACT_PAIRS`] pairs the p-value is the share of
/// all `(n + m)! / (n! m!)` ways to deal the pooled values out that have a distance at least as
/// large: exact also for values that are equal, and for laws that are not continuous. Beyond, it is
/// the limit for `n m/(n + m)` values as corrected by Stephens (1970), cautious for equal values.
///
/// # Source
/// J. L. Hodges (1958), The significance probability of the Smirnov two-sample test,
/// <https://doi.org/10.1007/BF02589501>; with equal values: G. Schröer, D. Trenkler (1995), Exact
/// and randomization distributions of Kolmogorov-Smirnov tests,
/// <https://doi.org/10.1016/0167-9473(94)00040-P>.
pub fn ks_two_sample(a: &[f64], b: &[f64]) -> TestOfFit {
    if a.is_empty() || b.is_empty() {
        return TestOfFit::NONE;
    }
    let (n, m) = (a.len() as i64, b.len() as i64);
    let Steps { most, ends } = Steps::of(a, b);
    let exact = (a.len() as u64).saturating_mul(b.len() as u64) <= MOST_EXACT_PAIRS;
    let statistic = most as f64 / (n as f64 * m as f64);
    let p_value = if exact {
        share_of_paths(n, m, most, &ends)
    } else {
        corrected(statistic, n as f64 * m as f64 / (n + m) as f64)
    };
    TestOfFit { statistic, p_value }
}

/// Returns the largest distance of the distribution functions of two samples, 0 to 1.
///
/// Values that are equal are stepped over together. NaN where either sample is empty.
pub fn distance_of_samples(a: &[f64], b: &[f64]) -> f64 {
    Steps::of(a, b).most as f64 / (a.len() as f64 * b.len() as f64)
}

/// The way through the pooled values of two samples, in whole numbers.
struct Steps {
    /// The largest `|i m - j n|` after i values of one and j of the other.
    most: i64,
    /// After how many values the next one differs, by their number.
    ends: Vec<bool>,
}

impl Steps {
    fn of(a: &[f64], b: &[f64]) -> Self {
        // Each value of a is worth m, each of b -n.
        let (n, m) = (a.len() as i64, b.len() as i64);
        let first = a.iter().map(|&x| (x, m));
        let mut pooled: Vec<(f64, i64)> = first.chain(b.iter().map(|&x| (x, -n))).collect();
        pooled.sort_by(|x, y| x.0.total_cmp(&y.0));
        let mut steps = Self {
            most: 0,
            ends: vec![false],
        };
        let mut gap = 0;
        // 0 and -0 are equal.
        for equal in pooled.chunk_by(|x, y| x.0 == y.0) {
            gap += equal.iter().map(|step| step.1).sum::<i64>();
            steps.most = steps.most.max(gap.abs());
            steps
                .ends
                .extend((1..=equal.len()).map(|k| k == equal.len()));
        }
        steps
    }
}

/// The share of paths from (0, 0) to (n, m) with `|i m - j n| >= most` at an end of equal values.
///
/// Of the paths to (i, j), a share i/(i + j) comes from (i - 1, j): so the share that has touched
/// is the mean of both, and 1 where the point itself touches. Nothing is subtracted: small shares
/// keep their digits.
fn share_of_paths(n: i64, m: i64, most: i64, ends: &[bool]) -> f64 {
    let mut touched = vec![0.0; m as usize + 1];
    for i in 0..=n {
        for j in 0..=m {
            let place = (i + j) as usize;
            let touches = ends[place] && (i * m - j * n).abs() >= most;
            touched[j as usize] = if touches {
                1.0
            } else if place == 0 {
                0.0
            } else {
                let below = if j > 0 { touched[j as usize - 1] } else { 0.0 };
                (i as f64 * touched[j as usize] + j as f64 * below) / place as f64
            };
        }
    }
    touched[m as usize]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::near::assert_near;

    #[test]
    fn kolmogorov_distribution_has_its_published_values() {
        // Smirnov (1948), table: L(0.50) = 0.036055, L(1.00) = 0.730000, L(1.36) = 0.950514.
        for (lambda, l) in [(0.5, 0.036055), (1.0, 0.730000), (1.36, 0.950514)] {
            let found = 1.0 - kolmogorov_sf(lambda);
            assert!((found - l).abs() < 1e-6, "{lambda}: {found}");
        }
        // The two series meet.
        let step = kolmogorov_sf(1.0f64.next_down()) - kolmogorov_sf(1.0);
        assert!(step.abs() < 1e-14, "{step:e}");
        assert_eq!(kolmogorov_sf(0.0), 1.0);
    }

    /// One value: the distance is below d for u in (1 - d, d). Two values: `2 (2d - 1/2)^2` up to a
    /// half and `1 - 2 (1 - d)^2` above, by the area of the square in which both order statistics
    /// are near.
    #[test]
    fn one_and_two_values_have_closed_forms() {
        for d in [0.55, 0.7, 0.95] {
            assert_near("one", one_sample_sf(d, 1), 2.0 * (1.0 - d), 1e-13);
            let two = 2.0 * (1.0 - d) * (1.0 - d);
            assert_near("two", one_sample_sf(d, 2), two, 1e-13);
        }
        for d in [0.26, 0.4, 0.49] {
            let inside = 2.0 * (2.0 * d - 0.5) * (2.0 * d - 0.5);
            assert_near("two", one_sample_sf(d, 2), 1.0 - inside, 1e-13);
        }
        // The matrix beyond a half too, where it is not used.
        for d in [0.55, 0.7, 0.9] {
            let two = 1.0 - 2.0 * (1.0 - d) * (1.0 - d);
            assert_near("matrix", durbin_cdf(d, 2), two, 1e-13);
        }
        assert_eq!(one_sample_sf(0.25, 2), 1.0);
        assert_eq!(one_sample_sf(1.0, 2), 0.0);
        assert!(one_sample_sf(0.5, 0).is_nan());
    }

    /// Marsaglia, Tsang and Wang: K(10, 0.274) = 0.6284796154565042.
    #[test]
    fn exact_probabilities_have_their_published_value_and_meet() {
        assert_near(
            "K",
            1.0 - one_sample_sf(0.274, 10),
            0.6284796154565042,
            1e-13,
        );
        for n in [20, 200, 1_000] {
            // The matrix and the tail, each on its side of n d^2 = 4; the tail falls by 8 sqrt(n)
            // there.
            let d = (4.0 / f64::from(n)).sqrt();
            let below = 1.0 - durbin_cdf(d * (1.0 - 1e-12), n as usize);
            let above = one_sample_sf(d * (1.0 + 1e-12), n as usize);
            // What exceeds on both sides is left out above.
            assert_near("meet", below, above, 3e-9);
            // Stephens's correction is within some per cent of the truth.
            for d in [0.8, 1.2, 1.7].map(|x| x / f64::from(n).sqrt()) {
                let limit = corrected(d, f64::from(n));
                assert_near("limit", limit, one_sample_sf(d, n as usize), 0.03);
            }
        }
    }

    /// All ways to deal values out, one by one.
    #[test]
    fn two_samples_are_judged_by_all_ways_to_deal() {
        let samples: [(&[f64], &[f64]); 4] = [
            (&[1.0, 2.0, 3.0, 4.0], &[2.5, 5.0, 6.0]),
            (&[1.0, 1.0, 2.0, 2.0], &[2.0, 3.0, 3.0]),
            (&[0.0, 0.0, 0.0], &[0.0, 1.0, 0.0, 1.0, 1.0]),
            (&[7.0; 3], &[7.0; 3]),
        ];
        for (a, b) in samples {
            let pooled = [a, b].concat();
            let distance = |chosen: u32| {
                let share = |x: f64, of: bool| {
                    let member = |k: &usize| (chosen >> k & 1 == 1) == of;
                    let all = (0..pooled.len()).filter(member);
                    let below = all.clone().filter(|&k| pooled[k] <= x).count();
                    below as f64 / all.count() as f64
                };
                let gap = |&x: &f64| (share(x, true) - share(x, false)).abs();
                pooled.iter().map(gap).fold(0.0, f64::max)
            };
            let found = ks_two_sample(a, b);
            let own = distance((1 << a.len()) - 1);
            assert!((found.statistic - own).abs() < 1e-15);
            let ways = (0..1_u32 << pooled.len()).filter(|w| w.count_ones() == a.len() as u32);
            let (mut far, mut all) = (0, 0);
            for way in ways {
                all += 1;
                far += i32::from(distance(way) >= own - 1e-12);
            }
            assert_near(
                "share",
                found.p_value,
                f64::from(far) / f64::from(all),
                1e-14,
            );
        }
    }

    #[test]
    fn separated_samples_have_the_smallest_share() {
        // Two of C(12, 6) = 924 ways.
        let low: Vec<f64> = (0..6).map(f64::from).collect();
        let high: Vec<f64> = (6..12).map(f64::from).collect();
        let found = ks_two_sample(&low, &high);
        assert_eq!(found.statistic, 1.0);
        assert_near("p", found.p_value, 2.0 / 924.0, 1e-14);
        // Many values: the limit and the exact share agree where p is small but not tiny.
        let a: Vec<f64> = (0..1_500).map(f64::from).collect();
        let b: Vec<f64> = (0..1_500).map(|k| f64::from(k) * 1.06 + 0.5).collect();
        let exact = ks_two_sample(&a, &b);
        assert_near(
            "limit",
            corrected(exact.statistic, 750.0),
            exact.p_value,
            0.06,
        );
        let many: Vec<f64> = (0..4_000).map(f64::from).collect();
        assert!(ks_two_sample(&many, &many).p_value == 1.0);
        assert!(ks_two_sample(&[], &many).p_value.is_nan());
        assert!(distance_of_samples(&[], &many).is_nan());
        assert_eq!(distance_of_samples(&a, &b), exact.statistic);
    }

    #[test]
    fn an_even_grid_is_half_a_step_from_the_uniform_law() {
        let grid: Vec<f64> = (0..200).map(|k| (f64::from(k) + 0.5) / 200.0).collect();
        let test = ks_one_sample(&grid, |x| x);
        assert_near("distance", test.statistic, 0.5 / 200.0, 1e-12);
        assert!(test.p_value > 0.99);
        // The largest gap of x and x^2 is 1/4, at 1/2.
        let wrong = ks_one_sample(&grid, |x| x * x);
        assert!((wrong.statistic - 0.25).abs() < 1.0 / 200.0);
        assert!(wrong.p_value < 1e-9, "{:e}", wrong.p_value);
        assert!(ks_one_sample(&[], |x| x).statistic.is_nan());
        assert!(ks_one_sample(&[1.0], |_| f64::NAN).p_value.is_nan());
    }
}
