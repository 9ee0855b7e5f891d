"""What came of a submission, part by part: plain facts that grading writes and every later command reads."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

# Of a judged part. Right and wrong are grades; "unanswered" and "error" (the student's own answer gave no value) earn
# nothing; the points of the others, which say nothing about the answer, are not known.
PartStatus = Literal["right", "wrong", "unanswered", "error", "timeout", "memory", "crashed", "output", "not run"]
EARNED: dict[str, float | None] = {  # the share of a part's points, None: not known
    "right": 1.0,
    "wrong": 0.0,
    "unanswered": 0.0,
    "error": 0.0,
    "timeout": None,
    "memory": None,
    "crashed": None,
    "output": None,
    "not run": None,
}
# Of a whole submission. "partly": some part's points are not known; "failed": none could be; "missing": nothing came.
Status = Literal["graded", "partly", "failed", "missing"]


@dataclass(frozen=True)
class Part:
    """A judged cell: its question, title and points, what came of it and why, in words for the student."""

    question: str
    title: str
    points: float
    status: PartStatus
    reason: str = ""

    @property
    def earned(self) -> float | None:
        share = EARNED[self.status]
        return None if share is None else share * self.points


@dataclass(frozen=True)
class Outcome:
    """A graded submission. Holds no clock times and no paths: two gradings of one file are the same bytes."""

    student: str  # the name in the course's folders: a pseudonym where marking is anonymous
    assignment: str
    status: Status
    reason: str = ""  # of "partly", "failed" and "missing"
    parts: tuple[Part, ...] = ()
    flags: tuple[str, ...] = ()  # what a person should look at: a changed test, a patched library; never points
    answers: dict[str, str] = field(default_factory=dict)  # written question -> digest of its text, of "" if unwritten
    sandbox: str = "bubblewrap"  # "none" where --no-sandbox was given
    submission: str = ""  # digest of the file that came
    plan: str = ""  # digest of what it was judged by
    limits: str = ""  # digest of what it could use: time, memory, …
    ours: bool = False  # the grading itself failed: it says nothing of the file, and the next run tries again

    def to_json(self) -> str:
        return json.dumps(asdict(self), indent=1, sort_keys=True, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "Outcome":
        said: dict[str, Any] = json.loads(text)
        said["parts"] = tuple(Part(**part) for part in said["parts"])
        return cls(**(said | {"flags": tuple(said["flags"])}))


def digest_of(answer: str) -> str:
    """What stands for a written answer in `Outcome.answers`: a mark by hand holds while it is the same."""
    return hashlib.sha256(answer.strip().encode("utf-8", "surrogatepass")).hexdigest()


def load(path: Path) -> Outcome | None:
    """The outcome kept in a file; None if there is none, or it was cut short by an interruption."""
    try:
        return Outcome.from_json(path.read_text("utf-8"))
    except (OSError, ValueError, TypeError, KeyError):
        return None
