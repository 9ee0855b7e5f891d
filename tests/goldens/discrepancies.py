"""Where well-known sources disagree about a rule: D1 to D14, each a sentence and the calls that show it.

The numbers are made by `make goldens` and stored in data/discrepancies; tests/discrepancies_test.py sets ours
beside them. All start at 0 and take the gradients 1, 0.5, -0.3, 0.8, -1.2, 0.05 with a step size of 0.1, unless a reading
says otherwise.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.goldens.inputs import DATA
from tests.goldens.libraries import Task
from tests.goldens.table.row import Row

SIX = (1.0, 0.5, -0.3, 0.8, -1.2, 0.05)
FILE = DATA / "discrepancies" / "discrepancies.json"


@dataclass(frozen=True)
class Run:
    """One coordinate's run: given gradients, or those of x**2/2, and the factor on the step size at each step."""

    title: str
    gradients: tuple[float, ...] = SIX
    start: float = 0.0
    half_square: bool = False
    factor: Callable[[int], float] | None = None

    @property
    def steps(self) -> int:
        """How many gradients it takes."""
        return len(self.gradients)

    def gradient(self, number: Callable[[float], Any]) -> Callable[[int, Any], list[Any]]:
        """gradient(step, theta), step from 0."""
        if self.half_square:
            return lambda step, theta: [theta[0]]
        return lambda step, theta: [number(self.gradients[step])]

    def task(self) -> Task:
        """What a library is led through."""
        return Task(self.gradient, lambda number: lambda step, theta: number(0), [self.start], self.steps, self.factor)


RUNS = {
    "six": Run("the six gradients"),
    "fifty times": Run("the six gradients, fifty times over", SIX * 50),
    "at rest": Run("a gradient of 0 at 1", (0.0,), start=1.0),
    "drop": Run(
        "x**2/2 from 1, the step size a tenth after 10 steps", (0.0,) * 30, start=1.0, half_square=True,
        factor=lambda step: 1.0 if step < 10 else 0.1,
    ),
    "two slopes of zero": Run("gradients 1, 0, 0, -1", (1.0, 0.0, 0.0, -1.0)),
}  # fmt: skip


@dataclass(frozen=True)
class Reading:
    """What one source gives. The row's rule is ours: the same form, or, where the row `differs`, the nearest one."""

    row: Row
    run: str = "six"
    after: tuple[int, ...] = (1, 2, 3, 4, 5, 6)  # the steps after which its number is kept
    penalty: float = 0.0  # ours is given the gradient plus this times theta, as a transform


@dataclass(frozen=True)
class Discrepancy:
    """One point on which sources disagree."""

    id: str
    sentence: str
    readings: tuple[Reading, ...]


def _is(rule: str, origin: str, make: str, options: dict[str, Any], ours: dict[str, float], **more: Any) -> Reading:
    return _reading(rule, origin, make, options, ours, differs=False, **more)


def _is_not(rule: str, origin: str, make: str, options: dict[str, Any], ours: dict[str, float], **more: Any) -> Reading:
    return _reading(rule, origin, make, options, ours, differs=True, **more)


def _reading(
    rule: str, origin: str, make: str, options: dict[str, Any], ours: dict[str, float], *, differs: bool,
    note: str = "", **more: Any,
) -> Reading:  # fmt: skip
    return Reading(Row(rule, origin, make, options, ours, note=note, differs=differs), **more)


LR = {"lr": 0.1}
RATE = {"learning_rate": 0.1}
MOMENTUM = {"lr": 0.1, "beta": 0.9}
RPROP = {"step0": 0.1, "up": 1.2, "down": 0.5, "step_min": 1e-6, "step_max": 50.0}
FANN = {**RPROP, "step_min": 0.0}
LAST = {"run": "fifty times", "after": (300,)}
DECAY = {"lr": 0.1, "weight_decay": 0.1}
NO_EPS = {"lr": 0.1, "eps": 0.0}

DISCREPANCIES = (
    Discrepancy("D1", "Adam's eps: Keras adds it before the bias correction, the others after it.", (
        _is("adam", "torch", "Adam", {**LR, "eps": 0.1}, {**LR, "eps": 0.1}),
        _is("adam", "optax", "adam", {**RATE, "eps": 0.1}, {**LR, "eps": 0.1}),
        _is("adam_eps_hat", "keras", "Adam", {**RATE, "epsilon": 0.1}, {**LR, "eps": 0.1}),
    )),
    Discrepancy("D2", "RMSprop: PyTorch's rho is 0.99, the others' 0.9; it adds eps to the root, they inside it.", (
        _is("rmsprop", "torch", "RMSprop", LR, {**LR, "rho": 0.99, "eps": 1e-8}),
        _is("rmsprop_eps_inside", "optax", "rmsprop", RATE, {**LR, "rho": 0.9, "eps": 1e-8}),
        _is("rmsprop_eps_inside", "keras", "RMSprop", RATE, {**LR, "rho": 0.9, "eps": 1e-7}),
        _is("rmsprop", "torch", "RMSprop", {**LR, "alpha": 0.9, "eps": 0.1}, {**LR, "rho": 0.9, "eps": 0.1}),
        _is("rmsprop_eps_inside", "optax", "rmsprop", {**RATE, "decay": 0.9, "eps": 0.1}, {**LR, "rho": 0.9, "eps": 0.1}),
        _is("rmsprop_eps_inside", "keras", "RMSprop", {**RATE, "rho": 0.9, "epsilon": 0.1}, {**LR, "rho": 0.9, "eps": 0.1}),
    )),
    Discrepancy("D3", "AdaGrad's sum of squares begins at 0 in PyTorch, at 0.1 in optax and Keras.", (
        _is("adagrad", "torch", "Adagrad", LR, {**LR, "eps": 1e-10}),
        _is_not("adagrad", "optax", "adagrad", RATE, LR, note="the sum begins at 0.1"),
        _is_not("adagrad", "keras", "Adagrad", RATE, LR, note="the sum begins at 0.1"),
    )),
    Discrepancy("D4", "AMSGrad: the paper does not correct the bias, PyTorch and Keras do so after the maximum, optax before.", (
        _is("amsgrad_corrected", "torch", "Adam", {**LR, "amsgrad": True}, LR),
        _is("amsgrad_corrected", "keras", "Adam", {**RATE, "amsgrad": True, "epsilon": 0.0}, NO_EPS),
        _is("amsgrad", "by hand", "amsgrad", {**LR, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8}, LR),
        _is("amsgrad", "optax", "amsgrad", {**RATE, "bias_correction_mu": False, "bias_correction_nu": False}, LR),
        _is_not("amsgrad_corrected", "optax", "amsgrad", RATE, LR, note="corrected before the maximum"),
    )),
    Discrepancy("D5", "Nadam is three rules: a momentum that warms up slowly (PyTorch), fast (Keras), or is constant (optax).", (
        _is("nadam", "torch", "NAdam", LR, {**LR, "psi": 0.004}),
        _is("nadam", "by hand", "nadam", {**LR, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "psi": 0.004}, LR),
        _is("nadam", "keras", "Nadam", RATE, {**LR, "psi": 1.0, "eps": 1e-7}),
        _is("nadam", "torch", "NAdam", {**LR, "momentum_decay": 1.0}, {**LR, "psi": 1.0}),
        _is("nadam_constant", "optax", "nadam", RATE, LR),
    )),
    Discrepancy("D6", "Nesterov's method: libraries keep the shifted point theta + beta v, Sutskever's form keeps theta.", (
        _is("nesterov", "torch", "SGD", {**LR, "momentum": 0.9, "nesterov": True}, MOMENTUM),
        _is("nesterov", "optax", "sgd", {**RATE, "momentum": 0.9, "nesterov": True}, MOMENTUM),
        _is("nesterov", "keras", "SGD", {**RATE, "momentum": 0.9, "nesterov": True}, MOMENTUM),
        _is("nesterov_lookahead", "by hand", "nesterov_lookahead", MOMENTUM, MOMENTUM),
    )),
    Discrepancy("D7", "Momentum under a step size that falls: where lr enters the velocity the speed gained stays, else it falls too.", (
        _is("momentum_accumulate", "torch", "SGD", {**LR, "momentum": 0.9}, MOMENTUM, run="drop", after=(10, 11, 30)),
        _is("momentum_accumulate", "optax", "sgd", {**RATE, "momentum": 0.9}, MOMENTUM, run="drop", after=(10, 11, 30)),
        _is("momentum", "keras", "SGD", {**RATE, "momentum": 0.9}, MOMENTUM, run="drop", after=(10, 11, 30)),
    )),
    Discrepancy("D8", "PyTorch's dampening spares the first gradient, so its average starts there and not at zero.", (
        _is("momentum_ema", "by hand", "momentum_ema", MOMENTUM, MOMENTUM),
        _is_not("momentum_ema", "torch", "SGD", {**LR, "momentum": 0.9, "dampening": 0.9}, MOMENTUM,
                note="the first gradient counts in full"),
    )),
    Discrepancy("D9", "Rprop: PyTorch's is iRprop-; optax's moves a step late, or never; FANN's moves up on every change of sign.", (
        _is("irprop_minus", "torch", "Rprop", LR, RPROP),
        _is("irprop_minus", "by hand", "irprop_minus", RPROP, RPROP),
        _is_not("irprop_minus", "optax", "rprop", RATE, RPROP, note="moves a step late, and not at all where the sign has changed by then"),
        _is_not("irprop_minus", "by hand", "fann_irprop_minus", FANN, FANN,
                note="moves up on every change of sign, lengthens the step where the product is zero"),
        _is("irprop_minus", "torch", "Rprop", LR, RPROP, run="two slopes of zero", after=(1, 2, 3, 4)),
        _is_not("irprop_minus", "by hand", "fann_irprop_minus", FANN, FANN, run="two slopes of zero", after=(1, 2, 3, 4),
                note="moves up where the gradient is zero"),
    )),
    Discrepancy("D10", "A penalty added to Adam's gradient is not AdamW's decay: Adam divides it away to a full step.", (
        _is("adamw", "torch", "AdamW", {**LR, "weight_decay": 0.01}, {**LR, "weight_decay": 0.01}, run="at rest", after=(1,)),
        _is("adam", "torch", "Adam", {**LR, "weight_decay": 0.01}, LR, run="at rest", after=(1,), penalty=0.01,
            note="ours with a transform that adds 0.01 theta to g"),
    )),
    Discrepancy("D11", "Without bias correction Adam's first step is (1 - beta1) / sqrt(1 - beta2) step sizes long.", (
        _is("adam", "torch", "Adam", LR, LR),
        _is("adam_uncorrected", "by hand", "adam_uncorrected", {**LR, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8}, LR),
        _is("adam_uncorrected", "by hand", "adam_uncorrected", {**LR, "beta1": 0.7, "beta2": 0.999, "eps": 1e-8},
            {**LR, "beta1": 0.7}),
    )),
    Discrepancy("D12", "RAdam: the paper divides once rho is above 4, PyTorch above 5 with eps before the correction, optax from 5 on with eps after it.", (
        _is("radam", "by hand", "radam", {**LR, "beta1": 0.9, "beta2": 0.999, "eps": 0.1}, {**LR, "eps": 0.1}),
        _is("radam", "optax", "radam", {**RATE, "eps": 0.1, "threshold": 4.0}, {**LR, "eps": 0.1}),
        _is("radam_torch", "torch", "RAdam", {**LR, "eps": 0.1}, {**LR, "eps": 0.1}),
        _is_not("radam_torch", "optax", "radam", {**RATE, "eps": 0.1}, {**LR, "eps": 0.1},
                note="eps is added after the correction"),
        _is("radam", "optax", "radam", {**RATE, "b2": 0.99, "threshold": 4.0}, {**LR, "beta2": 0.99}, **LAST),
        _is("radam_torch", "torch", "RAdam", {**LR, "betas": (0.9, 0.99)}, {**LR, "beta2": 0.99}, **LAST),
    )),
    Discrepancy("D13", "AdaMax's eps: the paper has none, PyTorch and optax put it inside the maximum, Keras adds it to the maximum.", (
        _is("adamax", "by hand", "adamax", {**LR, "beta1": 0.9, "beta2": 0.999}, NO_EPS),
        _is("adamax", "torch", "Adamax", {**LR, "eps": 0.1}, {**LR, "eps": 0.1}),
        _is("adamax", "optax", "adamax", {**RATE, "eps": 0.1}, {**LR, "eps": 0.1}),
        _is_not("adamax", "keras", "Adamax", {**RATE, "epsilon": 0.1}, {**LR, "eps": 0.1}, note="eps beside the maximum"),
        _is("adamax", "torch", "Adamax", LR, LR, **LAST),
        _is_not("adamax", "keras", "Adamax", {**RATE, "epsilon": 1e-8}, LR, **LAST, note="eps beside the maximum"),
    )),
    Discrepancy("D14", "AdamW: the libraries take lr times weight_decay of the old point, the paper weight_decay alone.", (
        _is("adamw", "torch", "AdamW", DECAY, DECAY),
        _is("adamw", "optax", "adamw", {**RATE, "weight_decay": 0.1}, DECAY),
        _is("adamw", "keras", "AdamW", {**RATE, "weight_decay": 0.1, "epsilon": 0.0}, {**DECAY, "eps": 0.0}),
        _is("adamw_unscaled", "by hand", "adamw_unscaled",
            {**DECAY, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8}, DECAY),
        _is("adamw", "torch", "AdamW", DECAY, DECAY, **LAST),
        _is("adamw_unscaled", "torch", "AdamW", {**LR, "weight_decay": 1.0}, DECAY, **LAST,
            note="its weight_decay is ours over lr"),
    )),
)  # fmt: skip


def ours(reading: Reading, rules: Any) -> dict[str, float]:
    """What our rule gives after the steps of a reading, by step."""
    from tests.goldens.ours import points

    run, row = RUNS[reading.run], reading.row
    gradient = run.gradient(float)

    def penalised(step: int, theta: Any) -> list[Any]:
        return [g + reading.penalty * x for g, x in zip(gradient(step, theta), theta, strict=True)]

    visited = points(
        rules[row.rule], penalised, lambda step, theta: 0.0, [run.start], run.steps, row.hyperparameters, run.factor
    )
    return {str(step): float(visited[step][0]) for step in reading.after}
