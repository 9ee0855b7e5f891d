"""Turns matplotlib's SVG into a page's: variables for colours, no ids, short numbers, words beside it.

Ids are what makes two figures of one page collide, so none is written: markers are drawn where they stand,
and a clip becomes a nested <svg>, which clips by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import escape
from itertools import groupby
from typing import NamedTuple
from xml.etree import ElementTree

from .palette import PAPER, VARIABLE

_SVG = "{http://www.w3.org/2000/svg}"
_XLINK = "{http://www.w3.org/1999/xlink}href"
_NUMBER = re.compile(r"-?\d*\.?\d+(?:e[-+]?\d+)?")
_COLOUR = re.compile(r"#a17e[0-9a-f]{2}")
_CLIP = re.compile(r"url\(#([^)]+)\)")
_FONT = "var(--gd-font,system-ui,sans-serif)"
_PAPER = VARIABLE[PAPER]

# SVG's own initial values need no words.
_INITIAL = {
    "stroke-opacity": "1",
    "opacity": "1",
    "fill-opacity": "1",
    "stroke-dashoffset": "0",
    "stroke-width": "1",
}


def _short(number: str, places: int = 2) -> str:
    text = f"{float(number):.{places}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def _numbers(text: str, places: int = 2) -> str:
    return _NUMBER.sub(lambda match: _short(match[0], places), text)


def _path(d: str) -> str:
    """The same path in steps from point to point, which are shorter to write than places."""
    words = d.split()
    out: list[str] = []
    here = (0, 0)
    start = (0, 0)
    i = 0
    last = ""
    while i < len(words):
        command = words[i]
        i += 1
        if command in "zZ":
            out.append("z")
            here, last = start, "z"
            continue
        count = {"M": 1, "L": 1, "Q": 2, "C": 3}[command]
        # Whole hundredths: the steps add up exactly, so that rounding does not wander.
        points = [
            (round(float(words[i + 2 * k]) * 100), round(float(words[i + 2 * k + 1]) * 100)) for k in range(count)
        ]
        i += 2 * count
        if command == "L" and points[0] == here and last != "M":
            continue
        steps = [n for x, y in points for n in (x - here[0], y - here[1])]
        if command == "M":
            steps = list(points[0])
            start = points[0]
        name = "M" if command == "M" else command.lower()
        implied = name == last and name != "M"
        out.append(("" if implied else name) + _join(steps, implied))
        here, last = points[-1], name
    return "".join(out)


def _join(hundredths: Iterable[int], implied: bool) -> str:
    text = ""
    for k, n in enumerate(hundredths):
        word = _short(str(n / 100))
        word = re.sub(r"^(-?)0\.", r"\1.", word)
        text += (" " if (k or implied) and not word.startswith("-") else "") + word
    return text


def _look(element: ElementTree.Element) -> dict[str, str]:
    """The element's style as a table, without what a page or SVG itself already says."""
    found: dict[str, str] = {}
    for part in element.get("style", "").split(";"):
        if ":" in part:
            key, value = part.split(":", 1)
            found[key.strip()] = value.strip()
    if "font" in found:  # matplotlib's shorthand: "italic 14px 'DejaVu Sans', ..."
        words = found.pop("font")
        size = re.search(r"([\d.]+)px", words)
        found["font-size"] = size[1] if size else "14"
        if "italic" in words:
            found["font-style"] = "italic"
        if re.search(r"\b(bold|[67]00)\b", words):
            found["font-weight"] = "600"
    return {k: v for k, v in found.items() if _INITIAL.get(k) != v and k not in ("font-family", "stroke-miterlimit")}


def _attributes(table: dict[str, str]) -> str:
    """Colours go into style="", where variables are understood; the rest are plain attributes."""
    style = "".join(f"{k}:{_COLOUR.sub(lambda m: VARIABLE[m[0]], v)};" for k, v in table.items() if _COLOUR.search(v))
    plain = "".join(f' {k}="{_numbers(v)}"' for k, v in table.items() if not _COLOUR.search(v))
    return plain + (f' style="{style[:-1]}"' if style else "")


class _Leaf(NamedTuple):
    """One drawn thing: the clip it stands in, its look, and its text up to where the look is written."""

    clip: str
    look: str
    head: str
    tail: str


def _leaves(element: ElementTree.Element, by_id: dict[str, ElementTree.Element], clip: str = "") -> Iterator[_Leaf]:
    """Everything that is drawn, in order, out of its groups (matplotlib's groups say nothing else)."""
    found = _CLIP.search(element.get("clip-path", ""))
    clip = found[1] if found else clip
    tag = element.tag.removeprefix(_SVG)
    if tag in ("defs", "metadata"):
        return
    if tag in ("svg", "g"):
        for child in element:
            yield from _leaves(child, by_id, clip)
    elif tag == "path":
        yield _Leaf(clip, _attributes(_look(element)), f'<path d="{_path(element.get("d", ""))}"', "/>")
    elif tag == "use":
        drawn = by_id[element.get(_XLINK, "").removeprefix("#")]
        look = _look(drawn) | _look(element)
        d = _moved(drawn.get("d", ""), float(element.get("x", "0")), float(element.get("y", "0")))
        yield _Leaf(clip, _attributes(look), f'<path d="{_path(d)}"', "/>")
    elif tag == "text":
        place = "".join(
            f' {k}="{_numbers(element.get(k, ""))}"' for k in ("x", "y", "transform") if element.get(k) is not None
        )
        words = escape("".join(element.itertext()).strip())
        yield _Leaf(clip, _attributes(_look(element)), f"<text{place}", f">{words}</text>")
    else:
        raise ValueError(f"svg: a path, a text, a group or a marker was expected, got <{tag}>")


def _body(root: ElementTree.Element) -> str:
    """The leaves, those of one clip together in one nested <svg>, those of one look in one <g>."""
    by_id = {e.get("id", ""): e for e in root.iter()}
    out: list[str] = []
    for clip, clipped in groupby(_leaves(root, by_id), key=lambda leaf: leaf.clip):
        body = ""
        for look, alike in groupby(clipped, key=lambda leaf: leaf.look):
            several = list(alike)
            if len(several) == 1:
                body += several[0].head + look + several[0].tail
            else:
                body += f"<g{look}>" + "".join(leaf.head + leaf.tail for leaf in several) + "</g>"
        if clip:
            box = by_id[clip][0]
            x, y, w, h = (_short(box.get(k, "0")) for k in ("x", "y", "width", "height"))
            body = f'<svg x="{x}" y="{y}" width="{w}" height="{h}" viewBox="{x} {y} {w} {h}">{body}</svg>'
        out.append(body)
    return "".join(out)


def _moved(d: str, x: float, y: float) -> str:
    out, turn = [], 0
    for word in d.split():
        if word.isalpha():
            out.append(word)
            turn = 0
        else:
            out.append(repr(float(word) + (y if turn else x)))
            turn = 1 - turn
    return " ".join(out)


def page_svg(text: str, *, title: str, alt: str, scale: float = 96 / 72) -> str:
    """matplotlib's SVG `text` as one inline <svg>; `scale` brings its points to the page's pixels."""
    root = ElementTree.fromstring(text)
    width, height = (float(n) for n in root.get("viewBox", "0 0 1 1").split()[2:])
    wide, high = _short(str(width * scale), 0), _short(str(height * scale), 0)
    # In a row of several each is as wide as there is room for; small ones shrink less before they start a new row.
    least = _short(str((0.62 if width > 300 else 0.85) * width * scale), 0)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{escape(alt)}" '
        f'width="{wide}" height="{high}" '
        f'viewBox="0 0 {_short(str(width))} {_short(str(height))}" '
        f'style="flex:1 1 {least}px;max-width:min(100%,{wide}px);height:auto;'
        f'background:{_PAPER};font-family:{_FONT};stroke-linejoin:round">'
        f"<title>{escape(title)}</title><desc>{escape(alt)}</desc>{_body(root)}</svg>"
    )
