//! Normal quantiles, and exact bounds on binomial and Poisson counts.

use super::special::{erfc, gamma_q, incomplete_beta, ln_gamma_p};
use std::f64::consts::{LN_10, PI, SQRT_2};

/// Returns the probability that a standard normal variable is at most x.
pub fn normal_cdf(x: f64) -> f64 {
    0.5 * erfc(-x / SQRT_2)
}

/// Returns the probability that a normal variable exceeds x, exact in the upper tail.
pub fn normal_sf(x: f64) -> f64 {
    0.5 * erfc(x / SQRT_2)
}

/// Returns the x that a standard normal variable stays below with probability p.
///
/// Infinite at p = 0 and 1, NaN outside. A mean of n draws with standard deviation s leaves
/// `expected ± s/sqrt(n) * normal_quantile(1 - alpha/2)` with probability alpha.
pub fn normal_quantile(p: f64) -> f64 {
    if p.is_nan() || !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    if p > 0.5 {
        return -normal_quantile(1.0 - p);
    }
    if p == 0.0 {
        return f64::NEG_INFINITY;
    }
    // A start from the leading term of the tail, then Newton's method on the logarithm of the tail,
    // which is concave and nearly quadratic: it converges from any start, to rounding in a few
    // steps.
    let mut x = (-2.0 * p.ln()).sqrt();
    if p > 0.1 {
        x = (0.5 - p) * (2.0 * PI).sqrt();
    }
    for _ in 0..50 {
        let tail = normal_sf(x);
        let density = (-0.5 * x * x).exp() / (2.0 * PI).sqrt();
        let step = (tail / p).ln() * tail / density;
        x += step;
        if step.abs() <= 1e-15 * x.abs() {
            break;
        }
    }
    -x
}

/// Returns the probability of at most k successes in n trials of probability p.
pub fn binomial_cdf(k: u64, n: u64, p: f64) -> f64 {
    if k >= n {
        return 1.0;
    }
    incomplete_beta((n - k) as f64, (k + 1) as f64, 1.0 - p)
}

/// Returns the probability of at most k events where `mean` are expected.
pub fn poisson_cdf(k: u64, mean: f64) -> f64 {
    gamma_q((k + 1) as f64, mean)
}

/// Returns the decimal logarithm of the chance of k events or more, of `mean` expected.
///
/// Also where the probability is too small for a number.
pub fn log10_poisson_tail(k: u64, mean: f64) -> f64 {
    if k == 0 {
        return 0.0;
    }
    ln_gamma_p(k as f64, mean) / LN_10
}

/// Returns counts between which a binomial variable lies with probability 1 - alpha or more.
///
/// Both ends belong; each side is left with probability alpha/2 at most.
///
/// # Examples
/// ```
/// use neuropil_statistics::binomial_bounds;
/// // The number of synapses of 4000 x 4000 pairs at probability 0.02.
/// let (low, high) = binomial_bounds(16_000_000, 0.02, 1e-6);
/// assert!((low..=high).contains(&320_000) && high - low < 5_600);
/// ```
pub fn binomial_bounds(n: u64, p: f64, alpha: f64) -> (u64, u64) {
    bounds(n, alpha, |k| binomial_cdf(k, n, p))
}

/// Returns counts between which a Poisson variable lies with probability 1 - alpha or more.
pub fn poisson_bounds(mean: f64, alpha: f64) -> (u64, u64) {
    let most = (mean + 60.0 * mean.sqrt() + 200.0) as u64;
    bounds(most, alpha, |k| poisson_cdf(k, mean))
}

/// The smallest k of which the distribution function exceeds alpha/2, and reaches 1 - alpha/2.
fn bounds(most: u64, alpha: f64, cdf: impl Fn(u64) -> f64) -> (u64, u64) {
    let first = |reached: &dyn Fn(f64) -> bool| {
        let (mut low, mut high) = (0, most);
        while low < high {
            let middle = low + (high - low) / 2;
            if reached(cdf(middle)) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        low
    };
    let lower = first(&|c| c > alpha / 2.0);
    let upper = first(&|c| c >= 1.0 - alpha / 2.0);
    (lower, upper)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::near::assert_near;

    const TIGHT: f64 = 1e-11;

    #[test]
    fn quantiles_have_their_published_values() {
        // Standard tables of the normal distribution, to twelve places.
        for (p, x) in [
            (0.975, 1.959_963_984_540),
            (0.995, 2.575_829_303_549),
            (0.9995, 3.290_526_731_492),
            (0.75, 0.674_489_750_196),
        ] {
            assert_near(&format!("quantile({p})"), normal_quantile(p), x, TIGHT);
        }
        assert_eq!(normal_quantile(0.5), 0.0);
        assert_eq!(normal_quantile(0.0), f64::NEG_INFINITY);
        assert_eq!(normal_quantile(1.0), f64::INFINITY);
        assert!(normal_quantile(1.1).is_nan());
    }

    #[test]
    fn quantile_inverts_the_distribution_function() {
        for p in [
            1e-300, 1e-40, 1e-10, 1e-4, 0.02, 0.09, 0.11, 0.3, 0.49, 0.6, 0.99,
        ] {
            let back = normal_cdf(normal_quantile(p));
            // The tail amplifies the rounding of x by x^2, 1400 at 1e-300.
            assert_near(&format!("cdf(quantile({p:e}))"), back, p, TIGHT);
        }
    }

    #[test]
    fn binomial_and_poisson_sums_agree_with_their_terms() {
        // B(10, 1/2): 1 + 10 + 45 + 120 of 1024 below 4.
        let found = binomial_cdf(3, 10, 0.5);
        assert_near("binomial", found, 176.0 / 1024.0, TIGHT);
        assert_eq!(binomial_cdf(10, 10, 0.5), 1.0);
        // Mean 2, at most 2 events: 5 exp(-2).
        assert_near("poisson", poisson_cdf(2, 2.0), 5.0 * (-2.0f64).exp(), TIGHT);
    }

    #[test]
    fn tails_of_counts_are_logarithms() {
        // Mean 2, 3 events or more: 1 - 5 exp(-2).
        let expected = (1.0 - 5.0 * (-2.0f64).exp()).log10();
        assert_near("tail", log10_poisson_tail(3, 2.0), expected, TIGHT);
        // One event or more of next to none: the mean.
        assert_near("rare", log10_poisson_tail(1, 1e-30), -30.0, TIGHT);
        assert_eq!(log10_poisson_tail(0, 5.0), 0.0);
    }

    #[test]
    fn bounds_are_the_tightest_that_hold() {
        let (n, p, alpha) = (1000, 0.3, 1e-3);
        let (low, high) = binomial_bounds(n, p, alpha);
        assert!(binomial_cdf(low - 1, n, p) <= alpha / 2.0);
        assert!(binomial_cdf(low, n, p) > alpha / 2.0);
        assert!(binomial_cdf(high, n, p) >= 1.0 - alpha / 2.0);
        assert!(binomial_cdf(high - 1, n, p) < 1.0 - alpha / 2.0);
        let (low, high) = poisson_bounds(1e4, 1e-6);
        // Five standard deviations of 100 on either side, by the normal law (4.89).
        assert!((9_505..=9_520).contains(&low), "{low}");
        assert!((10_485..=10_500).contains(&high), "{high}");
        assert_eq!(binomial_bounds(50, 0.0, 1e-6), (0, 0));
        assert_eq!(binomial_bounds(50, 1.0, 1e-6), (50, 50));
    }
}
