"""Give one student a later deadline."""

import argparse
from pathlib import Path

from homework.course import Course
from homework.people.lateness import extend
from homework.people.roster import Roster, StrangerError


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("assignment", metavar="ASSIGNMENT", help="such as hw1")
    parser.add_argument("--student", required=True, metavar="S", help="id, name or email")
    parser.add_argument(
        "--until", required=True, metavar="TIME", help='with its zone: "2026-11-24T23:59 Europe/Berlin"'
    )
    parser.add_argument("--course", type=Path, default=Path(), metavar="DIR", help="the course's folder")


def run(given: argparse.Namespace) -> int:
    course = Course(given.course)
    people = Roster(course)
    try:
        folder = people.find(given.student)
    except StrangerError:
        if any(person.listed for person in people.people.values()):
            raise
        folder = people.folder_of(given.student)  # nobody of this name has handed in yet
        print(f"{given.student}: nobody of this name has handed anything in yet; the extension waits for them.")
    until = extend(course, folder, given.assignment, given.until)
    print(f"{given.student}: {given.assignment} is due {until:%A %d %B %Y, %H:%M %Z}.")
    return 0
