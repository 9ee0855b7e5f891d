"""A schedule or a clipping, traced with the numbers that it is made of as inputs, so that they can be knobs."""

from __future__ import annotations

import copy
import dataclasses
import numbers
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from gdlib.trace.graph import Node, symbol

Path = tuple[str | int, ...]


class Setting(NamedTuple):
    """One number of a thing: what the page calls it, its value, and whether only whole numbers make sense."""

    name: str
    value: float
    whole: bool


def traced_with_settings(
    thing: Any, trace: Callable[[Any], tuple[Node, ...]]
) -> tuple[list[Setting], tuple[Node, ...]]:
    """What `trace(thing)` gives when the thing's numbers are symbols, and the settings that these stand for.

    The numbers are the fields of a dataclass, entries of a tuple one by one (factors1, factors2), and those of a thing
    inside it (then_steps). A number with which the formula does not trace, since it branches on it, stays as it is.
    Raises what `trace` raises where it fails with no symbols at all.
    """
    found = dict(_numbers_of(thing, ()))
    inputs = {path: symbol(_name(path)) for path in found}

    def traced(paths: Sequence[Path]) -> tuple[Node, ...]:
        return trace(_with(thing, {path: inputs[path] for path in paths}))

    def works(paths: Sequence[Path]) -> bool:
        try:
            traced(paths)
        except TypeError:  # it asks of a number what a node is not: a choice, a count, a number of Python
            return False
        return True

    chosen: list[Path] = list(found)
    if not works(chosen):
        chosen = []
        for path in found:
            chosen += [path] if works([*chosen, path]) else []
    settings = [Setting(_name(path), float(found[path]), isinstance(found[path], int)) for path in chosen]
    return settings, traced(chosen)


def _name(path: Path) -> str:
    """then_steps for the steps of `then`; factors1 for the first of `factors`."""
    text = ""
    for part in path:
        text += str(part + 1) if isinstance(part, int) else f"_{part}" if text else part
    return text


def _numbers_of(thing: Any, path: Path) -> list[tuple[Path, float]]:
    if isinstance(thing, numbers.Real) and not isinstance(thing, bool):
        return [(path, thing)]  # type: ignore[list-item]  # Real is wider than float in name only
    parts: list[tuple[str | int, Any]] = []
    if dataclasses.is_dataclass(thing) and not isinstance(thing, type):
        parts = [(field.name, getattr(thing, field.name)) for field in dataclasses.fields(thing) if field.init]
    elif isinstance(thing, tuple):
        parts = list(enumerate(thing))
    return [found for part, value in parts for found in _numbers_of(value, (*path, part))]


def _with(thing: Any, replacement: Mapping[Path, Node]) -> Any:
    """A copy of the thing, unchecked, with other values at these paths."""
    if () in replacement:
        return replacement[()]
    first = {path[0] for path in replacement}
    inner = {part: {path[1:]: node for path, node in replacement.items() if path[0] == part} for part in first}
    if isinstance(thing, tuple):
        return tuple(_with(value, inner[k]) if k in inner else value for k, value in enumerate(thing))
    changed = copy.copy(thing)
    for part, replaced in inner.items():
        object.__setattr__(changed, str(part), _with(getattr(thing, str(part)), replaced))
    return changed
