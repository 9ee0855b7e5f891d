"""The vocabulary: what each name in the code is called on the page, which values it may take, and its knob."""

from __future__ import annotations

import math
import numbers
import re
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

_SHORT = 60
"""Characters of what came that an error repeats."""


def in_short(value: Any) -> str:
    """What came, for an error's sentence: as Python writes it, but in one line, and cut where that is long.

    >>> in_short(10**400)
    '100000000000000000000000000000000000000000000000000000000000… (401 characters)'
    """
    try:
        text = " ".join(repr(value).split())
    except ValueError:  # Python refuses to write whole numbers of more than some thousand digits
        return "one of more digits than Python writes"
    return text if len(text) <= _SHORT else f"{text[:_SHORT]}… ({len(text)} characters)"


def as_float(argument: str, number: Any) -> float:
    """A real number as a float; ValueError for a whole number or a fraction that is too large for one."""
    try:
        return float(number)
    except OverflowError:
        raise ValueError(
            f"{argument}: needs a number that a float can hold, within ±1.8e308, got {in_short(number)}"
        ) from None


@dataclass(frozen=True)
class Knob:
    """What a slider for a hyperparameter spans; `scale` is "log" or "linear"."""

    low: float
    high: float
    scale: str


@dataclass(frozen=True)
class Hyperparameter:
    """A hyperparameter: name in the code, LaTeX symbol, meaning, allowed range (whole numbers only?) and knob."""

    name: str
    symbol: str
    meaning: str
    low: float
    high: float
    low_open: bool
    high_open: bool
    knob: Knob
    whole: bool = False

    def range_in_words(self) -> str:
        """Such as "0 <= beta < 1" or "lr > 0"."""
        return self._range(self.name, "<=", ">=", "finite")

    def range_in_latex(self) -> str:
        r"""Such as "0 \le \beta < 1" or "\eta > 0"."""
        return self._range(self.symbol, r"\le", r"\ge", r"\text{ finite}")

    def _range(self, name: str, at_most: str, at_least: str, finite: str) -> str:
        below = f"{self.low:g} {'<' if self.low_open else at_most} " if math.isfinite(self.low) else ""
        above = f" {'<' if self.high_open else at_most} {self.high:g}" if math.isfinite(self.high) else ""
        if below and not above:
            return f"{name} {'>' if self.low_open else at_least} {self.low:g}"
        return f"{below}{name}{above}" if below or above else f"{name} {finite}"

    def allows(self, number: float) -> bool:
        """Whether the number is finite and within the range."""
        low_ok = number > self.low if self.low_open else number >= self.low
        high_ok = number < self.high if self.high_open else number <= self.high
        return math.isfinite(number) and low_ok and high_ok and (not self.whole or number.is_integer())

    def check(self, value: Any) -> float:
        """The value as a float.

        Raises TypeError if it is no real number, ValueError if it is not finite or outside the range.
        """
        if isinstance(value, bool) or not isinstance(value, numbers.Real):
            raise TypeError(f"{self.name}: needs a real number, got {type(value).__name__} {in_short(value)}")
        number = as_float(self.name, value)
        if not self.allows(number):
            raise ValueError(f"{self.name}: needs {self.needed(number)}, got {in_short(value)}")
        return number

    def needed(self, number: float) -> str:
        """In words what this number, which is not allowed, is not."""
        finite = "a finite number, " if not math.isfinite(number) else ""
        return ("a whole number, " if self.whole else finite) + self.range_in_words()


_INF = math.inf
_TABLE = [
    # name, symbol, meaning, low, high, low open, high open, knob
    Hyperparameter("lr", r"\eta", "step size", 0, _INF, True, True, Knob(1e-5, 1.0, "log")),
    Hyperparameter("beta", r"\beta", "decay of the velocity", 0, 1, False, True, Knob(0.0, 0.999, "linear")),
    Hyperparameter("beta1", r"\beta_1", "decay of the first average", 0, 1, False, True, Knob(0.0, 0.999, "linear")),
    Hyperparameter("beta2", r"\beta_2", "decay of the second average", 0, 1, False, True, Knob(0.0, 0.9999, "linear")),
    Hyperparameter("rho", r"\rho", "decay of the running size", 0, 1, False, True, Knob(0.0, 0.999, "linear")),
    Hyperparameter("eps", r"\varepsilon", "guard against dividing by 0", 0, _INF, False, True, Knob(1e-12, 0.1, "log")),
    Hyperparameter("psi", r"\psi", "pace of Nadam's momentum schedule", 0, _INF, False, True, Knob(1e-4, 1.0, "log")),
    Hyperparameter("weight_decay", r"\lambda", "weight decay", 0, _INF, False, True, Knob(1e-5, 1.0, "log")),
    Hyperparameter("step0", r"\Delta_0", "first step of each coordinate", 0, _INF, True, True, Knob(1e-4, 1.0, "log")),
    Hyperparameter("up", r"\eta^{+}", "growth while the sign holds", 1, _INF, False, True, Knob(1.0, 2.0, "linear")),
    Hyperparameter("down", r"\eta^{-}", "shrinkage when the sign flips", 0, 1, True, True, Knob(0.05, 0.95, "linear")),
    Hyperparameter("step_min", r"\Delta_{\min}", "smallest step", 0, _INF, False, True, Knob(1e-12, 1e-2, "log")),
    Hyperparameter("step_max", r"\Delta_{\max}", "largest step", 0, _INF, True, True, Knob(1e-2, 100.0, "log")),
    Hyperparameter("growth", r"\mu", "growth limit of a Quickprop step", 0, _INF, True, True, Knob(0.5, 3.0, "linear")),
    Hyperparameter("l1", r"\lambda_1", "weight of the absolute values", 0, _INF, False, True, Knob(1e-5, 1.0, "log")),
    Hyperparameter("l2", r"\lambda_2", "weight of the squares", 0, _INF, False, True, Knob(1e-5, 1.0, "log")),
    Hyperparameter("damping", r"\lambda", "added to every curvature", 0, _INF, False, True, Knob(1e-6, 100.0, "log")),
    Hyperparameter("factor", r"\nu", "by which the damping changes", 1, _INF, True, True, Knob(1.1, 20.0, "log")),
    Hyperparameter("c1", "c_1", "share of the promised decrease", 0, 1, True, True, Knob(1e-5, 0.5, "log")),
    Hyperparameter("c2", "c_2", "share of the slope that may be left", 0, 1, True, True, Knob(0.05, 0.95, "linear")),
    Hyperparameter("shrink", r"\tau", "factor of a step that is refused", 0, 1, True, True, Knob(0.05, 0.95, "linear")),
    Hyperparameter("memory", "m", "pairs of steps that are kept", 1, _INF, False, True, Knob(1.0, 100.0, "log"), True),
    # a name's second meaning, for a default that its first does not allow: the beta of FTRL-Proximal
    Hyperparameter("beta", r"\beta", "added to the root of the sum", 0, _INF, False, True, Knob(1e-3, 10.0, "log")),
]  # fmt: skip
VOCABULARY = MappingProxyType({entry.name: entry for entry in reversed(_TABLE)})
"""Every hyperparameter name that the book uses."""


def hyperparameter(name: str, default: float) -> Hyperparameter:
    """The vocabulary's entry; a name outside it keeps its default's sign and a knob around its default.

    >>> hyperparameter("lr", 0.01).range_in_words()
    'lr > 0'
    >>> hyperparameter("beta", 0.9).range_in_words(), hyperparameter("beta", 1.0).range_in_words()
    ('0 <= beta < 1', 'beta >= 0')
    >>> hyperparameter("lambda_", 0.2).range_in_words()
    'lambda_ >= 0'
    """
    if name in VOCABULARY:
        meanings = [entry for entry in _TABLE if entry.name == name]
        return next((entry for entry in meanings if entry.allows(default)), meanings[0])
    entry = Hyperparameter(name, latex_name(name), name, -_INF, _INF, True, True, Knob(-1.0, 1.0, "linear"))
    if default > 0:
        return replace(entry, low=0.0, low_open=False, knob=Knob(default / 100, default * 100, "log"))
    if default < 0:
        return replace(entry, high=0.0, high_open=False, knob=Knob(2 * default, 0.0, "linear"))
    return entry


_GREEK = {
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu", "nu", "xi",
    "pi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega",
}  # fmt: skip
_SPELT = {"step": r"\Delta", "move": "d", "product": r"\Pi", "loss": r"\mathcal{L}"}
_ACCENTS = {
    "hat": r"\hat{%s}", "bar": r"\bar{%s}", "tilde": r"\tilde{%s}",
    "prev": r"%s^{-}", "next": r"%s^{+}", "max": r"%s^{\max}",
}  # fmt: skip


def latex_name(name: str) -> str:
    r"""A name of the code as LaTeX: `theta` is \theta, `m_hat` is \hat{m}, `g_prev` is g^{-}, `x2` is x_{2}.

    >>> latex_name("m_hat")
    '\\hat{m}'
    """
    if name in VOCABULARY:
        return VOCABULARY[name].symbol
    if name in _SPELT:
        return _SPELT[name]
    stem, _, last = name.rpartition("_")
    if stem and last in _ACCENTS:
        return _ACCENTS[last] % latex_name(stem)
    numbered = re.fullmatch(r"([A-Za-z]+)_?(\d+)", name)
    if numbered:
        return f"{latex_name(numbered[1])}_{{{numbered[2]}}}"
    plain = name.rstrip("_")
    if plain.lower() in _GREEK and plain[1:] == plain[1:].lower():
        return f"\\{plain}"
    if len(plain) == 1:
        return plain
    return rf"\mathrm{{{plain.replace('_', chr(92) + '_')}}}"
