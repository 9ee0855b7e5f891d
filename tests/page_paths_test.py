"""The page's paths against `descend`: every rule on every algebraic landscape, with schedules and clipping, to the bit."""

from itertools import product

import numpy as np
import pytest

import gdlib as gd
from gdlib.emit.as_javascript import curvature_text, method_text, objective_text
from gdlib.trace import in_order, symbol
from gdlib.trace.graph import ELEMENTARY
from tests.emit_test import error_bound
from tests.page_runs import job, open_runs
from tests.schedules_test import EXAMPLES, PLATEAU
from tests.tables import EXACT, INEXACT, each_rule

pytestmark = pytest.mark.browser
s = gd.schedules
STEPS = 500
PLANE = [f for f in EXACT if f.n == 2]


@pytest.fixture(scope="module")
def runs(chromium):
    with open_runs(chromium) as opened:
        yield opened


def differences(runs, cases):
    """Those of the cases, arguments of `descend`, whose path in the page is not Python's; and how many left the numbers."""
    left, wrong = 0, []
    for case, path in zip(cases, runs.walk([job(runs, **case) for case in cases]), strict=True):
        given = {"start": case["f"].start, "steps": STEPS} | {k: v for k, v in case.items() if k not in ("f", "rule")}
        run = gd.descend(case["f"], case["rule"], **given)
        left += run.steps < given["steps"]
        if path.tobytes() != run.path.tobytes():
            wrong.append({**case, "f": case["f"].name, "rule": case["rule"].name})
    return wrong, left


def test_the_tables_are_wide_enough():
    assert len(PLANE) >= 24
    assert len(EXACT) >= 30


@each_rule
def test_on_every_algebraic_landscape_the_page_walks_descends_path_to_the_bit(runs, rule):
    wrong, _ = differences(runs, [{"f": f, "rule": rule} for f in EXACT])
    assert not wrong


def test_runs_that_leave_the_finite_numbers_end_alike(runs):
    """Steps far too long, from a start far out: most runs overflow, each at its own step."""
    rules = [rule for rule in gd.rules if "lr" in rule.defaults]
    landscapes = [gd.objectives[name] for name in ("rosenbrock", "himmelblau", "monkey_saddle", "beale")]
    cases = [{"f": f, "rule": rule, "start": (40.0, -30.0), "lr": 1e3} for f, rule in product(landscapes, rules)]
    wrong, left = differences(runs, cases)
    assert not wrong
    assert left >= 30


# Schedules


def is_exact(schedule):
    """Whether its formula, its numbers as they are, is made of operations that give the same bits everywhere."""
    memory = getattr(schedule, "first_memory", {})
    step = schedule.step(symbol("t"), symbol("f"), *map(symbol, memory))
    return not any(node.op in ELEMENTARY for node in in_order(step))


SCHEDULES = [
    *EXAMPLES, s.inverse_square(rate=0.37), s.polynomial(steps=40), s.polynomial(steps=40, end=0.1), PLATEAU, s.reduce_on_plateau(0.5, 3, relative=False),
    s.warm_up(6, then=PLATEAU), s.floor(PLATEAU, 0.3), s.warm_up(4, then=s.floor(lambda t, f: f / (f + t), 0.01)),
    s.warm_up(9, then=lambda t: 1.0 / t),
]  # fmt: skip
EXACT_SCHEDULES = [one for one in SCHEDULES if is_exact(one) or (isinstance(one, s.polynomial) and one.power == 2.0)]
WITH_LR = [gd.rules[name] for name in ("gradient_descent", "momentum", "nesterov_lookahead", "adam", "ftrl_proximal")]


def test_every_maker_of_schedules_is_in_the_table():
    assert {type(one).__name__ for one in SCHEDULES} == set(s.__all__) - {"Schedule"}
    exact = {type(one).__name__ for one in EXACT_SCHEDULES}
    assert exact == set(s.__all__) - {"Schedule", "exponential", "per_epoch", "staircase", "cosine", "warm_restarts"}


@pytest.mark.parametrize("schedule", EXACT_SCHEDULES, ids=lambda one: type(one).__name__)
def test_under_an_algebraic_schedule_the_paths_are_the_same_to_the_bit(runs, schedule):
    pairs = [*product([gd.objectives.himmelblau], WITH_LR), (gd.objectives.huber, gd.rules.momentum)]
    wrong, _ = differences(runs, [{"f": f, "rule": rule, "lr": 0.01, "schedule": schedule} for f, rule in pairs])
    assert not wrong


def test_a_schedule_changes_the_path_and_its_memory_begins_anew(runs):
    f, rule = gd.objectives.rosenbrock, gd.rules.gradient_descent
    told = job(runs, f, rule, steps=60, lr=0.003, schedule=PLATEAU)
    first, again, plain = runs.walk([told, told, {**told, "schedule": None}])
    assert first.tobytes() == again.tobytes() != plain.tobytes()
    assert first[1].tobytes() == plain[1].tobytes()


SETTINGS = {
    "inverse": {"rate": 0.37}, "linear": {"steps": 31, "end": 0.2}, "polynomial": {"steps": 17, "end": 0.1},
    "piecewise": {"boundaries1": 3, "boundaries2": 8, "factors1": 0.9, "factors2": 0.4, "factors3": 0.2},
    "reduce_on_plateau": {"factor": 0.7, "patience": 2, "threshold": 0.05, "cooldown": 1, "least": 0.2},
    "warm_up": {"steps": 7, "then_rate": 0.1}, "floor": {"schedule_rate": 0.8, "least": 0.07},
}  # fmt: skip
MADE = {
    "inverse": (s.inverse(), s.inverse(0.37)),
    "linear": (s.linear(9), s.linear(31, end=0.2)),
    "polynomial": (s.polynomial(40), s.polynomial(17, end=0.1)),
    "piecewise": (s.piecewise((5, 9), (1.0, 0.5, 0.1)), s.piecewise((3, 8), (0.9, 0.4, 0.2))),
    "reduce_on_plateau": (s.reduce_on_plateau(), s.reduce_on_plateau(0.7, 2, 0.05, 1, 0.2)),
    "warm_up": (s.warm_up(3, then=s.inverse_root()), s.warm_up(7, then=s.inverse_root(0.1))),
    "floor": (s.floor(s.inverse(), 0.5), s.floor(s.inverse(0.8), 0.07)),
}


@pytest.mark.parametrize("name", SETTINGS)
def test_settings_are_the_numbers_of_another_schedule(runs, name):
    """The module of one, with the settings of another, is that other to the bit."""
    one, other = MADE[name]
    f, rule = gd.objectives.himmelblau, gd.rules.momentum
    told = job(runs, f, rule, lr=0.01, schedule=one)
    told["schedule"]["settings"] = SETTINGS[name]
    run = gd.descend(f, rule, f.start, steps=STEPS, lr=0.01, schedule=other)
    assert runs.walk([told])[0].tobytes() == run.path.tobytes()
    assert not np.array_equal(run.path, gd.descend(f, rule, f.start, steps=STEPS, lr=0.01, schedule=one).path)


TURNING = [one for one in SCHEDULES if one not in EXACT_SCHEDULES]


@pytest.mark.parametrize("schedule", TURNING, ids=repr)
def test_a_schedule_with_powers_and_cosines_agrees_within_4_ulp_carried_through_its_graph(runs, schedule):
    key = runs.send(repr(schedule), gd.emit.javascript(schedule))
    steps = [*range(1, 121), 2000]
    theirs = runs.evaluate(f"{steps}.map((t) => modules[{key!r}].factor(t))")
    (node,) = schedule.step(symbol("t"), symbol("f"))
    for t, factor in zip(steps, theirs, strict=True):
        bound = error_bound(node, {"t": float(t)})
        assert abs(factor - schedule(t)) <= bound
        assert bound <= 2e-13, "a bound that allows anything proves nothing"


# Clipping

LIMITS = [gd.clip_norm(1.0), gd.clip_norm(0.01), gd.clip_value(0.5), gd.clip_value(1e-3)]


@pytest.mark.parametrize("transform", LIMITS, ids=repr)
def test_with_clipping_the_paths_are_the_same_to_the_bit(runs, transform):
    landscapes = [gd.objectives[name] for name in ("himmelblau", "rosenbrock", "huber")]
    rules = [gd.rules[name] for name in ("momentum", "nesterov_lookahead", "adam", "irprop_plus")]
    cases = [{"f": f, "rule": rule, "transform": transform} for f, rule in product(landscapes, rules)]
    together = {"transform": transform, "schedule": s.linear(400, end=0.1), "lr": 0.05}
    both = [{"f": landscapes[0], "rule": rule, **together} for rule in WITH_LR]
    wrong, _ = differences(runs, cases + both)
    assert not wrong


def test_clipping_is_pythons_for_numbers_of_every_size(runs):
    rng = np.random.default_rng(2)
    for n in (1, 2):
        g = rng.normal(size=(200, n)) * 10.0 ** rng.uniform(-200, 200, (200, n))
        g = np.vstack([g, np.zeros((1, n)), np.full((1, n), -0.0), np.full((1, n), 1e-170)])
        for clip, other in zip(LIMITS, (2.5, 1e100, 3.0, 1e-100), strict=True):
            key = runs.send(repr(clip), gd.emit.javascript(clip))
            for settings, made in (("", clip), (f", {{limit: {other}}}", type(clip)(other))):
                body = f"{g.tolist()}.map((one) => modules[{key!r}].clip(one{settings}))"
                with np.errstate(all="ignore"):
                    assert runs.evaluate(body).tobytes() == made(g).tobytes()


# Methods


def test_a_method_takes_a_schedule_too(runs):
    for name in ("damped_newton", "saddle_free_newton"):
        method, f, schedule = gd.methods[name], gd.objectives.himmelblau, s.warm_up(5, then=s.inverse(0.1))
        told = {
            "f": runs.send("curved", objective_text(f) + curvature_text(f)), "start": [1.0, 2.0], "steps": 60,
            "rule": runs.send(name, method_text(method)), "settings": {"lr": 0.5},
            "schedule": {"module": runs.send("schedule", gd.emit.javascript(schedule)), "settings": {}},
        }  # fmt: skip
        run = gd.descend(f, method, (1.0, 2.0), steps=60, lr=0.5, schedule=schedule)
        assert runs.walk([told])[0].tobytes() == run.path.tobytes()


# Landscapes with exp, log, sin and their relatives


class Remembering:
    """An objective that keeps what it has answered."""

    def __init__(self, f):
        self.f, self.n, self.values, self.slopes = f, f.n, [], []

    def __call__(self, points):
        self.values.append(self.f(points))
        return self.values[-1]

    def grad(self, points):
        self.slopes.append(self.f.grad(points))
        return self.slopes[-1]


TAPE = """
let values = {values}, slopes = {slopes};
export const valueAt = () => values.shift();
export const slopeAt = () => slopes.shift();
"""


@each_rule
def test_given_the_same_gradients_a_rule_walks_the_same_path_to_the_bit(runs, rule):
    """exp and cos differ by ulps between machines, and a path may be chaotic; all else is the same to the bit."""
    for f in INEXACT:
        remembering = Remembering(f)
        run = gd.descend(remembering, rule, f.start, steps=60)
        tape = TAPE.format(
            values=[float(v) for v in remembering.values], slopes=[g.tolist() for g in remembering.slopes]
        )
        told = {"f": runs.send("tape", tape), "rule": runs.send(rule.name, gd.emit.javascript(rule))}
        path = runs.walk([told | {"start": list(f.start), "steps": run.steps, "settings": {}}])[0]
        assert path.tobytes() == run.path.tobytes(), f.name


# Bad input


@pytest.mark.parametrize(
    ("rule", "options", "words"),
    [
        ("adadelta", "{schedule: {module: modules.schedule}}", "schedule: is a factor on lr, and adadelta has no lr"),
        ("adam", "{noise: {sigma: -1, seed: 1}}", "noise: needs a finite standard deviation >= 0, got -1"),
        ("adam", "{noise: {sigma: NaN, seed: 1}}", "noise: needs a finite standard deviation >= 0, got NaN"),
        ("adam", "{noise: {sigma: 1}}", "seed: needs a whole number >= 0, got undefined"),
        ("adam", "{noise: {sigma: 1, seed: 1.5}}", "seed: needs a whole number >= 0, got 1.5"),
        ("adam", "{schedule: {module: modules.schedule, settings: {rate: NaN}}}",
         "schedule: needs a finite factor on lr for each step, got NaN at t = 1"),
        ("newton", "{noise: {sigma: 1, seed: 1}}", "noise: needs a rule; newton takes the gradient as it is"),
        ("newton", "{transform: {module: modules.clip}}", "transform: needs a rule; newton takes the gradient as it is"),
    ],
)  # fmt: skip
def test_bad_options_get_a_sentence(runs, rule, options, words):
    runs.send("bowl", gd.emit.javascript(gd.objectives.bowl))
    runs.send("schedule", gd.emit.javascript(s.inverse()))
    runs.send("clip", gd.emit.javascript(gd.clip_norm(1.0)))
    runs.send(rule, gd.emit.javascript(gd.methods[rule] if rule == "newton" else gd.rules[rule]))
    call = f"runner.descend(modules.bowl, modules.{rule}, [1, 1], 3, {{}}, {options})"
    with pytest.raises(Exception, match="Error") as caught:
        runs.evaluate(call)
    assert words in str(caught.value)
