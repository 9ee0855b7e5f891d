"""The steps of a rule on arrays: what it remembers, the powers carried from step to step, noise and transform."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from gdlib.emit.as_numpy import compile_rule, in_double, shared
from gdlib.loops.large_arrays import LargeStep, fits
from gdlib.loops.on_gpu import is_on_gpu
from gdlib.loops.plan import Plan
from gdlib.loops.record import LEFT
from gdlib.loops.step_on_gpu import fused_step
from gdlib.points import Array
from gdlib.update_rule import Rule


class RuleSteps:
    """A rule at work on any number of runs side by side; `value` and `gradient` measure the objective."""

    words: tuple[str, ...] = ()
    ended_as = LEFT

    def __init__(self, rule: Rule, plan: Plan, value: Callable[[Array], Array], gradient: Callable[[Array], Array]):
        self._rule, self._plan, self._value, self._gradient = rule, plan, value, gradient
        self._blocks = compile_rule(rule)
        self._fused = fused_step(rule) if is_on_gpu(plan.start) else None
        self._arrays = [name for name in rule.takes if name != "t"]
        self._given = {name: np.zeros_like(plan.start) for name in self._arrays}
        self._large = LargeStep(rule) if fits(plan.start, rule.takes) else None
        hyper = {name: in_double(number) for name, number in plan.hyperparameters.items()}
        with np.errstate(all="ignore"):
            self._once = self._blocks.once(*hyper.values())
        self._factors = [(hyper | self._once)[factor] for factor in self._blocks.powers.values()]
        self._powers = [np.float64(1.0)] * len(self._factors)

    def step(self, t: int, theta: Array, hyper: Mapping[str, Array], alive: Array, out: Array | None = None) -> Array:
        """The points after step t; in `out` where that is given, which may be theta itself."""
        blocks, given = self._blocks, self._given
        self._powers = [power * factor for power, factor in zip(self._powers, self._factors, strict=True)]
        numbers = shared(
            blocks.numbers(*hyper.values(), *self._once.values(), *self._powers, np.float64(t)), theta.dtype
        )
        state = [given[name] for name in self._rule.state]
        point = theta if blocks.gradient_at is None else blocks.gradient_at(theta, *state, numbers)
        given["theta"] = theta
        given["g"] = _disturbed(self._gradient(point), theta, self._plan)
        if "f" in given:
            given["f"] = np.broadcast_to(self._value(theta)[..., None], theta.shape)
        if self._large is not None and all(type(one) is float for one in numbers) and self._lies_flat(theta):
            return self._step_on_large(numbers, np.empty_like(theta) if out is None else out)
        if self._fused is not None:
            moved = np.empty_like(theta) if out is None else out
            self._fused(*(given[name] for name in self._arrays), numbers, out=(moved, *state))
            return moved
        moved, *state = blocks.step(*(given[name] for name in self._arrays), numbers)
        given.update(zip(self._rule.state, state, strict=True))
        if out is None:
            return moved
        out[...] = moved
        return out

    def _lies_flat(self, theta: Array) -> bool:
        """Whether theta and the memory, which plain steps may have left in another order or type, fit a large step."""
        moved = [theta, *(self._given[name] for name in self._rule.state)]
        alike = all(one.dtype == theta.dtype for one in [*moved, self._given["g"]])
        return alike and all(one.flags.c_contiguous for one in moved)

    def _step_on_large(self, numbers: tuple[Array, ...], out: Array) -> Array:
        """The step on flat arrays; the memory is kept where it is."""
        assert self._large is not None
        flat = {name: array.reshape(-1) for name, array in self._given.items()}
        moved = flat["theta"] if out is self._given["theta"] else out.reshape(-1)
        self._large(*flat.values(), numbers, out=[moved, *(flat[name] for name in self._rule.state)])
        return out


def _disturbed(g: Array, theta: Array, plan: Plan) -> Array:
    """The gradient with noise, then as the transform makes it, which may look at the point too."""
    if plan.noise and plan.generator is not None:
        draws = plan.noise * plan.generator.standard_normal(g.shape)
        g = g + np.asarray(draws.astype(g.dtype), like=g)
    if plan.transform is None:
        return g
    changed: Any = plan.transform(g, theta) if plan.watches_point else plan.transform(g)
    if getattr(changed, "shape", None) != g.shape:
        came = getattr(changed, "shape", type(changed).__name__)
        raise ValueError(f"transform: must return a gradient of shape {g.shape}, got {came}")
    return changed
