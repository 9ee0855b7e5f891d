"""A rule: a plain function with what follows from it (state, defaults, equations), checked when it is made."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, overload

from gdlib.descriptions.described import Described
from gdlib.descriptions.kinship import Relation, relations
from gdlib.registry import nearest
from gdlib.trace.contract import Trace, trace_rule
from gdlib.vocabulary import hyperparameter


class Rule(Described):
    """An update rule, called like the plain function that it is: `theta, *state = rule(theta, g, *state, …)`.

    `name`, `state` (names), `takes` (all positional names), `defaults`, `text` (its source code), `equations` (LaTeX, a
    line a statement) and `trace` follow from the function; `title`, `summary`, `source` and `kin` from its docstring.

    >>> import gdlib as gd
    >>> gd.rules.momentum.state
    ('v',)
    >>> gd.rules.momentum(1.0, 2.0, 1.0, lr=0.125, beta=0.5)
    (1.25, 0.25)
    """

    def __init__(self, function: Callable[..., Any], gradient_at: Callable[..., Any] | None = None) -> None:
        if not inspect.isfunction(function):
            raise TypeError(f"rule: needs a plain function, got {type(function).__name__}")
        self.trace: Trace = trace_rule(function, gradient_at)
        for given, default in self.trace.defaults.items():
            try:
                hyperparameter(given, default).check(default)
            except ValueError as error:
                raise ValueError(f"rule {function.__name__}: default outside the range: {error}") from None
        super().__init__(function)
        self._gradient_at = gradient_at

    def __call__(self, *args: Any, **hyperparameters: Any) -> Any:
        return self._function(*args, **hyperparameters)

    @property
    def takes(self) -> tuple[str, ...]:
        """Its positional names in order: theta, g, then f, the state and t as it wants them."""
        return self.trace.takes

    @property
    def state(self) -> tuple[str, ...]:
        """The names of what it remembers between steps, each shaped like theta and zero before the first step."""
        return self.trace.state

    @property
    def defaults(self) -> Mapping[str, float]:
        """Hyperparameters and their defaults."""
        return MappingProxyType(self.trace.defaults)

    @property
    def kin(self) -> tuple[Relation, ...]:
        """What it becomes or is in another guise, by the equations of its docstring's `Kin:`."""
        return relations(self._noted("Kin"))

    @property
    def equations(self) -> list[str]:
        """The rule in LaTeX, line by line."""
        from gdlib.emit.as_latex import equations

        return equations(self.trace)

    def gradient_at(self, theta: Any, *state: Any, **hyperparameters: Any) -> Any:
        """The point at which the rule wants the gradient; theta itself for most.

        Raises TypeError for a hyperparameter or more state than the rule has, and for less state than it needs.
        """
        for name in hyperparameters:
            if name not in self.defaults:
                raise TypeError(f"{name}: no hyperparameter of {self.name}.{nearest(name, self.defaults)}")
        if len(state) > len(self.state) or (self._gradient_at is not None and len(state) < len(self.state)):
            expected = ", ".join(self.trace.outputs_named)
            raise TypeError(f"{self.name}.gradient_at: needs {expected}, got {1 + len(state)} of these")
        if self._gradient_at is None:
            return theta
        available = dict(zip(self.trace.outputs_named, (theta, *state), strict=True)) | dict(self.defaults)
        available |= hyperparameters
        parameters = inspect.signature(self._gradient_at).parameters
        positional = [available[n] for n, p in parameters.items() if p.kind is not p.KEYWORD_ONLY]
        named = {n: available[n] for n, p in parameters.items() if p.kind is p.KEYWORD_ONLY}
        return self._gradient_at(*positional, **named)

    def __repr__(self) -> str:
        return f"<rule {self.name}{inspect.signature(self._function)}>"


@overload
def rule(function: Callable[..., Any], /) -> Rule: ...
@overload
def rule(*, gradient_at: Callable[..., Any] | None = None) -> Callable[[Callable[..., Any]], Rule]: ...
def rule(
    function: Callable[..., Any] | None = None, *, gradient_at: Callable[..., Any] | None = None
) -> Rule | Callable[[Callable[..., Any]], Rule]:
    """Turn a plain function into a Rule, checked at once: `@gd.rule`, or `@gd.rule(gradient_at=…)`.

    The function is `rule(theta, g, [f,] *state, [t,] *, hyperparameters)` and returns `(theta, *state)`, or `theta`
    alone when it has no state. Its body is assignments and one return, coordinate by coordinate, with np.where for
    branches. `gradient_at(theta, *state, *, hyperparameters)` says where the gradient is taken if not at theta.

    Raises TypeError or ValueError that names the line and what to write instead.

    >>> @rule
    ... def halfway(theta, g, *, lr=0.1):
    ...     return theta - 0.5 * lr * g
    >>> halfway(1.0, 2.0)
    0.9
    """
    if function is None:
        return lambda decorated: Rule(decorated, gradient_at)
    return Rule(function, gradient_at)
