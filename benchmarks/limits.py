"""What no program of this machine passes: its divisions and roots, its sums and products, what its memory lets through.

They are loops in Numba that do that alone, on as many threads as the work that is measured beside them.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numba import njit

from gdlib.emit.inverses import by_inverses
from gdlib.emit.trajectory import Trajectory
from gdlib.loops import compiler_words
from gdlib.trace.graph import in_order

Work = Callable[[], None]
_wide = compiler_words.widest_vectors()
_BLOCK = 256  # entries, all in the fastest cache: as many vectors side by side as hide what each waits for
_PAIRS = 8


@njit(nogil=True, error_model="numpy")
def _three_divisions_and_a_root(values, times):
    """Each entry's next value takes three divisions and a root, and hardly anything else; it stays near 1."""
    _wide()
    real = values.dtype.type
    one, more, much = real(1.0), real(1.1), real(1e9)
    for _ in range(times):
        for k in range(values.size):
            value = values[k]
            values[k] = one / np.sqrt(value / more) + value / much


@njit(nogil=True, error_model="numpy")
def _two_divisions_and_a_root(values, times):
    _wide()
    real = values.dtype.type
    one, more = real(1.0), real(1.1)
    for _ in range(times):
        for k in range(values.size):
            values[k] = one / np.sqrt(values[k] / more)


@njit(nogil=True, error_model="numpy")
def _a_division_and_a_root(values, times):
    _wide()
    one = values.dtype.type(1.0)
    for _ in range(times):
        for k in range(values.size):
            values[k] = one / np.sqrt(values[k])


@njit(nogil=True, error_model="numpy")
def _pairs_of_product_and_sum(values, times, a, b):
    """Eight products and eight sums for each entry, each of the last one's result."""
    _wide()
    for _ in range(times):
        for k in range(values.size):
            value = values[k]
            value = (((value * a + b) * a + b) * a + b) * a + b
            values[k] = (((value * a + b) * a + b) * a + b) * a + b


_ROOTED = {3: _three_divisions_and_a_root, 2: _two_divisions_and_a_root, 1: _a_division_and_a_root}


def divisions_and_roots(trajectory: Trajectory, runs: int, steps: int, threads: int, left: bool = False) -> Work:
    """As many divisions and roots as the rule writes for all these runs, in vectors, from the cache.

    `left`: as many as are left where quotients by what all runs share come from its inverse, by products.
    """
    parts = trajectory.split(())
    moved = by_inverses(parts.moved, {*parts.before, *parts.each_step}).outputs if left else parts.moved
    divisions, roots = (sum(node.op == op for node in in_order(moved)) for op in ("div", "sqrt"))
    if not roots or divisions not in (roots, 3 * roots):
        raise ValueError(f"trajectory: needs one or three divisions for each root, got {divisions} and {roots}")
    kernel, times = _ROOTED[divisions // roots], runs * roots * steps // (_BLOCK * threads)
    return lambda: side_by_side(threads, lambda: kernel(np.ones(_BLOCK), times))


def divisions_and_a_root_each(size: int, divisions: int) -> Work:
    """Those of an Adam step in float32: two once a bias correction is 1, one where the other comes from its inverse."""
    return lambda: _ROOTED[divisions](np.ones(_BLOCK, np.float32), size // _BLOCK)


def a_thread_woken() -> Work:
    """What it takes to hand work to a thread that waits, and to hear that it is done, beyond the work."""
    pool = ThreadPoolExecutor(1)
    return lambda: pool.submit(int).result()


def sums_and_products(trajectory: Trajectory, runs: int, steps: int, threads: int) -> Work:
    """As many sums and products, in vectors, from the cache."""
    moved = in_order(trajectory.split(()).moved)
    count = sum(node.op in ("add", "sub", "mul") for node in moved)
    times = runs * steps * count // (2 * _PAIRS * _BLOCK * threads)
    return lambda: side_by_side(threads, lambda: _pairs_of_product_and_sum(np.ones(_BLOCK), times, 0.5, 0.5))


@njit(nogil=True, error_model="numpy")
def _touched(theta, g, m, v):
    _wide()
    for k in range(theta.size):
        theta[k] += g[k]
        m[k] += g[k]
        v[k] += g[k]


def stream(size: int, threads: int) -> Work:
    """The memory's part of an Adam step in float32: four arrays are read, three of them written."""
    arrays = [np.full(size, 0.001, np.float32) for _ in range(4)]  # memory of zeros is none until it is written to
    share = -(-size // threads)
    parts = [[array[low : low + share] for array in arrays] for low in range(0, size, share)]
    pool = ThreadPoolExecutor(threads)  # its threads stay awake from one run to the next, as those of a step do

    def work() -> None:
        waiting = [pool.submit(_touched, *part) for part in parts[1:]]
        _touched(*parts[0])
        for one in waiting:
            one.result()

    return work


def side_by_side(threads: int, work: Callable[[], object]) -> None:
    """The work on each of so many threads."""
    with ThreadPoolExecutor(threads) as pool:
        for one in [pool.submit(work) for _ in range(threads)]:
            one.result()
