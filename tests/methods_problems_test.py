"""Problems of Moré, Garbow and Hillstrom: published minima and scipy's, by every method that finds its own way down."""

import json
from functools import cache

import numpy as np
import pytest

import gdlib as gd
from tests.goldens.methods import FILE
from tests.more_garbow_hillstrom import PROBLEMS, Problem

STORED = {
    row["problem"]: row["reached"] for row in json.loads(FILE.read_text(encoding="utf-8"))["more_garbow_hillstrom"]
}
BY_NAME = {problem.name: problem for problem in PROBLEMS}
PRINTED = 5e-6  # the paper prints six digits, some cut off where they should be rounded
SETTLED = 1e-4  # a gradient this small beside the first, where rounding ends a search before the criterion does
FINDERS = ["regularized_newton", "levenberg_marquardt", "bfgs", "lbfgs", "polak_ribiere", "hessian_free"]
UPHILL = "stopped: the direction does not lead downhill"
ITERATIONS = {  # scipy's solver of the same kind
    "bfgs": "BFGS", "lbfgs": "L-BFGS-B", "regularized_newton": "trust-exact",
}  # fmt: skip


SLOW = {"kowalik_osborne", "brown_dennis", "biggs", "trigonometric"}  # to derive their Hessians takes seconds
each_problem = pytest.mark.parametrize(
    "problem",
    [pytest.param(one, id=one.name, marks=[pytest.mark.slow] if one.name in SLOW else []) for one in PROBLEMS],
)


@cache
def objective(problem: Problem) -> gd.Objective:
    return problem.objective()


@cache
def run_of(name: str, problem: Problem) -> gd.Run:
    stop = gd.stopping.grad_norm(1e-7)
    return gd.descend(objective(problem), gd.methods[name], problem.start, steps=600, stop=stop)


def nearest(value: float, minima: tuple[float, ...]) -> float:
    """The distance from the nearest of the values, relative where it is not 0."""
    return min(abs(value - one) / (abs(one) or 1.0) for one in minima)


def test_there_are_enough_problems():
    assert len(PROBLEMS) - len(SLOW) >= 12
    assert len(set(BY_NAME)) == len(PROBLEMS) == len(STORED)
    assert {problem.n for problem in PROBLEMS} >= {2, 3, 4, 5, 6, 10}


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: problem.name)
def test_the_published_minima_are_what_scipy_finds(problem):
    """So neither the formulas nor the table hold a misprint: some solver comes to each first value."""
    reached = [entry["value"] for entry in STORED[problem.name].values()]
    assert min(nearest(value, problem.minima) for value in reached) < PRINTED
    assert min(reached) > min(problem.minima) * (1 - PRINTED) - 1e-12


@each_problem
@pytest.mark.parametrize("name", FINDERS)
def test_a_method_finds_a_published_minimum(name, problem):
    run = run_of(name, problem)
    assert nearest(float(run.values[-1]), problem.minima) < PRINTED
    if run.reason != "stopped: grad_norm":
        assert run.grad_norms[-1] <= SETTLED * run.grad_norms[0]
        assert run.reason in (
            "stopped: the line search finds no value low enough",
            "stopped: no damping leads to a lower value",
        )


@pytest.mark.parametrize("name", ["bfgs", "lbfgs", "regularized_newton", "levenberg_marquardt", "damped_newton_armijo",
                                  "damped_newton_wolfe", "polak_ribiere", "fletcher_reeves", "hessian_free",
                                  "hessian_free_gauss_newton"])  # fmt: skip
@each_problem
def test_a_method_that_looks_before_it_steps_never_climbs(name, problem):
    values = run_of(name, problem).values
    assert (np.diff(values) <= 0).all()


@pytest.mark.parametrize("name", list(ITERATIONS))
def test_iteration_counts_are_of_scipys_size(name):
    """The same kind of method to the same value: over all problems where both come there, the median within half."""
    ratios = []
    for problem in PROBLEMS:
        if problem.name in SLOW:
            continue
        run, theirs = run_of(name, problem), STORED[problem.name][ITERATIONS[name]]
        if abs(theirs["value"] - run.values[-1]) <= 1e-5 * max(1.0, abs(theirs["value"])):
            enough = np.argmax(run.values <= theirs["value"] + 1e-12 + 1e-9 * abs(theirs["value"]))
            ratios.append(max(int(enough), 1) / theirs["steps"])
    assert len(ratios) >= 9
    assert 0.5 <= np.median(ratios) <= 1.5


@pytest.mark.parametrize(
    ("name", "missed"),
    [
        ("damped_newton_armijo", {"brown_badly_scaled": UPHILL, "beale": UPHILL, "wood": UPHILL}),
        ("damped_newton_wolfe", {"brown_badly_scaled": UPHILL, "beale": UPHILL, "wood": UPHILL}),
        ("hessian_free_gauss_newton", {}),
        ("gauss_newton", {
            "beale": "stopped: singular Gauss-Newton matrix", "penalty_1": "steps",
            "jennrich_sampson": "stopped: the Gauss-Newton matrix is not finite",
        }),
        ("fletcher_reeves", {
            "brown_badly_scaled": "stopped: the line search finds no value low enough", "wood": "steps",
        }),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)  # fmt: skip
def test_the_methods_that_have_no_such_care_miss_just_these(name, missed):
    """Newton's direction may lead uphill, Gauss-Newton's matrix may be singular, Fletcher-Reeves may jam.

    On Wood's function Newton's steps come down to a saddle, of value 7.8765.
    """
    for problem in PROBLEMS:
        if problem.name in SLOW:
            continue
        run = run_of(name, problem)
        if problem.name in missed:
            assert run.reason == missed[problem.name]
            assert nearest(float(run.values[-1]), problem.minima) > PRINTED
        else:
            assert nearest(float(run.values[-1]), problem.minima) < PRINTED, problem.name


def test_newton_counts():
    """Six steps on Rosenbrock's function, as long known; none of them guarded."""
    problem = BY_NAME["rosenbrock"]
    assert run_of("newton", problem).steps == 6
    assert run_of("gauss_newton", problem).steps == 2


@pytest.mark.slow
def test_gauss_newton_fails_where_residuals_stay_large_and_levenberg_marquardt_does_not():
    problem = BY_NAME["brown_dennis"]
    assert run_of("gauss_newton", problem).values[-1] > 2 * problem.minima[0]
    assert run_of("levenberg_marquardt", problem).values[-1] == pytest.approx(problem.minima[0], rel=PRINTED)


def test_gauss_newton_stops_where_its_matrix_is_singular():
    """Beale's residuals at the start (1, 1) do not depend on x."""
    run = run_of("gauss_newton", BY_NAME["beale"])
    assert (run.reason, run.steps) == ("stopped: singular Gauss-Newton matrix", 0)


def test_newton_on_beale_goes_to_a_saddle():
    run = run_of("newton", BY_NAME["beale"])
    assert run.path[-1] == pytest.approx(np.array([0.0, 1.0]), abs=1e-12)
    assert np.linalg.eigvalsh(objective(BY_NAME["beale"]).hess(run.path[-1])).min() < 0
