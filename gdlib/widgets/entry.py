"""`gd.explore`: reads what the caller asks for, says clearly when it will not do, and makes the explorer."""

from __future__ import annotations

import importlib.util
import inspect
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from gdlib import objectives as all_objectives
from gdlib import rules as all_rules
from gdlib.descriptions.families import is_taught
from gdlib.objective import Objective
from gdlib.registry import nearest
from gdlib.update_rule import Rule
from gdlib.vocabulary import hyperparameter
from gdlib.widgets.arguments import point, whole_steps
from gdlib.widgets.page_form import Explorer
from gdlib.widgets.race_spec import Entry, key, race_spec, start_of

KINDS = ("race",)
OFFERED = ("bowl", "saddle", "ravine", "rosenbrock", "himmelblau", "beale", "three_hump_camel", "plateau")
"""Landscapes from which a reader may choose when none are named: what tells the rules apart, and no more."""
FIRST = ("gradient_descent", "momentum", "nesterov", "rprop_minus", "rmsprop", "adam")
"""Rules that run at first when none are named: the most used of each family; a reader ticks the others."""


def explore(
    f: Objective | str | None = None,
    kind: str = "race",
    *,
    rules: Iterable[Any] | None = None,
    start: Sequence[float] | None = None,
    steps: int = 200,
    objectives: Iterable[Any] | None = None,
) -> Any:
    """An explorer of `f`: a widget in Jupyter; in a built page it runs without a kernel.

    Args:
        f: an Objective of two variables with a formula, a landscape's name, or None for Rosenbrock's valley.
        kind: "race": several rules set out from one start.
        rules: names, rules, functions that are rules, or pairs (rule, {hyperparameter: value}); the same rule twice is
            two runs. None offers the rules that chapters teach, by family, and begins with six of them.
        start: two numbers; None is the landscape's own start.
        steps: 1 to 10,000.
        objectives: what the reader may choose from, all of two variables; None is `f` and eight that tell rules apart.

    A rule's hyperparameters are those of its pair, else its defaults. Where these do not take the run 99 % of the way
    down to a known minimum in these steps, and its pair does not name `lr`, `lr` is the smallest of 1, 2, 5, 10, …
    that does so without climbing above the start, or the one of these that ends lowest.

    Raises ValueError or TypeError that names the argument, what was needed and what came.
    """
    if kind not in KINDS:
        raise ValueError(f"kind: needed one of {', '.join(KINDS)}, got {kind!r}.{nearest(kind, KINDS)}")
    chosen = _objective("rosenbrock" if f is None else f, "f")
    offered: list[Objective] = [all_objectives[name] for name in OFFERED]
    if objectives is not None:
        offered = [_objective(one, "objectives") for one in _listed(objectives, "objectives")]
    landscapes = {key(one): one for one in offered}
    first = {} if key(chosen) in landscapes else {key(chosen): chosen}
    landscapes = first | landscapes | {key(chosen): chosen}
    entries = [_entry(one) for one in (FIRST if rules is None else _listed(rules, "rules"))]
    _refuse_namesakes(entries)
    taught = [rule for rule in all_rules if is_taught(rule)]
    known = {rule.name: rule for rule in (taught if rules is None else [entry.rule for entry in entries])}
    steps = whole_steps(steps, "steps")
    set_out = start_of(chosen) if start is None else point(start, "start")
    spec = race_spec(chosen, list(landscapes.values()), list(known.values()), entries, set_out, steps)
    explorer = Explorer(spec, landscapes, known)
    if importlib.util.find_spec("anywidget") is None:
        return explorer
    from gdlib.widgets.jupyter import ExplorerWidget

    return ExplorerWidget(explorer)


def _listed(given: Any, argument: str) -> list[Any]:
    if isinstance(given, (str, Rule, Objective)) or not isinstance(given, Iterable):
        raise TypeError(f"{argument}: needed a list, got {type(given).__name__} {given!r}"[:300])
    found = list(given)
    if not found:
        raise ValueError(f"{argument}: needed at least one, got an empty list")
    return found


def _objective(given: Any, argument: str) -> Objective:
    if isinstance(given, str):
        if given not in all_objectives:
            names = all_objectives.names
            raise ValueError(
                f"{argument}: needed an Objective or one of {', '.join(names)}, got {given!r}.{nearest(given, names)}"
            )
        given = all_objectives[given]
    if not isinstance(given, Objective):
        raise TypeError(f"{argument}: needed an Objective or a landscape's name, got {type(given).__name__}")
    if given.n != 2:
        raise ValueError(f"{argument}: needed an objective of two variables, got one of {given.n}: {given!r}"[:300])
    return given


def _entry(given: Any) -> Entry:
    pair = isinstance(given, tuple)
    if pair and len(given) != 2:
        raise ValueError(f"rules: needed pairs (rule, {{hyperparameter: value}}), got a tuple of {len(given)}")
    rule, values = given if pair else (given, {})
    if isinstance(rule, str):
        if rule not in all_rules:
            raise ValueError(f"rules: needed names of gd.rules, got {rule!r}.{nearest(rule, all_rules.names)}")
        rule = all_rules[rule]
    elif inspect.isfunction(rule):
        rule = Rule(rule)
    if not isinstance(rule, Rule):
        raise TypeError(f"rules: needed names, rules or pairs (rule, {{…}}), got {type(rule).__name__}")
    if not isinstance(values, Mapping):
        raise TypeError(f"rules: {rule.name}: needed a mapping of hyperparameters, got {type(values).__name__}")
    for name in values:
        if name not in rule.defaults:
            raise ValueError(
                f"rules: {rule.name} has {', '.join(rule.defaults)}, got {name!r}.{nearest(name, rule.defaults)}"
            )
    try:
        return Entry(rule, {name: hyperparameter(name, rule.defaults[name]).check(v) for name, v in values.items()})
    except (TypeError, ValueError) as error:
        raise type(error)(f"rules: {rule.name}: {error}") from None


def _refuse_namesakes(entries: list[Entry]) -> None:
    seen: dict[str, Rule] = {}
    for rule, _ in entries:
        if seen.setdefault(rule.name, rule) is not rule:
            raise ValueError(f"rules: needed one rule for each name, got two different ones called {rule.name!r}")
