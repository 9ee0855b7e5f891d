"""What can be printed: anything with the graphs of an objective, and anything with the trace of a rule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

from gdlib.trace.contract import Trace
from gdlib.trace.formula import Graphs


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
