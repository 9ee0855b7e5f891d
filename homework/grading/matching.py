"""Finds in a submission what was released, and puts the tests back: as they were, and behind what they test.

Cells bear names, which some programs lose; then they are found by their text, and answers by their place. A question is
judged right after its test, so that what the student writes there or later under the same names does it no harm.
"""

import ast
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from homework.answers import unwritten
from homework.grading import scan
from homework.grading.submission import Came
from homework.outcomes import digest_of
from homework.plan import Plan, Released

LIKE = 0.5  # the share of a nameless test's lines that must still be there to take it for the test


@dataclass(frozen=True)
class Matched:
    """A submission's cells in the order in which they run; those of the student's own are shown and have no name."""

    cells: tuple[Released, ...]
    answers: dict[str, str] = field(default_factory=dict)  # written question -> digest of its text, of "" if none
    flags: tuple[str, ...] = ()


def match(plan: Plan, came: Sequence[Came]) -> Matched:
    """What was handed in, beside what was released."""
    found = _found(plan, came)
    flags = list(_flags(plan, came, found))
    place = {index: number for number, index in found.items()}  # of the cell that came -> of the released one
    cells: list[Released] = []
    holds: list[int | None] = []  # for each cell, its place in the plan
    for index, cell in enumerate(came):
        number = place.get(index)
        released = Released("shown", cell.kind, cell.text) if number is None else plan.cells[number]
        if released.role == "test":
            cells.append(released)
        elif released.name:
            cells.append(replace(released, kind=cell.kind, text=cell.text, rubric=""))
        else:
            cells.append(Released("shown", cell.kind, cell.text))
        holds.append(number)
    for number, released in enumerate(plan.cells):
        if released.role in ("test", "written") and number not in found:
            before = next((n for n in range(number - 1, -1, -1) if n in holds), None)
            at = _end_of_part(holds, -1 if before is None else holds.index(before))
            cells.insert(at, released if released.role == "test" else replace(released, text="", rubric=""))
            holds.insert(at, number)
    for number in list(holds):
        if number is not None and plan.cells[number].role == "answer":
            _move_test_behind(plan, cells, holds, number)
    answers = {
        released.question: digest_of(_written(plan, came, found, number))
        for number, released in enumerate(plan.cells)
        if released.role == "written"
    }
    return Matched(tuple(cells), answers, tuple(flags))


def _written(plan: Plan, came: Sequence[Came], found: dict[int, int], number: int) -> str:
    """The text of a written answer, "" if there is none: that of its cell, or what may be the answer elsewhere.

    Beside a cell without an answer that is what the student wrote between the released cells around it. Where the cell
    is gone, as when two cells were merged, it is any text but what was released.
    """
    stub = plan.cells[number].text
    if number in found and not unwritten(came[found[number]].text, stub):
        return came[found[number]].text
    released = {_squeezed(line) for cell in plan.cells for line in cell.text.splitlines()}
    others = {index for n, index in found.items() if number in found or plan.cells[n].role != "written"}
    if number in found:
        at = found[number]
        near = range(
            max((i + 1 for i in others if i < at), default=0), min((i for i in others if i > at), default=len(came))
        )
    else:
        near = range(len(came))
    words = []
    for index in near:
        own = [line for line in came[index].text.splitlines() if _squeezed(line) not in released]
        if index not in others and came[index].kind == "markdown" and not unwritten("\n".join(own)):
            words.append(came[index].text)
    return "\n\n".join(words)


def _found(plan: Plan, came: Sequence[Came]) -> dict[int, int]:
    """Place of a released cell -> place of the cell that came for it."""
    found: dict[int, int] = {}
    names = {released.name for released in plan.cells if released.name}
    for number, released in enumerate(plan.cells):
        bearers = [index for index, cell in enumerate(came) if released.name and cell.claims == released.name]
        if bearers:  # of copies, the test that is still as it was, the answer that no longer is
            as_released = [index for index in bearers if same(came[index].text, released.text)]
            others = [index for index in bearers if index not in as_released]
            if released.role == "written":
                others.sort(key=lambda index: unwritten(came[index].text))  # an emptied one behind
            found[number] = (as_released + others if released.role == "test" else others + as_released)[0]
    free = [index for index, cell in enumerate(came) if index not in found.values() and cell.claims not in names]
    by_text: dict[tuple[str, str], list[int]] = {}
    for index in reversed(free):
        by_text.setdefault((came[index].kind, _squeezed(came[index].text)), []).append(index)
    alone = Counter(_squeezed(released.text) for released in plan.cells)
    for number, released in sorted(enumerate(plan.cells), key=lambda one: alone[_squeezed(one[1].text)] > 1):
        alike = by_text.get((released.kind, _squeezed(released.text)), [])
        if alone[_squeezed(released.text)] > 1:  # as the stubs of written answers: the one in its place, or none
            between = _between(found, number, len(came))
            alike = [index for index in alike if index in between and index not in found.values()]
        if number not in found and alike:
            found[number] = alike.pop()
    for number, released in enumerate(plan.cells):
        if number not in found and released.name:
            between = _between(found, number, len(came))
            taken = set(found.values())
            likely = [i for i in between if i in free and i not in taken and came[i].kind == released.kind]
            best = max(likely, key=lambda index: _likeness(came[index].text, released.text), default=None)
            if best is not None and (released.role != "test" or _likeness(came[best].text, released.text) >= LIKE):
                found[number] = best
    return found


def _between(found: dict[int, int], number: int, count: int) -> range:
    """The places between those of the nearest released cells before and after that were found."""
    before = max((n for n in found if n < number), default=None)
    after = min((n for n in found if n > number), default=None)
    return range(-1 if before is None else found[before], count if after is None else found[after])


def _end_of_part(holds: Sequence[int | None], at: int) -> int:
    """The place behind a cell and all cells of the student's own that follow it."""
    at += 1
    while at < len(holds) and holds[at] is None:
        at += 1
    return at


def _move_test_behind(plan: Plan, cells: list[Released], holds: list[int | None], answer: int) -> None:
    """Let a question's test run after its answer and the student's own cells there, where it came before them."""
    question = plan.cells[answer].question
    tests = [place for place, cell in enumerate(cells) if cell.role == "test" and cell.question == question]
    if tests and tests[0] < holds.index(answer):
        test, number = cells.pop(tests[0]), holds.pop(tests[0])
        at = _end_of_part(holds, holds.index(answer))
        cells.insert(at, test)
        holds.insert(at, number)


def _flags(plan: Plan, came: Sequence[Came], found: dict[int, int]) -> Iterator[str]:
    names = {released.name for released in plan.cells if released.name}
    if names and came and not any(cell.claims in names for cell in came):
        yield "the cells' metadata was lost, as some programs lose it; cells were found by their text and place"
    for number, released in enumerate(plan.cells):
        if released.role == "test" and number not in found:
            yield f"{released.name}: the test was deleted; it was put back"
        elif released.role == "test" and not same(came[found[number]].text, released.text):
            yield f"{released.name}: the test was changed; the released one was put back"
        elif released.role in ("answer", "written") and number not in found:
            yield f"{released.name}: the answer's cell is missing"
        elif released.role == "shown" and released.kind == "code" and number not in found:
            yield f"given code is gone or changed: {released.text.strip().partition(chr(10))[0][:60]}"
        copies = sum(cell.claims == released.name for cell in came) if released.name else 0
        if copies > 1:
            yield f"{released.name}: the cell was copied; of {copies}, one was taken for it"


def same(text: str, other: str) -> bool:
    """Whether two texts are the same code: alike but for blanks, comments and the way it is laid out."""
    if _squeezed(text) == _squeezed(other):
        return True
    tree, other_tree = scan.parsed(text), scan.parsed(other)
    try:
        return tree is not None and other_tree is not None and ast.dump(tree) == ast.dump(other_tree)
    except RecursionError:
        return False


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _likeness(text: str, other: str) -> float:
    """The share of the other's lines that the text has too."""
    lines = {line.strip() for line in other.splitlines()} - {""}
    return len(lines & {line.strip() for line in text.splitlines()}) / max(len(lines), 1)
