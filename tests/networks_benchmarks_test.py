"""The benchmark of networks: it measures what a reader calls, and nothing that does other work."""

import dataclasses
import json

import numpy as np
import pytest

import gdlib as gd
from benchmarks import networks, peers, rows
from gdlib.loops import machine_code
from gdlib.loops.large_arrays import LARGE

A_LITTLE = networks.Amount(runs=2, mlp_epochs=1, cnn_epochs=1)


@pytest.mark.parametrize("name", networks.works())
def test_without_torch_there_is_no_row(name, monkeypatch):
    monkeypatch.setattr(peers, "here", list)
    assert networks.works(A_LITTLE)[name](lambda words: None) == []


def test_a_little_of_it_gives_a_row_of_its_form(monkeypatch):
    """With ourselves in the place of torch, which has an environment of its own."""
    monkeypatch.setattr(peers, "here", lambda: ["torch"])
    monkeypatch.setattr(networks, "all_said", ", ".join)
    monkeypatch.setattr(machine_code, "missing", lambda: "not wanted here")
    monkeypatch.setattr(networks, "torchs", lambda *given: {"torch": networks.ours(*given)})
    (row,) = networks.works(A_LITTLE)["MLP float32"](lambda words: None)
    assert rows.fault(json.loads(json.dumps([dataclasses.asdict(row)]))) is None
    assert row.work == "MLP step, batch 100, float32"


def test_what_no_step_can_do_without_is_the_work_of_a_step(monkeypatch):
    """The products come to the network's own gradient, and the move to what Adam's first step comes to."""
    monkeypatch.setattr(machine_code, "missing", lambda: "not wanted here")
    net = gd.networks.MLP((784, 100, 10))
    start, (x, y) = net.start(seed=1), networks.data()
    calls = []
    plain = np.matmul
    again = networks.products(net, start)
    monkeypatch.setattr(networks.np, "matmul", lambda a, b, out=None: calls.append(out) or plain(a, b, out=out))
    again()
    slopes = net.views(net.loss(x[: networks.BATCH], y[: networks.BATCH]).grad(start))
    assert len(calls) == 2 * 3 + 1  # forward, by W and by b of two layers, and what the last one hands back
    assert sorted(out.shape for out in calls) == sorted(
        [(100, 100), (100, 10), (784, 100), (100,), (100, 10), (10,), (100, 100)]
    )
    assert any(np.array_equal(out, slopes[0][0]) for out in calls)
    theta, g, m, v = np.zeros((4, LARGE))
    g[:] = 2.0
    networks.moves(np.float64)(theta, g, m, v)
    np.testing.assert_allclose(theta, -gd.rules.adam.defaults["lr"], rtol=1e-6)


@pytest.mark.parametrize("dtype", networks.AGREES)
def test_a_form_that_ends_elsewhere_is_not_measured(dtype):
    start = np.zeros(3, dtype)
    ways = {networks.OURS: lambda: start + 1, "near": lambda: start + 1 + networks.AGREES[dtype] / 4}
    networks.check(ways, start)
    for other in (1 + 4 * networks.AGREES[dtype], np.nan):
        with pytest.raises(ValueError, match="far: needs to end where gdlib does"):
            networks.check(ways | {"far": lambda other=other: start + start.dtype.type(other)}, start)
