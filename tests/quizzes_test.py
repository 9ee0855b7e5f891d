"""The quizzes' questions and answers are data of one form, and every number in an answer is computed here.

A file book/quizzes/<page>.json is a list of questions in the order in which the page asks them:

- `id`, unlike any other; `page`, the file's own name; `question`, MyST text; `kind`.
- kind `single` (one choice is right) or `multiple` (at least one is, and at least one is not): `choices`, each with
  `text`, `correct` and `feedback`.
- kind `number`: `answer` with `value` and `tolerance` (the largest error that counts as right), and `feedback` with
  `right`, `wrong` and, if there are answers that show which mistake was made, `near`: each with `value`, `tolerance`
  and `feedback`.
"""

import json
import math
import re
from pathlib import Path

import numpy as np
import pytest

import gdlib as gd

BOOK = Path(__file__).parent.parent / "book"
FILES = sorted((BOOK / "quizzes").glob("*.json"))
QUESTIONS = [(file, question) for file in FILES for question in json.loads(file.read_text(encoding="utf-8"))]
each_question = pytest.mark.parametrize(
    ("file", "question"), QUESTIONS, ids=[f"{file.stem}-{question.get('id')}" for file, question in QUESTIONS]
)
KEYS = {
    "single": {"id", "page", "question", "kind", "choices"},
    "multiple": {"id", "page", "question", "kind", "choices"},
    "number": {"id", "page", "question", "kind", "answer", "feedback"},
}
TILTED = gd.Objective("x**3*y - y**2")


def steps_until_far(text, start, far, lr):
    run = gd.descend(gd.Objective(text), gd.rules.gradient_descent, (start, 0.0), steps=1000, lr=lr)
    return int(np.flatnonzero(np.linalg.norm(run.path, axis=-1) >= far)[0])


def turns_round_the_origin(text, changes):
    """The turns of the gradient on a circle, on which the values change their sign as often as the question says."""
    f, angles = gd.Objective(text), np.linspace(0, 2 * np.pi, 2001) + 1e-3
    circle = 0.1 * np.stack([np.cos(angles), np.sin(angles)], axis=-1)
    assert (np.diff(np.sign(f(circle))) != 0).sum() == changes
    turned = np.unwrap(np.arctan2(*f.grad(circle).T[::-1]))
    return (turned[-1] - turned[0]) / (2 * np.pi)


def fits(kind, strict, *texts):
    """Whether one of the functions is of that kind at the origin, where each has the eigenvalues 4 and 0."""
    points = [gd.classify(gd.Objective(text, ("x", "y")), at=(0, 0)) for text in texts]
    assert all(point.eigenvalues == (0, 4) for point in points)
    return any(point.kind == kind and strict in (None, point.strict) for point in points)


# id -> what gdlib computes for the answer of a number question
COMPUTED = {
    "sp-hessian-entry": lambda: TILTED.hess((2.0, 1.0))[0, 1],
    "sp-how-many": lambda: len(gd.stationary_points(gd.Objective("x**3 - 3*x + y**3 - 3*y"))),
    "sd-smaller-eigenvalue": lambda: gd.classify(gd.Objective("x**2 + 3*x*y + y**2"), at=(0, 0)).eigenvalues[0],
    "sd-steps-from-the-top": lambda: steps_until_far("-x**2 - y**2", 0.001, 1.0, lr=0.1),
    "sd-index-of-eight": lambda: turns_round_the_origin("x**4 - 6*x**2*y**2 + y**4", changes=8),
}
# id -> for each choice, whether it is right, by computation
CHOSEN = {
    "sd-four-and-zero": lambda: [
        fits(kind, strict, "2*x**2 + y**4", "2*x**2", "2*x**2 - y**4", "2*x**2 + y**3")
        for kind, strict in (("minimum", True), ("minimum", False), ("maximum", None), ("saddle", None))
    ],
    "sp-level-direction": lambda: [3 * a - 4 * b == 0 for a, b in ((3, -4), (-3, 4), (4, 3), (3, 4))],
}


def texts(question):
    """Every text of a question that a reader sees."""
    yield question["question"]
    for choice in question.get("choices", ()):
        yield from (choice["text"], choice["feedback"])
    feedback = question.get("feedback", {})
    yield from (feedback[key] for key in ("right", "wrong") if key in feedback)
    yield from (near["feedback"] for near in feedback.get("near", ()))


def is_number(value):
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def test_there_are_quizzes_and_each_belongs_to_a_page():
    assert FILES
    for file in FILES:
        assert (BOOK / f"{file.stem}.md").is_file()
        assert 3 <= len(json.loads(file.read_text(encoding="utf-8"))) <= 8


def test_no_id_stands_twice():
    ids = [question["id"] for _, question in QUESTIONS]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z][a-z0-9-]*", one) for one in ids)


@each_question
def test_a_question_has_the_form(file, question):
    assert question["page"] == file.stem
    assert set(question) == KEYS[question["kind"]]
    if question["kind"] == "number":
        answer, feedback = question["answer"], question["feedback"]
        assert set(answer) == {"value", "tolerance"}
        assert is_number(answer["value"])
        assert is_number(answer["tolerance"])
        assert answer["tolerance"] > 0
        assert {"right", "wrong"} <= set(feedback) <= {"right", "wrong", "near"}
        for near in feedback.get("near", ()):
            assert set(near) == {"value", "tolerance", "feedback"}
            assert abs(near["value"] - answer["value"]) > near["tolerance"] + answer["tolerance"]
    else:
        assert 2 <= len(question["choices"]) <= 6
        assert all(set(choice) == {"text", "correct", "feedback"} for choice in question["choices"])
        assert len({choice["text"] for choice in question["choices"]}) == len(question["choices"])
        right = [choice["correct"] for choice in question["choices"]]
        assert all(isinstance(one, bool) for one in right)
        assert right.count(True) == 1 if question["kind"] == "single" else 0 < right.count(True) < len(right)


@each_question
def test_every_text_is_a_sentence_with_whole_formulas(file, question):
    for text in texts(question):
        assert text == text.strip() != ""
        assert text.count("$") % 2 == 0
        assert text.count("`") % 2 == 0
    choices = {choice["text"] for choice in question.get("choices", ())}
    for text in set(texts(question)) - choices:
        assert text[0].isupper() or not text[0].isalpha()
        assert text[-1] in ".?"


@each_question
def test_every_number_is_computed(file, question):
    if question["kind"] == "number":
        answer = question["answer"]
        assert float(COMPUTED[question["id"]]()) == pytest.approx(answer["value"], abs=answer["tolerance"] / 2)


@pytest.mark.parametrize("name", CHOSEN)
def test_choices_that_can_be_computed_are(name):
    (question,) = (question for _, question in QUESTIONS if question["id"] == name)
    assert [choice["correct"] for choice in question["choices"]] == CHOSEN[name]()


def test_nothing_is_computed_for_a_question_that_is_gone():
    ids = {question["id"] for _, question in QUESTIONS}
    assert set(COMPUTED) | set(CHOSEN) <= ids
