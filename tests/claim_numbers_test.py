"""What of a claim's sentence is a number, when two numbers are equal, and what a claim's test may return."""

from pathlib import Path

import pytest
import yaml

from ext.claim_blocks import SYNTAX, blocks, disagreements, numbers
from ext.claim_ledger import Proof
from tests import claim as marking
from tests.claim import claim, proved
from tools.claims import settled

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("0.83, .5 and -1.5, −2", ["0.83", "0.5", "-1.5", "-2"]),
        ("1,000 steps, 1\u202f200 starts, 3, 500", ["1000", "1200", "3", "500"]),
        (
            "1e-6, 2.5E+3, 1e−3, 10⁻⁶, 10⁶, 3.2·10⁻⁶ and 3.2 × 10⁶",
            ["1e-6", "2500", "1e-3", "1e-6", "1e6", "3.2e-6", "3.2e6"],
        ),
        ("82 % or 82%", ["82", "82"]),
        ("2–3, 2-3, 1/3 and 5 - 3", ["2", "3", "2", "3", "1", "3", "5", "3"]),
        ("In 47. (0.5) ±0.1 **0.8** _2_ `lr=0.1` [9](http://a.b/3)", ["47", "0.5", "0.1", "0.8", "2", "0.1", "9"]),
        ("float64 x_2 H2O 1st 2-D 3D iteration-2 three $5$ {math}`7` {cite:p}`a2000` {ref}`sec-2`", []),
        ("<https://a.b/2024> ![5](x.svg)\n\n$$ 3 $$\n\n```{math}\n7\n```\n\n% 4\n\n1. one", []),
        ("\\begin{align} 5 \\end{align}\n\n| a | 4 |\n|---|---|\n| b | 6 |", ["4", "6"]),
    ],
)
def test_what_counts_as_a_typed_number(text: str, values: list[str]) -> None:
    assert [float(one.value) for one in numbers(text)] == [float(value) for value in values]


@pytest.mark.parametrize(
    ("typed", "number", "fits"),
    [
        ("0.82", 0.818182, True), ("0.83", 0.818182, False), ("0.8", 0.818182, True), ("0.8182", 0.818182, True),
        ("1", 0.818182, True), ("0.8180", 0.818182, False), ("500", 500, True), ("501", 500, False),
        ("1,000", 1000, True), ("1,000", 999, False), ("1e-6", 1.4e-6, True), ("1e-6", 1.6e-6, False),
        ("1.0e-6", 1.4e-6, False), ("10⁻⁶", 9.6e-7, True), ("-0.82", 0.818182, False), ("0.12", 0.125, True),
        ("0.13", 0.125, True), ("0", 1e-17, True), ("0.1", 0.05, True), ("0.0", 0.06, False),
    ],
)  # fmt: skip
def test_equal_means_rounded_to_the_digits_typed(typed: str, number: float, fits: bool) -> None:
    assert (disagreements(numbers(typed), [number]) == []) is fits


def test_blocks_are_found_where_they_stand() -> None:
    page = "# T\n\n:::{claim} a\nx\n:::\n\n- item\n\n  ```{error} b\n  1\n  ```\n"
    page += "\n```{code-cell}\n:::{claim} no\n:::\n```\n"
    assert [(one.kind, one.name, one.line) for one in blocks(page)] == [("claim", "a", 3), ("error", "b", 9)]


@pytest.mark.parametrize("returned", [None, 0.5, [True], ["0.5"], [float("nan")], [1j]])
def test_a_claim_test_returns_a_list_of_finite_numbers(returned: object) -> None:
    with pytest.raises((TypeError, ValueError), match=r"^test_x: a claim's"):
        proved(returned, "test_x")


def test_the_decorator_names_a_bad_id() -> None:
    with pytest.raises(ValueError, match="needs an id without blanks, got 'two words'"):
        claim("two words")


def test_the_book_reads_markdown_as_the_tool_does() -> None:
    """If the book's syntax grows, what is a formula may change, and the tool must follow."""
    settings = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    assert sorted(settings["parse"]["myst_enable_extensions"]) == sorted(SYNTAX)


@pytest.mark.parametrize(
    ("old", "new", "typed", "same"),
    [
        ([0.818182], [0.818182], [], True),
        ([0.818182], [0.818182 * (1 + 1e-11)], [], True),
        ([0.818182], [0.8181], ["0.82"], True),  # another machine: the page's digits hold for both
        ([0.818182], [0.8181], ["0.82", "0.8182"], False),  # but not on every page
        ([0.818182], [0.8181], [], False),
        ([0.83], [0.818182], ["0.82"], False),  # a file changed by hand
        ([0.818182], None, ["0.82"], False),
        ([1, 2], [1], ["1 2"], False),
    ],
)
def test_two_runs_agree_to_the_digits_that_matter(
    old: list[float] | None, new: list[float] | None, typed: list[str], same: bool
) -> None:
    assert settled(old, new, [numbers(text) for text in typed]) is same


def test_a_test_that_proves_something_else_than_the_file_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    @claim("nowhere-printed")
    def test_it() -> list[float]:
        return [0.5]

    committed = {"nowhere-printed": Proof("tests/x_test.py::test_it", 1, [0.5])}
    monkeypatch.setattr(marking, "as_committed", lambda: committed)
    assert test_it() is None  # pytest refuses a test that returns
    committed["nowhere-printed"] = Proof("tests/x_test.py::test_it", 1, [0.6])
    with pytest.raises(AssertionError, match=r"says \[0.6\], this test proves \[0.5\]: run `make claims`"):
        test_it()
    committed.clear()
    with pytest.raises(AssertionError, match=r"has no 'nowhere-printed': run `make claims`"):
        test_it()
    monkeypatch.setattr(
        marking, "as_committed", lambda: None
    )  # the file speaks of another state, and another test says so
    test_it()
