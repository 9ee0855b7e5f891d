"""What a schedule is: a few numbers and a formula of the step number, which cannot change once it is made."""

from __future__ import annotations

from typing import Any

from gdlib.points import as_number


class Schedule:
    """A factor on lr for each step t = 1, 2, …: what a subclass, a frozen dataclass, writes as `formula(t)`.

    So it shows itself as the call that made it, equals another with the same numbers, and can be copied and pickled.
    """

    @property
    def watches_value(self) -> bool:
        """Whether it is to be called as schedule(t, f), with the value at the point from which step t goes."""
        return False

    def formula(self, t: Any) -> Any:
        """The factor, in operations that take a number, an array, or a node of gdlib.trace."""
        raise NotImplementedError

    def __call__(self, t: Any) -> Any:
        """The factor at step t: a float, for an array an array."""
        return as_number(self.formula(t))

    def _keep(self, **checked: Any) -> None:
        for name, value in checked.items():
            object.__setattr__(self, name, value)
