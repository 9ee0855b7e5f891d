"""Checks that several callers share: a whole number, a number in a range, a window, a function of so many arguments."""

from __future__ import annotations

import inspect
import math
import numbers
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from gdlib.vocabulary import as_float, hyperparameter, in_short


def whole_number(argument: str, value: Any, least: int = 1) -> int:
    """The value as an int; TypeError if it is no whole number, ValueError if it is below `least` or no float holds it.

    What counts meets floats sooner or later: a schedule divides by it, a rule raises to it.
    """
    if isinstance(value, bool) or not isinstance(value, numbers.Integral):
        raise TypeError(f"{argument}: needs a whole number >= {least}, got {type(value).__name__} {in_short(value)}")
    number = int(value)
    if number < least:
        raise ValueError(f"{argument}: needs a whole number >= {least}, got {in_short(number)}")
    as_float(argument, number)
    return number


def several(argument: str, values: Any, needed: str) -> tuple[Any, ...]:
    """The values as a tuple; TypeError, with what was needed in words, for what does not hold several."""
    try:
        return tuple(values)
    except TypeError:
        raise TypeError(f"{argument}: needs {needed}, got {type(values).__name__} {in_short(values)}") from None


def checked_window(window: Any, n: int, number: Callable[[Any], Any]) -> list[tuple[Any, Any]]:
    """The pairs (low, high) of a window in n variables, each end as `number` makes it.

    Raises TypeError or ValueError for what are not n pairs, each with low < high, and whatever `number` raises.
    """
    needed = f"{n} pair{'s' if n > 1 else ''} (low, high), one for each variable"
    try:
        pairs = [tuple(pair) for pair in window]
    except TypeError:
        raise TypeError(f"window: needs {needed}, got {type(window).__name__} {in_short(window)}") from None
    if len(pairs) != n or any(len(pair) != 2 for pair in pairs):
        raise ValueError(f"window: needs {needed}, got {in_short(window)}")
    ends = []
    for pair in pairs:
        low, high = map(number, pair)
        if not bool(low < high):
            raise ValueError(f"window: needs low < high, got ({pair[0]}, {pair[1]})")
        ends.append((low, high))
    return ends


def number_between(
    argument: str, value: Any, low: float, high: float = math.inf, *, open_low: bool = False, open_high: bool = True
) -> float:
    """The value as a float; TypeError if it is no real number, ValueError if it is not finite or outside the range."""
    entry = hyperparameter(argument, 1.0)
    return replace(entry, low=low, high=high, low_open=open_low, high_open=open_high).check(value)


def parameters_of(argument: str, function: Any, first: str, second: str) -> int:
    """How many of its two possible parameters a function wants: 1 for `first` alone, 2 for `first` and `second`.

    Parameters with a default are not counted, and neither is what a function without a signature may take.
    Raises TypeError for what is no function, or one that wants none, more, or a parameter by name.
    """
    if not callable(function):
        forms = f"{argument}({first}) or {argument}({first}, {second})"
        raise TypeError(f"{argument}: needs a function {forms}, got {type(function).__name__}")
    needs = f"{argument}: needs a function of {first} or of {first} and {second}"
    if isinstance(function, type):
        name = function.__name__
        raise TypeError(f"{needs}, got {name} itself; call it: {name}(…) makes the function")
    try:
        parameters = inspect.signature(function).parameters.values()
    except ValueError:  # some functions written in C
        return 1
    wanted = [entry for entry in parameters if entry.default is entry.empty]
    by_name = [entry.name for entry in wanted if entry.kind is entry.KEYWORD_ONLY]
    if by_name:
        raise TypeError(f"{needs}, got one that wants {by_name[0]} by name")
    count = sum(entry.kind in (entry.POSITIONAL_ONLY, entry.POSITIONAL_OR_KEYWORD) for entry in wanted)
    if not count and any(entry.kind is entry.VAR_POSITIONAL for entry in wanted):  # (*args), as wrappers have it
        return 1
    if count not in (1, 2):
        raise TypeError(f"{needs}, got one of {count} arguments")
    return count


def watches_value(argument: str, schedule: Any) -> bool:
    """Whether a schedule wants the value as well as the step; one that holds another schedule says so itself.

    Raises TypeError for what is no schedule.
    """
    says = getattr(schedule, "watches_value", None)
    return says if isinstance(says, bool) else parameters_of(argument, schedule, "t", "f") == 2
