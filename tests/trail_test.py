"""A run drawn as a line: points that no eye would miss are left out, at whatever step the line is cut."""

from typing import Any

import numpy as np
import pytest

from tests.conftest import Watch
from tests.explorer_page import shown

LINES = """async ({ points, cuts }) => {
  const { trail } = await import("/gd/plot.mjs");
  const { text, upTo } = trail(points.length, (k) => points[k].map((part) => part ?? NaN));
  return { whole: text, cut: cuts.map(upTo) };
}"""
OFF = 0.1 + 0.08  # pixels: what a line may pass a point by, and what tenths of a pixel leave of its two places


def drawn(page: Any, points: np.ndarray, cuts: list[int]) -> tuple[str, list[str]]:
    given = [[None if np.isnan(part) else part for part in point] for point in points.tolist()]
    found = page.evaluate(LINES, {"points": given, "cuts": cuts})
    return found["whole"], found["cut"]


def pieces(text: str) -> list[np.ndarray]:
    return [np.array([pair.split(" ") for pair in piece.split("L")], float) for piece in text.split("M")[1:]]


def missed(point: np.ndarray, line: np.ndarray) -> float:
    """How far a point is from a line through several."""
    begin, along = line[:-1], np.diff(line, axis=0)
    length = np.maximum((along**2).sum(axis=1), 1e-300)
    part = np.clip(((point - begin) * along).sum(axis=1) / length, 0, 1)
    return float(np.hypot(*(begin + part[:, None] * along - point).T).min())


def walks() -> dict[str, np.ndarray]:
    chance, t = np.random.default_rng(7), np.arange(600)
    there = np.concatenate([np.linspace(0, 90, 30), np.linspace(90, 20, 30), np.linspace(20, 60, 30)])
    return {
        "smooth": np.stack([t * 0.7, 200 - 60 * np.log10(1 + t)], axis=1),
        "zigzag": np.stack([t * 0.4, 100 + 8 * (-1.0) ** t], axis=1),
        "wander": 300 + np.cumsum(chance.normal(size=(600, 2)) * chance.choice([0.02, 0.4, 9], 600)[:, None], axis=0),
        "there and back": np.stack([50 + there, 50 + there / 3], axis=1),
        "rest": np.full((50, 2), 17.3),
        "spiral": 200 + (120 * 0.98**t * np.array([np.cos(t / 7), np.sin(t / 7)])).T,
        "far": np.stack([t * 1e3, 1e5 * np.sin(t)], axis=1),
    }


@pytest.mark.browser
def test_a_line_passes_every_point_of_its_run_and_none_beyond_the_cut(tab: Watch) -> None:
    page = shown(tab).page
    for name, points in walks().items():
        cuts = [0, 1, 2, len(points) // 3, len(points) // 2, len(points) - 1]
        whole, cut = drawn(page, points, cuts)
        assert whole == cut[-1]
        for step, text in zip(cuts, cut, strict=True):
            (line,) = pieces(text)
            assert line[0] == pytest.approx(points[0], abs=0.051), name
            assert line[-1] == pytest.approx(points[step], abs=0.051), name
            off = OFF + 1e-9 * np.abs(points).max()
            assert max(missed(point, line) for point in points[: step + 1]) < off, (name, step)
            assert all(np.hypot(*(points[: step + 1] - corner).T).min() < OFF for corner in line), (name, step)
    assert tab.troubles == []


@pytest.mark.browser
def test_a_smooth_line_is_written_with_few_points_and_a_gap_stays_a_gap(tab: Watch) -> None:
    page = shown(tab).page
    smooth = walks()["smooth"]
    (line,) = pieces(drawn(page, smooth, [])[0])
    assert len(line) < 30
    holed = smooth.copy()
    holed[[0, 200, 201, 599], [0, 1, 0, 1]] = np.nan
    whole, (before, within, after) = drawn(page, holed, [199, 200, 202])
    first, second = pieces(whole)
    for line, (left, right) in ((first, (1, 199)), (second, (202, 598))):
        assert line[[0, -1]] == pytest.approx(smooth[[left, right]], abs=0.051)
    assert pieces(before)[0][-1] == pytest.approx(smooth[199], abs=0.051)
    assert within == before
    assert len(pieces(after)) == 2
    assert drawn(page, np.full((3, 2), np.nan), [0])[0] == drawn(page, np.empty((0, 2)), [])[0] == ""
    assert tab.troubles == []
