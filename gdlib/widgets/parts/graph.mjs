/* The graph of a function of one variable, with one point on it that pointer, touch and keys move along the curve. */

import { svg } from "./elements.mjs";
import { Handle } from "./handle.mjs";
import { tenth, ticks } from "./numbers.mjs";
import { Plot } from "./plot.mjs";

const SAMPLES = 480;
const BELOW = 0.4, ABOVE = 0.06; // room under and over the curve, in parts of what it spans

export class Graph {
  /** `hears` is what the handle of its point is told. */
  constructor({ aspect, ...hears }) {
    Object.assign(this, { shown: "", range: [0, 1] });
    this.plot = new Plot({ label: "Graph", xLabel: "", yLabel: "", aspect,
      margin: { top: 28, right: 12, bottom: 40, left: 46 } });
    this.curve = svg("path", { class: "gd-curve" });
    this.plot.ground.append(this.curve);
    this.minima = svg("g", { class: "gd-minima" });
    this.plot.picture.append(this.minima);
    this.point = new Handle(this.plot, { ...hears, size: 1 });
    this.node = this.plot.node;
  }

  /** Draws the curve and its minima `{x, value}` unless they are there already; returns what f spans in the window. */
  ground(objective, { value }, wells) {
    const { plot } = this;
    const key = `${objective.name} ${objective.window} ${wells.map(({ x }) => x)} ${plot.width} ${plot.height}`;
    if (key === this.shown) return this.range;
    this.shown = key;
    const [[low, high]] = objective.window;
    const xs = Array.from({ length: SAMPLES + 1 }, (_, k) => low + (k / SAMPLES) * (high - low));
    const heights = xs.map((x) => value(x));
    const finite = heights.filter(Number.isFinite);
    this.range = finite.length ? [Math.min(...finite), Math.max(...finite)] : [0, 1];
    const span = this.range[1] - this.range[0] || 1;
    const [bottom, top] = [this.range[0] - BELOW * span, this.range[1] + ABOVE * span];
    plot.show([low, high], [bottom, top], ticks(low, high, 5), ticks(bottom, top, 5));
    plot.xLabel.textContent = objective.variables[0];
    plot.yLabel.textContent = `f(${objective.variables[0]})`;
    let broken = true;
    this.curve.setAttribute("d", heights.map((y, k) => {
      if (!Number.isFinite(y)) {
        broken = true;
        return "";
      }
      const piece = `${broken ? "M" : "L"}${plot.pixels(xs[k], y).map(tenth).join(" ")}`;
      broken = false;
      return piece;
    }).join(""));
    this.minima.replaceChildren(...wells.map((well) => svg("path", { d: "M-4 0H4M0 -4V4",
      transform: `translate(${plot.x(well.x)} ${plot.y(well.value)})` })));
    return this.range;
  }

  /** Puts the point at (x, y), where y is f of x, or no number. */
  place(x, y) {
    this.point.at = [x];
    this.point.show(Number.isFinite(y) ? y : this.plot.bottom);
  }
}
