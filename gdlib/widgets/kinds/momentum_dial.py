"""The momentum dial: one mode of a quadratic as a step response, and the eigenvalues that decide how it goes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from gdlib import rules as all_rules
from gdlib.emit.as_javascript import function_of_its_name
from gdlib.objective import Objective
from gdlib.rates import iteration_matrix, spectral_radius
from gdlib.running import descend
from gdlib.second_order.two_by_two import eigenvalues
from gdlib.update_rule import Rule
from gdlib.vocabulary import Hyperparameter, Knob
from gdlib.widgets.arguments import entries, point, whole_steps
from gdlib.widgets.as_json import Json, rule_json
from gdlib.widgets.fields import Number, Point, Runners
from gdlib.widgets.knobs import STEPS
from gdlib.widgets.one_mode import CONVENTIONS, function_of_settings, predicted_steps, printed, radius_text, slope
from gdlib.widgets.page_form import Explorer

RANGE = (1.0, 100.0)
"""The curvatures between which a button finds the best settings."""
_LAMBDA = Hyperparameter("curvature", r"\lambda", "of the mode", 1e-6, 1e6, False, False, Knob(1e-2, 1e2, "log"))
_ETA = Knob(1e-3, 10.0, "log")
_FIRST = {"lr": 0.1, "beta": 0.9}
_LOCUS = np.linspace(0.0, 0.999, 160)


def momentum_dial(
    *, rules: Iterable[Any] | None = None, start: Sequence[float] | float = 1.0, steps: int = 100
) -> Explorer:
    """Momentum on one mode, f = λx²/2: how the error swings and fades, and where the eigenvalues stand."""
    known = {name: all_rules[name] for name in CONVENTIONS}
    running = entries(["momentum"] if rules is None else rules)
    if len(running) != 1 or running[0].rule.name not in known or running[0].rule is not known[running[0].rule.name]:
        names = ", ".join(one.rule.name for one in running)
        raise ValueError(f"rules: needed one of {', '.join(known)}, got {names}")
    ((rule, given),) = running
    values = {**rule.defaults, **{name: _FIRST[name] for name in rule.defaults}, **given}
    low, high = RANGE
    return Explorer(
        "momentum-dial",
        [
            Number(_LAMBDA),
            Point("start", "Start", ("x",), size=1),
            STEPS,
            Runners(known, least=1, most=1),
        ],
        {"curvature": 1.0, "start": list(point(start, "start", 1)), "steps": whole_steps(steps, "steps"),
         "rules": [{"id": rule.name, "name": rule.name, "hyperparameters": values}]},
        lambda state: _still(state, known),
        room="momentum-dial",
        tries=[
            f"Press “Best for λ from {low:g} to {high:g}”, then turn λ from one end of that range to the other. "
            "How far does ρ move?",
            "Start from critical damping and turn β up, then down. On which side does the run swing, and is either "
            "side faster?",
            "With η = 0.1 and β = 0.9 choose the average, v = βv + (1 − β)g. By which factor must η grow until "
            "the picture is momentum’s again?",
        ],
        hint="The faint line is the way of σ as β turns from 0 to 1.",
        rules=[_told(known[name], place) for place, name in enumerate(known)],
        formulas=_formulas(known),
        range=[low, high],
    )  # fmt: skip


def _told(rule: Rule, place: int) -> Json:
    """The rule with what is said of it, and a knob for η that reaches the border of what settles."""
    convention = CONVENTIONS[rule.name]
    told = rule_json(rule, place)
    for one in told["hyperparameters"]:
        if one["name"] == "lr":
            one["knob"] = {"low": _ETA.low, "high": _ETA.high, "scale": _ETA.scale}
    return told | {
        "step": convention.step_in_words,
        "limit": convention.limit_in_words,
        "modulus": convention.modulus_in_words,
    }


def _formulas(known: dict[str, Rule]) -> list[str]:
    """The page's mathematics: that of every convention under its rule's name, and what is the same for all."""
    texts = [function_of_its_name(one) for one in (eigenvalues, slope, predicted_steps)]
    for rule in known.values():
        texts += [function_of_settings("matrix", iteration_matrix, rule), radius_text(rule)]
    return texts + printed(known.values())


def mode(curvature: float) -> Any:
    """The objective of one mode, with the arithmetic that the page has."""
    return Objective.from_functions(
        lambda x: curvature * x[..., 0] * x[..., 0] / 2.0, lambda x: slope(x, curvature), n=1
    )


def roots(rule: Rule, curvature: float, settings: Mapping[str, Any]) -> list[Any]:
    """The eigenvalues of the iteration matrix, the greater or upper one first; where settings are arrays, arrays."""
    matrix = iteration_matrix(rule, curvature, **settings)
    if len(matrix) == 1:
        return [matrix[0][0] + 0j]
    re1, im1, re2, im2 = eigenvalues(*matrix[0], *matrix[1])
    return [re1 + 1j * im1, re2 + 1j * im2]


def _still(state: Json, known: dict[str, Rule]) -> Any:
    from gdlib import figures

    (runner,), ((x0,), steps, curvature) = state["rules"], (state["start"], state["steps"], state["curvature"])
    rule, settings = known[runner["name"]], runner["hyperparameters"]
    path = descend(mode(curvature), rule, (x0,), steps=steps, **settings).path[:, 0]
    t = np.arange(len(path))
    radius = spectral_radius(rule, curvature, **settings)
    # far outside the picture a run need not be told exactly; huge numbers break SVG viewers
    response = np.clip(path / x0 if x0 else path, -1e3, 1e3)
    envelope = np.exp(np.minimum(t * math.log(radius), math.log(1e3))) if radius > 0 else (t == 0) * 1.0
    drawn = figures.lines({"xₜ/x₀": (t, response), "ρᵗ": (t, envelope), "−ρᵗ": (t, -envelope)}, x_label="step t",
                          y_label="error, in parts of the start", level=0.0)  # fmt: skip
    found = roots(rule, curvature, settings)
    ways = roots(rule, curvature, settings | {"beta": _LOCUS}) if "beta" in settings else []
    names = ["σ₁", "σ₂"] if len(found) > 1 else ["σ"]
    disk = figures.unit_disk(dict(zip(names, found, strict=True)), ways=ways, first_series=1)
    return figures.beside(drawn, disk)
