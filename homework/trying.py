"""Runs a student's notebook on their own machine, from top to bottom in a fresh kernel, with a limit of time."""

import logging
import math
import time
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellControlSignal, CellTimeoutError, DeadKernelError

CELL_SECONDS = 30.0
WHOLE_SECONDS = 300.0
MUCH = 10**6  # bytes that a cell prints


@dataclass(frozen=True)
class Said:
    """What came of a cell: its error, if it had one, and how much it printed."""

    ename: str
    evalue: str
    size: int


@dataclass
class Tried:
    """A run: what came of each code cell by its place; where it stopped and why, if it did."""

    ran: dict[int, Said] = field(default_factory=dict)
    stopped_at: int | None = None
    why: str = ""
    seconds: float = 0.0


def run(notebook: Any, folder: Path, seconds: float = CELL_SECONDS, whole: float = WHOLE_SECONDS) -> Tried:
    """Run a copy of a notebook in its folder; the file stays as it is."""
    copy = nbformat.from_dict(notebook)
    copy.metadata.pop("kernelspec", None)  # another machine's name for its Python is no reason to fail
    for cell in copy.cells:
        cell.metadata.pop("tags", None)  # `raises-exception` and its like
    tried, begun = Tried(), time.monotonic()
    client = NotebookClient(
        copy,
        kernel_name="python3",
        allow_errors=True,
        shutdown_kernel="immediate",
        extra_arguments=["--IPKernelApp.log_level=ERROR"],  # it would warn of what a student cannot change
        resources={"metadata": {"path": str(folder)}},
    )
    client.log.setLevel(logging.CRITICAL)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of event loops and transports: nothing that a student could act on
        with client.setup_kernel():
            for place, cell in enumerate(copy.cells):
                if cell.cell_type != "code":
                    continue
                tried.stopped_at = place
                left = whole - (time.monotonic() - begun)
                client.timeout = max(1, math.ceil(min(seconds, left)))
                try:
                    client.execute_cell(cell, place)
                except CellTimeoutError:
                    own = f"it had not ended after {seconds:g} s"
                    tried.why = own if seconds <= left else f"all cells together took longer than {whole:g} s"
                    break
                except DeadKernelError:
                    tried.why = "Python itself ended"
                    break
                except CellControlSignal as problem:
                    tried.why = str(problem)
                    break
                tried.ran[place] = _said(cell)
    tried.seconds = time.monotonic() - begun
    return tried


def _said(cell: Any) -> Said:
    errors = [output for output in cell.outputs if output.output_type == "error"]
    size = sum(len(str(output)) for output in cell.outputs)
    if not errors:
        return Said("", "", size)
    text = errors[-1].evalue.strip().splitlines()
    return Said(errors[-1].ename, text[0][:300] if text else "", size)
