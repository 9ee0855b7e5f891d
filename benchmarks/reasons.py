"""Why a goal is missed: a row that misses stays in the table, and says what was found when it was looked into.

.venv/bin/python -m benchmarks.reasons  # says them anew in the kept rows, where one is worded better; measures nothing
"""

import json
import re
from dataclasses import replace
from pathlib import Path

from benchmarks.rows import Row, digits, read, write

HERE = Path(__file__).resolve().parent

UNKNOWN, BUSY = "why is not known yet", "others kept the machine busy"
BOTH_AT_ONCE = (
    "the goal allows {allowed}: four arrays read and three written on both cores, with the waking of the second and "
    "nothing computed, alone take {the memory-stream limit}, and two divisions and a root for each entry half of "
    "{two divisions and a root for each entry, on one core}, so the goal asks for both at once; both times swing"
)
# The beginning of a row's work, with its peer where that matters, and what profiling it has shown. In braces stands the
# name of a form or a limit that was timed in turn with the row, for its time, or `allowed`, for the time that the goal
# leaves. A row that meets its goal again needs no entry.
FOUND: dict[str, str] = {
    "1,000 Adam steps, 2-D, beside JAX": (
        "a warm JAX scan is machine code; ours is straight-line Python, for which nothing is compiled: its first run "
        "is done long before JAX has compiled"
    ),
    "1,000 Adam steps, 2-D, beside torch": "both times swing from run to run",
    "sweep without Numba, momentum": (
        "the goal allows {allowed}: our calls of NumPy on 6,400 runs that never leave a core's own cache, until as "
        "many have moved, take {its NumPy calls on runs that stay in the cache}; the sweep, in larger blocks, takes "
        "{gdlib}, so hardly any of that is memory; where the cache that cores share is quick, naive NumPy, which goes "
        "through that one at every call, loses less"
    ),
    "sweep without Numba, Adam": (
        "the goal allows {allowed}: our 38 calls of NumPy a step on 6,400 runs that never leave a core's own cache, "
        "until as many have moved, take {its NumPy calls on runs that stay in the cache}; a quotient takes several "
        "times as long as a product, and naive NumPy, which does much the same arithmetic on arrays that do not fit "
        "that cache, loses least by it where quotients are many"
    ),
    "sweep, Adam": (
        "JAX's best form goes block by block as well, and multiplies by inverses without a care for the last bit: both "
        "are left with a division and a root for each coordinate; a loop of nothing else, timed beside it, would not "
        "reach the goal either"
    ),
    "one Adam step on 100,000 float32, beside torch": (
        "the goal allows {allowed}: the step's two divisions and a root for each entry, timed alone beside it, take "
        "{two divisions and a root for each entry, on one core}; with one division left, by inverses, they take "
        "{a division and a root for each entry, on one core}, and all else of a step comes on top; to wake a thread "
        "and hear from it takes {to wake a thread and hear from it}, so half of that on another core takes no less; "
        "the whole step takes {gdlib}"
    ),
    "one Adam step on 1,000,000 float32, beside torch": BOTH_AT_ONCE,
    "one Adam step on 10,000,000 float32, beside torch": BOTH_AT_ONCE,
    "one Adam step on 10,000,000 float32, beside the memory": (
        "its divisions and roots on both cores, and its memory, each timed alone, together take longer than the step: "
        "a core would have to do both at once without a gap; asking for the next numbers early made it slower"
    ),
    "MLP step": (
        "the goal allows {allowed}: what no step of ours can do without, NumPy's matrix products, the batch's examples "
        "and Adam's move, alone takes {with the taking of its examples and Adam's move}, timed beside it; the rest are "
        "NumPy's short calls for the layers' sums and slopes"
    ),
    "CNN step": (
        "no limit that was timed forbids the goal: of the {allowed} that it allows, what no step of ours can do "
        "without, NumPy's matrix products, the batch's examples and Adam's move, takes "
        "{with the taking of its examples and Adam's move}; the rest are NumPy's passes over patches, pools and "
        "slopes, each on one core, for on the other the products' own thread stays awake: passes shared between two "
        "threads, and smaller parts, took as long"
    ),
}


def explained(row: Row, load: float, cores: int) -> Row:
    """The row; where its goal is missed, with the reason in its note: what was found, or that others took the time."""
    if row.met:
        return row
    known = [reason for work, reason in FOUND.items() if f"{row.work}, beside {row.peer}".startswith(work)]
    found = known[0].format_map(_times(row)) + _within_the_spread(row) if known else UNKNOWN
    busy = f"{BUSY} (load {load:g} on {cores} cores), so this says little; measure again in quiet"
    return replace(row, note=f"{row.note}; missed: {busy if load > cores / 2 else found}")


class _Times(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return "a time that was not taken"  # no reason is worth the rows of a whole measurement


def _times(row: Row) -> _Times:
    """What its note tells of each form and limit, and the time that the goal leaves."""
    told = re.search(r"gdlib [\d.]+ [^;]+", row.note)
    times = _Times(re.findall(r"(.+?) ([\d.]+ (?:s|ms|µs))(?:, |$)", told[0]) if told else ())
    if row.peer in times:
        amount, unit = times[row.peer].split()
        times["allowed"] = f"{digits(float(amount) / _goal(row))} {unit}"
    return times


def _goal(row: Row) -> float:
    """As a ratio."""
    asked = re.match(r"at least ([\d.]+) (times|of)", row.goal)
    return float(asked[1]) if asked else 1.0


def _within_the_spread(row: Row) -> str:
    low, high = row.spread
    return "; the goal lies within the spread" if low < _goal(row) < high else ""


def say_again(results: Path = HERE / "results.json", machine: Path = HERE / "machine.json") -> None:
    """Each missed row's reason anew, as a measurement would write it; what a busy machine explains stays."""
    cores = json.loads(machine.read_text(encoding="utf-8"))["cores"]

    def anew(row: Row) -> Row:
        before, _, reason = row.note.partition("; missed: ")
        return row if reason.startswith(BUSY) else explained(replace(row, note=before), 0.0, cores)

    write([anew(row) for row in read(results)], results)


if __name__ == "__main__":
    say_again()
