"""A student's outputs made harmless for a marker's browser: plain text and PNG pictures of a sane size, no more."""

import base64
import re
from collections.abc import Iterable, Mapping
from typing import Any

from nbformat.v4 import new_output

TEXT = 20_000  # characters of one cell or one output: more than a marker will read
PICTURE = 1_000_000  # bytes of one picture
SIDE = 4_000  # pixels of its longer side: a small file can hold a picture of gigabytes
WHOLE = 4_000_000  # characters of all the outputs of a submission
COUNT = 50  # outputs of one cell
TWICE = {"text/plain", "text/latex"}  # left out without a word where another form of it is shown
ESCAPES = re.compile(r"\x1b(\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)?|.)?")  # a terminal's
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
SIGNATURE = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"


def plain(text: object) -> str:
    """Text without what a terminal or browser would act on, cut to TEXT characters."""
    said = UNSEEN.sub("", ESCAPES.sub("", text if isinstance(text, str) else ""))
    return said if len(said) <= TEXT else f"{said[:TEXT]}\n… ({len(said) - TEXT:,} more characters)"


def harmless(outputs: Iterable[Mapping[str, Any]], left: int) -> tuple[list[Any], int]:
    """What may be shown of a cell's outputs within `left` characters, and how many are left for the next cells."""
    kept, dropped = [], set()
    outputs = list(outputs)
    for output in outputs[:COUNT]:
        clean, gone = _one(output)
        dropped |= gone
        size = len(str(clean))
        if clean is None or size > left:
            dropped |= {"more than the page can hold"} if clean is not None else set()
            continue
        left -= size
        kept.append(clean)
    if len(outputs) > COUNT:
        dropped.add(f"{len(outputs) - COUNT} outputs more")
    if dropped:
        kept.append(new_output("stream", name="stderr", text=f"Left out here: {', '.join(sorted(dropped))}.\n"))
    return kept, left


def _one(output: Mapping[str, Any]) -> tuple[Any, set[str]]:
    """The output as it may be shown, or None, and what was left out of it, in words."""
    kind = output.get("output_type")
    if kind == "stream":
        name = "stderr" if output.get("name") == "stderr" else "stdout"
        return new_output("stream", name=name, text=plain(_joined(output.get("text")))), set()
    if kind == "error":
        lines = output.get("traceback")
        trace = plain("\n".join(map(str, lines)) if isinstance(lines, list) else "")
        name, value = plain(output.get("ename")), plain(output.get("evalue"))
        return new_output("error", ename=name, evalue=value, traceback=trace.split("\n")), set()
    data = output.get("data")
    if kind not in ("display_data", "execute_result") or not isinstance(data, Mapping):
        return None, set()
    shown: dict[str, str] = {}
    gone = {_word(form) for form in data if form not in TWICE | {"image/png"}}
    if "image/png" in data:
        picture = _picture(data["image/png"])
        shown |= {"image/png": picture} if picture else {}
        gone |= set() if picture else {"a picture (no PNG, or too large)"}
    if "text/plain" in data:
        shown["text/plain"] = plain(_joined(data["text/plain"]))
    return (new_output("display_data", data=shown) if shown else None), gone


def _picture(text: object) -> str | None:
    """The picture, written anew from its bytes; None if it is no PNG, or too large."""
    try:
        held = base64.b64decode("".join(_joined(text).split()), validate=True)
    except ValueError:
        return None
    sides = int.from_bytes(held[16:20], "big"), int.from_bytes(held[20:24], "big")
    if not held.startswith(SIGNATURE) or len(held) > PICTURE or not 0 < min(sides) <= max(sides) <= SIDE:
        return None
    return base64.b64encode(held).decode()


def _joined(text: object) -> str:
    return "".join(map(str, text)) if isinstance(text, list) else text if isinstance(text, str) else ""


def _word(form: object) -> str:
    words = {"text/html": "HTML", "application/javascript": "JavaScript", "image/svg+xml": "an SVG picture"}
    return words.get(str(form), "a widget" if "widget" in str(form) else "another form of an output")
