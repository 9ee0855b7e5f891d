"""Powers of a hyperparameter to the step number: carried as products in every printed form, and equal to the bit."""

import math

import numpy as np
import pytest

import gdlib as gd
from gdlib.trace import symbol
from gdlib.trace.powers import carried_powers
from tests.emit_test import bits, both_loops


@gd.rule
def paced(theta, g, m, t, *, lr=0.01, beta=0.9, psi=0.004, rate=0.3):
    """Powers of all kinds: beta**t, beta**(t+1), one with a real pace, and one of a base that is made first."""
    m = beta * m + g / (1 - beta ** (t + 1)) + 0 / (1 - beta**t)
    warm = 1 - 0.5 * 0.96 ** (t * psi)
    later = 1 - 0.5 * 0.96 ** (psi * (2 + t))
    faded = np.exp(-rate) ** t
    return theta - lr * (warm + later + faded) * m, m


def test_each_kind_of_power_is_found():
    outputs, once, carried = carried_powers(paced.trace.outputs, paced.defaults)
    assert carried == {"beta_t": "beta", "power0_t": "base0_t", "power1_t": "base1_t"}
    assert set(once) == {"base0_t", "base1_t"}
    assert not any(symbol("t") is node for node in outputs)
    assert "pow(" not in repr(outputs)


@pytest.mark.parametrize("settings", [{}, {"psi": 0.25}, {"psi": 1.0, "beta": 0.0, "rate": 2.0}])
def test_all_loops_and_the_emitted_text_agree_to_the_bit_and_mean_the_power(settings):
    f = gd.objectives.himmelblau
    on_floats, on_arrays = both_loops(f, paced, f.start, steps=200, lr=0.001, **settings)
    namespace = {}
    exec(gd.emit.python((f, paced)), namespace)
    emitted = namespace["run"](f.start, 200, {"lr": 0.001, **settings})
    assert bits(on_floats.path) == bits(on_arrays.path) == bits(emitted)
    theta, m = np.array(f.start), np.zeros(2)
    for t in range(1, 201):
        theta, m = paced(theta, f.grad(theta), m, t, lr=0.001, **settings)
    np.testing.assert_allclose(on_floats.path[-1], theta, rtol=1e-9)


def test_a_single_emitted_step_works_its_powers_out():
    namespace = {}
    exec(gd.emit.python(paced), namespace)
    np.testing.assert_allclose(namespace["step"](1.0, 2.0, 0.5, 7), paced(1.0, 2.0, 0.5, 7), rtol=1e-14)


@gd.rule
def unlike(theta, g, t, *, lr=0.1, beta=0.9):
    """Powers that are no products carried: of what varies otherwise, and of a number alone."""
    return theta - lr * g * np.abs(theta) ** t * 0.5**t * beta ** (t + 0.5) * beta ** (1 - t)


def test_other_powers_stay_what_they_are():
    _, once, carried = carried_powers(unlike.trace.outputs, unlike.defaults)
    assert (once, carried) == ({}, {})


@gd.rule
def in_stairs(theta, g, t, *, lr=0.1, every=7.0):
    """Whole parts, of t and of theta."""
    stair = np.floor((t - 1) / every)
    return theta - lr * 0.5 ** np.floor(t / 30) * g + 0.001 * np.floor(theta) / (1 + stair)


@pytest.mark.parametrize("start", [(0.3, -0.7), (-0.0, 1e300)])
def test_whole_parts_are_the_same_in_every_loop(start):
    f = gd.objectives.bowl
    on_floats, on_arrays = both_loops(f, in_stairs, start, steps=80)
    assert bits(on_floats.path) == bits(on_arrays.path)
    assert r"\left\lfloor \frac{t - 1}{\mathrm{every}} \right\rfloor" in in_stairs.equations[0]


def test_a_floor_keeps_signed_zeros_infinities_and_nan():
    @gd.rule
    def whole(theta, g, *, lr=1.0):
        return np.floor(lr * g)

    namespace = {}
    exec(gd.emit.python(whole), namespace)
    for x in (-0.0, 0.0, -0.5, 2.5, -1e300, math.inf, -math.inf, math.nan):
        assert bits([[namespace["step"](0.0, x)]]) == bits([[np.floor(x)]])
