"""How each library is stepped in float64: a function for each, from a row of the table to the points it visits."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.metadata import version
from operator import attrgetter
from typing import Any

from tests.goldens import by_hand
from tests.goldens.inputs import STEPS, Gradient, Value, gradient_of, start_of, value_of
from tests.goldens.table.row import Row

Points = Iterator[list[float]]


@dataclass(frozen=True)
class Task:
    """What an optimiser is led through; `gradient` and `value` are made for a type of number, float or Decimal."""

    gradient: Callable[[Callable[[float], Any]], Gradient]
    value: Callable[[Callable[[float], Any]], Value]
    start: Sequence[float]
    steps: int
    factor: Callable[[int], float] | None = None  # of the step size at a step, from 0


def path(row: Row, name: str) -> list[list[float]]:
    """The start and the points after each of STEPS steps of the row's optimiser on the run called `name`."""
    task = Task(lambda number: gradient_of(name, number), lambda number: value_of(name, number), start_of(name), STEPS)
    return points(row, task)


def points(row: Row, task: Task) -> list[list[float]]:
    """The start and the points after each step of the row's optimiser."""
    return [list(task.start), *RUN[row.origin](row, task)]


def versions(row: Row) -> dict[str, str]:
    """The version of everything that took part in the row's values."""
    return {name: version(name).partition("+")[0] for name in PARTS[row.origin]}


def _torch(row: Row, task: Task) -> Points:
    import torch

    torch.set_default_dtype(torch.float64)  # in which NAdam keeps its product of momenta; else its answers end at 1e-8
    gradient = task.gradient(float)
    theta = torch.tensor(task.start, dtype=torch.float64, requires_grad=True)
    optimiser = getattr(torch.optim, row.make)([theta], **row.options)
    for step in range(task.steps):
        if task.factor is not None:
            optimiser.param_groups[0]["lr"] = row.options["lr"] * task.factor(step)
        theta.grad = torch.tensor(gradient(step, theta.tolist()), dtype=torch.float64)
        optimiser.step()
        yield theta.tolist()


@cache
def _jax() -> Any:
    os.environ["JAX_PLATFORMS"] = "cpu"
    import jax

    jax.config.update("jax_enable_x64", True)
    return jax


def _optax(row: Row, task: Task) -> Points:
    jax = _jax()
    import optax

    def made(name: str, options: dict[str, Any]) -> Any:
        if task.factor is not None and "learning_rate" in options:
            rate = options["learning_rate"]
            factors = jax.numpy.array([task.factor(step) for step in range(task.steps)])
            options = {**options, "learning_rate": lambda step: rate * factors[step]}
        return attrgetter(name)(optax)(**options)

    gradient = task.gradient(float)
    theta = jax.numpy.array(task.start, dtype="float64")
    optimiser = optax.chain(*(made(name, dict(options)) for name, options in row.links))
    memory = optimiser.init(theta)
    for step in range(task.steps):
        g = jax.numpy.array(gradient(step, theta.tolist()), dtype="float64")
        update, memory = optimiser.update(g, memory, theta)
        theta = optax.apply_updates(theta, update)
        assert theta.dtype == "float64"
        yield theta.tolist()


def _keras(row: Row, task: Task) -> Points:
    jax = _jax()
    os.environ["KERAS_BACKEND"] = "jax"
    import keras

    keras.config.set_floatx("float64")
    gradient = task.gradient(float)
    theta = keras.Variable(task.start, dtype="float64")
    optimiser = getattr(keras.optimizers, row.make)(**row.options)
    optimiser.build([theta])
    for step in range(task.steps):
        if task.factor is not None:
            optimiser.learning_rate = row.options["learning_rate"] * task.factor(step)
        g = jax.numpy.array(gradient(step, theta.numpy().tolist()), dtype="float64")
        optimiser.apply([g], [theta])
        assert str(theta.dtype) == "float64"
        yield theta.numpy().tolist()


def _by_hand(row: Row, task: Task) -> Points:
    derivation = getattr(by_hand, row.make)
    start = [Decimal(x) for x in task.start]  # the float itself, not its printed form
    if task.factor is not None:
        raise ValueError("by hand: has no step size that changes")
    visited = by_hand.points(derivation, task.gradient(Decimal), task.value(Decimal), start, task.steps, **row.options)
    for point in visited:
        yield [float(x) for x in point]


RUN: dict[str, Callable[[Row, Task], Points]] = {
    "torch": _torch,
    "optax": _optax,
    "keras": _keras,
    "by hand": _by_hand,
}
PARTS = {"torch": ["torch"], "optax": ["optax", "jax"], "keras": ["keras", "jax"], "by hand": []}
