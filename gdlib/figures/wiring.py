"""Draws a small network: what its units hold, the weights of its lines, and the slopes that come back."""

from __future__ import annotations

import numbers
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any

from matplotlib.axes import Axes
from matplotlib.patches import Circle

from .palette import FAINT, INK, PAPER, SERIES
from .picture import Figure, canvas, number

_RADIUS = 0.3
_APART = 1.75  # from layer to layer
_INCHES = 1.1  # so narrow that the words can still be read on a phone
_BACK = SERIES[1]

Layers = Sequence[Sequence[Any]]
Matrices = Sequence[Sequence[Sequence[Any]]]


def network(
    units: Layers,
    weights: Matrices,
    *,
    slopes: Layers | None = None,
    weight_slopes: Matrices | None = None,
    names: Sequence[str] = (),
    caption: str | None = None,
    alt: str | None = None,
) -> Figure:
    """Draws the layers of a network from left to right.

    Args:
        units: for each layer what its units hold, numbers or short texts.
        weights: for each layer but the last, rows of weights: [i][j] leads from its unit i to unit j.
        slopes: shaped like `units`: the slope of the loss by what a unit holds, None where nothing is shown.
        weight_slopes: shaped like `weights`: the slope of the loss by each weight.
        names: what stands above each layer.
        caption, alt: the sentence under the figure; what it shows in words (else written from the data).
    """
    sizes = [len(layer) for layer in units]
    if len(sizes) < 2 or not all(1 <= size <= 5 for size in sizes):
        raise ValueError(f"units: at least two layers of 1 to 5 units are needed, got layers of {sizes}")
    _check_matrices(weights, sizes, "weights")
    if slopes is not None and [len(layer) for layer in slopes] != sizes:
        raise ValueError(f"slopes: layers of {sizes} are needed, got {[len(layer) for layer in slopes]}")
    if weight_slopes is not None:
        _check_matrices(weight_slopes, sizes, "weight_slopes")
    if names and len(names) != len(sizes):
        raise ValueError(f"names: one for each of {len(sizes)} layers is needed, got {len(names)}")
    places = [[(_APART * k, 1.5 * ((size - 1) / 2 - i)) for i in range(size)] for k, size in enumerate(sizes)]
    tall = 1.5 * (max(sizes) - 1) / 2 + 0.75
    wide = _APART * (len(sizes) - 1)
    with canvas(_INCHES * (wide + 0.9), _INCHES * (2 * tall + (0.35 if names else 0))) as paper:
        axes = paper.axes
        axes.set_position((0, 0, 1, 1))
        axes.set_axis_off()
        axes.set_xlim(-0.45, wide + 0.45)
        axes.set_ylim(-tall, tall + (0.35 if names else 0))
        for k, i, j in _lines(sizes):
            back = None if weight_slopes is None else weight_slopes[k][i][j]
            _draw_line(axes, places[k][i], places[k + 1][j], weights[k][i][j], back)
        for k, layer in enumerate(units):
            for i, held in enumerate(layer):
                _draw_unit(axes, places[k][i], held, None if slopes is None else slopes[k][i])
            if names:
                axes.text(places[k][0][0], tall + 0.12, names[k], ha="center", va="center", color=FAINT)
        svg = paper.svg()
    words = " ".join(_words(units, weights, slopes, weight_slopes))
    return Figure([(svg, f"Network with layers of {', '.join(map(str, sizes))}", alt or words)], caption)


def _check_matrices(matrices: Matrices, sizes: Sequence[int], argument: str) -> None:
    needed = list(pairwise(sizes))
    got = [(len(matrix), *{len(row) for row in matrix}) for matrix in matrices]
    if got != needed:
        raise ValueError(f"{argument}: matrices of shapes {needed} are needed, got {got}")


def _lines(sizes: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    for k in range(len(sizes) - 1):
        for i in range(sizes[k]):
            for j in range(sizes[k + 1]):
                yield k, i, j


def _text(held: Any) -> str:
    return number(float(held)) if isinstance(held, numbers.Real) else str(held)


def _draw_line(axes: Axes, a: tuple[float, float], b: tuple[float, float], weight: Any, back: Any) -> None:
    axes.plot([a[0], b[0]], [a[1], b[1]], color=FAINT, linewidth=1.1, zorder=1)
    # Nearer to where the line begins: one unit's lines have parted there, and have not yet crossed others.
    share = 0.34
    x, y = (p + share * (q - p) for p, q in zip(a, b, strict=True))
    box = {"facecolor": PAPER, "edgecolor": "none", "pad": 1.5}
    if back is None:
        axes.text(x, y, _text(weight), ha="center", va="center", color=INK, bbox=box, zorder=2)
        return
    axes.text(x, y + 0.1, _text(weight), ha="center", va="center", color=INK, bbox=box, zorder=2)
    axes.text(
        x,
        y - 0.1,
        f"← {_text(back)}",
        ha="center",
        va="center",
        color=_BACK,
        bbox=box,
        zorder=2,
        style="italic",
    )


def _draw_unit(axes: Axes, place: tuple[float, float], held: Any, slope: Any) -> None:
    axes.add_patch(Circle(place, _RADIUS, facecolor=PAPER, edgecolor=INK, linewidth=1.5, zorder=3))
    axes.text(*place, _text(held), ha="center", va="center", color=INK, zorder=4)
    if slope is not None:
        below = (place[0], place[1] - _RADIUS - 0.17)
        axes.text(*below, f"← {_text(slope)}", ha="center", va="center", color=_BACK, style="italic", zorder=4)


def _words(units: Layers, weights: Matrices, slopes: Layers | None, weight_slopes: Matrices | None) -> Iterator[str]:
    for k, layer in enumerate(units):
        yield f"Layer {k + 1} holds {_row(layer)}."
        if slopes is not None and any(slope is not None for slope in slopes[k]):
            yield f"Slopes that come back: {_row('none' if slope is None else slope for slope in slopes[k])}."
        if k < len(weights):
            yield f"Weights from layer {k + 1}, unit by unit: {'; '.join(map(_row, weights[k]))}."
            if weight_slopes is not None:
                yield f"Their slopes: {'; '.join(map(_row, weight_slopes[k]))}."


def _row(held: Iterable[Any]) -> str:
    return ", ".join(map(_text, held))
