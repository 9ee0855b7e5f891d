"""Quotients whose divisor all lanes share, by the divisor's inverse: a division takes as long as many products.

With inverse = 1/y and near = x*inverse, each rounded, a fused multiply-add gives the lack x - y*near, exact or so
nearly that nothing changes, and a second gives near + lack*inverse, which is x/y as it is rounded: so it is known for a
divisor that is known beforehand (Markstein 1990; Brisebarre, Muller and Raina 2004). It holds for a positive y while
nothing on the way leaves the range of full precision; a zero keeps its sign, since the lack is taken the other way
round.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import reduce
from operator import or_
from typing import NamedTuple

from gdlib.trace.graph import Node, constant, in_order, on_operands, operation, symbol

OVER = "over"
"""The operation of (x, y, 1/y)."""

SURE_OF: Mapping[str, tuple[float, float, float, float]] = {
    "float64": (2.0**-100, 2.0**100, 2.0**-860, 2.0**860),
    "float32": (2.0**-20, 2.0**20, 2.0**-98, 2.0**100),
}
"""Between which sizes y and x must lie, that is far inside the range: the lack has the last digits of y and x/y."""


class ByInverses(NamedTuple):
    """`outputs` with OVER for quotients by shared divisors; `divided` are the x, `inverses` the names of y and 1/y."""

    outputs: list[Node]
    divided: list[Node]
    inverses: dict[str, str]


def by_inverses(outputs: Sequence[Node], shared: Collection[str]) -> ByInverses:
    """The outputs with each quotient by one of the inputs `shared` taken by the inverse."""
    divided: dict[int, Node] = {}
    inverses: dict[str, str] = {}

    def quotient(node: Node, x: Node, name: str) -> Node:
        inverses[name] = f"inverse of {name}"
        divided[id(node.args[0])] = node.args[0]
        return operation(OVER, x, node.args[1], symbol(inverses[name]))

    new = _with_quotients(outputs, shared, quotient)
    return ByInverses(new, list(divided.values()), inverses)


def by_ones(outputs: Sequence[Node], ones: Collection[str]) -> list[Node]:
    """The outputs where the inputs `ones` are 1: what is divided by one of them stays as it is."""
    return _with_quotients(outputs, ones, lambda node, x, name: x)


def _with_quotients(
    outputs: Sequence[Node], shared: Collection[str], quotient: Callable[[Node, Node, str], Node]
) -> list[Node]:
    """The outputs with quotient(node, what is divided, name) for each node that divides by an input of that name."""
    new: dict[int, Node] = {}
    for node in in_order(outputs):
        args = [new[id(operand)] for operand in node.args]
        if node.op == "div" and args[1].op == "symbol" and args[1].payload in shared:
            new[id(node)] = quotient(node, args[0], str(args[1].payload))
        else:
            new[id(node)] = on_operands(node, args) if args else node
    return [new[id(node)] for node in outputs]


def unsure(divided: Sequence[Node], dtype: str) -> Node:
    """1 where one of these x is so small or so large, or no number, that x/y may come out as another, else 0."""
    _, _, tiny, huge = SURE_OF[dtype]
    sizes = [operation("abs", x) for x in divided]
    large = [~(size <= huge) for size in sizes]
    small = [(size < tiny) & (x != 0.0) for size, x in zip(sizes, divided, strict=True)]
    return operation("where", reduce(or_, [*large, *small]), constant(1.0), constant(0.0))
