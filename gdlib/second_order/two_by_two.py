"""Matrices of two rows, by component: eigenvalues, eigenvectors and roots, as arithmetic that a page runs too.

Entries are numbers, arrays of many matrices, or nodes of a trace; a symmetric matrix [[a, b], [b, d]] is given by a, b
and d. They use + - * / and roots alone, so every form of them agrees to the bit.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from gdlib.points import as_number
from gdlib.trace.graph import Node


class Eigen(NamedTuple):
    """The eigenvalues of a symmetric matrix, the lower one first, and a unit vector for each, at right angles."""

    low: Any
    high: Any
    of_low: tuple[Any, Any]
    of_high: tuple[Any, Any]


class Symmetric(NamedTuple):
    """The entries of [[a, b], [b, d]]."""

    a: Any
    b: Any
    d: Any


def symmetric_eigen(a: Any, b: Any, d: Any) -> Eigen:
    """Eigenvalues and orthonormal eigenvectors of [[a, b], [b, d]].

    By the rotation that makes the matrix diagonal: t = tan φ with |t| <= 1 and tan 2φ = 2b/(a - d). Errors of some ulps
    in the entries would do as much as all rounding here, and nothing overflows unless a - d or 2b does. A diagonal
    matrix keeps its entries to the bit; equal eigenvalues get the axes for vectors. Source: golub2013, section 8.5.2.

    >>> symmetric_eigen(2.0, 1.0, 2.0)[:2]
    (1.0, 3.0)
    >>> symmetric_eigen(4.0, 0.0, 9.0)
    Eigen(low=4.0, high=9.0, of_low=(1.0, 0.0), of_high=(0.0, 1.0))
    """
    apart, twice = a - d, b + b
    longer, shorter = np.maximum(np.abs(apart), np.abs(twice)), np.minimum(np.abs(apart), np.abs(twice))
    ratio = shorter / np.where(longer > 0.0, longer, 1.0)
    below = np.abs(apart) + longer * np.sqrt(1.0 + ratio * ratio)
    t = twice / np.where(below > 0.0, below, 1.0)
    along = 1.0 / np.sqrt(1.0 + t * t)
    across = t * along
    first = apart >= 0.0  # whether the higher eigenvalue lies nearer to a than to d
    low, high = np.where(first, d, a) - b * t, np.where(first, a, d) + b * t
    of_high = np.where(first, along, across), np.where(first, across, along)
    of_low = np.where(first, 0.0 - across, along), np.where(first, along, 0.0 - across)
    return Eigen(as_number(low), as_number(high), _numbers(of_low), _numbers(of_high))


def eigenvalues(a: Any, b: Any, c: Any, d: Any) -> tuple[Any, Any, Any, Any]:
    """Both eigenvalues of [[a, b], [c, d]], as (re1, im1, re2, im2).

    The greater one, or of a complex pair the one above the real axis, stands first. Those of a triangular matrix are a
    and d to the bit. Where two eigenvalues meet, rounding is felt as its square root.

    >>> eigenvalues(2.0, 1.0, 1.0, 2.0)
    (3.0, 0.0, 1.0, 0.0)
    >>> eigenvalues(0.0, -4.0, 1.0, 0.0)
    (0.0, 2.0, 0.0, -2.0)
    """
    half, product = 0.5 * (a - d), b * c
    inner = half * half + product
    real = inner >= 0.0
    root = np.sqrt(np.where(real, inner, 0.0))
    # (x - a)(x - d) = bc: for the root x = d + far it is x - a = bc/far, and far is a sum in which nothing cancels
    far = np.where(half >= 0.0, half + root, half - root)
    shift = product / np.where(np.abs(far) > 0.0, far, 1.0)
    near_a, near_d = a + shift, d - shift
    greater, lesser = np.where(half >= 0.0, near_a, near_d), np.where(half >= 0.0, near_d, near_a)
    middle, turn = 0.5 * (a + d), np.sqrt(np.where(real, 0.0, 0.0 - inner))
    first, second, above, under = _numbers(
        (np.where(real, greater, middle), np.where(real, lesser, middle), turn, 0.0 - turn)
    )
    return first, above, second, under


def square_root(a: Any, b: Any, d: Any) -> Symmetric:
    """The symmetric positive definite matrix whose square is [[a, b], [b, d]], which must be positive definite.

    With the roots p, q of the eigenvalues it is (A + pq·I)/(p + q); ValueError for numbers that are no such matrix.
    Source: levinger1980.

    >>> square_root(4.0, 0.0, 9.0)
    Symmetric(a=2.0, b=0.0, d=3.0)
    """
    a, b, d = _stretched(a, b, d)[0]
    return Symmetric(as_number(a), as_number(b), as_number(d))


def inverse_root(a: Any, b: Any, d: Any) -> Symmetric:
    """The inverse of `square_root`: that one makes a circle of the ellipse x·A·x = 1, this one the ellipse of a circle.

    Arguments, errors and source as there.

    >>> inverse_root(4.0, 0.0, 16.0)
    Symmetric(a=0.5, b=0.0, d=0.25)
    """
    (a, b, d), determinant = _stretched(a, b, d)
    return Symmetric(as_number(d / determinant), as_number((0.0 - b) / determinant), as_number(a / determinant))


def _stretched(a: Any, b: Any, d: Any) -> tuple[tuple[Any, Any, Any], Any]:
    """The entries of the root, and its determinant."""
    low, high, *_ = symmetric_eigen(a, b, d)
    traced = any(isinstance(entry, Node) for entry in (a, b, d))
    if not traced and not (np.all(np.isfinite(high)) and np.all(np.asarray(low) > 0)):
        came = f"[[{a!r}, {b!r}], [{b!r}, {d!r}]]"
        raise ValueError(f"a, b, d: needs a positive definite matrix, got {came}"[:300])
    p, q = np.sqrt(low), np.sqrt(high)
    total, product = p + q, p * q
    return ((a + product) / total, b / total, (d + product) / total), product


def _numbers(parts: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(map(as_number, parts))
