"""The step size in one variable: descent on a curve, η against the η_opt of the minimum, and what each step leaves."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import sympy as sp

from gdlib.emit.as_javascript import function_of_its_name
from gdlib.first_order import gradient_descent
from gdlib.objective import Objective
from gdlib.rates import optimal_step, spectral_radius
from gdlib.running import descend
from gdlib.stationary import stationary_points
from gdlib.widgets import plain_signs
from gdlib.widgets.arguments import entries, landscape, landscapes, listed, point, whole_steps
from gdlib.widgets.as_json import Json, key, landscape_json, rule_json, start_of, window_of
from gdlib.widgets.fields import Choice, Point, Runners
from gdlib.widgets.knobs import STEPS
from gdlib.widgets.page_form import Explorer

_FROM_CATALOGUE = ("huber", "quintic", "steepening_bowl", "lopsided_valley", "shoulder", "flat_well", "heavy_ball_trap")
_SHARE = 0.3
"""A first η is this part of η_opt; where there is none, one that goes this part of a quarter of the window at once."""
_SPAN = (0.1, 4.0)
"""What the slider spans, in units of η_opt, of the largest and of the smallest."""
_SECONDS = 2.0
"""How long the minima of a reader's own function are looked for."""


class Well(NamedTuple):
    """A minimum: where, how high, how curved."""

    x: float
    value: float
    curvature: float


def limit_ratio(curvature: Any, lr: Any) -> Any:
    """What a step leaves of f - f* on a parabola, and near a minimum so curved: the square of 1 - lr·curvature.

    >>> limit_ratio(4.0, 0.125)
    0.25
    """
    left = spectral_radius(gradient_descent, curvature, lr=lr)
    return left * left


def error_ratio(before: Any, after: Any, least: Any) -> Any:
    """What a step left of the error of the value.

    >>> error_ratio(5.0, 2.0, 1.0)
    0.25
    """
    return np.abs(after - least) / np.abs(before - least)


def touching_parabola(x: Any, at: Any, value: Any, slope: Any, lr: Any) -> Any:
    """The parabola of curvature 1/lr that touches f at `at`: a step of descent leads to its lowest point.

    >>> touching_parabola(1.5, 2.0, 3.0, 4.0, 0.25)
    1.5
    """
    d = x - at
    return value + slope * d + d * d / (2.0 * lr)


@lru_cache(maxsize=1)
def offered() -> tuple[Objective | str, ...]:
    """Functions from which a reader may choose when none are named: what descent does differently on each."""
    parabola = Objective("x**2/2", title="Parabola", start=(1.0,), window=((-1.6, 1.6),))
    quartic = Objective("x**4", title="Quartic", start=(1.2,), window=((-1.5, 1.5),))
    wells = Objective("x**4/4 + x**3/3 - x**2", title="Double well", start=(-0.5,), window=((-3.1, 2.1),))
    return parabola, quartic, wells, *_FROM_CATALOGUE


@lru_cache(maxsize=256)
def wells_of(f: Objective) -> tuple[Well, ...]:
    """The minima of f in its window: as the catalogue proves them, as they are given, else as they are found."""
    known = getattr(f, "stationary", None)
    if known is not None:
        places = [one.point[0] for one in known if one.kind == "minimum"]
    elif f.minima is not None:
        places = [float(one[0]) for one in f.minima]
    else:
        found = stationary_points(f, window=window_of(f, start_of(f)), seconds=_SECONDS)
        places = [float(one.location[0]) for one in found if one.kind == "minimum"]
    wells = []
    for x in sorted(places):
        value, curvature = float(f([x])), _curvature(f, x)
        if math.isfinite(value):
            wells.append(Well(x, value, curvature))
    return tuple(wells)


def _curvature(f: Objective, x: float) -> float:
    """f'' at x; its limit where the formula divides by 0 there, and 0 where it has none."""
    with np.errstate(all="ignore"):
        plain = float(f.hess([x])[0, 0])
    if math.isfinite(plain):
        return plain
    limit = sp.limit(f.hessian[0, 0], f.variables[0], sp.nsimplify(x))
    return float(limit) if limit.is_finite else 0.0


def first_step_size(f: Objective, start: float) -> float:
    """An η, of two digits, with which a run creeps: a part of η_opt at the minimum nearest to the start."""
    curved = [one for one in wells_of(f) if one.curvature > 0]
    ((low, high),) = window_of(f, (start,))
    nearest = min(curved, key=lambda one: abs(one.x - start)).curvature if curved else 0.0
    return float(f"{float(creeping(nearest, abs(float(f.grad([start])[0])), high - low)):.2g}")


def creeping(curvature: Any, slope: Any, width: Any) -> Any:
    """An η with which a run creeps to a minimum of that curvature; without one, from such a slope across the window.

    >>> float(creeping(4.0, 1.0, 8.0)), float(creeping(0.0, 2.0, 8.0))
    (0.075, 0.3)
    """
    curved, sloping = np.where(curvature > 0.0, curvature, 1.0), np.where(slope > 0.0, slope, 1.0)
    across = np.where((slope > 0.0) & (slope < np.inf), _SHARE * width / 4.0 / sloping, 0.1)
    return np.where(curvature > 0.0, _SHARE / curved, across)


def step_size(
    f: Objective | str | None = None,
    *,
    rules: Iterable[Any] | None = None,
    start: Sequence[float] | float | None = None,
    steps: int = 20,
    objectives: Iterable[Any] | None = None,
) -> Explorer:
    """Gradient descent in one variable: what η does, against the η_opt of the minimum that it ends in."""
    choice = offered() if objectives is None else listed(objectives, "objectives")
    chosen = landscape(choice[0], "objectives", n=1) if f is None else landscape(f, "f", n=1)
    grounds = landscapes(chosen, choice, "objectives", n=1)
    ((rule, given),) = _one_rule([gradient_descent] if rules is None else rules)
    steps = whole_steps(steps, "steps")
    set_out = start_of(chosen) if start is None else point(start, "start", 1)
    told = [_told(one, set_out if one is chosen else start_of(one)) for one in grounds.values()]
    by_name = {one["name"]: one for one in told}
    own = by_name[key(chosen)]["hyperparameters"][rule.name]
    own |= given

    def found(name: str, rule: Any) -> dict[str, float]:
        return dict(by_name[name]["hyperparameters"][rule.name]) if name in by_name else {}

    def still(state: Json) -> Any:
        from gdlib import figures

        f, (x,), (runner,) = grounds.of(state, 1), state["start"], state["rules"]
        lr = runner["hyperparameters"]["lr"]
        run = descend(f, gradient_descent, (x,), steps=state["steps"], lr=lr)
        ((low, high),) = window_of(f, (x,))
        # far outside the window a run need not be told exactly; huge numbers break SVG viewers
        near = run.path[np.abs(run.path[:, 0] - x) < 20 * (high - low)]
        curve = figures.curve(f, {f"η = {lr:g}": near}, window=(low, high))
        well = well_of(f, run.path[-1, 0] if run.reason == "steps" else x)
        with np.errstate(all="ignore"):
            ratios = error_ratio(run.values[:-1], run.values[1:], well.value if well else math.nan)
        if well is None or not np.isfinite(ratios).any():
            return curve
        t = np.arange(1, len(run.values))
        ends = [1, state["steps"]], [float(limit_ratio(well.curvature, lr))] * 2
        drawn = figures.lines({"measured": (t, ratios), "(1 − η f″(x*))²": ends}, x_label="step t",
                              y_label="ratio of errors R", level=1.0)  # fmt: skip
        return figures.beside(curve, drawn)

    return Explorer(
        "step-size",
        [
            Choice("objective", "Function", {one["name"]: one["title"] for one in told},
                   {one["name"]: {"start": one["start"]} for one in told}, formula=1),
            Point("start", "Start", size=1),
            STEPS,
            Runners({rule.name: rule}, found, 1, 1),
        ],
        {"objective": key(chosen), "start": list(set_out), "steps": steps,
         "rules": [{"id": rule.name, "name": rule.name, "hyperparameters": {**rule.defaults, **own}}]},
        still,
        room="step-size",
        tries=_tries(grounds),
        hint="Drag the ring. A step leads to the bottom of the dashed parabola, of curvature 1/η.",
        objectives=told,
        rules=[rule_json(rule, 0)],
        formulas=[function_of_its_name(one)
                  for one in (optimal_step, limit_ratio, error_ratio, touching_parabola, creeping)],
        spans=_SPAN,
    )  # fmt: skip


def _one_rule(given: Any) -> list[Any]:
    found = entries(given)
    if len(found) != 1 or found[0].rule is not gradient_descent:
        names = ", ".join(one.rule.name for one in found)
        raise ValueError(f"rules: needed gradient_descent alone, got {names}")
    return found


def well_of(f: Objective, x: float) -> Well | None:
    """The minimum that a run is measured against: the one nearest to its last point."""
    return min(wells_of(f), key=lambda one: abs(one.x - x), default=None)


def _told(f: Objective, start: tuple[float, ...]) -> Json:
    """The function as JSON, with its minima, a first η and what the slider spans."""
    found, lr = wells_of(f), first_step_size(f, start[0])
    curvatures = [one.curvature for one in found if one.curvature > 0]
    span = (_SPAN[0] / max(curvatures), _SPAN[1] / min(curvatures)) if curvatures else (lr / 20, lr * 20)
    told = landscape_json(f, start)
    more = {"wells": [one._asdict() for one in found], "span": [float(f"{end:.3g}") for end in span]}
    return told | more | {"formula": _in_words(f), "hyperparameters": {gradient_descent.name: {"lr": lr}}}


def _in_words(f: Objective) -> str:
    """The formula as print has it; of branches, each with where it holds."""
    if not isinstance(f.expr, sp.Piecewise):
        return plain_signs.formula(f.text)
    *firsts, last = f.expr.args
    texts = [f"{plain_signs.formula(str(value))} for {plain_signs.formula(str(where))}" for value, where in firsts]
    return "; ".join([*(text.replace("<=", "≤") for text in texts), f"{plain_signs.formula(str(last[0]))} elsewhere"])


def _tries(grounds: dict[str, Objective]) -> list[str]:
    """What a reader may try with the functions that there are to choose from."""
    known = {
        "x**2/2": "On the parabola, from 1: 20 steps with η = 0.1 and 20 with η = 1.9 end equally far from 0. "
                  "How far after 20 with η = 1?",
        "x**4/4 + x**3/3 - x**2": "On the double well turn η up from 0.05 to 0.6. From which η on does the deep "
                                  "minimum at −2 no longer hold the run, and where does it end with 0.6?",
        "quintic": "On x⁵ start above 0, then below. Where does each run go, and is that a minimum?",
    }  # fmt: skip
    found = [text for name, text in known.items() if name in grounds]
    return found or ["Raise η slowly past η_opt and past 2η_opt: what does each step leave of the error?"]
