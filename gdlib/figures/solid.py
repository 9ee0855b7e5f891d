"""Draws functions of two variables as surfaces, seen from a little above, several side by side at one scale.

The projection is written out here: matplotlib's own surfaces cost ten times the bytes and cannot take the
page's colours.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
from matplotlib.collections import PolyCollection

from ..landscapes.relief import Relief, drawn_height, relief, survey
from .inputs import Array, Landscape, axis_names, check_landscape, number_list, read_window, title_of
from .palette import FAINT, INK, LEVELS, LINE, PAPER, SERIES
from .picture import Figure, canvas, number

_CELLS = 16
_TURN, _TILT = -58.0, 24.0


def _project(u: Array, v: Array, w: Array, *, turn: float, tilt: float) -> tuple[Array, Array, Array]:
    """From the box [-1, 1]³ to the picture: right, up, and how far behind; angles in degrees."""
    turn, tilt = math.radians(turn), math.radians(tilt)
    right = u * math.cos(turn) - v * math.sin(turn)
    back = u * math.sin(turn) + v * math.cos(turn)
    return (
        right,
        w * math.cos(tilt) * 0.8 + back * math.sin(tilt),
        back * math.cos(tilt) - w * math.sin(tilt),
    )


def _surface(
    f: Landscape,
    window: Array,
    mark: Array | None,
    names: list[str],
    heading: str,
    turn: float,
    tilt: float,
    bend: bool,
    width: float,
) -> str:
    project = partial(_project, turn=turn, tilt=tilt)
    u, v = np.meshgrid(np.linspace(-1, 1, _CELLS + 1), np.linspace(-1, 1, _CELLS + 1))
    z = survey(f, window, _CELLS)
    if not bend and not np.isfinite(z).all():
        raise ValueError("f: finite values over the whole window are needed, got some that are not")
    ground = relief(z) if bend else Relief(float(z.min()), float(z.max()) + (z.min() == z.max()), 0.0)

    def lift(height: Any) -> Any:
        with np.errstate(all="ignore"):
            return 2 * drawn_height(height, *ground) - 1

    w = lift(z)
    shown = np.isfinite(w) & (np.abs(w) <= 1.0 + 1e-9)
    right, up, back = project(u, v, w)
    with canvas(width, width * 2.6 / 2.7) as paper:
        axes = paper.axes
        axes.set_position((0.0, 0.0, 1.0, 0.91))
        axes.set_axis_off()
        floor = [
            project(np.array(a), np.array(b), np.array(-1.0)) for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1))
        ]
        axes.plot([p[0] for p in floor], [p[1] for p in floor], color=LINE, linewidth=0.9, zorder=0)
        post = [project(np.array(-1.0), np.array(-1.0), np.array(h)) for h in (-1.0, 1.0)]
        axes.plot([p[0] for p in post], [p[1] for p in post], color=LINE, linewidth=0.9, zorder=0)
        cells = [
            (float(np.mean(back[np.ix_((i, i + 1), (j, j + 1))])), i, j)
            for i in range(_CELLS)
            for j in range(_CELLS)
            if shown[np.ix_((i, i + 1), (j, j + 1))].all()
        ]
        shapes, tints = [], []
        for _, i, j in sorted(cells, reverse=True):  # from the back to the front
            corner = ((i, j), (i, j + 1), (i + 1, j + 1), (i + 1, j))
            height = (float(np.mean([w[c] for c in corner])) + 1) / 2
            tints.append(LEVELS[min(len(LEVELS) - 1, int(height * len(LEVELS)))])
            shapes.append([(float(right[c]), float(up[c])) for c in corner])
        axes.add_collection(PolyCollection(shapes, facecolors=tints, edgecolors=FAINT, linewidths=0.35, zorder=1))
        if mark is not None:
            spot = np.clip(2 * (mark - window.mean(axis=1)) / np.ptp(window, axis=1), -1, 1)
            place = project(spot[0], spot[1], np.clip(lift(float(np.asarray(f(mark)))), -1, 1))
            axes.plot(
                *place[:2],
                "o",
                color=SERIES[1],
                markersize=7,
                markeredgecolor=PAPER,
                markeredgewidth=1.2,
                zorder=9,
            )
        nearer = (
            (0.0, math.copysign(1.3, -math.cos(math.radians(turn)))),
            (math.copysign(1.3, -math.sin(math.radians(turn))), 0.0),
        )
        for name, (a, b) in zip(names, nearer, strict=True):
            at = project(np.array(a), np.array(b), np.array(-1.0))
            axes.text(float(at[0]), float(at[1]), name, style="italic", ha="center", va="center", color=INK)
        # From high above, the floor needs more room.
        tallest = 0.8 * math.cos(math.radians(tilt)) + 1.5 * math.sin(math.radians(tilt))
        room = max(1.0, tallest / 1.5)
        axes.set_xlim(-1.62 * room, 1.62 * room)
        axes.set_ylim(-1.5 * room, 1.5 * room)
        paper.figure.text(0.5, 0.94, heading, ha="center", va="center", color=INK, weight="bold")
        return paper.svg()


def surfaces(
    functions: Sequence[Landscape],
    *,
    window: Any = None,
    labels: Sequence[str] | None = None,
    marks: Sequence[Sequence[float]] | None = None,
    turn: float = _TURN,
    tilt: float = _TILT,
    bend: bool = False,
    width: float = 2.7,
    caption: str | None = None,
    alt: str | None = None,
) -> Figure:
    """Draws functions of two variables as surfaces, side by side.

    Args:
        functions: Objectives of two variables.
        window: ((x low, x high), (y low, y high)) for all of them; without it each has its own.
        labels: a heading for each; without them their titles.
        marks: for each a point (x, y) whose place on the surface gets a dot.
        turn, tilt: in degrees, how far the surfaces are turned about the vertical, and how high the eye stands.
        bend: draw heights as an explorer does: what is not finite is left out, and where most ground lies far below the
            peaks, heights are bent so that half of it lies in the lower half of the picture.
        width: inches of each.
        caption, alt: the sentence under the figure; what it shows in words (else written from the data).
    """
    several: list[Any] = [functions] if hasattr(functions, "n") else list(functions)
    if not several:
        raise ValueError("functions: at least one objective is needed, got none")
    for f in several:
        check_landscape(f, 2, "functions")
    for argument, given in (("labels", labels), ("marks", marks)):
        if given is not None and len(given) != len(several):
            raise ValueError(f"{argument}: one for each of {len(several)} functions is needed, got {len(given)}")
    panels = []
    for k, f in enumerate(several):
        area = read_window(window, 2, f)
        heading = title_of(f) if labels is None else str(labels[k])
        names = axis_names(f, 2)
        mark = None if marks is None else number_list(marks[k], "marks")
        words = alt if alt is not None and k == 0 else "" if alt is not None else _words(f, heading, area, names)
        panels.append(
            (
                _surface(f, area, mark, names, heading, turn, tilt, bend, width),
                f"Surface of {heading}",
                words or f"Surface of {heading}.",
            )
        )
    return Figure(panels, caption)


def _words(f: Landscape, heading: str, area: Array, names: list[str]) -> str:
    """The heights at the middle and along the two axes, which is what the shape amounts to."""
    middle = area.mean(axis=1)
    ends = [
        np.array([[area[0, 0], middle[1]], [area[0, 1], middle[1]]]),
        np.array([[middle[0], area[1, 0]], [middle[0], area[1, 1]]]),
    ]
    centre = float(np.asarray(f(middle)))
    out = [f"Surface of {heading}: height {number(centre)} in the middle of the window"]
    for name, pair in zip(names, ends, strict=True):
        low, high = (number(float(f"{float(v):.3g}")) for v in np.asarray(f(pair)))
        out.append(f"{low} and {high} at the two ends along {name}")
    return "; ".join(out) + "."
