"""The report of a class: its numbers against ones counted by hand, classes of any size, the same bytes twice."""

import re
from dataclasses import replace

import pytest

from homework.gradebook import Mark
from homework.outcomes import Outcome
from homework.pages.reporting import Report, gathered, page, summary
from tests.homework.handmade import OUTCOMES, outcome, plan


def mark(points: float | None) -> Mark:
    return Mark(points, None, 0.0, "", points is None)


def report(*points: tuple[float | None, float | None]) -> Report:
    """Of a class that got these points in the two questions."""
    names = [f"s{number:02}" for number in range(len(points))]
    outcomes = [outcome(name, ("right", ""), ("right", "")) for name in names]
    marks = {name: {"step": mark(step), "why": mark(why)} for name, (step, why) in zip(names, points, strict=True)}
    return gathered(plan(), outcomes, marks)


CLASS = ((4.0, 3.0), (1.0, 0.0), (2.5, 2.0), (0.0, 0.5), (4.0, 1.0), (3.0, None))


def test_totals_are_of_those_who_have_one() -> None:
    found = report(*CLASS)
    assert found.totals == (7.0, 1.0, 4.5, 0.5, 5.0)
    said = summary(found)
    assert "5 submissions have a total: median 4.5 of 7 points, from 0.5 to 7" in said
    assert "1 without a total yet" in said


def test_difficulty_and_discrimination_are_those_counted_by_hand() -> None:
    step, why = report(*CLASS).questions
    assert step.share == pytest.approx((4 + 1 + 2.5 + 0 + 4 + 3) / 6 / 4)
    assert why.share == pytest.approx(6.5 / 5 / 3)
    assert step.counts == (2, 3, 1, 0)
    assert why.counts == (1, 3, 1, 1)
    ours, others = [4.0, 1.0, 2.5, 0.0, 4.0], [3.0, 0.0, 2.0, 0.5, 1.0]
    mean = [sum(each) / 5 for each in (ours, others)]
    both = sum((a - mean[0]) * (b - mean[1]) for a, b in zip(ours, others, strict=True))
    spread = [sum((a - m) ** 2 for a in each) for each, m in zip((ours, others), mean, strict=True)]
    assert step.telling == pytest.approx(both / (spread[0] * spread[1]) ** 0.5)
    assert why.telling == pytest.approx(step.telling)  # of two questions each is the other's rest


@pytest.mark.parametrize("points", [CLASS[:0], CLASS[:1], CLASS[:2], ((4.0, 3.0),) * 9, ((None, None),) * 3])
def test_a_class_of_any_size_has_a_report(points: tuple[tuple[float | None, float | None], ...]) -> None:
    found = report(*points)
    said = page(found)
    assert "Every question in numbers" in said
    assert all(question.telling is None for question in found.questions)
    assert said.count("<figure") == (0 if not points else 1 if points[0][0] is None else 2)
    assert summary(found)


def test_every_ending_is_counted() -> None:
    marks = {one.student: {"step": mark(None), "why": mark(None)} for one in OUTCOMES if one.status != "missing"}
    found = gathered(plan(), OUTCOMES, marks)
    said = page(found)
    assert found.questions[0].stopped == 1
    for words in ("5 in all", "2 graded", "1 graded in part", "1 not graded", "1 missing"):
        assert words in said


def test_the_same_class_gives_the_same_bytes_and_no_host_is_asked() -> None:
    said = page(report(*CLASS))
    assert said == page(report(*CLASS))
    assert not re.search(r"(src|href)=|@import|url\(", said)
    assert not re.search(r"https?://(?!www\.w3\.org)", said)
    assert "202" not in re.sub(r"<svg.*?</svg>", "", said, flags=re.S)  # no year


def test_a_title_is_escaped() -> None:
    asked = replace(plan(), title="<script>x</script>")
    one: Outcome = OUTCOMES[0]
    assert "<script>x" not in page(gathered(asked, [one], {}))


def test_pictures_say_in_words_what_they_show() -> None:
    said = page(report(*CLASS))
    assert "Bars of how many submissions came to how many points: 1 from 0 to 1, 1 from 1 to 2" in said
    assert "One step: 2 all, 3 some, 1 none" in said
