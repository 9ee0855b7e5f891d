"""Networks on a GPU: losses, gradients and training with CuPy's arrays stay there and come to what NumPy comes to."""

import numpy as np
import pytest

import gdlib as gd
from gdlib.loops import on_gpu
from gdlib.networks import CNN, MLP, train

if on_gpu.missing():
    pytest.skip(f"runs with `make test-gpu`: {on_gpu.missing()}", allow_module_level=True)

pytestmark = pytest.mark.gpu
RNG = np.random.default_rng(8)
NETS = [MLP((64, 20, 10)), MLP((64, 9, 10), "sigmoid"), CNN((8, 8), filters=(3, 2), size=2, dense=(6, 10))]
X, Y = RNG.standard_normal((300, 64)), RNG.integers(0, 10, 300)


@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-11), (np.float32, 1e-3)])
@pytest.mark.parametrize("net", NETS, ids=str)
def test_training_leads_where_it_leads_on_the_host(net, dtype, tolerance):
    loss, start = net.loss(X, Y), net.start(seed=1, scale=0.3, dtype=dtype)
    there = on_gpu.cupy().asarray(start)
    np.testing.assert_allclose(loss.grad(there).get(), loss.grad(start), rtol=tolerance, atol=tolerance / 100)
    assert float(loss(there)) == pytest.approx(float(loss(start)), rel=tolerance)
    assert loss.accuracy(there) == pytest.approx(loss.accuracy(start), abs=0.01)
    options = {"epochs": 2, "batch": 64, "seed": 5, "lr": 0.01}
    for rule in (gd.rules.momentum, gd.rules.adam):
        moved, host = (train(loss, rule, point, **options) for point in (there, start))
        assert on_gpu.is_on_gpu(moved.theta)
        assert moved.theta.dtype == dtype
        way = np.linalg.norm(host.theta - start)
        assert np.linalg.norm(moved.theta.get() - host.theta) <= tolerance * way
        np.testing.assert_allclose(moved.values, host.values, rtol=tolerance)


def test_data_on_the_gpu_stay_there():
    cupy = on_gpu.cupy()
    loss, start = NETS[0].loss(cupy.asarray(X), cupy.asarray(Y)), NETS[0].start(seed=1)
    np.testing.assert_allclose(
        loss.grad(cupy.asarray(start)).get(), NETS[0].loss(X, Y).grad(start), rtol=1e-9, atol=1e-12
    )
    with pytest.raises(ValueError, match="theta: needs the data's kind of array"):
        loss(start)
