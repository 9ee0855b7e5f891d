"""gd.rates: the numbers of the theory, rules' own iteration matrices, the order of convergence, tracing, bad input."""

import math

import mpmath
import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

import gdlib as gd
from gdlib.emit.as_javascript import JAVASCRIPT
from gdlib.emit.as_numpy import compile_value
from gdlib.emit.straight_line import print_code
from gdlib.trace.graph import symbol

r = gd.rates
SPECTRUM = np.linspace(1.0, 100.0, 1001)
LINEAR = ["gradient_descent", "momentum", "nesterov", "nesterov_lookahead", "momentum_accumulate", "momentum_ema"]


def steps_to(rate, tolerance=1e-6):
    return math.ceil(math.log(tolerance) / math.log(rate))


# The numbers of the theory


@pytest.mark.parametrize(("kappa", "steps"), [(10, 69), (100, 691), (10_000, 69_078)])
def test_gradient_descent_contracts_as_the_condition_number_says(kappa, steps):
    rate = r.contraction(1.0, float(kappa))
    assert rate == pytest.approx((kappa - 1) / (kappa + 1), rel=1e-15)
    assert steps_to(rate) == steps
    assert r.optimal_step(1.0, float(kappa)) == pytest.approx(2 / (kappa + 1), rel=1e-15)


def test_kappa_100():
    assert round(r.contraction(1.0, 100.0), 6) == 0.980198
    lr, beta = r.optimal_momentum(1.0, 100.0)
    assert lr == pytest.approx(4 / 121)
    assert beta == pytest.approx(81 / 121)
    assert round(r.spectral_radius(gd.rules.momentum, SPECTRUM, lr=lr, beta=beta), 6) == 0.818182
    assert steps_to(9 / 11) == 69


def test_691_steps_are_what_a_run_takes():
    f = gd.Objective("x**2/2 + 50*y**2")
    run = gd.descend(f, gd.rules.gradient_descent, (1.0, 1.0), steps=1000, lr=r.optimal_step(1.0, 100.0))
    errors = np.abs(run.path).max(axis=1)
    assert int(np.argmax(errors <= 1e-6)) == 691


def test_nesterov_on_quadratics():
    """Rate 1 - 1/√κ at lr = 1/L, and 1 - 2/√(3κ+1) when tuned."""
    assert r.spectral_radius(gd.rules.nesterov, SPECTRUM, lr=0.01, beta=9 / 11) == pytest.approx(0.9, abs=1e-7)
    root = math.sqrt(301)
    tuned = r.spectral_radius(gd.rules.nesterov, SPECTRUM, lr=4 / 301, beta=(root - 2) / (root + 2))
    assert tuned == pytest.approx(1 - 2 / root, abs=1e-7)
    assert round(tuned, 4) == 0.8847


def test_critical_damping():
    """At β = (1 - √(ηλ))² the eigenvalues meet; with more momentum they turn, at radius √β."""
    assert r.spectral_radius(gd.rules.momentum, 1.0, lr=0.01, beta=0.81) == pytest.approx(0.9, abs=1e-7)
    for beta in (0.85, 0.9, 0.99):
        assert r.spectral_radius(gd.rules.momentum, 1.0, lr=0.01, beta=beta) == pytest.approx(
            math.sqrt(beta), abs=1e-12
        )
    for beta in (0.0, 0.5, 0.8):
        assert r.spectral_radius(gd.rules.momentum, 1.0, lr=0.01, beta=beta) > 0.9


@pytest.mark.parametrize(
    ("rule", "edge"),
    [("gradient_descent", lambda b: 2.0), ("momentum", lambda b: 2 + 2 * b),
     ("momentum_ema", lambda b: 2 * (1 + b) / (1 - b)), ("nesterov", lambda b: (2 + 2 * b) / (1 + 2 * b))],
)  # fmt: skip
@pytest.mark.parametrize("beta", [0.25, 0.5, 0.9])
def test_the_edge_of_stability_of_each_convention(rule, edge, beta):
    hyper = {"beta": beta} if "beta" in gd.rules[rule].defaults else {}
    for factor, stable in ((0.999, True), (1.001, False)):
        assert (r.spectral_radius(gd.rules[rule], 1.0, lr=factor * edge(beta), **hyper) < 1) is stable


@settings(deadline=None)
@given(mu=st.floats(1e-3, 1e3), ratio=st.floats(1.0, 1e4))
def test_no_other_settings_do_better(mu, ratio):
    L = mu * ratio
    ends = np.array([mu, L])
    best = r.spectral_radius(gd.rules.gradient_descent, ends, lr=r.optimal_step(mu, L))
    assert best == pytest.approx(r.contraction(mu, L), abs=1e-12)
    for factor in (0.9, 1.1):
        other = r.spectral_radius(gd.rules.gradient_descent, ends, lr=factor * r.optimal_step(mu, L))
        assert other >= best
    lr, beta = r.optimal_momentum(mu, L)
    swift = r.spectral_radius(gd.rules.momentum, ends, lr=lr, beta=beta)
    assert swift == pytest.approx(math.sqrt(beta), abs=1e-6)
    for one, other in ((0.97, 1.0), (1.03, 1.0), (1.0, 0.97), (1.0, 1.03)):
        if beta * other < 1:
            assert r.spectral_radius(gd.rules.momentum, ends, lr=lr * one, beta=beta * other) >= swift - 1e-6


# A rule's own matrix


@pytest.mark.parametrize("name", LINEAR)
def test_the_matrix_is_what_a_run_does(name):
    """Powers of the matrix against descend on x²·λ/2, to rounding."""
    rule, curvature = gd.rules[name], 0.75
    settings = {key: value for key, value in {"lr": 0.3, "beta": 0.6}.items() if key in rule.defaults}
    matrix = np.array(r.iteration_matrix(rule, curvature, **settings))
    run = gd.descend(gd.Objective("3*x**2/8"), rule, (2.0,), steps=40, **settings)
    state = np.zeros(len(matrix))
    state[0] = 2.0
    for point in run.path[:, 0]:
        assert state[0] == pytest.approx(point, abs=1e-13)
        state = matrix @ state


@pytest.mark.parametrize("name", LINEAR)
def test_the_radius_is_that_of_numpys_eigenvalues(name):
    rule = gd.rules[name]
    for curvature in (0.1, 1.0, 3.7):
        matrix = np.array(r.iteration_matrix(rule, curvature, lr=0.2))
        expected = np.abs(np.linalg.eigvals(matrix)).max()
        assert r.spectral_radius(rule, curvature, lr=0.2) == pytest.approx(expected, rel=1e-9)


def test_a_rule_with_two_states_goes_by_eigenvalues():
    @gd.rule
    def twice(theta, g, v, w, *, lr=0.1, beta=0.5):
        v = beta * v - lr * g
        w = beta * w + v
        return theta + w, v, w

    matrix = np.array(r.iteration_matrix(twice, 1.0))
    assert matrix.shape == (3, 3)
    assert r.spectral_radius(twice, [1.0, 0.5]) == pytest.approx(
        max(np.abs(np.linalg.eigvals(np.array(r.iteration_matrix(twice, c)))).max() for c in (1.0, 0.5))
    )


def test_arrays_of_settings_give_a_map():
    lr, beta = np.linspace(0.01, 3, 7)[:, None], np.linspace(0, 0.9, 5)
    radii = r.spectral_radius(gd.rules.momentum, [0.5, 1.0], lr=lr, beta=beta)
    assert radii.shape == (7, 5)
    for i in range(7):
        for j in range(5):
            one = r.spectral_radius(gd.rules.momentum, [0.5, 1.0], lr=float(lr[i, 0]), beta=float(beta[j]))
            assert radii[i, j] == one


@pytest.mark.parametrize("rule", [one for one in gd.rules if one.name not in LINEAR], ids=lambda rule: rule.name)
def test_rules_that_are_not_linear_are_refused(rule):
    with pytest.raises(ValueError, match=rf"rule: needs one .*{rule.name}"):
        r.spectral_radius(rule, [1.0, 2.0])


def test_a_linear_rule_that_looks_at_the_step_number_is_refused():
    @gd.rule
    def fading(theta, g, t, *, lr=0.1):
        return theta - lr * g / t

    with pytest.raises(ValueError, match="rule: needs one that does the same in every step; fading looks at t"):
        r.iteration_matrix(fading, 1.0)


# Tracing


def test_the_formulas_trace():
    mu, L = symbol("mu"), symbol("L")
    at = np.array([[1.0, 9.0], [2.0, 50.0]])
    lr, beta = r.optimal_momentum(mu, L)
    for node, plain in [
        (r.optimal_step(mu, L), r.optimal_step(at[:, 0], at[:, 1])),
        (r.contraction(mu, L), r.contraction(at[:, 0], at[:, 1])),
        (lr, r.optimal_momentum(at[:, 0], at[:, 1]).lr),
        (beta, r.optimal_momentum(at[:, 0], at[:, 1]).beta),
    ]:
        assert (compile_value(node, ["mu", "L"])(at) == plain).all()


@pytest.mark.parametrize("name", ["gradient_descent", "momentum", "nesterov_lookahead"])
def test_the_spectral_radius_traces(name):
    rule = gd.rules[name]
    names = ["curvature", *rule.defaults]
    node = r.spectral_radius(rule, symbol("curvature"), **{one: symbol(one) for one in rule.defaults})
    rng = np.random.default_rng(2)
    points = rng.uniform(0.05, 0.95, (50, len(names)))
    expected = [
        r.spectral_radius(rule, p[0], **dict(zip(rule.defaults, map(float, p[1:]), strict=True))) for p in points
    ]
    assert (compile_value(node, names)(points) == expected).all()
    assert "Math.sqrt" in str(print_code([node], {one: one for one in names}, JAVASCRIPT)) or name == "gradient_descent"


def test_several_curvatures_trace_to_the_largest():
    node = r.spectral_radius(gd.rules.gradient_descent, [1.0, 3.0], lr=symbol("lr"))
    assert compile_value(node, ["lr"])(np.array([[0.5], [0.25]])).tolist() == [0.5, 0.75]


# Order of convergence


def newton_errors(slope, bend, start, root, steps, digits=400):
    with mpmath.workdps(digits):
        x, errors = mpmath.mpf(start), []
        for _ in range(steps):
            errors.append(abs(x - root))
            x -= slope(x) / bend(x)
        return errors


@pytest.mark.parametrize(
    ("text", "start", "order"), [("exp(x) - x", 1.0, 2.0), ("cosh(x)", 1.0, 3.0), ("x**4", 1.0, 1.0)]
)
def test_newtons_order_in_a_run(text, start, order):
    run = gd.descend(gd.Objective(text), gd.methods.newton, (start,), steps=5)
    errors = np.abs(run.path[:, 0])
    found = r.order_of(errors[errors > 1e-12])
    assert found.order == pytest.approx(order, abs=0.02)
    assert found.uncertainty < 0.3


def test_newtons_order_to_400_digits():
    """e^x - x: order 2 with e₊/e² → f'''/2f'' = ½; cosh: order 3."""
    errors = newton_errors(lambda x: mpmath.exp(x) - 1, mpmath.exp, 1, 0, 9)
    found = r.order_of(errors)
    assert found.order == pytest.approx(2.0, abs=0.005)
    assert found.uncertainty < 0.02
    assert float(errors[-1] / errors[-2] ** 2) == pytest.approx(0.5, abs=1e-6)
    cubic = r.order_of(newton_errors(mpmath.sinh, mpmath.cosh, 1, 0, 6))
    assert cubic.order == pytest.approx(3.0, abs=0.01)


def test_newton_on_a_quartic_is_linear_with_ratio_two_thirds():
    run = gd.descend(gd.Objective("x**4"), gd.methods.newton, (1.0,), steps=30)
    assert run.path[1:, 0] / run.path[:-1, 0] == pytest.approx(np.full(30, 2 / 3), rel=1e-12)
    assert r.order_of(run.path[:, 0]).order == pytest.approx(1.0, abs=1e-9)


@settings(deadline=None)
@given(order=st.sampled_from([1.0, 1.3247, 1.618, 2.0, 3.0]), factor=st.floats(0.2, 0.9))
def test_the_order_of_a_made_up_sequence(order, factor):
    with mpmath.workdps(50):
        errors = [mpmath.mpf("0.1")]
        for _ in range(6):
            errors.append(factor * errors[-1] ** order)
        found = r.order_of(errors)
    assert found.order == pytest.approx(order, abs=0.15)
    assert abs(found.order - order) <= 3 * found.uncertainty + 1e-9


def test_sympys_and_decimal_numbers_far_below_floats_are_taken():
    import decimal

    for kind in (lambda k: sp.Rational(1, 10**k), lambda k: decimal.Decimal(10) ** -k, lambda k: mpmath.mpf(10) ** -k):
        assert r.order_of([kind(2**k * 100) for k in range(6)]).order == pytest.approx(2.0)


def test_the_uncertainty_is_what_the_last_estimates_differ_by():
    """Falls of 1, 2, 3, 6 binary digits: estimates 2, 3/2, 2."""
    assert r.order_of([2**-1, 2**-2, 2**-4, 2**-7]) == pytest.approx((1.5, 0.5))
    assert r.order_of([2**-1, 2**-2, 2**-4, 2**-7, 2**-13]) == pytest.approx((2.0, 0.5))


def test_zeros_at_the_end_are_dropped():
    assert r.order_of([0.5, 0.25, 0.0625, 0.00390625, 0.0, 0.0]) == r.order_of([0.5, 0.25, 0.0625, 0.00390625])


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: r.order_of([1.0, 0.5, 0.25]), "errors: needs at least four"),
        (lambda: r.order_of([1.0, 0.5, 0.0, 0.0]), "errors: needs at least four"),
        (lambda: r.order_of([1.0, 0.5, 0.5, 0.1]), "errors: needs each smaller"),
        (lambda: r.order_of([1.0, -0.5, 0.2, 0.1]), "errors: needs positive"),
        (lambda: r.order_of([1.0, math.nan, 0.2, 0.1]), "errors: needs positive"),
        (lambda: r.optimal_step(0.0, 1.0), "mu: needs a finite curvature > 0"),
        (lambda: r.contraction(2.0, 1.0), "mu: needs the least curvature"),
        (lambda: r.optimal_momentum(1.0, math.inf), "L: needs a finite"),
        (lambda: r.spectral_radius(gd.rules.momentum, []), "curvatures: needs at least one"),
        (lambda: r.spectral_radius(gd.rules.momentum, [math.nan]), "curvatures: needs at least one"),
    ],
)
def test_bad_numbers(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_bad_kinds():
    with pytest.raises(TypeError, match="rule: needs a rule such as"):
        r.spectral_radius(gd.methods.newton, [1.0])
    with pytest.raises(TypeError, match="momentun: no hyperparameter of gradient_descent"):
        r.spectral_radius(gd.rules.gradient_descent, [1.0], momentun=0.5)
