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


def main():
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
    differ = [name for name in names if getattr(at_home, name).tobytes() != getattr(away, name).tobytes()]
    print(f"{SIDE**2:,} runs of {STEPS:,} steps: {took:.1f} s at home, {took_away:.1f} s on {WORKERS} workers")
    print(f"worker {executor.killed} was killed after {executor.after} of {executor.back} chunks came back")
    print("all bytes are equal" if not differ else f"these differ: {', '.join(differ)}")
    return 1 if differ or executor.killed is None else 0


if __name__ == "__main__":
    sys.exit(main())
