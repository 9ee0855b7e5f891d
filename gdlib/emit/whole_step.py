"""A whole step: a rule, or a method by component, on an objective, as graphs of all the coordinates that it moves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from gdlib.emit.printable import Curved, Formula, MethodByComponent, TracedRule
from gdlib.trace.graph import Node, substitute, symbol
from gdlib.trace.powers import carried_powers


class WholeStep(NamedTuple):
    """`outputs` are what `carried` becomes in a step: the coordinates "theta 0", "theta 1", …, then the state of each.

    They are graphs of what is carried, of the hyperparameters, of what `once` works out of these before the first step,
    of the carried `powers` (each named with what multiplies it, first thing in a step) and of t. `value` and `gradient`
    are the objective's at theta.
    """

    n: int
    carried: tuple[str, ...]
    outputs: list[Node]
    value: Node
    gradient: list[Node]
    defaults: Mapping[str, float]
    once: dict[str, Node]
    powers: dict[str, str]


def whole_step(f: Formula, step: TracedRule | MethodByComponent) -> WholeStep:
    """The step of all coordinates of f at once."""
    graphs = f.graphs
    n = len(graphs.variables)
    theta = coordinates(n)
    here = dict(zip(map(symbol, graphs.variables), theta, strict=True))
    value, *gradient = substitute([graphs.value, *graphs.gradient], here)
    if isinstance(step, MethodByComponent):
        assert isinstance(f, Curved)
        above = [f.hessian_graph[i][j] for i in range(n) for j in range(i, n)]
        given = [*theta, *gradient, *substitute(above, here)]
        inputs = dict(zip(map(symbol, step.component_names(n)), given, strict=True))
        outputs = substitute(step.component_graph(n), inputs)
        return WholeStep(n, _names(theta), outputs, value, gradient, step.defaults, {}, {})
    changed, once, powers = carried_powers(step.trace.outputs, step.defaults)
    state = [[symbol(f"{name} {i}") for name in step.state] for i in range(n)]
    own = [dict(zip(map(symbol, step.trace.outputs_named), [theta[i], *state[i]], strict=True)) for i in range(n)]
    slopes = gradient
    if step.trace.gradient_at is not None:
        point = [substitute([step.trace.gradient_at], inputs)[0] for inputs in own]
        slopes = substitute(graphs.gradient, dict(zip(here, point, strict=True)))
    moved = [
        substitute(changed, inputs | {symbol("g"): slope, symbol("f"): value})
        for inputs, slope in zip(own, slopes, strict=True)
    ]
    carried = [*theta, *(one for own_state in state for one in own_state)]
    outputs = [first for first, *_ in moved] + [after for _, *rest in moved for after in rest]
    return WholeStep(n, _names(carried), outputs, value, gradient, step.defaults, once, powers)


def coordinates(n: int) -> list[Node]:
    """The coordinates of theta as inputs."""
    return [symbol(f"theta {i}") for i in range(n)]


def _names(inputs: list[Node]) -> tuple[str, ...]:
    return tuple(str(node.payload) for node in inputs)
