/* Draws f along one coordinate about the place of a step: the slopes that the rule has, and what it makes of them. */

import { html, svg } from "./elements.mjs";
import { short } from "./numbers.mjs";
import { look, Plot } from "./plot.mjs";

const POINTS = 96;
const FAR = 1e150; // beyond that squares are infinite
const LEAST = 1e-12; // of the window; below that no two places differ

/** The next of 1, 2, 5, 10, … at or above. */
function roundUp(size) {
  const scale = 10 ** Math.floor(Math.log10(size));
  return scale * [1, 2, 5, 10].find((factor) => factor * scale >= size * (1 - 1e-9));
}

export class Slice {
  constructor(series) {
    this.plot = new Plot({ label: "", xLabel: "", yLabel: "", aspect: 0.56, margin: { top: 26, right: 8, bottom: 24, left: 8 } });
    const { colour, mark } = look(series);
    const path = (kind) => svg("path", { class: kind, style: `--series: ${colour}` });
    this.parts = Object.fromEntries(["curve", "parabola", "slope", "upright", "old", "new"].map((part) => [part, path(`gd-${part}`)]));
    this.plot.lines.append(...Object.values(this.parts));
    this.here = svg("circle", { class: "gd-here", r: 5 });
    this.mark = svg("path", { class: "gd-mark", d: mark, style: `--series: ${colour}` });
    this.words = ["vertex", "limit"].map((word, row) => svg("text", { class: "gd-word", y: 40 + 15 * row }, word));
    this.plot.marks.append(...this.words, this.here, this.mark);
    this.node = html("div", { class: "gd-slice" }, this.plot.node);
  }

  /**
   * `along(offset)` is f from here, above f here. Of what the rule knows and does, all as offsets: `slope` here, `move`;
   * `sizes` [old, new] of a step size; `secant` {last, before, height(offset), vertex}; `limit` of the growth.
   */
  draw({ name, at, along, span, slope, move, sizes = [], secant = null, limit = null }) {
    const { plot } = this;
    const reached = [move, ...sizes, ...(secant ? [secant.last, secant.vertex] : []), limit ?? 0]
      .map(Math.abs).filter((size) => size < FAR);
    const furthest = Math.max(...reached);
    const half = roundUp(furthest > LEAST * span ? 1.1 * furthest : span / 2);
    const ends = [-1.2 * half, 1.2 * half];
    const offsets = Array.from({ length: POINTS + 1 }, (_, k) => ends[0] + (k / POINTS) * (ends[1] - ends[0]));
    const curve = offsets.map((offset) => [offset, along(offset)]);
    const wanted = secant ? [secant.last, secant.vertex, move].filter(Number.isFinite).map(secant.height) : [];
    const heights = [0, ...curve.map(([, height]) => height), ...wanted].filter(Number.isFinite);
    const [low, high] = [Math.min(...heights), Math.max(...heights)];
    const room = (high - low || 1) * 0.14;
    // Where the plot is narrow there is no room for both ends, and for none that takes more than a few characters.
    const scale = [{ at: -half, text: short(-half, 1) }, { at: half, text: `+${short(half, 1)}` }]
      .filter(({ at, text }) => plot.width > 190 || (at > 0 && text.length <= 4));
    plot.show(ends, [low - (sizes.length ? 2.5 : 1) * room, high + room],
      [{ at: 0, text: `${name} = ${short(at)}` }, ...scale], []);
    plot.yLabel.textContent = `f along ${name}`;
    plot.picture.setAttribute("aria-label", `f along ${name} about the place from which the step goes`);
    this.trace("curve", curve);
    this.trace("parabola", secant ? offsets.map((offset) => [offset, secant.height(offset)]) : []);
    const tangent = (offset, height, rise) => [[-0.16, 0.16].map((part) => [offset + part * half, height + part * half * rise])];
    this.put("slope", [...tangent(0, 0, slope), ...(secant ? tangent(secant.last, secant.height(secant.last), secant.before) : [])]
      .map((piece) => this.line(piece)).join(""));
    const foot = plot.margin.top + plot.height;
    const bar = (size, row) => {
      const [from, to] = [-size, size].map((end) => plot.pixels(end, 0)[0]);
      return `M${from} ${foot - row}v-5M${from} ${foot - row - 2.5}H${to}M${to} ${foot - row}v-5`;
    };
    ["old", "new"].forEach((part, row) => this.put(part, sizes.length ? bar(sizes[row], 14 - 9 * row) : ""));
    this.uprights([secant?.vertex ?? null, limit]);
    this.mark.setAttribute("transform", this.place(move, along(move)));
    this.here.setAttribute("transform", this.place(0, 0));
  }

  /** Where the vertex is, and where the growth limit, each with its name. */
  uprights(places) {
    const { plot } = this;
    let d = "";
    places.forEach((offset, row) => {
      const x = offset === null ? NaN : plot.x(offset);
      const inside = x >= plot.margin.left && x <= plot.margin.left + plot.width;
      this.words[row].toggleAttribute("hidden", !inside);
      if (!inside) return;
      d += `M${x} ${plot.margin.top}v${plot.height}`;
      const leftward = x > plot.margin.left + 0.7 * plot.width;
      this.words[row].setAttribute("x", x + (leftward ? -4 : 4));
      this.words[row].setAttribute("text-anchor", leftward ? "end" : "start");
    });
    this.put("upright", d);
  }

  trace(part, points) {
    this.put(part, points.length > 1 ? this.line(points) : "");
  }

  /** Path text; a height that is not finite is a gap. */
  line(points) {
    let pen = "M";
    return points.map(([offset, height]) => {
      if (!Number.isFinite(height)) {
        pen = "M";
        return "";
      }
      const text = `${pen}${this.plot.pixels(offset, height).map((part) => part.toFixed(1)).join(" ")}`;
      pen = "L";
      return text;
    }).join("");
  }

  put(part, d) {
    this.parts[part].setAttribute("d", d);
  }

  place(offset, height) {
    const { x, y } = this.plot.markAt(offset, height);
    return Number.isFinite(x + y) ? `translate(${x.toFixed(1)} ${y.toFixed(1)})` : "translate(-99 -99)";
  }
}
