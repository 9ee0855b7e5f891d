"""NumPy code from the graph, on whole arrays: for many points at once, for float32, and for arrays on a GPU.

The functions called are NumPy's, which hand a CuPy array on to CuPy by themselves. Numbers that are the same for all
points (1 - beta**t) are worked out beforehand in double precision, so float32 points stay float32 without losing them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from textwrap import indent
from typing import Any, NamedTuple

import numpy as np

from gdlib.emit.as_python import PYTHON, compiled, for_numbers
from gdlib.emit.printable import TracedRule
from gdlib.emit.straight_line import Language, identifiers, operations, print_code
from gdlib.emit.two_parts import in_two_parts
from gdlib.trace.graph import ELEMENTARY, TRUTHS, Node, depends_on, in_order

_SAME = {name: f"np.{name}({{0}})" for name in ELEMENTARY - {"atan", "pow"}}
NUMPY = Language(
    operations=operations(
        **_SAME,
        eq="({0} == {1})",
        sqrt="np.sqrt({0})",
        abs="np.abs({0})",
        sign="np.sign({0})",
        floor="np.floor({0})",
        atan="np.arctan({0})",
        pow="np.power({0}, {1})",
        max="np.maximum({0}, {1})",
        min="np.minimum({0}, {1})",
        where="np.where({0}, {1}, {2})",
        **{"and": "np.logical_and({0}, {1})", "or": "np.logical_or({0}, {1})", "not": "np.logical_not({0})"},
    ),
    number=PYTHON.number,
    line="{0} = {1}",
    reserved=PYTHON.reserved,
)

Array = Any
"""An array of NumPy, CuPy or whatever answers NumPy's protocols."""


def compile_value(value: Node, variables: Sequence[str]) -> Callable[[Array], Array]:
    """The value on arrays of points, (..., n) to (...)."""
    return _points_function("value", [value], variables, "return {0}")


def compile_gradient(gradient: Sequence[Node], variables: Sequence[str]) -> Callable[[Array], Array]:
    """The gradient on arrays of points, (..., n) to (..., n)."""
    return _points_function("gradient", gradient, variables, "return np.stack([{all}], axis=-1)")


def compile_hessian(entries: Mapping[tuple[int, int], Node], variables: Sequence[str]) -> Callable[[Array], Array]:
    """The Hessian on arrays of points, from its entries on and above the diagonal that are not zero everywhere."""
    n = len(variables)
    lines = [f"h = np.zeros_like(points, shape=(*points.shape, {n}))"]
    for place, (i, j) in enumerate(entries):
        lines.append(f"h[..., {i}, {j}] = {{{place}}}")
        if i != j:
            lines.append(f"h[..., {j}, {i}] = h[..., {i}, {j}]")
    lines.append("return h")
    return _points_function("hessian", list(entries.values()), variables, "\n".join(lines))


def _points_function(
    name: str, outputs: Sequence[Node], variables: Sequence[str], result: str
) -> Callable[[Array], Array]:
    names = identifiers(variables, NUMPY, taken=("points", "h"))
    code = print_code(outputs, names, NUMPY)
    used = {str(node.payload) for node in in_order(outputs) if node.op == "symbol"}
    columns = [f"{names[v]} = points[..., {i}]" for i, v in enumerate(variables) if v in used]
    # A constant takes the points' shape; a bare coordinate is copied, so that no result is a view of the points.
    spread = [
        f"np.full_like(points[..., 0], {text})" if not depends_on(node, variables)
        else f"np.positive({text})" if node.op == "symbol" else _typed(node, text, "points")
        for node, text in zip(outputs, code.outputs, strict=True)
    ]  # fmt: skip
    body = "\n".join([*columns, *code.lines, result.format(*spread, all=", ".join(spread))])
    made = compiled(f"import numpy as np\n\ndef {name}(points):\n{indent(body, '    ')}\n")
    function: Callable[[Array], Array] = made[name]
    return function


def _typed(node: Node, text: str, like: str) -> str:
    """The text in the type of the array `like`: a choice between two plain numbers would make float64 of float32."""
    chooses = any(part.op == "where" or part.op in TRUTHS for part in in_order([node]))
    return f"({text}).astype({like}.dtype, copy=False)" if chooses else text


class Blocks(NamedTuple):
    """A rule on arrays: `numbers(*hyper, *once, *powers, t)` are what `step(*arrays, numbers)` needs beside arrays.

    `once(*hyper)` is worked out before the first step; `powers` names the carried products and what multiplies each.
    """

    numbers: Callable[..., tuple[Array, ...]]
    step: Callable[..., tuple[Array, ...]]
    gradient_at: Callable[..., Array] | None
    once: Callable[..., dict[str, Array]]
    powers: Mapping[str, str]


@lru_cache(maxsize=256)
def compile_rule(rule: TracedRule) -> Blocks:
    """A rule's step on arrays of any shape."""
    trace = rule.trace
    parts = in_two_parts(rule)
    names = identifiers((*parts.arrays, *parts.scalars), NUMPY, taken=("numbers",))
    given = identifiers((*parts.arrays, *parts.given), NUMPY, taken=("numbers",))
    numbers = print_code(parts.numbers, names, NUMPY)
    step = print_code(parts.outputs, given, NUMPY)
    first = print_code(list(parts.once.values()), names, for_numbers(NUMPY))
    returned = ", ".join(f"{name!r}: {text}" for name, text in zip(parts.once, first.outputs, strict=True))
    unpack = [f"{_list(parts.given, given)}, = numbers"] if parts.given else []
    spread = [
        _typed(node, text, "theta") if depends_on(node, parts.arrays) and node.op != "symbol"
        else f"np.positive({text})" if depends_on(node, parts.arrays) else f"np.full_like(theta, {text})"
        for node, text in zip(parts.outputs, step.outputs, strict=True)
    ]  # fmt: skip
    texts = {
        f"numbers({_list(parts.scalars, names)})": [*numbers.lines, f"return ({_tuple(numbers.outputs)})"],
        f"once({_list(trace.defaults, names)})": [*first.lines, f"return {{{returned}}}"],
        f"step({_list(parts.arrays, given)}, numbers)": [*unpack, *step.lines, f"return ({', '.join(spread)},)"],
    }
    if parts.gradient_at is not None:
        place = print_code([parts.gradient_at], given, NUMPY)
        signature = _list(trace.outputs_named, given)
        point = _typed(parts.gradient_at, place.outputs[0], "theta")
        if parts.gradient_at.op == "symbol":  # memory may be moved in place: the point must not move with it
            point = f"np.positive({point})"
        texts[f"gradient_at({signature}, numbers)"] = [*unpack, *place.lines, f"return {point}"]
    body = "\n".join(f"def {head}:\n{indent(chr(10).join(lines), '    ')}\n" for head, lines in texts.items())
    made = compiled("import numpy as np\n\n" + body)
    return Blocks(made["numbers"], made["step"], made.get("gradient_at"), made["once"], parts.powers)


def _list(names: Any, identifiers_of: Mapping[str, str]) -> str:
    return ", ".join(identifiers_of[name] for name in names)


def _tuple(texts: Sequence[str]) -> str:
    return " ".join(f"{text}," for text in texts)


def in_double(value: Array) -> Array:
    """A number as NumPy's double, on which 1/0 is inf and no error; an array (one number for each run) as it is."""
    return value if getattr(value, "ndim", 0) else np.float64(value)


def shared(numbers: Sequence[Array], dtype: Any = np.float64) -> tuple[Array, ...]:
    """The numbers as Python's floats, which leave float32 arrays what they are; arrays in the points' type."""
    return tuple(
        number.astype(dtype, copy=False) if getattr(number, "ndim", 0) else float(number) for number in numbers
    )
