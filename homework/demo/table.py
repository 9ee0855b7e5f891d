"""The demo's table: printed for a terminal, and kept as data for the instructor's guide."""

import json
import textwrap
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from homework.course import write

KEPT = Path(__file__).with_name("table.json")
WIDTHS = (30, 34, 34)


@dataclass(frozen=True)
class Row:
    """A kind of submission: what the student did, what it deserves, what it got, and what the graders say to it."""

    kind: str
    story: str
    deserved: str
    got: str
    why: str

    @property
    def equal(self) -> bool:
        return self.deserved == self.got


def text(rows: Sequence[Row]) -> str:
    """The table for a terminal."""
    lines = [_line("", "Kind", "Deserved", "Got"), ""]
    for row in rows:
        lines.append(_line(" " if row.equal else "!", row.kind, row.deserved, row.got))
        lines += textwrap.wrap(row.why, 110, initial_indent="      ", subsequent_indent="      ")
    return "\n".join(lines)


def save(rows: Sequence[Row]) -> Path:
    """Keep the table for the guide."""
    write(KEPT, json.dumps([asdict(row) for row in rows], indent=1, ensure_ascii=False) + "\n")
    return KEPT


def kept() -> list[Row]:
    """The table that the guide shows."""
    return [Row(**row) for row in json.loads(KEPT.read_text("utf-8"))]


def _line(mark: str, *words: str) -> str:
    return f"{mark:1} " + "  ".join(f"{word:<{width}}" for word, width in zip(words, WIDTHS, strict=True)).rstrip()
