"""The steps of a method: run by run with the objective's own derivatives, or by component on all runs at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from gdlib.loops.plan import Plan
from gdlib.loops.record import LEFT, halted
from gdlib.points import Array, is_foreign
from gdlib.second_order.method import Halt, Method
from gdlib.second_order.sums_of_squares import gauss_newton_matrix

_NUDGE = 6e-6
"""The cube root of the rounding error: where a central difference of gradients errs least, in units of the point."""


class MethodSteps:
    """A method at work; `ended_as` says of each run that ended in the last step why it did, `words` in which words."""

    def __init__(
        self, f: Any, method: Method, plan: Plan, value: Callable[[Array], Array], gradient: Callable[[Array], Array]
    ) -> None:
        self._f, self._method, self._value, self._gradient = f, method, value, gradient
        self._runs = plan.start.shape[:-1]
        self._n = plan.start.shape[-1]
        self._at_once = method.has_components(self._n)
        if is_foreign(plan.start) and not self._at_once:
            raise TypeError(f"start: {method.name} works on NumPy's arrays, got {type(plan.start).__name__}")
        self._squares = gauss_newton_matrix(f) if {"G", "curve_of_squares"} & set(method.takes) else None
        self._has_hessian = _has_hessian(f, plan.start)
        if "H" in method.takes and not self._has_hessian:
            raise TypeError(f"f: {method.name} needs second derivatives, f.hess(points); got {f!r}")
        self._memory: list[list[Any]] = [[None] * len(method.memory) for _ in range(plan.start[..., 0].size)]
        self.words: tuple[str, ...] = ()
        self.ended_as: Any = LEFT

    def step(self, t: int, theta: Array, hyper: Mapping[str, Array], alive: Array) -> Array:
        """The points after step t; for a run that cannot go on, no numbers."""
        if self._at_once:
            moved = self._by_component(theta, hyper)
            # The general form is asked why, where the short one says with numbers that are not finite that it ends.
            unsettled = alive & ~np.isfinite(moved).all(axis=-1)
            if bool(np.any(unsettled)) and not is_foreign(moved):
                self._run_by_run(t, theta, hyper, unsettled)
            return moved
        return self._run_by_run(t, theta, hyper, alive)

    def _by_component(self, theta: Array, hyper: Mapping[str, Array]) -> Array:
        g, H = self._gradient(theta), self._f.hess(theta)
        places = range(self._n)
        # Python's floats leave float32 what it is; one number for each run comes with an axis for the coordinates.
        settings = {name: number[..., 0] if getattr(number, "ndim", 0) else float(number)
                    for name, number in hyper.items()}  # fmt: skip
        columns = self._method.by_component(
            tuple(theta[..., i] for i in places), tuple(g[..., i] for i in places),
            tuple(tuple(H[..., i, j] for j in places) for i in places), **settings,
        )  # fmt: skip
        return np.stack(columns, axis=-1).astype(theta.dtype, copy=False)

    def _run_by_run(self, t: int, theta: Array, hyper: Mapping[str, Array], alive: Array) -> Array:
        takes = self._method.takes
        whole = {"g": self._gradient(theta)}
        for name, measure in (("f", self._value), ("H", self._f.hess), ("G", self._squares)):
            if name in takes and measure is not None:
                whole[name] = np.asarray(measure(theta))
        moved = np.full_like(theta, np.nan)
        ended = np.full(self._runs, LEFT)
        for number, place in enumerate(np.ndindex(self._runs)):
            if alive[place]:
                given = {name: values[place] for name, values in whole.items()}
                settings = {name: float(_of_run(value, place)) for name, value in hyper.items()}
                try:
                    moved[place], *self._memory[number] = self._one(t, theta[place], given, settings, number)
                except Halt as halt:
                    ended[place] = self._code(str(halt))
        self.ended_as = ended
        return moved

    def _one(self, t: int, theta: Array, given: dict[str, Any], settings: dict[str, float], number: int) -> Any:
        """One step of one run: the point and the memory after it."""
        given = given | {
            "theta": theta, "t": t, "value": self._f, "gradient": self._f.grad,
            "curve": self._times(self._f.hess, theta) if self._has_hessian else self._by_difference(theta),
            "curve_of_squares": self._times(self._squares, theta),
        }  # fmt: skip
        given |= dict(zip(self._method.memory, self._memory[number], strict=True))
        made = self._method(*(given[name] for name in self._method.takes), **settings)
        return made if self._method.memory else (made,)

    @staticmethod
    def _times(matrix: Callable[[Array], Array] | None, theta: Array) -> Callable[[Array], Array]:
        """The product of the matrix at theta with a vector; the matrix is worked out when first asked for."""
        made: list[Array] = []

        def product(v: Array) -> Array:
            if not made and matrix is not None:
                made.append(np.asarray(matrix(theta)))
            return made[0] @ v

        return product

    def _by_difference(self, theta: Array) -> Callable[[Array], Array]:
        """The Hessian times a vector by a central difference of two gradients, where the objective has no Hessian."""

        def product(v: Array) -> Array:
            size = float(np.sqrt(v @ v))
            if size == 0:
                return v
            nudge = _NUDGE * (1.0 + float(np.abs(theta).max())) / size
            return (self._f.grad(theta + nudge * v) - self._f.grad(theta - nudge * v)) / (2.0 * nudge)

        return product

    def _code(self, words: str) -> int:
        if words not in self.words:
            self.words = (*self.words, words)
        return halted(self.words.index(words))


def _of_run(value: Array, place: tuple[int, ...]) -> Any:
    return value[place][0] if getattr(value, "ndim", 0) else value


def _has_hessian(f: Any, start: Array) -> bool:
    """Whether f gives second derivatives; an objective made from functions may have been made without."""
    if not hasattr(f, "hess"):
        return False
    try:
        f.hess(start.reshape(-1, start.shape[-1])[:1])
    except TypeError:
        return False
    return True
