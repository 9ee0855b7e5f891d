/* The map: a landscape's contours, runs on it, and one point of it that pointer, touch and keys move. */

import { html, svg } from "./elements.mjs";
import { levels, ring, sample } from "./contours.mjs";
import { short, ticks } from "./numbers.mjs";
import { Plot, Series } from "./plot.mjs";

const CELLS = 192;
const LINES = 15;
const BANDS = 8;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

export class Board {
  /**
   * `onMove(point, hand)` hears where the point is moved and by what ("mouse", "touch", "pen" or "keys"), `onHold(held)`
   * when a drag begins and ends; `what` is shown on the map besides the landscape, `called` is the point's name.
   */
  constructor({ onMove, onHold, what = "the path of each rule", called = "Start", aspect = 0.84 }) {
    Object.assign(this, { onMove, onHold, what, called, at: [0, 0], shown: "", range: [0, 1] });
    this.plot = new Plot({ label: "Contour map", xLabel: "", yLabel: "", aspect,
      margin: { top: 28, right: 12, bottom: 40, left: 46 } });
    this.series = new Series(this.plot);
    this.minima = svg("g", { class: "gd-minima" });
    this.plot.picture.append(this.minima);
    this.handle = html("button", { type: "button", class: "gd-handle", onkeydown: (event) => this.key(event) },
      html("span"));
    this.node = this.plot.node;
    this.node.classList.add("gd-board");
    this.node.append(this.handle);
    this.listen();
  }

  /** A mouse drags from anywhere in the frame; a finger drags the handle, or taps, so that the page still scrolls. */
  listen() {
    const { frame } = this.plot;
    for (const place of [frame, this.handle]) {
      place.addEventListener("pointerdown", (event) => {
        if (event.button !== 0 || (place === frame && event.pointerType === "touch")) return;
        event.preventDefault();
        this.handle.focus({ preventScroll: true });
        place.setPointerCapture(event.pointerId);
        this.onHold(true);
        if (place === frame) this.move(this.plot.under(event), event.pointerType);
      });
      place.addEventListener("pointermove", (event) => {
        if (place.hasPointerCapture(event.pointerId)) this.move(this.plot.under(event), event.pointerType);
      });
      place.addEventListener("lostpointercapture", () => this.onHold(false));
    }
    frame.addEventListener("click", (event) => {
      if (event.pointerType === "touch") this.move(this.plot.under(event), "touch");
    });
  }

  key(event) {
    const along = ARROWS[event.key];
    if (!along || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const { low, high, bottom, top } = this.plot;
    const stride = (event.shiftKey ? 10 : 1) / 100;
    const kept = (value, least, most) => Math.min(most, Math.max(least, value));
    this.move([kept(this.at[0] + along[0] * stride * (high - low), low, high),
      kept(this.at[1] + along[1] * stride * (top - bottom), bottom, top)], "keys");
  }

  /** To a thousandth of the window, about a pixel: no state of sixteen digits. */
  move(point, hand) {
    const places = Math.min(20, Math.max(0, 3 - Math.floor(Math.log10(this.plot.high - this.plot.low))));
    this.at = point.map((part) => Number(part.toFixed(places))); // the next key may come before the next frame
    this.onMove(this.at, hand);
  }

  /** Draws the landscape, at its own `heights` and `cells` if any, unless it is there; returns what f spans. */
  ground(objective, { value }) {
    const { plot } = this;
    const key = `${objective.name} ${plot.width} ${plot.height}`;
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
    const heights = objective.heights ?? levels(grid.inside, LINES);
    paint(plot, grid, heights);
    this.minima.replaceChildren(...objective.minima.map(([x, y]) =>
      svg("path", { d: "M-4 0H4M0 -4V4", transform: `translate(${plot.x(x)} ${plot.y(y)})` })));
    return this.range;
  }

  /** Draws runs `{series, path}` and the point. */
  draw(runs) {
    this.series.draw(runs.map(({ series, path }) => ({ series, count: path.length, at: (k) => path[k] })));
    const { x, y } = this.plot.markAt(...this.at);
    this.handle.style.transform = `translate(${x}px, ${y}px)`;
    this.handle.setAttribute("aria-label",
      `${this.called} at (${this.at.map((part) => short(part)).join(", ")}); arrow keys move it, with shift ten times as far`);
  }

  cut(step) {
    this.series.cut(step);
  }
}

/** Lines at these heights of a sampled function, and the ground between them, the deepest the darkest. */
export function paint(plot, grid, heights) {
  const filled = new Set(Array.from({ length: BANDS - 1 }, (_, band) =>
    Math.round((band * (heights.length - 1)) / (BANDS - 2))));
  const rings = heights.map((level) => ring(grid, level, (x) => plot.x(x), (y) => plot.y(y)));
  const { left, top } = plot.margin;
  plot.ground.replaceChildren(
    svg("rect", { x: left, y: top, width: plot.width, height: plot.height, style: "fill: var(--level-0)" }),
    ...rings.filter((_, index) => filled.has(index)).map((d, band) =>
      svg("path", { d, style: `fill: var(--level-${band + 1})` })),
    ...rings.map((d) => svg("path", { d, class: "gd-isoline" })));
}

/** The window, widened in one direction so that both axes have one scale: only then are gradients square to contours. */
function widened([[left, right], [bottom, top]], aspect) {
  const wide = right - left;
  const tall = top - bottom;
  const moreWide = Math.max(0, tall / aspect - wide) / 2;
  const moreTall = Math.max(0, wide * aspect - tall) / 2;
  return [[left - moreWide, right + moreWide], [bottom - moreTall, top + moreTall]];
}
