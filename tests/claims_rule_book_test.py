"""The claims of the rule book."""

import numpy as np

import gdlib as gd
from gdlib.descriptions.invariances import invariances
from gdlib.widgets.starting_values import starting_values
from tests.claim import claim


@claim("adam-first-step")
def test_adams_first_step_has_one_length_whatever_the_gradient():
    start, g = np.array([1.0, -2.0]), np.array([0.5, 300.0])
    theta, _, _ = gd.rules.adam(start, g, np.zeros(2), np.zeros(2), t=1, lr=0.1)
    moved = start - theta
    assert np.allclose(moved, 0.1, rtol=1e-6)
    return [float(moved[0]), float(g[1] / g[0])]


@claim("size-or-axes")
def test_no_rule_is_free_of_the_gradients_size_and_of_the_axes():
    found = [invariances(rule) for rule in gd.rules]
    assert any(kept.scale for kept in found)
    assert any(kept.axes for kept in found)
    assert not any(kept.scale and kept.axes for kept in found)
    for rule, kept in zip(gd.rules, found, strict=True):
        assert kept.axes == _is_linear(rule), rule.name
    return []


@claim("ravine-limit")
def test_the_steep_axis_of_the_ravine_sets_the_step_size_of_gradient_descent():
    f, limit = gd.objectives.ravine, 2 / float(max(gd.objectives.ravine.hessian.eigenvals()))
    below, above = limit - 0.001, limit + 0.001
    assert np.allclose(gd.descend(f, gd.rules.gradient_descent, f.start, steps=2000, lr=below).path[-1], 0, atol=1e-9)
    assert gd.descend(f, gd.rules.gradient_descent, f.start, steps=2000, lr=above).values[-1] > 1e9
    return [below, above, limit]


@claim("other-minima")
def test_rules_that_start_together_end_in_different_minima():
    """With the settings that the race gives them on that landscape."""
    f, start, ends = gd.objectives.himmelblau, (-0.2, 0.8), {}
    for name in ("gradient_descent", "momentum", "rprop_minus", "adam"):
        settings = starting_values(f, gd.rules[name], f.start, 200)
        last = gd.descend(f, gd.rules[name], start, steps=2000, **settings).path[-1]
        nearest = f.minima[np.argmin(np.linalg.norm(f.minima - last, axis=1))]
        assert np.allclose(last, nearest, atol=1e-3), name
        ends[name] = nearest
    assert np.array_equal(ends["gradient_descent"], ends["momentum"])
    assert np.array_equal(ends["rprop_minus"], ends["adam"])
    return [*start, *map(float, ends["momentum"]), *map(float, ends["adam"])]


def _is_linear(rule):
    """Whether moves along the sum of two lists of gradients are the sums of the moves along each, and double with them."""
    rng = np.random.default_rng(3)
    one, two = rng.standard_normal((2, 30, 2)) + 0.25
    moves = [_moves(rule, slopes) for slopes in (one, two, one + two, 2 * one)]
    return np.allclose(moves[0] + moves[1], moves[2]) and np.allclose(2 * moves[0], moves[3])


def _moves(rule, slopes):
    start = np.array([1.5, -0.5])
    theta, state, moved = start, [np.zeros(2) for _ in rule.state], []
    for t, g in enumerate(slopes, 1):
        given = {"theta": theta, "g": g, "f": np.full(2, g.sum()), "t": t, **dict(zip(rule.state, state, strict=True))}
        made = rule(*(given[name] for name in rule.takes))
        theta, *state = made if rule.state else (made,)
        moved.append(theta - start)
    return np.array(moved)
