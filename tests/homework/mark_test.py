"""The marking page in a browser: a person's points reach the gradebook, and nothing of a student's notebook acts."""

import shutil
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell
from playwright.sync_api import BrowserContext

from homework.course import Course, write
from homework.gradebook import Gradebook, Mark
from tests.conftest import Watch
from tests.homework import handmade
from tests.homework.mark_page import READY, give, served, submission

NAME = handmade.NAME


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory, handmade_course: Path) -> Course:
    return Course(shutil.copytree(handmade_course, tmp_path_factory.mktemp("a course's") / "fol der"))


@pytest.fixture(scope="module")
def address(course: Course, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(course.root, tmp_path_factory.mktemp("elsewhere")) as found:
        yield found


@pytest.fixture
def watch(context: BrowserContext, address: str) -> Watch:
    page = Watch(context.new_page())
    page.page.goto(address)
    return page


def marks(course: Course, student: str) -> dict[str, Mark]:
    with Gradebook(course) as gradebook:
        return gradebook.marks(handmade.plan())[student]


def test_assignments_and_submissions_are_listed_without_names(watch: Watch) -> None:
    page = watch.page
    page.get_by_role("link", name=NAME).click()
    page.locator("td").get_by_role("link", name=NAME).click()
    page.wait_for_selector("text=Submission #4")
    shown = page.locator("main").inner_text()
    assert "Submission #1" in shown
    assert "Submission #5" not in shown  # nothing came of s05
    assert not any(outcome.student in shown for outcome in handmade.OUTCOMES)
    assert not watch.troubles


def test_points_and_a_comment_typed_in_are_in_the_gradebook(watch: Watch, course: Course) -> None:
    submission(watch.page, "s01")
    assert marks(course, "s01")["why"].points is None
    assert watch.page.get_attribute("#step-test", "placeholder") == "4"
    assert "What earns the 3 points" in watch.page.locator(".homework-note").nth(2).inner_text()
    give(watch.page, "why", "2.5")
    give(watch.page, "why-comment", "The *sign*?")
    mark = marks(course, "s01")["why"]
    assert (mark.points, mark.comment) == (2.5, "The *sign*?")
    assert not watch.troubles


def test_a_timeout_settled_by_hand_makes_a_total_known(watch: Watch, course: Course) -> None:
    submission(watch.page, "s03")
    assert marks(course, "s03")["step"].points is None
    give(watch.page, "step-test", "3")
    give(watch.page, "why", "1")
    assert sum(mark.points or 0 for mark in marks(course, "s03").values()) == 4
    assert all(mark.points is not None for mark in marks(course, "s03").values())
    assert not watch.troubles


def test_grading_again_goes_on_while_the_page_is_open_and_is_seen_on_it(watch: Watch, course: Course) -> None:
    submission(watch.page, "s02")
    give(watch.page, "why", "2")
    assert watch.page.get_attribute("#step-test", "placeholder") == "1"
    better = handmade.outcome("s02", ("right", ""), ("right", ""), answers={"why": "2"})
    for outcome, shown in ((better, "4"), (handmade.OUTCOMES[1], "1")):
        with Gradebook(course) as gradebook:
            gradebook.record(outcome, handmade.plan())
        watch.page.reload()
        watch.page.wait_for_function(READY)
        assert watch.page.get_attribute("#step-test", "placeholder") == shown
        assert watch.page.input_value("#why") == "2"  # the answer that was marked is the same
    assert not watch.troubles


def test_nothing_that_a_student_wrote_acts(watch: Watch) -> None:
    page = watch.page
    submission(page, "s03")
    for link in page.locator("#notebook .text_cell_render a").all():
        assert not (link.get_attribute("href") or "").startswith(("javascript", "data"))
    assert page.evaluate("window.taken") is None
    assert page.title() == "Submission 1" or page.title().startswith("Submission ")
    assert page.locator("#notebook script, #notebook iframe, #notebook svg, #notebook style").count() == 0
    assert page.locator("mjx-container").count() > 4
    assert page.locator("#notebook img").count() == 1  # the honest picture
    assert not watch.troubles


def test_what_cleaning_missed_does_not_act_either(watch: Watch, course: Course) -> None:
    """A notebook that was never cleaned, in the place of one: the page and the browser still stop it."""
    page, path = watch.page, course.autograded("s02", NAME)
    kept = path.read_text("utf-8")
    outputs = [nbformat.from_dict({"metadata": {}, **output}) for output in handmade.HOSTILE_OUTPUTS[:3]]
    raw = nbformat.v4.new_notebook(
        cells=[new_markdown_cell(handmade.HOSTILE_TEXT), new_code_cell("1", outputs=[*outputs])]
    )
    write(path, nbformat.writes(raw))
    try:
        submission(page, "s02")
    finally:
        write(path, kept)
    assert page.evaluate("window.taken") is None
    assert page.locator("#notebook script").count() > 0  # an output that is HTML: only the browser stops it
    assert page.locator("#notebook .text_cell_render script").count() == 0
    assert all("Content Security Policy" in trouble for trouble in watch.troubles)


@pytest.mark.parametrize(
    "path",
    [
        f"formgrader/api/submission/{NAME}/s01/autograde",  # would run a student's code without a sandbox
        f"formgrader/api/assignment/{NAME}/assign",
        "formgrader/manage_assignments",
        "files/course.json",
        f"formgrader/submissions/../../private/{NAME}/plan.json",
        "api/contents",
        "api/kernels",
        "terminals/1",
        "lab",
    ],
)
def test_nothing_else_is_served(address: str, path: str) -> None:
    host, token = address.split("/formgrader")[0], address.partition("token=")[2]
    for method in ("GET", "POST"):
        asked = urllib.request.Request(f"{host}/{path}", method=method, headers={"Authorization": f"token {token}"})
        with pytest.raises(urllib.error.HTTPError) as answer:
            urllib.request.urlopen(asked)
        assert answer.value.code in (403, 404, 405)


def test_without_the_token_nothing_is_shown(address: str) -> None:
    plain = address.partition("?")[0]
    with urllib.request.urlopen(plain) as answer:  # the page that asks for it
        assert "login" in answer.url
        assert NAME not in answer.read().decode().partition("<body")[2]


def test_it_is_reached_from_this_machine_alone(address: str) -> None:
    assert address.startswith("http://127.0.0.1:")


def test_a_course_that_is_none_is_refused_in_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from homework.__main__ import main

    assert main(["mark", "--course", str(tmp_path)]) == 2
    assert "--course: needed" in capsys.readouterr().err
