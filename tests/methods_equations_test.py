"""The equations of methods: their statements are carried out by themselves and give the steps; their LaTeX is the book's."""

import ast
import math
import re

import numpy as np
import pytest

import gdlib as gd
from gdlib.second_order.hessian_free import solved_by_products
from gdlib.second_order.method import Halt
from gdlib.second_order.statements import statements
from gdlib.second_order.sums_of_squares import gauss_newton_matrix

each_method = pytest.mark.parametrize("method", list(gd.methods), ids=gd.methods.names)
SQUARES = gd.Objective("(x - 1)**2 + 4*(y - x**2)**2 + 2*(z - y)**2")
BENT = gd.Objective("(x**2 - 1)**2 + (y + x)**2 + y**4 + 2*(z - x)**2")
QUADRATIC = gd.Objective("2*x**2 + x*y + 3*y**2 - y*z + z**2 + 4*z")
PLACES = {
    "conjugate_gradients": [(QUADRATIC, (1.0, -2.0, 0.5), 3)],
    # where newton's step leads downhill
    "damped_newton_armijo": [(SQUARES, (-1.5, 1.0, 2.0), 6)],
    "damped_newton_wolfe": [(SQUARES, (-1.5, 1.0, 2.0), 6)],
}
ANYWHERE = [(SQUARES, (-1.5, 1.0, 2.0), 8), (BENT, (0.25, 0.5, -1.0), 8), (QUADRATIC, (1.0, -2.0, 0.5), 3)]
AT_FIRST = {"s", "p", "g_prev"}  # vectors that are zero before the first step; other memory is None


class Refused(Exception):  # noqa: N818  # no error: the next j is tried
    """The j that was tried is not the one."""


def carried_out(stated, given, moved):
    """What the statements assign, for the smallest j that bears them; `moved` is the step, for what is only bounded."""
    for j in range(60):
        names = given | {"j": j, "alpha": {}}
        try:
            for statement in stated:
                carry_out(statement, names, moved)
        except Refused:
            continue
        return names
    raise AssertionError("no j fits")


def carry_out(statement, names, moved):
    value = statement.value if isinstance(statement, ast.Assign) else None
    called = ast.unparse(value.func) if isinstance(value, ast.Call) else ""
    if called == "smallest":
        if not evaluated(value.args[0], names):
            raise Refused
    elif called == "such_that":
        (target,) = statement.targets
        if target.id == "a":  # any that does is right: the one taken shows in the step
            names["a"] = moved @ names["p"] / (names["p"] @ names["p"])
            np.testing.assert_allclose(moved, names["a"] * names["p"], rtol=1e-9, atol=1e-14)
        else:
            product = names[value.args[0].left.args[0].left.left.func.id]
            names["p"] = solved_by_products(lambda v: product(v) + names["mu"] * v, names["g"])
            if names["p"] is None:
                raise Refused
        assert all(evaluated(condition, names) for condition in value.args), ast.unparse(statement)
    else:
        exec(compile(ast.fix_missing_locations(ast.Module([statement], [])), "<equations>", "exec"), names)
        if called == "remembered":
            names["k"] = len(names["s"])


def evaluated(condition, names):
    return bool(eval(compile(ast.fix_missing_locations(ast.Expression(condition)), "<condition>", "eval"), names))


def remembered(pairs, s, y, memory):
    """Pairs of steps and changes of the gradient, as two lists; none before the first step is done."""
    kept = [*(pairs or ()), (s, y)][-int(memory) :] if s.any() else []
    return [pair[0] for pair in kept], [pair[1] for pair in kept]


def words(f, theta):
    """What the statements may say, in other functions than the library's."""
    H, G = f.hess(theta), gauss_newton_matrix(f)(theta) if f is not QUADRATIC else None
    return {
        "np": np, "value": f, "gradient": f.grad, "H": H, "G": G, "I": np.eye(3), "outer": np.outer, "sqrt": math.sqrt,
        "norm": np.linalg.norm, "solved": np.linalg.solve, "solved_if_positive": np.linalg.solve, "eigen": np.linalg.eigh,
        "positive_definite": lambda M: np.linalg.eigvalsh(M).min() > 0, "remembered": remembered,
        "curve": lambda v: H @ v, "curve_of_squares": lambda v: G @ v,
    }  # fmt: skip


@each_method
def test_carried_out_the_equations_are_the_step(method):
    rng, compared, refused, stated = np.random.default_rng(7), 0, 0, statements(method.__wrapped__)
    for f, start, steps in PLACES.get(method.name, ANYWHERE):
        if f is QUADRATIC and {"G", "curve_of_squares"} & set(method.takes):
            continue
        settings = {
            name: h * rng.uniform(0.6, 0.95) for name, h in method.defaults.items() if name not in ("factor", "memory")
        }
        settings |= {name: 2.0 if name == "factor" else 3.0 for name in ("factor", "memory") if name in method.defaults}
        theta, memory = np.array(start), [None] * len(method.memory)
        for t in range(1, steps + 1):
            given = words(f, theta) | {"theta": theta, "g": f.grad(theta), "f": f(theta), "t": t} | settings
            given |= dict(zip(method.memory, memory, strict=True))
            try:
                made = method(*(given[name] for name in method.takes), **settings)
            except Halt:
                break
            there, *memory_after = made if method.memory else (made,)
            if t == 1:
                given |= {name: np.zeros(3) for name in AT_FIRST & set(method.memory)}
                given |= {"lambda_": settings.get("damping")}
            with np.errstate(all="ignore"):
                found = carried_out(stated, given, there - theta)
            np.testing.assert_allclose(found["theta"], there, rtol=1e-8, atol=1e-10)
            for name, after in zip(method.memory, memory_after, strict=True):
                if after is not None and name in ("lambda_", "p", "s", "A", "B"):
                    np.testing.assert_allclose(found[name], after, rtol=1e-7, atol=1e-9)
            compared, refused = compared + 1, refused + (found["j"] > 0)
            theta, memory = there, memory_after
    assert compared >= 3
    if "damping" in method.defaults and "lambda_" in method.memory:
        assert refused, "no step was ever refused"


BY_HAND = {  # typed from the textbook (nocedal2006), in the book's notation
    "newton": [r"H_t p_t = -g_t", r"\theta_t = \theta_{t-1} + p_t"],
    "damped_newton": [r"H_t p_t = -g_t", r"\theta_t = \theta_{t-1} + \eta \, p_t"],
    "diagonal_scaling": [r"h_t = \operatorname{diag}\left(H_t\right)", r"\theta_t = \theta_{t-1} - \frac{\eta \, g_t}{h_t}"],
    "full_scaling": [
        r"A_t = \begin{cases} H_t & \text{if } t = 1 \\ A_{t-1} & \text{otherwise} \end{cases}",
        r"A_t p_t = -g_t",
        r"\theta_t = \theta_{t-1} + \eta \, p_t",
    ],
    "saddle_free_newton": [
        r"H_t = Q_t \operatorname{diag}\left(\Lambda_t\right) Q_t^{\mathsf T}",
        r"h_t = \left|\Lambda_t\right| + \lambda",
        r"p_t = -Q_t \frac{Q_t^{\mathsf T} g_t}{h_t}",
        r"\theta_t = \theta_{t-1} + \eta \, p_t",
    ],
    "gauss_newton": [r"G_t p_t = -g_t", r"\theta_t = \theta_{t-1} + \eta \, p_t"],
    "levenberg_marquardt": [
        r"\mu_t = \nu^{j} \, \lambda_{t-1}",
        r"\left(G_t + \mu_t \, I\right) p_t = -g_t",
        r"j = \text{the smallest of } 0, 1, 2, \dots \text{ with } G_t + \mu_t \, I \succ 0\ \text{and}\ f\left(\theta_{t-1} + p_t\right) \le f_t",
        r"\theta_t = \theta_{t-1} + p_t",
        r"\lambda_t = \frac{\mu_t}{\nu}",
    ],
    "bfgs": [
        r"y_t = g_t - g_{t-1}",
        r"\rho_t = \frac{1}{s_{t-1}^{\mathsf T} y_t}",
        r"V_t = I - \rho_t \, y_t s_{t-1}^{\mathsf T}",
        r"C_t = \begin{cases} \frac{s_{t-1}^{\mathsf T} y_t}{y_t^{\mathsf T} y_t} \, I & \text{if } t = 2 \\ B_{t-1} & \text{otherwise} \end{cases}",
        r"B_t = \begin{cases} I & \text{if } t = 1 \\ V_t^{\mathsf T} C_t V_t + \rho_t \, s_{t-1} s_{t-1}^{\mathsf T} & \text{otherwise} \end{cases}",
        r"p_t = -B_t g_t",
        r"a_t > 0 \text{ such that}",
        r"\quad f\left(\theta_{t-1} + a_t \, p_t\right) \le f_t + c_1 \, a_t \, g_t^{\mathsf T} p_t",
        r"\quad \text{and } \left|\nabla f\left(\theta_{t-1} + a_t \, p_t\right)^{\mathsf T} p_t\right| \le c_2 \, \left|g_t^{\mathsf T} p_t\right|",
        r"s_t = a_t \, p_t",
        r"\theta_t = \theta_{t-1} + s_t",
    ],
    "conjugate_gradients": [
        r"\beta_t = \begin{cases} 0 & \text{if } t = 1 \\ \frac{g_t^{\mathsf T} g_t}{g_{t-1}^{\mathsf T} g_{t-1}} & \text{otherwise} \end{cases}",
        r"p_t = \beta_t \, p_{t-1} - g_t",
        r"a_t = \frac{g_t^{\mathsf T} g_t}{p_t^{\mathsf T} H_t p_t}",
        r"\theta_t = \theta_{t-1} + a_t \, p_t",
    ],
}  # fmt: skip


def test_equations_are_the_textbooks():
    assert {name: gd.methods[name].equations for name in BY_HAND} == BY_HAND


def test_two_loops_are_printed_as_loops():
    lines = gd.methods.lbfgs.equations
    assert lines[4:7] == [
        r"\text{for } i = k, \dots, 1:",
        r"\quad \alpha_i = \frac{s_i^{\mathsf T} q}{s_i^{\mathsf T} y_i}",
        r"\quad q \leftarrow q - \alpha_i \, y_i",
    ]
    assert lines[1] == r"\left(s_1, y_1\right), \dots, \left(s_k, y_k\right) ="
    assert lines[2] == r"\quad \text{the last } m \text{ pairs, up to } \left(s_{t-1}, y_t\right)"
    assert "p_t = -q" in lines


KNOWN = {
    "begin", "end", "left", "right", "text", "quad", "frac", "sqrt", "mathsf", "operatorname", "nabla", "leftarrow",
    "le", "ge", "succ", "dots", "min", "max",
    "theta", "eta", "rho", "beta", "alpha", "lambda", "Lambda", "mu", "nu", "tau",
}  # fmt: skip
"""Commands that MathJax and KaTeX both know; a new one is tried in the page first."""


@each_method
def test_each_is_latex_that_a_page_can_set(method):
    text = gd.emit.latex(method)
    assert text.count("{") == text.count("}")
    assert len(re.findall(r"\\left\b", text)) == len(re.findall(r"\\right\b", text))
    assert re.findall(r"\\begin\{(\w+)\}", text).count("cases") == text.count(r"\end{cases}")
    assert not re.search(r"_\w+_|_\{[^}]*\}_|\^\{[^}]*\}\^", text), "a double index"
    assert not re.search(r"mathrm|lambda_(?![t{])", text), "a name that has no letter"
    assert set(re.findall(r"\\([a-zA-Z]+)", text)) <= KNOWN
    lines = [line.replace("&", "", 1) for line in text.splitlines()[1:-1]]
    assert [line.removesuffix(r" \\").strip() for line in lines] == [line.strip() for line in method.equations]


def test_a_reader_s_method_has_equations_from_its_source():
    @gd.second_order.method()
    def half_way(theta, g, H, *, lr=0.5):
        """Half way."""
        if not g.any():
            raise Halt("at rest")
        q = -g
        return theta + lr * (H @ q)

    assert half_way.equations == [r"q_t = -g_t", r"\theta_t = \theta_{t-1} + \eta \, H_t q_t"]


def test_what_is_no_equation_is_refused():
    @gd.second_order.method()
    def looping(theta, g):
        """Looping."""
        for _ in range(3):
            theta = theta - g
        return theta

    @gd.second_order.method()
    def strange(theta, g):
        """Strange."""
        return theta - np.tanh(g)

    with pytest.raises(TypeError, match=r"looping: `for _ in range\(3\):` is no equation; state them under"):
        looping.equations  # noqa: B018
    with pytest.raises(TypeError, match=r"`np.tanh\(g\)`: tanh has no sign in matrix algebra"):
        strange.equations  # noqa: B018


def test_a_pair_has_the_formula_before_the_equations():
    assert gd.emit.latex((gd.objectives.saddle, gd.methods.newton)) == (
        rf"f = {gd.emit.latex(gd.objectives.saddle)} \qquad {gd.emit.latex(gd.methods.newton)}"
    )
