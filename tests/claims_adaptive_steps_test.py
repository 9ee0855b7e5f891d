"""Proves what the page adaptive-steps.md claims; a test returns the numbers that the page types."""

import math
from itertools import pairwise

import numpy as np
import pytest
import sympy as sp

import gdlib as gd
from gdlib.descriptions.invariances import invariances
from tests.claim import claim

RAVINE = gd.objectives.ravine


def on_ravine(rule, steps, **settings):
    return gd.descend(RAVINE, gd.rules[rule], RAVINE.start, steps=steps, **settings)


@claim("loss-in-cents")
def test_only_rules_that_divide_by_a_size_do_not_notice_the_currency():
    settings = {"gradient_descent": 0.03, "adagrad": 1.0, "rmsprop": 0.05, "adagrad_no_root": 1.0}
    ends = {name: [] for name in settings}
    for s in (0.01, 1.0, 100.0):
        same = gd.Objective(s * RAVINE.expr, variables=RAVINE.variables)
        for name, lr in settings.items():
            run = gd.descend(same, gd.rules[name], RAVINE.start, steps=100, lr=lr)
            ends[name].append(run.values[-1] / s)
    assert ends["gradient_descent"].pop() == math.inf
    for name in ("adagrad", "rmsprop"):
        assert ends[name] == pytest.approx([ends[name][1]] * 3, rel=1e-3)
        assert invariances(gd.rules[name]).scale
    assert not invariances(gd.rules.adagrad_no_root).scale
    assert sorted(ends["adagrad_no_root"]) == ends["adagrad_no_root"]
    return [RAVINE(RAVINE.start), *ends["gradient_descent"], ends["adagrad"][1], ends["rmsprop"][1],
            *ends["adagrad_no_root"]]  # fmt: skip


def test_an_average_weighs_what_the_sign_cannot():
    slopes, chances = np.array([0.1, -0.9]), np.array([0.9, 0.1])
    assert chances @ slopes == pytest.approx(0)
    assert chances @ np.sign(slopes) == pytest.approx(0.8)


@claim("adagrad-needs-nothing")
def test_adagrad_travels_at_most_twice_the_root_of_its_steps():
    f, lr, steps = gd.Objective("sqrt(1 + x**2)"), 0.1, 1000
    starts, bound = (10.0, 100.0, 1000.0), 2 * lr * math.sqrt(steps)
    moved = []
    for start in starts:
        run = gd.descend(f, gd.rules.adagrad, (start,), steps=steps, lr=lr)
        assert (np.diff(run.grad_norms) <= 0).all()  # its slopes shrink, as the bound asks
        assert (start - run.path[:, 0] <= 2 * lr * np.sqrt(np.arange(steps + 1)) + 1e-12).all()
        moved.append(start - run.path[-1, 0])
    assert max(moved) < bound
    needed = (starts[-1] / (2 * lr)) ** 2
    ends = [on_ravine("adagrad", 1000, lr=one).values[-1] for one in (0.01, 0.1, 1.0)]
    assert ends[2] < 1e-100
    return [steps, *starts, *moved, bound, starts[-1], needed, 1000, *ends[:2], 100]


def games(rule, lrs, seed=0, rounds=1000, n=20):
    """For each step size the regrets of eight games, and the sums of the roots of s."""
    rng = np.random.default_rng(seed)
    present = rng.random((rounds, 8, n)) < 1 / np.arange(1, n + 1)
    rows, best = present * rng.choice([-1.0, 1.0], present.shape), rng.uniform(-0.5, 0.5, (8, n))
    lr = np.asarray(lrs)[:, None, None]
    theta = np.zeros((len(lrs), 8, n))
    state, regret, squares = [np.zeros_like(theta)] * len(rule.state), np.zeros((len(lrs), 8)), np.zeros_like(theta)
    for a in rows:
        errors = np.einsum("gi,lgi->lg", a, theta) - np.einsum("gi,gi->g", a, best)
        regret = regret + np.abs(errors)  # the best point pays nothing
        g = np.sign(errors)[..., None] * a
        squares = squares + g**2
        made = rule(theta, g, *state, lr=lr)
        theta, *state = made if rule.state else (made,)
        theta = np.clip(theta, -0.5, 0.5)
    return regret, np.sqrt(squares).sum(axis=-1)


@claim("adagrad-regret")
def test_adagrads_regret_stays_below_its_bound():
    bound = math.sqrt(2)  # times D = 1
    steps = (0.01, 0.02, 0.05, 0.1, 0.2)
    for seed in (1, 2):
        regret, roots = games(gd.rules.adagrad, [1 / math.sqrt(2)], seed=seed)
        assert (regret <= bound * roots).all()
    regret, roots = games(gd.rules.adagrad, [1 / math.sqrt(2), *steps])
    assert (regret[0] <= bound * roots[0]).all()
    ranges = []
    for regrets in (regret[1:], games(gd.rules.gradient_descent, steps)[0]):
        best = min(regrets, key=np.median)
        ranges += [best.min(), best.max()]
    assert ranges[1] < ranges[2]
    share = (regret[0] / (bound * roots[0])).max()
    return [regret[0, 0], bound * roots[0, 0], share, steps[0], steps[-1], *ranges]


def test_the_moves_of_the_proof():
    """Multiplying out, the bound of the second sum, and the best step size."""
    d, g, eta, s, D = sp.symbols("d g eta s D", positive=True)
    after = (d - eta * g / sp.sqrt(s)) ** 2
    charged = sp.sqrt(s) / (2 * eta) * (d**2 - after) + eta / 2 * g**2 / sp.sqrt(s)
    assert sp.simplify(charged - g * d) == 0
    before = sp.Symbol("before", positive=True)  # s of the step before, so that s >= before
    gap = 2 * (sp.sqrt(s) - sp.sqrt(before)) - (s - before) / sp.sqrt(s)
    assert sp.simplify(gap - (sp.sqrt(s) - sp.sqrt(before)) ** 2 / sp.sqrt(s)) == 0  # never negative
    bracket = D**2 / (2 * eta) + eta
    assert sp.solve(sp.diff(bracket, eta), eta) == [sp.sqrt(2) * D / 2]
    assert sp.simplify(bracket.subs(eta, D / sp.sqrt(2)) - sp.sqrt(2) * D) == 0
    k = sp.Symbol("k", positive=True)
    grown = bracket.subs(eta, k * D / sp.sqrt(2)) / (sp.sqrt(2) * D)
    assert sp.simplify(grown - (k + 1 / k) / 2) == 0


def full_matrix(f, theta, steps, lr):
    """AdaGrad with the pseudo-inverse of the root of the whole matrix, by its singular values."""
    G, path = np.zeros((f.n, f.n)), [np.asarray(theta, dtype=float)]
    for _ in range(steps):
        g = f.grad(path[-1])
        G = G + np.outer(g, g)
        U, s, Vt = np.linalg.svd(G)
        inverse = np.where(s > 1e-12 * s[0], 1 / np.sqrt(np.maximum(s, 1e-300)), 0.0)
        path.append(path[-1] - lr * (Vt.T * inverse) @ (U.T @ g))
    return np.array(path)


def turned_valley(degrees):
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    turn = np.array([[c, -s], [s, c]])
    return gd.Objective(f"({c}*x + {s}*y)**2/2 + 50*({c}*y - {s}*x)**2"), turn


@claim("full-matrix-turns")
def test_the_full_matrix_does_not_notice_a_turn():
    angles, diagonal, full, back = (0, 10, 20, 45), [], [], []
    for degrees in angles:
        f, turn = turned_valley(degrees)
        start = turn @ (3.0, 1.0)
        own = gd.descend(f, gd.rules.adagrad, start, steps=500, lr=1.0).path
        whole = full_matrix(f, start, 50, lr=1.0)
        diagonal.append(int((np.linalg.norm(own, axis=-1) <= 0.01).argmax()))
        full.append(int((np.linalg.norm(whole, axis=-1) <= 0.01).argmax()))
        back.append(whole @ turn)
    for path in back[1:]:
        np.testing.assert_allclose(path[:25], back[0][:25], atol=1e-6)
    assert len(set(full)) == 1
    return [*angles, *diagonal, full[0]]


def effective(rule, lr, steps=2000):
    x, s, rates = 1.0, 0.0, []
    for _ in range(steps):
        x, s = gd.rules[rule](x, x, s, lr=lr)
        rates.append(lr / math.sqrt(s))
    return rates


@claim("adaptive-means-falling")
def test_rmsprops_effective_step_size_rises_to_the_edge():
    rmsprop, adagrad = effective("rmsprop", 0.01), effective("adagrad", 0.5)
    assert all(one >= other for one, other in pairwise(adagrad))
    assert rmsprop[-1] == pytest.approx(2, abs=1e-3)  # 2 over the curvature
    return [1, rmsprop[0], rmsprop[-1], adagrad[0], adagrad[-1]]


@claim("forms-without-eps")
def test_without_eps_a_zero_slope_is_no_number():
    bare = gd.descend(gd.objectives.bowl, gd.rules.rmsprop, (1.0, 0.0), steps=9, eps=0.0)
    assert bare.reason == "left the finite numbers at step 1"
    guarded = gd.descend(gd.objectives.bowl, gd.rules.rmsprop, (1.0, 0.0), steps=9)
    assert guarded.reason == "steps"
    assert (guarded.path[:, 1] == 0).all()
    return [bare.steps + 1]


@claim("eps-in-or-out")
def test_eps_inside_the_root_is_another_rule():
    proved = []
    for g, eps in ((1e-4, 1e-8), (1.0, 0.1)):
        moved = [
            -gd.rules[name](0.0, g, 0.0, lr=0.1, rho=0.9, eps=eps)[0] for name in ("rmsprop", "rmsprop_eps_inside")
        ]
        assert moved[0] == pytest.approx(0.1 * g / (math.sqrt(0.1) * g + eps))
        assert moved[1] == pytest.approx(0.1 * g / math.sqrt(0.1 * g**2 + eps))
        proved += [g, *moved]
    return [1e-8, math.sqrt(1e-8), *proved[:3], *(proved[k] for k in (3, 4, 5))]


@gd.rule
def adadelta_of_slopes(theta, g, s, u, *, rho=0.95, eps=1e-6):
    s = rho * s + (1 - rho) * g**2
    move = -np.sqrt(u + eps) / np.sqrt(s + eps) * g
    u = rho * u + (1 - rho) * g**2
    return theta + move, s, u


@claim("adadelta-numerator")
def test_squared_slopes_in_both_roots_leave_plain_descent():
    wrong = gd.descend(RAVINE, adadelta_of_slopes, RAVINE.start, steps=2000)
    right = on_ravine("adadelta", 2000)
    x, s, u = 0.0, 0.0, 0.0
    for _ in range(300):
        before = x
        x, s, u = adadelta_of_slopes(x, 5.0, s, u)
    assert before - x == pytest.approx(5.0, rel=1e-3)  # the gradient itself: a step size of one
    assert wrong.reason == f"left the finite numbers at step {wrong.steps + 1}"
    return [wrong.steps + 1, right.values[-1], right.steps]


@claim("adadelta-insensitive")
def test_eps_sets_adadeltas_pace():
    parts = {
        eps: (run := on_ravine("adadelta", 2000, eps=eps)).values / run.values[0] for eps in (1e-2, 1e-4, 1e-6, 1e-8)
    }
    reached = {eps: int((part <= 0.01).argmax()) for eps, part in parts.items() if (part <= 0.01).any()}
    assert list(reached) == [1e-2, 1e-4, 1e-6]
    assert (on_ravine("adadelta", 100, eps=0.0).path == RAVINE.start).all()
    for eps in (1e-2, 1e-4, 1e-6):
        assert -gd.rules.adadelta(0.0, 1e3, 0.0, 0.0, eps=eps)[0] == pytest.approx(math.sqrt(eps / 0.05), rel=1e-3)
    return [reached[1e-2], 1e-2, reached[1e-4], 1e-4, reached[1e-6], 1e-6, 1e-8, 2000, 1e-2, parts[1e-2][-1], 0]


def test_adadeltas_first_move_is_set_by_eps():
    assert round(math.sqrt(1e-6 / 0.05), 4) == 0.0045


def sparse_problem():
    rng, weights = np.random.default_rng(0), np.array([3.0, -3, 2, -2, 2] + 35 * [0])
    X, X_test = ((rng.random((rows, 40)) < 0.15) * rng.normal(size=(rows, 40)) for rows in (400, 4000))
    y = np.where(X @ weights + 0.5 * rng.logistic(size=400) > 0, 1.0, -1.0)
    loss = gd.Objective.from_functions(
        lambda w: np.logaddexp(0, -y * (w @ X.T)).mean(-1), lambda w: -(y / (1 + np.exp(y * (w @ X.T)))) @ X / 400, n=40
    )
    truth = X_test @ weights
    return loss, lambda w: float((((X_test @ w) * truth) > 0)[truth != 0].mean())


@claim("ftrl-zeros")
def test_ftrl_sets_weights_to_zero_and_a_penalty_in_the_gradient_does_not():
    loss, right = sparse_problem()

    def both(l1):
        sparse = gd.descend(loss, gd.rules.ftrl_proximal, np.zeros(40), steps=500, lr=0.5, l1=l1).path[-1]
        plain = gd.descend(
            loss, gd.rules.adagrad, np.zeros(40), steps=500, lr=0.5, eps=1.0,
            transform=lambda g, theta: g + l1 / 500 * np.sign(theta),
        ).path[-1]  # fmt: skip
        return sparse, plain

    none, also = both(0.0)
    assert right(none) == right(also)
    np.testing.assert_allclose(none, also, atol=1e-9)  # without a penalty they are one rule
    sparse, plain = both(8.0)
    assert (sparse[:5] != 0).all()
    return [int((sparse == 0).sum()), 40, int((plain == 0).sum()), int((abs(plain) < 0.01).sum()), 0.01,
            right(sparse), right(plain), 0, right(none)]  # fmt: skip


def test_the_model_of_ftrl_has_its_minimum_where_adagrad_goes():
    """Three steps of the model, minimised by SymPy, against AdaGrad and against the rule with a penalty."""
    x = sp.Symbol("x", real=True)
    slopes, eta, beta, l1 = (3.0, -1.0, 0.5), 0.5, 1.0, 0.75
    model, visited, q, n = sp.Integer(0), [0.0], 0.0, 0.0
    theta, z, sums, curvature = 0.0, 0.0, 0.0, 0.0
    for t, g in enumerate(slopes, 1):
        n += g**2
        now = (beta + math.sqrt(n)) / eta
        model += g * x + (now - q) * (x - visited[-1]) ** 2 / 2
        q = now
        slope_at_zero = float(sp.diff(model, x).subs(x, 0))
        shrunk = 0.0 if abs(slope_at_zero) <= l1 else -(slope_at_zero - math.copysign(l1, slope_at_zero)) / q
        visited.append(shrunk)
        theta, z, sums, curvature = gd.rules.ftrl_proximal(theta, g, z, sums, curvature, t, lr=eta, beta=beta, l1=l1)
        assert float(theta) == pytest.approx(shrunk, abs=1e-12)


@claim("adaptive-predicted")
def test_first_and_last_steps_are_as_predicted():
    line = gd.Objective("7*x")

    def moves(name, **settings):
        return np.abs(np.diff(gd.descend(line, gd.rules[name], (0.0,), steps=100, **settings).path[:, 0]))

    adagrad, rmsprop = moves("adagrad", lr=1.0)[99], moves("rmsprop", lr=1.0)[0]
    rests = [
        gd.descend(gd.Objective(text), gd.rules.rmsprop, (1.0,), steps=2000, lr=0.1).path[-3:, 0] / 0.1
        for text in ("x**2/2", "50*x**2")
    ]
    for rest in rests:
        np.testing.assert_allclose(np.abs(rest), 0.5, atol=1e-5)
        assert rest[0] * rest[1] < 0
    adadelta = moves("adadelta", eps=1e-6)[0] / math.sqrt(1e-6)
    predicted = [1 / math.sqrt(100), 1 / math.sqrt(1 - 0.9), 0.5, 0.5, 1 / math.sqrt(1 - 0.95)]
    measured = [adagrad, rmsprop, *(abs(rest[-1]) for rest in rests), adadelta]
    np.testing.assert_allclose(measured, predicted, rtol=1e-4)
    return measured


def test_solutions_of_the_exercises():
    for text in ("x**2/2", "50*x**2"):
        run = gd.descend(gd.Objective(text), gd.rules.adagrad, (1.0,), steps=2, lr=0.5, eps=0.0)
        assert run.path[1:, 0] == pytest.approx([0.5, 0.2764], abs=5e-5)
    assert 0.5 - 0.25 / math.sqrt(1.25) == pytest.approx(0.2764, abs=5e-5)

    predicted = ((50 / 0.5 + 1.46) / 2) ** 2
    run = gd.descend(gd.Objective("3*x"), gd.rules.adagrad, (0.0,), steps=3000, lr=0.5)
    assert int((run.path[:, 0] <= -50).argmax()) == 2574 == math.ceil(predicted)

    run = gd.descend(
        gd.Objective("x**2/2"), gd.rules.rmsprop, (1.0,), steps=10_000, lr=0.1, schedule=gd.schedules.inverse_root()
    )
    assert abs(run.path[-1, 0]) == pytest.approx(0.0005, rel=1e-2)

    medians = np.median(games(gd.rules.adagrad, np.array([1, 0.5, 0.2]) / math.sqrt(2))[0], axis=1)
    assert (np.diff(medians) < 0).all()

    plain = full_matrix(gd.Objective("x**2/2 + y**2/2 + x*y/2"), (3.0, 1.0), 4, lr=1.0)
    stretched = full_matrix(gd.Objective("x**2/2 + 50*y**2 + 5*x*y"), (3.0, 0.1), 4, lr=1.0)
    assert np.abs(plain - stretched * (1, 10)).max() > 0.1
