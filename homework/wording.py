"""How an outcome is said to people: markers, students and readers of tables read the same words."""

import re
from collections import Counter

from homework.outcomes import EARNED, PartStatus, Status
from homework.plan import Plan

PART: dict[PartStatus, str] = {
    "right": "right",
    "wrong": "not right",
    "unanswered": "not answered",
    "error": "ended with an error",
    "timeout": "ran out of time",
    "memory": "ran out of memory",
    "crashed": "ended Python",
    "output": "wrote too much",
    "not run": "was not run",
}
STOPPED = {  # of a cell
    "timeout": "it ran longer than a cell may",
    "memory": "it took more memory than it may",
    "crashed": "Python ended in it",
    "output": "it wrote more than it may",
    "not run": "it was not run",
}
WHOLE: dict[Status, str] = {
    "graded": "graded",
    "partly": "graded in part: some points are not known yet",
    "failed": "not graded: no points are known yet",
    "missing": "missing: nothing was handed in",
}


def points(number: float | None) -> str:
    """Points as people write them: 2, 2.5, 0.33; a dash where they are not known."""
    return "–" if number is None else f"{number:.2f}".rstrip("0").rstrip(".")


def share(earned: float | None, of: float) -> str:
    """Points out of points, in words where the first are not known."""
    return f"not known yet, of {points(of)}" if earned is None else f"{points(earned)} of {points(of)}"


def known(status: PartStatus) -> bool:
    """Whether such a part says what its answer is worth."""
    return EARNED[status] is not None


def titles(plan: Plan) -> dict[str, str]:
    """Question -> the heading that it stands under in the notebook, with its name where several stand there."""
    found: dict[str, str] = {}
    heading = ""
    for cell in plan.cells:
        if cell.question:
            found.setdefault(cell.question, heading)
        elif cell.kind == "markdown":
            lines = re.findall(r"^##+ +(.+)$", cell.text, re.M)
            heading = re.sub(r" *\([^()]*points?\b[^()]*\)$", "", lines[-1].strip()) if lines else heading
    shared = Counter(found.values())
    return {
        name: f"{under}: {title(name)}" if under and shared[under] > 1 else under or title(name)
        for name, under in found.items()
    }


def title(question: str) -> str:
    """A question's name as a heading.

    >>> title("step-size")
    'Step size'
    """
    return question.replace("-", " ").capitalize()
