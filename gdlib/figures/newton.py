"""Draws Newton's method in one variable: the curve, its iterates and the parabola that fits it at each of the first."""

from __future__ import annotations

from typing import Any

import numpy as np

from .inputs import axis_names, check_landscape, read_runs, read_window, title_of
from .palette import DASHES, INK, MARKERS, PAPER, SERIES
from .picture import Figure, canvas, number

_MOST = 3  # parabolas that can be told apart on one curve


def newton_parabolas(
    f: Any, run: Any, *, window: Any = None, count: int = 2, caption: str | None = None, alt: str | None = None
) -> Figure:
    """Draws a function of one variable, a run on it, and the parabola that fits f at each of its first points.

    The parabola at x is f(x) + f'(x) d + f''(x) d²/2; the lowest (or highest) point of each is marked.

    Args:
        f: an Objective of one variable.
        run: what `gd.descend` returns, or points (k, 1).
        window: (low, high).
        count: how many parabolas, 1 to 3; fewer where the run is shorter.
        caption, alt: as for `curve`.
    """
    check_landscape(f, 1)
    if not 1 <= count <= _MOST:
        raise ValueError(f"count: 1 to {_MOST} parabolas are needed, got {count!r}")
    (path,) = read_runs([run], n=1)
    low, high = read_window(window, 1, f, [path])[0]
    places = path.lanes[0][:, 0]
    x = np.linspace(low, high, 401)
    with np.errstate(all="ignore"):
        y = np.asarray(f(x[:, None]), dtype=np.float64)
    finite = y[np.isfinite(y)]
    name = axis_names(f, 1)[0]
    span = float(finite.max() - finite.min()) or 1.0
    words = [f"Graph of {title_of(f)}, {name} from {number(low)} to {number(high)}."]
    with canvas(5.4, 3.6) as paper:
        axes = paper.axes
        axes.set_position((0.12, 0.14, 0.85, 0.82))
        axes.plot(x, np.where(np.isfinite(y), y, np.nan), color=INK, linewidth=1.8, zorder=2)
        axes.set_xlim(low, high)
        axes.set_ylim(finite.min() - 0.4 * span, finite.max() + 0.06 * span)
        for k, at in enumerate(places[: min(count, len(places))]):
            value, slope, bend = (float(np.ravel(part([at]))[0]) for part in (f, f.grad, f.hess))
            look: dict[str, Any] = {"color": SERIES[k + 1]}
            axes.plot(x, value + slope * (x - at) + 0.5 * bend * (x - at) ** 2, linestyle=DASHES[k + 1], linewidth=1.4,
                      label=f"parabola at {name} = {number(float(f'{at:.3g}'))}", zorder=2.4, **look)  # fmt: skip
            if bend != 0:
                top = at - slope / bend
                height = value - 0.5 * slope * slope / bend
                axes.plot([top], [height], marker=MARKERS[k + 1], linestyle="none", markersize=6, zorder=4, **look)
                point = "lowest" if bend > 0 else "highest"
                here, there = (number(float(f"{place:.4g}")) for place in (at, top))
                words.append(f"The parabola at {here} has its {point} point at {there}.")
        near = places[np.abs(places - (low + high) / 2) < 20 * (high - low)]
        axes.plot(near, np.asarray(f(near[:, None])), color=SERIES[0], marker="o", linestyle="none", markersize=6,
                  markeredgecolor=PAPER, markeredgewidth=1, label="iterates", zorder=5)  # fmt: skip
        axes.grid(True, which="major")
        axes.set_axisbelow(True)
        axes.set_xlabel(name, style="italic")
        axes.set_ylabel(f"f({name})", style="italic")
        axes.legend(loc="best")
        paper.make_room()
        svg = paper.svg()
    return Figure([(svg, f"Newton's method on {title_of(f)}", alt or " ".join(words))], caption)
