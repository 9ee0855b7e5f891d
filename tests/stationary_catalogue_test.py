"""`stationary_points` against the catalogue's data, which landscapes_test proves by other means: the same points, kinds
and curves, proved complete in under ten seconds each."""

import re
import time

import numpy as np
import pytest
import sympy as sp

import gdlib as gd
from tests.tables import each_objective

SECONDS = 10
NEAR = 0.05  # between points of a set as sampled here


def sampled(location, ranges, window, count=4001) -> np.ndarray:
    """Points of a set in parameters that lie in the window."""
    grids = np.meshgrid(
        *(
            np.linspace(max(low, -6.0), min(high, 6.28), count if len(ranges) == 1 else 80)
            for low, high in ranges.values()
        )
    )
    with np.errstate(all="ignore"):
        columns = [
            np.broadcast_to(sp.lambdify(list(ranges), part)(*grids), grids[0].shape).ravel() for part in location
        ]
    points = np.stack(columns, axis=1).astype(float)
    low, high = np.array(window).T
    return points[np.isfinite(points).all(axis=1) & ((points >= low) & (points <= high)).all(axis=1)]


def farthest(points, others) -> float:
    """The greatest distance from one of the points to the nearest of the others."""
    return max(np.abs(others - point).max(axis=1).min() for point in points[::20])


@each_objective
def test_the_search_finds_what_is_known(objective):
    f = objective
    began = time.process_time()
    found = gd.stationary_points(f, seconds=12 * SECONDS)  # by the clock, which others' work makes run on
    assert time.process_time() - began < SECONDS
    assert found.complete
    filled = [sampled(one.location, one.ranges, f.window) for one in f.stationary_sets]
    matched = set()
    for point in found:
        place = np.array([float(x) for x in point.location])
        near = [k for k, one in enumerate(f.stationary) if np.abs(place - one.point).max() < 1e-9]
        if near:
            (known,) = near
            matched.add(known)
            assert (point.kind, point.strict) == (f.stationary[known].kind, f.stationary[known].strict)
        else:  # a point of a curve, where two of them cross
            home = next(k for k, points in enumerate(filled) if np.abs(points - place).max(axis=1).min() < 1e-2)
            assert (point.kind, point.strict) == (f.stationary_sets[home].kind, False)
    assert len(matched) == len(f.stationary)
    drawn = [sampled(curve, ranges_of(curve, found.note), f.window) for curve in found.curves]
    for points in drawn:  # each set that is found lies in a known one, and each known one is found
        assert any(farthest(points, others) < NEAR for others in filled)
    for points in filled:
        assert any(farthest(points, others) < NEAR for others in drawn)


def ranges_of(curve, note) -> dict:
    """The parameters of a set that the search found, with the range that its note gives, else wide enough."""
    parameters = sorted({s for part in curve for s in part.free_symbols}, key=str)
    said = {
        name: (float(low), float(high))
        for low, name, high in re.findall(r"(-?\d+(?:\.\d+)?) <= (\w+) <= (-?\d+(?:\.\d+)?)", note)
    }
    return {p: said.get(p.name, (-6.0, 6.28)) for p in parameters}


@pytest.mark.parametrize("f", [f for f in gd.objectives if f.stationary], ids=lambda f: f.name)
def test_each_point_is_classified_as_known(f):
    for known in f.stationary[:6]:
        verdict = gd.classify(f, at=known.location)
        assert (verdict.kind, verdict.strict) == (known.kind, known.strict)
        assert verdict.reason


def test_a_kink_is_no_stationary_point():
    with pytest.raises(ValueError, match="kink"):
        gd.classify(gd.objectives.ackley, at=(0, 0))
