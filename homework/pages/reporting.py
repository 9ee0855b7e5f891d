"""What an assignment came to in a course: how its points are spread, how hard and how telling each question is."""

import statistics
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from gdlib.figures.picture import Figure
from homework import wording
from homework.gradebook import Mark
from homework.outcomes import Outcome
from homework.pages import report_pictures
from homework.pages.feedback import template
from homework.plan import Plan

LEAST = 5  # submissions from which on a correlation is worth a look
TROUBLES = ("timeout", "memory", "crashed", "output", "not run")
HEADS = ("Question", "Points", "Known", "Mean", "Share earned", "Full", "None", "Tells apart", "Stopped")


@dataclass(frozen=True)
class Question:
    """A question over a class: the points that are known, and what they say of it."""

    title: str
    points: float
    earned: tuple[float, ...]
    telling: float | None  # correlation with the other questions' points
    stopped: int  # submissions in which a part of it ended without a verdict
    unknown: int  # submissions whose points are not known yet

    @property
    def share(self) -> float | None:
        return statistics.fmean(self.earned) / self.points if self.earned else None

    @property
    def counts(self) -> tuple[int, int, int, int]:
        """Submissions with all, some, none and unknown of its points."""
        full = sum(points >= self.points for points in self.earned)
        none = sum(points <= 0 for points in self.earned)
        return full, len(self.earned) - full - none, none, self.unknown


@dataclass(frozen=True)
class Report:
    """An assignment over a class."""

    title: str
    points: float
    questions: tuple[Question, ...]
    totals: tuple[float, ...]  # of the submissions all of whose points are known
    statuses: Mapping[str, int]
    left_out: int = 0  # handed in, but not graded as they are now


def gathered(
    plan: Plan, outcomes: Sequence[Outcome], marks: Mapping[str, Mapping[str, Mark]], left_out: int = 0
) -> Report:
    """What a class's outcomes and marks (student -> question -> mark) say."""
    names, titles = list(plan.questions), wording.titles(plan)
    table = [
        {name: mark.points if (mark := marks.get(one.student, {}).get(name)) else None for name in names}
        for one in outcomes
        if one.status != "missing"
    ]
    known = [row for row in table if None not in row.values()]
    questions = []
    for name, worth in plan.questions.items():
        stopped = sum(any(part.question == name and part.status in TROUBLES for part in one.parts) for one in outcomes)
        ours = [row[name] or 0.0 for row in known]
        others = [sum(points or 0.0 for other, points in row.items() if other != name) for row in known]
        earned = tuple(points for row in table if (points := row[name]) is not None)
        questions.append(
            Question(titles[name], worth, earned, _correlation(ours, others), stopped, len(table) - len(earned))
        )
    totals = tuple(sum(points or 0.0 for points in row.values()) for row in known)
    return Report(plan.title, plan.points, tuple(questions), totals, Counter(one.status for one in outcomes), left_out)


def page(report: Report) -> str:
    """The report as one HTML file; the same class gives the same bytes."""
    pictures = [
        {"title": title, "words": words, "svg": Markup(figure.svg), "caption": figure.caption}
        for title, words, figure in _pictures(report)
    ]
    return template("report.html").render(
        title=report.title,
        submissions=submissions(report),
        pictures=pictures,
        heads=HEADS,
        rows=[_row(question) for question in report.questions],
        least=LEAST,
    )


def submissions(report: Report) -> list[str]:
    """How many submissions ended how, in sentences."""
    count = sum(report.statuses.values())
    lines = [f"{count + report.left_out} in all."]
    for status, words in wording.WHOLE.items():
        if report.statuses.get(status):
            lines.append(f"{report.statuses[status]} {words}.")
    if report.left_out:
        lines.append(f"{report.left_out} left out here: not graded since they, or the assignment, last changed.")
    unknown = count - report.statuses.get("missing", 0) - len(report.totals)
    if unknown:
        lines.append(f"{unknown} without a total yet: a question is still to be marked or to be settled by hand.")
    return lines


def summary(report: Report) -> str:
    """The report in a few lines for the terminal."""
    lines = [report.title, *submissions(report), total_words(report)]
    width = max([len(question.title) for question in report.questions], default=0)
    for question in report.questions:
        share = "not known yet" if question.share is None else f"{100 * question.share:3.0f} % earned"
        telling = "" if question.telling is None else f", tells apart {question.telling:+.2f}"
        lines.append(f"  {question.title:{width}}  {wording.points(question.points):>4} points, {share}{telling}")
    return "\n".join(lines)


def total_words(report: Report) -> str:
    """The totals in a sentence."""
    if not report.totals:
        return "No submission has a total yet."
    of = wording.points(report.points)
    if len(report.totals) == 1:
        return f"One submission has a total: {wording.points(report.totals[0])} of {of} points."
    middle = wording.points(statistics.median(report.totals))
    spread = wording.points(statistics.stdev(report.totals))
    return (
        f"{len(report.totals)} submissions have a total: median {middle} of {of} points, "
        f"from {wording.points(min(report.totals))} to {wording.points(max(report.totals))}, "
        f"standard deviation {spread}."
    )


def _pictures(report: Report) -> Iterator[tuple[str, str, Figure]]:
    """Title, words and picture; none of what nobody has got yet."""
    if report.totals:
        yield "Points in all", total_words(report), report_pictures.of_totals(report.totals, report.points)
    asked = [question for question in report.questions if sum(question.counts)]
    if asked:
        names = [question.title for question in asked]
        figure = report_pictures.of_questions(names, [question.counts for question in asked])
        yield "Points of each question", _question_words(asked), figure


def _question_words(questions: Sequence[Question]) -> str:
    shares = {question.title: question.share for question in questions if question.share is not None}
    if not shares:
        return "No question's points are known yet."
    hardest, easiest = min(shares, key=lambda name: shares[name]), max(shares, key=lambda name: shares[name])
    if shares[hardest] == shares[easiest]:
        return f"{100 * shares[easiest]:.0f}\u00a0% of the points were earned in every question."
    return (
        f"Most was earned in “{easiest}” ({100 * shares[easiest]:.0f}\u00a0% of its points), "
        f"least in “{hardest}” ({100 * shares[hardest]:.0f}\u00a0%)."
    )


def _correlation(ours: Sequence[float], others: Sequence[float]) -> float | None:
    if len(ours) < LEAST or len(set(ours)) == 1 or len(set(others)) == 1:
        return None
    return statistics.correlation(ours, others)


def _row(question: Question) -> list[str]:
    earned = question.earned
    mean = f"{statistics.fmean(earned):.2f}" if earned else "–"
    return [
        question.title,
        wording.points(question.points),
        str(len(earned)),
        mean,
        "–" if question.share is None else f"{question.share:.2f}",
        str(question.counts[0]),
        str(question.counts[2]),
        "–" if question.telling is None else f"{question.telling:+.2f}".replace("-", "−"),
        str(question.stopped),
    ]
