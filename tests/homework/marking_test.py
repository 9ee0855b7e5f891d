"""The notebook that a person marks: what it shows beside the answers, and what is left of a hostile one."""

import base64
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest

from homework.course import Course
from homework.pages import marking, outputs
from tests.homework.handmade import HOSTILE_OUTPUTS, NAME, OUTCOMES, PIXEL, handed_in, plan


def marked(folder: Path, number: int) -> Any:
    made, asked, outcome = Course(folder), plan(), OUTCOMES[number]
    marking.write(made, asked, outcome.student, *handed_in(asked, outcome.student), outcome)
    notebook = nbformat.read(made.autograded(outcome.student, NAME), as_version=4)
    nbformat.validate(notebook)
    return notebook


def texts(notebook: Any) -> list[str]:
    return [cell.source for cell in notebook.cells]


def names(notebook: Any) -> list[str]:
    return [cell.metadata.nbgrader.grade_id for cell in notebook.cells if "nbgrader" in cell.metadata]


def test_the_marker_reads_rubric_before_and_verdicts_after(tmp_path: Path) -> None:
    notebook = marked(tmp_path, 1)
    assert names(notebook) == ["for-the-marker", "step", "step-test", "step-verdicts", "why-rubric", "why"]
    said = texts(notebook)
    place = {
        name: said.index(cell.source)
        for cell in notebook.cells
        if (name := cell.metadata.get("nbgrader", {}).get("grade_id"))
    }
    assert place["step-verdicts"] == place["step-test"] + 1
    assert place["why-rubric"] == place["why"] - 1
    assert "1 point: the curvatures differ" in said[place["why-rubric"]]
    assert "9 of 10 numbers differ" in said[place["step-verdicts"]]
    assert "not right" in said[place["step-verdicts"]]
    assert "cell 3 replaces np" in said[place["for-the-marker"]]


def test_boxes_for_points_and_comments_are_those_of_the_plan(tmp_path: Path) -> None:
    said = {
        cell.metadata.nbgrader.grade_id: cell.metadata.nbgrader for cell in marked(tmp_path, 0).cells if cell.metadata
    }
    assert [name for name, of in said.items() if of.grade] == ["step-test", "why"]
    assert [name for name, of in said.items() if of.solution] == ["step", "why"]
    assert (said["step-test"].points, said["why"].points) == (4, 3)


@pytest.mark.parametrize("number", [0, 2, 3])
def test_the_same_submission_gives_the_same_bytes(tmp_path: Path, number: int) -> None:
    marked(tmp_path / "a", number)
    marked(tmp_path / "b", number)
    path = Path("autograded") / OUTCOMES[number].student / NAME / f"{NAME}.ipynb"
    assert (tmp_path / "a" / path).read_bytes() == (tmp_path / "b" / path).read_bytes()


def test_what_could_not_be_read_can_still_be_given_points(tmp_path: Path) -> None:
    notebook = marked(tmp_path, 3)
    assert {"step", "step-test", "why"} < set(names(notebook))
    assert "came a PDF" in texts(notebook)[0]
    assert "Nothing of this question could be judged" in "\n".join(texts(notebook))


def test_a_name_that_comes_twice_has_one_box(tmp_path: Path) -> None:
    asked, outcome = plan(), OUTCOMES[0]
    cells, _ = handed_in(asked, "s01")
    marking.write(Course(tmp_path), asked, "s01", [*cells, *cells], None, outcome)
    notebook = nbformat.read(Course(tmp_path).autograded("s01", NAME), as_version=4)
    assert names(notebook).count("step-test") == names(notebook).count("why") == 1


def test_no_html_and_no_picture_is_left_in_text(tmp_path: Path) -> None:
    for cell in marked(tmp_path, 2).cells:
        if cell.cell_type == "markdown":
            assert not re.search(r"<[A-Za-z/!?]|!\[", cell.source)
    said = "\n".join(texts(marked(tmp_path, 2)))
    assert "\\sum_i w_i^2" in said
    assert "$a< b$" in said


def test_outputs_are_text_and_pictures_only() -> None:
    kept, _ = outputs.harmless(HOSTILE_OUTPUTS, outputs.WHOLE)
    forms = {form for output in kept for form in output.get("data", {})}
    assert forms == {"image/png", "text/plain"}
    assert "\x1b" not in str(kept)
    assert "red <script>" in kept[0].text  # as text, which the page escapes
    last = kept[-1].text
    assert all(word in last for word in ("HTML", "JavaScript", "an SVG picture", "a picture (no PNG, or too large)"))


def test_a_picture_of_gigabytes_is_left_out() -> None:
    held = base64.b64decode(PIXEL)
    huge = held[:16] + (60_000).to_bytes(4, "big") * 2 + held[24:]
    output = {"output_type": "display_data", "data": {"image/png": base64.b64encode(huge).decode()}}
    kept, _ = outputs.harmless([output], outputs.WHOLE)
    assert [one.output_type for one in kept] == ["stream"]


def test_a_flood_has_an_end() -> None:
    flood = [{"output_type": "stream", "name": "stdout", "text": "x" * 100_000}] * 1_000
    kept, left = outputs.harmless(flood, 100_000)
    assert len(str(kept)) < 110_000
    assert left >= 0
    assert "more" in kept[-1].text
    assert len(outputs.plain("y" * 10**6)) < outputs.TEXT + 100


@pytest.mark.parametrize(
    "output",
    [
        {},
        {"output_type": "stream"},
        {"output_type": "stream", "text": {"a": 1}},
        {"output_type": "error", "ename": 3, "traceback": "x"},
        {"output_type": "display_data", "data": []},
        {"output_type": "display_data", "data": {"text/plain": None, "image/png": {}}},
        {"output_type": ["x"]},
    ],
)
def test_an_output_of_any_form_is_survived(output: dict[str, Any]) -> None:
    kept, _ = outputs.harmless([output], outputs.WHOLE)
    nbformat.validate(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("", outputs=kept)]))
