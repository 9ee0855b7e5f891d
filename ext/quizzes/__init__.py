"""The directive `{quiz}`: the questions of book/quizzes/<name>.json, answered in the page without a kernel.

The page holds each question whole, as a form; assets/quiz.js gives its button a meaning and nothing else, so that
nothing moves when it starts, and a page without JavaScript or on paper shows the questions. The directive's own text
is what a notebook shows in its place.
"""

import json
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from ext.quizzes import landscapes, pages
from ext.quizzes.questions import Question, read
from ext.quizzes.sealing import OTHERWISE, answer_hash, cell

logger = logging.getLogger(__name__)
FOLDER = Path("book", "quizzes")


class QuizDirective(SphinxDirective):
    """`:::{quiz} name` … `:::`"""

    required_arguments = 1
    has_content = True

    def run(self) -> list[nodes.Node]:
        name = self.arguments[0]
        file = Path(self.env.app.confdir) / FOLDER / f"{name}.json"
        self.env.note_dependency(str(file))
        try:
            if not file.is_file():
                known = ", ".join(sorted(path.stem for path in file.parent.glob("*.json"))) or "none"
                raise ValueError(f"there is no {FOLDER.as_posix()}/{name}.json; known are {known}")
            questions = read(file)
            asked = [self.question(number, one) for number, one in enumerate(questions, 1)]
        except ValueError as error:
            logger.warning("quiz %s: %s", name, error, type="quizzes", location=self.get_location())
            return []
        return [pages.quiz_node("", *asked)]

    def question(self, number: int, question: Question) -> nodes.Element:
        """The question as nodes: what is asked, what can be chosen or clicked, what is said to each answer."""
        node = pages.question_node(name=question.name, kind=question.kind, number=number)
        node += pages.asked_node("", "", *self.words(question.text))
        description: dict[str, Any] = {"answers": []}
        if question.landscape:
            drawn = landscapes.draw(question.landscape)
            node += nodes.raw("", f'<div class="gd-quiz-map">{drawn.html}</div>', format="html")
            description |= {"frame": drawn.frame, "window": question.landscape.window}
            node["fields"] = drawn.variables
        for index, choice in enumerate(question.choices):
            node += pages.choice_node("", "", *self.words(choice.text), index=index)
            node += pages.feedback_node("", "", *self.words(choice.feedback), answer=str(index))
            if choice.right:
                description["answers"].append(answer_hash(question.name, str(index)))
        description["cells"] = cells = []
        for index, target in enumerate(question.targets):
            origins, widths, indices = zip(*(cell(at, target.reach) for at in target.centre), strict=True)
            answer = f"{index}:{','.join(map(str, indices))}"  # each target has a grid of its own
            cells.append({"origin": origins, "width": widths, "hash": answer_hash(question.name, answer)})
            node += pages.feedback_node("", "", *self.words(target.feedback), answer=answer)
            if target.right:
                description["answers"].append(cells[-1]["hash"])
        if question.targets:
            node += pages.feedback_node("", "", *self.words(question.otherwise), answer=OTHERWISE)
        description["answers"].sort()  # else their order would be that of the choices
        node["description"] = json.dumps(description)
        return node

    def words(self, text: str) -> list[nodes.Node]:
        found, messages = self.state.inline_text(text, self.lineno)
        return [*found, *messages]


def load(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    """Only pages that ask something fetch what answers."""
    if doctree is not None and next(iter(doctree.findall(pages.quiz_node)), None) is not None:
        app.add_js_file("quiz.js", loading_method="defer")
        app.add_css_file("quiz.css")


def setup(app: Sphinx) -> dict[str, Any]:
    pages.register(app)
    app.add_directive("quiz", QuizDirective)
    app.connect("html-page-context", load)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
