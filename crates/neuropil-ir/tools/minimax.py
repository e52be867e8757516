"""Weighted minimax polynomials by the Remez exchange, in many digits (needs mpmath)."""

from mpmath import mp, mpf, matrix, lu_solve, cos, pi, linspace

mp.dps = 60


def minimax(f, w, a, b, degree, steps=12):
    """Coefficients (constant first) of p minimising max |w (f - p)| on [a, b], and that maximum."""
    a, b = mpf(a), mpf(b)
    n = degree + 2
    xs = [(a + b) / 2 - (b - a) / 2 * cos(pi * (2 * i + 1) / (2 * n)) for i in range(n)]
    centre, half = (a + b) / 2, (b - a) / 2
    for _ in range(steps):
        # Chebyshev basis for conditioning; unknowns: coefficients and the levelled error.
        m, rhs = matrix(n, n), matrix(n, 1)
        for i, x in enumerate(xs):
            u = (x - centre) / half
            t0, t1 = mpf(1), u
            for j in range(degree + 1):
                m[i, j] = t0
                t0, t1 = t1, 2 * u * t1 - t0
            m[i, degree + 1] = (-1) ** i / w(x)
            rhs[i] = f(x)
        sol = lu_solve(m, rhs)

        def err(x):
            u = (x - centre) / half
            t0, t1, s = mpf(1), u, mpf(0)
            for j in range(degree + 1):
                s += sol[j] * t0
                t0, t1 = t1, 2 * u * t1 - t0
            return w(x) * (f(x) - s)

        # New reference: one extremum between neighbouring sign changes.
        grid = [centre - half * cos(pi * i / (40 * n)) for i in range(40 * n + 1)]
        es = [err(x) for x in grid]
        groups, current = [], [0]
        for i in range(1, len(grid)):
            if es[i] * es[current[-1]] < 0:
                groups.append(current)
                current = [i]
            else:
                current.append(i)
        groups.append(current)
        best = [max(g, key=lambda i: abs(es[i])) for g in groups]
        while len(best) > n:
            best = best[1:] if abs(es[best[0]]) < abs(es[best[-1]]) else best[:-1]
        if len(best) < n:
            break
        xs = [grid[i] for i in best]
        worst, least = max(abs(es[i]) for i in best), min(abs(es[i]) for i in best)
        if worst < least * mpf("1.01"):
            break
    # To the monomial basis.
    from_t = [[mpf(1)], [mpf(0), mpf(1)]]
    for j in range(2, degree + 1):
        prev = [mpf(0)] + [2 * c for c in from_t[-1]]
        for i, c in enumerate(from_t[-2]):
            prev[i] -= c
        from_t.append(prev)
    inu = [mpf(0)] * (degree + 1)
    for j in range(degree + 1):
        for i, c in enumerate(from_t[j]):
            inu[i] += sol[j] * c
    out = [mpf(0)]
    for c in reversed(inu):  # Horner in u = (x - centre)/half
        new = [mpf(0)] * (len(out) + 1)
        for i, v in enumerate(out):
            new[i] -= v * centre / half
            new[i + 1] += v / half
        new[0] += c
        out = new
    return out[: degree + 1], max(abs(e) for e in es)


def rational(f, w, a, b, m, n, steps=25):
    """Coefficients of p (degree m) and q (degree n, q(0) = 1) with max |w (f - p/q)| smallest.

    The exchange of `minimax` with the levelled equations linearised in q from round to round.
    """
    a, b = mpf(a), mpf(b)
    count = m + n + 2
    xs = [(a + b) / 2 - (b - a) / 2 * cos(pi * (2 * i + 1) / (2 * count)) for i in range(count)]
    grid = [(a + b) / 2 - (b - a) / 2 * cos(pi * i / (16 * count)) for i in range(16 * count + 1)]
    fg, wg = [f(x) for x in grid], [w(x) for x in grid]
    q = [mpf(1)] + [mpf(0)] * n
    best = None
    for step in range(steps):
        for _ in range(6 if step == 0 else 3):
            mat, rhs = matrix(count, count), matrix(count, 1)
            for i, x in enumerate(xs):
                fx, qx = f(x), sum(c * x**j for j, c in enumerate(q))
                for j in range(m + 1):
                    mat[i, j] = x**j
                for j in range(1, n + 1):
                    mat[i, m + j] = -fx * x**j
                mat[i, m + n + 1] = (-1) ** i * qx / w(x)
                rhs[i] = fx
            sol = lu_solve(mat, rhs)
            q = [mpf(1)] + [sol[m + j] for j in range(1, n + 1)]
        p = [sol[j] for j in range(m + 1)]

        def val(x):
            return sum(c * x**j for j, c in enumerate(p)) / sum(c * x**j for j, c in enumerate(q))

        es = [wi * (fi - val(x)) for x, fi, wi in zip(grid, fg, wg)]
        worst = max(abs(e) for e in es)
        if best is None or worst < best[2]:
            best = (p, q, worst)
        groups, current = [], [0]
        for i in range(1, len(grid)):
            if es[i] * es[current[-1]] < 0:
                groups.append(current)
                current = [i]
            else:
                current.append(i)
        groups.append(current)
        peaks = [max(g, key=lambda i: abs(es[i])) for g in groups]
        while len(peaks) > count:
            peaks = peaks[1:] if abs(es[peaks[0]]) < abs(es[peaks[-1]]) else peaks[:-1]
        if len(peaks) < count:
            break
        xs = [grid[i] for i in peaks]
        if worst < min(abs(es[i]) for i in peaks) * mpf("1.02"):
            break
    return best
