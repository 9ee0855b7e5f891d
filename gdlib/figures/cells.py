"""Finds, in a table of cells, the runs along the rows, hatching lines and the middle of a region."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.path import Path as Outline
from numpy.typing import NDArray

from .inputs import Array

Mask = NDArray[np.bool_]
Segments = list[tuple[float, float, float, float]]
"""Each from (x, y) to (x, y), in cells: cell (row, column) reaches from (column, row) to (column + 1, row + 1)."""

HATCHINGS = ("plain", "rising lines", "falling lines", "level lines", "upright lines", "crossed lines")


def _runs(line: Mask) -> Any:
    """Where the runs of True begin and where they have ended."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], line.astype(int), [0]])))
    return zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)


def strips(mask: Mask) -> Segments:
    """The runs of True in each row, as level lines through the middle of their cells."""
    return [(a, row + 0.5, b, row + 0.5) for row, line in enumerate(mask) for a, b in _runs(line)]


def _level(mask: Mask, every: int) -> Segments:
    return [
        (a, row + 0.5, b, row + 0.5)
        for row in range(every // 2, len(mask), every)
        for a, b in _runs(mask[row])
    ]  # fmt: skip


def _rising(mask: Mask, every: int) -> Segments:
    rows, columns = mask.shape
    out = []
    for shift in range(-(rows // every) * every, columns, every):
        x, y = max(shift, 0), max(-shift, 0)
        out += [(x + a, y + a, x + b, y + b) for a, b in _runs(np.diagonal(mask, shift)) if b - a > 1]
    return out


def _falling(mask: Mask, every: int) -> Segments:
    rows = len(mask)
    return [(x0, rows - y0, x1, rows - y1) for x0, y0, x1, y1 in _rising(mask[::-1], every)]


def hatching(mask: Mask, kind: str, every: int) -> Segments:
    """Lines of one of the HATCHINGS, `every` so many cells, where the mask is True."""
    if kind == "rising lines":
        return _rising(mask, every)
    if kind == "falling lines":
        return _falling(mask, every)
    if kind == "level lines":
        return _level(mask, every)
    if kind == "upright lines":
        return [(y0, x0, y1, x1) for x0, y0, x1, y1 in _level(mask.T, every)]
    return _rising(mask, 2 * every) + _falling(mask, 2 * every) if kind == "crossed lines" else []


def middle(mask: Mask) -> tuple[float, float, int] | None:
    """The cell that lies deepest in the region, as (x, y, how many cells from its edge); None if there is none.

    The depth counts steps along rows and columns; the table's own edge is an edge.
    """
    left, depth, last = np.pad(mask, 1), 0, None
    while left.any():
        last, depth = left, depth + 1
        left = left & np.roll(left, 1, 0) & np.roll(left, -1, 0) & np.roll(left, 1, 1) & np.roll(left, -1, 1)
    if last is None:
        return None
    places = np.argwhere(last) - 1
    row, column = places[np.abs(places - places.mean(axis=0)).sum(axis=1).argmin()]
    return float(column) + 0.5, float(row) + 0.5, depth


def as_path(segments: Segments, x: Array, y: Array) -> Outline:
    """The segments as one path; `x` and `y` are the places of the edges of columns and rows."""
    ends = np.array(segments, dtype=np.float64).reshape(-1, 2)
    counted = np.arange(max(len(x), len(y)))
    points = np.stack(
        [np.interp(ends[:, 0], counted[: len(x)], x), np.interp(ends[:, 1], counted[: len(y)], y)], axis=1
    )
    return Outline(points, np.tile([Outline.MOVETO, Outline.LINETO], len(segments)))
