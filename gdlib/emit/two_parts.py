"""A rule's step in two parts: the numbers that all coordinates share, and what each coordinate does with them.

The numbers (1 - beta**t) are worked out in double precision wherever the step runs, so that float32 loses none of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from gdlib.emit.printable import TracedRule
from gdlib.trace.graph import Node, depends_on, in_order, substitute, symbol
from gdlib.trace.powers import carried_powers


class TwoParts(NamedTuple):
    """`numbers` are graphs of `scalars`; `outputs` and `gradient_at` of `arrays` and of `given`, one for each number.

    A number that is one of the scalars keeps its name there.
    `scalars` are the hyperparameters, what `once` works out of them before the first step, the carried `powers` (each
    named with what multiplies it) and t.
    """

    arrays: tuple[str, ...]
    scalars: tuple[str, ...]
    numbers: list[Node]
    given: tuple[str, ...]
    outputs: list[Node]
    gradient_at: Node | None
    once: dict[str, Node]
    powers: dict[str, str]


@lru_cache(maxsize=256)
def in_two_parts(rule: TracedRule) -> TwoParts:
    """The rule's step, parted where a coordinate's work begins."""
    trace = rule.trace
    outputs, once, powers = carried_powers(trace.outputs, trace.defaults)
    where = [trace.gradient_at] if trace.gradient_at is not None else []
    arrays = tuple(name for name in trace.takes if name != "t")
    numbers = borders([*outputs, *where], arrays)
    given = tuple(str(node.payload) if node.op == "symbol" else f"number {i}" for i, node in enumerate(numbers))
    stand_ins = {node: symbol(name) for node, name in zip(numbers, given, strict=True)}
    *outputs, place = substitute([*outputs, *(where or outputs[:1])], stand_ins)
    scalars = (*trace.defaults, *once, *powers, "t")
    return TwoParts(arrays, scalars, numbers, given, outputs, place if where else None, once, powers)


def borders(outputs: Sequence[Node], arrays: Iterable[str]) -> list[Node]:
    """The nodes that no array enters and that an array's node uses, or that are outputs; plain constants left out."""
    varying = set(arrays)
    varies = {id(node): depends_on(node, varying) for node in in_order(outputs)}
    found: dict[int, Node] = {}
    for node in in_order(outputs):
        for operand in node.args if varies[id(node)] else ():
            if not varies[id(operand)] and operand.op != "constant":
                found[id(operand)] = operand
    for node in outputs:
        if not varies[id(node)] and node.op != "constant":
            found[id(node)] = node
    return list(found.values())
