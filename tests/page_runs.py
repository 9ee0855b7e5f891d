"""Many runs in one call of a page: emitted modules are loaded once, paths come back as the bytes of their numbers."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from playwright.sync_api import Browser, Page

import gdlib as gd
from gdlib.emit.as_javascript import RUNNER

SET_UP = """async (runner) => {
  const load = (text) => import(URL.createObjectURL(new Blob([text], {type: "text/javascript"})));
  window.modules = {};
  window.runner = await load(runner);
  window.add = async (texts) => {
    for (const [key, text] of Object.entries(texts)) window.modules[key] = await load(text);
  };
  const named = (given) => given && {module: window.modules[given.module], settings: given.settings};
  window.walk = (jobs) => {
    const lengths = [], rows = [];
    for (const {f, rule, start, steps, settings, schedule, transform, noise} of jobs) {
      const options = {schedule: named(schedule), transform: named(transform), noise};
      const path = schedule || transform || noise
        ? window.runner.descend(window.modules[f], window.modules[rule], start, steps, settings, options)
        : window.runner.descend(window.modules[f], window.modules[rule], start, steps, settings);
      lengths.push(path.length);
      rows.push(...path.flat());
    }
    return [lengths, window.sent(rows)];
  };
  window.sent = (numbers) => {
    const bytes = new Uint8Array(new Float64Array(numbers).buffer);
    let text = "";
    for (let k = 0; k < bytes.length; k += 8192) text += String.fromCharCode(...bytes.subarray(k, k + 8192));
    return btoa(text);
  };
}"""


def numbers(text: str) -> np.ndarray:
    """What `window.sent` has sent."""
    return np.frombuffer(base64.b64decode(text), dtype="<f8")


class Runs:
    """A page that walks runs; a module is sent when a job first names it."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._sent: dict[str, str] = {}
        page.evaluate(SET_UP, RUNNER.read_text("utf-8"))

    def send(self, key: str, text: str) -> str:
        """The key under which jobs name the module."""
        if self._sent.get(key) != text:
            self._page.evaluate("(texts) => window.add(texts)", {key: text})
            self._sent[key] = text
        return key

    def walk(self, jobs: list[dict[str, Any]]) -> list[np.ndarray]:
        """The path of each job, shape (points, n)."""
        lengths, text = self._page.evaluate("(jobs) => window.walk(jobs)", jobs)
        flat, paths, begin = numbers(text), [], 0
        for job, length in zip(jobs, lengths, strict=True):
            n = len(job["start"])
            paths.append(flat[begin : begin + length * n].reshape(length, n))
            begin += length * n
        assert begin == len(flat)
        return paths

    def evaluate(self, body: str) -> np.ndarray:
        """The numbers of an expression that may use `modules` and `runner`."""
        return numbers(self._page.evaluate(f"() => window.sent([{body}].flat(9))"))


@contextmanager
def open_runs(chromium: Browser) -> Iterator[Runs]:
    """An empty page at work."""
    context = chromium.new_context()
    page = context.new_page()
    page.goto("about:blank")
    yield Runs(page)
    context.close()


def job(runs, f, rule, start=None, steps=500, schedule=None, transform=None, **settings):
    """What the page is told of a run, by the arguments of `descend`."""
    told = {"f": runs.send(f.name, gd.emit.javascript(f)), "rule": runs.send(rule.name, gd.emit.javascript(rule))}
    for name, given in (("schedule", schedule), ("transform", transform)):
        if given is not None:
            told[name] = {"module": runs.send(repr(given), gd.emit.javascript(given)), "settings": {}}
    return told | {"start": list(start or f.start), "steps": steps, "settings": settings}
