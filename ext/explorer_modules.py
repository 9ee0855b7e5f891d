"""Put gdlib's browser modules into the site and load them on the pages that hold an explorer.

They lie in _static/gd/<hash of them all>/: Sphinx marks the module that it links with a hash of its bytes, but not what
that one imports, and a browser that keeps files must never mix the modules of two builds.
"""

import hashlib
import shutil
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

FOLDER = "gd"
ENTRY = "mount.mjs"
STYLE = "explorer.css"  # linked by the page itself, so that it keeps the explorers' place before they start
ELEMENT = "<gd-explorer"


def modules(root: Path) -> dict[str, Path]:
    """The files by name: what the explorers are made of, and the runner that emitted code shares with them."""
    folders = (root / "gdlib" / "widgets", root / "gdlib" / "emit")
    found = [path for folder in folders for path in sorted(folder.rglob("*")) if path.suffix in {".mjs", ".css"}]
    return {path.name: path for path in found}


def version(files: dict[str, Path]) -> str:
    total = hashlib.sha256()
    for name in sorted(files):
        total.update(name.encode() + b"\0" + files[name].read_bytes())
    return total.hexdigest()[:10]


def copy_modules(app: Sphinx) -> None:
    """Before any page is written, so that Sphinx finds the entry and can mark it."""
    files = modules(Path(app.confdir))
    top = Path(app.outdir) / "_static" / FOLDER
    target = top / version(files)
    if target.is_dir():
        return
    shutil.rmtree(top, ignore_errors=True)
    target.mkdir(parents=True)
    for name, path in files.items():
        shutil.copyfile(path, target / name)


def load_modules(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Only pages that have something to mount fetch the code that mounts it, and it waits for no other script."""
    if ELEMENT in context.get("body", ""):
        files = modules(Path(app.confdir))
        folder = f"{FOLDER}/{version(files)}"
        app.add_js_file(f"{folder}/{ENTRY}", type="module", loading_method="async")
        app.add_css_file(f"{folder}/{STYLE}")
        # Modules import modules: told of all at once, the browser fetches them together and not in turn.
        addresses = (context["pathto"](f"_static/{folder}/{name}", 1) for name in files if name not in (ENTRY, STYLE))
        preloads = "".join(f'<link rel="modulepreload" href="{address}" />\n' for address in addresses)
        context["metatags"] = context.get("metatags", "") + preloads


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("builder-inited", copy_modules)
    app.connect("html-page-context", load_modules)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
