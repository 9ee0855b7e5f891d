"""Proves what the page same-name-other-rule.md claims; a test returns the numbers that the page types."""

import json

import numpy as np
import pytest
import sympy as sp

import gdlib as gd
from tests.claim import claim
from tests.goldens.discrepancies import FILE, SIX

STORED = {one["id"]: one["readings"] for one in json.loads(FILE.read_text(encoding="utf-8"))["discrepancies"]}


def walk(rule, gradients=SIX, theta=0.0, **settings):
    """The points that a rule visits along given gradients, in one coordinate."""
    state, points = [0.0] * len(rule.state), []
    for t, g in enumerate(gradients, 1):
        counted = [t] if "t" in rule.takes else []
        theta, *state = rule(theta, g, *state, *counted, **settings)
        points.append(float(theta))
    return points


def stored(id, library, step, called=""):
    """What the library gave: the reading's number after a step."""
    (found,) = {
        one["numbers"][step] for one in STORED[id]
        if one["library"] == library and called in one["called"] and step in one["numbers"]
    }  # fmt: skip
    return found


@claim("three-nadams")
def test_three_libraries_three_nadams():
    forms = {"torch": ("nadam", {}), "keras": ("nadam", {"psi": 1.0}), "optax": ("nadam_constant", {})}
    paths = {library: walk(gd.rules[name], lr=0.1, **more) for library, (name, more) in forms.items()}
    for library, path in paths.items():
        theirs = [one for one in STORED["D5"] if one["library"] == library and "momentum_decay" not in one["called"]]
        assert len(theirs) == 1
        assert path == pytest.approx([*theirs[0]["numbers"].values()], rel=1e-6)  # Keras's eps is 1e-7
    return [path[step] for step in (0, 5) for path in paths.values()]


@claim("another-minimum")
def test_one_name_ends_in_two_minima():
    f, start = gd.objectives.himmelblau, (0.0, -2.0)
    forms = [("nadam", {}), ("nadam", {"psi": 1.0}), ("nadam_constant", {})]
    ends = [gd.descend(f, gd.rules[name], start, steps=300, lr=0.1, **more).path[-1] for name, more in forms]
    minima = [min(f.minima, key=lambda one, end=end: np.linalg.norm(one - end)) for end in ends]
    for end, minimum in zip(ends, minima, strict=True):
        assert np.linalg.norm(end - minimum) < 0.1
    assert (minima[0] == minima[1]).all()
    assert (minima[0] != minima[2]).any()
    return [*start, *minima[0], *minima[2]]


@claim("eps-before")
def test_eps_before_the_correction_counts_more_at_first():
    g, eps, beta1, beta2, eta = sp.symbols("g epsilon beta_1 beta_2 eta", positive=True)
    m, v = (1 - beta1) * g, (1 - beta2) * g**2
    before = eta * sp.sqrt(1 - beta2) / (1 - beta1) * m / (sp.sqrt(v) + eps)
    assert sp.simplify(before - eta * g / (g + eps / sp.sqrt(1 - beta2))) == 0
    adam, hat = gd.rules.adam, gd.rules.adam_eps_hat
    for gradient in (0.3, 2.0):  # the rules do what the formulas say
        assert -walk(hat, (gradient,), lr=0.1, eps=0.1)[0] == pytest.approx(
            float((eta * g / (g + eps / sp.sqrt(1 - beta2))).subs({eta: 0.1, g: gradient, eps: 0.1, beta2: 0.999}))
        )
    ratio = stored("D1", "torch", "1") / stored("D1", "keras", "1")
    assert ratio == pytest.approx(walk(adam, lr=0.1, eps=0.1)[0] / walk(hat, lr=0.1, eps=0.1)[0], rel=1e-12)
    usual = [walk(rule, (1.0,), lr=1.0)[0] for rule in (adam, hat)]
    tiny = [-walk(rule, (1e-6,), lr=1.0)[0] for rule in (adam, hat)]
    assert adam.defaults["eps"] == 1e-8
    assert hat.defaults["eps"] == 1e-7
    return [1 / 0.001**0.5, 1, ratio, abs(usual[0] - usual[1]), *tiny]


@claim("two-momenta-on-the-ravine")
def test_a_falling_step_size_parts_two_momenta():
    f = gd.objectives.ravine
    runs = [
        gd.descend(f, gd.rules[name], f.start, steps=60, lr=0.02, schedule=gd.schedules.staircase(every=15))
        for name in ("momentum", "momentum_accumulate")
    ]
    np.testing.assert_allclose(runs[0].path[:16], runs[1].path[:16], rtol=1e-9, atol=1e-12)
    assert np.abs(runs[0].path[16] - runs[1].path[16]).max() > 0.1
    keeping, slowing = (run.path[:, 0] for run in runs)
    assert keeping[0] < 0 < 1 < keeping[-1]  # through the valley and up the other side
    assert slowing.max() < keeping.max()
    return [15, 60, *(run.values[-1] for run in runs)]


@claim("nesterov-shifted")
def test_nesterovs_two_variables():
    points = [0.0, *walk(gd.rules.nesterov_lookahead, lr=0.1, beta=0.9)]
    velocity = points[-1] - points[-2]
    shifted = points[-1] + 0.9 * velocity
    for library in ("torch", "optax", "keras"):
        assert shifted == pytest.approx(stored("D6", library, "6"), rel=1e-12)
    return [points[-1], velocity, shifted]


@claim("decay-or-penalty")
def test_a_decay_takes_its_share_and_a_penalty_a_whole_step():
    weight, decay = 1.0, 0.01
    adamw = walk(gd.rules.adamw, (0.0,), weight, lr=0.1, weight_decay=decay)[0]
    penalised = [walk(gd.rules.adam, (share * weight,), weight, lr=0.1)[0] for share in (decay, 1e-3, 5.0)]
    assert adamw == pytest.approx(stored("D10", "torch", "1", "AdamW("), rel=1e-12)
    assert penalised[0] == pytest.approx(stored("D10", "torch", "1", "Adam("), rel=1e-12)
    assert penalised == pytest.approx([0.9] * 3, abs=2e-6)
    assert walk(gd.rules.adam, (1e-9 * weight,), weight, lr=0.1)[0] > 0.99  # eps is 1e-8
    return [decay, weight - adamw, 1, weight - penalised[0]]


@claim("how-warm")
def test_how_warm_nadams_momentum_is():
    warmth = {}
    for psi in (gd.rules.nadam.defaults["psi"], 1.0):
        state, products = [0.0] * 3, []
        for t in range(1, 101):
            _, *state = gd.rules.nadam(0.0, 1.0, *state, t, psi=psi)
            products.append(float(state[-1]))
        warmth[psi] = products[-1] / products[-2]
        assert warmth[psi] == pytest.approx(0.9 * (1 - 0.5 * 0.96 ** (100 * psi)), rel=1e-9)
    assert [*warmth] == [1 / 250, 1.0]
    return [warmth[1 / 250], 100, warmth[1.0]]


@claim("first-steps")
def test_first_steps_as_predicted():
    predicted = [0.1 / 1.1, 0.1 / (1 + 0.1 / 0.001**0.5), 0.1 / (0.1**0.5 + 0.1), 0.1 / 0.2**0.5, 0.01 / 0.001**0.5]
    rules = ("adam", "adam_eps_hat", "rmsprop", "rmsprop_eps_inside", "adam_uncorrected")
    coarse = {name: {"eps": 0.1} for name in rules[:4]}
    measured = [walk(gd.rules[name], lr=0.1, **coarse.get(name, {}))[0] for name in rules]
    assert [f"{-one:.4f}" for one in predicted] == [f"{one:.4f}" for one in measured]
    theirs = [
        stored("D1", "torch", "1"), stored("D1", "keras", "1"), stored("D2", "torch", "1", "eps=0.1"),
        stored("D2", "optax", "1", "eps=0.1"),
    ]  # fmt: skip
    assert measured[:4] == pytest.approx(theirs, rel=1e-12)
    return measured


def test_the_last_rows_of_d13_agree_as_shown_and_are_not_equal():
    torch, keras = (stored("D13", library, "300") for library in ("torch", "keras"))
    assert torch != keras
    assert f"{torch:.6f}" == f"{keras:.6f}"


def test_six_gradients_hardly_tell_adam_from_amsgrad_corrected():
    adam, amsgrad = (walk(gd.rules[name], lr=0.1) for name in ("adam", "amsgrad_corrected"))
    assert [f"{x:.5f}" for x in adam] == [f"{x:.5f}" for x in amsgrad]
    assert adam != amsgrad


def test_solutions_of_the_exercises():
    small = (1e-6,) * 3
    hat = walk(gd.rules.adam_eps_hat, small, lr=1.0, eps=1e-7)
    adam = walk(gd.rules.adam, small, lr=1.0, eps=1e-7 / 0.001**0.5)
    assert hat[0] == pytest.approx(adam[0], rel=1e-12)
    assert abs(hat[1] - adam[1]) > 0.01

    theta, s = 0.0, 0.1
    for g in SIX:
        theta, s = gd.rules.adagrad(theta, g, s, lr=0.1)
    assert theta == pytest.approx(stored("D3", "optax", "6"), rel=1e-5)

    v = average = 0.0
    for t, g in enumerate((1.0, *[0.0] * 50), 1):
        v, average = (g if t == 1 else 0.9 * v + 0.1 * g), 0.9 * average + 0.1 * g
        assert v - average == pytest.approx(0.9**t)
        if t == 10:
            assert (round(v, 3), round(average, 3)) == (0.387, 0.039)
    assert 0.9**44 < 0.01 <= 0.9**43

    asked = {"start": (-4.5, 0.9), "steps": 60, "lr": 0.01, "schedule": gd.schedules.inverse(rate=0.1)}
    phi = gd.descend(gd.objectives.ravine, gd.rules.nesterov, **asked).path
    theta = gd.descend(gd.objectives.ravine, gd.rules.nesterov_lookahead, **asked).path
    np.testing.assert_allclose(theta[1:] + 0.9 * np.diff(theta, axis=0), phi[1:], atol=1e-12)


def test_two_gradients_tell_seven_rules_apart_and_one_does_not():
    names = ("adam", "adam_eps_hat", "adam_uncorrected", "amsgrad", "amsgrad_corrected", "nadam_constant", "radam")
    after = [walk(gd.rules[name], (1.0, 0.1), lr=1.0, beta2=0.5, eps=0.1)[1] for name in names]
    assert np.diff(sorted(after)).min() > 0.01
    rng = np.random.default_rng(0)
    for beta1, beta2, eps, g in rng.uniform(0.01, 0.99, (50, 4)):
        settings = {"lr": 1.0, "beta1": beta1, "beta2": beta2, "eps": eps}
        first = {name: walk(gd.rules[name], (g,), **settings)[0] for name in names}
        assert first["adam"] == pytest.approx(first["amsgrad_corrected"], rel=1e-12)
        assert first["adam_uncorrected"] == pytest.approx(first["amsgrad"], rel=1e-12)
        kept = [first[name] for name in ("adam", "adam_eps_hat", "adam_uncorrected", "nadam_constant")]
        assert np.diff(sorted(kept)).min() > 1e-9
