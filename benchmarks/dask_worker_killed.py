"""A sweep on a dask cluster of separate processes, one of them killed midway: the bytes equal those at home.

.venv-bench/bin/python -m benchmarks.dask_worker_killed    # prints what happened; exit 1 if a byte differs

Needs dask.distributed, which belongs to the environment of the benchmarks.
"""

import os
import signal
import sys
import time

import numpy as np

import gdlib as gd

WORKERS = 3
SIDE, STEPS = 300, 2000


class KillsOne:
    """A dask client that kills one of its workers once some chunks are back."""

    def __init__(self, client, after):
        self.client, self.after, self.back, self.killed = client, after, 0, None

    def submit(self, function, *arguments):
        future = self.client.submit(function, *arguments)
        future.add_done_callback(self._count)
        return future

    def _count(self, _):
        self.back += 1
        if self.back >= self.after and self.killed is None:
            self.killed = next(iter(self.client.run(os.getpid).values()))
            os.kill(self.killed, signal.SIGKILL)


def asked(**options):
    low, high = gd.objectives.himmelblau.window[0]
    axis = np.linspace(low, high, SIDE)
    start = np.stack(np.meshgrid(axis, axis), axis=-1)
    return gd.sweep(gd.objectives.himmelblau, gd.rules.adam, start, steps=STEPS, lr=0.02, backend="numpy", **options)


def measure():
    """What happened, as it is kept; `differ` names the arrays whose bytes are others than at home."""
    from dask.distributed import Client, LocalCluster

    began = time.perf_counter()
    at_home = asked()
    took = time.perf_counter() - began
    cluster = LocalCluster(
        n_workers=WORKERS, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1"
    )
    with cluster, Client(cluster) as client:
        executor = KillsOne(client, after=8)
        began = time.perf_counter()
        away = asked(executor=executor)
        took_away = time.perf_counter() - began
    names = ("points", "values", "steps", "taken", "left", "minimum")
    return {
        "runs": SIDE**2,
        "steps": STEPS,
        "workers": WORKERS,
        "killed": int(executor.killed is not None),
        "chunks": executor.back,
        "back_before": executor.after,
        "seconds_at_home": round(took, 1),
        "seconds": round(took_away, 1),
        "differ": [name for name in names if getattr(at_home, name).tobytes() != getattr(away, name).tobytes()],
    }


def words(found):
    """The same as a sentence."""
    bytes_ = "all bytes equal those at home" if not found["differ"] else f"these differ: {', '.join(found['differ'])}"
    return (
        f"a sweep of {found['runs']:,} runs on {found['workers']} processes of a dask cluster, {found['killed']} of "
        f"them killed after {found['back_before']} of {found['chunks']} chunks had come back: {bytes_}"
    )


def main():
    found = measure()
    print(f"{words(found)} ({found['seconds_at_home']} s at home, {found['seconds']} s there)")
    return 1 if found["differ"] or not found["killed"] else 0


if __name__ == "__main__":
    sys.exit(main())
