"""A seed draws the same homework again, another seed another one, and what is shown says nothing about what is hidden."""

from pathlib import Path

import pytest

from homework.masters.drawing import draw, filled
from homework.masters.master import Cell, Master, MasterError, read

TINY = Path(__file__).parent / "data" / "tiny.md"


def drawn(text: str, seed: str = "a", name: str = "hw") -> dict:
    return draw(Master(name, (Cell("draw", "code", text),)), seed)


def test_the_same_seed_gives_the_same_values_and_each_seed_and_assignment_its_own():
    text = "a = int(shown.integers(10**12))\nhidden_b = int(hidden.integers(10**12))"
    assert drawn(text) == drawn(text)
    several = [drawn(text), drawn(text, "b"), drawn(text, name="hw2")]
    values = [value for one in several for value in one.values()]
    assert len(set(values)) == 6  # shown and hidden are two streams as well


def test_the_values_are_pinned():
    """What an instructor released last term from a kept seed comes again in this one."""
    assert draw(read(TINY), "seed") == {"lr": 0.0125, "hidden_start": [1.55, 1.692]}


def test_drawing_more_of_what_is_shown_leaves_what_is_hidden():
    hidden = "hidden_b = float(hidden.normal())"
    assert drawn(hidden)["hidden_b"] == drawn(f"a = shown.normal(size=7)\n{hidden}")["hidden_b"]


def test_numpy_becomes_python_and_what_is_no_value_is_left_out():
    values = drawn(
        "import math\ndef helper(): return 1\n_own = 3\n"
        "a, b, c = np.float64(0.5), np.arange(3), (np.int64(2), True)\nd, e = 'x**2', {'no': 1}"
    )
    assert values == {"a": 0.5, "b": [0, 1, 2], "c": (2, True), "d": "x**2"}
    assert type(values["a"]) is float
    assert type(values["c"][0]) is int
    assert repr(values["b"]) == "[0, 1, 2]"


@pytest.mark.parametrize("number", ["np.nan", "[1.0, np.inf]", "np.array([[-np.inf]])"])
def test_a_number_that_python_cannot_write_is_refused(number):
    with pytest.raises(MasterError, match="hw, draw: a: needed finite numbers"):
        drawn(f"a = {number}")


def test_an_error_in_the_draw_cell_and_a_name_that_it_does_not_give_are_said():
    with pytest.raises(MasterError, match="hw, draw: ZeroDivisionError"):
        drawn("a = 1 / 0")
    master = Master("hw", (Cell("draw", "code", "a = 1"), Cell("shown", "markdown", "«a» «b»")))
    with pytest.raises(MasterError, match=r"needed names that draw gives \(a\), came «b»"):
        filled(master, "seed")


def test_a_master_without_a_draw_cell_draws_nothing():
    assert draw(Master("hw", (Cell("shown", "markdown", "x"),)), "seed") == {}
