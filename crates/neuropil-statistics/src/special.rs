//! The special functions that distributions are made of.
//!
//! Relative errors are near 1e-13 in the ranges that tests use (parameters up to about 1e6), which
//! is far below the accuracy that any p-value needs.
//!
//! # Source
//! NIST Digital Library of Mathematical Functions: 5.11.1 (Stirling series), 8.7.1 (series of the
//! incomplete gamma function), 8.9.2 (its continued fraction), 8.17.22 (continued fraction of the
//! incomplete beta function). Fractions are evaluated by the modified algorithm of Lentz
//! (Thompson & Barnett, 1986, J Comput Phys 64:490).

use std::f64::consts::PI;

const TINY: f64 = 1e-300;
const MOST_TERMS: u32 = 100_000;

/// Returns the natural logarithm of the gamma function for x > 0; NaN elsewhere.
pub fn ln_gamma(x: f64) -> f64 {
    if x.is_nan() || x <= 0.0 {
        return f64::NAN;
    }
    // The recurrence moves the argument to where the series has full accuracy.
    let (mut z, mut product) = (x, 1.0);
    while z < 15.0 {
        product *= z;
        z += 1.0;
    }
    let r = 1.0 / (z * z);
    let series = (1.0 / 12.0
        - r * (1.0 / 360.0
            - r * (1.0 / 1260.0
                - r * (1.0 / 1680.0 - r * (1.0 / 1188.0 - r * 691.0 / 360_360.0)))))
        / z;
    (z - 0.5) * z.ln() - z + 0.5 * (2.0 * PI).ln() + series - product.ln()
}

/// Returns the regularised lower incomplete gamma function P(a, x), for a > 0 and x >= 0.
pub fn gamma_p(a: f64, x: f64) -> f64 {
    match gamma_side(a, x) {
        Side::Lower(p) => p.value(),
        Side::Upper(q) => 1.0 - q.value(),
    }
}

/// Returns the regularised upper incomplete gamma function Q(a, x), exact in the tail.
///
/// `Q = 1 - P`.
pub fn gamma_q(a: f64, x: f64) -> f64 {
    match gamma_side(a, x) {
        Side::Lower(p) => 1.0 - p.value(),
        Side::Upper(q) => q.value(),
    }
}

/// Returns the natural logarithm of P(a, x), also where P is too small for a number.
pub fn ln_gamma_p(a: f64, x: f64) -> f64 {
    match gamma_side(a, x) {
        Side::Lower(p) => p.ln_front + p.factor.ln(),
        Side::Upper(q) => (-q.value()).ln_1p(),
    }
}

/// Whichever of P and Q is computed without cancellation.
enum Side {
    Lower(Product),
    Upper(Product),
}

/// `exp(ln_front) factor`, of which the first may underflow.
struct Product {
    ln_front: f64,
    factor: f64,
}

impl Product {
    /// A plain number.
    fn of(factor: f64) -> Self {
        let ln_front = 0.0;
        Self { ln_front, factor }
    }

    fn value(&self) -> f64 {
        self.ln_front.exp() * self.factor
    }
}

fn gamma_side(a: f64, x: f64) -> Side {
    if a.is_nan() || x.is_nan() || a <= 0.0 || x < 0.0 {
        return Side::Lower(Product::of(f64::NAN));
    }
    if x == 0.0 {
        return Side::Lower(Product::of(0.0));
    }
    if x == f64::INFINITY {
        return Side::Upper(Product::of(0.0));
    }
    let ln_front = a * x.ln() - x - ln_gamma(a);
    if x < a + 1.0 {
        let (mut term, mut sum, mut n) = (1.0 / a, 1.0 / a, a);
        for _ in 0..MOST_TERMS {
            n += 1.0;
            term *= x / n;
            sum += term;
            if term < sum * f64::EPSILON * 0.25 {
                break;
            }
        }
        let factor = sum;
        return Side::Lower(Product { ln_front, factor });
    }
    let mut b = x + 1.0 - a;
    let mut c = 1.0 / TINY;
    let mut d = 1.0 / b;
    let mut fraction = d;
    for k in 1..MOST_TERMS {
        let k = f64::from(k);
        let numerator = -k * (k - a);
        b += 2.0;
        d = 1.0 / nonzero(numerator * d + b);
        c = nonzero(b + numerator / c);
        let factor = d * c;
        fraction *= factor;
        if (factor - 1.0).abs() < f64::EPSILON {
            break;
        }
    }
    let factor = fraction;
    Side::Upper(Product { ln_front, factor })
}

/// Returns the regularised incomplete beta function I_x(a, b), for a, b > 0 and 0 <= x <= 1.
pub fn incomplete_beta(a: f64, b: f64, x: f64) -> f64 {
    let valid = a > 0.0 && b > 0.0 && (0.0..=1.0).contains(&x);
    if !valid {
        return f64::NAN;
    }
    if x == 0.0 || x == 1.0 {
        return x;
    }
    let front = (ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b) + a * x.ln() + b * (-x).ln_1p()).exp();
    // The fraction converges fast below the mean of the distribution; the symmetry serves above it.
    if x < (a + 1.0) / (a + b + 2.0) {
        front * beta_fraction(a, b, x) / a
    } else {
        1.0 - front * beta_fraction(b, a, 1.0 - x) / b
    }
}

fn beta_fraction(a: f64, b: f64, x: f64) -> f64 {
    let mut c = 1.0;
    let mut d = 1.0 / nonzero(1.0 - (a + b) * x / (a + 1.0));
    let mut fraction = d;
    for m in 1..MOST_TERMS {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let mut last = 1.0;
        for numerator in [even, odd] {
            d = 1.0 / nonzero(1.0 + numerator * d);
            c = nonzero(1.0 + numerator / c);
            last = d * c;
            fraction *= last;
        }
        if (last - 1.0).abs() < f64::EPSILON {
            break;
        }
    }
    fraction
}

fn nonzero(x: f64) -> f64 {
    if x.abs() < TINY { TINY } else { x }
}

/// Returns the complementary error function, exact in the upper tail.
pub fn erfc(x: f64) -> f64 {
    if x < 0.0 {
        2.0 - erfc(-x)
    } else {
        gamma_q(0.5, x * x)
    }
}

/// Returns the error function.
pub fn erf(x: f64) -> f64 {
    if x < 0.0 {
        -erf(-x)
    } else {
        gamma_p(0.5, x * x)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::near::assert_near;

    /// Rounding of a few dozen operations and of the exponentiated logarithm.
    const TIGHT: f64 = 1e-12;

    #[test]
    fn ln_gamma_of_integers_and_halves() {
        let mut factorial = 1.0f64;
        for n in 1..=20 {
            let off = ln_gamma(f64::from(n)) - factorial.ln();
            assert!(off.abs() < 1e-13 + TIGHT * factorial.ln(), "{n}: {off:e}");
            factorial *= f64::from(n);
        }
        assert_near("half", ln_gamma(0.5), 0.5 * PI.ln(), TIGHT);
        assert!(ln_gamma(0.0).is_nan());
    }

    #[test]
    fn incomplete_gamma_with_integer_parameter_is_a_finite_sum() {
        // Q(n, x) = exp(-x) sum_{k < n} x^k / k!
        for n in 1..12 {
            for x in [0.01, 0.5, 2.0, 7.0, 30.0, 100.0f64] {
                let (mut term, mut sum) = (1.0, 0.0);
                for k in 0..n {
                    sum += term;
                    term *= x / f64::from(k + 1);
                }
                let q = (-x).exp() * sum;
                let what = format!("Q({n}, {x})");
                assert_near(&what, gamma_q(f64::from(n), x), q, TIGHT);
                let p = gamma_p(f64::from(n), x);
                assert_near("P + Q", p + gamma_q(f64::from(n), x), 1.0, TIGHT);
                if p > 0.0 {
                    let off = ln_gamma_p(f64::from(n), x) - p.ln();
                    assert!(off.abs() < TIGHT, "ln P({n}, {x}): {off:e}");
                }
            }
        }
    }

    /// P(1000, 1) = exp(-1) sum_{k >= 1000} 1/k!, of which the first term is all but 1/1001.
    #[test]
    fn the_logarithm_reaches_below_all_numbers() {
        let ln_factorial: f64 = (1..=1_000).map(|k| f64::from(k).ln()).sum();
        let next = (1.0 / 1_001.0f64).ln_1p() + 1.0 / 1_001.0 / 1_002.0;
        let expected = -1.0 - ln_factorial + next;
        assert_near("ln P", ln_gamma_p(1_000.0, 1.0), expected, 1e-11);
        assert_eq!(ln_gamma_p(3.0, 0.0), f64::NEG_INFINITY);
    }

    #[test]
    fn error_function_has_its_published_values() {
        // Abramowitz & Stegun, table 7.1 and 7.3.
        assert_near("erf(0.5)", erf(0.5), 0.520_499_877_813_046_5, TIGHT);
        assert_near("erf(1)", erf(1.0), 0.842_700_792_949_714_9, TIGHT);
        assert_near("erfc(2)", erfc(2.0), 0.004_677_734_981_047_266, TIGHT);
        assert_near("erfc(5)", erfc(5.0), 1.537_459_794_428_034_8e-12, TIGHT);
        assert_near("erfc(-1)", erfc(-1.0), 1.842_700_792_949_715, TIGHT);
        assert_eq!(erf(-0.0), 0.0);
    }

    #[test]
    fn incomplete_beta_with_integer_parameters_is_a_binomial_sum() {
        // I_x(a, b) = sum_{j >= a} C(a+b-1, j) x^j (1-x)^(a+b-1-j)
        for (a, b) in [(1, 1), (2, 3), (5, 2), (7, 9), (1, 30)] {
            for x in [0.02, 0.3, 0.5, 0.77f64] {
                let n = a + b - 1;
                let mut sum = 0.0;
                for j in a..=n {
                    let mut choose = 1.0;
                    for k in 0..j {
                        choose *= f64::from(n - k) / f64::from(k + 1);
                    }
                    sum += choose * x.powi(j) * (1.0 - x).powi(n - j);
                }
                let found = incomplete_beta(f64::from(a), f64::from(b), x);
                assert_near(&format!("I_{x}({a}, {b})"), found, sum, TIGHT);
            }
        }
        assert!(incomplete_beta(0.0, 1.0, 0.5).is_nan());
    }
}
