"""The factors that other libraries' schedules give, step by step: the table, and what makes its numbers.

Part of `make goldens`. A row names a schedule of gdlib and the library's call that must give the same numbers, with
base step size 1. Calls are text, evaluated here with the library's names and in the test with those of gd.schedules.
`values` names a list of VALUES, for schedules that look at the value.
"""

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tests.goldens.inputs import DATA, to_json

FILE: Path = DATA / "schedules" / "schedules.json"
SAME = 1e-13  # another machine's last digit is no news

VALUES = {
    "falling, then flat": [8.0, 4.0, 2.0, 1.5] + [1.5 - 1e-6 * n for n in range(20)] + [0.7] + [0.7] * 15,
    "up and down": [round(5.0 + 4.0 * math.cos(1.7 * n) * 0.9**n, 6) for n in range(40)],
    "rising": [1.0 + n / 8 for n in range(40)],
    "to zero": [10.0 * 0.5**n for n in range(20)] + [0.0] * 20,
}


@dataclass(frozen=True)
class Row:
    """One agreement; `note` says what the row shows beyond the numbers."""

    ours: str
    origin: str
    called: str
    steps: int = 40
    values: str = ""
    note: str = ""


ROWS = [
    Row("constant()", "torch", "LambdaLR(lr_lambda=lambda k: 1.0)"),
    Row("constant(0.25)", "torch", "ConstantLR(factor=0.25, total_iters=40)"),
    Row("inverse()", "torch", "LambdaLR(lr_lambda=lambda k: 1 / (k + 1))"),
    Row("inverse(rate=0.5)", "keras", "InverseTimeDecay(1.0, decay_steps=1, decay_rate=0.5)"),
    Row("inverse(rate=1 / 8)", "keras", "InverseTimeDecay(1.0, decay_steps=8, decay_rate=1.0)"),
    Row("inverse_square()", "torch", "LambdaLR(lr_lambda=lambda k: (k + 1) ** -2)"),
    Row("inverse_root()", "torch", "LambdaLR(lr_lambda=lambda k: (k + 1) ** -0.5)"),
    Row("inverse_root(rate=0.1)", "torch", "LambdaLR(lr_lambda=lambda k: (1 + k / 10) ** -0.5)"),
    Row("exponential(rate=0.1)", "torch", "ExponentialLR(gamma=math.exp(-0.1))"),
    Row("exponential(rate=0.25)", "optax", "exponential_decay(1.0, transition_steps=1, decay_rate=math.exp(-0.25))"),
    Row("per_epoch(0.95, steps_per_epoch=1)", "torch", "ExponentialLR(gamma=0.95)"),
    Row("per_epoch(0.98, steps_per_epoch=7)", "torch", "StepLR(step_size=7, gamma=0.98)"),
    Row("per_epoch(0.95, steps_per_epoch=6)", "keras", "ExponentialDecay(1.0, decay_steps=6, decay_rate=0.95, staircase=True)"),
    Row("staircase(every=10)", "torch", "StepLR(step_size=10)", note="torch's gamma is 0.1 too"),
    Row("staircase(every=3, factor=0.5)", "optax", "exponential_decay(1.0, transition_steps=3, decay_rate=0.5, staircase=True)"),
    Row("linear(steps=30)", "torch", "LinearLR(start_factor=1.0, end_factor=0.0, total_iters=30)"),
    Row("linear(steps=25, end=0.2)", "torch", "LinearLR(start_factor=1.0, end_factor=0.2, total_iters=25)"),
    Row("linear(steps=25, end=0.2)", "optax", "linear_schedule(1.0, 0.2, transition_steps=25)"),
    Row("polynomial(steps=30)", "torch", "PolynomialLR(total_iters=30, power=2.0)"),
    Row("polynomial(steps=30, power=0.5)", "torch", "PolynomialLR(total_iters=30, power=0.5)"),
    Row("polynomial(steps=30, power=1.0)", "torch", "PolynomialLR(total_iters=30, power=1.0)"),
    Row("polynomial(steps=30, power=3.0, end=0.1)", "optax", "polynomial_schedule(1.0, 0.1, power=3.0, transition_steps=30)"),
    Row("cosine(steps=39)", "torch", "CosineAnnealingLR(T_max=39)", note="up to T_max, whence torch rises again"),
    Row("cosine(steps=50, end=0.05)", "torch", "CosineAnnealingLR(T_max=50, eta_min=0.05)"),
    Row("cosine(steps=30, end=0.1)", "optax", "cosine_decay_schedule(1.0, decay_steps=30, alpha=0.1)", note="and stays at the end"),
    Row("warm_restarts(first=10)", "torch", "CosineAnnealingWarmRestarts(T_0=10)"),
    Row("warm_restarts(first=3, multiply=2, end=0.1)", "torch", "CosineAnnealingWarmRestarts(T_0=3, T_mult=2, eta_min=0.1)", 200),
    Row("warm_restarts(first=1, multiply=3)", "torch", "CosineAnnealingWarmRestarts(T_0=1, T_mult=3)", 130),
    Row("warm_up(steps=8)", "torch", "LinearLR(start_factor=1 / 8, end_factor=1.0, total_iters=7)", note="t/8 from t = 1 on"),
    Row("warm_up(steps=5, then=cosine(steps=30))", "torch",
        "SequentialLR([LinearLR(start_factor=1 / 5, total_iters=4), CosineAnnealingLR(T_max=30)], milestones=[5])", 36),
    Row("floor(staircase(every=6, factor=0.5), least=0.1)", "keras",
        "PiecewiseConstantDecay([5, 11, 17], [1.0, 0.5, 0.25, 0.125])", 24, note="keras: up to and with a boundary"),
    Row("floor(inverse(), least=0.1)", "torch", "LambdaLR(lr_lambda=lambda k: max(1 / (k + 1), 0.1))"),
    Row("piecewise((10, 25), (1.0, 0.1, 0.01))", "torch", "MultiStepLR(milestones=[10, 25], gamma=0.1)"),
    Row("piecewise((4, 9, 30), (1.0, 0.5, 2.0, 0.125))", "optax", "piecewise_constant_schedule(1.0, {4: 0.5, 9: 4.0, 30: 0.0625})"),
    Row("piecewise((4, 9), (1.0, 0.5, 0.25))", "keras", "PiecewiseConstantDecay([3, 8], [1.0, 0.5, 0.25])"),
    *(
        Row(f"reduce_on_plateau({ours})", "torch", f"ReduceLROnPlateau(eps=0.0{theirs})", 40, values)
        for values in VALUES
        for ours, theirs in [
            ("", ""),
            ("factor=0.5, patience=2", ", factor=0.5, patience=2"),
            ("factor=0.5, patience=0, cooldown=3, least=0.1", ", factor=0.5, patience=0, cooldown=3, min_lr=0.1"),
            ("patience=1, threshold=0.3, least=1e-3", ", patience=1, threshold=0.3, min_lr=1e-3"),
            ("factor=0.7, patience=3, threshold=0.2, relative=False",
             ", factor=0.7, patience=3, threshold=0.2, threshold_mode='abs'"),
        ]
    ),
]  # fmt: skip


def _torch(row: Row) -> list[float]:
    import torch

    optimiser = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    module = torch.optim.lr_scheduler

    def bound(kind: Any) -> Callable[..., Any]:
        return lambda *args, **options: kind(optimiser, *args, **options)

    names = {name: bound(getattr(module, name)) for name in module.__all__}
    schedule = eval(row.called, {"math": math, **names})
    factors = []
    for step in range(row.steps):
        if row.values:  # torch looks at the value after a step, gdlib before the next one
            schedule.step(VALUES[row.values][step])
        factors.append(float(optimiser.param_groups[0]["lr"]))
        if not row.values:
            optimiser.step()
            schedule.step()
    return factors


def _optax(row: Row) -> list[float]:
    import jax

    jax.config.update("jax_enable_x64", True)
    import optax

    schedule = eval(row.called, {"math": math, **vars(optax)})
    return [float(schedule(jax.numpy.asarray(step))) for step in range(row.steps)]


def _keras(row: Row) -> list[float]:
    import os

    os.environ.setdefault("KERAS_BACKEND", "jax")
    import jax

    jax.config.update("jax_enable_x64", True)
    import keras

    keras.config.set_floatx("float64")
    schedule = eval(row.called, {"math": math, **vars(keras.optimizers.schedules)})
    return [float(schedule(step)) for step in range(row.steps)]


RUN: dict[str, Callable[[Row], list[float]]] = {"torch": _torch, "optax": _optax, "keras": _keras}


def made(row: Row) -> dict[str, Any]:
    """The row as it is stored."""
    described = {key: value for key, value in vars(row).items() if key != "steps" and value}
    return {**described, "version": version(row.origin).partition("+")[0], "factors": RUN[row.origin](row)}


def main(words: list[str]) -> bool:
    """Print how far each row's numbers lie from those stored; write them with --write. True if they differ."""
    old = json.loads(FILE.read_text(encoding="utf-8"))["rows"] if FILE.exists() else []
    was = {(row["ours"], row["origin"], row["called"], row.get("values", "")): row for row in old}
    rows = []
    print(f"\nSchedules, largest difference of the factors over their steps.\n{'of stored':>10}   library  call")
    for row in ROWS:
        entry = made(row)
        before = was.get((row.ours, row.origin, row.called, row.values))
        apart = _apart(entry["factors"], before["factors"]) if before else math.inf
        if before and apart <= SAME:
            entry["factors"] = before["factors"]
        rows.append(entry)
        print(f"{f'{apart:.1e}' if before else '-':>10}   {row.origin:<8} {row.called}")
    text = to_json({"values": VALUES, "rows": rows})
    same = FILE.exists() and FILE.read_text(encoding="utf-8") == text
    if "--write" in words and not same:
        FILE.parent.mkdir(exist_ok=True)
        FILE.write_text(text, encoding="utf-8")
    return not same


def _apart(ours: list[float], theirs: list[float]) -> float:
    if len(ours) != len(theirs):
        return math.inf
    return max(abs(one - other) for one, other in zip(ours, theirs, strict=True))
