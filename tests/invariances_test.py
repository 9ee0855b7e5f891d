"""What a rule's path does not depend on, and which rule is which at which setting: found by running, against theory."""

import numpy as np
import pytest

import gdlib as gd
from gdlib.descriptions.invariances import Invariances, invariances
from gdlib.descriptions.kinship import relations
from tests.goldens.inputs import stored
from tests.tables import each_rule

# From the rules' equations: every rule rests but for a decay of the weights, which also ties it to an origin.
_ALONG_THE_GRADIENT = Invariances(rests=True, scale=False, signs=False, origin=True, axes=True)
_BY_SIGNS = Invariances(rests=True, scale=True, signs=True, origin=True, axes=False)
_BY_RELATIVE_SIZE = Invariances(rests=True, scale=True, signs=False, origin=True, axes=False)
_WITH_DECAY = Invariances(rests=False, scale=True, signs=False, origin=False, axes=False)
_ONLY_THE_ORIGIN = Invariances(rests=True, scale=False, signs=False, origin=True, axes=False)
THEORY = {
    _ALONG_THE_GRADIENT: "gradient_descent momentum momentum_accumulate momentum_ema nesterov nesterov_lookahead",
    _BY_SIGNS: "sign_descent rprop_plus rprop_minus irprop_plus irprop_minus",
    _BY_RELATIVE_SIZE: "adagrad rmsprop rmsprop_eps_inside rmsprop_centered adam adam_eps_hat adam_uncorrected adamax "
    "maxaprop nadam nadam_constant nadamax amsgrad amsgrad_corrected lion",
    _WITH_DECAY: "adamw adamw_unscaled",
    # eps sets Adadelta's pace; RAdam's first steps, Quickprop's first and FTRL's beta are in units of the gradient
    _ONLY_THE_ORIGIN: "adadelta adagrad_no_root radam radam_torch quickprop quickprop_secant ftrl_proximal",
}
EXPECTED = {name: found for found, names in THEORY.items() for name in names.split()}


@pytest.mark.parametrize("name", EXPECTED)
def test_a_rule_is_invariant_to_what_theory_says(name):
    assert invariances(gd.rules[name]) == EXPECTED[name]


@each_rule
def test_every_rules_invariances_can_be_found(rule):
    assert all(isinstance(found, bool) for found in invariances(rule))


KIN = [(rule, relation) for rule in gd.rules for relation in rule.kin]


@pytest.mark.parametrize(("rule", "relation"), KIN, ids=[relation.text for _, relation in KIN])
def test_kin_walk_the_same_points(rule, relation):
    """Along stored gradients, from tiny to huge; without the zeros, where a rule without eps divides 0 by 0."""
    assert rule.name == relation.left.rule, "a relation stands with the rule that it begins with"
    gradients = np.array(stored()["gradients"])
    gradients[gradients == 0] = 0.5
    rng = np.random.default_rng(5)
    for _ in range(5):
        letters = {name: _drawn(rng, name) for name in relation.letters}
        one, other = (_walk(side, letters, gradients) for side in (relation.left, relation.right))
        assert np.abs(one - one[0]).max() > 1e-6
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-12)


def _drawn(rng, name):
    """A value from the middle of the hyperparameter's knob."""
    knob = gd.vocabulary.VOCABULARY[name].knob
    part = rng.uniform(0.3, 0.9)
    if knob.scale == "log":
        return float(np.exp((1 - part) * np.log(knob.low) + part * np.log(knob.high)))
    return knob.low + part * (knob.high - knob.low)


def _walk(side, letters, gradients):
    rule, settings = gd.rules[side.rule], side.values(letters)
    theta = np.linspace(-2.0, 3.0, gradients.shape[1])
    state, points = [np.zeros_like(theta) for _ in rule.state], [theta]
    for t, g in enumerate(gradients, 1):
        given = {"theta": theta, "g": g, "t": t, **dict(zip(rule.state, state, strict=True))}
        made = rule(*(given[name] for name in rule.takes), **settings)
        theta, *state = made if rule.state else (made,)
        points.append(theta)
    return np.array(points)


@pytest.mark.parametrize("text", ["momentum(lr)", "momentum(lr) == 3", "momentum lr == gradient_descent(lr)"])
def test_what_is_no_equation_between_rules_is_refused(text):
    with pytest.raises(ValueError, match="Kin: needs"):
        relations(text)


def test_a_setting_is_arithmetic_and_no_program():
    relation = relations("momentum(lr=__import__('os')) == momentum(lr)")[0]
    with pytest.raises(ValueError, match="made of numbers, names"):
        relation.left.values({"lr": 1.0})
