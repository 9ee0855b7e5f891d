"""Put gdlib's browser modules into the site and load on a page those that its explorers are made of.

They lie in _static/gd/<hash of them all>/: Sphinx marks the module that it links with a hash of its bytes, but not what
that one imports, and a browser that keeps files must never mix the modules of two builds.
"""

import hashlib
import re
import shutil
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.logging import getLogger

from ext import compact
from ext.bundles import ENTRY, HEADER, bundles, fetched
from gdlib.widgets.module_files import modules, style

FOLDER = "gd"
STYLE = "explorer.css"  # linked by the page itself, so that it keeps the explorers' place before they start
ELEMENT = re.compile(r'<gd-explorer\b[^>]*\bdata-kind="([^"]+)"')

logger = getLogger(__name__)


def served(source: str = "gdlib/widgets") -> dict[str, str]:
    """The files of the site by name: what explorers are made of, in few files, without what only its writers read."""
    texts = {name: path.read_text(encoding="utf-8") for name, path in modules().items()}
    return {**bundles(texts, source), STYLE: HEADER.format(source=source) + compact.style(style()) + "\n"}


def version(files: dict[str, str]) -> str:
    total = hashlib.sha256()
    for name in sorted(files):
        total.update(name.encode() + b"\0" + files[name].encode())
    return total.hexdigest()[:10]


def copy_modules(app: Sphinx) -> None:
    """Before any page is written, so that all pages of a build name the same folder."""
    repository = app.config.html_theme_options["repository_url"].rstrip("/")
    files = served(f"{repository}/tree/{app.config.html_theme_options.get('repository_branch', 'main')}/gdlib/widgets")
    top = Path(app.outdir) / "_static" / FOLDER
    target = top / version(files)
    if target.is_dir():
        return
    shutil.rmtree(top, ignore_errors=True)
    target.mkdir(parents=True)
    for name, text in files.items():
        (target / name).write_text(text, encoding="utf-8")


def standing(app: Sphinx) -> tuple[str, dict[str, str]]:
    """The folder's name and the files as they lie in the site: a source that changes during a build changes no page."""
    (folder,) = (Path(app.outdir) / "_static" / FOLDER).iterdir()
    return f"{FOLDER}/{folder.name}", {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.iterdir())}


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
    app.add_css_file(f"{folder}/{STYLE}")
    # Files import files: told at once of all that the page's kinds need, the browser fetches them together and not in
    # turn, and a kind is ready when its first explorer starts; what only other kinds need is not fetched. They are
    # named without the mark that Sphinx gives to scripts: under two addresses the entry would run twice.
    entries = [ENTRY, *(f"{kind}.mjs" for kind in kinds if f"{kind}.mjs" in files)]
    address = {name: context["pathto"](f"_static/{folder}/{name}", 1) for name in fetched(entries, files)}
    preloads = "".join(f'<link rel="modulepreload" href="{address[name]}" />\n' for name in address)
    scripts = "".join(f'<script type="module" async src="{address[name]}"></script>\n' for name in entries)
    context["metatags"] = context.get("metatags", "") + preloads + scripts


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("builder-inited", copy_modules)
    app.connect("html-page-context", load_modules)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
