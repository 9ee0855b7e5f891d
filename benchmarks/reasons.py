"""Why a goal is missed: a row that misses stays in the table, and says what was found when it was looked into."""

from dataclasses import replace

from benchmarks.rows import Row

UNKNOWN = "why is not known yet"
# The beginning of a row's work, with its peer where that matters, and what profiling it has shown. A row that meets its
# goal again needs no entry.
FOUND: dict[str, str] = {
    "1,000 Adam steps, 2-D, beside JAX": (
        "a warm JAX scan is machine code; ours is straight-line Python, for which nothing is compiled: its first run "
        "is done long before JAX has compiled"
    ),
    "1,000 Adam steps, 2-D, beside torch": (
        "the goal lies within the spread: both times swing from run to run, and another measurement came to 217 times"
    ),
    "sweep without Numba, Adam": (
        "it is NumPy's own time: 38 calls a step on blocks in the cache, where a product takes 0.35 ns an entry and a "
        "quotient 0.9; naive NumPy makes the same calls out of the cache, and loses least where quotients are many"
    ),
    "sweep, Adam": (
        "JAX's best form goes block by block as well, and multiplies by inverses without a care for the last bit: both "
        "are left with a division and a root for each coordinate, and a loop of nothing else would be 1.9 times as "
        "fast as JAX"
    ),
    "one Adam step on 100,000 float32, beside torch": (
        "a division and a root for each entry, in vectors from the cache, are timed beside it: they alone take about "
        "as long as the goal allows for the whole step; our loop takes 0.7 ns an entry where they take 0.6, and "
        "Python's call of it 10 µs"
    ),
    "one Adam step on 1,000,000 float32, beside torch": (
        "both wait for memory, and swing around the same time from one measurement to the next"
    ),
    "one Adam step on 10,000,000 float32, beside torch": (
        "both wait for memory, and swing around the same time from one measurement to the next"
    ),
    "one Adam step on 10,000,000 float32, beside the memory": (
        "its divisions and roots alone take as long as memory does, and the two cores, threads of one, share a "
        "divider: it would have to do both at once without a gap; asking for the next numbers early made it slower"
    ),
    "MLP step": (
        "the matrix products of our step, timed alone (0.71 of 1.2 ms in float32, 1.4 of 2.4 in float64), and Adam's "
        "one division and root for each entry nearly fill the goal's time; the products are the work of NumPy's "
        "OpenBLAS, and torch's MKL multiplies float64 of this size a third faster"
    ),
    "CNN step": (
        "matrix products, timed alone, take over half of our step (7.0 of 12.9 ms); the rest are NumPy's passes over "
        "patches, pools and slopes, each on one core, where torch's go on both; measurements come out at 1.2 to 1.3"
    ),
}


def explained(row: Row, load: float, cores: int) -> Row:
    """The row; where its goal is missed, with the reason in its note: what was found, or that others took the time."""
    if row.met:
        return row
    known = [reason for work, reason in FOUND.items() if f"{row.work}, beside {row.peer}".startswith(work)]
    busy = f"others kept the machine busy (load {load:g} on {cores} cores), so this says little; measure again in quiet"
    reason = known[0] if known else busy if load > cores / 2 else UNKNOWN
    return replace(row, note=f"{row.note}; missed: {reason}")
