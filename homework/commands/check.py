"""Check a notebook before handing it in, on your own machine."""

import argparse
import sys
from pathlib import Path

from homework.checking import check
from homework.trying import CELL_SECONDS


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="your notebook, wherever it lies")
    parser.add_argument("--seconds", type=float, default=CELL_SECONDS, help="that a cell may take (%(default)g)")


def run(given: argparse.Namespace) -> int:
    _any_letter()
    print(f"{given.file}: looking, and running it in a fresh kernel ...", flush=True)
    to_do = 0
    for finding in check(given.file, given.seconds):
        print(f"  {'to do' if finding.advice else 'ok   '}  {finding.text}", flush=True)
        if finding.advice:
            to_do += 1
            print(f"         {finding.advice}", flush=True)
    if to_do:
        print(f"{to_do} thing{'s' * (to_do > 1)} to do. You may hand it in as it is; this only says what was seen.")
    else:
        print("Nothing to do. The visible tests are a part of what is asked, so this is no promise of all points.")
    return int(to_do > 0)


def _any_letter() -> None:
    """Let a console that knows few letters print a mark for the others, in place of an error."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")
