"""Markdown of anyone as HTML in which nothing acts, nothing has a name and no other host is asked."""

from html import escape

import bleach  # type: ignore[import-untyped]
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

TAGS = {
    *("a", "blockquote", "br", "code", "dd", "del", "div", "dl", "dt", "em", "hr", "li", "ol", "p", "pre", "span"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul"),
}
ATTRIBUTES = {"a": ["href"], "div": ["class"], "span": ["class"]}
PROTOCOLS = ["http", "https", "mailto"]


def rendered(source: str) -> str:
    """The HTML; formulas stay as they are written, for MathJax."""
    renderer = IPythonRenderer(escape=True, allow_harmful_protocols=False, exclude_anchor_links=True)
    try:
        html = MarkdownWithMath(renderer=renderer).render(source)
    except Exception:  # whatever a parser does with hostile text, its reader sees the text
        html = f"<pre>{escape(source)}</pre>"
    return str(bleach.clean(html, tags=TAGS, attributes=ATTRIBUTES, protocols=PROTOCOLS, strip=True))
