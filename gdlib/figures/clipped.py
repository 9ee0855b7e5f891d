"""Draws what clipping does to one gradient of two coordinates: cut to a length, and cut coordinate by coordinate."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Circle, Rectangle

from gdlib.clipping import clip_norm, clip_value

from .inputs import Array, number_list
from .palette import DASHES, FAINT, LINE, SERIES
from .picture import Figure, canvas, number

_WIDE, _HIGH = 3.0, 2.22  # halves of what the picture spans where nothing needs more


def _arrow(axes: Axes, tip: Array, series: int, width: float) -> None:
    axes.quiver(0, 0, *tip, angles="xy", scale_units="xy", scale=1, width=width, headwidth=4, headlength=5,
                headaxislength=4.5, color=SERIES[series], zorder=3 + series)  # fmt: skip


def clipped(g: Any, limit: float, *, caption: str | None = None, alt: str | None = None) -> Figure:
    """Draws the gradient `g`, (g1, g2), and what gd.clip_norm(limit) and gd.clip_value(limit) make of it.

    Args:
        g: two finite numbers.
        limit: of the length, and of each coordinate.
        caption, alt: the sentence under the figure; what it shows in words (else written from the data).
    """
    given = number_list(g, "g")
    if len(given) != 2:
        raise ValueError(f"g: two coordinates are needed, got {len(given)}")
    short, cut = (np.asarray(clip(limit)(given)) for clip in (clip_norm, clip_value))
    grow = max(1.0, abs(given[0]) / (0.94 * _WIDE), abs(given[1]) / (0.94 * _HIGH))
    with canvas(4.6, 3.61) as paper:  # one scale on both axes
        axes = paper.axes
        axes.set_position((0.09, 0.1, 0.89, 0.84))
        axes.set_xlim(-_WIDE * grow, _WIDE * grow)
        axes.set_ylim(-_HIGH * grow, _HIGH * grow)
        for line in (axes.axhline, axes.axvline):
            line(0, color=LINE, linewidth=0.8, zorder=1)
        axes.add_patch(Circle((0, 0), limit, fill=False, edgecolor=SERIES[1], linestyle=DASHES[1], linewidth=1.4))
        corner = (-limit, -limit)
        axes.add_patch(
            Rectangle(corner, 2 * limit, 2 * limit, fill=False, edgecolor=SERIES[2], linestyle=DASHES[2], linewidth=1.4)
        )
        axes.plot(*np.stack([given, cut]).T, color=FAINT, linewidth=0.8, linestyle=(0, (2, 2)), zorder=2)
        for series, (tip, width) in enumerate(((given, 0.007), (short, 0.016), (cut, 0.012))):
            _arrow(axes, tip, series, width)
        for tip, series, word in ((given, 0, "gradient"), (short, 1, "by norm"), (cut, 2, "by value")):
            inward = tip[0] > 0 and series == 0  # the longest arrow may end at the frame
            axes.annotate(
                word,
                (tip[0], tip[1]),
                (-8 if inward else 4, (8, -12, 6)[series]),
                textcoords="offset points",
                ha="right" if inward else "left",
                color=SERIES[series],
            )
        axes.locator_params(nbins=6)
        svg = paper.svg()
    told = {"the gradient": given, "clipped by norm": short, "clipped by value": cut}
    words = "; ".join(
        f"{name} ({', '.join(number(float(f'{part:.3g}')) for part in tip)}), "
        f"length {number(float(f'{np.hypot(*tip):.3g}'))}"
        for name, tip in told.items()
    )
    title = f"A gradient clipped at {number(limit)}"
    return Figure([(svg, title, alt or f"{title}, by norm to a circle and by value to a square: {words}.")], caption)
