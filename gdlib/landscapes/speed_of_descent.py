"""Convex examples of how fast a method goes: each lacks one of the properties that a rate is proved from."""

import sympy as sp

from gdlib.landscapes.landscape import Facts, landscape
from gdlib.landscapes.stationary_facts import filled, least


@landscape
def huber() -> Facts:
    """A parabola with straight arms: smooth enough for every rate, though its second derivative jumps."""
    x, half = sp.Symbol("x", real=True), sp.Rational(1, 2)
    return Facts(
        sp.Piecewise((-x - half, x < -1), (half * x**2, x <= 1), (x - half, True)),
        title="Huber's function",
        stationary=(least(0),),
        start=(2.5,),
        window=((-3, 3),),
        source="huber1964",
    )


@landscape
def steepening_bowl() -> Facts:
    """Strongly convex, but no parabola encloses it: the step that suits the bottom runs off from the sides."""
    return Facts(
        "x**2/2 + x**4",
        title="steepening bowl",
        stationary=(least(0),),
        start=(1.0,),
        window=((-1.5, 1.5),),
        source="a strongly convex function that is not smooth in the large",
    )


@landscape
def trough() -> Facts:
    """Least squares of rank one: a line of minima, no strong convexity, and a linear rate all the same."""
    return Facts(
        "(x + y - 1)**2/2",
        sets=(filled("t", "1 - t", kind="minimum", reason="f >= 0, and f = 0 on the line"),),
        minima=[(0.5, 0.5)],
        start=(1.8, 0.6),
        window=((-1, 2), (-1, 2)),
        source="karimi2016",
    )


@landscape
def lopsided_valley() -> Facts:
    """Steep on one side, nearly straight on the other: Newton's method shows its order on it."""
    return Facts(
        "exp(x) - x",
        title="lopsided valley",
        stationary=(least(0),),
        start=(1.5,),
        window=((-3, 2),),
        source="the plainest convex function with a third derivative at its minimum",
    )


@landscape
def heavy_ball_trap() -> Facts:
    """Slopes 25x, x + 24, 25x - 24: the momentum that is best for a quadratic goes round and round on it."""
    x, half = sp.Symbol("x", real=True), sp.Rational(1, 2)
    return Facts(
        sp.Piecewise(
            (25 * half * x**2, x < 1), (half * x**2 + 24 * x - 12, x < 2), (25 * half * x**2 - 24 * x + 36, True)
        ),
        title="the heavy ball's trap",
        stationary=(least(0),),
        start=(3.3,),
        window=((-4, 4),),
        source="lessard2016",
    )
