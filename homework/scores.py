"""What each question gave: its judged parts and a person's points together, as every table and page counts them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from homework.outcomes import Outcome, Part
from homework.plan import Plan


@dataclass(frozen=True)
class Mark:
    """What a person wrote beside a question on the marking page."""

    points: float | None = None  # instead of what was judged; None: nothing typed in
    comment: str = ""


@dataclass(frozen=True)
class Score:
    """A question of one submission; `earned` is None while it is not known."""

    question: str
    points: float
    earned: float | None
    by_hand: bool
    parts: tuple[Part, ...] = ()
    mark: Mark = Mark()


def scores(plan: Plan, outcome: Outcome, marks: Mapping[str, Mark]) -> tuple[Score, ...]:
    """The questions of a plan in its order; a person's points stand over judged ones.

    A written question that nobody has marked is not known; so is a judged one with a part that is not known.
    """
    found = []
    by_hand = dict(plan.by_hand)
    for question in dict.fromkeys(cell.question for cell in plan.cells if cell.question):
        parts = tuple(part for part in outcome.parts if part.question == question)
        points = by_hand.get(question, sum(judge.points for judge in plan.judges if judge.question == question))
        mark = marks.get(question, Mark())
        judged = total(part.earned for part in parts) if parts and question not in by_hand else None
        earned = judged if mark.points is None else mark.points
        found.append(Score(question, points, earned, question in by_hand, parts, mark))
    return tuple(found)


def total(earned: Iterable[float | None]) -> float | None:
    """The sum, None if any of it is not known.

    >>> total([1.0, 0.5]), total([1.0, None]), total([])
    (1.5, None, 0.0)
    """
    known = list(earned)
    return None if None in known else sum((each for each in known if each is not None), 0.0)
