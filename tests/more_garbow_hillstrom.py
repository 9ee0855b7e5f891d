"""Problems of Moré, Garbow and Hillstrom (more1981), as the paper numbers them, with the least values that it prints.

Each is f = Σ r², its residuals written as formulas of x1, x2, …; `minima` are values at its minimisers, the least first.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import gdlib as gd


@dataclass(frozen=True)
class Problem:
    """One problem with its standard start."""

    number: int
    name: str
    residuals: tuple[str, ...]
    start: tuple[float, ...]
    minima: tuple[float, ...]

    @property
    def n(self) -> int:
        """The number of variables."""
        return len(self.start)

    @property
    def text(self) -> str:
        """The formula."""
        return " + ".join(f"({residual})**2" for residual in self.residuals)

    def objective(self) -> gd.Objective:
        """The problem as gdlib has it."""
        return gd.Objective(self.text, variables=[f"x{i + 1}" for i in range(self.n)], name=self.name)


def _numbers(text: str) -> list[str]:
    return text.split()


def _bard() -> Iterable[str]:
    observed = _numbers("0.14 0.18 0.22 0.25 0.29 0.32 0.35 0.39 0.37 0.58 0.73 0.96 1.34 2.10 4.39")
    for u, y in enumerate(observed, 1):
        v = 16 - u
        yield f"{y} - x1 - {u}/({v}*x2 + {min(u, v)}*x3)"


def _kowalik() -> Iterable[str]:
    observed = _numbers("0.1957 0.1947 0.1735 0.1600 0.0844 0.0627 0.0456 0.0342 0.0323 0.0235 0.0246")
    for u, y in zip(_numbers("4 2 1 0.5 0.25 0.167 0.125 0.1 0.0833 0.0714 0.0625"), observed, strict=True):
        yield f"{y} - x1*({u}**2 + {u}*x2)/({u}**2 + {u}*x3 + x4)"


def _tenths(count: int) -> list[str]:
    return [f"({i}/10)" for i in range(1, count + 1)]


def _broyden(n: int) -> Iterable[str]:
    for i in range(1, n + 1):
        before = f" - x{i - 1}" if i > 1 else ""
        after = f" - 2*x{i + 1}" if i < n else ""
        yield f"(3 - 2*x{i})*x{i}{before}{after} + 1"


def _trigonometric(n: int) -> Iterable[str]:
    cosines = " - ".join(f"cos(x{j})" for j in range(1, n + 1))
    for i in range(1, n + 1):
        yield f"{n} - {cosines} + {i}*(1 - cos(x{i})) - sin(x{i})"


def _variably(n: int) -> Iterable[str]:
    weighted = " + ".join(f"{j}*(x{j} - 1)" for j in range(1, n + 1))
    return [*(f"x{j} - 1" for j in range(1, n + 1)), weighted, f"({weighted})**2"]


def _linear(n: int, m: int) -> Iterable[str]:
    total = " + ".join(f"x{j}" for j in range(1, n + 1))
    for i in range(1, m + 1):
        yield (f"x{i} - " if i <= n else "-") + f"2*({total})/{m} - 1"


PROBLEMS = [
    Problem(1, "rosenbrock", ("10*(x2 - x1**2)", "1 - x1"), (-1.2, 1.0), (0.0,)),
    Problem(2, "freudenstein_roth", ("-13 + x1 + ((5 - x2)*x2 - 2)*x2", "-29 + x1 + ((x2 + 1)*x2 - 14)*x2"),
            (0.5, -2.0), (0.0, 48.9842)),
    Problem(4, "brown_badly_scaled", ("x1 - 10**6", "x2 - 2/10**6", "x1*x2 - 2"), (1.0, 1.0), (0.0,)),
    Problem(5, "beale", tuple(f"{y} - x1*(1 - x2**{i})" for i, y in ((1, 1.5), (2, 2.25), (3, 2.625))),
            (1.0, 1.0), (0.0,)),
    Problem(6, "jennrich_sampson", tuple(f"{2 + 2 * i} - (exp({i}*x1) + exp({i}*x2))" for i in range(1, 11)),
            (0.3, 0.4), (124.362,)),
    Problem(8, "bard", tuple(_bard()), (1.0, 1.0, 1.0), (8.21487e-3,)),
    Problem(12, "box", tuple(f"exp(-{t}*x1) - exp(-{t}*x2) - x3*(exp(-{t}) - exp(-10*{t}))" for t in _tenths(10)),
            (0.0, 10.0, 20.0), (0.0,)),
    Problem(13, "powell_singular", ("x1 + 10*x2", "sqrt(5)*(x3 - x4)", "(x2 - 2*x3)**2", "sqrt(10)*(x1 - x4)**2"),
            (3.0, -1.0, 0.0, 1.0), (0.0,)),
    Problem(14, "wood", ("10*(x2 - x1**2)", "1 - x1", "sqrt(90)*(x4 - x3**2)", "1 - x3", "sqrt(10)*(x2 + x4 - 2)",
                         "(x2 - x4)/sqrt(10)"), (-3.0, -1.0, -3.0, -1.0), (0.0,)),
    Problem(15, "kowalik_osborne", tuple(_kowalik()), (0.25, 0.39, 0.415, 0.39), (3.07505e-4,)),
    Problem(16, "brown_dennis",
            tuple(f"(x1 + {i}/5*x2 - exp({i}/5))**2 + (x3 + x4*sin({i}/5) - cos({i}/5))**2" for i in range(1, 21)),
            (25.0, 5.0, -5.0, -1.0), (85822.2,)),
    Problem(18, "biggs", tuple(
        f"x3*exp(-{t}*x1) - x4*exp(-{t}*x2) + x6*exp(-{t}*x5) - (exp(-{t}) - 5*exp(-10*{t}) + 3*exp(-4*{t}))"
        for t in _tenths(13)), (1.0, 2.0, 1.0, 1.0, 1.0, 1.0), (0.0, 5.65565e-3)),
    Problem(23, "penalty_1", (*(f"(x{j} - 1)/sqrt(10**5)" for j in range(1, 5)), "x1**2 + x2**2 + x3**2 + x4**2 - 1/4"),
            (1.0, 2.0, 3.0, 4.0), (2.24997e-5,)),
    Problem(25, "variably_dimensioned", tuple(_variably(10)), tuple(1 - j / 10 for j in range(1, 11)), (0.0,)),
    Problem(26, "trigonometric", tuple(_trigonometric(10)), (0.1,) * 10, (0.0, 2.79506e-5)),
    Problem(30, "broyden_tridiagonal", tuple(_broyden(10)), (-1.0,) * 10, (0.0,)),
    Problem(32, "linear_full_rank", tuple(_linear(5, 10)), (1.0,) * 5, (5.0,)),
]  # fmt: skip
