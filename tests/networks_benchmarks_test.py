"""The benchmark of networks: it measures what a reader calls, and nothing that does other work."""

import dataclasses
import json

import numpy as np
import pytest

from benchmarks import networks, peers, rows

A_LITTLE = networks.Amount(runs=2, mlp_epochs=1, cnn_epochs=1)


@pytest.mark.parametrize("name", networks.works())
def test_without_torch_there_is_no_row(name, monkeypatch):
    monkeypatch.setattr(peers, "here", list)
    assert networks.works(A_LITTLE)[name](lambda words: None) == []


def test_a_little_of_it_gives_a_row_of_its_form(monkeypatch):
    """With ourselves in the place of torch, which has an environment of its own."""
    monkeypatch.setattr(peers, "here", lambda: ["torch"])
    monkeypatch.setattr(networks, "all_said", ", ".join)
    monkeypatch.setattr(networks, "compiled", lambda dtype: None)
    monkeypatch.setattr(networks, "torchs", lambda *given: {"torch": networks.ours(*given)})
    (row,) = networks.works(A_LITTLE)["MLP float32"](lambda words: None)
    assert rows.fault(json.loads(json.dumps([dataclasses.asdict(row)]))) is None
    assert 0.1 < row.ratio < 10
    assert row.work == "MLP step, batch 100, float32"


@pytest.mark.parametrize("dtype", networks.AGREES)
def test_a_form_that_ends_elsewhere_is_not_measured(dtype):
    start = np.zeros(3, dtype)
    ways = {networks.OURS: lambda: start + 1, "near": lambda: start + 1 + networks.AGREES[dtype] / 4}
    networks.check(ways, start)
    for other in (1 + 4 * networks.AGREES[dtype], np.nan):
        with pytest.raises(ValueError, match="far: needs to end where gdlib does"):
            networks.check(ways | {"far": lambda other=other: start + start.dtype.type(other)}, start)
