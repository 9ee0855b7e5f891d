"""Show how a class did: all points, every question, how hard it was and what it tells."""

import argparse
from pathlib import Path

from homework import exporting, plan
from homework.course import Course, UserError, write
from homework.gradebook import Gradebook
from homework.pages import reporting


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("assignment", metavar="ASSIGNMENT")
    parser.add_argument("--course", type=Path, default=Path(), metavar="DIR", help="the course's folder (here)")


def run(given: argparse.Namespace) -> int:
    course, assignment = Course(given.course), given.assignment
    asked = plan.load(course.private(assignment) / "plan.json")
    rows = exporting.gathered(course, asked)
    found = [row.outcome for row in rows if row.outcome]
    if not found:
        raise UserError(f"report: needed graded submissions of {assignment}, came none; run `grade {assignment}`")
    with Gradebook(course) as gradebook:
        report = reporting.gathered(asked, found, gradebook.marks(asked), len(rows) - len(found))
    path = course.exports / f"{assignment}-report.html"
    write(path, reporting.page(report))
    print(reporting.summary(report))
    print(f"With pictures: {path}")
    return 0
