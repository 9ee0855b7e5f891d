"""The committed book/claims.json speaks of gdlib, the claim tests, what these read and the pages as they are now.

That each test proves the numbers in the file is compared where the test runs (tests/claim.py); here is the rest.
"""

import ast
from pathlib import Path

from ext import claim_ledger
from ext.claim_blocks import disagreements, numbers
from tools.claims import uses

ROOT = Path(__file__).resolve().parent.parent
LEDGER = claim_ledger.load(ROOT)


def marked() -> dict[str, str]:
    """Every id in `@claim("…")`, with its test, read from the test files without running them."""
    found: dict[str, str] = {}
    for file in claim_ledger.claim_tests(ROOT):
        tests = [node for node in ast.parse(file.read_text(encoding="utf-8")).body if isinstance(node, ast.FunctionDef)]
        for node in tests:
            for mark in node.decorator_list:
                if isinstance(mark, ast.Call) and isinstance(mark.func, ast.Name) and mark.func.id == "claim":
                    name = ast.literal_eval(mark.args[0])
                    assert name not in found, f"{name}: claimed by two tests"
                    found[name] = f"{file.relative_to(ROOT).as_posix()}::{node.name}"
    return found


def test_the_file_was_written_for_this_state() -> None:
    assert LEDGER is not None, "book/claims.json is missing: run `make claims`"
    now = claim_ledger.state_of(ROOT)
    assert LEDGER.state == now, (
        "gdlib, a claim test or what it reads has changed since book/claims.json was written: run `make claims`"
    )


def test_the_file_names_just_the_claim_tests() -> None:
    assert LEDGER is not None
    assert {name: proof.test for name, proof in LEDGER.proofs.items()} == marked()


def test_every_claim_of_a_page_is_proved_and_every_proof_is_used() -> None:
    assert LEDGER is not None
    found = list(uses(ROOT))
    assert {block.name for _, block in found} == set(LEDGER.proofs)
    for page, block in found:
        proved = LEDGER.proofs[block.name].numbers
        where = f"{page}:{block.line}: {block.name}"
        assert proved is not None, f"{where}: its test did not pass"
        assert disagreements(numbers(block.body), proved) == [], where


def test_the_file_is_written_one_way() -> None:
    assert LEDGER is not None
    assert (ROOT / claim_ledger.FILE).read_text(encoding="utf-8") == LEDGER.text()
