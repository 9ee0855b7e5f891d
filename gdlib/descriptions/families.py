"""Families: each module of rules is one, and its docstring begins with the family's title, up to the colon."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterable

from gdlib.update_rule import Rule

OWN = "Your own"
"""The family of rules that are not gdlib's."""
_CONVENTIONS = "gdlib.variants"


def family(rule: Rule) -> str:
    """The title of the rule's family.

    >>> import gdlib as gd
    >>> family(gd.rules.adam)
    'Adaptive rules'
    """
    return _first_line(rule)[0]


def meaning(rule: Rule) -> str:
    """What the rules of its family have in common, in a sentence; "" for a reader's own.

    >>> import gdlib as gd
    >>> meaning(gd.rules.momentum)
    'The update rules with one step size for all coordinates.'
    """
    text = _first_line(rule)[1]
    return text[:1].upper() + text[1:]


def _first_line(rule: Rule) -> tuple[str, str]:
    module = rule.__module__
    text = inspect.getdoc(sys.modules[module]) if module.startswith("gdlib.") else None
    title, _, rest = (text or OWN).partition("\n")[0].partition(": ")
    return title, rest


def families(rules: Iterable[Rule]) -> dict[str, list[Rule]]:
    """The rules by the title of their family, in the order in which they come."""
    found: dict[str, list[Rule]] = {}
    for rule in rules:
        found.setdefault(family(rule), []).append(rule)
    return found


def is_taught(rule: Rule) -> bool:
    """Whether it stands for itself: not another's convention of a rule that a chapter teaches.

    >>> import gdlib as gd
    >>> is_taught(gd.rules.momentum), is_taught(gd.rules.momentum_ema)
    (True, False)
    """
    return rule.__module__ != _CONVENTIONS
