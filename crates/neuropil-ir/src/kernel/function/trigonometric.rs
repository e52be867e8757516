//! Sines, cosines and angles.
//!
//! Arguments are reduced by multiples of pi/2, whose three-part sum is subtracted with every
//! rounding error kept, so results are accurate also next to the zeros. Beyond 2^44 (f64) or 2^24
//! (f32) in magnitude the result is NaN. In f32 neighbouring numbers there are 2 apart, so that a
//! computed phase means nothing; in f64 the count of quarter turns would come out too far off.

use super::coefficients::{
    ATAN_32, ATAN_64, COS_32, COS_64, HALF_PI_32, HALF_PI_64, SIN_32, SIN_64, TAN_32, TAN_64,
};
use crate::kernel::{Builder, Precision, Value};

/// An argument as `quarter * pi/2 + high + low`.
struct Reduced {
    /// The float whose low bits hold the number of quarter turns.
    shifted: Value,
    high: Value,
    low: Value,
}

fn reduce(b: &mut Builder, x: Value) -> Reduced {
    let format = b.format();
    let [magic, coarse_magic, inverse] = [
        format.magic,
        4.0 * format.magic,
        std::f64::consts::FRAC_2_PI,
    ]
    .map(|c| b.number(c));
    let [first, second, third] = b.pick(HALF_PI_64, HALF_PI_32).map(|c| b.number(c));
    // Every `rest` is exact: its terms are multiples of the last bit of the first part or of that
    // of x, and they nearly cancel.
    let (whole, rest, guide) = match b.precision() {
        // The rounding of `inverse` moves a count by up to 0.0007.
        Precision::F64 => (None, x, x),
        // It would move one by 0.4, and counts would not fit below `magic`. Whole turns first.
        Precision::F32 => {
            let shifted = b.fma(x, inverse, coarse_magic);
            let whole = b.sub(shifted, coarse_magic);
            let rest = b.fnma(whole, first, x);
            (Some(whole), rest, b.fnma(whole, second, rest))
        }
    };
    let shifted = b.fma(guide, inverse, magic);
    let k = b.sub(shifted, magic);
    let rest = b.fnma(k, first, rest);
    let k = match whole {
        Some(whole) => b.add(whole, k),
        None => k,
    };
    // `high + error = rest - product` exactly: `rest` is a multiple of the product's last bit.
    let product = b.mul(k, second);
    let minus_product_error = b.fnma(k, second, product);
    let high = b.sub(rest, product);
    let part = b.sub(high, rest);
    let minus_error = b.add(part, product);
    let low = b.sub(minus_product_error, minus_error);
    let low = b.fnma(k, third, low);
    Reduced { shifted, high, low }
}

/// Sine and cosine of a reduced argument.
fn sine_and_cosine(b: &mut Builder, high: Value, low: Value) -> (Value, Value) {
    let z = b.mul(high, high);
    // sin(h + l) = h + (h^3 S(h^2) + l (1 - h^2/2))
    let tail = b.poly(z, b.pick(&SIN_64[..], &SIN_32[..]));
    let cube = b.mul(z, high);
    let half = b.number(0.5);
    let one = b.number(1.0);
    let slope = b.fnma(z, half, one);
    let correction = b.mul(low, slope);
    let correction = b.fma(tail, cube, correction);
    let sine = b.add(high, correction);
    // cos(h + l) = w + ((1 - w) - h^2/2 + h^4 C(h^2) - h l) with w = 1 - h^2/2
    let tail = b.poly(z, b.pick(&COS_64[..], &COS_32[..]));
    let dropped = b.sub(one, slope);
    let dropped = b.fnma(z, half, dropped);
    // The error of the square itself.
    let minus_error = b.fnma(high, high, z);
    let dropped = b.fma(minus_error, half, dropped);
    let dropped = b.fnma(high, low, dropped);
    let fourth = b.mul(z, z);
    let dropped = b.fma(tail, fourth, dropped);
    (sine, b.add(slope, dropped))
}

/// Tangent of a reduced argument, and its reciprocal.
fn tangent_and_reciprocal(b: &mut Builder, high: Value, low: Value) -> (Value, Value) {
    let z = b.mul(high, high);
    // tan(h + l) = h + (h^3 T(h^2) + l (1 + tan^2 h)), the square being 3/2 h^2 closely enough.
    let tail = b.poly(z, b.pick(&TAN_64[..], &TAN_32[..]));
    let cube = b.mul(z, high);
    let [one, three_halves] = [1.0, 1.5].map(|c| b.number(c));
    let slope = b.fma(z, three_halves, one);
    let correction = b.mul(low, slope);
    let correction = b.fma(tail, cube, correction);
    let (tangent, error) = b.fast_two_sum(high, correction);
    let reciprocal = b.div(one, tangent);
    let square = b.mul(reciprocal, reciprocal);
    (tangent, b.fnma(square, error, reciprocal))
}

/// `value`, but x itself where x is a zero: the reduction loses the sign of -0.
fn keeping_zero(b: &mut Builder, x: Value, value: Value) -> Value {
    let zero = b.number(0.0);
    let is_zero = b.eq(x, zero);
    b.select(is_zero, x, value)
}

/// NaN where |x| lies beyond the bound of the reduction.
fn bounded(b: &mut Builder, x: Value, value: Value) -> Value {
    let magnitude = b.abs(x);
    let bound = b.number(b.pick(17_592_186_044_416.0, 16_777_216.0));
    let nan = b.number(f64::NAN);
    let inside = b.le(magnitude, bound);
    b.select(inside, value, nan)
}

/// The function whose quarter turns are counted by the low bits of `count`, 0 being a sine.
fn turned(b: &mut Builder, count: Value, sine: Value, cosine: Value) -> Value {
    let format = b.format();
    // The two low bits become sign bit and top exponent bit: +0, 2, -0, -2.
    let top = b.shl(count, format.fraction + b.pick(10, 7));
    let marker = b.from_bits(top);
    let zero = b.number(0.0);
    let odd = b.ne(marker, zero);
    let sign_mask = b.bits(format.sign);
    let sign = b.bits_and(top, sign_mask);
    let value = b.select(odd, cosine, sine);
    b.flip_sign(value, sign)
}

/// The sine, for |x| up to 2^44 (f64) or 2^24 (f32); NaN beyond.
pub fn sin(b: &mut Builder, x: Value) -> Value {
    let Reduced { shifted, high, low } = reduce(b, x);
    let (sine, cosine) = sine_and_cosine(b, high, low);
    let count = b.to_bits(shifted);
    let value = turned(b, count, sine, cosine);
    let value = keeping_zero(b, x, value);
    bounded(b, x, value)
}

/// The cosine, for |x| up to 2^44 (f64) or 2^24 (f32); NaN beyond.
pub fn cos(b: &mut Builder, x: Value) -> Value {
    let Reduced { shifted, high, low } = reduce(b, x);
    let (sine, cosine) = sine_and_cosine(b, high, low);
    let count = b.to_bits(shifted);
    let one = b.bits(1);
    let count = b.bits_add(count, one);
    let value = turned(b, count, sine, cosine);
    bounded(b, x, value)
}

/// The tangent, for |x| up to 2^44 (f64) or 2^24 (f32); NaN beyond.
pub fn tan(b: &mut Builder, x: Value) -> Value {
    let Reduced { shifted, high, low } = reduce(b, x);
    let (tangent, reciprocal) = tangent_and_reciprocal(b, high, low);
    // Odd quarter turns: -1 / tan. Their mark is the low bit alone, moved to the sign.
    let format = b.format();
    let count = b.to_bits(shifted);
    let sign = b.shl(count, format.fraction + b.pick(11, 8));
    let one = b.number(1.0);
    let marker = b.flip_sign(one, sign);
    let zero = b.number(0.0);
    let odd = b.lt(marker, zero);
    let value = b.select(odd, reciprocal, tangent);
    let value = b.flip_sign(value, sign);
    let value = keeping_zero(b, x, value);
    bounded(b, x, value)
}

/// The angle of the point (x, y), in (-pi, pi], with C's rules for zeros and infinities.
pub fn atan2(b: &mut Builder, y: Value, x: Value) -> Value {
    let format = b.format();
    let [zero, one, infinity] = [0.0, 1.0, f64::INFINITY].map(|c| b.number(c));
    let ax = b.abs(x);
    let ay = b.abs(y);
    let steep = b.lt(ax, ay);
    let small = b.select(steep, ax, ay);
    let large = b.select(steep, ay, ax);
    // Infinite points: the ratio is 1 or 0. The origin: 0.
    let large_infinite = b.eq(large, infinity);
    let small_infinite = b.eq(small, infinity);
    let ratio = b.select(small_infinite, one, zero);
    let small = b.select(large_infinite, ratio, small);
    let large = b.select(large_infinite, one, large);
    let origin = b.eq(large, zero);
    let large = b.select(origin, one, large);
    // Sums of huge numbers would overflow.
    let limit = b.number(format.largest * 0.25);
    let huge = b.lt(limit, large);
    let quarter = b.number(0.25);
    let factor = b.select(huge, quarter, one);
    let small = b.mul(small, factor);
    let large = b.mul(large, factor);
    // atan(a) = pi/4 + atan((a - 1) / (a + 1)) where a is above tan(pi/8).
    let tangent = b.number(std::f64::consts::SQRT_2 - 1.0);
    let edge = b.mul(large, tangent);
    let wide = b.lt(edge, small);
    let difference = b.sub(small, large);
    let sum = b.add(small, large);
    let dividend = b.select(wide, difference, small);
    let divisor = b.select(wide, sum, large);
    let t = b.div(dividend, divisor);
    let z = b.mul(t, t);
    let tail = b.poly(z, b.pick(&ATAN_64[..], &ATAN_32[..]));
    let cube = b.mul(z, t);
    let angle = b.mul(tail, cube);
    // The result is `turn + low + s (t + angle)` for a multiple of pi/4 with its low part.
    let [high, low, _] = b.pick(HALF_PI_64, HALF_PI_32);
    let [eighth, eighth_low, quarter, quarter_low, half, half_low] =
        [high / 2.0, low / 2.0, high, low, high * 2.0, low * 2.0].map(|c| b.number(c));
    let turn = b.select(wide, eighth, zero);
    let turn_low = b.select(wide, eighth_low, zero);
    let minus_turn = b.sub(quarter, turn);
    let minus_low = b.sub(quarter_low, turn_low);
    let turn = b.select(steep, minus_turn, turn);
    let turn_low = b.select(steep, minus_low, turn_low);
    let x_sign = b.sign_bit(x);
    let marker = b.flip_sign(one, x_sign);
    let left = b.lt(marker, zero);
    let minus_turn = b.sub(half, turn);
    let minus_low = b.sub(half_low, turn_low);
    let turn = b.select(left, minus_turn, turn);
    let turn_low = b.select(left, minus_low, turn_low);
    let backwards = b.xor(steep, left);
    let minus_t = b.neg(t);
    let t = b.select(backwards, minus_t, t);
    let minus_angle = b.neg(angle);
    let angle = b.select(backwards, minus_angle, angle);
    // Small terms first; where the turn is 0 they keep a subnormal t as it is.
    let correction = b.add(turn_low, angle);
    let (sum, error) = b.fast_two_sum(turn, t);
    let correction = b.add(correction, error);
    let value = b.add(sum, correction);
    let y_sign = b.sign_bit(y);
    let value = b.flip_sign(value, y_sign);
    // A NaN on either side may have been lost in the choices above.
    let x_number = b.eq(x, x);
    let y_number = b.eq(y, y);
    let numbers = b.and(x_number, y_number);
    let nan = b.number(f64::NAN);
    b.select(numbers, value, nan)
}
