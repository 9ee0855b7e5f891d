"""What an explorer shows as Python text, so that a page can print the cell that computes the same."""

from __future__ import annotations

import dataclasses
import textwrap
from collections.abc import Collection
from typing import Any

from gdlib import objectives, rules
from gdlib.formulas.grammar import FormulaError
from gdlib.objective import Objective
from gdlib.update_rule import Rule


def objective_python(f: Objective) -> str:
    """The expression that makes the landscape.

    >>> import gdlib as gd
    >>> objective_python(gd.objectives.bowl), objective_python(gd.Objective("b + a**2", variables=["b", "a"]))
    ('gd.objectives.bowl', "gd.Objective('b + a**2', variables=['b', 'a'])")
    """
    if f.name is not None and f.name in objectives and objectives[f.name] is f:
        return f"gd.objectives.{f.name}"
    names = [variable.name for variable in f.variables]
    try:
        plain = Objective(f.text, variables=names).expr == f.expr
    except FormulaError:  # Piecewise and the like are written in SymPy
        plain = False
    formula = repr(f.text) if plain else f"sp.sympify({f.text!r})"
    return f"gd.Objective({formula}, variables={names})"


def rule_python(rule: Rule) -> dict[str, str]:
    """`python`, the rule's name there, and for one that is not gdlib's own `source`, which defines it."""
    if rule.name in rules and rules[rule.name] is rule:
        return {"python": f"gd.rules.{rule.name}"}
    source = textwrap.dedent(rule.text).rstrip()
    if not source:
        source = f"# {rule.name}: define it here as you did."
    elif not source.startswith("@"):
        source = f"@gd.rule\n{source}"
    return {"python": rule.name, "source": source}


def template(thing: Any, room: str, settings: Collection[str], name: str = "") -> str:
    """The call that makes a dataclass of gdlib, with its {settings} to be filled in; its class stands in `room`.

    >>> import gdlib as gd
    >>> template(gd.schedules.warm_up(4, then=gd.schedules.inverse()), "gd.schedules", ["steps", "then_rate"])
    'gd.schedules.warm_up(steps={steps}, then=gd.schedules.inverse(rate={then_rate}))'
    >>> template(gd.schedules.piecewise((9,), (1.0, 0.5)), "gd.schedules", ["boundaries1", "factors2"])
    'gd.schedules.piecewise(boundaries=({boundaries1},), factors=(1.0, {factors2}))'
    """
    if isinstance(thing, tuple):
        parts = [template(part, room, settings, f"{name}{place}") for place, part in enumerate(thing, start=1)]
        return f"({', '.join(parts)}{',' * (len(parts) == 1)})"
    if not dataclasses.is_dataclass(thing):
        return f"{{{name}}}" if name in settings else repr(thing)
    texts = (f"{one}={template(part, room, settings, _within(name, one))}" for one, part in _parts(thing))
    return f"{room}.{type(thing).__name__}({', '.join(texts)})"


def _parts(thing: Any) -> list[tuple[str, Any]]:
    return [(field.name, getattr(thing, field.name)) for field in dataclasses.fields(thing) if field.init]


def _within(outer: str, inner: str) -> str:
    return f"{outer}_{inner}" if outer else inner
