"""A run with a schedule takes the loop on floats or the loop on arrays: the same points, reasons and calls."""

import inspect

import numpy as np
import pytest

import gdlib as gd
from gdlib.loops import on_floats
from gdlib.loops.factors import raises_lr
from gdlib.loops.on_arrays import array_loop
from gdlib.loops.on_floats import float_loop
from gdlib.loops.plan import plan_of
from tests.emit_test import bits

bowl, rosenbrock = gd.objectives.bowl, gd.objectives.rosenbrock
S = gd.schedules
SCHEDULES = [
    S.constant(0.5), S.inverse(0.1), S.inverse_root(), S.inverse_square(), S.exponential(0.01), S.per_epoch(0.9, 7),
    S.staircase(20), S.linear(40), S.polynomial(40), S.cosine(40), S.warm_up(10, S.cosine(40)), S.warm_restarts(9, 2),
    S.floor(S.inverse(), 0.1), S.piecewise((5, 30), (1.0, 0.3, 0.6)), lambda t: np.where(t < 5, 1, 3),
]  # fmt: skip


def both_loops(f, rule, start, schedule, steps=60, keep=1, **hyper):
    plan = plan_of(f, rule, start, steps, schedule, None, None, 0.0, None, keep, hyper)
    return float_loop(f, rule, plan), array_loop(f, rule, plan)


def agree(one, other):
    assert bits(one.path) == bits(other.path)
    assert one.t.tolist() == other.t.tolist()
    assert (one.steps, one.ended) == (int(other.steps), int(other.ended))


@pytest.mark.parametrize("schedule", SCHEDULES, ids=lambda one: "a reader's" if inspect.isfunction(one) else repr(one))
def test_both_loops_walk_the_same_path_to_the_bit(schedule):
    for name in ("gradient_descent", "momentum", "adam", "nadam", "adamw"):
        agree(*both_loops(rosenbrock, gd.rules[name], (-1.5, 2.0), schedule, lr=0.002))
        agree(*both_loops(rosenbrock, gd.rules[name], (-1.5, 2.0), schedule, lr=0.02, keep=7))


def test_every_rule_with_a_step_size_takes_its_schedule_in_both_loops():
    with_lr = [rule for rule in gd.rules if "lr" in rule.defaults]
    assert len(with_lr) > 20
    for rule in with_lr:
        assert not raises_lr(rule)
        agree(*both_loops(rosenbrock, rule, (-1.5, 2.0), S.warm_up(5, S.inverse(0.2)), steps=30))


def test_a_run_ends_at_the_same_step_wherever_it_leaves_the_finite_numbers():
    for where in (3, 10):  # the last step of a part, and one within a part
        records = both_loops(
            gd.Objective("x**4"), gd.rules.gradient_descent, (3.0,), lambda t: 1.0, steps=where, lr=1.0
        )
        agree(*records)
    assert records[0].steps < 10
    # a step where Python's floats raise and NumPy's go on: 0 to the power -1/2 in the gradient
    root = gd.Objective("sqrt(x**2)")
    agree(*both_loops(root, gd.rules.gradient_descent, (1.0,), S.inverse(), lr=1.0))


def test_descend_chooses_the_floats_and_thins_in_parts(monkeypatch):
    def run(**options):
        return gd.descend(bowl, gd.rules.adam, (1.0, -2.0), steps=200, lr=0.1, schedule=S.inverse(0.1), **options)

    whole, batch = run(), gd.descend(bowl, gd.rules.adam, [(1.0, -2.0)], steps=200, lr=0.1, schedule=S.inverse(0.1))
    assert bits(whole.path) == bits(batch.path[:, 0])
    monkeypatch.setattr(on_floats, "_NUMBERS", 128)
    assert bits(run(keep=7).path[:-1]) == bits(whole.path[::7])
    monkeypatch.setattr("gdlib.running.array_loop", None)
    assert bits(run().path) == bits(whole.path)


def test_a_schedule_is_asked_once_a_step_and_not_after_the_run_has_left():
    asked = []

    def schedule(t):
        asked.append(t)
        return 1.0

    run = gd.descend(gd.Objective("x**4"), gd.rules.gradient_descent, (3.0,), steps=10, lr=1.0, schedule=schedule)
    assert run.reason == f"left the finite numbers at step {len(asked)}"
    assert asked == list(range(1, run.steps + 2))


def test_a_power_of_lr_keeps_to_the_arrays_where_it_is_carried_without_the_factor():
    @gd.rule
    def fading(theta, g, t, *, lr=0.5):
        return theta - lr**t * g

    @gd.rule
    def fading_by_half(theta, g, t, *, lr=0.5):
        return theta - (0.5 * lr) ** t * g

    for rule in (fading, fading_by_half):
        assert raises_lr(rule)
        one = gd.descend(bowl, rule, (1.0, 2.0), steps=9, schedule=S.inverse())
        many = gd.descend(bowl, rule, [(1.0, 2.0)], steps=9, schedule=S.inverse())
        assert bits(one.path) == bits(many.path[:, 0])
