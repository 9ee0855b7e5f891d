"""An explorer as HTML: the element that the page's script brings to life, with a still picture underneath."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape

from gdlib.objective import Objective
from gdlib.running import descend
from gdlib.update_rule import Rule
from gdlib.widgets.race_spec import Json, window_of

_INSTALL = 'To move this picture in Jupyter: pip install "gdlib[widgets]", then start the kernel anew.'
_MOST_DRAWN = 8


class Explorer:
    """An explorer without a kernel: its description, and what the still picture is drawn from."""

    def __init__(self, spec: Json, f: Objective, rules: Mapping[str, Rule]) -> None:
        self.spec = spec
        self._f = f
        self.rules = rules

    def html(self, note: str = "") -> str:
        """The <gd-explorer> element; what it holds besides the script is for print and where no script runs."""
        text = json.dumps(self.spec, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
        # No string in it may end the script or open a comment there.
        text = text.replace("<", "\\u003c")
        words = f'<p class="gd-note">{escape(note)}</p>' if note else ""
        runs = len(self.spec["state"]["rules"])
        return (
            f'<gd-explorer data-kind="{self.spec["kind"]}" style="--runs: {runs}">'
            f'<script type="application/json">{text}</script>'
            f'<div class="gd-still">{self.still()}{words}</div></gd-explorer>'
        )

    def still(self) -> str:
        """The picture of the first state, drawn by gdlib's figures."""
        try:
            from gdlib import figures
        except ImportError:  # matplotlib comes with the same extra as the widget
            return ""
        state = self.spec["state"]
        start = (state["start"][0], state["start"][1])
        runs = {
            one["id"].replace("_", " "): descend(
                self._f, self.rules[one["name"]], start, steps=state["steps"], **one["hyperparameters"]
            )
            for one in state["rules"][:_MOST_DRAWN]
        }
        return str(figures.paths(self._f, runs, window=window_of(self._f, start))._repr_html_())

    def __repr__(self) -> str:
        state = self.spec["state"]
        names = ", ".join(one["id"] for one in state["rules"])
        return f"<explorer {state['kind']} on {state['objective']}: {names}>"

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return {"text/html": self.html(_INSTALL), "text/plain": repr(self)}
