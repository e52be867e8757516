//! Functions of integers and signs.

use crate::kernel::{Builder, Value};

/// `x` modulo `y`, with the sign of `y`: `x - y floor(x / y)`, from 0 up to but not including `y`.
///
/// Correctly rounded while |x / y| is below 2^52 (f64) or 2^23 (f32); beyond, some number of the
/// range. What would round to `y` is 0. NaN where `y` is 0 or infinite or `x` is not finite.
pub fn modulo(b: &mut Builder, x: Value, y: Value) -> Value {
    // Both signs are flipped with that of y, so that y is positive from here on.
    let sign = b.sign_bit(y);
    let x = b.flip_sign(x, sign);
    let y = b.abs(y);
    let zero = b.number(0.0);
    let quotient = b.div(x, y);
    let whole = b.floor(quotient);
    let rest = b.fnma(whole, y, x);
    // The rounded quotient may reach the next integer (never miss one): one period back.
    let below = b.lt(rest, zero);
    let back = b.add(rest, y);
    let rest = b.select(below, back, rest);
    let above = b.le(y, rest);
    let rest = b.select(above, zero, rest);
    let rest = b.max(zero, rest);
    b.flip_sign(rest, sign)
}

/// 1 above 0, -1 below, and x itself where it is 0 or NaN.
pub fn sign(b: &mut Builder, x: Value) -> Value {
    let [zero, one, minus_one] = [0.0, 1.0, -1.0].map(|c| b.number(c));
    let below = b.lt(x, zero);
    let above = b.lt(zero, x);
    let value = b.select(below, minus_one, x);
    b.select(above, one, value)
}
