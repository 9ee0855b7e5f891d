"""The claims of the rule book."""

import numpy as np

import gdlib as gd
from tests.claim import claim


@claim("adam-first-step")
def test_adams_first_step_has_one_length_whatever_the_gradient():
    start, g = np.array([1.0, -2.0]), np.array([0.5, 300.0])
    theta, _, _ = gd.rules.adam(start, g, np.zeros(2), np.zeros(2), t=1, lr=0.1)
    moved = start - theta
    assert np.allclose(moved, 0.1, rtol=1e-6)
    return [float(moved[0]), float(g[1] / g[0])]
