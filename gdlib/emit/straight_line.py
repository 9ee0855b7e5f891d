"""Straight-line code from the graph: which node becomes a line of its own, what it is called, in every language.

A node that is used once stands inside the expression that uses it, in brackets, so each target does the same operations
in the same order; one that is used more often, or more than once by its operation's own text, gets a line and a name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from gdlib.trace.graph import TRUTHS, Node, in_order

_DEEPEST = 12
"""Brackets within brackets, before a line is broken: parsers have limits, and so have readers."""

_SIGNS = {"add": "+", "sub": "-", "mul": "*", "div": "/", "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "ne": "!="}

_WRITES_OFTEN = {"max": (0, 1), "min": (0, 1), "sign": (0,), "floor": (0,)}
"""Operands that an operation's own text repeats, and which are therefore named first."""


@dataclass(frozen=True)
class Language:
    """How one language writes the operations (`{0}` is the first operand), numbers, lines and its forbidden names.

    `truth` is the line for a comparison, where the language tells its type from a number's.
    """

    operations: Mapping[str, str]
    number: Callable[[float], str]
    line: str
    reserved: frozenset[str]
    truth: str | None = None


def operations(**special: str) -> dict[str, str]:
    """The operations that every language writes alike, and those that this one writes its own way."""
    common = {op: f"({{0}} {sign} {{1}})" for op, sign in _SIGNS.items()}
    return {**common, "neg": "(-{0})", **special}


def identifiers(names: Iterable[str], language: Language, taken: Iterable[str] = ()) -> dict[str, str]:
    """A legal, distinct identifier for each name: itself where it can be."""
    used = set(taken) | language.reserved
    chosen: dict[str, str] = {}
    for name in names:
        plain = "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in name)
        if not plain or plain[0].isdigit():
            plain = f"_{plain}"
        while plain in used:
            plain += "_"
        used.add(plain)
        chosen[name] = plain
    return chosen


@dataclass(frozen=True)
class Code:
    """Lines of assignments, and the expression of each output."""

    lines: list[str]
    outputs: list[str]


def print_code(outputs: Sequence[Node], names: Mapping[str, str], language: Language, prefix: str = "n") -> Code:
    """The outputs as straight-line code; `names` gives the identifier of each input that they use."""
    nodes = in_order(outputs)
    uses: dict[int, int] = {}
    for node in nodes:
        for place, operand in enumerate(node.args):
            again = place in _WRITES_OFTEN.get(node.op, ())
            uses[id(operand)] = uses.get(id(operand), 0) + (2 if again else 1)
    for output in outputs:
        uses[id(output)] = uses.get(id(output), 0) + 1
    written: dict[int, str] = {}
    depth: dict[int, int] = {}
    lines: list[str] = []
    taken = set(names.values()) | language.reserved
    count = 0
    for node in nodes:
        if node.op == "symbol":
            written[id(node)], depth[id(node)] = names[str(node.payload)], 0
            continue
        if node.op == "constant":
            assert isinstance(node.payload, float)
            written[id(node)], depth[id(node)] = language.number(node.payload), 0
            continue
        text = language.operations[node.op].format(*(written[id(operand)] for operand in node.args))
        deep = 1 + max(depth[id(operand)] for operand in node.args)
        if uses[id(node)] > 1 or deep > _DEEPEST:
            while f"{prefix}{count}" in taken:
                count += 1
            line = language.truth if language.truth and node.op in TRUTHS else language.line
            lines.append(line.format(f"{prefix}{count}", unwrap(text)))
            text, deep = f"{prefix}{count}", 0
            count += 1
        written[id(node)], depth[id(node)] = text, deep
    return Code(lines, [unwrap(written[id(output)]) for output in outputs])


def unwrap(text: str) -> str:
    """The text without one outermost pair of brackets."""
    if not (text.startswith("(") and text.endswith(")")):
        return text
    level = 0
    for position, letter in enumerate(text):
        level += (letter == "(") - (letter == ")")
        if level == 0:
            return text[1:-1] if position == len(text) - 1 else text
    return text
