"""Run and judge what was handed in, each submission in a sandbox of its own."""

import argparse
import statistics
import time
from pathlib import Path

from homework import plan, wording
from homework.course import Course, UserError
from homework.gradebook import Gradebook
from homework.grading import grades
from homework.grading.grades import Grader
from homework.outcomes import Outcome
from homework.pages.outputs import plain
from homework.people.roster import Roster
from homework.progress import Progress
from homework.sandbox.ran import Limits
from homework.sandbox.running import why_not

NOT_ALL = 3  # the exit status where not every submission is graded


def arguments(parser: argparse.ArgumentParser) -> None:
    cores = grades.cores()
    parser.add_argument("assignment", metavar="ASSIGNMENT")
    parser.add_argument("--student", metavar="STUDENT", help="only this one")
    parser.add_argument(
        "--jobs", type=int, default=cores, metavar="N", help=f"submissions at once ({cores}: the cores)"
    )
    parser.add_argument("--force", action="store_true", help="those, too, whose file and plan are as they were graded")
    parser.add_argument("--no-sandbox", action="store_true", help="run students' code unguarded; the grades say so")
    parser.add_argument("--course", type=Path, default=Path(), metavar="DIR", help="the course's folder (here)")


def run(given: argparse.Namespace) -> int:
    course = Course(given.course)
    if given.jobs < 1:
        raise UserError(f"--jobs: needed a whole number >= 1, came {given.jobs}")
    grader = grader_of(course, given.assignment, given.no_sandbox)
    roster = Roster(course)
    students = [roster.find(given.student)] if given.student is not None else roster.everyone(given.assignment)
    if not students:
        raise UserError(f"{given.assignment}: needed submissions, came none; `collect` takes them in")
    begun = time.monotonic()
    progress = Progress(len(students))
    graded: list[Outcome] = []
    seconds: list[float] = []
    progress.begin()
    try:
        with Gradebook(course) as gradebook:
            jobs = min(given.jobs, len(students))
            for outcome, took in grades.grade_class(
                grader, students, gradebook, progress, jobs=jobs, force=given.force
            ):
                graded.append(outcome)
                seconds += [took] if took else []
    finally:
        progress.close()
    print(f"{len(graded)} submissions in {time.monotonic() - begun:.0f} s.", end=" " if seconds else "\n")
    if seconds:
        print(f"Processor: {statistics.median(seconds):.1f} s for half of the {len(seconds)} that ran.")
    return told(sorted(graded, key=lambda outcome: students.index(outcome.student)))


def grader_of(course: Course, assignment: str, no_sandbox: bool) -> Grader:
    """What grades an assignment; raises UserError where students' code could do harm, unless that was asked for."""
    asked = plan.load(course.private(assignment) / "plan.json")
    if not no_sandbox and (reason := why_not()):
        raise UserError(
            f"{reason}\nNothing was graded. --no-sandbox runs students' code with your own rights over your files, and "
            "the grades will say so."
        )
    return Grader(course, asked, Limits.of(course), sandboxed=not no_sandbox)


def told(graded: list[Outcome]) -> int:
    """Say what needs a person; gives the exit status."""
    open_ones = [outcome for outcome in graded if outcome.status != "graded"]
    for outcome in open_ones:
        print(f"{outcome.student}: {wording.WHOLE[outcome.status]}. {plain(outcome.reason)}".rstrip())
    if flagged := [outcome for outcome in graded if outcome.flags]:
        print(f"To look at, which changed no points ({len(flagged)} submissions):")
    for outcome in flagged:
        more = f" (and {len(outcome.flags) - 3} more)" if len(outcome.flags) > 3 else ""
        print(f"  {outcome.student}: {'; '.join(map(plain, outcome.flags[:3]))}{more}")
    return NOT_ALL if open_ones else 0
