"""The figures: the same bytes twice, words beside the picture, the page's colours, no ids, clear errors."""

import re
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
import sympy as sp
from PIL import ImageFont

from gdlib import figures, networks
from gdlib.figures import cells, palette
from gdlib.figures.charts import _thinned
from gdlib.figures.contours import simplified, survey
from gdlib.figures.critical import SecondOrder, _draw_probe, _zero_lines, trace_curve
from gdlib.figures.picture import number
from gdlib.figures.shades import number_shades
from gdlib.objective import Objective

CSS = Path(__file__).parent.parent / "assets" / "descent.css"


class Ground:
    """A function of points that has what an Objective has, as far as the figures ask."""

    def __init__(self, value, gradient=None, n=2, **known):
        self.value, self.gradient, self.n = value, gradient, n
        self.__dict__.update(known)

    def __call__(self, points):
        return self.value(*np.moveaxis(np.asarray(points, dtype=float), -1, 0))

    def grad(self, points):
        return np.stack(self.gradient(*np.moveaxis(np.asarray(points, dtype=float), -1, 0)), axis=-1)


VALLEY = Ground(
    lambda x, y: (1 - x) ** 2 + 100 * (y - x * x) ** 2,
    lambda x, y: (-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)),
    title="a curved valley",
    variables=("x", "y"),
    minima=np.array([[1.0, 1.0]]),
    window=((-2, 2), (-1, 3)),
)
BOWL = Ground(lambda x, y: x * x + y * y, lambda x, y: (2 * x, 2 * y), variables=("theta1", "theta2"))
PARABOLA = Ground(lambda x: x * x, n=1, variables=("x",))


class Listed(list):
    """What gd.stationary_points returns, as far as the figures ask: points, and curves beside them."""

    curves = ()


WELLS = Ground(
    lambda x, y: x**4 + y**4 - 4 * x * y,
    lambda x, y: (4 * x**3 - 4 * y, 4 * y**3 - 4 * x),
    variables=("x", "y"),
    window=((-1.8, 1.8), (-1.8, 1.8)),
    hess=lambda p: np.array([[12 * p[0] ** 2, -4], [-4, 12 * p[1] ** 2]]),
    points=Listed(
        SimpleNamespace(location=place, kind=kind)
        for place, kind in [
            ((1, 1), "minimum"),
            ((-1, -1), "minimum"),
            ((0, 0), "saddle"),
            ((9, 9), "maximum"),
            ((9, 9), "minimum"),
        ]
    ),
)
MONKEY = Ground(lambda x, y: x**3 - 3 * x * y**2)
DOWN_Y = Ground(lambda x, y: y**3 - x)


def run(f, start, lr, steps, title="Gradient descent", **hyperparameters):
    path = [np.array(start, dtype=float)]
    for _ in range(steps):
        path.append(path[-1] - lr * f.grad(path[-1]))
    path = np.array(path)
    return SimpleNamespace(
        path=path,
        values=f(path),
        t=np.arange(steps + 1),
        rule=SimpleNamespace(title=title),
        objective=f,
        hyperparameters={"lr": lr, **hyperparameters},
    )


VALLEY_RUN = run(VALLEY, (-1.2, 2.0), 1e-3, 200)
EVERY = {
    "paths": lambda: figures.paths(VALLEY, [VALLEY_RUN], caption="Down $f$."),
    "paths without runs": lambda: figures.paths(VALLEY),
    "arrows": lambda: figures.paths(BOWL, [run(BOWL, (1, 1), 0.2, 9)], arrows=9),
    "losses": lambda: figures.losses([VALLEY_RUN], gap=True),
    "surfaces": lambda: figures.surfaces([BOWL, VALLEY, BOWL], window=((-1, 1), (-1, 1)), marks=[(0, 0)] * 3),
    "curve": lambda: figures.curve(PARABOLA, np.array([[1.5], [-1.0], [0.7]]), tangents=[0.5], chords=[(-1, 1)]),
    "lines": lambda: figures.lines({"a": ([1, 2], [3, 4])}, points={"b": ([1], [3])}, x_label="η", y_label="R"),
    "digits": lambda: figures.digits(networks.digits().x_train[:20], networks.digits().y_train[:20]),
    "network": lambda: figures.network(
        [[1, 2], ["½", 3.5]], [[[2, "ln 3"], [-1, 0]]], slopes=[[None, -8], [1, 2]], weight_slopes=[[[1, 2], [3, 4]]]
    ),
    "clipped": lambda: figures.clipped((2.4, 0.8), 1.0),
    "beside": lambda: figures.beside(figures.paths(BOWL), figures.losses([VALLEY_RUN])),
    "stationary map": lambda: figures.stationary_map(
        WELLS, WELLS.points, zeros={"x = y³": DOWN_Y}, probes=[(0.9, 1.6)]
    ),
    "quadratic models": lambda: figures.quadratic_models(WELLS, [(1, 1), (0, 0), (0.5, 1)], radius=0.6),
}
EVERY |= {
    "close-up": lambda: figures.close_up(WELLS, axes=True, curves={"y = x": [(-1, -1), (1, 1)]}),
    "close-up with signs": lambda: figures.close_up(MONKEY, signs=True, circle=0.5, label="three ways up"),
}
EVERY |= {
    "plane of numbers": lambda: figures.plane(
        lambda x, y: np.where(x > y, np.nan, np.hypot(x, y)), (0, 4), (0, 1), x_label="ηL", y_label="β", key="rate",
        curves={"edge": ([0, 1], [0, 1])}, points={"best": ([0.1], [0.9])},
    ),
    "plane of categories": lambda: figures.plane(
        np.arange(12).reshape(3, 4) % 4 - 1, (-1, 1), (-1, 1), x_label="x", y_label="y", categories=["a", "b", "c"]
    ),
    "plane of logarithms": lambda: figures.plane(
        lambda x, y: x * y**2, (0.01, 1), (1, 1e4), x_label="x", y_label="y", x_log=True, y_log=True, log=True,
        bands=[0.01, 10, 1e4, 1e8],
    ),
}  # fmt: skip
once = cache(lambda draw: draw())  # for tests that only look
every_figure = pytest.mark.parametrize("draw", EVERY.values(), ids=EVERY.keys())


@every_figure
def test_draws_the_same_bytes_twice(draw):
    first, again = once(draw), draw()
    assert first._repr_html_() == again._repr_html_()
    assert first.svg == again.svg


@every_figure
def test_has_no_colour_but_the_pages_and_no_ids(draw):
    html = once(draw)._repr_html_()
    assert "a17e" not in html
    assert not re.search(r"#[0-9a-fA-F]", re.sub(r"var\(--gd-[a-z0-9-]+,#[0-9a-f]{6}\)", "", html))
    assert not re.search(r"rgb|\bblack\b|\bwhite\b", html)
    assert " id=" not in html
    assert "url(" not in html
    assert "href" not in html


@every_figure
def test_says_in_words_what_it_shows(draw):
    figure = once(draw)
    assert len(figure.alt) > 20
    for svg in figure.panels:
        root = ElementTree.fromstring(svg)
        assert root.get("role") == "img"
        words = [root.find("{http://www.w3.org/2000/svg}" + tag).text for tag in ("title", "desc")]
        assert all(words)
        assert root.get("aria-label") == words[1]
    ElementTree.fromstring(figure.svg)


@every_figure
def test_is_small(draw):
    html = once(draw)._repr_html_()
    assert len(html.encode()) < 150_000
    assert not re.search(r"\d\.\d{3,}", re.sub(r"<desc>.*?</desc>|aria-label=\"[^\"]*\"", "", html))


@every_figure
def test_keeps_text_as_text_in_the_pages_font(draw):
    svg = once(draw).svg
    assert "font-family:var(--gd-font" in svg
    assert "DejaVu" not in svg
    assert "<text" in svg


def test_the_style_sheet_and_the_fallbacks_are_one_palette():
    light = re.search(r'html\[data-theme="light"\] \{(.*?)\}', CSS.read_text(), re.S)[1]
    found = dict(re.findall(r"--gd-([a-z0-9-]+): (#[0-9a-f]{6});", light))
    assert {role: found.get(role) for role in palette.FALLBACK} == palette.FALLBACK


def _luminance(colour):
    c = np.array([int(colour[k : k + 2], 16) for k in (1, 3, 5)]) / 255
    return np.where(c <= 0.03928, c / 12.92, ((c + 0.055) / 1.055) ** 2.4) @ [0.2126, 0.7152, 0.0722]


def _contrast(a, b):
    low, high = sorted((_luminance(a), _luminance(b)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_and_series_stand_out_from_the_paper(theme):
    block = re.search(rf'html\[data-theme="{theme}"\] \{{(.*?)\}}', CSS.read_text(), re.S)[1]
    colour = dict(re.findall(r"--gd-([a-z0-9-]+): (#[0-9a-f]{6});", block))
    for text in ("ink", "faint", "accent", "good", "warn"):
        assert _contrast(colour[text], colour["paper"]) >= 4.5
        assert _contrast(colour[text], colour["panel"]) >= 4.5
    for k in range(1, 9):
        assert _contrast(colour[str(k)], colour["paper"]) >= 3


def test_series_differ_by_dash_and_by_marker():
    assert len(set(palette.DASHES)) == len(set(palette.MARKERS)) == len(set(palette.SERIES)) == 8


def test_leaves_the_readers_own_plots_alone():
    before = dict(matplotlib.rcParams)
    figures.paths(BOWL)
    assert dict(matplotlib.rcParams) == before
    assert not plt.get_fignums()
    with matplotlib.rc_context({"lines.linewidth": 9, "font.size": 40, "text.usetex": False, "axes.grid": True}):
        changed = figures.paths(BOWL).svg
    assert changed == figures.paths(BOWL).svg


def test_names_runs_by_rule_and_by_what_differs():
    slow, fast = run(BOWL, (1, 1), 0.1, 5), run(BOWL, (1, 1), 0.4, 5)
    svg = figures.paths(BOWL, [slow, fast]).svg
    assert ">Gradient descent, η = 0.1</text>" in svg
    assert ">Gradient descent, η = 0.4</text>" in svg
    svg = figures.paths(BOWL, {"slow": slow, "fast": fast}).svg
    assert ">slow</text>" in svg
    assert "θ₁" in svg
    svg = figures.paths(BOWL, [run(BOWL, (1, 1), 0.1, 5, beta1=0.9), run(BOWL, (1, 1), 0.1, 5, beta1=0.5)]).svg
    assert "β₁ = 0.9" in svg


def test_a_run_that_left_the_finite_numbers_is_drawn_as_far_as_it_went():
    path = np.array([[1.0, 1.0], [1e30, -1e30], [np.nan, np.inf]])
    svg = figures.paths(BOWL, path).svg
    assert "nan" not in svg
    assert "e+" not in svg


def test_many_starts_make_one_series():
    starts = np.stack([np.array([[1.0, 1.0], [0.5, 0.5]]), np.array([[-1.0, 1.0], [-0.5, 0.5]])], axis=1)
    assert "run 1: from (1, 1)" in figures.paths(BOWL, starts).alt
    assert "run 1: from (−1, 1)" in figures.paths(BOWL, starts).alt


@pytest.mark.parametrize("low", [1e-9, 1e-3, 0.25, 1.0, -1e3])
@pytest.mark.parametrize("log", [False, True])
def test_the_names_of_the_axes_stay_inside_the_picture(low, log):
    low = abs(low) if log else low
    root = ElementTree.fromstring(
        figures.lines({"a": ([1, 2], [low, 1.5])}, x_label="across", y_label="up", y_log=log).svg
    )
    across, up = (next(one for one in root.iter() if one.text == name) for name in ("across", "up"))
    height = float(up.get("font-size").removesuffix("px"))
    assert float(up.get("x")) >= 0.75 * height  # turned, so its height counts from x to the left
    assert float(across.get("y")) <= float(root.get("viewBox").split()[3]) - 0.25 * height


@pytest.mark.parametrize("above", [False, True])
def test_a_key_above_stands_over_the_frame(above):
    lines = {name: ([1, 2], [k, 4 - k]) for k, name in enumerate(("one", "two", "three", "four"))}
    svg = figures.lines(lines, x_label="x", y_label="y", key_above=above).svg
    (_, _), (foot, height) = re.findall(r'<path d="M[\d.]+ ([\d.]+)l[\d.]+ 0 0-([\d.]+)', svg)[:2]  # paper, frame
    names = [float(re.search(rf'<text [^>]*?y="([\d.]+)"[^>]*>{name}<', svg)[1]) for name in lines]
    assert all((at < float(foot) - float(height)) is above for at in names)


def test_losses_take_the_gap_that_they_are_told():
    figure = figures.losses([VALLEY_RUN], gap=True)
    assert "f(θₜ) − min f" in figure.svg
    assert figures.losses([VALLEY_RUN], gap=-1.0).alt != figure.alt


def test_a_long_series_keeps_its_early_steps_on_a_logarithmic_axis():
    t = np.arange(1.0, 100_001.0)
    early = np.where(t <= 20, (-1) ** t, 0.0)  # up and down in the first twenty steps
    svg = figures.lines({"": (t, early)}, x_label="step t", y_label="y", x_log=True).svg
    colour = re.escape(palette.VARIABLE[palette.SERIES[0]])
    moves = re.search(rf'<path d="M\S+ [\d.]+ ?l([^"]*)" fill="none"[^>]*style="stroke:{colour}', svg)
    rises = np.array(re.findall(r"-?[\d.]+", moves[1]), dtype=float)[1::2]
    assert (np.diff(np.sign(rises[:20])) != 0).sum() >= 18


@pytest.mark.parametrize("x_log", [False, True])
def test_a_long_series_is_thinned_evenly_in_what_is_drawn(x_log):
    x = np.linspace(2.0, 5.0, 40_000)
    kept = _thinned(x, x_log)
    along = np.log(x) if x_log else x
    assert (kept[0], kept[-1]) == (0, len(x) - 1)
    assert 500 < len(kept) <= 602
    assert np.diff(along[kept]).max() < 1.1 * (along[-1] - along[0]) / 590


def test_a_series_that_stays_at_one_place_of_a_logarithmic_axis_keeps_its_heights():
    assert 500 < len(_thinned(np.full(40_000, 3.0), True)) <= 602


def test_caption_is_html_with_formulas_for_the_page():
    html = figures.paths(BOWL, caption="The path of $x_1$ & a < b.")._repr_html_()
    assert r'<figcaption>The path of <span class="math notranslate nohighlight">\(x_1\)</span> &amp; a &lt; b.' in html


def shapes_of(svg, colour):
    """The outlines of the marks that are filled with one of the series' colours."""
    fill = f"fill:{palette.VARIABLE[colour]}"
    groups = re.findall(r"<g[^>]*style=\"([^\"]*)\"[^>]*>(.*?)</g>", svg, re.S)
    return [d for style, body in groups if fill in style for d in re.findall(r"<path d=\"([^\"]*)\"", body)]


def test_each_kind_of_stationary_point_has_its_own_shape_and_those_outside_are_left_out():
    figure = figures.stationary_map(WELLS, WELLS.points)
    assert "2 minima (downward triangles) at (1, 1), (−1, −1). 1 saddle (diamonds) at (0, 0)." in figure.alt
    assert "maximum" not in figure.alt + figure.svg
    assert len(shapes_of(figure.svg, palette.SERIES[0])) == 2
    two = [SimpleNamespace(location=(k, 0.5), kind=kind) for k, kind in ((0, "maximum"), (1, "undecided"))]
    assert "1 maximum (upward triangles) at (0, 0.5). 1 undecided (squares) at (1, 0.5)." in (
        figures.stationary_map(WELLS, two).alt
    )


def test_curves_of_stationary_points_are_drawn_inside_the_window_only():
    t = sp.Symbol("t", real=True)
    for curve, length in (
        (sp.Tuple(t, 0), 4.08),
        (sp.Tuple(sp.cos(t), sp.sin(t)), 2 * np.pi),
        (sp.Tuple(t, 1 / t), 4.8),
    ):
        pieces = trace_curve(curve, np.array([[-2.0, 2.0], [-2.0, 2.0]]))
        drawn = sum(np.hypot(*np.diff(piece, axis=0).T).sum() for piece in pieces)
        assert drawn == pytest.approx(length, rel=0.05)
        assert all(np.abs(piece).max() <= 2.09 for piece in pieces)
    ring = Listed()
    ring.curves = [sp.Tuple(sp.cos(t), sp.sin(t))]
    figure = figures.stationary_map(BOWL, ring)
    assert "Curves of stationary points" in figure.alt
    assert ">stationary curve</text>" in figure.svg


def test_a_probe_shows_the_gradient_uphill_and_a_tangent_across_it():
    axes, at = matplotlib.figure.Figure().add_subplot(), np.array([0.9, 1.6])
    window = np.array(WELLS.window)
    words = _draw_probe(axes, WELLS, at, survey(WELLS, window, 14), window, np.array([100.0, 100.0]))
    assert words == "At (0.9, 1.6) the gradient is (−3.48, 12.8)."
    up = WELLS.grad(at) / np.linalg.norm(WELLS.grad(at))
    (arrow,) = axes.collections
    assert np.cross([*up, 0], [arrow.U[0], arrow.V[0], 0])[2] == pytest.approx(0)
    assert up @ (arrow.U[0], arrow.V[0]) > 0
    (tangent,) = (line for line in axes.lines if line.get_color() == palette.SERIES[1])
    ends = tangent.get_xydata()
    assert np.diff(ends, axis=0)[0] @ up == pytest.approx(0)
    np.testing.assert_allclose(ends.mean(axis=0), at)
    level = np.concatenate([line.get_xydata() for line in axes.lines if line.get_color() == palette.INK])
    np.testing.assert_allclose(WELLS(level), WELLS(at), atol=0.05)


def test_lines_of_zeros_lie_where_the_function_is_zero():
    (line,) = _zero_lines(DOWN_Y, np.array([[-2.0, 2.0], [-1.8, 1.8]]), "x = y³")
    np.testing.assert_allclose(line[:, 1] ** 3, line[:, 0], atol=1e-3)
    assert np.ptp(line[:, 0]) == pytest.approx(4, abs=0.05)


def test_the_quadratic_model_is_wrong_by_third_order_only():
    at, away = np.array([0.7, 0.4]), np.random.default_rng(0).normal(size=(20, 2))
    model = SecondOrder(WELLS, at)
    errors = [np.abs(WELLS(at + h * away) - model(at + h * away)).max() for h in (1e-1, 1e-2, 1e-3)]
    assert errors[0] > 0.01
    assert errors[1] / errors[0] == pytest.approx(1e-3, rel=0.2)
    assert errors[2] / errors[1] == pytest.approx(1e-3, rel=0.02)
    figure = figures.quadratic_models(WELLS, [(0, 0)], radius=0.5)
    assert "λ = −4, 4" in figure.alt
    assert ">λ = −4, 4</text>" in figure.svg


def test_a_quadratic_model_that_is_level_is_drawn():
    quartic = Objective("x**4 + y**4")
    assert "λ = 0, 0" in figures.quadratic_models(quartic, [(0, 0)], radius=0.1).alt


def test_a_close_up_tells_curvatures_apart_by_dash_and_arrow():
    slopes = {"minimum": (1, 3), "trough": (0, 2), "saddle": (-1, 1)}
    drawn = {}
    for name, (first, second) in slopes.items():
        hessian = np.array([[first + second, first - second], [first - second, first + second]]) / 2
        f = Ground(
            lambda x, y, h=hessian: (h[0, 0] * (x * x + y * y) + 2 * h[0, 1] * x * y) / 2, hess=lambda _, h=hessian: h
        )
        drawn[name] = figures.close_up(f, axes=True)
    assert "Curvature 1 along (0.707, 0.707). Curvature 3 along (−0.707, 0.707)." in drawn["minimum"].alt
    assert "Curvature 0 along (0.707, 0.707)." in drawn["trough"].alt
    assert ">λ = −1</text>" in drawn["saddle"].svg
    arrows = {
        name: [len(shapes_of(figure.svg, palette.SERIES[k])) for k in (0, 1, 2)] for name, figure in drawn.items()
    }
    assert arrows == {"minimum": [4, 0, 0], "trough": [2, 0, 0], "saddle": [2, 2, 0]}
    assert [svg.count("stroke-dasharray") for svg in (drawn["minimum"].svg, drawn["trough"].svg)] == [0, 1]


@pytest.mark.parametrize(
    ("value", "changes", "words"),
    [
        (lambda x, y: x * x - y * y, 4, "higher: 2; lower: 2"),
        (lambda x, y: x**3 - 3 * x * y * y, 6, "higher: 3; lower: 3"),
        (lambda x, y: x * x + y**3, 2, "higher: 1; lower: 1"),
        (lambda x, y: x**4 + y**4, 0, "is higher on all sides"),
        (lambda x, y: -x * x * y * y, 0, "is lower on all sides"),  # level on both axes, which is no change
        (lambda x, y: 0 * x, 0, "is level on all sides"),
        (lambda x, y: x, 2, "higher: 1; lower: 1"),  # the changes lie at the top and at the bottom
        (lambda x, y: y, 2, "higher: 1; lower: 1"),  # and here where the angle begins and ends
    ],
)
def test_a_close_up_counts_the_changes_of_sign_on_its_circle(value, changes, words):
    away = Ground(lambda x, y: 7 + value(x - 3, y + 2))
    figure = figures.close_up(away, (3, -2), signs=True, circle=0.5)
    assert f"on the circle of radius 0.5: {changes}." in figure.alt
    assert words in figure.alt
    assert len(shapes_of(figure.svg, palette.SERIES[1])) == changes


def test_a_close_up_writes_plus_where_the_ground_is_higher():
    root = ElementTree.fromstring(figures.close_up(Ground(lambda x, y: x), signs=True).svg)
    plus, minus = (next(one for one in root.iter() if one.text == sign) for sign in "+−")
    assert float(plus.get("x")) > float(minus.get("x")) + 50
    assert float(plus.get("y")) == float(minus.get("y"))


def test_own_words_replace_the_written_ones():
    figure = figures.surfaces([BOWL, BOWL], window=((-1, 1), (-1, 1)), alt="Two bowls.")
    assert figure.alt.startswith("Two bowls.")
    assert figures.paths(BOWL, alt="A bowl <seen> from above.").alt == "A bowl <seen> from above."


def test_saves_a_picture_that_stands_alone(tmp_path):
    for name in ("paths", "surfaces"):
        target = EVERY[name]().save(tmp_path / f"{name}.svg")
        root = ElementTree.parse(target).getroot()
        assert root.tag == "{http://www.w3.org/2000/svg}svg"


def painted(mask, segments):
    """The cells that level lines run through, each as often as one does."""
    found = np.zeros(mask.shape, dtype=int)
    for x0, y0, x1, y1 in segments:
        assert y0 == y1
        found[int(y0), int(x0) : int(x1)] += 1
    return found


def test_strips_cover_each_cell_of_a_region_once_and_no_other():
    mask = np.random.default_rng(3).random((13, 17)) < 0.6
    np.testing.assert_array_equal(painted(mask, cells.strips(mask)), mask)


@pytest.mark.parametrize("kind", cells.HATCHINGS)
def test_hatching_stays_in_its_region_and_has_its_own_slopes(kind):
    mask = np.zeros((60, 80), dtype=bool)
    mask[20:50, 10:60] = True
    lines = np.array(cells.hatching(mask, kind, 5)).reshape(-1, 4)
    assert ((lines[:, ::2] >= 10) & (lines[:, ::2] <= 60)).all()
    assert ((lines[:, 1::2] >= 20) & (lines[:, 1::2] <= 50)).all()
    angles = np.arctan2(lines[:, 3] - lines[:, 1], lines[:, 2] - lines[:, 0])
    expected = {"plain": [], "rising": [45], "falling": [-45], "level": [0], "upright": [90], "crossed": [-45, 45]}
    assert sorted({round(angle) for angle in np.degrees(angles)}) == expected[kind.split()[0]]
    assert not cells.hatching(np.zeros((60, 80), dtype=bool), kind, 5)


def test_a_letter_stands_in_the_middle_of_the_widest_part():
    mask = np.zeros((40, 60), dtype=bool)
    mask[2, :] = True
    mask[10:31, 20:41] = True
    assert cells.middle(mask) == (30.5, 20.5, 11)
    assert cells.middle(np.zeros((3, 3), dtype=bool)) is None


def test_a_plane_says_how_much_of_it_is_what():
    def across(x, y):
        return np.where(y > 0.75, np.inf, x)

    figure = figures.plane(across, (0, 4), (0, 1), x_label="x", y_label="y", bands=[0, 1, 4], missing="gone")
    assert "0 to 1: 19 % of the map. 1 to 4: 56 % of the map. gone: 25 % of the map." in figure.alt
    whole = figures.plane([[0, 1], [1, -1]], (0, 1), (0, 1), x_label="x", y_label="y", categories=["left", "right"])
    assert "left: 25 % of the map. right: 50 % of the map. no value: 25 % of the map." in whole.alt


@pytest.mark.parametrize("options", [
    {"categories": ["minimum", "saddle"]}, {"categories": ["MWMWMWMW"]}, {"missing": "mmmmmmmmmm"},
    {"key": "what m means here"}, {"bands": [0, 0.12345, 1]},
])  # fmt: skip
def test_a_plane_has_room_for_what_its_key_says(options):
    table = [[0, -1], [0, 0]] if "categories" in options else [[0, 0.5], [0, np.nan]]
    figure = figures.plane(table, (0, 1), (0, 1), x_label="x", y_label="y", **options)
    root = ElementTree.fromstring(figure.svg)
    right = float(root.get("viewBox").split()[2])
    font = ImageFont.truetype(matplotlib.get_data_path() + "/fonts/ttf/DejaVuSans.ttf", 1000)
    ends = {}

    def walk(element, size, anchor):
        size, anchor = element.get("font-size", size), element.get("text-anchor", anchor)
        if element.tag.endswith("text") and anchor == "start":
            wide = float(size.removesuffix("px")) * font.getlength(element.text) / 1000
            ends[element.text] = float(element.get("x")) + wide
        for part in element:
            walk(part, size, anchor)

    walk(root, None, None)
    told = {*options.get("categories", ()), *(options[name] for name in ("key", "missing") if name in options)}
    assert told <= set(ends)
    assert max(ends.values()) <= right - 3


def test_a_planes_function_is_asked_at_the_middle_of_each_cell():
    asked = []
    figures.plane(
        lambda x, y: asked.append((x, y)) or x, (0, 4), (1, 1e4), columns=4, y_log=True, x_label="x", y_label="y"
    )
    ((x, y),) = asked
    np.testing.assert_allclose(x[0], [0.5, 1.5, 2.5, 3.5])
    rows = len(y)
    np.testing.assert_allclose(np.log10(y[:, 0]), 4 * (np.arange(rows) + 0.5) / rows)


def test_a_plane_puts_each_number_into_its_band():
    table = np.array([[-1.0, 0.0, 0.5, 1.0], [1.5, 2.0, 9.0, np.nan]])
    shades, edges = number_shades(table, [0, 1, 2], False, "none")
    np.testing.assert_array_equal(edges, [0, 1, 2])
    low, high, missing = (shade.mask.astype(int).tolist() for shade in shades)
    assert low == [[1, 1, 1, 0], [0, 0, 0, 0]]
    assert high == [[0, 0, 0, 1], [1, 1, 1, 0]]
    assert missing == [[0, 0, 0, 0], [0, 0, 0, 1]]
    assert shades[0].alpha > shades[1].alpha  # low is deep
    shades, edges = number_shades(np.array([[0.0, 1e-4], [1.0, 1e-2]]), 4, True, "none")
    np.testing.assert_allclose(edges, [1e-4, 1e-3, 1e-2, 1e-1, 1])
    assert [shade.mask.sum() for shade in shades] == [2, 0, 1, 1]  # zero is in the lowest band, the edge in its own


def test_a_plane_with_nothing_finite_is_drawn_if_its_bands_are_given():
    drawn = flat(np.full((3, 3), np.nan), bands=(0.0, 0.5, 1.0), missing="runs off")()
    assert "runs off: 100 % of the map" in drawn.alt


def test_a_large_plane_of_torn_basins_stays_small():
    """Newton's method for z³ = 1: as torn as a map gets."""

    def basin(x, y):
        z = x + 1j * y
        for _ in range(40):
            z = z - (z**3 - 1) / (3 * z * z)
        apart = np.abs(z[..., None] - np.exp(2j * np.pi * np.arange(3) / 3))
        return np.where(apart.min(axis=-1) < 1e-6, apart.argmin(axis=-1), -1)

    figure = figures.plane(
        basin, (-1.5, 1.5), (-1.5, 1.5), x_label="x", y_label="y", equal=True, categories=["1", "ω", "ω²"]
    )
    assert len(figure._repr_html_().encode()) < 60_000
    shares = [float(share) for share in re.findall(r": ([\d.]+) % of the map", figure.alt)]
    assert shares[:3] == pytest.approx([33.3] * 3, abs=2)


def test_a_simplified_line_stays_within_its_tolerance():
    t = np.linspace(0, 2 * np.pi, 400)
    circle = 50 * np.stack([np.cos(t), np.sin(t)], axis=1)
    thin = simplified(circle, 0.2)
    assert 8 < len(thin) < 80
    for a, b in pairwise(thin):
        assert np.hypot(*((a + b) / 2)) > 50 - 0.25


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.05, "0.05"),
        (-3, "−3"),
        (1.2e-7, "1.2×10⁻⁷"),
        (1e-5, "10⁻⁵"),
        (0, "0"),
        (10_000, "10000"),
        (-12_345, "−12340"),
        (123456, "1.2×10⁵"),
        (np.inf, "∞"),
    ],
)
def test_numbers_read_as_print_has_them(value, text):
    assert number(value) == text


BAD = {
    "a network of one layer": (lambda: figures.network([[1]], []), ValueError, "units:"),
    "weights of another network": (lambda: figures.network([[1], [2]], [[[3, 4]]]), ValueError, "weights:"),
    "slopes of another network": (lambda: figures.network([[1], [2]], [[[3]]], slopes=[[1]]), ValueError, "slopes:"),
    "one name for two layers": (lambda: figures.network([[1], [2]], [[[3]]], names=["in"]), ValueError, "names:"),
    "f: no objective": (lambda: figures.paths(3), TypeError, "f: "),
    "f: one variable": (lambda: figures.paths(PARABOLA), ValueError, "f: an objective of 2 variables"),
    "f: not finite": (
        lambda: figures.paths(Ground(lambda x, y: x + np.nan)),
        ValueError,
        "f: a finite value",
    ),
    "runs: text": (lambda: figures.paths(BOWL, "adam"), TypeError, "runs: "),
    "runs: shape": (lambda: figures.paths(BOWL, np.zeros((4, 3))), ValueError, "runs: points with 2"),
    "runs: too many": (lambda: figures.paths(BOWL, [np.zeros((2, 2))] * 9), ValueError, "runs: at most 8"),
    "window": (lambda: figures.paths(BOWL, window=((1, -1), (0, 1))), ValueError, "window: "),
    "levels": (lambda: figures.paths(BOWL, levels=0), ValueError, "levels: "),
    "arrows": (lambda: figures.paths(Square(), arrows=3), TypeError, "arrows: "),
    "losses: none": (lambda: figures.losses([]), ValueError, "runs: at least one"),
    "losses: points": (lambda: figures.losses(np.zeros((3, 2))), TypeError, "runs: runs with .values"),
    "losses: gap": (lambda: figures.losses(run(BOWL, (1, 1), 0.1, 2), gap=True), ValueError, "gap: "),
    "surfaces: none": (lambda: figures.surfaces([]), ValueError, "functions: "),
    "surfaces: labels": (lambda: figures.surfaces([BOWL], labels=["a", "b"]), ValueError, "labels: "),
    "curve": (lambda: figures.curve(3), TypeError, "f: "),
    "lines: none": (lambda: figures.lines(x_label="x", y_label="y"), ValueError, "series: "),
    "lines: pair": (
        lambda: figures.lines({"a": ([1], [2, 3])}, x_label="x", y_label="y"),
        ValueError,
        "series: 'a'",
    ),
    "digits": (lambda: figures.digits(np.zeros(4)), ValueError, "images: "),
    "digits: labels": (lambda: figures.digits(np.zeros((2, 3, 3)), [1]), ValueError, "labels: "),
    "save": (lambda: figures.paths(BOWL).save("picture.png"), ValueError, "path: "),
    "beside": (lambda: figures.beside("picture"), TypeError, "figures: "),
    "map: points": (lambda: figures.stationary_map(BOWL, [(0, 0)]), TypeError, "points: each needs .location"),
    "map: no list": (lambda: figures.stationary_map(BOWL, 3), TypeError, "points: a list"),
    "map: zeros": (lambda: figures.stationary_map(BOWL, zeros=dict.fromkeys("abcde", BOWL)), ValueError, "zeros: "),
    "map: inches": (lambda: figures.stationary_map(BOWL, inches=0), ValueError, "inches: "),
    "map: level probe": (lambda: figures.stationary_map(BOWL, probes=[(0, 0)]), ValueError, "probes: "),
    "map: no gradient": (lambda: figures.stationary_map(Square(), probes=[(1, 0)]), TypeError, "probes: "),
    "close-up: at": (lambda: figures.close_up(BOWL, (1, 2, 3)), ValueError, "at: "),
    "close-up: radius": (lambda: figures.close_up(BOWL, radius=-1), ValueError, "radius: "),
    "close-up: circle": (lambda: figures.close_up(BOWL, circle=np.nan), ValueError, "circle: "),
    "close-up: no Hessian": (lambda: figures.close_up(BOWL, axes=True), TypeError, "axes: "),
    "close-up: curves": (
        lambda: figures.close_up(BOWL, curves={k: [(0, 0), (1, 1)] for k in "abcde"}),
        ValueError,
        "curves: at most 4",
    ),
    "models: points": (lambda: figures.quadratic_models(WELLS, [], radius=1), ValueError, "points: "),
    "models: radius": (lambda: figures.quadratic_models(WELLS, [(0, 0)], radius=0), ValueError, "radius: "),
    "models: labels": (
        lambda: figures.quadratic_models(WELLS, [(0, 0)], radius=1, labels=["a", "b"]),
        ValueError,
        "labels: ",
    ),
}


def flat(values=((1, 2), (3, 4)), x=(0, 1), y=(0, 1), **options):
    return lambda: figures.plane(values, x, y, **({"x_label": "x", "y_label": "y"} | options))


BAD |= {
    "plane: text": (flat("heights"), TypeError, "values: a table"),
    "plane: one row": (flat([[1, 2]]), ValueError, "values: 2 to 400"),
    "plane: words from a function": (flat(lambda x, y: "high"), TypeError, "values: a function"),
    "plane: one number from a function": (flat(lambda x, y: 1.0), ValueError, "values: a table of shape"),
    "plane: nothing finite": (flat([[np.nan, np.inf]] * 2), ValueError, "values: at least one finite"),
    "plane: x": (flat(x=(1, 0)), ValueError, "x: (low, high)"),
    "plane: y": (flat(y=3), ValueError, "y: (low, high)"),
    "plane: y from 0": (flat(y_log=True), ValueError, "y: a logarithmic"),
    "plane: columns": (flat(lambda x, y: x, columns=1000), ValueError, "columns: "),
    "plane: bands": (flat(bands=0), ValueError, "bands: 1 to 12"),
    "plane: edges": (flat(bands=[1, 1]), ValueError, "bands: 2 to 17"),
    "plane: nothing positive": (flat([[0, -1]] * 2, log=True), ValueError, "log: "),
    "plane: categories": (flat(categories="ab"), ValueError, "categories: "),
    "plane: no such category": (flat(categories=["a", "b"]), ValueError, "values: whole numbers"),
    "plane: half a category": (flat([[0.5, 0]] * 2, categories=["a", "b"]), ValueError, "values: whole numbers"),
    "plane: curves": (flat(curves={"c": [1, 2, 3]}), ValueError, "curves: 'c'"),
    "plane: many curves": (flat(curves={k: ([0], [0]) for k in "abcdef"}), ValueError, "curves: at most 5"),
    "plane: points": (flat(points=[(1, 2)]), TypeError, "points: "),
    "plane: equal": (flat(x=(0, 100), equal=True), ValueError, "equal: "),
}


class Square:
    n = 2

    def __call__(self, points):
        return (np.asarray(points) ** 2).sum(axis=-1)


@pytest.mark.parametrize(("call", "error", "begins"), BAD.values(), ids=BAD.keys())
def test_bad_input_is_named_before_any_work(call, error, begins):
    with pytest.raises(error) as caught:
        call()
    first_line = str(caught.value).splitlines()[0]
    assert first_line.startswith(begins)
    assert "got" in first_line
