//! Natural logarithms.
//!
//! `u = 2^k m` with m between sqrt(1/2) and sqrt(2); with `f = m - 1` and `s = f / (2 + f)`,
//! `log m = f - f^2/2 + s (f^2/2 + R(s^2))`, which keeps the leading term exact.

use super::coefficients::{LN2_32, LN2_64, LOG_32, LOG_64};
use crate::kernel::{Builder, Value};

/// A positive normal number as `2^k m`.
pub(super) struct Split {
    /// The exponent as a `Real`.
    pub(super) k: Value,
    /// The rest, between sqrt(1/2) and sqrt(2).
    pub(super) m: Value,
}

/// Splits positive finite normal numbers; others give some numbers.
pub(super) fn split(b: &mut Builder, u: Value) -> Split {
    let format = b.format();
    let root = b.pick(std::f64::consts::FRAC_1_SQRT_2.to_bits(), 0x3F35_04F3);
    let one = b.pick(1_f64.to_bits(), u64::from(1_f32.to_bits()));
    let bits = b.to_bits(u);
    // From here the field counts octaves that begin at sqrt(1/2) instead of 1.
    let offset = b.bits(one - root);
    let moved = b.bits_add(bits, offset);
    let field = b.shr(moved, format.fraction);
    // An integer below 2^fraction, put under the exponent of 2^fraction, is a float.
    let base = (1_u64 << format.fraction) as f64;
    let base_bits = b.pick(base.to_bits(), u64::from((base as f32).to_bits()));
    let base_bits = b.bits(base_bits);
    let integer = b.bits_or(field, base_bits);
    let integer = b.from_bits(integer);
    let k = b.add_number(integer, -(base + f64::from(format.bias)));
    let fraction = b.bits((1 << format.fraction) - 1);
    let root = b.bits(root);
    let rest = b.bits_and(moved, fraction);
    let rest = b.bits_add(rest, root);
    Split {
        k,
        m: b.from_bits(rest),
    }
}

/// `k ln 2 + log(m) + extra` for small `extra`.
fn combined(b: &mut Builder, Split { k, m }: Split, extra: Option<Value>) -> Value {
    let [high, low, _] = b.pick(LN2_64, LN2_32).map(|c| b.number(c));
    let f = b.add_number(m, -1.0);
    let two = b.number(2.0);
    let divisor = b.add(f, two);
    let s = b.div(f, divisor);
    let z = b.mul(s, s);
    let tail = b.poly(z, b.pick(&LOG_64[..], &LOG_32[..]));
    let half = b.mul_number(f, 0.5);
    let half_square = b.mul(half, f);
    let inner = b.fma(tail, z, half_square);
    let low_part = match extra {
        Some(extra) => b.fma(k, low, extra),
        None => b.mul(k, low),
    };
    let inner = b.fma(s, inner, low_part);
    let inner = b.sub(half_square, inner);
    let inner = b.sub(inner, f);
    let minus = b.neg(inner);
    b.fma(k, high, minus)
}

/// The logarithm of positive normal numbers; others give some number.
pub(super) fn log_normal(b: &mut Builder, u: Value) -> Value {
    let parts = split(b, u);
    combined(b, parts, None)
}

/// The result where `u` is positive and finite; else -inf at 0, NaN below, `u` for inf and NaN.
fn with_edges(b: &mut Builder, u: Value, value: Value) -> Value {
    let [zero, infinity, minus_infinity, nan] =
        [0.0, f64::INFINITY, f64::NEG_INFINITY, f64::NAN].map(|c| b.number(c));
    let finite = b.lt(u, infinity);
    let value = b.select(finite, value, u);
    let is_zero = b.eq(u, zero);
    let value = b.select(is_zero, minus_infinity, value);
    let below = b.lt(u, zero);
    b.select(below, nan, value)
}

/// `log x`: -inf at 0, NaN below.
pub fn log(b: &mut Builder, x: Value) -> Value {
    let format = b.format();
    let Split { k, m } = {
        // Subnormal numbers are scaled into the normal range first.
        let least = b.number(format.least);
        let tiny = b.lt(x, least);
        let shift = f64::from(format.fraction) + 2.0;
        let [one, zero] = [1.0, 0.0].map(|c| b.number(c));
        let up = b.number((1_u64 << (format.fraction + 2)) as f64);
        let factor = b.select(tiny, up, one);
        let scaled = b.mul(x, factor);
        let parts = split(b, scaled);
        let shift = b.number(shift);
        let correction = b.select(tiny, shift, zero);
        Split {
            k: b.sub(parts.k, correction),
            m: parts.m,
        }
    };
    let value = combined(b, Split { k, m }, None);
    with_edges(b, x, value)
}

/// `log(1 + x)` for x >= 0 and finite, or NaN; also for -1/2 <= x.
pub(super) fn log1p_inner(b: &mut Builder, x: Value) -> (Value, Value) {
    let one = b.number(1.0);
    // `1 + x = u + c` exactly; the logarithm of u is corrected by `c / u`.
    let (u, c) = b.two_sum(one, x);
    let extra = b.div(c, u);
    let parts = split(b, u);
    (combined(b, parts, Some(extra)), u)
}

/// `log(1 + x)`, accurate near 0: -inf at -1, NaN below.
pub fn log1p(b: &mut Builder, x: Value) -> Value {
    let (value, u) = log1p_inner(b, x);
    let value = with_edges(b, u, value);
    // Below, x is the nearest float; this also keeps -0 and subnormal arguments.
    let magnitude = b.abs(x);
    let limit = b.number(b.format().epsilon);
    let small = b.lt(magnitude, limit);
    b.select(small, x, value)
}
