"""The basin map: each pixel is a start, coloured by where its run ends or by how many steps it takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from gdlib import emit
from gdlib import methods as all_methods
from gdlib import rules as all_rules
from gdlib.emit.as_glsl import PROGRAM, landscape_text, step_text
from gdlib.objective import Objective
from gdlib.running import descend
from gdlib.second_order.method import Method
from gdlib.update_rule import Rule
from gdlib.vocabulary import hyperparameter
from gdlib.widgets.arguments import (
    Grounds,
    entries,
    landscape,
    landscapes,
    listed,
    one_of,
    point,
    settings_of,
    whole_steps,
)
from gdlib.widgets.as_json import Json, key, landscape_json, number_json, rule_json, start_of, window_of
from gdlib.widgets.ends import Ends, ends_of
from gdlib.widgets.fields import Choice, Point, Runners
from gdlib.widgets.knobs import STEPS, setting
from gdlib.widgets.page_form import Explorer
from gdlib.widgets.starting_values import starting_values

RUNNING = (
    "newton",
    "damped_newton",
    "saddle_free_newton",
    "gradient_descent",
    "momentum",
    "nesterov",
    "rprop_minus",
    "adam",
)
"""Rules and methods from which a reader may choose when none are named."""
SHOWN = {"end": "where it ends", "steps": "how many steps"}
LEVEL = 1e-3
"""A run has arrived where the slope, in this step and the last, is at most so much."""
_PATIENCE = 60.0  # seconds
_TRIED = 200  # steps in which a rule's first step size is to get somewhere
_CELLS = 100  # of the still picture, across
_ZOOM = setting("zoom", "Zoom", (1.0, 10_000.0), allowed=(0.1, 1e9), scale="log")


@lru_cache(maxsize=1)
def offered() -> tuple[Any, ...]:
    """Landscapes when none are named: several minima; and one whose slope is z³ - 1, Newton's fractal."""
    cube = Objective("x**4/4 - 3*x**2*y**2/2 + y**4/4 - x", title="Cube roots of one", window=((-2, 2), (-2, 2)),
                     start=(-1.0, 0.4))  # fmt: skip
    return "himmelblau", cube, "three_hump_camel", "six_hump_camel", "double_well", "twin_wells", "beale", "rosenbrock"


def basin_map(
    f: Objective | str | None = None,
    *,
    rules: Iterable[Any] | None = None,
    start: Sequence[float] | None = None,
    steps: int = 200,
    shows: str = "end",
    objectives: Iterable[Any] | None = None,
) -> Explorer:
    """Each pixel is a start: where a rule's or method's run from it ends, or how many steps it takes.

    `rules` are those from which the reader may choose, methods with components (gd.methods.newton) among them; the
    first one runs. `shows` is "end" or "steps"; `centre` and `zoom` say which part of the plane is shown.
    """
    one_of(shows, "shows", SHOWN)
    choice = offered() if objectives is None else listed(objectives, "objectives")
    chosen = landscape(choice[0] if f is None else f, "f")
    grounds = landscapes(chosen, choice, "objectives")
    known, given = _running(RUNNING if rules is None else rules)
    set_out = start_of(chosen) if start is None else point(start, "start")
    told = [_ground_json(one, set_out if one is chosen else start_of(one), known) for one in grounds.values()]
    by_name = {one["name"]: one for one in told}

    def found(name: str, rule: Any) -> dict[str, float]:
        return dict(by_name[name]["hyperparameters"].get(rule.name, {})) if name in by_name else {}

    brings = {one["name"]: {"start": one["start"], "centre": _middle(one["window"]), "zoom": 1.0} for one in told}
    first = next(iter(known.values()))
    # of a reader's own rule nothing is known, whatever its name
    called = first.name if first in all_rules or first in all_methods else ""
    values = {**first.defaults, **found(key(chosen), first), **given}
    return Explorer(
        "basin-map",
        [
            Choice("objective", "Landscape", {one["name"]: one["title"] for one in told}, brings, formula=2),
            Choice("shows", "Shows", SHOWN),
            Point("start", "Start"),
            STEPS,
            Runners(known, found, 1, 1),
            Point("centre", "Centre"),
            _ZOOM,
        ],
        {"objective": key(chosen), "shows": shows, "start": list(set_out), "steps": whole_steps(steps, "steps"),
         "rules": [{"id": first.name, "name": first.name, "hyperparameters": values}],
         **{name: part for name, part in brings[key(chosen)].items() if name != "start"}},
        lambda state: _still(state, grounds, known),
        room=f"basin-map {called}" if called in ROOMS else "basin-map",
        tries=_tries(key(chosen), called, grounds),
        hint="Click the map to set out there; drag it to move it, + and − or the wheel zoom.",
        objectives=told,
        rules=[_told(one, series) for series, one in enumerate(known.values())],
        level=LEVEL,
        glsl=PROGRAM,
    )  # fmt: skip


def _running(given: Any) -> tuple[dict[str, Rule | Method], Mapping[str, float]]:
    """The rules and methods by name, and the hyperparameters that were given for the first one."""
    found = [_entry(one) for one in listed(given, "rules")]
    known = {one.name: one for one, _ in found}
    if len(known) < len(found):
        raise ValueError(f"rules: needed each once, got {', '.join(one.name for one, _ in found)}")
    return known, found[0][1]


def _entry(given: Any) -> tuple[Rule | Method, Mapping[str, float]]:
    one, values = given if isinstance(given, tuple) and len(given) == 2 else (given, {})
    method = all_methods[one] if isinstance(one, str) and one in all_methods else one
    if not isinstance(method, Method):
        ((rule, settings),) = entries([given])
        return rule, settings
    if not method.has_components(2):
        names = ", ".join(each.name for each in all_methods if each.has_components(2))
        raise ValueError(f"rules: of methods a map runs {names}, got {method.name}")
    return method, settings_of(method, values)


def _told(one: Rule | Method, series: int) -> Json:
    """A rule, or a method in the same form."""
    if isinstance(one, Rule):
        return rule_json(one, series) | {"glsl": step_text(one)}
    knobs = [{**number_json(hyperparameter(name, value)), "value": value} for name, value in one.defaults.items()]
    return {"name": one.name, "title": one.title, "summary": one.summary, "series": series,
            "python": f"gd.methods.{one.name}", "hyperparameters": knobs, "module": emit.javascript(one),
            "glsl": step_text(one)}  # fmt: skip


def _ground_json(f: Objective, start: tuple[float, ...], known: Mapping[str, Rule | Method]) -> Json:
    ends = _ends(f)
    settings = {name: dict(one.defaults) for name, one in known.items()}
    for name, one in known.items():
        if isinstance(one, Rule):
            settings[name] |= starting_values(f, one, (start[0], start[1]), _TRIED)
    return landscape_json(f, start, curvature=True) | {
        "hyperparameters": settings,
        "glsl": landscape_text(f),
        "ends": [{"at": list(one.at), "kind": one.kind, "group": one.group} for one in ends.points],
        "groups": ends.groups,
        "near": ends.near,
    }


def _ends(f: Objective) -> Ends:
    """The landscape's ends; what is offered to all readers is searched until it is found."""
    return ends_of(f, _PATIENCE) if any(f is one for one in offered()) else ends_of(f)


def _middle(window: Sequence[Sequence[float]]) -> list[float]:
    return [(low + high) / 2 for low, high in window]


def view(window: Sequence[Sequence[float]], centre: Sequence[float], zoom: float) -> list[tuple[float, float]]:
    """The part of the plane that is shown: the window about another centre, so many times smaller."""
    return [(at - (high - low) / (2 * zoom), at + (high - low) / (2 * zoom))
            for at, (low, high) in zip(centre, window, strict=True)]  # fmt: skip


ROOMS = ("gradient_descent", "saddle_free_newton")
"""What begins with one of these has a height of its own: it has knobs, and other things to try."""
_TRIES = {
    "newton": [
        "Newton’s method from (0, 0.5), from (0, 1), from (0, 1.5): what is it that each run ends at?",
        "Choose another rule, one that never seeks a saddle. Which colours are gone?",
    ],
    "saddle_free_newton": ["Choose Newton’s method. Which colours come back, and where do the borders break up?"],
    "gradient_descent": ["Zoom in at a saddle, F: how many colours meet? At the top, E: which thin out?"],
}
"""What there is to find out on Himmelblau's function, by the rule that runs at first."""
_ON_THE_CUBE = (
    "Choose the cube roots of one and zoom in where two colours meet. Do you ever find a border without the third?"
)


def _tries(objective: str, first: str, grounds: Iterable[str]) -> list[str]:
    tries = list(_TRIES.get(first, [])) if objective == "himmelblau" else []
    if first == "newton" and offered()[1].text in grounds:
        tries.append(_ON_THE_CUBE)
    return tries or ["Set out from two starts on both sides of a border. Where do the two paths part?"]


def _still(state: Json, grounds: Grounds, known: Mapping[str, Rule | Method]) -> Any:
    """The map at first sight, and the path from the start."""
    from gdlib import figures

    f, (runner,) = grounds.of(state), state["rules"]
    rule, ends = known[runner["name"]], _ends(f)
    across, up = view(window_of(f, tuple(state["start"])), state["centre"], state["zoom"])
    rows = round(_CELLS * (up[1] - up[0]) / (across[1] - across[0]))
    x, y = (low + (high - low) * (np.arange(count) + 0.5) / count
            for (low, high), count in ((across, _CELLS), (up, rows)))  # fmt: skip
    starts = np.stack(np.meshgrid(x, y), axis=-1)
    run = descend(f, rule, starts, steps=state["steps"], **runner["hyperparameters"])
    path = descend(f, rule, tuple(state["start"]), steps=state["steps"], **runner["hyperparameters"]).path
    near = (abs(path - np.mean([across, up], axis=1)) <= np.diff([across, up], axis=1)[:, 0]).all(axis=-1)
    shown = path[: len(path) if near.all() else int(np.argmin(near))]
    places = np.array([one.at for one in ends.points if one.kind == "minimum"])
    marks = {"start": ([state["start"][0]], [state["start"][1]])} | ({"minima": places.T} if len(places) else {})
    names = [str(variable) for variable in f.variables]
    told: Json = {"x_label": names[0], "y_label": names[1], "equal": True, "points": marks,
                  "curves": {"path": shown.T} if len(shown) > 1 else None}  # fmt: skip
    size = np.fmax(run.grad_norms[1:], run.grad_norms[:-1])
    count = np.where((size <= LEVEL).any(axis=0), 1 + np.argmax(size <= LEVEL, axis=0), np.nan)
    if state["shows"] == "end" or np.isnan(count).all():
        names = ends.groups or ["a stationary point"]
        return figures.plane(ends.group_of(run.path[-1]), across, up, key="ends at", categories=names,
                             missing="nowhere yet", **told,
                             caption=f"Where {rule.title} ends from each start on {f.title}.")  # fmt: skip
    return figures.plane(count, across, up, key="steps", missing="not yet", log=True, **told,
                         caption=f"How many steps {rule.title} takes from each start on {f.title}.")  # fmt: skip
