"""The same work in the forms that each peer does it best in: naive NumPy, JAX (XLA), torch.

Rosenbrock's function and its gradient are written out for each; no peer differentiates anew while it is timed, except
where autograd is the peer. A peer that is not installed is no peer: `here()` says which are.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib.util import find_spec
from typing import Any

import numpy as np

from gdlib.loops import machine_code

Sweep = Callable[[], Any]
ADAM = {"lr": 0.001, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8}
MOMENTUM = {"lr": 0.0002, "beta": 0.9}


def here() -> list[str]:
    """The peers that are installed."""
    return [name for name in ("jax", "torch") if find_spec(name) is not None]


# ------------------------------------------------------------------ naive NumPy


def _slope(theta: Any, stack: Any) -> Any:
    x, y = theta[..., 0], theta[..., 1]
    return stack([-400.0 * x * (y - x * x) - 2.0 * (1.0 - x), 200.0 * (y - x * x)], -1)


def _adam(theta: Any, g: Any, m: Any, v: Any, t: Any, sqrt: Any) -> Any:
    m = ADAM["beta1"] * m + (1 - ADAM["beta1"]) * g
    v = ADAM["beta2"] * v + (1 - ADAM["beta2"]) * g**2
    m_hat, v_hat = m / (1 - ADAM["beta1"] ** t), v / (1 - ADAM["beta2"] ** t)
    return theta - ADAM["lr"] * m_hat / (sqrt(v_hat) + ADAM["eps"]), m, v


def _momentum(theta: Any, g: Any, v: Any) -> Any:
    v = MOMENTUM["beta"] * v - MOMENTUM["lr"] * g
    return theta + v, v


def numpy_sweep(rule: str, points: Any, steps: int) -> Sweep:
    """Whole arrays, step by step, as a student writes it."""

    def run() -> Any:
        theta = points
        m, v = np.zeros_like(theta), np.zeros_like(theta)
        for t in range(1, steps + 1):
            g = _slope(theta, np.stack)
            if rule == "adam":
                theta, m, v = _adam(theta, g, m, v, t, np.sqrt)
            else:
                theta, v = _momentum(theta, g, v)
        return theta

    return run


# ------------------------------------------------------------------ JAX


def jax_sweeps(rule: str, points: Any, steps: int) -> dict[str, Sweep]:
    """Its forms: all points at once, runs mapped side by side, in blocks, and blocks on threads."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)

    def walk(theta: Any) -> Any:
        zero = jnp.zeros_like(theta)

        def step(carried: Any, t: Any) -> Any:
            theta, m, v = carried
            g = _slope(theta, jnp.stack)
            moved = _adam(theta, g, m, v, t, jnp.sqrt) if rule == "adam" else (*_momentum(theta, g, v), m)
            return (moved if rule == "adam" else (moved[0], m, moved[1])), None

        return jax.lax.scan(step, (theta, zero, zero), jnp.arange(1.0, steps + 1))[0][0]

    many = jax.vmap(walk)
    flat = jnp.asarray(points.reshape(-1, 2))
    blocks = flat.reshape(-1, 4000, 2)
    at_once, mapped = jax.jit(walk), jax.jit(many)
    in_blocks = jax.jit(partial(jax.lax.map, many))
    whole = jax.jit(many)

    def threaded() -> Any:
        with ThreadPoolExecutor(machine_code.cores()) as pool:
            return np.concatenate(list(pool.map(lambda block: np.asarray(whole(block)), blocks)))

    return {
        "JAX, all points in one scan": lambda: np.asarray(at_once(flat)),
        "JAX, vmap of a scan": lambda: np.asarray(mapped(flat)),
        "JAX, lax.map over blocks": lambda: np.asarray(in_blocks(blocks)),
        "JAX, vmap of a scan, blocks on threads": threaded,
    }


def jax_runs(start: Any, steps: int) -> dict[str, Sweep]:
    """A thousand steps of one run, compiled before: with the step written out, and with optax's."""
    import jax
    import jax.numpy as jnp
    import optax

    jax.config.update("jax_enable_x64", True)
    point, times = jnp.asarray(start), jnp.arange(1.0, steps + 1)
    adam = optax.adam(ADAM["lr"], b1=ADAM["beta1"], b2=ADAM["beta2"], eps=ADAM["eps"])

    def step(carried: Any, t: Any) -> Any:
        theta, m, v = carried
        moved = _adam(theta, _slope(theta, jnp.stack), m, v, t, jnp.sqrt)
        return moved, moved[0]

    def step_of_optax(carried: Any, t: Any) -> Any:
        theta, state = carried
        change, state = adam.update(_slope(theta, jnp.stack), state, theta)
        return (theta + change, state), theta + change

    own = jax.jit(lambda theta: jax.lax.scan(step, (theta, jnp.zeros(2), jnp.zeros(2)), times)[1])
    optaxs = jax.jit(lambda theta: jax.lax.scan(step_of_optax, (theta, adam.init(theta)), times)[1])
    return {"JAX, a scan": lambda: np.asarray(own(point)), "JAX, a scan with optax": lambda: np.asarray(optaxs(point))}


# ------------------------------------------------------------------ torch


def torch_sweeps(points: Any, steps: int) -> dict[str, Sweep]:
    """Momentum: ten steps compiled as one, over all points."""
    import torch

    def ten(theta: Any, v: Any) -> Any:
        for _ in range(10):
            theta, v = _momentum(theta, _slope(theta, torch.stack), v)
        return theta, v

    compiled, start = torch.compile(ten), torch.from_numpy(points)

    def run() -> Any:
        with torch.no_grad():
            theta, v = start, torch.zeros_like(start)
            for _ in range(steps // 10):
                theta, v = compiled(theta, v)
        return theta.numpy()

    return {"torch.compile of 10 steps": run}


def torch_run(start: Any, steps: int) -> Sweep:
    """A thousand steps with autograd and its own Adam."""
    import torch

    def run() -> Any:
        theta = torch.tensor(start, dtype=torch.float64, requires_grad=True)
        adam = torch.optim.Adam([theta], **_torch_settings())
        path = []
        for _ in range(steps):
            adam.zero_grad()
            ((1.0 - theta[0]) ** 2 + 100.0 * (theta[1] - theta[0] ** 2) ** 2).backward()
            adam.step()
            path.append(theta.detach().clone())
        return torch.stack(path).numpy()

    return run


def torch_steps(theta: Any, g: Any) -> dict[str, Sweep]:
    """One step of its Adam on a flat vector, in its three forms; each has a copy of its own."""
    import torch

    forms = {}
    for form in ("fused", "foreach", "default"):
        parameter = torch.nn.Parameter(torch.from_numpy(theta.copy()))
        parameter.grad = torch.from_numpy(g.copy())
        chosen = {} if form == "default" else {form: True}
        adam = torch.optim.Adam([parameter], **_torch_settings(), **chosen)

        def step(adam: Any = adam, parameter: Any = parameter) -> Any:
            adam.step()
            return parameter.detach().numpy()

        forms[f"torch.optim.Adam, {form}"] = step
    return forms


def _torch_settings() -> dict[str, Any]:
    return {"lr": ADAM["lr"], "betas": (ADAM["beta1"], ADAM["beta2"]), "eps": ADAM["eps"]}
