"""A function called on nodes: what it answers, or the error with the line that cannot be traced."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from gdlib.trace.graph import UntraceableError


def call_on_nodes(
    who: str, function: Callable[..., Any], positional: Sequence[Any], named: Mapping[str, Any], kind: str = "a rule"
) -> Any:
    """What the function answers; TypeError that begins with `who` and the line, and says what to write instead.

    `kind` is what the sentence calls it, where nodes would speak of a rule.
    """
    try:
        return function(*positional, **named)
    except Exception as error:
        code = getattr(function, "__code__", None)
        place = ""
        for frame in traceback.extract_tb(error.__traceback__):
            if code is not None and frame.filename == code.co_filename and frame.name == code.co_name:
                place = f", line {frame.lineno}" + (f" (`{frame.line}`)" if frame.line else "")
        if isinstance(error, UntraceableError):
            raise TypeError(f"{who}{place}: {error.told_of(kind)}") from None
        raise TypeError(f"{who}{place}: cannot be traced: {type(error).__name__}: {error}") from error
