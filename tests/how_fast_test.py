"""What the page on speed says in words holds for the numbers that are kept, and the page prints all of them."""

import json

import pytest

from tests.conftest import ROOT

GROWTH = json.loads((ROOT / "benchmarks" / "growth.json").read_text("utf-8"))
ROWS = json.loads((ROOT / "benchmarks" / "results.json").read_text("utf-8"))


def test_no_curve_is_steeper_than_proportional():
    assert [one["along"] for one in GROWTH["curves"]] == ["points", "steps", "dimensions", "parameters"]
    assert all(0.7 < one["exponent"] < 1.05 for one in GROWTH["curves"])


def test_memory_stays_where_it_is_when_steps_are_added_and_is_mostly_the_results():
    added = {}
    for one in GROWTH["memory"]:
        added.setdefault((one["backend"], one["points"]), {})[one["steps"]] = one["mb"]
    for (_, points), by_steps in added.items():
        assert len(by_steps) == 2
        assert max(by_steps.values()) < 1.1 * min(by_steps.values())
        assert 3 * 8 * points / 1e6 == pytest.approx(240)
        assert all(220 <= mb < 400 for mb in by_steps.values())


def test_a_row_that_misses_has_a_reason():
    assert all("missed: " in row["note"] for row in ROWS if not row["met"])
