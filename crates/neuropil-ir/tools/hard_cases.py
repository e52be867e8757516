"""Prints the hardest arguments known for f64 with their exact values, for `tests/functions.rs`.

    python3 hard_cases.py

`WORST` are the arguments of the largest errors found among some millions for each function, with
113 binary digits as the oracle; for `tanh`, `sigmoid`, `softplus` and `tan` there are also some at
which simpler programs do worst. `nearest` are floats next to multiples of pi/2, from continued
fractions.
A line is `function,x,hi,lo` as in the golden tables.
"""

import math
import struct
from mpmath import mp, mpf, floor, nint
import mpmath as m

mp.prec = 400
EXACT = {
    "exp": m.exp,
    "expm1": m.expm1,
    "exprel": lambda x: m.expm1(x) / x,
    "linexp": lambda x: -x / m.expm1(-x),
    "log": m.log,
    "log1p": m.log1p,
    "tanh": m.tanh,
    "sigmoid": lambda x: 1 / (1 + m.exp(-x)),
    "softplus": lambda x: m.log1p(m.exp(x)),
    "sin": m.sin,
    "cos": m.cos,
    "tan": m.tan,
    "erf": m.erf,
    "normal_cdf": lambda x: m.erfc(-x / m.sqrt(2)) / 2,
}
WORST = {
    "exp": ["0x1.9dca3fda21c34p+8"],
    "expm1": ["0x1.6f297bff8f3c3p-2"],
    "exprel": ["-0x1.630d331d7dd2cp-2"],
    "linexp": ["-0x1.70e88ff14e8b8p-2"],
    "log": ["0x1.67eefbc170685p+0"],
    "log1p": ["0x1.9960e90b76bdap-2"],
    "tanh": ["0x1.f186b00defcacp-4", "0x1.bb9adddb2c0a1p-3"],
    "sigmoid": ["-0x1.95bfb768e163bp-2", "-0x1.364baae51c58p+2"],
    "softplus": ["-0x1.4a2d51a51bb43p+0", "-0x1.0692817265c38p+1"],
    "sin": ["0x1.48eaf709eff0bp+43"],
    "cos": ["0x1.b06fc5bbc2667p+43"],
    "tan": ["0x1.bdc7edca4c1f4p+43", "0x1.2332305718635p+21", "0x1.11c867f289d11p+42"],
    "erf": ["0x1.038578a18330fp+0"],
    "normal_cdf": ["-0x1.564a6e8777bbep+1"],
}


def nearest(exponent):
    """The float of a binade whose quotient by pi/2 is nearest to an integer, with the distance."""
    step = mpf(2) ** (exponent - 52)
    ratio = step * 2 / mp.pi
    rest, best = ratio, None
    before, last = 1, 0  # denominators of the convergents
    while last < 2**54:
        whole = int(floor(rest))
        # Those between two convergents, and multiples of the one before.
        some = [before + j * last for j in range(max(1, whole - 200), whole + 1)]
        some += [j * last for j in range(1, 200)]
        for n in some:
            if 2**52 <= n < 2**53:
                distance = abs(n * ratio - nint(n * ratio))
                if best is None or distance < best[0]:
                    best = (distance, float(n * step))
        before, last = last, whole * last + before
        rest = 1 / (rest - whole)
    return best


def bits(x):
    return "%016x" % struct.unpack("<Q", struct.pack("<d", x))[0]


def line(name, x):
    value = EXACT[name](mpf(x))
    hi = float(value)
    low = float((value - mpf(hi)) / mpf(math.ulp(hi)))
    print(f"{name},{bits(x)},{bits(hi)},{low:.4g}")


def main():
    for name, arguments in WORST.items():
        for x in arguments:
            line(name, float.fromhex(x))
    close = sorted(found for found in map(nearest, range(2, 44)) if found)
    late = [found for found in close if found[1] >= 2.0**30]
    for x in [x for _, x in close[:3] + late[:4]] + [2.0**44]:
        for name in ("sin", "cos", "tan"):
            line(name, x)


main()
