"""Draws functions of two variables as surfaces, seen from a little above, several side by side at one scale.

The projection is written out here: matplotlib's own surfaces cost ten times the bytes and cannot take the
page's colours.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.collections import PolyCollection

from .inputs import Array, Landscape, axis_names, check_landscape, number_list, read_window, title_of
from .palette import FAINT, INK, LEVELS, LINE, PAPER, SERIES
from .picture import Figure, canvas, number

_CELLS = 16
_TURN, _TILT = math.radians(-58.0), math.radians(24.0)


def _project(u: Array, v: Array, w: Array) -> tuple[Array, Array, Array]:
    """From the box [-1, 1]³ to the picture: right, up, and how far behind."""
    right = u * math.cos(_TURN) - v * math.sin(_TURN)
    back = u * math.sin(_TURN) + v * math.cos(_TURN)
    return (
        right,
        w * math.cos(_TILT) * 0.8 + back * math.sin(_TILT),
        back * math.cos(_TILT) - w * math.sin(_TILT),
    )


def _surface(f: Landscape, window: Array, mark: Array | None, names: list[str], heading: str) -> str:
    side = np.linspace(-1, 1, _CELLS + 1)
    u, v = np.meshgrid(side, side)
    x = window[0].mean() + u * np.ptp(window[0]) / 2
    y = window[1].mean() + v * np.ptp(window[1]) / 2
    with np.errstate(all="ignore"):
        z = np.asarray(f(np.stack([x, y], axis=-1)), dtype=np.float64)
    if not np.isfinite(z).all():
        raise ValueError("f: finite values over the whole window are needed, got some that are not")
    low, high = float(z.min()), float(z.max())

    def lift(height: Any) -> Any:
        return 2 * (height - low) / ((high - low) or 1.0) - 1

    w = lift(z)
    right, up, back = _project(u, v, w)
    with canvas(2.7, 2.6) as paper:
        axes = paper.axes
        axes.set_position((0.0, 0.0, 1.0, 0.91))
        axes.set_axis_off()
        floor = [
            _project(np.array(a), np.array(b), np.array(-1.0))
            for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1))
        ]
        axes.plot([p[0] for p in floor], [p[1] for p in floor], color=LINE, linewidth=0.9, zorder=0)
        post = [_project(np.array(-1.0), np.array(-1.0), np.array(h)) for h in (-1.0, 1.0)]
        axes.plot([p[0] for p in post], [p[1] for p in post], color=LINE, linewidth=0.9, zorder=0)
        cells = [
            (float(np.mean(back[np.ix_((i, i + 1), (j, j + 1))])), i, j) for i in range(_CELLS) for j in range(_CELLS)
        ]
        shapes, tints = [], []
        for _, i, j in sorted(cells, reverse=True):  # from the back to the front
            corner = ((i, j), (i, j + 1), (i + 1, j + 1), (i + 1, j))
            height = (float(np.mean([w[c] for c in corner])) + 1) / 2
            tints.append(LEVELS[min(len(LEVELS) - 1, int(height * len(LEVELS)))])
            shapes.append([(float(right[c]), float(up[c])) for c in corner])
        axes.add_collection(PolyCollection(shapes, facecolors=tints, edgecolors=FAINT, linewidths=0.35, zorder=1))
        if mark is not None:
            spot = 2 * (mark - window.mean(axis=1)) / np.ptp(window, axis=1)
            place = _project(spot[0], spot[1], lift(float(np.asarray(f(mark)))))
            axes.plot(
                *place[:2],
                "o",
                color=SERIES[1],
                markersize=7,
                markeredgecolor=PAPER,
                markeredgewidth=1.2,
                zorder=9,
            )
        for name, (a, b) in zip(names, ((0.0, -1.3), (1.3, 0.0)), strict=True):
            at = _project(np.array(a), np.array(b), np.array(-1.0))
            axes.text(float(at[0]), float(at[1]), name, style="italic", ha="center", va="center", color=INK)
        axes.set_xlim(-1.62, 1.62)
        axes.set_ylim(-1.5, 1.5)
        paper.figure.text(0.5, 0.94, heading, ha="center", va="center", color=INK, weight="bold")
        return paper.svg()


def surfaces(
    functions: Sequence[Landscape],
    *,
    window: Any = None,
    labels: Sequence[str] | None = None,
    marks: Sequence[Sequence[float]] | None = None,
    caption: str | None = None,
    alt: str | None = None,
) -> Figure:
    """Draws functions of two variables as surfaces, side by side.

    Args:
        functions: Objectives of two variables.
        window: ((x low, x high), (y low, y high)) for all of them; without it each has its own.
        labels: a heading for each; without them their titles.
        marks: for each a point (x, y) whose place on the surface gets a dot.
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
                _surface(f, area, mark, names, heading),
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
