"""Tables as CSV files: those that come, from whatever wrote them, and those that go out, to spreadsheets too."""

import csv
import html
import io
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from homework.course import UserError

# What a spreadsheet takes for the beginning of a formula, at the beginning of a cell, in some countries written wide;
# and behind a semicolon, which in others begins a cell of its own, whatever the quotes around it say.
BEGINS = "=+@-\uff1d\uff0b\uff20\uff0d"
FORMULA = re.compile(rf"(^|;\s*)(?=[{re.escape(BEGINS)}])")
BEHIND = re.compile(rf";[\s{re.escape(BEGINS)}]+")  # in HTML: what it becomes has semicolons too


def table(path: Path, needed: set[str], argument: str) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a CSV file, each with its line's number, by the small-letter names of the columns."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as problem:
        raise UserError(f"{argument}: needed a CSV file, came {path} ({problem.strerror})") from None
    except UnicodeDecodeError:
        raise UserError(f"{argument}: needed a CSV file in UTF-8, came {path} in another encoding") from None
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";" if first.count(";") > first.count(",") else ",")
    try:
        names = [column.strip().casefold() for column in next(reader, [])]
        if missing := needed - set(names):
            raise UserError(f"{argument} {path.name}: needed a column {', '.join(sorted(missing))}, came {names}")
        for row in reader:
            if any(cell.strip() for cell in row):
                yield reader.line_num, dict(zip(names, (cell.strip() for cell in row), strict=False))
    except csv.Error as problem:
        raise UserError(f"{argument} {path.name}, line {reader.line_num}: needed CSV; {problem}") from None


def text(rows: Iterable[Iterable[str]]) -> str:
    """CSV as RFC 4180 has it, UTF-8 without a mark at its beginning: neither Canvas nor Moodle needs one."""
    file = io.StringIO(newline="")
    csv.writer(file, lineterminator="\r\n").writerows([cell(said) for said in row] for row in rows)
    return file.getvalue()


def in_html(said: str) -> str:
    """A text as HTML that `cell` leaves as it is: what it would take for a formula is there by its number.

    >>> in_html("needs a<=b"), in_html("it's -1; =1+1")
    ('needs a&lt;&#61;b', 'it&#x27;s -1; &#61;1+1')
    """
    by_number = {ord(letter): f"&#{ord(letter)};" for letter in BEGINS}
    return BEHIND.sub(lambda found: found[0].translate(by_number), html.escape(said))


def cell(said: str) -> str:
    """A cell in which no spreadsheet finds a formula: an apostrophe before what would begin one.

    >>> cell("=1+1"), cell("a path;=1+1"), cell("-")
    ("'=1+1", "a path;'=1+1", '-')
    """
    said = "".join(letter if letter.isprintable() else " " for letter in said).strip()
    return said if said == "-" else FORMULA.sub(r"\1'", said)
