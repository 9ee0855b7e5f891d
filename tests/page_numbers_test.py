"""Numbers as the page prints them beside axes, of every size that a double has."""

from typing import Any

import pytest

from tests.conftest import Watch
from tests.explorer_page import shown

TICKS = """async (spans) => {
  const { ticks } = await import("/gd/numbers.mjs");
  return spans.map(([low, high, count]) => ticks(low, high, count).map(({ at, text }) => [at, text]));
}"""
SPANS: dict[tuple[float, float, int], list[str]] = {
    (-2.0, 2.0, 4): ["−2", "−1", "0", "1", "2"],
    (0.0, 1.0, 4): ["0.0", "0.5", "1.0"],
    (0.0, 1e-4, 2): ["0.00000", "0.00005", "0.00010"],
    (-1e-12, 1e-12, 4): ["−1×10⁻¹²", "−5×10⁻¹³", "0", "5×10⁻¹³", "1×10⁻¹²"],
    (0.0, 1e-300, 2): ["0", "5×10⁻³⁰¹", "1×10⁻³⁰⁰"],
    (0.0, 2.5e6, 2): ["0", "2×10⁶"],
    (-1e300, 1e300, 2): ["−1×10³⁰⁰", "0", "1×10³⁰⁰"],
}


@pytest.mark.browser
def test_ticks_of_every_size_are_few_and_short(tab: Watch) -> None:
    found: list[list[list[Any]]] = shown(tab).page.evaluate(TICKS, [list(one) for one in SPANS])
    for (low, high, count), ticks in zip(SPANS, found, strict=True):
        assert [text for _, text in ticks] == SPANS[low, high, count]
        assert all(low <= at <= high for at, _ in ticks)
        for at, text in ticks:
            typed = text.replace("−", "-").replace("×10", "e").translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-"))
            assert float(typed) == pytest.approx(at, rel=1e-9)
    assert tab.troubles == []
