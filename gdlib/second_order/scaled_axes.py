"""Axes in which a quadratic's level lines are rounder: none changed, each stretched by itself, all by the root of A.

The quadratic is wᵀAw/2 with A = [[a, b], [b, d]], given by a, b and d. In new axes ŵ = Sw it is ŵᵀBŵ/2 with
B = S⁻¹AS⁻¹, and plain descent there is w ← w - η S⁻² ∇f here: S = I is gradient descent, S² = diag(A) diagonal scaling,
S = A^{1/2} Newton's method, for which the ellipses are circles and B = I. Everything is plain arithmetic on numbers or
the nodes of a trace, so that a page computes with it live. Source: nocedal2006.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from gdlib.second_order.two_by_two import Symmetric, inverse_root, square_root, symmetric_eigen


class Axes(NamedTuple):
    """S, its inverse, and the quadratic's matrix in the new axes."""

    stretch: Symmetric
    back: Symmetric
    matrix: Symmetric


UNIT = Symmetric(1.0, 0.0, 1.0)


def bowl(ratio: Any, angle: Any) -> Symmetric:
    """A with eigenvalues in this ratio (>= 1) and the trace 2, the long axis of its ellipses at `angle` degrees.

    With the trace 2 the best step size is 1 in all three axes: 2/(λ_min + λ_max), and the sum is 2 in each of them.

    >>> bowl(3.0, 0.0)
    Symmetric(a=0.5, b=-0.0, d=1.5)
    """
    apart = (ratio - 1.0) / (ratio + 1.0)
    turn = angle * (np.pi / 90.0)
    along, across = apart * np.cos(turn), apart * np.sin(turn)
    return Symmetric(1.0 - along, -across, 1.0 + along)


def unchanged(a: Any, b: Any, d: Any) -> Axes:
    """The axes as they are.

    >>> unchanged(0.5, 0.0, 1.5).matrix
    Symmetric(a=0.5, b=0.0, d=1.5)
    """
    return Axes(UNIT, UNIT, Symmetric(a, b, d))


def each_by_itself(a: Any, b: Any, d: Any) -> Axes:
    """Each axis by the root of the curvature along it: circles only where A is diagonal.

    >>> each_by_itself(4.0, 1.0, 1.0).matrix
    Symmetric(a=1.0, b=0.5, d=1.0)
    """
    p, q = np.sqrt(a), np.sqrt(d)
    return Axes(Symmetric(p, 0.0, q), Symmetric(1.0 / p, 0.0, 1.0 / q), Symmetric(1.0, b / (p * q), 1.0))


def all_together(a: Any, b: Any, d: Any) -> Axes:
    """The axes turned and stretched by A^{1/2}: every ellipse is a circle.

    >>> all_together(4.0, 0.0, 1.0).stretch
    Symmetric(a=2.0, b=0.0, d=1.0)
    """
    return Axes(square_root(a, b, d), inverse_root(a, b, d), UNIT)


SCALINGS: Mapping[str, Callable[[Any, Any, Any], Axes]] = MappingProxyType(
    {"none": unchanged, "diagonal": each_by_itself, "full": all_together}
)
"""What may be done to the axes."""


def condition_number(a: Any, b: Any, d: Any) -> Any:
    """The ratio of the eigenvalues of [[a, b], [b, d]], the greater over the lower.

    >>> condition_number(1.0, 0.5, 1.0)
    3.0
    """
    low, high, *_ = symmetric_eigen(a, b, d)
    return high / low


def height(a: Any, b: Any, d: Any, x: Any, y: Any) -> Any:
    """wᵀAw/2 at w = (x, y).

    >>> height(2.0, 1.0, 4.0, 1.0, 2.0)
    11.0
    """
    return 0.5 * ((a * x + b * y) * x + (b * x + d * y) * y)


def times(a: Any, b: Any, d: Any, x: Any, y: Any) -> tuple[Any, Any]:
    """A times (x, y): the slope of `height`, or a point in new axes.

    >>> times(2.0, 1.0, 4.0, 1.0, 2.0)
    (4.0, 9.0)
    """
    return a * x + b * y, b * x + d * y
