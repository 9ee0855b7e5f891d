"""The explorers as a reader has them, in Chromium: redraws, first answers, bytes, and frames under a dragged slider."""

import gzip
import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, CDPSession, Locator, Page

import gdlib as gd
from benchmarks.rows import Row, against_limit, digits, rounded

ROOT = Path(__file__).resolve().parent.parent
RACE = 'gd-explorer[data-kind="race"]'
WINDOW = {"width": 1280, "height": 800}

RACED = ("gradient_descent", "momentum", "nesterov", "rmsprop", "adam")
LANDSCAPE, START, STEPS = "rosenbrock", (-1.2, 1.0), 1000
REDRAWN_WITHIN, ANSWERS_WITHIN, WEIGHS_AT_MOST = 16.0, 1000.0, 150.0  # ms, ms, kB: the design's goals
MOMENTUM_PAGE = 841.0  # kB of script; stated by the design, from that page's public sources, and not measured here

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Amount:
    """How much is measured: the benchmark's own, or a little of it in a test."""

    runs: int = 5
    redraws: int = 60
    seconds: float = 3.0


@contextmanager
def opened(browser: Browser, address: str) -> Iterator[Page]:
    """A page in a profile of its own, whose cache is empty."""
    context = browser.new_context(viewport=WINDOW)
    try:
        page = context.new_page()
        page.goto(address)
        yield page
    finally:
        context.close()


def started(page: Page, kind: str, index: int = 0) -> Locator:
    """The explorer of a kind, in view and ready."""
    one = page.locator(f'gd-explorer[data-kind="{kind}"]').nth(index)
    one.scroll_into_view_if_needed()
    one.and_(page.locator('[data-ready="true"]')).wait_for(timeout=10_000)
    return one


# ------------------------------------------------------------------ redraws

# From the assignment until style, layout and paint of the next frame are done: a message that is posted in a frame's
# last callback arrives after them. The state is not read in between, for that would compute the paths early.
REDRAWS = """async (element, { objective, start, steps, rules, times }) => {
  element.state = { objective, start, steps, rules: rules.map((name) => ({ name })) };
  const frame = () => new Promise((next) => requestAnimationFrame(next));
  await frame();
  await frame();
  const whole = [], own = [];
  new PerformanceObserver((list) => {
    for (const { name, duration } of list.getEntries()) if (name === "gd-race") own.push(duration);
  }).observe({ entryTypes: ["measure"] });
  for (let k = 1; k <= times; k += 1) {
    await frame();
    whole.push(await new Promise((done) => {
      let began = 0;
      requestAnimationFrame(() => { began = performance.now(); });
      const before = performance.now();
      element.state = { start: [start[0] + k / 1024, start[1]] };
      const assigned = performance.now() - before;
      requestAnimationFrame(() => {
        const channel = new MessageChannel();
        channel.port1.onmessage = () => done(assigned + performance.now() - began);
        channel.port2.postMessage(0);
      });
    }));
  }
  await frame();
  return { whole, own };
}"""


SPENT = {"ScriptDuration": "script", "RecalcStyleDuration": "style", "LayoutDuration": "layout"}


def spent(session: CDPSession) -> dict[str, float]:
    """Seconds of the page's main thread so far, by what they went into, as Chromium counts them."""
    counted = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    return {word: counted[name] for name, word in SPENT.items()}


TAKES = """(element, { objective, rules }) => {
  try {
    element.state = { objective, rules: rules.map((name) => ({ name })) };
  } catch {
    return false;
  }
  return true;
}"""


def offering(browser: Browser, site: str, page_names: list[str]) -> tuple[str, int]:
    """The first race that takes this landscape and these rules, for a race offers what its page is about."""
    for name in page_names:
        with opened(browser, site + name) as page:
            for place in range(page.locator(RACE).count()):
                if started(page, "race", place).evaluate(TAKES, {"objective": LANDSCAPE, "rules": RACED}):
                    return name, place
    raise RuntimeError(f"race: needed one that offers {', '.join(RACED)} on {LANDSCAPE}; {page_names} have none")


def race(browser: Browser, site: str, page_names: list[str], amount: Amount, tell: Tell) -> list[Row]:
    """Five rules over a thousand steps, computed and drawn again for another start."""
    page_name, place = offering(browser, site, page_names)
    middles, first = [], []
    parts: dict[str, list[float]] = {word: [] for word in SPENT.values()}
    asked = {"objective": LANDSCAPE, "start": START, "steps": STEPS, "rules": RACED, "times": amount.redraws}
    for run in range(amount.runs):
        tell(f"race of {len(RACED)} rules, run {run + 1} of {amount.runs}")
        with opened(browser, site + page_name) as page:
            element = started(page, "race", place)
            session = page.context.new_cdp_session(page)
            session.send("Performance.enable")
            before = spent(session)
            found = element.evaluate(REDRAWS, asked)
            for word, seconds in spent(session).items():
                parts[word].append(1000 * (seconds - before[word]) / amount.redraws)
            if len(found["own"]) < amount.redraws:
                raise RuntimeError(f"race: needed {amount.redraws} redraws marked gd-race, got {len(found['own'])}")
            same_paths(element.evaluate("(one) => one.state"))
        first.append(found["whole"][0])
        warm = found["whole"][len(found["whole"]) // 6 :]  # a reader drags through many; the compiler has seen some
        middles.append(statistics.median(warm))
    shares = ", ".join(f"{word} {digits(statistics.median(times))}" for word, times in parts.items())
    note = (
        f"in a redraw on average: {shares} ms, the rest paint; "
        f"the first redraw after the page's start {digits(statistics.median(first))} ms; "
        f"medians of {amount.redraws} redraws on {page_name}, each run on a fresh page; paths equal gd.descend's"
    )
    work = f"in-page race of {len(RACED)} rules × {STEPS} steps, recomputed and redrawn"
    return [against_limit(work, REDRAWN_WITHIN, "ms", middles, note)]


def same_paths(state: Any) -> None:
    """The same work first: every point that the page computed is gdlib's, bit for bit."""
    for one in state["rules"]:
        run = gd.descend(
            gd.objectives[state["objective"]],
            gd.rules[one["name"]],
            state["start"],
            steps=state["steps"],
            **one["hyperparameters"],
        )
        if len(run.path) != STEPS + 1:
            raise RuntimeError(f"race: needed {STEPS} steps of {one['name']}, got {len(run.path) - 1}: {run.reason}")
        if run.path.tolist() != state["paths"][one["id"]]:
            raise RuntimeError(f"race: the page's path of {one['name']} is not gd.descend's, so nothing is compared")


# ------------------------------------------------------------------ first answers

# The reader's clock starts with the navigation; an explorer below the window is scrolled to as soon as it exists.
ANSWERED = """() => {
  const look = new MutationObserver(() => {
    const first = document.querySelector("gd-explorer");
    if (first && !window.gdSought) {
      window.gdSought = true;
      first.scrollIntoView({ block: "center", behavior: "instant" });
    }
    if (first?.dataset.ready === "true") {
      window.gdAnswered ??= performance.now();
      look.disconnect();
    }
  });
  look.observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-ready"] });
}"""


def first_answer(browser: Browser, site: str, page_name: str, amount: Amount, tell: Tell) -> list[Row]:
    """From the navigation until the first explorer of a page answers, with an empty cache."""
    times = []
    for run in range(amount.runs):
        tell(f"first answer on {page_name}, load {run + 1} of {amount.runs}")
        context = browser.new_context(viewport=WINDOW)
        page = context.new_page()
        page.add_init_script(f"({ANSWERED})()")
        page.goto(site + page_name, wait_until="commit")
        page.wait_for_function("window.gdAnswered", timeout=20_000)
        times.append(page.evaluate("window.gdAnswered"))
        context.close()
    note = "cold loads from this machine: a new profile with an empty cache each"
    return [against_limit(f"first explorer answers: {page_name}", ANSWERS_WITHIN, "ms", times, note)]


# ------------------------------------------------------------------ bytes

DESCRIPTIONS = """() => [...document.querySelectorAll("gd-explorer > script, gd-quiz > script")]
  .map((one) => one.textContent)"""


EXPLORERS = "/gd/"  # the build puts modules together there, under names that no source has


def own_files(root: Path = ROOT) -> set[str]:
    """The names of scripts and styles that this repository writes, and no one else."""
    folders = ("assets", "ext", "gdlib")
    files = (path for folder in folders for path in (root / folder).rglob("*"))
    return {path.name for path in files if path.suffix in {".js", ".mjs", ".css"} and "vendor" not in path.parts}


def weight(browser: Browser, site: str, page_name: str, tell: Tell) -> list[Row]:
    """What a page really loads of our own script and style, its explorers' and quizzes' descriptions included."""
    tell(f"bytes of {page_name}")
    own, taken = own_files(), {}
    context = browser.new_context(viewport=WINDOW)
    page = context.new_page()

    def keep(answer: Any) -> None:
        address = answer.url.partition("?")[0]
        if (address.rpartition("/")[2] in own or EXPLORERS in address) and answer.ok:
            taken[address] = answer

    page.on("response", keep)
    page.goto(site + page_name)
    for one in page.locator("gd-explorer").all():
        one.scroll_into_view_if_needed()
        one.and_(page.locator('[data-ready="true"]')).wait_for(timeout=10_000)
    page.wait_for_load_state("networkidle")
    bodies = [answer.body() for answer in taken.values()]
    inline = [text.encode() for text in page.evaluate(DESCRIPTIONS)]
    context.close()
    files, described = compressed(bodies), compressed([b"".join(inline)] if inline else [])
    total, plain = files + described, sum(map(len, bodies + inline)) / 1000
    note = (
        f"{digits(total)} kB: {len(bodies)} files {digits(files)} kB, descriptions in the page {digits(described)} kB, "
        f"gzip; uncompressed {digits(plain)} kB; the ratio is to the uncompressed; the peer's number is cited from the "
        "design, was not measured here, and counts script alone"
    )
    ratio = rounded(MOMENTUM_PAGE / plain)
    return [
        Row(
            work=f"own script and style: {page_name}",
            peer="Distill’s page on momentum, 841 kB of script (cited)",
            ratio=ratio,
            goal=f"at most {digits(WEIGHS_AT_MOST)} kB compressed",
            met=total <= WEIGHS_AT_MOST,
            spread=(ratio, ratio),
            note=note,
        )
    ]


def compressed(parts: list[bytes]) -> float:
    """Together in kB, each compressed by itself as hosts do it."""
    return sum(len(gzip.compress(part, compresslevel=6)) for part in parts) / 1000
