"""Reads what the drawing functions are given: functions, runs, windows; says clearly when it will not do."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from ..vocabulary import latex_name

Array = NDArray[np.float64]
Window = Sequence[Sequence[float]]


class Landscape(Protocol):
    """What has a value at points of shape (..., n): an Objective, or anything that acts like one."""

    @property
    def n(self) -> int: ...

    def __call__(self, points: Any, /) -> Any: ...


class Path(NamedTuple):
    """One run as it is drawn: its label, lanes (k, n) of points, their step numbers, values if known."""

    label: str
    lanes: tuple[Array, ...]
    t: Array
    values: tuple[Array, ...] | None


GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "varepsilon": "ε", "eta": "η",
    "theta": "θ", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "rho": "ρ", "sigma": "σ", "tau": "τ",
    "phi": "φ", "psi": "ψ", "omega": "ω", "Delta": "Δ",
}  # fmt: skip
_SUBSCRIPTS = str.maketrans("0123456789+-", "₀₁₂₃₄₅₆₇₈₉₊₋")


def plain_symbol(name: str) -> str:
    """A variable's name as print has it: theta1 is θ₁, x2 is x₂."""
    stem = name.rstrip("0123456789")
    digits = name[len(stem) :]
    return GREEK.get(stem.rstrip("_"), stem.rstrip("_")) + digits.translate(_SUBSCRIPTS)


def title_of(f: Any) -> str:
    """The function's name in a sentence: its title, its name, its formula, or "the function"."""
    for name in ("title", "name", "text"):
        found = getattr(f, name, None)
        if found:
            return str(found)
    return "the function"


def axis_names(f: Any, n: int) -> list[str]:
    variables = getattr(f, "variables", None)
    if variables is not None and len(variables) == n:
        return [plain_symbol(str(v)) for v in variables]
    return ["x", "y"][:n] if n <= 2 else [f"θ{str(k + 1).translate(_SUBSCRIPTS)}" for k in range(n)]


def check_landscape(f: Any, n: int, argument: str = "f") -> None:
    if not callable(f) or not hasattr(f, "n"):
        raise TypeError(f"{argument}: an objective (callable on points, with .n) is needed, got {type(f).__name__}")
    if f.n != n:
        kind = "one variable" if n == 1 else f"{n} variables"
        raise ValueError(f"{argument}: an objective of {kind} is needed, got one of {f.n}")


def read_window(window: Any, n: int, f: Any = None, paths: Sequence[Path] = ()) -> Array:
    """Shape (n, 2): what was asked for, else the objective's own, else what the paths need, else −2 to 2."""
    if window is None:
        window = getattr(f, "window", None)
    if window is None and paths:
        points = np.concatenate([lane for path in paths for lane in path.lanes])
        points = points[np.isfinite(points).all(axis=1)]
        if len(points):
            low, high = points.min(axis=0), points.max(axis=0)
            margin = 0.15 * np.maximum(high - low, 0.5)
            window = np.stack([low - margin, high + margin], axis=1)
    if window is None:
        window = [(-2.0, 2.0)] * n
    try:
        out: Array = np.asarray(window, dtype=np.float64)
    except (TypeError, ValueError):
        raise ValueError(f"window: {n} pairs (low, high) are needed, got {window!r}") from None
    if n == 1 and out.shape == (2,):
        out = out[None]
    if out.shape != (n, 2) or not np.isfinite(out).all() or (out[:, 0] >= out[:, 1]).any():
        raise ValueError(f"window: {n} pair(s) (low, high) with low < high are needed, got {window!r}")
    return out


def _lanes(path: Any, argument: str) -> tuple[Array, ...]:
    try:
        points = np.asarray(path, dtype=np.float64)
    except (TypeError, ValueError):
        raise TypeError(f"{argument}: runs, or paths of shape (k, n), are needed, got {type(path).__name__}") from None
    if points.ndim < 2 or points.size == 0:
        raise ValueError(f"{argument}: a path of shape (k, n) is needed, got shape {points.shape}")
    many = points.reshape(points.shape[0], -1, points.shape[-1])
    return tuple(many[:, lane] for lane in range(many.shape[1]))


def _rule_name(run: Any) -> str:
    return str(getattr(getattr(run, "rule", None), "title", ""))


def _hyperparameters(run: Any) -> dict[str, float]:
    return dict(getattr(run, "hyperparameters", None) or {})


def _labels(runs: Sequence[Any]) -> list[str]:
    """The rules' titles; where two are the same, also the hyperparameters in which they differ."""
    from .picture import number

    names = [_rule_name(run) or f"run {k + 1}" for k, run in enumerate(runs)]
    out = []
    for name, run in zip(names, runs, strict=True):
        rivals = [_hyperparameters(r) for n, r in zip(names, runs, strict=True) if n == name]
        own = _hyperparameters(run)
        differ = [k for k, v in own.items() if any(r.get(k) != v for r in rivals)]
        parts = [f"{hyper_symbol(k)} = {number(float(own[k]))}" for k in differ if np.ndim(own[k]) == 0]
        out.append(", ".join([name, *parts]))
    return out


def hyper_symbol(name: str) -> str:
    """The vocabulary's symbol for a hyperparameter in plain print: η for lr, β₁ for beta1; else the name."""
    text = re.sub(r"\\([A-Za-z]+)", lambda m: GREEK.get(m[1], m[1]), latex_name(name))
    text = re.sub(r"_\{?([\d+-])\}?", lambda m: m[1].translate(_SUBSCRIPTS), text)
    text = text.replace("^{+}", "⁺").replace("^{-}", "⁻").replace("_{", " ").replace("}", "")
    return name if re.search(r"[\\{}^_$]", text) else text


def read_runs(runs: Any, *, argument: str = "runs", n: int | None = None) -> list[Path]:
    """One run, several, or a mapping from label to run; a run is what `descend` returns or points (k, n)."""
    if runs is None:
        return []
    if isinstance(runs, Mapping):
        labels, many = [str(k) for k in runs], list(runs.values())
    elif hasattr(runs, "path") or isinstance(runs, np.ndarray):
        many = [runs]
        labels = _labels(many)
    elif isinstance(runs, Sequence) and not isinstance(runs, str):
        many = list(runs)
        labels = _labels(many)
    else:
        raise TypeError(f"{argument}: what descend returns, or several of it, is needed, got {type(runs).__name__}")
    out = []
    for label, run in zip(labels, many, strict=True):
        lanes = _lanes(getattr(run, "path", run), argument)
        if n is not None and lanes[0].shape[1] != n:
            raise ValueError(f"{argument}: points with {n} coordinate(s) are needed, got {lanes[0].shape[1]}")
        t = np.asarray(getattr(run, "t", np.arange(len(lanes[0]))), dtype=np.float64)
        values = getattr(run, "values", None)
        columns = None
        if values is not None:
            table = np.asarray(values, dtype=np.float64).reshape(len(t), -1)
            columns = tuple(table[:, lane] for lane in range(table.shape[1]))
        out.append(Path(label, lanes, t, columns))
    if len(out) > 8:
        raise ValueError(f"{argument}: at most 8 can be told apart in one figure, got {len(out)}")
    return out


def number_list(values: Any, argument: str) -> Array:
    """A one-dimensional array of at least one finite number."""
    try:
        out: Array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise TypeError(f"{argument}: a list of numbers is needed, got {type(values).__name__}") from None
    if out.ndim != 1 or not len(out) or not np.isfinite(out).all():
        raise ValueError(f"{argument}: a list of finite numbers is needed, got {values!r}"[:200])
    return out
