"""The same work on a GPU by the peers that are installed and see it: JAX's compiled loops, torch's own Adam."""

import os
from collections.abc import Callable
from typing import Any

from benchmarks.peers import ADAM, MOMENTUM

os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")  # else JAX takes three quarters of the memory


def jax_sweeps(rule: str, points: Any, steps: int) -> dict[str, Callable[[], Any]]:
    """Rosenbrock's function in the points' own type: all points in one scan, and runs mapped side by side."""
    try:
        import jax
        import jax.numpy as jnp
    except ImportError:
        return {}
    jax.config.update("jax_enable_x64", True)
    if jax.default_backend() != "gpu":
        return {}
    real = points.dtype

    def slope(theta: Any) -> Any:
        x, y = theta[..., 0], theta[..., 1]
        return jnp.stack([-400.0 * x * (y - x * x) - 2.0 * (1.0 - x), 200.0 * (y - x * x)], -1)

    def adam(carried: Any, t: Any) -> Any:
        theta, m, v = carried
        g = slope(theta)
        m = ADAM["beta1"] * m + (1 - ADAM["beta1"]) * g
        v = ADAM["beta2"] * v + (1 - ADAM["beta2"]) * g**2
        first, second = ((1 - ADAM[name] ** t).astype(real) for name in ("beta1", "beta2"))
        return (theta - ADAM["lr"] * (m / first) / (jnp.sqrt(v / second) + ADAM["eps"]), m, v), None

    def momentum(carried: Any, t: Any) -> Any:
        theta, v = carried
        v = MOMENTUM["beta"] * v - MOMENTUM["lr"] * slope(theta)
        return (theta + v, v), None

    step, memory = {"adam": (adam, 2), "momentum": (momentum, 1)}[rule]

    def walk(theta: Any) -> Any:
        return jax.lax.scan(step, (theta, *[jnp.zeros_like(theta)] * memory), jnp.arange(1.0, steps + 1))[0][0]

    at_once, mapped, there = jax.jit(walk), jax.jit(jax.vmap(walk)), jax.device_put(points)
    return {
        "JAX, all points in one scan": lambda: at_once(there).block_until_ready(),
        "JAX, vmap of a scan": lambda: mapped(there).block_until_ready(),
    }


def torch_steps(entries: int) -> dict[str, Callable[[], Any]]:
    """One step of its Adam on a float32 vector there, fused and as a list of operations."""
    try:
        import torch
    except ImportError:
        return {}
    if not torch.cuda.is_available():
        return {}
    made = {}
    for form in ("fused", "foreach"):
        parameter = torch.nn.Parameter(torch.randn(entries, device="cuda"))
        parameter.grad = torch.randn(entries, device="cuda")
        settings = {"lr": ADAM["lr"], "betas": (ADAM["beta1"], ADAM["beta2"]), "eps": ADAM["eps"]}
        made[f"torch.optim.Adam, {form}"] = torch.optim.Adam([parameter], **settings, **{form: True}).step
    return made
