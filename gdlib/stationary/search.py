"""The search for every stationary point of an objective in a window: by exact elimination, else by certified boxes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sympy as sp

from gdlib.objective import Objective
from gdlib.stationary.assess import Assessor
from gdlib.stationary.budget import Budget, TimeUp, Undecided
from gdlib.stationary.numeric import certified
from gdlib.stationary.polynomial import GradientSystem, gradient_system
from gdlib.stationary.reals import Root
from gdlib.stationary.result import StationaryPoint, StationaryPoints
from gdlib.stationary.systems import Solution, solve
from gdlib.stationary.windows import Window, in_words, inside, window_of


def search(f: Objective, window: Window | None, seconds: float) -> StationaryPoints:
    """See `gdlib.stationary_points`."""
    budget = Budget(seconds)
    given = window if window is not None else window_of(f)
    try:
        system = gradient_system(f, budget)
        found = None if system is None else _exactly(f, system, given, budget)
    except TimeUp:
        found = None
    if found is not None:
        return found
    return certified(f, given, Budget(max(budget.left(), 0.05 * seconds)))


def _exactly(f: Objective, system: GradientSystem, window: Window | None, budget: Budget) -> StationaryPoints | None:
    """The answer by exact elimination, None if that is not the way."""
    if system.poles:
        return None
    solution = solve(system.equations, f.variables, budget)
    roots = [point for point in solution.points if window is None or inside(point, window)]
    assessor = Assessor(f, budget)
    points: list[StationaryPoint] = []
    late = False
    for point in roots:
        try:
            points.append(assessor.algebraic(point))
        except TimeUp:
            late = True
            points.append(_unjudged(point))
    complete = not solution.open
    return StationaryPoints(points, complete=complete, curves=[s.coordinates for s in solution.sets],
                            note=_note(f, window, solution, late))  # fmt: skip


def _unjudged(point: Sequence[Root]) -> StationaryPoint:
    location = tuple(root.number for root in point)
    return StationaryPoint(location, sp.nan, (), "undecided", None, "the time was up before this point was looked at")


def _note(f: Objective, window: Window | None, solution: Solution, late: bool) -> str:
    sentences = [f"Searched {in_words(f, window)} by exact elimination."]
    if solution.open:
        sentences.append("Not proved complete: " + "; ".join(solution.open) + ".")
    if late:
        sentences.append("The time was up before every point was judged.")
    return " ".join(sentences)
