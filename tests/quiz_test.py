"""Quizzes from the directive to the answer in a browser: every question of the book, by mouse, keys, touch and typing."""

import functools
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Dialog, Locator, Page, expect

from ext.quizzes.questions import read
from ext.quizzes.sealing import answer_hash, cell, sealed
from tests.conftest import ROOT, Watch, serve
from tools.serve import HOST, Handler

NAMES = sorted(path.stem for path in (ROOT / "book" / "quizzes").glob("*.json"))
# What a page's script does with an answer is the same on every page: four pages hold all kinds of questions.
TELLING = ("convexity", "stationary-points", "what-optimisation-is", "quickprop")
QUESTIONS = {
    one["id"]: one for name in NAMES for one in json.loads((ROOT / f"book/quizzes/{name}.json").read_text("utf-8"))
}
LONG = "a-name-so-long-that-its-hash-is-made-of-more-than-one-block-of-sixty-four-bytes"
OWN = [
    {
        "id": LONG,
        "kind": "single",
        "question": "Which is *Greek*: $\\alpha$ or `a`?",
        "choices": [
            {"text": "$\\alpha$", "correct": True, "feedback": "Yes: ἄλφα, “the first” – $\\alpha$."},
            {"text": "`a`", "correct": False, "feedback": "No, see {doc}`/index`."},
        ],
    },
    {
        "id": "two-places",
        "kind": "point",
        "question": "Where is a minimum?",
        "picture": {"objective": "x**4 - 2*x**2 + y**2", "window": [[-2, 2], [-1, 1]]},
        "answer": {"values": [[-1, 0], [1, 0]], "tolerance": 0.2},
        "feedback": {
            "right": "Yes.",
            "wrong": "No.",
            "near": [{"value": [0, 0], "tolerance": 0.2, "feedback": "A saddle."}],
        },
    },
]
CONF = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
extensions = ["myst_parser", "ext.quizzes"]
myst_enable_extensions = ["amsmath", "colon_fence", "dollarmath"]
root_doc = "index"
html_theme = "basic"
html_static_path = [{str(ROOT / "assets")!r}]
html_css_files = ["descent.css"]
html_favicon = {str(ROOT / "assets" / "favicon.svg")!r}
html_sidebars = {{"**": []}}
mathjax_path = "vendor/mathjax/tex-chtml.js"
suppress_warnings = ["config.cache", "toc.not_included"]
"""


def make_book(folder: Path, quizzes: dict[str, str], asked: list[str]) -> None:
    """A book with a page for each quiz that is asked for."""
    (folder / "book" / "quizzes").mkdir(parents=True)
    (folder / "conf.py").write_text(CONF, encoding="utf-8")
    (folder / "index.md").write_text("# Book\n", encoding="utf-8")
    for name, text in quizzes.items():
        (folder / "book" / "quizzes" / f"{name}.json").write_text(text, encoding="utf-8")
    for name in asked:
        page = f"---\norphan: true\n---\n# Page\n\n:::{{quiz}} {name}\nA notebook shows this.\n:::\n"
        (folder / "book" / f"{name}.md").write_text(page, encoding="utf-8")


def build(folder: Path, *options: str, to: str = "html") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "sphinx", "-b", to, "-q", *options, ".", "_build"]
    environment = {**os.environ, "NO_COLOR": "1", "PYTHONWARNINGS": "ignore"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All quizzes of the book and one of these tests' own, built without a warning."""
    folder = tmp_path_factory.mktemp("quizzes")
    texts = {name: (ROOT / f"book/quizzes/{name}.json").read_text("utf-8") for name in NAMES}
    make_book(folder, {**texts, "own": json.dumps(OWN)}, [*NAMES, "own"])
    answer = build(folder, "-W")
    assert answer.returncode == 0, answer.stderr
    return folder / "_build"


@functools.cache
def html_of(built: Path, name: str) -> str:
    return (built / "book" / f"{name}.html").read_text(encoding="utf-8")


# ------------------------------------------------------------------ the directive


def test_a_quiz_that_cannot_be_asked_is_a_warning_and_fails_a_strict_build(tmp_path: Path) -> None:
    make_book(tmp_path, {"bad": "[]"}, ["bad", "typo"])
    answer = build(tmp_path, "-W", "--keep-going", to="dummy")
    assert answer.returncode != 0
    first, second = [line for line in answer.stderr.splitlines() if "WARNING" in line]
    assert re.search(r"bad\.md:6: WARNING: quiz bad: a list of questions is needed", first)
    assert re.search(r"typo\.md:6: WARNING: quiz typo: there is no book/quizzes/typo\.json; known are bad", second)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "Expecting property name"),
        ("[]", "a list of questions is needed"),
        ('[{"id": "q", "kind": "single", "question": "?"}]', "question q: 'choices' is missing"),
        ('[{"id": "q", "kind": "essay", "question": "?"}]', "question q: kind: one of single, multiple"),
        (
            '[{"id": "q", "kind": "single", "question": "?", "choices": [{"text": "a", "correct": false, "feedback": "b"}]}]',
            "question q: choices: one that is correct is needed",
        ),
        ('["?"]', "question '\\?': "),
    ],
)
def test_a_faulty_file_is_refused_with_a_word_on_where(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "bad.json").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=words):
        read(tmp_path / "bad.json")


def test_only_pages_that_ask_load_what_answers(built: Path) -> None:
    assert "quiz.js" in html_of(built, "own")
    assert "quiz.js" not in (built / "index.html").read_text("utf-8")
    assert "A notebook shows this" not in html_of(built, "own")


def test_a_cell_is_what_lies_within_its_reach() -> None:
    for centre, reach in ((96, 0.5), (-1, 0.001), (0.04, 0.0004), (0, 0.25), (1e6, 3.0)):
        origin, width, index = cell(centre, reach)
        assert 0 <= origin < width * (1 + 1e-9)
        assert (centre - 0.99 * reach - origin) // width == index
        assert (centre + 0.99 * reach - origin) // width == index
        assert (centre + 1.01 * reach - origin) // width == index + 1
        assert (centre - 1.01 * reach - origin) // width == index - 1


def test_the_origin_of_a_grid_does_not_tell_the_cell() -> None:
    assert len({cell(centre, 0.001)[0] for centre in (-9, 0, 3, 32, 96, 785, 4590)}) == 1


def test_what_is_sealed_opens_by_its_own_answer_only() -> None:
    closed = sealed("Yes: 2 · 3.", "q", "1")
    assert closed != sealed("Yes: 2 · 3.", "q", "2") != sealed("Yes: 2 · 3.", "r", "2")
    assert answer_hash("q", "1") != answer_hash("r", "1")


@pytest.mark.parametrize("name", NAMES)
def test_the_source_of_a_page_gives_no_answer_away(built: Path, name: str) -> None:
    html = html_of(built, name)
    for one in (question for question in QUESTIONS.values() if question["page"] == name):
        element = re.search(rf'<gd-quiz data-quiz="{one["id"]}".*?</gd-quiz>', html, re.S)
        assert element
        assert not re.search(r"\b(correct|right|wrong|near|value)\b\"", element[0])
        for text in feedback_texts(one):
            assert not [piece for piece in pieces(text) if len(piece) > 12 and piece in html]
        described = json.loads(re.search(r'<script type="application/json">(.*?)</script>', element[0])[1])  # type: ignore[index]
        assert set(described) <= {"answers", "cells", "feedback", "frame", "window"}
        assert described["answers"] == sorted(described["answers"])
        assert all(re.fullmatch("[0-9a-f]{16}", one) for one in described["answers"])


def feedback_texts(question: dict[str, Any]) -> Iterator[str]:
    yield from (choice["feedback"] for choice in question.get("choices", ()))
    feedback = question.get("feedback", {})
    yield from (feedback[key] for key in ("right", "wrong") if key in feedback)
    yield from (near["feedback"] for near in feedback.get("near", ()))


def pieces(text: str) -> list[str]:
    """The words of a text between its formulas and marks, as the page prints them."""
    return [part.strip() for part in re.split(r"\$[^$]*\$|`[^`]*`|\*", text.replace("'", "’")) if part.strip(" .,:;")]


# ------------------------------------------------------------------ in the browser


@pytest.fixture(scope="session")
def quizzes(built: Path) -> Iterator[str]:
    server = serve(built, Handler)
    yield f"http://{HOST}:{server.server_address[1]}/"
    server.shutdown()
    server.server_close()


class Sheet:
    """A page of quizzes in a browser."""

    def __init__(self, page: Page, address: str, name: str) -> None:
        self.page = page
        page.goto(f"{address}book/{name}.html")
        page.evaluate("document.documentElement.dataset.theme = 'light'")
        page.wait_for_function('[...document.querySelectorAll("gd-quiz")].every((one) => one.dataset.ready === "true")')
        page.evaluate("window.MathJax?.startup?.promise")

    def quiz(self, name: str) -> Locator:
        return self.page.locator(f'gd-quiz[data-quiz="{name}"]')

    def said(self, name: str) -> str:
        """What is said after a check; waits until something is."""
        status = self.quiz(name).get_by_role("status")
        expect(status).not_to_be_empty()
        return " ".join(status.inner_text().split())

    def check(self, name: str) -> str:
        self.quiz(name).get_by_role("button", name="Check").click()
        return self.said(name)

    def write(self, name: str, *texts: str) -> str:
        for place, text in enumerate(texts):
            self.quiz(name).locator("input").nth(place).fill(text)
        return self.check(name)


@pytest.fixture
def sheet(tab: Watch, quizzes: str) -> Iterator[Any]:
    """Opens pages of quizzes; whatever went wrong on them by the end fails the test."""
    yield functools.partial(Sheet, tab.page, quizzes)
    assert tab.troubles == []


def says(said: str, feedback: str, right: bool) -> None:
    assert ("Not right:" not in said and "Right:" in said) if right else "Not right:" in said
    for piece in pieces(feedback):
        assert piece in said


@pytest.mark.browser
@pytest.mark.parametrize(
    "page", [pytest.param(name, marks=() if name in TELLING else pytest.mark.slow) for name in NAMES]
)
def test_every_answer_of_every_question_gets_its_own_feedback(sheet: Any, page: str) -> None:
    opened = sheet(page)
    for name, one in QUESTIONS.items():
        if one["page"] != page:
            continue
        if one["kind"] in ("single", "multiple"):
            for index, choice in enumerate(one["choices"]):
                box = opened.quiz(name).locator("input").nth(index)
                box.check()
                says(opened.check(name), choice["feedback"], choice["correct"])
                if one["kind"] == "multiple":
                    box.uncheck()
        else:
            feedback, answer = one["feedback"], one["answer"]
            told = [(value, feedback["right"], True) for value in answer.get("values", [answer.get("value")])]
            told += [(near["value"], near["feedback"], False) for near in feedback.get("near", ())]
            told.append(([1234.5] * 2 if one["kind"] == "point" else 1234.5, feedback["wrong"], False))
            for value, text, right in told:
                coordinates = value if isinstance(value, list) else [value]
                says(opened.write(name, *map(str, coordinates)), text, right)


@pytest.mark.browser
def test_all_of_several_right_choices_are_needed_and_no_other(sheet: Any) -> None:
    opened, name = sheet("convexity"), "cv-which-are-classification"
    boxes = opened.quiz(name).get_by_role("checkbox")
    assert opened.check(name) == "Choose an answer first."
    boxes.nth(0).check()
    assert "something is missing" in opened.check(name)
    boxes.nth(1).check()
    said = opened.check(name)
    assert "Not yet" in said
    assert said.index("Right: Tell whether an image") < said.index("Not right: Predict tomorrow’s highest temperature")
    boxes.nth(1).uncheck()
    boxes.nth(2).check()
    boxes.nth(4).check()
    said = opened.check(name)
    assert "That is all of them." in said
    assert "Not right" not in said


@pytest.mark.browser
def test_a_wrong_answer_can_be_followed_by_another(sheet: Any) -> None:
    opened, name = sheet("backpropagation"), "bp-one-unit"
    assert opened.write(name, "32").startswith("Not right: That is the weighted sum")
    opened.quiz(name).locator("input").fill("9")
    expect(opened.quiz(name).get_by_role("status")).to_be_empty()  # it was said to another answer
    assert opened.write(name, "96").startswith("Right:")


@pytest.mark.browser
def test_a_number_may_be_written_in_many_ways(sheet: Any) -> None:
    opened, name = sheet("backpropagation"), "bp-one-unit"
    for text in (
        "96",
        " 96 ",
        "+96",
        "96.0",
        "96,0",
        "9.6e1",
        "9,6E+1",
        "0.96e2",
        "192/2",
        "192 / 2",
        "288,0/3",
        "96.0009",
        "96.",
    ):
        assert opened.write(name, text).startswith("Right:"), text
    opened, name = sheet("what-optimisation-is"), "wo-turned-over"
    for text in ("-9", "−9", "–9", "-18/2", "18/-2"):
        assert "what the program reports" in opened.write(name, text), text


@pytest.mark.browser
def test_what_is_no_number_gets_a_sentence(sheet: Any) -> None:
    opened, name = sheet("backpropagation"), "bp-one-unit"
    dialogs: list[str] = []

    def heard(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    opened.page.on("dialog", heard)
    unread = "could not be read as a number"
    for text, words in {
        "": "Write a number first.",
        "   ": "Write a number first.",
        "ninety-six": unread,
        "0x60": unread,
        "96;alert(1)": unread,
        "<img src=x onerror=alert(1)>": unread,
        "1,000.5": unread,
        "192//2": unread,
        "384/2/2": unread,
        "/": unread,
        "Infinity": unread,
        "NaN": unread,
        "96e": unread,
        "1/0": "below its line",
        "0/0": "below its line",
        "1e999": "too large",
        "1e300/1e-300": "too large",
    }.items():
        said = opened.write(name, text)
        assert words in said, text
        assert "ight:" not in said
        assert opened.quiz(name).locator("input").get_attribute("aria-invalid") == "true"
    for text in ("1e308", "-1e308", "9" * 60, "1e-320", "96" + "0" * 58):  # numbers, and wrong ones
        assert opened.write(name, text).startswith("Not right:"), text
    assert opened.quiz(name).locator("input").get_attribute("aria-invalid") is None
    opened.page.remove_listener("dialog", heard)
    assert dialogs == []


@pytest.mark.browser
def test_the_tolerance_belongs_to_the_right_answers(sheet: Any) -> None:
    opened, name = sheet("gradient-descent"), "gd-largest-step"
    for text, right in {"2/50": True, "0.0396": True, "0.0404": True, "0.03959": False, "0.04041": False}.items():
        assert opened.write(name, text).startswith("Right:") == right, text


@pytest.mark.browser
def test_keys_alone_are_enough(sheet: Any) -> None:
    opened = sheet("what-optimisation-is")
    keyboard = opened.page.keyboard

    def tab_to(name: str, selector: str) -> None:
        """Formulas take part in the order too: they can be explored by keys."""
        for _ in range(30):
            keyboard.press("Tab")
            if opened.quiz(name).locator(f"{selector}:focus").count():
                return
        pytest.fail(f"{selector} of {name} is out of the keyboard's reach")

    opened.quiz("wo-turned-over").locator("input").focus()
    keyboard.type("9")
    keyboard.press("Enter")
    assert opened.said("wo-turned-over").startswith("Right:")
    tab_to("wo-too-far", "input")
    keyboard.press("Space")
    keyboard.press("ArrowDown")
    keyboard.press("ArrowDown")
    tab_to("wo-too-far", "button")
    keyboard.press("Enter")
    assert opened.said("wo-too-far").startswith("Right:")
    tab_to("wo-find-the-saddle", ".gd-quiz-ring")  # in the middle of the map
    for _ in range(10):
        keyboard.press("ArrowLeft")
    keyboard.press("Shift+ArrowLeft")
    keyboard.press("ArrowUp")
    inputs = opened.quiz("wo-find-the-saddle").locator("input")
    assert float(inputs.nth(0).input_value()) == pytest.approx(-1.32, abs=0.03)
    assert float(inputs.nth(1).input_value()) == pytest.approx(0.064, abs=0.01)
    keyboard.press("ArrowRight")
    keyboard.press("ArrowRight")
    assert opened.check("wo-find-the-saddle").startswith("Right:")


def place_on(opened: Sheet, name: str, point: tuple[float, float]) -> tuple[float, float]:
    """Where on the screen a point of a map lies, found from the axes' printed numbers, not from what the page computes."""
    box = opened.quiz(name).locator(".gd-quiz-map").bounding_box()
    assert box is not None
    ticks = opened.page.evaluate(
        """(name) => [...document.querySelectorAll(`gd-quiz[data-quiz="${name}"] svg text`)].map((one) => {
          const { x, y, width, height } = one.getBoundingClientRect();
          return [one.textContent.replace("−", "-"), x + width / 2, y + height / 2];
        })""",
        name,
    )
    numbers = [(float(text), x, y) for text, x, y in ticks if re.fullmatch(r"-?[\d.]+", text)]
    foot = max(y for _, _, y in numbers)
    across = [(at, x) for at, x, y in numbers if abs(y - foot) < 3]
    up = [(at, y) for at, _, y in numbers if abs(y - foot) >= 3]

    def on(ticks: list[tuple[float, float]], at: float) -> float:
        (a, x), (b, y) = ticks[0], ticks[-1]
        return x + (at - a) / (b - a) * (y - x)

    # A tick's minus sign moves the middle of its text a little to the right of the tick.
    return on([tick for tick in across if tick[0] >= 0], point[0]), on(up, point[1])


@pytest.mark.browser
def test_a_click_on_the_map_writes_its_coordinates(sheet: Any) -> None:
    opened, name = sheet("own"), "two-places"
    inputs = opened.quiz(name).locator("input")
    ring = opened.quiz(name).locator(".gd-quiz-ring")
    assert ring.evaluate("(ring) => getComputedStyle(ring).opacity") == "0"
    for point, words in (
        ((-1, 0), "Right: Yes."),
        ((1, 0), "Right: Yes."),
        ((0, 0), "A saddle."),
        ((1.5, 0.5), "Not right: No."),
    ):
        opened.quiz(name).locator(".gd-quiz-map").scroll_into_view_if_needed()
        x, y = place_on(opened, name, point)
        opened.page.mouse.click(x, y)
        assert [float(inputs.nth(k).input_value()) for k in (0, 1)] == pytest.approx(point, abs=0.03)
        box = ring.bounding_box()
        assert (box["x"] + 22, box["y"] + 22) == pytest.approx((x, y), abs=3)
        assert ring.evaluate("(ring) => getComputedStyle(ring).opacity") == "1"
        assert words in opened.check(name)
    inputs.nth(0).fill("-1")  # typing moves the ring
    inputs.nth(1).fill("0,5")
    box, (x, y) = ring.bounding_box(), place_on(opened, name, (-1, 0.5))
    assert (box["x"] + 22, box["y"] + 22) == pytest.approx((x, y), abs=3)


@pytest.mark.browser
def test_a_finger_taps_the_map_and_finds_large_controls(chromium: Browser, quizzes: str) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    opened, name = Sheet(context.new_page(), quizzes, "convexity"), "cv-lowest-place"
    opened.quiz(name).locator(".gd-quiz-map").scroll_into_view_if_needed()
    opened.page.touchscreen.tap(*place_on(opened, name, (2, 1)))
    assert opened.check(name).startswith("Right:")
    small = opened.page.evaluate(
        """() => [...document.querySelectorAll("gd-quiz button, gd-quiz .gd-quiz-choice, gd-quiz input[type=text]")]
          .map((one) => one.getBoundingClientRect().height).filter((height) => height < 43.5)"""
    )
    assert small == []
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= 390
    context.close()


@pytest.mark.browser
def test_formulas_in_feedback_are_typeset_and_links_lead_on(sheet: Any) -> None:
    opened = sheet("own")
    opened.quiz(LONG).get_by_role("radio").nth(0).check()
    assert "ἄλφα, “the first” –" in opened.check(LONG)
    expect(opened.quiz(LONG).get_by_role("status").locator("mjx-container")).to_have_count(1)
    opened.quiz(LONG).get_by_role("radio").nth(1).check()
    opened.check(LONG)
    assert opened.quiz(LONG).get_by_role("status").locator("a").get_attribute("href") == "../index.html"


@pytest.mark.browser
@pytest.mark.parametrize("page", ["what-optimisation-is", "convexity"])  # all kinds are among them
def test_nothing_moves_when_the_quizzes_start(context: BrowserContext, quizzes: str, page: str) -> None:
    boxes = """() => [...document.querySelectorAll("gd-quiz, gd-quiz input, gd-quiz button[type=submit]")].map((one) => {
      const { x, y, width, height } = one.getBoundingClientRect();
      return [x, y, width, height];
    })"""
    still = context.new_page()
    still.route("**/quiz.js*", lambda route: route.abort())
    still.goto(f"{quizzes}book/{page}.html")
    still.evaluate("window.MathJax.startup.promise")
    still.evaluate("document.documentElement.dataset.theme = 'light'")
    assert still.locator("gd-quiz[data-ready]").count() == 0
    assert still.evaluate(boxes) == Sheet(context.new_page(), quizzes, page).page.evaluate(boxes)


@pytest.mark.browser
def test_without_javascript_and_in_print_the_questions_stand(chromium: Browser, quizzes: str) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{quizzes}book/what-optimisation-is.html")
    assert page.locator("noscript p").is_visible()  # Playwright finds no words in it
    assert "Answers need JavaScript" in page.locator("noscript p").inner_text()
    assert page.get_by_text("You look for the largest value").is_visible()
    assert page.get_by_text("Nobody can count them.").is_visible()
    assert page.locator("gd-quiz svg").first.is_visible()
    assert not page.get_by_role("button", name="Check").first.is_visible()
    context.close()
    context = chromium.new_context()
    printed = Sheet(context.new_page(), quizzes, "what-optimisation-is").page
    printed.emulate_media(media="print")
    assert printed.get_by_text("Nobody can count them.").is_visible()
    assert not printed.locator('gd-quiz button[type="submit"]').first.is_visible()
    context.close()


@pytest.mark.browser
def test_a_page_opened_from_a_disk_answers_too(context: BrowserContext, built: Path) -> None:
    opened = Sheet(context.new_page(), f"{built.as_uri()}/", "backpropagation")
    assert opened.write("bp-one-unit", "96").startswith("Right:")


@pytest.mark.browser
def test_a_question_that_cannot_start_says_so_and_harms_no_other(context: BrowserContext, quizzes: str) -> None:
    page = context.new_page()

    def spoil(route: Any) -> None:
        text = route.fetch().text()
        route.fulfill(
            body=text.replace(
                '<script type="application/json">{"answers"', '<script type="application/json">{answers', 1
            )
        )

    page.route("**/own.html", spoil)
    page.goto(f"{quizzes}book/own.html")
    page.wait_for_selector('gd-quiz[data-ready="error"]')
    assert page.locator("gd-quiz").nth(0).get_by_text("could not start").is_visible()
    assert page.locator("gd-quiz").nth(1).get_attribute("data-ready") == "true"


@pytest.mark.browser
@pytest.mark.parametrize("look", ["light", "dark"])
@pytest.mark.parametrize("page", ["what-optimisation-is", "convexity"])
def test_quizzes_bar_nobody_before_and_after_an_answer(sheet: Any, page: str, look: str) -> None:
    opened = sheet(page)
    opened.page.evaluate("(look) => { document.documentElement.dataset.theme = look; }", look)
    opened.page.add_style_tag(content="body { background: var(--gd-paper); color: var(--gd-ink); }")
    for answered in (False, True):
        if answered:
            for name in (name for name, one in QUESTIONS.items() if one["page"] == page):
                inputs = opened.quiz(name).locator("input")
                if QUESTIONS[name]["kind"] in ("single", "multiple"):
                    inputs.nth(1).check()
                else:
                    opened.write(name, *["1"] * inputs.count())
                opened.check(name)
        found = (
            Axe().run(opened.page, context="gd-quiz", options={"resultTypes": ["violations"]}).response["violations"]
        )
        assert [(one["id"], one["nodes"][0]["html"][:150]) for one in found] == []
