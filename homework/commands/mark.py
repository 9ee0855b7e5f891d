"""Open the page on which a person marks written answers and settles what is not known."""

import argparse
from pathlib import Path

from homework.course import Course, UserError
from homework.pages.serving import server

PORT = 8877


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--port", type=int, default=PORT, metavar="PORT", help="of the page on this machine (%(default)s)"
    )
    parser.add_argument("--course", type=Path, default=Path(), metavar="DIR", help="the course's folder (here)")


def run(given: argparse.Namespace) -> int:
    course = Course(given.course)
    if not course.gradebook.exists():
        raise UserError(f"--course: needed a course with graded submissions, came {given.course}; run `grade` first")
    made, address = server(course, given.port)
    print(f"Open {address}\nOnly this machine reaches it. Ctrl-C ends it; what you typed is kept.", flush=True)
    made.start_ioloop()
    return 0
