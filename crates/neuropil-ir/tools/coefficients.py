"""Derives the polynomials of `src/kernel/function` and prints them as Rust.

    python3 coefficients.py > ../src/kernel/function/coefficients.rs && rustfmt that file

Every table is a minimax fit of the stated function under the stated weight, in 60 digits; the
f32 tables have the degree that f32 needs. Constants of argument reduction are sums of floats.
"""

import struct
from mpmath import (mp, mpf, exp, expm1, log, sin, cos, atan, atanh, tan, sqrt, erf, erfc, erfinv,
                    floor)
from minimax import minimax, rational
import functools

mp.dps = 60
TINY = mpf(10) ** -40
LN2 = log(mpf(2))


def f64(x):
    return float(x)


def f32(x):
    """The nearest f32 (mpmath rounds to 24 bits; all constants here are normal numbers)."""
    with mp.workprec(24):
        y = +mpf(x)
    return float(y)


def emit(name, doc, values64, values32):
    for suffix, values, width, rounded in (("64", values64, "f64", f64), ("32", values32, "f32", f32)):
        print(f"/// {doc} (f{suffix}).")
        body = ", ".join(repr(rounded(v)) for v in values)
        print(f"pub(super) const {name}_{suffix}: [f64; {len(values)}] = [{body}];\n")


def parts(x, count, rounded):
    """x as a sum of floats, each the rounding of what is left."""
    out = []
    for _ in range(count):
        out.append(rounded(x))
        x -= mpf(out[-1])
    return out


def emit_parts(name, doc, x, count):
    for suffix, rounded in (("64", f64), ("32", f32)):
        body = ", ".join(repr(v) for v in parts(x, count, rounded))
        print(f"/// {doc} (f{suffix}).")
        print(f"pub(super) const {name}_{suffix}: [f64; {count}] = [{body}];\n")


def fit(f, w, a, b, degree):
    return minimax(f, w, a, b, degree)[0]


def both(name, doc, f, w, a, b, degree64, degree32):
    emit(name, doc, fit(f, w, a, b, degree64), fit(f, w, a, b, degree32))


def split_exp(r):
    return (exp(r) - 1 - r) / r**2 if abs(r) > mpf(10) ** -20 else mpf(1) / 2 + r / 6


def log_tail(z):
    if z < mpf(10) ** -20:
        return mpf(2) / 3 + z * 2 / 5
    s = sqrt(z)
    return (2 * atanh(s) - 2 * s) / s**3


def sin_tail(z):
    if z < mpf(10) ** -20:
        return -mpf(1) / 6 + z / 120
    r = sqrt(z)
    return (sin(r) - r) / r**3


def cos_tail(z):
    if z < mpf(10) ** -15:
        return mpf(1) / 24 - z / 720
    return (cos(sqrt(z)) - 1 + z / 2) / z**2


def atan_tail(z):
    if z < mpf(10) ** -20:
        return -mpf(1) / 3 + z / 5
    r = sqrt(z)
    return (atan(r) - r) / r**3


def pow_tail(z):
    if z < mpf(10) ** -15:
        return mpf(3) / 5 + z * 3 / 7
    s = sqrt(z)
    return 3 * (atanh(s) / s - 1 - z / 3) / z**2


def tan_tail(z):
    if z < mpf(10) ** -20:
        return mpf(1) / 3 + z * 2 / 15
    r = sqrt(z)
    return (tan(r) - r) / r**3


def erf_ratio(z):
    if z < mpf(10) ** -25:
        return 2 / sqrt(mp.pi)
    return erf(sqrt(z)) / sqrt(z)


def erfcx(z):
    return exp(z * z) * erfc(z)


ERFC_K = 3


def erfcx_of_t(t):
    z = ERFC_K * (1 + t) / (1 - t)
    return erfcx(z) * (1 + 2 * z)


@functools.lru_cache(None)
def quantile_central(z):
    if z < mpf(10) ** -25:
        return sqrt(2 * mp.pi) / 2
    d = sqrt(z)
    return sqrt(mpf(2)) * erfinv(d) / d


@functools.lru_cache(None)
def quantile_tail(r):
    """Minus the normal quantile of exp(-r^2)."""
    target, y = 2 * exp(-r * r), max(r, mpf(1))
    for _ in range(80):
        step = (log(erfc(y)) - log(target)) / (-2 / sqrt(mp.pi) * exp(-y * y) / erfc(y))
        y -= step
        if abs(step) < mpf(10) ** -50:
            break
    return sqrt(mpf(2)) * y


def main():
    print("//! Coefficients of the function programs, constant first.")
    print("//!")
    print("//! Written by `tools/coefficients.py`, which says what each table fits; not edited by hand.")
    print()
    h = LN2 * mpf("1.001")
    both("EXP", "`(e^r - 1 - r) / r^2` for |r| <= ln 2, error relative to `e^r`", split_exp,
         lambda r: r**2 / exp(r) + TINY, -h, h, 11, 6)
    h = LN2 / 2 * mpf("1.001")
    both("EXPM1", "`(e^r - 1 - r) / r^2` for |r| <= ln 2 / 2, error relative to `e^r - 1`", split_exp,
         lambda r: abs(r**2 / expm1(r)) + TINY if r else TINY, -h, h, 9, 5)
    s = (sqrt(mpf(2)) - 1) / (sqrt(mpf(2)) + 1) * mpf("1.0001")
    both("LOG", "`(2 atanh(s) - 2 s) / s^3` in s^2 for |s| <= (sqrt 2 - 1) / (sqrt 2 + 1)", log_tail,
         lambda z: z * sqrt(z) / (2 * atanh(sqrt(z)) + TINY) + TINY, 0, s * s, 6, 2)
    both("POW_LOG", "`3 (atanh(s)/s - 1 - s^2/3) / s^4` in s^2 for the same s", pow_tail,
         lambda z: z * z + TINY, 0, s * s, 6, 3)
    both("EXP2", "`(2^f - 1) / f` for |f| <= 1/2, error relative to `2^f`",
         lambda f: (mpf(2) ** f - 1) / f if abs(f) > mpf(10) ** -25 else LN2 + f * LN2**2 / 2,
         lambda f: abs(f) / mpf(2) ** f + TINY, mpf("-.5001"), mpf(".5001"), 10, 5)
    q = mp.pi / 4 * mpf("1.001")
    both("SIN", "`(sin r - r) / r^3` in r^2 for |r| <= pi / 4", sin_tail,
         lambda z: z * sqrt(z) / (sin(sqrt(z)) + TINY) + TINY, 0, q * q, 5, 2)
    both("COS", "`(cos r - 1 + r^2/2) / r^4` in r^2 for |r| <= pi / 4", cos_tail,
         lambda z: z * z / cos(sqrt(z)) + TINY, 0, q * q, 5, 2)
    # The count of quarter turns is one too many or too few for some arguments near 2^44.
    q = mp.pi / 4 * mpf("1.002")
    both("TAN", "`(tan r - r) / r^3` in r^2 for |r| <= pi / 4", tan_tail,
         lambda z: z * sqrt(z) / (tan(sqrt(z)) + TINY) + TINY, 0, q * q, 14, 6)
    t8 = tan(mp.pi / 8) * mpf("1.0001")
    both("ATAN", "`(atan t - t) / t^3` in t^2 for |t| <= tan(pi / 8)", atan_tail,
         lambda z: z * sqrt(z) / (atan(sqrt(z)) + TINY) + TINY, 0, t8 * t8, 10, 4)
    both("ERF", "`erf(x) / x - 1` in x^2 for |x| <= 1", lambda z: erf_ratio(z) - 1,
         lambda z: 1 / erf_ratio(z), 0, mpf("1.001"), 12, 6)
    for name, degree, top, rounded in (("ERFCX_64", 20, 28, f64), ("ERFCX_32", 9, 11, f32)):
        low, top = mpf("0.49"), mpf(top)
        c = fit(erfcx_of_t, lambda t: 1 / erfcx_of_t(t), (low - ERFC_K) / (low + ERFC_K),
                (top - ERFC_K) / (top + ERFC_K), degree)
        print(f"/// `e^(z^2) erfc(z) (1 + 2 z)` in `(z - {ERFC_K}) / (z + {ERFC_K})` for 0.49 <= z <= {int(top)}.")
        print(f"pub(super) const {name}: [f64; {degree + 1}] = [{', '.join(repr(rounded(v)) for v in c)}];\n")
    quantile()
    emit_parts("LN2", "ln 2 as a sum", LN2, 3)
    emit_parts("TWO_LN2", "2 ln 2 as a sum", 2 * LN2, 2)
    emit_parts("HALF_PI", "pi / 2 as a sum", mp.pi / 2, 3)
    emit_parts("INV_THREE_HALVES_LN2", "2 / (3 ln 2) as a sum", 2 / (3 * LN2), 2)


def quantile():
    """The two regions of the normal quantile, as quotients."""
    cut = mpf("0.85")
    low, high = sqrt(-log((1 - cut) / 2)) * mpf(".999"), sqrt(64 * LN2)
    for suffix, orders, rounded in (("64", (8, 7), f64), ("32", (4, 3), f32)):
        def centre(y):
            return quantile_central(cut**2 - y)

        p, q, _ = rational(centre, lambda y: 1 / centre(y), 0, cut**2, *orders)
        doc = "Numerator of `x / (2u - 1)` in 0.85^2 - (2u - 1)^2"
        emit_one("QUANTILE_P", suffix, doc, p, rounded)
        emit_one("QUANTILE_Q", suffix, "Denominator of the same", q, rounded)
        p, q, _ = rational(quantile_tail, lambda r: 1 / quantile_tail(r), low, high, *orders)
        doc = "Numerator of `-x` in sqrt(-ln u) for u from 2^-64"
        emit_one("QUANTILE_TAIL_P", suffix, doc, p, rounded)
        emit_one("QUANTILE_TAIL_Q", suffix, "Denominator of the same", q, rounded)


def emit_one(name, suffix, doc, values, rounded):
    print(f"/// {doc} (f{suffix}).")
    body = ", ".join(repr(rounded(v)) for v in values)
    print(f"pub(super) const {name}_{suffix}: [f64; {len(values)}] = [{body}];\n")


if __name__ == "__main__":
    main()
