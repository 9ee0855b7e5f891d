"""Powers of a hyperparameter to the step number, beta**t, as products carried from step to step."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from gdlib.trace.graph import Node, depends_on, in_order, substitute, symbol


class Powers(NamedTuple):
    """A rule's outputs with each `base**t` exchanged for an input that the loop of steps keeps.

    `carried` names these inputs and what multiplies each: it starts at 1 and is multiplied first thing in a step, so in
    step t it holds base**t. Every form does so, which is why they agree to the bit where a call of `**` would not.
    A base that is no hyperparameter itself stands in `once`: it is worked out once, before the first step.
    """

    outputs: list[Node]
    once: dict[str, Node]
    carried: dict[str, str]


def carried_powers(outputs: Sequence[Node], hyperparameters: Iterable[str]) -> Powers:
    """The outputs with powers of t carried: beta**t, beta**(t + 1) and 0.96**(t * psi), whose base is 0.96**psi."""
    own = set(hyperparameters)
    found: dict[Node, Node] = {}
    once: dict[str, Node] = {}
    carried: dict[str, str] = {}
    for node in in_order(outputs):
        exponent = _pace_and_delay(node.args[1], own) if node.op == "pow" else None
        if exponent is None or not _fixed(node.args[0], own):
            continue
        pace, delay = exponent
        base = node.args[0] if pace is None else node.args[0] ** pace
        if not depends_on(base, own):
            continue
        if base.op == "symbol":
            factor, power = str(base.payload), f"{base.payload}_t"
        else:
            place = next((k for k, other in enumerate(once.values()) if other is base), len(once))
            factor, power = f"base{place}_t", f"power{place}_t"  # no name of a rule's own ends so
            once[factor] = base
        carried[power] = factor
        found[node] = symbol(power) * symbol(factor) ** delay if delay else symbol(power)
    return Powers(substitute(outputs, found), once, carried)


def _pace_and_delay(exponent: Node, own: set[str]) -> tuple[Node | None, int] | None:
    """(a, k) for an exponent a*(t + k), with a of hyperparameters alone (None: 1) and k >= 0 whole; else None."""
    if exponent is symbol("t"):
        return None, 0
    for one, other in (exponent.args, exponent.args[::-1]) if exponent.op in ("add", "mul") else ():
        number = other.payload
        if exponent.op == "add" and one is symbol("t") and isinstance(number, float) and number in range(17):
            return None, int(number)
        if exponent.op == "mul" and _fixed(other, own):
            inner = _pace_and_delay(one, own)
            return None if inner is None or inner[0] is not None else (other, inner[1])
    return None


def _fixed(node: Node, own: set[str]) -> bool:
    """Whether the node is made of hyperparameters and numbers alone."""
    return {str(part.payload) for part in in_order([node]) if part.op == "symbol"} <= own
