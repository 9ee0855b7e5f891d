"""Examples of the second-derivative test: eigenvalues that decide, and one point among them that they leave open."""

from gdlib.landscapes.landscape import Facts, landscape
from gdlib.landscapes.stationary_facts import least, maximum, saddle


@landscape
def oblique_bowl() -> Facts:
    """A bowl with its axes on the diagonals: the Hessian's eigenvalues are 1 and 3."""
    return Facts(
        "x**2 - x*y + y**2",
        title="oblique bowl",
        stationary=(least(0, 0),),
        start=(-1.6, 1.2),
        window=((-2, 2), (-2, 2)),
        source="a quadratic with eigenvalues 1 and 3",
    )


@landscape
def twin_wells() -> Facts:
    """Two minima with a saddle between them, on the diagonal."""
    return Facts(
        "x**4 + y**4 - 4*x*y",
        title="twin wells",
        stationary=(least(1, 1), least(-1, -1), saddle(0, 0)),
        start=(-0.4, 1.5),
        window=((-1.8, 1.8), (-1.8, 1.8)),
        source="the plainest quartic with two minima",
    )


@landscape
def four_lines() -> Facts:
    """Zero on four straight lines: where three of them meet, odd terms decide; between them lies one maximum."""
    return Facts(
        "x*y*(x + y)*(1 + y)",
        title="four lines",
        stationary=(
            maximum("3/8", "-3/4"),
            saddle(0, 0, reason="the lowest terms x*y*(x + y) are odd: f(t, t) = 2*t**3*(1 + t)"),
            saddle(0, -1),
            saddle(1, -1),
        ),
        start=(0.5, -0.6),
        window=((-1, 1.5), (-1.5, 0.5)),
        source="a product of four lines",
    )
