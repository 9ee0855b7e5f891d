"""Take in what students handed in: a folder, or the zip that Moodle or Canvas gives."""

import argparse
from pathlib import Path

from homework.course import Course
from homework.people.collecting import collect


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("assignment", metavar="ASSIGNMENT", help="such as hw1")
    parser.add_argument("path", metavar="PATH", type=Path, help="a folder or a zip")
    parser.add_argument("--course", type=Path, default=Path(), metavar="DIR", help="the course's folder")
    parser.add_argument(
        "--roster", type=Path, metavar="FILE.csv", help="columns id, name and, if known, lms id, email; kept"
    )
    parser.add_argument(
        "--times",
        type=Path,
        metavar="FILE.csv",
        help="columns id (or name, email) and time; Moodle's worksheet will do",
    )
    parser.add_argument("--replace-newer", action="store_true", help="let an older file take a newer one's place")


def run(given: argparse.Namespace) -> int:
    """0; 3 where something came that a person must look at."""
    done = collect(
        Course(given.course),
        given.assignment,
        given.path,
        roster=given.roster,
        times=given.times,
        replace_newer=given.replace_newer,
    )
    for heading, lines in (
        (f"Collected {given.assignment} of {len(done.taken)} from {done.system}", done.taken),
        ("What was taken for what", done.notes),
        (f"Not handed in, {len(done.missing)}", done.missing),
        ("Needs a look", done.trouble),
    ):
        if lines:
            print(f"{heading}:")
            print("".join(f"  {line}\n" for line in lines), end="")
    if not done.taken:
        print(f"Nothing of {given.assignment} was collected from {given.path}.")
    return 3 if done.trouble else 0
