"""Degenerate points: where gradient and curvature vanish together, so that the second-derivative test is silent."""

import math

import sympy as sp

from gdlib.landscapes.landscape import Facts, coordinates, for_any_n, landscape
from gdlib.landscapes.stationary_facts import filled, least, saddle


@landscape
def monkey_saddle() -> Facts:
    """Three valleys and three ridges meet: two for the legs and one for the tail."""
    return Facts(
        "x**3 - 3*x*y**2",
        title="monkey saddle",
        stationary=(saddle(0, 0, reason="an odd form: f(-x, -y) = -f(x, y), and f(t, 0) = t**3"),),
        start=(0.9, 0.1),
        window=((-1.5, 1.5), (-1.5, 1.5)),
        source="hilbert1952",
    )


@landscape
def peano() -> Facts:
    """A minimum along every straight line through the origin, yet none: along y = 2x² it falls."""
    return Facts(
        "(y - x**2)*(y - 3*x**2)",
        title="Peano's function",
        stationary=(saddle(0, 0, reason="f(t, 2*t**2) = -t**4 and f(0, t) = t**2"),),
        start=(0.5, 0.9),
        window=((-1, 1), (-0.5, 1.5)),
        source="genocchi1884",
    )


@landscape
def quintic() -> Facts:
    """An inflection: level at one point only, and downhill through it."""
    return Facts(
        "x**5",
        stationary=(saddle(0, reason="f(t) = t**5 has the sign of t"),),
        start=(1.0,),
        window=((-1.5, 1.5),),
        source="the plainest degenerate inflection",
    )


@landscape
def flat_disk() -> Facts:
    """A truly flat region: max(0, ‖x‖ - 1)³ is 0 in the whole disk, and inside it descent never moves."""
    x, y = coordinates(2)
    radius = sp.sqrt(x**2 + y**2)
    return Facts(
        # max(0, ‖x‖ - 1)³ by branches, so that nothing divides by ‖x‖ at the centre
        sp.Piecewise((0, x**2 + y**2 <= 1), ((radius - 1) ** 3, True)),
        title="flat disk",
        sets=(
            filled("r*cos(a)", "r*sin(a)", kind="minimum", reason="f >= 0, and f = 0 in the whole disk",
                   r=(0, 1), a=(0, 2 * math.pi)),
        ),
        minima=[(0, 0)],
        start=(2.0, 1.2),
        window=((-2.5, 2.5), (-2.5, 2.5)),
        source="a region of minima, twice differentiable",
    )  # fmt: skip


@landscape
def crossed_ridges() -> Facts:
    """Two level ridges that cross: every point of both axes is a maximum, none of them strict."""
    return Facts(
        "-x**2*y**2",
        title="crossed ridges",
        sets=(
            filled("t", 0, kind="maximum", reason="f <= 0, and f = 0 on the axis"),
            filled(0, "t", kind="maximum", reason="f <= 0, and f = 0 on the axis"),
        ),
        start=(1.0, 0.3),
        window=((-2, 2), (-2, 2)),
        source="a maximum that is not strict, with a gradient that is 0 on both axes",
    )


@for_any_n()
def quartic_bowl(n: int) -> Facts:
    """A minimum without curvature: descent closes in on it slower than any geometric sequence."""
    x = coordinates(n)
    return Facts(
        sum(xi**4 for xi in x),
        variables=x,
        title="quartic bowl",
        stationary=(least(*[0] * n, reason="a sum of fourth powers: f > 0 beside the origin"),),
        start=[1.2, 0.8, *([0.6] * n)][:n],
        window=((-1.5, 1.5),) * n,
        source="the plainest degenerate minimum",
    )


@landscape
def flat_well() -> Facts:
    """A minimum at which every derivative vanishes: no expansion decides it."""
    return Facts(
        "exp(-1/x**2)",
        title="flat well",
        stationary=(least(0, reason="extended by its limit 0, f > 0 everywhere else"),),
        singular=(((0.0,), "the formula divides by 0; f and all its derivatives have the limit 0"),),
        start=(1.5,),
        window=((-3, 3),),
        source="cauchy1823",
    )


@landscape
def powell_singular() -> Facts:
    """Four variables, and at the minimum a Hessian of rank two: Newton's method slows to a linear rate."""
    return Facts(
        "(x1 + 10*x2)**2 + 5*(x3 - x4)**2 + (x2 - 2*x3)**4 + 10*(x1 - x4)**4",
        title="Powell's singular function",
        domain=((-4, 5),) * 4,
        stationary=(
            least(0, 0, 0, 0, reason="a sum of even powers of four linear forms that vanish together at 0 only"),
        ),
        start=(3.0, -1.0, 0.0, 1.0),
        window=((-4, 5),) * 4,
        source="powell1962",
    )
