"""The explorers' ES modules and style sheets: where each lies, and what of them makes one module, one style sheet."""

from __future__ import annotations

import json
import re
from pathlib import Path

_HERE = Path(__file__).parent
_STYLES_FIRST = ("explorer", "plot", "controls", "readout")  # then those of the kinds and of what some of them share
_STYLE_LAST = "widths"
_RELATIVE_IMPORT = re.compile(r'(?:from |\bimport\()"\./([^"]+)"')

# anywidget loads its module from a blob address, where a relative import leads nowhere. So the modules travel as
# texts, each after those that it imports, and become blobs in that order; a shared module exists once.
_LOADER = """\
const address = {};
for (const [name, text] of %s) {
  const found = text.replace(/(from |\\bimport\\()"\\.\\/([^"]+)"/g, (_, how, other) => `${how}"${address[other]}"`);
  address[name] = URL.createObjectURL(new Blob([found], { type: "text/javascript" }));
}
const { default: widget } = await import(address["%s"]);
export default widget;
"""


def modules() -> dict[str, Path]:
    """File name to path of the modules that explorers are made of; they import each other as if in one folder.

    >>> {"mount.mjs", "race.mjs", "descend.mjs"} <= modules().keys()
    True
    """
    shared = [_HERE.parent / "emit" / "descend.mjs", _HERE.parent / "formulas" / "grammar.mjs"]
    files = [*_HERE.glob("*/*.mjs"), *shared]
    return {file.name: file for file in sorted(files, key=lambda file: file.name)}


def single_module(name: str) -> str:
    """The text of one module without imports that does what the module `name` and all it imports do."""
    ordered: dict[str, str] = {}

    def take(one: str) -> None:
        text = modules()[one].read_text(encoding="utf-8")
        for other in _RELATIVE_IMPORT.findall(text):
            if other not in ordered:
                take(other)
        ordered[one] = text

    take(name)
    return _LOADER % (json.dumps(list(ordered.items())), name)


def style() -> str:
    """The explorers' style sheet, of all kinds."""
    sheets = {path.stem: path for path in sorted(_HERE.glob("*/*.css"), key=lambda path: path.name)}
    last = sheets.pop(_STYLE_LAST)
    ordered = [*(sheets.pop(name) for name in _STYLES_FIRST), *sheets.values(), last]
    return "\n".join(path.read_text(encoding="utf-8") for path in ordered)
