"""Proves what the page rprop.md claims; a test returns the numbers that the page types."""

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import gdlib as gd
from tests.claim import claim
from tests.goldens.discrepancies import FILE

DESCENT = gd.rules.gradient_descent
NAMES = ("rprop_plus", "rprop_minus", "irprop_plus", "irprop_minus")
VARIANTS = [gd.rules[name] for name in NAMES]
ROSENBROCK, CLASSICAL = gd.objectives.rosenbrock, (-1.2, 1.0)
PARABOLA = gd.Objective("x**2/2")


@gd.rule
def signed(theta, g, move, g_prev, t, *, step0=0.1, up=1.2, down=0.5, step_min=1e-6, step_max=50.0):
    """The wrong form: one letter for the length and the move."""
    before = np.where(t == 1, np.sign(g) * step0, move)
    agreement = np.sign(g) * np.sign(g_prev)
    longer = np.minimum(up * before, step_max)
    shorter = np.maximum(down * before, step_min)
    move = np.where(agreement > 0, longer, np.where(agreement < 0, shorter, before))
    taken = np.where(agreement < 0, -before, move)
    return theta - taken, move, np.where(agreement < 0, 0.0, g)


@gd.rule
def two_cases(theta, g, step, g_prev, move, t, *, step0=0.1, up=1.2, down=0.5, step_min=1e-6, step_max=50.0):
    """The wrong form: a product of zero is taken for a change of sign."""
    grow = g * g_prev > 0
    length = np.where(grow, np.minimum(up * step, step_max), np.maximum(down * step, step_min))
    step = np.where(t == 1, step0, length)
    move = np.where(grow | (t == 1), -np.sign(g) * step, -move)
    return theta + move, step, g, move


def first_below(run, value):
    """The first step after which the value is at most this."""
    (there,) = np.nonzero(run.values <= value)
    return int(there[0])


def stays_within(run, distance):
    """The first step from which on the run is within this distance of the origin."""
    return int(np.flatnonzero(np.linalg.norm(run.path, axis=-1) > distance)[-1]) + 1


@claim("slope-is-no-distance")
def test_the_slope_does_not_say_how_far():
    f, starts = gd.objectives.plateau, ((3.5, 2.0), (14.0, 8.0))
    descent = [first_below(gd.descend(f, DESCENT, start, steps=10_000, lr=0.9), 1e-4) for start in starts]
    rprop = [first_below(gd.descend(f, gd.rules.rprop_minus, start, steps=100), 1e-4) for start in starts]
    distances = [math.hypot(*start) for start in starts]
    slopes = [np.linalg.norm(f.grad(start)) for start in starts]
    assert distances[1] / distances[0] == pytest.approx(4)
    assert descent[1] > 100 * descent[0]
    largest = np.linalg.eigvalsh(f.hess((0.0, 0.0)))[-1]
    assert 0.9 < 2 / largest < 1.1  # the step of 0.9 is nearly the longest that settles in the middle
    return [distances[0], descent[0], rprop[0], distances[1], slopes[0] / slopes[1], descent[1], rprop[1]]


@claim("how-fast-a-step-grows")
def test_how_fast_a_step_grows_and_shrinks():
    start, cap, floor = (gd.rules.rprop_minus.defaults[name] for name in ("step0", "step_max", "step_min"))

    def products_until(limit, signs):
        theta, step, g_prev = 0.0, 0.0, 0.0
        for t, sign in enumerate(signs, start=1):
            theta, step, g_prev = gd.rules.rprop_minus(theta, sign, step, g_prev, t)
            if step == limit:
                return t - 1
        return -1

    return [start, cap, products_until(cap, [1.0] * 99), start, products_until(floor, [1.0, -1.0] * 50)]


@claim("variants-on-rosenbrock")
def test_the_improved_variants_lead_on_rosenbrock():
    one = {
        name: gd.descend(ROSENBROCK, rule, CLASSICAL, steps=200).values[-1]
        for name, rule in zip(NAMES, VARIANTS, strict=True)
    }
    starts = np.random.default_rng(0).uniform((-2, -1), (2, 3), size=(1000, 2))
    many = np.stack([gd.descend(ROSENBROCK, rule, starts, steps=200, keep=200).values[-1] for rule in VARIANTS])
    medians, wins = np.median(many, axis=1), np.bincount(many.argmin(axis=0), minlength=4)
    assert (many[2] < many[0]).mean() > 0.9  # the improved form is the lower one of its pair nearly always
    assert (many[3] < many[1]).mean() > 0.9
    assert (one["rprop_minus"] < one["rprop_plus"]) != (medians[1] < medians[0])  # so the old ones' rank is not firm
    ranked = ("irprop_plus", "irprop_minus", "rprop_minus", "rprop_plus")
    medians_of = dict(zip(NAMES, medians, strict=True))
    return [
        *(one[name] for name in ranked), len(starts), *(medians_of[name] for name in ranked), wins[2], wins[0],
    ]  # fmt: skip


@claim("sees-only-signs")
def test_rprop_sees_only_signs():
    plain = {rule.name: gd.descend(ROSENBROCK, rule, CLASSICAL, steps=300).path for rule in (*VARIANTS, DESCENT)}
    for change in (lambda g: 1e6 * g, np.arcsinh, lambda g: g**3):
        for rule in VARIANTS:
            changed = gd.descend(ROSENBROCK, rule, CLASSICAL, steps=300, transform=change).path
            np.testing.assert_array_equal(changed, plain[rule.name])
        other = gd.descend(ROSENBROCK, DESCENT, CLASSICAL, steps=300, transform=change).path
        assert not np.array_equal(other, plain[DESCENT.name])
    assert len({path.tobytes() for path in plain.values()}) == len(plain)
    return [len(plain["rprop_minus"])]


@given(st.lists(st.tuples(st.integers(-3, 3), st.floats(1e-6, 1e6)), min_size=2, max_size=30), st.integers(0, 2**32))
def test_any_change_that_keeps_signs_keeps_the_path(slopes, seed):
    """Slopes in any order, zeros among them; each is multiplied by a positive number of its own."""
    values = np.random.default_rng(seed).normal(size=len(slopes))
    for rule in VARIANTS:
        path = []
        for factors in ([1.0] * len(slopes), [factor for _, factor in slopes]):
            theta, *memory = 0.0, *(0.0 for _ in rule.state)
            for t, ((slope, _), factor) in enumerate(zip(slopes, factors, strict=True), start=1):
                named = dict(zip(rule.state, memory, strict=True))
                named |= {"theta": theta, "g": slope * factor, "f": values[t - 1], "t": t}
                theta, *memory = rule(*(named[name] for name in rule.takes))
                path.append(float(theta))
        assert path[: len(slopes)] == path[len(slopes) :]


@claim("axes-are-the-price")
def test_a_turned_ravine_is_another_one_to_rprop():
    c = math.sqrt(0.5)
    straight = gd.objectives.ravine, (-4.5, 0.9)
    turned = gd.Objective("13*x**2/2 - 12*x*y + 13*y**2/2"), (c * (-4.5 - 0.9), c * (-4.5 + 0.9))
    turn = c * np.array([[1.0, -1.0], [1.0, 1.0]])
    np.testing.assert_allclose(turn @ np.diag([1.0, 25.0]) @ turn.T, turned[0].hess((0.0, 0.0)), atol=1e-12)
    np.testing.assert_allclose(turn @ straight[1], turned[1])
    numbers = []
    for rule, setting in (
        (DESCENT, {"lr": 2 / 26}), (gd.rules.rprop_minus, {}), (gd.rules.irprop_plus, {}), (gd.rules.rprop_plus, {}),
    ):  # fmt: skip
        numbers += [stays_within(gd.descend(f, rule, at, steps=500, **setting), 0.01) for f, at in (straight, turned)]
    assert numbers[0] == numbers[1]
    assert all(there > here for here, there in zip(numbers[2::2], numbers[3::2], strict=True))
    return [0.01, *numbers]


@claim("signed-step")
def test_a_signed_step_runs_uphill():
    f = gd.Objective("w**2")
    good, bad = (gd.descend(f, signed, (start,), steps=400).path[:, 0] for start in (1.0, -1.0))
    assert abs(good[-1]) < 1e-6
    assert (np.diff(bad)[-300:] < 0).all()
    mirrored = [gd.descend(f, gd.rules.rprop_plus, (start,), steps=400).path[:, 0] for start in (1.0, -1.0)]
    np.testing.assert_array_equal(mirrored[0], -mirrored[1])  # the right form has no favourite side
    assert abs(mirrored[0][-1]) < 1e-6
    longest = [
        np.abs(np.diff(gd.descend(f, rule, (-1000.0,), steps=60).path[:, 0])).max()
        for rule in (signed, gd.rules.rprop_plus)
    ]
    return [1, -1, round(bad[-1]), 400, -1000, longest[0], longest[1]]


@claim("sign-without-zero")
def test_two_cases_step_back_off_the_minimum():
    settings = {"steps": 40, "step0": 0.25, "up": 1.5}
    right = gd.descend(PARABOLA, gd.rules.rprop_plus, (1.1875,), **settings).path[:, 0]
    wrong = gd.descend(PARABOLA, two_cases, (1.1875,), **settings).path[:, 0]
    arrived = int(np.flatnonzero(wrong == 0)[0])
    np.testing.assert_array_equal(right[: arrived + 1], wrong[: arrived + 1])
    assert (right[arrived:] == 0).all()
    assert (wrong[arrived + 2 :] == wrong[arrived:-2]).all()
    assert settings["step0"] == 1 / 4
    return [arrived, wrong[arrived + 1]]


@claim("rprop-on-mini-batches")
def test_signs_of_mini_batches_average_to_the_wrong_place():
    slopes, runs = np.array([0.1] * 9 + [-0.9]), 100
    assert slopes.mean() == pytest.approx(0, abs=1e-16)
    left = {place: np.sign(place + slopes).mean() for place in (-0.11, -0.09, 0.0, 0.89, 0.91)}
    assert left == {-0.11: -1.0, -0.09: 0.8, 0.0: 0.8, 0.89: 0.8, 0.91: 1.0}
    ends = []
    for rule, setting in ((gd.rules.rprop_minus, {}), (gd.rules.irprop_plus, {}), (DESCENT, {"lr": 0.01})):
        rng = np.random.default_rng(1)
        run = gd.descend(
            PARABOLA, rule, np.ones((runs, 1)), steps=3000, keep=3000, **setting,
            transform=lambda g, rng=rng: g + np.where(rng.random(g.shape) < 0.9, 0.1, -0.9),
        )  # fmt: skip
        ends.append(run.path[-1, :, 0])
    assert all(np.abs(end + 0.1).max() < 1e-5 for end in ends[:2])
    assert abs(ends[2].mean()) < 0.01
    predicted = math.sqrt(0.01 * slopes.var() / (2 - 0.01))  # the noise floor of descent with a fixed step
    assert ends[2].std() == pytest.approx(predicted, rel=0.2)
    return [
        slopes[0], slopes[-1], 0, left[0.0], 0, -0.1, 0.9, -0.1, -0.1,
        runs, ends[0].mean(), ends[1].mean(), ends[2].std(),
    ]  # fmt: skip


@claim("floors")
def test_floors_on_a_parabola_and_in_a_slanted_valley():
    periods, distances = set(), []
    for rule in VARIANTS:
        assert np.abs(gd.descend(PARABOLA, rule, (1.0,), steps=200).path[-50:]).max() < 1e-6
        path = gd.descend(ROSENBROCK, rule, CLASSICAL, steps=12_000).path[-40:]
        periods.add(next(p for p in range(1, 20) if np.abs(path[p:] - path[:-p]).max() < 1e-12))
        distances.append(np.linalg.norm(path[-1] - 1))
    floor = gd.rules.rprop_minus.defaults["step_min"]
    assert all(500 < distance / floor < 2000 for distance in distances)
    return [floor, *sorted(periods), min(distances), max(distances)]


@claim("rprop-has-no-library")
def test_what_libraries_call_rprop():
    (d9,) = (one for one in json.loads(FILE.read_text(encoding="utf-8"))["discrepancies"] if one["id"] == "D9")
    readings = {(one["library"], one["called"], one["run"]): one for one in d9["readings"]}
    slopes = (1, 0.5, -0.3, 0.8, -1.2, 0.05)
    of = {library: next(one for key, one in readings.items() if key[0] == library) for library in ("torch", "optax")}
    fann = next(one for key, one in readings.items() if "fann" in key[1])
    assert fann["library"] == "by hand"  # the page says that FANN itself was not run
    torch, optax, fann = ([*one["numbers"].values()] for one in (of["torch"], of["optax"], fann))
    theta, step, g_prev, ours = 0.0, 0.0, 0.0, []
    for t, g in enumerate(slopes, start=1):
        theta, step, g_prev = gd.rules.irprop_minus(theta, g, step, g_prev, t)
        ours.append(float(theta))
    np.testing.assert_allclose(torch, ours, rtol=1e-12)
    assert len(set(np.round(optax[1:], 12))) == 1
    assert fann[2] != fann[1]
    assert ours[2] == ours[1]
    resting = [one["numbers"] for one in d9["readings"] if one["run"] == "gradients 1, 0, 0, -1"]
    assert [one["1"] == one["2"] == one["3"] for one in resting] == [True, False]  # PyTorch's rests, FANN's does not
    return [*slopes, gd.rules.irprop_minus.defaults["step0"], *torch, optax[0], optax[1], *fann[:3]]


def test_solutions_of_the_exercises():
    run = gd.descend(gd.Objective("x**2"), gd.rules.rprop_minus, (1.0,), steps=5, step0=0.5, up=1.5)
    assert run.path[:, 0].tolist() == [1, 1 / 2, -1 / 4, 1 / 8, -1 / 16, 1 / 32]
    assert (np.diff(run.values) < 0).all()

    squashed = gd.Objective("log(1 + (1 - x)**2 + 100*(y - x**2)**2)")
    for rule in VARIANTS:
        a, b = (gd.descend(f, rule, CLASSICAL, steps=300).path for f in (ROSENBROCK, squashed))
        np.testing.assert_array_equal(a, b)

    far = gd.Objective("abs(x)")
    for cap, steps, expected in ((50.0, 20_100, 20_030), (1e9, 100, 80)):
        path = gd.descend(far, gd.rules.rprop_minus, (1e6,), steps=steps, step_max=cap).path[:, 0]
        assert (path <= 0).argmax() == pytest.approx(expected, abs=2)


def test_lengths_of_steps_under_nothing_but_noise():
    for q in (0.1, 0.118, 0.3, 0.5, 0.882, 0.95):
        change = 2 * q * (1 - q)
        predicted = (1 - change) * math.log(1.2) + change * math.log(0.5)
        rng = np.random.default_rng(0)
        theta = step = g_prev = np.zeros(1000)
        for t in range(1, 502):
            g = np.where(rng.random(theta.shape) < q, q - 1, q)
            theta, step, g_prev = gd.rules.rprop_minus(theta, g, step, g_prev, t, step_min=1e-300, step_max=1e300)
        assert np.log(step / 0.1).mean() / 500 == pytest.approx(predicted, abs=2e-3)
    q = (1 - math.sqrt(1 - 2 * math.log(1.2) / math.log(2.4))) / 2
    assert q == pytest.approx(0.118, abs=5e-4)
    assert 1 - q == pytest.approx(0.882, abs=5e-4)  # the product of two signs does not know which is which
