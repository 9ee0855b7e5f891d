"""Let the browser read a page, and the explorer in view answer, before it runs what can wait for a moment.

The builder's and the theme's scripts stand in the head, where each stops the reading of the page until it was fetched
and run. Those that wait for the whole page anyway are deferred here; those that no page of ours uses are left out by
ext/templates/layout.html. The search page, whose own lines call what the head has loaded, stays as it is.
"""

import json
import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from ext.explorer_modules import ELEMENT

SEARCH = "search"
SETTINGS = "documentation_options.js"  # lines in the head write into what it defines
OWN_PACE = ("async", "defer", "type")
SOURCE = re.compile(r'src="([^"]+)"')

# MathJax takes long to read and sets all formulas of a page in one go; on a long page nothing else runs for a second.
# Where a reader arrives at an explorer that one starts first, in a fraction of that; elsewhere no formula waits.
FORMULAS_LATER = """(() => {
  const begin = () => {
    if (window.MathJax?.startup || document.querySelector("script[data-formulas]")) return;
    const script = document.createElement("script");
    script.src = ADDRESS;
    script.dataset.formulas = "";
    document.head.append(script);
  };
  const waiting = () => [...document.querySelectorAll("gd-explorer:not([data-ready])")].some((one) => {
    const { top, bottom } = one.getBoundingClientRect();
    return bottom > 0 && top < innerHeight;
  });
  document.addEventListener("DOMContentLoaded", () => {
    if (!waiting()) return begin();
    addEventListener("gd-ready", begin, { once: true });
    setTimeout(begin, 1000);
  });
})()"""


def scripts_later(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    if page == SEARCH:
        return
    scripts = [deferred(script) for script in context.get("script_files", [])]
    for script in [one for one in scripts if file_of(one) == f"_static/{app.config.mathjax_path}"]:
        if ELEMENT.search(context.get("body", "")):
            scripts.remove(script)
            (address,) = SOURCE.findall(context["js_tag"](script))
            context["metatags"] = context.get("metatags", "") + (
                f'<link rel="preload" as="script" href="{address}" fetchpriority="low" />\n'
                f"<script>{formulas_later(address)}</script>\n"
            )
    context["script_files"][:] = scripts


def formulas_later(address: str) -> str:
    """The lines that load MathJax from an address, once the explorers in view have started."""
    return FORMULAS_LATER.replace("ADDRESS", json.dumps(address))


def file_of(script: Any) -> str:
    """The file below the site's root that a script is; "" for lines that stand in the page."""
    return str(getattr(script, "filename", None) or "")


def deferred(script: Any) -> Any:
    """The same script, to run when the page is read; one that must not wait, or says when it runs, as it is."""
    name = file_of(script)
    if not name or name.endswith(SETTINGS) or any(word in script.attributes for word in OWN_PACE):
        return script
    return type(script)(script.filename, priority=script.priority, **script.attributes, defer="defer")


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("html-page-context", scripts_later, priority=901)  # when all are named
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
