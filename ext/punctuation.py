"""Keeps the comma after a formula on the formula's line: browsers may break a line after any inline box."""

import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

_CLOSING = re.compile(r"[,.;:!?)\]’”]+")


class KeepPunctuation(SphinxPostTransform):
    """Wraps an inline formula and the punctuation that follows it into one span, which descent.css does not break."""

    default_priority = 900
    formats = ("html",)

    def run(self, **_: Any) -> None:
        for formula in list(self.document.findall(nodes.math)):
            following = formula.next_node(descend=False, siblings=True)
            found = _CLOSING.match(following.astext()) if isinstance(following, nodes.Text) else None
            if found is None or not isinstance(following, nodes.Text):
                continue
            text, parent = following.astext(), formula.parent
            together = nodes.inline("", "", classes=["gd-keep"])
            parent.replace(formula, together)
            together += [formula, nodes.Text(found[0])]
            parent.replace(following, nodes.Text(text[found.end() :]))


def setup(app: Sphinx) -> dict[str, Any]:
    """Registers the transform."""
    app.add_post_transform(KeepPunctuation)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
