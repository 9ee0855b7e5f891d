"""What a page with explorers is told to fetch: the modules of its own kinds with all they import, and no others."""

import logging
import re
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any

import pytest

from ext import explorer_modules

TEXTS = {
    "mount.mjs": "const kind = await import(`./${kind}.mjs`);",
    "explorer.css": "",
    "race.mjs": 'import {\n  Board,\n} from "./board.mjs";\nimport { html } from "./elements.mjs";',
    "surface.mjs": 'import "./turning.mjs";\nexport { html } from "./elements.mjs";\n// as from "./race.mjs", but solid',
    "board.mjs": 'import { html } from "./elements.mjs";',
    "turning.mjs": 'import { surface } from "./surface.mjs";',
    "elements.mjs": "export const html = 1;",
}


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Path]:
    """Modules of two kinds that share some, in place of the library's."""
    for name, text in TEXTS.items():
        (tmp_path / name).write_text(text)
    found = {name: tmp_path / name for name in TEXTS}
    monkeypatch.setattr(explorer_modules, "modules", lambda: found)
    return found


def told(body: str) -> tuple[list[str], list[str]]:
    """The modules that a page with this body preloads, and all that it links."""
    linked: list[str] = []
    app: Any = SimpleNamespace(
        add_js_file=lambda name, **_: linked.append(name or "a script in the page"), add_css_file=linked.append
    )
    context = {"body": body, "metatags": "<meta>", "pathto": lambda name, _: f"../{name}"}
    with TemporaryDirectory() as app.outdir:
        explorer_modules.copy_modules(app)
        (folder,) = Path(app.outdir, "_static", "gd").iterdir()
        with pytest.MonkeyPatch.context() as patch:  # an edit while the pages are written
            patch.setattr(explorer_modules, "modules", dict)
            explorer_modules.load_modules(app, "page", "page.html", context, None)
        assert {name.split("/")[1] for name in linked if name.startswith("gd/")} <= {folder.name}
    assert context["metatags"].startswith("<meta>")
    return re.findall(r'<link rel="modulepreload" href="\.\./_static/gd/\w{10}/([\w.]+)"', context["metatags"]), linked


def test_a_page_is_told_of_all_that_its_kinds_import_and_of_nothing_else(files: dict[str, Path]) -> None:
    race = '<gd-explorer data-kind="race" style="--runs: 5"><script>{}</script></gd-explorer>'
    surface = '<gd-explorer class="wide"\n data-kind="surface">'
    assert told(race)[0] == ["board.mjs", "elements.mjs", "race.mjs"]
    assert told(race * 3)[0] == told(race)[0]
    assert told(surface)[0] == ["elements.mjs", "surface.mjs", "turning.mjs"]
    assert told(race + surface)[0] == ["board.mjs", "elements.mjs", "race.mjs", "surface.mjs", "turning.mjs"]
    linked = [name.rpartition("/")[2] for name in told(race)[1]]
    assert linked == ["mount.mjs", "explorer.css"]


def test_a_page_without_explorers_is_told_of_nothing(files: dict[str, Path]) -> None:
    assert told("<p>The element <code>&lt;gd-explorer data-kind=</code> …</p>") == ([], [])


def test_a_kind_that_no_module_draws_is_a_warning(files: dict[str, Path], caplog: pytest.LogCaptureFixture) -> None:
    logger = logging.getLogger("sphinx.ext.explorer_modules")
    logger.addHandler(caplog.handler)
    try:
        assert told('<gd-explorer data-kind="rase"><gd-explorer data-kind="surface">')[0][-1] == "turning.mjs"
    finally:
        logger.removeHandler(caplog.handler)
    assert "there is no module rase.mjs" in caplog.text


def test_another_build_of_the_modules_lies_elsewhere(files: dict[str, Path]) -> None:
    before = explorer_modules.version(files)
    files["board.mjs"].write_text("export const other = 1;")
    assert explorer_modules.version(files) != before


def test_every_import_of_the_librarys_modules_is_followed() -> None:
    files = explorer_modules.modules()
    for name, path in files.items():
        if name.endswith(".mjs"):
            written = set(re.findall(r"""["']\./([\w-]+\.mjs)["']""", path.read_text(encoding="utf-8")))
            assert written <= set(explorer_modules.needed([name], files)), name
