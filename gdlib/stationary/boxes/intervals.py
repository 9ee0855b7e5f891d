"""Interval arithmetic on whole arrays of boxes: an enclosure of an expression graph's value over each box.

Every operation is rounded outwards by at least one unit in the last place, elementary functions by four, so that the
true range lies inside. A box on which the graph bends or is not defined throughout is marked, for what needs a smooth
function there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from gdlib.trace.graph import TRUTHS, Node, in_order

Array = Any
_INF = np.inf
_LARGEST = float(np.finfo(float).max)


class Interval:
    """Arrays of lower and upper ends."""

    __slots__ = ("high", "low")

    def __init__(self, low: Array, high: Array) -> None:
        self.low, self.high = low, high


def _down(x: Array, ulps: int = 1) -> Array:
    """Below x by at least `ulps` units in the last place."""
    return x - np.abs(x) * (2.3e-16 * ulps) - 5e-324


def _up(x: Array, ulps: int = 1) -> Array:
    return x + np.abs(x) * (2.3e-16 * ulps) + 5e-324


def _outward(low: Array, high: Array, ulps: int = 1) -> Interval:
    low = np.where(np.isnan(low), -_INF, np.minimum(low, _LARGEST))  # inf - inf, 0 * inf: nothing is known
    high = np.where(np.isnan(high), _INF, np.maximum(high, -_LARGEST))
    return Interval(_down(low, ulps), _up(high, ulps))


def add(a: Interval, b: Interval) -> Interval:
    """The sum."""
    return _outward(a.low + b.low, a.high + b.high)


def _sub(a: Interval, b: Interval) -> Interval:
    return _outward(a.low - b.high, a.high - b.low)


def multiply(a: Interval, b: Interval) -> Interval:
    """The product."""
    products = (a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high)
    low = np.minimum(np.minimum(products[0], products[1]), np.minimum(products[2], products[3]))
    high = np.maximum(np.maximum(products[0], products[1]), np.maximum(products[2], products[3]))
    return _outward(low, high)  # a NaN (0 * inf) survives minimum and maximum and becomes everything


def _square(a: Interval) -> Interval:
    ends = a.low * a.low, a.high * a.high
    low = np.where((a.low <= 0) & (a.high >= 0), 0.0, np.minimum(*ends))
    result = _outward(low, np.maximum(*ends))
    return Interval(np.maximum(result.low, 0.0), result.high)


def power(a: Interval, exponent: int) -> Interval:
    """A whole power >= 1."""
    if exponent % 2 == 0:
        return _square(power(a, exponent // 2))
    if exponent == 1:
        return a
    low, high = power_of(a.low, exponent), power_of(a.high, exponent)  # odd: rising
    return _outward(low, high, exponent)


def power_of(x: Array, exponent: int) -> Array:
    """x multiplied with itself, one rounding a factor."""
    result = x
    for _ in range(exponent - 1):
        result = result * x
    return result


def _rising(function: Callable[[Array], Array], floor: float = -_INF, ceiling: float = _INF) -> Any:
    def apply(a: Interval) -> Interval:
        result = _outward(function(a.low), function(a.high), 4)
        return Interval(np.maximum(result.low, floor), np.minimum(result.high, ceiling))

    return apply


def _cos(a: Interval) -> Interval:
    # The range reaches 1 if a whole multiple of 2 pi lies inside, -1 if an odd multiple of pi does; the margins make
    # the count err on the side of "inside". Beyond 1e8 the reduction would lose digits: everything is possible.
    wide = (a.high - a.low >= 2 * np.pi) | (np.maximum(np.abs(a.low), np.abs(a.high)) > 1e8)
    low = np.where(wide, 0.0, a.low)
    high = np.where(wide, 0.0, a.high)
    turns_low, turns_high = low / (2 * np.pi), high / (2 * np.pi)
    margin = 4e-15 * (1 + np.maximum(np.abs(turns_low), np.abs(turns_high)))
    top = np.floor(turns_high + margin) >= np.ceil(turns_low - margin)
    bottom = np.floor(turns_high - 0.5 + margin) >= np.ceil(turns_low - 0.5 - margin)
    ends = np.cos(low), np.cos(high)
    result = _outward(np.minimum(*ends), np.maximum(*ends), 4)
    low = np.where(wide | bottom, -1.0, np.maximum(result.low, -1.0))
    return Interval(low, np.where(wide | top, 1.0, np.minimum(result.high, 1.0)))


def _sin(a: Interval) -> Interval:
    # sin has its extremes a quarter turn later than cos; the shift by a rounded pi/2 stays within the margin there,
    # and the ends are taken from sin itself.
    wide = (a.high - a.low >= 2 * np.pi) | (np.maximum(np.abs(a.low), np.abs(a.high)) > 1e8)
    low = np.where(wide, 0.0, a.low)
    high = np.where(wide, 0.0, a.high)
    turns_low, turns_high = low / (2 * np.pi) - 0.25, high / (2 * np.pi) - 0.25
    margin = 4e-15 * (2 + np.maximum(np.abs(turns_low), np.abs(turns_high)))
    top = np.floor(turns_high + margin) >= np.ceil(turns_low - margin)
    bottom = np.floor(turns_high - 0.5 + margin) >= np.ceil(turns_low - 0.5 - margin)
    ends = np.sin(low), np.sin(high)
    result = _outward(np.minimum(*ends), np.maximum(*ends), 4)
    low = np.where(wide | bottom, -1.0, np.maximum(result.low, -1.0))
    return Interval(low, np.where(wide | top, 1.0, np.minimum(result.high, 1.0)))


def _cosh(a: Interval) -> Interval:
    ends = np.cosh(a.low), np.cosh(a.high)
    low = np.where((a.low <= 0) & (a.high >= 0), 1.0, np.minimum(*ends))
    result = _outward(low, np.maximum(*ends), 4)
    return Interval(np.maximum(result.low, 1.0), result.high)


def _abs(a: Interval) -> Interval:
    ends = np.abs(a.low), np.abs(a.high)
    low = np.where((a.low <= 0) & (a.high >= 0), 0.0, np.minimum(*ends))
    return Interval(low, np.maximum(*ends))


_SMOOTH: Mapping[str, Callable[..., Interval]] = {
    "add": add, "sub": _sub, "mul": multiply,
    "neg": lambda a: Interval(-a.high, -a.low),
    "exp": _rising(np.exp, floor=0.0), "tanh": _rising(np.tanh, -1.0, 1.0), "atan": _rising(np.arctan),
    "sinh": _rising(np.sinh), "cosh": _cosh, "sin": _sin, "cos": _cos,
}  # fmt: skip


class Enclosures:
    """Enclosures of graphs over boxes (low, high) of shape (m, n).

    After a call, `bent` marks the boxes on which some operation is not smooth throughout (abs at 0, a change of
    branch, a root or a quotient at 0), and `void` those on which some operation is defined nowhere.
    """

    def __init__(self, outputs: Sequence[Node], variables: Sequence[str]) -> None:
        self._outputs = list(outputs)
        self._order = in_order(outputs)
        self._place = {name: i for i, name in enumerate(variables)}
        last: dict[int, int] = {}
        for step, node in enumerate(self._order):
            for operand in node.args:
                last[id(operand)] = step
        for node in self._outputs:
            last[id(node)] = len(self._order)
        self._frees: dict[int, list[int]] = {}
        for key, step in last.items():
            self._frees.setdefault(step, []).append(key)
        self.bent: Array = None
        self.void: Array = None

    def __call__(self, low: Array, high: Array) -> list[Interval]:
        m = len(low)
        self.bent = np.zeros(m, dtype=bool)
        self.void = np.zeros(m, dtype=bool)
        known: dict[int, Interval] = {}
        with np.errstate(all="ignore"):
            for step, node in enumerate(self._order):
                known[id(node)] = self._enclose(node, [known[id(a)] for a in node.args], low, high, m)
                for key in self._frees.get(step, ()):
                    if step < len(self._order):
                        known.pop(key, None)
        if any(node.op == "where" for node in self._order):  # what is void in a branch may be so where another holds
            self.void = np.zeros(m, dtype=bool)
        return [known[id(node)] for node in self._outputs]

    def _enclose(self, node: Node, a: list[Interval], low: Array, high: Array, m: int) -> Interval:
        op = node.op
        if op == "symbol":
            place = self._place[str(node.payload)]
            return Interval(low[:, place], high[:, place])
        if op == "constant":
            value = float(node.payload or 0.0)
            exact = value.is_integer() and abs(value) < 2**53
            ends = (value, value) if exact else (float(_down(np.float64(value))), float(_up(np.float64(value))))
            return Interval(np.full(m, ends[0]), np.full(m, ends[1]))
        if op == "mul" and node.args[0] is node.args[1]:
            return _square(a[0])
        if op in _SMOOTH:
            return _SMOOTH[op](*a)
        return getattr(self, f"_{op}_")(*a) if op not in TRUTHS else self._truth(op, a)

    # -- operations that are not smooth, or not defined, everywhere

    def _div_(self, a: Interval, b: Interval) -> Interval:
        across = (b.low <= 0) & (b.high >= 0)
        self.bent |= across
        self.void |= (b.low == 0) & (b.high == 0)
        safe = Interval(np.where(across, 1.0, b.low), np.where(across, 1.0, b.high))
        result = multiply(a, _outward(1.0 / safe.high, 1.0 / safe.low))
        return Interval(np.where(across, -_INF, result.low), np.where(across, _INF, result.high))

    def _sqrt_(self, a: Interval) -> Interval:
        self.bent |= a.low <= 0
        self.void |= a.high < 0
        result = _outward(np.sqrt(np.maximum(a.low, 0.0)), np.sqrt(np.maximum(a.high, 0.0)))
        return Interval(np.maximum(result.low, 0.0), result.high)

    def _log_(self, a: Interval) -> Interval:
        self.bent |= a.low <= 0
        self.void |= a.high <= 0
        return _outward(np.log(np.maximum(a.low, 0.0)), np.log(np.maximum(a.high, 0.0)), 4)

    def _tan_(self, a: Interval) -> Interval:
        # A pole lies inside if the rounded number of half turns changes.
        halves = np.floor(a.low / np.pi + 0.5 - 1e-6), np.floor(a.high / np.pi + 0.5 + 1e-6)
        pole = (halves[0] != halves[1]) | (np.maximum(np.abs(a.low), np.abs(a.high)) > 1e8)
        self.bent |= pole
        result = _outward(np.tan(a.low), np.tan(a.high), 4)
        return Interval(np.where(pole, -_INF, result.low), np.where(pole, _INF, result.high))

    def _pow_(self, a: Interval, b: Interval) -> Interval:
        self.bent |= a.low <= 0
        self.void |= a.high < 0
        log = _outward(np.log(np.maximum(a.low, 0.0)), np.log(np.maximum(a.high, 0.0)), 4)
        return _SMOOTH["exp"](multiply(log, b))

    def _abs_(self, a: Interval) -> Interval:
        self.bent |= (a.low <= 0) & (a.high >= 0)
        return _abs(a)

    def _sign_(self, a: Interval) -> Interval:
        self.bent |= (a.low <= 0) & (a.high >= 0)
        return Interval(np.where(a.low > 0, 1.0, -1.0), np.where(a.high < 0, -1.0, 1.0))

    def _max_(self, a: Interval, b: Interval) -> Interval:
        self.bent |= (a.low <= b.high) & (b.low <= a.high)
        return Interval(np.maximum(a.low, b.low), np.maximum(a.high, b.high))

    def _min_(self, a: Interval, b: Interval) -> Interval:
        self.bent |= (a.low <= b.high) & (b.low <= a.high)
        return Interval(np.minimum(a.low, b.low), np.minimum(a.high, b.high))

    def _where_(self, condition: Interval, a: Interval, b: Interval) -> Interval:
        surely, never = condition.low >= 1, condition.high <= 0
        self.bent |= ~surely & ~never
        low = np.where(surely, a.low, np.where(never, b.low, np.minimum(a.low, b.low)))
        high = np.where(surely, a.high, np.where(never, b.high, np.maximum(a.high, b.high)))
        return Interval(low, high)

    @staticmethod
    def _truth(op: str, a: list[Interval]) -> Interval:
        """0 and 1 for false and true; [0, 1] where it depends."""
        if op == "not":
            return Interval(1.0 - a[0].high, 1.0 - a[0].low)
        p, q = a
        if op in ("gt", "ge"):
            p, q, op = q, p, {"gt": "lt", "ge": "le"}[op]
        if op == "lt":
            low, high = p.high < q.low, p.low < q.high
        elif op == "le":
            low, high = p.high <= q.low, p.low <= q.high
        elif op in ("eq", "ne"):
            low = (p.low == p.high) & (q.low == q.high) & (p.low == q.low)
            high = (p.low <= q.high) & (q.low <= p.high)
            if op == "ne":
                low, high = ~high, ~low
        elif op == "and":
            low, high = (p.low >= 1) & (q.low >= 1), (p.high >= 1) & (q.high >= 1)
        else:
            low, high = (p.low >= 1) | (q.low >= 1), (p.high >= 1) | (q.high >= 1)
        return Interval(low * 1.0, high * 1.0)
