//! The error function and the normal distribution.

use super::coefficients::{
    ERF_32, ERF_64, ERFCX_32, ERFCX_64, QUANTILE_P_32, QUANTILE_P_64, QUANTILE_Q_32, QUANTILE_Q_64,
    QUANTILE_TAIL_P_32, QUANTILE_TAIL_P_64, QUANTILE_TAIL_Q_32, QUANTILE_TAIL_Q_64,
};
use super::exponential::exp_bounded;
use super::logarithm::log_normal;
use crate::kernel::{Builder, Value};

/// `e^(z^2) erfc(z)` for 0.49 <= z, as a polynomial in `(z - 3) / (z + 3)` over `1 + 2 z`.
fn erfcx(b: &mut Builder, z: Value) -> Value {
    let below = b.add_number(z, -3.0);
    let above = b.add_number(z, 3.0);
    let t = b.div(below, above);
    let p = b.poly(t, b.pick(&ERFCX_64[..], &ERFCX_32[..]));
    let [one, two] = [1.0, 2.0].map(|c| b.number(c));
    let divisor = b.fma(z, two, one);
    b.div(p, divisor)
}

/// The error function for |z| <= 1.
fn erf_below_one(b: &mut Builder, z: Value) -> Value {
    let square = b.mul(z, z);
    let excess = b.poly(square, b.pick(&ERF_64[..], &ERF_32[..]));
    b.fma(excess, z, z)
}

/// The error function.
pub fn erf(b: &mut Builder, x: Value) -> Value {
    let sign = b.sign_bit(x);
    let magnitude = b.abs(x);
    let z = b.at_most(magnitude, b.pick(6.0, 4.0));
    let one = b.number(1.0);
    let small = erf_below_one(b, z);
    let square = b.mul(z, z);
    let minus = b.neg(square);
    let e = exp_bounded(b, minus);
    let scaled = erfcx(b, z);
    let large = b.fnma(scaled, e, one);
    let inner = b.le(z, one);
    let value = b.select(inner, small, large);
    b.flip_sign(value, sign)
}

/// The cumulative distribution of the standard normal distribution, accurate in the lower tail.
pub fn normal_cdf(b: &mut Builder, x: Value) -> Value {
    // erfc(-x / sqrt 2) / 2, by its mirror image for x > 0.
    let magnitude = b.abs(x);
    let magnitude = b.at_most(magnitude, b.pick(39.0, 15.0));
    let z = b.mul_number(magnitude, std::f64::consts::FRAC_1_SQRT_2);
    let scaled = erfcx(b, z);
    // e^(-x^2/2) with the error of the square, which counts where x is large.
    let (square, error) = b.two_product(magnitude, magnitude);
    let exponent = b.mul_number(square, -0.5);
    let e = exp_bounded(b, exponent);
    let half = b.mul_number(scaled, 0.5);
    let small_exponent = b.mul_number(error, -0.5);
    let half = b.fma(half, small_exponent, half);
    let lower = b.mul(half, e);
    let [zero, one] = [0.0, 1.0].map(|c| b.number(c));
    let upper = b.sub(one, lower);
    let above = b.lt(zero, x);
    let outer = b.select(above, upper, lower);
    // Around 0: 1/2 + erf(x / sqrt 2) / 2.
    let signed = b.mul_number(x, std::f64::consts::FRAC_1_SQRT_2);
    let near = erf_below_one(b, signed);
    let middle = b.number(0.5);
    let near = b.fma(near, middle, middle);
    let limit = b.number(0.5);
    let inner = b.lt(z, limit);
    b.select(inner, near, outer)
}

/// The x at which the standard normal distribution has the cumulative probability u.
///
/// For u in the open unit interval; below 2^-64 it is that of 2^-64 (-9.07…), above 1 - 2^-64
/// likewise. Outside the closed interval NaN.
///
/// # Source
///
/// The two regions and their variables are those of M. J. Wichura (1988), Algorithm AS 241,
/// <https://doi.org/10.2307/2347330>; the coefficients are our own.
pub fn normal_quantile(b: &mut Builder, u: Value) -> Value {
    let [zero, one, two, minus_one] = [0.0, 1.0, 2.0, -1.0].map(|c| b.number(c));
    // Central: d P(0.85^2 - d^2) with d = 2u - 1.
    let d = b.fma(u, two, minus_one);
    let width = b.number(0.7225);
    let y = b.fnma(d, d, width);
    let central_p = b.poly(y, b.pick(&QUANTILE_P_64[..], &QUANTILE_P_32[..]));
    let central_p = b.mul(central_p, d);
    let central_q = b.poly(y, b.pick(&QUANTILE_Q_64[..], &QUANTILE_Q_32[..]));
    // Tails: by r = sqrt(-ln u) of the nearer end.
    let other = b.sub(one, u);
    let tail = b.min(u, other);
    let tail = b.at_least(tail, 1.0 / 18_446_744_073_709_551_616.0);
    let log = log_normal(b, tail);
    let minus = b.neg(log);
    let r = b.sqrt(minus);
    let tail_p = b.poly(r, b.pick(&QUANTILE_TAIL_P_64[..], &QUANTILE_TAIL_P_32[..]));
    let tail_q = b.poly(r, b.pick(&QUANTILE_TAIL_Q_64[..], &QUANTILE_TAIL_Q_32[..]));
    let sign = b.sign_bit(d);
    let tail_p = b.flip_sign(tail_p, sign);
    let central = b.le(zero, y);
    let p = b.select(central, central_p, tail_p);
    let q = b.select(central, central_q, tail_q);
    let value = b.div(p, q);
    let magnitude = b.abs(d);
    let inside = b.le(magnitude, one);
    let nan = b.number(f64::NAN);
    b.select(inside, value, nan)
}
