"""Arrays of another library go in and come out: no conversion, no mixing, no waiting inside the loop of steps."""

import numpy as np
import pytest

import gdlib as gd
from tests.duck_array import DeviceArray
from tests.tables import each_objective, each_rule, moment, outputs

STARTS = np.array([[-1.2, 1.0], [0.3, -0.4], [2.0, 2.0]])


@each_rule
def test_a_rule_runs_on_the_device(rule):
    host = moment(rule)
    device = [DeviceArray(one) if isinstance(one, np.ndarray) else one for one in host]
    for ours, theirs in zip(outputs(rule, rule(*host)), outputs(rule, rule(*device)), strict=True):
        assert type(theirs) is DeviceArray
        np.testing.assert_array_equal(theirs.get(), ours)


@each_objective
def test_an_objective_runs_on_the_device(objective):
    points = np.linspace(-1.2, 2.0, 5 * objective.n).reshape(5, objective.n)
    for function in (objective, objective.grad, objective.hess):
        result = function(DeviceArray(points))
        assert type(result) is DeviceArray
        np.testing.assert_array_equal(result.get(), function(points))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@each_rule
def test_a_batch_of_runs_stays_on_the_device(rule, dtype):
    starts = STARTS.astype(dtype)
    run = gd.descend(gd.objectives.himmelblau, rule, DeviceArray(starts), steps=20)
    host = gd.descend(gd.objectives.himmelblau, rule, starts, steps=20)
    for name in ("path", "values", "grad_norms", "steps"):
        assert type(getattr(run, name)) is DeviceArray
        np.testing.assert_array_equal(getattr(run, name).get(), getattr(host, name))
    assert run.reason.tolist() == host.reason.tolist()


def test_options_of_a_run_work_on_the_device():
    options = {"steps": 30, "noise": 0.1, "transform": gd.clip_norm(1.0), "stop": gd.stopping.value_below(0.01),
               "schedule": lambda t: 1 / t, "lr": 0.1}  # fmt: skip
    run = gd.descend(gd.objectives.bowl, gd.rules.gradient_descent, DeviceArray(STARTS), seed=2, **options)
    host = gd.descend(gd.objectives.bowl, gd.rules.gradient_descent, STARTS, seed=2, **options)
    np.testing.assert_array_equal(run.path.get(), host.path)


def test_a_transform_gets_gradient_and_point_on_the_device():
    kinds = []

    def penalty(g, theta):
        kinds.extend((type(g), type(theta)))
        return g + 0.01 * theta

    options = {"steps": 5, "lr": 0.1, "transform": penalty}
    run = gd.descend(gd.objectives.bowl, gd.rules.nesterov_lookahead, DeviceArray(STARTS), **options)
    assert set(kinds) == {DeviceArray}
    host = gd.descend(gd.objectives.bowl, gd.rules.nesterov_lookahead, STARTS, **options)
    np.testing.assert_array_equal(run.path.get(), host.path)


def test_the_loop_waits_for_the_device_only_now_and_then():
    """Each look at a value stops a GPU; what is looked at does not grow with the number of steps, but by 1 in 32."""
    looks = []
    for steps in (32, 320):
        DeviceArray.looks = 0
        gd.descend(gd.objectives.bowl, gd.rules.adam, DeviceArray(STARTS), steps=steps)
        looks.append(DeviceArray.looks)
    assert looks[1] - looks[0] == 9


def test_the_stand_in_forbids_what_a_gpu_forbids():
    array = DeviceArray([1.0, 2.0])
    for wrong in (lambda: np.asarray(array), lambda: array + np.ones(2), lambda: np.where(array > 0, np.ones(2), 0.0)):
        with pytest.raises(TypeError):
            wrong()
