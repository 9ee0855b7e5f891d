"""Newton's steps written out by component, for one and two coordinates: plain arithmetic that a page runs too.

Each takes theta and g as tuples of coordinates and H as a tuple of rows; entries are numbers, arrays of many points, or
nodes of a trace. They use + - * / and roots alone, so every form of them agrees to the bit. Where H is singular they
divide by zero: what comes is not finite, which ends a run.

In two coordinates products of two entries of H, and of an entry of H with one of g, must stay within the range of the
floats, for doubles 1e-308 to 1e308: entries from about 1e-154 to 1e154. Beyond it a product is zero or infinite, and
the step is none, or not finite, however well H is conditioned. The general forms have no such limit. To scale H first
would lift it, at the price of other last bits in every ordinary step.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Row = Any
"""A tuple of one or two entries."""


def newton(theta: Row, g: Row, H: Any) -> Row:
    """theta - H⁻¹ g."""
    return tuple(x - p for x, p in zip(theta, _solved(H, g), strict=True))


def damped_newton(theta: Row, g: Row, H: Any, *, lr: Any) -> Row:
    """theta - lr H⁻¹ g."""
    return _moved(theta, lr, _solved(H, g))


def diagonal_scaling(theta: Row, g: Row, H: Any, *, lr: Any) -> Row:
    """theta - lr g / diag(H)."""
    return _moved(theta, lr, tuple(slope / H[i][i] for i, slope in enumerate(g)))


def saddle_free_newton(theta: Row, g: Row, H: Any, *, lr: Any, damping: Any) -> Row:
    """theta - lr (|H| + damping I)⁻¹ g."""
    if len(theta) == 1:
        return _moved(theta, lr, (g[0] / (np.abs(H[0][0]) + damping),))
    (a, b, d) = _absolute(H[0][0], H[0][1], H[1][1])
    a, d = a + damping, d + damping
    return _moved(theta, lr, _solved(((a, b), (b, d)), g))


def _absolute(a: Any, b: Any, d: Any) -> tuple[Any, Any, Any]:
    """The entries of |H| for H = [[a, b], [b, d]], eigenvalues made positive.

    Eigenvalues of one sign: |H| is H or -H. Of two signs p > 0 > q: |H| is the line through (p, p) and (q, -q), that is
    ((p + q) H - 2 p q I) / (p - q), and p + q is the trace, p q the determinant, p - q the root below.
    """
    determinant = a * d - b * b
    trace = a + d
    mixed = determinant < 0.0
    apart = np.where(mixed, np.sqrt((a - d) * (a - d) + 4.0 * (b * b)), 1.0)
    sign = np.where(trace < 0.0, -1.0, 1.0)
    turned = [(trace * entry - shift) / apart for entry, shift in
              ((a, 2.0 * determinant), (b, 0.0), (d, 2.0 * determinant))]  # fmt: skip
    first, second, third = (np.where(mixed, new, sign * old) for new, old in zip(turned, (a, b, d), strict=True))
    return first, second, third


def _solved(H: Any, g: Row) -> Row:
    """H⁻¹ g by Cramer's rule, whose products must stay within the range of the floats (see above)."""
    if len(g) == 1:
        return (g[0] / H[0][0],)
    (a, b), (_, d) = H
    determinant = a * d - b * b
    return (d * g[0] - b * g[1]) / determinant, (a * g[1] - b * g[0]) / determinant


def _moved(theta: Row, lr: Any, step: Row) -> Row:
    """theta - lr·step."""
    return tuple(x - lr * p for x, p in zip(theta, step, strict=True))
