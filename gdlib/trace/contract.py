"""The contract of a rule: a plain function is read, checked and traced, or refused with the line and what to write."""

from __future__ import annotations

import ast
import inspect
import math
import numbers
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn

from gdlib.trace.calls import call_on_nodes
from gdlib.trace.graph import Node, UntraceableError, constant, symbol

GIVEN = ("theta", "g", "f", "t")
"""Positional names with a meaning of their own; every other positional name is state."""

RESERVED = frozenset(
    {"f", "rule", "start", "steps", "schedule", "stop", "transform", "noise", "seed", "keep"}
    | {"tol", "backend", "executor", "resume"}
)
"""Names of the arguments of `descend` and `sweep`, which no hyperparameter may bear."""

AFTER = "'"
"""Mark of what a line has assigned: in the lines of a trace, v is what the step was given, v' what it made."""


@dataclass(frozen=True)
class Line:
    """One line of a rule's equations: `target` becomes `value`, in terms of inputs (v) and earlier targets (v')."""

    target: str
    value: Node


@dataclass(frozen=True)
class Trace:
    """A rule as graphs: `outputs` are theta and the state after one step; `lines` are its statements one by one."""

    name: str
    takes: tuple[str, ...]
    defaults: dict[str, float]
    outputs: tuple[Node, ...]
    lines: tuple[Line, ...] | None
    gradient_at: Node | None

    @property
    def state(self) -> tuple[str, ...]:
        """The names of what the rule remembers."""
        return tuple(name for name in self.takes if name not in GIVEN)

    @property
    def outputs_named(self) -> tuple[str, ...]:
        """theta and the state, as returned."""
        return ("theta", *self.state)


def trace_rule(function: Callable[..., Any], gradient_at: Callable[..., Any] | None = None) -> Trace:
    """Read, check and trace an update rule.

    Raises TypeError or ValueError with the rule's name, the line and what to write instead.
    """
    name = getattr(function, "__name__", "rule")
    takes, defaults = _signature(name, function)
    source = source_of(function)
    tree = source[1] if source is not None else None
    if tree is not None:
        _check_body(name, tree, function)
    inputs = {given: symbol(given) for given in (*takes, *defaults)}
    outputs = _call(name, function, takes, inputs)
    again = _call(name, function, takes, inputs)
    state = [given for given in takes if given not in GIVEN]
    expected = ", ".join(["theta", *state])
    if isinstance(outputs, tuple) is not bool(state) or (state and len(outputs) != 1 + len(state)):
        came = f"{len(outputs)} values" if isinstance(outputs, tuple) else "a single value"
        raise ValueError(f"rule {name}: must return {expected} (its state is {state or 'empty'}); it returns {came}")
    nodes = tuple(_output(name, value) for value in (outputs if state else (outputs,)))
    # Equal nodes are one node, so whatever differs from call to call shows at once; in the trace it would stand still.
    if any(node is not _output(name, value) for node, value in zip(nodes, again if state else (again,), strict=True)):
        raise ValueError(f"rule {name}: must give the same for the same input; for noise: descend(…, noise=, seed=)")
    where = None
    if gradient_at is not None:
        where = _trace_gradient_at(name, gradient_at, state, defaults)
    lines = _lines(tree, function, takes, defaults) if tree is not None else None
    return Trace(name, takes, defaults, nodes, lines, where)


def _signature(name: str, function: Callable[..., Any]) -> tuple[tuple[str, ...], dict[str, float]]:
    takes: list[str] = []
    defaults: dict[str, float] = {}
    for parameter in inspect.signature(function).parameters.values():
        given = parameter.name
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            raise TypeError(f"rule {name}: its names must be listed one by one, got *{given}")
        if parameter.kind is not parameter.KEYWORD_ONLY:
            if parameter.default is not parameter.empty:
                raise TypeError(
                    f"rule {name}: {given} has a default, so it is a hyperparameter and stands after the `*`: "
                    f"def {name}(theta, g, *, {given}={parameter.default!r})"
                )
            takes.append(given)
            continue
        if given == "t":
            raise ValueError(f"rule {name}: t is the number of the step and stands before the `*`, without a default")
        if given in RESERVED:
            raise ValueError(
                f"rule {name}: a hyperparameter may not be called {given!r}, which `descend` or `sweep` uses itself"
            )
        default = parameter.default
        if isinstance(default, bool) or not isinstance(default, numbers.Real) or not math.isfinite(default):
            came = "nothing" if default is parameter.empty else repr(default)
            raise TypeError(f"rule {name}: hyperparameter {given} needs a finite number as default, got {came}")
        defaults[given] = float(default)
    if takes[:2] != ["theta", "g"]:
        raise TypeError(f"rule {name}: needs the arguments theta, g first, got ({', '.join(takes)})")
    for given in (*takes, *defaults):
        if given.startswith("_") or given.endswith("_t") or not given.isascii():
            raise ValueError(f"rule {name}: {given!r} is no fit name here (no leading _, no ending _t, plain letters)")
    return tuple(takes), defaults


def source_of(function: Callable[..., Any]) -> tuple[str, ast.FunctionDef] | None:
    """The function's own text and statements, or None where Python has no source (`exec`, `python -c`)."""
    try:
        text = textwrap.dedent(inspect.getsource(function))
        tree = ast.parse(text).body[0]
    except (OSError, TypeError, SyntaxError, IndexError):
        return None
    return (text, tree) if isinstance(tree, ast.FunctionDef) else None


def _statements(tree: ast.FunctionDef) -> list[ast.stmt]:
    first = tree.body[0]
    documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    return tree.body[1:] if documented else tree.body


def _check_body(name: str, tree: ast.FunctionDef, function: Callable[..., Any]) -> None:
    offset = function.__code__.co_firstlineno - 1
    statements = _statements(tree)
    assigned: set[str] = set()

    def refuse(statement: ast.stmt, sentence: str) -> NoReturn:
        line = ast.unparse(statement).splitlines()[0]
        raise TypeError(f"rule {name}, line {statement.lineno + offset} (`{line}`): {sentence}")

    for position, statement in enumerate(statements):
        if isinstance(statement, ast.Return):
            if position != len(statements) - 1 or statement.value is None:
                refuse(statement, "a rule has one return, at its end, with a value")
            return
        if isinstance(statement, ast.AugAssign):
            refuse(statement, "nothing is changed in place; write `name = …` with a new value")
        if isinstance(statement, ast.If | ast.For | ast.While):
            refuse(statement, "a rule cannot branch or loop; write np.where(condition, if_true, if_false)")
        if not (isinstance(statement, ast.Assign) and len(statement.targets) == 1):
            refuse(statement, "the body of a rule is assignments `name = …` and one return")
        target = statement.targets[0]
        if not isinstance(target, ast.Name):
            refuse(statement, "assign to one plain name a line")
        if target.id in ("g", "f", "t"):
            refuse(statement, f"{target.id} is what the step is given; a changed value gets another name")
        if target.id in assigned:
            refuse(statement, f"{target.id} is assigned twice; each name gets one meaning in a step")
        assigned.add(target.id)
    raise TypeError(f"rule {name}: its last line must return theta and the state")


def _call(name: str, function: Callable[..., Any], takes: tuple[str, ...], inputs: dict[str, Node]) -> Any:
    named = {given: node for given, node in inputs.items() if given not in takes}
    return call_on_nodes(f"rule {name}", function, [inputs[given] for given in takes], named)


def _output(name: str, value: Any) -> Node:
    if isinstance(value, Node):
        return value
    if isinstance(value, numbers.Real):
        return constant(float(value))
    raise TypeError(f"rule {name}: returns theta and its state, one value for each; got {type(value).__name__}")


def _trace_gradient_at(
    name: str, gradient_at: Callable[..., Any], state: list[str], defaults: dict[str, float]
) -> Node:
    if not callable(gradient_at):
        raise TypeError(f"rule {name}: gradient_at needs a function of theta, got {type(gradient_at).__name__}")
    wanted = inspect.signature(gradient_at).parameters
    known = ("theta", *state, *defaults)
    unknown = [given for given in wanted if given not in known]
    if unknown:
        raise TypeError(f"rule {name}: gradient_at takes names among {', '.join(known)}; got {', '.join(unknown)}")
    positional = [symbol(given) for given, entry in wanted.items() if entry.kind is not entry.KEYWORD_ONLY]
    named = {given: symbol(given) for given, entry in wanted.items() if entry.kind is entry.KEYWORD_ONLY}
    try:
        return _output(name, gradient_at(*positional, **named))
    except UntraceableError as error:
        raise TypeError(f"rule {name}: gradient_at: {error}") from None
    except Exception as error:
        raise TypeError(f"rule {name}: gradient_at: cannot be traced: {type(error).__name__}: {error}") from error


def _lines(
    tree: ast.FunctionDef, function: Callable[..., Any], takes: tuple[str, ...], defaults: dict[str, float]
) -> tuple[Line, ...]:
    """The statements one by one, each in terms of the inputs and of what earlier lines assigned.

    The expressions are the function's own, evaluated in its own names, so the lines compose to its trace exactly.
    """
    names: dict[str, Any] = {**inspect.getclosurevars(function).nonlocals}
    names |= {given: symbol(given) for given in (*takes, *defaults)}

    def evaluate(expression: ast.expr) -> Any:
        code = compile(ast.Expression(expression), "<rule>", "eval")
        return eval(code, function.__globals__, names)  # the maintainer's own function, already called once

    lines = []
    for statement in _statements(tree):
        if isinstance(statement, ast.Assign):
            target = statement.targets[0]
            assert isinstance(target, ast.Name)
            lines.append(Line(target.id + AFTER, _output(tree.name, evaluate(statement.value))))
            names[target.id] = symbol(target.id + AFTER)
        elif isinstance(statement, ast.Return) and statement.value is not None:
            result = evaluate(statement.value)
            state = [given for given in takes if given not in GIVEN]
            values = result if state else (result,)
            for given, value in zip(("theta", *state), values, strict=True):
                node = _output(tree.name, value)
                if node is not symbol(given + AFTER):
                    lines.append(Line(given + AFTER, node))
    return tuple(lines)
