"""What holds for every rule; a new rule is tested here without a new test."""

import copy
import pickle
import re

import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gdlib as gd
from gdlib.emit.as_numpy import compile_rule, in_double, shared
from gdlib.trace import substitute, symbol
from gdlib.trace.contract import AFTER
from tests.conftest import ROOT
from tests.tables import MEMORY, THETA, G, T, each_rule, moment, outputs

BIBLIOGRAPHY = set(re.findall(r"^@\w+\{([^,\s]+)", (ROOT / "book" / "references.bib").read_text("utf-8"), re.M))


def array_step(rule, arguments, **hyperparameters):
    """One step by the emitted NumPy code, as `descend` takes it."""
    blocks = compile_rule(rule)
    hyper = [in_double(value) for value in {**rule.defaults, **hyperparameters}.values()]
    once = blocks.once(*hyper)
    known = dict(zip(rule.defaults, hyper, strict=True)) | once
    powers = [known[factor] ** T for factor in blocks.powers.values()]
    numbers = shared(blocks.numbers(*hyper, *once.values(), *powers, np.float64(T)))
    return blocks.step(*(a for name, a in zip(rule.takes, arguments, strict=True) if name != "t"), numbers)


@each_rule
def test_says_what_it_means_where_it_comes_from_and_shows_a_step_by_hand(rule):
    assert len(rule.summary) > 20
    assert rule.summary.endswith(".")
    assert ">>> " in rule.__doc__, (
        "the printed forms agree with a rule even when the rule is wrong; a worked step does not"
    )
    keys = set(re.findall(r"[a-z]+\d{4}[a-z]?", rule.source))
    assert keys, f"{rule.name}: its docstring needs `Source: <key of the bibliography>, …; defaults: …`"
    assert keys <= BIBLIOGRAPHY, f"not in book/references.bib: {sorted(keys - BIBLIOGRAPHY)}"
    assert "default" in rule.source


@each_rule
def test_treats_each_coordinate_by_itself(rule):
    together = outputs(rule, rule(*moment(rule)))
    for i in range(len(THETA)):
        alone = outputs(rule, rule(*moment(rule, THETA[i], G[i], MEMORY[i])))
        assert [float(part) for part in alone] == [part[i] for part in together]


@each_rule
def test_rests_where_the_gradient_is_zero_and_nothing_is_remembered(rule):
    """Unless the rule promises a decay of the weights."""
    zeros = np.zeros_like(THETA)
    undecayed = {name: 0.0 for name in rule.defaults if name == "weight_decay"}
    moved = outputs(rule, rule(*moment(rule, THETA, zeros, zeros, t=1), **undecayed))[0]
    np.testing.assert_array_max_ulp(moved, THETA, maxulp=0 if rule.name != "ftrl_proximal" else 1)


@each_rule
def test_lines_of_the_equations_compose_to_what_the_rule_computes(rule):
    so_far = {}
    for line in rule.trace.lines:
        so_far[symbol(line.target)] = substitute([line.value], so_far)[0]
    composed = [so_far[symbol(name + AFTER)] for name in rule.trace.outputs_named]
    assert all(one is other for one, other in zip(composed, rule.trace.outputs, strict=True))
    assert len(rule.equations) == len(rule.trace.lines) + (rule.trace.gradient_at is not None)


@each_rule
def test_emitted_steps_agree_with_the_plain_function(rule):
    """To 4 ulp: the plain function calls `**`, the emitted ones multiply."""
    arguments = moment(rule)
    plain = np.array(outputs(rule, rule(*arguments)))
    np.testing.assert_array_max_ulp(np.array(array_step(rule, arguments)), plain, maxulp=4)
    namespace = {}
    exec(gd.emit.python(rule), namespace)
    for i in range(len(THETA)):
        alone = namespace["step"](*moment(rule, float(THETA[i]), float(G[i]), float(MEMORY[i])))
        np.testing.assert_array_max_ulp(np.array(outputs(rule, alone)), plain[:, i], maxulp=4)


@each_rule
def test_divides_by_no_zero_even_in_the_branch_not_taken(rule):
    rng = np.random.default_rng(0)
    theta, memory = rng.standard_normal((2, 1000))
    g = rng.standard_normal(1000) * (rng.random(1000) < 0.5)
    with np.errstate(all="raise", under="ignore"):
        for t in (1, 2, 50):
            rule(*moment(rule, theta, g, np.abs(memory) * (rng.random(1000) < 0.5), t=t))


@each_rule
def test_single_precision_stays_single_and_keeps_its_digits(rule):
    single = [a.astype(np.float32) if isinstance(a, np.ndarray) else a for a in moment(rule)]
    for result, exact in zip(array_step(rule, single), outputs(rule, rule(*moment(rule))), strict=True):
        assert result.dtype == np.float32
        np.testing.assert_allclose(result, exact, rtol=2e-6, atol=1e-7)


@each_rule
@given(data=st.data())
@settings(max_examples=15, deadline=None)
def test_any_shape_goes_through_a_step_and_comes_out(rule, data):
    shape = data.draw(hnp.array_shapes(min_dims=0, max_dims=3, max_side=3))
    numbers = hnp.arrays(np.float64, shape, elements=st.floats(-10, 10))
    theta, g = data.draw(numbers), data.draw(numbers)
    memory = np.abs(data.draw(numbers))
    for part in array_step(rule, moment(rule, theta, g, memory)):
        assert np.shape(part) == shape
        assert np.isfinite(part).all()


@each_rule
def test_one_gradient_for_many_points_and_one_memory_for_all_broadcast(rule):
    rows = np.stack([THETA, THETA + 1.0, THETA - 2.0])
    spread = outputs(rule, rule(*moment(rule, theta=rows)))
    whole = outputs(rule, rule(*moment(rule, rows, np.tile(G, (3, 1)), np.tile(MEMORY, (3, 1)))))
    for narrow, wide in zip(spread, whole, strict=True):
        np.testing.assert_array_equal(np.broadcast_to(narrow, rows.shape), wide)
    assert np.shape(spread[0]) == rows.shape


@each_rule
def test_hyperparameters_keep_their_vocabulary(rule):
    for name, default in rule.defaults.items():
        entry = gd.vocabulary.hyperparameter(name, default)
        assert entry.check(default) == default
        assert entry.knob.low < entry.knob.high
        assert entry.symbol


@each_rule
def test_a_rule_is_its_own_copy_and_goes_to_another_process(rule):
    assert copy.copy(rule) is copy.deepcopy(rule) is pickle.loads(pickle.dumps(rule)) is rule


def test_a_method_is_copied_and_pickled_as_a_rule_is():
    for method in gd.methods:
        assert copy.deepcopy(method) is pickle.loads(pickle.dumps(method)) is method


def test_a_rule_that_no_other_process_can_find_says_so():
    @gd.rule
    def local(theta, g, *, lr=0.1):
        return theta - lr * g

    with pytest.raises((AttributeError, pickle.PicklingError), match="local"):
        pickle.dumps(local)
    assert copy.deepcopy(local) is local


@each_rule
def test_every_printed_form_is_there(rule):
    objective = gd.objectives.bowl
    assert f"step({', '.join(rule.takes)}" in gd.emit.python(rule)
    assert f"export function step({', '.join(rule.takes)}" in gd.emit.javascript(rule)
    assert rule.equations[0] in gd.emit.latex(rule).replace(" &= ", " = ")
    assert "export function run(" in gd.emit.javascript((objective, rule))
    assert "def run(" in gd.emit.python((objective, rule))


STARTS = np.array([[-1.2, 1.0], [0.0, 0.0], [3e51, -1e60], [1e-200, 2.0], [-3e77, 1.0]])
"""An ordinary start, a saddle's neighbour, and some from which squares overflow, underflow or make inf - inf."""


@each_rule
def test_a_batch_is_its_runs_one_by_one_to_the_bit_overflow_included(rule):
    f = gd.objectives.himmelblau
    together = gd.descend(f, rule, STARTS, steps=60)
    for i, start in enumerate(STARTS):
        alone = gd.descend(f, rule, start, steps=60)
        assert alone.reason == together.reason[i]
        assert alone.steps == together.steps[i]
        own = together.path[: alone.steps + 1, i]
        assert own.tobytes() == alone.path.tobytes()
        assert np.isfinite(alone.path).all()
    assert np.abs(f.grad(STARTS)).max() > 1e155, "no square overflows: the starts are too tame"


def test_equations_are_the_textbooks():
    assert {rule.name: rule.equations for rule in gd.rules if rule.name in BY_HAND} == BY_HAND


BY_HAND = {  # typed from the papers, in the book's notation
    "gradient_descent": [r"\theta_t = \theta_{t-1} - \eta \, g_t"],
    "momentum": [r"v_t = \beta \, v_{t-1} - \eta \, g_t", r"\theta_t = \theta_{t-1} + v_t"],
    "nesterov": [
        r"v_t = \beta \, v_{t-1} - \eta \, g_t",
        r"\theta_t = \theta_{t-1} + \beta \, v_t - \eta \, g_t",
    ],
    "rmsprop": [
        r"s_t = \rho \, s_{t-1} + \left(1 - \rho\right) \, g_t^2",
        r"\theta_t = \theta_{t-1} - \frac{\eta \, g_t}{\sqrt{s_t} + \varepsilon}",
    ],
    "adagrad": [
        r"s_t = s_{t-1} + g_t^2",
        r"\theta_t = \theta_{t-1} - \frac{\eta \, g_t}{\sqrt{s_t} + \varepsilon}",
    ],
    "adadelta": [
        r"s_t = \rho \, s_{t-1} + \left(1 - \rho\right) \, g_t^2",
        r"d_t = -\frac{\sqrt{u_{t-1} + \varepsilon}}{\sqrt{s_t + \varepsilon}} \, g_t",
        r"u_t = \rho \, u_{t-1} + \left(1 - \rho\right) \, d_t^2",
        r"\theta_t = \theta_{t-1} + d_t",
    ],
    "adamax": [
        r"m_t = \beta_1 \, m_{t-1} + \left(1 - \beta_1\right) \, g_t",
        r"u_t = \max\left(\beta_2 \, u_{t-1},\ \left|g_t\right| + \varepsilon\right)",
        r"\hat{m}_t = \frac{m_t}{1 - \beta_1^t}",
        r"\theta_t = \theta_{t-1} - \frac{\eta \, \hat{m}_t}{u_t}",
    ],
    "nadam": [
        r"\mu_t = \beta_1 \, \left(1 - 0.5 \cdot 0.96^{t \, \psi}\right)",
        r"\mu^{+}_t = \beta_1 \, \left(1 - 0.5 \cdot 0.96^{\left(t + 1\right) \, \psi}\right)",
        r"\Pi_t = \left(\begin{cases} 1 & \text{if } t = 1 \\ \Pi_{t-1} & \text{otherwise} \end{cases}\right) \, \mu_t",
        r"m_t = \beta_1 \, m_{t-1} + \left(1 - \beta_1\right) \, g_t",
        r"v_t = \beta_2 \, v_{t-1} + \left(1 - \beta_2\right) \, g_t^2",
        r"\bar{m}_t = \frac{\mu^{+}_t \, m_t}{1 - \Pi_t \, \mu^{+}_t} + \frac{\left(1 - \mu_t\right) \, g_t}{1 - \Pi_t}",
        r"\hat{v}_t = \frac{v_t}{1 - \beta_2^t}",
        r"\theta_t = \theta_{t-1} - \frac{\eta \, \bar{m}_t}{\sqrt{\hat{v}_t} + \varepsilon}",
    ],
    "nadam_constant": [
        r"m_t = \beta_1 \, m_{t-1} + \left(1 - \beta_1\right) \, g_t",
        r"v_t = \beta_2 \, v_{t-1} + \left(1 - \beta_2\right) \, g_t^2",
        r"\bar{m}_t = \frac{\beta_1 \, m_t}{1 - \beta_1^{t + 1}} + \frac{\left(1 - \beta_1\right) \, g_t}{1 - \beta_1^t}",
        r"\hat{v}_t = \frac{v_t}{1 - \beta_2^t}",
        r"\theta_t = \theta_{t-1} - \frac{\eta \, \bar{m}_t}{\sqrt{\hat{v}_t} + \varepsilon}",
    ],
    "lion": [
        r"\mathrm{direction}_t = \operatorname{sign}\left(\beta_1 \, m_{t-1} + \left(1 - \beta_1\right) \, g_t\right)",
        r"m_t = \beta_2 \, m_{t-1} + \left(1 - \beta_2\right) \, g_t",
        r"\theta_t = \theta_{t-1} - \eta \, \left(\mathrm{direction}_t + \lambda \, \theta_{t-1}\right)",
    ],
    "adam": [
        r"m_t = \beta_1 \, m_{t-1} + \left(1 - \beta_1\right) \, g_t",
        r"v_t = \beta_2 \, v_{t-1} + \left(1 - \beta_2\right) \, g_t^2",
        r"\hat{m}_t = \frac{m_t}{1 - \beta_1^t}",
        r"\hat{v}_t = \frac{v_t}{1 - \beta_2^t}",
        r"\theta_t = \theta_{t-1} - \frac{\eta \, \hat{m}_t}{\sqrt{\hat{v}_t} + \varepsilon}",
    ],
    "rprop_minus": [
        r"\mathrm{previous}_t = \begin{cases} \Delta_0 & \text{if } t = 1 \\ \Delta_{t-1} & \text{otherwise} \end{cases}",
        r"\mathrm{agreement}_t = \operatorname{sign}\left(g_t\right) \, \operatorname{sign}\left(g^{-}_{t-1}\right)",
        r"\mathrm{grown}_t = \min\left(\eta^{+} \, \mathrm{previous}_t,\ \Delta_{\max}\right)",
        r"\mathrm{shrunk}_t = \max\left(\eta^{-} \, \mathrm{previous}_t,\ \Delta_{\min}\right)",
        r"\Delta_t = \begin{cases} \mathrm{grown}_t & \text{if } \mathrm{agreement}_t > 0 \\ "
        r"\mathrm{shrunk}_t & \text{if } \mathrm{agreement}_t < 0 \\ \mathrm{previous}_t & \text{otherwise} \end{cases}",
        r"\theta_t = \theta_{t-1} - \operatorname{sign}\left(g_t\right) \, \Delta_t",
        r"g^{-}_t = g_t",
    ],
}


def test_brackets_stand_where_the_meaning_needs_them_and_nowhere_else():
    @gd.rule
    def bracketed(theta, g, m, *, lr=0.1, rho=0.5):
        a = theta - (g + m)
        b = (theta - g) - m
        c = (theta + g) * m * 2
        d = -(theta + g) * (m / (lr * g)) ** 3
        e = np.abs(m) ** rho / g**2
        h = np.where((g > 0) & ((m < 0) | (m >= 1)), np.maximum(-g, m), np.exp(-m))
        return a + b - c * d - e * h, m

    assert bracketed.equations[:-2] == [
        r"a_t = \theta_{t-1} - \left(g_t + m_{t-1}\right)",
        r"b_t = \theta_{t-1} - g_t - m_{t-1}",
        r"c_t = \left(\theta_{t-1} + g_t\right) \, m_{t-1} \cdot 2",
        r"d_t = -\left(\theta_{t-1} + g_t\right) \, \left(\frac{m_{t-1}}{\eta \, g_t}\right)^3",
        r"e_t = \frac{\left|m_{t-1}\right|^{\rho}}{g_t^2}",
        r"h_t = \begin{cases} \max\left(-g_t,\ m_{t-1}\right) & \text{if } g_t > 0\ \text{and}\ "
        r"\left(m_{t-1} < 0\ \text{or}\ m_{t-1} \ge 1\right) \\ \exp\left(-m_{t-1}\right) & \text{otherwise} \end{cases}",
    ]


def test_a_readers_rule_registers_nothing_and_may_look_ahead():
    before = gd.rules.names

    @gd.rule(gradient_at=lambda theta, v, *, beta: theta + beta * v)
    def ahead(theta, g, v, *, lr=0.01, beta=0.9):
        v = beta * v - lr * g
        return theta + v, v

    assert gd.rules.names == before
    assert ahead.gradient_at(1.0, 2.0, beta=0.5) == 2.0
    assert ahead.gradient_at(1.0, 2.0) == 1.0 + 0.9 * 2.0
    assert gd.rules.momentum.gradient_at(1.5, 9.0) == 1.5
    # the look-ahead form visits theta + beta v, which is where the shifted form stands
    f = gd.objectives.himmelblau
    plain = gd.descend(f, ahead, f.start, steps=200, lr=0.002)
    shifted = gd.descend(f, gd.rules.nesterov, f.start, steps=200, lr=0.002)
    v = np.diff(plain.path, axis=0)[-1]
    np.testing.assert_allclose(plain.path[-1] + 0.9 * v, shifted.path[-1], rtol=1e-10)


def test_without_source_the_equations_are_the_traced_expressions():
    namespace = {"np": np}
    exec("def bare(theta, g, *, lr=0.1):\n    return theta - lr * g\n", namespace)
    assert gd.rule(namespace["bare"]).equations == gd.rules.gradient_descent.equations


UNCORRECTED = 0.1 / np.sqrt(0.001)  # (1 - beta1) / sqrt(1 - beta2): 3.16 times lr
FIRST_STEPS = {  # in units of lr, or of step0, whatever the gradient's size; from each rule's equation at t = 1
    "sign_descent": 1, "rprop_plus": 1, "rprop_minus": 1, "irprop_plus": 1, "irprop_minus": 1, "lion": 1,
    "adagrad": 1, "rmsprop": 1 / np.sqrt(0.1), "rmsprop_eps_inside": 1 / np.sqrt(0.1),
    "rmsprop_centered": 1 / np.sqrt(0.1 - 0.1**2), "maxaprop": 1,
    "adam": 1, "adam_eps_hat": 1, "adamw": 1, "adamw_unscaled": 1, "adamax": 1, "amsgrad_corrected": 1,
    "adam_uncorrected": UNCORRECTED, "amsgrad": UNCORRECTED,
    "nadam_constant": 0.9 * 0.1 / (1 - 0.9**2) + 1,
}  # fmt: skip
PROPORTIONAL = {  # in units of lr times the gradient
    "gradient_descent": 1, "momentum": 1, "momentum_accumulate": 1, "momentum_ema": 0.1, "nesterov": 1 + 0.9,
    "nesterov_lookahead": 1, "quickprop": 1, "quickprop_secant": 1, "radam": 1, "radam_torch": 1,
}  # fmt: skip


@pytest.mark.parametrize("g", [1e-3, 1.0, 1e3])
@pytest.mark.parametrize("name", [*FIRST_STEPS, *PROPORTIONAL])
def test_first_step_has_the_length_that_theory_gives(name, g):
    rule = gd.rules[name]
    slope = gd.Objective.from_functions(lambda x: g * x[..., 0], lambda x: g + 0 * x, 1)
    run = gd.descend(slope, rule, (0.0,), steps=1, **({"eps": 0.0} if "eps" in rule.defaults else {}))
    unit = rule.defaults.get("lr", 0.1)
    length = FIRST_STEPS[name] if name in FIRST_STEPS else PROPORTIONAL[name] * g
    np.testing.assert_allclose(run.path[-1], [-unit * length], rtol=1e-9)


@pytest.mark.parametrize("name", ["irprop_minus", "irprop_plus", "rprop_minus", "rprop_plus"])
def test_the_rprops_part_at_a_flip_of_the_sign(name):
    """Slopes 1, -1, -1 from 0: all go to -0.1; then Rprop- moves on, iRprop- waits, the two others may go back."""
    rule = gd.rules[name]
    after_flip = {"rprop_minus": -0.05, "irprop_minus": -0.1, "rprop_plus": 0.0, "irprop_plus": 0.0}
    theta, state = np.zeros(1), [np.zeros(1) for _ in rule.state]
    points = []
    for t, (slope, value) in enumerate([(1.0, 5.0), (-1.0, 6.0), (-1.0, 4.0)], 1):
        given = {"theta": theta, "g": np.array([slope]), "f": np.array([value]), "t": t}
        theta, *state = rule(*({**given, **dict(zip(rule.state, state, strict=True))}[one] for one in rule.takes))
        points.append(theta[0])
    third = 0.06 if name == "rprop_minus" else 0.05  # it alone still knows the last slope, and grows again
    np.testing.assert_allclose(points, [-0.1, after_flip[name], after_flip[name] + third], rtol=1e-15, atol=1e-17)


def test_irprop_plus_goes_back_only_if_the_value_has_risen():
    before = {"step": 0.1, "g_prev": 1.0, "move": -0.1}
    risen, fallen = (gd.rules.irprop_plus(-0.1, -1.0, f, *before.values(), 5.0, 2)[0] for f in (6.0, 4.0))
    assert (float(risen), float(fallen)) == (0.0, -0.1)
