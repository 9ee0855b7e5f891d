"""The expression graph: one node per operation, equal nodes shared, built by calling plain NumPy code on nodes.

A node answers NumPy's own protocols, so `np.sqrt(v) + eps`, `np.where(g > 0, a, b)` and `beta * v` build the graph
in the order in which they are written. Nothing is re-associated or simplified: what is printed from the graph does
the same operations in the same order as the function, which is what makes the printed forms equal to the bit.
Whole powers become products here, once, for every target: x**3 is (x*x)*x and x**4 is (x*x)*(x*x).
"""

from __future__ import annotations

import numbers
from collections.abc import Callable, Iterable, Mapping, Sequence
from threading import Lock
from typing import Any
from weakref import WeakValueDictionary

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

_UNARY = {
    np.negative: "neg", np.absolute: "abs", np.fabs: "abs", np.sign: "sign", np.sqrt: "sqrt", np.floor: "floor",
    np.exp: "exp", np.log: "log", np.sin: "sin", np.cos: "cos", np.tan: "tan",
    np.sinh: "sinh", np.cosh: "cosh", np.tanh: "tanh", np.arctan: "atan",
    np.logical_not: "not", np.invert: "not",
}  # fmt: skip
_BINARY = {
    np.add: "add", np.subtract: "sub", np.multiply: "mul", np.true_divide: "div",
    np.maximum: "max", np.minimum: "min",
    np.less: "lt", np.less_equal: "le", np.greater: "gt", np.greater_equal: "ge",
    np.equal: "eq", np.not_equal: "ne",
    np.logical_and: "and", np.bitwise_and: "and", np.logical_or: "or", np.bitwise_or: "or",
}  # fmt: skip

UFUNCS = {op: ufunc for ufunc, op in reversed([*_UNARY.items(), *_BINARY.items(), (np.power, "pow")])}
"""NumPy's function for each operation but "where"."""

COMPARISONS = frozenset({"lt", "le", "gt", "ge", "eq", "ne"})
TRUTHS = COMPARISONS | {"and", "or", "not"}
ELEMENTARY = frozenset({"exp", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh", "atan", "pow"})
"""Operations whose last bits differ between machines; all others are exact to the bit everywhere."""

_KNOWN = (
    "+ - * / ** and comparisons, np.where, np.clip, np.maximum, np.minimum, np.sign, np.abs, np.sqrt, np.floor, "
    "np.exp, np.log, np.sin, np.cos, np.tan, np.sinh, np.cosh, np.tanh, np.arctan"
)

_shared: WeakValueDictionary[tuple[Any, ...], Node] = WeakValueDictionary()
_lock = Lock()


class UntraceableError(TypeError):
    """What a node was asked to do has no place in the graph; the message says what to write instead."""

    def told_of(self, kind: str) -> str:
        """The message, which speaks of a rule, as it is told of something else."""
        return str(self).replace("a rule", kind)


class Node(NDArrayOperatorsMixin):
    """One operation `op` on `args`; a leaf holds its name ("symbol") or its number ("constant") in `payload`."""

    __slots__ = ("__weakref__", "args", "op", "payload")
    op: str
    args: tuple[Node, ...]
    payload: str | float | None

    __hash__ = object.__hash__  # the comparison operators build nodes, so identity is the only equality

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Node:
        if options.get("out") is not None:
            raise UntraceableError("nothing is changed in place (`+=`, `out=`); assign the result to a new name")
        if method != "__call__" or options:
            raise UntraceableError(f"np.{ufunc.__name__}.{method} works across coordinates; a rule acts on each alone")
        operands = [_lift(operand) for operand in inputs]
        if ufunc in _UNARY:
            return _node(_UNARY[ufunc], *operands)
        if ufunc in _BINARY:
            return _node(_BINARY[ufunc], *operands)
        if ufunc is np.power:
            return _power(*operands)
        if ufunc is np.square:
            return _node("mul", operands[0], operands[0])
        if ufunc is np.reciprocal:
            return _node("div", constant(1.0), operands[0])
        if ufunc is np.positive:
            return operands[0]
        raise UntraceableError(f"np.{ufunc.__name__} is not known to the trace; known are {_KNOWN}")

    def __array_function__(
        self, function: Callable[..., Any], types: Any, args: tuple[Any, ...], options: Mapping[str, Any]
    ) -> Node:
        if function is np.where and len(args) == 3 and not options:
            return _node("where", *map(_lift, args))
        if function is np.clip and len(args) == 3 and not options:
            value, low, high = map(_lift, args)
            return _node("min", _node("max", value, low), high)
        if function in (np.zeros_like, np.ones_like) and len(args) == 1 and not options:
            return constant(0.0 if function is np.zeros_like else 1.0)
        name = getattr(function, "__name__", str(function))
        raise UntraceableError(f"np.{name} is not known to the trace (or not with these arguments); known are {_KNOWN}")

    def __bool__(self) -> bool:
        raise UntraceableError("a rule cannot branch on a value; write np.where(condition, if_true, if_false)")

    def _no_number(self, *_: Any) -> Any:
        raise UntraceableError("a traced value is no Python number; use np.sqrt, np.exp, …, not math's functions")

    __float__ = __int__ = __index__ = __complex__ = __round__ = _no_number

    def _no_array(self, *_: Any, **__: Any) -> Any:
        raise UntraceableError("a rule acts on each coordinate by itself: no indexing, no length, no loop over theta")

    __array__ = __getitem__ = __len__ = __iter__ = _no_array

    def __reduce__(self) -> Any:  # a copy of a node is the node: equal nodes are shared
        return _intern, (self.op, self.args, self.payload)

    def __repr__(self) -> str:
        if self.op in ("symbol", "constant"):
            return str(self.payload)
        return f"{self.op}({', '.join(map(repr, self.args))})"


def _intern(op: str, args: tuple[Node, ...], payload: str | float | None) -> Node:
    # A float is keyed by its exact bits, so that 0.0 and -0.0 stay apart and nan meets itself.
    key = (op, payload.hex() if isinstance(payload, float) else payload, *map(id, args))
    with _lock:
        node = _shared.get(key)
        if node is None:
            node = Node()
            node.op, node.args, node.payload = op, args, payload
            _shared[key] = node
        return node


def _node(op: str, *args: Node) -> Node:
    return _intern(op, args, None)


def symbol(name: str) -> Node:
    """The input called `name`."""
    return _intern("symbol", (), name)


def constant(number: float) -> Node:
    """A number, as a double."""
    return _intern("constant", (), float(number))


def on_operands(node: Node, operands: Iterable[Node]) -> Node:
    """The node's operation on other operands."""
    return _node(node.op, *operands)


def operation(name: str, *operands: Node) -> Node:
    """An operation that no plain function has: one target's own way of doing some of the others."""
    return _node(name, *operands)


def _lift(operand: Any) -> Node:
    if isinstance(operand, Node):
        return operand
    if isinstance(operand, numbers.Real | np.bool_):
        return constant(float(operand))
    came = type(operand).__name__
    raise UntraceableError(f"a rule combines what it is given and plain numbers; here stands {came}")


def _power(base: Node, exponent: Node) -> Node:
    if exponent.op == "constant":
        value = exponent.payload
        assert isinstance(value, float)
        if value.is_integer() and abs(value) <= 2**20:
            product = _whole_power(base, abs(int(value)))
            return _node("div", constant(1.0), product) if value < 0 else product
        if abs(value) == 0.5:
            root = _node("sqrt", base)
            return _node("div", constant(1.0), root) if value < 0 else root
    return _node("pow", base, exponent)


def _whole_power(base: Node, exponent: int) -> Node:
    if exponent == 0:
        return constant(1.0)
    if exponent == 1:
        return base
    if exponent % 2:
        return _node("mul", _whole_power(base, exponent - 1), base)
    half = _whole_power(base, exponent // 2)
    return _node("mul", half, half)


def in_order(outputs: Iterable[Node]) -> list[Node]:
    """Every node that the outputs need, each once, operands before what uses them."""
    found: dict[int, Node] = {}
    waiting: list[tuple[Node, bool]] = [(node, False) for node in reversed(list(outputs))]
    while waiting:
        node, ready = waiting.pop()
        if id(node) in found:
            continue
        if ready:
            found[id(node)] = node
        else:
            waiting.append((node, True))
            waiting.extend((operand, False) for operand in reversed(node.args))
    return list(found.values())


def substitute(outputs: Sequence[Node], replacement: Mapping[Node, Node]) -> list[Node]:
    """The outputs with each node in `replacement` exchanged for its value, everything else as it was."""
    new: dict[int, Node] = {}
    for node in in_order(outputs):
        if node in replacement:
            new[id(node)] = replacement[node]
        elif node.args:
            new[id(node)] = _node(node.op, *(new[id(operand)] for operand in node.args))
        else:
            new[id(node)] = node
    return [new[id(node)] for node in outputs]


def depends_on(node: Node, names: Iterable[str]) -> bool:
    """Whether any of the inputs `names` enters the node."""
    wanted = set(names)
    return any(part.op == "symbol" and part.payload in wanted for part in in_order([node]))


_SLOPES: dict[str, Callable[..., tuple[Any, ...]]] = {
    "add": lambda a, b: (1.0, 1.0),
    "sub": lambda a, b: (1.0, -1.0),
    "mul": lambda a, b: (b, a),
    "div": lambda a, b: (1.0 / b, -a / (b * b)),
    "neg": lambda a: (-1.0,),
    "abs": lambda a: (np.sign(a),),
    "sqrt": lambda a: (0.5 / np.sqrt(a),),
    "exp": lambda a: (np.exp(a),),
    "log": lambda a: (1.0 / a,),
    "sin": lambda a: (np.cos(a),),
    "cos": lambda a: (-np.sin(a),),
    "tan": lambda a: (1.0 + np.tan(a) * np.tan(a),),
    "sinh": lambda a: (np.cosh(a),),
    "cosh": lambda a: (np.sinh(a),),
    "tanh": lambda a: (1.0 - np.tanh(a) * np.tanh(a),),
    "atan": lambda a: (1.0 / (1.0 + a * a),),
    "pow": lambda a, b: (b * a ** (b - 1.0), np.log(a) * a**b),
    "max": lambda a, b: (np.where(a >= b, 1.0, 0.0), np.where(a >= b, 0.0, 1.0)),
    "min": lambda a, b: (np.where(a <= b, 1.0, 0.0), np.where(a <= b, 0.0, 1.0)),
    "where": lambda c, a, b: (0.0, np.where(c, 1.0, 0.0), np.where(c, 0.0, 1.0)),
}


def partials(node: Node) -> tuple[Node, ...]:
    """The derivative of a node with respect to each of its operands; 0 where it is a step (sign, comparisons).

    With it an error in one node is carried to first order to every node that uses it.
    """
    slopes = _SLOPES.get(node.op)
    if slopes is None:
        return tuple(constant(0.0) for _ in node.args)
    return tuple(map(_lift, slopes(*node.args)))
