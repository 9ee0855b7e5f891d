"""What changes a rule's steps, as JavaScript: schedules and clipping, with their numbers as settings of the page."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from gdlib.emit.as_javascript import JAVASCRIPT, number, settings_pattern, spelt_function
from gdlib.emit.printable import Clipping, Scheduled
from gdlib.emit.straight_line import identifiers, print_code
from gdlib.trace.graph import Node, symbol
from gdlib.trace.plain_function import as_nodes
from gdlib.trace.settings import Setting, traced_with_settings

_BEGIN = """\
export const begin = (settings = {{}}) => {{
  let memory = [{first}];
  return (t, f) => {{
    const [now, ...kept] = step(t, f, ...memory, settings);
    memory = kept;
    return now;
  }};
}};
"""

_CLIP = """\
export function clip(g, settings) {
  if (g.length > 2) throw new RangeError(`${name}: is written out for 1 and 2 coordinates, got ${g.length}`);
  return g.length === 1 ? clip1(g[0], settings) : clip2(g[0], g[1], settings);
}
"""


def schedule_text(schedule: Scheduled) -> str:
    """A module with `factor(t, settings)`, and `begin(settings)`, which gives the function of t and f of a new run.

    One that asks for the value has `factor(t, f, settings)`; one with a memory has, in its place,
    `step(t, f, ...memory, settings)`, which returns the factor and the memory after the step.
    """
    memory = dict(schedule.first_memory)
    watches = bool(schedule.watches_value)
    name = type(schedule).__name__
    settings, outputs = _traced_schedule(schedule)
    given = ["t", *(["f"] if watches or memory else []), *memory]
    facts = _facts(name, settings) | {"watchesValue": watches}
    if memory:
        called = "step"
        begin = _BEGIN.format(first=", ".join(map(number, memory.values())))
    else:
        called = "factor"
        asked = "t, f" if watches else "t"
        begin = f"export const begin = (settings = {{}}) => ({asked}) => factor({asked}, settings);\n"
    return _constants(facts) + _with_settings(called, given, outputs, settings, several=bool(memory)) + begin


def clipping_text(clipping: Clipping) -> str:
    """A module with `clip(g, settings)` for gradients of one and of two coordinates."""
    texts = []
    for n in (1, 2):
        names = _slopes(n)
        settings, outputs = _traced_clipping(clipping, n)
        texts.append(_with_settings(f"clip{n}", names, outputs, settings, several=True))
    return _constants(_facts(type(clipping).__name__, settings)) + "".join(texts) + _CLIP


def settings_of(thing: Scheduled | Clipping) -> list[Setting]:
    """The numbers of a schedule or a clipping that its module takes as settings."""
    return (_traced_schedule(thing) if isinstance(thing, Scheduled) else _traced_clipping(thing, 2))[0]


def _traced_schedule(schedule: Scheduled) -> tuple[list[Setting], tuple[Node, ...]]:
    given = [symbol(name) for name in ("t", "f", *schedule.first_memory)]
    who = f"schedule {type(schedule).__name__}"
    return traced_with_settings(schedule, lambda one: as_nodes(who, one.step(*given)))


def _traced_clipping(clipping: Clipping, n: int) -> tuple[list[Setting], tuple[Node, ...]]:
    given = tuple(map(symbol, _slopes(n)))
    who = f"transform {type(clipping).__name__}"
    return traced_with_settings(clipping, lambda one: as_nodes(who, one.on_components(given)))


def _slopes(n: int) -> list[str]:
    return [f"g{i}" for i in range(n)]


def _facts(name: str, settings: Sequence[Setting]) -> dict[str, Any]:
    return {
        "name": name,
        "defaults": {one.name: one.value for one in settings},
        "whole": [one.name for one in settings if one.whole],
    }


def _constants(facts: Mapping[str, Any]) -> str:
    return "".join(f"export const {key} = {json.dumps(fact)};\n" for key, fact in facts.items())


def _with_settings(
    called: str, given: Sequence[str], outputs: Sequence[Node], settings: Sequence[Setting], several: bool
) -> str:
    defaults = {one.name: one.value for one in settings}
    names = identifiers((*given, *defaults), JAVASCRIPT)
    signature = ", ".join([*(names[one] for one in given), settings_pattern(defaults, names)])
    return spelt_function(called, signature, print_code(outputs, names, JAVASCRIPT), several)
