"""The fields of an explorer's state: what each may be, told to the page as JSON, checked here as the page checks it.

A state is plain JSON with one entry for each field. What an assigned state leaves out stays as it is, or is brought
along: a landscape brings its start.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from gdlib.formulas.grammar import FARTHEST, NARROWEST, FormulaError
from gdlib.registry import nearest
from gdlib.second_order.method import Method
from gdlib.update_rule import Rule
from gdlib.vocabulary import Hyperparameter, hyperparameter, in_short
from gdlib.widgets.arguments import point, typed
from gdlib.widgets.as_json import Json, number_json
from gdlib.widgets.changes import change_json, first_settings, in_order, range_of

Found = Callable[[str, Any], dict[str, float]]
"""The hyperparameters, other than defaults, with which a rule or method sets out on the landscape of that name."""

COPY = "(#([2-9]|[1-9][0-9]{1,3}))?"
"""All that may follow the rule's name in an id: cells of Python print it."""


class Field(Protocol):
    """One entry of a state. `told` is what the page makes a control of and checks by; `check` raises or completes."""

    @property
    def name(self) -> str:
        """Its key in the state."""

    def told(self) -> Json:
        """The field as JSON."""

    def check(self, value: Any, state: Json) -> Any:
        """The value as plain JSON; `state` holds what is settled already, the fields before this one."""


@dataclass(frozen=True)
class Number:
    """A number in the range of a vocabulary entry; with `knob` it is turned by a slider in the panel, else typed."""

    entry: Hyperparameter
    label: str = ""
    knob: bool = True

    @property
    def name(self) -> str:
        return self.entry.name

    def told(self) -> Json:
        return {"type": "number", "label": self.label, "turned": self.knob, **number_json(self.entry)}

    def check(self, value: Any, state: Json) -> Any:
        try:
            found = self.entry.check(value)
        except (TypeError, ValueError) as error:
            raise type(error)(f"state.{error}") from None
        return int(found) if self.entry.whole else found


def _wide(low: float, high: float) -> bool:
    """Whether a picture between the two can be drawn and walked in: squares stay finite, neighbours apart."""
    size = max(abs(low), abs(high))
    return size <= FARTHEST and high - low >= max(1 / FARTHEST, NARROWEST * size)


@dataclass(frozen=True)
class Choice:
    """One of a few names; `brings[value]` are the fields that a change to this value sets, unless they are given.

    With `formula` a reader's own of at most so many variables may stand in for a name, in a window of its own: the
    entry `within` of a state.
    """

    name: str
    label: str
    options: Mapping[str, str]
    brings: Mapping[str, Json] = field(default_factory=dict)
    formula: int = 0

    def told(self) -> Json:
        options = [{"value": value, "text": text, "brings": dict(self.brings.get(value, {}))}
                   for value, text in self.options.items()]  # fmt: skip
        return {"type": "choice", "name": self.name, "label": self.label, "options": options, "formula": self.formula}

    def check(self, value: Any, state: Json) -> Any:
        if isinstance(value, str) and value in self.options:
            return value
        needed = f"state.{self.name}: needed one of {', '.join(self.options)}"
        if not self.formula or not isinstance(value, str):
            raise ValueError(f"{needed}, got {in_short(value)}")
        try:
            return typed(value, self.formula).text
        except FormulaError as error:
            raise ValueError(f"{needed}, or a formula: {error}"[:400]) from None

    def within(self, state: Json, given: Mapping[str, Any], now: Json) -> Json:
        """What a state says of the window of a formula; without one the page finds it."""
        value = given.get("within", now.get("within") if state[self.name] == now.get(self.name) else None)
        if not self.formula or state[self.name] in self.options or value is None:
            return {}
        variables = typed(state[self.name], self.formula).variables
        sides = [list(point(side, "state.within")) for side in value] if isinstance(value, (list, tuple)) else []
        if len(sides) != len(variables) or not all(_wide(*side) for side in sides):
            raise ValueError(f"state.within: needed {len(variables)} pairs [low, high], got {in_short(value)}")
        return {"within": sides}


@dataclass(frozen=True)
class Switch:
    """Yes or no."""

    name: str
    label: str

    def told(self) -> Json:
        return {"type": "switch", "name": self.name, "label": self.label}

    def check(self, value: Any, state: Json) -> Any:
        if not isinstance(value, bool):
            raise TypeError(f"state.{self.name}: needed True or False, got {in_short(value)}")
        return value


@dataclass(frozen=True)
class Point:
    """One or two finite numbers; without `parts` they are called as the landscape's variables are."""

    name: str
    label: str
    parts: Sequence[str] = ()
    size: int = 2

    def told(self) -> Json:
        return {"type": "point", "name": self.name, "label": self.label, "parts": list(self.parts), "size": self.size}

    def check(self, value: Any, state: Json) -> Any:
        return list(point(value, f"state.{self.name}", self.size))


@dataclass(frozen=True)
class Trail:
    """A list of places in the plane, from none to `most`: where something has been.

    Once the field that it `follows` has changed, it is empty, unless it is given too.
    """

    name: str
    most: int
    follows: str = ""

    def told(self) -> Json:
        return {"type": "trail", "name": self.name, "most": self.most, "follows": self.follows}

    def check(self, value: Any, state: Json) -> Any:
        if not isinstance(value, (list, tuple)) or len(value) > self.most:
            raise TypeError(f"state.{self.name}: needed a list of at most {self.most} points, got {in_short(value)}")
        return [list(point(one, f"state.{self.name}")) for one in value]


@dataclass(frozen=True)
class Runners:
    """Rules or methods that run, each with an id and its hyperparameters; between `least` and `most` of them.

    When the landscape changes they set out with what is found for it. `among`, where it is given, is the name of a
    choice and for each of its values the names of the rules that may run there.
    """

    rules: Mapping[str, Rule | Method]
    found: Found = lambda landscape, rule: {}
    least: int = 0
    most: int = 10
    name: str = "rules"
    among: tuple[str, Mapping[str, Sequence[str]]] | None = None

    def told(self) -> Json:
        told = {"type": "rules", "name": self.name, "least": self.least, "most": self.most, "follows": "objective"}
        return told if self.among is None else told | {"among": [self.among[0], dict(self.among[1])]}

    def check(self, value: Any, state: Json) -> Any:
        if not isinstance(value, (list, tuple)):
            raise TypeError(f"state.rules: needed a list, got {type(value).__name__}")
        if not self.least <= len(value) <= self.most:
            span = f"{self.least}" if self.least == self.most else f"{self.least} to {self.most}"
            raise ValueError(f"state.rules: needed {span} of them, got {len(value)}")
        runners: list[Json] = []
        for one in value:
            runners.append(self._runner(one, [other["id"] for other in runners], state))
        return runners

    def _runner(self, given: Any, taken: list[str], state: Json) -> Json:
        landscape = state.get("objective", "")
        name = given.get("name") if isinstance(given, Mapping) else None
        known = list(self.rules) if self.among is None else self.among[1][state[self.among[0]]]
        if not isinstance(name, str) or name not in known:
            raise ValueError(f"state.rules: needed entries with a name of {', '.join(known)}, got {in_short(given)}")
        rule = self.rules[name]
        copies = (rule.name, *(f"{rule.name}#{k}" for k in range(2, len(taken) + 3)))
        free = next(one for one in copies if one not in taken)
        own = given.get("id", free)
        if not isinstance(own, str) or not re.fullmatch(re.escape(rule.name) + COPY, own) or own in taken:
            raise ValueError(f"state.rules: needed an id of its own such as {free!r}, got {in_short(own)}")
        values = dict(rule.defaults) | self.found(landscape, rule)
        wanted = given.get("hyperparameters", {})
        if not isinstance(wanted, Mapping):
            came = type(wanted).__name__
            raise TypeError(f"state.rules: {rule.name}: needed a mapping of hyperparameters, got {came}")
        for key, value in wanted.items():
            if key not in rule.defaults:
                raise ValueError(f"state.rules: {rule.name} has {', '.join(rule.defaults)}, got {key!r}")
            values[key] = hyperparameter(key, rule.defaults[key]).check(value)
        return {"id": own, "name": rule.name, "hyperparameters": values}


@dataclass(frozen=True)
class Chosen:
    """A schedule or a clipping: {name, settings}. The page has them in the list of its description called `kept`."""

    name: str
    label: str
    kept: str
    things: Mapping[str, Any]

    def told(self) -> Json:
        return {"type": "chosen", "name": self.name, "label": self.label, "list": self.kept}

    def first(self, name: str) -> Json:
        """The entry of a state in which this one is chosen."""
        return {"name": name, "settings": first_settings(self.things[name])}

    def _entry(self, value: Any) -> Any:
        """A schedule or a clipping itself as the entry of a state, where it is made as an offered one is."""
        name = type(value).__name__
        thing = self.things.get(name)
        if not isinstance(value, type(thing)) or thing is None:
            return value
        alike = change_json(name, value)["python"] == change_json(name, thing)["python"]
        return {"name": name, "settings": first_settings(value)} if alike else value

    def check(self, value: Any, state: Json) -> Any:
        value = self._entry(value)
        name = value.get("name") if isinstance(value, Mapping) else None
        if not isinstance(name, str) or name not in self.things:
            needed = f"{{name, settings}} with a name of {', '.join(self.things)}"
            raise ValueError(f"state.{self.name}: needed {needed}, got {in_short(value)}")
        known = {one["name"]: one for one in change_json(name, self.things[name])["hyperparameters"]}
        settings = first_settings(self.things[name])
        wanted = value.get("settings", {})
        if not isinstance(wanted, Mapping):
            raise TypeError(f"state.{self.name}: {name}: needed a mapping of settings, got {type(wanted).__name__}")
        for key, number in wanted.items():
            if key not in known:
                raise ValueError(f"state.{self.name}: {name} has {', '.join(known) or 'no settings'}, got {key!r}")
            found = range_of(name, key, known[key]["whole"]).check(number)
            settings[key] = int(found) if known[key]["whole"] else found
        return {"name": name, "settings": in_order(settings)}


def entries_of(fields: Sequence[Field]) -> list[str]:
    """The names of a state's entries."""
    names = ["kind", *(one.name for one in fields)]
    return names + ["within"] * any(isinstance(one, Choice) and one.formula for one in fields)


def completed(given: Mapping[str, Any], now: Json, kind: str, fields: Sequence[Field]) -> Json:
    """The whole state that `given` asks for, whole or not at all; `paths` are not read: they follow from it."""
    names = entries_of(fields)
    for name in given:
        if name not in (*names, "paths"):
            raise ValueError(f"state: needed {', '.join(names)}, got {name!r}.{nearest(name, names)}")
    if given.get("kind", kind) != kind:
        raise ValueError(f"state.kind: needed {kind!r}, got {in_short(given['kind'])}")
    state: Json = {"kind": kind}
    brought: Json = {}
    for one in fields:
        if one.name in given:
            value = given[one.name]
        elif one.name in brought:
            value = brought[one.name]
        elif isinstance(one, Runners) and state.get("objective") != now.get("objective"):
            value = [{"id": runner["id"], "name": runner["name"]} for runner in now[one.name]]
        elif isinstance(one, Trail) and one.follows and state[one.follows] != now[one.follows]:
            value = []
        else:
            value = now[one.name]
        state[one.name] = one.check(value, state)
        if isinstance(one, Choice):
            state |= one.within(state, given, now)
            if state[one.name] != now.get(one.name):
                brought |= one.brings.get(state[one.name], {})
    return state
