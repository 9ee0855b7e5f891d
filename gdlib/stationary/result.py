"""What the search for stationary points returns: the points, and what was proved of them and of the list."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sympy as sp


@dataclass(frozen=True)
class StationaryPoint:
    """A point where the gradient is zero, and what f does there.

    `location`, `eigenvalues` (of the Hessian, rising) are tuples of SymPy numbers, `value` is one: exact numbers where
    they are proved exact, a Float of 15 digits where only an enclosure is proved (`reason` then gives its radius).
    `kind` is "minimum", "maximum", "saddle" (also an inflection in one variable) or "undecided". `strict` is True if
    every other point near by has another value, False if not, None for saddles and where it is not known.
    `reason` is the certificate, in words.
    """

    location: tuple[Any, ...]
    value: Any
    eigenvalues: tuple[Any, ...]
    kind: str
    strict: bool | None
    reason: str

    @property
    def exact(self) -> bool:
        """Whether every coordinate is an exact number."""
        return not any(part.has(sp.Float) for part in self.location)

    def __repr__(self) -> str:
        strictness = {True: "strict ", False: "non-strict ", None: ""}[self.strict]
        place = ", ".join(map(_shown, self.location))
        return f"<{strictness}{self.kind} at ({place}), value {_shown(self.value)}>"


def _shown(number: Any) -> str:
    text = str(number)
    return text if len(text) <= 40 else str(sp.N(number, 10))


class StationaryPoints(list[StationaryPoint]):
    """A list of stationary points with what is known of it as a whole.

    `complete` is True only if it is proved that there are no others (in the window that was searched, beside those in
    `curves`). `curves` holds the sets of dimension d >= 1 of stationary points, each a SymPy tuple in d parameters.
    `note` says in words what was searched, and what is missing.
    """

    def __init__(
        self,
        points: Iterable[StationaryPoint] = (),
        *,
        complete: bool = False,
        curves: Iterable[Any] = (),
        note: str = "",
    ) -> None:
        super().__init__(points)
        self.complete = complete
        self.curves = list(curves)
        self.note = note

    def __repr__(self) -> str:
        lines = [f"{len(self)} stationary point{'' if len(self) == 1 else 's'}, "
                 f"{'complete' if self.complete else 'not proved complete'}"]  # fmt: skip
        lines += [f"  {point!r}" for point in self]
        lines += [f"  all points {curve}" for curve in self.curves]
        return "\n".join([*lines, *([self.note] if self.note else [])])
