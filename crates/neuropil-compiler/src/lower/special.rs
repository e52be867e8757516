//! Programs of operators that the function library of the Kernel IR does not hold.

use neuropil_ir::kernel::{Builder, Value};

/// Below this magnitude `exprel2` is a series.
const SERIES_BELOW: f64 = 1.0;

/// Terms of the series: the first left out is 1/21!, below 2^-65 of the sum.
const SERIES_TERMS: usize = 19;

/// `(exprel(x) - 1)/x = (e^x - 1 - x)/x^2`, 1/2 at 0; `expm1` is `e^x - 1`.
///
/// # Stability
///
/// Within 4 units in the last place: where the series ends, at 1, the difference has lost at most
/// a factor of 2.4 of the accuracy of `expm1`.
pub(super) fn exprel2(b: &mut Builder, x: Value, expm1: Value) -> Value {
    // 1/2! + x/3! + x^2/4! + ...
    let mut weights = [0.5; SERIES_TERMS];
    for k in 1..SERIES_TERMS {
        weights[k] = weights[k - 1] / (k + 2) as f64;
    }
    let mut series = b.number(weights[SERIES_TERMS - 1]);
    for &weight in weights[..SERIES_TERMS - 1].iter().rev() {
        let weight = b.number(weight);
        series = b.fma(series, x, weight);
    }
    // Written with 1/x, -inf gives 0. The quotient of +inf would be NaN: there it is +inf, as it
    // is wherever e^x overflows.
    let one = b.number(1.0);
    let inverse = b.div(one, x);
    let difference = b.sub(expm1, x);
    let direct = b.mul(difference, inverse);
    let direct = b.mul(direct, inverse);
    let exprel = b.mul(expm1, inverse);
    let tail = b.sub(exprel, one);
    let tail = b.mul(tail, inverse);
    let huge = b.number(-1e9);
    let below = b.lt(x, huge);
    let direct = b.select(below, tail, direct);
    let infinity = b.number(f64::INFINITY);
    let above = b.eq(expm1, infinity);
    let direct = b.select(above, infinity, direct);
    let magnitude = b.abs(x);
    let limit = b.number(SERIES_BELOW);
    let close = b.lt(magnitude, limit);
    b.select(close, series, direct)
}

/// `x^n` by a chain of products, for `n` of magnitude up to 16.
pub(super) fn integer_power(b: &mut Builder, x: Value, n: i32) -> Value {
    let mut rest = n.unsigned_abs();
    let mut square = x;
    let mut result = None;
    while rest > 0 {
        if rest & 1 == 1 {
            result = Some(match result {
                Some(partial) => b.mul(partial, square),
                None => square,
            });
        }
        rest >>= 1;
        if rest > 0 {
            square = b.mul(square, square);
        }
    }
    let one = b.number(1.0);
    let power = result.unwrap_or(one);
    if n < 0 { b.div(one, power) } else { power }
}
