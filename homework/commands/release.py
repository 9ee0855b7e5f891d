"""Make what students get of an assignment, and what they are judged by."""

import argparse
from pathlib import Path

from homework import releasing
from homework.course import Course
from homework.sandbox.running import why_not


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("assignment", metavar="ASSIGNMENT", help="its name: hw1 for the master hw1.md")
    parser.add_argument("--course", type=Path, default=Path(), metavar="DIR", help="the course's folder (here)")
    parser.add_argument("--sources", type=Path, metavar="DIR", help="a folder with masters of your own; kept for later")
    parser.add_argument("--seed", metavar="TEXT", help="what the values are drawn from (a long one, drawn and kept)")
    parser.add_argument("--force", action="store_true", help="even if some have handed in what was released before")


def run(given: argparse.Namespace) -> int:
    course = Course(given.course)
    if reason := why_not():
        print(f"The solution runs without a sandbox: {reason}")
    plan = releasing.release(
        course,
        given.assignment,
        sources=given.sources,
        seed=given.seed,
        force=given.force,
        say=lambda sentence: print(sentence, flush=True),
    )
    judged = sum(judge.points for judge in plan.judges)
    print(
        f"{plan.assignment}: {plan.title}; {plan.points:g} points: {judged:g} judged in {len(plan.judges)} parts, "
        f"{plan.points - judged:g} marked by hand in {len(plan.by_hand)}."
    )
    print(f"For students: {course.released(plan.assignment)}")
    print(f"For nobody:   {course.private(plan.assignment)}, {course.source(plan.assignment).parent}, course.json")
    return 0
