"""The classical test functions: valleys, several minima and what lies between them, all polynomials."""

from itertools import pairwise

from gdlib.landscapes.landscape import Facts, coordinates, for_any_n, landscape
from gdlib.landscapes.stationary_facts import least, maximum, minimum, mirrored, saddle


@for_any_n(at_least=2)
def rosenbrock(n: int) -> Facts:
    """A curved valley: finding it is quick, following it is slow."""
    x = coordinates(n)
    return Facts(
        sum((1 - a) ** 2 + 100 * (b - a**2) ** 2 for a, b in pairwise(x)),
        variables=x,
        title="Rosenbrock's function",
        minima=[[1.0] * n],
        stationary=(least(1, 1),) if n == 2 else None,  # from four variables on there is a second minimum
        sets=() if n == 2 else None,
        start=[-1.2 if i % 2 == 0 else 1.0 for i in range(n)],
        window=((-2, 2), (-1, 3)) if n == 2 else ((-2, 2),) * n,
        source="rosenbrock1960",
    )


@landscape
def himmelblau() -> Facts:
    """Four equally deep minima about one maximum: where a run ends depends on where it begins."""
    return Facts(
        "(x**2 + y - 11)**2 + (x + y**2 - 7)**2",
        title="Himmelblau's function",
        stationary=(
            least(3, 2),
            least(-2.805118086952745, 3.131312518250573),
            least(-3.779310253377747, -3.2831859912861696),
            least(3.5844283403304917, -1.8481265269644036),
            maximum(-0.2708445906673476, -0.9230385564799815),
            saddle(-3.0730257507643897, -0.08135304428796751),
            saddle(-0.12796134673068008, -1.9537149802445763),
            saddle(0.08667750455539636, 2.884254701174776),
            saddle(3.385154183607021, 0.07385187983774928),
        ),
        start=(0.0, 0.5),
        window=((-5, 5), (-5, 5)),
        source="himmelblau1972",
    )


@landscape
def beale() -> Facts:
    """A minimum at the end of a long flat valley, between steep corners."""
    return Facts(
        "(1.5 - x + x*y)**2 + (2.25 - x + x*y**2)**2 + (2.625 - x + x*y**3)**2",
        title="Beale's function",
        domain=((-4.5, 4.5), (-4.5, 4.5)),
        stationary=(least(3, "1/2"), saddle(0, 1), saddle(0.10053793732415836, -2.644513585023125)),
        start=(1.0, 1.0),
        window=((-4.5, 4.5), (-4.5, 4.5)),
        source="beale1958",
    )


@landscape
def three_hump_camel() -> Facts:
    """The least value in the middle, and a lesser minimum on either side to be caught in."""
    outer, inner = "sqrt(21/10 + sqrt(91)/10)", "sqrt(21/10 - sqrt(91)/10)"
    return Facts(
        "2*x**2 - 1.05*x**4 + x**6/6 + x*y + y**2",
        title="three-hump camel",
        domain=((-5, 5), (-5, 5)),
        stationary=mirrored((least(0, 0), minimum(outer, f"-{outer}/2"), saddle(inner, f"-{inner}/2"))),
        start=(-1.6, 1.2),
        window=((-2.5, 2.5), (-2.5, 2.5)),
        source="molga2005",
    )


@landscape
def six_hump_camel() -> Facts:
    """Fifteen stationary points, six of them minima, and two of these the deepest."""
    return Facts(
        "(4 - 2.1*x**2 + x**4/3)*x**2 + x*y + (4*y**2 - 4)*y**2",
        title="six-hump camel",
        domain=((-3, 3), (-2, 2)),
        stationary=mirrored(
            (
                least(0.08984201310031806, -0.7126564030207396),
                minimum(1.703606714969981, -0.7960835686726251),
                minimum(1.6071047529201972, 0.5686514548841314),
                maximum(1.2302298765166526, 0.16233458445899496),
                saddle(0, 0),
                saddle(1.1092053368047865, -0.7682680925095399),
                saddle(1.2960702671671092, 0.6050843880386585),
                saddle(1.6380679841897785, 0.22867406904439408),
            )
        ),
        start=(-1.9, 0.2),
        window=((-2.2, 2.2), (-1.2, 1.2)),
        source="dixon1978",
    )
