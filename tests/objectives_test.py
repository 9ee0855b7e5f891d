"""What holds for every objective: derivatives, minima, shapes; and what an objective of the reader's own may be."""

from fractions import Fraction

import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

import gdlib as gd
from gdlib.formulas import symbolic
from tests.tables import each_objective

x, y = sp.symbols("x y", real=True)
STEP = 1e-30  # a complex step has no cancellation, so it can be as small as one likes

# Formulas beside the catalogue's: elementary functions, quotients, roots, kinks away from the points tried.
OTHERS = {
    text: gd.Objective(text)
    for text in ("exp(x)*sin(y) + x/(1 + y**2)", "log(1 + x**2 + y**2)", "sqrt(1 + x**2)*cosh(y/3)", "tan(x/4)*atan(y)",
                 "tanh(x*y) - cos(x)**3", "sinh(x)/(2 + cos(y))", "x**7/7 - x**5*y**2 + 3/(1 + x**4)", "(1 + x**2)**0.3*y",
                 "exp(1)*x + pi*y**2", "1/(1 + exp(-x - 2*y))")
}  # fmt: skip
every_formula = pytest.mark.parametrize("f", [*gd.objectives, *OTHERS.values()], ids=[*gd.objectives.names, *OTHERS])


def complex_slopes(function, points):
    """d function / d x_j by complex steps, along a new last axis."""
    slopes = []
    for j in range(points.shape[-1]):
        moved = points.astype(complex)
        moved[..., j] += 1j * STEP
        slopes.append(function(moved).imag / STEP)
    return np.stack(slopes, axis=-1)


@every_formula
def test_gradient_and_hessian_are_those_of_the_value_by_complex_steps(f):
    points = np.random.default_rng(4).uniform(-1.5, 1.5, (25, f.n))
    scale = 1 + np.abs(f.hess(points)).max()
    np.testing.assert_allclose(
        f.grad(points), complex_slopes(f._value_on_arrays, points), rtol=1e-11, atol=1e-13 * scale
    )
    np.testing.assert_allclose(
        f.hess(points), complex_slopes(f._gradient_on_arrays, points), rtol=1e-11, atol=1e-13 * scale
    )


@every_formula
def test_symbols_and_numbers_agree(f):
    point = [sp.Rational(3, 7), sp.Rational(-5, 4), sp.Rational(2, 3), sp.Rational(-1, 5)][: f.n]
    at = dict(zip(f.variables, point, strict=True))
    floats = [float(p) for p in point]
    assert f(floats) == pytest.approx(float(f.expr.subs(at)), rel=1e-13)
    np.testing.assert_allclose(f.grad(floats), np.array(f.gradient.subs(at), dtype=float)[:, 0], rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(f.hess(floats), np.array(f.hessian.subs(at), dtype=float), rtol=1e-12, atol=1e-14)
    assert (f.gradient.shape, f.hessian.shape) == ((f.n, 1), (f.n, f.n))


@every_formula
@given(data=st.data())
@settings(max_examples=10, deadline=None)
def test_shapes_and_dtypes_follow_the_points(f, data):
    shape = data.draw(hnp.array_shapes(min_dims=0, max_dims=3, max_side=3))
    dtype = data.draw(st.sampled_from([np.float32, np.float64]))
    points = data.draw(hnp.arrays(dtype, (*shape, f.n), elements=st.floats(-2, 2, width=32)))
    for result, expected in ((f(points), shape), (f.grad(points), (*shape, f.n)), (f.hess(points), (*shape, f.n, f.n))):
        assert np.shape(result) == expected
        assert result.dtype == dtype
    if len(shape) == 1:
        for row, value, slope in zip(points, f(points), f.grad(points), strict=True):
            np.testing.assert_array_equal(f(row), value)
            np.testing.assert_array_equal(f.grad(row), slope)


@each_objective
def test_minima_are_the_least_values_within_the_window(objective):
    """On a grid; that they are stationary, and of their kind, is proved with all stationary points in landscapes_test."""
    f = objective
    assert f.minima.shape[1:] == (f.n,)
    low, high = np.array(f.window).T
    assert ((low <= f.minima) & (f.minima <= high)).all()
    axes = (np.linspace(a, b, {1: 100_001, 2: 301, 4: 25}[f.n]) for a, b in f.window)
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
    values = f(grid)
    inside = np.all((grid > low) & (grid < high), axis=-1)
    if len(f.minima):
        np.testing.assert_allclose(f(f.minima), f(f.minima).min(), atol=1e-12)
        assert values.min() >= f(f.minima).min() - 1e-12
        lower = [
            point for point in f.stationary if point.kind == "minimum" and f(point.point) <= f(f.minima).min() + 1e-9
        ]
        assert [point.point for point in f.stationary if point.least] == [point.point for point in lower]
    else:  # nothing is least: on the edge it is lower than anywhere inside, and outside the window lower still
        assert values[~inside].min() < values[inside].min()
        assert f(low + (high - low) * np.random.default_rng(0).uniform(-4, 5, (20_000, f.n))).min() < values.min()


WORKED = {  # values worked by hand, or printed in the literature to the digits given: point, value
    "bowl": [((3, 4), 25)],
    "hill": [((3, 4), -25)],
    "saddle": [((3, 2), 5)],
    "ravine": [((1, 2), 50.5)],
    "rosenbrock": [((-1.2, 1), 24.2), ((0, 0), 1), ((2, 3), 101)],
    "himmelblau": [((0, 0), 170), ((1, 1), 106), ((-0.270845, -0.923039), 181.617)],
    "beale": [((0, 0), 14.203125), ((3, 0.5), 0), ((1, 1), 14.203125), ((2, 2), 356.703125)],
    "three_hump_camel": [((1, 1), 2 - 1.05 + 1 / 6 + 1 + 1), ((-2, 1), 13 / 15), ((-1.74755, 0.87378), 0.298638)],
    "six_hump_camel": [((0.08984, -0.71266), -1.031628), ((1, 1), 97 / 30), ((2, -1), 26 / 15)],
    "monkey_saddle": [((1, 1), -2), ((2, 1), 2)],
    "peano": [((1, 2), -1), ((2, 1), 33)],
    "quintic": [((2,), 32), ((-1,), -1)],
    "flat_disk": [((3, 4), 64), ((0.5, -0.5), 0)],
    "crossed_ridges": [((2, 3), -36)],
    "quartic_bowl": [((2, 1), 17)],
    "flat_well": [((1,), 0.36787944), ((0.5,), 0.018315639), ((0,), 0)],
    "powell_singular": [((3, -1, 0, 1), 215), ((1, 1, 1, 1), 122)],
    "oblique_bowl": [((1, 2), 3), ((1, -1), 3)],
    "twin_wells": [((1, 1), -2), ((2, 1), 9)],
    "four_lines": [((1, 2), 18), ((0.375, -0.75), 27 / 1024)],
    "shoulder": [((1,), -1), ((2,), 16)],
    "plateau": [((1, 1), 2 / 3), ((2, 1), 5 / 6)],
    "cliff": [((1, 0), 0.1), ((2, 0), 1.3987523), ((0, 1), -0.8987523)],
    "double_well": [((0, 2), 0), ((1, 1), 0.25), ((0, 1.41421356), -1)],
    "four_valleys": [((1, 1), 0), ((2, 1), 2.25), ((0, 5), 0.25)],
    "huber": [((0.5,), 0.125), ((3,), 2.5), ((-2,), 1.5)],
    "steepening_bowl": [((1,), 1.5), ((-4,), 264)],
    "trough": [((1, 2), 2), ((3, -2), 0)],
    "lopsided_valley": [((0,), 1), ((1,), 1.7182818)],
    "heavy_ball_trap": [((0.5,), 3.125), ((1.5,), 25.125), ((3,), 76.5), ((-2,), 50)],
    "styblinski_tang": [((0, 0), 0), ((1, 2), -24), ((-2.903534, -2.903534), -78.33233)],
    "rastrigin": [((1, 1), 2), ((0.5, 0), 20.25), ((2, 3), 13)],
    "goldstein_price": [((0, -1), 3), ((0, 0), 600), ((1, 1), 1876)],
    "ackley": [((0, 0), 0), ((1, 1), 3.6253849), ((-1, 1), 3.6253849)],
}
SLOPES = {  # gradients worked by hand, where the book leans on them
    "heavy_ball_trap": [((0.5,), (12.5,)), ((1.5,), (25.5,)), ((3,), (51,))],
    "huber": [((0.5,), (0.5,)), ((3,), (1,)), ((-2,), (-1,))],
    "flat_disk": [((3, 4), (28.8, 38.4)), ((0, 0), (0, 0))],
    "cliff": [((1, 0), (20.2, 0))],
}


@each_objective
def test_the_formula_is_the_literatures_by_values_worked_by_hand(objective):
    for point, value in WORKED[objective.name]:
        assert objective(point) == pytest.approx(value, rel=5e-6, abs=1e-12)
    for point, slope in SLOPES.get(objective.name, []):
        assert objective.grad(point) == pytest.approx(slope, rel=1e-14)


def test_every_landscape_has_a_value_worked_by_hand():
    assert tuple(WORKED) == gd.objectives.names


@each_objective
def test_figures_start_inside_the_window(objective):
    for coordinate, (low, high) in zip(objective.start, objective.window, strict=True):
        assert low <= coordinate <= high
    assert objective.source
    assert objective in gd.objectives
    assert gd.objectives[objective.name] is getattr(gd.objectives, objective.name) is objective


FOR_ANY_N = ("bowl", "hill", "rosenbrock", "quartic_bowl", "plateau", "styblinski_tang", "rastrigin", "ackley")


@each_objective
@pytest.mark.parametrize("n", [1, 3, 10])
def test_a_landscape_for_any_n_has_its_minimum_there_too(objective, n):
    f = objective
    if f.name == "rosenbrock" and n == 1:
        with pytest.raises(ValueError, match="n: rosenbrock needs at least 2"):
            f.with_n(n)
    elif f.name in FOR_ANY_N:
        wider = f.with_n(n)
        assert (wider.n, wider.name, wider.summary) == (n, f.name, f.summary)
        assert len(wider.start) == len(wider.window) == len(wider.domain) == n
        assert len(wider.minima) == len(f.minima)
        samples = np.random.default_rng(n).uniform(*np.array(wider.window).T, (5000, n))
        for point in wider.minima:
            assert wider(point) <= wider(samples).min()
            if f.name != "ackley":  # whose least value lies at a kink
                np.testing.assert_allclose(wider.grad(point), 0, atol=1e-12)
    else:
        with pytest.raises(ValueError, match=f"defined for {f.n} variables only"):
            f.with_n(n)


def test_many_variables_cost_little(monkeypatch):
    f = gd.objectives.rosenbrock.with_n(100)
    point = np.linspace(-1, 1, 100)
    derived = 0

    def counted(expression, variable):
        nonlocal derived
        derived += not expression.is_Add
        return plain(expression, variable)

    plain = symbolic.derivative
    monkeypatch.setattr(symbolic, "derivative", counted)
    hessian = f.hess(point)
    # 198 terms, each with at most two variables, then at most 3 terms an entry: a bound that grows with n, not n squared
    assert derived < 2000
    np.testing.assert_array_equal(hessian, hessian.T)
    assert np.count_nonzero(hessian) <= 298
    np.testing.assert_allclose(hessian @ np.ones(100), complex_slopes(f._gradient_on_arrays, point).sum(-1), rtol=1e-10)


def test_variables_stand_in_natural_order_or_in_the_given_one():
    assert [v.name for v in gd.Objective("x10 + x2*y + x1").variables] == ["x1", "x2", "x10", "y"]
    assert [v.name for v in gd.Objective("x*y", variables=("y", "x")).variables] == ["y", "x"]
    assert gd.Objective("x", variables=("x", "unused")).grad([2.0, 3.0]).tolist() == [1.0, 0.0]
    assert [v.name for v in gd.Objective(lambda b, a: a - b).variables] == ["b", "a"]
    assert gd.Objective(lambda b, a: a - b)([1.0, 5.0]) == 4.0
    assert gd.Objective(sp.Symbol("u", positive=True) ** 2).variables == (sp.Symbol("u", real=True),)
    assert gd.Objective("7", variables=("x", "y"))([[1.0, 2.0], [0.0, 0.0]]).tolist() == [7.0, 7.0]


KINKS = [  # formula, point at the kink, derivative and second derivative that hold almost everywhere, extended by 0
    (sp.Abs(x), 0.0, 0.0, 0.0),
    (sp.Max(0, x), 0.0, 0.0, 0.0),
    (sp.Min(x, 0), 0.0, 1.0 - 1.0, 0.0),
    (sp.Max(0, x) ** 3, 2.0, 12.0, 12.0),
    (sp.Abs(x) * x, 0.0, 0.0, 0.0),
    (sp.sign(x) * x**2, 0.0, 0.0, 0.0),
    (sp.Abs(sp.log(x)), 0.5, -2.0, 4.0),
    (sp.Piecewise((x**2, x < 1), (2 * x - 1, True)), 0.5, 1.0, 2.0),
    (sp.Piecewise((x**2, x < 1), (2 * x - 1, True)), 3.0, 2.0, 0.0),
]


@pytest.mark.parametrize(("expression", "at", "slope", "curvature"), KINKS)
def test_at_a_kink_the_derivatives_beside_it_hold_and_sign_of_zero_is_zero(expression, at, slope, curvature):
    f = gd.Objective(expression)
    assert not f.gradient.has(sp.DiracDelta)
    assert not f.hessian.has(sp.DiracDelta)
    assert f.grad([at]).tolist() == [slope]
    assert f.hess([at]).tolist() == [[curvature]]
    assert float(f.gradient[0].subs(f.variables[0], sp.nsimplify(at))) == slope


def test_a_hinge_of_two_variables_and_a_flat_disk():
    disk = gd.Objective(sp.Max(0, sp.sqrt(x**2 + y**2) - 1) ** 3)
    assert disk([0.5, 0.5]) == 0.0
    np.testing.assert_allclose(disk.grad([3.0, 4.0]), [3 * 16 * 0.6, 3 * 16 * 0.8], rtol=1e-14)
    np.testing.assert_allclose(
        disk.hess([3.0, 4.0]), complex_slopes_by_difference(disk, np.array([3.0, 4.0])), rtol=1e-6
    )


def complex_slopes_by_difference(f, point, h=1e-6):
    """Central differences of the gradient, for formulas whose |.| and max take no complex numbers."""
    return np.stack([(f.grad(point + h * e) - f.grad(point - h * e)) / (2 * h) for e in np.eye(f.n)], axis=-1)


def test_functions_for_one_point_or_for_many_make_the_same_objective():
    rng = np.random.default_rng(2)
    data, labels = rng.standard_normal((30, 3)), rng.integers(0, 2, 30)

    def loss(theta):
        return float(np.mean(np.logaddexp(0, data @ theta) - labels * (data @ theta)))

    def slope(theta):
        return data.T @ (1 / (1 + np.exp(-data @ theta)) - labels) / 30

    one_by_one = gd.Objective.from_functions(loss, slope, n=3)
    points = rng.standard_normal((2, 4, 3))
    assert one_by_one(points).shape == (2, 4)
    assert one_by_one.grad(points).shape == (2, 4, 3)
    run = gd.descend(one_by_one, gd.rules.adam, np.zeros(3), steps=20, lr=0.1)
    batch = gd.descend(one_by_one, gd.rules.adam, np.zeros((2, 3)), steps=20, lr=0.1)
    np.testing.assert_allclose(batch.path[:, 1], run.path, rtol=1e-12)
    assert run.values[-1] < run.values[0]
    with pytest.raises(AttributeError, match="has no formula"):
        _ = one_by_one.expr
    with pytest.raises(TypeError, match="made without a Hessian"):
        one_by_one.hess(np.zeros(3))
    quadratic = gd.Objective.from_functions(
        lambda p: (p**2).sum(-1), lambda p: 2 * p, 2, lambda p: 2 * np.eye(2) + 0 * p[..., None]
    )
    assert quadratic.hess(np.zeros((5, 2))).shape == (5, 2, 2)


def test_functions_may_return_lists_and_be_undefined_at_some_points():
    f = gd.Objective.from_functions(lambda p: float(np.log(p[0]) ** 2), lambda p: [2 * np.log(p[0]) / p[0]], 1)
    run = gd.descend(f, gd.rules.gradient_descent, [2.0], steps=200, lr=0.2)
    np.testing.assert_allclose(run.path[-1], [1.0], rtol=1e-9)
    assert f.grad(np.array([2.0], dtype=np.float32)).dtype == np.float32


def test_a_result_is_never_a_view_of_the_points():
    f = gd.Objective("x", variables=("x", "y"))
    points = np.ones((3, 2))
    f(points)[:] = 9.0
    f.grad(points)[:] = 9.0
    assert (points == 1.0).all()


def test_start_window_and_minima_are_kept_as_floats():
    f = gd.Objective("x*y", start=np.array([1, 2]), window=[(0, sp.pi), [Fraction(-1, 2), 3]], minima=[(0, 0), (1, 2)])
    assert f.start == (1.0, 2.0)
    assert f.window == ((0.0, np.pi), (-0.5, 3.0))
    assert f.minima.tolist() == [[0, 0], [1, 2]]
    assert gd.Objective("x*y", minima=[]).minima.shape == (0, 2)
    assert gd.Objective("x*y", minima=(1, 2)).minima.tolist() == [[1, 2]]
