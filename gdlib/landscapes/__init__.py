"""The landscapes: the catalogue of objectives, each one formula, in the order in which the book meets them.

Each file holds a family of them, and its functions are the entries: what a function returns is the formula with what is
known of it. A landscape defined for any number of variables stands here with two.
"""

from gdlib.landscapes import (
    classical_tests,
    decided_by_curvature,
    degenerate_points,
    landforms,
    many_minima,
    plain_shapes,
    speed_of_descent,
)
from gdlib.landscapes.landscape import Landscape, MadeWhenAsked
from gdlib.landscapes.stationary_facts import KnownPoint, KnownSet
from gdlib.registry import Registry

__all__ = ["KnownPoint", "KnownSet", "Landscape", "objectives"]

_IN_TEACHING_ORDER = [
    plain_shapes,
    classical_tests,
    degenerate_points,
    decided_by_curvature,
    landforms,
    speed_of_descent,
    many_minima,
]
objectives: Registry[Landscape] = Registry("objective", MadeWhenAsked(_IN_TEACHING_ORDER))
"""The catalogue, in teaching order."""
