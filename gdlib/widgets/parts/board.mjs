/* The map: a landscape's contours, runs on it, and one point of it that pointer, touch and keys move. */

import { levels, rings, sample } from "./contours.mjs";
import { svg } from "./elements.mjs";
import { Handle } from "./handle.mjs";
import { ticks } from "./numbers.mjs";
import { Plot, Series } from "./plot.mjs";

const CELLS = 192;
const LINES = 15;
const BANDS = 8;

export class Board {
  /**
   * `height` gives the contour lines theirs, where the landscape has none of its own; `what` is shown on the map
   * besides the landscape; `hears` is what the handle of its point is told.
   */
  constructor({ height, what = "the path of each rule", aspect = 0.84, ...hears }) {
    Object.assign(this, { height, what, shown: "", range: [0, 1] });
    this.plot = new Plot({ label: "Contour map", xLabel: "", yLabel: "", aspect,
      margin: { top: 28, right: 12, bottom: 40, left: 46 } });
    this.series = new Series(this.plot);
    this.minima = svg("g", { class: "gd-minima" });
    this.plot.picture.append(this.minima);
    this.point = new Handle(this.plot, hears);
    this.node = this.plot.node;
    this.node.classList.add("gd-board");
  }

  /** Draws the landscape, at its own `heights` and `cells` if any, unless it is there; returns what f spans. */
  ground(objective, { value }) {
    const { plot } = this;
    const key = `${objective.name} ${objective.window} ${objective.minima} ${plot.width} ${plot.height}`;
    if (key === this.shown) return this.range;
    this.shown = key;
    const [across, along] = widened(objective.window, plot.height / plot.width);
    plot.show(across, along, ticks(...across, 5), ticks(...along, 5));
    plot.xLabel.textContent = objective.variables[0];
    plot.yLabel.textContent = objective.variables[1];
    plot.picture.setAttribute("aria-label", `Contour map of ${objective.title} with ${this.what}`);
    const grid = sample(value, [across, along], objective.cells ?? CELLS);
    this.grid = grid;
    this.range = [grid.inside[0] ?? 0, grid.inside.at(-1) ?? 1];
    const heights = objective.heights ?? levels(grid.inside, LINES, this.height);
    paint(plot, grid, heights);
    this.minima.replaceChildren(...objective.minima.map(([x, y]) =>
      svg("path", { d: "M-4 0H4M0 -4V4", transform: `translate(${plot.x(x)} ${plot.y(y)})` })));
    return this.range;
  }

  /** Draws runs `{series, path}` and the point. */
  draw(runs) {
    this.series.draw(runs.map(({ series, path }) => ({ series, count: path.length, at: (k) => path[k] })));
    this.point.show();
  }

  cut(step) {
    this.series.cut(step);
  }
}

/** Lines at these heights of a sampled function, and the ground between them, the deepest the darkest. */
export function paint(plot, grid, heights) {
  const filled = new Set(Array.from({ length: BANDS - 1 }, (_, band) =>
    Math.round((band * (heights.length - 1)) / (BANDS - 2))));
  const lines = rings(grid, heights, (x) => plot.x(x), (y) => plot.y(y));
  const { left, top } = plot.margin;
  plot.ground.replaceChildren(
    svg("rect", { x: left, y: top, width: plot.width, height: plot.height, style: "fill: var(--level-0)" }),
    ...lines.filter((_, index) => filled.has(index)).map((d, band) =>
      svg("path", { d, style: `fill: var(--level-${band + 1})` })),
    ...lines.map((d) => svg("path", { d, class: "gd-isoline" })));
}

/** The window, widened in one direction so that both axes have one scale: only then are gradients square to contours. */
function widened([[left, right], [bottom, top]], aspect) {
  const wide = right - left;
  const tall = top - bottom;
  const moreWide = Math.max(0, tall / aspect - wide) / 2;
  const moreTall = Math.max(0, wide * aspect - tall) / 2;
  return [[left - moreWide, right + moreWide], [bottom - moreTall, top + moreTall]];
}
