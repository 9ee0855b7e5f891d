"""The landscapes: the catalogue of objectives, each one formula, in the order in which the book meets them.

`minima` are the points where the formula is least within its window (proved by a test), `start` is where figures set
out from, `window` is what they show. A landscape defined for any number of variables stands here with two.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import sympy as sp

from gdlib.objective import Objective, Window
from gdlib.registry import Registry


class Landscape(Objective):
    """An objective of the catalogue; `with_n(n)` gives it in n variables where its formula is defined for any n."""

    def __init__(self, formula: Any, *, family: Callable[[int], Landscape] | None = None, **facts: Any) -> None:
        super().__init__(formula, **facts)
        self._family = family

    def with_n(self, n: int) -> Landscape:
        """The same landscape in n variables x1, …, xn.

        >>> objectives.rosenbrock.with_n(3).expr
        (1 - x1)**2 + (1 - x2)**2 + 100*(-x1**2 + x2)**2 + 100*(-x2**2 + x3)**2
        """
        if self._family is None:
            raise ValueError(f"with_n: {self.name} is defined for {self.n} variables only, got n = {n!r}")
        if isinstance(n, bool) or not isinstance(n, int) or n < 1:
            raise ValueError(f"n: needs a whole number of variables >= 1, got {n!r}")
        return self._family(n)


def _for_any_n(
    name: str,
    formula: Callable[[Sequence[sp.Symbol]], sp.Expr],
    *,
    least: float | None,
    start: Callable[[int], Sequence[float]],
    window: Window,
    source: str,
    smallest: int = 1,
    title: str | None = None,
) -> Landscape:
    """A landscape given by a formula of a sequence of symbols; its minimum, if any, has all coordinates `least`."""

    def made(n: int) -> Landscape:
        if n < smallest:
            raise ValueError(f"n: {name} needs at least {smallest} variables, got {n}")
        names = ["x", "y"] if n == 2 else [f"x{i + 1}" for i in range(n)]
        symbols = [sp.Symbol(one, real=True) for one in names]
        return Landscape(
            formula(symbols),
            variables=names,
            family=made,
            name=name,
            title=title,
            minima=[] if least is None else [[least] * n],
            start=start(n),
            window=window if n == 2 else (window[0],) * n,
            source=source,
        )

    return made(2)


bowl = _for_any_n(
    "bowl",
    lambda x: sum(xi**2 for xi in x),
    least=0.0,
    start=lambda n: [1.6, 1.2, *([1.0] * n)][:n],
    window=((-2, 2), (-2, 2)),
    source="the plainest minimum",
)
hill = _for_any_n(
    "hill",
    lambda x: -sum(xi**2 for xi in x),
    least=None,
    start=lambda n: [0.3, 0.2, *([0.1] * n)][:n],
    window=((-2, 2), (-2, 2)),
    source="the plainest maximum",
)
saddle = Landscape(
    "x**2 - y**2",
    name="saddle",
    minima=[],
    start=(1.6, 0.02),
    window=((-2, 2), (-2, 2)),
    source="the plainest saddle",
)
ravine = Landscape(
    "(x**2 + 25*y**2) / 2",
    name="ravine",
    minima=[(0, 0)],
    start=(-4.5, 0.9),
    window=((-5, 5), (-2, 2)),
    source="a quadratic of condition number 25",
)
rosenbrock = _for_any_n(
    "rosenbrock",
    lambda x: sum((1 - a) ** 2 + 100 * (b - a**2) ** 2 for a, b in pairwise(x)),
    least=1.0,
    start=lambda n: [-1.2 if i % 2 == 0 else 1.0 for i in range(n)],
    window=((-2, 2), (-1, 3)),
    source="rosenbrock1960",
    smallest=2,
    title="Rosenbrock's function",
)
himmelblau = Landscape(
    "(x**2 + y - 11)**2 + (x + y**2 - 7)**2",
    name="himmelblau",
    title="Himmelblau's function",
    minima=[
        (3.0, 2.0),
        (-2.805118086952745, 3.131312518250573),
        (-3.779310253377747, -3.283185991286170),
        (3.584428340330492, -1.848126526964404),
    ],
    start=(0.0, 0.5),
    window=((-5, 5), (-5, 5)),
    source="himmelblau1972",
)
beale = Landscape(
    "(1.5 - x + x*y)**2 + (2.25 - x + x*y**2)**2 + (2.625 - x + x*y**3)**2",
    name="beale",
    title="Beale's function",
    minima=[(3.0, 0.5)],
    start=(1.0, 1.0),
    window=((-4.5, 4.5), (-4.5, 4.5)),
    source="beale1958",
)
three_hump_camel = Landscape(
    "2*x**2 - 1.05*x**4 + x**6/6 + x*y + y**2",
    name="three_hump_camel",
    title="three-hump camel",
    minima=[(0.0, 0.0)],
    start=(-1.6, 1.2),
    window=((-2.5, 2.5), (-2.5, 2.5)),
    source="molga2005",
)

objectives = Registry("objective", [thing for thing in list(globals().values()) if isinstance(thing, Landscape)])
"""The catalogue, in teaching order."""
