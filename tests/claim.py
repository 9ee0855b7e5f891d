"""Mark a test as the proof of a claim: `@claim("hb-rate")` on a test that returns the numbers it proved, in order.

The numbers are what a page types inside `:::{claim} hb-rate` (or `:::{error}`); a claim without numbers returns [].
`make claims` collects them into book/claims.json. In every other run a test fails that proves something else than
the committed file says for this very state of gdlib, the claim tests and what these read.
"""

import math
import numbers
from collections.abc import Callable, Sequence
from functools import cache, wraps
from pathlib import Path
from typing import Any

from ext import claim_ledger

ROOT = Path(__file__).resolve().parent.parent


def claim(name: str) -> Callable[[Callable[..., Sequence[float]]], Callable[..., None]]:
    """The decorator. The test's own assertions prove; what it returns is what was proved."""
    if not isinstance(name, str) or not name or name.split() != [name]:
        raise ValueError(f"claim: needs an id without blanks, got {name!r}")

    def mark(test: Callable[..., Sequence[float]]) -> Callable[..., None]:
        @wraps(test)
        def prove(*args: Any, **kwargs: Any) -> None:
            prove.proved = proved(test(*args, **kwargs), test.__name__)
            if not prove.recording:
                compare(name, prove.proved)

        prove.claim = name
        prove.proved = None
        prove.recording = False  # `make claims` sets it: it is about to write what this run proves
        return prove

    return mark


def proved(returned: Any, test: str) -> list[int | float]:
    """What a test returned, as plain numbers.

    Raises TypeError or ValueError if it is no list of finite numbers.
    """
    if not isinstance(returned, list | tuple):
        raise TypeError(
            f"{test}: a claim's test returns a list of the numbers it proved, got {type(returned).__name__}"
        )
    plain: list[int | float] = []
    for number in returned:
        if isinstance(number, bool) or not isinstance(number, numbers.Real):
            raise TypeError(f"{test}: a claim's numbers are real numbers, got {type(number).__name__} {number!r}")
        if not math.isfinite(number):
            raise ValueError(f"{test}: a claim's numbers are finite, got {number!r}")
        plain.append(int(number) if isinstance(number, numbers.Integral) else float(number))
    return claim_ledger.rounded(plain)


def compare(name: str, now: list[int | float]) -> None:
    """Fail if book/claims.json, where it speaks of this very state, says something else than was proved now."""
    committed = as_committed()
    if committed is None:
        return
    assert name in committed, f"book/claims.json has no {name!r}: run `make claims`"
    before = committed[name].numbers
    if not claim_ledger.same(before, now):
        from tools.claims import settled, typed_in  # reads every page, so only where it matters

        assert settled(before, now, typed_in(ROOT, name)), (
            f"book/claims.json says {before}, this test proves {now}: run `make claims`"
        )


@cache
def as_committed() -> dict[str, claim_ledger.Proof] | None:
    """The committed proofs if they claim to hold for gdlib, the claim tests and what these read as they are now."""
    ledger = claim_ledger.load(ROOT)
    return dict(ledger.proofs) if ledger and ledger.state == claim_ledger.state_of(ROOT) else None
