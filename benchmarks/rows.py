"""One measured comparison as a row: its form, the table that is printed, the list that is kept."""

import json
import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

NO_PEER = "–"


@dataclass(frozen=True)
class Row:
    """What was measured, beside whom, and whether the goal of the design is met.

    `ratio` says how many times better than the peer ours is; where the design names no peer it is the goal's own number
    over ours. So more is better in every row. `spread` is the lowest and highest ratio of the repetitions; `note` has
    the numbers as measured and, where the goal is missed, the reason.
    """

    work: str
    peer: str
    ratio: float
    goal: str
    met: bool
    spread: tuple[float, float]
    note: str


def against_limit(work: str, limit: float, unit: str, measured: Sequence[float], note: str) -> Row:
    """A row without a peer: the median of what was measured must stay at or below the limit."""
    middle = statistics.median(measured)
    ratios = [limit / one if one else math.inf for one in measured]
    numbers = f"median {digits(middle)} {unit} of {len(measured)}, {digits(min(measured))} to {digits(max(measured))}"
    return Row(
        work=work,
        peer=NO_PEER,
        ratio=rounded(limit / middle),
        goal=f"at most {digits(limit)} {unit}",
        met=middle <= limit,
        spread=(rounded(min(ratios)), rounded(max(ratios))),
        note=f"{numbers}; {note}" if note else numbers,
    )


def rounded(number: float) -> float:
    """Three digits: no repetition agrees in more."""
    return float(f"{number:.3g}")


def digits(number: float) -> str:
    """The same as text, without an exponent."""
    return f"{rounded(number):.15g}"


def fault(rows: Any) -> str | None:
    """What is wrong with the form of a list of rows, or None."""
    if not isinstance(rows, list) or not rows:
        return "needed a list of at least one row"
    for number, row in enumerate(rows):
        if list(row) != list(Row.__dataclass_fields__):
            return f"row {number}: needed {', '.join(Row.__dataclass_fields__)}, got {', '.join(row)}"
        for name in ("work", "peer", "goal", "note"):
            if not isinstance(row[name], str) or not row[name].strip():
                return f"row {number}: {name}: needed words, got {row[name]!r}"
        low, high = row["spread"]
        if not 0 < low <= row["ratio"] <= high < math.inf:
            return f"row {number}: needed 0 < lowest <= ratio <= highest, got {low}, {row['ratio']}, {high}"
        if not isinstance(row["met"], bool):
            return f"row {number}: met: needed true or false, got {row['met']!r}"
    works = [(row["work"], row["peer"]) for row in rows]
    return None if len(set(works)) == len(works) else "two rows for the same work and peer"


def write(rows: Iterable[Row], path: Path) -> None:
    """The list at `path`, whole or not at all: an interruption leaves the one that was there."""
    listed = json.loads(json.dumps([asdict(row) for row in rows]))
    if wrong := fault(listed):
        raise ValueError(f"rows: {wrong}")
    half_written = path.with_suffix(".part")
    half_written.write_text(json.dumps(listed, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    half_written.replace(path)


def read(path: Path) -> list[Row]:
    """What `write` has kept."""
    return [Row(**row | {"spread": tuple(row["spread"])}) for row in json.loads(path.read_text(encoding="utf-8"))]


def table(rows: Sequence[Row]) -> str:
    """The rows as lines of text: what, beside whom, ratio and its spread, goal, and whether it is met."""
    head = ("work", "peer", "ratio", "spread", "goal", "met")
    cells = [
        (row.work, row.peer, f"{row.ratio:g}", f"{row.spread[0]:g} to {row.spread[1]:g}", row.goal, _word(row.met))
        for row in rows
    ]
    widths = [max(len(line[column]) for line in [head, *cells]) for column in range(len(head))]
    lines = []
    for line in [head, *cells]:
        lines.append("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
    notes = [f"{row.work}: {row.note}" for row in rows]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:], "", *notes])


def _word(met: bool) -> str:
    return "yes" if met else "NO"
