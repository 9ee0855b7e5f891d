"""What scipy and torch make of the problems that gdlib's methods solve: steps, matrices and least values, as data.

Part of `make goldens`. Derivatives come from jax, applied to the same text of the formula, or from the plain functions
of inputs.py; nothing here is taken from gdlib but the problems' text.
"""

import json
import math
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tests.goldens.inputs import DATA, LANDSCAPES, to_json
from tests.more_garbow_hillstrom import PROBLEMS, Problem

FILE: Path = DATA / "methods" / "methods.json"
SAME = 1e-9  # another machine's last digit, carried through the steps, is no news
STEPS = 25
TORCH = {
    "whole steps": {"lr": 1.0, "history_size": 100},
    "half steps": {"lr": 0.5, "history_size": 100},
    "three pairs": {"lr": 1.0, "history_size": 3},
}
"""Settings of torch.optim.LBFGS; a run on each landscape of inputs.py."""
SOLVERS = ("BFGS", "L-BFGS-B", "CG", "Newton-CG", "trust-exact")
"""Methods of scipy.optimize.minimize."""
NEWTON_STARTS = {"rosenbrock": (-1.2, 1.0), "himmelblau": (0.25, -1.0), "double_well": (1.0, 0.3)}
NEWTON_TEXTS = {
    "rosenbrock": "(1 - x)**2 + 100*(y - x**2)**2",
    "himmelblau": "(x**2 + y - 11)**2 + (x + y**2 - 7)**2",
    "double_well": "x**2 - y**2 + y**4/4",
}
MATRIX = [
    [6.0, 1.0, 0.5, -1.0, 0.0, 0.25], [1.0, 5.0, -0.5, 0.0, 1.0, 0.0], [0.5, -0.5, 4.0, 1.0, -0.5, 0.5],
    [-1.0, 0.0, 1.0, 7.0, 0.5, -1.0], [0.0, 1.0, -0.5, 0.5, 3.0, 0.75], [0.25, 0.0, 0.5, -1.0, 0.75, 2.0],
]  # fmt: skip
RIGHT = [1.0, -2.0, 3.0, 0.5, -1.5, 2.5]
START = [0.5, 0.0, -1.0, 2.0, 1.0, -0.25]
"""A positive definite system for conjugate gradients: the minimum of xᵀAx/2 - bᵀx."""
PAIRS = [
    ([0.5, -0.25, 1.0], [1.5, -0.5, 0.75]), ([-1.0, 0.5, 0.25], [-2.0, 2.5, 0.5]), ([0.125, 1.0, -0.5], [0.5, 3.0, -0.25]),
]  # fmt: skip
"""Steps and changes of the gradient for the BFGS update."""

Numbers = dict[str, Any]


def _function(text: str, names: list[str]) -> Callable[[Any], Any]:
    import jax

    jax.config.update("jax_enable_x64", True)
    jnp = jax.numpy
    known = {"exp": jnp.exp, "sin": jnp.sin, "cos": jnp.cos, "sqrt": math.sqrt}
    code = compile(text, "<problem>", "eval")
    return lambda point: eval(code, known | dict(zip(names, point, strict=True)))


def newton_paths() -> Numbers:
    """Newton's, damped, saddle-free and diagonally scaled steps, with jax's Hessian and scipy's linear algebra."""
    import jax
    import numpy as np
    import scipy.linalg

    def steps(name: str, step: Callable[[Any, Any], Any], count: int) -> list[list[float]]:
        value = _function(NEWTON_TEXTS[name], ["x", "y"])
        gradient, hessian = jax.grad(value), jax.hessian(value)
        points = [np.array(NEWTON_STARTS[name])]
        for _ in range(count):
            here = jax.numpy.asarray(points[-1])
            points.append(points[-1] - step(np.asarray(hessian(here)), np.asarray(gradient(here))))
        return [list(map(float, point)) for point in points]

    def absolute(H: Any) -> Any:
        return scipy.linalg.sqrtm(H @ H).real

    ways = {
        "newton": (scipy.linalg.solve, 6),
        "damped_newton": (lambda H, g: 0.25 * scipy.linalg.solve(H, g), 12),
        "saddle_free_newton": (lambda H, g: scipy.linalg.solve(absolute(H), g), 6),
        "diagonal_scaling": (lambda H, g: 0.5 * g / np.diag(H), 6),
    }
    return {way: {name: steps(name, step, count) for name in NEWTON_TEXTS} for way, (step, count) in ways.items()}


def torch_paths() -> Numbers:
    """torch.optim.LBFGS without a line search, step by step, on the landscapes of inputs.py."""
    import torch

    def run(name: str, settings: Numbers) -> list[list[float]]:
        value, gradient, start = LANDSCAPES[name]
        theta = torch.tensor(start, dtype=torch.float64, requires_grad=True)
        optimiser = torch.optim.LBFGS([theta], max_iter=1, tolerance_grad=0, tolerance_change=0, **settings)
        points = [list(start)]

        def closure() -> Any:
            here = [float(x) for x in theta.detach()]
            theta.grad = torch.tensor(gradient(*here), dtype=torch.float64)
            return torch.tensor(value(*here), dtype=torch.float64)

        for _ in range(STEPS):
            optimiser.step(closure)
            points.append([float(x) for x in theta.detach()])
        return points

    return {name: {title: run(name, settings) for title, settings in TORCH.items()} for name in LANDSCAPES}


def torch_with_line_search() -> Numbers:
    """Where torch.optim.LBFGS with its strong Wolfe search ends, and after how many steps."""
    import torch

    ends = {}
    for name, (value, _, start) in LANDSCAPES.items():
        theta = torch.tensor(start, dtype=torch.float64, requires_grad=True)
        optimiser = torch.optim.LBFGS(
            [theta],
            max_iter=200,
            tolerance_grad=1e-9,
            tolerance_change=0,
            history_size=10,
            line_search_fn="strong_wolfe",
        )

        def closure() -> Any:
            optimiser.zero_grad()  # noqa: B023  # used before the loop goes on
            loss = value(*theta)  # noqa: B023
            loss.backward()
            return loss

        optimiser.step(closure)
        steps = optimiser.state[optimiser._params[0]]["n_iter"]
        ends[name] = {"point": [float(x) for x in theta.detach()], "steps": int(steps)}
    return ends


def conjugate_path() -> list[list[float]]:
    """The points of scipy.sparse.linalg.cg on MATRIX, RIGHT from START."""
    import numpy as np
    from scipy.sparse.linalg import cg

    points = [list(START)]
    cg(np.array(MATRIX), np.array(RIGHT), x0=np.array(START), rtol=0, atol=1e-300, maxiter=len(START),
       callback=lambda point: points.append([float(x) for x in point]))  # fmt: skip
    return points


def bfgs_matrices() -> list[list[list[float]]]:
    """scipy.optimize.BFGS's inverse Hessian from the identity, after each of PAIRS."""
    import numpy as np
    from scipy.optimize import BFGS

    strategy = BFGS(init_scale=1.0, exception_strategy="skip_update")
    strategy.initialize(3, "inv_hess")
    matrices = []
    for s, y in PAIRS:
        strategy.update(np.array(s), np.array(y))
        matrices.append(strategy.get_matrix().tolist())
    return matrices


def least_values() -> list[Numbers]:
    """What scipy reaches on each problem of Moré, Garbow and Hillstrom, by each of SOLVERS and by least_squares."""
    return [{"problem": problem.name, "reached": _reached(problem)} for problem in PROBLEMS]


def _reached(problem: Problem) -> Numbers:
    import warnings

    import jax
    import numpy as np
    from scipy.optimize import least_squares, minimize

    names = [f"x{i + 1}" for i in range(problem.n)]
    parts = [_function(residual, names) for residual in problem.residuals]

    def residuals(point: Any) -> Any:
        return jax.numpy.stack([jax.numpy.asarray(part(point)) for part in parts])

    r, J = jax.jit(residuals), jax.jit(jax.jacobian(residuals))
    total = jax.jit(lambda point: (residuals(point) ** 2).sum())
    slope, bend = jax.jit(jax.grad(total)), jax.jit(jax.hessian(total))
    start, found = np.array(problem.start), {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for solver in SOLVERS:
            more: Numbers = {"hess": lambda x: np.asarray(bend(x))} if solver in ("Newton-CG", "trust-exact") else {}
            done = minimize(
                lambda x: float(total(x)), start, jac=lambda x: np.asarray(slope(x)), method=solver,
                options={"maxiter": 1000}, **more,
            )  # fmt: skip
            found[solver] = {"value": float(done.fun), "steps": int(done.nit)}
        done = least_squares(lambda x: np.asarray(r(x)), start, jac=lambda x: np.asarray(J(x)), method="lm",
                             xtol=1e-15, ftol=1e-15, gtol=1e-15)  # fmt: skip
    found["lm"] = {"value": float(2 * done.cost), "calls": int(done.nfev)}
    return found


def made() -> Numbers:
    """Everything, as it is stored."""
    return {
        "versions": {name: version(name).partition("+")[0] for name in ("scipy", "torch", "jax")},
        "newton": newton_paths(), "torch": torch_paths(), "torch_strong_wolfe": torch_with_line_search(),
        "cg": conjugate_path(), "bfgs": bfgs_matrices(), "more_garbow_hillstrom": least_values(),
    }  # fmt: skip


def main(words: list[str]) -> bool:
    """Print how far the numbers lie from those stored; write them with --write. True if they differ."""
    old = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
    new = made()
    print("\nMethods of second order, largest difference from the stored numbers.")
    kept = {}
    for part, numbers in new.items():
        apart = _apart(numbers, old.get(part))
        kept[part] = old[part] if apart <= SAME and part != "versions" else numbers
        print(f"{apart:>10.1e}   {part}")
    text = to_json(kept)
    same = FILE.exists() and FILE.read_text(encoding="utf-8") == text
    if "--write" in words and not same:
        FILE.parent.mkdir(exist_ok=True)
        FILE.write_text(text, encoding="utf-8")
    return not same


def _apart(one: Any, other: Any) -> float:
    """The largest difference of two numbers at the same place, in units of the larger of 1 and the number."""
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        return max((_apart(one[key], other[key]) for key in one), default=0.0)
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        return max(map(_apart, one, other), default=0.0)
    if isinstance(one, float | int) and isinstance(other, float | int):
        return abs(one - other) / max(1.0, abs(one))
    return 0.0 if one == other else math.inf
