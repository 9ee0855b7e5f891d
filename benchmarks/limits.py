"""What no program of this machine passes: its divisions and roots in a second, and what its memory lets through.

Both are loops in Numba that do that alone, on as many threads as the work that is measured beside them.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numba import njit

from gdlib.emit.trajectory import Trajectory
from gdlib.trace.graph import in_order

_BLOCK = 64


@njit(nogil=True, error_model="numpy")
def _three_divisions_and_a_root(values, times):
    """Each entry's next value takes three divisions and a root, and hardly anything else; it stays near 1."""
    for _ in range(times):
        for k in range(values.size):
            value = values[k]
            values[k] = 1.0 / np.sqrt(value / 1.1) + value / 1e9


def divisions_and_roots(trajectory: Trajectory, runs: int, steps: int, threads: int) -> Callable[[], None]:
    """As many divisions and roots as the rule writes for all these runs, in vectors, from the cache: three and one."""
    moved = in_order(trajectory.split(()).moved)
    divisions, roots = (sum(node.op == op for node in moved) for op in ("div", "sqrt"))
    if not roots or divisions != 3 * roots:
        raise ValueError(f"trajectory: needs three divisions for each root, got {divisions} and {roots}")
    times = runs * roots * steps // (_BLOCK * threads)

    def work() -> None:
        side_by_side(threads, lambda: _three_divisions_and_a_root(np.ones(_BLOCK), times))

    return work


@njit(nogil=True, error_model="numpy")
def _touched(theta, g, m, v):
    for k in range(theta.size):
        theta[k] += g[k]
        m[k] += g[k]
        v[k] += g[k]


def stream(size: int, threads: int) -> Callable[[], None]:
    """The memory's part of an Adam step in float32: four arrays are read, three of them written."""
    arrays = [np.zeros(size, np.float32) for _ in range(4)]
    share = -(-size // threads)
    parts = [slice(low, low + share) for low in range(0, size, share)]

    def work() -> None:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(lambda part: _touched(*(array[part] for array in arrays)), parts))

    return work


def side_by_side(threads: int, work: Callable[[], object]) -> None:
    """The work on each of so many threads."""
    with ThreadPoolExecutor(threads) as pool:
        for one in [pool.submit(work) for _ in range(threads)]:
            one.result()
