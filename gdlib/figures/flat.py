"""Draws a function of two variables from above: contour lines, height as a tint, and the paths of runs."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch
from matplotlib.path import Path as Outline

from . import contours
from .inputs import Array, Landscape, Path, axis_names, check_landscape, read_runs, read_window, title_of
from .palette import DASHES, FAINT, INK, LEVELS, MARKERS, PAPER, SERIES
from .picture import Figure, canvas, number

_TOLERANCE = 0.2  # of a pixel
_MOST_POINTS = 400


def paint_ground(axes: Axes, ground: contours.Ground, window: Array, inches: Array) -> None:
    """The tint from low (deep) to high (pale), then the lines; simplified as the eye sees them, in pixels."""
    axes.set_xlim(window[0, 0], window[0, 1])
    axes.set_ylim(window[1, 0], window[1, 1])
    box = axes.get_position()
    size = inches * 96 * (box.width, box.height)
    scale = size / (window[:, 1] - window[:, 0])
    corners = [(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)]
    axes.add_patch(
        PathPatch(Outline(corners), transform=axes.transAxes, facecolor=LEVELS[0], edgecolor="none", zorder=0)
    )
    for tint, band in zip(LEVELS[1:], contours.areas(ground, len(LEVELS)), strict=False):
        pieces = []
        for points, codes in band:
            starts = [*np.flatnonzero(codes == Outline.MOVETO), len(codes)]
            for a, b in pairwise(starts):
                ring = contours.simplified(points[a:b] * scale, _TOLERANCE) / scale
                kinds = np.full(len(ring), Outline.LINETO)
                kinds[0], kinds[-1] = Outline.MOVETO, Outline.CLOSEPOLY
                pieces.append(Outline(ring, kinds))
        if pieces:
            whole = Outline.make_compound_path(*pieces)
            axes.add_patch(PathPatch(whole, facecolor=tint, edgecolor="none", zorder=0.5))
    for line in contours.lines(ground):
        thin = contours.simplified(line * scale, _TOLERANCE) / scale
        axes.add_line(Line2D(thin[:, 0], thin[:, 1], color=FAINT, linewidth=0.5, alpha=0.55, zorder=1))


def _paint_path(axes: Axes, path: Path, series: int, window: Array) -> None:
    """A run's line with a mark at every step, or at every so many steps of a long run, and its last point."""
    colour, dash, marker = SERIES[series], DASHES[series], MARKERS[series]
    reach = 20 * (window[:, 1] - window[:, 0])
    for lane in path.lanes:
        points = lane[np.isfinite(lane).all(axis=1)]
        # Far outside the window a run need not be told exactly; huge numbers break SVG viewers.
        points = np.clip(points, window[:, 0] - reach, window[:, 1] + reach)
        if not len(points):
            continue
        every = 1 if len(points) <= 60 else max(1, len(points) // 20)
        stride = max(1, len(points) // _MOST_POINTS)
        line = points if stride == 1 else np.concatenate([points[::stride], points[-1:]])
        axes.plot(*line.T, color=PAPER, linewidth=3.4, alpha=0.75, zorder=2.5)
        axes.plot(*line.T, color=colour, linestyle=dash, linewidth=1.8, zorder=3)
        axes.plot(
            *points[::every].T,
            color=colour,
            linestyle="none",
            marker=marker,
            markersize=3.6,
            markeredgewidth=0,
            zorder=3.2,
        )
        axes.plot(
            *points[-1:].T,
            color=colour,
            marker=marker,
            markersize=7.5,
            markeredgecolor=PAPER,
            markeredgewidth=1,
            zorder=4,
        )
        axes.plot(
            *points[:1].T,
            color=INK,
            linestyle="none",
            marker="o",
            markersize=8,
            markerfacecolor=PAPER,
            markeredgecolor=INK,
            markeredgewidth=1.6,
            zorder=4,
        )


def _paint_arrows(axes: Axes, f: Landscape, window: Array, count: int) -> None:
    """Arrows straight downhill, all of one length: they show directions only."""
    grad = getattr(f, "grad", None)
    if grad is None:
        raise TypeError(f"arrows: an objective with .grad is needed, got {type(f).__name__}")
    sides = [low + (high - low) * (np.arange(count) + 0.5) / count for low, high in window]
    points = np.stack(np.meshgrid(*sides), axis=-1).reshape(-1, 2)
    with np.errstate(all="ignore"):
        down = -np.asarray(grad(points), dtype=np.float64)
    size = np.hypot(down[:, 0], down[:, 1])
    fine = np.isfinite(size) & (size > 0)
    down = down[fine] / size[fine, None]
    axes.quiver(
        *points[fine].T, *down.T, angles="xy", scale=1.8 * count, width=0.0042, headwidth=4.5, headlength=5,
        color=INK, alpha=0.7, zorder=2,
    )  # fmt: skip


def size_for(window: Array) -> tuple[float, float]:
    """Inches of the picture: a unit is as long along both axes, so that right angles look right."""
    across, along = window[:, 1] - window[:, 0]
    ratio = along / across
    if not 0.4 <= ratio <= 2.0:
        return 4.7, 3.5
    width = min(4.7, 4.2 / ratio)
    return width, width * ratio


def paths(
    f: Landscape,
    runs: Any = (),
    *,
    window: Any = None,
    levels: int | Sequence[float] = 14,
    minima: bool = True,
    arrows: int = 0,
    caption: str | None = None,
    alt: str | None = None,
) -> Figure:
    """Draws the contour lines of `f` (two variables) and the paths that `runs` took over them.

    Args:
        f: an Objective of two variables, or anything with `.n == 2` that has a value at points (..., 2).
        runs: what `gd.descend` returns, a sequence of such runs, or a mapping from label to run; a path
            (k, 2) will do for a run. At most 8.
        window: ((x low, x high), (y low, y high)); without it the objective's own, else what the paths need.
        levels: how many contour lines, or their heights.
        minima: mark the minima that the objective knows with a cross.
        arrows: this many arrows along each side, straight downhill and all equally long.
        caption: the sentence under the figure; formulas stand between dollars.
        alt: what the figure shows, in words; without it, it is written from the data.
    """
    check_landscape(f, 2)
    drawn = read_runs(runs, n=2)
    area = read_window(window, 2, f, drawn)
    ground = contours.survey(f, area, levels)
    known = getattr(f, "minima", None) if minima else None
    spots = np.empty((0, 2)) if known is None else np.asarray(known, dtype=np.float64).reshape(-1, 2)
    names = axis_names(f, 2)
    width, height = size_for(area)
    told = drawn if len(drawn) > 1 or (drawn and drawn[0].label != "run 1") else []
    columns = 1 if any(len(path.label) > 26 for path in told) else 2
    left, bottom, top = 0.55, 0.47, 0.12 + 0.24 * -(-len(told) // columns)
    with canvas(width + left + 0.15, height + bottom + top) as paper:
        axes = paper.axes
        wide, high = paper.figure.get_size_inches()
        axes.set_position((left / wide, bottom / high, width / wide, height / high))
        paint_ground(axes, ground, area, paper.figure.get_size_inches())
        if arrows:
            _paint_arrows(axes, f, area, arrows)
        for series, path in enumerate(drawn):
            _paint_path(axes, path, series, area)
        axes.plot(*spots.T, "x", color=INK, markersize=9, markeredgewidth=2, zorder=5)
        axes.set_xlabel(names[0], style="italic", labelpad=1)
        axes.set_ylabel(names[1], style="italic", rotation=0, labelpad=6)
        axes.locator_params(nbins=6)
        keys = [
            Line2D(
                [],
                [],
                color=SERIES[k],
                linestyle=DASHES[k],
                marker=MARKERS[k],
                markersize=6,
                label=path.label,
            )
            for k, path in enumerate(told)
        ]
        if keys:
            axes.legend(handles=keys, ncols=columns, loc="lower left", bbox_to_anchor=(-0.02, 1), borderaxespad=0.2)
        svg = paper.svg()
    title = f"Contour plot of {title_of(f)}"
    return Figure([(svg, title, alt or _words(title, area, names, ground, drawn, spots))], caption)


def point_in_words(point: Any) -> str:
    return "(" + ", ".join(number(float(f"{c:.3g}")) for c in point) + ")"


def _words(title: str, area: Array, names: list[str], ground: contours.Ground, drawn: list[Path], spots: Array) -> str:
    spans = " and ".join(
        f"{name} from {number(low)} to {number(high)}" for name, (low, high) in zip(names, area, strict=True)
    )
    out = [f"{title}, {spans}."]
    if len(ground.levels) > 1:
        out.append("The levels are equally spaced." if ground.even else "The levels lie closer together low down.")
    inside = [s for s in spots if ((s >= area[:, 0]) & (s <= area[:, 1])).all()]
    if inside:
        out.append(
            ("Minimum" if len(inside) == 1 else "Minima") + " at " + ", ".join(point_in_words(s) for s in inside) + "."
        )
    for path in drawn:
        for lane in path.lanes[:3]:
            points = lane[np.isfinite(lane).all(axis=1)]
            if len(points):
                steps = int(path.t[min(len(points), len(path.t)) - 1])
                out.append(
                    f"{path.label}: from {point_in_words(points[0])} to {point_in_words(points[-1])} in {steps} steps."
                )
        if len(path.lanes) > 3:
            out.append(f"{path.label}: {len(path.lanes) - 3} more starts.")
    return " ".join(out)
