"""The pictures of the explorers: which are taken, what they are called, and that they show what they say."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tools import gallery_shots
from tools.explorer_pages import GALLERY, explorer_pages

RACE, SURFACE = '<gd-explorer data-kind="race">', '<gd-explorer style="--runs: 1" data-kind="surface">'


def book(folder: Path, **pages: str) -> Path:
    (folder / "book").mkdir()
    (folder / "index.html").write_text("<h1>A book</h1>")
    for name, text in pages.items():
        (folder / "book" / f"{name}.html").write_text(text)
    return folder


def test_the_gallery_alone_is_pictured_and_a_second_of_a_kind_is_numbered(tmp_path: Path) -> None:
    pages = explorer_pages(book(tmp_path, gallery=RACE + SURFACE + RACE, another=RACE))
    assert gallery_shots.chosen(pages, []) == [(GALLERY, 0, "race"), (GALLERY, 1, "surface"), (GALLERY, 2, "race-2")]
    assert gallery_shots.chosen(pages, ["race"]) == [(GALLERY, 0, "race"), (GALLERY, 2, "race-2")]


def test_a_book_without_a_gallery_is_pictured_wherever_it_has_explorers(tmp_path: Path) -> None:
    pages = explorer_pages(book(tmp_path, one=RACE, two=SURFACE + RACE))
    assert [name for _, _, name in gallery_shots.chosen(pages, [])] == ["race", "surface", "race-2"]


def test_what_cannot_be_pictured_is_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="run `make book` first"):
        gallery_shots.main([], tmp_path / "nothing")
    with pytest.raises(SystemExit, match="holds an explorer"):
        gallery_shots.main([], book(tmp_path))
    with pytest.raises(SystemExit, match="needed some of race, got rase"):
        gallery_shots.chosen({"index.html": ["race"]}, ["rase"])


@pytest.mark.slow  # what it pictures is tested for every change in other ways; here it is looked at as pixels
@pytest.mark.browser
@pytest.mark.site
def test_four_pictures_show_a_live_explorer_at_two_widths_in_two_themes(tmp_path: Path) -> None:
    with ThreadPoolExecutor(1) as apart:  # a thread has one Playwright, and this one's may be in use by other tests
        assert apart.submit(gallery_shots.main, ["race"], into=tmp_path).result() == 0
    names = sorted(path.name for path in tmp_path.iterdir() if not path.name.startswith("race-2"))
    assert names[:4] == ["race-1280-dark.png", "race-1280-light.png", "race-390-dark.png", "race-390-light.png"]
    shots = {name: np.asarray(Image.open(tmp_path / name).convert("RGB"), float) for name in names[:4]}
    for name, pixels in shots.items():
        wide, dark = "1280" in name, "dark" in name
        assert (600 < pixels.shape[1] <= 1280) if wide else (250 < pixels.shape[1] <= 390)
        assert np.median(pixels) < 90 if dark else np.median(pixels) > 200
        assert len({tuple(colour) for colour in pixels[::7, ::7].reshape(-1, 3)}) > 20
