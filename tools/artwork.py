"""Draw the pictures that are not pages: the card of shared links, icons that SVG cannot serve, the README's picture.

    .venv/bin/python -m tools.artwork     # `make pictures`; needs Chromium, and the built book for the README's picture

The card shows gdlib's own runs, and the README the explorer of the start page, so both stay true to the library.
"""

import threading
from io import BytesIO
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from PIL import Image
from playwright.sync_api import sync_playwright

import gdlib as gd
from tools import browser
from tools.serve import HOST, listen

ROOT = Path(__file__).resolve().parent.parent
ASSETS, HTML = ROOT / "assets", ROOT / "_build" / "html"
NIGHT, PALE, WHITE = "#0a2c4a", "#c9dcec", "#ffffff"
SERIES = {"gradient_descent": ("#56b4e9", 0.112), "momentum": ("#ff8440", 0.018), "adam": ("#25b98a", 0.35)}
START, STEPS = (-6.6, 1.55), 28


def card(width: int = 1200, height: int = 630) -> Figure:
    """Three rules on one valley, under the book's name."""
    f = gd.Objective("x**2/4 + 4*y**2 + x*y/2")
    figure = Figure(figsize=(width / 100, height / 100), dpi=100, facecolor=NIGHT)
    axes = figure.add_axes((0, 0, 1, 1))
    window = ((-7.6, 3.9), (-3.85, 2.19))
    x, y = (np.linspace(*side, 400) for side in window)
    points = np.stack(np.meshgrid(x, y), axis=-1)
    depth = np.sqrt(f(points))
    axes.contourf(
        x, y, depth, levels=24, cmap=mpl.colors.LinearSegmentedColormap.from_list("night", [NIGHT, "#2f6ea5"])
    )
    axes.contour(x, y, depth, levels=24, colors=PALE, linewidths=0.5, alpha=0.35)
    for name, (colour, lr) in SERIES.items():
        path = gd.descend(f, gd.rules[name], START, steps=STEPS, lr=lr).path
        axes.plot(*path.T, color=colour, lw=3.2, solid_capstyle="round", zorder=3)
        axes.plot(*path[-1], "o", color=colour, ms=17, mec=WHITE, mew=2.5, zorder=4)
    axes.plot(*START, "o", color=NIGHT, ms=12, mec=WHITE, mew=2.5, zorder=5)
    axes.set(xlim=window[0], ylim=window[1])
    axes.axis("off")
    figure.text(0.055, 0.175, "Descent", color=WHITE, size=66, weight="bold", family="DejaVu Sans")
    figure.text(0.058, 0.085, "an interactive textbook of gradient methods", color=WHITE, size=25, family="DejaVu Sans")
    return figure


def icon(size: int) -> Image.Image:
    """assets/favicon.svg at `size` pixels, drawn by the browser that the tests use."""
    with sync_playwright() as playwright:
        program = playwright.chromium.launch(executable_path=browser.ensure(), args=browser.ARGUMENTS)
        page = program.new_page(viewport={"width": size, "height": size})
        svg = (ASSETS / "favicon.svg").read_text().replace("<svg ", f'<svg width="{size}" height="{size}" ', 1)
        page.set_content(f'<body style="margin:0;line-height:0">{svg}</body>')
        picture = page.screenshot(omit_background=True)
        program.close()
    return Image.open(BytesIO(picture))


def race(target: Path) -> None:
    """The explorer of the start page, as far down as its plot and its controls go."""
    with listen(str(HTML), 8000) as server, sync_playwright() as playwright:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        program = playwright.chromium.launch(executable_path=browser.ensure(), args=browser.ARGUMENTS)
        page = program.new_page(viewport={"width": 1280, "height": 1400}, device_scale_factor=1.5, color_scheme="light")
        page.goto(f"http://{HOST}:{server.server_address[1]}/index.html")
        page.wait_for_selector("gd-explorer[data-ready=true]")
        box = page.locator("gd-explorer").bounding_box()
        assert box is not None
        clip = {"x": box["x"] - 12, "y": box["y"] - 12, "width": box["width"] + 24, "height": 522}
        page.screenshot(path=target, clip=clip)  # type: ignore[arg-type]
        program.close()
        server.shutdown()


def main() -> None:
    race(ASSETS / "readme-race.png")
    card().savefig(ASSETS / "social.png", metadata={"Software": None})
    icon(180).save(ASSETS / "favicon-180.png")
    icon(256).save(ASSETS / "favicon.ico", sizes=[(16, 16), (32, 32), (48, 48)])
    for name in ("readme-race.png", "social.png", "favicon-180.png", "favicon.ico"):
        print(f"assets/{name}: {(ASSETS / name).stat().st_size / 1e3:.0f} kB")


if __name__ == "__main__":
    main()
