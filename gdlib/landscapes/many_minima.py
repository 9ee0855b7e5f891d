"""Landscapes with many minima, by formula: products of one variable's points, or one point and its reflections."""

import sympy as sp

from gdlib.landscapes.landscape import Facts, coordinates, for_any_n, landscape
from gdlib.landscapes.stationary_facts import combined, least, maximum, minimum, reflected, saddle

_MOST_LISTED = 4
"""Variables up to which stationary points are listed: of each coordinate's three, 81 points for four."""


@for_any_n()
def styblinski_tang(n: int) -> Facts:
    """A sum over the coordinates, each with a deep minimum and a less deep one: 2ⁿ minima, one of them least."""
    x = coordinates(n)
    one = (least(-2.903534027771177), maximum(0.1567312567803401), minimum(2.746802770990837))
    return Facts(
        sum(xi**4 - 16 * xi**2 + 5 * xi for xi in x) / 2,
        variables=x,
        title="Styblinski and Tang's function",
        domain=((-5, 5),) * n,
        stationary=combined(one, n) if n <= _MOST_LISTED else None,
        sets=(),
        minima=[one[0].point * n],
        start=[0.5 if i % 2 == 0 else -0.5 for i in range(n)],
        window=((-5, 5),) * n,
        source="styblinski1990",
    )


@for_any_n()
def rastrigin(n: int) -> Facts:
    """A bowl with a ripple on it: a minimum near every point with whole coordinates."""
    x = coordinates(n)
    top, next_one = 0.5025460365546747, 0.9949586376523348  # of x + 10π sin(2πx) = 0
    one = (least(0), maximum(top), maximum(-top), minimum(next_one), minimum(-next_one))
    return Facts(
        10 * n + sum(xi**2 - 10 * sp.cos(2 * sp.pi * xi) for xi in x),
        variables=x,
        title="Rastrigin's function",
        domain=((-5.12, 5.12),) * n,
        stationary=combined(one, n) if n < _MOST_LISTED else None,
        sets=(),
        minima=[[0.0] * n],
        start=[1.1, -0.3, *([0.7] * n)][:n],
        window=((-1.25, 1.25),) * n,  # of 121 pits in the plane, 9; all look alike
        source="muhlenbein1991",
    )


@landscape
def goldstein_price() -> Facts:
    """Values from 3 to a million: four minima of very different depth in a polynomial of degree eight."""
    return Facts(
        "(1 + (x + y + 1)**2*(19 - 14*x + 3*x**2 - 14*y + 6*x*y + 3*y**2))"
        "*(30 + (2*x - 3*y)**2*(18 - 32*x + 12*x**2 + 48*y - 36*x*y + 27*y**2))",
        title="Goldstein and Price's function",
        domain=((-2, 2), (-2, 2)),
        stationary=(
            least(0, -1),
            minimum("-3/5", "-2/5"),
            minimum("6/5", "4/5"),
            minimum("9/5", "1/5"),
            maximum("4/5", "1/5"),
            saddle("-2/5", "-3/5"),
            saddle("3/5", "2/5"),
            saddle("6/5", "-1/5"),
            saddle("7/5", "3/5"),
        ),
        start=(-1.0, 0.5),
        window=((-2, 2), (-2, 2)),
        source="goldstein1971",
    )


@for_any_n()
def ackley(n: int) -> Facts:
    """A pitted plain with a funnel: the least value lies at a kink, where there is no gradient to vanish."""
    x = coordinates(n)
    radius = sp.sqrt(sum(xi**2 for xi in x) / n)
    ripple = sum(sp.cos(2 * sp.pi * xi) for xi in x) / n
    known = (
        minimum(0.9521665459501717, 0),
        minimum(0.9684776587077244, 0.9684776587077244),
        maximum(0.6730965201107377, 0.6730965201107377),
        saddle(0.6257806168564638, 0),
        saddle(0.8747620388753442, 0.5774125352782147),
    )
    return Facts(
        20 - 20 * sp.exp(-radius / 5) + sp.E - sp.exp(ripple),
        variables=x,
        title="Ackley's function",
        domain=((-32.768, 32.768),) * n,
        stationary=reflected(known) if n == 2 else None,
        sets=() if n == 2 else None,
        minima=[[0.0] * n],
        singular=(((0.0,) * n, "a kink: f rises from 0 in all directions, like 4 times the distance over √n"),),
        start=[1.2, 0.4, *([0.3] * n)][:n],
        window=((-1.5, 1.5),) * n,
        source="ackley1987",
    )
