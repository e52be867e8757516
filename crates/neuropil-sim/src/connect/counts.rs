//! Numbers of connections: whole numbers from floats, and numbers drawn for a group of elements.
//!
//! Binomial and hypergeometric numbers are drawn by inversion from the mode outwards: about one and
//! a half standard deviations of steps, each a product of the ratio of neighbouring probabilities.
//! The probability of the mode comes from Loader's form of Stirling's formula, whose exponent is
//! small there, so a short Taylor sum replaces the exponential: additions, products and roots only,
//! the same bits everywhere.
//!
//! # Source
//! C. Loader (2000), Fast and accurate computation of binomial probabilities, equations 3 to 6;
//! V. Kachitvichyanukul, B. W. Schmeiser (1985) for inversion from the mode, J Stat Comput Simul
//! 22:127, doi:10.1080/00949658508810839.

/// A float as a whole number from 0 to `most`; noise of 1e-9 of its size is rounded away.
pub(super) fn whole(value: f64, most: u64) -> Option<u64> {
    let rounded = value.round();
    let noise = 1e-9 * value.abs().max(1.0);
    let fits = (value - rounded).abs() <= noise && rounded >= 0.0 && rounded <= most as f64;
    fits.then_some(rounded as u64)
}

/// How many of `draws` draws with replacement fall to the left of `left + right` equal chances.
///
/// `u` is uniform in the open unit interval.
pub(super) fn binomial(draws: u64, left: u64, right: u64, u: f64) -> u64 {
    if left == 0 || draws == 0 {
        return 0;
    }
    if right == 0 {
        return draws;
    }
    let (n, total) = (draws as f64, left as f64 + right as f64);
    let (p, q) = (left as f64 / total, right as f64 / total);
    let mode = (((n + 1.0) * p).floor() as u64).min(draws);
    let odds = left as f64 / right as f64;
    Inversion {
        mode,
        at_mode: probability(mode, draws, p, q),
        low: 0,
        high: draws,
        up: |k: u64| (draws - k) as f64 / (k + 1) as f64 * odds,
        down: |k: u64| k as f64 / (draws - k + 1) as f64 / odds,
    }
    .at(u)
}

/// How many of `draws` draws without replacement fall to the left of `left + right` chances.
///
/// `draws` is at most `left + right`; `u` is uniform in the open unit interval.
pub(super) fn hypergeometric(draws: u64, left: u64, right: u64, u: f64) -> u64 {
    let total = left + right;
    let draws = draws.min(total);
    let (low, high) = (draws.saturating_sub(right), draws.min(left));
    if low == high {
        return low;
    }
    // Not `draws = total`, which leaves one outcome: p is below 1.
    let (p, q) = (
        draws as f64 / total as f64,
        (total - draws) as f64 / total as f64,
    );
    let mode = (draws as f64 + 1.0) * (left as f64 + 1.0) / (total as f64 + 2.0);
    let mode = (mode.floor() as u64).clamp(low, high);
    let at_mode = probability(mode, left, p, q) * probability(draws - mode, right, p, q)
        / probability(draws, total, p, q);
    Inversion {
        mode,
        at_mode,
        low,
        high,
        up: |k: u64| {
            ((left - k) as f64 / (k + 1) as f64)
                * ((draws - k) as f64 / (right + k + 1 - draws) as f64)
        },
        down: |k: u64| {
            (k as f64 / (left - k + 1) as f64)
                * ((right + k - draws) as f64 / (draws - k + 1) as f64)
        },
    }
    .at(u)
}

/// A distribution over `low..=high` by the probability of its mode and the ratios of neighbours.
struct Inversion<U, D> {
    mode: u64,
    at_mode: f64,
    low: u64,
    high: u64,
    /// `P(k + 1) / P(k)`
    up: U,
    /// `P(k - 1) / P(k)`
    down: D,
}

impl<U: Fn(u64) -> f64, D: Fn(u64) -> f64> Inversion<U, D> {
    /// The outcome of a uniform number: probabilities are taken off it from the mode outwards.
    fn at(&self, mut u: f64) -> u64 {
        u -= self.at_mode;
        let (mut above, mut p_above) = (self.mode, self.at_mode);
        let (mut below, mut p_below) = (self.mode, self.at_mode);
        while u > 0.0 {
            if above < self.high {
                p_above *= (self.up)(above);
                above += 1;
                u -= p_above;
                if u <= 0.0 {
                    return above;
                }
            } else {
                p_above = 0.0;
            }
            if below > self.low {
                p_below *= (self.down)(below);
                below -= 1;
                u -= p_below;
                if u <= 0.0 {
                    return below;
                }
            } else {
                p_below = 0.0;
            }
            if p_above.max(p_below) < 1e-22 {
                break; // what is left of `u` is rounding
            }
        }
        self.mode
    }
}

/// The binomial probability of `x` among `n`, for an `x` within about two of `n * p`.
///
/// To a few units in 1e-15; below 16 on one side to about `n` times 1e-16.
fn probability(x: u64, n: u64, p: f64, q: f64) -> f64 {
    const FEW: u64 = 16;
    if x < FEW {
        return few(x, n, p, q);
    }
    if n - x < FEW {
        return few(n - x, n, q, p);
    }
    let (rest, xf, nf) = ((n - x) as f64, x as f64, n as f64);
    let exponent = stirling(nf)
        - stirling(xf)
        - stirling(rest)
        - deviance(xf, nf * p)
        - deviance(rest, nf * q);
    (nf / (2.0 * std::f64::consts::PI * xf * rest)).sqrt() * small_exp(exponent)
}

/// The binomial probability of a small `x`, term by term.
fn few(x: u64, n: u64, p: f64, q: f64) -> f64 {
    let choose = (0..x)
        .map(|i| (n - i) as f64 / (i + 1) as f64 * p)
        .product::<f64>();
    choose * power(q, n - x)
}

/// `base^exponent` by repeated squaring.
fn power(base: f64, mut exponent: u64) -> f64 {
    let (mut square, mut result) = (base, 1.0);
    while exponent > 0 {
        if exponent & 1 == 1 {
            result *= square;
        }
        square *= square;
        exponent >>= 1;
    }
    result
}

/// `ln(n!)` less Stirling's formula, for n of at least 16: the next term is below 2e-16.
fn stirling(n: f64) -> f64 {
    let square = 1.0 / (n * n);
    (1.0 / 12.0
        - (1.0 / 360.0 - (1.0 / 1260.0 - (1.0 / 1680.0 - square / 1188.0) * square) * square)
            * square)
        / n
}

/// `x * ln(x / mean) + mean - x` for an `x` near its mean, by the series of `artanh`.
fn deviance(x: f64, mean: f64) -> f64 {
    let v = (x - mean) / (x + mean);
    let mut sum = (x - mean) * v;
    let mut term = 2.0 * x * v;
    for j in 1..100 {
        term *= v * v;
        let next = sum + term / f64::from(2 * j + 1);
        if next == sum {
            break;
        }
        sum = next;
    }
    sum
}

/// The exponential of a number of magnitude below 1.
fn small_exp(x: f64) -> f64 {
    (1..=18)
        .rev()
        .fold(1.0, |sum, k| 1.0 + x / f64::from(k) * sum)
}

#[cfg(test)]
mod tests {
    use super::*;
    use neuropil_ir::draw::Stream;
    use neuropil_testkit::stats::{binomial_cdf, chi_square};

    #[test]
    fn whole_numbers_are_told_from_others() {
        assert_eq!(whole(0.1 * 1000.0, 1 << 20), Some(100));
        assert_eq!(whole(0.0, 10), Some(0));
        for wrong in [-1.0, 2.5, f64::NAN, f64::INFINITY, 11.0, 1.0 + 1e-6] {
            assert_eq!(whole(wrong, 10), None, "{wrong}");
        }
    }

    /// The probabilities of all outcomes, read off as the lengths of the parts of the unit interval.
    #[test]
    fn the_mode_has_its_probability() {
        for (n, left, right) in [
            (1u64, 1u64, 1u64),
            (20, 3, 7),
            (50, 1, 1),
            (200, 1, 2),
            (1000, 499, 501),
            (40, 1, 99),
        ] {
            let p = left as f64 / (left + right) as f64;
            let mode = (((n + 1) as f64 * p).floor() as u64).min(n);
            let below = if mode == 0 {
                0.0
            } else {
                binomial_cdf(mode - 1, n, p)
            };
            let expected = binomial_cdf(mode, n, p) - below;
            let found = probability(mode, n, p, 1.0 - p);
            // The reference is a difference of two incomplete beta functions, good to about 1e-12.
            assert!(
                (found / expected - 1.0).abs() < 1e-10,
                "{n} {p}: {found} {expected}"
            );
        }
    }

    /// All probabilities of a hypergeometric number add up to one, which fixes that of the mode.
    #[test]
    fn hypergeometric_probabilities_add_up() {
        for (draws, left, right) in [
            (10u64, 6u64, 9u64),
            (100, 80, 90),
            (3000, 40_000, 60_000),
            (50, 50, 1000),
            (7, 3, 5),
        ] {
            let total = left + right;
            let (low, high) = (draws.saturating_sub(right), draws.min(left));
            let (p, q) = (
                draws as f64 / total as f64,
                (total - draws) as f64 / total as f64,
            );
            let mode = (draws + 1) * (left + 1) / (total + 2);
            let at_mode = probability(mode, left, p, q) * probability(draws - mode, right, p, q)
                / probability(draws, total, p, q);
            let mut sum = at_mode;
            let mut term = at_mode;
            for k in mode..high {
                term *= (left - k) as f64 * (draws - k) as f64
                    / ((k + 1) as f64 * (right + k + 1 - draws) as f64);
                sum += term;
            }
            term = at_mode;
            for k in (low + 1..=mode).rev() {
                term *= k as f64 * (right + k - draws) as f64
                    / ((left - k + 1) as f64 * (draws - k + 1) as f64);
                sum += term;
            }
            assert!((sum - 1.0).abs() < 1e-12, "{draws} {left} {right}: {sum}");
        }
    }

    /// Chi-square against the binomial law, at a false-alarm rate of 1e-6 each.
    #[test]
    fn binomial_numbers_follow_the_law() {
        for (case, (n, left, right)) in [(12u64, 1u64, 1u64), (300, 2, 3), (5000, 1, 1)]
            .into_iter()
            .enumerate()
        {
            let p = left as f64 / (left + right) as f64;
            let (mean, sd) = (n as f64 * p, (n as f64 * p * (1.0 - p)).sqrt());
            let edges: Vec<u64> = [-1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5]
                .iter()
                .map(|z| (mean + z * sd) as u64)
                .collect();
            let draws = 200_000;
            let mut stream = Stream::new(7, 1, case as u64);
            let mut observed = vec![0u64; edges.len() + 1];
            for _ in 0..draws {
                let k = binomial(n, left, right, stream.next_f64());
                observed[edges.partition_point(|&edge| edge < k)] += 1;
            }
            let cdf: Vec<f64> = edges.iter().map(|&edge| binomial_cdf(edge, n, p)).collect();
            let expected: Vec<f64> = std::iter::once(0.0)
                .chain(cdf.iter().copied())
                .zip(cdf.iter().copied().chain([1.0]))
                .map(|(low, high)| (high - low) * f64::from(draws))
                .collect();
            chi_square(&observed, &expected, 0).assert_not_rejected("binomial", 1e-6);
        }
    }

    #[test]
    fn certain_outcomes_are_certain() {
        for u in [1e-16, 0.3, 1.0 - 1e-16] {
            assert_eq!(binomial(9, 0, 5, u), 0);
            assert_eq!(binomial(9, 5, 0, u), 9);
            assert_eq!(binomial(0, 5, 5, u), 0);
            assert_eq!(hypergeometric(10, 4, 6, u), 4);
            assert_eq!(hypergeometric(3, 0, 6, u), 0);
            assert!(binomial(300_000_000, 38_584, 38_585, u) <= 300_000_000);
        }
    }
}
