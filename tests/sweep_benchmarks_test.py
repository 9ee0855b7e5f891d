"""The benchmarks of runs, sweeps and steps: each does the same work as its peers, and a little of it gives its rows."""

import dataclasses
import json
import resource
from pathlib import Path

import numpy as np
import pytest

import gdlib as gd
from benchmarks import growth, in_turn, limits, peers, rows, sweeps
from gdlib.emit.trajectory import trajectory_of
from tests.lanes_test import cache_of_our_own  # noqa: F401  # a fixture

A_LITTLE = sweeps.Amount(runs=2, side=200, steps=20, few_steps=2, run_steps=50, sizes=(2**16,))


def quiet(words: str) -> None:
    assert words


@pytest.mark.parametrize("name", sweeps.works())
def test_a_little_of_each_gives_rows_of_their_form(name, monkeypatch):
    monkeypatch.setattr(peers, "here", list)  # the peers have an environment of their own
    found = sweeps.works(A_LITTLE)[name](quiet)
    if name == "sweep momentum":  # it is compared with peers alone
        assert found == []
    else:
        assert rows.fault(json.loads(json.dumps([dataclasses.asdict(row) for row in found]))) is None


@pytest.mark.parametrize("rule", ["adam", "momentum"])
def test_what_a_student_writes_in_numpy_comes_to_the_same(rule):
    points = sweeps.grid(8)
    ways = {sweeps.OURS: sweeps.sweep_of(rule, points, 20, "numpy"), "theirs": peers.numpy_sweep(rule, points, 20)}
    sweeps.check(ways)
    with pytest.raises(ValueError, match="theirs: needs to do the same work"):
        sweeps.check(ways | {"theirs": peers.numpy_sweep(rule, points, 19)})
    with pytest.raises(ValueError, match="theirs: needs to do the same work"):
        sweeps.check(ways | {"theirs": lambda: np.zeros(3)})


def test_all_are_timed_in_turn_and_the_first_round_does_not_count(monkeypatch):
    monkeypatch.setattr(in_turn, "settle", lambda way: None)
    monkeypatch.setattr(in_turn, "RESTED", 0.0)
    order = []
    names = ["ours", "theirs", "others"]
    ways = {name: lambda name=name: order.append(name) for name in names}
    times = in_turn.in_turn(ways, 40, quiet)
    first, runs = order[:6], [order[place : place + 3] for place in range(6, len(order), 3)]
    assert first == [name for name in names for _ in range(2)]
    assert {name: len(taken) for name, taken in times.items()} == dict.fromkeys(names, 40)
    assert all(sorted(run) == sorted(names) for run in runs)
    assert len(set(map(tuple, runs))) == 6  # none always comes after the same one


def test_a_run_that_is_over_soon_begins_before_its_clock(monkeypatch):
    begun = []
    monkeypatch.setattr(in_turn, "settle", begun.append)
    ways = {"soon": lambda: None, "late": lambda: ""}
    monkeypatch.setattr(in_turn, "seconds", lambda way: in_turn.SOON * (0.9 if way is ways["soon"] else 1.1))
    in_turn.in_turn(ways, 3, quiet)
    assert begun == [ways["soon"]] * 3


def test_it_goes_on_until_the_cores_are_awake(monkeypatch):
    calls = []
    clock = iter(range(100))
    monkeypatch.setattr(in_turn.time, "perf_counter", lambda: 0.01 * next(clock))
    in_turn.settle(lambda: calls.append(None))
    assert len(calls) == round(in_turn.SETTLED / 0.01)


def test_a_ratio_is_taken_run_by_run_and_its_middle_meets_the_goal_or_not():
    times = {"ours": [1.0, 2.0, 1.0], "slow": [4.0, 6.0, 2.0], "quick": [0.5, 0.5, 0.5]}
    row = in_turn.against("work", times, "ours", "slow", 3.0, "a note")
    assert (row.ratio, row.spread, row.met) == (3.0, (2.0, 4.0), True)
    assert not in_turn.against("work", times, "ours", "slow", 3.1, "a note").met
    assert in_turn.best(times, ["slow", "quick"]) == "quick"
    assert "1 s, slow 4 s" in row.note


def test_the_limits_count_the_operations_of_the_rule_itself(monkeypatch):
    asked = []
    for divisions in limits._ROOTED:
        monkeypatch.setitem(limits._ROOTED, divisions, lambda values, times, d=divisions: asked.append((d, times)))
    monkeypatch.setattr(limits, "_pairs_of_product_and_sum", lambda values, times, a, b: asked.append(times))
    adam, momentum = (trajectory_of(gd.objectives.rosenbrock, gd.rules[name]) for name in ("adam", "momentum"))
    limits.divisions_and_roots(adam, 256, 10, 1)()
    limits.divisions_and_roots(adam, 256, 10, 2, left=True)()
    limits.sums_and_products(momentum, 256, 16, 1)()
    # two coordinates with a root each, on one thread and on two; momentum's eighteen sums and products
    assert asked == [(3, 20), (1, 10), (1, 10), 18]
    with pytest.raises(ValueError, match="one or three divisions for each root, got 0 and 0"):
        limits.divisions_and_roots(momentum, 64, 1, 1)


def test_the_limits_loops_do_what_they_count():
    for kernel in limits._ROOTED.values():
        values = np.ones(4)
        kernel(values, 3)
        assert np.all((values > 0.5) & (values < 2.0))
    values = np.zeros(4)
    limits._pairs_of_product_and_sum(values, 1, 0.5, 0.5)
    assert values.tolist() == [1 - 0.5**8] * 4


def test_growth_is_measured_as_curves_whose_exponent_is_that_of_their_end():
    little = growth.Amount(
        runs=2, points=(100, 1000), steps=(5, 20), dimensions=(2, 4), parameters=(100, 1000), many=10**5
    )
    found = json.loads(json.dumps(growth.measure(quiet, little)))
    assert [one["along"] for one in found["curves"]] == ["points", "steps", "dimensions", "parameters"]
    for one in found["curves"]:
        assert len(one["amounts"]) == len(one["seconds"]) == 2
        assert all(
            low <= mid <= high for low, mid, high in zip(one["lowest"], one["seconds"], one["highest"], strict=True)
        )
    assert [(one["backend"], one["steps"]) for one in found["memory"]] == [
        ("numpy", 5),
        ("numpy", 20),
        ("numba", 5),
        ("numba", 20),
    ]
    assert growth.words(found).count("\n") == 7


def test_a_cubic_growth_has_exponent_three():
    curve = growth.Curve("work", "points", (1, 10, 100), (5.0, 1.0, 1000.0), (), ())
    assert curve.exponent == 3.0


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="this system does not tell how much memory is held")
def test_the_stream_of_an_adam_step_goes_through_four_arrays_of_memory():
    """What is made of zeros and never written to is no memory: reading it costs none."""
    size = 10**7  # so much that it comes from the system, and is no memory of an earlier array
    limits.stream(2**8, 1)()  # compiled, which takes memory as well
    before = held()
    work = limits.stream(size, 1)
    work()
    assert held() - before > 3.9 * 4 * size
    del work


def held():
    """Bytes of memory that this process holds."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
