"""The claims of the chapter on what optimisation is, each proved by running what the page says."""

from functools import cache

import numpy as np

import gdlib as gd
from tests.claim import claim

THREE = (gd.objectives.bowl, gd.objectives.hill, gd.objectives.saddle)
GD = gd.rules.gradient_descent


@claim("three-level-points")
def test_three_landscapes_are_level_at_the_origin_and_differ_one_step_away():
    slopes = [f.grad((0.0, 0.0)) for f in THREE]
    assert not np.any(slopes)
    for f in THREE:
        assert f((0.0, 0.0)) == 0
        assert f((0.1, 0.0)) == f((-0.1, 0.0))
        assert f((0.0, 0.1)) == f((0.0, -0.1))
    along_x = [float(f((0.1, 0.0))) for f in THREE]
    along_y = [float(f((0.0, 0.1))) for f in THREE]
    return [0, 0.1, *along_x, 0.1, *along_y]


@claim("climbing-by-descending")
def test_descent_on_the_hill_turned_over_finds_its_top():
    hill = gd.Objective("3 - (x - 1)**2 - 2*y**2")
    turned_over = gd.Objective(-hill.expr)
    end = gd.descend(turned_over, GD, start=(-1.0, 1.0), steps=100, lr=0.1).path[-1]
    assert np.allclose(end, (1, 0), atol=1e-8)
    assert all(hill(end) >= hill(end + 0.01 * np.array([np.cos(a), np.sin(a)])) for a in np.linspace(0, 6.28, 50))
    return [float(end[0].round(6)), abs(float(end[1].round(6))), float(hill(end)), float(turned_over(end))]


@claim("how-far")
def test_the_direction_is_right_and_the_distance_decides():
    ends = []
    for lr in (0.1, 0.5, 0.9, 1.1):
        end = float(gd.descend(gd.objectives.bowl, GD, start=(2.0, 0.0), steps=10, lr=lr).path[-1, 0])
        assert np.isclose(end, 2 * (1 - 2 * lr) ** 10, atol=1e-12)
        ends += [end, lr]
    return ends


@claim("past-the-saddle")
def test_the_path_slows_down_at_the_saddle_and_leaves_it():
    path = gd.descend(gd.objectives.saddle, GD, start=(1.6, 0.001), steps=40, lr=0.1).path
    assert np.allclose(path[20], (1.6 * 0.8**20, 0.001 * 1.2**20))
    half, end = path[20], path[40]
    return [20, 40, float(np.hypot(*half)), float(half[0]), float(half[1]), 40, float(end[0]), float(end[1])]


def _signed(images, labels, negative, positive):
    chosen = (labels == negative) | (labels == positive)
    rows = np.column_stack([images[chosen].reshape(-1, 784) / 255, np.ones(chosen.sum())])
    return np.where(labels[chosen] == positive, 1, -1)[:, None] * rows


@cache
def _learned(negative, positive):
    d = gd.networks.digits()
    Z = _signed(d.x_train, d.y_train, negative, positive)
    Z_new = _signed(d.x_test, d.y_test, negative, positive)
    risk = gd.Objective.from_functions(
        lambda w: np.logaddexp(0, -(w @ Z.T)).mean(-1),
        lambda w: -(1 / (1 + np.exp(w @ Z.T))) @ Z / len(Z),
        n=785,
    )
    return Z, Z_new, risk, gd.descend(risk, GD, start=np.zeros(785), steps=3000, lr=0.1)


@claim("counting-has-no-slope")
def test_the_count_of_mistakes_stays_while_the_loss_changes():
    Z, _, risk, run = _learned(3, 5)
    w, turned = run.path[30], run.path[30].copy()
    turned[400] += 0.0001
    before, after = int((w @ Z.T <= 0).sum()), int((turned @ Z.T <= 0).sum())
    assert before == after
    change = float(risk(turned) - risk(w))
    slope = float(risk.grad(w)[400])
    assert np.isclose(change, 0.0001 * slope, rtol=1e-3)
    return [30, before, len(Z), 0.0001, after, change, slope]


@claim("proxy-and-purpose")
def test_the_training_loss_falls_while_the_loss_on_new_images_turns():
    Z, Z_new, _, run = _learned(3, 5)
    assert (np.diff(run.values) < 0).all()
    new = np.logaddexp(0, -(run.path @ Z_new.T)).mean(-1)
    w = run.path[-1]
    best = int(new.argmin())
    assert new[-1] > new[best]
    return [
        run.steps, float(run.values[-1]), int((w @ Z.T <= 0).sum()), len(Z_new), float(new[best]), best,
        float(new[-1]), int((w @ Z_new.T <= 0).sum()), len(Z_new),
    ]  # fmt: skip


@claim("proxy-other-pairs")
def test_the_turn_comes_at_another_step_for_other_pairs():
    numbers = []
    for pair in ((4, 9), (3, 8), (7, 9)):
        Z, Z_new, _, run = _learned(*pair)
        assert (len(Z), len(Z_new)) == (160, 40)
        new = np.logaddexp(0, -(run.path @ Z_new.T)).mean(-1)
        assert 0 < new.argmin() < run.steps
        numbers += [*pair, int(new.argmin())]
    return [*numbers, 160, 40]
