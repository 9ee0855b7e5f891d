"""A master as notebooks: the source that nbgrader releases from, and the cells that it released, as a plan keeps them.

Judges, rubrics and the draw cell are in none of them: nbgrader never sees what students must not.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import nbformat
from nbformat import NotebookNode

from homework.masters.master import Master
from homework.plan import Judge, Released

SHOWN = ("answer", "test", "written", "shown")  # the roles that students see
METADATA = {  # every environment of the book has this kernel
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def source(master: Master) -> NotebookNode:
    """The notebook with solutions in it, and what nbgrader must know of each cell; the same master, the same bytes."""
    points = {question.name: question.points for question in master.questions}
    sheet = {"assignment": master.name, "cells": [cell.name for cell in _shown(master) if cell.name]}
    # `check`, which students have, knows from `homework` what a notebook should hold.
    notebook: NotebookNode = nbformat.v4.new_notebook(metadata=METADATA | {"homework": sheet})
    for number, cell in enumerate(_shown(master), 1):
        make: Any = nbformat.v4.new_code_cell if cell.kind == "code" else nbformat.v4.new_markdown_cell
        said = {"nbgrader": nbgrader_metadata(cell, points[cell.question])} if cell.name else {}
        notebook.cells.append(make(cell.text, id=f"{cell.name or 'cell'}-{number}"[-64:], metadata=said))
    return notebook


def nbgrader_metadata(cell: Released, points: float) -> dict[str, Any]:
    """What nbgrader's gradebook and marking page know of a cell whose question gives `points`."""
    graded = cell.role in ("test", "written")
    said: dict[str, Any] = {
        "schema_version": 3,
        "grade_id": cell.name,
        "cell_type": cell.kind,
        "grade": graded,
        "locked": cell.role == "test",
        "solution": cell.role in ("answer", "written"),
        "task": False,
    }
    return said | ({"points": points} if graded else {})


def released(notebook: NotebookNode, master: Master) -> tuple[Released, ...]:
    """The cells of the notebook that nbgrader made of a master's source."""
    pairs = zip(notebook.cells, _shown(master), strict=True)
    return tuple(replace(cell, text=made.source) for made, cell in pairs)


def judges(master: Master) -> tuple[Judge, ...]:
    """What is asked of a notebook, in the order of its visible tests; without the reference's values."""
    tests = [cell.question for cell in master.cells if cell.role == "test"]
    return tuple(
        Judge(question, cell.title, cell.points, cell.rtol, cell.text)
        for question in tests
        for cell in master.of(question, "judge")
    )


def by_hand(master: Master) -> tuple[tuple[str, float], ...]:
    """The questions that a person marks, and their points."""
    return tuple((question.name, question.points) for question in master.questions if question.by_hand)


def text(notebook: NotebookNode) -> str:
    """The notebook as its file's text; raises ValidationError if it is none."""
    nbformat.validate(notebook)
    return str(nbformat.writes(notebook)) + "\n"


def _shown(master: Master) -> Iterator[Released]:
    for cell in master.cells:
        if cell.role in SHOWN:
            rubric = "\n\n".join(of.text for of in master.of(cell.question, "rubric")) if cell.role == "written" else ""
            yield Released(cell.role, cell.kind, cell.text, cell.name, cell.question, rubric)
