"""Newton's method and what is made of it: scaled axes, damped steps, line searches, curvature made positive.

Each function is one step. It is given the point theta of shape (n,), the gradient g and the Hessian H there, and what
else its names say (gdlib.second_order.method.GIVEN). Where it cannot go on it raises Halt with the reason.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from gdlib.points import Array
from gdlib.second_order import by_component
from gdlib.second_order.line_search import backtracked, strong_wolfe
from gdlib.second_order.linear_systems import eigen, solved, solved_if_positive
from gdlib.second_order.method import Halt, method

Value = Callable[[Array], Any]
_TRIALS = 500
"""Dampings tried in one step; tenfold, they pass every size that a number can have."""


@method(by_component.diagonal_scaling)
def diagonal_scaling(theta: Array, g: Array, H: Array, *, lr: float = 1.0) -> Array:
    """Diagonal scaling: divide each coordinate of the gradient by the curvature along that axis.

    Its one step solves a quadratic whose axes lie along the coordinates; turned by 45 degrees it gains nothing.

    Source: nocedal2006; default: the whole step, as for Newton.

    >>> diagonal_scaling(np.array([4.0, 1.0]), np.array([8.0, 3.0]), np.array([[4.0, 1.0], [1.0, 2.0]]))
    array([ 2. , -0.5])
    """
    h = np.diagonal(H)
    if (h == 0).any():
        raise Halt("a zero on the Hessian's diagonal")
    return theta - lr * g / h


@method()
def full_scaling(theta: Array, g: Array, H: Array, A: Array | None, *, lr: float = 1.0) -> tuple[Array, Array]:
    """Full scaling: turn and stretch the axes once, by the Hessian A at the start, then descend in the new ones.

    On a quadratic A is the Hessian everywhere and the level sets become circles; else it grows old: the chord method.
    Returns theta and A, which is kept from the first step on.

    Source: nocedal2006; default: the whole step, as for Newton.

    >>> theta, A = full_scaling(np.array([4.0, 1.0]), np.array([8.0, 4.0]), np.array([[4.0, 0.0], [0.0, 2.0]]), None)
    >>> full_scaling(theta, np.array([1.0, 1.0]), np.eye(2), A)[0]  # (2, -1) - (1/4, 1/2)
    array([ 1.75, -1.5 ])
    """
    A = H if A is None else A
    p = solved(A, -g)
    return theta + lr * p, A


@method(by_component.newton)
def newton(theta: Array, g: Array, H: Array) -> Array:
    """Newton's method: go to the stationary point of the paraboloid that fits f here to second order.

    That may be a saddle or a maximum: it seeks a zero of the gradient, not a minimum. Runs in two variables multiply
    curvatures with one another and with slopes, and those products must stay within a double's range, 1e-308 to 1e308:
    sizes from about 1e-154 to 1e154. Beyond it a run stands still or leaves the finite numbers.

    Source: nocedal2006; default: none, the step is whole.

    >>> newton(np.array([4.0, 1.0]), np.array([8.0, 3.0]), np.array([[4.0, 0.0], [0.0, 2.0]]))
    array([ 2. , -0.5])
    """
    p = solved(H, -g)
    return theta + p


@method(by_component.damped_newton)
def damped_newton(theta: Array, g: Array, H: Array, *, lr: float = 0.5) -> Array:
    """Damped Newton: a fixed part of Newton's step.

    Near a minimum the error falls by the factor 1 - lr a step; lr = 1 is `newton`, whose limit on sizes is this one's.

    Source: nocedal2006; default: half a step, ours.

    >>> damped_newton(np.array([4.0, 1.0]), np.array([8.0, 3.0]), np.array([[4.0, 0.0], [0.0, 2.0]]), lr=0.25)
    array([3.5  , 0.625])
    """
    p = solved(H, -g)
    return theta + lr * p


@method()
def damped_newton_armijo(
    theta: Array, g: Array, H: Array, f: float, value: Value, *, c1: float = 1e-4, shrink: float = 0.5
) -> Array:
    """Damped Newton, Armijo: Newton's step, shrunk until the value falls by a share c1 of what the slope promises.

    Halts where Newton's step does not go downhill, as it may where H is not positive definite.

    Source: armijo1966 (who halves), c1 as in nocedal2006; default: as there.

    >>> f = lambda x: x @ x
    >>> damped_newton_armijo(np.array([2.0]), np.array([4.0]), np.array([[0.5]]), 4.0, f)  # 8 and 4 are too far
    array([0.])
    """
    p = solved(H, -g)
    a = backtracked(value, f, g, theta, p, c1, shrink)
    return theta + a * p


@method()
def damped_newton_wolfe(
    theta: Array, g: Array, H: Array, f: float, value: Value, gradient: Value, *, c1: float = 1e-4, c2: float = 0.9
) -> Array:
    """Damped Newton, Wolfe: along Newton's step as far as the value falls enough and the slope has become small enough.

    It may also go further than Newton's step. Halts where that does not go downhill.

    Source: wolfe1969, in the strong form and with c1 and c2 of nocedal2006; default: as there.

    >>> f, slope = lambda x: x @ x, lambda x: 2 * x
    >>> damped_newton_wolfe(np.array([2.0]), np.array([4.0]), np.array([[2.0]]), 4.0, f, slope)
    array([0.])
    """
    p = solved(H, -g)
    a = strong_wolfe(value, gradient, f, g, theta, p, c1, c2)
    return theta + a * p


@method()
def regularized_newton(
    theta: Array, g: Array, H: Array, f: float, value: Value, lambda_: float | None, *,
    damping: float = 1e-2, factor: float = 10.0,
) -> tuple[Array, float]:  # fmt: skip
    """Regularised Newton: solve (H + λI) p = -g, with λ raised until H + λI is positive definite and the value falls.

    Between gradient descent (λ large) and Newton (λ = 0). λ starts at `damping`, is divided by `factor` after each step
    and multiplied by it after each refusal. Returns theta and λ.

    Equations:
        theta = damped(theta, g, H, f, value, lambda_, factor)

    Source: nocedal2006, with λ changed as in marquardt1963; default: as there.

    >>> f = lambda x: x @ x
    >>> regularized_newton(np.array([2.0]), np.array([4.0]), np.array([[2.0]]), 4.0, f, None, damping=2.0)
    (array([1.]), 0.2)
    """
    return damped(theta, g, H, f, value, damping if lambda_ is None else lambda_, factor)


def damped(
    theta: Array, g: Array, H: Array, f: float, value: Value, lambda_: float, factor: float
) -> tuple[Array, float]:
    """Marquardt's way with a damping: the point reached, and the damping for the next step.

    Raises Halt where no damping leads to a value that is not higher. From λ = 0 it is raised to a millionth of H first.

    Equations:
        mu = factor**j * lambda_
        p = solved(H + mu * I, -g)
        j = smallest(positive_definite(H + mu * I) and value(theta + p) <= f)
        theta = theta + p
        lambda_ = mu / factor
    """
    if not (np.isfinite(H).all() and np.isfinite(g).all()):
        raise Halt("the Hessian is not finite")
    if not g.any():
        return theta, lambda_
    size = np.abs(H).max()
    for _ in range(_TRIALS):
        p = solved_if_positive(H + lambda_ * np.eye(len(theta)), -g)
        if p is not None:
            there = theta + p
            if (there == theta).all():
                break
            if value(there) <= f:
                return there, lambda_ / factor
        # From zero it must begin somewhere: a millionth of the curvature's size.
        lambda_ = max(lambda_ * factor, 1e-6 * size, 1e-12 * float(np.abs(g).max()))
    raise Halt("no damping leads to a lower value")


@method(by_component.saddle_free_newton)
def saddle_free_newton(theta: Array, g: Array, H: Array, *, lr: float = 1.0, damping: float = 0.0) -> Array:
    """Saddle-free Newton: Newton's step with every curvature made positive, so that it leaves saddles.

    theta - lr (|H| + damping·I)⁻¹ g, where |H| has the eigenvectors of H and its eigenvalues' absolute values. In two
    variables sizes are limited as for `newton`.

    Source: dauphin2014; default: the whole step, no damping (the source tunes both).

    >>> saddle_free_newton(np.array([1.0, 1.0]), np.array([2.0, -2.0]), np.array([[2.0, 0.0], [0.0, -2.0]]))
    array([0., 2.])
    """
    Lambda, Q = eigen(H)
    h = np.abs(Lambda) + damping
    if (h == 0).any():
        raise Halt("singular Hessian")
    p = -Q @ ((Q.T @ g) / h)
    return theta + lr * p
