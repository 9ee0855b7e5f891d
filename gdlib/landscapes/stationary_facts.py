"""What is known of a landscape's stationary points, as data: points and sets, each with its kind and a reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product
from math import inf

import sympy as sp

from gdlib.formulas.meaning import exact

Coordinate = str | int | float
"""A whole number or a text (`"3/8"`, `"sqrt(2)"`) is exact; a float is the nearest double to the true coordinate."""


@dataclass(frozen=True)
class KnownPoint:
    """One isolated stationary point.

    `location` holds SymPy numbers, exact ones where the data is exact; `kind` is "minimum", "maximum" or "saddle" (also
    an inflection in one variable); `strict` is None for saddles; `reason` stands where the Hessian does not decide.
    `least` says that nothing in the landscape's window lies lower.
    """

    location: tuple[sp.Expr, ...]
    kind: str
    strict: bool | None
    reason: str
    least: bool

    @property
    def point(self) -> tuple[float, ...]:
        """The location as floats."""
        return tuple(float(x) for x in self.location)


@dataclass(frozen=True, eq=False)
class KnownSet:
    """A curve or a region of stationary points, none of them strict.

    `location` holds a SymPy expression for each coordinate, in the parameters that are the keys of `ranges`, which run
    from low to high (infinite where unbounded).
    """

    location: tuple[sp.Expr, ...]
    ranges: Mapping[sp.Symbol, tuple[float, float]]
    kind: str
    reason: str


def minimum(*location: Coordinate, reason: str = "") -> KnownPoint:
    """A strict local minimum that is not the least value."""
    return KnownPoint(_exact(location), "minimum", True, reason, least=False)


def least(*location: Coordinate, reason: str = "") -> KnownPoint:
    """A strict local minimum, and nothing in the window lies lower."""
    return KnownPoint(_exact(location), "minimum", True, reason, least=True)


def maximum(*location: Coordinate, reason: str = "") -> KnownPoint:
    """A strict local maximum."""
    return KnownPoint(_exact(location), "maximum", True, reason, least=False)


def saddle(*location: Coordinate, reason: str = "") -> KnownPoint:
    """A point near which there are higher and lower ones."""
    return KnownPoint(_exact(location), "saddle", None, reason, least=False)


def filled(*location: Coordinate, kind: str, reason: str, **ranges: tuple[float, float]) -> KnownSet:
    """A set of stationary points in parameters, such as `filled("t", "1 - t", kind="minimum", reason=…)`."""
    exact = _exact(location)
    parameters = sorted({symbol for part in exact for symbol in part.free_symbols}, key=str)
    return KnownSet(exact, {p: ranges.get(p.name, (-inf, inf)) for p in parameters}, kind, reason)


def mirrored(points: Iterable[KnownPoint]) -> tuple[KnownPoint, ...]:
    """The points and, of each but the origin, the point opposite: for a formula with f(-x) = f(x)."""
    found: list[KnownPoint] = []
    for one in points:
        found.append(one)
        if any(one.location):
            found.append(_at(one, tuple(-x for x in one.location)))
    return tuple(found)


def reflected(points: Iterable[KnownPoint]) -> tuple[KnownPoint, ...]:
    """The points with every sign of each coordinate and in both orders: for f(x, y) = f(-x, y) = f(y, x)."""
    found: dict[tuple[sp.Expr, ...], KnownPoint] = {}
    for one in points:
        for signs in product((1, -1), repeat=len(one.location)):
            turned = tuple(sign * x for sign, x in zip(signs, one.location, strict=True))
            for location in (turned, turned[::-1]):
                found.setdefault(location, _at(one, location))
    return tuple(found.values())


def combined(points: Iterable[KnownPoint], n: int) -> tuple[KnownPoint, ...]:
    """The stationary points of a sum f(x1) + … + f(xn) from those of f: one of them for each coordinate.

    The curvatures along the axes are the eigenvalues, so equal kinds give that kind and unequal ones a saddle.
    """
    found = []
    for choice in product(points, repeat=n):
        kinds = {one.kind for one in choice}
        kind = kinds.pop() if len(kinds) == 1 else "saddle"
        location = tuple(one.location[0] for one in choice)
        deepest = all(one.least for one in choice)
        found.append(KnownPoint(location, kind, None if kind == "saddle" else True, "", deepest))
    return tuple(found)


def _at(one: KnownPoint, location: tuple[sp.Expr, ...]) -> KnownPoint:
    return KnownPoint(location, one.kind, one.strict, one.reason, one.least)


def _exact(location: Iterable[Coordinate]) -> tuple[sp.Expr, ...]:
    return tuple(exact(x) if isinstance(x, str) else sp.sympify(x) for x in location)
