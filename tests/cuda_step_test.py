"""A rule's step as one CUDA kernel over arrays: NumPy's numbers to the bit, in place too."""

import itertools

import numpy as np

import gdlib as gd
from gdlib.emit.as_cuda import TYPES
from gdlib.emit.as_numpy import compile_rule, shared
from tests.cuda_places import each_place
from tests.tables import each_rule, moment


def numbers_at(rule, t, dtype, **given):
    """What the loop of steps hands a rule in step t."""
    blocks = compile_rule(rule)
    hyper = {name: np.float64(value) for name, value in {**rule.defaults, **given}.items()}
    with np.errstate(all="ignore"):
        once = blocks.once(*hyper.values())
        powers = [np.prod([(hyper | once)[factor]] * t) for factor in blocks.powers.values()]
        return shared(blocks.numbers(*hyper.values(), *once.values(), *powers, np.float64(t)), np.dtype(dtype))


def spread_out(rule, dtype, entries, t):
    """The rule's arrays at a moment with as many entries, and what NumPy makes of them."""
    pick = np.arange(entries) % 4
    arrays = [
        np.asarray(one, dtype)[pick] * np.linspace(1, 2, entries, dtype=dtype)
        for name, one in zip(rule.takes, moment(rule), strict=True)
        if name != "t"
    ]
    numbers = numbers_at(rule, t, dtype)
    with np.errstate(all="ignore"):
        return arrays, numbers, compile_rule(rule).step(*arrays, numbers)


@each_rule
@each_place
def test_a_fused_step_is_numpys_to_the_bit(place, rule):
    """In packs of 16 bytes and the entries that fill none, in place too; with gaps between entries, one by one."""
    step = place.fused_step(rule)
    for dtype, (t, entries) in itertools.product(TYPES, ((1, 11), (4, 2))):
        arrays, numbers, expected = spread_out(rule, dtype, entries, t)
        device = [place.array(one) for one in arrays]
        with_gaps = [place.array(np.stack([one, one], axis=-1))[:, 1] for one in arrays]
        made, one_by_one = step(*device, numbers), step(*with_gaps, numbers)
        named = dict(zip((name for name in rule.takes if name != "t"), device, strict=True))
        in_place = step(*device, numbers, out=tuple(named[name] for name in rule.trace.outputs_named))
        for ours, *others in zip(expected, made, one_by_one, in_place, strict=True):
            assert place.host(others[0]).dtype == np.dtype(dtype)
            assert {place.host(one).tobytes() for one in others} == {ours.tobytes()}


@each_place
def test_a_fused_step_takes_a_number_for_each_run(place):
    """As a schedule that gives each run a factor of its own hands it over: (runs, 1) beside (runs, n)."""
    rule = gd.rules.momentum
    theta, g, v = (np.arange(6.0).reshape(3, 2) + k for k in range(3))
    numbers = [0.9, np.array([[0.1], [0.2], [0.3]])]
    expected = compile_rule(rule).step(theta, g, v, numbers)
    made = place.fused_step(rule)(*map(place.array, (theta, g, v)), [0.9, place.array(numbers[1])])
    for ours, one in zip(expected, made, strict=True):
        assert place.host(one).tobytes() == ours.tobytes()
