"""Training: a rule moves a network's parameters by the gradients of small batches, epoch after epoch."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from gdlib.arguments import whole_number
from gdlib.emit.as_numpy import in_double
from gdlib.loops.factors import factor_of
from gdlib.loops.plan import plan_of
from gdlib.loops.rule_steps import RuleSteps
from gdlib.networks.examples import generator_of, one_point
from gdlib.networks.on_data import Loss
from gdlib.points import Array, is_foreign
from gdlib.update_rule import Rule


@dataclass(frozen=True)
class Training:
    """What `train` returns.

    `theta` (n,) is where it ended; `values` (steps,) the mean cost of each step's batch, where its gradient was taken;
    `watched` what `watch(theta)` gave, at the start and after each epoch; `reason` is "epochs", "interrupted" or "left
    the finite numbers at step k", and then theta is no longer finite; interrupted, it may lie between two steps.
    """

    loss: Loss
    rule: Rule
    theta: Array
    values: Array
    watched: list[Any]
    reason: str

    @property
    def steps(self) -> int:
        """Steps taken, one for each batch."""
        return len(self.values)

    def __repr__(self) -> str:
        return f"<training: {self.rule.name}, {self.steps} steps, ended: {self.reason}>"


def train(
    loss: Loss,
    rule: Rule,
    start: Any,
    *,
    epochs: int,
    batch: int | None = 100,
    seed: int | np.random.Generator | None = None,
    schedule: Callable[..., Any] | None = None,
    transform: Callable[..., Array] | None = None,
    watch: Callable[[Array], Any] | None = None,
    **hyperparameters: float,
) -> Training:
    """Run a rule on a network's loss, each step on the gradient of one batch, from a start of shape (n,).

    An epoch goes once through all rows, in an order drawn anew from `seed`, `batch` rows a step; the last step takes
    what is left. batch=None takes all rows at every step, in their order, as `descend` does. `schedule` and `transform`
    are those of `descend`; t counts steps. float32 starts are trained in float32, CuPy's on the GPU.

    Raises TypeError or ValueError, before any work, for an argument that cannot be used.

    >>> import gdlib as gd
    >>> digits = gd.networks.digits()
    >>> net = gd.networks.MLP((784, 20, 10))
    >>> loss = net.loss(digits.x_train / 255, digits.y_train)
    >>> training = gd.networks.train(loss, gd.rules.adam, net.start(seed=1), epochs=5, seed=2, lr=0.01)
    >>> training.steps, bool(loss(training.theta) < 0.5), training.reason
    (40, True, 'epochs')
    """
    _check(loss, rule, watch)
    theta, epochs = one_point(start, loss.n, "start"), whole_number("epochs", epochs)
    plan = plan_of(loss, rule, theta, epochs, schedule, None, transform, 0.0, None, 1,
                   hyperparameters)  # fmt: skip
    size = loss.rows if batch is None else whole_number("batch", batch)
    generator = None if batch is None else generator_of(seed)
    theta, schedule = np.copy(plan.start), copy.deepcopy(plan.schedule)  # its memory starts anew in each training
    at = _Batch(loss, theta)
    steps = RuleSteps(rule, plan, at.value, at.gradient)
    hyper = {name: in_double(number) for name, number in plan.hyperparameters.items()}
    values, costs, reason = list[float](), list[Array](), "epochs"
    watched = [] if watch is None else [watch(np.copy(theta))]
    with np.errstate(all="ignore"):
        try:
            for _ in range(epochs):
                for t, rows in enumerate(_batches(loss.rows, size, generator, theta), len(values) + 1):
                    at.new(rows)
                    now: Any = hyper
                    if schedule is not None:
                        seen = at.value(theta) if plan.watches_value else None
                        now = hyper | {"lr": hyper["lr"] * factor_of(schedule, t, seen, ())}
                    steps.step(t, theta, now, np.True_, out=theta)
                    costs.append(at.cost)
                epoch, costs = _on_host(costs), []
                values += epoch
                if not np.isfinite(epoch).all() or not bool(np.isfinite(theta).all()):
                    values = values[: int(np.argmin(np.isfinite([*values, np.nan])))]
                    reason = f"left the finite numbers at step {max(1, len(values))}"
                    break
                if watch is not None:
                    watched.append(watch(np.copy(theta)))
        except KeyboardInterrupt:
            reason = "interrupted"
            values += _on_host(costs)
    return Training(loss, rule, theta, np.array(values), watched, reason)


class _Batch:
    """The loss on one batch, as the rule asks for it: the gradient first, then, if at all, the value at theta."""

    def __init__(self, loss: Loss, theta: Array) -> None:
        self._loss, self._slope, self._aside = loss, np.empty_like(theta), np.empty_like(theta)
        self.new(slice(None))

    def new(self, rows: Any) -> None:
        """The next batch: an array of row numbers, or a slice."""
        self._rows, self._point, self.cost = rows, None, None  # theta may stand elsewhere now, in the same array

    def gradient(self, point: Array) -> Array:
        self._point, self.cost = point, self._loss.on_rows(point, self._rows, self._slope)
        return self._slope

    def value(self, point: Array) -> Array:
        known = self.cost is not None and self._point is point
        return self.cost if known else self._loss.on_rows(point, self._rows, self._aside)


def _batches(rows: int, size: int, generator: np.random.Generator | None, theta: Array) -> Iterator[Any]:
    """One epoch: row numbers in an order drawn anew, batch by batch; without a generator all rows, in theirs."""
    if generator is None:
        yield slice(None)
        return
    order: Array = generator.permutation(rows)
    if is_foreign(theta):
        order = np.asarray(order, like=theta)
    for first in range(0, rows, size):
        yield order[first : first + size]


def _on_host(costs: list[Array]) -> list[float]:
    """Costs as Python's numbers: the one look at a GPU in an epoch."""
    if not costs:
        return []
    together = np.stack(costs)
    return (together.get() if hasattr(together, "get") else together).tolist()  # type: ignore[no-any-return]


def _check(loss: Any, rule: Any, watch: Any) -> None:
    if not isinstance(loss, Loss):
        raise TypeError(f"loss: needs a network on data, such as MLP(…).loss(x, y), got {type(loss).__name__}")
    if not isinstance(rule, Rule):
        raise TypeError(f"rule: needs a rule such as gd.rules.adam, got {type(rule).__name__}")
    if watch is not None and not callable(watch):
        raise TypeError(f"watch: needs a function of theta, got {type(watch).__name__}")
