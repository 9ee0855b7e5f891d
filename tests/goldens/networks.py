"""What torch makes of small networks and of the book's two, in a few steps on digits: costs and parameters, as data.

Part of `make goldens`. From gdlib come the images and the networks' shapes; forward, backward and step are torch's.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from tests.goldens.inputs import DATA, to_json
from tests.goldens.torch_twin import examples, flat, twin

FILE: Path = DATA / "networks" / "networks.json"
SAME = {"float32": 2e-6, "float64": 1e-13}
"""How far, as `apart` measures it, another machine's torch may end without the file being written anew."""
BATCHES, ROWS = 3, 20
SHOWN = 100
"""Parameters that are stored, about, from all over the vector."""
COSTS = {"cross_entropy": "cross_entropy", "logistic": "binary_cross_entropy_with_logits", "squared": "mse_loss"}


@dataclass(frozen=True)
class Problem:
    """A network, a cost, a rule of ours with its hyperparameters, and torch's name for it."""

    name: str
    rule: str
    hyperparameters: Mapping[str, float]
    optimiser: str
    options: Mapping[str, float]
    cost: str = "cross_entropy"
    steps: int = 12

    def network(self) -> Any:
        from gdlib.networks import CNN, MLP

        return {
            "relu": lambda: MLP((100, 8, 6, 10)),
            "tanh": lambda: MLP((100, 7, 10), "tanh"),
            "sigmoid": lambda: MLP((100, 7, 10), "sigmoid"),
            "linear": lambda: MLP((100, 10)),
            "images": lambda: CNN((10, 10), filters=4, size=3, dense=(8, 10)),
            "two stages": lambda: CNN((10, 10), filters=(2, 3), size=2, dense=(10,), activation="tanh"),
            "the book's MLP": lambda: MLP((784, 100, 100, 100, 100, 10)),
            "the book's CNN": lambda: CNN((28, 28), filters=30, size=5, dense=(100, 10)),
        }[self.name]()


def _adam(name: str, lr: float = 0.01, **more: Any) -> Problem:
    return Problem(name, "adam", {"lr": lr}, "Adam", {"lr": lr}, **more)


def _descent(name: str, lr: float = 0.5, **more: Any) -> Problem:
    return Problem(name, "gradient_descent", {"lr": lr}, "SGD", {"lr": lr}, **more)


PROBLEMS = [
    _descent("linear"), _descent("relu"), _adam("relu"), _descent("tanh"), _adam("sigmoid"), _descent("images"),
    _adam("images"), _descent("two stages"), _descent("tanh", cost="logistic"), _descent("tanh", 0.05, cost="squared"),
    Problem("relu", "momentum_accumulate", {"lr": 0.1, "beta": 0.9}, "SGD", {"lr": 0.1, "momentum": 0.9}),
    Problem("tanh", "rmsprop", {"lr": 0.01, "rho": 0.9}, "RMSprop", {"lr": 0.01, "alpha": 0.9}),
    _adam("the book's MLP", 0.001, steps=5), _descent("the book's MLP", 0.1, steps=5), _adam("the book's CNN", 0.001, steps=5),
]  # fmt: skip


def data(net: Any, cost: str) -> tuple[np.ndarray, np.ndarray]:
    """Images of the digits as rows for this network, whole or every other pixel of the middle, and their answers."""
    from gdlib.networks import digits

    d = digits()
    images = d.x_train if net.takes == 784 else d.x_train[:, 4:24:2, 4:24:2]
    x, labels = images[: BATCHES * ROWS].reshape(BATCHES * ROWS, -1) / 255, d.y_train[: BATCHES * ROWS].astype(int)
    return x, labels if cost == "cross_entropy" else np.eye(10)[labels]


def start(net: Any, dtype: str) -> np.ndarray:
    """A start within 0.1 of zero that no library draws."""
    return ((np.arange(net.n) * 7919 % 1009 - 504) / 5040).astype(dtype)


def part(step: int) -> slice:
    """The rows of a step's batch, from step 0."""
    return slice(step % BATCHES * ROWS, (step % BATCHES + 1) * ROWS)


def shown(theta: np.ndarray) -> np.ndarray:
    """Those that are stored; the stride is odd, so that no layer shows one column alone."""
    return theta[:: len(theta) // SHOWN | 1]


def made(problem: Problem, dtype: str) -> dict[str, list[float]]:
    """Torch's cost at each step before it is taken, and where the steps lead."""
    import torch

    net = problem.network()
    x, y = data(net, problem.cost)
    module = twin(net, start(net, dtype))
    optimiser = getattr(torch.optim, problem.optimiser)(module.parameters(), **problem.options)
    inputs, answers = examples(net, x.astype(dtype)), torch.from_numpy(y if y.ndim == 1 else y.astype(dtype))
    measure, costs = getattr(torch.nn.functional, COSTS[problem.cost]), []
    for step in range(problem.steps):
        optimiser.zero_grad()
        cost = measure(module(inputs[part(step)]), answers[part(step)])
        cost = {"cross_entropy": cost, "logistic": cost * 10, "squared": cost * 5}[problem.cost]  # outputs add up
        cost.backward()
        optimiser.step()
        costs.append(float(cost.detach()))
    return {"costs": costs, "theta": shown(flat(module)).tolist()}


def apart(problem: Problem, dtype: str, theta: Any, other: Any) -> float:
    """How far two ends lie from each other, in units of the way from the start."""
    before = shown(start(problem.network(), dtype)).astype(float)
    theta, other = np.asarray(theta, float), np.asarray(other, float)
    return float(np.linalg.norm(theta - other) / np.linalg.norm(other - before))


def key(problem: Problem) -> dict[str, Any]:
    """What a stored row says of its problem."""
    return {
        "network": problem.name, "cost": problem.cost, "rule": problem.rule,
        "hyperparameters": dict(problem.hyperparameters), "called": f"torch.optim.{problem.optimiser}",
        "options": dict(problem.options), "steps": problem.steps,
    }  # fmt: skip


def main(words: list[str]) -> bool:
    """Print how far torch's ends lie from those stored; write them with --write. True if they differ."""
    old = json.loads(FILE.read_text(encoding="utf-8"))["rows"] if FILE.exists() else []
    rows = []
    print("\nNetworks, distance from the stored end in units of the way to it: float32, float64.")
    for problem in PROBLEMS:
        before = next((row for row in old if {name: row[name] for name in key(problem)} == key(problem)), None)
        row, found = key(problem), []
        for dtype, same in SAME.items():
            row[dtype] = made(problem, dtype)
            if before is not None:
                found.append(apart(problem, dtype, row[dtype]["theta"], before[dtype]["theta"]))
                if found[-1] <= same:
                    row[dtype] = before[dtype]
        rows.append(row)
        print(f"{'  '.join(f'{one:.1e}' for one in found) or '-':>18}   {problem.name}: {problem.rule}, {problem.cost}")
    text = to_json({"versions": {"torch": version("torch").partition("+")[0]}, "rows": rows})
    stays = FILE.exists() and FILE.read_text(encoding="utf-8") == text
    if "--write" in words and not stays:
        FILE.parent.mkdir(exist_ok=True)
        FILE.write_text(text, encoding="utf-8")
    return not stays
