"""`make claims`: run the tests that prove claims, print what is proved, and write book/claims.json.

    python -m tools.claims            # page, id, test, proved or unproved, separated by tabs
    python -m tools.claims --check    # the same, but leave the file alone and fail if it would change

The exit status is 1 if a claim of a page is unproved (no test, a test that fails, other numbers than those typed) or
if a test proves what no page says. What goes wrong is told on stderr.
"""

import contextlib
import sys
from collections import defaultdict
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from ext import claim_ledger
from ext.claim_blocks import Block, Typed, blocks, disagreements, numbers
from ext.claim_ledger import Ledger, Proof

ROOT = Path(__file__).resolve().parent.parent
Numbers = list[int | float] | None


@dataclass
class Collector:
    """A pytest plugin that runs the claim tests only and keeps what each proved."""

    root: Path
    found: dict[str, list[Proof]] = field(default_factory=lambda: defaultdict(list))

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        others = [item for item in items if not hasattr(getattr(item, "function", None), "claim")]
        items[:] = [item for item in items if item not in others]
        config.hook.pytest_deselected(items=others)
        for item in items:
            item.function.recording = True  # type: ignore[attr-defined]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: Any) -> Generator[None, Any, Any]:
        report = yield
        if report.when == "call" or report.failed or report.skipped:
            test = item.function  # type: ignore[attr-defined]
            file = item.path.relative_to(self.root).as_posix()
            where = f"{file}::{item.nodeid.partition('::')[2]}"
            proof = Proof(where, test.__wrapped__.__code__.co_firstlineno, test.proved if report.passed else None)
            known = [one for one in self.found[test.claim] if one.test != where]  # a failed clean-up undoes a proof
            self.found[test.claim] = [*known, proof]
        return report


@dataclass(frozen=True)
class Row:
    """A line of the table; `trouble` says on stderr why it is not in order."""

    page: str
    name: str
    test: str
    proved: bool
    trouble: str = ""

    def __str__(self) -> str:
        return "\t".join((self.page, self.name or "-", self.test, "proved" if self.proved else "unproved"))


def pages(root: Path) -> list[Path]:
    """Every page of the book."""
    return [page for page in [root / "index.md", *sorted((root / "book").rglob("*.md"))] if page.is_file()]


def uses(root: Path) -> Iterator[tuple[str, Block]]:
    """Every claim and error of every page, with the page."""
    for page in pages(root):
        for block in blocks(page.read_text(encoding="utf-8")):
            yield page.relative_to(root).as_posix(), block


def prove(root: Path) -> dict[str, list[Proof]]:
    """Run the claim tests; for each id the tests that claim it."""
    collector = Collector(root)
    files = claim_ledger.claim_tests(root)
    if files:
        options = ["-q", "--tb=short", "-p", "no:cacheprovider", "-o", "addopts=--import-mode=importlib"]
        with contextlib.redirect_stdout(sys.stderr):
            status = pytest.main([f"--rootdir={root}", *options, *map(str, files)], plugins=[collector])
        if status not in (
            pytest.ExitCode.OK,
            pytest.ExitCode.TESTS_FAILED,
            pytest.ExitCode.NO_TESTS_COLLECTED,
        ):
            raise SystemExit("The claim tests could not be run; pytest's words are above.")
    return collector.found


def table(found: list[tuple[str, Block]], proofs: dict[str, list[Proof]]) -> list[Row]:
    """One row for each claim on a page, then one for each test whose claim no page makes."""
    used = {block.name for _, block in found}
    rows = [_row(page, block, proofs.get(block.name, [])) for page, block in found]
    for name, of_name in sorted(proofs.items()):
        if name not in used:
            for proof in of_name:
                rows.append(Row("-", name, proof.test, proof.numbers is not None, "no page makes this claim"))
    return rows


def _row(page: str, block: Block, proofs: list[Proof]) -> Row:
    where = f"line {block.line}: "
    if not proofs:
        return Row(page, block.name, "-", False, where + "no test is marked with this id")
    if len(proofs) > 1:
        return Row(
            page,
            block.name,
            proofs[0].test,
            False,
            f"{where}{len(proofs)} tests bear this id; one must prove it alone",
        )
    (proof,) = proofs
    if proof.numbers is None:
        return Row(page, block.name, proof.test, False, where + "its test did not pass")
    try:
        wrong = disagreements(numbers(block.body), proof.numbers)
    except ValueError as error:
        wrong = [str(error)]
    return Row(page, block.name, proof.test, not wrong, where + "; ".join(wrong) if wrong else "")


def settled(old: Numbers, new: Numbers, typed: list[list[Typed]]) -> bool:
    """True if two runs proved the same: to the digits that machines share, or to those that every page prints."""
    if claim_ledger.same(old, new):
        return True
    fits = [not disagreements(one, numbers) for one in typed for numbers in (old, new) if numbers is not None]
    return len(fits) == 2 * len(typed) > 0 and all(fits)


def typed_in(root: Path, name: str) -> list[list[Typed]]:
    """What each page that makes the claim types."""
    return [numbers(block.body) for _, block in uses(root) if block.name == name]


def ledger_of(root: Path, proofs: dict[str, list[Proof]], old: Ledger | None) -> Ledger:
    """What is to be committed; a number that only another machine changes stays as it was."""
    entries = {}
    for name, of_name in proofs.items():
        new = of_name[0] if len(of_name) == 1 else Proof(of_name[0].test, of_name[0].line, None)
        before = old.proofs.get(name) if old else None
        if before and settled(before.numbers, new.numbers, typed_in(root, name)):
            new = replace(new, numbers=before.numbers)
        entries[name] = new
    return Ledger(claim_ledger.state_of(root), entries)


def main(words: list[str], root: Path = ROOT) -> int:
    if words not in ([], ["--check"]):
        print(f"unknown argument {words[0]!r}; there is --check only", file=sys.stderr)
        return 2
    proofs = prove(root)
    rows = table(list(uses(root)), proofs)
    for row in rows:
        print(row)
    troubles = [row for row in rows if row.trouble]
    for row in troubles:
        print(f"{row.page}: {row.name or '(no id)'}: {row.trouble}", file=sys.stderr)
    file = root / claim_ledger.FILE
    text = ledger_of(root, proofs, claim_ledger.load(root)).text()
    changed = not file.is_file() or file.read_text(encoding="utf-8") != text
    if changed and words:
        print(f"{claim_ledger.FILE} is not what the tests prove now: run `make claims`", file=sys.stderr)
    elif changed:
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="\n")
    return 1 if troubles or (changed and words) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
