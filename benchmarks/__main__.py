"""Measure every row, print the table, and keep it in benchmarks/*.json: `make bench`.

.venv-bench/bin/python -m benchmarks            # all rows
.venv-bench/bin/python -m benchmarks drag race  # those whose name holds one of the words; nothing is kept
"""

import argparse
import sys
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import growth, machine, networks, reasons, rows, sweeps
from benchmarks.calm import Result, Watched, host
from tools import browser as system_browser
from tools.explorer_pages import GALLERY, explorer_pages, served

HERE = Path(__file__).resolve().parent
RESULTS, MACHINE = HERE / "results.json", HERE / "machine.json"
PATIENCE = 120.0
"""Seconds that all timings of one comparison wait, in all, for a host that keeps cores apart or shares them."""


def tell(words: str) -> None:
    """Where the measuring stands: one line that rewrites itself in a terminal, a line each in a log."""
    print(f"\r  {words:<77.77}" if sys.stdout.isatty() else f"  {words}", end="", flush=True)
    if not sys.stdout.isatty():
        print(flush=True)


Work = Callable[..., list[rows.Row]]


def plan(pages: dict[str, list[str]]) -> dict[str, Work]:
    """Every measurement by its name, in the table's order; each is called with a browser and the site's address."""
    from benchmarks import drags, explorers, maps  # they import Playwright: not before Chromium is known to be there

    amount = explorers.Amount()
    with_race = [name for name, kinds in pages.items() if "race" in kinds]
    place: dict[str, str] = {}
    for name in [*(name for name in pages if name == GALLERY), *with_race, *pages]:  # the gallery's, where it has it
        for kind in pages[name]:
            place.setdefault(kind, name)
    works: dict[str, Work] = {}
    if with_race:
        works["race"] = partial(explorers.race, page_names=with_race, amount=amount, tell=tell)
    loaded = telling(pages)
    for name in loaded:
        works[f"first answer {name}"] = partial(explorers.first_answer, page_name=name, amount=amount, tell=tell)
    for name in loaded:
        works[f"weight {name}"] = partial(explorers.weight, page_name=name, tell=tell)
    for kind in sorted(place):
        works[f"drag {kind}"] = partial(drags.dragged, page_name=place[kind], kind=kind, amount=amount, tell=tell)
    for way in maps.WAYS:
        works[f"map {way}"] = partial(maps.pictures, way=way, amount=amount, tell=tell)
    computed = sweeps.works() | networks.works()
    return works | {name: partial(_without_browser, work) for name, work in computed.items()}


def _without_browser(work: Callable[[sweeps.Tell], list[rows.Row]], *_: object) -> list[rows.Row]:
    return work(tell)


def telling(pages: dict[str, list[str]]) -> list[str]:
    """The pages that are loaded: the gallery, the start page, and for each kind the first page with it."""
    ordered = sorted(pages, key=lambda name: name == GALLERY)  # a chapter's page, where one has the kind
    first = {kind: name for name in reversed(ordered) for kind in pages[name]}
    wanted = {GALLERY, "index.html", *first.values()}
    return [name for name in pages if name in wanted]


def all_found(works: Mapping[str, Callable[[], Result]]) -> dict[str, Watched[Result]]:
    """What all works give, in their order. What failed, or was disturbed by the host, is measured again at the end.

    Of two measurements the one stands that was disturbed less. What fails twice is left out and costs no other work.
    """
    found: dict[str, Watched[Result]] = {}
    for name, work in works.items():
        try:
            found[name] = host.watched(work)
        except Exception as error:
            tell(f"{name} is tried again at the end, for it failed: {type(error).__name__}: {error}"[:300])
    for name in works:
        if name in found and not (disturbed := found[name].disturbed):
            continue
        if name in found:
            tell(f"{name} is measured again, for the host disturbed {disturbed} of its timings")
        try:
            again = host.watched(works[name])
            found[name] = min(found.get(name, again), again, key=lambda one: one.disturbed)
        except Exception as error:
            tell(f"{name} failed once more: {type(error).__name__}: {error}"[:300])
    return {name: found[name] for name in works if name in found}


def main(words: list[str]) -> int:
    pages = explorer_pages()
    program = system_browser.ensure()
    works = plan(pages)
    chosen = {name: work for name, work in works.items() if not words or any(word in name for word in words)}
    if not chosen:
        sys.exit(f"words: needed parts of {', '.join(works)}; got {' '.join(words)}")
    from playwright.sync_api import sync_playwright

    load, began = machine.load(), time.monotonic()
    if load > 0.5:
        print(f"Others are at work on this machine (load {load}); the numbers will say so.", flush=True)
    host.each, host.best = PATIENCE, machine.best_known(MACHINE)
    with served() as site, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=system_browser.ARGUMENTS)
        found = all_found({name: partial(work, chromium, site) for name, work in chosen.items()})
        browser = chromium.version
        chromium.close()
    measured = [
        reasons.explained(row, 0.0 if one.timings and not one.disturbed else load, machine.cores())
        for one in found.values()
        for row in one.given
    ]
    grown = all_found({} if words else {"growth": partial(growth.measure, tell)})
    every: dict[str, Watched[Any]] = {**found, **grown}
    described = machine.description(browser, load, host.seen, every)
    tell(f"done in {time.monotonic() - began:.0f} s")
    print(f"\n\n{machine.words(described)}\n\n{rows.table(measured)}\n")
    if failed := [name for name in (*chosen, *([] if words else ["growth"])) if name not in every]:
        sys.exit(f"Failed twice, so benchmarks/results.json stays as it was: {', '.join(failed)}")
    if words:
        print("Only a part was measured, so benchmarks/results.json stays as it was.")
        return 0
    rows.write(measured, RESULTS)
    machine.write(described, MACHINE)
    growth.write(grown["growth"].given)
    print(f"{growth.words(grown['growth'].given)}\n")
    print(f"{sum(row.met for row in measured)} of {len(measured)} goals are met; benchmarks/*.json has them all.")
    return 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("words", nargs="*", help="measure only what has one of these in its name, and keep nothing")
    asked = parser.parse_args()
    try:
        sys.exit(main(asked.words))
    except KeyboardInterrupt:
        sys.exit("\nInterrupted; benchmarks/results.json is as it was.")
