"""An objective: one formula, from which value, gradient and Hessian follow, in symbols and in numbers."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
import sympy as sp

from gdlib.arguments import checked_window, several
from gdlib.emit.as_numpy import compile_gradient, compile_hessian, compile_value
from gdlib.formulas import meaning, symbolic
from gdlib.formulas.given import GivenFunctions
from gdlib.formulas.grammar import WORDS, FormulaError, Parsed, check_name, parse
from gdlib.points import Array, as_points, is_foreign
from gdlib.trace.formula import Graphs, node_of
from gdlib.trace.graph import Node, symbol

Given: TypeAlias = str | sp.Expr | Callable[..., Any]
Window = tuple[tuple[float, float], ...]
_NAMES = "a sequence of names such as ('x', 'y')"


class Objective:
    """A function to be minimised, f: Rⁿ → R, given by one formula.

    `formula` is text ("x**2 - x*y"), a SymPy expression, or a function of symbols (`lambda x, y: x**2 - x*y`).
    `variables` fixes their order; else text and expressions sort them by name, a function keeps its parameters' order.
    The value of a text is worked out as it is typed, with its operations in its order; derivatives are SymPy's.
    `start`, `window` ((low, high) for each variable), `minima` and `title` are for pictures and may be left out.

    f(points), f.grad(points) and f.hess(points) take points of shape (..., n) and give shapes (...), (..., n) and
    (..., n, n); float32 stays float32. Raises TypeError or ValueError (with the place, for text) before any work.

    >>> f = Objective("x**2 - x*y + y**2")
    >>> f.gradient.T
    Matrix([[2*x - y, -x + 2*y]])
    >>> f([1.0, 2.0])
    3.0
    >>> f.grad([[1.0, 2.0], [0.0, 0.0]])
    array([[0., 3.],
           [0., 0.]])
    """

    def __init__(
        self,
        formula: Given,
        variables: Sequence[str | sp.Symbol] | None = None,
        *,
        name: str | None = None,
        title: str | None = None,
        start: Sequence[float] | None = None,
        window: Window | None = None,
        minima: Sequence[Sequence[float]] | None = None,
        source: str | None = None,
    ) -> None:
        self._typed = parse(formula) if isinstance(formula, str) else None
        if self._typed is not None:  # the names that stand there are its variables, whatever SymPy makes of it
            self._variables = _ordered(self._typed.names, None, variables)
            self._expr = _checked(meaning.expression(self._typed), self._typed)
        else:
            expression, names = _read(formula)
            self._expr = symbolic.checked(expression)
            self._variables = _ordered({v.name for v in self._expr.free_symbols}, names, variables)
        self.name = name
        self.title = title or name or self.text[:80]
        self.source = source
        self.start = None if start is None else _one_point("start", start, self.n)
        self.window = None if window is None else tuple(checked_window(window, self.n, _end))
        self.minima = None if minima is None else _finite("minima", minima, self.n).reshape(-1, self.n)
        if not _finite_somewhere(self):
            raise _nowhere_finite(self.text)

    @staticmethod
    def from_functions(
        value: Callable[[Array], Any],
        grad: Callable[[Array], Any],
        n: int,
        hess: Callable[[Array], Any] | None = None,
    ) -> GivenFunctions:
        """An objective that is no formula: `value(theta)`, `grad(theta)` and `hess(theta)` of a point of n coordinates.

        Functions that take points of shape (..., n) are called once for all points, others point by point. The gradient
        is compared with the value once, at a random point; ValueError if they do not fit.

        >>> f = Objective.from_functions(lambda x: (x**2).sum(-1), lambda x: 2 * x, n=3)
        >>> f([1.0, 2.0, 2.0])
        9.0
        """
        return GivenFunctions(value, grad, n, hess)

    @property
    def variables(self) -> tuple[sp.Symbol, ...]:
        """The variables in order, real SymPy symbols."""
        return self._variables

    @property
    def n(self) -> int:
        """The number of variables."""
        return len(self._variables)

    @property
    def expr(self) -> sp.Expr:
        """The formula as a SymPy expression."""
        return self._expr

    @property
    def text(self) -> str:
        """The formula as text, as it was typed where it was."""
        return str(self._expr) if self._typed is None else self._typed.text

    @cached_property
    def demands(self) -> symbolic.Demands:
        """What the formula demands, as it is typed, of the points where it has a value."""
        return symbolic.demands(self.expr) if self._typed is None else meaning.demands(self._typed)

    @cached_property
    def gradient(self) -> sp.Matrix:
        """The gradient, a SymPy matrix (n, 1)."""
        return symbolic.gradient(self.expr, self._variables)

    @cached_property
    def hessian(self) -> sp.Matrix:
        """The Hessian, a SymPy matrix (n, n)."""
        return symbolic.hessian(self.gradient, self._variables)

    @cached_property
    def graphs(self) -> Graphs:
        """Value and gradient as expression graphs, from which every other form is printed."""
        slopes = tuple(node_of(entry, self._inputs) for entry in self.gradient)
        return Graphs(tuple(v.name for v in self._variables), self._value_graph, slopes)

    @cached_property
    def _value_graph(self) -> Node:
        if self._typed is None:
            return node_of(self.expr, self._inputs)
        return meaning.graph(self._typed, {v.name: node for v, node in self._inputs.items()})

    @cached_property
    def hessian_graph(self) -> tuple[tuple[Node, ...], ...]:
        """The Hessian as expression graphs, row by row."""
        return tuple(tuple(self._hessian_entry(i, j) for j in range(self.n)) for i in range(self.n))

    def _hessian_entry(self, i: int, j: int) -> Node:
        return node_of(self.hessian[i, j], self._inputs)

    @cached_property
    def _inputs(self) -> dict[sp.Symbol, Node]:
        return {variable: symbol(variable.name) for variable in self._variables}

    # Each of the three is derived and compiled when it is first asked for: most entries of a catalogue never are.
    @cached_property
    def _value_on_arrays(self) -> Callable[[Array], Array]:
        return compile_value(self._value_graph, [v.name for v in self._variables])

    @cached_property
    def _gradient_on_arrays(self) -> Callable[[Array], Array]:
        return compile_gradient(self.graphs.gradient, self.graphs.variables)

    @cached_property
    def _hessian_on_arrays(self) -> Callable[[Array], Array]:
        above = ((i, j) for i in range(self.n) for j in range(i, self.n))
        entries = {(i, j): self._hessian_entry(i, j) for i, j in above if self.hessian[i, j] != 0}
        return compile_hessian(entries, [v.name for v in self._variables])

    def __call__(self, points: Any) -> Any:
        """The value at points of shape (..., n), of shape (...)."""
        points = as_points(points, self.n, "points")
        with np.errstate(all="ignore"):
            result = self._value_on_arrays(points)
        return result if is_foreign(result) else result[()]  # one point: a number, no array of no axes

    def grad(self, points: Any) -> Any:
        """The gradient at points of shape (..., n), of the same shape."""
        points = as_points(points, self.n, "points")
        with np.errstate(all="ignore"):
            return self._gradient_on_arrays(points)

    def hess(self, points: Any) -> Any:
        """The Hessian at points of shape (..., n), of shape (..., n, n)."""
        points = as_points(points, self.n, "points")
        with np.errstate(all="ignore"):
            return self._hessian_on_arrays(points)

    def __repr__(self) -> str:
        arguments = ", ".join(variable.name for variable in self._variables)
        return f"<objective {self.name or 'f'}({arguments}) = {str(self._expr)[:200]}>"

    def _repr_latex_(self) -> str:
        arguments = ", ".join(sp.latex(variable) for variable in self._variables)
        return f"$f({arguments}) = {sp.latex(self._expr)}$"


def _read(formula: sp.Expr | Callable[..., Any]) -> tuple[Any, list[str] | None]:
    """The expression, and the names of its variables where the formula itself orders them."""
    if callable(formula) and not isinstance(formula, sp.Basic):
        parameters = inspect.signature(formula).parameters.values()
        for parameter in parameters:
            if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
                raise TypeError(f"objective: a function of symbols lists its variables, got *{parameter.name}")
        names = [check_name(p.name) for p in parameters if p.default is p.empty]
        try:
            return formula(*(sp.Symbol(name, real=True) for name in names)), names
        except (TypeError, AttributeError) as error:
            raise TypeError(
                f"objective: the function must work on SymPy symbols (sympy.exp in place of np.exp, no if); {error}"
            ) from error
    return formula, None


def _checked(expression: sp.Expr, typed: Parsed) -> sp.Expr:
    """What `symbolic.checked` accepts of a text; what is complex or infinite everywhere is refused as the page does."""
    try:
        return symbolic.checked(expression)
    except ValueError:
        if not expression.has(sp.I, sp.nan, sp.zoo, sp.oo, -sp.oo):
            raise
        raise _nowhere_finite(typed.text) from None


def _nowhere_finite(text: str) -> FormulaError:
    return FormulaError(WORDS["nowhere"].format(text=text[:200]))


def _ordered(
    present: set[str], names: list[str] | None, variables: Sequence[str | sp.Symbol] | None
) -> tuple[sp.Symbol, ...]:
    if variables is not None:
        if isinstance(variables, str):
            raise TypeError(f"variables: needs {_NAMES}, got the text {variables!r}")
        listed = several("variables", variables, _NAMES)
        given = [v.name if isinstance(v, sp.Symbol) else check_name(str(v)) for v in listed]
        if len(set(given)) != len(given):
            raise ValueError(f"variables: needs each name once, got {', '.join(given)}")
        missing = sorted(present - set(given))
        if missing:
            raise ValueError(f"variables: needs every name of the formula; {', '.join(missing)} is not among {given}")
        names = given
    if names is None:
        names = symbolic.in_natural_order(sorted(present))
    if not names:
        raise FormulaError(WORDS["constant"])
    return tuple(sp.Symbol(name, real=True) for name in names)


def _finite(argument: str, points: Any, n: int) -> Array:
    """Points of n finite coordinates, (..., n), as floats; none at all is an array of none."""
    none = hasattr(points, "__len__") and not len(points)
    array = np.empty((0, n)) if none else as_points(points, n, argument).astype(float)
    beyond = array[~np.isfinite(array)]
    if beyond.size:
        raise ValueError(f"{argument}: needs finite numbers, got {beyond[0]}")
    return array


def _one_point(argument: str, point: Any, n: int) -> tuple[float, ...]:
    array = _finite(argument, point, n)
    if array.ndim != 1:
        raise ValueError(f"{argument}: needs one point, got an array of shape {array.shape}")
    return tuple(array.tolist())


def _end(number: Any) -> float:
    """The end of a window as a float."""
    return _one_point("window", [number], 1)[0]


def _finite_somewhere(f: Objective) -> bool:
    """Whether a fixed sample of points, dense near 0 and reaching far out, meets one where f is finite.

    Among them are points whose coordinates are all equal: random ones of many coordinates are hardly ever all > 1.
    """
    unit = np.random.default_rng(0).uniform(-1, 1, (2048, f.n))
    far = np.geomspace(1e-3, 1e9, 2048)[:, None] * unit
    equal = np.concatenate([[0.0, 1.0], np.geomspace(1e-3, 1e9, 97), -np.geomspace(1e-3, 1e9, 97)])
    near = np.geomspace(1e-3, 1e3, 2048)[:, None] * unit
    sample = np.concatenate([equal[:, None] * np.ones(f.n), near, far])
    return bool(np.isfinite(f(sample)).any())
