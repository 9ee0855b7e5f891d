"""What a schedule is: a few numbers and a formula of the step number, which cannot change once it is made."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

from gdlib.arguments import watches_value
from gdlib.points import as_number
from gdlib.trace.calls import call_on_nodes
from gdlib.trace.plain_function import as_nodes


class Schedule:
    """A factor on lr for each step t = 1, 2, …: what a subclass, a frozen dataclass, writes as `formula(t)`.

    So it shows itself as the call that made it, equals another with the same numbers, and can be copied and pickled.
    """

    @property
    def watches_value(self) -> bool:
        """Whether it is to be called as schedule(t, f), with the value at the point from which step t goes."""
        return False

    @property
    def first_memory(self) -> Mapping[str, float]:
        """What it keeps between steps, as it stands before the first."""
        return {}

    def formula(self, t: Any) -> Any:
        """The factor, in operations that take a number, an array, or a node of gdlib.trace."""
        raise NotImplementedError

    def step(self, t: Any, f: Any, *memory: Any) -> tuple[Any, ...]:
        """The factor at step t and the memory after it, in operations that take a node: what a page runs."""
        return (self.formula(t),)

    def __call__(self, t: Any) -> Any:
        """The factor at step t: a float, for an array an array."""
        return as_number(self.formula(t))

    def _keep(self, **checked: Any) -> None:
        for name, value in checked.items():
            object.__setattr__(self, name, value)


def memory_of(schedule: Callable[..., Any]) -> Mapping[str, float]:
    """What a schedule or any function of t, or of t and f, keeps between steps."""
    memory: Mapping[str, float] = getattr(schedule, "first_memory", {})
    return memory


def step_of(schedule: Callable[..., Any], t: Any, f: Any, *memory: Any) -> tuple[Any, ...]:
    """A step on nodes of a schedule or of any function of t, or of t and f; TypeError for one that does not trace.

    A reader's own object stays as it is, and what gives something else when it is asked again does not trace.
    """
    if hasattr(schedule, "step"):
        made: tuple[Any, ...] = schedule.step(t, f, *memory)
        return made
    given = (t, f) if watches_value("schedule", schedule) else (t,)
    who, asked = f"function {getattr(schedule, '__name__', type(schedule).__name__)}", copy.deepcopy(schedule)
    (first,), (again,) = (as_nodes(who, [call_on_nodes(who, asked, given, {}, "a traced function")]) for _ in range(2))
    if first is not again:  # equal nodes are one node
        raise TypeError(f"{who}: gives something else when it is asked again")
    return (first,)
