"""Serve the book's own style sheets and scripts, those of html_static_path, without what only their writers read."""

from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

from ext import compact

SMALLER = {".css": compact.style, ".js": compact.script}
NAMED = "/* To read: {source} */\n"


def smaller(app: Sphinx, exception: Exception | None) -> None:
    """After Sphinx has copied them; the mark that it adds to their addresses still changes with the source."""
    if exception or app.builder.format != "html":
        return
    options = app.config.html_theme_options
    repository = f"{options['repository_url'].rstrip('/')}/blob/{options.get('repository_branch') or 'main'}"
    for folder in app.config.html_static_path:
        for path in sorted(Path(app.srcdir, folder).glob("*")):
            if path.suffix in SMALLER:
                text = SMALLER[path.suffix](path.read_text(encoding="utf-8"))
                source = NAMED.format(source=f"{repository}/{folder}/{path.name}")
                Path(app.outdir, "_static", path.name).write_text(f"{source}{text}\n", encoding="utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("build-finished", smaller)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
