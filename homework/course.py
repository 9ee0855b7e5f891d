"""A course's folder: where everything of it lies, and the settings that its instructor writes in course.json.

course.json                     settings: deadlines, late policy, extensions, whether marking is anonymous, the seed
private/ASSIGNMENT/             the plan: what is judged, and the reference's values; never given to anyone
private/pseudonyms.key          what STUDENT is made with where marking is anonymous
source/ASSIGNMENT/              the notebook that nbgrader releases from
release/ASSIGNMENT/             what students get
submitted/STUDENT/ASSIGNMENT/   what came: ASSIGNMENT.ipynb; handed-in.json: when, and who says so; timestamp.txt
outcomes/ASSIGNMENT/            STUDENT.json: what came of it
autograded/STUDENT/ASSIGNMENT/  the notebook as it ran, for the marking page
feedback/ASSIGNMENT/            STUDENT.html: what students get back
exports/                        tables and reports
gradebook.db                    nbgrader's: points by hand, comments
roster.json                     STUDENT -> who it is: id, name, the learning system's numbers (homework.people.roster)
"""

import json
import os
import tempfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any


class UserError(Exception):
    """Something the user must mend; its text is all that they see: what was needed, what came."""


@dataclass(frozen=True)
class Course:
    """The folder of a course."""

    root: Path

    @cached_property
    def settings(self) -> dict[str, Any]:
        """What course.json says; raises UserError where it is no JSON object."""
        path = self.root / "course.json"
        if not path.exists():
            raise UserError(f"--course: needed a course's folder (one that `release` made), came {self.root}")
        try:
            said = json.loads(path.read_text("utf-8"))
        except ValueError as problem:
            raise UserError(f"{path}: needed JSON; {problem}") from None
        if not isinstance(said, dict):
            raise UserError(f"{path}: needed a JSON object, came {type(said).__name__}")
        return said

    def private(self, assignment: str) -> Path:
        return self.root / "private" / assignment

    def source(self, assignment: str) -> Path:
        return self.root / "source" / assignment / f"{assignment}.ipynb"

    def released(self, assignment: str) -> Path:
        return self.root / "release" / assignment / f"{assignment}.ipynb"

    def submitted(self, student: str, assignment: str) -> Path:
        return self.root / "submitted" / student / assignment / f"{assignment}.ipynb"

    def outcome(self, student: str, assignment: str) -> Path:
        return self.root / "outcomes" / assignment / f"{student}.json"

    def autograded(self, student: str, assignment: str) -> Path:
        return self.root / "autograded" / student / assignment / f"{assignment}.ipynb"

    def feedback(self, student: str, assignment: str) -> Path:
        return self.root / "feedback" / assignment / f"{student}.html"

    @property
    def exports(self) -> Path:
        return self.root / "exports"

    @property
    def gradebook(self) -> Path:
        return self.root / "gradebook.db"

    def students(self, assignment: str) -> list[str]:
        """The students who handed something in, in the order of their names."""
        return sorted(path.parts[-2] for path in (self.root / "submitted").glob(f"*/{assignment}") if path.is_dir())


def write(path: Path, content: str | bytes) -> None:
    """Write a whole file or nothing: an interruption leaves what was there before."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, half = tempfile.mkstemp(dir=path.parent, prefix=".half-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
        os.replace(half, path)
    except BaseException:
        os.unlink(half)
        raise
