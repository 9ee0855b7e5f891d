"""The tables over which tests run: every rule and every objective of the registries, nothing listed by hand.

What is promised to the bit holds for objectives without elementary functions, and each one's own graph tells.
"""

import numpy as np
import pytest

import gdlib as gd
from gdlib.trace import in_order
from gdlib.trace.graph import ELEMENTARY


def is_exact(objective: gd.Objective) -> bool:
    """Whether value and gradient are made of operations that give the same bits everywhere."""
    return not any(node.op in ELEMENTARY for node in in_order([objective.graphs.value, *objective.graphs.gradient]))


EXACT = [f for f in gd.objectives if is_exact(f)]
INEXACT = [f for f in gd.objectives if not is_exact(f)]
each_rule = pytest.mark.parametrize("rule", list(gd.rules), ids=gd.rules.names)
each_objective = pytest.mark.parametrize("objective", list(gd.objectives), ids=gd.objectives.names)
each_exact_objective = pytest.mark.parametrize("objective", EXACT, ids=lambda f: f.name)
each_inexact_objective = pytest.mark.parametrize("objective", INEXACT, ids=lambda f: f.name)

WRITTEN = [method for method in gd.methods if method.has_components(2)]
SETTINGS = {
    "newton": {}, "damped_newton": {"lr": 0.375}, "diagonal_scaling": {"lr": 0.7},
    "saddle_free_newton": {"lr": 0.9, "damping": 0.01},
}  # fmt: skip
"""Methods that are written out by component, and settings under which each shows all that it has."""


@gd.rule
def in_our_words(
    theta, g, number, schedule, next, *, lr=0.1, factor=2.0, wide=2.0, over=3.0, by_inverse=0.25, SURE=0.75
):
    """Its numbers and its memory have names that printed programs use themselves.

    Source: made up.
    """
    number = number / factor + (1 - by_inverse) * g
    schedule = SURE * schedule + number / over
    return theta - lr * wide * schedule - next / over, number, schedule, by_inverse * theta


# A moment in the middle of a run: signs of g mixed, one exact zero, memory not at rest.
THETA = np.array([0.7, -1.1, 0.0, 2.5])
G = np.array([-1.3, 0.4, 0.0, 30.0])
MEMORY = np.array([0.25, 0.5, 0.125, 1.0])
VALUE = 3.5
T = 4


def moment(rule: gd.Rule, theta=THETA, g=G, memory=MEMORY, value=VALUE, t=T) -> list:
    """The rule's positional arguments at that moment, in its own order."""
    given = {"theta": theta, "g": g, "f": np.full_like(theta, value), "t": t}
    return [given.get(name, memory) for name in rule.takes]


def outputs(rule: gd.Rule, result) -> tuple:
    """What a rule returns, always as a tuple (theta, *state)."""
    return result if rule.state else (result,)
