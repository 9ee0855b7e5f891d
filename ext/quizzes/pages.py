"""Write quizzes into HTML: native controls in a fieldset, and the feedback sealed beside them."""

import json
from html import escape
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from ext.mends import signs_with_formulas
from ext.quizzes.sealing import sealed

NOTE = "Answers need JavaScript, which is switched off."


class quiz_node(nodes.General, nodes.Element):
    """The questions of one page."""


class question_node(nodes.General, nodes.Element):
    """One question: name, kind, number; description (JSON); fields, the names of the numbers to be typed."""


class asked_node(nodes.General, nodes.Inline, nodes.TextElement):
    """What is asked."""


class choice_node(nodes.General, nodes.Inline, nodes.TextElement):
    """One answer to choose from; index."""


class feedback_node(nodes.General, nodes.Inline, nodes.TextElement):
    """What is said to an answer; answer."""


def visit_quiz(self: Any, node: quiz_node) -> None:
    self.body.append(f'<div class="gd-quizzes"><noscript><p class="gd-quiz-note">{NOTE}</p></noscript>\n')


def depart_quiz(self: Any, node: quiz_node) -> None:
    self.body.append("</div>\n")


def visit_question(self: Any, node: question_node) -> None:
    """A form, so that Enter checks; its button waits for the script, or Enter would load the page anew."""
    name = escape(node["name"])
    self.body.append(
        f'<gd-quiz data-quiz="{name}" data-kind="{node["kind"]}"><form novalidate autocomplete="off"><fieldset>'
    )


def depart_question(self: Any, node: question_node) -> None:
    self.body.append(
        f'<div class="gd-quiz-actions">{_fields(node)}<button type="submit" disabled>Check</button></div></fieldset>'
        '<div class="gd-quiz-said" role="status"></div></form>'
    )
    description = json.loads(node["description"])
    description["feedback"] = [child["sealed"] for child in node.children if isinstance(child, feedback_node)]
    text = json.dumps(description, separators=(",", ":"))
    self.body.append(f'<script type="application/json">{text}</script></gd-quiz>\n')


def _fields(node: question_node) -> str:
    """The inputs for a number or for coordinates: text, since a reader may type 12,5 or 2/3."""
    names = node.get("fields", ["Your answer"] if node["kind"] == "number" else [])
    kind = "gd-quiz-number" if node["kind"] == "number" else "gd-quiz-coordinate"
    wish = 'type="text" maxlength="60" autocapitalize="off" autocorrect="off" spellcheck="false"'
    hint = (
        '<span class="gd-quiz-hint">Click the map, or type the coordinates:</span>' if node["kind"] == "point" else ""
    )
    return hint + "".join(f'<label class="{kind}"><span>{escape(name)}</span><input {wish}></label>' for name in names)


def visit_asked(self: Any, node: asked_node) -> None:
    self.body.append(f'<legend><span class="gd-quiz-count">{node.parent["number"]}.</span> <span>')


def depart_asked(self: Any, node: asked_node) -> None:
    self.body.append("</span></legend>")


def visit_choice(self: Any, node: choice_node) -> None:
    kind = "radio" if node.parent["kind"] == "single" else "checkbox"
    name = escape(node.parent["name"])
    self.body.append(f'<label class="gd-quiz-choice"><input type="{kind}" name="{name}" value="{node["index"]}"><span>')


def depart_choice(self: Any, node: choice_node) -> None:
    self.body.append("</span></label>")


def visit_feedback(self: Any, node: feedback_node) -> None:
    """It is written like any other text, then taken out of the page again and sealed."""
    node["from"] = len(self.body)


def depart_feedback(self: Any, node: feedback_node) -> None:
    html = signs_with_formulas("".join(self.body[node["from"] :]))
    del self.body[node["from"] :]
    node["sealed"] = sealed(html, node.parent["name"], node["answer"])


def _nothing(self: Any, node: nodes.Element) -> None:
    """Elsewhere than on a page a question is its text."""


def _skip(self: Any, node: nodes.Element) -> None:
    raise nodes.SkipNode


def register(app: Sphinx) -> None:
    plain = (_nothing, _nothing)
    for kind, html in (
        (quiz_node, (visit_quiz, depart_quiz)),
        (question_node, (visit_question, depart_question)),
        (asked_node, (visit_asked, depart_asked)),
        (choice_node, (visit_choice, depart_choice)),
        (feedback_node, (visit_feedback, depart_feedback)),
    ):
        other = (_skip, None) if kind is feedback_node else plain
        app.add_node(kind, html=html, singlehtml=html, latex=other, text=other, man=other, texinfo=other)
