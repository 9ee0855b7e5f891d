"""What a method does in one step, as statements of matrix algebra: its docstring's `Equations:`, else its own source.

A function whose source reads like the textbook (p = solved(H, -g), then theta + p) is its own equations. Where the
source is a search or a loop over rounding's cases, the docstring states them, in Python that a test evaluates against
the code: assignments, `for`, conditions, and the words that `gdlib.emit.matrices_as_latex` knows. A call of a helper
whose docstring has equations stands for these, with what the call hands over in place of the helper's parameters.
"""

from __future__ import annotations

import ast
import copy
import inspect
import re
import textwrap
from collections.abc import Callable
from typing import Any

from gdlib.trace.contract import source_of


def statements(function: Callable[..., Any]) -> list[ast.stmt]:
    """The step as assignments, conditions and loops; TypeError where neither docstring nor source can be read so.

    >>> from gdlib.second_order.line_search import strong_wolfe
    >>> print(ast.unparse(statements(strong_wolfe)[0].value.args[0]))
    a > 0
    """
    found = _stated(function)
    if found is None:
        found = _from_source(function)
    return [part for statement in found for part in _expanded(statement, function.__globals__)]


def _stated(function: Callable[..., Any]) -> list[ast.stmt] | None:
    """The lines under `Equations:` up to the next empty one."""
    text = inspect.getdoc(function) or ""
    block = re.search(r"^Equations:\n((?:[ ]+\S.*\n?)+)", text, re.M)
    return None if block is None else ast.parse(textwrap.dedent(block[1])).body


def _from_source(function: Callable[..., Any]) -> list[ast.stmt]:
    source = source_of(function)
    if source is None:
        raise TypeError(f"{function.__name__}: Python has no source of it, so no equations")
    made: list[ast.stmt] = []
    for statement in source[1].body:
        if isinstance(statement, ast.If) and all(isinstance(part, ast.Raise) for part in statement.body):
            continue  # where the method halts is no part of the step
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
            continue  # the docstring
        if isinstance(statement, ast.Return) and statement.value is not None:
            point = statement.value.elts[0] if isinstance(statement.value, ast.Tuple) else statement.value
            made.append(ast.copy_location(ast.Assign([ast.Name("theta", ast.Store())], point), statement))
        elif isinstance(statement, ast.Assign):
            made.append(statement)
        else:
            line = ast.unparse(statement).splitlines()[0]
            raise TypeError(f"{function.__name__}: `{line}` is no equation; state them under `Equations:`")
    return made


def _expanded(statement: ast.stmt, names: dict[str, Any]) -> list[ast.stmt]:
    """The statement, or in place of a helper's call the helper's equations."""
    call = statement.value if isinstance(statement, ast.Assign) else None
    helper = names.get(call.func.id) if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) else None
    if not inspect.isfunction(helper) or _stated(helper) is None:
        return [statement]
    assert isinstance(call, ast.Call)
    handed = dict(zip(inspect.signature(helper).parameters, call.args, strict=False))
    return [_Handed(handed).visit(copy.deepcopy(part)) for part in statements(helper)]


class _Handed(ast.NodeTransformer):
    """Puts what a call hands over in place of the parameters' names, where they are read."""

    def __init__(self, handed: dict[str, ast.expr]) -> None:
        self._handed = handed

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self._handed.get(node.id, node) if isinstance(node.ctx, ast.Load) else node
