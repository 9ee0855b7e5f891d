"""CUDA's texts as a reader gets them: functions equal to the objective's and the rule's, names kept apart, nvcc content."""

import shutil
import subprocess
from functools import cache

import numpy as np
import pytest

import gdlib as gd
from gdlib.emit.as_cuda import curvature_text
from gdlib.emit.as_numpy import compile_rule
from gdlib.emit.runs_as_cuda import program_text
from gdlib.emit.trajectory import trajectory_of
from gdlib.sweeps.chunk import Chunk
from tests.cuda_places import each_place
from tests.cuda_runs_test import numbers_of, same, text_of
from tests.emit_test import compare_within_bounds
from tests.tables import SETTINGS, WRITTEN, each_exact_objective, each_inexact_objective, each_rule

NVCC = shutil.which("nvcc")

AT_POINTS = """
extern "C" __global__ void at_points(const long long many, const double *points, double *made) {{
  for (long long i = blockIdx.x * (long long)blockDim.x + threadIdx.x; i < many; i += (long long)gridDim.x * blockDim.x) {{
    double *row = made + i * {width};
    row[0] = value<double>({spelt});
    gradient<double>({spelt}, row + 1);
    {more}
  }}
}}
"""


@cache
def code_at_points(f):
    """A kernel that writes value, gradient and, for n <= 2, the Hessian at many points, a row each."""
    n, curved = f.n, f.n <= 2
    spelt = ", ".join(f"points[i * {n} + {k}]" for k in range(n))
    more = f"hessian<double>({spelt}, row + {1 + n});" if curved else ""
    text = gd.emit.cuda(f) + (curvature_text(f) if curved else "")
    return text + AT_POINTS.format(width=1 + n + curved * n * n, spelt=spelt, more=more)


def at_points(place, f, points):
    """These rows, by the emitted functions."""
    made = place.array(np.full((len(points), 1 + f.n + (f.n <= 2) * f.n**2), np.nan))
    kernel = place.kernel(code_at_points(f), "at_points", beside=map(code_at_points, gd.objectives))
    kernel((2,), (32,), (np.int64(len(points)), place.array(points), made))
    return place.host(made)


@each_exact_objective
@each_place
def test_value_gradient_and_hessian_are_the_objectives_to_the_bit(place, objective):
    points = np.random.default_rng(1).uniform(-3, 3, (60, objective.n))
    rows = at_points(place, objective, points)
    expected = [objective(points)[:, None], objective.grad(points)]
    expected += [objective.hess(points).reshape(len(points), -1)] if objective.n <= 2 else []
    assert rows.tobytes() == np.concatenate(expected, axis=1).tobytes()


@each_inexact_objective
@each_place
def test_value_and_gradient_agree_within_4_ulp_carried_through_the_graph(place, objective):
    points = np.random.default_rng(1).uniform(*np.array(objective.window).T, (40, objective.n))
    rows = at_points(place, objective, points)
    compare_within_bounds(objective, points, rows[:, 0], rows[:, 1 : 1 + objective.n])


@cache
def code_of_numbers(rule):
    """A kernel that works out what all coordinates share in a step of the rule, and how much it is given."""
    blocks = compile_rule(rule)
    given = len([*rule.defaults, *blocks.once(*map(np.float64, rule.defaults.values())), *blocks.powers, "t"])
    handed = "".join(f"given[{k}], " for k in range(given))
    call = f'extern "C" __global__ void work_out(const double *given, double *made) {{ numbers({handed}made); }}'
    return gd.emit.cuda(rule) + call, given


@each_rule
@each_place
def test_the_numbers_in_front_are_numpys(place, rule):
    """`numbers` in the text of a rule, in double: what the host hands over, if a reader works it out in C++."""
    code, many = code_of_numbers(rule)
    given = np.random.default_rng(2).uniform(0.1, 0.9, many)
    given[-1] = 3.0
    with np.errstate(all="ignore"):
        expected = np.array(compile_rule(rule).numbers(*given), dtype=float)
    made = place.array(np.full(len(expected), np.nan))
    kernel = place.kernel(code, "work_out", beside=(code_of_numbers(one)[0] for one in gd.rules))
    kernel((1,), (1,), (place.array(given), made))
    assert place.host(made).tobytes() == expected.tobytes()


@pytest.mark.parametrize("method", WRITTEN, ids=lambda method: method.name)
@each_place
def test_a_methods_move_is_its_form_by_component(place, method):
    entries = np.random.default_rng(3).normal(size=7)
    settings = SETTINGS[method.name]
    handed = ", ".join([*(f"given[{k}]" for k in range(7)), *map(repr, settings.values())])
    call = f'extern "C" __global__ void go(const double *given, double *made) {{ move2<double>({handed}, made); }}'
    made = place.array(np.zeros(2))
    place.kernel(gd.emit.cuda(method) + call, "go")((1,), (1,), (place.array(entries), made))
    x, y, gx, gy, a, b, d = entries
    assert place.host(made).tolist() == list(method.by_component((x, y), (gx, gy), ((a, b), (b, d)), **settings))


# Names and numbers that would break a text


@gd.rule
def steered(theta, g, points, now, t, *, lr=0.1, sweep=0.5, run=2.0, n0=0.25):
    """A rule whose names are the kernel's own: \\ at the end of a comment would swallow the next line\\"""
    points = np.where(t > run, n0 * points, points) - lr * g
    now = np.sign(points) * sweep + np.where(now, 0.5 * now, 0.25)
    return theta + points * (g != 0) + 0.01 * now, points, now


@each_place
def test_names_and_choices_of_a_readers_own_rule(place):
    f = gd.Objective(
        "T**2 + shared**2*(1 + first**2) + abs(own)**3 + abs(n0 - 1)",
        variables=["T", "shared", "first", "own", "n0"],
    )
    start = np.random.default_rng(4).normal(size=(5, 5))
    for swept in ((), ("sweep", "n0")):
        numbers = numbers_of(steered, **{name: np.full(5, steered.defaults[name]) for name in swept})
        reached = place.advance(text_of(f, steered, swept=swept), Chunk(place.array(start), numbers, 40, None, None))
        same(reached, gd.descend(f, steered, start, steps=40), place)


@each_place
def test_numbers_that_are_not_finite_and_logic_of_truths(place):
    import sympy as sp

    x, y = sp.symbols("x y", real=True)
    f = gd.Objective(
        sp.Max(0, x) ** 3 + sp.Abs(y) * sp.sign(x) + sp.Piecewise((x * y, (x > y) & ~(y > 2)), (y**2, x < 1))
        + sp.Min(x, y, 2) + sp.sqrt(2) * x
    )  # fmt: skip
    points = np.random.default_rng(0).integers(-3, 4, (60, 2)).astype(float)
    rows = at_points(place, f, points)
    np.testing.assert_array_equal(rows[:, :3], np.column_stack([f(points), f.grad(points)]))


def test_the_doctest_of_a_rule_says_what_the_host_hands_over():
    text = gd.emit.cuda((gd.objectives.saddle, gd.rules.adam))
    assert "in each step 1.0 - beta1_t, 1.0 - beta2_t" in text
    assert "#include" not in text


def test_what_cannot_be_printed_is_refused():
    given = gd.Objective.from_functions(lambda x: (x**2).sum(-1), lambda x: 2 * x, n=2)
    for what in (given, (given, gd.rules.adam), gd.methods.bfgs, (gd.rules.adam, gd.objectives.bowl), 3):
        with pytest.raises(TypeError, match="emit: needs an objective with a formula"):
            gd.emit.cuda(what)
    with pytest.raises(ValueError, match="newton is written out for 1 and 2 variables"):
        gd.emit.cuda((gd.Objective("x**2 + y**2 + z**2"), gd.methods.newton))


# nvcc takes what NVRTC will


def compiled_by_nvcc(tmp_path, texts):
    """All texts as one file, each in a room of its own."""
    source = tmp_path / "all.cu"
    source.write_text(
        "".join(
            f"namespace room_{k} {{\n#define sweep sweep_{k}\n{text}\n#undef sweep\n}}\n"
            for k, text in enumerate(texts)
        )
    )
    command = [
        NVCC,
        "-ptx",
        "-arch=compute_90",
        "--fmad=false",
        "-Werror",
        "all-warnings",
        source,
        "-o",
        tmp_path / "all.ptx",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return (tmp_path / "all.ptx").read_text()


@pytest.mark.skipif(NVCC is None, reason="needs nvcc")
def test_nvcc_compiles_what_is_emitted(tmp_path):
    f, rule = gd.objectives.himmelblau, gd.rules.nadam
    trajectory = trajectory_of(f, rule, schedule=True)
    programs = [
        program_text(trajectory, dtype=dtype, swept=frozenset(swept), watched=watched)
        for dtype, swept, watched in (("float64", ("psi", "base0_t"), True), ("float32", ("lr",), True))
    ]
    kernels = []
    for program in programs:
        namespace = {}
        exec(program, namespace)
        kernels.append(namespace["KERNEL"])
    emitted = [
        gd.emit.cuda((f, gd.methods.saddle_free_newton)),
        gd.emit.cuda((f, gd.rules.irprop_plus)),
    ]
    ptx = compiled_by_nvcc(tmp_path, [*kernels, *emitted, gd.emit.cuda(gd.rules.radam)])
    assert ptx.count(".entry") == 4
    assert "fma." not in ptx


@pytest.mark.slow
@pytest.mark.skipif(NVCC is None, reason="needs nvcc")
def test_nvcc_compiles_every_rule_and_landscape(tmp_path):
    pairs = [(gd.objectives.himmelblau, rule) for rule in gd.rules] + [(f, gd.rules.adam) for f in gd.objectives]
    assert compiled_by_nvcc(tmp_path, [gd.emit.cuda(pair) for pair in pairs]).count(".entry") == len(pairs)
