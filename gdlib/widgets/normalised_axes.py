"""A quadratic in normalised axes: in w an ellipse, in ŵ a circle, and the same path of descent in both pictures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from gdlib.emit.as_javascript import function_text
from gdlib.first_order import gradient_descent
from gdlib.objective import Objective
from gdlib.rates import contraction
from gdlib.second_order import scaled_axes
from gdlib.second_order.method import Method
from gdlib.second_order.newton_steps import damped_newton, diagonal_scaling
from gdlib.second_order.two_by_two import symmetric_eigen
from gdlib.update_rule import Rule
from gdlib.widgets.arguments import point, whole_steps
from gdlib.widgets.as_json import Json
from gdlib.widgets.fields import Choice, Point, Runners
from gdlib.widgets.knobs import STEPS, setting
from gdlib.widgets.page_form import Explorer
from gdlib.widgets.stepped import DAMPING, run_of, runner, stepped_json

SCALED: dict[str, Rule | Method] = {"none": gradient_descent, "diagonal": diagonal_scaling, "full": damped_newton}
"""The rule that is plain descent in the axes of each scaling."""
START = (-2.1, -0.2)
HALF = 2.4
"""Both pictures reach so far from the centre."""


def normalised_axes(start: Any, steps: int) -> Explorer:
    """A quadratic of given κ and angle, in w and in scaled axes: the same path of descent in both."""
    rules = list(SCALED.values())
    computed: dict[str, Callable[..., Any]] = {f"axes_{name}": made for name, made in scaled_axes.SCALINGS.items()}
    computed |= {"eigen": symmetric_eigen, "contraction": contraction}
    computed |= {one.__name__: one for one in (scaled_axes.bowl, scaled_axes.condition_number, scaled_axes.height)}
    computed |= {"times": scaled_axes.times}

    return Explorer(
        "newton-model",
        [
            Choice("view", "View", {"axes": "normalised axes"}),
            Choice("scaling", "Axes", {"none": "as they are", "diagonal": "each by itself", "full": "all together"}),
            Point("start", "Start", ("w₁", "w₂")),
            STEPS,
            setting("ratio", "Ratio of the eigenvalues, κ", (1.0, 100.0), allowed=(1.0, 1e6), scale="log"),
            setting("angle", "Angle of the long axis, in degrees", (0.0, 90.0), allowed=(-360.0, 360.0)),
            Runners({rule.name: rule for rule in rules}, lambda name, rule: {"lr": 1.0}, 3, 3),
        ],
        {"view": "axes", "scaling": "full", "start": list(START if start is None else point(start, "start")),
         "steps": whole_steps(steps, "steps"), "ratio": 10.0, "angle": 30.0,
         "rules": [runner(rule, {"lr": 1.0}) for rule in rules]},
        _two_pictures,
        room="newton-model axes",
        tries=[
            "Go from the axes as they are to all together, at several κ. What becomes of the ellipse, and of the path?",
            "Scale each axis by itself and turn the angle from 0 to 45 degrees. What is left of the gain in κ?",
            "η = 1 is the best step in all three axes, whatever κ. What does one leave of f in each? And with η = 0.5?",
        ],
        hint="Drag either ring. Both pictures show the same paths, that of plain gradient descent too.",
        rules=[stepped_json(rule, look, 1.0, DAMPING) for look, rule in enumerate(rules)],
        half=HALF,
        scaled={name: rule.name for name, rule in SCALED.items()},
        formulas=[function_text(name, function) for name, function in computed.items()],
    )  # fmt: skip


def _two_pictures(state: Json) -> Any:
    """The paths in w and in the scaled axes, as figures."""
    from gdlib import figures

    matrix = scaled_axes.bowl(state["ratio"], state["angle"])
    axes = scaled_axes.SCALINGS[state["scaling"]](*matrix)
    rules = {rule.title: rule for rule in (gradient_descent, SCALED[state["scaling"]])}
    paths = {title: run_of(quadratic(*matrix), rule, state).path for title, rule in rules.items()}
    pictures = []
    for name, words, seen, stretch in (
        ("w", "the quadratic in w", matrix, scaled_axes.UNIT),
        ("v", "the quadratic in scaled axes", axes.matrix, axes.stretch),
    ):
        p, q, r = (repr(float(entry)) for entry in seen)
        ground = Objective(f"({p}*{name}1**2 + 2*({q})*{name}1*{name}2 + {r}*{name}2**2)/2", title=words)
        a, b, d = stretch
        moved = {title: np.stack(scaled_axes.times(a, b, d, path[:, 0], path[:, 1]), axis=-1)
                 for title, path in paths.items()}  # fmt: skip
        pictures.append(figures.paths(ground, moved, window=((-HALF, HALF), (-HALF, HALF))))
    return figures.beside(*pictures)


def quadratic(a: float, b: float, d: float) -> Any:
    """wᵀAw/2 with the page's arithmetic."""

    def hessian(w: Any) -> Any:
        return np.broadcast_to([[a, b], [b, d]], (*np.shape(w), 2))

    return Objective.from_functions(
        lambda w: scaled_axes.height(a, b, d, w[..., 0], w[..., 1]),
        lambda w: np.stack(scaled_axes.times(a, b, d, w[..., 0], w[..., 1]), axis=-1), 2, hessian,
    )  # fmt: skip
