"""The table of outside answers: which optimiser of which library makes which rule's golden values, and how.

A rule gets its outside answer by one row here and `make goldens WRITE=1`. A row whose library takes another form of
the rule says `differs` and why: its values are not stored, only how far it lies from the rows that agree.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

EVERY_PATH = ("gradients", "rosenbrock", "himmelblau")


@dataclass(frozen=True)
class Row:
    """One optimiser of one library, in the library's words and in ours; `paths` names what it is run on."""

    rule: str
    origin: str  # torch, optax, keras, or "by hand" (tests/goldens/by_hand.py)
    make: str  # the optimiser's name in the library
    options: Mapping[str, Any]
    hyperparameters: Mapping[str, float] = field(default_factory=dict)  # what our rule is called with
    note: str = ""
    differs: bool = False
    paths: tuple[str, ...] = EVERY_PATH

    @property
    def called(self) -> str:
        """The call as one would type it."""
        words = ", ".join(f"{name}={value!r}" for name, value in self.options.items())
        return f"{CALLS[self.origin].format(self.make)}({words})"


CALLS = {
    "torch": "torch.optim.{}",
    "optax": "optax.{}",
    "keras": "keras.optimizers.{}",
    "by hand": "by_hand.{}",
}

_MOMENTUM = {"lr": 0.001, "beta": 0.9}
_RMSPROP = {"lr": 0.02, "rho": 0.9, "eps": 1e-8}
_RMSPROP_COARSE = {"lr": 0.02, "rho": 0.7, "eps": 0.1}
_ADAM = {"lr": 0.05, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8}
_ADAM_COARSE = {"lr": 0.2, "beta1": 0.5, "beta2": 0.9, "eps": 0.1}
_RPROP = {"step0": 0.1, "up": 1.2, "down": 0.5, "step_min": 1e-6, "step_max": 50.0}
_RPROP_BOUND = {"step0": 0.25, "up": 1.5, "down": 0.25, "step_min": 0.01, "step_max": 0.6}
_CONSTANT_LR = "v = beta v + g, theta - lr v: the same points as ours while lr is constant, not under a schedule"

ROWS = (
    Row("gradient_descent", "torch", "SGD", {"lr": 0.001}, {"lr": 0.001}),
    Row("gradient_descent", "optax", "sgd", {"learning_rate": 0.001}, {"lr": 0.001}),
    Row("gradient_descent", "keras", "SGD", {"learning_rate": 0.001}, {"lr": 0.001}),
    Row("momentum", "keras", "SGD", {"learning_rate": 0.001, "momentum": 0.9}, _MOMENTUM,
        note="exactly our form"),
    Row("momentum", "torch", "SGD", {"lr": 0.001, "momentum": 0.9}, _MOMENTUM, note=_CONSTANT_LR),
    Row("momentum", "optax", "sgd", {"learning_rate": 0.001, "momentum": 0.9}, _MOMENTUM, note=_CONSTANT_LR),
    Row("nesterov", "keras", "SGD", {"learning_rate": 0.001, "momentum": 0.9, "nesterov": True}, _MOMENTUM,
        note="exactly our form: the shifted variable"),
    Row("nesterov", "torch", "SGD", {"lr": 0.001, "momentum": 0.9, "nesterov": True}, _MOMENTUM,
        note=_CONSTANT_LR),
    Row("nesterov", "optax", "sgd", {"learning_rate": 0.001, "momentum": 0.9, "nesterov": True}, _MOMENTUM,
        note=_CONSTANT_LR),
    Row("rmsprop", "torch", "RMSprop", {"lr": 0.02, "alpha": 0.9, "eps": 1e-8}, _RMSPROP,
        note="alpha is our rho; torch's own default is 0.99"),
    Row("rmsprop", "torch", "RMSprop", {"lr": 0.02, "alpha": 0.7, "eps": 0.1}, _RMSPROP_COARSE,
        note="a coarse eps, so that where it stands shows"),
    Row("rmsprop", "optax", "rmsprop", {"learning_rate": 0.02, "decay": 0.9, "eps": 1e-8, "eps_in_sqrt": False},
        _RMSPROP, note="eps_in_sqrt=False is not optax's default"),
    Row("rmsprop", "optax", "rmsprop", {"learning_rate": 0.02, "decay": 0.9, "eps": 1e-8}, _RMSPROP,
        differs=True, note="by default eps stands inside the root"),
    Row("rmsprop", "keras", "RMSprop", {"learning_rate": 0.02, "rho": 0.9, "epsilon": 1e-8}, _RMSPROP,
        differs=True, note="eps stands inside the root"),
    Row("adam", "torch", "Adam", {"lr": 0.05, "betas": (0.9, 0.999), "eps": 1e-8}, _ADAM),
    Row("adam", "torch", "Adam", {"lr": 0.2, "betas": (0.5, 0.9), "eps": 0.1}, _ADAM_COARSE,
        note="a coarse eps, so that where it stands shows"),
    Row("adam", "optax", "adam", {"learning_rate": 0.05, "b1": 0.9, "b2": 0.999, "eps": 1e-8}, _ADAM),
    Row("adam", "keras", "Adam", {"learning_rate": 0.05, "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-8},
        _ADAM, differs=True, note="epsilon is added before the bias correction (the paper's epsilon-hat)"),
    Row("adam", "keras", "Adam", {"learning_rate": 0.05, "beta_1": 0.9, "beta_2": 0.999, "epsilon": 0.0},
        {**_ADAM, "eps": 0.0}, paths=("rosenbrock", "himmelblau"),
        note="without epsilon its form is ours; not run where gradients hold zeros: it divides 0 by 0"),
    Row("rprop_minus", "by hand", "rprop_minus", _RPROP, _RPROP,
        note="no library has it; from the statement in by_hand.py, in decimal arithmetic of 60 digits"),
    Row("rprop_minus", "by hand", "rprop_minus", _RPROP_BOUND, _RPROP_BOUND,
        note="bounds close enough that both are reached"),
    Row("rprop_minus", "torch", "Rprop", {"lr": 0.1, "etas": (0.5, 1.2), "step_sizes": (1e-6, 50.0)}, _RPROP,
        differs=True, note="this is iRprop-: on a change of sign it does not move and forgets the gradient"),
)  # fmt: skip
