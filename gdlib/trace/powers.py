"""Powers of a hyperparameter to the step number, beta**t, as products carried from step to step."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gdlib.trace.graph import Node, depends_on, in_order, substitute, symbol


def carried_powers(outputs: Sequence[Node], hyperparameters: Iterable[str]) -> tuple[list[Node], dict[str, Node]]:
    """The outputs with each `base**t` exchanged for an input, and what to multiply that input by before each step.

    The input starts at 1 and is multiplied by its base first thing in a step, so in step t it holds base**t. Every form
    does it, which is why they agree to the bit where a call of `**` would not.
    """
    own = set(hyperparameters)
    found: dict[Node, Node] = {}
    bases: dict[str, Node] = {}
    for node in in_order(outputs):
        if node.op != "pow" or node.args[1] is not symbol("t"):
            continue
        base = node.args[0]
        inputs = {str(part.payload) for part in in_order([base]) if part.op == "symbol"}
        if not inputs <= own or not depends_on(base, own):
            continue
        name = f"{base.payload}_t" if base.op == "symbol" else f"power{len(bases)}_t"
        found[node] = symbol(name)
        bases[name] = base
    return substitute(outputs, found), bases
