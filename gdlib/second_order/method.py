"""A method: a plain function for one step, which may ask for more than a gradient: curvature, values elsewhere."""

from __future__ import annotations

import inspect
import numbers
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from gdlib.descriptions.described import Described
from gdlib.second_order.statements import statements
from gdlib.trace.contract import RESERVED
from gdlib.trace.graph import Node, symbol
from gdlib.vocabulary import hyperparameter

GIVEN = {
    "theta": "the point, of shape (n,)",
    "g": "the gradient there, (n,)",
    "f": "the value there",
    "H": "the Hessian there, (n, n)",
    "G": "the Gauss-Newton matrix there, (n, n)",
    "t": "the number of the step, from 1",
    "value": "the objective, a function of a point",
    "gradient": "its gradient, a function of a point",
    "curve": "the Hessian times a vector, a function of the vector",
    "curve_of_squares": "the Gauss-Newton matrix times a vector, a function of the vector",
}
"""Positional names with a meaning of their own; every other positional name is memory."""


class Halt(Exception):  # noqa: N818  # no error: the way in which a run ends
    """Raised by a method that cannot go on from here; the message becomes the run's reason, "stopped: …"."""


class Method(Described):
    """A method of second order, called like the plain function that it is: `theta, *memory = method(theta, g, …)`.

    Its positional names say what it is given (`GIVEN` lists them); every other one is memory, None before the first
    step. It returns the next point and its memory, or the point alone where it has none, and raises Halt where it
    cannot go on. Hyperparameters stand after the star. `by_component`, where there is one, is the same step for one or
    two coordinates as plain arithmetic on (theta, g, H), each a tuple of coordinates: this form runs on numbers, on
    arrays of many points and in the page alike.

    >>> import gdlib as gd
    >>> gd.methods.damped_newton.defaults
    mappingproxy({'lr': 0.5})
    """

    def __init__(self, function: Callable[..., Any], by_component: Callable[..., Any] | None = None) -> None:
        super().__init__(function)
        self._by_component = by_component
        parameters = inspect.signature(function).parameters.values()
        self.takes = tuple(p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD and p.default is p.empty)
        self._defaults = {p.name: p.default for p in parameters if p.kind is p.KEYWORD_ONLY}
        if "theta" not in self.takes or len(self.takes) + len(self._defaults) != len(parameters):
            raise TypeError(f"method {self.name}: needs theta and what else it takes, a star, and hyperparameters")
        for name, default in self._defaults.items():
            if name in RESERVED or name in GIVEN:
                raise ValueError(f"method {self.name}: a hyperparameter may not be called {name!r}")
            if not isinstance(default, numbers.Real):
                raise TypeError(f"method {self.name}: hyperparameter {name} needs a number as default, got {default!r}")
            self._defaults[name] = hyperparameter(name, float(default)).check(default)

    def __call__(self, *args: Any, **hyperparameters: Any) -> Any:
        return self._function(*args, **hyperparameters)

    @property
    def equations(self) -> list[str]:
        r"""The step in LaTeX, line by line: from its own source, or as its docstring states it (and a test proves).

        >>> import gdlib as gd
        >>> print(gd.emit.latex(gd.methods.newton))
        \begin{aligned}
        H_t p_t &= -g_t \\
        \theta_t &= \theta_{t-1} + p_t
        \end{aligned}
        """
        from gdlib.emit.matrices_as_latex import method_lines

        return method_lines(statements(self._function), self.memory, self._defaults)

    @property
    def memory(self) -> tuple[str, ...]:
        """The names of what it remembers between steps."""
        return tuple(name for name in self.takes if name not in GIVEN)

    @property
    def defaults(self) -> Mapping[str, float]:
        """Hyperparameters and their defaults."""
        return MappingProxyType(self._defaults)

    def has_components(self, n: int) -> bool:
        """Whether there is a form written out by component for n coordinates."""
        return self._by_component is not None and n <= 2

    def by_component(self, theta: Any, g: Any, H: Any, **hyperparameters: Any) -> tuple[Any, ...]:
        """The step for n <= 2 on tuples: theta and g of n coordinates, H of n rows; defaults as for the method.

        >>> import gdlib as gd
        >>> gd.methods.newton.by_component((4.0, 1.0), (8.0, 3.0), ((4.0, 0.0), (0.0, 2.0)))
        (2.0, -0.5)
        """
        if self._by_component is None:
            raise TypeError(f"{self.name}: is not written out by component")
        if len(theta) > 2:
            raise ValueError(f"theta: {self.name} is written out for 1 and 2 coordinates, got {len(theta)}")
        made: tuple[Any, ...] = self._by_component(theta, g, H, **{**self._defaults, **hyperparameters})
        return made

    def component_names(self, n: int) -> tuple[str, ...]:
        """The inputs of the form by component, beside the hyperparameters: theta, g, and H, its mirror entries as one.

        >>> import gdlib as gd
        >>> gd.methods.newton.component_names(2)
        ('theta0', 'theta1', 'g0', 'g1', 'h00', 'h01', 'h11')
        """
        return tuple(dict.fromkeys(name for row in _inputs(n) for name in row))

    def component_graph(self, n: int) -> tuple[Node, ...]:
        """The step for n <= 2 as graphs of the inputs `component_names(n)` and of the hyperparameters."""
        theta, g, *rows = (tuple(symbol(name) for name in row) for row in _inputs(n))
        return self.by_component(theta, g, rows, **{name: symbol(name) for name in self._defaults})

    def __repr__(self) -> str:
        return f"<method {self.name}{inspect.signature(self._function)}>"


def _inputs(n: int) -> tuple[tuple[str, ...], ...]:
    """Names for theta, g, and the rows of H."""
    places = range(n)
    rows = (tuple(f"h{min(i, j)}{max(i, j)}" for j in places) for i in places)
    return (tuple(f"theta{i}" for i in places), tuple(f"g{i}" for i in places), *rows)


def method(by_component: Callable[..., Any] | None = None) -> Callable[[Callable[..., Any]], Method]:
    """Turn a plain function into a Method: `@method()`, or `@method(by_component=…)`."""
    return lambda function: Method(function, by_component)
