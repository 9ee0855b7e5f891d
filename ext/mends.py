"""Mend what the builder and its theme get wrong: doubled scripts, widget manager, cut output, roles for readers."""

import re
from collections.abc import Callable, Sequence
from copy import copy
from typing import Any

from docutils import nodes
from myst_nb.core import render
from sphinx.application import Sphinx
from sphinx.util import logging

logger = logging.getLogger(__name__)
VIEW = "application/vnd.jupyter.widget-view+json"
ROLES = (
    ('<div role="list" class="citation-list">', '<div class="citation-list">'),
    (' role="doc-biblioentry"', ""),
)
INLINE_FORMULA_AND_SIGN = re.compile(r'(<span class="math notranslate nohighlight">[^<]*</span>)([,.;:!?)\]]+)')


def leave_out_widget_manager(app: Sphinx, doctree: nodes.document) -> None:
    """Explorers bring their own HTML, so no page needs Jupyter's widget manager (3.6 MB) or the widgets' state."""
    metadata = getattr(app.env, "nb_metadata", {}).get(app.env.docname, {})
    scripts = metadata.get("js_files", {})
    for name in [name for name in scripts if name.startswith("ipywidgets_")]:
        del scripts[name]
    for bundle in doctree.findall(nodes.container):
        if bundle.attributes.get("nb_element") != "mime_bundle":
            continue
        types = {child.attributes.get("mime_type") for child in bundle.children if isinstance(child, nodes.Element)}
        if VIEW in types and "text/html" not in types:
            logger.warning(
                "this output is a widget with no HTML of its own: the page would show nothing",
                location=bundle,
            )


def dedupe_scripts(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Inline scripts registered under the names None and '' come out twice, and a second `const` throws."""
    seen: set[tuple[str, tuple[tuple[str, str], ...]]] = set()
    kept = []
    for script in context.get("script_files", []):
        key = (
            str(getattr(script, "filename", script) or ""),
            tuple(sorted(getattr(script, "attributes", {}).items())),
        )
        if key not in seen:
            seen.add(key)
            kept.append(script)
    context["script_files"][:] = kept


def plain_roles(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    """The bibliography calls itself a list without items, and its entries bear a role that was given up."""
    if "body" in context:
        for role in ROLES:
            context["body"] = context["body"].replace(*role)


def keep_signs_with_formulas(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    if "body" in context:
        context["body"] = signs_with_formulas(context["body"])


def signs_with_formulas(html: str) -> str:
    """A typeset formula is a box, after which a line may end: a comma would begin the next one."""
    return INLINE_FORMULA_AND_SIGN.sub(r'<span style="white-space: nowrap">\1\2</span>', html)


def whole_streams(outputs: Sequence[Any]) -> list[Any]:
    """A cell's outputs, with the pieces of what it printed joined as they came.

    The kernel sends a piece every so many milliseconds, wherever in a line it may be. The builder's own joining ends
    each piece with a new line, so that a page would depend on how busy the machine was.
    """
    printed: dict[str, Any] = {}
    kept = []
    for output in outputs:
        name = output["name"] if output["output_type"] == "stream" else None
        if name in printed:
            printed[name]["text"] += output["text"]
            continue
        if name is not None:
            output = printed[name] = copy(output)  # the notebook's own stays as it is
        kept.append(output)
    return kept


def join_streams_as_they_came() -> None:
    joined: Callable[[list[Any]], list[Any]] = render.coalesce_streams
    if getattr(joined, "whole", False):
        return

    def coalesce(outputs: list[Any]) -> list[Any]:
        return joined(whole_streams(outputs))

    coalesce.whole = True  # type: ignore[attr-defined]  # a second build in one process mends nothing twice
    render.coalesce_streams = coalesce


def setup(app: Sphinx) -> dict[str, Any]:
    join_streams_as_they_came()
    app.connect("doctree-read", leave_out_widget_manager)
    app.connect("html-page-context", dedupe_scripts, priority=900)
    app.connect("html-page-context", plain_roles)
    app.connect("html-page-context", keep_signs_with_formulas)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
