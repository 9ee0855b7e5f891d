"""On a GPU: `descend` and `sweep` with CuPy's arrays, and what is copied on the way; `make test-gpu` runs it."""

import warnings
from collections import Counter

import numpy as np
import pytest

import gdlib as gd
from gdlib.loops import on_gpu
from tests.cuda_places import Gpu
from tests.tables import each_objective, each_rule

if on_gpu.missing():
    pytest.skip(f"runs with `make test-gpu`: {on_gpu.missing()}", allow_module_level=True)

pytestmark = pytest.mark.gpu
GPU = Gpu()
DTYPES = ("float64", "float32")
STARTS = np.array([[-1.2, 1.0], [0.3, -0.4], [2.0, 2.0]])


@pytest.mark.parametrize("dtype", DTYPES)
@each_rule
def test_descend_walks_the_hosts_path_on_the_gpu(rule, dtype):
    starts = STARTS.astype(dtype)
    run = gd.descend(gd.objectives.himmelblau, rule, GPU.array(starts), steps=60)
    host = gd.descend(gd.objectives.himmelblau, rule, starts, steps=60)
    for name in ("path", "values", "grad_norms", "steps"):
        there = getattr(run, name)
        assert on_gpu.is_on_gpu(there), name
        np.testing.assert_array_equal(GPU.host(there), getattr(host, name))
    assert run.reason.tolist() == host.reason.tolist()


@each_objective
def test_an_objective_stays_on_the_gpu(objective):
    points = np.linspace(-1.2, 2.0, 5 * objective.n).reshape(5, objective.n)
    for function in (objective, objective.grad, objective.hess):
        there = function(GPU.array(points))
        assert on_gpu.is_on_gpu(there)
        np.testing.assert_allclose(GPU.host(there), function(points), rtol=1e-12, atol=1e-12)


def copies(work) -> Counter:
    """How often `work()` copies between host and GPU, as the driver's own log has it: HtoD and DtoH."""
    torch = pytest.importorskip("torch", reason="torch reads the driver's log")
    activities = torch.profiler.ProfilerActivity
    torch.zeros(1, device="cuda")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the profiler's, about itself
        with torch.profiler.profile(activities=[activities.CPU, activities.CUDA]) as profile:
            work()
            on_gpu.cupy().cuda.Device().synchronize()
    return Counter(event.name.split()[1] for event in profile.events() if event.name.startswith("Memcpy"))


def test_descend_waits_for_the_gpu_only_now_and_then():
    """One look in 32 steps whether any run goes on, nothing else: no start, gradient or point crosses over."""
    start = GPU.array(np.random.default_rng(0).normal(size=(1000, 2)))
    seen = {}
    for steps in (32, 32, 320):  # the first compiles
        seen[steps] = copies(
            lambda steps=steps: gd.descend(gd.objectives.bowl, gd.rules.adam, start, steps=steps, keep=10)
        )
    assert seen[320]["DtoH"] - seen[32]["DtoH"] == 9
    assert seen[320]["HtoD"] <= 1  # where the kept points lie, for CuPy to join them


def test_a_sweep_crosses_over_a_few_times_however_long():
    """The numbers that runs share go over once for a launch; a start that lies there stays, and so do the results."""
    start = GPU.array(np.random.default_rng(0).normal(size=(1000, 2)))
    asked = {"backend": "cupy", "lr": 0.1}
    for steps in (50, 50, 5000):
        seen = copies(lambda steps=steps: gd.sweep(gd.objectives.bowl, gd.rules.adam, start, steps=steps, **asked))
    assert seen["HtoD"] <= 1
    assert seen["DtoH"] <= 1  # whether all starts are finite


def test_options_of_a_run_work_on_the_gpu():
    options = {"steps": 30, "noise": 0.1, "transform": gd.clip_norm(1.0), "stop": gd.stopping.value_below(0.01),
               "schedule": lambda t: 1 / t, "lr": 0.1}  # fmt: skip
    run = gd.descend(gd.objectives.bowl, gd.rules.gradient_descent, GPU.array(STARTS), seed=2, **options)
    host = gd.descend(gd.objectives.bowl, gd.rules.gradient_descent, STARTS, seed=2, **options)
    np.testing.assert_allclose(GPU.host(run.path), host.path, rtol=1e-13)  # clipping sums squares, in any order


def test_a_sweep_on_the_gpu_is_the_hosts():
    f, rule = gd.objectives.himmelblau, gd.rules.adam
    grid = np.stack(np.meshgrid(np.linspace(-5, 5, 40), np.linspace(-5, 5, 30)), axis=-1)
    asked = {"steps": 300, "tol": 1e-6, "lr": 0.1}
    host = gd.sweep(f, rule, grid, backend="numpy", **asked)
    for start in (grid, GPU.array(grid)):
        out = gd.sweep(f, rule, start, backend="cupy", **asked)
        assert on_gpu.is_on_gpu(out.points) is (start is not grid)
        for name in ("points", "taken", "steps", "minimum", "left", "values"):
            np.testing.assert_array_equal(GPU.host(getattr(out, name)), getattr(host, name), err_msg=name)


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_large_vector_moves_on_the_gpu_as_on_the_host(dtype):
    """As a network's parameters do: one flat vector, functions in place of a formula, one kernel a step."""
    n = 100_003  # the last entries fill no pack
    scale = np.linspace(0.5, 2.0, n, dtype=dtype)
    there = GPU.array(scale)
    f = gd.Objective.from_functions(lambda x: (scale * x * x).sum(axis=-1), lambda x: 2.0 * scale * x, n)
    on_device = gd.Objective.from_functions(
        lambda x: ((there if on_gpu.is_on_gpu(x) else scale) * x * x).sum(axis=-1),
        lambda x: 2.0 * (there if on_gpu.is_on_gpu(x) else scale) * x, n,
    )  # fmt: skip
    start = np.random.default_rng(6).normal(size=n).astype(dtype)
    for rule in (gd.rules.adam, gd.rules.rprop_minus, gd.rules.nesterov_lookahead):
        run = gd.descend(on_device, rule, GPU.array(start), steps=20)
        host = gd.descend(f, rule, start, steps=20)
        assert on_gpu.is_on_gpu(run.path)
        assert GPU.host(run.path).tobytes() == host.path.tobytes()


@pytest.mark.parametrize(("dtype", "near"), [("float64", 1e-9), ("float32", 1e-3)])
@pytest.mark.parametrize("kind", ["MLP", "CNN"])
def test_a_network_trains_on_the_gpu_as_on_the_host(kind, dtype, near):
    """The sums in a layer are taken in another order there, so within rounding; parameters and gradients stay there."""
    rng = np.random.default_rng(8)
    if kind == "MLP":
        network, x = gd.networks.MLP((4, 6, 3), "tanh"), rng.standard_normal((25, 4))
    else:
        network, x = gd.networks.CNN((6, 7), filters=2, size=3, dense=(4, 3)), rng.standard_normal((25, 6, 7))
    loss, start = network.loss(x, rng.integers(0, 3, 25)), network.start(seed=1).astype(dtype)
    asked = {"epochs": 4, "batch": 10, "seed": 2, "lr": 0.01}
    host = gd.networks.train(loss, gd.rules.adam, start, **asked)
    there = gd.networks.train(loss, gd.rules.adam, GPU.array(start), **asked)
    assert on_gpu.is_on_gpu(there.theta)
    assert there.theta.dtype == dtype
    np.testing.assert_allclose(there.values, host.values, rtol=near)
    np.testing.assert_allclose(GPU.host(there.theta), host.theta, rtol=near, atol=near)
    np.testing.assert_allclose(GPU.host(loss.grad(there.theta)), loss.grad(host.theta), rtol=near, atol=near)
