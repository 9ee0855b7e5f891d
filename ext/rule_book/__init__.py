"""Write the entries of the rule book into its pages before they are read, so that they are sections like any other.

Headings that a cell prints would not be in the page's contents. In the page a block `:::{rules} part` stands for what
is written here; its own text is what a notebook shows in that place.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

import gdlib as gd
from ext.rule_book import discrepancies, entries, tables
from ext.rule_book.calls import ANSWERS, Answers, answers
from gdlib.registry import Registry
from gdlib.update_rule import Rule

Part = Callable[[Registry[Rule], Answers], str]
PARTS: dict[str, Part] = {
    "glance": lambda rules, stored: tables.at_a_glance(rules),
    "invariances": lambda rules, stored: tables.invariances(rules),
    "versions": lambda rules, stored: stored.versions,
    "entries": entries.entries,
}
_BLOCK = re.compile(r"^:::\{rules\} (\w+)\n.*?^:::$", re.M | re.S)


def written_out(text: str, root: Path) -> str:
    """The page with each of its blocks replaced by what it stands for."""
    stored = answers(root)
    parts = {**PARTS, **discrepancies.parts(root)}

    def part(block: re.Match[str]) -> str:
        if block[1] not in parts:
            raise ValueError(f"rules: needed one of {', '.join(parts)}, got {block[1]!r}")
        return parts[block[1]](gd.rules, stored)

    return _BLOCK.sub(part, text)


def write_out(app: Sphinx, page: str, content: list[str]) -> None:
    """Only a page that holds such a block is touched; it is read anew when the stored answers have changed."""
    if _BLOCK.search(content[0]):
        root = Path(app.confdir)
        content[0] = written_out(content[0], root)
        for path in sorted((root / ANSWERS).rglob("*.json")):
            app.env.note_dependency(str(path))


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("source-read", write_out)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
