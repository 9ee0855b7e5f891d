"""Checks a race's state that Python sets, as the page checks its own: the error shows in the cell."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from gdlib.registry import nearest
from gdlib.update_rule import Rule
from gdlib.vocabulary import hyperparameter
from gdlib.widgets.arguments import point, whole_steps
from gdlib.widgets.race_spec import Json

_KEYS = ("kind", "objective", "start", "steps", "rules")


Found = Callable[[Json, Rule], dict[str, float]]


def checked_state(given: Mapping[str, Any], now: Json, spec: Json, rules: Mapping[str, Rule], found: Found) -> Json:
    """The whole state that `given` asks for; what it leaves out stays as it is `now`; `paths` follow from it.

    `found(landscape, rule)` gives the hyperparameters with which a rule sets out there.
    """
    for name in given:
        if name not in (*_KEYS, "paths"):
            raise ValueError(f"state: needed {', '.join(_KEYS)}, got {name!r}.{nearest(name, _KEYS)}")
    landscapes = {one["name"]: one for one in spec["objectives"]}
    objective = given.get("objective", now["objective"])
    if not isinstance(objective, str) or objective not in landscapes:
        raise ValueError(f"state.objective: needed one of {', '.join(landscapes)}, got {objective!r}")
    if given.get("kind", spec["kind"]) != spec["kind"]:
        raise ValueError(f"state.kind: needed {spec['kind']!r}, got {given['kind']!r}")
    moved = objective != now["objective"]
    start = given.get("start", landscapes[objective]["start"] if moved else now["start"])
    wanted = given.get("rules", now["rules"])
    if not isinstance(wanted, (list, tuple)):
        raise TypeError(f"state.rules: needed a list, got {type(wanted).__name__}")
    runners: list[Json] = []
    for one in wanted:
        if moved and "rules" not in given:
            one = {"id": one["id"], "name": one["name"]}
        runners.append(_runner(one, [other["id"] for other in runners], landscapes[objective], rules, found))
    steps = whole_steps(given.get("steps", now["steps"]), "state.steps")
    return {
        "kind": spec["kind"],
        "objective": objective,
        "start": list(point(start, "state.start")),
        "steps": steps,
        "rules": runners,
    }


def _runner(given: Any, taken: list[str], landscape: Json, rules: Mapping[str, Rule], found: Found) -> Json:
    name = given.get("name") if isinstance(given, Mapping) else None
    if not isinstance(name, str) or name not in rules:
        raise ValueError(f"state.rules: needed entries with a name of {', '.join(rules)}, got {given!r}"[:300])
    rule = rules[name]
    free = next(one for one in (rule.name, *(f"{rule.name}#{k}" for k in range(2, len(taken) + 3))) if one not in taken)
    own = given.get("id", free)
    if not isinstance(own, str) or own.partition("#")[0] != rule.name or own in taken:
        raise ValueError(f"state.rules: needed an id of its own such as {free!r}, got {own!r}")
    values = dict(rule.defaults) | found(landscape, rule)
    wanted = given.get("hyperparameters", {})
    if not isinstance(wanted, Mapping):
        raise TypeError(f"state.rules: {rule.name}: needed a mapping of hyperparameters, got {type(wanted).__name__}")
    for key, value in wanted.items():
        if key not in rule.defaults:
            raise ValueError(f"state.rules: {rule.name} has {', '.join(rule.defaults)}, got {key!r}")
        values[key] = hyperparameter(key, rule.defaults[key]).check(value)
    return {"id": own, "name": rule.name, "hyperparameters": values}
