"""How each library is stepped in float64: a function for each, from a row of the table to the points it visits."""

import os
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import cache
from importlib.metadata import version
from operator import attrgetter
from typing import Any

from tests.goldens import by_hand
from tests.goldens.inputs import STEPS, gradient_of, start_of
from tests.goldens.table import Row

Points = Iterator[list[float]]


def path(row: Row, name: str) -> list[list[float]]:
    """The start and the points after each of STEPS steps of the row's optimiser on the run called `name`."""
    return [start_of(name), *RUN[row.origin](row, name)]


def versions(row: Row) -> dict[str, str]:
    """The version of everything that took part in the row's values."""
    return {name: version(name).partition("+")[0] for name in PARTS[row.origin]}


def _torch(row: Row, name: str) -> Points:
    import torch

    gradient = gradient_of(name)
    theta = torch.tensor(start_of(name), dtype=torch.float64, requires_grad=True)
    optimiser = getattr(torch.optim, row.make)([theta], **row.options)
    for step in range(STEPS):
        theta.grad = torch.tensor(gradient(step, theta.tolist()), dtype=torch.float64)
        optimiser.step()
        yield theta.tolist()


@cache
def _jax() -> Any:
    os.environ["JAX_PLATFORMS"] = "cpu"
    import jax

    jax.config.update("jax_enable_x64", True)
    return jax


def _optax(row: Row, name: str) -> Points:
    jax = _jax()
    import optax

    gradient = gradient_of(name)
    theta = jax.numpy.array(start_of(name), dtype="float64")
    optimiser = attrgetter(row.make)(optax)(**row.options)
    memory = optimiser.init(theta)
    for step in range(STEPS):
        g = jax.numpy.array(gradient(step, theta.tolist()), dtype="float64")
        update, memory = optimiser.update(g, memory, theta)
        theta = optax.apply_updates(theta, update)
        assert theta.dtype == "float64"
        yield theta.tolist()


def _keras(row: Row, name: str) -> Points:
    jax = _jax()
    os.environ["KERAS_BACKEND"] = "jax"
    import keras

    keras.config.set_floatx("float64")
    gradient = gradient_of(name)
    theta = keras.Variable(start_of(name), dtype="float64")
    optimiser = getattr(keras.optimizers, row.make)(**row.options)
    optimiser.build([theta])
    for step in range(STEPS):
        g = jax.numpy.array(gradient(step, theta.numpy().tolist()), dtype="float64")
        optimiser.apply([g], [theta])
        assert str(theta.dtype) == "float64"
        yield theta.numpy().tolist()


def _by_hand(row: Row, name: str) -> Points:
    rule = getattr(by_hand, row.make)
    start = [Decimal(x) for x in start_of(name)]  # the float itself, not its printed form
    for point in rule(gradient_of(name, Decimal), start, STEPS, **row.options):
        yield [float(x) for x in point]


RUN: dict[str, Callable[[Row, str], Points]] = {
    "torch": _torch,
    "optax": _optax,
    "keras": _keras,
    "by hand": _by_hand,
}
PARTS = {"torch": ["torch"], "optax": ["optax", "jax"], "keras": ["keras", "jax"], "by hand": []}
