"""Name the icons for browsers that cannot take the SVG one; the builder's setting holds a single file."""

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

ICONS = (
    '<link rel="alternate icon" href="{ico}" sizes="48x48">',
    '<link rel="apple-touch-icon" href="{png}">',
)


def name_icons(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    address = context["pathto"]
    files = {"ico": address("_static/favicon.ico", 1), "png": address("_static/favicon-180.png", 1)}
    context["metatags"] = "\n".join([context.get("metatags", ""), *(line.format(**files) for line in ICONS)])


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("html-page-context", name_icons)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
