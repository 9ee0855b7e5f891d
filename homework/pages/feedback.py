"""The page that a student gets back: points and verdicts question by question, comments, and how to appeal.

It is one file that asks no other host. It shows the student's own outcome and nothing that the plan keeps: no judge's
code, no hidden input, no reference's value, no rubric. Flags are for a person to look at, no accusations: not here.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from homework import wording
from homework.gradebook import Mark
from homework.outcomes import Outcome, Part
from homework.pages.rendering import rendered
from homework.people.lateness import Late
from homework.plan import Plan

ON_TIME = Late(0.0, 0, "")
TEMPLATES = Path(__file__).parent / "templates"
KIND = {"right": ("right", "✓"), "wrong": ("wrong", "✗"), "unanswered": ("wrong", "✗"), "error": ("wrong", "✗")}
PUT_BACK = "put back"  # in a flag: a visible test is as it was released again; a student need not know more
APPEAL = (
    "A person decides, not the tool. Write to your instructor: name the question and the part, say in a sentence or "
    "two why you think that the verdict is wrong, and leave the file that you handed in as it is.",
    "The points come from comparing values that your functions return, some for inputs that the notebook did not show. "
    "Run your notebook from top to bottom in a fresh kernel first: what works only because of an earlier state is the "
    "most common surprise.",
)


def page(
    plan: Plan,
    outcome: Outcome,
    marks: Mapping[str, Mark],
    name: str,
    late: Late = ON_TIME,
    appeal: Sequence[str] = APPEAL,
) -> str:
    """The HTML file for one student; `marks` are those of the gradebook, by question."""
    earned = {question: marks[question].points if question in marks else None for question in plan.questions}
    return template("feedback.html").render(
        title=plan.title,
        name=name,
        sum=_sum(plan, earned, late),
        below=list(_below(plan, outcome, earned, late)),
        questions=[_question(plan, outcome, question, marks.get(question)) for question in plan.questions],
        notes=list(_notes(outcome)),
        appeal=appeal,
    )


def template(name: str) -> jinja2.Template:
    """One of the templates, which escapes what it is given."""
    loader = jinja2.FileSystemLoader(TEMPLATES)
    made = jinja2.Environment(loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    return made.get_template(name)


def _sum(plan: Plan, earned: Mapping[str, float | None], late: Late) -> str:
    known = sum(points for points in earned.values() if points is not None) * (1 - (late.share or 0.0))
    words = f"{wording.points(known)} of {wording.points(plan.points)} points"
    return words if None not in earned.values() else f"{words} so far"


def _below(plan: Plan, outcome: Outcome, earned: Mapping[str, float | None], late: Late) -> Iterator[str]:
    if outcome.status in ("failed", "missing"):
        yield _sentence(": ".join(filter(None, [wording.WHOLE[outcome.status], outcome.reason])))
    titles = wording.titles(plan)
    unknown = [f"“{titles[question]}”" for question, points in earned.items() if points is None]
    if unknown and outcome.status != "missing":
        yield f"Not known yet: {', '.join(unknown)}. That is not zero: a person will look at it."
    if late.share is None:
        yield "Whether this came late is not known yet; nothing was taken off."
    elif late.share:
        yield f"{_sentence(late.reason)} The points of each question below are those before that."


def _question(plan: Plan, outcome: Outcome, name: str, mark: Mark | None) -> dict[str, Any]:
    parts = [part for part in outcome.parts if part.question == name]
    lines = []
    if name in dict(plan.by_hand):
        if mark is None or mark.points is None:
            lines.append("A person marks this; not done yet.")
        else:
            lines.append("Nothing was written here." if mark.by_hand is None else "Marked by a person.")
    elif mark and mark.by_hand is not None:
        lines.append("A person looked at this question and set its points.")
    elif not parts:
        lines.append("Nothing of this question could be judged.")
    return {
        "title": wording.titles(plan)[name],
        "points": wording.share(mark.points if mark else None, plan.questions[name]),
        "parts": [_part(part) for part in parts],
        "lines": lines,
        "comment": Markup(rendered(mark.comment)) if mark and mark.comment.strip() else "",
    }


def _part(part: Part) -> dict[str, str]:
    kind, sign = KIND.get(part.status, ("unknown", "?"))
    return {
        "kind": kind,
        "sign": sign,
        "title": part.title,
        "said": wording.PART[part.status],
        "points": f"{'?' if part.earned is None else wording.points(part.earned)} of {wording.points(part.points)}",
        "why": part.reason,
    }


def _notes(outcome: Outcome) -> Iterator[str]:
    if any(PUT_BACK in flag for flag in outcome.flags):
        yield "A test cell of yours was restored to the released text before your notebook ran. It costs no points."


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:].rstrip(".") + "."
