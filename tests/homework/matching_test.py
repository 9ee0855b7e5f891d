"""Finding in a submission what was released: whatever was deleted, copied, moved, renamed or lost."""

from dataclasses import replace

import pytest

from homework.grading.matching import match, same
from homework.grading.submission import Came
from homework.outcomes import digest_of
from homework.plan import Judge, Plan, Released

RELEASED = (
    Released("shown", "markdown", "# Title"),
    Released("shown", "code", "import numpy as np"),
    Released("shown", "markdown", "## Step"),
    Released("answer", "code", "def step(w):\n    raise NotImplementedError()", "step", "step"),
    Released("test", "code", "moved = step(1.0)\nassert moved < 1, 'downhill'\nassert moved > 0", "step-test", "step"),
    Released("shown", "markdown", "## Path"),
    Released("answer", "code", "def path(w):\n    raise NotImplementedError()", "path", "path"),
    Released("test", "code", "assert len(path(1.0)) == 4\nassert path(1.0)[0] == 1.0", "path-test", "path"),
    Released("shown", "markdown", "## Why"),
    Released("written", "markdown", "Your answer here", "why", "why", rubric="2 points: it says so"),
)
JUDGES = (
    Judge("step", "a step", 1.0, 1e-9, "# a step\nstep(2.0)"),
    Judge("path", "a path", 2.0, 1e-9, "# a path\npath(2.0)"),
)
PLAN = Plan("hw", "Title", RELEASED, JUDGES, (("why", 2.0),))
STEP, PATH, WHY = (
    "def step(w):\n    return 0.9 * w",
    "def path(w):\n    return [w] * 4",
    "Because the slope points uphill.",
)
OWN = {"step": STEP, "path": PATH, "why": WHY}


def came(own=OWN):
    """The cells of a student who answered everything."""
    return [Came(cell.kind, own.get(cell.name, cell.text), cell.name) for cell in RELEASED]


def nameless(cells):
    return [replace(cell, claims="") for cell in cells]


def order(matched):
    """The names of what runs, "." for a cell without one."""
    return " ".join(cell.name or "." for cell in matched.cells)


def texts(matched):
    return {cell.name: cell.text for cell in matched.cells if cell.name}


PLAIN = ". . . step step-test . path path-test . why"
TESTS = {cell.name: cell.text for cell in RELEASED if cell.role == "test"}


def test_an_honest_submission_runs_as_it_came():
    matched = match(PLAN, came())
    assert order(matched) == PLAIN
    assert texts(matched) == OWN | TESTS
    assert matched.flags == ()
    assert matched.answers == {"why": digest_of(WHY)}
    assert not any(cell.rubric for cell in matched.cells)


def test_empty_submissions_are_matched_too():
    assert order(match(PLAN, [Came(cell.kind, cell.text, cell.name) for cell in RELEASED])) == PLAIN
    nothing = match(PLAN, [])
    assert order(nothing) == "step-test path-test why"
    assert nothing.answers == {"why": digest_of("")}


@pytest.mark.parametrize("text", ["", " \n", "Your answer here\n", "YOUR ANSWER HERE", "*YOUR ANSWER HERE*"])
def test_a_text_that_nobody_wrote_is_no_answer(text):
    assert match(PLAN, came(OWN | {"why": text})).answers == {"why": digest_of("")}
    said = f"{text}\nIt does."
    assert match(PLAN, came(OWN | {"why": said})).answers == {"why": digest_of(said)}


def test_words_whose_cell_is_gone_are_left_to_a_person_if_they_may_stand_elsewhere():
    cells = came()[:-1]
    cells[8] = replace(cells[8], text=f"## Why\n\n{WHY}")  # two cells merged: the one in its place is taken for it
    assert match(PLAN, cells).answers == {"why": digest_of(cells[8].text)}
    cells = [Came("markdown", WHY), *came()[:-1]]
    matched = match(PLAN, cells)
    assert matched.flags == ("why: the answer's cell is missing",)
    assert matched.answers["why"] != digest_of("")
    cells[0] = replace(cells[0], text=f"{WHY} Or not.")
    assert match(PLAN, cells).answers != matched.answers  # a mark for the one is none for the other
    assert match(PLAN, cells[1:]).answers == {"why": digest_of("")}


@pytest.mark.parametrize("lost", [False, True])
@pytest.mark.parametrize("before", [0, 1])
def test_words_beside_a_stub_that_was_left_wait_for_a_person(lost, before):
    cells = came({"step": STEP, "path": PATH})
    cells.insert(len(cells) - before, Came("markdown", WHY))
    cells = nameless(cells) if lost else cells
    assert match(PLAN, cells).answers == {"why": digest_of(WHY)}
    far = [Came("markdown", "My notes"), *came({"step": STEP})]
    assert match(PLAN, nameless(far) if lost else far).answers == {"why": digest_of("")}


def test_what_was_released_and_blank_cells_beside_a_stub_are_no_words():
    cells = came({})
    cells[8] = replace(cells[8], text="## Why\n\nYour answer here\n")  # the heading's cell, and the stub's below it
    cells += [Came("markdown", " \n"), Came("markdown", "Your answer here"), Came("code", "why = 1")]
    assert match(PLAN, cells).answers == {"why": digest_of("")}


@pytest.mark.parametrize("text", ["", "YOUR ANSWER HERE"])
def test_of_a_written_answers_copies_the_one_with_words_is_taken(text):
    cells = came()
    cells.insert(-1, replace(cells[-1], text=text))
    assert match(PLAN, cells).answers == {"why": digest_of(WHY)}


def test_two_written_answers_whose_stubs_are_alike_are_told_apart_by_their_places():
    more = (Released("shown", "markdown", "## How"), replace(RELEASED[-1], name="how", question="how"))
    plan = replace(PLAN, cells=RELEASED + more, by_hand=(("why", 2.0), ("how", 1.0)))
    only_why = [*came(), Came("markdown", "## How"), Came("markdown", "Your answer here", "how")]
    for cells in (only_why, nameless(only_why)):
        assert match(plan, cells).answers == {"why": digest_of(WHY), "how": digest_of("")}
    merged = [*came()[:-1], Came("markdown", f"{WHY}\n\n## How\n\nDownhill.", "why")]
    assert digest_of("") not in match(plan, merged).answers.values()


def test_lost_metadata_costs_nothing():
    matched = match(PLAN, nameless(came()))
    assert order(matched) == PLAIN
    assert texts(matched) == OWN | TESTS
    assert len(matched.flags) == 1
    assert "metadata was lost" in matched.flags[0]
    assert matched.answers == {"why": digest_of(WHY)}


def test_lost_metadata_and_cells_of_ones_own():
    cells = nameless(came())
    cells.insert(4, Came("code", "step(3.0)  # tried"))
    cells.insert(3, Came("code", "factor = 0.9"))
    matched = match(PLAN, cells)
    assert order(matched) == ". . . . step . step-test . path path-test . why"
    assert texts(matched) == OWN | TESTS


@pytest.mark.parametrize("lost", [False, True])
def test_a_changed_test_is_put_back_and_flagged(lost):
    cells = came()
    cells[4] = replace(cells[4], text="moved = step(1.0)\nassert True, 'downhill'\nassert moved > 0")
    matched = match(PLAN, nameless(cells) if lost else cells)
    assert order(matched) == PLAIN
    assert texts(matched)["step-test"] == TESTS["step-test"]
    assert any("step-test: the test was changed" in flag for flag in matched.flags)


@pytest.mark.parametrize(
    "text",
    [
        TESTS["step-test"] + "\n\n",
        TESTS["step-test"].replace("\n", "  \n\n"),
        TESTS["step-test"].replace("'downhill'", '"downhill"'),
        TESTS["step-test"].replace("moved < 1", "( moved<1 )") + "  # passes!",
    ],
)
def test_a_test_laid_out_otherwise_is_the_same(text):
    cells = came()
    cells[4] = replace(cells[4], text=text)
    matched = match(PLAN, cells)
    assert matched.flags == ()
    assert texts(matched)["step-test"] == TESTS["step-test"]


@pytest.mark.parametrize(
    "text", ["assert True", "", "if 0:\n    " + TESTS["path-test"].replace("\n", "\n    "), "(" * 10**5]
)
def test_a_spoilt_test_is_not_the_same(text):
    assert not same(text, TESTS["path-test"])


def test_deleted_tests_are_put_back_behind_the_answer_and_what_follows_it():
    cells = [cell for cell in came() if not cell.claims.endswith("-test")]
    cells.insert(4, Came("code", "step = step  # the student's own"))
    matched = match(PLAN, cells)
    assert order(matched) == ". . . step . step-test . path path-test . why"
    assert [flag for flag in matched.flags if "deleted" in flag] == [
        "step-test: the test was deleted; it was put back",
        "path-test: the test was deleted; it was put back",
    ]


def test_a_copied_test_stays_the_students_own():
    cells = came()
    cells.insert(7, cells[4])
    matched = match(PLAN, cells)
    assert order(matched) == ". . . step step-test . path . path-test . why"
    assert matched.flags == ("step-test: the cell was copied; of 2, one was taken for it",)


def test_of_a_changed_copy_and_the_test_itself_the_test_is_taken():
    cells = came()
    cells.insert(4, replace(cells[4], text="print(step(1.0))"))
    matched = match(PLAN, cells)
    assert order(matched) == ". . . step . step-test . path path-test . why"
    assert not any("changed" in flag for flag in matched.flags)


def test_a_copied_answer_is_the_one_that_was_written_in():
    cells = came()
    cells.insert(3, Came("code", RELEASED[3].text, "step"))
    matched = match(PLAN, cells)
    assert order(matched) == ". . . . step step-test . path path-test . why"
    assert texts(matched)["step"] == STEP


def test_a_copy_further_down_does_not_move_the_test():
    cells = [*came(), Came("code", STEP.replace("0.9", "0.1"), "step")]
    matched = match(PLAN, cells)
    assert order(matched) == PLAIN + " ."
    assert texts(matched)["step"] == STEP


def test_an_answer_moved_down_takes_its_test_with_it():
    cells = came()
    cells.append(cells.pop(3))
    cells.append(Came("code", "again = step(2.0)"))
    matched = match(PLAN, cells)
    assert order(matched) == ". . . . path path-test . why step . step-test"


def test_questions_in_another_order():
    cells = came()
    swapped = cells[:2] + cells[5:8] + cells[2:5] + cells[8:]
    assert order(match(PLAN, swapped)) == ". . . path path-test . step step-test . why"
    assert order(match(PLAN, nameless(swapped))) == ". . . path path-test . step step-test . why"


def test_given_code_that_changed_is_flagged_and_runs_as_it_came():
    cells = came()
    cells[1] = replace(cells[1], text="import numpy as np\nnp.allclose = 7")
    matched = match(PLAN, cells)
    assert matched.cells[1].text.endswith("= 7")
    assert matched.flags == ("given code is gone or changed: import numpy as np",)


def test_missing_answers_are_said_and_a_written_one_keeps_its_place():
    cells = [cell for cell in came() if cell.claims not in ("step", "why")]
    matched = match(PLAN, cells)
    assert order(matched) == ". . . step-test . path path-test . why"
    assert "step: the answer's cell is missing" in matched.flags
    assert matched.answers == {"why": digest_of("")}


def test_an_answer_turned_into_text_is_still_the_answer():
    cells = came()
    cells[3] = replace(cells[3], kind="markdown")
    (answer,) = [cell for cell in match(PLAN, cells).cells if cell.name == "step"]
    assert (answer.kind, answer.text) == ("markdown", STEP)


def test_names_that_nobody_gave_are_none():
    cells = [*came(), Came("code", "pass", "other"), Came("code", "pass", "step-test-2")]
    assert order(match(PLAN, cells)) == PLAIN + " . ."
