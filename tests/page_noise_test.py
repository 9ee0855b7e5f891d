"""The page's noise: the generator is the published one, its numbers have the law, and a seed gives the same path."""

import math

import numpy as np
import pytest

import gdlib as gd
from tests.page_runs import job, open_runs

pytestmark = pytest.mark.browser
MANY = 100_000
WORD = 2**32 - 1
STRICT = 1.95  # of Kolmogorov's distribution: a true law is farther off once in a thousand seeds


@pytest.fixture(scope="module")
def runs(chromium):
    with open_runs(chromium) as opened:
        yield opened


def xoshiro(state, count):
    """xoshiro128** as its authors define it."""
    a, b, c, d = state

    def turned(x, k):
        return ((x << k) | (x >> (32 - k))) & WORD

    for _ in range(count):
        yield (turned((b * 5) & WORD, 7) * 9) & WORD
        shifted = (b << 9) & WORD
        c, d = c ^ a, d ^ b
        b, a = b ^ c, a ^ d
        c, d = c ^ shifted, turned(d, 11)


def split_mix(seed, count):
    """SplitMix64 as its authors define it."""
    for _ in range(count):
        seed = (seed + 0x9E3779B97F4A7C15) % 2**64
        z = (seed ^ (seed >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB % 2**64
        yield z ^ (z >> 31)


def drawn(runs, maker, seed, count=MANY):
    return runs.evaluate(f"((draw) => Array.from({{length: {count}}}, draw))(runner.{maker}({seed}))")


def test_the_words_are_those_of_the_published_generator(runs):
    # another's numbers from the authors' C: github.com/edorfaus/xoshiro-6502, test-rom/testdata.asm
    theirs, seeded = [0xF1391922, 0x6FE53806, 0xA5BE2840, 0xF510EE70], [0x964D4A0C, 0xD40AB895, 0xAD7FDECB, 0x3006F0F0]
    assert drawn(runs, "wordsFrom", seeded, 4).tolist() == theirs
    known = [11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804]
    assert drawn(runs, "wordsFrom", "[1, 2, 3, 4]", 10).tolist() == known == list(xoshiro([1, 2, 3, 4], 10))
    assert f"{next(split_mix(0, 1)):x}" == "e220a8397b1dcdaf"
    for seed in (0, 1, 12345, 2**53 - 1):
        state = [word for z in split_mix(seed, 2) for word in (z & WORD, z >> 32)]
        assert drawn(runs, "words", seed, 1000).tolist() == list(xoshiro(state, 1000))


def test_uniform_numbers_are_made_of_53_bits(runs):
    words = drawn(runs, "words", 5, 200).reshape(-1, 2)
    made = ((words[:, 0] // 32) * 2**26 + words[:, 1] // 64) / 2**53
    assert drawn(runs, "uniforms", 5, 100).tobytes() == made.tobytes()


def farthest_from_normal(sample):
    """√n times the greatest distance between the sample's distribution and the normal one."""
    ordered = np.sort(sample)
    true = np.array([0.5 * math.erfc(-x / math.sqrt(2)) for x in ordered])
    ranks = np.arange(len(ordered) + 1) / len(ordered)
    return math.sqrt(len(ordered)) * max(np.abs(true - ranks[1:]).max(), np.abs(true - ranks[:-1]).max())


@pytest.mark.parametrize("seed", [0, 1, 2026])
def test_normal_numbers_have_the_law(runs, seed):
    z = drawn(runs, "normals", seed)
    error = 1 / math.sqrt(MANY)
    assert abs(z.mean()) < 4 * error
    assert abs(z.var() - 1) < 4 * math.sqrt(2) * error
    assert abs((z**3).mean()) < 4 * math.sqrt(15) * error
    assert abs((z**4).mean() - 3) < 4 * math.sqrt(96) * error
    assert farthest_from_normal(z) < STRICT
    assert np.abs(z).max() > 3.8  # tails, and no number beyond what 53 bits give
    for lag in (1, 2, 3, 4, 17):
        assert abs((z[lag:] * z[:-lag]).mean()) < 4 * error
        assert abs(((z[lag:] ** 2 - 1) * (z[:-lag] ** 2 - 1)).mean()) < 4 * 2 * error


def test_the_test_of_the_law_tells_other_laws(runs):
    """The sum of three uniform numbers, a noise a hundredth too wide, and one a hundredth off are found out."""
    u = drawn(runs, "uniforms", 3, 3 * MANY).reshape(3, MANY)
    z = drawn(runs, "normals", 3, MANY)
    assert farthest_from_normal(2 * u.sum(axis=0) - 3) > STRICT
    assert farthest_from_normal(z + 0.01) > STRICT
    assert abs((1.01 * z).var() - 1) > 4 * math.sqrt(2 / MANY)


def noise_of(runs, sigma, seed, steps=20_000, start=(0.0, 0.0), **options):
    """What a descent on a flat plane adds at each step is its noise."""
    f, rule = gd.objectives.bowl, gd.rules.gradient_descent
    told = job(runs, f, rule, start=start, steps=steps, lr=1.0, **options)
    told["f"] = runs.send("flat", "export const slopeAt = (p) => p.map(() => 0.0); export const valueAt = () => 0.0;")
    path = runs.walk([told | {"noise": {"sigma": sigma, "seed": seed}}])[0]
    return -np.diff(path, axis=0)


def test_the_coordinates_of_a_gradient_get_independent_noise_of_the_width_asked_for(runs):
    noise = noise_of(runs, 0.25, 11) / 0.25
    n = len(noise)
    cells = 8
    edges = [-1.15034938, -0.67448975, -0.31863936, 0.0, 0.31863936, 0.67448975, 1.15034938]  # eighths of the law
    for column in noise.T:
        assert abs(column.mean()) < 4 / math.sqrt(n)
        assert abs(column.var() - 1) < 4 * math.sqrt(2 / n)
        assert farthest_from_normal(column) < STRICT
    assert abs((noise[:, 0] * noise[:, 1]).mean()) < 4 / math.sqrt(n)
    table = np.zeros((cells, cells))
    np.add.at(table, tuple(np.digitize(column, edges) for column in noise.T), 1)
    expected = n / cells**2
    chi_square = ((table - expected) ** 2 / expected).sum()
    assert chi_square < 63 + 4 * math.sqrt(2 * 63)  # 64 cells of equal chance, also jointly


def test_one_coordinate_gets_noise_too(runs):
    noise = noise_of(runs, 2.0, 4, steps=5000, start=(0.0,))[:, 0] / 2
    assert farthest_from_normal(noise) < STRICT


def test_the_same_seed_gives_the_same_path_and_another_another(runs):
    told = job(runs, gd.objectives.rosenbrock, gd.rules.adam, steps=200, lr=0.01)
    seeds = [{"sigma": 0.5, "seed": seed} for seed in (1, 1, 2, 2**40)]
    first, again, other, large = (path.tobytes() for path in runs.walk([told | {"noise": one} for one in seeds]))
    assert first == again
    assert len({first, other, large}) == 3
    quiet, plain = runs.walk([told | {"noise": {"sigma": 0}}, told])
    assert quiet.tobytes() == plain.tobytes() == gd.descend(
        gd.objectives.rosenbrock, gd.rules.adam, gd.objectives.rosenbrock.start, steps=200, lr=0.01
    ).path.tobytes()  # fmt: skip


def test_noise_comes_before_the_transform(runs):
    """After clipping, no step is longer than the limit, and most are cut."""
    noise = noise_of(runs, 5.0, 9, steps=2000, transform=gd.clip_value(1.0))
    assert np.abs(noise).max() <= 1.0 + 1e-12
    assert (np.abs(noise) > 0.999).mean() > 0.7
    lengths = np.hypot(*noise_of(runs, 5.0, 9, steps=2000, transform=gd.clip_norm(1.0)).T)
    assert lengths.max() <= 1.0 + 1e-12


def test_the_noise_around_a_minimum_is_as_wide_as_in_python(runs):
    """Descent on x²/2 with noise σ rests at variance η²σ²/(1 - (1 - η)²): both generators, one law."""
    f = gd.Objective("x**2/2")
    lr, sigma, steps = 0.2, 0.5, 20_000
    told = {
        "f": runs.send("half a square", gd.emit.javascript(f)), "settings": {"lr": lr}, "steps": steps, "start": [0.0],
        "rule": runs.send("gradient_descent", gd.emit.javascript(gd.rules.gradient_descent)),
    }  # fmt: skip
    theirs = runs.walk([told | {"noise": {"sigma": sigma, "seed": 3}}])[0]
    run = gd.descend(f, gd.rules.gradient_descent, (0.0,), steps=steps, lr=lr, noise=sigma, seed=3)
    expected = (lr * sigma) ** 2 / (1 - (1 - lr) ** 2)
    for path in (theirs, run.path):
        assert path[100:].var() == pytest.approx(expected, rel=0.06)
