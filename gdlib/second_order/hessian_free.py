"""Hessian-free optimisation: Newton's system solved by a few conjugate-gradient steps, no matrix ever formed."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from gdlib.points import Array
from gdlib.second_order.method import Halt, method

Product = Callable[[Array], Array]
Value = Callable[[Array], Any]
_REFUSALS = 200
"""Raised dampings after which a step is lost in rounding: by half each time, they pass thirty powers of ten."""


@method()
def hessian_free(
    theta: Array, g: Array, f: float, value: Value, curve: Product, lambda_: float | None, *, damping: float = 1.0
) -> tuple[Array, float]:
    """Hessian-free: solve (H + λI) p = -g roughly, by conjugate gradients from products of H with vectors.

    λ starts at `damping`; it falls by a third where the value fell by more than ¾ of what the quadratic promised, and
    grows by half where by less than ¼, or where the curvature met is not positive. Returns theta and λ.

    Equations:
        theta = _step(theta, g, f, value, curve, lambda_)

    Source: martens2010, with H in place of the Gauss-Newton matrix; default: ours, the source tunes it.

    >>> f = lambda x: x @ x
    >>> hessian_free(np.array([2.0]), np.array([4.0]), 4.0, f, lambda v: 2 * v, None, damping=2.0)[0]  # 2 - 4/(2+2)
    array([1.])
    """
    return _step(theta, g, f, value, curve, damping if lambda_ is None else lambda_)


@method()
def hessian_free_gauss_newton(
    theta: Array, g: Array, f: float, value: Value, curve_of_squares: Product, lambda_: float | None, *,
    damping: float = 1.0,
) -> tuple[Array, float]:  # fmt: skip
    """Hessian-free, Gauss-Newton: as `hessian_free`, with G, which has no negative curvature, for a sum of squares.

    Returns theta and λ.

    Equations:
        theta = _step(theta, g, f, value, curve_of_squares, lambda_)

    Source: martens2010; default: damping ours, the source tunes it.

    >>> f = lambda x: x @ x
    >>> hessian_free_gauss_newton(np.array([2.0]), np.array([4.0]), 4.0, f, lambda v: 2 * v, None, damping=2.0)[0]
    array([1.])
    """
    return _step(theta, g, f, value, curve_of_squares, damping if lambda_ is None else lambda_)


def _step(theta: Array, g: Array, f: float, value: Value, product: Product, lambda_: float) -> tuple[Array, float]:
    """Trial after trial with a damping that rises, until the value falls; the point, and the damping for the next step.

    Equations:
        mu = 1.5**j * lambda_
        p = such_that(norm(product(p) + mu * p + g) <= min(0.5, sqrt(norm(g))) * norm(g))
        r = (f - value(theta + p)) / (-(g @ p) - 0.5 * (p @ product(p)))
        j = smallest(r > 0)
        theta = theta + p
        lambda_ = 2 / 3 * mu if r > 0.75 else mu if r >= 0.25 else 1.5 * mu
    """
    if not g.any():
        return theta, lambda_
    for _ in range(_REFUSALS):
        now = lambda_
        p = solved_by_products(lambda v: product(v) + now * v, g)  # noqa: B023  # used before the loop goes on
        if p is not None:
            there = theta + p
            if (there == theta).all():
                break
            promised = -(g @ p + 0.5 * (p @ product(p)))
            ratio = (f - value(there)) / promised if promised > 0 else -math.inf
            if ratio > 0.75:
                lambda_ = lambda_ * 2.0 / 3.0
            elif not ratio >= 0.25:
                lambda_ = _raised(lambda_)
            if ratio > 0:
                return there, lambda_
        else:
            lambda_ = _raised(lambda_)
    raise Halt("no damping leads to a lower value")


def _raised(damping: float) -> float:
    return max(1.5 * damping, 1e-12)


def solved_by_products(product: Product, g: Array) -> Array | None:
    """p with A p = -g, roughly: conjugate gradients until the residual is min(½, √‖g‖)‖g‖, or n steps are done.

    None where curvature that is not positive is met, or numbers that are not finite.

    >>> solved_by_products(lambda v: np.array([4.0, 1.0]) * v, np.array([4.0, 0.0]))
    array([-1., 0.])
    """
    size = math.sqrt(g @ g)
    enough = min(0.5, math.sqrt(size)) * size
    p = np.zeros_like(g)
    residual = g
    along = -g
    for _ in range(len(g)):
        bent = product(along)
        curvature = along @ bent
        if not (curvature > 0 and math.isfinite(curvature)):
            return None
        square = residual @ residual
        p = p + square / curvature * along
        residual = residual + square / curvature * bent
        new = residual @ residual
        if math.sqrt(new) <= enough:
            break
        along = new / square * along - residual
    return p if np.isfinite(p).all() else None
