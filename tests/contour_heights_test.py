"""The heights of contour lines: one rule for still figures and for the maps that a page draws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Page

import gdlib as gd
from gdlib.emit.as_javascript import function_of_its_name
from gdlib.figures.contours import survey
from gdlib.landscapes.relief import lies_low, line_height
from tests.javascript_test import in_browser

GROUNDS = [(0.0, 1.0, 50.0), (0.0, 30.0, 50.0), (0.0, 0.0, 7.0), (-3.0, -2.9, 1e4)]


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6), st.floats(0, 1), st.integers(1, 40))
def test_lines_rise_from_above_the_lowest_to_below_the_highest_ground(low, span, share, count):
    heights = line_height(low, low + share * span, low + span, np.arange(count), count)
    assert low <= heights[0]
    assert heights[-1] < low + span
    assert (np.diff(heights) >= 0).all()


def test_ground_below_a_few_peaks_has_more_lines_low_down():
    for name, low_down in (("rosenbrock", True), ("bowl", False)):
        f = gd.objectives[name]
        ground = survey(f, np.array(f.window), 15)
        gaps = np.diff(ground.levels)
        assert lies_low(float(ground.z.min()), float(np.median(ground.z)), float(ground.z.max())) == low_down
        assert ground.even is not low_down
        assert (gaps[-1] > 5 * gaps[0]) == low_down
        if not low_down:
            assert gaps == pytest.approx([gaps[0]] * len(gaps))


@pytest.mark.browser
@pytest.mark.parametrize("ground", GROUNDS)
def test_the_page_has_the_same_heights(page: Page, ground):
    given = ", ".join(map(repr, ground))
    lines = f"Array.from({{ length: 15 }}, (_, k) => module.line_height({given}, k, 15))"
    found = in_browser(page, function_of_its_name(line_height), lines)
    np.testing.assert_allclose(found, line_height(*ground, np.arange(15.0), 15), rtol=1e-14)
