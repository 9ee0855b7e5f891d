"""Branch and bound: a window cut into boxes until each is proved to hold no zero of a system, or exactly one.

A box is dropped where the enclosure of the system misses 0 or Krawczyk's test finds it empty, and shrunk to what the
test leaves of it. Zeros that Newton's method finds beforehand get the largest box about them in which they are proved
to be alone; pieces inside such a box need no more work, so that nothing piles up around a zero.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gdlib.stationary.boxes.krawczyk import System
from gdlib.stationary.budget import Budget, TimeUp

Array = Any
BATCH = 1024
SMALLEST = 1e-9
"""Boxes narrower than this part of the window are put aside as open."""
MOST_OPEN = 4000
"""With more open boxes the zeros are no points: a curve or a region of them is more than cutting can settle."""


@dataclass
class Found:
    """Zeros proved (boxes `low`, `high`, narrow), and the boxes that stayed `open` (low, high)."""

    low: list[Array] = field(default_factory=list)
    high: list[Array] = field(default_factory=list)
    alone_low: list[Array] = field(default_factory=list)
    alone_high: list[Array] = field(default_factory=list)
    open: list[tuple[Array, Array]] = field(default_factory=list)
    in_time: bool = True
    too_many: bool = False


def zeros_in(system: System, low: Array, high: Array, budget: Budget, dropped: Any = None) -> Found:
    """All zeros in the box (low, high), as far as the time allows.

    `dropped(low, high)` may name boxes that do not count.
    """
    found = Found()
    size = high - low
    boxes_low, boxes_high = low[None].copy(), high[None].copy()
    try:
        _guess(system, low, high, found, budget)
        settle(system, found)
        while len(boxes_low):
            budget.check()
            # The last boxes first: depth first keeps the list short, a batch keeps NumPy busy.
            here_low, here_high = boxes_low[-BATCH:], boxes_high[-BATCH:]
            boxes_low, boxes_high = boxes_low[:-BATCH], boxes_high[:-BATCH]
            here_low, here_high = _kept(system, here_low, here_high, found, dropped)
            if not len(here_low):
                continue
            narrow = (here_high - here_low <= SMALLEST * size).all(-1)
            if max(len(found.open), len(found.low)) > MOST_OPEN:
                found.too_many = True
                break
            found.open += list(zip(here_low[narrow], here_high[narrow], strict=True))
            here_low, here_high = _cut(here_low[~narrow], here_high[~narrow], size)
            boxes_low = np.concatenate([boxes_low, here_low])
            boxes_high = np.concatenate([boxes_high, here_high])
    except TimeUp:
        found.in_time = False
    settle(system, found)
    return found


def _kept(system: System, low: Array, high: Array, found: Found, dropped: Any) -> tuple[Array, Array]:
    """What is left of boxes once everything provable is taken away."""
    g_low, g_high = system.values(low, high)
    possible = ((g_low <= 0) & (g_high >= 0)).all(-1) & ~system.void
    bent = system.bent
    if dropped is not None and possible.any():
        at = np.flatnonzero(possible)
        possible[at] = ~dropped(low[at], high[at])
    low, high, bent = low[possible], high[possible], bent[possible]
    low, high, bent = _outside(low, high, bent, found)
    if not len(low):
        return low, high
    verdicts = system.test(low, high)
    smooth = ~bent
    for place in np.flatnonzero(verdicts.unique & smooth):
        _add(verdicts.low[place], verdicts.high[place], low[place], high[place], found)
    keep = ~((verdicts.empty | verdicts.unique) & smooth)
    low = np.where(smooth[:, None], np.maximum(low, verdicts.low), low)[keep]
    high = np.where(smooth[:, None], np.minimum(high, verdicts.high), high)[keep]
    low, high, _ = _outside(low, high, low, found)
    return low, high


def _outside(low: Array, high: Array, other: Array, found: Found) -> tuple[Array, Array, Array]:
    """Without the boxes that lie inside one where a zero is proved to be alone."""
    if not found.alone_low or not len(low):
        return low, high, other
    alone_low, alone_high = np.array(found.alone_low), np.array(found.alone_high)
    inside = np.zeros(len(low), dtype=bool)
    for start in range(0, len(alone_low), 256):
        a, b = alone_low[start : start + 256], alone_high[start : start + 256]
        inside |= ((low[:, None] >= a) & (high[:, None] <= b)).all(-1).any(-1)
    return low[~inside], high[~inside], other[~inside]


def _cut(low: Array, high: Array, size: Array) -> tuple[Array, Array]:
    if not len(low):
        return low, high
    rows = np.arange(len(low))
    widest = np.argmax((high - low) / size, axis=1)
    middle = low[rows, widest] + 0.4871 * (high - low)[rows, widest]  # off the middle: zeros like round numbers
    left_high, right_low = high.copy(), low.copy()
    left_high[rows, widest] = middle
    right_low[rows, widest] = middle
    return np.concatenate([right_low, low]), np.concatenate([high, left_high])


def _guess(system: System, low: Array, high: Array, found: Found, budget: Budget) -> None:
    """Zeros near which Newton's method ends from many starts, each with a large box in which it is alone."""
    n = len(low)
    side = max(2, int(4000 ** (1 / n)))
    if n == 1:
        side = 1000
    grids = np.meshgrid(*(np.linspace(a, b, min(side, 1000)) for a, b in zip(low, high, strict=True)), indexing="ij")
    starts = np.stack([g.ravel() for g in grids], -1)[:6000]
    ends = system.newton(starts, 12, budget)
    ends = ends[np.isfinite(ends).all(-1)]
    slack = 1e-9 * (high - low)
    ends = ends[((ends >= low - slack) & (ends <= high + slack)).all(-1)]
    if not len(ends):
        return
    _, first = np.unique(np.round((ends - low) / (high - low) * 1e7), axis=0, return_index=True)
    points = system.newton(ends[first], 8, budget)
    points = points[np.isfinite(points).all(-1)]
    if len(points) > 5000:
        return
    prove(system, points, high - low, found, budget)


def prove(system: System, points: Array, size: Array, found: Found, budget: Budget) -> None:
    """Adds the zeros near points, each with the largest of a row of boxes in which it is proved to be alone."""
    alone = np.zeros(len(points), dtype=bool)
    reach = np.zeros_like(points)
    narrow_low, narrow_high = points.copy(), points.copy()
    small = 1e-13 * size + 1e-14 * np.abs(points)
    for factor in 0.25 * 0.5 ** np.arange(0, 42, 1.0):
        budget.check()
        left = np.flatnonzero(~alone)
        if not len(left):
            break
        wide = np.maximum(factor * size * np.ones_like(points[left]), small[left])
        verdicts = system.test(points[left] - wide, points[left] + wide)
        system.values(points[left] - wide, points[left] + wide)
        good = verdicts.unique & ~system.bent
        reach[left[good]] = wide[good]
        alone[left[good]] = True
        narrow_low[left[good]], narrow_high[left[good]] = verdicts.low[good], verdicts.high[good]
    for place in np.flatnonzero(alone):
        budget.check()
        point = points[place]
        if any(
            (point >= a).all() and (point <= b).all() for a, b in zip(found.alone_low, found.alone_high, strict=True)
        ):
            continue
        _add(narrow_low[place], narrow_high[place], point - reach[place], point + reach[place], found)


def _add(low: Array, high: Array, alone_low: Array, alone_high: Array, found: Found) -> None:
    """Notes a zero and a box in which it is alone."""
    found.low.append(low)
    found.high.append(high)
    found.alone_low.append(alone_low)
    found.alone_high.append(alone_high)


def settle(system: System, found: Found) -> None:
    """Makes the bounds of all zeros as narrow as the test makes them, and drops those that were noted twice."""
    if not found.low:
        return
    low, high = np.array(found.low), np.array(found.high)
    for _ in range(12):
        verdicts = system.test(low, high)
        new_low, new_high = np.maximum(low, verdicts.low), np.minimum(high, verdicts.high)
        better = verdicts.unique & ((new_high - new_low) < 0.9 * (high - low)).any(-1)
        low, high = np.where(better[:, None], new_low, low), np.where(better[:, None], new_high, high)
        if not better.any():
            break
    keep: list[int] = []
    alone_low, alone_high = np.array(found.alone_low), np.array(found.alone_high)
    for place in range(len(low)):
        within = (low[place] >= alone_low[keep]).all(-1) & (high[place] <= alone_high[keep]).all(-1)
        around = (low[keep] >= alone_low[place]).all(-1) & (high[keep] <= alone_high[place]).all(-1)
        if not (within | around).any():
            keep.append(place)
    found.low, found.high = [low[k] for k in keep], [high[k] for k in keep]
    found.alone_low, found.alone_high = [found.alone_low[k] for k in keep], [found.alone_high[k] for k in keep]
