"""What every optimiser is run on: stored gradients and values, and two landscapes with gradients written by hand.

The stored numbers are data (data/inputs.json), never drawn anew. The landscapes' values and gradients are plain
arithmetic, so that they run on floats and on decimals alike, and are independent of the ones that gdlib derives.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).resolve().parent / "data"
STEPS = 30

Gradient = Callable[[int, Sequence[Any]], list[Any]]
Value = Callable[[int, Sequence[Any]], Any]


def rosenbrock_value(x, y):
    """(1 - x)**2 + 100 (y - x**2)**2."""
    return (1 - x) * (1 - x) + 100 * (y - x * x) * (y - x * x)


def rosenbrock(x, y):
    """The gradient of (1 - x)**2 + 100 (y - x**2)**2."""
    return [-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)]


def himmelblau_value(x, y):
    """(x**2 + y - 11)**2 + (x + y**2 - 7)**2."""
    return (x * x + y - 11) * (x * x + y - 11) + (x + y * y - 7) * (x + y * y - 7)


def himmelblau(x, y):
    """The gradient of (x**2 + y - 11)**2 + (x + y**2 - 7)**2."""
    first, second = x * x + y - 11, x + y * y - 7
    return [4 * x * first + 2 * second, 2 * first + 4 * y * second]


LANDSCAPES = {
    "rosenbrock": (rosenbrock_value, rosenbrock, (-0.5, 0.625)),
    "himmelblau": (himmelblau_value, himmelblau, (-0.75, 1.5)),
}
FROM_ZERO = "gradients from zero"  # the stored gradients, for what begins at zero whatever the start
EDGES = "edges"  # from zero, gradients where comparisons meet equality: the same again, halved, mirrored, zero


@cache
def stored() -> dict[str, Any]:
    """The stored start, and for each step a row of gradients and a value."""
    return json.loads((DATA / "inputs.json").read_text(encoding="utf-8"))


def start_of(path: str) -> list[float]:
    """Where the run called `path` begins."""
    if path in LANDSCAPES:
        return list(LANDSCAPES[path][2])
    if path == EDGES:
        return [0.0] * len(stored()["edges"][0])
    return [0.0] * len(stored()["start"]) if path == FROM_ZERO else list(stored()["start"])


def gradient_of(path: str, number: Callable[[float], Any] = float) -> Gradient:
    """gradient(step, theta), step from 0; stored gradients are turned into `number`s."""
    if path in LANDSCAPES:
        formula = LANDSCAPES[path][1]
        return lambda step, theta: formula(*theta)
    rows = stored()["edges" if path == EDGES else "gradients"]
    return lambda step, theta: [number(g) for g in rows[step]]


def value_of(path: str, number: Callable[[float], Any] = float) -> Value:
    """value(step, theta), step from 0, for the rules that ask for it."""
    if path in LANDSCAPES:
        formula = LANDSCAPES[path][0]
        return lambda step, theta: formula(*theta)
    return lambda step, theta: number(stored()["values"][step])


def file_of(rule: str) -> Path:
    """Where a rule's golden values lie."""
    return DATA / f"{rule}.json"


def to_json(document: dict[str, Any]) -> str:
    """JSON with one point a line; Python writes the shortest decimal that gives the same float back."""
    return _block(document, 0) + "\n"


def _block(value: Any, depth: int) -> str:
    pad, flat = " " * (depth + 1), json.dumps(value, ensure_ascii=False, allow_nan=False)
    if isinstance(value, dict) and value and (len(flat) > 110 or _holds_lists(value.values())):
        rows = (f"{pad}{json.dumps(name)}: {_block(entry, depth + 1)}" for name, entry in value.items())
        return "{\n" + ",\n".join(rows) + "\n" + pad[1:] + "}"
    if isinstance(value, list) and _holds_lists(value):
        return "[\n" + ",\n".join(pad + _block(entry, depth + 1) for entry in value) + "\n" + pad[1:] + "]"
    return flat


def _holds_lists(values: Iterable[Any]) -> bool:
    return any(isinstance(value, list | dict) for value in values)
