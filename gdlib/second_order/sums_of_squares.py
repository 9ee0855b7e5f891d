"""Sums of squares: their Gauss-Newton matrix from the formula, and the methods that use it in place of the Hessian."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import sympy as sp

from gdlib.emit.as_numpy import compile_hessian
from gdlib.formulas import symbolic
from gdlib.points import Array
from gdlib.second_order.linear_systems import solved_if_positive
from gdlib.second_order.method import Halt, method
from gdlib.second_order.newton_steps import damped
from gdlib.trace.formula import node_of
from gdlib.trace.graph import symbol


@method()
def gauss_newton(theta: Array, g: Array, G: Array, *, lr: float = 1.0) -> Array:
    """Gauss-Newton: Newton's step with the residuals' own curvature left out of the Hessian of a sum of squares.

    For f = Σ c r², G = 2 Σ c ∇r ∇rᵀ: never indefinite, and no second derivative is needed. theta - lr G⁻¹ g.

    Source: nocedal2006; default: the whole step, as for Newton.

    >>> gauss_newton(np.array([2.0, 1.0]), np.array([4.0, 2.0]), np.array([[1.0, 0.0], [0.0, 4.0]]))
    array([-2. ,  0.5])
    """
    if not (np.isfinite(G).all() and np.isfinite(g).all()):
        raise Halt("the Gauss-Newton matrix is not finite")
    p = solved_if_positive(G, -g)
    if p is None:
        raise Halt("singular Gauss-Newton matrix")
    return theta + lr * p


@method()
def levenberg_marquardt(
    theta: Array, g: Array, G: Array, f: float, value: Callable[[Array], Any], lambda_: float | None, *,
    damping: float = 1e-2, factor: float = 10.0,
) -> tuple[Array, float]:  # fmt: skip
    """Levenberg-Marquardt: solve (G + λI) p = -g, between Gauss-Newton (λ = 0) and short gradient descent (λ large).

    λ starts at `damping`, is divided by `factor` after each step and multiplied by it until the value does not rise.
    Returns theta and λ.

    Equations:
        theta = damped(theta, g, G, f, value, lambda_, factor)

    Source: levenberg1944, marquardt1963 (without its scaling of axes); default: damping and factor as there.

    >>> f = lambda x: x @ x
    >>> levenberg_marquardt(np.array([2.0]), np.array([4.0]), np.array([[2.0]]), 4.0, f, None, damping=2.0)
    (array([1.]), 0.2)
    """
    return damped(theta, g, G, f, value, damping if lambda_ is None else lambda_, factor)


def residuals(f: sp.Expr) -> list[tuple[sp.Expr, sp.Expr]] | None:
    """The terms c·r² of a formula as pairs (c, r), or None where a term is no positive multiple of a square.

    A constant is left out: it has no slope.

    >>> x, y = sp.symbols("x y", real=True)
    >>> residuals((1 - x) ** 2 + 100 * (y - x**2) ** 2)
    [(1, 1 - x), (100, -x**2 + y)]
    >>> residuals(x**2 + x) is None
    True
    """
    found = []
    for term in sp.Add.make_args(f):
        if not term.free_symbols:
            continue
        number, rest = term.as_coeff_Mul()
        roots = [_root(factor) for factor in sp.Mul.make_args(rest)]
        if not number.is_positive or any(root is None for root in roots):
            return None
        found.append((number, sp.Mul(*roots)))
    return found


def _root(factor: Any) -> Any:
    """r with r² = factor, written without a root; None where there is none."""
    if not factor.free_symbols:
        return sp.sqrt(factor) if factor.is_positive else None
    if isinstance(factor, sp.exp):
        return sp.exp(factor.args[0] / 2)
    base, exponent = factor.as_base_exp()
    return base ** (exponent / 2) if exponent.is_Integer and exponent % 2 == 0 and exponent > 0 else None


def gauss_newton_matrix(f: Any) -> Callable[[Array], Array]:
    """The function that gives f's Gauss-Newton matrix at points of shape (..., n), of shape (..., n, n).

    f's own, if it has `gauss_newton(points)`; else from its formula, if that is a sum of squares; else ValueError.
    """
    own = getattr(f, "gauss_newton", None)
    if callable(own):
        made: Callable[[Array], Array] = own
        return made
    expr = getattr(f, "expr", None)
    terms = None if expr is None else residuals(expr)
    if terms is None:
        came = "functions that say nothing of residuals" if expr is None else str(expr)
        raise ValueError(
            "f: needs a sum of squares such as (x - 1)**2 + 4*(y - x)**2, or an objective with f.gauss_newton(points); "
            f"got {came}"[:300]
        )
    inputs = {variable: symbol(variable.name) for variable in f.variables}
    slopes = [(number, symbolic.gradient(residual, f.variables)) for number, residual in terms]
    entries = {}
    for i in range(f.n):
        for j in range(i, f.n):
            entry = sp.Add(*(2 * number * slope[i] * slope[j] for number, slope in slopes))
            if entry != 0:
                entries[i, j] = node_of(entry, inputs)
    return compile_hessian(entries, [variable.name for variable in f.variables])
