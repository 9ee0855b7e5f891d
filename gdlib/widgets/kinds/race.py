"""The race: several rules set out from one start on one landscape, and the reader moves everything."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from textwrap import wrap
from typing import Any

from gdlib import rules as all_rules
from gdlib.descriptions.families import is_taught
from gdlib.emit.as_javascript import function_of_its_name
from gdlib.landscapes.relief import line_height
from gdlib.objective import Objective
from gdlib.running import descend
from gdlib.update_rule import Rule
from gdlib.vocabulary import Hyperparameter, Knob
from gdlib.widgets.arguments import Entry, entries, landscape, landscapes, listed, point, whole_steps
from gdlib.widgets.as_json import Json, key, landscape_json, rule_json, start_of, window_of
from gdlib.widgets.changes import CLIPPINGS, SCHEDULES, change_json, made
from gdlib.widgets.fields import Choice, Chosen, Number, Point, Runners
from gdlib.widgets.knobs import STEPS, setting
from gdlib.widgets.page_form import Explorer
from gdlib.widgets.starting_values import finder

OFFERED = ("bowl", "saddle", "ravine", "rosenbrock", "himmelblau", "beale", "three_hump_camel", "plateau")
"""Landscapes from which a reader may choose when none are named: what tells the rules apart, and no more."""
FIRST = ("gradient_descent", "momentum", "nesterov", "rprop_minus", "rmsprop", "adam")
"""Rules that run at first when none are named: the most used of each family; a reader ticks the others."""
_MOST_DRAWN = 8
_MANY = 6  # runs beyond which each shows one knob, not two; race.mjs has the same
_MOST = 32  # as many looks as differ in two of colour, dash and marker
_SCHEDULE = Chosen("schedule", "Schedule", "schedules", SCHEDULES)
_CLIPPING = Chosen("clipping", "Clipping", "transforms", CLIPPINGS)
_NOISE = Number(
    Hyperparameter("noise", r"\sigma", "spread of the noise", 0, math.inf, False, True, Knob(0, 5, "linear"))
)
_SEED = setting("seed", "Seed", (0, 2**53 - 1), whole=True, turned=False)


def race(
    f: Objective | str = "rosenbrock",
    *,
    rules: Iterable[Any] | None = None,
    start: Sequence[float] | None = None,
    steps: int = 200,
    objectives: Iterable[Any] | None = None,
) -> Explorer:
    """Rules set out from one start: their paths on the map, and how high each stands after each step.

    Besides what is asked for here its state has what changes every run's steps: `schedule` and `clipping`, as
    {"name": …, "settings": {…}} with a name of gd.schedules, or of "none", "clip_norm", "clip_value"; `noise`, the
    standard deviation of normal noise on each coordinate of each gradient, and its `seed`. A rule without lr is not
    scheduled. The page's noise has the law of gd.descend's, but other numbers; without noise its paths are those of
    gd.descend, to the bit where landscape, rule and schedule are algebraic.
    """
    chosen = landscape(f, "f")
    offered = OFFERED if objectives is None else listed(objectives, "objectives")
    grounds = landscapes(chosen, offered, "objectives")
    running = entries(FIRST if rules is None else rules)
    taught = [rule for rule in all_rules if is_taught(rule)]
    known = {rule.name: rule for rule in (taught if rules is None else [entry.rule for entry in running])}
    steps = whole_steps(steps, "steps")
    set_out = start_of(chosen) if start is None else point(start, "start")
    told = [landscape_json(one, set_out if one is chosen else start_of(one)) for one in grounds.values()]
    by_name = {one["name"]: one for one in told}

    found = finder(grounds, told, steps)
    runners = _runners(running, lambda rule: found(key(chosen), rule))
    own = by_name[key(chosen)]["hyperparameters"]
    for name, given in {entry.rule.name: entry.given for entry in reversed(running)}.items():
        own[name] = {**own[name], **given}

    def still(state: Json) -> Any:
        from gdlib import figures

        ground = grounds.of(state)
        begin = tuple(state["start"])
        runs = {
            _title(one, known): descend(
                ground, known[one["name"]], begin, steps=state["steps"],
                **_changes(state, known[one["name"]]), **one["hyperparameters"],
            )
            for one in state["rules"][:_MOST_DRAWN]
        }  # fmt: skip
        return figures.paths(ground, runs, window=window_of(ground, begin))

    # What runs at first has the first looks, in its order, as in a still figure of the same runs.
    looks = list(dict.fromkeys([entry.rule.name for entry in running] + list(known)))
    groups = [rule_json(rule, looks.index(rule.name)) for rule in known.values()]
    tries = _tries(chosen, set_out, steps, running)
    return Explorer(
        "race",
        [
            Choice("objective", "Landscape", {one["name"]: one["title"] for one in told},
                   {one["name"]: {"start": one["start"]} for one in told}, formula=2),
            Point("start", "Start"),
            STEPS,
            Runners(known, found, most=_MOST),
            _SCHEDULE,
            _NOISE,
            _SEED,
            _CLIPPING,
        ],
        {"objective": key(chosen), "start": list(set_out), "steps": steps, "rules": runners,
         "schedule": _SCHEDULE.first("constant"), "noise": 0.0, "seed": 1, "clipping": _CLIPPING.first("none")},
        still,
        room=_room(runners, groups, tries),
        tries=tries,
        hint="Click the map or drag the ring to move the start.",
        objectives=told,
        rules=groups,
        schedules=[change_json(name, one) for name, one in SCHEDULES.items()],
        transforms=[change_json(name, one) for name, one in CLIPPINGS.items()],
        formulas=[function_of_its_name(line_height)],
    )  # fmt: skip


_AROUND = {
    0: (37, "1952px - 300cqi"), 320: (42, "586px + 124cqi"), 340: (45, "1374px - 96cqi"),
    380: (50, "486px + 64cqi + 6 * var(--touch)"), 460: (62, "392px + 96cqi + 4 * var(--touch)"),
    620: (72, "303px - 38cqi + 3 * var(--touch)"), 760: (92, "99px - 6cqi + var(--touch)"),
    920: (92, "99px - 6cqi + var(--touch)"),
}  # fmt: skip
"""For each width the letters in a line of what to try, and the height of all that no list of rules lengthens."""
_BESIDE = 620  # from this width on the list of rules stands beside map and readout


def _room(runners: list[Json], known: list[Json], tries: list[str]) -> dict[int, str]:
    """The height of the page's explorer at each width, from what its parts were measured to take."""
    named = {one["name"]: one for one in known}
    open_knobs = 1 if len(runners) > _MANY else 2
    knobs = [len(named[one["name"]]["hyperparameters"]) for one in runners]
    shown = sum(min(count, open_knobs) for count in knobs)
    folds = sum(count > open_knobs for count in knobs)
    groups = {one["group"] for one in known}
    many = len(groups) > 1
    folded = len(groups - {named[one["name"]]["group"] for one in runners} if many else [])
    heads = len(groups) - folded if many else 0
    lineup = f"{11 * len(runners) + 4 * shown - 15 * folds + 31 * heads + 4 * folded}px"
    lineup += f" + {len(runners) + shown + 1.4 * folds + folded:g} * var(--touch)"
    rows = 27 * len(runners)
    found = {}
    for width, (letters, around) in _AROUND.items():
        lists = f"{rows}px + {lineup}"
        if width >= _BESIDE:
            lists = f"max(79.2cqi + {109 + rows}px + var(--touch), 34px + {lineup})"
        hints = 12 + 4 * len(tries) + 20 * sum(len(wrap(one, letters)) for one in tries)
        found[width] = f"calc({around} + {lists} + {hints}px)"
    return found


def _tries(f: Objective, start: tuple[float, ...], steps: int, running: list[Entry]) -> list[str]:
    """What there is to find out with what runs at first."""
    tries = [
        "Press Play and drag the ring meanwhile. Does the same rule stay lowest wherever the race sets out?"
        if len(running) > 1
        else "Press Play and drag the ring meanwhile. Which starts lead to another end?"
    ]
    steepest = next((entry.rule for entry in running if entry.rule is all_rules["gradient_descent"]), None)
    if steepest and descend(f, steepest, start, steps=steps, lr=1.0).reason.startswith("left"):
        tries.append(
            "Turn η of gradient descent up until its run leaves the finite numbers. Then open “Schedule, noise, "
            "clipping” and clip by norm. Why can it no longer run off?"
        )
    if any("lr" in entry.rule.defaults for entry in running):
        tries.append(
            "Add noise, σ = 1, and no run comes to rest. Which of them does the schedule 1/(1 + rate·k) calm, and"
            " which not?"
            if len(running) > 1
            else "Add noise, σ = 1, and the run does not come to rest. What does the schedule 1/(1 + rate·k) change?"
        )
    return tries


def _changes(state: Json, rule: Rule) -> dict[str, Any]:
    """What `descend` is told of a state's schedule, noise and clipping for a run of this rule."""
    told: dict[str, Any] = {}
    schedule, clipping = state["schedule"], state["clipping"]
    if "lr" in rule.defaults and schedule != _SCHEDULE.first("constant"):
        told["schedule"] = made(SCHEDULES[schedule["name"]], schedule["settings"])
    if clipping["name"] != "none":
        told["transform"] = made(CLIPPINGS[clipping["name"]], clipping["settings"])
    if state["noise"] > 0:
        told |= {"noise": state["noise"], "seed": state["seed"]}
    return told


def _runners(running: list[Entry], found: Any) -> list[Json]:
    """What runs at first: each rule with what it sets out with, changed by what its entry gives."""
    runners: list[Json] = []
    for rule, given in running:
        copies = sum(one["name"] == rule.name for one in runners)
        values = {**rule.defaults, **found(rule), **given}
        own = f"{rule.name}#{copies + 1}" if copies else rule.name
        runners.append({"id": own, "name": rule.name, "hyperparameters": values})
    return runners


def _title(runner: Json, known: dict[str, Rule]) -> str:
    """What the page calls a runner: its rule's title, and the number of a copy."""
    _, copy, number = runner["id"].partition("#")
    return known[runner["name"]].title + (f" #{number}" if copy else "")
