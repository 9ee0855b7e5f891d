"""The Python cell of every kind but the race: what it computes is what the page shows."""

import contextlib
import io
from collections.abc import Callable
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest

import gdlib as gd
from tests.conftest import Watch
from tests.explorer_page import set_state, shown

pytestmark = pytest.mark.browser


def same_paths(here: dict[str, Any], whole: Any) -> None:
    found = here["runs"] if "runs" in here else {next(iter(whole["paths"])): here["run"]}
    assert found
    for name, run in found.items():
        assert np.asarray(whole["paths"][name]) == pytest.approx(run.path, rel=1e-9, abs=1e-12), name


def same_two(here: dict[str, Any], whole: Any) -> None:
    scheduled, constant = here["runs"]["scheduled"].path, here["runs"]["constant"].path
    assert not np.array_equal(scheduled, constant)
    assert np.asarray(list(whole["paths"].values())) == pytest.approx(np.stack([scheduled, constant]), rel=1e-9)


def same_places(here: dict[str, Any], whole: Any) -> None:
    assert here["places"].tolist() == [whole["start"], *whole["trail"]]


def same_averages(here: dict[str, Any], whole: Any) -> None:
    for name, values in here["found"].items():
        assert np.array(whole["paths"][name])[:, 1] == pytest.approx(values, rel=1e-9, abs=1e-12), name


Check = Callable[[dict[str, Any], Any], None]
CELLS: dict[str, tuple[Callable[[], Any], dict[str, Any], Check]] = {
    "surface": (lambda: gd.explore(kind="surface"), {"trail": [[1.0, 0.0], [0.5, -0.25]], "turn": 40}, same_places),
    "step-size": (lambda: gd.explore(kind="step-size"), {"start": [-0.7], "steps": 9}, same_paths),
    "newton, one variable": (lambda: gd.explore(kind="newton-model"), {"start": [1.1]}, same_paths),
    "newton, two variables": (lambda: gd.explore("himmelblau", kind="newton-model"), {"start": [3.5, 2.5]}, same_paths),
    "normalised axes": (lambda: gd.explore(kind="newton-model", view="axes"), {"ratio": 7.5, "angle": 12}, same_paths),
    "momentum-dial": (lambda: gd.explore(kind="momentum-dial"), {"curvature": 0.37, "start": [2]}, same_paths),
    "schedule": (
        lambda: gd.explore(kind="schedule"), {"noise": 0, "schedule": {"name": "warm_up", "settings": {"steps": 9}}},
        same_two,
    ),
    "rate-map": (
        lambda: gd.explore(kind="rate-map"), {"kappa": 37, "rules": [{"name": "nesterov", "hyperparameters": {"lr": 0.9}}]},
        same_paths,
    ),
    "basin-map": (
        lambda: gd.explore(kind="basin-map"), {"start": [1.5, -0.3], "steps": 9, "zoom": 3, "rules": [{"name": "momentum"}]},
        same_paths,
    ),
    "basin-map without an end": (lambda: gd.explore(kind="basin-map"), {"objective": "x + 2*y", "steps": 9}, same_paths),
    "averages": (lambda: gd.explore(kind="averages"), {"signal": "jump", "noise": 0, "window": 7}, same_averages),
}  # fmt: skip


@pytest.mark.parametrize("case", CELLS)
def test_the_cell_computes_what_the_page_shows(tab: Watch, case: str) -> None:
    explorer, changes, same = CELLS[case]
    page = shown(tab, explorer()).page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    whole = set_state(page, changes)
    page.get_by_role("button", name="Copy Python", exact=True).click()
    page.wait_for_function('document.querySelector(".gd-said").textContent')
    cell = page.evaluate("navigator.clipboard.readText()")
    here: dict[str, Any] = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(cell, here)
        drawn = eval(cell.rstrip().splitlines()[-1], here)  # what a notebook shows under the cell
    assert "<svg" in drawn._repr_html_()
    plt.close("all")
    same(here, whole)
    assert tab.troubles == []
