"""Write the pages that students get back."""

import argparse
from pathlib import Path

from homework import exporting, plan
from homework.course import Course, UserError, write
from homework.gradebook import Gradebook
from homework.pages import feedback
from homework.people.roster import Roster

NOT_ALL = 3  # the exit status where someone gets no page


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("assignment", metavar="ASSIGNMENT")
    parser.add_argument("--student", metavar="STUDENT", help="only this one's page")
    parser.add_argument("--course", type=Path, default=Path(), metavar="DIR", help="the course's folder (here)")


def run(given: argparse.Namespace) -> int:
    course, assignment = Course(given.course), given.assignment
    appeal = _appeal(course)
    asked = plan.load(course.private(assignment) / "plan.json")
    only = Roster(course).find(given.student) if given.student is not None else None
    rows = [row for row in exporting.gathered(course, asked) if only in (None, row.folder)]
    if not rows:
        raise UserError(f"feedback: needed submissions of {assignment}, came none; `collect` takes them in")
    with Gradebook(course) as gradebook:
        marks = gradebook.marks(asked)
    left_out = 0
    for row in rows:
        path = course.feedback(row.folder, assignment)
        if row.outcome is None:
            path.unlink(missing_ok=True)  # what it says no longer holds
            print(f"{row.person.shown}: no page: {row.reason}")
            left_out += 1
            continue
        said = marks.get(row.folder, {}) if row.status != "missing" else {}
        write(path, feedback.page(asked, row.outcome, said, row.person.shown, row.late, appeal))
        print(f"{row.person.shown}: {path}")
    return NOT_ALL if left_out else 0


def _appeal(course: Course) -> list[str]:
    """What the page says of appeals: `appeal` in course.json, a text or several paragraphs, or what is usual."""
    said = course.settings.get("appeal", list(feedback.APPEAL))
    said = [said] if isinstance(said, str) else said
    if not isinstance(said, list) or not all(isinstance(line, str) for line in said):
        raise UserError("course.json, appeal: needed a text or a list of texts, came something else")
    return said
