"""Random polynomials of degree 2 to 6 in 1 to 3 variables: no verdict and no "complete" that dense sampling contradicts.

The referee knows nothing of the search: it moves the polynomial to each reported point and looks at its sign on spheres
and bent curves about it, starts Newton's method from many places, and counts how often the gradient turns on the border
of a window (which must be the sum of its turns about the points inside).
"""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import sympy as sp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import gdlib as gd

NAMES = ["x", "y", "z"]
REACH = 4.0


@st.composite
def polynomials(draw, most_variables=3):
    """Of any shape, and of shapes that make degenerate points and curves: products, squares, sums of even powers."""
    n = draw(st.integers(1, most_variables))
    symbols = sp.symbols(NAMES[:n], real=True)
    small = st.integers(-4, 4)

    def any_poly(degree, terms):
        powers = st.tuples(*([st.integers(0, degree)] * n)).filter(lambda p: sum(p) <= degree)
        chosen = draw(st.lists(st.tuples(small, powers), min_size=1, max_size=terms))
        return sp.Add(*(c * sp.Mul(*(s**k for s, k in zip(symbols, p, strict=True))) for c, p in chosen))

    shape = draw(st.sampled_from(["any", "any", "dense", "product", "square", "squares", "homogeneous"]))
    if shape == "any":
        f = any_poly(draw(st.integers(2, 6)), 7)
    elif shape == "dense":
        f = any_poly(draw(st.integers(2, 4)), 15)
    elif shape == "product":
        f = any_poly(2, 3) * any_poly(2, 3) * any_poly(2, 2)
    elif shape == "square":
        f = any_poly(3, 3) ** 2
    elif shape == "squares":
        f = any_poly(3, 3) ** 2 + any_poly(2, 2) ** 2 * draw(st.sampled_from([1, 1, -1]))
    else:
        degree = draw(st.integers(2, 6))
        powers = [p for p in itertools.product(range(degree + 1), repeat=n) if sum(p) == degree]
        chosen = draw(st.lists(st.tuples(small, st.sampled_from(powers)), min_size=1, max_size=5))
        f = sp.Add(*(c * sp.Mul(*(s**k for s, k in zip(symbols, p, strict=True))) for c, p in chosen))
    return sp.expand(f), symbols


def moved(f, symbols, location):
    """f - f(p) as powers and coefficients in the displacement, worked out to 60 digits before it becomes floats."""
    shifted = f.subs({s: s + sp.N(c, 60) for s, c in zip(symbols, location, strict=True)}, simultaneous=True)
    poly = sp.Poly(sp.expand(shifted), *symbols)
    size = max(abs(c) for c in poly.coeffs())
    terms = {p: float(c) for p, c in poly.terms() if sum(p) and abs(c) > size * sp.Float(10) ** -40}
    return np.array(list(terms) or [(0,) * len(symbols)]), np.array(list(terms.values()) or [0.0])


def signs_about(powers, values, n, rng):
    """The signs of the moved polynomial close to the point, where they are above round-off."""
    straight = rng.standard_normal((3000, n))
    straight = np.concatenate([straight / np.linalg.norm(straight, axis=1)[:, None], np.eye(n), -np.eye(n)])
    found = set()
    for r in (3e-3, 1e-3):
        bent = [straight * r]
        for weights in itertools.product((1, 2, 3), repeat=n):  # the points (c1 r^w1, c2 r^w2, ...)
            bent.append(rng.uniform(-4, 4, (800, n)) * r ** np.array(weights))
        points = np.concatenate(bent)
        parts = np.prod(points[:, None, :] ** powers, -1) * values
        total, size = parts.sum(-1), np.abs(parts).sum(-1)
        clear = np.abs(total) > 1e-11 * size
        found |= set(np.sign(total[clear]).astype(int).tolist())
    return found


def newton_ends(f, starts):
    """Where Newton's method on the gradient ends, and is regular there."""
    points = starts.copy()
    with np.errstate(all="ignore"):
        for _ in range(60):
            g, h = f.grad(points), f.hess(points)
            good = np.isfinite(h).all((-1, -2)) & (np.abs(np.linalg.det(np.nan_to_num(h))) > 1e-9)
            step = np.zeros_like(points)
            step[good] = np.linalg.solve(h[good], g[good][..., None])[..., 0]
            points = points - step
        still = good & (
            np.abs(step).max(-1) < 1e-11
        )  # near a degenerate point Newton's method creeps, and has not ended
        g, h = f.grad(points), f.hess(points)
        smallest = np.abs(np.linalg.eigvalsh(np.nan_to_num(h))).min(-1)
        size = 1 + np.abs(np.nan_to_num(h)).max((-1, -2))
        ended = still & (np.abs(g).max(-1) < 1e-9 * size) & (smallest > 1e-5 * size) & (np.abs(points).max(-1) < REACH)
    return points[ended]


def turns(f, corners):
    """How often the gradient turns along a closed polygon (None if it comes too near 0 to count)."""
    path = np.concatenate(
        [np.linspace(a, b, 4000, endpoint=False) for a, b in itertools.pairwise([*corners, corners[0]])]
    )
    g = f.grad(path)
    angle = np.angle(g[:, 0] + 1j * g[:, 1])
    steps = np.diff(np.append(angle, angle[0]))
    steps = (steps + np.pi) % (2 * np.pi) - np.pi
    return None if np.abs(steps).max() > 1.0 else round(steps.sum() / (2 * np.pi))


def square(centre, half):
    x, y = centre
    return np.array([(x - half, y - half), (x + half, y - half), (x + half, y + half), (x - half, y + half)])


def referee(f_expr, symbols, seconds=20.0):
    """Compares what the search says with what sampling sees; returns what it said, for statistics."""
    n = len(symbols)
    if not f_expr.free_symbols:
        return None
    f = gd.Objective(f_expr, variables=symbols)
    found = gd.stationary_points(f, seconds=seconds)
    rng = np.random.default_rng(1)
    places = np.array([[float(sp.N(c, 20)) for c in p.location] for p in found]).reshape(-1, n)
    for point, place in zip(found, places, strict=True):
        assert np.abs(f.grad(place)).max() <= 1e-7 * (1 + np.abs(f.hess(place)).max()), (f_expr, point)
        signs = signs_about(*moved(f_expr, symbols, point.location), n, rng)
        about = (f_expr, point, signs)
        if point.kind == "minimum":
            assert -1 not in signs, about
        elif point.kind == "maximum":
            assert 1 not in signs, about
        elif point.kind == "saddle":
            assert signs == {1, -1}, about
        if point.strict:
            assert signs, about
    if found.complete:
        if not found.curves:
            for end in newton_ends(f, rng.uniform(-REACH, REACH, (400, n))):
                assert len(places), (f_expr, end)
                assert np.abs(places - end).max(-1).min() < 1e-5, (f_expr, end, found)
        if n == 2 and not found.curves:
            hopf(f, f_expr, places)
    for curve in found.curves:
        parameters = sorted(curve.free_symbols, key=str)
        gradient = [sp.diff(f_expr, s) for s in symbols]
        for value in (sp.Rational(3, 7), sp.Rational(-5, 3)):
            at = [c.subs(dict.fromkeys(parameters, value)) for c in curve]
            if all(sp.N(c).is_real for c in at):
                slope = [sp.N(g.subs(dict(zip(symbols, at, strict=True))), 30) for g in gradient]
                assert all(abs(s) < 1e-15 for s in slope), (f_expr, curve)
    return found


def hopf(f, f_expr, places):
    """The turns of the gradient on a window's border are the sum of those about the points inside."""
    half = REACH + 0.1234
    if len(places) and np.abs(np.abs(places) - half).min() < 1e-3:
        return
    outer = turns(f, square((0.0, 0.0), half))
    inside = places[(np.abs(places) < half).all(-1)]
    gaps = [min((np.abs(p - q).max() for q in places if q is not p and (q != p).any()), default=1.0) for p in inside]
    inner = [turns(f, square(p, min(gap / 3, 1e-2))) for p, gap in zip(inside, gaps, strict=True)]
    if outer is not None and None not in inner:
        assert outer == sum(inner), (f_expr, places, outer, inner)


@settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(polynomials(most_variables=2))
def test_no_verdict_that_sampling_contradicts(pair):
    referee(*pair)


@pytest.mark.slow
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(polynomials())
def test_no_verdict_that_sampling_contradicts_in_many_polynomials(pair):
    referee(*pair)
