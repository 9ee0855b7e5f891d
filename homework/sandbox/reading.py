"""Reads the lines that a run writes, believing none: lengths, JSON, forms and numbers are checked, the rest is dropped.

What a forged line can win. Only the runner holds the pipe, but take it that a student's code had got hold of it: it
could say that this submission's cells and judges gave other values than they did. That it can say without a pipe, by
giving these values, so it wins nothing: points are for values that are right, and hidden ones are not told to it. It
cannot name another submission, for a pipe belongs to one run and no line says whose it is; it cannot answer what was
answered already, or what is not asked; it cannot make this process run, unpickle or evaluate anything, or hold more
than a bounded number of bytes.
"""

import json
import re
from collections.abc import Callable
from typing import Any

LONGEST_LINE = 24 << 20
MOST_BYTES = 256 << 20
ADDRESS = re.compile(r"\bat 0x[0-9a-fA-F]{6,}")
KINDS = ("text/plain", "text/html", "text/latex", "text/markdown", "image/png", "image/jpeg", "image/svg+xml")


class FloodError(Exception):
    """More bytes than a run can honestly write."""


class Lines:
    """Takes bytes as they come and gives back the objects that the whole lines among them tell."""

    def __init__(self) -> None:
        self.bytes = 0
        self.rest = bytearray()

    def take(self, data: bytes) -> list[dict[str, Any]]:
        self.bytes += len(data)
        *whole, rest = data.split(b"\n")
        if whole:
            whole[0] = bytes(self.rest) + whole[0]
            self.rest = bytearray()
        self.rest += rest
        if self.bytes > MOST_BYTES or len(self.rest) > LONGEST_LINE:
            raise FloodError
        return [said for line in whole if (said := _object(line)) is not None]


def _object(line: bytes) -> dict[str, Any] | None:
    def refuse(name: str) -> None:
        raise ValueError(name)

    try:
        said = json.loads(line, parse_constant=refuse)
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None


def text(said: Any, most: int) -> str:
    """At most so many characters of a text; "" for what is none. Half characters, which no file takes, are replaced."""
    return said[:most].encode("utf-8", "replace").decode("utf-8") if isinstance(said, str) else ""


def line(said: Any, most: int) -> str:
    """A text in one line: a list of students that holds it has no line of its making."""
    return " ".join(text(said, most).split())


def words(said: Any, most: int) -> str:
    """A text without objects' addresses, which differ from run to run: two gradings give the same bytes."""
    return ADDRESS.sub("at 0x…", text(said, most))


def place(said: Any) -> tuple[int, int] | None:
    """A cell's number and a judge's, -1 for the cell itself."""
    if isinstance(said, list) and len(said) == 2 and all(type(number) is int for number in said):
        return said[0], said[1]
    return None


def outputs(said: Any, most: int) -> tuple[dict[str, Any], ...]:
    """The outputs of a cell in a notebook's form, at most so many characters of them."""
    kept: list[dict[str, Any]] = []
    left = most
    for output in said if isinstance(said, list) else []:
        kind = output.get("output_type") if isinstance(output, dict) else None
        make = _FORMS.get(kind) if isinstance(kind, str) else None
        made = make(output, left) if make else None
        if made:
            kept.append(made)
            left -= len(json.dumps(made))
        if left <= 0:
            break
    return tuple(kept)


def _stream(said: dict[str, Any], left: int) -> dict[str, Any] | None:
    name = said.get("name")
    if name not in ("stdout", "stderr"):
        return None
    return {"output_type": "stream", "name": name, "text": words(said.get("text"), left)}


def _data(said: dict[str, Any], left: int) -> dict[str, Any] | None:
    data = said.get("data")
    kept: dict[str, str] = {}
    for kind in KINDS:
        one = data.get(kind) if isinstance(data, dict) else None
        if isinstance(one, str) and len(one) <= left:
            kept[kind] = words(one, left) if kind.startswith("text/") else text(one, left)
            left -= len(one)
    if not kept:
        return None
    form: dict[str, Any] = {"output_type": "display_data", "data": kept, "metadata": {}}
    if said["output_type"] == "execute_result":
        form |= {"output_type": "execute_result", "execution_count": None}
    return form


def _error(said: dict[str, Any], left: int) -> dict[str, Any]:
    lines = said.get("traceback")
    trace = [words(line, 10_000) for line in (lines if isinstance(lines, list) else [])[:200]]
    if sum(map(len, trace)) > left:
        trace = []
    return {
        "output_type": "error",
        "ename": text(said.get("ename"), 200),
        "evalue": words(said.get("evalue"), 2_000),
        "traceback": trace,
    }


_FORMS: dict[str, Callable[[dict[str, Any], int], dict[str, Any] | None]] = {
    "stream": _stream,
    "display_data": _data,
    "execute_result": _data,
    "error": _error,
}
