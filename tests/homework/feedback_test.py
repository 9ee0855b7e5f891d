"""The page that a student gets back: what it says, what it must never say, and how it looks to a machine."""

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from homework.__main__ import main
from homework.course import Course, write
from homework.gradebook import Mark
from homework.pages.feedback import page
from homework.people.lateness import Late
from homework.plan import Released
from homework.wording import titles
from tests.homework import handmade
from tests.homework.handmade import OUTCOMES, plan

MARKS = {
    "s01": {"step": Mark(4.0, None, 0.0, "", False), "why": Mark(None, 2.5, 0.0, "Good, *but*\nsay why.", False)},
    "s02": {"step": Mark(1.0, None, 0.0, "", False), "why": Mark(None, None, 0.0, "", True)},
    "s03": {"step": Mark(None, None, 0.0, "", True), "why": Mark(None, 1.0, 0.0, "<script>x</script>", False)},
}


def text(number: int, **more: object) -> str:
    outcome = OUTCOMES[number]
    return page(plan(), outcome, MARKS.get(outcome.student, {}), f"Student {number + 1:02} <b>", **more)  # type: ignore[arg-type]


def test_points_verdicts_and_comments_are_said() -> None:
    said = text(0)
    assert "6.5 of 7 points" in said
    assert "4 of 4" in said
    assert "2.5 of 3" in said
    assert "one step from another point" in said
    assert "Good, <em>but</em>" in said
    assert "so far" not in said
    wrong = text(1)
    assert "not right" in wrong
    assert "9 of 10 numbers differ" in wrong


def test_what_is_not_known_is_said_in_words_and_is_no_zero() -> None:
    assert "1 of 7 points so far" in text(1)
    said = text(2)
    assert "ran out of time" in said
    assert "? of 3" in said
    assert "Not known yet: “One step”." in said
    assert "came a PDF" in text(3)
    assert "Missing: nothing was handed in." in text(4)


def test_who_marked_a_written_answer_is_said() -> None:
    assert "Marked by a person." in text(0)
    assert "A person marks this; not done yet." in text(1)
    marks = {"why": Mark(0.0, None, 0.0, "", False)}  # left as it was released
    assert "Nothing was written here." in page(plan(), OUTCOMES[0], marks, "Student 01")


def test_lateness_is_taken_off_with_its_reason() -> None:
    late = Late(0.2, 2, "2 started days late: −20 % of the points earned")
    said = text(0, late=late)
    assert "5.2 of 7 points" in said
    assert late.reason in said
    assert "nothing was taken off" in text(0, late=Late(None, None, "give it with `collect --times`"))


def test_a_flag_is_no_accusation() -> None:
    said = text(1)
    assert "restored to the released text" in said
    assert "np.dot" not in said
    assert "restored" not in text(0)


@pytest.mark.parametrize("number", range(len(OUTCOMES)))
def test_nothing_of_the_plan_is_given_away(number: int) -> None:
    said, asked = text(number), plan()
    lines = {line.strip() for judge in asked.judges for line in judge.code.splitlines()[1:]}
    rubric = next(cell.rubric for cell in asked.cells if cell.rubric)
    for secret in {*(line for line in lines if len(line) > 6), "1.234", "1.875", "4711", rubric, rubric.split(".")[0]}:
        assert secret not in said


@pytest.mark.parametrize("number", range(len(OUTCOMES)))
def test_words_of_others_are_escaped_and_no_host_is_asked(number: int) -> None:
    said = text(number)
    assert "<script" not in said
    assert "Student" in said
    assert "<b>" not in said
    assert not re.search(r"https?:|src=|@import|url\(", said)


def test_the_command_writes_a_page_for_each_and_none_that_no_longer_holds(
    tmp_path: Path, handmade_course: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    course = Course(shutil.copytree(handmade_course, tmp_path, dirs_exist_ok=True))
    words = ["feedback", handmade.NAME, "--course", str(tmp_path)]
    assert main(words) == 0
    page_of = course.feedback("s01", handmade.NAME)
    assert "4 of 7 points so far" in page_of.read_text("utf-8")
    assert not course.feedback("s06", handmade.NAME).exists()
    write(course.submitted("s01", handmade.NAME), '{"cells": []}')
    assert main(words) == 3
    assert "s01: no page: collected again" in capsys.readouterr().out
    assert not page_of.exists()
    write(tmp_path / "course.json", '{"appeal": "Come on Monday."}')
    assert main([*words, "--student", "s02"]) == 0
    said = course.feedback("s02", handmade.NAME).read_text("utf-8")
    assert "Come on Monday." in said
    assert "A person decides" not in said


def test_the_report_is_written_and_said(
    tmp_path: Path, handmade_course: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    course = Course(shutil.copytree(handmade_course, tmp_path, dirs_exist_ok=True))
    assert main(["report", handmade.NAME, "--course", str(tmp_path)]) == 0
    assert "1 not graded" in capsys.readouterr().out
    assert "Every question in numbers" in (course.exports / f"{handmade.NAME}-report.html").read_text("utf-8")
    write(course.submitted("s01", handmade.NAME), '{"cells": []}')
    assert main(["report", handmade.NAME, "--course", str(tmp_path)]) == 0
    assert "1 left out here" in capsys.readouterr().out
    assert main(["report", "hw9", "--course", str(tmp_path)]) == 2
    assert "needed one that was released" in capsys.readouterr().err


def test_a_question_is_called_as_its_heading_in_the_notebook() -> None:
    assert titles(plan()) == {"step": "One step", "why": "Why it zigzags"}
    cells = [
        Released("shown", "markdown", "# The title\n\n## 5. Two $\\eta$ (f(x)), one tolerance (1.5 points, open)"),
        Released("answer", "code", "", "measure", "measure"),
        Released("test", "code", "", "measure-test", "measure"),
        Released("written", "markdown", "## not a heading of ours", "explain", "explain"),
        Released("shown", "markdown", "no heading here, then\n\n### 6. Last (1 point)"),
        Released("answer", "code", "", "last", "last"),
    ]
    assert titles(replace(plan(), cells=tuple(cells))) == {
        "measure": "5. Two $\\eta$ (f(x)), one tolerance: Measure",
        "explain": "5. Two $\\eta$ (f(x)), one tolerance: Explain",
        "last": "6. Last",
    }
    assert titles(replace(plan(), cells=tuple(cells[1:2]))) == {"measure": "Measure"}
