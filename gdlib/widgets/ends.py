"""Where runs on a landscape may end: its stationary points, in as few groups as a map has shades for."""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import combinations
from typing import NamedTuple

import numpy as np

from gdlib.objective import Objective
from gdlib.points import Array
from gdlib.stationary import stationary_points
from gdlib.widgets.as_json import start_of, window_of

MOST_GROUPS = 6
_SEARCH = 3.0  # seconds
_MOST_DIGITS = 100  # of a coordinate: the page's numbers are written in no more


class End(NamedTuple):
    """A stationary point, and the group of those that have one shade."""

    at: tuple[float, float]
    kind: str
    group: int


class Ends(NamedTuple):
    """The stationary points, the groups' names, and how near to one a run's last point belongs to it."""

    points: list[End]
    groups: list[str]
    near: float

    def group_of(self, last: Array) -> Array:
        """For last points of shape (..., 2) the index of the group, -1 for none."""
        if not self.points:
            return np.full(last.shape[:-1], -1)
        with np.errstate(all="ignore"):
            apart = np.linalg.norm(last[..., None, :] - np.array([one.at for one in self.points]), axis=-1)
        groups = np.array([one.group for one in self.points])[np.argmin(apart, axis=-1)]
        return np.where(np.min(apart, axis=-1) <= self.near, groups, -1)


@lru_cache(maxsize=64)
def ends_of(f: Objective, seconds: float = _SEARCH) -> Ends:
    """The landscape's isolated stationary points in its window, as the catalogue, or a search of so long, has them.

    Each is a group of its own if they are few; else saddles are one group, maxima one, and minima one for each value.

    >>> import gdlib as gd
    >>> ends_of(gd.objectives.double_well).groups
    ['minimum (0, 1.41)', 'minimum (0, −1.41)', 'saddle (0, 0)']
    """
    window = window_of(f, start_of(f))
    known = getattr(f, "stationary", None)
    if known is None:
        known = stationary_points(f, window=window, seconds=seconds)
    places = [(float(one.location[0]), float(one.location[1])) for one in known]
    kinds = [one.kind for one in known]
    order = sorted(range(len(places)), key=lambda k: (kinds[k] != "minimum", kinds[k]))
    places, kinds = [places[k] for k in order], [kinds[k] for k in order]
    names = _names(f, places, kinds, min(high - low for low, high in window))
    groups = list(dict.fromkeys(names))
    points = [End(at, kind, groups.index(name)) for at, kind, name in zip(places, kinds, names, strict=True)]
    apart = [float(np.hypot(a - c, b - d)) for (a, b), (c, d) in combinations(places, 2)]
    return Ends(points, groups, min([0.05 * min(high - low for low, high in window), *(0.4 * one for one in apart)]))


def _names(f: Objective, places: list[tuple[float, float]], kinds: list[str], side: float) -> list[str]:
    """What each point's group is called, in a window so narrow: as finely as there are shades."""
    # As many digits as the window needs, and more where two points are told apart by no fewer.
    digits = min(_MOST_DIGITS, max(2, 2 - math.floor(math.log10(side))))
    while digits < _MOST_DIGITS and len({tuple(round(part, digits) for part in at) for at in places}) < len(places):
        digits += 1
    alone = [f"{kind} ({_short(x, digits)}, {_short(y, digits)})" for (x, y), kind in zip(places, kinds, strict=True)]
    several = [f"{'a' if kinds.count(kind) > 1 else 'the'} {kind}" for kind in kinds]
    by_value = [f"minimum, f = {f(list(at)):.3g}".replace("-", "−") for at in places]

    def together(minima: list[str]) -> list[str]:
        return [minima[k] if kind == "minimum" else several[k] for k, kind in enumerate(kinds)]

    return next(names for names in (alone, together(alone), together(by_value), several)
                if len(set(names)) <= MOST_GROUPS)  # fmt: skip


def _short(part: float, digits: int) -> str:
    return repr(round(part, digits) + 0.0).removesuffix(".0").replace("-", "−")
