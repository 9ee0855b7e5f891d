"""The table of errors end to end, on a small book: taken from the blocks, in the order of the book, at every build."""

import json
import re
import shutil
from html import unescape
from pathlib import Path

import pytest

from ext.claim_blocks import blocks, numbers
from tests.claims_machinery_test import CONF, REPOSITORY, Book

TOC = """# Book

```{toctree}
book/second
book/first
book/table
```
"""
TABLE = """(the-table)=
# Table

:::{errata}
For readers of the source.
:::

:::{error} rate
:right: Here is the end, see {doc}`first`.
**"It is 0.82."** So they say.
:::
"""
PAGES = {
    "second": """# Two *steps*

::::{note}
:::{error} count
:right: Each step has its `lr`, and $\\eta \\le 2$; {ref}`the table <the-table>` says so: all of it.
**"Any $\\eta > 2$ will do", or `lr=500`.** Or −1.5, or 10⁻⁶.
:::
::::
""",
    "first": """# One

:::{claim} rate
It is 0.82.
:::

:::{error} words
:right: "Never" is the word: not $10$ times, #so.
**"Always".** And more words.
:::

:::{error} count
:right: Once is the right form.
**Thrice: 500 …** and −1.5, and 10⁻⁶.
:::
""",
    "table": TABLE,
}


@pytest.fixture
def book(tmp_path: Path) -> Book:
    book = Book(tmp_path)
    book.write("conf.py", CONF.replace("html_theme_options", "html_copy_source = False\nhtml_theme_options"))
    book.write("index.md", TOC)
    for name, text in PAGES.items():
        book.write(f"book/{name}.md", text)
    return book


def rows(book: Book) -> list[list[str]]:
    """The table's cells as HTML."""
    (table,) = re.findall(r'<table class="[^"]*gd-errata[^"]*">.*?</table>', book.html("book/table"), re.DOTALL)
    found = [re.findall(r"<td>(.*?)</td>", row, re.DOTALL) for row in re.findall(r"<tr.*?</tr>", table, re.DOTALL)]
    return [cells for cells in found if cells]


def words(html: str) -> str:
    return unescape(re.sub(r"<[^>]+>", "", html)).strip()


def test_every_error_has_a_row_in_the_order_of_the_book(book: Book) -> None:
    assert book.warnings() == []
    found = rows(book)
    assert [[words(cell) for cell in row] for row in found] == [
        ["“Any \\(\\eta > 2\\) will do”, or lr=500.",
         "Each step has its lr, and \\(\\eta \\le 2\\); the table says so: all of it.", "Two steps\nchecked"],
        ["“Always”.", "“Never” is the word: not \\(10\\) times, #so.", "One\nchecked"],
        ["Thrice: 500 …", "Once is the right form.", "One\nchecked"],
        ["“It is 0.82.”", "Here is the end, see One.", "this page\nchecked"],
    ]  # fmt: skip
    assert 'class="math' in found[0][0]
    assert 'class="math' in found[0][1]
    assert "<em>steps</em>" in found[0][2]
    assert 'href="#the-table"' in found[0][1]  # a reference of another page, as seen from this one
    assert 'href="first.html"' in found[3][1]
    for row, line in zip(found, (8, 12, 8, 4), strict=True):
        assert f'href="{REPOSITORY}/blob/main/tests/claims_test.py#L{line}"' in row[2]


def test_each_row_leads_to_its_block_and_the_right_form_stands_in_the_table_alone(book: Book) -> None:
    assert book.build().returncode == 0
    links = [re.search(r'href="([^"#]*)#([\w-]+)"', row[2]) for row in rows(book)]
    addresses = [(link[1], link[2]) for link in links if link]
    assert addresses == [
        ("second.html", "error-count"), ("first.html", "error-words"), ("first.html", "error-count"), ("", "error-rate"),
    ]  # fmt: skip
    for page, anchor in addresses:
        html = book.html(f"book/{page.removesuffix('.html') or 'table'}")
        assert len(re.findall(rf'<div class="gd-error"[^>]*id="{anchor}"', html)) == 1
    for name, sentence in (("second", "says so"), ("first", "is the word"), ("first", "right form")):
        assert sentence not in book.html(f"book/{name}")
    assert "For readers" not in book.html("book/table")
    index = (book.folder / "_build" / "searchindex.js").read_text(encoding="utf-8")
    found = json.loads(index.removeprefix("Search.setIndex(").removesuffix(")"))
    holding = {term: found["terms"][term] for term in ("thrice", "onc")}
    first, table = (found["docnames"].index(f"book/{name}") for name in ("first", "table"))
    assert holding == {"thrice": [first, table], "onc": table}  # what a page does not show is not found there


def test_the_table_follows_a_page_that_changes_moves_comes_or_goes(book: Book) -> None:
    assert book.build().returncode == 0
    table = book.folder / "_build" / "book" / "table.html"
    table.write_text(book.html("book/table") + "as written", encoding="utf-8")
    assert book.build().returncode == 0
    assert book.html("book/table").endswith("as written")  # nothing has changed

    book.write("book/first.md", PAGES["first"].replace("Once", "Twice").replace("Always", "Often"))
    assert book.build().returncode == 0
    assert [words(row[0]) for row in rows(book)][1:3] == ["“Often”.", "Thrice: 500 …"]
    assert words(rows(book)[2][1]) == "Twice is the right form."

    book.write("index.md", TOC.replace("book/second\nbook/first\n", "book/first\nbook/third\n"))
    (book.folder / "book" / "second.md").unlink()
    book.write("book/third.md", PAGES["second"].replace("Two", "Three"))
    assert book.build().returncode == 0
    assert [words(row[2]).split("\n")[0] for row in rows(book)] == ["One", "One", "Three steps", "this page"]

    book.write("gdlib/new.py", '"""New."""\n')  # no claim is checked any more
    assert book.build().returncode == 0
    assert [words(row[2]).split("\n")[1] for row in rows(book)] == ["not checked"] * 4


def test_pages_read_side_by_side_give_the_same_table(book: Book) -> None:
    names = [f"more{n}" for n in range(8)]
    for name in names:
        book.write(f"book/{name}.md", PAGES["first"].replace("# One", f"# The {name}"))
    book.write("index.md", TOC.replace("book/table", "\n".join(["book/table", *(f"book/{name}" for name in names)])))
    assert book.build("-j", "1").returncode == 0
    alone = book.html("book/table")
    shutil.rmtree(book.folder / "_build")
    answer = book.build("-j", "2")
    assert answer.returncode == 0, answer.stderr
    assert book.html("book/table") == alone
    assert len(rows(book)) == 4 + 2 * len(names)
    book.write("book/more3.md", PAGES["first"].replace("Thrice", "Four times"))
    assert book.build("-j", "2").returncode == 0
    assert [words(row[0]).startswith("Four") for row in rows(book)].count(True) == 1


FAULTS = {
    "**Wrong.** And why.": "error words: it needs the right form",
    ":right: None of the 12.\n**Wrong.** And why.": "`:right:` has a number outside formulas (12)",
    ":right: It is $2$ or 0.9².\n**Wrong.** And why.": "(0.9²: a power belongs in a formula",
    ":right: None.\nWrong, **and** why.": "error words: it needs to begin with the wrong form in bold",
    ":right: None.\n- **Wrong**": "error words: it needs to begin with the wrong form in bold",
    ":wright: None.\n**Wrong.** And why.": "in bold; it needs the right form",
    ":right:\n**Wrong.** And why.": "error words: it needs the right form",
}


def test_a_block_without_its_two_forms_is_told_at_every_build(book: Book) -> None:
    body, lines = "# One\n\n", []
    for fault in FAULTS:
        lines.append(1 + body.count("\n"))
        body += f":::{{error}} words\n{fault}\n:::\n\n"
    book.write("book/first.md", body)
    first, again = book.warnings(), book.warnings()
    for line, told in zip(lines, FAULTS.values(), strict=True):
        assert any(f"{book.folder}/book/first.md:{line}: WARNING: " in one and told in one for one in first), told
    assert first == again
    assert len(first) == len(FAULTS)
    assert book.build("-W", "--keep-going").returncode == 1
    assert [words(row[2]).split("\n")[1] for row in rows(book)] == [
        "checked"
    ] * 9  # the numbers are proved all the same


def test_the_right_form_is_no_part_of_what_is_proved() -> None:
    (block,) = blocks(":::{error} a\n:right: Not $1$, 2 or 3.\n**Wrong** is 4.\n:::\n")
    assert [number.text for number in numbers(block.body)] == ["4"]
