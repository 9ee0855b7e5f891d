"""Proves what the page second-derivative-test.md claims; a test returns the numbers that the page types."""

from itertools import combinations_with_replacement

import numpy as np
import pytest
import sympy as sp

import gdlib as gd
from tests.claim import claim

X, Y, Z, T, M = sp.symbols("x y z t m", real=True)
DESCENT = gd.rules.gradient_descent


def curvatures(expression, *variables):
    """The Hessian's eigenvalues at the origin, rising, by SymPy from the formula alone."""
    hessian = sp.hessian(expression, variables).subs(dict.fromkeys(variables, 0))
    return sorted(hessian.eigenvals(multiple=True))  # each as often as it is one


def judged(expression, *variables, kind, strict=None):
    """The library's verdict at the origin, compared with the one that the calling test proves in its own way."""
    point = gd.classify(gd.Objective(expression, variables or None), at=(0,) * max(1, len(variables)))
    assert (point.kind, point.strict) == (kind, strict), point
    assert point.reason
    if variables:
        assert sorted(point.eigenvalues) == curvatures(expression, *variables)
    return point


def leading_form(expression, *variables):
    """The terms of lowest degree of a polynomial, and that degree."""
    poly = sp.Poly(expression, *variables)
    degree = min(sum(powers) for powers in poly.monoms())
    terms = [c * sp.prod(v**k for v, k in zip(variables, p, strict=True)) for p, c in poly.terms() if sum(p) == degree]
    return sum(terms), degree


@claim("every-direction")
def test_every_straight_step_leads_up_and_yet_there_is_lower_ground():
    f, radius = gd.objectives.peano, 0.001
    angles = np.radians(np.arange(360))
    values = f(radius * np.stack([np.cos(angles), np.sin(angles)], axis=-1))
    place = (0.001, 0.000002)
    assert abs(np.hypot(*place) - radius) < 1e-8
    assert 0 < np.arctan2(place[1], place[0]) < angles[1]  # between two of the directions
    value = f.expr.subs(dict(zip(f.variables, (sp.Rational(1, 1000), sp.Rational(2, 10**6)), strict=True)))
    assert value == -(sp.Rational(1, 1000) ** 4)
    return [int((values > 0).sum()), len(values), *place, float(value), f((0.0, 0.0))]


def test_the_rise_lies_between_the_two_bounds():
    """Equations rise, between and mean-curvature on a function that is no quadratic, at its minimum (1, 1)."""
    f = gd.objectives.twin_wells
    at, rng = np.array([1.0, 1.0]), np.random.default_rng(0)
    values, vectors = np.linalg.eigh(f.hess(at))
    for r in (0.1, 0.01):
        v = rng.normal(size=(200, 2))
        v /= np.linalg.norm(v, axis=1)[:, None]
        curvature = np.einsum("ki,ij,kj->k", v, f.hess(at), v)
        np.testing.assert_allclose(curvature, (v @ vectors) ** 2 @ values)
        assert (curvature >= values[0] - 1e-12).all()
        assert (curvature <= values[-1] + 1e-12).all()
        rise = f(at + r * v) - f(at)
        along = np.array([[d @ f.hess(at + s * d) @ d / 2 for s in np.linspace(0, 1, 101)] for d in r * v])
        assert (along.min(axis=1) <= rise).all()  # so some s between gives the rise itself
        assert (rise <= along.max(axis=1)).all()
        epsilon = 12 * 2 * ((1 + r) ** 2 - 1)  # how far the second derivatives, 12 x² and 12 y², move
        assert (rise >= r**2 / 2 * (curvature - epsilon)).all()
        assert (rise <= r**2 / 2 * (curvature + epsilon)).all()


@claim("eigenvalues-one-and-three")
def test_the_oblique_bowl_has_eigenvalues_one_and_three():
    expression = X**2 - X * Y + Y**2
    found = {value: list(vectors[0]) for value, _, vectors in sp.hessian(expression, (X, Y)).eigenvects()}
    assert found == {1: [1, 1], 3: [-1, 1]}
    u, v = (X + Y) / sp.sqrt(2), (X - Y) / sp.sqrt(2)
    assert sp.expand(u**2 / 2 + 3 * v**2 / 2 - expression) == 0  # positive but at 0
    judged(expression, X, Y, kind="minimum", strict=True)
    assert gd.objectives.oblique_bowl.expr == expression
    return [int(value) for value in found]


@claim("mixed-signs-decide")
def test_mixed_signs_decide_whatever_a_zero_eigenvalue_does():
    tails = [0 * Z, Z**4, -(Z**4), Z**3 + 100 * X * Z**2]
    for tail in tails:
        f = X**2 - Y**2 + tail
        assert f.subs({X: T, Y: 0, Z: 0}) == T**2
        assert f.subs({X: 0, Y: T, Z: 0}) == -(T**2)
        assert curvatures(f, X, Y, Z) == [-2, 0, 2]
        judged(f, X, Y, Z, kind="saddle")
    return [len(tails), *(int(value) for value in curvatures(X**2 - Y**2, X, Y, Z))]


@claim("inconclusive-if-invertible")
def test_an_invertible_hessian_always_decides():
    """Every combination of three signs; where a zero leaves several verdicts, each is proved by squares and powers."""
    invertible, decided, fitting = 0, 0, []
    patterns = list(combinations_with_replacement((1, 0, -1), 3))
    for signs in patterns:
        squares = sum(s * v**2 for s, v in zip(signs, (X, Y, Z), strict=True))
        zero = [v for s, v in zip(signs, (X, Y, Z), strict=True) if s == 0]
        kinds = []
        for tail in (sum(v**4 for v in zero), -sum(v**4 for v in zero), sum(v**3 for v in zero)):
            f = squares + tail
            assert sp.hessian(f, (X, Y, Z)).subs({X: 0, Y: 0, Z: 0}) == sp.diag(*(2 * s for s in signs))
            rising = [f.subs({X: a * T, Y: b * T, Z: c * T}) for a, b, c in ((1, 0, 0), (0, 1, 0), (0, 0, 1))]
            # f is a sum of one power for each variable, so their signs, on both sides of 0, are all that it can do
            ways = {sp.sign(g.subs(T, t)) for g in rising for t in (sp.Rational(1, 7), -sp.Rational(1, 7))}
            kind = {frozenset({1}): "minimum", frozenset({-1}): "maximum", frozenset({1, -1}): "saddle"}[
                frozenset(ways)
            ]
            judged(f, X, Y, Z, kind=kind, strict=None if kind == "saddle" else True)
            kinds.append(kind)
        if 0 not in signs:
            invertible += 1
            assert len(set(kinds)) == 1
        elif {1, -1} <= set(signs):
            decided += 1
            assert set(kinds) == {"saddle"}
        else:
            fitting.append(len(set(kinds)))
    assert sorted(fitting) == [2, 2, 2, 2, 3]  # all three where every eigenvalue is zero
    for one_zero in (X**2 + Y**3, X**2 + Y**4, X**2 - Y**4):  # two variables with determinant 0: the signs (1, 0)
        assert sp.hessian(one_zero, (X, Y)).subs({X: 0, Y: 0}).det() == 0
    return [len(patterns), invertible, decided + len(fitting), decided, len(fitting)]


@claim("saddle-needs-both-signs")
def test_a_saddle_needs_no_eigenvalues_of_both_signs():
    monkey, cusp = X**3 - 3 * X * Y**2, X**2 + Y**3
    assert gd.objectives.monkey_saddle.expr == monkey
    assert monkey.subs({X: T, Y: 0}) == cusp.subs({X: 0, Y: T}) == T**3  # both signs, as close as you like
    for f in (monkey, cusp):
        judged(f, X, Y, kind="saddle")
    return [int(value) for f in (monkey, cusp) for value in curvatures(f, X, Y)]


@claim("stuck-in-maxima")
def test_descent_is_thrown_out_of_maxima():
    eta, size = sp.symbols("eta lambda", positive=True)
    hilltop = -size * X**2 / 2
    assert sp.expand(X - eta * sp.diff(hilltop, X) - X * (1 + eta * size)) == 0
    lr, start = 0.1, 1e-6
    eigenvalue = int(curvatures(gd.objectives.hill.expr, *gd.objectives.hill.variables)[-1])
    run = gd.descend(gd.objectives.hill, DESCENT, start=(start, 0.0), steps=100, lr=lr)
    distance = np.linalg.norm(run.path, axis=-1)
    factor = 1 + lr * abs(eigenvalue)
    np.testing.assert_allclose(distance, start * factor**run.t, rtol=1e-12)
    still = gd.descend(gd.objectives.hill, DESCENT, start=(0.0, 0.0), steps=100, lr=lr)
    assert not still.path.any()  # a start exactly there, and no other
    return [eigenvalue, factor, start, int((distance < 1).sum()), np.log(1 / start) / np.log(factor)]


@claim("leading-forms")
def test_an_odd_leading_form_is_a_saddle_and_a_definite_one_a_minimum():
    degrees = []
    for name in ("quintic", "four_lines", "monkey_saddle"):
        f = gd.objectives[name]
        form, degree = leading_form(f.expr, *f.variables)
        assert degree % 2 == 1
        assert sp.expand(form.subs({v: -v for v in f.variables}, simultaneous=True) + form) == 0
        assert form != 0
        assert gd.classify(f, at=[0] * f.n).kind == "saddle"
        degrees.append(degree)
    assert sp.expand(leading_form(gd.objectives.four_lines.expr, X, Y)[0] - X * Y * (X + Y)) == 0
    quartic, degree = leading_form(gd.objectives.quartic_bowl.expr, X, Y)
    assert sp.expand(quartic - (X**2 + Y**2) ** 2 / 2 - (X**2 - Y**2) ** 2 / 2) == 0  # so on the circle at least 1/2
    judged(quartic, X, Y, kind="minimum", strict=True)
    least = quartic.subs({X: sp.sqrt(2) / 2, Y: sp.sqrt(2) / 2})
    return [*degrees, degree, float(least)]


@claim("forms-in-three-variables")
def test_forms_in_three_variables():
    judged(X * Y * Z, X, Y, Z, kind="saddle")
    two, three = (X**4 + Y**4 + Z**4 - a * X**2 * Y * Z for a in (2, 3))
    # With u = y² + z² and 2 y z <= u, y⁴ + z⁴ >= u²/2: at least x⁴ + u²/2 - x² u, of negative discriminant.
    u = Y**2 + Z**2
    squares = (Y**2 - Z**2) ** 2 / 2 + X**2 * (Y - Z) ** 2 + (X**2 - u / 2) ** 2 + u**2 / 4
    assert sp.expand(squares - two) == 0
    judged(two, X, Y, Z, kind="minimum", strict=True)
    place = {X: sp.root(2, 4), Y: 1, Z: 1}
    values = [sp.simplify(f.subs(place)) for f in (two, three)]
    assert values[1] < 0 < three.subs({X: 1, Y: 0, Z: 0})
    judged(three, X, Y, Z, kind="saddle")
    return [*map(float, values)]


@claim("undecided-by-the-tool")
def test_what_the_library_calls_undecided_is_decided_by_hand():
    six = X**4 * Y**2 + X**2 * Y**4 + Z**6 - 3 * X**2 * Y**2 * Z**2
    # Never negative: times x² + y² + z² it is a sum of squares, which it is not by itself.
    squares = (
        (X**2 * Y * Z - Y * Z**3) ** 2
        + (X * Y**2 * Z - X * Z**3) ** 2
        + (X**2 * Y**2 - Z**4) ** 2
        + (X * Y**3 - X**3 * Y) ** 2 / 4
        + sp.Rational(3, 4) * (X * Y**3 + X**3 * Y - 2 * X * Y * Z**2) ** 2
    )
    assert sp.expand(squares - (X**2 + Y**2 + Z**2) * six) == 0
    on_line = sp.expand(six.subs({X: T, Y: T, Z: T}))

    bracket = sp.sin(3 * X) - 3 * sp.sin(X) + 4 * sp.sin(X) ** 3
    assert sp.expand(sp.expand_trig(bracket)) == 0
    second = Y**2 - X**2 * bracket**2
    for f in (gd.Objective(six, (X, Y, Z)), gd.Objective(second, (X, Y))):
        point = gd.classify(f, at=[0] * f.n)
        assert point.kind == "undecided"
        assert point.strict is None
        assert len(point.reason) > 40
    return [float(on_line), float(sp.expand(sp.expand_trig(second)).subs(Y, 0))]


@claim("peano-lines-and-floor")
def test_peanos_function_on_lines_and_on_its_floor():
    f = gd.objectives.peano.expr
    on_line = sp.expand(f.subs(Y, M * X))
    assert sp.expand(on_line - (M**2 * X**2 - 4 * M * X**3 + 3 * X**4)) == 0
    assert sp.diff(on_line, X, 2).subs(X, 0) == 2 * M**2  # positive for m != 0
    assert on_line.subs(M, 0) == 3 * X**4
    assert f.subs({X: 0, Y: T}) == T**2
    assert sp.expand(f - ((Y - 2 * X**2) ** 2 - X**4)) == 0
    assert sp.solve(sp.diff(f, Y), Y) == [2 * X**2]
    half = on_line.subs(M, sp.Rational(1, 2))
    low, high = sorted(root for root in sp.solve(half, X) if root)
    assert (low, high) == (sp.Rational(1, 6), sp.Rational(1, 2))  # m/3 and m
    assert half.subs(X, (low + high) / 2) < 0
    floor = sp.expand(f.subs({X: T, Y: 2 * T**2}))
    assert floor == -(T**4)
    point = judged(f, X, Y, kind="saddle")
    assert curvatures(f, X, Y) == [0, 2]
    assert "2*t**2" in point.reason
    at = sp.Rational(1, 10)
    return [float(low), float(high), float(floor.subs(T, at)), float(at)]


@claim("flat-well-limits")
def test_all_derivatives_vanish_and_yet_it_is_a_minimum():
    f = gd.objectives.flat_well
    x = f.variables[0]
    limits = [sp.limit(sp.diff(f.expr, x, k), x, 0, "+-") for k in range(5)]
    # By induction on the derivatives: the slope of one term is two such terms, and each term has the limit 0.
    k = sp.Symbol("k", integer=True, nonnegative=True)
    term = x**-k * sp.exp(-1 / x**2)
    assert sp.simplify(sp.diff(term, x) - (2 * x ** (-k - 3) - k * x ** (-k - 1)) * sp.exp(-1 / x**2)) == 0
    u = sp.Symbol("u", positive=True)
    assert all(sp.limit(u**power * sp.exp(-(u**2)), u, sp.oo) == 0 for power in range(7))
    assert (f([[0.1], [-0.1], [1.0]]) > 0).all()
    point = gd.classify(f, at=(0,))
    assert (point.kind, point.strict) == ("minimum", True)
    assert "limit" in point.reason or "extended" in point.reason
    return [*map(float, limits), float(f((0.1,))), 0.1]


@claim("crossed-ridges-sign")
def test_the_crossed_ridges_are_a_maximum_that_is_not_strict():
    f = -(X**2) * Y**2
    assert gd.objectives.crossed_ridges.expr == f
    assert f.is_nonpositive
    assert f.subs(Y, 0) == f.subs(X, 0) == 0
    assert sp.hessian(f, (X, Y)).subs({X: 0, Y: 0}) == sp.zeros(2)
    point = judged(f, X, Y, kind="maximum", strict=False)
    return [*map(int, curvatures(f, X, Y)), int(point.value)]


@claim("flat-region")
def test_gradient_and_hessian_vanish_together_at_one_point_only():
    counts = set()
    for expression, variables in ((X**5, (X,)), (-(X**2) * Y**2, (X, Y)), (X * Y * (X + Y) * (1 + Y), (X, Y))):
        slope = [sp.diff(expression, v) for v in variables]
        both = sp.solve([*slope, *sp.hessian(expression, variables)], variables, dict=True)
        assert both == [dict.fromkeys(variables, 0)]
        counts.add(len(both))
    cross = sp.solve([sp.diff(-(X**2) * Y**2, v) for v in (X, Y)], (X, Y), dict=True)
    assert sorted(map(str, cross)) == ["{x: 0}", "{y: 0}"]
    for t in (sp.Rational(1, 3), -2):
        point = gd.classify(gd.objectives.crossed_ridges, at=(t, 0))
        assert (point.kind, point.strict) == ("maximum", False)
    return [counts.pop()]


@claim("flat-disk")
def test_inside_the_flat_disk_descent_never_moves():
    f = gd.objectives.flat_disk
    inside = np.random.default_rng(0).uniform(-0.7, 0.7, (200, 2))
    assert not f.grad(inside).any()
    assert not f.hess(inside).any()
    for radius in (1 - 1e-9, 1.0, 1 + 1e-9):  # twice differentiable across the rim
        assert np.abs(f.hess((radius, 0.0))).max() < 1e-7
    steps = 1000
    run = gd.descend(f, DESCENT, start=np.array([(0.5, 0.3), (2.0, 1.2)]), steps=steps, lr=0.1)
    radii = np.linalg.norm(run.path, axis=-1)
    moved = np.linalg.norm(run.path[-1] - run.path[0], axis=-1)
    assert (np.diff(radii[:, 1]) < 0).all()
    point = gd.classify(f, at=(0, 0))
    assert (point.kind, point.strict) == ("minimum", False)
    return [steps, moved[0], radii[-1, 1]]


def changes_on_circle(expression, radius):
    """How often a polynomial changes sign on a circle, exactly: by the roots of odd order in t = tan(angle/2)."""
    point = {X: radius * (1 - T**2) / (1 + T**2), Y: radius * 2 * T / (1 + T**2)}
    top, bottom = sp.fraction(sp.together(expression.subs(point, simultaneous=True)))
    assert sp.Poly(bottom, T).count_roots() == 0
    odd = [factor for factor, order in sp.factor_list(top, T)[1] if order % 2]
    count = sum(sp.Poly(factor, T).count_roots() for factor in odd)
    return int(count + count % 2)  # t does not reach the angle pi: a change there makes the number even


def turns_of_gradient(expression, radius):
    """The index, from angles so close together that the gradient cannot turn unseen between two of them."""
    count = 4000
    f = gd.Objective(expression, (X, Y))
    angles = 2 * np.pi * np.arange(count + 1) / count
    points = radius * np.stack([np.cos(angles), np.sin(angles)], axis=-1)
    slope = f.grad(points)
    fastest = 2 * np.linalg.norm(f.hess(points), axis=(1, 2)).max()  # twice what is seen at the points
    assert fastest * radius * 2 * np.pi / count < np.linalg.norm(slope, axis=1).min()
    turned = np.unwrap(np.arctan2(slope[:, 1], slope[:, 0]))
    return round((turned[-1] - turned[0]) / (2 * np.pi))


@claim("sign-changes")
def test_sign_changes_and_index_of_five_points():
    found = []
    for expression in (X**2 - Y**2, X**3 - 3 * X * Y**2, X**2 + Y**3, X**4 + Y**4, gd.objectives.peano.expr):
        pairs = set()
        for radius in (sp.Rational(1, 2), sp.Rational(1, 10)):
            pairs.add((changes_on_circle(expression, radius), turns_of_gradient(expression, float(radius))))
        assert len(pairs) == 1  # the same on a smaller circle
        ((changes, index),) = pairs
        assert index == 1 - changes // 2
        assert (gd.classify(gd.Objective(expression, (X, Y)), at=(0, 0)).kind == "saddle") == (changes > 0)
        found += [changes, index]
    return found


@pytest.mark.parametrize("k", [2, 3, 5])
def test_the_real_part_of_a_power_changes_sign_2k_times(k):
    form = sp.re(sp.expand((X + sp.I * Y) ** k))
    assert changes_on_circle(form, 1) == 2 * k
    assert turns_of_gradient(form, 1.0) == 1 - k


def test_solutions_of_the_exercises():
    for a, kind, strict in ((-3, "saddle", None), (-2, "minimum", False), (0, "minimum", True), (2, "minimum", False)):
        f = X**2 + a * X * Y + Y**2
        assert curvatures(f, X, Y) == sorted([2 + a, 2 - a])
        judged(f, X, Y, kind=kind, strict=strict)
    judged(X**2 + Y**4, X, Y, kind="minimum", strict=True)
    judged(X**2, X, Y, kind="minimum", strict=False)
    judged(X**2 + Y**3, X, Y, kind="saddle")

    a = sp.Symbol("a", real=True)
    assert sp.expand((X + Y**2) ** 2 + (a - 1) * Y**4 - (X**2 + 2 * X * Y**2 + a * Y**4)) == 0
    squares = (X + Y**2) ** 2
    for tail, kind, strict in (
        (Y**4, "minimum", True), (0, "minimum", False), (-(Y**4) / 2, "saddle", None), (Y**5, "saddle", None),
    ):  # fmt: skip
        judged(sp.expand(squares + tail), X, Y, kind=kind, strict=strict)

    start, lr = 0.01, 0.1
    stop = gd.stopping.value_below(-1.0)
    slow, fast = (
        gd.descend(gd.Objective(text), DESCENT, (start,), steps=14_000, lr=lr, stop=stop, keep=14_000).steps
        for text in ("-x**4", "-x**2")
    )
    assert slow == pytest.approx(1 / (8 * lr * start**2), rel=0.01)
    assert fast == np.ceil(np.log(1 / start) / np.log(1 + 2 * lr))

    b, w = sp.symbols("b w", real=True)
    form = X**4 + Y**4 + Z**4 - b * X**2 * Y * Z
    least = X**4 + w**2 / 2 - b * X**2 * w / 2
    rest = (Y**2 - Z**2) ** 2 / 2 + b * X**2 * (Y - Z) ** 2 / 2  # not negative for b >= 0, zero for y = z
    assert sp.expand(form - least.subs(w, Y**2 + Z**2) - rest) == 0
    edge = sp.solve(sp.discriminant(least, w).subs(X, 1), b)
    assert set(edge) == {-2 * sp.sqrt(2), 2 * sp.sqrt(2)}
    for value, kind, strict in ((sp.Rational(14, 5), "minimum", True), (sp.Rational(29, 10), "saddle", None)):
        judged(form.subs(b, value), X, Y, Z, kind=kind, strict=strict)
    at_edge = form.subs({b: 2 * sp.sqrt(2), X: sp.root(2, 4) * T, Y: T, Z: T})
    assert sp.simplify(at_edge) == 0  # a minimum, not strict: zero on a line
    point = gd.classify(gd.Objective(form.subs(b, 2 * sp.sqrt(2)), (X, Y, Z)), at=(0, 0, 0))
    assert (point.kind, point.strict) in (("minimum", False), ("undecided", None))  # never a wrong verdict


def test_on_kochs_curve_the_rise_vanishes_beside_the_distance_but_not_beside_its_square():
    corners = np.array([0, 1], dtype=complex)
    turn = np.exp(1j * np.pi / 3)
    for n in range(1, 7):
        side = np.diff(corners) / 3
        new = [corners[:-1], corners[:-1] + side, corners[:-1] + side * (1 + turn), corners[:-1] + 2 * side]
        corners = np.append(np.stack(new).T.ravel(), corners[-1])
        assert len(corners) == 4**n + 1
        np.testing.assert_allclose(np.abs(np.diff(corners)), 3.0**-n)
        # Not only between neighbours: over any distance the rise is at most a multiple of its power ln 4 / ln 3 > 1.
        heights = np.arange(len(corners)) / 4**n
        few = np.unique(np.linspace(0, len(corners) - 1, 120).astype(int))
        far = np.abs(corners[few, None] - corners[None, few])
        rise = np.abs(heights[few, None] - heights[None, few])
        apart = far > 0
        assert (rise[apart] <= 4 * far[apart] ** (np.log(4) / np.log(3))).all()
