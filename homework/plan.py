"""What a submission is judged by: the cells as they were released, what is asked of them, and the reference's values.

A plan is made by `release` from a master, the drawn values and one run of the solution; it stays in the course's
private folder, and grading needs nothing else: neither the master nor the solution is at hand when students' code runs.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from homework.course import UserError


@dataclass(frozen=True)
class Released:
    """A cell as students got it; `name` is "" where it is only shown; a written answer's marker reads `rubric`."""

    role: str  # answer, test, written or shown
    kind: str  # code or markdown
    text: str
    name: str = ""
    question: str = ""
    rubric: str = ""


@dataclass(frozen=True)
class Judge:
    """Lines whose last expression is compared with the reference's `value`, as homework.inside.values encodes it."""

    question: str
    title: str
    points: float
    rtol: float
    code: str
    value: Any = None


@dataclass(frozen=True)
class Plan:
    """Everything that grading an assignment needs."""

    assignment: str
    title: str
    cells: tuple[Released, ...]
    judges: tuple[Judge, ...]
    by_hand: tuple[tuple[str, float], ...]  # written question, its points

    @property
    def points(self) -> float:
        return sum(judge.points for judge in self.judges) + sum(points for _, points in self.by_hand)

    @property
    def questions(self) -> dict[str, float]:
        """Question -> the points it gives, in the order of the notebook."""
        worth = dict.fromkeys((cell.question for cell in self.cells if cell.question), 0.0)
        for question, points in (*((judge.question, judge.points) for judge in self.judges), *self.by_hand):
            worth[question] = worth.get(question, 0.0) + points
        return worth

    def to_json(self) -> str:
        return json.dumps(asdict(self), indent=1, sort_keys=True, ensure_ascii=False) + "\n"

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.to_json().encode()).hexdigest()


def load(path: Path) -> Plan:
    """The plan in a file; raises UserError where there is none."""
    try:
        said = json.loads(path.read_text("utf-8"))
        return Plan(
            said["assignment"],
            said["title"],
            tuple(Released(**cell) for cell in said["cells"]),
            tuple(Judge(**judge) for judge in said["judges"]),
            tuple((name, points) for name, points in said["by_hand"]),
        )
    except FileNotFoundError:
        raise UserError(f"assignment: needed one that was released in this course, came {path.parent.name}") from None
    except (ValueError, TypeError, KeyError) as problem:
        raise UserError(
            f"{path}: needed a plan as `release` writes it; {problem!r}; release the assignment again"
        ) from None
