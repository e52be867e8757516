//! Saturating functions and their relative.

use super::exponential::{exp_bounded, expm1_scaled};
use super::logarithm::log1p_inner;
use crate::kernel::{Builder, Value};

/// The hyperbolic tangent.
///
/// `t / (t + 2)` with `t = e^(2|x|) - 1`, with the sign of x.
pub fn tanh(b: &mut Builder, x: Value) -> Value {
    let sign = b.sign_bit(x);
    let magnitude = b.abs(x);
    let magnitude = b.at_most(magnitude, b.pick(22.0, 10.0));
    let doubled = b.add(magnitude, magnitude);
    let t = expm1_scaled(b, doubled, 0);
    let divisor = b.add_number(t, 2.0);
    let result = b.div(t, divisor);
    b.flip_sign(result, sign)
}

/// `e^-|x|`.
fn decay(b: &mut Builder, x: Value) -> Value {
    let magnitude = b.abs(x);
    let minus = b.neg(magnitude);
    let minus = b.at_least(minus, b.pick(-1000.0, -120.0));
    exp_bounded(b, minus)
}

/// `1 / (1 + e^-x)`, accurate in both tails.
pub fn sigmoid(b: &mut Builder, x: Value) -> Value {
    let e = decay(b, x);
    let [zero, one] = [0.0, 1.0].map(|c| b.number(c));
    let below = b.lt(x, zero);
    let dividend = b.select(below, e, one);
    let divisor = b.add(e, one);
    b.div(dividend, divisor)
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
