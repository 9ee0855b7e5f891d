"""Put gdlib's browser modules into the site and load on a page those that its explorers are made of.

They lie in _static/gd/<hash of them all>/: Sphinx marks the module that it links with a hash of its bytes, but not what
that one imports, and a browser that keeps files must never mix the modules of two builds.
"""

import hashlib
import re
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.logging import getLogger

from gdlib.widgets.module_files import modules

FOLDER = "gd"
ENTRY = "mount.mjs"
STYLE = "explorer.css"  # linked by the page itself, so that it keeps the explorers' place before they start
ELEMENT = re.compile(r'<gd-explorer\b[^>]*\bdata-kind="([^"]+)"')
IMPORT = re.compile(r'^\s*(?:import|export|\})[^"]*"\./([^"]+\.mjs)"', re.MULTILINE)

logger = getLogger(__name__)


def version(files: dict[str, Path]) -> str:
    total = hashlib.sha256()
    for name in sorted(files):
        total.update(name.encode() + b"\0" + files[name].read_bytes())
    return total.hexdigest()[:10]


def needed(names: Iterable[str], files: dict[str, Path]) -> list[str]:
    """The modules of these names with all that they import and what those import, each once, in a fixed order."""
    found: dict[str, None] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop(0)
        if name not in found:
            found[name] = None
            waiting += IMPORT.findall(files[name].read_text(encoding="utf-8"))
    return sorted(found)


def copy_modules(app: Sphinx) -> None:
    """Before any page is written, so that Sphinx finds the entry and can mark it."""
    files = modules()
    top = Path(app.outdir) / "_static" / FOLDER
    target = top / version(files)
    if target.is_dir():
        return
    shutil.rmtree(top, ignore_errors=True)
    target.mkdir(parents=True)
    for name, path in files.items():
        shutil.copyfile(path, target / name)


def standing(app: Sphinx) -> tuple[str, dict[str, Path]]:
    """The folder's name and the files as they lie in the site: a source that changes during a build changes no page."""
    (folder,) = (Path(app.outdir) / "_static" / FOLDER).iterdir()
    return f"{FOLDER}/{folder.name}", {path.name: path for path in sorted(folder.iterdir())}


def load_modules(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Only pages that have something to mount fetch the code that mounts it, and it waits for no other script."""
    kinds = sorted(set(ELEMENT.findall(context.get("body", ""))))
    if not kinds:
        return
    folder, files = standing(app)
    for kind in kinds:
        if f"{kind}.mjs" not in files:
            logger.warning("explorer of kind %r: there is no module %s.mjs", kind, kind, location=page)
    app.add_js_file(f"{folder}/{ENTRY}", type="module", loading_method="async")
    app.add_css_file(f"{folder}/{STYLE}")
    # Modules import modules: told at once of all that the page's kinds need, the browser fetches them together and not
    # in turn, and a kind is ready when its first explorer starts; what only other kinds need is not fetched.
    entries = [ENTRY, *(f"{kind}.mjs" for kind in kinds if f"{kind}.mjs" in files)]
    addresses = (context["pathto"](f"_static/{folder}/{name}", 1) for name in needed(entries, files) if name != ENTRY)
    preloads = "".join(f'<link rel="modulepreload" href="{address}" />\n' for address in addresses)
    at_once = (context["pathto"](f"_static/{folder}/{name}", 1) for name in entries if name != ENTRY)
    scripts = "".join(f'<script type="module" async src="{address}"></script>\n' for address in at_once)
    context["metatags"] = context.get("metatags", "") + preloads + scripts


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("builder-inited", copy_modules)
    app.connect("html-page-context", load_modules)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
