"""Landforms: what a descent meets on its way, each by itself: shoulder, plateau, cliff, two wells, curved valleys."""

import sympy as sp

from gdlib.landscapes.landscape import Facts, coordinates, for_any_n, landscape
from gdlib.landscapes.stationary_facts import filled, least, mirrored, saddle


@landscape
def shoulder() -> Facts:
    """A slope that levels out and falls on: at the shoulder the gradient says nothing of what comes after it."""
    return Facts(
        "3*x**4 - 4*x**3",
        stationary=(saddle(0, reason="f(t) = -t**3*(4 - 3*t) has the sign of -t near 0"), least(1)),
        start=(-0.5,),
        window=((-0.6, 1.4),),
        source="the plainest quartic with a level inflection",
    )


@for_any_n()
def plateau(n: int) -> Facts:
    """A dip in a plain: far out the slope dies away like 1/‖x‖³, and only a larger step helps."""
    x = coordinates(n)
    square = sum(xi**2 for xi in x)
    return Facts(
        square / (1 + square),
        variables=x,
        stationary=(least(*[0] * n),),
        start=[3.5, 2.0, *([1.0] * n)][:n],
        window=((-5, 5),) * n,
        source="a bounded bowl",
    )


@landscape
def cliff() -> Facts:
    """A gentle bowl with a step in it: at x = 1 one gradient throws descent far across."""
    x, y = coordinates(2)
    drop = 20 * (x - 1)
    return Facts(
        (x**2 + y**2) / 10 + drop / sp.sqrt(1 + drop**2),
        stationary=(least(-0.012015992911323277, 0),),
        start=(2.5, 1.5),
        window=((-1, 3), (-2, 2)),
        source="a bowl with a step in it",
    )


@landscape
def double_well() -> Facts:
    """Two wells with a saddle between: Newton's method walks to the saddle, descent leaves it."""
    return Facts(
        "x**2 - y**2 + y**4/4",
        title="double well",
        stationary=mirrored((saddle(0, 0), least(0, "sqrt(2)"))),
        start=(1.6, 0.1),
        window=((-2, 2), (-2.5, 2.5)),
        source="a saddle with an end to its descent",
    )


@landscape
def four_valleys() -> Facts:
    """Minima along four hyperbolas, the sharper the farther out: with a large step descent settles where it may."""
    level = "f >= 0, and f = 0 on the curve"
    crest = "f = (1 - x**2*y**2)**2/4 <= 1/4 near the axis, and f = 1/4 on it"
    return Facts(
        "(x**2*y**2 - 1)**2/4",
        title="four curved valleys",
        sets=(
            filled("t", "1/t", kind="minimum", reason=level),
            filled("t", "-1/t", kind="minimum", reason=level),
            filled("t", 0, kind="maximum", reason=crest),
            filled(0, "t", kind="maximum", reason=crest),
        ),
        minima=[(1, 1), (-1, 1), (-1, -1), (1, -1)],
        start=(2.2, 1.2),
        window=((-2.5, 2.5), (-2.5, 2.5)),
        source="zhu2023",
    )
