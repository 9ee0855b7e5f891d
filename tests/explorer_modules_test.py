"""What a page with explorers is told to fetch: the files of its own kinds with all they import, and no others."""

import logging
import re
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any

import pytest

from ext import explorer_modules
from ext.bundles import MANY, bundles, fetched

KINDS = {
    f"kind-{k}.mjs": f'import {{ html }} from "./elements.mjs";\nexport default html({k});\n' for k in range(1, MANY)
}
TEXTS = {
    "mount.mjs": "const kind = await import(`./${kind}.mjs`);",
    "race.mjs": 'import {\n  Board,\n} from "./board.mjs";\nimport { html as made } from "./elements.mjs";\n'
    "export default new Board(made);\n",
    "surface.mjs": 'import { turned } from "./turning.mjs";\nimport table from "./table.mjs";\n'
    "// as from the race, but solid\nexport default turned(table);\n",
    "board.mjs": 'import { turned } from "./turning.mjs";\nexport class Board {\n  turned = turned;\n}\n',
    "turning.mjs": "export async function turned() {}\n",
    "table.mjs": 'export default { "a": 1 };\n',
    "elements.mjs": "export const html = (k) => k;\n",
    **KINDS,
}
SHARED = "race.surface.mjs"


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Path]:
    """Modules of two kinds that share some, in place of the library's."""
    for name, text in TEXTS.items():
        (tmp_path / name).write_text(text)
    found = {name: tmp_path / name for name in TEXTS}
    monkeypatch.setattr(explorer_modules, "modules", lambda: found)
    return found


def told(body: str) -> tuple[list[str], list[str]]:
    """The files that a page with this body is told of early, and those that it runs or links."""
    linked: list[str] = []
    theme = {"repository_url": "https://github.com/someone/book"}
    app: Any = SimpleNamespace(add_css_file=linked.append, config=SimpleNamespace(html_theme_options=theme))
    context = {"body": body, "metatags": "<meta>", "pathto": lambda name, _: f"../{name}"}
    with TemporaryDirectory() as app.outdir:
        explorer_modules.copy_modules(app)
        (folder,) = Path(app.outdir, "_static", "gd").iterdir()
        assert (folder / "mount.mjs").read_text().startswith("/* To read: https://github.com/someone/book/tree/main/")
        with pytest.MonkeyPatch.context() as patch:  # an edit while the pages are written
            patch.setattr(explorer_modules, "modules", dict)
            explorer_modules.load_modules(app, "page", "page.html", context, None)
        assert {name.split("/")[1] for name in linked if name.startswith("gd/")} <= {folder.name}
    head = context["metatags"]
    assert head.startswith("<meta>")
    early = re.findall(r'<link rel="modulepreload" href="\.\./_static/gd/\w{10}/([\w.-]+)"', head)
    run = re.findall(r'<script type="module" async src="\.\./_static/gd/\w{10}/([\w.-]+)"', head)
    return early, [*run, *(name.rpartition("/")[2] for name in linked)]


def test_a_page_is_told_of_all_that_its_kinds_import_and_of_nothing_else(files: dict[str, Path]) -> None:
    race = '<gd-explorer data-kind="race" style="--runs: 5"><script>{}</script></gd-explorer>'
    surface = '<gd-explorer class="wide"\n data-kind="surface">'
    assert told(race) == (["mount.mjs", "race.mjs", SHARED], ["mount.mjs", "race.mjs", "explorer.css"])
    assert told(race * 3) == told(race)
    assert told(surface)[0] == ["mount.mjs", SHARED, "surface.mjs"]
    assert told(race + surface)[0] == ["mount.mjs", "race.mjs", SHARED, "surface.mjs"]


def test_a_page_without_explorers_is_told_of_nothing(files: dict[str, Path]) -> None:
    assert told("<p>The element <code>&lt;gd-explorer data-kind=</code> …</p>") == ([], [])


def test_a_kind_that_no_module_draws_is_a_warning(files: dict[str, Path], caplog: pytest.LogCaptureFixture) -> None:
    logger = logging.getLogger("sphinx.ext.explorer_modules")
    logger.addHandler(caplog.handler)
    try:
        assert told('<gd-explorer data-kind="rase"><gd-explorer data-kind="surface">')[0][-1] == "surface.mjs"
    finally:
        logger.removeHandler(caplog.handler)
    assert "there is no module rase.mjs" in caplog.text


def test_another_build_of_the_modules_lies_elsewhere() -> None:
    assert explorer_modules.version({"a": "1", "b": "2"}) != explorer_modules.version({"a": "1", "b": "3"})


# ------------------------------------------------------------------ how modules become files


def made(**changed: str) -> dict[str, str]:
    return bundles({name: text for name, text in TEXTS.items() if name.endswith(".mjs")} | changed, "here")


def test_each_module_stands_once_in_the_file_of_those_that_need_it() -> None:
    files = made()
    assert set(files) == {"mount.mjs", "race.mjs", "surface.mjs", SHARED, *KINDS}
    homes = {"elements": "mount.mjs", "board": "race.mjs", "table": "surface.mjs", "turning": SHARED}
    for module, home in homes.items():
        assert [name for name, text in files.items() if f"const ${module}=" in text] == [home]
    assert fetched(["kind-1.mjs"], files) == ["kind-1.mjs", "mount.mjs"]


def test_what_is_fetched_when_asked_for_has_a_file_and_its_names() -> None:
    asking = 'import { turned } from "./turning.mjs";\nexport const more = () => import("./extra.mjs").then(turned);\n'
    extra = 'import { html } from "./elements.mjs";\nexport const one = html, two = 2;\nexport function three() {}\n'
    files = made(**{"board.mjs": asking + "export class Board {}\n", "extra.mjs": extra})
    assert "extra.mjs" not in fetched(["race.mjs"], files)
    assert fetched(["extra.mjs"], files) == ["extra.mjs", "mount.mjs"]
    assert files["extra.mjs"].endswith("export const{one,three}=$extra;\n")
    with pytest.raises(
        ValueError, match=r"board\.mjs: turning\.mjs is to be fetched later, and another module imports it"
    ):
        made(**{"board.mjs": 'export class Board {\n  more = import("./turning.mjs");\n}\n'})


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("board.mjs", 'import { turning } from "./turning.mjs";\nexport class Board {}\n', "turning.mjs does not export turning"),
        ("board.mjs", "export let board = 1;\n", "needed imports and exports as bundles.py knows them, got 'export let"),
        ("board.mjs", 'import * as all from "./turning.mjs";\n', "got 'import \\* as all"),
        ("turning.mjs", 'import race from "./race.mjs";\nexport const turned = 1;\n', "circle: board.mjs → turning.mjs → race.mjs"),
    ],
)  # fmt: skip
def test_what_it_cannot_put_together_is_refused(name: str, text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        made(**{name: text})


def test_the_library_s_modules_make_few_files_that_import_only_each_other() -> None:
    files = explorer_modules.served()
    for name in files:
        if name.endswith(".mjs"):
            assert set(fetched([name], files)) <= set(files)
    assert len(fetched(["mount.mjs", "race.mjs"], files)) <= 6
