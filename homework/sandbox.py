"""Runs a submission's notebook where it can do no harm, and gives back what came of it as plain data."""

import threading

from homework.ran import AskedCell, CellRan, Job, JudgeRan, Limits, Ran

__all__ = ["AskedCell", "CellRan", "Job", "JudgeRan", "Limits", "Ran", "run", "why_not"]


def why_not() -> str | None:
    """None where students' code can be shut in on this machine, else a sentence that says how to get there."""
    return None


def run(job: Job, limits: Limits, *, sandboxed: bool = True, stop: threading.Event | None = None) -> Ran:
    """Run a notebook in a sandbox of its own; raises UserError where there is none to be had."""
    raise NotImplementedError
