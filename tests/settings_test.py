"""The numbers of schedules and clipping as settings of a page: which become inputs, which stay, and what is refused."""

import copy
import json
import math
import re
from dataclasses import dataclass

import numpy as np
import pytest

import gdlib as gd
from gdlib.emit.as_numpy import compile_value
from gdlib.trace import symbol
from gdlib.trace.settings import traced_with_settings
from tests.schedules_test import EXAMPLES, PLATEAU

s = gd.schedules


def exported(text, name):
    return json.loads(re.search(rf"^export const {name} = (.*);$", text, re.M)[1])


SETTINGS = {  # what the page may move, and those of them that are whole numbers
    s.constant(0.5): ({"factor": 0.5}, []),
    s.inverse(0.25): ({"rate": 0.25}, []),
    s.inverse_square(): ({"rate": 1.0}, []),
    s.inverse_root(): ({"rate": 1.0}, []),
    s.exponential(0.5): ({"rate": 0.5}, []),
    s.per_epoch(0.95, 7): ({"decay": 0.95, "steps_per_epoch": 7}, ["steps_per_epoch"]),
    s.staircase(9): ({"every": 9, "factor": 0.1}, ["every"]),
    s.linear(30, end=0.5): ({"steps": 30, "end": 0.5}, ["steps"]),
    s.polynomial(30): ({"steps": 30, "power": 2, "end": 0}, ["steps"]),
    s.cosine(30): ({"steps": 30, "end": 0}, ["steps"]),
    s.warm_restarts(6): ({"first": 6, "end": 0}, ["first"]),  # it branches on how often a cycle is longer
    s.warm_restarts(6, multiply=2): ({"first": 6, "end": 0}, ["first"]),
    s.piecewise((5,), (1.0, 0.5)): ({"boundaries1": 5, "factors1": 1, "factors2": 0.5}, ["boundaries1"]),
    s.floor(s.inverse(), 0.25): ({"schedule_rate": 1, "least": 0.25}, []),
    s.warm_up(4): ({"steps": 4, "then_factor": 1}, ["steps"]),
    s.warm_up(4, s.floor(s.cosine(9), 0.5)): (
        {"steps": 4, "then_schedule_steps": 9, "then_schedule_end": 0, "then_least": 0.5},
        ["steps", "then_schedule_steps"],
    ),
    s.warm_up(4, lambda t: 1 / t): ({"steps": 4}, ["steps"]),
    gd.clip_norm(2): ({"limit": 2}, []),
    gd.clip_value(0.5): ({"limit": 0.5}, []),
}


@pytest.mark.parametrize("thing", SETTINGS, ids=lambda case: re.sub(r" at 0x\w+", "", repr(case)))
def test_numbers_become_settings(thing):
    text = gd.emit.javascript(thing)
    defaults, whole = SETTINGS[thing]
    assert exported(text, "defaults") == defaults
    assert exported(text, "whole") == whole
    assert exported(text, "name") == type(thing).__name__


def test_a_plateaus_settings_and_its_memory():
    text = gd.emit.javascript(PLATEAU)
    assert exported(text, "defaults") == {"factor": 0.5, "patience": 1, "threshold": 1e-4, "cooldown": 2, "least": 0.1}
    assert exported(text, "whole") == ["patience", "cooldown"]  # `relative` is a choice and stays what it is
    assert exported(text, "watchesValue") is True
    assert "let memory = [Infinity, 0.0, 0.0, 1.0];" in text
    assert not any(exported(gd.emit.javascript(one), "watchesValue") for one in EXAMPLES)


def test_tracing_leaves_the_schedule_what_it_was():
    schedule = s.warm_up(4, s.floor(s.cosine(9), 0.5))
    text = repr(schedule)
    gd.emit.javascript(schedule)
    assert repr(schedule) == text
    gd.emit.javascript(PLATEAU)
    assert repr(PLATEAU).endswith("least=0.1, relative=True)")


@dataclass
class Odd:
    """Uses its first number as a node does, its second by branching, its third as a number of Python."""

    one: float
    two: float
    three: float

    def formula(self, t):
        return (self.one * t if self.two > 1 else t) + math.sin(self.three)


def test_a_number_on_which_the_formula_branches_stays_as_it_is():
    settings, (node,) = traced_with_settings(Odd(2.0, 3.0, 0.0), lambda odd: (odd.formula(symbol("t")),))
    assert [tuple(one) for one in settings] == [("one", 2.0, False)]
    assert node is symbol("one") * symbol("t") + 0.0


@pytest.mark.parametrize(
    ("thing", "words"),
    [
        (
            s.warm_up(3, lambda t: 1.0 if t < 3 else 0.5),
            r"function <lambda>, line \d+ .*: a traced function cannot branch on a value; write np.where",
        ),
        (s.floor(lambda t, f: math.exp(-t), 0.5), "a traced value is no Python number; use np.sqrt, np.exp"),
        (s.floor(lambda t: "half", 0.5), "function <lambda>: must return a number, .* got str"),
        (s.floor(lambda t: (t, t), 0.5), "function <lambda>: must return numbers, got several for one"),
        (s.cosine, "emit: needs an objective with a formula, .*a schedule.*; got type"),
    ],
)
def test_what_cannot_be_traced_is_refused(thing, words):
    with pytest.raises(TypeError, match=words):
        gd.emit.javascript(thing)


def test_other_languages_refuse_them():
    with pytest.raises(TypeError, match=r"emit: needs an objective with a formula.* got a schedule"):
        gd.emit.python(s.cosine(5))
    with pytest.raises(TypeError, match=r"emit: needs an objective with a formula.* got a clipping"):
        gd.emit.latex(gd.clip_norm(1.0))


@pytest.mark.parametrize(
    "schedule",
    [*EXAMPLES, PLATEAU, s.warm_up(3, PLATEAU), s.floor(PLATEAU, 0.2)],
    ids=lambda case: re.sub(r" at 0x\w+", "", repr(case)),
)
def test_the_step_that_a_page_runs_is_the_call_that_python_makes(schedule):
    """With the memory handed from step to step, which `warm_up` begins when the turn of its `then` has come."""
    values = np.abs(np.random.default_rng(8).normal(size=40)) + np.linspace(4, 1, 40)
    values[1] = 0.5  # the lowest of all, while a schedule that warms up does not look yet
    schedule = copy.deepcopy(schedule)  # one that remembers is not to be used by others afterwards
    memory = tuple(schedule.first_memory.values())
    if schedule.watches_value:
        pairs = []
        for t, f in enumerate(values, start=1):
            factor, *memory = stepped(schedule, t, f, memory)
            pairs.append((factor, schedule(t, f)))
        assert len({one for one, _ in pairs}) > 2  # it does something
    else:
        pairs = [(stepped(schedule, t, None, ())[0], schedule(t)) for t in range(1, 41)]
    ours, theirs = zip(*pairs, strict=True)
    assert ours == pytest.approx(theirs, rel=1e-15)  # NumPy raises a number and an array to 2.5 by different code


def stepped(schedule, t, f, memory):
    """The schedule's step on numbers, read from its graph."""
    names = ["t", "f", *(f"memory{k}" for k in range(len(memory)))]
    nodes = schedule.step(*map(symbol, names))
    at = np.array([float(t), float(f if f is not None else 0.0), *map(float, memory)])
    with np.errstate(all="ignore"):
        return [float(compile_value(node, names)(at)) for node in nodes]


def test_clipping_by_component_is_clipping():
    for clip in (gd.clip_norm(1.0), gd.clip_value(0.5)):
        for g in ([3.0], [0.1], [0.0], [-1e200], [3.0, 4.0], [0.1, -0.2], [0.0, 0.0], [-5.0, 0.1], [3e200, -4e199]):
            assert [float(one) for one in clip.on_components(tuple(g))] == clip(np.array(g)).tolist()
