"""A block for each point on which libraries disagree under one name: what each gives, and how to lead them to one path.

Numbers, calls and notes are those that lie in the repository; a test holds our rules to the same numbers.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ext.rule_book.calls import ANSWERS, LIBRARIES, Answers, same_points
from ext.rule_book.words import cell, link
from gdlib.registry import Registry
from gdlib.update_rule import Rule

FILE = ANSWERS / "discrepancies" / "discrepancies.json"
FIRST_RUN = "the six gradients"
SHOWN = {FIRST_RUN: {"D4": ("1", "2"), "D9": ("1", "2", "3"), "D12": ("1", "5", "6")}}
"""Steps whose numbers a table shows where the first and the last would not tell the readings apart."""


def parts(root: Path) -> dict[str, Callable[[Registry[Rule], Answers], str]]:
    """The blocks by the id of the discrepancy."""
    stored = json.loads((root / FILE).read_text(encoding="utf-8"))["discrepancies"]

    def part(one: dict[str, Any]) -> Callable[[Registry[Rule], Answers], str]:
        return lambda rules, answers: block(one, rules, answers)

    return {one["id"]: part(one) for one in stored}


def block(one: dict[str, Any], rules: Registry[Rule], stored: Answers) -> str:
    """The disagreement in a sentence, a table for each run, and the calls that visit the same points, folded."""
    lines = [f"**{one['id']}.** {one['sentence']}"]
    runs = dict.fromkeys(reading["run"] for reading in one["readings"])
    for run in runs:
        if run != FIRST_RUN:
            said = run.replace("x**2/2", "$x^2/2$")
            lines.append(f"After {said}:" if run.startswith("the six") else f"With {said}:")
        lines.append(_table(one["id"], run, [reading for reading in one["readings"] if reading["run"] == run], rules))
    used = dict.fromkeys(reading["rule"] for reading in one["readings"])
    return "\n\n".join([*lines, _folded(one["id"], [rules[name] for name in used], stored)])


def _table(id: str, run: str, readings: list[dict[str, Any]], rules: Registry[Rule]) -> str:
    kept = list(readings[0]["numbers"])
    steps = SHOWN.get(run, {}).get(id) or tuple(dict.fromkeys((kept[0], kept[-1])))
    head = ["who does it", *(f"step&nbsp;{step}" for step in steps)]
    rows = [
        [f"{_who(reading)}<br>{_what(reading, rules)}", *(number(reading["numbers"][step]) for step in steps)]
        for reading in readings
    ]
    lines = ["{.gd-calls}", f"| {' | '.join(head)} |", "|---|" + "---:|" * len(steps)]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


def number(value: float) -> str:
    """A point as the table shows it."""
    return f"{value + 0.0:.4f}".replace("-", "−")


def _who(reading: dict[str, Any]) -> str:
    if reading["library"] in LIBRARIES:
        return f"`{reading['called']}`"
    name = reading["called"].partition(".")[2].partition("(")[0]
    return f"the source's form, worked by hand: `{name}`"


def _what(reading: dict[str, Any], rules: Registry[Rule]) -> str:
    ours = link(rules[reading["rule"]])
    settings = ", ".join(f"{name}={value!r}" for name, value in reading["hyperparameters"].items())
    if not reading["ours"]:
        return f"near {ours}, but {cell(reading['note'])}"
    note = f" ({cell(reading['note'])})" if reading["note"] else ""
    return f"is {ours} with `{settings}`{note}"


def _folded(id: str, several: list[Rule], stored: Answers) -> str:
    blocks = []
    for rule in several:
        code = same_points(rule, stored)
        blocks.append(code or f"None of the three libraries has {link(rule)}.")
    head = f":::{{dropdown}} One path in several libraries ({id})\n:class-container: gd-fold"
    return "\n\n".join([head, *blocks]) + "\n:::"
