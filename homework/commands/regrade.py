"""Run and judge one submission again, whatever was graded before, and say what has changed."""

import argparse
from pathlib import Path

from homework import outcomes, wording
from homework.commands.grade import grader_of, told
from homework.course import Course
from homework.gradebook import Gradebook
from homework.grading import grades
from homework.pages.outputs import plain
from homework.people.roster import Roster
from homework.progress import Progress


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("assignment", metavar="ASSIGNMENT")
    parser.add_argument("--student", metavar="STUDENT", required=True, help="whose submission")
    parser.add_argument("--no-sandbox", action="store_true", help="run the student's code unguarded; the grade says so")
    parser.add_argument("--course", type=Path, default=Path(), metavar="DIR", help="the course's folder (here)")


def run(given: argparse.Namespace) -> int:
    course = Course(given.course)
    grader = grader_of(course, given.assignment, given.no_sandbox)
    student = Roster(course).find(given.student)
    old = outcomes.load(course.outcome(student, given.assignment))
    progress = Progress(1)
    progress.begin()
    try:
        with Gradebook(course) as gradebook:
            ((new, _),) = grades.grade_class(grader, [student], gradebook, progress, jobs=1, force=True)
    finally:
        progress.close()
    before = {(part.question, part.title): part for part in old.parts} if old else {}
    for part in new.parts:
        now = f"{wording.PART[part.status]}, {wording.share(part.earned, part.points)}"
        then = before.get((part.question, part.title))
        changed = "" if then is None or then == part else f" (before: {wording.PART[then.status]})"
        print(f"{part.question}, {part.title}: {now}{changed}{'; ' * bool(part.reason)}{plain(part.reason)}")
    print(grades.said(new) + (f" (before: {grades.said(old)})" if old and grades.said(old) != grades.said(new) else ""))
    return told([new])
