"""Draws small grey images, such as handwritten digits, as squares of ink that follow the page's colours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.patches import PathPatch
from matplotlib.path import Path as Outline

from .palette import INK, LINE
from .picture import Figure, canvas

_SHADES = 5


def _strips(image: Any, shade: int, shades: Any, left: float, top: float) -> list[Outline]:
    """Runs of pixels of one shade, each a rectangle one pixel high."""
    out = []
    for row, line in enumerate(shades == shade):
        edges = np.flatnonzero(np.diff(np.concatenate([[0], line.astype(int), [0]])))
        for a, b in zip(edges[::2], edges[1::2], strict=True):
            x0, x1, y0, y1 = left + a, left + b, top + row, top + row + 1
            out.append(Outline([(x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)], closed=True))
    return out


def digits(
    images: Any,
    labels: Sequence[Any] | None = None,
    *,
    columns: int = 10,
    caption: str | None = None,
    alt: str | None = None,
) -> Figure:
    """Draws images of digits in rows, ink dark on paper, each with its label below.

    Args:
        images: shape (k, height, width), ink high; scaled by the largest value there is.
        labels: one for each image.
        columns: images in a row.
        caption, alt: the sentence under the figure; what it shows in words (else written from the labels).
    """
    pixels = np.asarray(images, dtype=np.float64)
    if pixels.ndim == 2:
        pixels = pixels[None]
    if pixels.ndim != 3 or not pixels.size:
        raise ValueError(f"images: shape (k, height, width) is needed, got {pixels.shape}")
    if len(pixels) > 60:
        raise ValueError(f"images: at most 60 fit in a figure, got {len(pixels)}")
    if labels is not None and len(labels) != len(pixels):
        raise ValueError(f"labels: one for each of {len(pixels)} images is needed, got {len(labels)}")
    if columns < 1:
        raise ValueError(f"columns: at least 1 is needed, got {columns}")
    count, height, width = pixels.shape
    columns = min(columns, count)
    rows = -(-count // columns)
    shades = np.ceil(pixels / (pixels.max() or 1.0) * _SHADES - 0.25).astype(int)
    room_x, room_y = width + 3, height + (13 if labels is not None else 3)
    inches = min(6.4, 0.64 * columns)
    with canvas(inches, inches * rows * room_y / (columns * room_x)) as paper:
        axes = paper.axes
        axes.set_position((0.0, 0.0, 1.0, 1.0))
        axes.set_axis_off()
        axes.set_xlim(-1.5, columns * room_x - 1.5)
        axes.set_ylim(rows * room_y - 1.5, -1.5)
        places = [((k % columns) * room_x, (k // columns) * room_y) for k in range(count)]
        frames = [
            Outline([(x, y), (x + width, y), (x + width, y + height), (x, y + height), (x, y)], closed=True)
            for x, y in places
        ]
        axes.add_patch(PathPatch(Outline.make_compound_path(*frames), facecolor="none", edgecolor=LINE, linewidth=0.7))
        for shade in range(1, _SHADES + 1):
            strips = [s for k, (x, y) in enumerate(places) for s in _strips(pixels[k], shade, shades[k], x, y)]
            if strips:
                whole = Outline.make_compound_path(*strips)
                axes.add_patch(PathPatch(whole, facecolor=INK, edgecolor="none", alpha=shade / _SHADES))
        for (x, y), label in zip(places, labels if labels is not None else (), strict=False):
            axes.text(x + width / 2, y + height + 5, str(label), ha="center", va="center", color=INK, size=9.5)
        svg = paper.svg()
    shown = "" if labels is None else ", with the labels " + ", ".join(str(label) for label in labels)
    return Figure(
        [(svg, "Handwritten digits", alt or f"{count} grey images of {height} by {width} pixels{shown}.")],
        caption,
    )
