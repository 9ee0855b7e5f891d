"""What the languages in C's line (CUDA, GLSL) share: how they write operations, and graphs that fit their types.

They tell a truth from a number, so `fitted` makes each operand what its operation needs: where(truth, 1, 0) for a truth
in arithmetic, x != 0 for a number as a condition. Operations on plain numbers alone are worked out there and then, in
double precision, as NumPy does it: what is left is printed in whatever precision the target has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from gdlib.emit.as_numpy import NUMPY
from gdlib.emit.straight_line import Language, operations
from gdlib.trace.graph import ELEMENTARY, TRUTHS, Node, constant, in_order, on_operands

_KEYWORDS = """\
asm auto bool break case catch char class const const_cast continue default delete do double dynamic_cast else enum
explicit export extern false float for friend goto if inline int long mutable namespace new operator private protected
public register reinterpret_cast return short signed sizeof static static_cast struct switch template this throw true
try typedef typeid typename union unsigned using virtual void volatile wchar_t while
"""

_OPERATIONS = operations(
    **{name: f"{name}({{0}})" for name in ELEMENTARY - {"pow"}},
    eq="({0} == {1})",
    sqrt="sqrt({0})",
    abs="abs({0})",
    floor="floor({0})",
    pow="pow({0}, {1})",
    max="({0} >= {1} || {0} != {0} ? {0} : {1})",
    min="({0} <= {1} || {0} != {0} ? {0} : {1})",
    where="({0} ? {1} : {2})",
    **{"and": "({0} && {1})", "or": "({0} || {1})", "not": "(!{0})"},
)


def c_language(
    number_type: str, number: Callable[[float], str], reserved: Iterable[str] = (), **special: str
) -> Language:
    """A language in C's line: its type of numbers, how it writes them, and what it says its own way."""
    sign = "({{0}} > {0} ? {1} : ({{0}} < {0} ? {2} : ({{0}} == {0} ? {0} : {{0}})))"
    own = {"sign": sign.format(number(0.0), number(1.0), number(-1.0)), **special}
    return Language(
        operations={**_OPERATIONS, **own},
        number=number,
        line=f"const {number_type} {{0}} = {{1}};",
        truth="const bool {0} = {1};",
        reserved=frozenset({*_KEYWORDS.split(), *ELEMENTARY, "sqrt", "abs", "floor", *reserved}),
    )


def fitted(outputs: Sequence[Node]) -> list[Node]:
    """The outputs, all of them numbers, with every operand a number or a truth as its operation needs it."""
    fit: dict[int, Node] = {}
    for node in in_order(outputs):
        args = [fit[id(operand)] for operand in node.args]
        fit[id(node)] = _fitted(node, args) if args else node
    return [_number(fit[id(node)]) for node in outputs]


def _fitted(node: Node, args: list[Node]) -> Node:
    if all(operand.op == "constant" for operand in args):
        return constant(_worked_out(node.op, args))
    if node.op in ("and", "or", "not"):
        return on_operands(node, map(_truth, args))
    if node.op != "where":
        return on_operands(node, map(_number, args))
    condition, first, second = args
    if first.op in TRUTHS and second.op in TRUTHS:
        chosen: Node = (_truth(condition) & first) | (~_truth(condition) & second)
        return chosen
    return on_operands(node, (_truth(condition), _number(first), _number(second)))


def _worked_out(op: str, operands: Sequence[Node]) -> float:
    numbers = {f"n{i}": np.float64(operand.payload) for i, operand in enumerate(operands)}
    with np.errstate(all="ignore"):
        return float(eval(NUMPY.operations[op].format(*numbers), {"np": np}, numbers))  # a text of ours


def _truth(node: Node) -> Node:
    made: Node = node if node.op in TRUTHS else node != 0.0
    return made


def _number(node: Node) -> Node:
    if node.op not in TRUTHS:
        return node
    made = np.where(node, 1.0, 0.0)
    assert isinstance(made, Node)
    return made
