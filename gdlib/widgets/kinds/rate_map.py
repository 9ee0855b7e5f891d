"""The rate map: a plane of hyperparameters, each pixel coloured by how fast a run with them went."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

import numpy as np

from gdlib import rules as all_rules
from gdlib.descriptions.families import is_taught
from gdlib.emit.as_glsl import PROGRAM, landscape_text, step_text
from gdlib.update_rule import Rule
from gdlib.vocabulary import VOCABULARY, Hyperparameter, Knob
from gdlib.widgets import plain_signs
from gdlib.widgets.arguments import Entry, entries, one_of, point, whole_steps
from gdlib.widgets.as_json import Json, landscape_json, rule_json
from gdlib.widgets.fields import Choice, Number, Point, Runners
from gdlib.widgets.knobs import STEPS
from gdlib.widgets.one_mode import CONVENTIONS, TARGET, convention_of, printed
from gdlib.widgets.page_form import Explorer
from gdlib.widgets.two_modes import BOWL, formulas, measured

PLANES: Mapping[str, tuple[str, str]] = {
    "lr-beta": ("lr", "beta"),
    "lr-kappa": ("lr", "kappa"),
    "beta-kappa": ("beta", "kappa"),
    "beta1-beta2": ("beta1", "beta2"),
    "lr-beta1": ("lr", "beta1"),
    "lr-rho": ("lr", "rho"),
    "up-down": ("up", "down"),
}
"""What may run across and up: hyperparameters of a rule, and the condition number of the quadratic."""
BANDS = (0.0, 0.5, 0.75, 0.85, 0.9, 0.93, 0.96, 0.98, 0.99, 1.0)
"""Rates between which pixels have one shade; to a millionth 0.5 takes 20 steps, 0.9 takes 132, 0.99 takes 1375."""
ROOMS = {("gradient_descent",): "lr-kappa", ("nesterov", "momentum"): "lr-beta"}
"""Which rules, offered alone in this plane, leave so much out that the height in a page is measured for them."""
_KAPPA = Number(
    Hyperparameter("kappa", r"\kappa", "condition number", 1.0, 1e6, False, False, Knob(1.0, 1000.0, "log"))
)
_START = (1.0, 1.0)
_OFF_DIAGONAL = (1.0, 0.6)  # on the diagonal a rule that looks at signs alone does the same in both coordinates
_WINDOW = ((-1.5, 1.5), (-1.5, 1.5))
T = TypeVar("T")
_LOW, _HIGH = str.maketrans("12", "₁₂"), str.maketrans("+−", "⁺⁻")


class Span(NamedTuple):
    """What an axis shows; `scale` is "linear", "log", or "rest": the log of what a decay leaves of 1."""

    low: float
    high: float
    scale: str


_STEP_SIZES: Mapping[str, Span] = {
    "gradient_descent": Span(0.0, 2.2, "linear"),
    "momentum_ema": Span(0.1, 100.0, "log"),
    **dict.fromkeys(("momentum", "momentum_accumulate", "nesterov", "nesterov_lookahead"), Span(0.0, 4.0, "linear")),
}
_OTHER_STEP_SIZES = Span(1e-3, 10.0, "log")
_SPANS: Mapping[str, Span] = {
    "kappa": Span(1.0, 1000.0, "log"),
    "up": Span(1.0, 2.0, "linear"),
    "down": Span(0.0, 1.0, "linear"),
}
_DECAY, _DECAY_UP_CLOSE = Span(0.0, 1.0, "linear"), Span(0.0, 0.9999, "rest")
_SET_OUT: Mapping[str, Mapping[str, float]] = {
    "gradient_descent": {"lr": 1.0},
    "momentum": {"lr": 1.0, "beta": 0.5},
    "momentum_ema": {"lr": 2.0, "beta": 0.5},
    "momentum_accumulate": {"lr": 1.0, "beta": 0.5},
    "nesterov": {"lr": 0.5, "beta": 0.5},
    "nesterov_lookahead": {"lr": 0.5, "beta": 0.5},
}


def _said(table: Mapping[str, T], rule: Rule) -> T | None:
    """What a table has of one of gdlib's rules; nothing of a reader's own, whatever its name."""
    return table.get(rule.name) if rule in all_rules else None


def set_out(rule: Rule) -> Json:
    """What differs at first from the rule's defaults: a step size that gets somewhere in some hundred steps."""
    return dict(_said(_SET_OUT, rule) or ({"lr": 0.1} if "lr" in rule.defaults else {}))


def span(plane: str, name: str, rule: Rule) -> Span:
    """What the axis of this name shows in this plane."""
    if name == "lr":
        return _said(_STEP_SIZES, rule) or _OTHER_STEP_SIZES
    return _SPANS.get(name) or (_DECAY if plane == "lr-beta" else _DECAY_UP_CLOSE)


def fitting(rule: Rule) -> list[str]:
    """The planes whose two names the rule has, or the quadratic."""
    known = {*rule.defaults, "kappa"}
    return [plane for plane, names in PLANES.items() if known.issuperset(names) and not _adds(rule)]


def _adds(rule: Rule) -> bool:
    """Whether its beta is no decay."""
    return rule.defaults.get("beta", 0.0) >= 1.0


def rate_map(
    *,
    plane: str | None = None,
    rules: Iterable[Any] | None = None,
    kappa: float = 100.0,
    start: Sequence[float] | None = None,
    steps: int = 200,
) -> Explorer:
    """A plane of hyperparameters on the quadratic (x²/κ + y²)/2: how fast each pixel's run goes, beside theory.

    `plane` is one of PLANES; `rules` are those that the reader may choose from, the first one with the plane runs.
    Where a rule is linear, theory's lines are drawn over the map: its rate, its limit and its best settings.
    """
    offered = entries(_offered() if rules is None else rules)
    named = {entry.rule.name: entry for entry in offered}
    among = {one: [name for name, entry in named.items() if one in fitting(entry.rule)] for one in PLANES}
    among = {one: names for one, names in among.items() if names}
    if not among:
        raise ValueError(f"rules: needed some with two of {', '.join(_names())}, got {', '.join(named)}")
    first = next(iter(among)) if plane is None else one_of(plane, "plane", among)
    known = {name: entry.rule for name, entry in named.items() if any(name in names for names in among.values())}
    runners = {one: [_runner(named[names[0]])] for one, names in among.items()}
    firsts = {one: named[names[0]].rule for one, names in among.items()}
    set_off = {one: list(_START if convention_of(rule) else _OFF_DIAGONAL) for one, rule in firsts.items()}
    whole = set_off[first] if start is None else list(point(start, "start"))
    if not any(whole):  # a reader may drag it there; the page says what becomes of it
        raise ValueError(f"start: needed a point off the minimum at (0, 0), got {start!r}")
    return Explorer(
        "rate-map",
        [
            Choice("plane", "Plane", {one: in_words(one) for one in among},
                   {one: {"rules": runners[one], "start": set_off[one]} for one in among}),
            Runners(known, lambda ground, rule: set_out(rule), 1, 1, among=("plane", among)),
            _KAPPA,
            Point("start", "Start", ("x", "y")),
            STEPS,
        ],
        {"plane": first, "rules": runners[first], "kappa": _KAPPA.entry.check(kappa), "start": whole,
         "steps": whole_steps(steps, "steps")},
        lambda state: _still(state, known),
        room=f"rate-map {' '.join(known) if ROOMS.get(tuple(known)) == first else first}",
        tries=[*(_said(_TRIES_WITH.get(first, {}), firsts[first]) or []), *_TRIES.get(first, [_TRY])],
        objectives=[landscape_json(BOWL, (*_START, 100.0)) | {"window": [list(side) for side in _WINDOW],
                                                             "glsl": landscape_text(BOWL, held=1)}],
        rules=[_told(rule, series) for series, rule in enumerate(known.values())],
        planes=[{"name": one, "axes": list(PLANES[one])} for one in among],
        bands=list(BANDS),
        target=TARGET,
        glsl=PROGRAM,
        formulas=[*printed(list(known.values())), *formulas(list(known.values()))],
    )  # fmt: skip


def _offered() -> list[Rule]:
    """What a reader may choose from when no rules are named: those that chapters teach, and momentum's conventions."""
    taught = [rule for rule in all_rules if is_taught(rule) or rule.name in CONVENTIONS]
    return [rule for rule in taught if fitting(rule)]


def _names() -> list[str]:
    return sorted({name for names in PLANES.values() for name in names})


def in_words(plane: str) -> str:
    return " and ".join(symbol(name) for name in PLANES[plane])


def symbol(name: str) -> str:
    """A hyperparameter's sign in plain text: η, β₁, η⁺."""
    if name == "kappa":
        return "κ"
    parts = plain_signs.symbol(VOCABULARY[name].symbol)
    return parts["base"] + parts.get("sub", "").translate(_LOW) + parts.get("sup", "").translate(_HIGH)


def _runner(entry: Entry) -> Json:
    rule, given = entry
    return {"id": rule.name, "name": rule.name, "hyperparameters": {**rule.defaults, **set_out(rule), **given}}


def _told(rule: Rule, series: int) -> Json:
    """The rule, with knobs that reach as far as the map, and what the axes of each plane show."""
    told = rule_json(rule, series) | {"glsl": step_text(rule)}
    for one in told["hyperparameters"]:
        one["value"] = set_out(rule).get(one["name"], one["value"])
        if one["name"] == "lr":
            shown = span("", "lr", rule)
            one["knob"] = {"low": shown.low or shown.high / 200, "high": shown.high, "scale": shown.scale}
    spans = {plane: [span(plane, name, rule)._asdict() for name in PLANES[plane]] for plane in fitting(rule)}
    convention = convention_of(rule)
    return told | {"spans": spans, "limit": convention.limit_in_words if convention else None}


_TRIES: Mapping[str, list[str]] = {
    "lr-beta": [
        "Go from the best spot without momentum, β = 0, up to the best of all. How far is each from the edge?",
        "Turn κ from 100 to 10, then to 1000. Where does the best spot go?",
    ],
    "lr-kappa": [
        "Take the best η at κ = 2, then at κ = 100. How far is each from the edge, beyond which runs go off?",
        "Allow 1000 steps. From κ = 10 to 30 to 90, each time at the best η: by what do the steps to a millionth grow?",
    ],
    "beta-kappa": ["Follow the fastest spots up from κ = 10 to κ = 1000. By what does the memory 1/(1 − β) grow?"],
    "beta1-beta2": [
        "At β₁ = 0.5 lower β₂ from 0.99. From where on does the run no longer come to a millionth?",
        "Choose AMSGrad, which forgets no large slope. What becomes of that border?",
    ],
}
_TRIES_WITH: Mapping[str, Mapping[str, list[str]]] = {"lr-beta": {"momentum": [  # what is true of one rule alone
    "At β = 0.9 move along from η = 0.3 to η = 3.7. How much does theory’s rate change, and which number is it?"
]}}  # fmt: skip
_TRY = "Move the ring from the slowest part of the map to the fastest. What becomes of the path?"


def _still(state: Json, known: Mapping[str, Rule]) -> Any:
    """The measured map with the borders that theory draws, and where the first run stands."""
    from gdlib import figures

    (runner,), plane, kappa = state["rules"], state["plane"], state["kappa"]
    rule, settings = known[runner["name"]], runner["hyperparameters"]
    names = PLANES[plane]
    axes = [_Axis(name, span(plane, name, rule)) for name in names]

    def rates(x: Any, y: Any) -> Any:
        here = settings | {"kappa": kappa} | {axis.name: axis.value(at) for axis, at in zip(axes, (x, y), strict=True)}
        found = measured(rule, here.pop("kappa"), state["start"], state["steps"], here).rate
        return np.where(found < 1, found, np.nan)

    first = settings | {"kappa": kappa}
    x, y = axes
    return figures.plane(
        rates, x.ends, y.ends, x_label=x.label, y_label=y.label, x_log=x.is_log, y_log=y.is_log, key="rate a step",
        bands=BANDS, missing="runs off", curves=_borders(plane, rule, kappa, settings),
        points={"the run of the path": ([x.place(first[x.name])], [y.place(first[y.name])])},
        caption=f"{rule.title} on a quadratic: the rate a step, measured in one run for each pixel. "
        f"Strong colour is fast; hatched runs go off.",
    )  # fmt: skip


class _Axis(NamedTuple):
    """An axis of the still picture; what a decay leaves of 1 is shown as its memory, 1/(1 - β), on a log scale."""

    name: str
    span: Span

    @property
    def is_log(self) -> bool:
        return self.span.scale != "linear"

    @property
    def ends(self) -> tuple[float, float]:
        return self.place(self.span.low), self.place(self.span.high)

    @property
    def label(self) -> str:
        sign = symbol(self.name)
        return f"memory 1/(1 − {sign}), steps" if self.span.scale == "rest" else f"{_WORDS[self.name]} {sign}"

    def place(self, value: Any) -> Any:
        return 1.0 / (1.0 - value) if self.span.scale == "rest" else value

    def value(self, place: Any) -> Any:
        return 1.0 - 1.0 / place if self.span.scale == "rest" else place


_WORDS = {"lr": "step size", "beta": "decay", "beta1": "decay", "beta2": "decay", "rho": "decay",
          "kappa": "condition number", "up": "growth", "down": "shrinkage"}  # fmt: skip


def _borders(plane: str, rule: Rule, kappa: float, settings: Mapping[str, float]) -> dict[str, Any]:
    """Theory's curves: beyond which step size runs go off, and where the two roots of a direction meet."""
    convention = convention_of(rule)
    if convention is None or PLANES[plane][0] != "lr":
        return {}
    low, high, _ = span(plane, "lr", rule)
    if plane == "lr-kappa":
        kappas = np.geomspace(1.0, 1000.0, 101)
        edge = {"edge": (np.full_like(kappas, convention.limit(settings.get("beta", 0.0))), kappas)}
        best = {"best: η = 2/(1 + 1/κ)": (convention.best(1.0 / kappas, 1.0)[0], kappas)}
        return edge if convention.critical else edge | best
    beta, lr = np.linspace(0.0, 0.999, 101), np.linspace(max(low, high / 1000), high, 400)
    limit = convention.limit(beta)
    found = {f"edge: η = {convention.limit_in_words}": (limit[limit <= high], beta[limit <= high])}
    for name, curvature in (("1/κ", 1.0 / kappa), ("1", 1.0)):
        assert convention.critical is not None
        met = convention.critical(curvature, lr)
        shown = (met >= 0) & (met < 1)
        found[f"roots meet for λ = {name}"] = lr[shown], met[shown]
    return found
