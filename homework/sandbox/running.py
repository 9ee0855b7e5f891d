"""Runs a submission's notebook where it can do no harm, and gives back what came of it as plain data.

A notebook runs in one kernel from its first cell to its last, as it did for its author. What stops it for good (a loop
that nothing interrupts, an ended Python, too much memory, too many processes) costs the cell or judge that was at work:
everything is killed, and a new start runs the cells before it once more, leaves it out, and goes on behind it.

What this does not protect: the machine's processor time within the limits, and this kernel's own faults; a student's
code sees the judges' code while that runs, with the hidden inputs, and can write them into its own cells' outputs.
"""

import contextlib
import json
import os
import selectors
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any, cast

from homework.course import UserError
from homework.inside.values import DataError, decode
from homework.sandbox import reading, walls
from homework.sandbox.ran import AskedCell, CellRan, CellStatus, Job, JudgeRan, JudgeStatus, Limits, Ran
from homework.sandbox.walls import why_not
from homework.sandbox.watch import Tree

__all__ = ["AskedCell", "CellRan", "Job", "JudgeRan", "Limits", "Ran", "run", "why_not"]

STARTS = 4
BEFORE = 90.0  # seconds until the first cell begins, on a machine that does other things too
SLACK = 15.0  # seconds beyond a cell's until its runner is taken for lost
OURS = 5  # processes of a quiet run: bubblewrap's two, the runner, the kernel, one on its way
LOOK = 0.05  # seconds between two looks at the processes

Place = tuple[int, int]
End = tuple[str, str]  # why a start ended early: a status, and a reason in words


def run(job: Job, limits: Limits, *, sandboxed: bool = True, stop: threading.Event | None = None) -> Ran:
    """Run a notebook in a sandbox of its own; raises UserError where there is none to be had.

    Where `stop` is set meanwhile, it ends at once, and what was not reached is "not run".
    """
    if (sandboxed or os.name == "nt") and (reason := why_not()):
        raise UserError(reason)
    return _Run(job, limits, sandboxed, stop or threading.Event()).whole()


class _Run:
    """A job, what is known of it so far, and what is left out of the next start."""

    def __init__(self, job: Job, limits: Limits, sandboxed: bool, stop: threading.Event) -> None:
        self.cells, self.limits, self.sandboxed, self.stop = job["cells"], limits, sandboxed, stop
        steps: list[Place] = []
        for number, cell in enumerate(self.cells):
            steps += [(number, -1)] if cell["kind"] == "code" else []
            steps += [(number, judge) for judge in range(len(cell["judges"]))]
        self.steps = frozenset(steps[: limits.cell_count])
        self.beyond = frozenset(steps[limits.cell_count :])
        self.came: dict[Place, CellRan | JudgeRan] = {}
        self.skip: set[Place] = set()
        self.notes: list[str] = []
        self.cpu_seconds = 0.0
        self.begun: Place | None = None
        self.ended = ""  # the runner's words on what ended the kernel
        self.lost = ""  # and on what it could not interrupt
        self.finished = False

    def whole(self) -> Ran:
        self.until = time.monotonic() + self.limits.whole_seconds
        why = f"more than {self.limits.cell_count} cells and judges" if self.beyond else ""
        for start in range(STARTS):
            if self.steps <= self.came.keys():
                break
            if start and time.monotonic() > self.until:
                break
            end = self._start()
            if self.stop.is_set():
                why = "grading was interrupted"
                break
            if end is None:
                break
            status, reason = end
            if self.begun is None:
                if start == 0 and time.monotonic() <= self.until:
                    raise RuntimeError(f"the sandbox did not come to a first cell: {reason}")
                why = reason
                break
            self._record(self.begun, {"status": status, "ename": status, "evalue": reason, "reason": reason})
            self.skip.add(self.begun)
            why = f"nothing ran after {_named(self.begun)}: {self.lost or reason}"
            again = start + 1 < STARTS and time.monotonic() <= self.until
            then = "started anew without it" if again else "nothing ran after it"
            self.notes.append(f"{_named(self.begun)}: {self.lost or reason}; {then}.")
        return self._told(why)

    def _told(self, why: str) -> Ran:
        cells, judges = [], []
        for number, cell in enumerate(self.cells):
            none = CellRan("not run" if cell["kind"] == "code" else "ok", evalue=why)
            cells.append(cast(CellRan, self.came.get((number, -1), none)))
            missing = JudgeRan("not run", reason=why)
            judges.append(
                tuple(cast(JudgeRan, self.came.get((number, j), missing)) for j in range(len(cell["judges"])))
            )
        return Ran(tuple(cells), tuple(judges), tuple(self.notes), self.cpu_seconds)

    def _start(self) -> End | None:
        """One start; None where it came to the end."""
        self.begun, self.ended, self.lost, self.finished = None, "", "", False
        with contextlib.ExitStack() as kept:
            fonts = walls.warmed()
            passed: list[int] = []
            if self.sandboxed:
                refusing = walls.refusals(kept)
                passed += [] if refusing is None else [refusing]
                command = walls.command(self.limits, fonts, refusing)
                variables = {}  # bubblewrap's own: students' code can read it, and the user's may hold what is secret
                fonts = fonts and walls.FONTS / fonts.name
            else:
                home = Path(tempfile.mkdtemp(prefix="homework-"), "home")
                kept.callback(shutil.rmtree, home.parent, ignore_errors=True)
                home.mkdir()
                command, variables = [], walls.environment(home, walls.BOOK)
            asked = kept.enter_context(tempfile.TemporaryFile())
            asked.write(json.dumps(self._job(fonts)).encode())
            asked.seek(0)
            lines, write = os.pipe()
            kept.callback(os.close, lines)
            user = walls.free_user() if self.sandboxed else 0
            numbers = map(str, (asked.fileno(), write, user))
            try:
                process = subprocess.Popen(
                    [*command, sys.executable, *walls.FLAGS, "-m", "homework.inside.runner", *numbers],
                    pass_fds=(*passed, asked.fileno(), write),
                    env=variables,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.PIPE,
                    start_new_session=True,
                )
            finally:
                os.close(write)
            assert process.stderr
            kept.enter_context(process.stderr)
            tree = Tree(process.pid)
            try:
                end = self._follow(tree, lines)
                if end and self.begun is None:
                    _ended(process.pid, 1.0)  # it may have a last word
            finally:
                tree.end(self.sandboxed)
                _, _, used = os.wait4(process.pid, 0)
                process.returncode = 0  # it is waited for: Popen need not
                self.cpu_seconds += max(tree.cpu_seconds, used.ru_utime + used.ru_stime)
            if end and self.begun is None:
                os.set_blocking(process.stderr.fileno(), False)
                end = end[0], f"{end[1]}; {(process.stderr.read(10_000) or b'').decode('utf-8', 'replace').strip()}"
            return end

    def _job(self, fonts: Path | None) -> dict[str, Any]:
        return {
            "cells": self.cells,
            "limits": asdict(self.limits),
            "sandboxed": self.sandboxed,
            "skip": [list(place) for place in self.skip | self.beyond],
            "done": [list(place) for place in self.came],
            "fonts": str(fonts) if fonts else None,
            "flags": walls.FLAGS,
        }

    def _follow(self, tree: Tree, lines: int) -> End | None:
        """Read what the run says and look after its processes until it ends, or has to be ended."""
        came, heard = reading.Lines(), time.monotonic()
        with selectors.DefaultSelector() as waiting:
            waiting.register(lines, selectors.EVENT_READ)
            look = 0.0
            while not self.finished:
                if waiting.select(LOOK):
                    data = os.read(lines, 1 << 20)
                    if not data:
                        return "crashed", self.ended or "what runs the notebook was ended"
                    try:
                        said = came.take(data)
                    except reading.FloodError:
                        return "output", "wrote too much"
                    for one in said:
                        heard = time.monotonic()
                        self._hear(one)
                now = time.monotonic()
                if now >= look:
                    look = now + LOOK
                    if end := self._too_much(tree, now, heard):
                        return end
        return None

    def _too_much(self, tree: Tree, now: float, heard: float) -> End | None:
        limits = self.limits
        if self.stop.is_set():
            return "not run", "grading was interrupted"
        if now > self.until:
            return "timeout", f"all together took longer than {limits.whole_seconds:g} s"
        if self.begun is None and now - heard > BEFORE:
            return "timeout", f"no cell began within {BEFORE:g} s"
        if self.begun is not None and now - heard > limits.cell_seconds + SLACK:
            return "timeout", f"took longer than {limits.cell_seconds:g} s"
        seen = tree.look()
        tree.calm(seen, OURS - 1)
        if len(seen) > limits.processes + OURS:
            return "crashed", f"more than {limits.processes} processes"
        if tree.too_large(seen, limits.memory_bytes):
            return "memory", f"more than {limits.memory_bytes >> 20} MiB of memory"
        if any(one.state in "Tt" for one in seen[: OURS - 1]):
            return "crashed", "what runs the notebook was stopped"
        return None

    def _hear(self, said: dict[str, Any]) -> None:
        """Take in a line: only steps of this job, each once, only the one that is under way."""
        if (begun := reading.place(said.get("begun"))) in self.steps:
            if self.begun is not None and self.begun != begun:  # it did not say what came of the last: once only
                self._record(self.begun, {"status": "error", "reason": "gave nothing that can be read"})
            self.begun = begun
        elif "at" in said and reading.place(said["at"]) == self.begun is not None:
            self._record(self.begun, said)
            self.lost = reading.line(said.get("reason"), 200) if said.get("lost") is True else ""
        elif "ended" in said:
            self.ended = reading.line(said["ended"], 200)
        elif said.get("end") is True:
            self.finished = True

    def _record(self, place: Place, said: dict[str, Any]) -> None:
        if place in self.came or "status" not in said:
            return
        status = said["status"]
        if place[1] < 0:
            known = status in ("ok", "error", "timeout", "memory", "crashed", "output")
            ename, evalue = reading.text(said.get("ename"), 200), reading.words(said.get("evalue"), 2_000)
            shown = reading.outputs(said.get("outputs"), self.limits.output_bytes)
            if status == "error" and ename == "MemoryError":
                status = "memory"
            self.came[place] = CellRan(cast(CellStatus, status) if known else "error", ename, evalue, shown)
        else:
            self.came[place] = _judge(status, said)


def _judge(status: Any, said: dict[str, Any]) -> JudgeRan:
    if status == "value":
        try:
            decode(said.get("value"))
        except (DataError, RecursionError) as problem:
            return JudgeRan("error", reason=f"gave no data: {problem}"[:300])
        return JudgeRan("value", said.get("value"))
    known = status in ("error", "unanswered", "timeout", "memory", "crashed", "output")
    return JudgeRan(cast(JudgeStatus, status) if known else "error", reason=reading.line(said.get("reason"), 300))


def _ended(process: int, seconds: float) -> None:
    """Wait until a process has ended, at most so long, and leave it for who counts its time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and not os.waitid(os.P_PID, process, os.WEXITED | os.WNOHANG | os.WNOWAIT):
        time.sleep(0.01)


def _named(place: Place) -> str:
    return f"cell {place[0] + 1}" + (f", judge {place[1] + 1}" if place[1] >= 0 else "")
