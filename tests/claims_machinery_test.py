"""Claims end to end, on a small book: every way a claim can be wrong is told, and what is right is marked."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ext.claim_blocks import blocks, disagreements, numbers
from ext.claim_ledger import Ledger, Proof, load, state_of
from tests.claim import claim, proved

ROOT = Path(__file__).resolve().parent.parent
REPOSITORY = "https://example.org/owner/book"
CONF = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
extensions = ["myst_parser", "ext.claims"]
myst_enable_extensions = ["amsmath", "colon_fence", "dollarmath"]
root_doc = "index"
include_patterns = ["index.md", "book/*.md"]
html_theme = "basic"
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
Wrong: three of them, $\\eta > 2$, in `float64`.
:::
::::

```{claim} count
After 500 steps it is −1.5 to within 10⁻⁶.
```
"""
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
        ":::{claim} count\nAfter 500 steps it is -1.5.\n:::": "2 numbers are typed (500, -1.5), the test proves 3 (500, -1.5, 1e-06)",
        ":::{claim} count\nAfter -1.5 and 1e-6 came 500.\n:::": "500 is typed where the test proves 1e-06",
        ":::{claim} rate\nThe rate is $0.82$.\n:::": "0 numbers are typed (none), the test proves 1 (0.818182)",
        ":::{error} words\nThere are 3.\n:::": "error words: 1 number is typed (3), the test proves 0 (none)",
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
        assert any(place in warning and words in warning for warning in warnings), (
            f"line {line}: {words} not among {warnings}"
        )
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
            lambda book: book.claims(":::{error} nobody\nIt is 1.\n:::"),
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


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("0.83, .5 and -1.5, −2", ["0.83", "0.5", "-1.5", "-2"]),
        ("1,000 steps, 1\u202f200 starts, 3, 500", ["1000", "1200", "3", "500"]),
        (
            "1e-6, 2.5E+3, 1e−3, 10⁻⁶, 10⁶, 3.2·10⁻⁶ and 3.2 × 10⁶",
            ["1e-6", "2500", "1e-3", "1e-6", "1e6", "3.2e-6", "3.2e6"],
        ),
        ("82 % or 82%", ["82", "82"]),
        ("2–3, 2-3, 1/3 and 5 - 3", ["2", "3", "2", "3", "1", "3", "5", "3"]),
        ("In 47. (0.5) ±0.1 **0.8** _2_ `lr=0.1` [9](http://a.b/3)", ["47", "0.5", "0.1", "0.8", "2", "0.1", "9"]),
        ("float64 x_2 H2O 1st 2-D 3D iteration-2 three $5$ {math}`7` {cite:p}`a2000` {ref}`sec-2`", []),
        ("<https://a.b/2024> ![5](x.svg)\n\n$$ 3 $$\n\n```{math}\n7\n```\n\n% 4\n\n1. one", []),
        ("\\begin{align} 5 \\end{align}\n\n| a | 4 |\n|---|---|\n| b | 6 |", ["4", "6"]),
    ],
)
def test_what_counts_as_a_typed_number(text: str, values: list[str]) -> None:
    assert [float(one.value) for one in numbers(text)] == [float(value) for value in values]


@pytest.mark.parametrize(
    ("typed", "number", "fits"),
    [
        ("0.82", 0.818182, True), ("0.83", 0.818182, False), ("0.8", 0.818182, True), ("0.8182", 0.818182, True),
        ("1", 0.818182, True), ("0.8180", 0.818182, False), ("500", 500, True), ("501", 500, False),
        ("1,000", 1000, True), ("1,000", 999, False), ("1e-6", 1.4e-6, True), ("1e-6", 1.6e-6, False),
        ("1.0e-6", 1.4e-6, False), ("10⁻⁶", 9.6e-7, True), ("-0.82", 0.818182, False), ("0.12", 0.125, True),
        ("0.13", 0.125, True), ("0", 1e-17, True), ("0.1", 0.05, True), ("0.0", 0.06, False),
    ],
)  # fmt: skip
def test_equal_means_rounded_to_the_digits_typed(typed: str, number: float, fits: bool) -> None:
    assert (disagreements(numbers(typed), [number]) == []) is fits


def test_blocks_are_found_where_they_stand() -> None:
    page = "# T\n\n:::{claim} a\nx\n:::\n\n- item\n\n  ```{error} b\n  1\n  ```\n"
    page += "\n```{code-cell}\n:::{claim} no\n:::\n```\n"
    assert [(one.kind, one.name, one.line) for one in blocks(page)] == [("claim", "a", 3), ("error", "b", 9)]


@pytest.mark.parametrize("returned", [None, 0.5, [True], ["0.5"], [float("nan")], [1j]])
def test_a_claim_test_returns_a_list_of_finite_numbers(returned: object) -> None:
    with pytest.raises((TypeError, ValueError), match=r"^test_x: a claim's"):
        proved(returned, "test_x")


def test_the_decorator_names_a_bad_id() -> None:
    with pytest.raises(ValueError, match="needs an id without blanks, got 'two words'"):
        claim("two words")


def test_the_book_reads_markdown_as_the_tool_does() -> None:
    """If the book's syntax grows, what is a formula may change, and the tool must follow."""
    import yaml

    from ext.claim_blocks import SYNTAX

    settings = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    assert sorted(settings["parse"]["myst_enable_extensions"]) == sorted(SYNTAX)
