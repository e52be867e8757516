"""Writes the golden tables of the function tests: exact values by mpmath with 60 digits.

    python3 generate.py            the tables beside this file
    python3 generate.py DIR 4000   forty times as large, to measure the stated errors

A line is `x[,y],hi,lo`: arguments and hi (the exact value rounded to f64) as the bits of an f64 in
hexadecimal, lo = (exact value - hi) in units of the last place of hi. Points are spread evenly in
the exponent, evenly in the middle range, at random, and around every special point.
"""

import math
import random
import struct
import sys
from mpmath import mp, mpf
import mpmath as m

mp.prec = 200


def bits(x):
    return "%016x" % struct.unpack("<Q", struct.pack("<d", x))[0]


def near(x, count=3):
    out, up, down = [x], x, x
    for _ in range(count):
        up, down = math.nextafter(up, math.inf), math.nextafter(down, -math.inf)
        out += [up, down]
    return out


def spread(n, low, high, both=True):
    """n magnitudes evenly spread in the exponent from 2^low to 2^high."""
    out = [math.ldexp(1 + random.random(), int(low + (high - low) * (i + 0.5) / n)) for i in range(n)]
    return out + [-x for x in out] if both else out


def flat(n, a, b):
    return [a + (b - a) * random.random() for _ in range(n)]


def exact_round(x):
    """The nearest f64 of an mpmath number, subnormals too."""
    if x == 0 or mp.isinf(x):
        return float(x)
    man, e = m.frexp(x)
    least = max(int(e) - 53, -1074)
    n = m.nint(m.ldexp(x, -least))
    try:
        return math.ldexp(int(n), least)
    except OverflowError:
        return math.copysign(math.inf, n)


def ulp(x):
    return math.ulp(abs(x)) if math.isfinite(x) else math.inf


def quantile(u):
    """Newton on the logarithm of the tail, from the middle range."""
    tail = u if u < 0.5 else 1 - u
    if tail == mpf(1) / 2:
        return mpf(0)
    y = m.sqrt(-m.log(2 * tail)) if tail < 0.3 else mpf(1) / 2 - tail
    for _ in range(200):
        step = (m.log(m.erfc(y)) - m.log(2 * tail)) * m.erfc(y) * m.exp(y * y) * m.sqrt(m.pi) / -2
        y -= step
        if abs(step) < abs(y) * mpf(10) ** -40:
            break
    x = m.sqrt(2) * y
    return -x if u < 0.5 else x


def modulo(x, y):
    return x - y * m.floor(x / y)


ONE = {
    "exp": (lambda x: m.exp(x), lambda n: spread(n, -60, 9.4) + flat(2 * n, -746, 710) + near(709.782712893384)
            + near(-745.1332191019411) + near(-708.3964185322641) + near(0.34657359027997264)),
    "expm1": (lambda x: m.expm1(x), lambda n: spread(n, -1074, -40) + spread(n, -60, 9.4) + flat(n, -40, 2) + near(709.782712893384)
              + near(0.34657359027997264) + near(-0.34657359027997264)),
    "exprel": (lambda x: m.expm1(x) / x if x else mpf(1), lambda n: spread(n, -100, 9.4) + flat(n, -50, 50) + near(0.0) + near(716.0)),
    "linexp": (lambda x: x / -m.expm1(-x) if x else mpf(1), lambda n: spread(n, -100, 9.4) + flat(n, -50, 50) + near(0.0) + [1e308, -751.0]),
    "log": (lambda x: m.log(x), lambda n: spread(n, -1074, 1024, False) + flat(2 * n, 0.5, 2) + near(1.0) + near(math.sqrt(2)) + near(math.sqrt(0.5))
            + [5e-324, 2.2250738585072014e-308, 1.7976931348623157e308]),
    "log1p": (lambda x: m.log1p(x), lambda n: spread(n, -1074, -50) + spread(n, -60, -1.5) + spread(n, 0, 1023, False) + flat(n, -1, 2)
              + near(math.nextafter(-1, 0), 1)[:2] + near(0.0)),
    "tanh": (lambda x: m.tanh(x), lambda n: spread(n, -1074, -40) + spread(n, -40, 5) + flat(n, -3, 3) + near(0.0) + near(19.0)),
    "sigmoid": (lambda x: 1 / (1 + m.exp(-x)), lambda n: spread(n, -60, 9.4) + flat(n, -745, 40) + near(0.0) + near(-745.1)),
    "softplus": (lambda x: m.log1p(m.exp(x)), lambda n: spread(n, -60, 9.4) + flat(n, -745, 40) + near(0.0) + near(-745.1)),
    "sin": (lambda x: m.sin(x), lambda n: spread(n, -1074, -20) + spread(n, -20, 30) + flat(n, -10, 10)
            + [y for k in list(range(1, 40)) + [2**j + 1 for j in range(6, 29)] for y in near(float(k * m.pi / 2), 1)]),
    "cos": (lambda x: m.cos(x), lambda n: spread(n, -60, 30) + flat(n, -10, 10)
            + [y for k in list(range(1, 40)) + [2**j + 1 for j in range(6, 29)] for y in near(float(k * m.pi / 2), 1)]),
    "tan": (lambda x: m.tan(x), lambda n: spread(n, -1074, -20) + spread(n, -20, 30) + flat(n, -10, 10)
            + [y for k in list(range(1, 40)) + [2**j + 1 for j in range(6, 29)] for y in near(float(k * m.pi / 2), 1)]),
    "erf": (lambda x: m.erf(x), lambda n: spread(n, -1070, -40) + spread(n, -40, 3) + flat(n, -6, 6) + near(1.0)),
    "normal_cdf": (lambda x: m.erfc(-x / m.sqrt(2)) / 2, lambda n: spread(n, -60, 5.2) + flat(n, -38.5, 8) + near(0.0)),
    "normal_quantile": (quantile, lambda n: spread(n, -64, -1, False) + flat(n, 0, 1) + near(0.075) + near(0.925)
                        + [0.5, 2.0**-53, 1 - 2.0**-53]),
}
TWO = {
    "pow": (lambda x, y: m.power(x, y), lambda n: pairs_pow(n)),
    "atan2": (lambda y, x: m.atan2(y, x), lambda n: pairs_plane(n)),
    "hypot": (lambda x, y: m.hypot(x, y), lambda n: [p for p in pairs_plane(n) if math.isfinite(math.hypot(*p))]),
    "modulo": (modulo, lambda n: pairs_modulo(n)),
}


def pairs_pow(n):
    out = []
    for _ in range(2 * n):  # results over the whole range
        x = math.ldexp(1 + random.random(), random.randint(-1074, 1023))
        out.append((x, random.uniform(-1075, 1024) / math.log2(x) if x != 1 else 2.0))
    for _ in range(2 * n):  # bases near 1 with huge exponents
        x = 1 + random.choice([-1, 1]) * 2.0 ** random.uniform(-40, -1)
        out.append((x, random.uniform(-1070, 1020) / math.log2(x)))
    for _ in range(n):
        out.append((random.choice([-1, 1]) * random.uniform(0, 30), float(random.randint(-60, 60))))
        out.append((random.uniform(0, 4), random.uniform(-20, 20)))
        out.append((float(random.randint(1, 50)), random.choice([0.5, 1.5, 2.0, 3.0, -0.5, 1 / 3])))
    return [p for p in out if p[0] != 0]


def pairs_plane(n):
    out = []
    for _ in range(n):
        for low, high in ((-1074, 1023), (-30, 30), (-1, 1)):
            out.append(tuple(random.choice([-1, 1]) * math.ldexp(1 + random.random(), random.randint(low, high)) for _ in "xy"))
    for a in (0.41421356237309503, 1.0):
        for s in near(a):
            for sx in (-1, 1):
                out += [(s, float(sx)), (-s, float(sx)), (float(sx), s)]
    return out


def pairs_modulo(n):
    out = []
    for _ in range(2 * n):
        y = random.choice([-1, 1]) * math.ldexp(1 + random.random(), random.randint(-20, 20))
        out.append((y * random.uniform(-1, 1) * 2.0 ** random.randint(-5, 48), y))
    for _ in range(n):
        y = random.choice([-1, 1]) * random.choice([1.0, 0.1, 0.3, 2 * math.pi, 7.0, 25.0])
        out += [(x, y) for x in near(y * random.randint(-1000, 1000), 1)]
    return out


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else "."
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 100
    for name, (f, points) in {**ONE, **TWO}.items():
        random.seed(name)
        lines = []
        for p in points(count):
            p = p if isinstance(p, tuple) else (p,)
            value = f(*(mpf(a) for a in p))
            hi = exact_round(value)
            if math.isinf(hi):
                low = "0"
            else:
                low = "%.4g" % float((value - mpf(hi)) / mpf(ulp(hi)))
            lines.append(",".join([bits(a) for a in p] + [bits(hi), low]))
        with open(f"{folder}/{name}.csv", "w") as out:
            out.write("\n".join(lines) + "\n")


main()
