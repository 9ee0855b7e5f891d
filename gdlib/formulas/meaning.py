"""What the steps of a parsed formula mean: to SymPy, which derives, and as the graph of its value, as it was typed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import add, mul, neg, sub, truediv
from typing import Any

import numpy as np
import sympy as sp

from gdlib.formulas.grammar import Parsed, parse
from gdlib.formulas.symbolic import Demands
from gdlib.formulas.worked_out import rooted
from gdlib.trace.formula import FUNCTIONS as OF_SYMPY
from gdlib.trace.graph import Node, constant

_SIGNS: Mapping[str, Callable[..., Any]] = {"+": add, "-": sub, "*": mul, "/": truediv, "neg": neg}
_BY_NAME = {"sqrt": (sp.sqrt, np.sqrt), **{made.__name__.lower(): (made, of) for made, of in OF_SYMPY.items()}}


def expression(formula: Parsed) -> sp.Expr:
    """The formula in SymPy; its names are real symbols, its numbers exact: 0.1 is one tenth."""
    return _in_sympy(formula)[-1]


def demands(formula: Parsed) -> Demands:
    """What the operations demand as they are typed, whatever SymPy makes of the whole: sqrt(x)**2 demands x >= 0."""
    made = _in_sympy(formula)
    nonnegative, nonzero = [], []
    for step in formula.steps:
        args = [made[place] for place in step.args]
        if step.op in ("sqrt", "log") or (step.op == "**" and not args[1].is_Integer):
            nonnegative.append(args[0])
        if step.op == "/":
            nonzero.append(args[1])
        elif step.op == "**" and args[1].is_negative:
            nonzero.append(args[0])
    return Demands.of(nonnegative, nonzero)


def _in_sympy(formula: Parsed) -> list[Any]:
    made: list[Any] = []
    for step in formula.steps:
        args = [made[place] for place in step.args]
        if step.op == "name":
            made.append(sp.Symbol(step.said, real=True))
        elif step.op == "number":
            made.append(sp.pi if step.said == "pi" else sp.Rational(step.said))
        elif step.op == "**":
            made.append(args[0] ** args[1])
        else:
            made.append((_SIGNS.get(step.op) or _BY_NAME[step.op][0])(*args))
    return made


def exact(text: str) -> sp.Expr:
    """The SymPy expression that a text stands for."""
    return expression(parse(text))


def graph(formula: Parsed, inputs: Mapping[str, Node]) -> Node:
    """The value with the operations of the text in their order; numbers that are the same everywhere are worked out."""
    made: list[Any] = []
    for step in formula.steps:
        args = [made[place] for place in step.args]
        if step.number is not None:
            made.append(constant(step.number))
        elif step.op == "name":
            made.append(inputs[step.said])
        elif step.op == "**":
            made.append(_power(args[0], args[1], formula.steps[step.args[1]].number))
        else:
            made.append((_SIGNS.get(step.op) or _BY_NAME[step.op][1])(*args))
    result = made[-1]
    assert isinstance(result, Node)
    return result


def _power(base: Any, exponent: Any, number: float | None) -> Any:
    if number is None or not rooted(number) or number.is_integer():
        return base ** (exponent if number is None else number)
    made = np.sqrt(base) ** abs(int(2 * number))
    return 1.0 / made if number < 0 else made
