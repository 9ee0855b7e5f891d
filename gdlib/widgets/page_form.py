"""An explorer as HTML: the element that the page's script brings to life, with a still picture underneath."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any

from gdlib.widgets.as_json import Json
from gdlib.widgets.fields import Field, completed

_INSTALL = 'To move this picture in Jupyter: pip install "gdlib[widgets]", then start the kernel anew.'

WIDTHS = (0, 320, 340, 380, 460, 620, 760, 920)
"""Widths in pixels from each of which on an explorer's height is a length of its own; the style sheet has them too."""
ROOMS = Path(__file__).with_name("rooms.json")
"""The heights of explorers, as `python -m tools.rooms` measures them."""


@lru_cache(maxsize=1)
def _rooms() -> dict[str, dict[int, str]]:
    known = json.loads(ROOMS.read_text(encoding="utf-8"))
    return {name: {int(width): height for width, height in heights.items()} for name, heights in known.items()}


class Explorer:
    """An explorer without a kernel: what a page needs to run it, the fields of its state and its still picture.

    Args:
        kind: its name, which is that of the module that draws it.
        fields: the entries of its state, in the order in which they are settled.
        state: the first state, complete but for `kind`.
        still: draws a state as a picture of gdlib's figures, which shows itself as HTML.
        room: the height that it takes in a page: its name in ROOMS, or what stands there: for each of WIDTHS a CSS
            length in which 1cqi is a hundredth of its width and var(--touch) the height of a control.
        tries: what a reader may try, a sentence each.
        hint: how the picture is moved by hand, in a sentence.
        more: what else the page's module reads; where an entry of a list has a `module`, it is loaded.
    """

    def __init__(
        self,
        kind: str,
        fields: Sequence[Field],
        state: Json,
        still: Callable[[Json], Any],
        *,
        room: str | Mapping[int, str],
        tries: Sequence[str],
        hint: str = "",
        **more: Any,
    ) -> None:
        self.fields = fields
        self._still = still
        # one that is being made has none yet, and is measured
        self._room = _rooms().get(room, dict.fromkeys(WIDTHS, "0px")) if isinstance(room, str) else room
        first = {"kind": kind, **state}
        words = {"tries": list(tries), "hint": hint}
        self.spec: Json = {"kind": kind, **words, "fields": [one.told() for one in fields], **more, "state": first}

    @property
    def state(self) -> Json:
        """The state that it begins with."""
        state: Json = self.spec["state"]
        return state

    def checked(self, given: Mapping[str, Any], now: Json) -> Json:
        """The whole state that `given` asks for; what it leaves out stays as it is `now`."""
        return completed(given, now, self.spec["kind"], self.fields)

    def begin_with(self, settings: Mapping[str, Any]) -> None:
        """Changes the first state."""
        try:
            self.spec["state"] = self.checked(settings, self.state)
        except (TypeError, ValueError) as error:
            raise type(error)(str(error).removeprefix("state.")) from None

    def html(self, note: str = "", state: Json | None = None) -> str:
        """The <gd-explorer> element, which begins with `state`, or with the first one.

        What it holds besides the script is for print and where no script runs.
        """
        spec = {**self.spec, "state": self.state if state is None else state}
        text = json.dumps(spec, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
        # No string in it may end the script or open a comment there.
        text = text.replace("<", "\\u003c")
        words = f'<p class="gd-note">{escape(note)}</p>' if note else ""
        # Under every explorer is the row that keeps it: link, picture, Python.
        rooms = "; ".join(f"--room-{width}: calc({self._room[width]} + var(--keep))" for width in WIDTHS)
        return (
            f'<gd-explorer data-kind="{self.spec["kind"]}" style="{rooms}">'
            f'<script type="application/json">{text}</script>'
            f'<div class="gd-still">{self.still(spec["state"])}{words}</div></gd-explorer>'
        )

    def still(self, state: Json | None = None) -> str:
        """The picture of `state`, or of the first one, drawn by gdlib's figures."""
        try:
            from gdlib import figures  # noqa: F401
        except ModuleNotFoundError as missing:  # matplotlib comes with the same extra as the widget
            if str(missing.name).partition(".")[0] not in ("matplotlib", "contourpy"):
                raise
            return ""
        return str(self._still(self.state if state is None else state)._repr_html_())

    def in_words(self, state: Json) -> str:
        """The kind, the landscape and what runs in this state."""
        where = f" on {state['objective']}" if "objective" in state else ""
        names = ", ".join(one["id"] for one in state.get("rules", []))
        return f"<explorer {state['kind']}{where}{': ' * bool(names)}{names}>"

    def __repr__(self) -> str:
        return self.in_words(self.state)

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return {"text/html": self.html(_INSTALL), "text/plain": repr(self)}
