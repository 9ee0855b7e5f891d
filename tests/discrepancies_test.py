"""Where well-known sources disagree about a rule, D1 to D14: the stored number of each source beside ours."""

import json
from itertools import pairwise

import numpy as np
import pytest

import gdlib as gd
from tests.goldens import ours
from tests.goldens.discrepancies import DISCREPANCIES, FILE, RUNS, SIX, Reading
from tests.goldens.discrepancies import ours as ours_of

TOLERANCE = 1e-12  # relative
STORED = {one["id"]: one for one in json.loads(FILE.read_text(encoding="utf-8"))["discrepancies"]}
READINGS = [
    pytest.param(reading, STORED[one.id]["readings"][n], id=f"{one.id}-{reading.row.called}-{reading.run}")
    for one in DISCREPANCIES
    for n, reading in enumerate(one.readings)
]
SAME_FORM = [one for one in READINGS if not one.values[0].row.differs]
QUIRKS = [one for one in READINGS if one.values[0].row.differs]


def numbers(id: str) -> list[dict[str, float]]:
    """The stored numbers of a discrepancy's readings, in the table's order, by step."""
    return [reading["numbers"] for reading in STORED[id]["readings"]]


def to_four(id: str, step: int) -> list[str]:
    """All readings after a step, to four places."""
    return [f"{one[str(step)]:.4f}" for one in numbers(id)]


def apart(mine: dict[str, float], theirs: dict[str, float]) -> float:
    assert mine.keys() == theirs.keys()
    return ours.difference([*mine.values()], [*theirs.values()])


@pytest.mark.parametrize(("reading", "stored"), SAME_FORM)
def test_our_rule_of_that_form_gives_the_number(reading: Reading, stored: dict) -> None:
    assert apart(ours_of(reading, gd.rules), stored["numbers"]) <= TOLERANCE


@pytest.mark.parametrize(("reading", "stored"), QUIRKS)
def test_a_quirk_stands_beside_our_nearest_rule_and_differs(reading: Reading, stored: dict) -> None:
    assert apart(ours_of(reading, gd.rules), stored["numbers"]) > 10 * TOLERANCE
    assert stored["note"]


def test_table_and_stored_numbers_tell_the_same() -> None:
    """A reading added or changed without `make goldens WRITE=1` is found here."""
    in_table = [
        (one.id, one.sentence, reading.row.origin, reading.row.called, RUNS[reading.run].title, reading.row.rule,
         dict(reading.row.hyperparameters), not reading.row.differs, reading.penalty, reading.row.note,
         [str(step) for step in reading.after])
        for one in DISCREPANCIES for reading in one.readings
    ]  # fmt: skip
    stored = [
        (one["id"], one["sentence"], entry["library"], entry["called"], entry["run"], entry["rule"],
         entry["hyperparameters"], entry["ours"], entry["penalty"], entry["note"], list(entry["numbers"]))
        for one in STORED.values() for entry in one["readings"]
    ]  # fmt: skip
    assert stored == in_table
    assert [one.id for one in DISCREPANCIES] == [f"D{n}" for n in range(1, 15)]


def test_d1_eps_before_or_after_adams_bias_correction() -> None:
    assert to_four("D1", 1) == ["-0.0909", "-0.0909", "-0.0240"]
    torch, _, keras = numbers("D1")
    assert torch["1"] / keras["1"] == pytest.approx(3.8, abs=0.05)


def test_d2_rmsprops_rho_and_the_place_of_its_eps() -> None:
    assert to_four("D2", 1) == ["-1.0000", "-0.3162", "-0.3162", "-0.2403", "-0.2236", "-0.2236"]


def test_d3_where_adagrads_sum_begins() -> None:
    assert to_four("D3", 1) == ["-0.1000", "-0.0953", "-0.0953"]
    assert gd.rules.adagrad(0.0, 1.0, 0.1, lr=0.1)[0] == pytest.approx(numbers("D3")[1]["1"], rel=1e-6)  # but for eps


def test_d4_amsgrads_correction_before_or_after_the_maximum() -> None:
    assert to_four("D4", 2) == ["-0.1932", "-0.1932", *[to_four("D4", 2)[2]] * 2, "-0.1737"]
    corrected, _, paper, _, _ = numbers("D4")
    assert paper["1"] == pytest.approx(corrected["1"] * 0.1 / 0.001**0.5, rel=1e-6)  # 3.16 times as far


def test_d5_three_rules_called_nadam() -> None:
    torch, by_hand, keras, torch_as_keras, optax = numbers("D5")
    assert [f"{one['1']:.5f}" for one in (torch, keras, optax)] == ["-0.10565", "-0.10628", "-0.14737"]
    assert apart(by_hand, torch) <= TOLERANCE
    assert 0 < apart(torch_as_keras, keras) < 2e-7  # the defaults of eps, 1e-8 and 1e-7


@pytest.mark.parametrize(("psi", "after_100"), [(0.004, "0.457"), (1.0, "0.892")])
def test_d5_how_warm_the_momentum_is_after_a_hundred_steps(psi: float, after_100: str) -> None:
    theta = m = v = product = 0.0
    products = []
    for t in range(1, 101):
        theta, m, v, product = gd.rules.nadam(theta, 1.0, m, v, product, t, psi=psi)
        products.append(float(product))
    mus = [later / earlier for earlier, later in pairwise(products)]
    assert f"{mus[-1]:.3f}" == after_100


def test_d6_the_libraries_nesterov_is_sutskevers_in_the_shifted_variable() -> None:
    torch, optax, keras, look_ahead = numbers("D6")
    assert apart(optax, torch) <= TOLERANCE
    assert apart(keras, torch) <= TOLERANCE
    steps = [0.0, *look_ahead.values()]  # v is the last move
    shifted = [after + 0.9 * (after - before) for before, after in pairwise(steps)]
    assert ours.difference(shifted, [*torch.values()]) <= TOLERANCE
    assert apart(look_ahead, torch) > 0.01


def test_d6_on_a_landscape_too() -> None:
    f, start, options = gd.objectives.himmelblau, (-0.75, 1.5), {"lr": 0.005, "beta": 0.9}
    shifted = gd.descend(f, gd.rules.nesterov, start, steps=40, **options).path
    theta = gd.descend(f, gd.rules.nesterov_lookahead, start, steps=40, **options).path
    ahead = theta[1:] + 0.9 * np.diff(theta, axis=0)
    assert ours.difference(ahead, shifted[1:]) <= 1e-10
    assert np.abs(theta - shifted).max() > 0.1


@pytest.mark.parametrize(
    ("rule", "source", "at_30"), [("momentum_accumulate", 0, "-0.0639"), ("momentum", 2, "-0.0143")]
)
def test_d7_a_falling_step_size_tells_the_two_forms_of_momentum_apart(rule: str, source: int, at_30: str) -> None:
    stored = numbers("D7")
    run = gd.descend(
        gd.Objective("x**2 / 2"), gd.rules[rule], (1.0,), steps=30, lr=0.1, beta=0.9,
        schedule=lambda t: 1.0 if t <= 10 else 0.1,
    )  # fmt: skip
    assert f"{run.path[30][0]:.4f}" == at_30
    assert apart({step: run.path[int(step)][0] for step in stored[source]}, stored[source]) <= TOLERANCE
    assert stored[0]["10"] == pytest.approx(stored[2]["10"], rel=TOLERANCE)  # until then they are the same
    assert abs(stored[0]["11"] - stored[2]["11"]) > 0.01


def test_d8_dampening_leaves_out_the_first_gradient() -> None:
    average, torch = numbers("D8")
    assert to_four("D8", 1) == ["-0.0100", "-0.1000"]
    assert torch["1"] == pytest.approx(10 * average["1"], rel=TOLERANCE)


def test_d9_four_things_called_rprop() -> None:
    torch, by_hand, optax, fann, torch_at_zero, fann_at_zero = numbers("D9")
    assert [round(x, 12) for x in torch.values()] == [-0.1, -0.22, -0.22, -0.28, -0.28, -0.31]
    assert apart(by_hand, torch) <= TOLERANCE
    # optax makes each move when it has computed the next one, and drops it where the sign has changed by then.
    assert [round(x, 12) for x in optax.values()] == [0.0, *[-0.1] * 5]
    # FANN lengthens its step at the start too, and goes up where it should rest.
    assert [round(x, 12) for x in fann.values()][:3] == [-0.12, -0.264, -0.192]
    assert fann["3"] > fann["2"] > fann["1"] - 0.2
    assert torch_at_zero["3"] == torch_at_zero["1"]
    assert fann_at_zero["3"] > fann_at_zero["2"] > fann_at_zero["1"]


def test_d10_a_penalty_is_not_decay() -> None:
    """g = 0 at 1: AdamW takes a thousandth, Adam with the penalty's gradient a whole step."""
    adamw, adam = numbers("D10")
    assert [f"{one['1']:.3f}" for one in (adamw, adam)] == ["0.999", "0.900"]
    flat = gd.Objective.from_functions(lambda x: 0.0 * x[..., 0], lambda x: 0.0 * x, n=1)
    run = gd.descend(flat, gd.rules.adam, (1.0,), steps=1, lr=0.1, transform=lambda g, theta: g + 0.01 * theta)
    assert run.path[1][0] == pytest.approx(adam["1"], rel=TOLERANCE)
    run = gd.descend(flat, gd.rules.adamw, (1.0,), steps=1, lr=0.1, weight_decay=0.01)
    assert run.path[1][0] == pytest.approx(adamw["1"], rel=TOLERANCE)


def test_d11_without_bias_correction_the_first_step_is_too_long() -> None:
    corrected, uncorrected, other_beta = (one["1"] / 0.1 for one in numbers("D11"))
    assert [f"{-step:.3f}" for step in (corrected, uncorrected, other_beta)] == ["1.000", "3.162", "9.487"]
    assert -uncorrected == pytest.approx((1 - 0.9) / (1 - 0.999) ** 0.5, rel=1e-6)


def test_d12_radams_threshold_and_eps() -> None:
    paper, paper_too, torch, optax, paper_at_300, torch_at_300 = numbers("D12")
    assert apart(paper, paper_too) <= TOLERANCE
    assert [f"{x:.6f}" for x in list(paper.values())[:4]] == [f"{x:.6f}" for x in list(torch.values())[:4]]
    assert abs(paper["5"] - torch["5"]) > 1e-3  # rho is between 4 and 5: the paper divides, torch waits
    assert torch["5"] == pytest.approx(optax["5"], rel=TOLERANCE)
    assert abs(torch["6"] - optax["6"]) > 1e-5  # both divide: eps before or after the correction
    assert abs(paper_at_300["300"] - torch_at_300["300"]) > 1e-3


def test_d13_the_place_of_adamaxs_eps() -> None:
    paper, torch, optax, keras, torch_at_300, keras_at_300 = numbers("D13")
    assert apart(optax, torch) <= TOLERANCE
    assert abs(torch["1"] - keras["1"]) < 1e-15  # at the first step the maximum is |g| alone
    assert abs(torch["6"] - keras["6"]) > 1e-5
    assert abs(paper["6"] - torch["6"]) > 1e-3
    assert 1e-11 < abs(torch_at_300["300"] - keras_at_300["300"]) < 1e-7
    with np.errstate(invalid="ignore"):  # the paper's own form at a first gradient of zero
        assert np.isnan(gd.rules.adamax(np.array(1.0), np.array(0.0), 0.0, 0.0, 1, eps=0.0)[0])


def test_d14_which_point_decays_and_by_what() -> None:
    torch, optax, keras, paper, torch_at_300, paper_at_300 = numbers("D14")
    assert apart(optax, torch) <= TOLERANCE
    assert apart(keras, torch) < 1e-6  # but for its eps of 0
    assert abs(paper["6"] - torch["6"]) > 0.05
    assert abs(paper_at_300["300"] - torch_at_300["300"]) > 1
    theta, m, v = 0.0, 0.0, 0.0
    for t, g in enumerate(SIX * 50, 1):  # decaying the new point instead of the old one
        stepped, m, v = gd.rules.adam(theta, g, m, v, t, lr=0.1)
        theta = stepped * (1 - 0.1 * 0.1)
    assert 1e-5 < abs(theta - torch_at_300["300"]) < 0.02
