"""What executes again: all pages after a change of the library, none after a change of words."""

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from ext import freshness
from tests.conftest import ROOT


def sphinx(folder: Path) -> str:
    words = [sys.executable, "-m", "sphinx", "-q", "-W", "-b", "html", ".", "_build/html"]
    run = subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    assert run.returncode == 0, run.stderr
    return (folder / "_build" / "html" / "index.html").read_text()


def test_a_change_of_the_library_executes_the_pages_again_and_nothing_else_does(tmp_path: Path) -> None:
    header = "---\nfile_format: mystnb\nkernelspec: {name: python3, display_name: Python 3}\n---\n\n# Page\n\n"
    (tmp_path / "index.md").write_text(header + "```{code-cell}\nimport gdlib\ngdlib.say()\n```\n")
    (tmp_path / "conf.py").write_text(
        f"import sys\nsys.path.insert(0, {str(ROOT)!r})\nextensions = ['myst_nb', 'ext.freshness']\n"
        "nb_execution_mode = 'cache'\nexclude_patterns = ['_build']\n"
    )
    (tmp_path / "requirements.txt").write_text("numpy==1\n")
    library = tmp_path / "gdlib" / "__init__.py"
    library.parent.mkdir()
    # each execution leaves a mark, so that a page taken from the cache can be told from one executed again
    code = "def say():\n    print({!r})\n    open({!r}, 'a').write('x')\n"
    library.write_text(code.format("forty-one", str(tmp_path / "executions")))
    assert "forty-one" in sphinx(tmp_path)
    (tmp_path / "index.md").write_text((tmp_path / "index.md").read_text() + "\nMore words.\n")
    assert "More words" in sphinx(tmp_path)
    assert (tmp_path / "executions").read_text() == "x"
    library.write_text(code.format("forty-two", str(tmp_path / "executions")))
    text = sphinx(tmp_path)
    assert "forty-two" in text
    assert "forty-one" not in text


def test_the_fingerprint_knows_sources_data_and_pins_but_not_leavings(tmp_path: Path) -> None:
    (tmp_path / "gdlib" / "__pycache__").mkdir(parents=True)
    (tmp_path / "requirements.txt").write_text("numpy==1\n")
    seen = [freshness.fingerprint(tmp_path)]
    for name, text in [
        ("gdlib/a.py", "1"),
        ("gdlib/a.py", "2"),
        ("gdlib/d.npz", ""),
        ("requirements.txt", "numpy==2\n"),
    ]:
        (tmp_path / name).write_text(text)
        seen.append(freshness.fingerprint(tmp_path))
    assert len(set(seen)) == len(seen)
    (tmp_path / "gdlib" / "__pycache__" / "a.pyc").write_text("")
    assert freshness.fingerprint(tmp_path) == seen[-1]


def test_old_execution_caches_are_dropped(tmp_path: Path) -> None:
    (tmp_path / "gdlib").mkdir()
    (tmp_path / "requirements.txt").write_text("")
    app: Any = SimpleNamespace(outdir=tmp_path / "_build" / "html", confdir=tmp_path)
    config: Any = SimpleNamespace()
    for number in range(2 * freshness.KEPT):
        (tmp_path / "requirements.txt").write_text(str(number))
        freshness.choose_cache(app, config)
    kept = list((tmp_path / "_build" / ".jupyter_cache").iterdir())
    assert len(kept) == freshness.KEPT
    assert Path(config.nb_execution_cache_path) in kept
