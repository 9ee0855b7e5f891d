"""Reads a notebook that was handed in: bytes that nobody believes become cells, or a sentence says why not."""

import json
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

BYTES = 20_000_000  # of the file; pictures of an honest run stay far below
LETTERS = 2_000_000  # of all cells' text together
CELLS = 500
NAME = 100  # letters of a cell's name


class UnreadableError(ValueError):
    """A file that is no notebook; says in words for the student what was needed and what came."""


@dataclass(frozen=True)
class Came:
    """A cell as it was handed in; `claims` is the released cell's name that it bears, "" if none."""

    kind: str  # code or markdown
    text: str
    claims: str = ""


def load(path: Path) -> bytes | None:
    """The bytes that were handed in; None if nothing was. Raises UnreadableError for what is no file of a fair size."""
    try:
        # Whoever packed the folder chose what lies in it: a link would lead elsewhere, a pipe would never end.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except FileNotFoundError:
        return None
    except OSError as problem:
        raise UnreadableError(
            f"needed a notebook's file, came one that cannot be opened ({problem.strerror})"
        ) from None
    about = os.fstat(handle)
    if not stat.S_ISREG(about.st_mode):
        os.close(handle)
        raise UnreadableError("needed a notebook's file, came something else of its name")
    with os.fdopen(handle, "rb") as file:
        raw = file.read(BYTES + 1) if about.st_size <= BYTES else b""
    if about.st_size > BYTES or len(raw) > BYTES:
        raise UnreadableError(
            f"needed at most {BYTES // 10**6} MB, came {about.st_size / 1e6:.0f} MB; clear its outputs"
        )
    return raw


def read(raw: bytes) -> tuple[Came, ...]:
    """The cells of a notebook of any format since 2; outputs, attachments and the kernel's name are not looked at.

    Raises UnreadableError.
    """
    if not raw.strip():
        raise UnreadableError("needed a notebook, came an empty file")
    try:
        said = json.loads(raw)
    except RecursionError:
        raise UnreadableError("needed a notebook, came JSON nested deeper than any notebook is") from None
    except ValueError:  # UnicodeDecodeError and numbers of too many digits as well
        raise UnreadableError(f"needed a notebook, which is JSON; came {_looks_like(raw)}") from None
    try:
        came = tuple(_cell(number, cell) for number, cell in enumerate(_cells(said), 1))
    except RecursionError:
        raise UnreadableError("needed a notebook, came JSON nested deeper than any notebook is") from None
    if sum(len(cell.text) for cell in came) > LETTERS:
        raise UnreadableError(f"needed at most {LETTERS:,} letters in all cells together, came more")
    return came


def _cells(said: Any) -> Iterator[dict[str, Any]]:
    if not isinstance(said, dict):
        raise UnreadableError(f"needed a notebook, came JSON of a {type(said).__name__}")
    if "cells" in said:
        cells = said["cells"]
    elif isinstance(said.get("worksheets"), list):  # formats 2 and 3
        sheets = said["worksheets"]
        cells = [_old(cell) for sheet in sheets if isinstance(sheet, dict) for cell in _listed(sheet.get("cells", []))]
    else:
        raise UnreadableError("needed a notebook, came JSON without cells")
    for number, cell in enumerate(_listed(cells), 1):
        if number > CELLS:
            raise UnreadableError(f"needed at most {CELLS} cells, came {len(cells)}")
        if not isinstance(cell, dict):
            raise UnreadableError(f"cell {number}: needed a cell, came a {type(cell).__name__}")
        yield cell


def _old(cell: Any) -> Any:
    """A cell of format 2 or 3, whose lines may be kept without their ends."""
    if not isinstance(cell, dict):
        return cell
    return cell | {key: _ended(cell[key]) for key in ("input", "source") if key in cell}


def _ended(lines: Any) -> Any:
    bare = isinstance(lines, list) and all(isinstance(line, str) for line in lines)
    return "\n".join(lines) if bare and lines and not lines[0].endswith(("\n", "\r")) else lines


def _listed(cells: Any) -> list[Any]:
    if not isinstance(cells, list):
        raise UnreadableError(f"needed a list of cells, came a {type(cells).__name__}")
    return cells


def _cell(number: int, cell: dict[str, Any]) -> Came:
    kind = cell.get("cell_type")
    text = _text(number, cell.get("input" if kind == "code" and "source" not in cell else "source"))
    if kind == "heading":  # format 3
        level = cell.get("level")
        text = f"{'#' * (level if isinstance(level, int) and 1 <= level <= 6 else 1)} {text}"
    metadata = cell.get("metadata")
    marks = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    claims = marks.get("grade_id") if isinstance(marks, dict) else None
    return Came(
        "code" if kind == "code" else "markdown",
        text,
        claims if isinstance(claims, str) and len(claims) <= NAME else "",
    )


def _text(number: int, source: Any) -> str:
    """A cell's text, a string or a list of them; half a character, which JSON can write, becomes a question mark."""
    pieces = [source] if isinstance(source, str) else [] if source is None else source
    if not isinstance(pieces, list) or not all(isinstance(piece, str) for piece in pieces):
        raise UnreadableError(f"cell {number}: needed text, came a {type(source).__name__}")
    text = "".join(pieces).replace("\r\n", "\n").replace("\r", "\n")
    return text.encode("utf-8", "replace").decode("utf-8")


def _looks_like(raw: bytes) -> str:
    head = raw[:200].lstrip().lower()
    if head.startswith(b"%pdf"):
        return "a PDF"
    if head.startswith(b"pk\x03\x04"):
        return "a zip"
    if head.startswith((b"<!doctype", b"<html")):
        return "a web page"
    if raw[:1] == b"{":
        return "JSON that is broken or cut off"
    return "something else"
