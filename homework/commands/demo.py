"""Grade a simulated class from start to finish, and compare what each submission gets with what it deserves."""

import argparse
import importlib
import time
from pathlib import Path

from homework.course import UserError
from homework.demo import running, table
from homework.grading import grades
from homework.sandbox.running import why_not


def arguments(parser: argparse.ArgumentParser) -> None:
    cores = grades.cores()
    parser.add_argument(
        "--jobs", type=int, default=cores, metavar="N", help=f"submissions at once ({cores}: the cores)"
    )
    parser.add_argument("--keep", type=Path, metavar="DIR", help="make the course in DIR, a new folder, and leave it")
    parser.add_argument("--write-table", action="store_true", help="write the table that the instructor's guide shows")


def run(given: argparse.Namespace) -> int:
    if reason := why_not():
        raise UserError(f"{reason}\nThe demo's class would harm this machine without a sandbox; nothing was run.")
    if given.keep and given.keep.exists():
        raise UserError(f"--keep: needed a folder that is not there yet, came {given.keep}")
    begun = time.monotonic()
    demo = running.in_new_folder(given.jobs, typed, given.keep)
    print(table.text(demo.rows))
    differing = [row for row in demo.rows if not row.equal]
    for trouble in demo.troubles:
        print(f"! {trouble}")
    for row in differing:
        print(f"! {row.kind}: deserved {row.deserved}; got {row.got} ({row.why})")
    good = not differing and not demo.troubles
    verdict = "all got what they deserve, and nothing outside the sandbox has changed" if good else "not all is well"
    print(f"{len(demo.rows)} submissions in {time.monotonic() - begun:.0f} s: {verdict}.")
    if given.write_table:
        print(f"Written: {table.save(demo.rows)}")
    if given.keep:
        print(f"The course is in {given.keep / 'course'}.")
    return 0 if good else 1


def typed(words: list[str]) -> int:
    """Do what `python -m homework` does with these words, in this process."""
    print(f"\n$ python -m homework {' '.join(words)}", flush=True)
    module = importlib.import_module(f"homework.commands.{words[0]}")
    parser = argparse.ArgumentParser(prog=f"python -m homework {words[0]}")
    module.arguments(parser)
    return int(module.run(parser.parse_args(words[1:])))
