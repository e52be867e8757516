//! The special functions that distributions are made of.
//!
//! Relative errors are near 1e-13 in the ranges that tests use (parameters up to about 1e6), which is far
//! below the accuracy that any p-value needs.
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
        Side::Lower(p) => p,
        Side::Upper(q) => 1.0 - q,
    }
}

/// Returns the regularised upper incomplete gamma function Q(a, x) = 1 - P(a, x), exact in the tail.
pub fn gamma_q(a: f64, x: f64) -> f64 {
    match gamma_side(a, x) {
        Side::Lower(p) => 1.0 - p,
        Side::Upper(q) => q,
    }
}

/// Whichever of P and Q is computed without cancellation.
enum Side {
    Lower(f64),
    Upper(f64),
}

fn gamma_side(a: f64, x: f64) -> Side {
    if a.is_nan() || x.is_nan() || a <= 0.0 || x < 0.0 {
        return Side::Lower(f64::NAN);
    }
    if x == 0.0 {
        return Side::Lower(0.0);
    }
    if x == f64::INFINITY {
        return Side::Upper(0.0);
    }
    let front = (a * x.ln() - x - ln_gamma(a)).exp();
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
        return Side::Lower(front * sum);
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
    Side::Upper(front * fraction)
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
    use crate::{Tolerance, assert_close};

    /// Rounding of a few dozen operations and of the exponentiated logarithm.
    const TIGHT: Tolerance = Tolerance::relative(1e-12);

    #[test]
    fn ln_gamma_of_integers_and_halves() {
        let mut factorial = 1.0f64;
        for n in 1..=20 {
            let tight = TIGHT.or_absolute(1e-13);
            assert_close("ln_gamma(n)", ln_gamma(f64::from(n)), factorial.ln(), tight);
            factorial *= f64::from(n);
        }
        assert_close("half", ln_gamma(0.5), 0.5 * PI.ln(), TIGHT);
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
                assert_close(&what, gamma_q(f64::from(n), x), q, TIGHT);
                let p = gamma_p(f64::from(n), x);
                assert_close("P + Q", p + gamma_q(f64::from(n), x), 1.0, TIGHT);
            }
        }
    }

    #[test]
    fn error_function_has_its_published_values() {
        // Abramowitz & Stegun, table 7.1 and 7.3.
        assert_close("erf(0.5)", erf(0.5), 0.520_499_877_813_046_5, TIGHT);
        assert_close("erf(1)", erf(1.0), 0.842_700_792_949_714_9, TIGHT);
        assert_close("erfc(2)", erfc(2.0), 0.004_677_734_981_047_266, TIGHT);
        assert_close("erfc(5)", erfc(5.0), 1.537_459_794_428_034_8e-12, TIGHT);
        assert_close("erfc(-1)", erfc(-1.0), 1.842_700_792_949_715, TIGHT);
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
                assert_close(&format!("I_{x}({a}, {b})"), found, sum, TIGHT);
            }
        }
        assert!(incomplete_beta(0.0, 1.0, 0.5).is_nan());
    }
}
