"""A master becomes valid notebooks that run anywhere, with nothing in the students' one that they must not see."""

import json
import re
from pathlib import Path

import nbformat
import pytest
from nbgrader.nbgraderformat import MetadataValidator

from homework import releasing
from homework.masters import drawing, notebooks
from homework.masters.master import read

TINY = Path(__file__).parent / "data" / "tiny.md"


@pytest.fixture(scope="module")
def filled():
    return drawing.filled(read(TINY), "seed")


@pytest.fixture(scope="module")
def released(filled):
    return releasing.without_solutions("tiny", notebooks.source(filled))


def test_source_and_released_are_notebooks_and_the_same_each_time(filled, released):
    for notebook in (notebooks.source(filled), released):
        nbformat.validate(notebook)
        MetadataValidator().validate_nb(notebook)
    assert notebooks.text(notebooks.source(filled)) == notebooks.text(notebooks.source(filled))
    again = releasing.without_solutions("tiny", notebooks.source(filled))
    assert notebooks.text(again) == notebooks.text(released)


def test_the_released_notebook_holds_no_solution_no_judge_no_rubric_and_nothing_hidden(filled, released):
    text = json.dumps(json.loads(notebooks.text(released)), ensure_ascii=False)
    told = drawing.draw(read(TINY), "seed")
    secret = ["SOLUTION", "20.0", "ten times as curved", "one step from another point", "ten steps", "overshooting"]
    secret += ["curvatures differ", "hidden", *map(str, told["hidden_start"]), "shown.choice", "tags"]
    assert [word for word in secret if word in text] == []
    source = notebooks.text(notebooks.source(filled))
    assert [word for word in secret if word in source] == ["SOLUTION", "20.0", "ten times as curved"]


def test_it_opens_with_the_books_environment_alone(released):
    """The kernel of every environment, no outputs, and no import but the assignment's own."""
    assert released.metadata.kernelspec.name == "python3"
    code = [cell for cell in released.cells if cell.cell_type == "code"]
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code)
    assert "nbgrader" not in "".join(cell.source for cell in released.cells)
    assert "import homework" not in "".join(cell.source for cell in released.cells)
    assert released.metadata.homework == {"assignment": "tiny", "cells": ["step", "step-test", "why"]}


def test_what_nbgrader_knows_of_the_cells(released):
    said = {cell.metadata.nbgrader.grade_id: cell for cell in released.cells if "nbgrader" in cell.metadata}
    facts = {
        name: (
            cell.cell_type,
            cell.metadata.nbgrader.grade,
            cell.metadata.nbgrader.solution,
            cell.metadata.get("editable", True),
        )
        for name, cell in said.items()
    }
    assert facts == {
        "step": ("code", False, True, True),
        "step-test": ("code", True, False, False),
        "why": ("markdown", True, True, True),
    }
    assert (said["step-test"].metadata.nbgrader.points, said["why"].metadata.nbgrader.points) == (4, 3)
    assert all(cell.metadata.deletable is False for cell in said.values())


def test_the_plans_cells_are_those_that_students_get(filled, released):
    cells = notebooks.released(released, filled)
    assert [cell.text for cell in cells] == [cell.source for cell in released.cells]
    assert [(cell.role, cell.name, cell.question) for cell in cells if cell.name] == [
        ("answer", "step", "step"),
        ("test", "step-test", "step"),
        ("written", "why", "why"),
    ]
    assert [cell.text for cell in cells if cell.role in ("answer", "written")] == [
        'def step(w, lr):\n    """The point after one step from w, an array of shape (2,)."""\n'
        "    # YOUR CODE HERE\n    raise NotImplementedError()",
        "YOUR ANSWER HERE",
    ]
    assert [cell.rubric != "" for cell in cells] == [cell.role == "written" for cell in cells]


def test_judges_come_in_the_order_of_the_visible_tests(filled):
    judges = notebooks.judges(filled)
    assert [(judge.title, judge.points, judge.rtol) for judge in judges] == [
        ("one step from another point", 1, 1e-9),
        ("ten steps, the values of f on the way", 3, 1e-6),
    ]
    assert "«" not in "".join(judge.code for judge in judges)
    assert notebooks.by_hand(filled) == (("why", 3),)


@pytest.mark.parametrize("path", sorted(releasing.ASSIGNMENTS.glob("*.md")), ids=lambda path: path.stem)
def test_nothing_of_the_books_assignments_gets_out(path):
    """Solutions, judges, rubrics and hidden values: none of their lines is in what students get."""
    master = read(path)
    filled = drawing.filled(master, "seed")
    released = releasing.without_solutions(master.name, notebooks.source(filled))
    out = {line.strip() for cell in released.cells for line in cell.source.splitlines()}
    solution = re.compile("### BEGIN SOLUTION(.*?)### END SOLUTION", re.S)
    given = [cell for cell in filled.cells if cell.role not in ("judge", "rubric")]
    shown = {line.strip() for cell in given for line in solution.sub("", cell.text).splitlines()}
    secret = {
        line.strip()
        for cell in filled.cells
        if cell.role in ("judge", "rubric")
        for line in cell.text.splitlines()
        if "(" in line
    }
    for cell in given:
        for cut in solution.findall(cell.text):
            secret |= {line.strip() for line in cut.splitlines() if len(line.strip()) > 20}
    assert len(secret) > 50
    assert (secret - shown) & out == set()
    hidden = [repr(v) for name, v in drawing.draw(master, "seed").items() if name.startswith("hidden_")]
    assert [value for value in hidden if len(value) > 6 and value in notebooks.text(released)] == []
