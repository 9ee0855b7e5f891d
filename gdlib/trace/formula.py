"""A SymPy formula as graph nodes: the way by which derivatives, which SymPy derives, enter what is printed and run."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import sympy as sp

from gdlib.trace.graph import Node, constant

FUNCTIONS: Mapping[Any, Any] = {
    sp.exp: np.exp, sp.log: np.log, sp.sin: np.sin, sp.cos: np.cos, sp.tan: np.tan,
    sp.sinh: np.sinh, sp.cosh: np.cosh, sp.tanh: np.tanh, sp.atan: np.arctan,
    sp.Abs: np.abs, sp.sign: np.sign,
}  # fmt: skip
"""The functions of one argument that a formula may use, and NumPy's of the same meaning."""

_RELATIONS = {
    sp.StrictLessThan: np.less, sp.LessThan: np.less_equal, sp.StrictGreaterThan: np.greater,
    sp.GreaterThan: np.greater_equal, sp.Equality: np.equal, sp.Unequality: np.not_equal,
}  # fmt: skip


class Graphs(NamedTuple):
    """An objective's value and gradient as graphs of its variables, which are inputs of their names."""

    variables: tuple[str, ...]
    value: Node
    gradient: tuple[Node, ...]


def node_of(expression: Any, inputs: Mapping[sp.Symbol, Node]) -> Node:
    """The graph of an expression that `symbolic.checked` has accepted.

    Terms and factors are taken in SymPy's printing order, from the left; a negative term is subtracted, factors with
    negative powers divide; x/3 divides by 3.
    """
    known: dict[Any, Any] = {}

    def visit(e: Any) -> Any:
        if e not in known:
            known[e] = convert(e)
        return known[e]

    def convert(e: Any) -> Any:
        if e.is_Symbol:
            return inputs[e]
        if e.is_Rational:
            return constant(_divide(int(e.p), int(e.q)))
        if e.is_number and not e.args:
            return constant(float(e))
        if e.is_Add:
            return total(e)
        if e.is_Mul:
            return product(e)
        if e.is_Pow:
            return power(e.base, e.exp)
        if e.func in FUNCTIONS:
            return FUNCTIONS[e.func](visit(e.args[0]))
        if isinstance(e, sp.Heaviside):
            return np.where(visit(e.args[0]) > 0.0, 1.0, 0.0)
        if isinstance(e, sp.Max | sp.Min):
            join = np.maximum if isinstance(e, sp.Max) else np.minimum
            first, *others = sorted(e.args, key=sp.default_sort_key)
            result = visit(first)
            for other in others:
                result = join(result, visit(other))
            return result
        if isinstance(e, sp.Piecewise):
            result = constant(math.nan)
            for value, condition in reversed(e.args):
                result = visit(value) if condition == sp.true else np.where(truth(condition), visit(value), result)
            return result
        raise TypeError(f"formula: {e.func.__name__} has no place in the graph")

    def truth(condition: Any) -> Any:
        if type(condition) in _RELATIONS:
            left, right = map(visit, condition.args)
            return _RELATIONS[type(condition)](left, right)
        if isinstance(condition, sp.Not):
            return np.logical_not(truth(condition.args[0]))
        join = {sp.And: np.logical_and, sp.Or: np.logical_or}[type(condition)]
        first, *others = sorted(condition.args, key=sp.default_sort_key)
        result = truth(first)
        for other in others:
            result = join(result, truth(other))
        return result

    def total(e: Any) -> Any:
        result: Any = None
        for term in e.as_ordered_terms():
            if term.could_extract_minus_sign() and result is not None:
                result = result - visit(-term)
            else:
                result = visit(term) if result is None else result + visit(term)
        return result

    def product(e: Any) -> Any:
        number, rest = e.as_coeff_Mul(rational=True)
        p, q = int(number.p), int(number.q)
        exact = q & (q - 1) == 0  # a power of two divides exactly, so the number stays one factor
        factor, divisor = (_divide(p, q), 1.0) if exact else (_divide(p, 1), _divide(q, 1))
        above = [constant(abs(factor))] if abs(factor) != 1 else []
        below = [constant(divisor)] if divisor != 1 else []
        for part in rest.as_ordered_factors():
            base, exponent = part.as_base_exp() if part.is_Pow else (part, sp.S.One)
            if exponent.is_Rational and exponent.is_negative and base is not sp.E:
                below.append(power(base, -exponent))
            else:
                above.append(visit(part))
        result = _chain(above)
        if below:
            result = result / _chain(below)
        return -result if p < 0 else result

    def power(base: Any, exponent: Any) -> Any:
        if base is sp.E:
            return np.exp(visit(exponent))
        if exponent.is_Rational and int(exponent.q) == 2:
            root = np.sqrt(visit(base))
            whole = root ** abs(int(exponent.p))
            return 1.0 / whole if exponent.is_negative else whole
        if exponent.is_Integer:
            return visit(base) ** int(exponent)
        return visit(base) ** visit(exponent)

    result = visit(expression)
    assert isinstance(result, Node)
    return result


def _chain(factors: list[Any]) -> Any:
    if not factors:
        return constant(1.0)
    result = factors[0]
    for factor in factors[1:]:
        result = result * factor
    return result


def _divide(p: int, q: int) -> float:
    try:
        return p / q  # Python rounds the quotient of two whole numbers correctly, however long they are
    except OverflowError:
        return math.inf if p > 0 else -math.inf
