"""Proves what the page adam.md claims; a test returns the numbers that the page types."""

import math

import numpy as np
import pytest
import sympy as sp

import gdlib as gd
from gdlib.descriptions.invariances import invariances
from tests.claim import claim

LINE = gd.Objective("7*x")
T = np.arange(1, 5001)


def moves(name, steps=5000, f=LINE, **settings):
    """The lengths of the steps under a constant slope, in units of lr."""
    return np.abs(np.diff(gd.descend(f, gd.rules[name], (0.0,), steps=steps, lr=1.0, **settings).path[:, 0]))


@claim("uncorrected-too-small")
def test_without_correction_the_first_steps_are_too_long():
    move = moves("adam_uncorrected")
    np.testing.assert_allclose(move, (1 - 0.9**T) / np.sqrt(1 - 0.999**T), rtol=1e-6)
    long, off = np.flatnonzero(move > 2), np.flatnonzero(move > 1.01)
    assert (long == np.arange(len(long))).all()
    assert (off == np.arange(len(off))).all()
    return [move[0], int(move.argmax()) + 1, move.max(), int(long[-1]) + 1, int(off[-1]) + 2]


def test_the_weights_of_an_average_sum_to_one_less_the_power():
    beta, mean = sp.symbols("beta mean", positive=True)
    for t in range(1, 7):
        m = sp.Integer(0)
        for _ in range(t):
            m = beta * m + (1 - beta) * mean
        assert sp.expand(m - mean * (1 - beta**t)) == 0


@claim("adam-sign-step")
def test_adams_first_step_is_the_sign_up_to_eps():
    first = {}
    for slope in (1e3, -1e-3, 1e-8):
        run = gd.descend(gd.Objective(f"{slope}*x"), gd.rules.adam, (0.0,), steps=100, lr=1.0)
        move = np.diff(run.path[:, 0])
        assert move == pytest.approx(np.full(100, -slope / (abs(slope) + 1e-8)), rel=1e-9)
        first[slope] = move[0]
    return [first[1e3], 1000, first[-1e-3], -0.001, first[1e-8], 1e-8]


def last_step(gradients):
    theta, m, v = 0.0, 0.0, 0.0
    for t, g in enumerate(gradients, 1):
        before, (theta, m, v) = theta, gd.rules.adam(theta, float(g), m, v, t, lr=1.0)
    return abs(theta - before)


@claim("adam-step-at-most-eta")
def test_growing_slopes_make_the_longest_step():
    beta1, beta2 = 0.9, 0.999
    bound = (1 - beta1) / math.sqrt((1 - beta2) * (1 - beta1**2 / beta2))
    quiet, factor = np.zeros(10_000), beta2 / beta1
    sudden, grown = last_step([*quiet, 1.0]), last_step([*quiet, *factor ** np.arange(-200.0, 0.0), 1.0])
    assert sudden == pytest.approx((1 - beta1) / math.sqrt(1 - beta2), rel=1e-4)
    assert grown == pytest.approx(bound, rel=1e-4)
    rng = np.random.default_rng(0)
    k = np.arange(400)
    slopes = np.concatenate([rng.normal(size=(200, 400)), rng.uniform(1.0, 1.3, (200, 1)) ** -k])
    m, v = (1 - beta1) * slopes @ beta1**k, (1 - beta2) * slopes**2 @ beta2**k
    assert (np.abs(m) / np.sqrt(v) <= bound).all()
    weights = (1 - np.array([[beta1], [beta1**2 / beta2], [beta2]]) ** T) / (
        1 - np.array([[beta1], [beta1**2 / beta2], [beta2]])
    )
    early = np.sqrt(weights[1] * weights[2]) / weights[0]  # the bound for step t, with the corrections
    assert (np.diff(early) >= 0).all()
    assert early[-1] <= bound
    return [10_000, sudden, 200, factor, grown]


@claim("root-of-t-over-n")
def test_counting_in_epochs_makes_the_first_step_long():
    N = 1000
    wrong = moves("adam", steps=2 * N, schedule=lambda t: 1 / np.sqrt(t / N))
    right = moves("adam", steps=2 * N, schedule=gd.schedules.inverse_root(rate=1 / N))
    assert wrong[0] == pytest.approx(math.sqrt(N))
    np.testing.assert_allclose(right, 1 / np.sqrt(1 + np.arange(2 * N) / N), rtol=1e-6)
    return [wrong[0], int((wrong > 1 + 1e-6).sum())]


def one_turn(beta2, C=3):
    """The three terms of the move in a turn, from v as it repeats."""
    v, terms = np.zeros(3), (-C, 1.0, 1.0)
    squares = np.array([C**2, 1.0, 1.0])
    for last in range(3):
        ages = [(last - k) % 3 for k in range(3)]  # how long ago each slope was, within a turn
        v[last] = (1 - beta2) * sum(squares[k] * beta2 ** ages[k] for k in range(3)) / (1 - beta2**3)
    return np.array(terms) / np.sqrt(v * (1 - beta2**3) / (1 - beta2))


def play(rule, slopes, steps, **settings):
    theta, state, path = 0.0, [0.0] * len(rule.state), []
    for t in range(1, steps + 1):
        counted = [t] if "t" in rule.takes else []
        made = rule(theta, slopes[(t - 1) % len(slopes)], *state, *counted, lr=0.5 / math.sqrt(t), **settings)
        theta, *state = map(float, made)
        theta = min(1.0, max(-1.0, theta))
        path.append(theta)
    return np.array(path)


def long_play(rule, slopes, steps, **settings):
    """The end of a long play, from a state that repeats: then all moves are known at once, and are added and clipped.

    That the state repeats is looked at, and the first steps are compared with `play`.
    """
    turn, counted, states = len(slopes), "t" in rule.takes, [[0.0] * len(rule.state)]
    for t in range(1, 61):
        made = rule(0.0, slopes[(t - 1) % turn], *states[-1], *([t] if counted else []), lr=1.0, **settings)
        states.append([float(one) for one in made[1:]])
    np.testing.assert_allclose(states[-turn:], states[-2 * turn : -turn], rtol=1e-15)
    t = np.arange(1, steps + 1)
    before = np.array([states[k if k < 60 - turn else 60 - turn + (k - 60 + turn) % turn] for k in range(steps)]).T
    g = np.resize(slopes, steps)
    moves = rule(np.zeros(steps), g, *before, *([t] if counted else []), lr=0.5 / np.sqrt(t), **settings)[0]
    theta, path = 0.0, []
    for move in moves.tolist():
        theta = min(1.0, max(-1.0, theta + move))
        path.append(theta)
    np.testing.assert_allclose(path[:600], play(rule, slopes, 600, **settings), rtol=0, atol=1e-12)
    return path[-1]


@claim("adam-walks-away")
def test_adam_walks_to_the_worst_point_and_amsgrad_to_the_best():
    terms = one_turn(0.1)
    v, seen = 0.0, []
    for t in range(300):
        g = (3.0, -1.0, -1.0)[t % 3]
        v = 0.1 * v + 0.9 * g**2
        seen.append(-g / math.sqrt(v))
    scale = math.sqrt(0.9 / (1 - 0.1**3))
    np.testing.assert_allclose(np.array(seen[-3:]) * scale, terms, rtol=1e-12)  # the steady state, run
    steps = 200_000
    ends = [
        long_play(rule, (3.0, -1.0, -1.0), steps, beta1=0.0, beta2=0.1) for rule in (gd.rules.adam, gd.rules.amsgrad)
    ]
    return [*terms, terms.sum(), steps, *ends]


def threshold(C):
    b = sp.Symbol("b", positive=True)
    turn = -C / sp.sqrt(C**2 + b + b**2) + 1 / sp.sqrt(1 + C**2 * b + b**2) + 1 / sp.sqrt(1 + b + C**2 * b**2)
    for at in (0.05, 0.2, 0.6):
        assert float(turn.subs(b, at)) == pytest.approx(one_turn(at, C).sum())
    return float(sp.nsolve(turn, b, 0.3 if C < 5 else 0.1))


@claim("memory-longer-than-the-turn")
def test_a_longer_memory_mends_adam_too():
    limit = threshold(3)
    assert play(gd.rules.adam, (3.0, -1.0, -1.0), 6_000, beta1=0.0, beta2=limit - 0.05)[-1] > 0.9
    assert play(gd.rules.adam, (3.0, -1.0, -1.0), 6_000, beta1=0.0, beta2=limit + 0.05)[-1] < -0.9
    rare, steps = [1010.0] + 100 * [-10.0], 10_100
    assert sum(rare) > 0  # so that the best fixed point is -1
    ends = {
        beta2: [play(rule, rare, steps, beta2=beta2)[-101:].mean() for rule in (gd.rules.adam, gd.rules.amsgrad)]
        for beta2 in (0.99, 0.999)
    }
    return [limit, steps, 101, *ends[0.99], 0.99, 0.999, *ends[0.999]]


QUADRATIC = gd.Objective("(x**2/100 + y**2)/2")


def left_of(path):
    """What is left of the distance from which the map's runs begin."""
    return np.hypot(path[..., 0], path[..., 1]) / math.hypot(1.0, 0.6)


def arriving(rule, steps, **settings):
    """Which of the map's runs come to a millionth; settings may be arrays, one entry for each run."""
    settings = {name: np.asarray(value, dtype=float)[..., None] for name, value in settings.items()}
    theta, state, known = np.array([1.0, 0.6]), [np.zeros(2)] * len(rule.state), False
    for t in range(1, steps + 1):
        theta, *state = rule(theta, QUADRATIC.grad(theta), *state, *([t] if "t" in rule.takes else []), **settings)
        known |= left_of(theta) <= 1e-6
    return known


@claim("memory-on-a-quadratic")
def test_a_longer_memory_of_gradients_needs_a_longer_one_of_squares():
    told = gd.explore(kind="rate-map", plane="beta1-beta2", rules=["adam", "amsgrad"]).state
    settings = told["rules"][0]["hyperparameters"]
    assert (told["kappa"], told["start"], told["steps"], settings["lr"]) == (100.0, [1.0, 0.6], 200, 0.1)
    assert (settings["beta1"], settings["beta2"]) == (0.9, 0.999)
    memories, borders = np.append(np.linspace(0.0, 0.999, 1000), 0.9999), {}
    for beta1 in (0.0, 0.25, 0.5, 0.75):
        adam, amsgrad = (
            arriving(rule, 200, lr=0.1, beta1=beta1, beta2=memories) for rule in (gd.rules.adam, gd.rules.amsgrad)
        )
        assert amsgrad.all()
        borders[beta1] = memories[np.flatnonzero(~adam)[-1] + 1]
    assert sorted(borders.values()) == list(borders.values())
    return [borders[0.0], 200, borders[0.75]]


@claim("a-millionth-is-not-rest")
def test_the_fading_divisor_throws_adam_back_and_not_amsgrad():
    steps, beta1, beta2 = 10_000, 0.9, 0.999
    path, still = (
        gd.descend(QUADRATIC, rule, (1.0, 0.6), steps=steps, lr=0.1).path for rule in (gd.rules.adam, gd.rules.amsgrad)
    )
    left, still = left_of(path), left_of(still)
    arrived, nearest, far = int((left <= 1e-6).argmax()), int(left.argmin()), 1000 + int(left[1000:].argmax())
    v, lengths = 0.0, []
    for t, g in enumerate(path[:-1, 1].tolist(), 1):  # in the steep direction the slope is y
        v = beta2 * v + (1 - beta2) * g * g
        lengths.append(0.1 / math.sqrt(v / (1 - beta2**t)))
    limit = 2 * (1 + beta1) / (1 - beta1)
    assert gd.rates.spectral_radius(gd.rules.momentum_ema, 1.0, lr=limit, beta=beta1) == pytest.approx(1.0)
    passed = int((np.array(lengths) > limit).argmax()) + 1
    assert nearest < passed < far
    assert (still[1000:] < 1e-20).all()
    return [arrived, left[nearest], passed, limit, far, left[far], still[-1], steps]


@claim("constant-slope")
def test_steps_under_a_constant_slope():
    t = np.array([1, 12, 100, 1000])
    seen = {name: moves(name, steps=1000)[t - 1] for name in (
        "adam", "adamax", "lion", "amsgrad", "rmsprop", "adagrad", "radam", "nadam")}  # fmt: skip
    unguarded = {name: invariances(gd.rules[name]).scale for name in (*seen, "maxaprop", "nadamax", "adamw", "radam")}
    assert [name for name, free in unguarded.items() if not free] == ["radam"]
    for name in ("adam", "adamax", "lion"):
        np.testing.assert_allclose(seen[name], 1, rtol=1e-6)
    np.testing.assert_allclose(seen["amsgrad"], (1 - 0.9**t) / np.sqrt(1 - 0.999**t), rtol=1e-6)
    np.testing.assert_allclose(seen["rmsprop"], 1 / np.sqrt(1 - 0.9**t), rtol=1e-6)
    np.testing.assert_allclose(seen["adagrad"], 1 / np.sqrt(t), rtol=1e-6)
    rho = 1999 - 2 * t * 0.999**t / (1 - 0.999**t)
    r = np.sqrt(np.maximum((rho - 4) * (rho - 2) * 1999, 0) / (1995 * 1997 * rho))
    np.testing.assert_allclose(seen["radam"], np.where(rho > 4, r, 7), rtol=1e-4)
    np.testing.assert_allclose(moves("radam", steps=5)[:4], 7)
    assert moves("radam", steps=5)[4] < 0.02

    def mu(t):
        return 0.9 * (1 - 0.5 * 0.96 ** (0.004 * t))

    product = np.array([np.prod(mu(np.arange(1, one + 1))) for one in t])
    ahead = mu(t + 1) * (1 - 0.9**t) / (1 - product * mu(t + 1)) + (1 - mu(t)) / (1 - product)
    np.testing.assert_allclose(seen["nadam"], ahead, rtol=1e-6)
    return [one for name in ("adam", "amsgrad", "rmsprop", "adagrad", "radam", "nadam") for one in seen[name]]


@claim("adamw-is-no-penalty")
def test_adam_divides_a_penalty_too():
    flat = gd.Objective("0*x", variables=("x",))
    penalty = gd.descend(flat, gd.rules.adam, (1.0,), steps=1, lr=0.1, transform=lambda g, theta: g + 0.01 * theta)
    decay = gd.descend(flat, gd.rules.adamw, (1.0,), steps=1, lr=0.1, weight_decay=0.01)
    return [1, penalty.path[-1, 0], decay.path[-1, 0]]


@claim("leave-a-saddle")
def test_scale_free_rules_leave_a_saddle_from_anywhere():
    heights, lr = (1e-2, 1e-4, 1e-8, 1e-12), 0.05

    def away(name, y):
        run = gd.descend(gd.objectives.saddle, gd.rules[name], (1.0, y), steps=300, lr=lr)
        return int((np.abs(run.path[:, 1]) >= 1).argmax())

    descent = [away("gradient_descent", y) for y in heights]
    assert descent == [math.ceil(math.log(1 / y) / math.log(1 + 2 * lr)) for y in heights]
    others = [away(name, y) for name in ("adam", "rmsprop") for y in heights]
    for name in ("gradient_descent", "adam", "rmsprop"):
        run = gd.descend(gd.objectives.saddle, gd.rules[name], (1.0, 0.0), steps=300, lr=lr)
        assert (run.path[:, 1] == 0).all()
    return [*heights, *descent, *others]


TEN = ["gradient_descent", "momentum", "adagrad", "rmsprop", "adadelta", "adam", "adamax", "nadam", "amsgrad", "lion"]
KNOB = np.array([d * 10.0**k for k in range(-4, 1) for d in (1, 2, 5)])
NEAR = np.random.default_rng(1).normal(0, 0.2, (30, 2))
GROUNDS = {
    name: (gd.objectives[name], gd.objectives[name].start) for name in ("ravine", "plateau", "beale", "rosenbrock")
}
GROUNDS["turned"] = gd.Objective("(x + y)**2/4 + 25*(x - y)**2/4"), (-3.8, -2.5)
BUDGET = 300


def stays(f, entries, starts):
    """For every entry (name, settings), value of its knob and start: the step after which a run stays below a hundredth.

    All run at once, and each step asks the landscape once for all of them.
    """
    shape = (len(KNOB), *starts.shape)
    theta, low = np.broadcast_to(starts, (len(entries), *shape)).copy(), 0.01 * f(starts)
    rules = [gd.rules[name] for name, _ in entries]
    settings = [
        {"lr" if "lr" in rule.defaults else "eps": KNOB[:, None, None], **own}
        for rule, (_, own) in zip(rules, entries, strict=True)
    ]
    states = [[np.zeros(shape)] * len(rule.state) for rule in rules]
    last = np.zeros(theta.shape[:-1])
    for t in range(1, BUDGET + 1):
        g = f.grad(theta)
        for k, rule in enumerate(rules):
            made = rule(theta[k], g[k], *states[k], *([t] if "t" in rule.takes else []), **settings[k])
            theta[k], *states[k] = made if rule.state else (made,)
        last[~(f(theta) <= low)] = t
    return last + 1


def results(ground, entries):
    """The twenty starts that count, for each entry with the setting that was best for the ten that do not."""
    f, start = GROUNDS[ground]
    with np.errstate(all="ignore"):
        steps = stays(f, entries, start + NEAR)
    return [one[one[:, :10].mean(axis=1).argmin(), 10:] for one in steps]


def middle(steps):
    """The tenth of twenty, which is a number of steps that a run took."""
    return np.sort(steps)[len(steps) // 2 - 1]


def test_adagrads_first_leap_on_the_ravine_goes_uphill():
    f, start = GROUNDS["ravine"]
    with np.errstate(all="ignore"):
        steps = stays(f, [("adagrad", {})], start + NEAR)[0]
    assert KNOB[steps[:, :10].mean(axis=1).argmin()] == 5
    run = gd.descend(f, gd.rules.adagrad, start + NEAR[10:], steps=10, lr=5.0)
    assert (run.values[1] > run.values[0]).all()
    assert (run.grad_norms[1] > 2 * run.grad_norms[0]).all()


@claim("race-with-equal-tuning")
def test_a_race_in_which_all_are_tuned_alike():
    entries = [(name, {}) for name in TEN]
    found = {ground: dict(zip(TEN, results(ground, entries), strict=True)) for ground in GROUNDS}
    median = {ground: {name: middle(steps) for name, steps in row.items()} for ground, row in found.items()}
    first = {ground: min(row, key=row.get) for ground, row in median.items()}
    assert first.pop("turned") == "adamax"
    assert set(first.values()) == {"adagrad"}
    missed = {name: sum(int((row[name] > BUDGET).sum()) for row in found.values()) for name in TEN}
    assert [name for name in TEN if missed[name] == 0] == ["adam", "amsgrad"]
    counts = sorted(missed.values())
    assert counts[2] == missed["momentum"]
    for ground in ("ravine", "turned", "plateau", "beale"):
        assert median[ground]["gradient_descent"] <= 4 / 3 * median[ground]["adam"]
    turned = median["turned"]
    runs = found["rosenbrock"]["adagrad"]
    return [
        len(runs), 1, *(median[ground]["adagrad"] for ground in ("ravine", "plateau", "beale", "rosenbrock")),
        45, turned["adagrad"], turned["gradient_descent"], turned["adam"], turned["adamax"],
        int((runs > BUDGET).sum()), len(runs), len(runs) * len(found), missed["momentum"], counts[3],
    ]  # fmt: skip


def test_one_setting_of_the_race_is_what_a_run_does():
    """The broadcast race against gd.descend, run by run."""
    f, start = GROUNDS["beale"]
    starts = start + NEAR[:4]
    with np.errstate(all="ignore"):
        steps = stays(f, [("adam", {})], starts)[0]
    for which, lr in ((7, KNOB[7]), (11, KNOB[11])):
        for n, begin in enumerate(starts):
            run = gd.descend(f, gd.rules.adam, begin, steps=BUDGET, lr=lr)
            above = np.flatnonzero(run.values > 0.01 * run.values[0])
            assert steps[which, n] == above[-1] + 1


def test_solutions_of_the_exercises():
    settings = {"lr": 1.0, "beta1": 0.5, "beta2": 0.75, "eps": 0.0}
    theta, m, v = gd.rules.adam(0.0, 4.0, 0.0, 0.0, 1, **settings)
    assert (theta, m, v) == (-1.0, 2.0, 4.0)
    assert gd.rules.adam(theta, -2.0, m, v, 2, **settings)[:2] == (-1.0, 0.0)

    assert moves("adam_uncorrected", steps=100, beta2=0.9)[0] < 1
    move = moves("adam_uncorrected", steps=1000, beta2=0.99)
    assert (round(move.max(), 2), move.argmax() + 1) == (2.13, 13)

    flat = gd.Objective("0*x", variables=("x",))
    decay = gd.descend(flat, gd.rules.adamw, (1.0,), steps=1000, lr=0.1, weight_decay=0.01)
    penalty = gd.descend(flat, gd.rules.adam, (1.0,), steps=20, lr=0.1, transform=lambda g, theta: g + 0.01 * theta)
    assert math.ceil(math.log(0.5) / math.log(0.999)) == 693
    assert [int((run.path[:, 0] < 0.5).argmax()) for run in (decay, penalty)] == [693, 6]

    assert threshold(10) == pytest.approx(0.098, abs=5e-4)
    assert play(gd.rules.adam, (10.0, -1.0, -1.0), 6000, beta1=0.0, beta2=0.05)[-1] > 0.9
    assert play(gd.rules.adam, (10.0, -1.0, -1.0), 6000, beta1=0.0, beta2=0.3)[-1] < -0.9

    entries = [("adam", {"beta1": beta}) for beta in (0.0, 0.5, 0.8, 0.9)]
    entries += [("momentum", {"beta": beta}) for beta in (0.5, 0.8, 0.9, 0.95)]
    runs = results("rosenbrock", entries)
    assert [int((runs[k] > BUDGET).sum()) for k in (3, 6)] == [0, 4]
    medians = [middle(steps) for steps in runs]
    adam, momentum = (dict(zip(betas, four, strict=True)) for betas, four in (
        ((0.0, 0.5, 0.8, 0.9), medians[:4]), ((0.5, 0.8, 0.9, 0.95), medians[4:])))  # fmt: skip
    assert min(adam, key=adam.get) == min(momentum, key=momentum.get) == 0.9
    assert [round(adam[0.9]), round(momentum[0.9])] == [86, 66]
