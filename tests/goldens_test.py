"""Our rules against outside answers: paths of other libraries and of second derivations, stored as data."""

import json
from typing import Any

import numpy as np
import pytest

import gdlib as gd
from tests.goldens import ours
from tests.goldens.inputs import DATA, LANDSCAPES, STEPS, file_of, gradient_of, start_of, stored, value_of
from tests.goldens.table import ROWS

TOLERANCE = 1e-12  # relative, for each coordinate of each point
FILES = {
    path.stem: json.loads(path.read_text(encoding="utf-8")) for path in DATA.glob("*.json") if path.stem != "inputs"
}
ANSWERS = [(rule, row) for rule, file in sorted(FILES.items()) for row in file["rows"] if row["ours"]]
RUNS = [
    pytest.param(rule, row, path, id=f"{rule}-{row['called']}-{path}") for rule, row in ANSWERS for path in row["paths"]
]


@pytest.mark.parametrize(("rule", "row", "path"), RUNS)
def test_the_rule_visits_the_stored_points(rule: str, row: dict[str, Any], path: str) -> None:
    points = ours.path(gd.rules[rule], path, row["hyperparameters"])
    assert len(points) == STEPS + 1 > 20
    assert ours.difference(points, row["paths"][path]) <= TOLERANCE


@pytest.mark.parametrize(("rule", "row", "path"), [run for run in RUNS if run.values[2] in LANDSCAPES])
def test_descend_visits_the_stored_points(rule: str, row: dict[str, Any], path: str) -> None:
    """The same with gdlib's own gradient and its emitted straight-line step."""
    run = gd.descend(gd.objectives[path], gd.rules[rule], start_of(path), steps=STEPS, **row["hyperparameters"])
    assert run.reason == "steps"
    assert ours.difference(run.path, row["paths"][path]) <= TOLERANCE


def test_every_answer_is_for_a_rule_that_exists() -> None:
    assert [rule for rule in FILES if rule not in gd.rules] == []
    assert [row.called for row in ROWS if row.rule not in gd.rules] == []


def test_table_and_stored_values_tell_the_same() -> None:
    """A row added or changed without `make goldens WRITE=1` is found here."""
    in_table = [
        (row.rule, row.origin, row.called, dict(row.hyperparameters), row.note, [] if row.differs else list(row.paths))
        for row in sorted(ROWS, key=lambda row: row.rule)
    ]
    in_files = [
        (rule, row["library"], row["called"], row["hyperparameters"], row["note"], list(row.get("paths", [])))
        for rule, file in sorted(FILES.items())
        for row in file["rows"]
    ]
    assert in_files == in_table
    assert all(row["ours"] == ("paths" in row) for file in FILES.values() for row in file["rows"])
    assert all(file["rule"] == rule and file_of(rule).exists() for rule, file in FILES.items())


def test_a_row_that_differs_says_why_and_by_how_much() -> None:
    differing = [row for file in FILES.values() for row in file["rows"] if not row["ours"]]
    assert all(row["note"] and row["difference"] > 1e3 * TOLERANCE for row in differing)


def test_the_stored_gradients_are_hard_enough() -> None:
    """Zeros, changes of sign, and sizes from tiny to large: what tells a rule's variants apart."""
    gradients = np.array(stored()["gradients"])
    assert len(gradients) >= 25
    assert (gradients == 0).any(axis=0).sum() >= 2
    assert (gradients[0] == 0).any()  # and a first gradient of zero, where a rule may divide 0 by 0
    assert ((gradients[1:] * gradients[:-1] < 0).any(axis=0)).sum() >= 5
    sizes = np.abs(gradients[gradients != 0])
    assert sizes.min() < 1e-11 < 1e5 < sizes.max()


def test_the_stored_values_fall_rise_and_stay_where_signs_change() -> None:
    """Else iRprop+ could not be told from the rules that always go back, or never."""
    gradients, values = np.array(stored()["gradients"])[:, 2], np.array(stored()["values"])
    assert len(values) == STEPS
    changed = gradients[1:] * gradients[:-1] < 0
    assert set(np.sign(np.diff(values)[changed])) == {-1, 0, 1}


def test_the_edges_hold_every_equality() -> None:
    """Gradients that are the same again, halved, mirrored, zero: where a comparison must take one side."""
    edges = np.array(stored()["edges"])
    before, now = edges[:-1], edges[1:]
    assert len(edges) == STEPS
    for equal in (
        now == before,
        now == before / 2,
        now == -before,
        (now == 0) & (before != 0),
        (now == 0) & (before == 0),
    ):
        assert (equal & ((before != 0) | (now == 0))).any()


@pytest.mark.parametrize("name", LANDSCAPES)
def test_the_landscapes_by_hand_are_those_of_the_catalogue(name: str) -> None:
    for point in np.random.default_rng(3).normal(size=(5, 2)):
        assert value_of(name)(0, list(point)) == pytest.approx(gd.objectives[name](point), rel=1e-12)
        assert gradient_of(name)(0, list(point)) == pytest.approx(
            list(gd.objectives[name].grad(point)), rel=1e-9, abs=1e-9
        )


def test_what_has_no_answer_is_said() -> None:
    """The list that the terminal prints holds just the rules without a stored answer."""
    from tests.goldens.unanswered import unanswered

    names = [rule.name for rule in gd.rules]
    assert unanswered([*names, "made_up"]) == [name for name in names if name not in FILES] + ["made_up"]
