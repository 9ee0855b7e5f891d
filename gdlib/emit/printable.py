"""What can be printed: anything with the graphs of an objective, the trace of a rule or the components of a method."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

from gdlib.trace.contract import Trace
from gdlib.trace.formula import Graphs
from gdlib.trace.graph import Node


@runtime_checkable
class Formula(Protocol):
    """An objective that is a formula."""

    @property
    def title(self) -> str:
        """What it is called in a sentence."""

    @property
    def expr(self) -> Any:
        """The SymPy expression."""

    @property
    def graphs(self) -> Graphs:
        """Value and gradient as graphs."""


@runtime_checkable
class TracedRule(Protocol):
    """An update rule with its trace."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def summary(self) -> str:
        """Its meaning in one line."""

    @property
    def takes(self) -> tuple[str, ...]:
        """Its positional names."""

    @property
    def state(self) -> tuple[str, ...]:
        """The names of its memory."""

    @property
    def defaults(self) -> Mapping[str, float]:
        """Its hyperparameters with their defaults."""

    def __hash__(self) -> int:
        """What is compiled for it is kept."""

    @property
    def trace(self) -> Trace:
        """What it computes."""


@runtime_checkable
class MethodByComponent(Protocol):
    """A method that may be written out by component."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def summary(self) -> str:
        """Its meaning in one line."""

    @property
    def defaults(self) -> Mapping[str, float]:
        """Its hyperparameters with their defaults."""

    @property
    def equations(self) -> list[str]:
        """Its step in LaTeX, line by line."""

    def has_components(self, n: int) -> bool:
        """Whether it is written out for n coordinates."""

    def component_graph(self, n: int) -> tuple[Node, ...]:
        """Its step for n coordinates."""

    def component_names(self, n: int) -> tuple[str, ...]:
        """The inputs of that step beside the hyperparameters: theta, g, and H on and above the diagonal."""


@runtime_checkable
class Curved(Protocol):
    """An objective whose second derivatives are graphs too."""

    @property
    def hessian_graph(self) -> tuple[tuple[Node, ...], ...]:
        """The Hessian, row by row."""


@runtime_checkable
class Scheduled(Protocol):
    """A schedule of gdlib: its step traces, with its numbers and its memory as inputs."""

    @property
    def watches_value(self) -> bool:
        """Whether it asks for the value."""

    @property
    def first_memory(self) -> Mapping[str, float]:
        """What it keeps between steps, as it stands before the first."""

    def step(self, t: Any, f: Any, *memory: Any) -> tuple[Any, ...]:
        """The factor at step t and the memory after it."""


@runtime_checkable
class Clipping(Protocol):
    """A gradient transform that is written out for one and two coordinates."""

    def on_components(self, g: tuple[Any, ...]) -> tuple[Any, ...]:
        """The coordinates of the gradient, changed."""
