"""Draws a function of two parameters as a map of cells, shaded by number or by category, with curves over it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.font_manager import FontProperties
from matplotlib.patches import PathPatch
from matplotlib.path import Path as Outline
from matplotlib.textpath import text_to_path
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

from . import cells
from .inputs import Array
from .palette import DASHES, FAINT, INK, MARKERS, PAPER
from .picture import Canvas, Figure, canvas, number
from .shades import Shade, category_shades, number_shades, read_area, read_pairs, read_table

_HATCHED = 0.085  # inches between hatching lines
_NAMED, _KEYED = 9.5, 10.5  # points: the names beside the key's boxes, and what stands over it
_BESIDE = 0.34  # inches from the key's left end to the names


def plane(
    values: Any,
    x: Sequence[float],
    y: Sequence[float],
    *,
    x_label: str,
    y_label: str,
    key: str = "",
    log: bool = False,
    bands: int | Sequence[float] = 8,
    categories: Sequence[str] | None = None,
    missing: str = "no value",
    curves: Mapping[str, Sequence[Any]] | None = None,
    points: Mapping[str, Sequence[Any]] | None = None,
    x_log: bool = False,
    y_log: bool = False,
    equal: bool = False,
    columns: int = 140,
    caption: str | None = None,
    alt: str | None = None,
) -> Figure:
    """Draws a function of two parameters as a map of small cells: how fast, how far, or to which minimum.

    Numbers are drawn in bands, the lowest darkest, with a key; NaN and infinities are hatched. Categories differ in
    colour, in hatching and by a letter.

    Args:
        values: shape (rows, columns), the first row lowest; or a function of two arrays of that shape, the parameters
            at the middle of each cell, which returns such a table. Of categories: whole numbers, -1 for none.
        x, y: (low, high), where the map begins and ends.
        x_label, y_label: the axes' labels, with symbols and units.
        key: what the shades stand for.
        log: bands of equal ratios, not of equal differences; what is not positive belongs to the lowest.
        bands: how many there are about, or their edges, in rising order.
        categories: the names of the categories 0, 1, …, at most 6; without them the values are numbers.
        missing: what a hatched cell means.
        curves: from label to (x, y), drawn as lines, at most 5.
        points: from label to (x, y), drawn as marks, at most 5.
        x_log, y_log: logarithmic axes.
        equal: a unit is as long along both axes.
        columns: how many cells across, if `values` is a function.
        caption, alt: the sentence under the figure; what it shows in words (else written from the data).

    >>> figure = plane(lambda lr, beta: abs(1 - lr) + beta, (0, 2), (0, 1), x_label="η", y_label="β", bands=[0, 1, 2])
    >>> figure.alt.split(". ")[1]
    '0 to 1: 50 % of the map'
    """
    area = read_area(x, y, x_log, y_log)
    overlays = {"curves": read_pairs("curves", curves), "points": read_pairs("points", points)}
    span = area[:, 1] - area[:, 0]
    ratio = float(span[1] / span[0])
    if equal and (x_log or y_log or not 0.2 <= ratio <= 2.5):
        raise ValueError(f"equal: needs linear axes of like length, got one {number(ratio)} times the other")
    width = min(4.0, 4.2 / ratio) if equal else 4.0
    height = width * ratio if equal else 3.2
    table, edges = read_table(values, area, columns, height / width, (x_log, y_log))
    if categories is None:
        shades, told = number_shades(table, bands, log, missing)
    else:
        shades, told = category_shades(table, categories, missing), np.empty(0)
    labels = [*overlays["curves"], *overlays["points"]]
    over = 2 if all(len(label) < 27 for label in labels) else 1
    left, bottom, top = 0.62, 0.52, 0.14 + 0.24 * -(-len(labels) // over) + (0.1 if labels else 0)
    side = 0.08 + max(0.6, _wide(key, _KEYED), *(_BESIDE + _wide(name, _NAMED) for name in _names(shades, told)))
    with canvas(left + width + 0.2 + side, bottom + height + top) as paper:
        axes = paper.axes
        size = paper.figure.get_size_inches()
        axes.set_position((left / size[0], bottom / size[1], width / size[0], height / size[1]))
        axes.set_xscale("log" if x_log else "linear")
        axes.set_yscale("log" if y_log else "linear")
        axes.set_xlim(*area[0])
        axes.set_ylim(*area[1])
        for axis, is_log in ((axes.xaxis, x_log), (axes.yaxis, y_log)):
            _ticks(axis, is_log)
        _paint(axes, shades, edges, (width, height))
        _paint_over(axes, overlays)
        axes.set_xlabel(x_label)
        axes.set_ylabel(y_label)
        if labels:
            axes.legend(ncols=over, loc="lower left", bbox_to_anchor=(-0.02, 1), borderaxespad=0.3, handlelength=3)
        box = ((left + width + 0.2) / size[0], bottom / size[1], side / size[0], height / size[1])
        _paint_key(paper, box, (side, height), shades, told, key)
        svg = paper.svg()
    name = key or "A quantity"
    title = f"Map of {name} over {x_label} and {y_label}"
    return Figure([(svg, title, alt or _words(title, area, shades, overlays))], caption)


def _names(shades: list[Shade], edges: Array) -> list[str]:
    """What is written beside the key's boxes: the edges of the bands, the names of what is no band."""
    return [*(number(float(edge)) for edge in edges), *(shade.name for shade in shades[max(len(edges) - 1, 0) :])]


def _wide(text: str, points: float) -> float:
    """Its width in inches in DejaVu Sans: hardly a page's font is wider."""
    font = FontProperties(family="DejaVu Sans", size=points)
    return float(text_to_path.get_text_width_height_descent(text, font, ismath=False)[0]) / 72


def _ticks(axis: Any, is_log: bool) -> None:
    if is_log:
        axis.set_major_locator(LogLocator(base=10, numticks=8))
        axis.set_minor_formatter(NullFormatter())
    else:
        axis.set_major_locator(MaxNLocator(7, steps=[1, 2, 2.5, 5, 10]))
    axis.set_major_formatter(FuncFormatter(lambda value, _: number(round(value, 12) if not is_log else value)))


def _stroke(axes: Axes, path: Outline, colour: str, width: float, alpha: float, zorder: float = 1.0) -> None:
    look: dict[str, Any] = {"facecolor": "none", "edgecolor": colour, "linewidth": width, "alpha": alpha}
    axes.add_patch(PathPatch(path, **look, capstyle="butt", snap=False, zorder=zorder))


def _paint(axes: Axes, shades: list[Shade], edges: tuple[Array, Array], inches: tuple[float, float]) -> None:
    rows, columns = shades[0].mask.shape
    thick = 72 * inches[1] / rows + 0.12  # a little more than a row: no gap may show between two
    every = max(2, round(_HATCHED * columns / inches[0]))
    for shade in shades:
        if shade.alpha and shade.mask.any():
            _stroke(axes, cells.as_path(cells.strips(shade.mask), *edges), shade.colour, thick, shade.alpha, zorder=0.5)
    for shade in shades:
        lines = cells.hatching(shade.mask, shade.hatch, every)
        if lines:
            _stroke(axes, cells.as_path(lines, *edges), shade.colour, 0.7, 0.75, zorder=0.6)
    for shade in shades:
        found = cells.middle(shade.mask) if shade.letter else None
        if found is not None and found[2] * inches[0] / columns > 0.09:
            x, y = (float(np.interp(found[k], np.arange(len(side)), side)) for k, side in enumerate(edges))
            _letter(axes.text(x, y, shade.letter, ha="center", va="center", color=INK, weight="bold", zorder=3))


def _letter(text: Any) -> None:
    """Paper behind a letter, so that it is read on every shade."""
    text.set_bbox({"facecolor": PAPER, "edgecolor": "none", "alpha": 0.8, "boxstyle": "square,pad=0.12"})


def _paint_over(axes: Axes, overlays: Mapping[str, Mapping[str, tuple[Array, Array]]]) -> None:
    for k, (label, (x, y)) in enumerate(overlays["curves"].items()):
        axes.plot(x, y, color=PAPER, linewidth=4, alpha=0.8, zorder=2)
        axes.plot(x, y, color=INK, linestyle=DASHES[k], linewidth=1.7, zorder=2.2, label=label)
    for k, (label, (x, y)) in enumerate(overlays["points"].items()):
        axes.plot(
            x, y, linestyle="none", marker=MARKERS[k], markersize=8, color=INK, markeredgecolor=PAPER,
            markeredgewidth=1.4, zorder=4, clip_on=False, label=label,
        )  # fmt: skip


def _paint_key(
    paper: Canvas, box: tuple[float, float, float, float], inches: tuple[float, float], shades: list[Shade],
    edges: Array, key: str,
) -> None:  # fmt: skip
    """A column of boxes, one for each kind of cell, with edges or names at their right."""
    axes = paper.figure.add_axes(box)
    axes.set_axis_off()
    axes.set_xlim(0, inches[0])
    axes.set_ylim(0, inches[1])
    top = inches[1] - (0.27 if key else 0.02)
    if key:
        axes.text(0, inches[1] - 0.02, key, color=INK, size=_KEYED, va="top")
    bands = len(edges) - 1 if len(edges) else 0
    high = min(0.27, (top - 0.4) / max(bands, 1))
    y = top
    for k, shade in enumerate([*shades[:bands][::-1], *shades[bands:]]):
        tall = high if k < bands else 0.22
        y -= tall + (0 if 0 < k < bands else 0.1)
        corners = [(0, y), (0.28, y), (0.28, y + tall), (0, y + tall), (0, y)]
        if shade.alpha:
            axes.add_patch(PathPatch(Outline(corners), facecolor=shade.colour, edgecolor="none", alpha=shade.alpha))
        mask = np.ones((round(100 * tall), 28), dtype=bool)
        lines = cells.hatching(mask, shade.hatch, 8)
        if lines:
            across, up = np.linspace(0, 0.28, 29), np.linspace(y, y + tall, len(mask) + 1)
            _stroke(axes, cells.as_path(lines, across, up), shade.colour, 0.7, 0.75)
        axes.add_patch(PathPatch(Outline(corners), facecolor="none", edgecolor=FAINT, linewidth=0.5))
        if k < bands:
            axes.text(_BESIDE, y, number(float(edges[bands - 1 - k])), color=INK, size=_NAMED, va="center")
            if k == 0:
                axes.text(_BESIDE, y + tall, number(float(edges[-1])), color=INK, size=_NAMED, va="center")
        else:
            axes.text(_BESIDE, y + tall / 2, shade.name, color=INK, size=_NAMED, va="center")
        if shade.letter:
            _letter(
                axes.text(0.14, y + tall / 2, shade.letter, color=INK, size=9, va="center", ha="center", weight="bold")
            )


def _words(title: str, area: Array, shades: list[Shade], overlays: Mapping[str, Mapping[str, Any]]) -> str:
    spans = ", ".join(f"from {number(low)} to {number(high)}" for low, high in area)
    out = [f"{title}, {spans}."]
    for shade in shades:
        share = 100 * float(shade.mask.mean())
        if share:
            out.append(f"{shade.name}: {number(float(f'{share:.2g}'))} % of the map.")
    for label, (x, y) in overlays["curves"].items():
        ends = [number(float(f"{end:.3g}")) for end in (x[0], y[0], x[-1], y[-1])]
        out.append(f"Curve {label}: from ({ends[0]}, {ends[1]}) to ({ends[2]}, {ends[3]}).")
    for label, (x, y) in overlays["points"].items():
        places = ", ".join(
            f"({number(float(f'{a:.3g}'))}, {number(float(f'{b:.3g}'))})" for a, b in zip(x, y, strict=True)
        )
        out.append(f"{label} at {places}.")
    return " ".join(out)
