"""Proves what the page newton.md claims; a test returns the numbers that the page types."""

import math

import mpmath
import numpy as np
import pytest
import sympy as sp

import gdlib as gd
from tests.claim import claim

DESCENT, NEWTON = gd.rules.gradient_descent, gd.methods.newton
MATRIX = np.array([[2.08, 1.44], [1.44, 2.92]])


def steps_to(points, least=1e-6):
    """The first step after which every coordinate is at most `least`; -1 if there is none."""
    there = np.flatnonzero(np.abs(points).max(axis=-1) <= least)
    return int(there[0]) if len(there) else -1


def quadratic(A):
    (a, b), (_, d) = A
    return gd.Objective(f"({a}*x**2 + 2*{b}*x*y + {d}*y**2)/2")


def turned(kappa, angle):
    """A quadratic's matrix with eigenvalues 1 and kappa, turned."""
    c, s = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    q = np.array([[c, -s], [s, c]])
    return q @ np.diag([1.0, kappa]) @ q.T


@claim("units-decide")
def test_the_same_valley_in_two_units():
    metres, tenths = gd.Objective("x**2/2 + 50*y**2"), gd.Objective("x**2/2 + v**2/2")
    points = np.random.default_rng(0).normal(size=(20, 2))
    np.testing.assert_allclose(metres(points), tenths(points * (1, 10)), rtol=1e-12)
    first = gd.descend(metres, DESCENT, (1.0, 1.0), steps=700, lr=gd.rates.optimal_step(1.0, 100.0))
    second = gd.descend(tenths, DESCENT, (1.0, 10.0), steps=1, lr=gd.rates.optimal_step(1.0, 1.0))
    return [steps_to(first.path), steps_to(second.path)]


@claim("ellipse-diameters")
def test_semi_axes_go_with_one_over_the_roots_of_the_eigenvalues():
    f = quadratic(MATRIX)
    np.testing.assert_allclose(f.hess((0.0, 0.0)), MATRIX)
    angles = np.linspace(0, 2 * np.pi, 100_001)
    circle = np.stack([np.cos(angles), np.sin(angles)], axis=-1)
    reach = np.sqrt(0.5 / f(circle))  # along each direction, the distance at which f is one half
    lam = np.linalg.eigvalsh(MATRIX)
    np.testing.assert_allclose([reach.max(), reach.min()], 1 / np.sqrt(lam), rtol=1e-8)
    h, one = sp.symbols("h lambda", positive=True)
    assert sp.simplify(one * sp.sqrt(2 * h / one) ** 2 / 2 - h) == 0
    return [*lam, reach.max(), reach.min()]


@claim("cross-terms-twice")
def test_cross_terms_counted_twice_make_a_saddle_of_a_bowl():
    a, b, d, x, y = sp.symbols("a b d x y", real=True)
    w = sp.Matrix([x, y])
    right = (w.T * sp.Matrix([[a, b], [b, d]]) * w)[0] / 2
    assert sp.expand(right - (a * x**2 + d * y**2) / 2 - b * x * y) == 0
    doubled = gd.Objective("2.08*x**2/2 + 2.92*y**2/2 + 1.44*x*y + 1.44*y*x").hess((0.0, 0.0))
    eigenvalues = np.linalg.eigvalsh(doubled)
    assert np.linalg.eigvalsh(MATRIX)[0] > 0 > eigenvalues[0]
    return [doubled[0, 1], *eigenvalues]


def test_descent_in_the_stretched_axes_is_the_full_scaling():
    lam, q = np.linalg.eigh(MATRIX)
    root, inverse_root = q * np.sqrt(lam) @ q.T, q / np.sqrt(lam) @ q.T
    np.testing.assert_allclose(root @ root, MATRIX, atol=1e-14)
    np.testing.assert_allclose(inverse_root @ inverse_root, np.linalg.inv(MATRIX), atol=1e-14)
    f, w, eta = quadratic(MATRIX), np.array([1.0, 2.0]), 0.5
    hatted = gd.Objective("(x**2 + y**2)/2")
    assert hatted(root @ w) == pytest.approx(f(w), rel=1e-14)
    there = root @ w - eta * hatted.grad(root @ w)
    for method in (gd.methods.full_scaling, gd.methods.damped_newton):
        run = gd.descend(f, method, w, steps=1, lr=eta)
        np.testing.assert_allclose(run.path[1], inverse_root @ there, atol=1e-14)
    assert np.abs(gd.descend(f, gd.methods.full_scaling, w, steps=1).path[1]).max() < 1e-14  # one step arrives


def test_what_diagonal_scaling_leaves():
    """D^{-1/2} A D^{-1/2} has the eigenvalues 1 ± |c|, with c = a12/√(a11 a22)."""
    a, b, d = sp.symbols("a b d", positive=True)
    scale = sp.diag(1 / sp.sqrt(a), 1 / sp.sqrt(d))
    c = b / sp.sqrt(a * d)
    left = scale * sp.Matrix([[a, b], [b, d]]) * scale
    assert left.trace() == (1 - c) + (1 + c)
    assert sp.expand(left.det() - (1 - c) * (1 + c)) == 0
    kappa = sp.Symbol("kappa", positive=True)
    turn = sp.Matrix([[1, -1], [1, 1]]) / sp.sqrt(2)
    at_45 = turn * sp.diag(1, kappa) * turn.T
    assert sp.expand(at_45[0, 0] - at_45[1, 1]) == 0  # D is one number


@claim("diagonal-scaling-turned")
def test_diagonal_scaling_gains_all_at_0_degrees_and_nothing_at_45():
    left, predicted, measured = {}, {}, {}
    for angle in (0, 5, 15, 45):
        A = turned(100.0, angle)
        root = np.sqrt(np.diag(A))
        left[angle] = np.linalg.cond(A / np.outer(root, root))
        c = abs(A[0, 1]) / (root[0] * root[1])
        assert left[angle] == pytest.approx((1 + c) / (1 - c), rel=1e-9)
        predicted[angle] = math.ceil(math.log(1e-6) / math.log(c)) if c > 1e-9 else 1
        run = gd.descend(quadratic(A), gd.methods.diagonal_scaling, (1 / root[0], 0.0), steps=predicted[angle] + 5)
        measured[angle] = steps_to(run.path * root)
    assert measured == predicted
    return [100, left[0], 0, left[5], 5, left[15], 15, left[45], 45, *measured.values()]


def errors(slope, curvature, x, steps, **part):
    """Distances from the minimum at 0, by the library's step on numbers of 400 digits."""
    method = gd.methods.damped_newton if part else NEWTON
    found = [abs(x)]
    for _ in range(steps):
        (x,) = method.by_component((x,), (slope(x),), ((curvature(x),),), **part)
        found.append(abs(x))
    return found


@claim("newton-orders")
def test_orders_of_newtons_method():
    with mpmath.workdps(400):
        one = mpmath.mpf(1)
        plain = errors(mpmath.expm1, mpmath.exp, one, 8)
        cosh = errors(mpmath.sinh, mpmath.cosh, one, 5)
        hyperbola = errors(lambda x: x / mpmath.sqrt(1 + x * x), lambda x: (1 + x * x) ** -1.5, one / 2, 5)
        quartic = errors(lambda x: 4 * x**3, lambda x: 12 * x**2, one, 40)
        half = errors(mpmath.expm1, mpmath.exp, one, 40, lr=0.5)
        ratio = [
            plain[-1] / plain[-2] ** 2, cosh[-1] / cosh[-2] ** 3, hyperbola[-1] / hyperbola[-2] ** 3,
            quartic[-1] / quartic[-2], half[-1] / half[-2],
        ]  # fmt: skip
    orders = [gd.rates.order_of(e).order for e in (plain, cosh, hyperbola, quartic, half)]
    np.testing.assert_allclose(orders, [2, 3, 3, 1, 1], atol=1e-3)
    x = sp.Symbol("x", real=True)
    for f, power, constant in ((sp.exp(x) - x, 2, sp.Rational(1, 2)), (sp.cosh(x), 3, sp.Rational(1, 3)),
                               (sp.sqrt(1 + x**2), 3, -1), (x**4, 1, sp.Rational(2, 3))):  # fmt: skip
        # A step leaves (x f'' - f')/f'': the ratio of the first derivatives of both parts that are not zero at 0.
        top, below = x * sp.diff(f, x, 2) - sp.diff(f, x), sp.diff(f, x, 2)
        (of_top, first), (of_below, second) = (
            next((k, value) for k in range(5) if (value := sp.diff(part, x, k).subs(x, 0)) != 0)
            for part in (top, below)
        )
        assert of_top - of_below == power
        assert first / second * sp.Rational(sp.factorial(of_below), sp.factorial(of_top)) == constant
        if power == 2:
            assert constant == abs(sp.diff(f, x, 3) / (2 * sp.diff(f, x, 2))).subs(x, 0)
    assert float(ratio[1]) == pytest.approx(1 / 3, rel=1e-6)
    assert float(ratio[3]) == pytest.approx(2 / 3, rel=1e-12)
    return [orders[0], float(ratio[0]), orders[1], float(ratio[1]), orders[2], float(ratio[2]),
            float(ratio[3]), float(ratio[4])]  # fmt: skip


def test_the_bound_of_the_theorem_holds():
    """K/(2μ) of a neighbourhood bounds e₊/e² in it."""
    f = gd.objectives.lopsided_valley  # exp(x) - x
    for reach in (0.5, 0.1):
        K, mu = math.exp(reach), math.exp(-reach)
        for x in np.linspace(-reach, reach, 41):
            if abs(x) > 1e-3:
                after = gd.descend(f, NEWTON, (x,), steps=1).path[1, 0]
                assert abs(after) <= K / (2 * mu) * x * x
    g = gd.objectives.himmelblau
    least = g.minima[0]
    K = max(
        np.linalg.norm(g.hess(least + d) - g.hess(least - d), 2) / (2 * np.linalg.norm(d))
        for d in 0.05 * np.random.default_rng(0).normal(size=(200, 2))
    )
    mu = np.linalg.eigvalsh(g.hess(least))[0] - 0.2 * K
    for d in 0.05 * np.random.default_rng(1).normal(size=(50, 2)):
        after = gd.descend(g, NEWTON, least + d, steps=1).path[1]
        assert np.linalg.norm(after - least) <= K / (2 * mu) * (d @ d)


@claim("rosenbrock-newton")
def test_newton_on_rosenbrock():
    f, start, least = gd.objectives.rosenbrock, (-1.2, 1.0), 1e-8
    run = gd.descend(f, NEWTON, start, steps=20, stop=gd.stopping.grad_norm(least))
    assert run.reason == "stopped: grad_norm"
    plain = gd.descend(f, DESCENT, start, steps=50_000, lr=0.001)
    rises = np.flatnonzero(np.diff(run.values) > 0) + 1
    assert len(rises) == 2
    return [least, run.steps, int((plain.grad_norms <= least).argmax()), run.values[rises[0]]]


@claim("newton-affine")
def test_newton_is_affine_invariant_and_descent_is_not():
    f, start, bound = gd.objectives.rosenbrock, np.array([-1.2, 1.0]), 1e-9

    def apart(S, method, **settings):
        seen = gd.Objective.from_functions(
            lambda y: f(y @ S.T), lambda y: f.grad(y @ S.T) @ S, 2, lambda y: S.T @ f.hess(y @ S.T) @ S
        )
        here = gd.descend(f, method, start, steps=6, **settings)
        there = gd.descend(seen, method, np.linalg.solve(S, start), steps=6, **settings)
        return np.abs(there.path @ S.T - here.path).max(), here

    S = np.array([[2.0, 1.0], [0.5, 3.0]])
    newton, run = apart(S, NEWTON)
    descent, _ = apart(S, DESCENT, lr=1e-4)
    assert newton < bound < descent
    for other in np.random.default_rng(0).normal(size=(5, 2, 2)):
        assert apart(other, NEWTON)[0] < bound * np.linalg.cond(other)
    assert apart(np.diag([4.0, 0.5]), NEWTON)[0] == 0  # powers of two round nothing
    H, g, s = (sp.Matrix(2, k, sp.symbols(f"{name}:{2 * k}")) for name, k in (("h", 2), ("g", 1), ("s", 2)))
    seen_from_there = s.adjugate() * H.adjugate() * g / (s.det() * H.det())  # S⁻¹ H⁻¹ g solves the system there
    assert (s.T * H * s * seen_from_there - s.T * g).applyfunc(sp.cancel) == sp.zeros(2, 1)
    assert run.values.max() > 1000  # nor is the way an easy one
    return [run.steps, bound, descent]


@claim("never-above-two")
def test_newtons_direction_above_and_below_two():
    quartic, hyperbola, method = gd.Objective("x**4"), gd.Objective("sqrt(1 + x**2)"), gd.methods.damped_newton
    eta, x = sp.symbols("eta x", real=True)
    for f, expected in ((x**4, (1 - eta / 3) * x), (sp.sqrt(1 + x**2), (1 - eta - eta * x**2) * x)):
        assert sp.simplify(x - eta * sp.diff(f, x) / sp.diff(f, x, 2) - expected) == 0
    at_once = gd.descend(quartic, method, (1.0,), steps=1, lr=3.0)
    assert at_once.path[1, 0] == 0
    slow, off = (gd.descend(quartic, method, (1.0,), steps=200, lr=lr).path[:, 0] for lr in (5.9, 6.1))
    assert (np.diff(np.abs(slow)) < 0).all()
    assert (np.diff(np.abs(off)) > 0).all()
    run = gd.descend(hyperbola, method, (2.0,), steps=20, lr=1.0)
    assert run.reason == "stopped: singular Hessian"
    for lr in (0.41, 0.7, 1.9):  # from 2 it leaves for each η above 0.4
        assert abs(gd.descend(hyperbola, method, (2.0,), steps=1, lr=lr).path[1, 0]) > 2
    assert abs(gd.descend(hyperbola, method, (2.0,), steps=200, lr=0.39).path[-1, 0]) < 1e-6
    return [at_once.steps, *run.path[1:3, 0], run.path[-1, 0]]


def ends(f, method, starts, steps, **settings):
    """The run, and where it ends: 0 a minimum, 1 a saddle, 2 a maximum, -1 where it has not settled."""
    run = gd.descend(f, method, starts, steps=steps, keep=steps, **settings)
    negative = (np.linalg.eigvalsh(f.hess(run.path[-1])) < 0).sum(axis=-1)
    return run, np.where(run.grad_norms[-1] < 1e-6, negative, -1)


@claim("himmelblau-basins")
def test_where_newton_goes_from_all_over_himmelblau():
    f, side, lr, steps = gd.objectives.himmelblau, 120, 0.005, 600
    axis = -5 + 10 * (np.arange(side) + 0.5) / side
    starts = np.stack(np.meshgrid(axis, axis), axis=-1)
    run, kind = ends(f, NEWTON, starts, 40)
    assert (kind >= 0).all()
    known = np.array([[float(c) for c in point.location] for point in f.stationary])
    far = np.linalg.norm(run.path[-1][..., None, :] - known, axis=-1)
    assert far.min(axis=-1).max() < 1e-6
    by_name = np.array([{"minimum": 0, "saddle": 1, "maximum": 2}[point.kind] for point in f.stationary])
    assert (by_name[far.argmin(axis=-1)] == kind).all()
    shares = [round(100 * (kind == k).mean()) for k in range(3)]
    assert (ends(f, DESCENT, starts, steps, lr=lr)[1] == 0).all()
    return [kind.size, *shares]


def test_newton_goes_to_a_maximum_in_one_step_and_to_a_saddle():
    top = gd.Objective("-x**2 - 2*y**2 + x*y")
    assert np.abs(gd.descend(top, NEWTON, (0.7, -1.1), steps=1).path[1]).max() < 1e-15
    well = gd.objectives.double_well
    assert sp.expand(well.expr - sp.sympify("x**2 - y**2 + y**4/4", {v.name: v for v in well.variables})) == 0
    assert np.abs(gd.descend(well, NEWTON, (1.0, 0.3), steps=4).path[-1]).max() < 1e-9


def test_solutions_of_the_exercises():
    x, a, eta, p = sp.symbols("x a eta p", positive=True)
    f = a * x - sp.log(x)
    step = sp.simplify(x - sp.diff(f, x) / sp.diff(f, x, 2))
    assert sp.expand(step - x * (2 - a * x)) == 0
    assert sp.expand(1 - a * step - (1 - a * x) ** 2) == 0
    run = gd.descend(gd.Objective("3*x - log(x)"), NEWTON, (0.5,), steps=6)
    np.testing.assert_allclose(1 - 3 * run.path[1:, 0], (1 - 3 * run.path[:-1, 0]) ** 2, atol=1e-15)

    A = sp.Matrix([[2, 1], [1, 2]])
    half = sp.Matrix([[sp.sqrt(3) + 1, sp.sqrt(3) - 1], [sp.sqrt(3) - 1, sp.sqrt(3) + 1]]) / 2
    assert sp.simplify(half * half - A) == sp.zeros(2, 2)
    assert A.eigenvals() == {1: 1, 3: 1}

    power = x**p
    assert sp.simplify((x - eta * sp.diff(power, x) / sp.diff(power, x, 2)) / x - (1 - eta / (p - 1))) == 0
    for exponent, factor in ((4, 2 / 3), (3, 0.5), (2, 0), (1.5, -1), (1.25, -3)):
        path = gd.descend(gd.Objective(f"abs(x)**{exponent}"), NEWTON, (1.0,), steps=4).path[:, 0]
        np.testing.assert_allclose(path[1:], factor * path[:-1], atol=1e-12)

    rosenbrock, start = gd.objectives.rosenbrock, np.array([-1.2, 1.0])

    def apart(S):
        seen = gd.Objective.from_functions(
            lambda y: rosenbrock(y @ S.T), lambda y: rosenbrock.grad(y @ S.T) @ S, 2,
            lambda y: S.T @ rosenbrock.hess(y @ S.T) @ S,
        )  # fmt: skip
        settings = {"steps": 20, "lr": 0.1}
        here = gd.descend(rosenbrock, gd.methods.diagonal_scaling, start, **settings)
        there = gd.descend(seen, gd.methods.diagonal_scaling, np.linalg.solve(S, start), **settings)
        return np.abs(there.path @ S.T - here.path).max()

    assert apart(np.diag([5.0, 0.1])) < 1e-12
    assert apart(np.array([[0.0, 2.0], [3.0, 0.0]])) < 1e-12
    assert apart(np.array([[2.0, 1.0], [0.5, 3.0]])) > 0.01


def test_three_saddles_and_a_fractal():
    x, y = sp.symbols("x y", real=True)
    z = x + sp.I * y
    f = sp.expand(sp.re(sp.expand(z**4))) / 4 - x
    assert sp.expand(f - ((x**4 - 6 * x**2 * y**2 + y**4) / 4 - x)) == 0
    H = sp.hessian(f, (x, y))
    assert sp.expand(H.trace()) == 0
    assert sp.expand(H.det() + 9 * (x**2 + y**2) ** 2) == 0
    objective = gd.Objective("(x**4 - 6*x**2*y**2 + y**4)/4 - x")
    for start in ((0.7, -1.3), (-1.1, 0.2), (0.4, 0.5)):
        z0 = complex(*start)
        expected = z0 - (z0**3 - 1) / (3 * z0**2)
        after = gd.descend(objective, NEWTON, start, steps=1).path[1]
        assert complex(*after) == pytest.approx(expected, rel=1e-12)
    axis = np.linspace(-2, 2, 81)
    starts = np.stack(np.meshgrid(axis, axis), axis=-1)
    run = gd.descend(objective, NEWTON, starts, steps=40)
    saddles = np.exp(2j * np.pi * np.arange(3) / 3)
    undecided = []
    for t in (5, 10, 20, 40):
        far = np.abs((run.path[t] @ (1, 1j))[..., None] - saddles)
        undecided.append((far.min(axis=-1) >= 0.1).mean())
    assert (np.diff(undecided) < 0).all()
    assert undecided[-1] * starts[..., 0].size == 1  # the start at 0, where the Hessian is zero
