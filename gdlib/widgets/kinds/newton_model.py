"""Newton's quadratics: the parabola or paraboloid fitted at each iterate, and the axes in which it is round."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from gdlib import objectives as all_objectives
from gdlib.emit.as_javascript import function_of_its_name, function_text
from gdlib.first_order import gradient_descent
from gdlib.landscapes.relief import line_height
from gdlib.objective import Objective
from gdlib.second_order.newton_steps import damped_newton
from gdlib.second_order.two_by_two import symmetric_eigen
from gdlib.stationary import stationary_points
from gdlib.vocabulary import Knob, in_short
from gdlib.widgets.arguments import landscape, landscapes, listed, one_of, point, whole_steps
from gdlib.widgets.as_json import Json, key, landscape_json, start_of, window_of
from gdlib.widgets.fields import Choice, Field, Point, Runners
from gdlib.widgets.knobs import STEPS
from gdlib.widgets.normalised_axes import normalised_axes
from gdlib.widgets.page_form import Explorer
from gdlib.widgets.starting_values import starting_values
from gdlib.widgets.stepped import DAMPING, run_of, runner, stepped_json

VIEWS = {"curve": "one variable", "map": "two variables", "axes": "normalised axes"}
"""What may be looked at: the first two follow from the objective, the third is a quadratic of its own."""
_ON_A_MAP = ("rosenbrock", "himmelblau", "double_well", "three_hump_camel", "beale", "ravine")
_SECONDS = 2.0
_OWN = {"curve": 1, "map": 2}
"""How many variables a formula of the reader's own may have."""


def newton_model(
    f: Objective | str | None = None,
    *,
    view: str | None = None,
    start: Sequence[float] | float | None = None,
    steps: int | None = None,
    objectives: Iterable[Any] | None = None,
) -> Explorer:
    """Newton's method as it sees f: a parabola in one variable, a paraboloid in two; or a quadratic in normalised axes.

    `view` is "curve", "map" or "axes"; without it an objective of two variables has the map, else it is the curve.
    """
    if view is None:
        known = all_objectives[f] if isinstance(f, str) and f in all_objectives else f
        view = "map" if getattr(known, "n", 1) == 2 else "curve"
    if one_of(view, "view", VIEWS) == "axes":
        for argument, given in (("f", f), ("objectives", objectives)):
            if given is not None:
                raise TypeError(
                    f"{argument}: the normalised axes are those of a quadratic with knobs, got {in_short(given)}"
                )
        return normalised_axes(start, 30 if steps is None else steps)
    describe = _map if view == "map" else _curve
    return describe(f, start, steps, objectives)


@lru_cache(maxsize=1)
def offered() -> tuple[Objective | str, ...]:
    """Functions of one variable when none are named: what Newton's method does differently on each."""

    def one(formula: str, title: str, start: float, half: float) -> Objective:
        return Objective(formula, title=title, start=(start,), window=((-half, half),))

    return (one("cosh(x)", "Cosh", 1.8, 2.5), "lopsided_valley", one("x**2 + 1", "Parabola", 1.6, 2.5),
            one("x**4", "Quartic", 1.3, 1.5), one("sqrt(x**2 + 1)", "Hyperbola", 0.8, 4.0),
            one("x**4/4 - x**2/2", "Double well", 0.4, 1.8))  # fmt: skip


def parabola(x: Any, at: Any, value: Any, slope: Any, curvature: Any) -> Any:
    """What f is like to second order around `at`.

    >>> parabola(3.0, 1.0, 5.0, -2.0, 4.0)
    9.0
    """
    d = x - at
    return value + slope * d + 0.5 * curvature * (d * d)


def _about(view: str, label: str, told: list[Json]) -> list[Field]:
    """The fields that say what is looked at; a view is not changed, but belongs to what is said of a state."""
    brings = {one["name"]: {"start": one["start"]} for one in told}
    return [Choice("view", "View", {view: VIEWS[view]}),
            Choice("objective", label, {one["name"]: one["title"] for one in told}, brings, _OWN[view])]  # fmt: skip


def _curve(f: Any, start: Any, steps: int | None, objectives: Any) -> Explorer:
    choice = offered() if objectives is None else listed(objectives, "objectives")
    chosen = landscape(choice[0] if f is None else f, "f", 1)
    grounds = landscapes(chosen, choice, "objectives", 1)
    set_out = start_of(chosen) if start is None else point(start, "start", 1)
    told = []
    for one in grounds.values():
        begin = set_out if one is chosen else start_of(one)
        told.append({**landscape_json(one, begin, curvature=True), "stationary": _stationary(one),
                     "hyperparameters": {damped_newton.name: {"lr": 1.0}}})  # fmt: skip

    def still(state: Json) -> Any:
        from gdlib import figures

        ground = grounds.of(state, 1)
        return figures.newton_parabolas(ground, run_of(ground, damped_newton, state))

    return Explorer(
        "newton-model",
        [
            *_about("curve", "Function", told),
            Point("start", "Start", size=1),
            STEPS,
            Runners({damped_newton.name: damped_newton}, lambda name, rule: {"lr": 1.0}, 1, 1),
        ],
        {"view": "curve", "objective": key(chosen), "start": list(set_out),
         "steps": whole_steps(12 if steps is None else steps, "steps"), "rules": [runner(damped_newton, {"lr": 1.0})]},
        still,
        room="newton-model",
        tries=[
            "Step through cosh with η = 1. How does the number of right digits grow? And with η = 0.5?",
            "Take the quartic x⁴. What is left of the error in a step, and which η is the best one?",
            "On the double well set out where the curve bends downwards, |x| < 0.57. Where does Newton’s method go? "
            "And from 2 on the hyperbola √(1 + x²)?",
        ],
        hint="Drag the ring along the curve. Dashed: the parabola that fits f there.",
        objectives=told,
        rules=[stepped_json(damped_newton, 0, 1.0, Knob(0.05, 4.0, "linear"))],
        formulas=[function_of_its_name(parabola)],
    )  # fmt: skip


@lru_cache(maxsize=256)
def _stationary(f: Objective) -> list[Json]:
    """Where the method may arrive: the stationary points in sight, as the catalogue or a search has them."""
    known = getattr(f, "stationary", None)
    if known is None:
        known = stationary_points(f, window=window_of(f, start_of(f)), seconds=_SECONDS)
    return [
        {"x": float(one.location[0]), "value": float(f([float(one.location[0])])), "kind": one.kind} for one in known
    ]


def _map(f: Any, start: Any, steps: int | None, objectives: Any) -> Explorer:
    chosen = landscape(_ON_A_MAP[0] if f is None else f, "f")
    grounds = landscapes(chosen, _ON_A_MAP if objectives is None else listed(objectives, "objectives"), "objectives")
    set_out = start_of(chosen) if start is None else point(start, "start")
    count = whole_steps(30 if steps is None else steps, "steps")
    rules = (damped_newton, gradient_descent)
    told = []
    for one in grounds.values():
        x, y = begin = set_out if one is chosen else start_of(one)
        plain = {**gradient_descent.defaults} | starting_values(one, gradient_descent, (x, y), count)
        found = {damped_newton.name: {"lr": 1.0}, gradient_descent.name: plain}
        told.append({**landscape_json(one, begin, curvature=True), "hyperparameters": found})
    first = {one["name"]: one["hyperparameters"] for one in told}

    def still(state: Json) -> Any:
        from gdlib import figures

        ground, begin = grounds.of(state), tuple(state["start"])
        runs = {rule.title: run_of(ground, rule, state) for rule in rules}
        window = window_of(ground, begin)
        reach = 0.12 * max(high - low for low, high in window)
        drawn = figures.paths(ground, runs, window=window)
        with np.errstate(all="ignore"):
            known = all(np.isfinite(part(begin)).all() for part in (ground, ground.grad, ground.hess))
        if not known:
            return drawn
        near = figures.quadratic_models(ground, [begin], radius=reach, labels=["The model at the start"])
        return figures.beside(drawn, near)

    return Explorer(
        "newton-model",
        [
            *_about("map", "Landscape", told),
            Point("start", "Start"),
            STEPS,
            Runners({rule.name: rule for rule in rules},
                    lambda name, rule: dict(first.get(name, {}).get(rule.name, {})), 2, 2),
        ],
        {"view": "map", "objective": key(chosen), "start": list(set_out), "steps": count,
         "rules": [runner(rule, first[key(chosen)][rule.name]) for rule in rules]},
        still,
        room="newton-model map",
        tries=[
            "Step on: how many steps until Newton has no slope left, and how far is gradient descent by then?",
            "Choose Himmelblau’s function, or the double well. Where do the two arrive, and what does the model look "
            "like on Newton’s way?",
            "Choose the ravine, a quadratic. What is the model there, and what does η = 0.5 leave of the error a step?",
        ],
        hint="Click the map or drag the ring to move the start.",
        objectives=told,
        rules=[stepped_json(damped_newton, 0, 1.0, DAMPING),
               stepped_json(gradient_descent, 1, gradient_descent.defaults["lr"], None)],
        formulas=[function_of_its_name(line_height), function_text("eigen", symmetric_eigen, ["a", "b", "d"])],
    )  # fmt: skip
