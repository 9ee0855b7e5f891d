"""How high the ground of a landscape is drawn: as it is, or bent where most of it lies far below the peaks."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

CELLS = 48
"""Cells along each side of the grid on which heights are taken."""
_DEEP = 0.2  # with its median below this part of the range, ground drawn as it is would be a floor under a few peaks
_MOST = 100.0  # more bending would draw a cleft, jagged where it runs across the grid, for every valley floor
_FAR = 20.0  # what lies beyond this many times the spread of the middle heights belongs to a pole, and is cut off
_HUGE = 1e150
SHARES = (0.0, 0.1, 0.5, 0.9, 1.0)
"""Of the ground: the quantiles of its heights that a relief is made by."""


class Relief(NamedTuple):
    """The heights at the foot and at the top of a picture, and how far those between are bent; 0 is not at all."""

    low: float
    high: float
    bend: float


def relief(values: Any) -> Relief:
    """The relief of ground with these heights, an array of any shape; those that are not finite do not count.

    Heights are bent so that half of the ground lies in the lower half of the picture, or nearly so where that would
    need more bending than 100. ValueError if no height is finite.

    >>> relief([0.0, 1.0, 2.0])
    Relief(low=0.0, high=2.0, bend=0.0)
    >>> relief([0.0, 1.0, 8.0])
    Relief(low=0.0, high=8.0, bend=48.0)
    """
    heights = np.asarray(values, dtype=np.float64)
    heights = np.clip(heights[np.isfinite(heights)], -_HUGE, _HUGE)
    if not heights.size:
        raise ValueError("f: a finite value somewhere in the window is needed, got none")
    parts = (float(one) for one in np.quantile(heights, SHARES))
    return Relief(*(float(one) for one in between(*parts)))


def between(least: Any, lower: Any, middle: Any, upper: Any, most: Any) -> tuple[Any, Any, Any]:
    """The relief of ground whose heights have these quantiles, for SHARES. Plain arithmetic; a page runs it too.

    >>> [float(part) for part in between(0.0, 0.0, 1.0, 8.0, 8.0)]
    [0.0, 8.0, 48.0]
    """
    reach = _FAR * (upper - lower)
    lowest = np.where(reach > 0.0, np.maximum(least, lower - reach), least)
    highest = np.where(reach > 0.0, np.minimum(most, upper + reach), most)
    level = np.where(lowest == highest, 1.0, 0.0)
    low, high = lowest - level, highest + level
    depth = (middle - low) / (high - low)
    deep = np.where(depth > 0.0, depth, 1.0)
    # log(1 + bend s) / log(1 + bend) is one half at s = depth
    bend = np.where(depth > 0.0, np.minimum(_MOST, (1.0 - 2.0 * depth) / (deep * deep)), _MOST)
    return low, high, np.where(lies_low(low, middle, high), bend, 0.0)


def lies_low(low: Any, middle: Any, high: Any) -> Any:
    """Whether ground from low to high, half of it below `middle`, would show little but its peaks if drawn evenly.

    >>> lies_low(0.0, 1.0, 8.0), lies_low(0.0, 2.0, 8.0)
    (True, False)
    """
    return middle - low <= _DEEP * (high - low)


def line_height(low: Any, middle: Any, high: Any, place: Any, count: Any) -> Any:
    """The height of a map's contour line number `place`, from 0, of `count`, on ground from low to high.

    Even steps show slopes truly; on ground that `lies_low` each step is a multiple of the one below. Plain arithmetic;
    a page runs it too.

    >>> float(line_height(0.0, 2.0, 8.0, 0, 3)), float(line_height(0.0, 0.0, 1e4, 0, 3))
    (2.0, 1.0)
    """
    span, rise = high - low, middle - low
    first = np.where(rise > 1e-7 * span, rise / 60.0, 1e-4 * span)  # else half of it is as low as the lowest
    steps = np.where(count > 1.0, count - 1.0, 1.0)
    uneven = low + first * (0.7 * span / first) ** (place / steps)
    return np.where(lies_low(low, middle, high), uneven, low + span * ((place + 1.0) / (count + 1.0)))


def survey(f: Any, window: Any, cells: int = CELLS) -> Any:
    """The values of f at the corners of so many cells each way over ((x low, x high), (y low, y high))."""
    x, y = (np.linspace(low, high, cells + 1) for low, high in window)
    with np.errstate(all="ignore"):
        return np.asarray(f(np.stack(np.meshgrid(x, y), axis=-1)), dtype=np.float64)


def drawn_height(height: Any, low: Any, high: Any, bend: Any) -> Any:
    """Where in the picture a height is drawn: 0 is its foot, 1 its top. Plain arithmetic; a page runs it too.

    >>> float(drawn_height(1.0, 0.0, 8.0, 48.0)), float(drawn_height(2.0, 0.0, 8.0, 0.0))
    (0.5, 0.25)
    """
    share = (height - low) / (high - low)
    bent = np.where(bend > 0.0, bend, 1.0)
    inside = np.where(share > 0.0, share, 0.0)
    return np.where((bend > 0.0) & (share > 0.0), np.log(1.0 + bent * inside) / np.log(1.0 + bent), share)


def drawn_slope(height: Any, low: Any, high: Any, bend: Any) -> Any:
    """How fast `drawn_height` rises with the height there: what a slope of the ground is multiplied by in the picture.

    >>> float(drawn_slope(0.0, 0.0, 8.0, 0.0))
    0.125
    """
    share = (height - low) / (high - low)
    bent = np.where(bend > 0.0, bend, 1.0)
    inside = np.where(share > 0.0, share, 0.0)
    return np.where(bend > 0.0, bent / (1.0 + bent * inside) / np.log(1.0 + bent), 1.0) / (high - low)


def levels(ground: Relief, count: int) -> list[float]:
    """Heights that lie at equal distances in the picture, foot and top left out.

    >>> levels(Relief(0.0, 8.0, 0.0), 3)
    [2.0, 4.0, 6.0]
    """
    low, high, bend = ground
    parts = np.arange(1, count + 1) / (count + 1)
    shares = np.expm1(parts * np.log1p(bend)) / bend if bend else parts
    return [float(low + share * (high - low)) for share in shares]
