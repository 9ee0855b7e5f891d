"""The loop over blocks of runs for the back end of lanes: plain Python, which Numba compiles once for all texts."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gdlib.points import Array


def advance(
    begin: Callable[..., None], walk: Callable[..., None], quick: Callable[..., None],
    points: Array, taken: Array, ended: Array, numbers: Array, swept: Array, factors: Array, steps: int, square: float,
    block: int, rows: int, own_rows: int, shared_powers: int, unwatched: int, hurry: bool, watch: Array,
) -> None:  # fmt: skip
    """Move the points (N, n), in place, to where their runs end, with `begin` and `walk` of a text of lanes.

    `taken` (N,) and `ended` (N,) become what `Reached` says of them. A block takes `unwatched` steps before its runs
    are looked at; one that has ended somewhere in these takes them once more, alone, step by step. `hurry`: they are
    taken by `quick`, until that is not sure of them; then they and all after them in this block are `walk`'s. `watch`
    is a chunk's.
    """
    lanes = np.empty(rows * block, points.dtype)
    kept = np.empty(rows * block, points.dtype)
    own, own_kept = np.empty(own_rows * block), np.empty(own_rows * block)
    powers, powers_kept, again = np.empty(shared_powers), np.empty(shared_powers), np.empty(shared_powers)
    ends = np.empty(block, points.dtype)
    alive = np.empty(block, np.bool_)
    n = points.shape[1]
    for first in range(0, points.shape[0], block):
        width = min(block, points.shape[0] - first)
        begin(lanes, own, points, swept, first, width)
        for k in range(shared_powers):
            powers[k] = 1.0
        for lane in range(width):
            alive[lane] = True
        going, t, quickly = width, 0, hurry
        while t < steps and going > 0:
            if watch[0] != 0:
                return
            last = min(t + unwatched, steps)
            for k in range(lanes.size):
                kept[k] = lanes[k]
            for k in range(own.size):
                own_kept[k] = own[k]
            for k in range(shared_powers):
                powers_kept[k] = powers[k]
            for lane in range(width):
                ends[lane] = 0.0
            if quickly:
                quick(lanes, own, numbers, factors, powers, square, ends, width, t, last)
                unsure = 0
                for lane in range(width):
                    unsure += int(alive[lane] and ends[lane] == 2.0)
                quickly = unsure == 0
                if not quickly:
                    for k in range(lanes.size):
                        lanes[k] = kept[k]
                    for k in range(own.size):
                        own[k] = own_kept[k]
                    for k in range(shared_powers):
                        powers[k] = powers_kept[k]
                    for lane in range(width):
                        ends[lane] = 0.0
            if not quickly:
                walk(lanes, own, numbers, factors, powers, square, ends, width, t, last)
            over = 0
            for lane in range(width):  # counted first, mostly none, in a loop so short that it becomes vectors
                over += int(alive[lane] and ends[lane] != 0.0)
            for lane in range(width if over > 0 else 0):
                if ends[lane] == 0.0 or not alive[lane]:
                    continue
                at = first + lane
                for k in range(lane, lanes.size, block):
                    lanes[k] = kept[k]
                for k in range(lane, own.size, block):
                    own[k] = own_kept[k]
                for k in range(shared_powers):
                    again[k] = powers_kept[k]
                ends[lane] = 0.0
                for now in range(t, last):
                    for row in range(n):
                        points[at, row] = lanes[row * block + lane]
                    walk(lanes[lane:], own[lane:], numbers, factors, again, square, ends[lane:], 1, now, now + 1)
                    if ends[lane] != 0.0:
                        taken[at] = now
                        ended[at] = int(ends[lane])
                        alive[lane] = False
                        going -= 1
                        break
            watch[1] += (last - t) * width
            t = last
        for lane in range(width):
            ends[lane] = 0.0
            if alive[lane]:
                taken[first + lane] = steps
                ended[first + lane] = 0
                for row in range(n):
                    points[first + lane, row] = lanes[row * block + lane]
        if square >= 0.0 and going > 0:  # a step looks first whether tol is met; where this one leads does not matter
            walk(lanes, own, numbers, factors, powers, square, ends, width, steps, steps + 1)
            for lane in range(width):
                if alive[lane] and ends[lane] > 0.0:
                    ended[first + lane] = 1
