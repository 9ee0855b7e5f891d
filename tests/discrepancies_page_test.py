"""The page same-name-other-rule.md prints every disagreement once: each call, its numbers, our rule of that form."""

import json
import re
from pathlib import Path

import pytest

import gdlib as gd
from ext.rule_book import written_out
from ext.rule_book.discrepancies import FILE

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "book" / "same-name-other-rule.md").read_text(encoding="utf-8")
STORED = json.loads((ROOT / FILE).read_text(encoding="utf-8"))["discrepancies"]
each = pytest.mark.parametrize("one", STORED, ids=[one["id"] for one in STORED])


def block(id):
    return written_out(f":::{{rules}} {id}\nIn the built book.\n:::", ROOT)


def rows(text):
    """The cells of every table in a block, heads first."""
    return [re.split(r" \| ", line.strip("| ")) for line in text.splitlines() if re.match(r"\| (?!-)", line)]


def test_each_stands_on_the_page_once_and_in_the_right_company():
    asked = re.findall(r"^:::\{rules\} (D\d+)$", PAGE, re.M)
    assert sorted(asked) == sorted(one["id"] for one in STORED)
    assert len(asked) == 14


@each
def test_every_reading_has_its_row_with_call_numbers_and_our_rule(one):
    text = block(one["id"])
    assert text.startswith(f"**{one['id']}.** {one['sentence']}\n")
    head, left = [], list(one["readings"])
    for cells in rows(text):
        if cells[0] == "who does it":
            head = [cell.removeprefix("step&nbsp;") for cell in cells[1:]]
            continue
        reading = left.pop(left.index(next(r for r in left if shown(r, head) == cells[1:] and named(r, cells[0]))))
        rule = gd.rules[reading["rule"]]
        assert f"[{rule.title}](#rule-{rule.name.replace('_', '-')})" in cells[0]
        assert ("<br>is " in cells[0]) == reading["ours"]
        assert reading["note"] in cells[0]
        settings = ", ".join(f"{name}={value!r}" for name, value in reading["hyperparameters"].items())
        assert (f"with `{settings}`" in cells[0]) == reading["ours"]
    assert left == []


def shown(reading, steps):
    """What a row shows of a reading's numbers, or None where it has none for these steps."""
    if not set(steps) <= reading["numbers"].keys():
        return None
    return [f"{reading['numbers'][step]:.4f}".replace("-0.0000", "0.0000").replace("-", "−") for step in steps]


def named(reading, cell):
    name = reading["called"].removeprefix("by_hand.").partition("(")[0]
    return f"by hand: `{name}`" in cell if reading["library"] == "by hand" else f"`{reading['called']}`" in cell


@each
def test_paths_that_part_are_told_apart_by_what_is_shown(one):
    """But for those that part beyond the digits shown: an eps of another size, and D13 in the long run."""
    for run in dict.fromkeys(reading["run"] for reading in one["readings"]):
        paths = [reading["numbers"] for reading in one["readings"] if reading["run"] == run]
        far = {tuple(f"{x:.3f}" for x in path.values()) for path in paths}
        heads = [cells[1:] for cells in rows(block(one["id"])) if cells[0] == "who does it"]
        steps = next(head for head in heads if {step.removeprefix("step&nbsp;") for step in head} <= paths[0].keys())
        seen = {tuple(f"{path[step.removeprefix('step&nbsp;')]:.4f}" for step in steps) for path in paths}
        assert len(seen) >= len(far)


@each
def test_the_folded_calls_are_those_that_a_test_holds_to_one_path(one):
    folded = block(one["id"]).partition(":::{dropdown} ")[2]
    for name in {reading["rule"] for reading in one["readings"]}:
        stored = json.loads((ROOT / FILE.parent.parent / f"{name}.json").read_text(encoding="utf-8"))["rows"]
        agreeing = [row["called"] for row in stored if row["ours"] and row["library"] in ("torch", "optax", "keras")]
        others = [row["called"] for row in stored if not row["ours"]]
        made = re.findall(rf"gd\.rules\.{name}, .*?(?=\n\n|\n```)", folded, re.S)
        calls = [line for code in made for line in code.splitlines()[1:] if not line.startswith("#")]
        assert set(calls) <= set(agreeing)
        assert not set(calls) & set(others)
        assert {call.partition("(")[0] for call in calls} == {call.partition("(")[0] for call in agreeing}
        assert (f"None of the three libraries has [{gd.rules[name].title}]" in folded) == (not agreeing)
