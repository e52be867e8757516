//! The exponential and its relatives near 0.

use super::coefficients::{EXP_32, EXP_64, EXPM1_32, EXPM1_64, LN2_32, LN2_64};
use super::coefficients::{TWO_LN2_32, TWO_LN2_64};
use super::two_to;
use crate::kernel::{Builder, Value};

/// `e^x`.
///
/// `x = 2 k ln 2 + r`, so the result is `p(r) 2^k 2^k`: the power is applied in two exact steps,
/// which carries the result through overflow and into the subnormal numbers without a branch.
pub fn exp(b: &mut Builder, x: Value) -> Value {
    let bound = b.pick(1000.0, 120.0);
    let x = b.at_least(x, -bound);
    let x = b.at_most(x, bound);
    exp_bounded(b, x)
}

/// `e^x` for x in [-1000, 1000] (f64) or [-120, 120] (f32); NaN gives NaN.
pub(super) fn exp_bounded(b: &mut Builder, x: Value) -> Value {
    let format = b.format();
    // The magic number carries the bias, so that the low bits of `shifted` are an exponent field.
    let magic = format.magic + f64::from(format.bias);
    let [magic, inverse] = [magic, 0.5 * std::f64::consts::LOG2_E].map(|c| b.number(c));
    let shifted = b.fma(x, inverse, magic);
    let k = b.sub(shifted, magic);
    let [high, low] = b.pick(TWO_LN2_64, TWO_LN2_32).map(|c| b.number(c));
    let r = b.fnma(k, high, x);
    let r = b.fnma(k, low, r);
    let tail = b.poly(r, b.pick(&EXP_64[..], &EXP_32[..]));
    let one = b.number(1.0);
    let p = b.fma(tail, r, one);
    let p = b.fma(p, r, one);
    let scale = power(b, shifted);
    let p = b.mul(p, scale);
    b.mul(p, scale)
}

/// An argument as `(k ln 2 + r) / factor`, `factor` a power of two.
pub(super) struct Octaves {
    /// The float whose low bits are the exponent field of `2^(k + shift)`: see [`power`].
    pub(super) shifted: Value,
    pub(super) k: Value,
    /// `x - k high`, exact; `r / factor` is this less `k low`.
    pub(super) main: Value,
    /// What the first part of `ln 2 / factor` lacks.
    pub(super) low: Value,
}

/// Splits an argument into octaves.
pub(super) fn octaves(b: &mut Builder, x: Value, factor: f64, shift: i32) -> Octaves {
    let format = b.format();
    // The magic number holds `bias + shift` too, which falls out of k.
    let magic = format.magic + f64::from(format.bias) + f64::from(shift);
    let [magic, inverse] = [magic, factor * std::f64::consts::LOG2_E].map(|c| b.number(c));
    let shifted = b.fma(x, inverse, magic);
    let k = b.sub(shifted, magic);
    let [high, low, _] = b.pick(LN2_64, LN2_32).map(|c| b.number(c / factor));
    let main = b.fnma(k, high, x);
    Octaves {
        shifted,
        k,
        main,
        low,
    }
}

/// The power of two whose exponent field lies in the low bits.
pub(super) fn power(b: &mut Builder, shifted: Value) -> Value {
    let field = b.to_bits(shifted);
    let field = b.shl(field, b.format().fraction);
    b.from_bits(field)
}

/// `(e^x - 1) 2^-c` for x not above `c + bias - 1` powers of two; exact near 0.
///
/// `x = k ln 2 + r` and `e^x - 1 = 2^k (e^r - 1) + (2^k - 1)`. The factor `2^-c` keeps the power
/// finite where `e^x` is not; `x` must not lie below -64 (f64) or -32 (f32).
fn expm1_scaled(b: &mut Builder, x: Value, c: i32) -> Value {
    let parts = octaves(b, x, 1.0, -c);
    let r = b.fnma(parts.k, parts.low, parts.main);
    let tail = b.poly(r, b.pick(&EXPM1_64[..], &EXPM1_32[..]));
    let square = b.mul(r, r);
    let q = b.fma(square, tail, r);
    let scale = power(b, parts.shifted);
    let unit = b.number(two_to(-c));
    let rest = b.sub(scale, unit);
    b.fma(scale, q, rest)
}

/// `e^x - 1`, accurate near 0.
pub fn expm1(b: &mut Builder, x: Value) -> Value {
    let c = b.pick(64, 32);
    let clamped = b.at_least(x, b.pick(-64.0, -32.0));
    let clamped = b.at_most(clamped, b.pick(720.0, 100.0));
    let scaled = expm1_scaled(b, clamped, c);
    let result = b.mul_number(scaled, two_to(c));
    // Below, x is the nearest float; this also keeps -0 and subnormal arguments.
    or_where_small(b, x, result, x)
}

/// `small` where |x| is below a power of two at which `1 + x` is 1 by far, else `value`.
///
/// The power is one that the upper bits of the exponent field tell, as [`Precision::flush_below`] is.
fn or_where_small(b: &mut Builder, x: Value, value: Value, small: Value) -> Value {
    let magnitude = b.abs(x);
    let limit = b.number(b.pick(two_to(-511), two_to(-63)));
    let is_small = b.lt(magnitude, limit);
    b.select(is_small, small, value)
}

/// `(e^x - 1) / x`, and 1 at 0.
pub fn exprel(b: &mut Builder, x: Value) -> Value {
    let c = b.pick(128, 32);
    let divisor = b.at_most(x, b.pick(730.0, 100.0));
    let clamped = b.at_least(divisor, b.pick(-64.0, -32.0));
    let scaled = expm1_scaled(b, clamped, c);
    let divisor = b.mul_number(divisor, two_to(-c));
    let result = b.div(scaled, divisor);
    let one = b.number(1.0);
    or_where_small(b, x, result, one)
}

/// `x / (1 - e^-x)`, and 1 at 0: the rate function of Hodgkin and Huxley.
pub fn linexp(b: &mut Builder, x: Value) -> Value {
    let c = b.pick(128, 40);
    let y = b.neg(x);
    let dividend = b.at_most(y, b.pick(770.0, 112.0));
    let clamped = b.at_least(dividend, b.pick(-64.0, -32.0));
    let scaled = expm1_scaled(b, clamped, c);
    let dividend = b.mul_number(dividend, two_to(-c));
    let result = b.div(dividend, scaled);
    let one = b.number(1.0);
    or_where_small(b, x, result, one)
}
