"""Quasi-Newton methods: the curvature is learnt from the gradients of past steps (BFGS, L-BFGS)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from gdlib.points import Array
from gdlib.second_order.line_search import strong_wolfe
from gdlib.second_order.method import Halt, method

Value = Callable[[Array], Any]
Pairs = tuple[tuple[Array, Array], ...]
"""Steps s and changes of the gradient y, oldest first."""


@method()
def bfgs(
    theta: Array, g: Array, f: float, value: Value, gradient: Value,
    B: Array | None, s: Array | None, g_prev: Array | None, *, c1: float = 1e-4, c2: float = 0.9,
) -> tuple[Array, Array | None, Array, Array]:  # fmt: skip
    """BFGS: keep an estimate B of the inverse Hessian which maps the last change of the gradient to the last step.

    Each step goes along -B g, as far as the strong Wolfe conditions ask. The first goes along -g; then B
    begins as the identity times sᵀy / yᵀy. It costs n² numbers. Returns theta, B, the step s taken, and g.

    Equations:
        y = g - g_prev
        rho = 1 / (s @ y)
        V = I - rho * outer(y, s)
        C = (s @ y) / (y @ y) * I if t == 2 else B
        B = I if t == 1 else V.T @ C @ V + rho * outer(s, s)
        p = -B @ g
        a = strong_wolfe(value, gradient, f, g, theta, p, c1, c2)
        s = a * p
        theta = theta + s

    Source: broyden1970, fletcher1970, as in nocedal2006 (6.17, 6.20); default: c1 and c2 as there.

    >>> f, slope = lambda x: x @ x, lambda x: 2 * x
    >>> x, B, s, g_prev = bfgs(np.array([4.0]), np.array([8.0]), 16.0, f, slope, None, None, None)
    >>> bfgs(x, slope(x), f(x), f, slope, B, s, g_prev)[1]  # one over the curvature 2
    array([[0.5]])
    """
    first = 1.0 if s is not None else _cautious(g)
    if s is not None and g_prev is not None:
        y = g - g_prev
        if B is None and s @ y > 0:
            B = np.eye(len(theta)) * ((s @ y) / (y @ y))
        B = B if B is None else updated(B, s, y)
    p = -g if B is None else -B @ g
    s = strong_wolfe(value, gradient, f, g, theta, p, c1, c2, first) * p
    return theta + s, B, s, g


def updated(B: Array, s: Array, y: Array) -> Array:
    """The BFGS update (I - ρ s yᵀ) B (I - ρ y sᵀ) + ρ s sᵀ with ρ = 1/sᵀy: afterwards B y = s.

    B itself where sᵀy is not positive: along s the gradient did not grow, and B must stay positive definite.

    >>> updated(np.eye(2), np.array([2.0, 0.0]), np.array([4.0, 0.0]))
    array([[0.5, 0. ],
           [0. , 1. ]])
    """
    curvature = s @ y
    if not curvature > 0:
        return B
    left = np.eye(len(s)) - np.outer(s, y) / curvature
    return left @ B @ left.T + np.outer(s, s) / curvature


@method()
def lbfgs(
    theta: Array, g: Array, f: float, value: Value, gradient: Value,
    pairs: Pairs | None, s: Array | None, g_prev: Array | None, *, memory: float = 10, c1: float = 1e-4,
    c2: float = 0.9,
) -> tuple[Array, Pairs, Array, Array]:  # fmt: skip
    """L-BFGS: BFGS from the last few steps alone, B g worked out by two loops over them without forming B.

    Costs 2·memory·n numbers. Each step meets the strong Wolfe conditions. Returns theta, the pairs (s, y), s, and g.

    Equations:
        y = g - g_prev
        s, y = remembered(pairs, s, y, memory)
        q = two_loops(pairs, g)
        p = -q
        a = strong_wolfe(value, gradient, f, g, theta, p, c1, c2)
        s = a * p
        theta = theta + s

    Source: nocedal1980, as in nocedal2006 (7.4); default: c1 and c2 as there, memory between its 3 and 20.

    >>> f, slope = lambda x: x @ x, lambda x: 2 * x
    >>> x, pairs, s, g_prev = lbfgs(np.array([4.0]), np.array([8.0]), 16.0, f, slope, None, None, None)
    >>> lbfgs(x, slope(x), f(x), f, slope, pairs, s, g_prev)[0]
    array([0.])
    """
    first, p = 1.0, -g
    kept: Pairs = pairs or ()
    if s is None or g_prev is None:
        first = _cautious(g)
    else:
        kept = remembered(kept, s, g - g_prev, int(memory), 0.0)
        p = -two_loops(kept, g)
    s = strong_wolfe(value, gradient, f, g, theta, p, c1, c2, first) * p
    return theta + s, kept, s, g


@method()
def lbfgs_torch(
    theta: Array, g: Array, pairs: Pairs | None, s: Array | None, g_prev: Array | None, *,
    lr: float = 1.0, memory: float = 100,
) -> tuple[Array, Pairs, Array, Array]:  # fmt: skip
    """L-BFGS, torch: the two loops with a fixed part lr of each step and no line search, so it may climb or diverge.

    The first step is lr·g, shortened to length lr in the sum of absolute values. Pairs with sᵀy ≤ 1e-10 are dropped.

    Equations:
        y = g - g_prev
        s, y = remembered(pairs, s, y, memory)
        q = two_loops(pairs, g)
        p = -q
        s = lr * min(1, 1 / norm(g, 1)) * p if t == 1 else lr * p
        theta = theta + s

    Source: nocedal1980, in the form of paszke2019 (torch.optim.LBFGS without strong_wolfe); default: as there.

    >>> x, pairs, s, g_prev = lbfgs_torch(np.array([4.0]), np.array([8.0]), None, None, None)
    >>> x  # 4 - 8·min(1, 1/8)
    array([3.])
    >>> lbfgs_torch(x, np.array([6.0]), pairs, s, g_prev)[0]
    array([0.])
    """
    step, p = lr, -g
    kept: Pairs = pairs or ()
    if s is None or g_prev is None:
        step = lr * _cautious(g)
    else:
        kept = remembered(kept, s, g - g_prev, int(memory), 1e-10)
        p = -two_loops(kept, g)
    if not np.isfinite(p).all():
        raise Halt("the direction is not finite")
    s = step * p
    return theta + s, kept, s, g


def remembered(pairs: Pairs, s: Array, y: Array, memory: int, least: float) -> Pairs:
    """The pairs with a new one, at most `memory` of them; without it where sᵀy is not above `least`."""
    return (*pairs, (s, y))[-memory:] if s @ y > least else pairs


def two_loops(pairs: Pairs, g: Array) -> Array:
    """B g for the B that BFGS makes of the pairs, from γI with γ = sᵀy / yᵀy of the last one.

    Equations:
        q = g
        for i in reversed(range(k)):
            alpha[i] = (s[i] @ q) / (s[i] @ y[i])
            q = q - alpha[i] * y[i]
        q = q if k == 0 else (s[-1] @ y[-1]) / (y[-1] @ y[-1]) * q
        for i in range(k):
            q = q + (alpha[i] - (y[i] @ q) / (s[i] @ y[i])) * s[i]

    >>> two_loops(((np.array([2.0, 0.0]), np.array([4.0, 0.0])),), np.array([6.0, 1.0]))
    array([3. , 0.5])
    """
    q = g
    alphas = []
    for s, y in reversed(pairs):
        alpha = (s @ q) / (s @ y)
        q = q - alpha * y
        alphas.append(alpha)
    if pairs:
        s, y = pairs[-1]
        q = q * ((s @ y) / (y @ y))
    for (s, y), alpha in zip(pairs, reversed(alphas), strict=True):
        q = q + s * (alpha - (y @ q) / (s @ y))
    return q


def _cautious(g: Array) -> float:
    """A first step while no curvature is known: at most of length 1 in the sum of absolute values."""
    size = float(np.abs(g).sum())
    return min(1.0, 1.0 / size) if size > 0 else 1.0
