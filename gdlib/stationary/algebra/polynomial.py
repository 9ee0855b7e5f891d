"""The gradient as a polynomial system, where it is one but for factors that are never zero; and its exact solution."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import sympy as sp

from gdlib.objective import Objective
from gdlib.stationary.budget import Budget

LARGEST_DEGREE = 40
MOST_TERMS = 400


@dataclass
class GradientSystem:
    """Polynomials whose common zeros are the stationary points, and `poles`: expressions that are 0 where the formula
    is not defined (so that those places need a look of their own)."""

    equations: list[Any]
    poles: list[Any] = field(default_factory=list)


def polynomial_of(f: Objective) -> Any:
    """f as a SymPy Poly with rational coefficients, None if it is none."""
    return _poly(f.expr, f.variables) if f.expr.is_polynomial(*f.variables) else None


def gradient_system(f: Objective, budget: Budget) -> GradientSystem | None:
    """The system, or None if the gradient is no polynomial times factors without zeros."""
    variables = f.variables
    if f.expr.has(sp.Abs, sp.Max, sp.Min, sp.sign, sp.Piecewise, sp.Heaviside, sp.Float):
        return None
    whole = polynomial_of(f)
    if whole is not None:
        return GradientSystem([whole.diff(v) for v in variables])
    system = GradientSystem([])
    for slope in f.gradient:
        with budget.guard():
            equation = bare(slope, variables, system.poles)
        if equation is None:
            return None
        system.equations.append(equation)
    for part in f.expr.atoms(sp.Pow, sp.log):
        base, power = (part.args[0], sp.Integer(-1)) if isinstance(part, sp.log) else part.as_base_exp()
        if base.free_symbols and not (power.is_Integer and power.is_positive):
            system.poles.append(base)
    system.poles = list(dict.fromkeys(p for p in system.poles if not _never_zero(p)))
    return system


def bare(slope: Any, variables: Any, poles: list[Any]) -> Any:
    """The polynomial that is zero where an expression is, None if there is none; `poles` gets its denominators."""
    if slope.is_polynomial(*variables):
        return _poly(slope, variables)
    numerator, denominator = sp.fraction(sp.factor(sp.together(slope)))
    poles += [base for base in map(_base, sp.Mul.make_args(denominator)) if base.free_symbols]
    result = sp.Poly(1, *variables, domain="QQ")
    for factor in sp.Mul.make_args(numerator):
        base = _base(factor)
        if not base.free_symbols or _never_zero(base):
            continue
        poly = _poly(base, variables) if base.is_polynomial(*variables) else _without_root(base, variables)
        if poly is None:
            return None
        result = result * poly
    return result


def _without_root(base: Any, variables: Any) -> Any:
    """For a sqrt(u) + b with numbers a and b and a polynomial u: a polynomial that is zero where it is, or None."""
    root = [part for part in base.atoms(sp.Pow) if part.exp == sp.S.Half and part.base.free_symbols]
    if len(root) != 1:
        return None
    stand_in = sp.Dummy("s")
    replaced = base.xreplace({root[0]: stand_in})
    if not replaced.is_polynomial(stand_in):
        return None
    line = sp.Poly(replaced, stand_in)
    if line.degree() != 1 or any(c.free_symbols for c in line.all_coeffs()):
        return None
    height = -line.all_coeffs()[1] / line.all_coeffs()[0]
    if not height.is_Rational or not root[0].base.is_polynomial(*variables):
        return None
    return _poly(root[0].base - height**2, variables) if height >= 0 else sp.Poly(1, *variables, domain="QQ")


def _base(factor: Any) -> Any:
    base, power = factor.as_base_exp()
    return factor if base is sp.E or not power.is_number else base


def _poly(expression: Any, variables: Any) -> Any:
    try:
        poly = sp.Poly(expression, *variables)
    except sp.PolynomialError:
        return None
    if not all(c.is_Rational for c in poly.coeffs()):
        return None
    if poly.total_degree() > LARGEST_DEGREE or len(poly.terms()) > MOST_TERMS:
        return None
    return poly.set_domain("QQ")


def _never_zero(expression: Any) -> bool:
    """Whether an expression is plainly never 0: exp and cosh of anything, sums of squares with a positive number."""
    if isinstance(expression, sp.exp | sp.cosh) or expression.is_positive:
        return True
    if expression.is_Add:
        return bool(any(t.is_positive for t in expression.args) and all(t.is_nonnegative for t in expression.args))
    return False
