"""Describe the machine that measures, so that its numbers can be read elsewhere."""

import json
import os
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks.calm import UNKNOWN, Host, Pace


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


def description(chromium: str, load_at_start: float, host: Host) -> dict[str, object]:
    """What stands beside the rows; `load_at_end` counts the benchmark itself, `pace_ms` is the least of calm.pace."""
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
        "timings": host.timings,
        "timings_not_calm": host.disturbed,
        "pace_ms": [round(one, 3) for one in host.best],
        "again": [],
    }


def same(path: Path) -> bool:
    """Whether what is kept there was measured on this processor, with this Python and this NumPy."""
    kept = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    here = {"processor": processor(), "cores": cores(), "python": platform.python_version(), "numpy": version("numpy")}
    return here.items() <= kept.items()


def best_known(path: Path) -> Pace:
    """The least of calm.pace that was kept with the same processor, Python, NumPy: one may begin in a slow phase."""
    kept = json.loads(path.read_text(encoding="utf-8")).get("pace_ms") if same(path) else None
    return (kept[0], kept[1]) if kept else UNKNOWN


def once_more(path: Path, now: dict[str, object], works: list[str]) -> dict[str, object]:
    """What is kept there, with what of it was measured again, by itself, when, and how calmly."""
    kept = json.loads(path.read_text(encoding="utf-8"))
    again = {name: now[name] for name in ("date", "load_at_start", "timings", "timings_not_calm")} | {"works": works}
    others = [one for one in kept.get("again", []) if not set(one["works"]) <= set(works)]
    return kept | {"again": [*others, again], "pace_ms": now["pace_ms"]}


def write(described: dict[str, object], path: Path) -> None:
    path.write_text(json.dumps(described, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def words(described: dict[str, object]) -> str:
    return "\n".join(f"{name.replace('_', ' '):>15}  {value}" for name, value in described.items())
