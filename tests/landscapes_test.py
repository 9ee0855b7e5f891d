"""What the catalogue says of its landscapes, proved without a solver: every stationary point, its kind, and no other."""

import math
import re

import mpmath
import numpy as np
import pytest
import sympy as sp

import gdlib as gd
from gdlib.trace.formula import node_of
from tests.conftest import ROOT
from tests.interval_proof import boxes_left, edge, regular_box, ring, turns
from tests.tables import each_objective

CATALOGUE = list(gd.objectives)
DIGITS = 40
POINTS = [
    pytest.param(f, p, id=f"{f.name} {tuple(round(x, 3) for x in p.point)}") for f in CATALOGUE for p in f.stationary
]
SETS = [pytest.param(f, s, id=f"{f.name} {s.location}") for f in CATALOGUE for s in f.stationary_sets]
DEGENERATE = [one for one in POINTS if one.values[1].reason]


def exact(f, location) -> dict:
    return dict(zip(f.variables, (sp.sympify(x).evalf(DIGITS) for x in location), strict=True))


def curvatures_at(f, point) -> list:
    """The Hessian's eigenvalues, in 40 digits."""
    with mpmath.workdps(DIGITS):
        return list(
            mpmath.eigsy(mpmath.matrix(f.hessian.subs(exact(f, point.location)).evalf(DIGITS)), eigvals_only=True)
        )


@pytest.mark.parametrize(("f", "point"), POINTS)
def test_the_gradient_vanishes_there(f, point):
    """To 40 digits where the location is exact; a location in floats is the double nearest to Newton's limit."""
    at = exact(f, point.location)
    if f.singular and point.point == f.singular[0][0]:
        x = f.variables[0]
        assert all(sp.limit(sp.diff(f.expr, x, k), x, 0, side) == 0 for k in range(4) for side in "+-")
    elif not any(x.has(sp.Float) for x in point.location):
        assert all(
            sp.simplify(slope.subs(dict(zip(f.variables, point.location, strict=True)))) == 0 for slope in f.gradient
        )
    else:
        for _ in range(4):
            step = f.hessian.subs(at).evalf(DIGITS).LUsolve(f.gradient.subs(at).evalf(DIGITS))
            at = {v: (x - s).evalf(DIGITS) for (v, x), s in zip(at.items(), step, strict=True)}
        assert max(abs(entry) for entry in step) < 1e-30
        assert [float(x) for x in at.values()] == list(point.point)


@pytest.mark.parametrize(("f", "point"), [one for one in POINTS if not one.values[1].reason])
def test_the_hessians_eigenvalues_decide_its_kind(f, point):
    curvatures = curvatures_at(f, point)
    assert {int(mpmath.sign(value)) for value in curvatures} == {"minimum": {1}, "maximum": {-1}, "saddle": {1, -1}}[
        point.kind
    ]
    assert all(abs(value) > 1e-3 for value in curvatures)
    assert point.strict is (None if point.kind == "saddle" else True)


def circle(n: int, radius: float, count: int = 20_000) -> np.ndarray:
    """Points at one distance from the origin; in the plane evenly, in more variables at random."""
    if n == 1:
        return np.array([[radius], [-radius]])
    if n == 2:
        angles = np.linspace(0, 2 * np.pi, count, endpoint=False)
        return radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    directions = np.random.default_rng(0).standard_normal((count, n))
    return radius * directions / np.linalg.norm(directions, axis=1, keepdims=True)


@pytest.mark.parametrize(("f", "point"), DEGENERATE)
def test_where_the_hessian_does_not_decide_the_values_about_it_are_as_said(f, point):
    if not f.singular:
        assert min(abs(value) for value in curvatures_at(f, point)) < 1e-30
    here = 0.0 if f.singular else float(f(point.point))
    for radius in (0.2, 0.1, 0.05):
        beside = f(np.array(point.point) + circle(f.n, radius)) - here
        higher, lower = bool((beside > 0).any()), bool((beside < 0).any())
        assert (higher, lower) == {"minimum": (True, False), "maximum": (False, True), "saddle": (True, True)}[
            point.kind
        ]
        assert (beside != 0).all() == bool(point.strict) or point.kind == "saddle"


CERTIFICATES = [  # a reason as the entry words it, what it says in symbols, and what that has to be
    ("monkey_saddle", "f(t, 0) = t**3", lambda f, t: f(t, 0) - t**3),
    ("monkey_saddle", "f(-x, -y) = -f(x, y)", lambda f, t: f(-t, -sp.Symbol("u")) + f(t, sp.Symbol("u"))),
    ("peano", "f(t, 2*t**2) = -t**4", lambda f, t: f(t, 2 * t**2) + t**4),
    ("peano", "f(0, t) = t**2", lambda f, t: f(0, t) - t**2),
    ("quintic", "f(t) = t**5", lambda f, t: f(t) - t**5),
    ("four_lines", "f(t, t) = 2*t**3*(1 + t)", lambda f, t: f(t, t) - 2 * t**3 * (1 + t)),
    ("shoulder", "f(t) = -t**3*(4 - 3*t)", lambda f, t: f(t) + t**3 * (4 - 3 * t)),
]  # fmt: skip


@pytest.mark.parametrize(("name", "words", "difference"), CERTIFICATES)
def test_the_reasons_are_true(name, words, difference):
    f = gd.objectives[name]
    assert any(words in point.reason for point in f.stationary)
    assert sp.expand(difference(sp.Lambda(f.variables, f.expr), sp.Symbol("t"))) == 0


# ------------------------------------------------------------------ and no other


def graphs(f):
    names = [v.name for v in f.variables]
    inputs = f._inputs
    return list(f.graphs.gradient), [node_of(entry, inputs) for entry in f.hessian], names


# Where the gradient vanishes on sets, or a formula is singular, or n is large, completeness has a proof of its own below.
BY_INTERVALS = [f for f in CATALOGUE if f.n <= 2 and not f.stationary_sets and f.name != "flat_well"]


@pytest.mark.parametrize("f", BY_INTERVALS, ids=lambda f: f.name)
def test_no_other_stationary_point_lies_in_the_window(f):
    """Outside boxes about the listed points no slope meets 0; in each box the gradient is one to one, or elimination
    leaves one root."""
    slopes, curvatures, names = graphs(f)
    size = max(high - low for low, high in f.window)
    known = [(point, 0.05) for point, _ in f.singular]
    for point in f.stationary:
        if point.reason:
            half = 2.0**-7
            only_root_by_elimination(f, point, half)
        else:
            half = regular_box(curvatures, names, point.point, size / 8)
        known.append((point.point, half))
    assert boxes_left(slopes, names, f.window, known).size == 0
    for centre, half in known[: len(f.singular)]:  # at the kink f grows along every ray
        for radius in np.linspace(half / 50, 1.5 * half, 40):
            ray = circle(f.n, radius, 400)
            assert ((ray * f.grad(np.array(centre) + ray)).sum(axis=1) > 0).all()


def only_root_by_elimination(f, point, half):
    """With all variables but one eliminated exactly, that one has no other root within `half`."""
    slopes = [sp.Poly(slope, *f.variables).as_expr() for slope in f.gradient]
    for variable, at in zip(f.variables, point.location, strict=True):
        left = slopes[0] if f.n == 1 else sp.resultant(*slopes, next(v for v in f.variables if v != variable))
        radius = sp.Rational(half)
        assert sp.Poly(sp.factor(left), variable).sqf_part().count_roots(at - radius, at + radius) == 1


@pytest.mark.parametrize("f", [f for f in BY_INTERVALS if f.n == 2], ids=lambda f: f.name)
def test_indices_sum_to_the_turns_of_the_gradient_around_the_window(f):
    """Poincaré and Hopf: around the window the gradient turns as often as the indices of the points inside say."""
    indices = []
    for point in f.stationary:
        if point.reason:
            indices.append(turns(f.grad, ring(point.point, 2.0**-7)))
        else:
            indices.append(int(np.sign(np.linalg.det(f.hess(point.point)))))
    for place, _ in f.singular:  # a kink from which f grows along every ray counts as a minimum does
        indices.append(turns(f.grad, ring(place, 2.0**-7)))
        assert indices[-1] == 1
    assert turns(f.grad, edge(f.window)) == sum(indices)
    if f.name in INDICES:
        assert indices[0] == INDICES[f.name]


INDICES = {"monkey_saddle": -2, "peano": -1, "quartic_bowl": 1, "saddle": -1, "hill": 1}


@pytest.mark.parametrize("f", [f for f in BY_INTERVALS if f.n == 1], ids=lambda f: f.name)
def test_the_slope_changes_its_sign_at_the_extrema_alone(f):
    ((low, high),) = f.window
    signs = np.sign(f.grad(np.linspace(low, high, 100_003)[:, None])[:, 0])
    assert (signs[[0, -1]] != 0).all()
    signs = signs[signs != 0]
    changes = signs[1:][signs[1:] != signs[:-1]].tolist()
    kinds = [point.kind for point in sorted(f.stationary, key=lambda one: one.point) if point.kind != "saddle"]
    assert changes == [1.0 if kind == "minimum" else -1.0 for kind in kinds]


def test_the_flat_well_rises_on_both_sides():
    """x³ f'(x) = 2 f(x) > 0 but at 0."""
    f = gd.objectives.flat_well
    (x,) = f.variables
    assert sp.simplify(x**3 * f.gradient[0] - 2 * f.expr) == 0


def test_powells_function_has_one_stationary_point():
    """x·∇f is a sum of the same even powers of four independent forms: it is 0 at the origin alone."""
    f = gd.objectives.powell_singular
    a, b, c, d = f.variables
    forms = sp.Matrix([a + 10 * b, c - d, b - 2 * c, a - d])
    assert sp.expand(f.expr - (forms[0] ** 2 + 5 * forms[1] ** 2 + forms[2] ** 4 + 10 * forms[3] ** 4)) == 0
    along = sum(v * slope for v, slope in zip(f.variables, f.gradient, strict=True))
    assert sp.expand(along - (2 * forms[0] ** 2 + 10 * forms[1] ** 2 + 4 * forms[2] ** 4 + 40 * forms[3] ** 4)) == 0
    assert forms.jacobian(f.variables).rank() == 4
    assert np.linalg.matrix_rank(f.hess(np.zeros(4))) == 2


# ------------------------------------------------------------------ curves and regions


def points_of(f, one, count=60) -> np.ndarray:
    """Points of a set that lie in the window."""
    steps = [np.linspace(max(low, -3.0), min(high, 3.0), count) for low, high in one.ranges.values()]
    chosen = np.stack([grid.ravel() for grid in np.meshgrid(*steps)], axis=0)
    with np.errstate(all="ignore"):
        columns = [
            np.broadcast_to(sp.lambdify(list(one.ranges), part)(*chosen), chosen.shape[1:]) for part in one.location
        ]
    found = np.stack(columns, axis=1).astype(float)
    low, high = np.array(f.window).T
    return found[np.all((found >= low) & (found <= high), axis=1)]


@pytest.mark.parametrize(("f", "one"), SETS)
def test_a_set_is_level_stationary_and_of_its_kind_but_never_strictly(f, one):
    points = points_of(f, one)
    assert len(points) >= 30
    np.testing.assert_allclose(f.grad(points), 0, atol=1e-12)
    values = f(points)
    np.testing.assert_allclose(values, values[0], atol=1e-14)
    sign = 1.0 if one.kind == "minimum" else -1.0
    beside = f(points[:, None, :] + circle(2, 1e-3, 400))
    assert (sign * (beside - values[:, None]) >= -1e-15).all()
    assert (sign * (beside - values[:, None]) > 1e-15).any()
    if not isinstance(f.expr, sp.Piecewise):  # the flat disk's own test is below
        at = dict(zip(f.variables, one.location, strict=True))
        assert [sp.simplify(slope.subs(at)) for slope in f.gradient] == [0, 0]


@pytest.mark.parametrize("name", ["crossed_ridges", "trough", "four_valleys"])
def test_the_gradient_vanishes_on_the_sets_alone(name):
    """|∇f|² factors into powers of the sets' own equations, and of x² + y², which is 0 where the axes cross."""
    f = gd.objectives[name]
    x, y = f.variables
    found = set()
    for factor, _ in sp.factor_list(sum(slope**2 for slope in f.gradient))[1]:
        if sp.expand(factor - (x**2 + y**2)) == 0:
            continue
        curves = [
            s for s in f.stationary_sets if sp.simplify(factor.subs(dict(zip((x, y), s.location, strict=True)))) == 0
        ]
        assert len(curves) == 1
        (t,) = curves[0].ranges
        solved = [y, *sp.solve(factor, y)] if factor.has(y) else [x, *sp.solve(factor, x)]
        other = next(v for v in (x, y) if v != solved[0])
        place = 1 if solved[0] == y else 0
        if curves[0].location[1 - place] == t:  # the curve is the graph of its one solution
            assert [sp.simplify(s.subs(other, t) - curves[0].location[place]) for s in solved[1:]] == [0]
        found.add(curves[0])
    assert len(found) == len(f.stationary_sets)


def test_outside_the_flat_disk_every_ray_rises():
    f = gd.objectives.flat_disk
    x, y = f.variables
    outside = f.expr.args[-1].expr
    radius = sp.sqrt(x**2 + y**2)
    assert sp.simplify(x * sp.diff(outside, x) + y * sp.diff(outside, y) - 3 * radius * (radius - 1) ** 2) == 0
    assert f([1.0, 0.0]) == f([0.0, 0.0]) == 0.0
    assert f.grad([0.0, 0.0]).tolist() == [0.0, 0.0]
    assert f.hess([0.0, 0.0]).tolist() == [[0.0, 0.0], [0.0, 0.0]]


# ------------------------------------------------------------------ any n, and the other facts


@pytest.mark.parametrize("name", ["styblinski_tang", "rastrigin"])
def test_stationary_points_of_a_sum_over_the_coordinates_are_those_of_one_coordinate_combined(name):
    f = gd.objectives[name]
    one = f.with_n(1)
    slopes, curvatures, names = graphs(one)
    known = [(p.point, regular_box(curvatures, names, p.point, 0.5)) for p in one.stationary]
    assert boxes_left(slopes, names, one.window, known).size == 0
    for n in (2, 3):
        wider = f.with_n(n)
        assert all(wider.hessian[i, j] == 0 for i in range(n) for j in range(n) if i != j)
        single = {p.point[0] for p in one.stationary}
        assert {p.point for p in wider.stationary} == {
            tuple(c) for c in np.stack(np.meshgrid(*[sorted(single)] * n), -1).reshape(-1, n).tolist()
        }
        for point in wider.stationary:
            signs = set(np.sign(np.linalg.eigvalsh(wider.hess(point.point))).tolist())
            assert signs == {"minimum": {1.0}, "maximum": {-1.0}, "saddle": {1.0, -1.0}}[point.kind]
    assert f.with_n(10).stationary is None


ROUND = {  # each slope divided by its own coordinate: of one sign, and 0 at most where that coordinate is
    "bowl": lambda x, square: 2,
    "hill": lambda x, square: -2,
    "quartic_bowl": lambda x, square: 4 * x**2,
    "plateau": lambda x, square: 2 / (1 + square) ** 2,
}


@pytest.mark.parametrize("name", ROUND)
def test_the_round_ones_have_one_stationary_point_in_any_number_of_variables(name):
    for n in (1, 3, 7):
        f = gd.objectives[name].with_n(n)
        (point,) = f.stationary
        assert (point.kind, point.point) == (gd.objectives[name].stationary[0].kind, (0.0,) * n)
        square = sum(x**2 for x in f.variables)
        for x, slope in zip(f.variables, f.gradient, strict=True):
            assert sp.factor(slope - x * ROUND[name](x, square)) == 0


def test_what_is_not_known_is_none():
    assert gd.objectives.rosenbrock.with_n(3).stationary is None
    assert gd.objectives.rosenbrock.with_n(3).stationary_sets is None
    assert gd.objectives.ackley.with_n(3).stationary is None
    assert all(f.stationary is not None and f.stationary_sets is not None for f in CATALOGUE)


LISTS = {  # of the literature and of the book: minima, saddles, maxima
    "himmelblau": (4, 4, 1), "beale": (1, 2, 0), "three_hump_camel": (3, 2, 0), "six_hump_camel": (6, 7, 2),
    "monkey_saddle": (0, 1, 0), "twin_wells": (2, 1, 0), "four_lines": (0, 3, 1), "rosenbrock": (1, 0, 0),
    "styblinski_tang": (4, 4, 1), "goldstein_price": (4, 4, 1),
}  # fmt: skip


@pytest.mark.parametrize("name", LISTS)
def test_as_many_points_of_each_kind_as_the_book_says(name):
    kinds = [point.kind for point in gd.objectives[name].stationary]
    assert tuple(kinds.count(kind) for kind in ("minimum", "saddle", "maximum")) == LISTS[name]


@each_objective
def test_locations_differ_and_lie_in_the_window(objective):
    low, high = np.array(objective.window).T
    places = np.array([point.point for point in objective.stationary]).reshape(-1, objective.n)
    assert ((places >= low) & (places <= high)).all()
    for k, place in enumerate(places):
        assert np.abs(np.delete(places, k, axis=0) - place).max(axis=1, initial=1.0).min(initial=1.0) > 1e-3


@each_objective
def test_a_landscape_says_where_it_holds_and_where_it_comes_from(objective):
    f = objective
    assert f.summary.endswith(".")
    assert "\n" not in f.summary
    assert f.title
    assert f.title.replace("_", " ") != ""
    for (low, high), (left, right) in zip(f.domain, f.window, strict=True):
        assert low <= left < right <= high
    sample = np.random.default_rng(3).uniform(*np.clip(np.array(f.domain).T, -50, 50), (2000, f.n))
    assert np.isfinite(f(sample)).all()
    assert np.isfinite(f.grad(sample)).all()
    for place, words in f.singular:
        assert not np.isfinite(f.grad(place)).all()
        assert words
    text = (ROOT / "book" / "references.bib").read_text(encoding="utf-8")
    if re.fullmatch(r"[a-z]+\d{4}", f.source):
        assert f"{{{f.source}," in text


def test_the_catalogue_is_the_size_and_shape_the_book_needs():
    names = gd.objectives.names
    assert names[:13] == (
        "bowl", "hill", "saddle", "ravine", "rosenbrock", "himmelblau", "beale", "three_hump_camel",
        "six_hump_camel", "monkey_saddle", "peano", "quintic", "flat_disk",
    )  # fmt: skip
    assert len(names) >= 26
    assert {f.n for f in gd.objectives} == {1, 2, 4}


def test_a_landscape_is_made_when_it_is_asked_for_and_once():
    from gdlib.landscapes import landforms
    from gdlib.landscapes.landscape import MadeWhenAsked

    fresh = MadeWhenAsked([landforms])
    assert list(fresh) == ["shoulder", "plateau", "cliff", "double_well", "four_valleys"]
    assert not fresh._made
    assert fresh["cliff"] is fresh["cliff"]
    assert list(fresh._made) == ["cliff"]
    assert math.isclose(fresh["cliff"].minima[0, 0], -0.012, rel_tol=1e-2)


@pytest.mark.parametrize("f", [f for f in CATALOGUE if f.n == 1], ids=lambda f: f.name)
def test_a_landscape_of_one_variable_is_drawn_as_a_curve_and_run_on(f):
    run = gd.descend(f, gd.rules.gradient_descent, f.start, steps=30, lr=0.01)
    assert run.reason == "steps"
    assert run.values[-1] < run.values[0]
    (name,) = (v.name for v in f.variables)
    assert f"f({name})" in gd.figures.curve(f, run.path).svg


def test_four_variables_run_and_their_losses_are_drawn():
    f = gd.objectives.powell_singular
    run = gd.descend(f, gd.rules.gradient_descent, f.start, steps=200, lr=1e-3)
    assert run.values[-1] < 0.05 * run.values[0]
    assert "nan" not in gd.figures.losses([run], gap=True).svg
    with pytest.raises(ValueError, match="f: an objective of 2 variables"):
        gd.figures.paths(f, [run])
