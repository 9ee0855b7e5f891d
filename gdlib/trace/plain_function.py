"""A plain function of numbers as graphs: called on symbols, it answers with the nodes from which it is printed."""

from __future__ import annotations

import inspect
import math
import numbers
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from gdlib.trace.calls import call_on_nodes
from gdlib.trace.graph import Node, constant, symbol

Pattern = Any
"""A name, or a tuple of patterns: an argument that is itself a tuple."""
Nested = Any
"""A node, or a tuple of these."""


class TracedFunction(NamedTuple):
    """The arguments as they are handed over, the defaults of those that have one, and the answer."""

    arguments: tuple[Pattern, ...]
    defaults: dict[str, float]
    answer: Nested


def trace_function(function: Callable[..., Any], arguments: Sequence[Pattern] | None = None) -> TracedFunction:
    """Trace a plain function of numbers; its answer is a number or tuples and lists of such, of any depth.

    `arguments` names what it is called with, in order; a tuple of names stands for an argument that is a tuple, and a
    name that comes twice for the same number twice. Left out, they are the function's own parameters, except those
    whose default is no number, which keep it. A name of a parameter behind the star is handed over by name.

    Raises TypeError with the function's name, the line and what to write instead; ValueError if it does not give the
    same for the same input.
    """
    who = f"function {getattr(function, '__name__', None) or repr(function)}"
    known = _parameters(who, function)
    wanted = _own_names(who, known) if arguments is None else tuple(_pattern(who, one) for one in arguments)
    by_name = [one for one in wanted if one in known and known[one].kind is inspect.Parameter.KEYWORD_ONLY]
    positional = [one for one in wanted if one not in by_name]
    defaults = _defaults(known, positional, by_name)

    def answer() -> Nested:
        handed = [_symbols(one) for one in positional]
        named = {one: symbol(one) for one in by_name}
        return _answer(who, call_on_nodes(who, function, handed, named, "a traced function"))

    first = answer()
    # Equal nodes are one node, so whatever differs from call to call shows at once; in the trace it would stand still.
    if any(one is not other for one, other in zip(leaves(first), leaves(answer()), strict=True)):
        raise ValueError(f"{who}: must give the same for the same input")
    return TracedFunction(wanted, defaults, first)


def as_nodes(who: str, values: Sequence[Any]) -> tuple[Node, ...]:
    """Nodes and numbers as nodes; TypeError for anything else."""
    nodes = tuple(_answer(who, one) for one in values)
    if any(isinstance(one, tuple) for one in nodes):
        raise TypeError(f"{who}: must return numbers, got several for one")
    return nodes


def leaves(nested: Any) -> list[Any]:
    """What stands in nested tuples, from the left."""
    return [leaf for part in nested for leaf in leaves(part)] if isinstance(nested, tuple) else [nested]


def _parameters(who: str, function: Callable[..., Any]) -> Mapping[str, inspect.Parameter]:
    if not callable(function):
        raise TypeError(f"{who}: needs a plain function of numbers, got {type(function).__name__}")
    try:
        return inspect.signature(function).parameters
    except (ValueError, TypeError):  # some functions written in C
        return {}


def _own_names(who: str, known: Mapping[str, inspect.Parameter]) -> tuple[str, ...]:
    if not known or any(p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD) for p in known.values()):
        raise TypeError(f"{who}: does not list its parameters one by one; name its arguments")
    return tuple(name for name, p in known.items() if p.default is p.empty or _is_number(p.default))


def _is_number(value: Any) -> bool:
    return isinstance(value, numbers.Real) and not isinstance(value, bool) and math.isfinite(value)


def _pattern(who: str, given: Any) -> Pattern:
    if isinstance(given, str) and given.isidentifier():
        return given
    if isinstance(given, tuple | list) and given:
        return tuple(_pattern(who, one) for one in given)
    raise TypeError(f"{who}: arguments: needs names, or tuples of names, got {given!r}"[:200])


def _symbols(pattern: Pattern) -> Nested:
    return tuple(map(_symbols, pattern)) if isinstance(pattern, tuple) else symbol(pattern)


def _defaults(
    known: Mapping[str, inspect.Parameter], positional: Sequence[Pattern], by_name: Sequence[str]
) -> dict[str, float]:
    places = [p for p in known.values() if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    filled = [*zip(positional, places, strict=False), *((name, known[name]) for name in by_name)]
    return {name: float(p.default) for name, p in filled if isinstance(name, str) and _is_number(p.default)}


def _answer(who: str, value: Any) -> Nested:
    if isinstance(value, Node):
        return value
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, numbers.Real | np.bool_):
        return constant(float(value))
    if isinstance(value, tuple | list) and value:
        return tuple(_answer(who, part) for part in value)
    raise TypeError(f"{who}: must return a number, or tuples or lists of numbers; got {type(value).__name__}")
