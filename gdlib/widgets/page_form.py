"""An explorer as HTML: the element that the page's script brings to life, with a still picture underneath."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape

from gdlib.objective import Objective
from gdlib.running import descend
from gdlib.update_rule import Rule
from gdlib.widgets.race_spec import Json, window_of
from gdlib.widgets.starting_values import starting_values

_INSTALL = 'To move this picture in Jupyter: pip install "gdlib[widgets]", then start the kernel anew.'
_MOST_DRAWN = 8


class Explorer:
    """An explorer without a kernel: its description, and what the still picture is drawn from."""

    def __init__(self, spec: Json, objectives: Mapping[str, Objective], rules: Mapping[str, Rule]) -> None:
        self.spec = spec
        self.rules = rules
        self._objectives = objectives

    def found(self, landscape: Json, rule: Rule) -> dict[str, float]:
        """The hyperparameters, other than defaults, with which a rule sets out on one of the landscapes."""
        known: Json = landscape["hyperparameters"]
        if rule.name not in known:
            f, (x, y) = self._objectives[landscape["name"]], landscape["start"]
            known[rule.name] = starting_values(f, rule, (x, y), self.spec["state"]["steps"])
        return dict(known[rule.name])

    def html(self, note: str = "") -> str:
        """The <gd-explorer> element; what it holds besides the script is for print and where no script runs."""
        text = json.dumps(self.spec, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
        # No string in it may end the script or open a comment there.
        text = text.replace("<", "\\u003c")
        words = f'<p class="gd-note">{escape(note)}</p>' if note else ""
        running = [one["name"] for one in self.spec["state"]["rules"]]
        folded = {rule["group"] for rule in self.spec["rules"] if rule["name"] not in running}
        return (
            f'<gd-explorer data-kind="{self.spec["kind"]}" style="--runs: {len(running)}; --folded: {len(folded)}">'
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
        f = self._objectives[state["objective"]]
        start = (state["start"][0], state["start"][1])
        runs = {
            self._title(one): descend(f, self.rules[one["name"]], start, steps=state["steps"], **one["hyperparameters"])
            for one in state["rules"][:_MOST_DRAWN]
        }
        return str(figures.paths(f, runs, window=window_of(f, start))._repr_html_())

    def _title(self, runner: Json) -> str:
        """What the page calls a runner: its rule's title, and the number of a copy."""
        _, copy, number = runner["id"].partition("#")
        return self.rules[runner["name"]].title + (f" #{number}" if copy else "")

    def __repr__(self) -> str:
        state = self.spec["state"]
        names = ", ".join(one["id"] for one in state["rules"])
        return f"<explorer {state['kind']} on {state['objective']}: {names}>"

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return {"text/html": self.html(_INSTALL), "text/plain": repr(self)}
