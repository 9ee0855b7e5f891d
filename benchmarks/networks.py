"""Training steps of the book's two networks, beside torch in its best form.

Both go through the same digits in the same order of batches, from the same start; before anything is timed, an epoch
must have led both to the same parameters.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from unittest import mock

import numpy as np

import gdlib as gd
from benchmarks import machine, peers
from benchmarks.in_turn import against, best, in_turn
from benchmarks.rows import Row
from benchmarks.sweeps import OURS, Tell, all_said
from gdlib.emit.as_numpy import compile_rule
from gdlib.loops import machine_code
from gdlib.loops.large_arrays import LARGE, PATIENCE, LargeStep
from tests.goldens.torch_twin import examples, flat, twin

Ways = Mapping[str, Callable[[], Any]]
NETWORKS: dict[str, Callable[[], Any]] = {
    "MLP": lambda: gd.networks.MLP((784, 100, 100, 100, 100, 10)),
    "CNN": lambda: gd.networks.CNN((28, 28), filters=30, size=5, dense=(100, 10)),
}
GOALS = {("MLP", "float32"): 2.0, ("MLP", "float64"): 1.5, ("CNN", "float32"): 1.3, ("CNN", "float64"): 1.1}
AGREES = {"float32": 1e-4, "float64": 1e-12}
"""Distance between two ends after an epoch, in units of the way to them. Adam divides a gradient by its size, so what
float32 rounds off a tiny one grows: after a step or two it is under 1e-5, as the tests ask."""
BATCH, SEED, LR = 100, 3, 0.001
OF_PRODUCTS = "the matrix products of our step alone"
OF_LEAST = "with the taking of its examples and Adam's move"
"""What no step of ours can do without; activations, biases, pools and the cost are left out."""


@dataclass(frozen=True)
class Amount:
    """How much is measured: the benchmark's own, or a little of it in a test. An epoch is eight steps."""

    runs: int = 9
    mlp_epochs: int = 12
    cnn_epochs: int = 2


def data() -> tuple[np.ndarray, np.ndarray]:
    """The digits to train on: rows of 784 numbers from 0 to 1, and which digit each is."""
    d = gd.networks.digits()
    return d.x_train.reshape(-1, 784) / 255, d.y_train.astype(np.int64)


def ours(net: Any, start: np.ndarray, epochs: int) -> Callable[[], Any]:
    """What a reader calls; in `steps` the compiled step is at hand, as it is in a training that is long enough."""
    loss = net.loss(*data())
    return lambda: gd.networks.train(loss, gd.rules.adam, start, epochs=epochs, batch=BATCH, seed=SEED, lr=LR).theta


def torchs(net: Any, start: np.ndarray, epochs: int) -> dict[str, Callable[[], Any]]:
    """Its forms of Adam, and images with their channels last beside the usual order."""
    import torch

    x, y = data()
    inputs, answers = examples(net, x.astype(start.dtype)), torch.from_numpy(y)

    def trained(form: str, channels_last: bool) -> np.ndarray:
        module, rows = twin(net, start), inputs
        if channels_last:
            module, rows = module.to(memory_format=torch.channels_last), rows.to(memory_format=torch.channels_last)
        adam = torch.optim.Adam(module.parameters(), lr=LR, **({} if form == "default" else {form: True}))
        generator = np.random.default_rng(SEED)
        for _ in range(epochs):
            for chosen in torch.from_numpy(generator.permutation(len(answers))).split(BATCH):
                adam.zero_grad()
                torch.nn.functional.cross_entropy(module(rows[chosen]), answers[chosen]).backward()
                adam.step()
        return flat(module)

    orders = {"": False, ", channels last": True} if inputs.ndim == 4 else {"": False}
    return {
        f"torch, {form} Adam{words}": lambda form=form, last=last: trained(form, last)
        for form in ("default", "foreach", "fused")
        for words, last in orders.items()
    }


def products(net: Any, start: np.ndarray) -> Callable[[], None]:
    """The matrix products of one of our steps, and nothing else: what NumPy's library takes of it."""
    x, y = data()
    loss, plain, calls = net.loss(x[:BATCH], y[:BATCH]), np.matmul, list[tuple[Any, ...]]()

    def noted(a: Any, b: Any, out: Any = None) -> Any:
        calls.append((a, b, out))
        return plain(a, b, out=out)

    with mock.patch.object(np, "matmul", noted):
        loss.grad(start)

    def again() -> None:
        for a, b, out in calls:
            plain(a, b, out=out)

    return again


def least(net: Any, start: np.ndarray) -> Callable[[], None]:
    """The products, the examples of a batch copied to one place and Adam's move, and nothing else of a step."""
    alone, move = products(net, start), moves(start.dtype)
    examples = data()[0].astype(start.dtype)
    rows, batch = np.random.default_rng(SEED).permutation(len(examples))[:BATCH], np.empty_like(examples[:BATCH])
    theta, g, m, v = start.copy(), np.full_like(start, 1e-3), np.zeros_like(start), np.zeros_like(start)

    def again() -> None:
        np.take(examples, rows, axis=0, out=batch, mode="clip")
        alone()
        move(theta, g, m, v)

    return again


def check(ways: Ways, start: np.ndarray) -> None:
    """That all come to the same parameters; ValueError that names the one that does not."""
    found = {name: way() for name, way in ways.items()}
    for name, end in found.items():
        away = np.linalg.norm(end - found[OURS]) / np.linalg.norm(found[OURS] - start)
        if not away <= AGREES[start.dtype.name]:
            raise ValueError(f"{name}: needs to end where {OURS} does, ended {away:.1e} of the way beside it")


def steps(kind: str, dtype: str, amount: Amount, tell: Tell) -> list[Row]:
    """One row: a network in one precision."""
    if "torch" not in peers.here():
        return []
    net = NETWORKS[kind]()
    start, epochs = (
        net.start(seed=1, dtype=np.dtype(dtype).type),
        amount.mlp_epochs if kind == "MLP" else amount.cnn_epochs,
    )
    tell(f"{kind}, {dtype}: whether all do the same work")
    check({OURS: ours(net, start, 1), **torchs(net, start, 1)}, start)
    ways = {OURS: ours(net, start, epochs), **torchs(net, start, epochs)}
    many = epochs * -(-len(data()[1]) // BATCH)
    alone, together = products(net, start), least(net, start)
    bounds = {OF_PRODUCTS: lambda: [alone() for _ in range(many)], OF_LEAST: lambda: [together() for _ in range(many)]}
    times = in_turn(ways | bounds, amount.runs, tell)
    each = {name: [one / many for one in taken] for name, taken in times.items()}
    peer = best(each, [name for name in ways if name != OURS])
    work = f"{kind} step, batch {BATCH}, {dtype}"
    note = (
        f"{net.n:,} parameters, Adam, {many} steps a run on {machine.cores()} cores, its move compiled beforehand, as "
        f"a training of {PATIENCE / net.n:,.0f} steps does by itself; {all_said(each)}"
    )
    return [against(work, each, OURS, peer, GOALS[kind, dtype], note)]


def moves(dtype: Any) -> Callable[..., None]:
    """Adam's step on large vectors theta, g, m, v, in machine code where Numba is."""
    step = LargeStep(gd.rules.adam, compiler=machine_code.missing() is None)
    numbers = compile_rule(gd.rules.adam).numbers(*gd.rules.adam.defaults.values(), 0.9, 0.999, 1.0)
    shared = tuple(map(float, numbers))

    def move(theta: np.ndarray, g: np.ndarray, m: np.ndarray, v: np.ndarray) -> None:
        step(theta, g, m, v, shared, out=[theta, m, v])

    move(*np.zeros((4, LARGE), dtype))  # compiled now: no run is to pay for that
    return move


def works(amount: Amount | None = None) -> dict[str, Callable[[Tell], list[Row]]]:
    """Every measurement of this module by its name."""
    much = amount or Amount()
    return {f"{kind} {dtype}": lambda tell, k=kind, d=dtype: steps(k, d, much, tell) for kind, dtype in GOALS}
