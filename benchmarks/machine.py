"""Describe the machine that measures, so that its numbers can be read elsewhere."""

import json
import os
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.calm import UNKNOWN, Pace, Watched


def processor() -> str:
    """The model's name as the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor() or platform.machine()


def cores() -> int:
    """Those that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def load() -> float:
    """Processes at work on average over the last minute: well above 0 at the start, others disturb."""
    return round(os.getloadavg()[0], 2)


def description(chromium: str, load_at_start: float, best: Pace, watched: Mapping[str, Watched[Any]]) -> dict[str, Any]:
    """What stands beside the rows; `load_at_end` counts the benchmark itself, `pace_ms` is the least of calm.pace.

    `timings` are those that were taken in turn, `not_calm` those of each work that the host disturbed.
    """
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        "processor": processor(),
        "cores": cores(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "numpy": version("numpy"),
        "chromium": chromium,
        "playwright": version("playwright"),
        "graphics": "none: Chromium draws on the processor (--disable-gpu)",
        "load_at_start": load_at_start,
        "load_at_end": load(),
        "timings": sum(one.timings for one in watched.values()),
        "not_calm": {name: one.disturbed for name, one in watched.items() if one.disturbed},
        "pace_ms": [round(one, 3) for one in best],
    }


def best_known(path: Path) -> Pace:
    """The least of calm.pace that was kept with the same processor, Python, NumPy: one may begin in a slow phase."""
    kept = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    here = {"processor": processor(), "cores": cores(), "python": platform.python_version(), "numpy": version("numpy")}
    return (kept["pace_ms"][0], kept["pace_ms"][1]) if here.items() <= kept.items() and "pace_ms" in kept else UNKNOWN


def write(described: dict[str, Any], path: Path) -> None:
    path.write_text(json.dumps(described, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def words(described: dict[str, Any]) -> str:
    return "\n".join(f"{name.replace('_', ' '):>15}  {value}" for name, value in described.items())
