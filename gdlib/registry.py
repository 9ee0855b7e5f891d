"""A registry: named things in teaching order, reached by attribute, by index or by iteration."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Generic, Protocol, TypeVar


class Named(Protocol):
    """Anything that has a name."""

    @property
    def name(self) -> Any:
        """The name under which the registry holds it."""


T = TypeVar("T", bound=Named)

_SPELT_OUT = 8
"""Names in a message before the rest is only counted."""


def nearest(name: object, known: Iterable[str]) -> str:
    """` Did you mean 'x'?` for the closest known name, else nothing."""
    close = difflib.get_close_matches(str(name), list(known), n=1)
    return f" Did you mean {close[0]!r}?" if close else ""


class Registry(Generic[T]):
    """Named things, in the order in which they are taught.

    `registry.adam` and `registry["adam"]` give the thing; `"adam" in registry` and `thing in registry` ask for it;
    iterating gives the things themselves. A mapping of names to things may make each when it is first asked for.
    """

    def __init__(self, what: str, things: Iterable[T] | Mapping[str, T]) -> None:
        self._what = what
        given = things if isinstance(things, Mapping) else {str(thing.name): thing for thing in things}
        self._things: Mapping[str, T] = given

    @property
    def names(self) -> tuple[str, ...]:
        """All names, in order."""
        return tuple(self._things)

    def __getitem__(self, name: str) -> T:
        try:
            return self._things[name]
        except (KeyError, TypeError):
            raise KeyError(self._unknown(name)) from None

    def __getattr__(self, name: str) -> T:
        if name.startswith("_"):  # copy and pickle ask for such names before _things is there
            raise AttributeError(name)
        try:
            return self._things[name]
        except KeyError:
            raise AttributeError(self._unknown(name)) from None

    def _unknown(self, name: object) -> str:
        first = ", ".join(self.names[:_SPELT_OUT])
        rest = f", … ({len(self)}, all in `.names`)" if len(self) > _SPELT_OUT else ""
        return f"no {self._what} is called {name!r}.{nearest(name, self._things)} Known: {first}{rest}"

    def __contains__(self, thing: object) -> bool:
        return thing in self._things if isinstance(thing, str) else any(thing is one for one in self)

    def __iter__(self) -> Iterator[T]:
        return iter(self._things.values())

    def __len__(self) -> int:
        return len(self._things)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._things]

    def __repr__(self) -> str:
        return f"<{len(self)} {self._what}s: {', '.join(self._things)}>"
