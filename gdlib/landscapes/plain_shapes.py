"""The plain shapes: a bowl, a hill, a saddle and a ravine, quadratics all."""

from gdlib.landscapes.landscape import Facts, coordinates, for_any_n, landscape
from gdlib.landscapes.stationary_facts import least, maximum
from gdlib.landscapes.stationary_facts import saddle as saddle_at


@for_any_n()
def bowl(n: int) -> Facts:
    """The plainest minimum: equally steep in all directions."""
    x = coordinates(n)
    return Facts(
        sum(xi**2 for xi in x),
        variables=x,
        stationary=(least(*[0] * n),),
        start=[1.6, 1.2, *([1.0] * n)][:n],
        window=((-2, 2),) * n,
        source="the plainest minimum",
    )


@for_any_n()
def hill(n: int) -> Facts:
    """The plainest maximum: descent leaves it, the faster the farther."""
    x = coordinates(n)
    return Facts(
        -sum(xi**2 for xi in x),
        variables=x,
        stationary=(maximum(*[0] * n),),
        start=[0.3, 0.2, *([0.1] * n)][:n],
        window=((-2, 2),) * n,
        source="the plainest maximum",
    )


@landscape
def saddle() -> Facts:
    """The plainest saddle: up along one axis, down along the other."""
    return Facts(
        "x**2 - y**2",
        stationary=(saddle_at(0, 0),),
        start=(1.6, 0.02),
        window=((-2, 2), (-2, 2)),
        source="the plainest saddle",
    )


@landscape
def ravine() -> Facts:
    """A valley 25 times as steep across as along: the step that crosses it safely is short along it."""
    return Facts(
        "(x**2 + 25*y**2) / 2",
        stationary=(least(0, 0),),
        start=(-4.5, 0.9),
        window=((-5, 5), (-2, 2)),
        source="a quadratic of condition number 25",
    )
