"""Claims end to end, on a small book: every way a claim can be wrong is told, and what is right is marked."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ext.claim_ledger import Ledger, Proof, load, state_of

ROOT = Path(__file__).resolve().parent.parent
REPOSITORY = "https://example.org/owner/book"
CONF = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
extensions = ["myst_parser", "ext.claims", "ext.whole_site"]
myst_enable_extensions = ["amsmath", "colon_fence", "dollarmath"]
root_doc = "index"
include_patterns = ["index.md", "book/*.md"]
html_theme = "basic"
html_sourcelink_suffix = ""
html_theme_options = {{"repository_url": {REPOSITORY!r}, "repository_branch": "main"}}
suppress_warnings = ["config.cache", "toc.not_included"]
"""
TESTS = """
from tests.claim import claim

@claim("rate")
def test_rate():
    return [0.818182]

@claim("count")
def test_count():
    return [500, -1.5, 1e-6]

@claim("words")
def test_words():
    return []

@claim("broken")
def test_broken():
    assert False
    return [1]
"""
INDEX = """# Book

:::{claim} rate
The rate is **0.82** where $x = 7$.
:::

::::{admonition} Inside
:::{error} words
:right: Right is a `float64` with $\\eta \\le 2$: none of them.
**Wrong, with $\\eta > 2$:** three of them, in `float64`.
:::
::::

```{claim} count
After 500 steps it is −1.5 to within 10⁻⁶.
```
"""
RIGHT = ":right: None of them.\n"
PROVED = {
    "rate": Proof("tests/claims_test.py::test_rate", 4, [0.818182]),
    "count": Proof("tests/claims_test.py::test_count", 8, [500, -1.5, 1e-6]),
    "words": Proof("tests/claims_test.py::test_words", 12, []),
    "broken": Proof("tests/claims_test.py::test_broken", 16, None),
}


class Book:
    """A book in a folder of its own: pages, a library, a claim test and a ledger."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("gdlib", "tests", "book"):
            (folder / name).mkdir()
        self.write("conf.py", CONF)
        self.write("gdlib/__init__.py", '"""A library."""\n')
        self.write("tests/__init__.py", '"""Tests."""\n')
        shutil.copy(ROOT / "tests" / "claim.py", folder / "tests")
        self.write("tests/claims_test.py", TESTS)
        self.write("index.md", INDEX)
        self.write_ledger()

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, encoding="utf-8")

    def write_ledger(self, state: str | None = None) -> None:
        self.write("book/claims.json", Ledger(state or state_of(self.folder), PROVED).text())

    def claims(self, body: str) -> "Book":
        """Put a page with these claims beside the index."""
        self.write("book/page.md", f"---\norphan: true\n---\n# Page\n\n{body}")
        return self

    def build(self, *options: str) -> subprocess.CompletedProcess[str]:
        """What `sphinx-build` answers; warnings stand in its stderr."""
        command = [sys.executable, "-m", "sphinx", "-b", "html", "-q", *options, ".", "_build"]
        environment = {**os.environ, "NO_COLOR": "1", "PYTHONWARNINGS": "ignore"}
        return subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False)

    def warnings(self) -> list[str]:
        """The warnings of a build, without the theme's word on options it does not know."""
        answer = self.build()
        assert answer.returncode == 0, answer.stderr
        return [line for line in answer.stderr.splitlines() if "WARNING" in line and "theme option" not in line]

    def html(self, name: str = "index") -> str:
        return (self.folder / "_build" / f"{name}.html").read_text(encoding="utf-8")


@pytest.fixture
def book(tmp_path: Path) -> Book:
    return Book(tmp_path)


def test_what_is_proved_is_marked_and_linked_to_its_test(book: Book) -> None:
    assert book.warnings() == []
    html = book.html()
    for kind, name, line in (("claim", "rate", 4), ("claim", "count", 8), ("error", "words", 12)):
        block = re.search(rf'<div class="gd-{kind}"[^>]*data-{kind}="{name}".*?</div>', html, re.DOTALL)
        assert block, f"{name} is not in the page"
        address = f'href="{REPOSITORY}/blob/main/tests/claims_test.py#L{line}"'
        assert 'class="gd-checked"' in block[0]
        assert address in block[0]
    assert "not checked" not in html


def test_every_wrong_claim_is_told_with_page_and_line(book: Book) -> None:
    """One build of all of them; each warning stands once, at its claim's own line."""
    wrong = {
        ":::{claim} rate\nThe rate is 0.83.\n:::": "claim rate: 0.83 is typed where the test proves 0.818182",
        ":::{claim} count\nAfter 501 steps it is −1.5 to within 1e-6.\n:::": "501 is typed where the test proves 500",
        ":::{claim} count\nAfter 500 steps it is 1.5 to within 1e-6.\n:::": "1.5 is typed where the test proves -1.5",
        ":::{claim} count\nAfter 500 steps it is -1.5.\n:::": "2 numbers are typed (500, -1.5), the test proves 3",
        ":::{claim} count\nAfter -1.5 and 1e-6 came 500.\n:::": "500 is typed where the test proves 1e-06",
        ":::{claim} rate\nThe rate is $0.82$.\n:::": "0 numbers are typed (none), the test proves 1 (0.818182)",
        f":::{{error}} words\n{RIGHT}**There** are 3.\n:::": "error words: 1 number is typed (3), the test proves 0 (none)",
        ":::{claim} nobody\nThe answer is 42.\n:::": "claim nobody: no test proves it",
        ":::{claim} broken\nIt is 1.\n:::": "claim broken: its test tests/claims_test.py::test_broken did not pass",
        ":::{claim} rate\nIt is 0.9².\n:::": "claim rate: 0.9²: a power belongs in a formula",
    }
    body, expected = "", []
    for block, words in wrong.items():
        expected.append((6 + body.count("\n"), words))
        body += block + "\n\n"
    warnings = book.claims(body).warnings()
    assert len(warnings) == len(expected), "\n".join(warnings)
    for line, words in expected:
        place = f"{book.folder}/book/page.md:{line}: WARNING: "
        told = [warning for warning in warnings if place in warning and words in warning]
        assert told, f"line {line}: {words!r} is not among {warnings}"
    assert book.html("book/page").count('class="gd-unchecked"') == len(wrong)
    assert 'class="gd-checked"' not in book.html("book/page")


def test_a_wrong_claim_fails_under_w_at_the_second_build_too(book: Book) -> None:
    """Sphinx forgets the warnings of pages that it does not read again; these are made anew."""
    book.claims(":::{claim} rate\nThe rate is 0.83.\n:::\n")
    assert book.build().returncode == 0
    again = book.build("-W", "--keep-going")
    assert again.returncode == 1
    assert "0.83 is typed" in again.stderr


@pytest.mark.parametrize("change", ["library", "test", "ledger", "none"])
def test_a_changed_library_unmarks_every_claim_but_lets_readers_build(book: Book, change: str) -> None:
    book.write("conf.py", CONF.replace("html_theme_options", "unused"))  # for -W below
    assert book.build("-W").returncode == 0
    assert book.html().count('class="gd-checked"') == 3
    if change == "library":
        book.write("gdlib/new.py", '"""New."""\n')
    elif change == "test":
        book.write("tests/claims_test.py", TESTS.replace("500", "501"))
    elif change == "ledger":
        (book.folder / "book" / "claims.json").unlink()
    else:
        book.write("tests/other_test.py", "def test_nothing(): pass\n")  # proves no claim
    warnings = book.warnings()
    marked = 3 if change == "none" else 0
    assert len(warnings) == (0 if marked else 1), warnings
    assert book.html().count('class="gd-checked"') == marked
    assert book.html().count('<span class="gd-unchecked">not checked</span>') == 3 - marked
    assert book.build("-W", "--keep-going").returncode == (0 if marked else 1)
    book.write_ledger()  # what `make claims` would do
    assert book.build("-W").returncode == 0
    assert book.html().count('class="gd-checked"') == 3


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("gdlib/data.json", True),
        ("tests/claims_test.py", True),
        ("tests/helper.py", True),
        ("tests/deeper.py", True),  # which the helper imports
        ("tests/shapes/__init__.py", True),
        ("tests/shapes/round.py", True),
        ("tests/goldens/rows.py", True),
        ("tests/goldens/data/adam.json", True),
        ("tests/goldens/__pycache__/rows.pyc", False),
        ("tests/other.py", False),
        ("tests/other_test.py", False),
    ],
)
def test_the_state_is_of_all_that_the_claim_tests_read(book: Book, name: str, counts: bool) -> None:
    for folder in ("tests/shapes", "tests/goldens/data", "tests/goldens/__pycache__"):
        (book.folder / folder).mkdir(parents=True)
    for file in (name, "tests/shapes/__init__.py", "tests/shapes/round.py", "tests/deeper.py"):
        book.write(file, "")
    book.write("tests/helper.py", "from . import deeper\n")
    book.write("tests/claims_test.py", f"from tests import helper\nimport tests.shapes.round\n{TESTS}")
    before = state_of(book.folder)
    book.write(name, (book.folder / name).read_text(encoding="utf-8") + "\n")
    assert (state_of(book.folder) != before) == counts


# Ctrl-C while pages are written: book/page is, the index is not.
INTERRUPTED = """
def setup(app):
    def write(app, page, *rest):
        if page == "index":
            raise KeyboardInterrupt
    app.connect("html-page-context", write)
"""


def test_no_mark_outlives_a_build_that_was_interrupted_while_it_wrote(book: Book) -> None:
    book.claims(":::{claim} rate\nThe rate is 0.82.\n:::\n").warnings()
    book.write("gdlib/new.py", '"""New."""\n')  # no claim holds any longer
    book.write("conf.py", CONF + INTERRUPTED)
    assert book.build().returncode
    assert (book.html("book/page").count("gd-checked"), book.html().count("gd-checked")) == (0, 3)
    book.write("conf.py", CONF)
    book.warnings()
    assert (book.html().count("gd-checked"), book.html().count("gd-unchecked")) == (0, 3)
    written = (book.folder / "_build" / "index.html").stat().st_mtime_ns
    book.warnings()
    assert (book.folder / "_build" / "index.html").stat().st_mtime_ns == written  # once is enough


@pytest.mark.parametrize("interrupted", [False, True])
def test_a_page_that_is_gone_leaves_the_site_and_no_other_does(book: Book, interrupted: bool) -> None:
    book.write("book/gone.md", "---\norphan: true\n---\n# Gone\n")
    book.claims(":::{claim} rate\nThe rate is 0.82.\n:::\n").warnings()
    before = set((book.folder / "_build").rglob("*.*"))
    (book.folder / "book" / "gone.md").unlink()
    if interrupted:
        book.write("gdlib/new.py", '"""New."""\n')
        book.write("conf.py", CONF + INTERRUPTED)
        assert book.build().returncode
        book.write("conf.py", CONF)
    book.warnings()
    lost = before - set((book.folder / "_build").rglob("*.*"))
    assert {path.name for path in lost} == {"gone.html", "gone.md", "gone.doctree"}


def run_tool(book: Book, *words: str) -> tuple[int, list[str], str]:
    """tools/claims.py on the small book."""
    program = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); from pathlib import Path; from tools.claims import main; "
    )
    command = [sys.executable, "-c", program + f"sys.exit(main({list(words)!r}, Path.cwd()))"]
    answer = subprocess.run(command, cwd=book.folder, capture_output=True, text=True, check=False)
    return answer.returncode, answer.stdout.splitlines(), answer.stderr


def test_the_tool_prints_proves_and_writes(book: Book) -> None:
    book.write("tests/claims_test.py", TESTS[: TESTS.index('@claim("broken")')])
    (book.folder / "book" / "claims.json").unlink()
    status, lines, told = run_tool(book)
    assert lines == [
        "index.md\trate\ttests/claims_test.py::test_rate\tproved",
        "index.md\twords\ttests/claims_test.py::test_words\tproved",
        "index.md\tcount\ttests/claims_test.py::test_count\tproved",
    ]
    assert status == 0, told
    first = (book.folder / "book" / "claims.json").read_text(encoding="utf-8")
    ledger = load(book.folder)
    assert ledger is not None
    assert ledger.state == state_of(book.folder)
    assert ledger.proofs == {name: PROVED[name] for name in ("count", "rate", "words")}
    assert run_tool(book)[0] == run_tool(book, "--check")[0] == 0
    assert (book.folder / "book" / "claims.json").read_text(encoding="utf-8") == first
    assert book.warnings() == []


@pytest.mark.parametrize(
    ("spoil", "line", "words"),
    [
        (lambda book: None, "-\tbroken\ttests/claims_test.py::test_broken\tunproved", "no page makes this claim"),
        (
            lambda book: book.claims(":::{claim} broken\nIt is 1.\n:::"),
            "book/page.md\tbroken\ttests/claims_test.py::test_broken\tunproved",
            "its test did not pass",
        ),
        (
            lambda book: book.claims(f":::{{error}} nobody\n{RIGHT}**It** is 1.\n:::"),
            "book/page.md\tnobody\t-\tunproved",
            "no test is marked with this id",
        ),
        (
            lambda book: book.claims("::::{note}\n:::{claim} rate\nIt is 0.83.\n:::\n::::"),
            "book/page.md\trate\ttests/claims_test.py::test_rate\tunproved",
            "book/page.md: rate: line 7: 0.83 is typed where the test proves 0.818182",
        ),
        (
            lambda book: book.write("tests/more_claims_test.py", TESTS),
            "index.md\trate\ttests/claims_test.py::test_rate\tunproved",
            "2 tests bear this id",
        ),
        (
            lambda book: book.write("tests/more_claims_test.py", TESTS.replace('"rate"', '"spare"')),
            "-\tspare\ttests/more_claims_test.py::test_rate\tproved",
            "no page makes this claim",
        ),
    ],
)
def test_the_tool_fails_for_what_is_unproved_or_unused(
    book: Book, spoil: Callable[[Book], object], line: str, words: str
) -> None:
    spoil(book)
    status, lines, told = run_tool(book)
    assert status == 1
    assert line in lines
    assert words in told


def test_the_check_leaves_the_file_and_fails_when_it_is_old(book: Book) -> None:
    book.write("tests/claims_test.py", TESTS[: TESTS.index('@claim("broken")')])
    assert run_tool(book)[0] == 0
    before = (book.folder / "book" / "claims.json").read_text(encoding="utf-8")
    book.write("gdlib/__init__.py", '"""A library, changed."""\n')
    status, _, told = run_tool(book, "--check")
    assert status == 1
    assert "not what the tests prove now" in told
    assert (book.folder / "book" / "claims.json").read_text(encoding="utf-8") == before
