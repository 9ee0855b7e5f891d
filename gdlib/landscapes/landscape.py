"""A landscape: an objective with what is known of it, made from one function of the catalogue when first asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from threading import Lock
from types import ModuleType
from typing import Any

import sympy as sp

from gdlib.landscapes.stationary_facts import KnownPoint, KnownSet
from gdlib.objective import Objective, Window

Singular = tuple[tuple[float, ...], str]
"""A point at which the formula has no gradient, and what holds there."""


@dataclass(frozen=True)
class Facts:
    """What an entry of the catalogue says: the formula, and what is known of it.

    `minima` is given only where `stationary` does not say it: where the least value lies at a kink or fills a set.
    """

    formula: str | sp.Expr
    start: Sequence[float]
    window: Window
    source: str
    title: str | None = None
    variables: Sequence[sp.Symbol] | None = None
    domain: Window | None = None
    stationary: tuple[KnownPoint, ...] | None = ()
    sets: tuple[KnownSet, ...] | None = ()
    minima: Sequence[Sequence[float]] | None = None
    singular: tuple[Singular, ...] = ()


class Landscape(Objective):
    """An objective of the catalogue, with what is known of it, proved by tests.

    Beside `start` (where figures set out from), `window` (what they show) and `source`:

    - `summary`: what it teaches, in one line.
    - `domain`: ((low, high), …), the box in which its source poses it; infinite where that is all of Rⁿ.
    - `minima`: the points where the formula is least within its window; where these fill a curve or a region, one
      point of each piece of it.
    - `stationary`: all isolated stationary points in the window, a tuple of KnownPoint, with `.location` (SymPy
      numbers), `.point` (floats), `.kind`, `.strict` and `.reason`.
    - `stationary_sets`: all curves and regions of stationary points that meet the window, a tuple of KnownSet.
    - `singular`: points of the domain at which the formula has no gradient, each with what holds there.

    `stationary` and `stationary_sets` are None where they are not known, as for Rosenbrock's function of ten variables.

    >>> import gdlib as gd
    >>> [(p.location, p.kind) for p in gd.objectives.double_well.stationary]
    [((0, 0), 'saddle'), ((0, sqrt(2)), 'minimum'), ((0, -sqrt(2)), 'minimum')]
    """

    start: tuple[float, ...]
    window: Window
    source: str
    name: str

    def __init__(self, entry: Entry, facts: Facts) -> None:
        known = facts.minima
        if known is None:
            known = [one.point for one in facts.stationary or () if one.least]
        super().__init__(
            facts.formula,
            facts.variables,
            name=entry.name,
            title=facts.title,
            start=facts.start,
            window=facts.window,
            minima=known,
            source=facts.source,
        )
        self._entry = entry
        self.summary = entry.summary
        self.domain: Window = facts.domain or ((-inf, inf),) * self.n
        self.stationary = facts.stationary
        self.stationary_sets = facts.sets
        self.singular = facts.singular

    def with_n(self, n: int) -> Landscape:
        """The same landscape in n variables x1, …, xn; only where its formula is defined for any number of them.

        >>> import gdlib as gd
        >>> gd.objectives.rosenbrock.with_n(3).expr
        (1 - x1)**2 + (1 - x2)**2 + 100*(-x1**2 + x2)**2 + 100*(-x2**2 + x3)**2
        """
        if self._entry.smallest is None:
            raise ValueError(f"with_n: {self.name} is defined for {self.n} variables only, got n = {n!r}")
        if isinstance(n, bool) or not isinstance(n, int) or n < 1:
            raise ValueError(f"n: needs a whole number of variables >= 1, got {n!r}")
        if n < self._entry.smallest:
            raise ValueError(f"n: {self.name} needs at least {self._entry.smallest} variables, got {n}")
        return Landscape(self._entry, self._entry.facts(n))


@dataclass(frozen=True)
class Entry:
    """A landscape not yet made: its name, its line of meaning and the function that gives its facts.

    `smallest` is the least number of variables of a formula for any number of them, which `facts` then takes.
    """

    name: str
    summary: str
    facts: Callable[..., Facts]
    smallest: int | None


def landscape(facts: Callable[[], Facts]) -> Entry:
    """Enters a function of no arguments: its name is the landscape's, its docstring says what it teaches."""
    return Entry(facts.__name__, facts.__doc__ or "", facts, None)


def for_any_n(at_least: int = 1) -> Callable[[Callable[[int], Facts]], Entry]:
    """Enters a function of the number of variables; the landscape stands in the catalogue with two."""

    def entered(facts: Callable[[int], Facts]) -> Entry:
        return Entry(facts.__name__, facts.__doc__ or "", facts, at_least)

    return entered


def coordinates(n: int) -> list[sp.Symbol]:
    """The symbols x, y for two variables, x1, …, xn for any other number."""
    return [sp.Symbol(name, real=True) for name in (["x", "y"] if n == 2 else [f"x{i + 1}" for i in range(n)])]


class MadeWhenAsked(Mapping[str, Landscape]):
    """Name to landscape, each made when it is first asked for: to make all takes longer than to import gdlib."""

    def __init__(self, chapters: Sequence[ModuleType]) -> None:
        things: list[Any] = [thing for chapter in chapters for thing in vars(chapter).values()]
        self._entries = {one.name: one for one in things if isinstance(one, Entry)}
        self._made: dict[str, Landscape] = {}
        self._lock = Lock()

    def __getitem__(self, name: str) -> Landscape:
        entry = self._entries[name]
        with self._lock:  # two threads that ask at once get the same object
            if name not in self._made:
                self._made[name] = Landscape(entry, entry.facts() if entry.smallest is None else entry.facts(2))
            return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)
