"""Put gdlib's browser modules into the site and load them on the pages that hold an explorer or a quiz.

The modules are copied to _static/gd/. Sphinx marks the one it links with a hash of its bytes, but not what that one
imports; so every copied file names its neighbours with one hash over all of them, and no browser mixes two builds.
"""

import hashlib
import re
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

FOLDER = "_static/gd"
ENTRY = "mount.mjs"
ELEMENTS = ("<gd-explorer", "<gd-quiz")


def modules(root: Path) -> dict[str, Path]:
    """The files by name: what the explorers are made of, and the runner that emitted code shares with them."""
    folders = (root / "gdlib" / "widgets", root / "gdlib" / "emit")
    found = [path for folder in folders for path in sorted(folder.rglob("*")) if path.suffix in {".mjs", ".css"}]
    return {path.name: path for path in found}


def version_of(files: dict[str, Path]) -> str:
    total = hashlib.sha256()
    for name in sorted(files):
        total.update(name.encode() + b"\0" + files[name].read_bytes())
    return total.hexdigest()[:10]


def marked(text: str, names: list[str], version: str) -> str:
    """`text` with each quoted "./name" or "../…/name" of a neighbour carrying ?v=version.

    >>> marked('import {a} from "./b.mjs"', ["b.mjs"], "1f")
    'import {a} from "./b.mjs?v=1f"'
    """
    either = "|".join(map(re.escape, names))
    return re.sub(rf"""(["'])(\.\.?/(?:[\w-]+/)*)({either})\1""", rf"\1./\3?v={version}\1", text)


def copy_modules(app: Sphinx) -> None:
    files = modules(Path(app.confdir))
    target = Path(app.outdir) / FOLDER
    target.mkdir(parents=True, exist_ok=True)
    version = version_of(files)
    for old in target.iterdir():
        if old.name not in files:
            old.unlink()
    for name, path in files.items():
        text = path.read_text(encoding="utf-8")
        (target / name).write_text(marked(text, list(files), version), encoding="utf-8")


def load_modules(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    """Only pages that have something to mount fetch the code that mounts it."""
    if not any(element in context.get("body", "") for element in ELEMENTS):
        return
    files = modules(Path(app.confdir))
    if ENTRY in files:
        app.add_js_file(f"gd/{ENTRY}", type="module")
    for name in files:
        if name.endswith(".css"):
            app.add_css_file(f"gd/{name}")


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("builder-inited", copy_modules)
    app.connect("html-page-context", load_modules)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
