"""The explorers in Jupyter: an anywidget whose state Python reads and sets."""

from __future__ import annotations

from typing import Any

import anywidget
import traitlets

from gdlib.widgets.module_files import single_module, style
from gdlib.widgets.page_form import Explorer


class ExplorerWidget(anywidget.AnyWidget):
    """An explorer; `state` is a dict that both sides set: `kind`, and what that kind has.

    What an assigned state leaves out stays as it is: `widget.state = {"steps": 500}`.
    """

    spec = traitlets.Dict().tag(sync=True)
    state = traitlets.Dict().tag(sync=True)

    def __init__(self, explorer: Explorer) -> None:
        self._explorer = explorer
        self._esm = single_module(f"{explorer.spec['kind']}.mjs")
        self._css = style()
        super().__init__(spec=explorer.spec, state=explorer.state)

    @traitlets.validate("state")
    def _complete(self, proposal: Any) -> Any:
        return self._explorer.checked(proposal["value"], self.state or self._explorer.state)

    def __repr__(self) -> str:
        return self._explorer.in_words(self.state)

    def _repr_mimebundle_(self, **options: Any) -> Any:
        bundle = super()._repr_mimebundle_(**options)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        if data is None:
            return None
        # The built book takes the HTML, which needs no kernel; Jupyter takes the widget.
        return {**data, "text/plain": repr(self), "text/html": self._explorer.html(state=self.state)}, metadata
