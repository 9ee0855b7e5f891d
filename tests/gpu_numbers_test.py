"""The numbers measured on a GPU: the committed file has the form that the page reads, and names the device."""

import json

import pytest

import gdlib as gd
from benchmarks import on_gpu
from benchmarks.gpu_limits import Limits
from gdlib.emit.trajectory import trajectory_of
from gdlib.trace.graph import in_order

KEPT = json.loads(on_gpu.RESULTS.read_text(encoding="utf-8"))
BY_TYPE = {"float64": 1e12, "float32": 2e12}


def test_the_machine_is_described():
    assert KEPT["machine"]["device"].startswith("NVIDIA")
    assert {"cupy", "cuda", "limits", "torch", "jax", "processor"} <= set(KEPT["machine"])


def test_each_row_is_a_median_within_its_spread():
    rows = [on_gpu.Measured(**row) for row in KEPT["rows"]]
    assert len({(row.work, row.who) for row in rows}) == len(rows)
    for row in rows:
        low, high = row.spread
        assert 0 < low <= row.milliseconds <= high, row
        assert 0 < row.of_limit < 1.1, f"faster than the limit that was measured: {row}"


def test_what_the_design_asks_for_was_measured():
    works = {row["work"] for row in KEPT["rows"]}
    for rule in ("adam", "momentum"):
        for dtype in ("float64", "float32"):
            assert f"sweep, {rule}, 1000×1000 starts × 500 steps, {dtype}" in works
    for entries in ("100,000", "1,000,000", "10,000,000", "100,000,000"):
        assert f"one step, adam, {entries} parameters, float32" in works


def test_the_limit_of_a_sweep_counts_its_divisions_and_roots():
    """Adam divides three times and takes one root for each coordinate; and so much arithmetic takes its time."""
    ops = [node.op for node in in_order(trajectory_of(on_gpu.F, gd.rules.adam).split(()).moved)]
    assert (ops.count("div"), ops.count("sqrt")) == (6, 2)
    limit = Limits(3e12, 5 * 10**7, BY_TYPE, BY_TYPE, dict.fromkeys(BY_TYPE, 1e30))
    assert on_gpu.arithmetic("adam", "float64", limit, 10**6, 500) == pytest.approx(1e3 * 5e8 * 8 / 1e12)
