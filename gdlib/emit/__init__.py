"""The derived forms: an objective, a rule, or a rule on an objective, printed as LaTeX, Python or JavaScript."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from gdlib.emit import as_javascript, as_latex, as_python
from gdlib.emit.printable import Formula, TracedRule

__all__ = ["javascript", "latex", "python"]

Printable = Formula | TracedRule | tuple[Formula, TracedRule]


def latex(what: Printable) -> str:
    """LaTeX: an objective's formula, a rule's equations, or both for a pair.

    >>> import gdlib as gd
    >>> gd.emit.latex(gd.objectives.saddle)
    'x^{2} - y^{2}'
    """
    return _print(as_latex, what)


def python(what: Printable) -> str:
    """Straight-line Python: `value` and `gradient` of an objective, `step` of a rule, `run` of a pair as well.

    >>> import gdlib as gd
    >>> print(gd.emit.python(gd.objectives.saddle))
    def value(x, y):
        \"\"\"The value of saddle.\"\"\"
        return (x * x) - (y * y)
    <BLANKLINE>
    <BLANKLINE>
    def gradient(x, y):
        \"\"\"The gradient of saddle.\"\"\"
        return (2.0 * x, -(2.0 * y))
    <BLANKLINE>
    """
    return _print(as_python, what)


def javascript(what: Printable) -> str:
    """An ES module that exports `value` and `gradient` of an objective, `step` of a rule, or `run` of a pair as well.

    >>> import gdlib as gd
    >>> "export function step(theta, g, {lr = 0.01} = {})" in gd.emit.javascript(gd.rules.gradient_descent)
    True
    """
    return _print(as_javascript, what)


def _print(printer: ModuleType, what: Any) -> str:
    if isinstance(what, tuple) and [type_of(part) for part in what] == ["objective", "rule"]:
        return str(printer.pair_text(*what))
    kind = type_of(what)
    if kind == "rule":
        return str(printer.rule_text(what))
    if kind == "objective":
        return str(printer.objective_text(what))
    raise TypeError(f"emit: needs an objective with a formula, a rule, or (objective, rule); got {kind}")


def type_of(what: Any) -> str:
    """ "objective" or "rule" for what can be printed, else a word for what it is."""
    if isinstance(what, tuple):
        return f"({', '.join(type_of(part) for part in what)})"
    if isinstance(what, TracedRule):
        return "rule"
    return "objective" if isinstance(what, Formula) else type(what).__name__
