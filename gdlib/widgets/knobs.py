"""Numbers that several kinds of explorer have in their state, with their range and what a slider spans."""

from __future__ import annotations

from gdlib.vocabulary import Hyperparameter, Knob
from gdlib.widgets.arguments import MOST_STEPS
from gdlib.widgets.fields import Number


def setting(
    name: str,
    label: str,
    span: tuple[float, float],
    *,
    allowed: tuple[float, float] | None = None,
    symbol: str = "",
    scale: str = "linear",
    whole: bool = False,
    turned: bool = True,
) -> Number:
    """A number that is no hyperparameter: `span` is its slider's, `allowed` (else the same) what may be typed."""
    low, high = span if allowed is None else allowed
    return Number(
        Hyperparameter(name, symbol, label, low, high, False, False, Knob(*span, scale), whole), label, turned
    )


STEPS = setting("steps", "Steps", (1, MOST_STEPS), whole=True, turned=False)
