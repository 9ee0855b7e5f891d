"""The race: several rules set out from one start on one landscape, and the reader moves everything."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from gdlib import rules as all_rules
from gdlib.descriptions.families import is_taught
from gdlib.objective import Objective
from gdlib.running import descend
from gdlib.update_rule import Rule
from gdlib.widgets.arguments import Entry, entries, landscape, landscapes, listed, point, whole_steps
from gdlib.widgets.as_json import Json, key, landscape_json, rule_json, start_of, window_of
from gdlib.widgets.fields import Choice, Point, Runners
from gdlib.widgets.knobs import STEPS
from gdlib.widgets.page_form import Explorer
from gdlib.widgets.starting_values import starting_values

OFFERED = ("bowl", "saddle", "ravine", "rosenbrock", "himmelblau", "beale", "three_hump_camel", "plateau")
"""Landscapes from which a reader may choose when none are named: what tells the rules apart, and no more."""
FIRST = ("gradient_descent", "momentum", "nesterov", "rprop_minus", "rmsprop", "adam")
"""Rules that run at first when none are named: the most used of each family; a reader ticks the others."""
_MOST_DRAWN = 8
_MOST = 32  # as many looks as differ in two of colour, dash and marker


def race(
    f: Objective | str = "rosenbrock",
    *,
    rules: Iterable[Any] | None = None,
    start: Sequence[float] | None = None,
    steps: int = 200,
    objectives: Iterable[Any] | None = None,
) -> Explorer:
    """Rules set out from one start: their paths on the map, and how high each stands after each step."""
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

    def found(name: str, rule: Rule) -> dict[str, float]:
        values: Json = by_name[name]["hyperparameters"]
        if rule.name not in values:
            x, y = by_name[name]["start"]
            values[rule.name] = starting_values(grounds[name], rule, (x, y), steps)
        return dict(values[rule.name])

    runners = _runners(running, lambda rule: found(key(chosen), rule))
    own = by_name[key(chosen)]["hyperparameters"]
    for name, given in {entry.rule.name: entry.given for entry in reversed(running)}.items():
        own[name] = {**own[name], **given}

    def still(state: Json) -> Any:
        from gdlib import figures

        ground = grounds[state["objective"]]
        begin = tuple(state["start"])
        runs = {
            _title(one, known): descend(
                ground, known[one["name"]], begin, steps=state["steps"], **one["hyperparameters"]
            )
            for one in state["rules"][:_MOST_DRAWN]
        }
        return figures.paths(ground, runs, window=window_of(ground, begin))

    # What runs at first has the first looks, in its order, as in a still figure of the same runs.
    looks = list(dict.fromkeys([entry.rule.name for entry in running] + list(known)))
    groups = [rule_json(rule, looks.index(rule.name)) for rule in known.values()]
    active = {entry.rule.name for entry in running}
    folded = len({rule["group"] for rule in groups if rule["name"] not in active})
    return Explorer(
        "race",
        [
            Choice("objective", "Landscape", {one["name"]: one["title"] for one in told},
                   {one["name"]: {"start": one["start"]} for one in told}),
            Point("start", "Start"),
            STEPS,
            Runners(known, found, most=_MOST),
        ],
        {"objective": key(chosen), "start": list(set_out), "steps": steps, "rules": runners},
        still,
        room=(f"calc(815px + 27px * {len(runners)} + 3px * {folded})",
              f"calc(1040px + 158px * {len(runners)} + 57px * {folded})"),
        tries=[],
        hint="Click the map or drag the ring to move the start.",
        objectives=told,
        rules=groups,
    )  # fmt: skip


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
