"""A run for printing: the whole step with its schedule, what it starts from, and which of it repeats from run to run.

What prints whole runs (NumPy blocks, Numba lanes, CUDA) starts here, so all of them do the same operations in the same
order as `descend`. `split` says which of these are the same for all runs, or for all points of a run, and belong in
front of the loop over the points.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from gdlib.emit.printable import Formula, MethodByComponent, TracedRule
from gdlib.emit.whole_step import whole_step
from gdlib.trace.graph import Node, in_order, substitute, symbol

T, FACTOR = "t", "factor of the schedule"
"""The two inputs that belong to a step: its number, from 1, and what the schedule makes of lr there.

No name of a rule's own can be the second, nor any of those below that have two words before a number.
"""


@dataclass(frozen=True, eq=False)
class Trajectory:
    """One step of a run as graphs of these inputs, each a symbol of its name:

    - `point`: the coordinates; `memory`: whatever else a run carries from step to step, with what it starts from;
    - `numbers`: the hyperparameters, and what stands in `once`, a graph of hyperparameters that is worked out once,
      before the first step and outside of any printed text (it may hold real powers);
    - `powers`: carried products, each with the number that multiplies it: 1 before the first step, multiplied first
      thing in each step, in double;
    - T, the number of the step, and FACTOR, where a schedule gives one for each step.

    `moved` are the coordinates and the memory after the step, in the order of `carried`; all of them are assigned at
    once (one may be another's old value). `slope` is the Euclidean norm of the gradient at the point before the step.
    """

    title: str
    point: tuple[str, ...]
    memory: Mapping[str, float]
    numbers: tuple[str, ...]
    once: Mapping[str, Node]
    powers: Mapping[str, str]
    moved: tuple[Node, ...]
    slope: Node

    @property
    def carried(self) -> tuple[str, ...]:
        """The names of what a run carries from step to step beside its powers: the coordinates, then the memory."""
        return (*self.point, *self.memory)

    @property
    def is_scheduled(self) -> bool:
        """Whether the step needs the input FACTOR."""
        return any(node is symbol(FACTOR) for node in in_order(self.moved))

    def split(self, swept: Collection[str]) -> Split:
        """The graphs in parts, when the numbers in `swept` differ from run to run and all others do not."""
        kinds = dict.fromkeys((T, FACTOR, *self.powers), _STEP) | dict.fromkeys(swept, _RUN)
        kinds |= {power: _STEP | _RUN for power, factor in self.powers.items() if factor in swept}
        kinds |= dict.fromkeys(self.carried, _POINT)
        roots = [*self.moved, self.slope]
        kind: dict[int, int] = {}
        for node in in_order(roots):
            mine = kinds.get(str(node.payload), 0) if node.op == "symbol" else 0
            for operand in node.args:
                mine |= kind[id(operand)]
            kind[id(node)] = min(mine, _POINT)
        borders = _borders(roots, kind)
        stand_ins = {node: symbol(f"shared number {place}") for place, node in enumerate(borders)}
        parts: list[dict[str, Node]] = []
        for part in range(_POINT):
            named = {str(stand_ins[node].payload): node for node in borders if kind[id(node)] == part}
            earlier = {node: stand_in for node, stand_in in stand_ins.items() if kind[id(node)] != part}
            parts.append(dict(zip(named, substitute(list(named.values()), earlier), strict=True)))
        *moved, slope = substitute(roots, stand_ins)
        before, each_step, own_before, own_each_step = parts
        return Split(before, each_step, own_before, own_each_step, tuple(moved), slope)


_STEP, _RUN, _POINT = 1, 2, 4
"""What a node depends on, added up: the number of the step, what is one run's own, a point (then all else too)."""


class Split(NamedTuple):
    """A step in parts; each maps the names of its results to their graphs, and may use the results of those before it.

    `before` is the same for all runs and steps, `each_step` for all runs, `own_before` for all steps of a run; the
    first four are worked out in double. `moved` and `slope` have as inputs only the point, the memory and results of
    the four, which are rounded to the type of the points.
    """

    before: dict[str, Node]
    each_step: dict[str, Node]
    own_before: dict[str, Node]
    own_each_step: dict[str, Node]
    moved: tuple[Node, ...]
    slope: Node


def _borders(roots: Sequence[Node], kind: Mapping[int, int]) -> list[Node]:
    """The nodes that are used in another part than their own, and the roots that no point enters; no plain numbers."""
    found: dict[int, Node] = {}
    for node in in_order(roots):
        for operand in node.args:
            if operand.op != "constant" and kind[id(operand)] != kind[id(node)]:
                found[id(operand)] = operand
    for node in roots:
        if node.op != "constant" and kind[id(node)] < _POINT:
            found[id(node)] = node
    return list(found.values())


def trajectory_of(
    f: Formula, rule: TracedRule | MethodByComponent, schedule: Callable[..., tuple[Any, ...]] | bool = False,
    memory_of_schedule: Mapping[str, float] | None = None,
) -> Trajectory:  # fmt: skip
    """The step of a rule, or of a method with components for so many variables, on an objective with a formula.

    `schedule` is True where each step is given a factor on lr, or `step(t, f, *memory)`, which gives it and what the
    schedule remembers, in operations that take a node.
    """
    step = whole_step(f, rule)
    moved, memory = step.outputs, dict.fromkeys(step.carried[step.n :], 0.0)
    if schedule:
        remembered = {f"schedule {name}": start for name, start in (memory_of_schedule or {}).items()}
        given = (symbol(T), step.value, *map(symbol, remembered))
        factor, *after = (symbol(FACTOR),) if schedule is True else schedule(*given)
        moved = [*substitute(moved, {symbol("lr"): symbol("lr") * factor}), *after]
        memory |= remembered
    squares = [slope * slope for slope in step.gradient]
    return Trajectory(
        title=f"{rule.name} on {f.title}",
        point=step.carried[: step.n],
        memory=memory,
        numbers=(*step.defaults, *step.once),
        once=step.once,
        powers=step.powers,
        moved=tuple(moved),
        slope=np.sqrt(sum(squares[1:], start=squares[0])),
    )
