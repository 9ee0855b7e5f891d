"""The search for stationary points: the lists and verdicts of the book, certificates, windows, bad input, time, threads."""

import re
import sys
import threading
import time
from collections import Counter

import numpy as np
import pytest
import sympy as sp

import gdlib as gd
from gdlib.stationary.budget import Budget, TimeUp
from tests.tables import each_objective

X, Y, Z, T = sp.symbols("x y z t", real=True)


def kinds(points):
    return Counter(point.kind for point in points)


def everywhere(n):
    return ((-sp.oo, sp.oo),) * n


# -- the lists of the book


@each_objective
def test_every_landscape_in_time_and_in_agreement_with_its_minima(objective):
    began = time.process_time()  # the processor's, so that a busy machine fails nothing; the default allows ten seconds
    found = gd.stationary_points(objective, seconds=120)
    assert time.process_time() - began < 10
    assert found.complete, found.note
    assert kinds(found)["undecided"] == 0
    for place in objective.minima:
        value = float(objective(place))
        near = [p for p in found if np.allclose([float(sp.N(c)) for c in p.location], place, atol=1e-6)]
        smooth = np.allclose(objective.grad(place), 0, atol=1e-6)
        if near:
            assert near[0].kind == "minimum"
            assert float(near[0].value) == pytest.approx(value, abs=1e-9)
        elif not found.curves and smooth:
            # the only minima that are no stationary points are kinks, and the note names them
            assert "kink" in found.note, (objective, place)


def test_himmelblau():
    found = gd.stationary_points(gd.objectives.himmelblau, window=everywhere(2))
    assert (len(found), found.complete, found.curves) == (9, True, [])
    assert kinds(found) == {"minimum": 4, "saddle": 4, "maximum": 1}
    point = next(p for p in found if p.location == (3, 2))
    assert point.value == 0
    assert point.eigenvalues == (54 - 20 * sp.sqrt(2), 54 + 20 * sp.sqrt(2))
    others = [p for p in found if p.kind == "minimum" and p is not point]
    assert all(other.exact for other in others)
    for other in others[:1]:
        gradient = [
            slope.subs(dict(zip((X, Y), other.location, strict=True))) for slope in gd.objectives.himmelblau.gradient
        ]
        assert all(abs(sp.N(slope, 40)) < 1e-38 for slope in gradient)  # exact roots: to as many digits as one asks for


def test_beale_has_three_in_the_whole_plane():
    found = gd.stationary_points(gd.objectives.beale, window=everywhere(2))
    assert found.complete
    assert [p.kind for p in found] == ["saddle", "saddle", "minimum"]
    assert found[0].location == (0, 1)
    assert found[2].location == (3, sp.Rational(1, 2))
    assert [round(float(c), 4) for c in found[1].location] == [0.1005, -2.6445]


def test_rosenbrock_in_three_and_four_variables():
    three = gd.stationary_points(gd.objectives.rosenbrock.with_n(3), window=everywhere(3))
    assert [(p.location, p.kind) for p in three] == [((1, 1, 1), "minimum")]
    four = gd.stationary_points(gd.objectives.rosenbrock.with_n(4), window=everywhere(4), seconds=30)
    assert four.complete
    assert sorted(p.kind for p in four) == ["minimum", "minimum", "saddle"]


# -- certificates


def test_a_saddle_names_curves_on_which_f_rises_and_falls():
    point = gd.classify(gd.Objective("(y - x**2)*(y - 3*x**2)"), at=(0, 0))
    rises, falls = re.search(
        r"rises along (\(.*\)) like (.*) and falls along (\(.*\)) like (.*)$", point.reason
    ).groups()[::2]
    names = re.search(r"rises along (\(.*\)) like (\S+) and falls along (\(.*\)) like (\S+)$", point.reason).groups()
    f = (Y - X**2) * (Y - 3 * X**2)
    for curve, first in ((names[0], names[1]), (names[2], names[3])):
        place = sp.sympify(curve, locals={"t": T})
        along = sp.expand(f.subs({X: place[0], Y: place[1]}, simultaneous=True))
        assert sp.limit(along / sp.sympify(first, locals={"t": T}), T, 0) == 1
    assert (rises, falls) == (names[0], names[2])
    assert names[2] == "(t, 2*t**2)"
    assert names[3] == "-t**4"


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        ("x**2 - x*y + y**2", "all eigenvalues of the Hessian are positive: a strict minimum (second-derivative test)"),
        ("x**2 - y**2 + 0*z", "a positive and a negative eigenvalue: a saddle, however many are 0 (1 here)"),
        ("x**5", "odd degree 5"),
        ("-x**2*y**2", "zero on a curve: a maximum, not strict"),
        ("x*y*(x + y)*(1 + y)", "x**2*y + x*y**2, have odd degree 3"),
        ("x**4 + y**4", "positive in every direction: a strict minimum"),
        ("exp(-1/x**2)", "not defined here and is extended by its limit 0"),
        ("(y - x**2)**2", "along the curve (t, t**2) from the point f is constant"),
    ],
)
def test_reasons_are_the_certificates(formula, words):
    names = ["x", "y", "z"][: 1 + ("y" in formula) + ("z" in formula)]
    f = gd.Objective(formula, variables=names)
    assert words in gd.classify(f, at=[0] * f.n).reason


def test_mixed_signs_decide_whatever_else_is_zero():
    point = gd.classify(gd.Objective("x**2 - y**2", variables=["x", "y", "z"]), at=(0, 0, 5))
    assert (point.kind, point.strict, point.eigenvalues) == ("saddle", None, (-2, 0, 2))


def test_decimals_are_marked_and_say_how_sure_they_are():
    (point,) = gd.stationary_points(gd.Objective("exp(x) - 2*x"), window=((0, 1),))
    assert not point.exact
    assert float(point.location[0]) == pytest.approx(np.log(2), rel=1e-14)
    radius = float(re.search(r"within (\S+) of these decimals", point.reason)[1])
    assert abs(point.location[0] - sp.log(2)) < radius + 1e-15


# -- sets of stationary points


@pytest.mark.parametrize(
    ("formula", "curves"),
    [
        ("-x**2*y**2", {(T, 0), (0, T)}),
        ("(x**2 + y**2 - 1)**2", {(sp.cos(T), sp.sin(T))}),
        ("(y - x**2)**2", {(T, T**2)}),
        ("(x*y - 1)**2", {(1 / T, T)}),
        ("(x**2 - y**2)**2", {(T, T), (-T, T)}),
        ("x**2 + 0*y", {(0, T)}),
    ],
)
def test_curves(formula, curves):
    found = gd.stationary_points(gd.Objective(formula, variables=["x", "y"]), window=everywhere(2))
    assert found.complete
    assert {tuple(curve.subs(sp.Symbol("t", real=True), T)) for curve in found.curves} == curves
    f = gd.Objective(formula, variables=["x", "y"])
    for curve in found.curves:  # and the gradient is zero all along
        slopes = [s.subs(dict(zip(f.variables, curve, strict=True)), simultaneous=True) for s in f.gradient]
        assert all(sp.simplify(s) == 0 for s in slopes)


def test_surfaces_have_two_parameters():
    found = gd.stationary_points(gd.Objective("x**2*(1 + y**2 + z**2)"), window=everywhere(3))
    assert len(found.curves) == 1
    assert len(found.curves[0].free_symbols) == 2
    assert "non-strict minimum" in found.note


def test_a_flat_disk():
    disk = sp.Max(0, sp.sqrt(X**2 + Y**2) - 1) ** 3
    found = gd.stationary_points(gd.Objective(disk), window=((-2, 2), (-2, 2)))
    assert found.complete
    (ball,) = found.curves
    assert len(ball.free_symbols) == 2
    radius = next(s for s in ball.free_symbols if s.name == "r")
    assert sp.simplify(ball[0] ** 2 + ball[1] ** 2 - radius**2) == 0
    assert "0 <= r <= 1" in found.note
    for place in ((0, 0), (sp.Rational(1, 2), 0), (1, 0), (sp.Rational(3, 5), sp.Rational(4, 5))):
        point = gd.classify(gd.Objective(disk), at=place)
        assert (point.kind, point.strict) == ("minimum", False)
    with pytest.raises(ValueError, match="gradient"):
        gd.classify(gd.Objective(disk), at=(2, 0))


# -- kinks and gaps


@pytest.mark.parametrize(
    ("formula", "at"),
    [
        ("abs(x)", 0), ("abs(x) + y**2", (0, 0)), ("sqrt(x**2 + y**2)", (0, 0)), ("abs(x)*abs(y)", (1, 0)), ("sqrt(abs(x))", 0),
        (sp.Max(X, Y), (0, 0)), (sp.Piecewise((X, X < 0), (X**2, True)), 0), ("abs(x**2 - 1)", 1),
    ],
)  # fmt: skip
def test_a_kink_is_no_stationary_point(formula, at):
    with pytest.raises(ValueError, match="kink"):
        gd.classify(gd.Objective(formula), at=at)


@pytest.mark.parametrize(
    ("formula", "told"),
    [
        ("exp(-1/x)", "at (0) the limit is 0 from the right and oo from the left"),
        ("exp(1/x)", "at (0) the limit is oo from the right and 0 from the left"),
        ("1/x**2", "at (0) the limit is oo"),
    ],
)
def test_a_gap_without_a_limit_is_told_with_the_limit_of_each_side(formula: str, told: str) -> None:
    with pytest.raises(ValueError, match="needs a point where f is defined or has a limit; ") as caught:
        gd.classify(gd.Objective(formula), 0)
    assert str(caught.value).endswith(told)


@pytest.mark.parametrize(("formula", "expected"), [
    ("abs(x)", {}), ("abs(x) - x**2", {"maximum": 2}), ("x*abs(x)", {"saddle": 1}), ("abs(x**2 - 1)", {"maximum": 1}),
    ("abs(x - 1) + (y - 2)**2", {}), (sp.Max(X**2, (X - 2) ** 2), {}), (sp.Max(0, X) ** 2 + (X + Y) ** 2, None),
    ("exp(-1/x**2)", {"minimum": 1}), ("1/x + x", {"maximum": 1, "minimum": 1}), ("log(x**2 + y**2)", {}),
])  # fmt: skip
def test_searches_past_kinks_and_gaps(formula, expected):
    found = gd.stationary_points(gd.Objective(formula), window=((-4, 4),) * gd.Objective(formula).n)
    assert found.complete, found.note
    if expected is not None:
        assert kinds(found) == expected, found


# -- classify: what it takes, what it refuses


def test_floats_on_a_slope_are_refused_at_once_with_the_point_below() -> None:
    """Exact arithmetic on their digits would take longer than there is time."""
    f = gd.Objective("(v*tanh(w/4)-2)**2 + (v*tanh(3*w/2)-1)**2 + (v*tanh(10*w)-4)**2")
    began = time.process_time()
    with pytest.raises(
        ValueError, match=r"at \(2\.516, 4\.17\) the gradient is \(0\.00107\d*, -0\.0198\d*\); Newton's"
    ) as told:
        gd.classify(f, at=(2.516, 4.170), seconds=60)
    assert time.process_time() - began < 5
    led = [float(c) for c in str(told.value).rpartition("(")[2].rstrip(")").split(",")]
    point = gd.classify(f, at=led)
    assert (point.kind, point.strict) == ("minimum", True)
    assert np.abs(f.grad([float(c) for c in point.location])).max() < 1e-12
    assert [float(c) for c in point.eigenvalues] == pytest.approx(np.linalg.eigvalsh(f.hess(led)), rel=1e-6)


def test_classify_polishes_floats():
    f = gd.objectives.himmelblau
    rough = gd.classify(f, at=(-3.779, -3.283))
    assert rough.kind == "minimum"
    assert float(rough.location[0]) == pytest.approx(-3.779310253377747, abs=1e-14)
    assert gd.classify(f, at=np.array([2.999, 2.001])).location == (3, 2)
    assert gd.classify(gd.Objective("sin(x)*sin(y)"), at=(1.5708, 1.5708)).location == (sp.pi / 2, sp.pi / 2)
    assert gd.classify(gd.Objective("x**4"), at=0.0).kind == "minimum"
    assert gd.classify(gd.Objective("x**2"), at=[sp.Integer(0)]).eigenvalues == (2,)


@pytest.mark.parametrize(("at", "gradient"), [((3, 3), "22, 62"), ((0, 0), "-14, -22"), ((0.5, 0.5), "-33, -33")])
def test_classify_refuses_what_is_not_stationary_and_shows_the_gradient(at, gradient):
    with pytest.raises(ValueError, match="gradient is") as caught:
        gd.classify(gd.objectives.himmelblau, at=at)
    assert gradient in str(caught.value)


BOWL = gd.Objective("x**2 + y**2")


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: gd.stationary_points("x**2"), TypeError, "f: needs an Objective"),
        (lambda: gd.stationary_points(gd.Objective.from_functions(lambda x: (x**2).sum(-1), lambda x: 2 * x, n=2)), TypeError, "formula"),
        (lambda: gd.stationary_points(BOWL, window=((0, 1),)), ValueError, "window: needs 2 pairs"),
        (lambda: gd.stationary_points(BOWL, window=((1, 0), (0, 1))), ValueError, "low < high"),
        (lambda: gd.stationary_points(BOWL, window=5), TypeError, "window"),
        (lambda: gd.stationary_points(BOWL, window=((0, "a"), (0, 1))), TypeError, "window: needs real numbers"),
        (lambda: gd.stationary_points(BOWL, window=((0, np.nan), (0, 1))), ValueError, "window"),
        (lambda: gd.stationary_points(BOWL, seconds=0), ValueError, "seconds"),
        (lambda: gd.stationary_points(BOWL, seconds="1"), ValueError, "seconds"),
        (lambda: gd.classify(BOWL, at=(0, 0, 0)), ValueError, "at: needs 2 coordinates, got 3"),
        (lambda: gd.classify(BOWL, at=0), TypeError, "at: needs the 2 coordinates"),
        (lambda: gd.classify(BOWL, at=(0, sp.I)), ValueError, "at: needs finite real numbers"),
        (lambda: gd.classify(BOWL, at=(0, float("inf"))), ValueError, "at"),
        (lambda: gd.classify(BOWL, at=("0", 0)), TypeError, "at: needs real numbers"),
    ],
)  # fmt: skip
def test_bad_input_is_named(call, error, words):
    with pytest.raises(error) as caught:
        call()
    assert words in str(caught.value).splitlines()[0]


# -- windows


def test_a_window_bounds_the_search_and_its_border_belongs_to_it():
    f = gd.Objective("(x**2 - 1)**2*(x**2 - 9)**2")
    assert len(gd.stationary_points(f)) == 7
    assert [p.location for p in gd.stationary_points(f, window=((-1, 1),))] == [(-1,), (0,), (1,)]
    assert [p.location for p in gd.stationary_points(f, window=((-0.999, 1),))] == [(0,), (1,)]
    sines = gd.Objective("cos(x)")
    assert [p.location for p in gd.stationary_points(sines, window=((-np.pi, np.pi),))] == [(-sp.pi,), (0,), (sp.pi,)]
    assert "all of R" in gd.stationary_points(f).note
    assert "-10 <= x <= 10" in gd.stationary_points(sines).note
    assert not gd.stationary_points(sines, window=((0, sp.oo),)).complete


# -- time, threads, interruption

HARD = gd.Objective(
    sum((k % 7 - 3) * X**a * Y**b * Z**c for k, (a, b, c) in enumerate(sorted(sp.ntheory.multinomial_coefficients(3, 6))))
    + sum(k * (X - k * Y) ** 3 * Z**k for k in range(1, 4)) + X * Y * Z + X - Y + Z
)  # fmt: skip


def test_time_is_kept_and_the_list_says_so():
    began = time.monotonic()
    found = gd.stationary_points(HARD, seconds=1)
    assert time.monotonic() - began < 6
    assert not found.complete
    assert "time was up" in found.note


def test_time_is_kept_in_a_thread_and_by_several_at_once():
    results = {}

    def search(name, f, seconds):
        began = time.monotonic()
        results[name] = gd.stationary_points(f, seconds=seconds), time.monotonic() - began

    jobs = [("hard", HARD, 1), ("easy", gd.objectives.himmelblau, 60), ("boxes", gd.objectives.rastrigin, 60)]
    threads = [threading.Thread(target=search, args=job) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert not results["hard"][0].complete
    assert results["hard"][1] < 20
    assert len(results["easy"][0]) == 9
    assert len(results["boxes"][0]) == 25
    assert results["easy"][0].complete
    assert results["boxes"][0].complete


def test_a_budget_ends_what_never_ends_and_leaves_no_trace_function():
    before = sys.gettrace()

    def for_ever():
        while True:
            sp.Integer(2) + sp.Symbol("x")

    began = time.monotonic()
    with pytest.raises(TimeUp), Budget(0.3).guard():
        for_ever()
    assert time.monotonic() - began < 3
    assert sys.gettrace() is before


def test_a_debuggers_trace_function_goes_on():
    calls = []
    before = sys.gettrace()
    sys.settrace(lambda frame, event, argument: calls.append(event))
    try:
        gd.stationary_points(gd.Objective("x**4 - x**2"))
        inside = sys.gettrace()
    finally:
        sys.settrace(before)
    assert inside is not None
    assert "call" in calls


def test_an_interrupt_passes_through(monkeypatch):
    before = sys.gettrace()

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("gdlib.stationary.algebra.systems.roots_of", interrupted)
    with pytest.raises(KeyboardInterrupt):
        gd.stationary_points(gd.objectives.himmelblau)
    assert sys.gettrace() is before
    monkeypatch.undo()
    assert len(gd.stationary_points(gd.objectives.himmelblau)) == 9


# -- the parts that proofs rest on


def test_enclosures_hold_what_they_enclose():
    from gdlib.stationary.boxes.intervals import Enclosures
    from gdlib.trace.formula import node_of
    from gdlib.trace.graph import symbol

    rng = np.random.default_rng(3)
    formula = (
        sp.sin(X * Y) + sp.cos(3 * X - Y) ** 2 + sp.exp(-X) * sp.log(5 + X) + sp.sqrt(9 + X + Y) + sp.tanh(Y) * sp.atan(X)
        + sp.cosh(X / 2) / (7 + Y) + sp.Abs(X - Y) + sp.Max(X, Y**3) + sp.tan(X / 4) + sp.sinh(Y) + (X + 5) ** sp.Rational(7, 3)
    )  # fmt: skip
    enclose = Enclosures([node_of(formula, {X: symbol("x"), Y: symbol("y")})], ["x", "y"])
    low = rng.uniform(-4, 4, (400, 2))
    high = low + 10.0 ** rng.uniform(-6, 0, (400, 1))
    (value,) = enclose(low, high)
    exact = sp.lambdify((X, Y), formula, "mpmath")
    for share in (0.0, 0.31, 0.77, 1.0):
        points = low + share * (high - low)
        for (x, y), a, b in zip(points[::8], value.low[::8], value.high[::8], strict=True):
            assert a <= float(exact(x, y)) <= b
    assert np.all(value.high - value.low < 1e3 * (high - low).max(-1) + 1e-9)


def test_krawczyk_never_says_unique_of_a_double_zero_or_of_none():
    from gdlib.stationary.boxes.krawczyk import System

    x = sp.Symbol("x", real=True)
    system = System.of_polynomials([sp.Poly(x**2 * (x - 1), x, domain="QQ")])
    rng = np.random.default_rng(5)
    low = rng.uniform(-0.5, 1.5, (3000, 1))
    high = low + 10.0 ** rng.uniform(-5, 0, (3000, 1))
    found = system.test(low, high)
    holds_zero, holds_one = (low <= 0) & (high >= 0), (low <= 1) & (high >= 1)
    assert not (found.unique & holds_zero[:, 0]).any()
    assert not (found.unique & ~holds_one[:, 0]).any()
    assert not (found.empty & (holds_zero | holds_one)[:, 0]).any()
    assert found.unique.any()
    assert found.empty.any()


def test_roots_are_isolated_however_close():
    from gdlib.stationary.algebra.reals import roots_of

    x = sp.Symbol("x")
    e = sp.Rational(1, 10**9)
    poly = sp.Poly((x**2 - 2) * (x**2 - 2 - e) * (x - 7) ** 3 * (x**3 - x - 1), x)
    roots = roots_of(poly)
    assert [round(float(r), 12) for r in roots] == [
        -1.414213562727,
        -1.414213562373,
        1.324717957245,
        1.414213562373,
        1.414213562727,
        7,
    ]
    for root in roots:
        low, high = root.enclosure(200)
        assert low <= high
        assert high - low <= sp.Rational(1, 2**200) * 8
        assert (
            poly.eval(sp.Rational(low.numerator, low.denominator))
            * poly.eval(sp.Rational(high.numerator, high.denominator))
            <= 0
        )
