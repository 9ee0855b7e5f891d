"""A made-up rule, added as one function to its file: the race, the printed forms and the tests take it up at once."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

RULE = '''

@rule
def half_sign(theta, g, v, t, *, lr=0.01, beta=0.9, blend=0.5):
    """Mix the sign of the gradient into a decaying velocity.

    theta, g and v have one shape; t is the number of the step; returns theta, v.

    Source: polyak1964, in part; defaults: made up.

    >>> half_sign(1.0, 2.0, 0.5, 1, lr=0.125, beta=0.5, blend=0.5)  # v = 1/4 - (1/2 + 1)/8/(1/2), theta = 1 - 1/8
    (0.875, -0.125)
    """
    mixed = blend * np.sign(g) + (1 - blend) * g
    v = beta * v - lr * mixed / beta**t
    return theta + v, v
'''


@pytest.fixture(scope="module")
def checkout(tmp_path_factory) -> Path:
    """A copy of what the repository holds, in a path with a space, with the rule added and no other file touched."""
    copy = tmp_path_factory.mktemp("a copy") / "descent"
    for name in ("gdlib", "tests", "tools", "ext", "book", "pyproject.toml", "conftest.py", "_config.yml"):
        source = ROOT / name
        ignored = shutil.ignore_patterns("__pycache__", "*.pyc", "vendor")
        (shutil.copytree(source, copy / name, ignore=ignored) if source.is_dir() else shutil.copy(source, copy / name))
    with (copy / "gdlib" / "adaptive.py").open("a", encoding="utf-8") as file:
        file.write(RULE)
    return copy


def run(checkout: Path, *command: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(checkout), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, *command], cwd=checkout, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_it_is_registered_printed_and_offered_by_the_race(checkout):
    code = """
import json, gdlib as gd
from pathlib import Path
assert Path(gd.__file__).is_relative_to(Path.cwd())
rule = gd.rules.half_sign
assert [one.name for one in gd.rules if one.__module__ == "gdlib.adaptive"][-1] == "half_sign"
print(rule.equations)
print(gd.emit.python(rule), gd.emit.javascript((gd.objectives.bowl, rule)))
html = gd.explore(gd.objectives.bowl)._repr_mimebundle_()
html = html[0] if isinstance(html, tuple) else html
print(html["text/html"].count("half_sign"))
"""
    printed = run(checkout, "-c", code)
    assert r"\mathrm{blend}" in printed
    assert "function step(theta, g, v, t, {lr = 0.01" in printed
    assert int(printed.split()[-1]) > 0


def test_the_tests_take_it_up_and_say_that_it_has_no_outside_answer_yet(checkout):
    printed = run(
        checkout, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", "gdlib/adaptive.py",
        "tests/rules_test.py", "tests/emit_test.py", "tests/duck_array_test.py", "tests/goldens_test.py", "-k", "half_sign or unanswered or answer",
    )  # fmt: skip
    assert "no outside answer yet" in printed
    assert "half_sign" in printed
    assert "passed" in printed


def test_a_wrong_worked_step_fails(checkout):
    file = checkout / "gdlib" / "adaptive.py"
    right = file.read_text("utf-8")
    file.write_text(right.replace("(0.875, -0.125)", "(0.87, -0.12)"), "utf-8")
    try:
        with pytest.raises(AssertionError, match="1 failed"):
            run(checkout, "-m", "pytest", "-q", "-p", "no:cacheprovider", "gdlib/adaptive.py", "-k", "half_sign")
    finally:
        file.write_text(right, "utf-8")
