//! Saturating functions and their relative.

use super::coefficients::{EXPM1_32, EXPM1_64};
use super::exponential::{octaves, power};
use super::logarithm::log1p_inner;
use super::two_to;
use crate::kernel::{Builder, Value};

/// The hyperbolic tangent.
///
/// `t / (t + 1)` with `t = (e^(2|x|) - 1) / 2`, with the sign of x. Where t is small, the
/// rounding of `t + 1` weighs as much as that of t; `t - t (t / (t + 1))` is the same number and
/// takes little harm from it.
pub fn tanh(b: &mut Builder, x: Value) -> Value {
    let sign = b.sign_bit(x);
    let magnitude = b.abs(x);
    let magnitude = b.at_most(magnitude, b.pick(22.0, 10.0));
    // 2|x| = k ln 2 + 2r, so that t = 2^k (e^(2r) - 1 - 2r) / 2 + (2^k r + (2^k - 1) / 2).
    let parts = octaves(b, magnitude, 2.0, 0);
    let r = parts.main;
    let tail = b.poly(r, &doubled(b.pick(&EXPM1_64[..], &EXPM1_32[..])));
    let square = b.mul(r, r);
    let minus_low = b.neg(parts.low);
    let correction = b.mul(parts.k, minus_low);
    let tail = b.fma(square, tail, correction);
    let scale = power(b, parts.shifted);
    let [half, minus_half, one] = [0.5, -0.5, 1.0].map(|c| b.number(c));
    let rest = b.fma(scale, half, minus_half);
    let t = b.fma(scale, r, rest);
    let t = b.fma(scale, tail, t);
    let divisor = b.add(t, one);
    let quotient = b.div(t, divisor);
    let difference = b.fnma(t, quotient, t);
    let small = b.lt(t, half);
    let result = b.select(small, difference, quotient);
    b.flip_sign(result, sign)
}

/// The coefficients of `2 p(2r)`, from those of `p(r)`; exact.
fn doubled(coefficients: &[f64]) -> Vec<f64> {
    let powers = (1..).map(two_to);
    coefficients
        .iter()
        .zip(powers)
        .map(|(c, p)| c * p)
        .collect()
}

/// `e^-|x|`, rounded once where it is subnormal.
fn decay(b: &mut Builder, x: Value) -> Value {
    let sign = b.bits(b.format().sign);
    let bits = b.to_bits(x);
    let negative = b.bits_or(bits, sign);
    let minus = b.from_bits(negative);
    // Below, the result is 0.
    let minus = b.at_least(minus, b.pick(-746.0, -104.0));
    // The shift keeps the power a normal number.
    let shift = b.pick(64, 32);
    let parts = octaves(b, minus, 1.0, shift);
    let r = b.fnma(parts.k, parts.low, parts.main);
    let tail = b.poly(r, b.pick(&EXPM1_64[..], &EXPM1_32[..]));
    let one = b.number(1.0);
    let p = b.fma(tail, r, one);
    let p = b.fma(p, r, one);
    let scale = power(b, parts.shifted);
    let scaled = b.mul(p, scale);
    b.mul_number(scaled, two_to(-shift))
}

/// `1 / (1 + e^-x)`, accurate in both tails.
///
/// With `e = e^-|x|` and `q = e / (1 + e)` it is `1 - q` above 0 and `e - e q` below: the
/// roundings of the quotient count little beside those of 1 and e.
pub fn sigmoid(b: &mut Builder, x: Value) -> Value {
    let e = decay(b, x);
    let [zero, one] = [0.0, 1.0].map(|c| b.number(c));
    let divisor = b.add(e, one);
    let quotient = b.div(e, divisor);
    let below = b.lt(x, zero);
    let factor = b.select(below, e, one);
    b.fnma(factor, quotient, factor)
}

/// `log(1 + e^x)`.
///
/// `max(x, 0) + log(1 + e^-|x|)`.
pub fn softplus(b: &mut Builder, x: Value) -> Value {
    let e = decay(b, x);
    let (tail, _) = log1p_inner(b, e);
    let positive = b.at_least(x, 0.0);
    b.add(positive, tail)
}
