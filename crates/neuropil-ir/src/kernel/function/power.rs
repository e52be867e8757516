//! Powers and lengths.

use super::coefficients::{
    EXP2_32, EXP2_64, INV_THREE_HALVES_LN2_32, INV_THREE_HALVES_LN2_64, POW_LOG_32, POW_LOG_64,
};
use super::logarithm::{Split, split};
use super::two_to;
use crate::kernel::{Builder, Value};

/// `x^y`, with C's rules for zeros, infinities, NaN and negative x.
///
/// The base-2 logarithm of |x| is a sum of two floats, good to about twelve bits more than a
/// float, because the exponential multiplies its error by up to 1,075.
pub fn pow(b: &mut Builder, x: Value, y: Value) -> Value {
    let [zero, one, infinity, nan] = [0.0, 1.0, f64::INFINITY, f64::NAN].map(|c| b.number(c));
    let ax = b.abs(x);
    let ay = b.abs(y);
    let (log_high, log_low) = log2_in_two(b, ax);
    // Larger exponents overflow or vanish alike; this keeps the products below finite.
    let bound = b.pick(two_to(70), two_to(40));
    let exponent = b.at_least(y, -bound);
    let exponent = b.at_most(exponent, bound);
    let (product, error) = b.two_product(exponent, log_high);
    let rest = b.fma(exponent, log_low, error);
    let limit = b.pick(2000.0, 250.0);
    let high = b.at_least(product, -limit);
    let high = b.at_most(high, limit);
    let magnitude = exp2_in_two(b, high, rest);
    // Zeros and infinities: the result grows without bound or vanishes.
    let x_zero = b.eq(ax, zero);
    let x_infinite = b.eq(ax, infinity);
    let y_infinite = b.eq(ay, infinity);
    let edge = b.or(x_zero, x_infinite);
    let edge = b.or(edge, y_infinite);
    let above_one = b.lt(one, ax);
    let y_below = b.lt(y, zero);
    let grows = b.xor(above_one, y_below);
    let extreme = b.select(grows, infinity, zero);
    let magnitude = b.select(edge, extreme, magnitude);
    // Sign: that of x where y is an odd integer; no value where y is no integer.
    let whole = b.floor(y);
    let integer = b.eq(whole, y);
    let half = b.mul_number(y, 0.5);
    let half_whole = b.floor(half);
    let not_even = b.ne(half_whole, half);
    let odd = b.and(integer, not_even);
    let sign = b.sign_bit(x);
    let signed = b.flip_sign(magnitude, sign);
    let value = b.select(odd, signed, magnitude);
    let negative = b.lt(x, zero);
    let fraction = b.not(integer);
    let finite = b.not(edge);
    let undefined = b.and(negative, fraction);
    let undefined = b.and(undefined, finite);
    let value = b.select(undefined, nan, value);
    // NaN goes through, but 1^y and x^0 are 1; so is (-1)^±inf.
    let x_number = b.eq(x, x);
    let y_number = b.eq(y, y);
    let numbers = b.and(x_number, y_number);
    let value = b.select(numbers, value, nan);
    let unit = b.eq(ax, one);
    let unit = b.and(unit, y_infinite);
    let x_one = b.eq(x, one);
    let y_zero = b.eq(y, zero);
    let certain = b.or(x_one, y_zero);
    let certain = b.or(certain, unit);
    b.select(certain, one, value)
}

/// `log2 u` as high and low part, for positive finite u.
fn log2_in_two(b: &mut Builder, u: Value) -> (Value, Value) {
    let format = b.format();
    let [zero, one, three] = [0.0, 1.0, 3.0].map(|c| b.number(c));
    let least = b.number(format.least);
    let tiny = b.lt(u, least);
    let up = b.number((1_u64 << (format.fraction + 2)) as f64);
    let factor = b.select(tiny, up, one);
    let scaled = b.mul(u, factor);
    let Split { k, m } = split(b, scaled);
    let shift = b.number(f64::from(format.fraction) + 2.0);
    let correction = b.select(tiny, shift, zero);
    let k = b.sub(k, correction);
    // s = (m - 1) / (m + 1) in two parts; the numerator is exact.
    let f = b.add_number(m, -1.0);
    let (d, d_low) = b.fast_two_sum(one, m);
    let inverse = b.div(one, d);
    let s = b.mul(f, inverse);
    let s_low = b.fnma(s, d, f);
    let s_low = b.fnma(s, d_low, s_low);
    let s_low = b.mul(s_low, inverse);
    // ln m = 2/3 s (3 + s^2 + s^4 P(s^2)), the bracket in two parts.
    let (z, z_low) = b.two_product(s, s);
    let twice = b.add(s, s);
    let z_low = b.fma(twice, s_low, z_low);
    let tail = b.poly(z, b.pick(&POW_LOG_64[..], &POW_LOG_32[..]));
    let fourth = b.mul(z, z);
    let tail = b.fma(tail, fourth, z_low);
    let (bracket, bracket_low) = b.fast_two_sum(three, z);
    let bracket_low = b.add(bracket_low, tail);
    let (product, product_low) = b.two_product(s, bracket);
    let product_low = b.fma(s_low, bracket, product_low);
    let product_low = b.fma(s, bracket_low, product_low);
    let [scale, scale_low] = b
        .pick(INV_THREE_HALVES_LN2_64, INV_THREE_HALVES_LN2_32)
        .map(|c| b.number(c));
    let (log, log_low) = b.two_product(product, scale);
    let log_low = b.fma(product_low, scale, log_low);
    let log_low = b.fma(product, scale_low, log_low);
    let (high, rest) = b.two_sum(k, log);
    let low = b.add(rest, log_low);
    b.fast_two_sum(high, low)
}

/// `2^(high + low)` for |high| up to twice the exponent range.
fn exp2_in_two(b: &mut Builder, high: Value, low: Value) -> Value {
    let format = b.format();
    let magic = b.number(format.magic + 2.0 * f64::from(format.bias));
    let shifted = b.add(high, magic);
    let k = b.sub(shifted, magic);
    let f = b.sub(high, k);
    let f = b.add(f, low);
    let tail = b.poly(f, b.pick(&EXP2_64[..], &EXP2_32[..]));
    let one = b.number(1.0);
    let p = b.fma(tail, f, one);
    // The power in two exact steps, so that overflow and subnormal results come out right.
    let field = b.to_bits(shifted);
    let first = b.shr(field, 1);
    let second = b.bits_sub(field, first);
    let first = b.shl(first, format.fraction);
    let second = b.shl(second, format.fraction);
    let first = b.from_bits(first);
    let second = b.from_bits(second);
    let p = b.mul(p, first);
    b.mul(p, second)
}

/// `sqrt(x^2 + y^2)` without overflow or underflow on the way.
pub fn hypot(b: &mut Builder, x: Value, y: Value) -> Value {
    let infinity = b.number(f64::INFINITY);
    let one = b.number(1.0);
    let ax = b.abs(x);
    let ay = b.abs(y);
    let flat = b.lt(ay, ax);
    let large = b.select(flat, ax, ay);
    let small = b.select(flat, ay, ax);
    let (scale_up, threshold) = (b.pick(two_to(600), two_to(70)), b.pick(500, 60));
    let high = b.number(two_to(threshold));
    let low = b.number(two_to(-threshold));
    let up = b.number(scale_up);
    let down = b.number(1.0 / scale_up);
    let huge = b.lt(high, large);
    let tiny = b.lt(large, low);
    let factor = b.select(tiny, up, one);
    let factor = b.select(huge, down, factor);
    let back = b.select(tiny, down, one);
    let back = b.select(huge, up, back);
    let large = b.mul(large, factor);
    let small = b.mul(small, factor);
    let square = b.mul(small, small);
    let sum = b.fma(large, large, square);
    let root = b.sqrt(sum);
    let value = b.mul(root, back);
    // An infinite side wins over NaN.
    let x_infinite = b.eq(ax, infinity);
    let y_infinite = b.eq(ay, infinity);
    let infinite = b.or(x_infinite, y_infinite);
    b.select(infinite, infinity, value)
}
