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
    "1,000 Adam steps, 2-D, beside torch": "the goal lies within the spread: both times swing from run to run",
    "sweep without Numba, momentum": (
        "it is NumPy's own time, on blocks in a core's own cache; where the cache that cores share is quick, naive "
        "NumPy, which goes through that one at every call, loses less; another processor gave 4.5"
    ),
    "sweep without Numba, Adam": (
        "it is NumPy's own time: 38 calls a step on blocks in the cache, where a quotient takes several times as long "
        "as a product; naive NumPy makes the same calls out of the cache, and loses least where quotients are many"
    ),
    "sweep, Adam": (
        "JAX's best form goes block by block as well, and multiplies by inverses without a care for the last bit: both "
        "are left with a division and a root for each coordinate; a loop of nothing else, timed beside it, would not "
        "reach the goal either"
    ),
    "one Adam step on 100,000 float32, beside torch": (
        "its two divisions and a root for each entry, timed beside it, alone take longer than the goal allows; by "
        "inverses one division is left, but noting what is overwritten, for quotients that are not sure, takes much of "
        "what that saves, and a second core would be woken too late"
    ),
    "one Adam step on 1,000,000 float32, beside torch": (
        "both share the work between two cores, and swing around the same time: with the waking of the second core, "
        "its two divisions and a root on both, each timed beside it, leave little of torch's time, and what is left is "
        "swings; torch's second thread spins between steps, which takes a core from all else, ours sleeps"
    ),
    "one Adam step on 10,000,000 float32, beside torch": (
        "both wait for memory, and swing around the same time from one measurement to the next"
    ),
    "one Adam step on 10,000,000 float32, beside the memory": (
        "its divisions and roots on both cores, and its memory, each timed alone, together take longer than the step: "
        "a core would have to do both at once without a gap; asking for the next numbers early made it slower"
    ),
    "MLP step": (
        "what no step of ours can do without, NumPy's matrix products, the batch's examples and Adam's move, alone "
        "takes about the whole of the goal's time (timed beside it)"
    ),
    "CNN step": (
        "the matrix products of our step, timed alone beside it, take over half of it; the rest are NumPy's passes "
        "over patches, pools and slopes, each on one core, for on the other the products' own thread stays awake: "
        "passes shared between two threads, and smaller parts, took as long; both goals are met in most measurements"
    ),
}


def explained(row: Row, load: float, cores: int) -> Row:
    """The row; where its goal is missed, with the reason in its note: what was found, or that others took the time."""
    if row.met:
        return row
    known = [reason for work, reason in FOUND.items() if f"{row.work}, beside {row.peer}".startswith(work)]
    busy = f"others kept the machine busy (load {load:g} on {cores} cores), so this says little; measure again in quiet"
    reason = busy if load > cores / 2 else known[0] if known else UNKNOWN
    return replace(row, note=f"{row.note}; missed: {reason}")
