"""The notebook that a person marks: a submission as it ran, verdicts and rubrics, and nothing in it that could act.

It is shown in the marker's browser, and all of it but the plan's own cells comes from a student. Outputs keep text and
small PNG pictures; Markdown keeps text and formulas, while HTML becomes text; every part has a limit, so has the sum.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from homework import wording
from homework.course import Course
from homework.course import write as write_text
from homework.masters.notebooks import nbgrader_metadata
from homework.outcomes import Outcome, Part
from homework.pages.outputs import WHOLE, harmless, plain
from homework.plan import Plan, Released
from homework.sandbox.ran import Ran

PYTHON = {"name": "python3", "display_name": "Python 3", "language": "python"}
UNREAD = "(not in what was handed in, or it could not be read)"


def write(
    course: Course, plan: Plan, student: str, cells: Sequence[Released], ran: Ran | None, outcome: Outcome
) -> None:
    """Write the marking page's notebook for a student's submission.

    `cells` are the submission's in the order in which they ran (test cells as released, cells of the student's own
    with no name), `ran` what came of each, or None where nothing could run. A question whose cells are not among them
    has its cells at the end, empty, so that a person can still give it points.
    """
    notebook = new_notebook(metadata={"kernelspec": PYTHON})
    notebook.cells = list(_cells(plan, cells, ran, outcome))
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number}"  # not nbformat's random one: two gradings are the same bytes
    write_text(course.autograded(student, plan.assignment), nbformat.writes(notebook) + "\n")


def _cells(plan: Plan, cells: Sequence[Released], ran: Ran | None, outcome: Outcome) -> Iterator[Any]:
    yield _note("for-the-marker", _summary(outcome))
    worth = plan.questions
    rubrics = {cell.question: cell.rubric for cell in plan.cells if cell.rubric}
    missing = {cell.name: cell for cell in plan.cells if cell.name}
    left = WHOLE
    for number, cell in enumerate(cells):
        if not missing.pop(cell.name, None):
            cell = replace(cell, name="", role="shown")
        outputs: list[Any] = []
        if ran and number < len(ran.cells):
            outputs, left = harmless(ran.cells[number].outputs, left)
            if stopped := wording.STOPPED.get(ran.cells[number].status):
                outputs.append(
                    nbformat.v4.new_output("stream", name="stderr", text=f"This cell has no end: {stopped}.\n")
                )
        yield from _cell(cell, worth, rubrics, outcome, outputs)
    for cell in missing.values():
        unread = f"# {UNREAD}" if cell.kind == "code" else f"*{UNREAD}*"
        yield from _cell(cell if cell.role == "test" else replace(cell, text=unread), worth, rubrics, outcome, [])


def _cell(
    cell: Released, worth: Mapping[str, float], rubrics: Mapping[str, str], outcome: Outcome, outputs: list[Any]
) -> Iterator[Any]:
    """A cell, with what its marker reads before and after it."""
    if cell.role == "written":
        words = f"**What earns the {wording.points(worth[cell.question])} points**\n\n{rubrics.get(cell.question, '')}"
        yield _note(f"{cell.question}-rubric", words)
    metadata = {"nbgrader": nbgrader_metadata(cell, worth[cell.question])} if cell.name else {}
    if cell.kind == "code":
        yield new_code_cell(plain(cell.text), metadata=metadata, outputs=outputs)
    else:
        yield new_markdown_cell(markdown(cell.text), metadata=metadata)
    if cell.role == "test":
        parts = [part for part in outcome.parts if part.question == cell.question]
        yield _note(f"{cell.question}-verdicts", _verdicts(parts))


def _note(name: str, text: str) -> Any:
    """A cell of ours: nbgrader's page shows it and puts nothing beside it."""
    return new_markdown_cell(
        text,
        metadata={"nbgrader": nbgrader_metadata(Released("shown", "markdown", text, name), 0) | {"locked": True}},
    )


def _summary(outcome: Outcome) -> str:
    lines = [f"**{wording.WHOLE[outcome.status].capitalize()}.** {quoted(outcome.reason)}".rstrip()]
    if outcome.sandbox == "none":
        lines.append("Graded without a sandbox (`--no-sandbox`).")
    if outcome.flags:
        lines.append("To look at (none of it changes points by itself):")
        lines.append("\n".join(f"- {quoted(flag)}" for flag in outcome.flags))
    return "\n\n".join(lines)


def _verdicts(parts: Sequence[Part]) -> str:
    """Each judged part of a question in a line; none where nothing of it was judged."""
    if not parts:
        return "*Nothing of this question could be judged.*"
    return "\n".join(
        f"- **{quoted(part.title)}**: {wording.PART[part.status]}"
        f"{' (' + quoted(part.reason) + ')' if part.reason else ''}, {wording.share(part.earned, part.points)}"
        for part in parts
    )


def markdown(text: str) -> str:
    """A student's Markdown with its formulas, in which no HTML and no picture is left.

    >>> markdown("so $a<b$, <script>x</script> ![](http://host/p.png)")
    'so $a< b$, < script>x< /script> ! [](http://host/p.png)'
    """
    text = re.sub(r"<(?=[A-Za-z/!?])", "< ", plain(text))  # a space ends HTML's tags, and shows in no formula
    return text.replace("![", "! [")


def quoted(text: str) -> str:
    """A line of text as it is, whatever it means in Markdown.

    >>> print(quoted("<b> *x* `y`"))
    &lt;b&gt; \\*x\\* \\`y\\`
    """
    text = " ".join(plain(text).split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\`*_{}\[\]()#+.!|~$-])", r"\\\1", text)
