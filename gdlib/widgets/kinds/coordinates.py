"""Per-coordinate steps: Rprop and Quickprop, one step at a time, with what each coordinate decides and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from gdlib import rules as all_rules
from gdlib.emit.as_javascript import function_of_its_name, function_text
from gdlib.emit.working_as_javascript import working_text
from gdlib.landscapes.relief import line_height
from gdlib.objective import Objective
from gdlib.running import descend
from gdlib.update_rule import Rule
from gdlib.widgets.arguments import entries, landscape, landscapes, listed, point, whole_steps
from gdlib.widgets.as_json import Json, key, landscape_json, rule_json, start_of, window_of
from gdlib.widgets.fields import Choice, Point, Runners
from gdlib.widgets.knobs import STEPS, setting
from gdlib.widgets.page_form import Explorer
from gdlib.widgets.starting_values import finder

RULES = ("rprop_plus", "rprop_minus", "irprop_plus", "irprop_minus", "quickprop_secant", "quickprop")
"""The rules whose steps can be told in words: each decides coordinate by coordinate from two gradients."""
TURNED = Objective(
    "13*x**2/2 - 12*x*y + 13*y**2/2",
    title="Ravine turned by 45°",
    start=(-3.8, -2.5),
    window=((-5, 5), (-5, 5)),
    minima=[(0, 0)],
)
"""The ravine of the catalogue in other axes: what a rule loses there it owed to the coordinates."""
OFFERED: tuple[Any, ...] = ("bowl", "ravine", TURNED, "oblique_bowl", "styblinski_tang", "beale", "rosenbrock")
"""Landscapes with coordinates that know nothing of each other, and others in which they depend on each other."""
TRIES = (
    "On the ravine, watch step 7: in y the slope changes its sign and Rprop+ goes back to where it was, while x "
    "walks on. Choose iRprop+: the value has not risen, so it stays where it is.",
    "Turn the ravine by 45°: the same valley, yet Rprop+ brings the value below 0.01 after 48 steps, not 15. "
    "The signs belong to the axes, the valley no longer does.",
    "Choose Quickprop, plain secant: on the ravine step 2 lands on the minimum from any start, for there each parabola "
    "is the curve itself. On the turned ravine it is not.",
)


def secant_parabola(offset: Any, g: Any, g_prev: Any, move: Any) -> Any:
    """How high, above the present place, the parabola is whose slope is g here and g_prev one move before."""
    return offset * (g + offset * (g - g_prev) / (2 * move))


def growth_limit(growth: Any, move: Any) -> Any:
    """The longest that Quickprop lets the secant's part of a step be, beside the last move."""
    return growth * move


def coordinates(
    f: Objective | str = "ravine",
    *,
    rules: Iterable[Any] | None = None,
    start: Sequence[float] | None = None,
    steps: int = 60,
    objectives: Iterable[Any] | None = None,
) -> Explorer:
    """A rule that steps in each coordinate by itself: its path, and why each coordinate moves as it does."""
    chosen = landscape(f, "f")
    grounds = landscapes(chosen, OFFERED if objectives is None else listed(objectives, "objectives"), "objectives")
    known = {name: all_rules[name] for name in RULES}
    running, given = _one(rules)
    steps = whole_steps(steps, "steps")
    set_out = start_of(chosen) if start is None else point(start, "start")
    told = [landscape_json(one, set_out if one is chosen else start_of(one)) for one in grounds.values()]
    found = finder(grounds, told, steps)
    values = {**running.defaults, **found(key(chosen), running), **given}
    return Explorer(
        "coordinates",
        [
            Choice("objective", "Landscape", {one["name"]: one["title"] for one in told},
                   {one["name"]: {"start": one["start"]} for one in told}, formula=2),
            Point("start", "Start"),
            STEPS,
            setting("step", "Step shown", (0, STEPS.entry.high), whole=True, turned=False),
            Runners(known, found, least=1, most=1),
        ],
        {"objective": key(chosen), "start": list(set_out), "steps": steps, "step": min(7, steps),
         "rules": [{"id": running.name, "name": running.name, "hyperparameters": values}]},
        lambda state: _still(grounds.of(state), known, state),
        room="coordinates" if "step" in running.state else f"coordinates {running.name}",
        tries=TRIES,
        hint="Click the map or drag the ring to move the start.",
        objectives=told,
        rules=[rule_json(rule, 0) | {"module": rule_json(rule, 0)["module"] + working_text(rule)}
               for rule in known.values()],
        formulas=[function_of_its_name(line_height), function_text("secantParabola", secant_parabola),
                  function_text("growthLimit", growth_limit)],
    )  # fmt: skip


def _one(rules: Iterable[Any] | None) -> tuple[Rule, dict[str, float]]:
    """The one rule that runs, and the hyperparameters given for it."""
    if rules is None:
        return all_rules["rprop_plus"], {}
    running = entries(rules)
    if len(running) != 1 or all(all_rules[name] is not running[0].rule for name in RULES):
        came = ", ".join(one.rule.name for one in running)
        raise ValueError(f"rules: needed one of {', '.join(RULES)}, got {came}"[:300])
    return running[0]


def step_sizes(f: Objective, rule: Rule, start: Sequence[float], steps: int, **hyperparameters: float) -> Any:
    """How far the rule reaches in each coordinate at steps 1, 2, …: its own step size, else the move it made."""
    theta = np.array(start, dtype=float)
    memory: list[Any] = [np.zeros_like(theta) for _ in rule.state]
    kept = rule.state.index("step" if "step" in rule.state else "move")
    sizes = []
    with np.errstate(all="ignore"):
        for t in range(1, steps + 1):
            value = np.full_like(theta, float(f(theta)))
            given = {
                "theta": theta,
                "g": f.grad(theta),
                "f": value,
                "t": t,
                **dict(zip(rule.state, memory, strict=True)),
            }
            theta, *memory = rule(*(given[name] for name in rule.takes), **hyperparameters)
            if not np.isfinite(theta).all():
                break
            sizes.append(np.abs(memory[kept]))
    return np.array(sizes).reshape(-1, 2)


def _still(f: Objective, known: dict[str, Rule], state: Json) -> Any:
    from gdlib import figures

    one = state["rules"][0]
    rule, values, begin = known[one["name"]], one["hyperparameters"], tuple(state["start"])
    run = descend(f, rule, begin, steps=max(1, state["step"]), **values)
    sizes = step_sizes(f, rule, begin, state["steps"], **values)
    t = np.arange(1, len(sizes) + 1)
    names = [str(variable) for variable in f.variables]
    reach = "step size Δ" if "step" in rule.state else "length of the move"
    shown = {name: (t, column) for name, column in zip(names, sizes.T, strict=True) if (column > 0).any()}
    pictures = [figures.paths(f, {rule.title: run}, window=window_of(f, begin))]
    if shown:
        pictures.append(figures.lines(shown, x_label="step t", y_label=f"{reach} in each coordinate", y_log=True))
    return figures.beside(*pictures)
