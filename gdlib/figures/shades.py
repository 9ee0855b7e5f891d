"""Reads a table over two parameters and sorts its cells into what is drawn alike: bands of numbers, categories."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.ticker import MaxNLocator

from . import cells
from .inputs import Array, read_window
from .palette import ACCENT, FAINT, SERIES
from .picture import number

_MOST_CELLS = 400
_DEEPEST, _PALEST = 0.76, 0.03
_LETTERS = "ABCDEF"
"""What tells categories apart where neither colour nor hatching is seen."""


class Shade(NamedTuple):
    """What one kind of cell looks like and is called."""

    mask: cells.Mask
    colour: str
    alpha: float
    hatch: str
    name: str
    letter: str = ""


def read_area(x: Any, y: Any, x_log: bool, y_log: bool) -> Array:
    sides = []
    for argument, given, is_log in (("x", x, x_log), ("y", y, y_log)):
        try:
            pair = read_window(tuple(given), 1)[0]
        except (TypeError, ValueError):
            raise ValueError(f"{argument}: (low, high) with low < high is needed, got {given!r}"[:200]) from None
        if is_log and pair[0] <= 0:
            raise ValueError(f"{argument}: a logarithmic axis needs positive ends, got {given!r}"[:200])
        sides.append(pair)
    return np.stack(sides)


def read_pairs(argument: str, given: Any) -> dict[str, tuple[Array, Array]]:
    if given is not None and not isinstance(given, Mapping):
        raise TypeError(f"{argument}: a mapping from label to (x, y) is needed, got {type(given).__name__}")
    if given and len(given) > 5:
        raise ValueError(f"{argument}: at most 5 can be told apart, got {len(given)}")
    out = {}
    for label, pair in (given or {}).items():
        try:
            x, y = (np.atleast_1d(np.asarray(part, dtype=np.float64)) for part in pair)
        except (TypeError, ValueError):
            raise ValueError(f"{argument}: {label!r} needs (x, y), two lists of numbers, got {pair!r}"[:200]) from None
        if x.ndim != 1 or x.shape != y.shape or not (np.isfinite(x) & np.isfinite(y)).any():
            raise ValueError(f"{argument}: {label!r} needs (x, y), two lists of one length, got {pair!r}"[:200])
        out[str(label)] = x, y
    return out


def read_table(
    values: Any, area: Array, columns: int, ratio: float, logs: tuple[bool, bool]
) -> tuple[Array, tuple[Array, Array]]:
    """The value of each cell, and where the columns and the rows begin and end."""
    if callable(values):
        if not 2 <= columns <= _MOST_CELLS:
            raise ValueError(f"columns: 2 to {_MOST_CELLS} are needed, got {columns}")
        shape = (max(2, round(columns * ratio)), int(columns))
    else:
        try:
            given: Array = np.asarray(values, dtype=np.float64)
        except (TypeError, ValueError):
            raise TypeError(
                f"values: a table of numbers or a function is needed, got {type(values).__name__}"
            ) from None
        if given.ndim != 2 or not all(2 <= side <= _MOST_CELLS for side in given.shape):
            raise ValueError(f"values: 2 to {_MOST_CELLS} rows and columns are needed, got shape {given.shape}")
        shape = given.shape
    ends = [np.log(side) if is_log else side for side, is_log in zip(area, logs, strict=True)]
    evenly = [np.linspace(side[0], side[1], 2 * count + 1) for side, count in zip(ends, shape[::-1], strict=True)]
    places = [np.exp(place) if is_log else place for place, is_log in zip(evenly, logs, strict=True)]
    if callable(values):
        across, up = np.meshgrid(places[0][1::2], places[1][1::2])
        with np.errstate(all="ignore"):
            found = values(across, up)
        try:
            given = np.asarray(found, dtype=np.float64)
        except (TypeError, ValueError):
            raise TypeError(f"values: a function that gives numbers is needed, got {type(found).__name__}") from None
        if given.shape != shape:
            raise ValueError(f"values: a table of shape {shape} is needed, got {given.shape}")
    return given, (places[0][::2], places[1][::2])


def _edges(numbers: Array, bands: Any, log: bool) -> Array:
    if not isinstance(bands, (int, np.integer)):
        edges = np.asarray(bands, dtype=np.float64)
        if edges.ndim != 1 or not 2 <= len(edges) <= 17 or not np.isfinite(edges).all() or (np.diff(edges) <= 0).any():
            raise ValueError(f"bands: 2 to 17 rising finite edges are needed, got {bands!r}"[:200])
        return edges
    if not 1 <= bands <= 12:
        raise ValueError(f"bands: 1 to 12, or their edges, are needed, got {bands}")
    if log and not (numbers > 0).any():
        raise ValueError("log: at least one positive value is needed, got none")
    low, high = (numbers[numbers > 0] if log else numbers).min(), numbers.max()
    if low == high:
        return np.array([low, low + (abs(low) or 1.0)])
    if log:
        # Edges of two digits can be read off a key; the numbers beyond the outer ones belong to the outer bands.
        rounded = np.unique([float(f"{edge:.2g}") for edge in np.geomspace(low, high, int(bands) + 1)])
        return rounded if len(rounded) > 1 else np.array([low, high])
    return np.asarray(MaxNLocator(int(bands), steps=[1, 2, 2.5, 5, 10]).tick_values(low, high), dtype=np.float64)


def number_shades(table: Array, bands: Any, log: bool, missing: str) -> tuple[list[Shade], Array]:
    known = np.isfinite(table)
    if not known.any() and isinstance(bands, (int, np.integer)):  # edges of bands can only be read off numbers
        raise ValueError("values: at least one finite number is needed, got none")
    edges = _edges(table[known], bands, log)
    place = np.clip(np.searchsorted(edges, table, side="right") - 1, 0, len(edges) - 2)
    place = np.where(table == edges[-1], len(edges) - 2, place)
    depth = np.linspace(_DEEPEST, _PALEST, len(edges) - 1) if len(edges) > 2 else np.array([_DEEPEST / 2])
    out = []
    for k, alpha in enumerate(depth):
        name = f"{number(float(edges[k]))} to {number(float(edges[k + 1]))}"
        out.append(Shade(known & (place == k), ACCENT, float(alpha), "plain", name))
    if not known.all():
        out.append(Shade(~known, FAINT, 0.0, "rising lines", missing))
    return out, edges


def category_shades(table: Array, categories: Any, missing: str) -> list[Shade]:
    if isinstance(categories, str) or not isinstance(categories, Sequence) or not 1 <= len(categories) <= 6:
        raise ValueError(f"categories: 1 to 6 names are needed, got {categories!r}"[:200])
    whole = np.isfinite(table) & (table == np.round(table))
    if not (whole & (table >= -1) & (table < len(categories))).all():
        raise ValueError(f"values: whole numbers from -1 to {len(categories) - 1} are needed, got others")
    depth = (0.34, 0.5, 0.22, 0.42, 0.3, 0.16)
    out = [
        Shade(table == k, SERIES[k], depth[k], cells.HATCHINGS[k], str(name), _LETTERS[k])
        for k, name in enumerate(categories)
    ]
    if (table == -1).any():
        out.append(Shade(table == -1, FAINT, 0.0, "crossed lines", missing))
    return out
