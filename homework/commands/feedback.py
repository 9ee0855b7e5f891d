"""Write the pages that students get back."""

import argparse
from pathlib import Path

from homework import feedback, outcomes, plan
from homework.course import Course, UserError, write
from homework.gradebook import Gradebook
from homework.lateness import lateness
from homework.people import Roster


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("assignment", metavar="ASSIGNMENT")
    parser.add_argument("--student", metavar="STUDENT", help="only this one's page")
    parser.add_argument("--course", type=Path, default=Path(), metavar="DIR", help="the course's folder (here)")


def run(given: argparse.Namespace) -> int:
    course, assignment = Course(given.course), given.assignment
    appeal = course.settings.get("appeal", feedback.APPEAL)
    if isinstance(appeal, str):
        appeal = [appeal]
    asked = plan.load(course.private(assignment) / "plan.json")
    roster = Roster(course)
    found = outcomes.load_all(course.outcome("", assignment).parent)
    if given.student:
        folder = roster.find(given.student)
        found = [outcome for outcome in found if outcome.student == folder]
    if not found:
        raise UserError(f"feedback: needed graded submissions of {assignment}, came none; run `grade {assignment}`")
    with Gradebook(course) as gradebook:
        marks = gradebook.marks(asked)
    for outcome in found:
        student = outcome.student
        late = lateness(course, student, assignment) if outcome.status != "missing" else feedback.ON_TIME
        person = roster.person(student)
        path = course.feedback(student, assignment)
        write(path, feedback.page(asked, outcome, marks.get(student, {}), person.shown, late, appeal))
        print(f"{person.shown}: {path}")
    return 0
