"""Proves what the page stationary-points.md claims; the eight lists are proved by elimination in SymPy, apart from gdlib's own search."""

from collections import Counter
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
import sympy as sp

import gdlib as gd
from tests.claim import claim

PLANE = ((-np.inf, np.inf), (-np.inf, np.inf))
HIMMELBLAU = gd.objectives.himmelblau
DIGITS = 40
EIGHT = {
    "himmelblau": 1,
    "three_hump_camel": 1,
    "six_hump_camel": 1,
    "monkey_saddle": -2,
    "twin_wells": 1,
    "four_lines": -3,
    "beale": -1,
    "rosenbrock": 1,
}  # name: turns of the gradient round the window


def square_free(polynomial, unknown):
    whole = sp.Poly(polynomial, unknown)
    return sp.quo(whole, sp.gcd(whole, whole.diff(unknown)))


@cache
def solved_by_elimination(name):
    """All real points where the gradient of a polynomial is zero, to 40 digits.

    The square-free polynomials in x alone and in y alone are added, so that no solution counts more than once
    (Seidenberg's lemma), and u = x + c y. A lexicographic Gröbner basis of the shape (x - p(u), y - q(u), h(u)) then says
    that the solutions are in step with the roots of h, real ones with real ones; c is raised until it has that shape.
    """
    f = gd.objectives[name]
    x, y = f.variables
    u = sp.Symbol("u", real=True)
    equations = [sp.nsimplify(sp.expand(part), rational=True) for part in f.gradient]
    alone = [square_free(sp.groebner(equations, *order).exprs[-1], order[-1]) for order in ((x, y), (y, x))]
    for c in range(10):
        basis = sp.groebner([*equations, *(one.as_expr() for one in alone), u - x - c * y], x, y, u, order="lex").exprs
        if len(basis) == 3 and basis[0].free_symbols <= {x, u} and basis[1].free_symbols <= {y, u}:
            if not sp.degree(basis[0], x) == sp.degree(basis[1], y) == 1:
                continue
            p, q = sp.solve(basis[0], x)[0], sp.solve(basis[1], y)[0]
            h = sp.Poly(basis[2], u)
            roots = h.real_roots()
            assert len(roots) == h.count_roots() == len(set(roots))  # Sturm's count
            return [tuple(side.subs(u, root.evalf(DIGITS)).evalf(DIGITS) for side in (p, q)) for root in roots]
    raise AssertionError(f"no c below 10 tells the solutions of {name} apart")


def kind_by_hessian(f, place):
    """Minimum, maximum or saddle by the signs of determinant and trace; None where the determinant is too small."""
    H = f.hessian.subs(dict(zip(f.variables, place, strict=True))).evalf(DIGITS)
    if abs(H.det()) < sp.Float("1e-12"):
        return None
    if H.det() < 0:
        return "saddle"
    return "minimum" if H.trace() > 0 else "maximum"


def listed(name, degenerate=()):
    """The kinds in the list that gdlib gives for the whole plane, after comparing it with elimination.

    `degenerate` holds the points at which the Hessian may be singular: their kind is taken from gdlib, and the calling
    test proves it.
    """
    f = gd.objectives[name]
    found = gd.stationary_points(f, PLANE, seconds=100)  # a busy machine must not decide
    assert found.complete
    assert found.curves == []
    proved = solved_by_elimination(name)
    assert len(found) == len(proved)
    kinds = Counter()
    for place in proved:
        (same,) = (p for p in found if all(abs(a - b) < 1e-9 for a, b in zip(p.location, place, strict=True)))
        kind = kind_by_hessian(f, place)
        if kind is None:
            assert same.location in degenerate
        else:
            assert same.kind == kind
        kinds[same.kind] += 1
        assert np.linalg.norm(f.grad([float(c) for c in place])) < 1e-9
    return found, kinds


@claim("four-ends")
def test_441_runs_end_at_four_places():
    axis = np.linspace(-5, 5, 21)
    starts = np.stack(np.meshgrid(axis, axis), axis=-1)
    run = gd.descend(HIMMELBLAU, gd.rules.gradient_descent, starts, steps=1000, lr=0.01, keep=1000)
    ends = np.unique(run.path[-1].reshape(-1, 2).round(3), axis=0)
    assert all(np.linalg.norm(HIMMELBLAU.minima - end, axis=1).min() < 1e-3 for end in ends)
    return [starts[..., 0].size, len(ends)]


@claim("level-line-across")
def test_across_the_gradient_the_value_changes_by_second_order_only():
    wells, at = gd.objectives.twin_wells, np.array([0.9, 1.6])
    g = wells.grad(at)
    uphill = g / np.linalg.norm(g)
    across = np.array([-uphill[1], uphill[0]])
    rises = {step: [wells(at + step * d) - wells(at) for d in (uphill, across)] for step in (1e-3, 1e-4)}
    assert rises[1e-4][0] / rises[1e-3][0] == pytest.approx(0.1, rel=0.01)
    assert rises[1e-4][1] / rises[1e-3][1] == pytest.approx(0.01, rel=0.01)
    return [1e-3, *rises[1e-3]]


def test_the_level_line_has_the_slope_that_the_page_gives():
    for f in (gd.objectives.twin_wells, gd.objectives.himmelblau, gd.Objective("exp(x)*sin(y) + x*y")):
        x, y = f.variables
        assert sp.simplify(sp.idiff(f.expr, y, x) + f.gradient[0] / f.gradient[1]) == 0


def test_the_quadratic_model_is_taylors():
    x, y, s = sp.symbols("x y s", real=True)
    for f in (gd.objectives.himmelblau, gd.objectives.beale):
        d = sp.Matrix([2, -3])
        at = {f.variables[0]: x, f.variables[1]: y}
        moved = f.expr.subs({f.variables[0]: x + s * d[0], f.variables[1]: y + s * d[1]}, simultaneous=True)
        H, g = (part.subs(at) for part in (f.hessian, f.gradient))
        model = f.expr.subs(at) + s * g.dot(d) + s**2 * (d.T * H * d)[0] / 2
        series = sp.Poly(sp.expand(sp.nsimplify(moved - model)), s)
        assert min(power for (power,), _ in series.terms()) == 3


@claim("himmelblau-by-hand")
def test_himmelblaus_nine_points_follow_from_signs_of_fractions():
    x, y = HIMMELBLAU.variables
    u, v = x**2 + y - 11, x + y**2 - 7
    gx, gy = HIMMELBLAU.gradient
    assert sp.expand(gx - (4 * x * u + 2 * v)) == sp.expand(gy - (2 * u + 4 * y * v)) == 0
    assert sp.expand(2 * y * gx - gy - (8 * x * y - 2) * u) == 0
    four = sp.Poly(x**4 - 22 * x**2 + x + 114, x)
    five = sp.Poly(32 * x**5 - 336 * x**3 - 104 * x**2 + 1, x)
    assert sp.expand(v.subs(y, 11 - x**2) - four.as_expr()) == 0
    assert sp.expand(16 * x**2 * (v + 2 * x * u).subs(y, 1 / (4 * x)) - five.as_expr()) == 0
    changes = []
    for case, places in ((four, "-4 -3 -2 3 7/2 4"), (five, "-4 -3 -1/4 -1/8 0 1 4")):
        signs = [sp.sign(case.eval(sp.Rational(at))) for at in places.split()]
        changes.append(sum(bool(a * b < 0) for a, b in pairwise(signs)))
    assert four.eval(3) == 0
    on_parabolas, on_hyperbola = changes[0] + 1, changes[1]
    assert (on_parabolas, on_hyperbola) == (four.degree(), five.degree()) == (four.count_roots(), five.count_roots())
    assert sp.gcd(four, five).degree() == 0
    assert five.eval(0) != 0  # x y = 1/4 has no point over x = 0
    return [changes[0], 3, on_parabolas, on_hyperbola, on_parabolas + on_hyperbola]


@claim("list-himmelblau")
def test_the_list_of_himmelblaus_function():
    found, kinds = listed("himmelblau")
    by_hand = sp.factor(sp.groebner(list(HIMMELBLAU.gradient), *HIMMELBLAU.variables[::-1]).exprs[-1])
    x = HIMMELBLAU.variables[0]
    assert by_hand == (x - 3) * (x**3 + 3 * x**2 - 13 * x - 38) * (32 * x**5 - 336 * x**3 - 104 * x**2 + 1)
    return [len(found), kinds["minimum"], kinds["saddle"], kinds["maximum"]]


@claim("list-three-hump")
def test_the_list_of_the_three_hump_camel():
    found, kinds = listed("three_hump_camel")
    assert kinds["maximum"] == 0
    return [len(found), kinds["minimum"], kinds["saddle"]]


@claim("list-six-hump")
def test_the_list_of_the_six_hump_camel():
    found, kinds = listed("six_hump_camel")
    f = gd.objectives.six_hump_camel
    x, y = f.variables
    gx, gy = f.gradient
    left = sp.Poly(sp.nsimplify(gy.subs(y, sp.solve(gx, y)[0])), x)
    assert left.degree() == left.count_roots() == len(set(left.real_roots()))
    return [len(found), kinds["minimum"], kinds["maximum"], kinds["saddle"], left.degree()]


@claim("list-monkey-saddle")
def test_the_list_of_the_monkey_saddle():
    """The gradient is (3(x² - y²), -6xy): a zero product and equal squares leave the origin only."""
    found, kinds = listed("monkey_saddle", degenerate=[(0, 0)])
    f = gd.objectives.monkey_saddle
    x, y = f.variables
    assert f.hessian.subs({x: 0, y: 0}) == sp.zeros(2, 2)
    assert sp.expand(f.expr + f.expr.subs({x: -x, y: -y}, simultaneous=True)) == 0  # odd, and not zero: both signs
    assert kinds == {"saddle": 1}
    return [len(found)]


@claim("list-twin-wells")
def test_the_list_of_the_two_wells():
    found, kinds = listed("twin_wells")
    assert {(p.location, p.kind) for p in found} == {((0, 0), "saddle"), ((1, 1), "minimum"), ((-1, -1), "minimum")}
    return [len(found), kinds["minimum"], kinds["saddle"]]


@claim("list-four-lines")
def test_the_list_of_four_lines():
    found, kinds = listed("four_lines", degenerate=[(0, 0)])
    f = gd.objectives.four_lines
    x, y = f.variables
    t = sp.Symbol("t", positive=True)
    assert f.hessian.subs({x: 0, y: 0}) == sp.zeros(2, 2)
    up, down = (sp.limit(f.expr.subs({x: s * t, y: s * t}) / t**3, t, 0) for s in (1, -1))
    assert up > 0 > down  # along the diagonal f is 2t³ and more
    assert [p.location for p in found if p.kind == "maximum"] == [(sp.Rational(3, 8), sp.Rational(-3, 4))]
    saddles = [p.location for p in found if p.kind == "saddle"]
    assert set(saddles) == {(0, 0), (0, -1), (1, -1)}
    assert sp.limit(f.expr.subs({x: -t, y: 2 * t}), t, sp.oo) == -sp.oo  # no minimiser, as the page says
    return [len(found), kinds["maximum"], 0.375, -0.75, kinds["saddle"], 0, 0, 0, -1, 1, -1]


@claim("list-beale")
def test_the_list_of_beales_function():
    found, kinds = listed("beale")
    f = gd.objectives.beale
    at = {kind: sorted(tuple(map(float, p.location)) for p in found if p.kind == kind) for kind in kinds}
    assert at["minimum"] == [(3.0, 0.5)]
    degree = max(sp.Poly(part, *f.variables).total_degree() for part in f.gradient)
    return [
        len(found), kinds["minimum"], *at["minimum"][0], kinds["saddle"], *at["saddle"][0], *at["saddle"][1],
        degree, degree**2,
    ]  # fmt: skip


@claim("list-rosenbrock")
def test_the_list_of_rosenbrocks_function():
    found, kinds = listed("rosenbrock")
    assert kinds == {"minimum": 1}
    return [len(found), *map(int, found[0].location)]


@claim("whole-curves")
def test_a_common_factor_of_the_gradient_is_a_curve():
    t = sp.Symbol("t", real=True)
    proved = []
    ring = gd.Objective("(x**2 + y**2 - 1)**2 / 4")
    for f, kind, value in ((gd.objectives.crossed_ridges, "maximum", 0), (ring, "minimum", 0)):
        found = gd.stationary_points(f, PLANE, seconds=100)  # a busy machine must not decide
        assert found.complete
        factor = sp.Poly(sp.gcd(*f.gradient), *f.variables)
        assert len(found.curves) == len(set(found.curves)) == len(sp.factor_list(factor)[1])
        rest = [sp.quo(sp.Poly(part, *f.variables), factor) for part in f.gradient]
        assert sp.gcd(*rest).is_ground
        for curve in found.curves:  # on it the factor is zero, and f is at its best value
            (parameter,) = sp.Tuple(*curve).free_symbols
            on = dict(zip(f.variables, (part.subs(parameter, t) for part in curve), strict=True))
            assert sp.simplify(factor.as_expr().subs(on)) == 0
            assert sp.simplify(f.expr.subs(on)) == value
        heights = f(np.random.default_rng(0).normal(size=(1000, 2)))
        assert (heights <= 0).all() if kind == "maximum" else (heights >= 0).all()
        assert [(p.location, p.kind, p.strict) for p in found] == [((0, 0), "maximum", kind == "minimum")]
        proved += [len(found.curves), len(found)]
    return proved


@claim("sine-in-a-bowl")
def test_a_sine_in_a_bowl_has_29_stationary_points():
    """The slope x/5 + 3cos(3x) falls and rises between the zeros of its own slope, which are known: signs do the rest."""
    f = gd.Objective("x**2/10 + sin(3*x)")
    found = gd.stationary_points(f, window=((-15, 15),))
    assert found.complete
    x = f.variables[0]
    slope = f.gradient[0]
    assert sp.simplify(slope - (x / 5 + 3 * sp.cos(3 * x))) == 0
    turning = np.arcsin(1 / 45)  # the slope's own slope is 1/5 - 9 sin(3x)
    between = sorted((a + 2 * np.pi * k) / 3 for k in range(-9, 10) for a in (turning, np.pi - turning))
    places = np.array([-15.0, *(b for b in between if abs(b) < 15), 15.0])
    signs = np.sign(f.grad(places[:, None])[:, 0])
    assert (np.abs(f.grad(places[:, None])) > 1e-3).all()  # far from rounding
    rises, falls = int((np.diff(signs) > 0).sum()), int((np.diff(signs) < 0).sum())
    kinds = Counter(p.kind for p in found)
    assert (kinds["minimum"], kinds["maximum"]) == (rises, falls)
    line, wave = slope.coeff(x), slope - x * slope.coeff(x)
    largest = max(abs(bound(wave, x)) for bound in (sp.calculus.util.maximum, sp.calculus.util.minimum))
    assert 15 * line >= largest  # so beyond the window the first term of the slope outweighs the second
    return [len(found), -15, 15, rises, falls]


def finite_roots(f):
    """How many common roots the gradient has, complex ones included and each as often as it is one.

    It is the number of monomials that no leading monomial of a Gröbner basis divides.
    """
    basis = sp.groebner([sp.nsimplify(part) for part in f.gradient], *f.variables, order="grevlex")
    leading = [sp.Poly(one, *f.variables).monoms(order="grevlex")[0] for one in basis.exprs]
    far = max(i + j for i, j in leading)  # the pure powers among them bound both exponents
    return sum(not any(a >= i and b >= j for i, j in leading) for a in range(far) for b in range(far))


def test_solutions_of_the_exercises():
    camel = gd.objectives.three_hump_camel
    for square in (2.1 - 0.91**0.5, 2.1 + 0.91**0.5):
        np.testing.assert_allclose(camel.grad((square**0.5, -(square**0.5) / 2)), 0, atol=1e-12)

    reached, infinite = [], {}
    for name in EIGHT:
        f = gd.objectives[name]
        first, second = (sp.Poly(part, *f.variables).total_degree() for part in f.gradient)
        assert len(solved_by_elimination(name)) <= first * second
        reached += [name] if len(solved_by_elimination(name)) == first * second else []
        infinite[name] = first * second - finite_roots(f)
    assert reached == ["himmelblau", "three_hump_camel", "six_hump_camel"]
    assert {name: k for name, k in infinite.items() if k} == {"four_lines": 2, "beale": 42, "rosenbrock": 5}
    x, y = gd.objectives.monkey_saddle.variables
    for name in ("monkey_saddle", "four_lines"):  # at the origin the least terms have no common direction
        slopes = [sp.Poly(part, x, y) for part in gd.objectives[name].gradient]
        least = [
            sum(c * x**i * y**j for (i, j), c in s.terms() if i + j == min(a + b for a, b in s.monoms()))
            for s in slopes
        ]
        assert [sp.Poly(one, x, y).total_degree() for one in least] == [2, 2]  # so the multiplicity is 2 · 2
        assert sp.gcd(*least).is_number

    x = sp.Symbol("x", positive=True)
    top = sp.solve(sp.diff(x - x**3, x), x)[0]
    assert sp.simplify((x - x**3).subs(x, top) - 2 / (3 * sp.sqrt(3))) == 0
    for tilt, kinds in (("0.001", "minimum maximum saddle"), ("0.38", "minimum maximum saddle"), ("0.39", "minimum")):
        found = gd.stationary_points(gd.Objective(f"(x**2 + y**2 - 1)**2 / 4 + {tilt}*x"))
        assert found.complete
        assert [p.kind for p in found] == kinds.split()


@pytest.mark.parametrize(("name", "sum_of_turns"), EIGHT.items())
def test_the_arrow_turns_round_the_window_as_often_as_round_its_points(name, sum_of_turns):
    f = gd.objectives[name]

    def turns(window):
        """Halves the steps of the walk until the arrow turns by less than half a radian in each."""
        (a, b), (c, d) = window
        corners = np.array([(a, c), (b, c), (b, d), (a, d), (a, c)])
        s = np.linspace(0, 4, 401)
        while True:
            side = np.minimum(s.astype(int), 3)
            border = corners[side] + (s - side)[:, None] * (corners[side + 1] - corners[side])
            angle = np.unwrap(np.arctan2(*f.grad(border).T[::-1]))
            coarse = np.flatnonzero(np.abs(np.diff(angle)) > 0.5)
            if not len(coarse):
                return round((angle[-1] - angle[0]) / (2 * np.pi))
            s = np.sort(np.concatenate([s, (s[coarse] + s[coarse + 1]) / 2]))

    assert turns(f.window) == sum_of_turns
    around = [tuple((float(c) - 0.01, float(c) + 0.01) for c in place) for place in solved_by_elimination(name)]
    assert sum(turns(window) for window in around) == sum_of_turns
