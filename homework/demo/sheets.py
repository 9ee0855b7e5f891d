"""The notebook in a simulated student's hands: answers written, cells added, dropped, copied and spoilt."""

import copy
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MOMENTUM = """\
def momentum(grad, start, lr, beta, steps):
    p, v = np.array(start, float), 0.0
    points = [p]
    for k in range(steps):
        v = beta * v - lr * np.array(grad(p))
        p = p + v
        points.append(p)
    return np.array(points)
"""
GRADIENT = """\
gradient = [f.diff(x), f.diff(y)]
both_zero = sp.solve(gradient, [x, y])
lowest = [both_zero[x], both_zero[y]]
"""
WORDS = """\
With beta = 0 the old velocity is multiplied by 0 and forgotten.
What is left is minus lr times the gradient, the step of plain descent.
"""
NONSENSE = {
    "momentum": "def momentum(grad, start, lr, beta, steps):\n    return np.ones((steps + 1, 2))\n",
    "gradient": "gradient, lowest = [x, y], [0, 0]\n",
}


@dataclass(frozen=True)
class Target:
    """What a hostile submission is told of the machine that grades it: more than a student could know."""

    course: Path
    canary: Path  # a folder beside the course
    port: int  # of a listener on 127.0.0.1


class Sheet:
    """A released notebook, and what students do to it."""

    def __init__(self, released: bytes) -> None:
        self.data: dict[str, Any] = json.loads(released)

    @property
    def cells(self) -> list[dict[str, Any]]:
        cells: list[dict[str, Any]] = self.data["cells"]
        return cells

    def place(self, name: str) -> int:
        """Where the cell with a name stands."""
        names = [cell["metadata"].get("nbgrader", {}).get("grade_id") for cell in self.cells]
        return names.index(name)

    def write(self, name: str, text: str) -> "Sheet":
        """Put a text in place of what a named cell holds."""
        self.cells[self.place(name)]["source"] = text
        return self

    def add(self, text: str, after: str = "", kind: str = "code") -> "Sheet":
        """Add a cell after a named one, or at the end."""
        cell: dict[str, Any] = {"cell_type": kind, "metadata": {}, "source": text, "id": f"added-{len(self.cells)}"}
        if kind == "code":
            cell |= {"outputs": [], "execution_count": None}
        self.cells.insert(self.place(after) + 1 if after else len(self.cells), cell)
        return self

    def first(self, text: str) -> "Sheet":
        """Add a cell before all others."""
        self.add(text)
        self.cells.insert(0, self.cells.pop())
        return self

    def drop(self, *names: str) -> "Sheet":
        """Delete named cells."""
        for name in names:
            del self.cells[self.place(name)]
        return self

    def double(self, name: str) -> "Sheet":
        """Copy a named cell and paste it below, as Jupyter does: with its metadata."""
        at = self.place(name)
        self.cells.insert(at + 1, copy.deepcopy(self.cells[at]) | {"id": "pasted"})
        return self

    def solved(self, momentum: str = MOMENTUM, gradient: str = GRADIENT, words: str = WORDS) -> "Sheet":
        """Write all answers: right ones, where no others are given."""
        return self.write("momentum", momentum).write("gradient", gradient).write("words", words)

    def nonsense(self) -> "Sheet":
        """Answers that have the right form and are wrong."""
        return self.solved(**NONSENSE, words="I do not know.")

    def bytes(self) -> bytes:
        return json.dumps(self.data, indent=1).encode()
