"""Solving for a step, H p = g, with a sentence where that cannot be done."""

from __future__ import annotations

import numpy as np

from gdlib.points import Array
from gdlib.second_order.method import Halt


def solved(H: Array, g: Array) -> Array:
    """H⁻¹ g; Halt where H is singular or not finite."""
    if not np.isfinite(H).all():
        raise Halt("the Hessian is not finite")
    try:
        return np.linalg.solve(H, g)
    except np.linalg.LinAlgError:
        raise Halt("singular Hessian") from None


def solved_if_positive(H: Array, g: Array) -> Array | None:
    """H⁻¹ g if H is positive definite, else None; a pivot of which only rounding is left counts as none."""
    try:
        L = np.linalg.cholesky(H)
    except np.linalg.LinAlgError:
        return None
    pivots = np.diagonal(L) ** 2
    if not (pivots > 4 * len(g) * np.finfo(pivots.dtype).eps * np.diagonal(H)).all():
        return None
    p = np.linalg.solve(L.T, np.linalg.solve(L, g))
    return p if np.isfinite(p).all() else None


def eigen(H: Array) -> tuple[Array, Array]:
    """Eigenvalues in rising order and their vectors as columns; Halt where H is not finite."""
    if not np.isfinite(H).all():
        raise Halt("the Hessian is not finite")
    values, vectors = np.linalg.eigh(H)
    return values, vectors
