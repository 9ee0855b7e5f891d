"""What SymPy is asked for: that a formula is one real number per point, and its derivatives, kinks included."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import sympy as sp

from gdlib.formulas.grammar import LARGEST_POWER
from gdlib.trace.formula import FUNCTIONS

_STRUCTURE = (
    sp.Add, sp.Mul, sp.Pow, sp.Symbol, sp.Number, sp.NumberSymbol, sp.Max, sp.Min, sp.Piecewise, sp.Heaviside,
    sp.Rel, sp.And, sp.Or, sp.Not, sp.logic.boolalg.BooleanAtom,
)  # fmt: skip
_ALLOWED = "+ - * / **, exp log sqrt sin cos tan sinh cosh tanh atan Abs sign Max Min Piecewise"


class Demands(NamedTuple):
    """Expressions that are >= 0 wherever a formula is real, and divisors that are not 0 wherever it is defined."""

    nonnegative: tuple[sp.Expr, ...]
    nonzero: tuple[sp.Expr, ...]

    @classmethod
    def of(cls, nonnegative: Iterable[sp.Expr], nonzero: Iterable[sp.Expr]) -> Demands:
        """Each once, without those that do not vary."""
        return cls(*(tuple(dict.fromkeys(e for e in each if e.free_symbols)) for each in (nonnegative, nonzero)))


def demands(expression: sp.Expr) -> Demands:
    """What an expression demands everywhere; of what a Piecewise demands in its branches nothing is said."""
    nonnegative, nonzero = [], []
    parts = sp.preorder_traversal(expression)
    for part in parts:
        if isinstance(part, sp.Piecewise):
            parts.skip()
        elif isinstance(part, sp.log) or (part.is_Pow and not part.exp.is_Integer):
            nonnegative.append(part.args[0])
        elif part.is_Pow and part.exp.is_negative:
            nonzero.append(part.base)
    return Demands.of(nonnegative, nonzero)


def in_natural_order(names: Sequence[str]) -> list[str]:
    """Names sorted with their numbers by value: x2 before x10."""
    return sorted(names, key=lambda name: [(part.isdigit(), int(part) if part.isdigit() else 0, part)
                                           for part in re.split(r"(\d+)", name) if part])  # fmt: skip


def checked(expression: Any) -> sp.Expr:
    """The expression with real symbols, if it is one real number per point and made of what can be printed.

    Raises TypeError if it is no scalar expression, ValueError if it is complex, infinite or uses unknown functions.
    """
    if isinstance(expression, sp.MatrixBase | list | tuple):
        raise TypeError(f"objective: needs one scalar expression, got {type(expression).__name__}")
    try:
        expression = sp.sympify(expression, strict=True)
    except sp.SympifyError:
        raise TypeError(
            f"objective: needs text, a SymPy expression or a function of symbols, got {type(expression).__name__}"
        ) from None
    if not isinstance(expression, sp.Expr):
        raise TypeError(f"objective: needs one scalar expression, got {type(expression).__name__} {expression}"[:300])
    expression = expression.xreplace({s: sp.Symbol(s.name, real=True) for s in expression.free_symbols})
    if expression.has(sp.I):
        raise ValueError("objective: needs real values, got a complex formula (it holds the imaginary unit)")
    if expression.has(sp.nan, sp.zoo, sp.oo, -sp.oo):
        raise ValueError(f"objective: needs a formula that is finite somewhere, got {expression}"[:300])
    for part in sp.preorder_traversal(expression):
        if isinstance(part, sp.Tuple):  # a branch of a Piecewise: (value, condition)
            continue
        if part.func not in FUNCTIONS and not isinstance(part, _STRUCTURE):
            raise ValueError(f"objective: {part.func.__name__} is unknown here; a formula may use {_ALLOWED}")
        if part.is_Pow and part.exp.is_Integer and abs(int(part.exp)) > LARGEST_POWER:
            raise ValueError(f"objective: needs whole powers up to {LARGEST_POWER}, got {int(part.exp):.3e}")
        if part.is_Pow and part.base.is_number and part.base.is_negative and part.exp.free_symbols:
            raise ValueError(
                f"objective: needs an exponent that does not vary over a negative number, got {part}"[:300]
            )
    return expression


def gradient(expression: sp.Expr, variables: Sequence[sp.Symbol]) -> sp.Matrix:
    """The gradient, (n, 1); at a kink the derivative that holds beside it, with sign(0) = 0 and Heaviside(0) = 0."""
    return sp.Matrix([derivative(expression, v) for v in variables])


def hessian(slopes: sp.Matrix, variables: Sequence[sp.Symbol]) -> sp.Matrix:
    """The Hessian, (n, n), from the gradient; an entry whose variable does not occur costs nothing."""
    n = len(variables)
    entries = sp.zeros(n, n)
    for i in range(n):
        free = slopes[i].free_symbols
        for j in range(i, n):
            if variables[j] in free:
                entries[i, j] = entries[j, i] = derivative(slopes[i], variables[j])
    return entries


def derivative(expression: Any, variable: sp.Symbol) -> Any:
    """The derivative almost everywhere: no DiracDelta, and Heaviside(0) = 0."""
    if expression.is_Add:  # only the terms that hold the variable: what makes a hundred variables bearable
        return sp.Add(*(derivative(term, variable) for term in expression.args if variable in term.free_symbols))
    bends = {part for part in expression.atoms(sp.Abs, sp.sign) if not part.args[0].is_Symbol}
    if not bends:
        return _settled(sp.diff(expression, variable))
    # SymPy cannot tell that log(x) is real and would differentiate |log(x)| by real and imaginary part, so the chain
    # rule is written out: each |u| becomes a symbol of its own, and sign(u) a constant.
    stand_ins = {part: sp.Dummy(real=True) for part in bends}
    back = {dummy: part for part, dummy in stand_ins.items()}
    outer = expression.xreplace(stand_ins)
    result = sp.diff(outer, variable)
    for part, dummy in stand_ins.items():
        if isinstance(part, sp.Abs):
            inner = part.args[0]
            result += sp.diff(outer, dummy) * sp.sign(inner) * derivative(inner, variable)
    return _settled(result.xreplace(back))


def _settled(expression: Any) -> Any:
    expression = expression.replace(sp.DiracDelta, lambda *_: sp.S.Zero)
    return expression.replace(sp.Heaviside, lambda argument, *_: sp.Heaviside(argument, 0))
