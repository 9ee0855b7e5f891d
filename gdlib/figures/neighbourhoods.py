"""Draws what a function of two variables does close to one point: its Hessian's axes, and where it rises and falls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from . import contours
from .flat import paint_ground, point_in_words
from .inputs import Array, Landscape, axis_names, check_landscape, number_list, read_runs, title_of
from .palette import DASHES, FAINT, INK, LEVELS, MARKERS, PAPER, SERIES
from .picture import Figure, canvas, number

_ANGLES = 7200  # places on a circle at which the sign is looked at
_REACH = 0.8  # of the radius: how far the axes reach, and where the signs are written


def close_up(
    f: Landscape,
    at: Sequence[float] = (0.0, 0.0),
    *,
    radius: float = 1.0,
    axes: bool = False,
    signs: bool = False,
    circle: float | None = None,
    curves: Mapping[str, Any] | None = None,
    size: float = 1.95,
    label: str | None = None,
    caption: str | None = None,
    alt: str | None = None,
) -> Figure:
    """Draws the ground around one point of a function of two variables, small enough to stand in a row.

    Args:
        f: an Objective of two variables; with `axes` it needs `.hess`.
        at: the point, in the middle of the picture.
        radius: half the side of the picture.
        axes: draw the Hessian's eigenvectors: a positive curvature solid with arrows inwards, a negative one dashed
            with arrows outwards, as descent moves; zero dotted.
        signs: no contour lines but the ground above f(at) pale with a plus, the ground below deep with a minus.
        circle: draw a circle of this radius and mark where f crosses the height f(at) on it.
        curves: from label to points (k, 2), drawn as lines. At most 4.
        size: the side of the picture in inches; four of 1.95 stand in a row.
        label: the heading; without it the title of `f`.
        caption, alt: the sentence under the figure; what it shows in words (else written from the data).
    """
    check_landscape(f, 2)
    centre = number_list(at, "at")
    if centre.shape != (2,):
        raise ValueError(f"at: a point of two coordinates is needed, got {at!r}")
    for argument, given in (("radius", radius), ("circle", circle), ("size", size)):
        if given is not None and not (np.isfinite(given) and given > 0):
            raise ValueError(f"{argument}: a number > 0 is needed, got {given!r}")
    if axes and not hasattr(f, "hess"):
        raise TypeError(f"axes: an objective with .hess is needed, got {type(f).__name__}")
    drawn = read_runs(curves, argument="curves", n=2)
    if len(drawn) > 4:
        raise ValueError(f"curves: at most 4 have room, got {len(drawn)}")
    window = np.stack([centre - radius, centre + radius], axis=1)
    heading = title_of(f) if label is None else label
    names = axis_names(f, 2)
    words = [f"Close-up of {heading} around {point_in_words(centre)}."]
    wide, high = size + 0.1, size + 0.33 + 0.22 * len(drawn)
    with canvas(wide, high) as paper:
        box = paper.axes
        box.set_position((0.05 / wide, 0.05 / high, size / wide, size / high))
        box.set_axis_off()
        if signs:
            words += _paint_signs(box, f, centre, radius, size)
        else:
            paint_ground(box, contours.survey(f, window, 11), window, np.array([wide, high]))
        if axes:
            words += _paint_axes(box, np.asarray(f.hess(centre), dtype=np.float64), centre, radius)  # type: ignore[attr-defined]
        if circle is not None:
            words += _paint_circle(box, f, centre, circle)
        for k, path in enumerate(drawn, start=1):
            look: dict[str, Any] = {"color": SERIES[k], "linestyle": DASHES[k], "linewidth": 1.8}
            for lane in path.lanes:
                box.plot(*lane.T, zorder=3, label=path.label, **look)
            words.append(f"{path.label} is drawn through it.")
        box.plot(*centre, "o", color=INK, markersize=5.5, markeredgecolor=PAPER, markeredgewidth=1, zorder=6)
        if drawn:
            box.legend(loc="lower left", bbox_to_anchor=(-0.02, 1), borderaxespad=0.1, handlelength=2.2)
        for name, place in zip(names, ((0.97, 0.02), (0.02, 0.97)), strict=True):
            across, up = ("right", "bottom") if place[0] > 0.5 else ("left", "top")
            box.text(
                place[0],
                place[1],
                name,
                transform=box.transAxes,
                style="italic",
                ha=across,
                va=up,
                color=FAINT,
                zorder=5,
            )
        paper.figure.text(0.5, 1 - 0.14 / high, heading, ha="center", va="center", color=INK, weight="bold")
        svg = paper.svg()
    return Figure([(svg, f"Close-up of {heading}", alt or " ".join(words))], caption)


def _arcs(f: Landscape, centre: Array, radius: float) -> list[tuple[float, float, float]]:
    """The arcs (from, to, sign) of a circle, counter-clockwise, on which f lies above or below f(centre)."""
    angles = 2 * np.pi * (np.arange(_ANGLES) + 0.5) / _ANGLES
    points = centre + radius * np.stack([np.cos(angles), np.sin(angles)], axis=-1)
    with np.errstate(all="ignore"):
        rise = np.asarray(f(points), dtype=np.float64) - float(np.asarray(f(centre)))
    there = np.flatnonzero(rise)
    if not len(there):
        return []
    side = np.sign(rise[there])
    last = np.flatnonzero(side != np.roll(side, -1))  # the sign changes after these
    if not len(last):
        return [(0.0, 2 * np.pi, float(side[0]))]
    ends = angles[there[last]] + np.pi / _ANGLES
    starts = np.roll(ends, 1)
    starts[0] -= 2 * np.pi
    return [(float(a), float(b), float(side[k])) for a, b, k in zip(starts, ends, last, strict=True)]


def _paint_signs(box: Axes, f: Landscape, centre: Array, radius: float, size: float) -> list[str]:
    window = np.stack([centre - radius, centre + radius], axis=1)
    level = float(np.asarray(f(centre)))
    ground = contours.survey(f, window, [level])
    box.set_xlim(*window[0])
    box.set_ylim(*window[1])
    low, high = float(np.nanmin(ground.z)), float(np.nanmax(ground.z))
    heights = [min(low, level) - 1, level, max(high, level) + 1]
    box.contourf(ground.x, ground.y, ground.z, levels=heights, colors=[LEVELS[0], LEVELS[7]], zorder=0)
    scale = 96 * size / (2 * radius)  # pixels to a unit
    for line in contours.lines(ground):
        box.plot(*(contours.simplified(line * scale, 0.2) / scale).T, color=FAINT, linewidth=1.1, zorder=1)
    arcs = _arcs(f, centre, _REACH * radius)
    for start, end, sign in arcs:
        middle = (start + end) / 2
        place = centre + _REACH * radius * np.array([np.cos(middle), np.sin(middle)])
        box.text(
            float(place[0]),
            float(place[1]),
            "+" if sign > 0 else "−",
            ha="center",
            va="center",
            color=INK,
            fontsize=14,
            zorder=4,
        )
    if len(arcs) < 2:
        side = "level" if not arcs else "higher" if arcs[0][2] > 0 else "lower"
        return [f"The ground around it is {side} on all sides."]
    above = sum(1 for *_, sign in arcs if sign > 0)
    return [f"Sectors where the ground is higher: {above}; lower: {len(arcs) - above}."]


def _paint_axes(box: Axes, hessian: Array, centre: Array, radius: float) -> list[str]:
    curvatures, directions = np.linalg.eigh(hessian)
    tiny = 1e-12 * max(1.0, float(np.abs(curvatures).max()))
    words = []
    for curvature, direction in zip(curvatures, directions.T, strict=True):
        sign = 0 if abs(curvature) <= tiny else int(np.sign(curvature))
        series = {1: 0, -1: 1, 0: 2}[sign]
        along = direction if direction[1] > 0 or (direction[1] == 0 and direction[0] > 0) else -direction
        ends = centre + radius * _REACH * np.outer([-1, 1], along)
        box.plot(*ends.T, color=PAPER, linewidth=4, alpha=0.75, zorder=2)
        box.plot(*ends.T, color=SERIES[series], linestyle=DASHES[series], linewidth=2, zorder=3)
        turn = float(np.degrees(np.arctan2(along[1], along[0])))
        for way in (1, -1) if sign else ():
            # A triangle points up; outwards where descent leaves, inwards where it comes in.
            tip = (3, 0, turn - 90 + (0 if way * sign < 0 else 180))
            place = centre + way * radius * _REACH * along * (1.0 if sign < 0 else 0.62)
            box.plot(
                *place, marker=tip, linestyle="none", markersize=9, color=SERIES[series], markeredgewidth=0, zorder=3.5
            )
        text = f"λ = {number(0.0 if sign == 0 else float(f'{curvature:.3g}'))}"
        # Beside the upper end of the axis, on the side towards the middle, where there is room.
        right = along[0] > 0.3
        place = centre + radius * np.array([along[0] * 0.98, min(0.86, along[1] + 0.12)])
        box.text(
            float(place[0]), float(place[1]), text, fontsize=9.5, color=INK, zorder=5,
            ha="right" if right else "left", va="center",
            bbox={"boxstyle": "square,pad=0.12", "facecolor": PAPER, "edgecolor": "none", "alpha": 0.8},
        )  # fmt: skip
        words.append(f"Curvature {text[4:]} along {point_in_words(along)}.")
    return words


def _paint_circle(box: Axes, f: Landscape, centre: Array, radius: float) -> list[str]:
    around = np.linspace(0, 2 * np.pi, 91)
    box.plot(
        *(centre[:, None] + radius * np.stack([np.cos(around), np.sin(around)])),
        color=SERIES[0], linewidth=1.6, zorder=3,
    )  # fmt: skip
    crossings = [end for start, end, _ in _arcs(f, centre, radius) if end - start < 2 * np.pi]
    for angle in crossings:
        place = centre + radius * np.array([np.cos(angle), np.sin(angle)])
        box.plot(*place, MARKERS[1], color=SERIES[1], markersize=6.5, markeredgecolor=PAPER, zorder=4)
    return [f"Sign changes of the rise on the circle of radius {number(radius)}: {len(crossings)}."]
