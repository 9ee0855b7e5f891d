"""Delete everything that the course keeps of one student."""

import argparse
from pathlib import Path

from homework.course import Course
from homework.people.forgetting import forget, traces


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--student", required=True, metavar="S", help="id, name, email or pseudonym")
    parser.add_argument("--yes", action="store_true", help="do not ask first")
    parser.add_argument("--course", type=Path, default=Path(), metavar="DIR", help="the course's folder (here)")


def run(given: argparse.Namespace) -> int:
    """0; 1 where the answer was no; 3 where something in the course still names the student."""
    course = Course(given.course)
    who = traces(course, given.student)
    if not given.yes:
        print(f"This deletes all that {course.root.resolve()} keeps of {who.person.shown}, and cannot be undone.")
        try:
            answer = input("Type yes to go on: ")
        except EOFError:
            answer = ""
        if answer.strip().casefold() != "yes":
            print("Nothing was deleted.")
            return 1
    done = forget(course, who)
    print("\n".join(["Removed:", *(f"  {line}" for line in done.removed or ["nothing"])]))
    if done.left:
        print("\n".join(["Still named in, look there yourself:", *(f"  {place}" for place in done.left)]))
    print(
        "Copies outside the course's folder, such as the learning system's, its zips and backups, are yours to delete."
    )
    return 3 if done.left else 0
