"""Write the grades as a table: one's own, or what Canvas or Moodle imports."""

import argparse
import re
from collections.abc import Iterable
from pathlib import Path

from homework import plan
from homework.course import Course, UserError, write
from homework.exporting import Row, canvas, gathered, moodle, own
from homework.pages.outputs import plain


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("assignment", metavar="ASSIGNMENT", help="such as hw1")
    parser.add_argument("--format", choices=("csv", "canvas", "moodle"), default="csv")
    parser.add_argument(
        "--canvas-id", default="", metavar="N", help="the assignment's number in Canvas, in its address"
    )
    parser.add_argument("--course", type=Path, default=Path(), metavar="DIR", help="the course's folder (here)")


def run(given: argparse.Namespace) -> int:
    """0; 3 where some student has no total, which is listed."""
    course, name, form = Course(given.course), given.assignment, given.format
    if not re.fullmatch(r"\d*", given.canvas_id):
        raise UserError(f"--canvas-id: needed a number, came {given.canvas_id!r}")
    asked = plan.load(course.private(name) / "plan.json")
    rows = gathered(course, asked)
    if not rows:
        raise UserError(f"export: needed students who handed {name} in, came none; run `collect {name} PATH`")
    known = [row for row in rows if row.total is not None]
    if form == "csv":
        path, text = course.exports / f"{name}.csv", own(asked, rows)
    elif form == "canvas":
        path, text = course.exports / f"{name}-canvas.csv", canvas(asked, rows, given.canvas_id)
        if not given.canvas_id:
            print(f"Canvas will look for an assignment called {asked.title!r}; --canvas-id N names one by its number.")
        nameless = (row for row in known if not (row.person.lms_id or row.person.sis_id or row.person.login))
        _say("Canvas can find these by their name only, having no number in the roster", nameless)
    else:
        path, text = course.exports / f"{name}-moodle.csv", moodle(asked, rows)
        print("Where Moodle has a grade already, tick that it may be replaced; set the same maximum grade there.")
        strangers = (row for row in known if name not in row.person.numbers)
        _say("Moodle's worksheet cannot find these, not collected from its zip", strangers)
    write(path, text)
    print(f"{path}: {len(known)} of {len(rows)} students have a total.")
    if form != "csv" and len(known) < len(rows):
        print("The others are left out of the file: a blank would take away what stands there.")
    for row in rows:
        if row.unknown:
            print(f"  not known: {row.person.shown}: {plain(row.unknown)}")
    return 0 if len(known) == len(rows) else 3


def _say(sentence: str, rows: Iterable[Row]) -> None:
    if names := ", ".join(row.person.shown for row in rows):
        print(f"{sentence}: {names}.")
