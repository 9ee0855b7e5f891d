"""Networks against torch's answers, stored as data: the same costs and parameters after several steps."""

import json

import numpy as np
import pytest

import gdlib as gd
from gdlib.loops.plan import plan_of
from gdlib.loops.rule_steps import RuleSteps
from tests.goldens import networks

AGREES = {"float32": 1e-5, "float64": 1e-12}
ROWS = json.loads(networks.FILE.read_text(encoding="utf-8"))["rows"]
RUNS = [
    pytest.param(problem, row, dtype, id=f"{problem.name}-{problem.cost}-{problem.rule}-{dtype}")
    for problem, row in zip(networks.PROBLEMS, ROWS, strict=True)
    for dtype in AGREES
]


@pytest.mark.parametrize(("problem", "row", "dtype"), RUNS)
def test_steps_lead_where_torchs_lead(problem, row, dtype):
    net = problem.network()
    loss = net.loss(*networks.data(net, problem.cost), problem.cost)
    rule, theta, slope, costs = gd.rules[problem.rule], networks.start(net, dtype), np.empty(net.n, dtype), []
    step = 0

    def gradient(point):
        costs.append(float(loss.on_rows(point, networks.part(step), slope)))
        return slope

    plan = plan_of(loss, rule, theta, problem.steps, None, None, None, 0.0, None, 1, problem.hyperparameters)
    steps = RuleSteps(rule, plan, loss, gradient)
    for step in range(problem.steps):
        steps.step(step + 1, theta, plan.hyperparameters, np.True_, out=theta)
    stored = row[dtype]
    assert theta.dtype == dtype
    assert networks.apart(problem, dtype, networks.shown(theta), stored["theta"]) <= AGREES[dtype]
    np.testing.assert_allclose(costs, stored["costs"], rtol=AGREES[dtype])
    assert costs[-1] < costs[0]


def test_table_and_stored_values_tell_the_same():
    assert [{name: row[name] for name in networks.key(problem)} for problem, row in zip(networks.PROBLEMS, ROWS, strict=True)] == [
        networks.key(problem) for problem in networks.PROBLEMS
    ]  # fmt: skip


def test_the_answers_are_hard_enough():
    """Of each layer kind there is one, every cost and both ties and blank pixels occur."""
    kinds = {type(layer).__name__ for problem in networks.PROBLEMS for layer in problem.network().layers}
    assert kinds == {"Dense", "Activation", "PooledConvolution"}
    assert {problem.cost for problem in networks.PROBLEMS} == set(networks.COSTS)
    x, _ = networks.data(networks.PROBLEMS[5].network(), "cross_entropy")
    squares = x.reshape(-1, 10, 10)
    assert (squares[:, 1:, 1:] == squares[:, :-1, :-1]).mean() > 0.3
