"""Write once in a page what the descriptions of its explorers say alike: the same rules, landscapes, schedules, texts.

A page is compressed on its way, but only what was said a moment ago, 32 kB before, is found again. So whatever parts of
descriptions are equal go into a list, in the page's first explorer, and where they stood is {"$": their place in it}.
parts/description.mjs puts them back. An explorer by itself, as `gd.explore` gives it, has its description whole.
"""

import json
import re
from collections import Counter
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

LEAST = 60  # letters: what is shorter costs as much to name as to say again
REFERENCE = "$"
_DESCRIPTION = re.compile(
    r'(<gd-explorer\b[^>]*>\s*<script type="application/json">)(.*?)(</script>)', re.DOTALL
)  # as gdlib/widgets/page_form.py writes it


def shared(html: str) -> str:
    """The page with what its descriptions have in common in one place."""
    wholes = [json.loads(text) for _, text, _ in _DESCRIPTION.findall(html)]
    parts = _Parts(wholes)
    texts = iter([_text(parts.without(whole)) for whole in wholes])
    lists = iter([f'<script type="application/json" data-shared>{_text(parts.list)}</script>'] if parts.list else [])

    def once(found: re.Match[str]) -> str:
        return f"{found[1]}{next(texts)}{found[3]}{next(lists, '')}"

    return _DESCRIPTION.sub(once, html)


class _Parts:
    """Those parts of some JSON values that occur more than once, found by their text."""

    def __init__(self, wholes: list[Any]) -> None:
        self.list: list[Any] = []
        self._places: dict[str, int] = {}
        self._times: Counter[str] = Counter()
        for whole in wholes:
            self._count(whole)

    def _count(self, value: Any) -> None:
        if isinstance(value, dict) and REFERENCE in value:
            raise ValueError(f"a description: needed keys other than {REFERENCE!r}, got {_text(value)[:80]}")
        text = _text(value)
        self._times[text] += len(text) >= LEAST
        if self._times[text] < 2:  # the parts of what is in the list are there already
            for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
                self._count(inner)

    def without(self, value: Any) -> Any:
        """The value with references for those parts; they are in the list, and they have references too."""
        text = _text(value)
        if self._times[text] < 2:
            return self._made(value)
        if text not in self._places:
            entry = self._made(value)
            self._places[text] = len(self.list)
            self.list.append(entry)
        return {REFERENCE: self._places[text]}

    def _made(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {name: self.without(inner) for name, inner in value.items()}
        return [self.without(inner) for inner in value] if isinstance(value, list) else value


def _text(value: Any) -> str:
    """As in a page, where no string may end the script or open a comment."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def share(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    if "body" in context:
        context["body"] = shared(context["body"])


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("html-page-context", share)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
