"""The guides show commands that exist and that something runs, and limits, files and words as the tool has them."""

import importlib
import re
import shlex
from argparse import ArgumentParser
from pathlib import Path

import pytest

from homework.__main__ import COMMANDS as ALL
from homework.course import Course
from homework.demo import table
from homework.outcomes import EARNED
from homework.sandbox.ran import Limits
from homework.trying import CELL_SECONDS
from homework.wording import PART
from tests.homework.demo_test import COMMANDS

BOOK = Path(__file__).parents[2] / "book"
STUDENTS = (BOOK / "homework-for-students.md").read_text("utf-8")
INSTRUCTORS = (BOOK / "homework-for-instructors.md").read_text("utf-8")
ELSEWHERE = {  # what the demo does not type: the test that does
    "check": ("checking_test.py", set()),
    "demo": ("demo_test.py", set()),
    "mark": ("mark_test.py", {"--course"}),
    "grade": ("grading_test.py", {"--no-sandbox", "--force"}),
    "release": ("releasing_test.py", {"--force"}),
}


def lines() -> list[str]:
    text = re.sub(r"\\\n +", "", STUDENTS + INSTRUCTORS)  # a line that goes on below
    whole = re.findall(r"python -m homework (\w.*)", text)
    return whole + [text for text in re.findall(r"`([a-z]+ [^`\n]*--[^`\n]*)`", INSTRUCTORS) if text.split()[0] in ALL]


def test_there_are_commands_to_look_at() -> None:
    assert {line.split()[0] for line in lines()} == set(ALL)


@pytest.mark.parametrize("line", lines())
def test_each_command_shown_is_one_that_a_test_runs(line: str) -> None:
    name, *words = shlex.split(line)
    module = importlib.import_module(f"homework.commands.{name}")
    parser = ArgumentParser()
    module.arguments(parser)
    parser.parse_args(words)  # exits where the command would refuse them
    where, more = ELSEWHERE.get(name, ("demo_test.py", set()))
    run = COMMANDS.get(name, set()) | more
    assert {word for word in words if word.startswith("--")} <= run
    text = (Path(__file__).parent / where).read_text("utf-8")
    assert f'"{name}"' in text or f"commands import {name}" in text or f"commands.{name}" in text


def test_the_limits_are_those_of_the_sandbox() -> None:
    limits = Limits()
    assert (limits.cell_seconds, limits.whole_seconds, limits.memory_bytes) == (30, 300, 2 << 30)
    assert CELL_SECONDS == 30
    assert "30 seconds for a cell and 300 for all, 2 GiB of memory" in STUDENTS
    assert "(30 s a cell, 300 s in all), memory (2 GiB)" in INSTRUCTORS


def test_the_words_for_a_part_are_those_of_the_feedback() -> None:
    for status, words in PART.items():
        assert words in STUDENTS, words
        unknown = STUDENTS.index(words) > STUDENTS.index("ran out of time, ran out of memory")
        assert unknown == (EARNED[status] is None) or status == "timeout"


def test_files_are_named_as_the_course_names_them() -> None:
    course = Course(Path())
    for path in (course.released("hw1"), course.root / "course.json"):
        assert path.as_posix() in INSTRUCTORS


def test_the_table_shows_every_kind_that_the_demo_has() -> None:
    assert len(table.kept()) >= 30
    assert "../homework/demo/table.json" in INSTRUCTORS
    assert "../homework/demo/check.txt" in STUDENTS
