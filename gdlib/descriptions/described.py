"""What a plain function says of itself: title, summary and source from its docstring, and its text."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable
from typing import Any

from gdlib.trace.contract import source_of


class Described:
    """A thing made of one plain function, which its docstring describes: `Title: meaning.`, then `Source: …`."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function
        self.__doc__ = function.__doc__
        self.__name__ = function.__name__
        self.__module__ = function.__module__
        self.__wrapped__ = function  # inspect.signature and doctest find the plain function through it

    @property
    def name(self) -> str:
        """The function's name."""
        return self.__name__

    @property
    def title(self) -> str:
        """What pages call it: the docstring's first line up to its colon, else its name in words."""
        head, colon, _ = self._first_line.partition(": ")
        return head if colon else self.name.replace("_", " ")

    @property
    def summary(self) -> str:
        """Its meaning in one line: the docstring's first line without the title."""
        head, colon, meaning = self._first_line.partition(": ")
        return meaning[:1].upper() + meaning[1:] if colon else head

    @property
    def source(self) -> str:
        """Where it and its defaults come from: the docstring's `Source: …`, "" if it has none."""
        return self._noted("Source")

    def __reduce__(self) -> str:
        return self._function.__qualname__  # it is where its function was: other processes find it there, a copy is it

    @property
    def _first_line(self) -> str:
        return (inspect.getdoc(self._function) or "").partition("\n")[0]

    def _noted(self, field: str) -> str:
        """The docstring's paragraph or line `field: …`, up to the next one."""
        text = inspect.getdoc(self._function) or ""
        found = re.search(rf"^{field}:\s*(.+?)(?=\n\s*\n|\n[A-Z]\w*: |\Z)", text, re.M | re.S)
        return " ".join(found[1].split()) if found else ""

    @property
    def text(self) -> str:
        """Its code without the docstring, as a reader of the book sees it; "" where Python has no source."""
        found = source_of(self._function)
        if found is None:
            return ""
        text, tree = found
        lines, first = text.splitlines(keepends=True), tree.body[0]
        if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
            del lines[first.lineno - 1 : first.end_lineno]
        return "".join(lines)
