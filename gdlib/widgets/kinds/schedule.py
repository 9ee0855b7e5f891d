"""A schedule against the constant step: the factors on the step size, and the loss where slopes are noisy."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from gdlib import rules as all_rules
from gdlib.objective import Objective
from gdlib.running import descend
from gdlib.widgets.arguments import entries, landscape, landscapes, listed, point, whole_steps
from gdlib.widgets.as_json import Json, key, landscape_json, rule_json, start_of
from gdlib.widgets.changes import SCHEDULES, change_json, made
from gdlib.widgets.fields import Choice, Chosen, Point, Runners
from gdlib.widgets.knobs import STEPS, setting
from gdlib.widgets.page_form import Explorer

OFFERED = ("ravine", "bowl", "rosenbrock", "himmelblau")
RULES = ("gradient_descent", "momentum", "adam")
_STEP_SIZES = {  # in reach of a constant step, and large enough for noise to be felt
    "ravine": {"gradient_descent": 0.07, "momentum": 0.02, "adam": 0.1},
    "bowl": {"gradient_descent": 0.1, "momentum": 0.02, "adam": 0.1},
    "rosenbrock": {"gradient_descent": 0.001, "momentum": 0.0005, "adam": 0.1},
    "himmelblau": {"gradient_descent": 0.01, "momentum": 0.002, "adam": 0.1},
}
NOISE = 2.0
TRIES = (
    "Look at the end: the constant step stays restless, however long it runs; under the schedule the loss goes on "
    "falling.",
    "Set the noise to 0: now the constant step wins by far. What a schedule buys is calm, and without noise there is "
    "nothing to calm.",
    "Choose 1/(1 + rate·k)² and put the rate to 0.5: calm, and nowhere near. All its steps together are a bounded way.",
)


def schedule(
    f: Objective | str = "ravine",
    *,
    rules: Iterable[Any] | None = None,
    start: Sequence[float] | None = None,
    steps: int = 300,
    objectives: Iterable[Any] | None = None,
) -> Explorer:
    """One rule with noisy slopes, under a schedule and with a constant step."""
    chosen = landscape(f, "f")
    grounds = landscapes(chosen, OFFERED if objectives is None else listed(objectives, "objectives"), "objectives")
    running = entries(["gradient_descent"] if rules is None else rules)
    if len(running) > 1:
        raise ValueError(f"rules: needed one, got {', '.join(one.rule.name for one in running)}")
    (entry,) = running
    if "lr" not in entry.rule.defaults:
        raise ValueError(f"rules: needed a rule with a step size lr, which a schedule changes, got {entry.rule.name}")
    known = {entry.rule.name: entry.rule} | {name: all_rules[name] for name in RULES if name != entry.rule.name}
    steps = whole_steps(steps, "steps")
    set_out = start_of(chosen) if start is None else point(start, "start")
    told = [landscape_json(one, set_out if one is chosen else start_of(one)) for one in grounds.values()]
    for one in told:
        sizes = _STEP_SIZES.get(one["name"], {})
        one["hyperparameters"] = {  # a reader's own rule has its own, whatever its name
            name: {"lr": sizes[name]} if name in sizes and rule in all_rules else {} for name, rule in known.items()
        }
    found = {one["name"]: one["hyperparameters"] for one in told}
    values = {**entry.rule.defaults, **found[key(chosen)][entry.rule.name], **entry.given}
    changes = Chosen("schedule", "Schedule", "schedules", SCHEDULES)
    return Explorer(
        "schedule",
        [
            Choice("objective", "Landscape", {one["name"]: one["title"] for one in told},
                   {one["name"]: {"start": one["start"]} for one in told}, formula=2),
            Point("start", "Start"),
            STEPS,
            Runners(known, lambda name, rule: dict(found.get(name, {}).get(rule.name, {})), least=1, most=1),
            changes,
            setting("noise", "Noise of each slope, σ", (0.0, 10.0), allowed=(0.0, 1e6)),
            setting("seed", "Seed of the noise", (1, 99), allowed=(0, 2**31), whole=True),
        ],
        {"objective": key(chosen), "start": list(set_out), "steps": steps,
         "rules": [{"id": entry.rule.name, "name": entry.rule.name, "hyperparameters": values}],
         "schedule": changes.first("inverse"), "noise": NOISE, "seed": 1},
        lambda state: _still(grounds.of(state), known, state),
        room="schedule",
        tries=TRIES,
        hint="Press on a picture to read a step.",
        objectives=told,
        rules=[rule_json(rule, 0) for rule in known.values()],
        schedules=[change_json(name, one) for name, one in SCHEDULES.items()],
    )  # fmt: skip


def factors(change: Any, values: Sequence[float], steps: int) -> list[float]:
    """The factor at each step of a run with these values; there is one for each step."""
    if change.watches_value:
        return [float(change(t, values[min(t - 1, len(values) - 1)])) for t in range(1, steps + 1)]
    return [float(change(t)) for t in range(1, steps + 1)]


def _still(ground: Objective, known: dict[str, Any], state: Json) -> Any:
    from gdlib import figures

    runner = state["rules"][0]
    chosen = state["schedule"]
    change = made(SCHEDULES[chosen["name"]], chosen["settings"])
    asked = {"steps": state["steps"], "noise": state["noise"], "seed": state["seed"], **runner["hyperparameters"]}
    runs = {
        "scheduled": descend(ground, known[runner["name"]], tuple(state["start"]), schedule=change, **asked),
        "constant": descend(ground, known[runner["name"]], tuple(state["start"]), **asked),
    }
    change = made(SCHEDULES[chosen["name"]], chosen["settings"])  # what remembers begins anew
    t = np.arange(1, state["steps"] + 1)
    drawn = factors(change, list(runs["scheduled"].values), state["steps"])
    pictures = [figures.lines({"scheduled": (t, drawn), "constant": (t, np.ones_like(t))},
                              x_label="step t", y_label="factor on η")]  # fmt: skip
    if any(np.isfinite(run.values).any() for run in runs.values()):
        pictures.append(figures.losses(runs, gap=ground.minima is not None and len(ground.minima) > 0))
    caption = "A schedule against the constant step: the factor on η, and the loss where each slope has noise."
    return figures.beside(*pictures, caption=caption)
