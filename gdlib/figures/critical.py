"""Draws stationary points on the map, each kind by its own shape, and the quadratic that f is like near a point."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import contourpy
import numpy as np
import sympy as sp
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from . import contours
from .flat import paint_ground, point_in_words, size_for
from .inputs import Array, Landscape, axis_names, check_landscape, read_window, title_of
from .palette import DASHES, INK, PAPER, SERIES
from .picture import Figure, canvas, number

_LOOKS = {  # kind: marker, colour, plural, the marker in words; a well points down and a summit up
    "minimum": ("v", SERIES[0], "minima", "downward triangles"),
    "maximum": ("^", SERIES[1], "maxima", "upward triangles"),
    "saddle": ("D", SERIES[2], "saddles", "diamonds"),
    "undecided": ("s", SERIES[4], "undecided", "squares"),
}
_ZEROS = ((SERIES[3], DASHES[0]), (SERIES[5], DASHES[1]), (SERIES[4], DASHES[2]), (SERIES[6], DASHES[3]))
_DASHED: dict[str, Any] = {"color": SERIES[1], "linestyle": DASHES[4], "linewidth": 1.6}
_GRID = 241
_PANEL = 1.98  # inches; so small that three stand side by side


class _Mark(NamedTuple):
    """A stationary point as it is drawn."""

    place: Array
    kind: str


def _read_marks(points: Any) -> list[_Mark]:
    """Of what `gd.stationary_points` returns, or a landscape's own list: where, and of what kind."""
    if not isinstance(points, Iterable) or isinstance(points, str):
        raise TypeError(f"points: a list of stationary points is needed, got {type(points).__name__}")
    out = []
    for point in points:
        kind = getattr(point, "kind", None)
        if kind not in _LOOKS:
            raise TypeError(f"points: each needs .location and a .kind of {', '.join(_LOOKS)}, got {point!r}"[:200])
        place = np.array([float(part) for part in point.location])
        if place.shape != (2,):
            raise ValueError(f"points: 2 coordinates each are needed, got {len(place)}")
        out.append(_Mark(place, kind))
    return out


def _inside(place: Array, window: Array) -> bool:
    return bool(((place >= window[:, 0]) & (place <= window[:, 1])).all())


def trace_curve(curve: Any, window: Array) -> list[Array]:
    """The pieces (k, 2) inside the window of a curve, given as two SymPy expressions in one parameter."""
    parts = [sp.sympify(part) for part in curve]
    free = sorted(set().union(*(part.free_symbols for part in parts)), key=str)
    if len(parts) != 2 or len(free) != 1:
        raise ValueError(f"points: curves of two coordinates in one parameter are needed, got {curve}")
    turn = np.linspace(-np.pi, np.pi, 2001)
    # A curve that comes back needs one turn; any other runs to both infinities, closely sampled where it is near.
    t = turn if any(part.has(sp.sin, sp.cos) for part in parts) else 4 * np.tan(turn[1:-1] / 2.002)
    with np.errstate(all="ignore"):
        drawn = [
            np.broadcast_to(np.asarray(sp.lambdify(free[0], part)(t), dtype=np.float64), t.shape) for part in parts
        ]
    line = np.stack(drawn, axis=-1)
    margin = 0.02 * (window[:, 1] - window[:, 0])
    near = ((line >= window[:, 0] - margin) & (line <= window[:, 1] + margin)).all(axis=1)
    cuts = np.flatnonzero(np.diff(near.astype(int))) + 1
    return [piece for piece, kept in zip(np.split(line, cuts), np.split(near, cuts), strict=True) if kept[0]]


def _zero_lines(g: Any, window: Array, name: str) -> list[Array]:
    """Where a function of two variables is zero."""
    check_landscape(g, 2, f"zeros: {name!r}")
    x, y = (np.linspace(low, high, _GRID) for low, high in window)
    with np.errstate(all="ignore"):
        z = np.asarray(g(np.stack(np.meshgrid(x, y), axis=-1)), dtype=np.float64)
    return [np.asarray(line) for line in contourpy.contour_generator(x, y, np.ma.masked_invalid(z)).lines(0.0)]


def _draw_lines(axes: Axes, pieces: Sequence[Array], scale: Array, colour: str, dash: Any, width: float) -> None:
    for piece in pieces:
        thin = contours.simplified(piece * scale, 0.2) / scale
        axes.plot(*thin.T, color=PAPER, linewidth=width + 1.6, alpha=0.7, zorder=2.4)
        axes.plot(*thin.T, color=colour, linestyle=dash, linewidth=width, zorder=2.5)


def _draw_probe(axes: Axes, f: Any, place: Array, ground: contours.Ground, window: Array, scale: Array) -> str:
    """The level line through a point, its tangent there and the gradient across it; returns words for it."""
    slope = np.asarray(f.grad(place), dtype=np.float64)
    size = float(np.hypot(*slope))
    if not np.isfinite(size) or size == 0:
        raise ValueError(f"probes: points with a gradient that is not 0 are needed, got {point_in_words(place)}")
    up = slope / size
    along = np.array([-up[1], up[0]])
    reach = 0.1 * float(np.max(window[:, 1] - window[:, 0]))
    level = contours.lines(ground._replace(levels=np.array([float(f(place))])))
    for piece in level:
        thin = contours.simplified(piece * scale, 0.2) / scale
        axes.plot(*thin.T, color=INK, linewidth=1.1, zorder=2.2)
    axes.plot(*np.stack([place - 1.6 * reach * along, place + 1.6 * reach * along]).T, zorder=3, **_DASHED)
    axes.quiver(*place, *(reach * up), angles="xy", scale_units="xy", scale=1, width=0.008, headwidth=4, headlength=4.5,
                headaxislength=4, color=SERIES[0], zorder=3.2)  # fmt: skip
    axes.plot(*place, "o", color=INK, markersize=4.5, zorder=3.4)
    return f"At {point_in_words(place)} the gradient is {point_in_words(slope)}."


def stationary_map(
    f: Landscape,
    points: Any = (),
    *,
    zeros: Mapping[str, Any] | None = None,
    probes: Sequence[Sequence[float]] = (),
    window: Any = None,
    levels: int | Sequence[float] = 14,
    inches: float = 4.7,
    caption: str | None = None,
    alt: str | None = None,
) -> Figure:
    """Draws the contour lines of `f` (two variables) and its stationary points, each kind by its own shape.

    Args:
        f: an Objective of two variables.
        points: what `gd.stationary_points` returns (its `.curves` are drawn too), or any list of things with
            `.location` and `.kind`.
        zeros: from label to a function of two variables: the lines where it is zero. At most 4.
        probes: points where the level line, its tangent and the direction of the gradient are drawn.
        window, levels, caption, alt: as for `paths`.
        inches: the most that the map is wide; 2.9 for two side by side.
    """
    check_landscape(f, 2)
    if not 1 <= inches <= 8:
        raise ValueError(f"inches: 1 to 8 are needed, got {inches!r}")
    marks = _read_marks(points)
    lines = dict(zeros or {})
    if len(lines) > len(_ZEROS):
        raise ValueError(f"zeros: at most {len(_ZEROS)} can be told apart, got {len(lines)}")
    if len(probes) and not hasattr(f, "grad"):
        raise TypeError(f"probes: an objective with .grad is needed, got {type(f).__name__}")
    area = read_window(window, 2, f)
    curves = [piece for curve in getattr(points, "curves", ()) for piece in trace_curve(curve, area)]
    ground = contours.survey(f, area, levels)
    names = axis_names(f, 2)
    title = f"Stationary points of {title_of(f)}" if marks or curves else f"Contour plot of {title_of(f)}"
    words = [f"{title} for {' and '.join(_span(n, s) for n, s in zip(names, area, strict=True))}."]
    width, height = (side * inches / 4.7 for side in size_for(area))
    kinds = [kind for kind in _LOOKS if any(mark.kind == kind and _inside(mark.place, area) for mark in marks)]
    keys = [_key(_LOOKS[kind][1], "none", _LOOKS[kind][0], kind) for kind in kinds]
    keys += [_key(INK, "-", None, "stationary curve")] if curves else []
    keys += [_key(*_ZEROS[k], None, label) for k, label in enumerate(lines)]
    longest = max((len(str(key.get_label())) for key in keys), default=0)
    columns = max(1, min(3, int((width + 0.15) / (0.55 + 0.08 * longest))))  # inches: a key's mark, and about a letter
    left, bottom, top = 0.55, 0.47, 0.12 + 0.24 * -(-len(keys) // columns)
    with canvas(width + left + 0.15, height + bottom + top) as paper:
        axes = paper.axes
        wide, high = paper.figure.get_size_inches()
        axes.set_position((left / wide, bottom / high, width / wide, height / high))
        paint_ground(axes, ground, area, paper.figure.get_size_inches())
        scale = np.array([width, height]) * 96 / (area[:, 1] - area[:, 0])
        for k, (label, g) in enumerate(lines.items()):
            _draw_lines(axes, _zero_lines(g, area, label), scale, *_ZEROS[k], width=1.7)
            words.append(f"A line shows where {label}.")
        _draw_lines(axes, curves, scale, INK, "-", 2.6)
        words += [_draw_probe(axes, f, np.asarray(p, dtype=np.float64), ground, area, scale) for p in probes]
        for kind in kinds:
            marker, colour, plural, shape = _LOOKS[kind]
            spots = np.array([mark.place for mark in marks if mark.kind == kind and _inside(mark.place, area)])
            axes.plot(*spots.T, linestyle="none", marker=marker, color=colour, markersize=8 if marker == "D" else 9.5,
                      markeredgecolor=PAPER, markeredgewidth=1.2, zorder=5)  # fmt: skip
            count = f"{len(spots)} {kind if len(spots) == 1 else plural}"
            words.append(f"{count} ({shape}) at {', '.join(point_in_words(s) for s in spots)}.")
        words += ["Curves of stationary points are drawn as thick lines."] if curves else []
        axes.set_xlabel(names[0], style="italic", labelpad=1)
        axes.set_ylabel(names[1], style="italic", rotation=0, labelpad=6)
        axes.locator_params(nbins=6)
        if keys:
            axes.legend(handles=keys, ncols=columns, loc="lower left", bbox_to_anchor=(-0.02, 1), borderaxespad=0.2)
        svg = paper.svg()
    return Figure([(svg, title, alt or " ".join(words))], caption)


def _key(colour: str, dash: Any, marker: str | None, label: str) -> Line2D:
    return Line2D([], [], color=colour, linestyle=dash, marker=marker, markersize=8, label=label)


def _span(name: str, span: Array) -> str:
    return f"{name} from {number(span[0])} to {number(span[1])}"


class SecondOrder:
    """What f is to second order around a point, as a function of points: f(θ) + ∇f(θ)·d + dᵀH(θ)d/2."""

    n = 2

    def __init__(self, f: Any, at: Array) -> None:
        self.at = at
        self.value, self.slope, self.hessian = (np.asarray(part(at), dtype=np.float64) for part in (f, f.grad, f.hess))

    def __call__(self, points: Array, /) -> Array:
        d = points - self.at
        return np.asarray(self.value + d @ self.slope + 0.5 * ((d @ self.hessian) * d).sum(axis=-1))


def quadratic_models(
    f: Landscape,
    points: Sequence[Sequence[float]],
    *,
    radius: float | Sequence[float],
    labels: Sequence[str] | None = None,
    levels: int = 9,
    caption: str | None = None,
    alt: str | None = None,
) -> Figure:
    """Draws, around each of some points, the level lines of `f` and those of its quadratic model (dashed).

    The model at θ is f(θ) + ∇f(θ)·d + dᵀH(θ)d/2: what f is to second order. The straight lines are the Hessian's
    eigenvectors.

    Args:
        f: an Objective of two variables, with `.grad` and `.hess`.
        points: where, each (x, y).
        radius: how far each picture reaches from its point to either side; one number, or one for each point.
        labels: a heading for each; without them the eigenvalues.
        levels: how many level lines the model has in the picture.
        caption, alt: as for `paths`.
    """
    check_landscape(f, 2)
    spots = [np.asarray(p, dtype=np.float64) for p in points]
    if not spots or any(spot.shape != (2,) for spot in spots):
        raise ValueError(f"points: at least one point (x, y) is needed, got {points!r}"[:200])
    reaches = np.broadcast_to(np.asarray(radius, dtype=np.float64), (len(spots),))
    if not (reaches > 0).all():
        raise ValueError(f"radius: a positive number is needed, got {radius!r}")
    if labels is not None and len(labels) != len(spots):
        raise ValueError(f"labels: one for each of {len(spots)} points is needed, got {len(labels)}")
    panels = []
    for k, (spot, reach) in enumerate(zip(spots, reaches, strict=True)):
        svg, heading, words = _model(f, spot, float(reach), None if labels is None else str(labels[k]), levels)
        panels.append((svg, heading, words if alt is None else alt if k == 0 else f"{heading}."))
    return Figure(panels, caption)


def _model(f: Any, spot: Array, reach: float, label: str | None, count: int) -> tuple[str, str, str]:
    """One picture of `quadratic_models`: its SVG, its heading, its words."""
    model = SecondOrder(f, spot)
    curvature, axes_of = np.linalg.eigh(model.hessian)
    area = np.stack([spot - reach, spot + reach], axis=1)
    span = contours.survey(model, area, 1).z
    low, high = float(np.min(span)), float(np.max(span))
    step = (high - low) / (count + 1)
    heights = np.array([float(model.value)])  # all that there is where the model is level
    if step > 0:
        # Counted from the value at the point, so that the level line through a saddle is among them.
        first, last = math.ceil((low - float(model.value)) / step), math.floor((high - float(model.value)) / step)
        heights = model.value + step * np.arange(first, last + 1)
    eigenvalues = "λ = " + ", ".join(number(float(f"{c:.3g}")) for c in curvature)
    heading = label or eigenvalues
    with canvas(_PANEL + 0.62, _PANEL + 0.75) as paper:
        axes = paper.axes
        wide, high = paper.figure.get_size_inches()
        axes.set_position((0.52 / wide, 0.42 / high, _PANEL / wide, _PANEL / high))
        paint_ground(axes, contours.survey(f, area, heights), area, paper.figure.get_size_inches())
        scale = np.array([_PANEL, _PANEL]) * 96 / (2 * reach)
        for of, look in ((f, {"color": INK, "linewidth": 0.8}), (model, _DASHED)):
            for piece in contours.lines(contours.survey(of, area, heights)):
                axes.plot(*(contours.simplified(piece * scale, 0.2) / scale).T, zorder=2, **look)
        for direction in axes_of.T:
            ends = np.stack([spot - 0.5 * reach * direction, spot + 0.5 * reach * direction])
            axes.plot(*ends.T, color=SERIES[0], linewidth=1.6, zorder=3)
        axes.plot(*spot, "o", color=INK, markersize=5.5, zorder=4)
        names = axis_names(f, 2)
        axes.set_xlabel(names[0], style="italic", labelpad=1)
        axes.set_ylabel(names[1], style="italic", rotation=0, labelpad=4)
        axes.locator_params(nbins=3)
        paper.figure.text(0.58, 0.955, heading, ha="center", va="center", color=INK, weight="bold")
        svg = paper.svg()
    words = f"Level lines of {title_of(f)} and of its quadratic model around {point_in_words(spot)}; {eigenvalues}."
    return svg, f"Quadratic model: {heading}", words
