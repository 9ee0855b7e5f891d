"""Reads what a caller gives to `gd.explore`, and refuses with the argument's name, what was needed and what came."""

from __future__ import annotations

import inspect
import math
import numbers
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from gdlib import objectives as all_objectives
from gdlib import rules as all_rules
from gdlib.formulas.grammar import WORDS, FormulaError, parse
from gdlib.formulas.symbolic import in_natural_order
from gdlib.objective import Objective
from gdlib.registry import nearest
from gdlib.second_order.method import Method
from gdlib.update_rule import Rule
from gdlib.vocabulary import as_float, hyperparameter, in_short

MOST_STEPS = 10_000
_COUNTS = {1: "one finite number", 2: "two finite numbers"}
_VARIABLES = {1: "one variable", 2: "two variables"}
_AT_MOST = {1: "one variable", 2: "at most two variables"}


class Entry(NamedTuple):
    """One runner: the rule, and the hyperparameters that the caller gave for it."""

    rule: Rule
    given: dict[str, float]


def point(given: Any, argument: str, size: int = 2) -> tuple[float, ...]:
    """So many finite numbers; of one coordinate a bare number will do."""
    needed = _COUNTS[size]
    several = (given,) if size == 1 and isinstance(given, numbers.Real) else given
    try:
        found = tuple(several)
        if any(isinstance(one, (str, bytes)) for one in (several, *found)):  # of which float would read the digits
            raise TypeError
        parts = tuple(as_float(argument, part) for part in found)
    except TypeError:
        raise TypeError(f"{argument}: needed {needed.replace('finite ', '')}, got {in_short(given)}") from None
    if len(parts) != size or not all(math.isfinite(part) for part in parts):
        raise ValueError(f"{argument}: needed {needed}, got {in_short(given)}")
    return parts


def one_of(given: Any, argument: str, known: Iterable[str]) -> str:
    """One of the known names."""
    names = list(known)
    if isinstance(given, str) and given in names:
        return given
    close = nearest(given, names) if isinstance(given, str) else ""
    raise ValueError(f"{argument}: needed one of {', '.join(names)}, got {in_short(given)}.{close}")


def whole_steps(given: Any, argument: str) -> int:
    """A whole number from 1 to MOST_STEPS."""
    if isinstance(given, bool) or not isinstance(given, numbers.Integral):
        raise TypeError(f"{argument}: needed a whole number from 1 to {MOST_STEPS}, got {in_short(given)}")
    whole = int(given)
    if not 1 <= whole <= MOST_STEPS:
        raise ValueError(f"{argument}: needed a whole number from 1 to {MOST_STEPS}, got {in_short(whole)}")
    return whole


def listed(given: Any, argument: str) -> list[Any]:
    """Several things, at least one."""
    if isinstance(given, (str, Rule, Objective)) or not isinstance(given, Iterable):
        raise TypeError(f"{argument}: needed a list, got {type(given).__name__} {in_short(given)}")
    found = list(given)
    if not found:
        raise ValueError(f"{argument}: needed at least one, got an empty list")
    return found


def landscape(given: Any, argument: str, n: int = 2) -> Objective:
    """An objective of n variables with a formula, given as itself or by its name."""
    if isinstance(given, str):
        if given not in all_objectives:
            names = all_objectives.names
            raise ValueError(
                f"{argument}: needed an Objective or one of {', '.join(names)}, got {given!r}.{nearest(given, names)}"
            )
        given = all_objectives[given]
    if not isinstance(given, Objective):
        raise TypeError(f"{argument}: needed an Objective or a landscape's name, got {type(given).__name__}")
    if given.n != n:
        raise ValueError(f"{argument}: needed an objective of {_VARIABLES[n]}, got one of {given.n}: {given!r}"[:300])
    return given


@lru_cache(maxsize=64)
def typed(text: str, n: int, window: tuple[tuple[float, float], ...] | None = None) -> Objective:
    """A reader's own formula of at most n variables, with x and y for those that it leaves out."""
    parsed = parse(text)
    names = parsed.names
    if len(parsed.steps) == 1 and names:
        raise FormulaError(WORDS["alone"].format(name=parsed.text[:60]))
    if len(names) > n:
        raise FormulaError(
            WORDS["variables"].format(needed=_AT_MOST[n], names=", ".join(in_natural_order([*names]))[:100])
        )
    if not names:
        raise FormulaError(WORDS["constant"])
    unsaid = [name for name in ("y", "x") if name not in names]
    return Objective(text, in_natural_order([*names, *unsaid[: n - len(names)]]), window=window)


class Grounds(dict[str, Objective]):
    """Landscapes by the name that a state uses; a formula that is not among them is made when it is asked for."""

    def of(self, state: Mapping[str, Any], n: int = 2) -> Objective:
        """The landscape of a state."""
        name = state["objective"]
        window = state.get("within")
        return self[name] if name in self else typed(name, n, window and tuple(map(tuple, window)))


def landscapes(chosen: Objective, offered: Iterable[Any], argument: str, n: int = 2) -> Grounds:
    """What a reader may choose from, by the name that a state uses; the chosen one is first if it is not offered."""
    found = {str(one.name or one.text): one for one in (landscape(each, argument, n) for each in offered)}
    own = str(chosen.name or chosen.text)
    return Grounds({own: chosen} | found | {own: chosen} if own not in found else found | {own: chosen})


def entries(given: Any) -> list[Entry]:
    """Rules to run: names, rules, functions that are rules, or pairs (rule, {hyperparameter: value})."""
    found = [_entry(one) for one in listed(given, "rules")]
    seen: dict[str, Rule] = {}
    for rule, _ in found:
        if seen.setdefault(rule.name, rule) is not rule:
            raise ValueError(f"rules: needed one rule for each name, got two different ones called {rule.name!r}")
    return found


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
    return Entry(rule, settings_of(rule, values))


def settings_of(rule: Rule | Method, values: Any) -> dict[str, float]:
    """Hyperparameters that are given for one of `rules`."""
    if not isinstance(values, Mapping):
        raise TypeError(f"rules: {rule.name}: needed a mapping of hyperparameters, got {type(values).__name__}")
    for name in values:
        if name not in rule.defaults:
            known = ", ".join(rule.defaults) or "no settings"
            raise ValueError(f"rules: {rule.name} has {known}, got {name!r}.{nearest(name, rule.defaults)}")
    try:
        return {name: hyperparameter(name, rule.defaults[name]).check(value) for name, value in values.items()}
    except (TypeError, ValueError) as error:
        raise type(error)(f"rules: {rule.name}: {error}") from None
