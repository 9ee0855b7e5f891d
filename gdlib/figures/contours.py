"""Finds where a function of two variables has which height: levels, lines and the ground between them."""

from __future__ import annotations

from typing import Any, NamedTuple

import contourpy
import numpy as np

from gdlib.landscapes.relief import lies_low, line_height

from .inputs import Array, Landscape, number_list

_GRID = 160


class Ground(NamedTuple):
    """The heights on a grid over a window, and the levels at which lines are drawn."""

    x: Array
    y: Array
    z: Array
    levels: Array
    even: bool  # equally spaced levels; else each gap is a fixed multiple of the one below


def survey(f: Landscape, window: Array, levels: int | Any) -> Ground:
    x = np.linspace(window[0, 0], window[0, 1], _GRID)
    y = np.linspace(window[1, 0], window[1, 1], _GRID)
    with np.errstate(all="ignore"):
        z = np.asarray(f(np.stack(np.meshgrid(x, y), axis=-1)), dtype=np.float64)
    if z.shape != (_GRID, _GRID):
        raise ValueError(f"f: one value for each point is needed, got shape {z.shape} for {(_GRID, _GRID, 2)}")
    z = np.where(np.isfinite(z), z, np.nan)
    if np.isnan(z).all():
        raise ValueError("f: a finite value somewhere in the window is needed, got none")
    if not isinstance(levels, (int, np.integer)):
        return Ground(x, y, z, number_list(levels, "levels"), False)
    if not 1 <= levels <= 40:
        raise ValueError(f"levels: 1 to 40, or the levels themselves, are needed, got {levels}")
    low, middle, high = float(np.nanmin(z)), float(np.nanmedian(z)), float(np.nanmax(z))
    if low == high:
        return Ground(x, y, z, np.array([]), True)
    heights = line_height(low, middle, high, np.arange(levels), levels)
    return Ground(x, y, z, heights, not lies_low(low, middle, high))


def lines(ground: Ground) -> list[Array]:
    """The contour lines of all levels, each (k, 2)."""
    generator = contourpy.contour_generator(ground.x, ground.y, np.ma.masked_invalid(ground.z))
    out = []
    for level in ground.levels:
        out += [np.asarray(line) for line in generator.lines(float(level)) if len(line) > 2]
    return out


def areas(ground: Ground, bands: int) -> list[list[tuple[Array, Array]]]:
    """For each of `bands` rising heights the polygons (points, codes) of all that is higher.

    Painted in this order each covers the one before, so that no gap shows between neighbours.
    """
    if not len(ground.levels):
        return []
    generator = contourpy.contour_generator(
        ground.x, ground.y, np.ma.masked_invalid(ground.z), fill_type=contourpy.FillType.OuterCode
    )
    count = min(bands - 1, len(ground.levels))
    at = np.linspace(0, len(ground.levels) - 1, count).round().astype(int)
    out = []
    for level in ground.levels[np.unique(at)]:
        points, codes = generator.filled(float(level), np.inf)[:2]
        out.append([(np.asarray(p), np.asarray(c)) for p, c in zip(points, codes, strict=True)])
    return out


def simplified(points: Array, tolerance: float) -> Array:
    """Douglas and Peucker's line through fewer points, never further than `tolerance` from the given one."""
    if len(points) < 4:
        return points
    keep = np.zeros(len(points), dtype=bool)
    keep[[0, -1]] = True
    # A closed line has no chord from end to end: cut it at its far side first.
    middle = int(np.argmax(((points - points[0]) ** 2).sum(axis=1)))
    keep[middle] = True
    todo = [(0, middle), (middle, len(points) - 1)]
    while todo:
        a, b = todo.pop()
        if b - a < 2:
            continue
        chord = points[b] - points[a]
        away = points[a + 1 : b] - points[a]
        length = float(np.hypot(*chord))
        if length:
            distance = np.abs(chord[0] * away[:, 1] - chord[1] * away[:, 0]) / length
        else:
            distance = np.hypot(away[:, 0], away[:, 1])
        far = int(np.argmax(distance))
        if distance[far] > tolerance:
            keep[a + 1 + far] = True
            todo += [(a, a + 1 + far), (a + 1 + far, b)]
    return points[keep]
