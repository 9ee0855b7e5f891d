"""Running averages: a noisy slope is measured step by step, and a window and an exponential average follow it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from gdlib import averages as averaging
from gdlib.emit.as_javascript import function_of_its_name
from gdlib.points import as_number
from gdlib.widgets.arguments import whole_steps
from gdlib.widgets.as_json import Json
from gdlib.widgets.fields import Choice
from gdlib.widgets.knobs import STEPS, setting
from gdlib.widgets.page_form import Explorer

IN_SIGHT = 120
"""Steps that the picture shows; the run goes on for many more, so that noise can be measured."""


def constant(t: Any) -> Any:
    """A slope that stays."""
    return 1.0 + 0.0 * t


def ramp(t: Any) -> Any:
    """A slope that grows steadily."""
    return 0.05 * t


def jump(t: Any) -> Any:
    """A slope that changes its sign every 100 steps."""
    turns = t / 200.0
    return as_number(np.where(turns - np.floor(turns) < 0.5, 1.0, -1.0))


def sine(t: Any) -> Any:
    """A slope that swings once in 120 steps."""
    return np.sin(t * (np.pi / 60.0))


SIGNALS: Mapping[str, Callable[[Any], Any]] = {"constant": constant, "ramp": ramp, "jump": jump, "sine": sine}
"""The true slopes, functions of the step."""
_COMPUTED: tuple[Callable[..., Any], ...] = (
    averaging.moving_window, averaging.exponential, averaging.bias_corrected, averaging.window_weight,
    averaging.exponential_weight, averaging.window_noise, averaging.exponential_noise, averaging.window_age,
    averaging.exponential_age, averaging.same_noise, averaging.same_newest,
)  # fmt: skip


def averaged(measured: Any, window: int, beta: float) -> dict[str, list[float]]:
    """The three averages after each measurement, as the page computes them."""
    found: dict[str, list[float]] = {"window": [], "exponential": [], "corrected": []}
    mean, m, power = 0.0, 0.0, 1.0
    for t, g in enumerate(measured, start=1):
        mean = averaging.moving_window(mean, g, measured[t - 1 - window] if t > window else 0.0, t, window)
        m, power = averaging.exponential(m, g, beta), power * beta
        for name, value in zip(found, (mean, m, averaging.bias_corrected(m, power)), strict=True):
            found[name].append(value)
    return found


def averages(*, steps: int = 960) -> Explorer:
    """A moving window of M measurements against an exponential average with β, on a slope that changes slowly."""
    return Explorer(
        "averages",
        [
            Choice("signal", "True slope", {"constant": "constant", "ramp": "ramp", "jump": "jumps", "sine": "wave"}),
            STEPS,
            setting("seed", "Seed", (0, 9999), allowed=(0, 2**32), whole=True, turned=False),
            setting("noise", "Noise of one measurement, σ", (0.0, 2.0), allowed=(0.0, 1000.0)),
            setting("window", "M, measurements in the window", (1, 100), allowed=(1, 10_000), whole=True),
            setting("beta", "β, what an old measurement keeps a step", (0.0, 0.99), allowed=(0.0, 0.9999)),
        ],
        {"signal": "sine", "steps": whole_steps(steps, "steps"), "seed": 1, "noise": 0.6, "window": 19, "beta": 0.9},
        _still,
        room="averages",
        tries=[
            "Press “M = 1/(1 − β)”, the usual rule of thumb, and compare what the window and the exponential leave of "
            "the variance, and how late they are. Then press “M = (1 + β)/(1 − β)”.",
            "Choose the ramp and no noise. How far behind is each average, and what does that have to do with the mean "
            "age of what it averages?",
            "Choose jumps, and play on from step 100: which of the two forgets the old slope altogether, and when?",
        ],
        hint="Each step brings one noisy measurement of the slope.",
        formulas=[function_of_its_name(one) for one in (*_COMPUTED, *SIGNALS.values())],
        in_sight=IN_SIGHT,
    )  # fmt: skip


def _still(state: Json) -> Any:
    from gdlib import figures

    t = np.arange(1, state["steps"] + 1)
    true = np.array([SIGNALS[state["signal"]](one) for one in t])
    measured = true + state["noise"] * np.random.default_rng(state["seed"]).standard_normal(len(t))
    found = averaged(measured, state["window"], state["beta"])
    last = slice(-IN_SIGHT, None)
    titles = (f"window of {state['window']}", f"exponential, β = {state['beta']:g}", "exponential, corrected")
    lines = {title: (t[last], found[name][last]) for title, name in zip(titles, found, strict=True)}
    return figures.lines({**lines, "true slope": (t[last], true[last])}, points={"measured": (t[last], measured[last])},
                         x_label="step t", y_label="slope")  # fmt: skip
