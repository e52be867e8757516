//! Transcendental functions as programs of the Kernel IR.
//!
//! Each function appends operations to a [`Builder`] and gives the value; the program depends on
//! the precision alone, so every back-end computes the same bits. Zeros, infinities, NaN,
//! subnormal arguments and results, overflow and underflow are handled as C99 asks, unless the
//! function says otherwise.
//!
//! # Accuracy
//!
//! Bounds in units in the last place, held by `tests/functions.rs`: f64 against values of 60
//! digits, f32 against the f64 programs. They are the largest errors measured, rounded up to a
//! tenth: over all bit patterns of f32 (a sample for two arguments), and over some millions of
//! arguments of f64 (`normal_quantile`: thousands), where a rare one may lie a few hundredths
//! higher. `exprel` and `linexp` are 1 at 0; `normal_quantile` holds for u from 2^-64; `sin`, `cos`
//! and `tan` hold up to 2^44 (f64) and 2^24 (f32) in magnitude and are NaN beyond; the others hold
//! wherever they are defined.
//!
//! | function | f64 | f32 |
//! |---|---|---|
//! | `exp` | 1.5 | 1.5 |
//! | `expm1` | 2.2 | 1.5 |
//! | `exprel` | 2.2 | 2.0 |
//! | `linexp` | 2.5 | 2.0 |
//! | `log` | 0.9 | 0.9 |
//! | `log1p` | 0.9 | 0.9 |
//! | `tanh` | 1.7 | 1.7 |
//! | `sigmoid` | 1.7 | 1.7 |
//! | `softplus` | 1.7 | 1.7 |
//! | `sin` | 0.8 | 0.8 |
//! | `cos` | 0.8 | 0.8 |
//! | `tan` | 1.6 | 1.4 |
//! | `erf` | 1.1 | 1.1 |
//! | `normal_cdf` | 5.4 | 5.3 |
//! | `normal_quantile` | 5.5 | 6.5 |
//! | `pow` | 1.2 | 1.2 |
//! | `atan2` | 1.8 | 2.0 |
//! | `hypot` | 1.0 | 1.0 |
//! | `modulo` | 0.5 | 0.5 |

#[expect(
    clippy::approx_constant,
    reason = "a written table; entries near a known constant are coefficients all the same"
)]
mod coefficients;
mod exponential;
mod logarithm;
mod logistic;
mod normal;
mod power;
mod remainder;
mod trigonometric;

pub use exponential::{exp, expm1, exprel, linexp};
pub use logarithm::{log, log1p};
pub use logistic::{sigmoid, softplus, tanh};
pub use normal::{erf, normal_cdf, normal_quantile};
pub use power::{hypot, pow};
pub use remainder::{modulo, sign};
pub use trigonometric::{atan2, cos, sin, tan};

use super::{Builder, Precision, Value};

/// What of the float format the programs use.
#[derive(Clone, Copy)]
struct Format {
    /// Bits of the fraction field.
    fraction: u8,
    /// The exponent bias.
    bias: u32,
    /// The sign bit.
    sign: u64,
    /// 1.5 times two to the fraction bits: adding it leaves an integer in the low bits.
    magic: f64,
    /// The smallest normal number.
    least: f64,
    /// The largest finite number.
    largest: f64,
    /// Half a unit in the last place of 1.
    epsilon: f64,
}

/// A power of two.
fn two_to(exponent: i32) -> f64 {
    f64::from_bits(((exponent + 1023) as u64) << 52)
}

impl Builder {
    fn format(&self) -> Format {
        match self.precision() {
            Precision::F32 => Format {
                fraction: 23,
                bias: 127,
                sign: 1 << 31,
                magic: 12_582_912.0,
                least: f64::from(f32::MIN_POSITIVE),
                largest: f64::from(f32::MAX),
                epsilon: 1.0 / 16_777_216.0,
            },
            Precision::F64 => Format {
                fraction: 52,
                bias: 1023,
                sign: 1 << 63,
                magic: 6_755_399_441_055_744.0,
                least: f64::MIN_POSITIVE,
                largest: f64::MAX,
                epsilon: 1.0 / 9_007_199_254_740_992.0,
            },
        }
    }

    /// The one of two things that belongs to the precision.
    fn pick<T>(&self, for_f64: T, for_f32: T) -> T {
        match self.precision() {
            Precision::F32 => for_f32,
            Precision::F64 => for_f64,
        }
    }

    /// The polynomial with these coefficients, constant first, by Horner's rule with fma.
    fn poly(&mut self, x: Value, coefficients: &[f64]) -> Value {
        let mut rest = coefficients.iter().rev();
        let mut sum = match rest.next() {
            Some(&c) => self.number(c),
            None => return self.number(0.0),
        };
        for &c in rest {
            let c = self.number(c);
            sum = self.fma(sum, x, c);
        }
        sum
    }

    /// The larger of `x` and a constant; NaN stays.
    fn at_least(&mut self, x: Value, low: f64) -> Value {
        let low = self.number(low);
        self.max(low, x)
    }

    /// The smaller of `x` and a constant; NaN stays.
    fn at_most(&mut self, x: Value, high: f64) -> Value {
        let high = self.number(high);
        self.min(high, x)
    }

    /// The sign bit of `x` alone.
    fn sign_bit(&mut self, x: Value) -> Value {
        let mask = self.bits(self.format().sign);
        let bits = self.to_bits(x);
        self.bits_and(bits, mask)
    }

    /// `x` with its sign bit flipped where the bit of `sign` is set.
    fn flip_sign(&mut self, x: Value, sign: Value) -> Value {
        let bits = self.to_bits(x);
        let flipped = self.bits_xor(bits, sign);
        self.from_bits(flipped)
    }

    /// `a + b` as a rounded sum and its exact error, whatever their magnitudes (Knuth).
    fn two_sum(&mut self, a: Value, b: Value) -> (Value, Value) {
        let sum = self.add(a, b);
        let b_part = self.sub(sum, a);
        let a_part = self.sub(sum, b_part);
        let b_error = self.sub(b, b_part);
        let a_error = self.sub(a, a_part);
        (sum, self.add(a_error, b_error))
    }

    /// `a + b` as a rounded sum and its exact error, where |a| >= |b| (Dekker).
    fn fast_two_sum(&mut self, a: Value, b: Value) -> (Value, Value) {
        let sum = self.add(a, b);
        let part = self.sub(sum, a);
        (sum, self.sub(b, part))
    }

    /// `a * b` as a rounded product and its exact error.
    fn two_product(&mut self, a: Value, b: Value) -> (Value, Value) {
        let product = self.mul(a, b);
        let minus = self.neg(product);
        (product, self.fma(a, b, minus))
    }
}
