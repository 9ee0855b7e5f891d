"""A course with five outcomes made by hand: what marking, feedback and reports are shown with, without a run."""

import hashlib
from dataclasses import replace
from pathlib import Path

from homework.course import Course, write
from homework.gradebook import Gradebook
from homework.masters import notebooks
from homework.masters.master import read
from homework.outcomes import Outcome, Part
from homework.pages import marking
from homework.plan import Plan, Released
from homework.sandbox.ran import CellRan, Limits, Ran

MASTER = Path(__file__).parent / "data" / "tiny.md"
NAME = "tiny"
ONE, TEN = "one step from another point", "ten steps, the values of f on the way"
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
HOSTILE_TEXT = """An *answer* with $a<b$ and a formula

$$\\sum_i w_i^2$$

<script>document.title = "taken"; window.taken = 1</script>
<img src="x" onerror="window.taken = 2">
<svg><script>window.taken = 3</script></svg>
[a link](javascript:window.taken=4) [another](java&#115;cript:window.taken=5)
![seen](http://elsewhere.invalid/seen.png) ![held](attachment:gone.png)
<iframe srcdoc="<script>parent.taken = 6</script>"></iframe>
$\\href{javascript:window.taken=7}{formula}$
<style>body { display: none }</style>
"""
HOSTILE_OUTPUTS = (
    {"output_type": "display_data", "metadata": {}, "data": {"text/html": "<script>window.taken = 8</script>"}},
    {"output_type": "display_data", "metadata": {}, "data": {"application/javascript": "window.taken = 9"}},
    {"output_type": "display_data", "metadata": {}, "data": {"image/svg+xml": "<svg onload='window.taken = 10'/>"}},
    {"output_type": "stream", "name": "stdout", "text": "\x1b[31mred\x1b[0m <script>window.taken = 11</script>\n"},
    {
        "output_type": "error",
        "ename": "<b onmouseover='window.taken = 12'>",
        "evalue": "\x1b]0;title\x07value",
        "traceback": ["\x1b[0;31m<script>window.taken = 13</script>\x1b[0m"],
    },
    {"output_type": "display_data", "metadata": {}, "data": {"image/png": PIXEL, "text/plain": "<Figure>"}},
    {"output_type": "display_data", "metadata": {}, "data": {"image/png": "not a picture"}},
)


def plan() -> Plan:
    """The plan of the tests' small assignment, with values of no meaning for its reference."""
    master = replace(read(MASTER), name=NAME).filled({"lr": 0.025, "hidden_start": [1.234, 1.875]})
    notebook = notebooks.source(master)
    cells = tuple(
        replace(cell, text=cell.text.partition("### BEGIN SOLUTION")[0] + "...")
        if cell.role in ("answer", "written")
        else cell
        for cell in notebooks.released(notebook, master)
    )
    judges = tuple(replace(judge, value={"secret": 4711}) for judge in notebooks.judges(master))
    return Plan(NAME, master.title, cells, judges, notebooks.by_hand(master))


def outcome(student: str, *statuses: tuple[str, str], **more: object) -> Outcome:
    """An outcome of which the two judged parts ended in these ways."""
    worth = zip((ONE, TEN), (1.0, 3.0), statuses, strict=False)
    parts = tuple(Part("step", title, points, *said) for title, points, said in worth)
    status = "partly" if any(part.earned is None for part in parts) else "graded"
    return Outcome(
        student, NAME, **({"status": status, "parts": parts, "submission": student, "limits": Limits().digest} | more)
    )


OUTCOMES = (
    outcome("s01", ("right", ""), ("right", ""), answers={"why": "1"}),
    outcome(
        "s02",
        ("right", ""),
        ("wrong", "9 of 10 numbers differ"),
        answers={"why": "2"},
        flags=("step-test: the test was changed; the released one was put back", "cell 3 replaces np.dot"),
    ),
    outcome("s03", ("right", ""), ("timeout", "no value after 30 s"), answers={"why": "3"}),
    outcome("s04", status="failed", reason="needed a notebook, which is JSON; came a PDF", parts=()),
    outcome("s05", status="missing", parts=()),
)
WORDS = {
    "s01": "The second coordinate is ten times as curved, so a step that suits the first **overshoots** in the second:\n\n"
    "$$w_1 \\leftarrow (1 - 20\\,\\eta)\\,w_1.$$",
    "s02": "Because of the learning rate.",
    "s03": HOSTILE_TEXT,
}


def handed_in(asked: Plan, student: str) -> tuple[tuple[Released, ...], Ran | None]:
    """A student's cells and what came of them."""
    if student not in WORDS:
        return (), None
    tidied = "    w = np.round(w, 3)\n" if student == "s02" else ""  # right for one step, not for ten
    answer = f"def step(w, lr):\n{tidied}    return w - lr * np.array([2.0, 20.0]) * w\n"
    own = {"written": WORDS[student], "answer": answer}
    cells = [replace(cell, text=own.get(cell.role, cell.text), rubric="") for cell in asked.cells]
    outputs: tuple[dict[str, object], ...] = ({"output_type": "stream", "name": "stdout", "text": "0.75\n"},)
    if student == "s03":
        cells.append(Released("shown", "markdown", HOSTILE_TEXT))
        outputs = HOSTILE_OUTPUTS
    cells.append(Released("shown", "code", "print(step(np.array([1.0, 1.0]), 0.0125)[1])"))
    ran = [CellRan("ok", outputs=outputs if not cell.name and cell.text.startswith("print") else ()) for cell in cells]
    return tuple(cells), Ran(tuple(ran), tuple(() for _ in cells))


def course(folder: Path) -> Course:
    """The course, graded: plan, gradebook, outcomes, notebooks to mark."""
    made, asked = Course(folder), plan()
    write(folder / "course.json", "{}\n")
    write(made.private(NAME) / "plan.json", asked.to_json())
    notebook = notebooks.source(replace(read(MASTER), name=NAME).filled({"lr": 0.025, "hidden_start": [1, 2]}))
    for cell in notebook.cells:
        if "nbgrader" in cell.metadata:
            cell.metadata.nbgrader["checksum"] = "none"
    write(made.source(NAME), notebooks.text(notebook))
    with Gradebook(made) as gradebook:
        gradebook.put(NAME, notebook)
        for one in OUTCOMES:
            if one.status != "missing":
                write(made.submitted(one.student, NAME), "{}")
                write(made.submitted(one.student, NAME).with_name("timestamp.txt"), "2026-11-20 10:00:00 UTC\n")
                marking.write(made, asked, one.student, *handed_in(asked, one.student), one)
            one = replace(one, plan=asked.digest, submission=hashlib.sha256(b"{}").hexdigest())
            write(made.outcome(one.student, NAME), one.to_json())
            gradebook.record(one, asked)
    return made
