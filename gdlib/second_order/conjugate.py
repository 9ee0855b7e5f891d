"""Conjugate gradients: directions that remember the last one, for quadratics (exact in n steps) and for any f."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from gdlib.points import Array
from gdlib.second_order.line_search import slope_along, strong_wolfe
from gdlib.second_order.method import Halt, method

Value = Callable[[Array], Any]
_STRAYED = 1e-6
"""Part of the gradient by which it may differ from what a quadratic's would be, before f is called no quadratic."""


@method()
def conjugate_gradients(
    theta: Array, g: Array, curve: Callable[[Array], Array], p: Array | None, g_prev: Array | None, Ap: Array | None
) -> tuple[Array, Array, Array, Array]:
    """Conjugate gradients: on a quadratic, go to the lowest point along directions that do not undo one another.

    The minimum of n variables is there after n steps, up to rounding. Each step needs one product of the Hessian with a
    vector. Returns theta, the direction p, g, and the Hessian times p. Halts where the curvature along p is not
    positive, and where the gradient is not what it would be if f were a quadratic.

    Equations:
        beta = 0 if t == 1 else (g @ g) / (g_prev @ g_prev)
        p = beta * p - g
        a = (g @ g) / (p @ curve(p))
        theta = theta + a * p

    Source: hestenes1952; default: none.

    >>> A = np.diag([4.0, 1.0])
    >>> x, *memory = conjugate_gradients(np.array([1.0, 4.0]), np.array([4.0, 4.0]), lambda v: A @ v, None, None, None)
    >>> x  # the step is 32/80
    array([-0.6,  2.4])
    >>> np.abs(conjugate_gradients(x, A @ x, lambda v: A @ v, *memory)[0]).max() < 1e-15
    True
    """
    if not g.any():
        return theta, g, g, g
    if p is None or g_prev is None or Ap is None or g_prev @ g_prev == 0:  # below 1e-162 g is no zero, its square is
        p = -g
    else:
        expected = g_prev + (g_prev @ g_prev) / (p @ Ap) * Ap
        if not np.abs(g - expected).max() <= _STRAYED * max(np.abs(g).max(), np.abs(g_prev).max()):
            raise Halt("not a quadratic")
        p = (g @ g) / (g_prev @ g_prev) * p - g
    Ap = curve(p)
    curvature = p @ Ap
    if not curvature > 0:
        raise Halt("no positive curvature along the direction")
    return theta + (g @ g) / curvature * p, p, g, Ap


@method()
def fletcher_reeves(
    theta: Array, g: Array, f: float, value: Value, gradient: Value,
    p: Array | None, g_prev: Array | None, step: float | None, *, c1: float = 1e-4, c2: float = 0.1,
) -> tuple[Array, Array, Array, float]:  # fmt: skip
    """Conjugate gradients, Fletcher-Reeves: for any f, β = gᵀg / g⁻ᵀg⁻, with a line search in place of the exact step.

    On a quadratic with exact searches it is `conjugate_gradients`. Returns theta, the direction p, g and the step.

    Equations:
        beta = 0 if t == 1 else (g @ g) / (g_prev @ g_prev)
        theta = _nonlinear(beta, theta, g, f, value, gradient, p, g_prev, step, c1, c2)

    Source: fletcher1964, with the strong Wolfe search of nocedal2006; default: c1 and c2 as there.

    >>> f, slope = lambda x: x @ x, lambda x: 2 * x
    >>> fletcher_reeves(np.array([1.0]), np.array([2.0]), 1.0, f, slope, None, None, None)[0]  # 1 - 2/2
    array([0.])
    """
    beta = 0.0 if g_prev is None or g_prev @ g_prev == 0 else float(g @ g) / float(g_prev @ g_prev)
    return _nonlinear(beta, theta, g, f, value, gradient, p, g_prev, step, c1, c2)


@method()
def polak_ribiere(
    theta: Array, g: Array, f: float, value: Value, gradient: Value,
    p: Array | None, g_prev: Array | None, step: float | None, *, c1: float = 1e-4, c2: float = 0.1,
) -> tuple[Array, Array, Array, float]:  # fmt: skip
    """Conjugate gradients, Polak-Ribière+: for any f, β = max(0, gᵀ(g - g⁻) / g⁻ᵀg⁻), which starts anew where g stalls.

    On a quadratic with exact searches it is `conjugate_gradients`. Returns theta, the direction p, g and the step.

    Equations:
        beta = 0 if t == 1 else max(0, (g @ (g - g_prev)) / (g_prev @ g_prev))
        theta = _nonlinear(beta, theta, g, f, value, gradient, p, g_prev, step, c1, c2)

    Source: polak1969, with the maximum and the strong Wolfe search of nocedal2006; default: c1 and c2 as there.

    >>> f, slope = lambda x: x @ x, lambda x: 2 * x
    >>> polak_ribiere(np.array([1.0]), np.array([2.0]), 1.0, f, slope, None, None, None)[0]  # 1 - 2/2
    array([0.])
    """
    beta = 0.0
    if g_prev is not None and g_prev @ g_prev > 0:
        beta = max(0.0, float(g @ (g - g_prev)) / float(g_prev @ g_prev))
    return _nonlinear(beta, theta, g, f, value, gradient, p, g_prev, step, c1, c2)


def _nonlinear(
    beta: float, theta: Array, g: Array, f: float, value: Value, gradient: Value,
    p: Array | None, g_prev: Array | None, step: float | None, c1: float, c2: float,
) -> tuple[Array, Array, Array, float]:  # fmt: skip
    """A step along beta p - g; along -g where that would lead uphill, as it may after an inexact search.

    Equations:
        d = beta * p - g
        p = d if g @ d < 0 else -g
        a = strong_wolfe(value, gradient, f, g, theta, p, c1, c2)
        theta = theta + a * p
    """
    if not g.any():
        return theta, -g, g, 0.0
    along = -g if p is None else beta * p - g
    if not g @ along < 0:
        along = -g
    slope = slope_along(g, along)  # halts at a gradient so small that its square is zero
    first = 1.0 / max(1.0, math.sqrt(g @ g))
    if p is not None and g_prev is not None and step:
        # Such that the change to first order is what it was: nocedal2006, (3.60).
        first = step * float(g_prev @ p) / slope
    step = strong_wolfe(value, gradient, f, g, theta, along, c1, c2, first)
    return theta + step * along, along, g, step
