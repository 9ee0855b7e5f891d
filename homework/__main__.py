"""The command line: `python -m homework COMMAND`.

A command is a file in homework/commands: `arguments(parser)` says what it takes, `run(given)` does it and returns the
exit status. What the user must mend is raised as UserError and printed as one sentence, without a traceback.
"""

import argparse
import ast
import importlib
import importlib.util
import sys
from pathlib import Path

from homework.course import Course, UserError

COMMANDS = {  # in the order of a course's weeks; True: students' too, needs only the book's own environment
    "release": False,
    "check": True,
    "collect": False,
    "extend": False,
    "grade": False,
    "mark": False,
    "regrade": False,
    "feedback": False,
    "export": False,
    "report": False,
    "forget": False,
    "demo": False,
}


def main(words: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m homework", description="Homework: from a chapter to a grade.")
    parsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    words = sys.argv[1:] if words is None else words
    asked = next((word for word in words if word in COMMANDS), None)
    for name in COMMANDS:
        sentence = _help(name)
        one = parsers.add_parser(name, help=sentence, description=sentence)
        if name == asked and (COMMANDS[name] or _has_nbgrader()):  # the others' imports would take a second
            module = importlib.import_module(f"homework.commands.{name}")
            module.arguments(one)
            one.set_defaults(run=module.run)
    if asked and not COMMANDS[asked] and not _has_nbgrader():
        print("nbgrader: needed for this command and not installed; `make homework` installs it.", file=sys.stderr)
        return 2
    given = parser.parse_args(words)
    try:
        if hasattr(given, "course") and asked != "release":  # which makes the folder
            _ = Course(given.course).settings
        return int(given.run(given))
    except UserError as sentence:
        print(sentence, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nInterrupted; the same command goes on from what is done.", file=sys.stderr)
        return 130


def _has_nbgrader() -> bool:
    return importlib.util.find_spec("nbgrader") is not None


def _help(command: str) -> str:
    text = (Path(__file__).parent / "commands" / f"{command}.py").read_text("utf-8")
    return (ast.get_docstring(ast.parse(text)) or "").partition("\n")[0]


if __name__ == "__main__":
    sys.exit(main())
