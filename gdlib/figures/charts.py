"""Draws curves over one axis: losses over steps, a function of one variable with its iterates, any lines."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter
from numpy.typing import NDArray

from .inputs import Array, axis_names, check_landscape, number_list, read_runs, read_window, title_of
from .palette import DASHES, FAINT, INK, MARKERS, PAPER, SERIES
from .picture import Figure, canvas, number

_MOST_POINTS = 600


def _plain_ticks(axes: Axes, x_log: bool, y_log: bool) -> None:
    """Powers of ten as 10⁻³ in the page's own font, with no more of them than fit."""
    for axis, is_log in ((axes.xaxis, x_log), (axes.yaxis, y_log)):
        if is_log:
            axis.set_major_locator(LogLocator(base=10, numticks=8))
            axis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
            axis.set_minor_formatter(NullFormatter())
            axis.set_tick_params(which="minor", length=0)
    axes.grid(True, which="major")
    axes.set_axisbelow(True)


def _finish(axes: Axes, labels: Sequence[str], above: bool = False) -> None:
    if any(labels):
        axes.legend(ncols=2, loc="lower left", bbox_to_anchor=(-0.02, 1)) if above else axes.legend(loc="best")


def _thinned(x: Array, x_log: bool) -> NDArray[np.intp]:
    """Which points to draw: every so manieth, on a logarithmic axis one in each piece of it; always the last."""
    if len(x) > _MOST_POINTS and x_log and x.min() < x.max():
        cell = np.floor(np.log(x / x.min()) / np.log(x.max() / x.min()) * _MOST_POINTS)
        return np.flatnonzero(np.r_[True, np.diff(cell[:-1]) != 0, True])
    stride = max(1, -(-len(x) // _MOST_POINTS))
    return np.unique(np.concatenate([np.arange(0, len(x), stride), [len(x) - 1]]))


def _draw(axes: Axes, x: Array, y: Array, series: int, label: str | None, x_log: bool = False) -> None:
    """One line, with its marker at about a dozen points along the axis, so that it is told apart without colour."""
    keep = _thinned(x, x_log)
    along = np.log(x[keep]) if x_log else x[keep]
    places = np.linspace(along[0], along[-1], 12)
    marks = np.unique([int(np.abs(along - place).argmin()) for place in places]).tolist()
    axes.plot(
        x[keep], y[keep], color=SERIES[series], linestyle=DASHES[series], marker=MARKERS[series],
        markersize=4.5, markeredgewidth=0, markevery=marks, label=label,
    )  # fmt: skip


def _least(runs: Any) -> float:
    """The lowest value at the minima that the objective of the first run knows."""
    first = next(iter(runs.values())) if isinstance(runs, Mapping) else runs if hasattr(runs, "path") else runs[0]
    f = getattr(first, "objective", None)
    minima = getattr(f, "minima", None)
    if f is None or minima is None:
        raise ValueError("gap: the objective's minimum is not known, so gap needs its value, got True")
    return float(np.min(f(np.asarray(minima, dtype=np.float64))))


def losses(
    runs: Any,
    *,
    gap: bool | float = False,
    log: bool | None = None,
    x_label: str = "step t",
    y_label: str | None = None,
    caption: str | None = None,
    alt: str | None = None,
) -> Figure:
    """Draws the value of each run over its steps.

    Args:
        runs: what `gd.descend` returns, a sequence of such runs, or a mapping from label to run. At most 8.
        gap: draw the value above the minimum, which is the one that the objective knows (True) or a number.
        log: a logarithmic axis for the values; by itself where all values are positive and span a factor of
            50. What is not positive is left out of a logarithmic axis.
        x_label, y_label: the axes' labels.
        caption, alt: the sentence under the figure; what it shows in words (else written from the data).
    """
    drawn = read_runs(runs)
    if not drawn:
        raise ValueError("runs: at least one run is needed, got none")
    if any(path.values is None for path in drawn):
        raise TypeError("runs: runs with .values are needed, got an array of points")
    floor = 0.0 if gap is False else _least(runs) if gap is True else float(gap)
    curves = [[column - floor for column in path.values or ()] for path in drawn]
    finite = np.concatenate([c[np.isfinite(c)] for several in curves for c in several])
    if not len(finite):
        raise ValueError("runs: at least one finite value is needed, got none")
    if log is None:
        log = bool((finite >= 0).all() and finite.max() > 50 * max(finite.min(), 1e-300))
    if log and not (finite > 0).any():
        raise ValueError("log: at least one positive value is needed, got none")
    name = y_label or ("f(θₜ)" if gap is False else "f(θₜ) − min f")
    words = [f"{'Logarithmic' if log else 'Linear'} plot of {name} against {x_label}."]
    with canvas(5.4, 3.6) as paper:
        axes = paper.axes
        axes.set_position((0.135, 0.14, 0.835, 0.81))
        for series, (path, several) in enumerate(zip(drawn, curves, strict=True)):
            for lane, column in enumerate(several):
                keep = np.isfinite(column) & ((column > 0) if log else True)
                if keep.any():
                    _draw(axes, path.t[keep], column[keep], series, path.label if lane == 0 else None)
                    first, last = column[keep][0], column[keep][-1]
                    t = path.t[keep].astype(int)
                    ends = f"from {number(first)} at step {t[0]} to {number(last)} at step {t[-1]}"
                    words += [f"{path.label}: {ends}."] if lane < 3 else []
        if log:
            axes.set_yscale("log")
            positive = finite[finite > 0]
            axes.set_ylim(max(positive.min(), positive.max() * 1e-20) / 2, positive.max() * 2)
        _plain_ticks(axes, False, log)
        axes.set_xlabel(x_label)
        axes.set_ylabel(name)
        _finish(axes, [path.label for path in drawn])
        paper.make_room()
        svg = paper.svg()
    return Figure([(svg, f"{name} over {x_label}", alt or " ".join(words))], caption)


def _values_of(f: Any) -> Callable[[Array], Array]:
    """A function of one variable as one that takes an array of numbers."""
    if hasattr(f, "n"):
        check_landscape(f, 1)
        return lambda x: np.asarray(f(x[..., None]), dtype=np.float64)
    if not callable(f):
        raise TypeError(f"f: a function of one variable is needed, got {type(f).__name__}")
    return lambda x: np.broadcast_to(np.asarray(f(x), dtype=np.float64), x.shape)


def curve(
    f: Any,
    runs: Any = (),
    *,
    window: Any = None,
    tangents: Sequence[float] = (),
    chords: Sequence[Sequence[float]] = (),
    x_label: str | None = None,
    y_label: str | None = None,
    caption: str | None = None,
    alt: str | None = None,
) -> Figure:
    """Draws a function of one variable, and on it the iterates of runs, tangents and chords.

    Args:
        f: an Objective of one variable, or a plain function of an array of numbers.
        runs: as for `paths`, with points of one coordinate.
        window: (low, high).
        tangents: where to draw the tangent (its slope is measured over a short step if `f` has no `.grad`).
        chords: pairs (a, b) whose points on the curve are joined.
        x_label, y_label: the axes' labels; without them the variable's name and f of it.
        caption, alt: the sentence under the figure; what it shows in words (else written from the data).
    """
    values = _values_of(f)
    drawn = read_runs(runs, n=1)
    area = read_window(window, 1, f, drawn)[0]
    x = np.linspace(area[0], area[1], 401)
    with np.errstate(all="ignore"):
        y = values(x)
    if not np.isfinite(y).any():
        raise ValueError("f: a finite value somewhere in the window is needed, got none")
    name = x_label or axis_names(f, 1)[0]
    title = f"Graph of {title_of(f)}"
    words = [f"{title}, {name} from {number(area[0])} to {number(area[1])}."]
    with canvas(5.4, 3.6) as paper:
        axes = paper.axes
        axes.set_position((0.12, 0.14, 0.85, 0.82))
        axes.plot(x, np.where(np.isfinite(y), y, np.nan), color=INK, linewidth=1.8, zorder=2)
        low, high = float(np.nanmin(y[np.isfinite(y)])), float(np.nanmax(y[np.isfinite(y)]))
        margin = 0.06 * (high - low or 1.0)
        axes.set_ylim(low - margin, high + margin)
        axes.set_xlim(*area)
        for place in number_list(tangents, "tangents") if len(tangents) else ():
            h = 1e-6 * (area[1] - area[0])
            at = values(np.array([place - h, place, place + h]))
            slope = (at[2] - at[0]) / (2 * h)
            line = at[1] + slope * (x - place)
            axes.plot(x, line, color=SERIES[1], linestyle=DASHES[1], linewidth=1.4, zorder=2.2)
            axes.plot([place], [at[1]], "s", color=SERIES[1], markersize=6, zorder=4)
            words.append(f"The tangent at {number(place)} has slope {number(float(f'{slope:.3g}'))}.")
        for pair in chords:
            ends = number_list(pair, "chords")
            axes.plot(
                ends,
                values(ends),
                color=SERIES[0],
                linestyle=DASHES[3],
                marker="D",
                markersize=5.5,
                linewidth=1.4,
                zorder=3,
            )
            words.append("A chord joins the points at " + " and ".join(number(e) for e in ends) + ".")
        for series, path in enumerate(drawn):
            for k, lane in enumerate(path.lanes):
                at = lane[:, 0][np.isfinite(lane[:, 0])]
                heights = values(at)
                look: dict[str, Any] = {"color": SERIES[series], "marker": MARKERS[series]}
                axes.plot(at, heights, linestyle=DASHES[series], linewidth=1, markersize=5, zorder=3, **look)
                axes.plot(
                    at[-1:],
                    heights[-1:],
                    markersize=8,
                    zorder=4,
                    linestyle="none",
                    label=None if k else path.label,
                    **look,
                )
                words.append(f"{path.label}: from {number(at[0])} to {number(at[-1])} in {int(path.t[-1])} steps.")
        _plain_ticks(axes, False, False)
        axes.set_xlabel(name, style="italic")
        axes.set_ylabel(y_label or f"f({name})", style="italic")
        _finish(axes, [path.label for path in drawn if path.label != "run 1"])
        paper.make_room()
        svg = paper.svg()
    return Figure([(svg, title, alt or " ".join(words))], caption)


def lines(
    series: Mapping[str, Sequence[Any]] | None = None,
    *,
    points: Mapping[str, Sequence[Any]] | None = None,
    x_label: str,
    y_label: str,
    x_log: bool = False,
    y_log: bool = False,
    level: float | None = None,
    key_above: bool = False,
    caption: str | None = None,
    alt: str | None = None,
) -> Figure:
    """Draws any lines and points.

    Args:
        series: from label to (x, y), drawn as lines.
        points: from label to (x, y), drawn as marks without a line.
        x_label, y_label: the axes' labels, with symbols and units.
        x_log, y_log: logarithmic axes; what is not positive is left out of them.
        level: a horizontal line at this height.
        key_above: whether the key stands over the frame, because in it there is no place that is clear of all lines.
        caption, alt: the sentence under the figure; what it shows in words (else written from the data).
    """
    given = [(label, pair, True) for label, pair in (series or {}).items()]
    given += [(label, pair, False) for label, pair in (points or {}).items()]
    if not 1 <= len(given) <= 8:
        raise ValueError(f"series: 1 to 8 lines and sets of points are needed, got {len(given)}")
    words = [f"Plot of {y_label} against {x_label}."]
    with canvas(5.4, 3.6) as paper:
        axes = paper.axes
        axes.set_position((0.135, 0.14, 0.835, 0.81 - 0.07 * key_above * ((len(given) + 1) // 2)))
        for k, (label, pair, joined) in enumerate(given):
            x, y = (np.asarray(side, dtype=np.float64) for side in _pair(label, pair))
            keep = np.isfinite(x) & np.isfinite(y) & ((x > 0) if x_log else True) & ((y > 0) if y_log else True)
            if not keep.any():
                raise ValueError(f"series: {label!r} needs a finite point that its axes can show, got none")
            x, y = x[keep], y[keep]
            if joined:
                _draw(axes, x, y, k, label or None, x_log)
            else:
                axes.plot(
                    x, y, linestyle="none", marker=MARKERS[k], color=SERIES[k], markersize=5,
                    markeredgecolor=PAPER, markeredgewidth=0.5, label=label or None,
                )  # fmt: skip
            x0, x1, y0, y1 = (number(float(f"{v:.3g}")) for v in (x[0], x[-1], y[0], y[-1]))
            ends = f"{y0} at {x0} to {y1} at {x1}"
            words.append(f"{label or y_label}: from {ends}." if joined else f"{label or 'Points'}: {len(x)} points.")
        if level is not None:
            axes.axhline(level, color=FAINT, linewidth=1, linestyle=(0, (4, 3)))
        if x_log:
            axes.set_xscale("log")
        if y_log:
            axes.set_yscale("log")
        _plain_ticks(axes, x_log, y_log)
        axes.set_xlabel(x_label)
        axes.set_ylabel(y_label)
        _finish(axes, [label for label, _, _ in given], key_above)
        paper.make_room()
        svg = paper.svg()
    return Figure([(svg, f"{y_label} against {x_label}", alt or " ".join(words))], caption)


def _pair(label: str, pair: Any) -> tuple[Any, Any]:
    """x and y of one series, as long as each other."""
    try:
        x, y = pair
        same = np.shape(x) == np.shape(y) and np.ndim(x) == 1 and len(x) > 0
    except (TypeError, ValueError):
        same = False
    if not same:
        raise ValueError(f"series: {label!r} needs (x, y), two lists of one length, got {pair!r}"[:200])
    return x, y
