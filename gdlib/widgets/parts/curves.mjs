/* Draws how high each run stands, step by step: above the known minimum on a log scale, else f itself. */

import { counts, decades, ticks } from "./numbers.mjs";
import { Plot, Series } from "./plot.mjs";
import { svg } from "./elements.mjs";

const FLOOR = 1e-16; // below this the difference from the minimum is rounding
const CEILING = 1e150; // f may be infinite, or no number, at a finite point

export class Curves {
  /** `onScrub(step)` hears the step under a pointer that is pressed on the picture. */
  constructor(onScrub) {
    this.plot = new Plot({ label: "Value of f against the step, for each rule", xLabel: "step t", yLabel: "f",
      aspect: 0.36, margin: { top: 28, right: 12, bottom: 40, left: 46 } });
    this.cursor = svg("path", { class: "gd-cursor" });
    this.plot.lines.append(this.cursor);
    this.series = new Series(this.plot);
    this.node = this.plot.node;
    scrubbed(this.plot, onScrub);
  }

  /**
   * `runs` are `{series, values}`; `minimum` is the least value of f where it is known, else null; `range` is what
   * f spans in the window, which a diverging run may leave.
   */
  draw(runs, steps, minimum, range) {
    const { plot } = this;
    const log = minimum !== null;
    const kept = (value) => (value < CEILING ? Math.max(value, -CEILING) : CEILING);
    const height = log ? (value) => Math.log10(Math.max(kept(value) - minimum, FLOOR)) : kept;
    const heights = runs.map(({ values }) => values.map(height));
    // What leaves the window may leave the picture.
    const [least, most] = log ? [-Infinity, height(minimum + 10 * Math.abs(range[1] - minimum))] : range;
    let [low, high] = [Infinity, -Infinity];
    for (const run of heights) {
      for (const at of run) {
        if (at < low) low = at;
        if (at > high) high = at;
      }
    }
    [low, high] = [Math.max(low, least), Math.min(high, most)];
    if (!(low <= high)) [low, high] = [height(range[0]), height(range[1])];
    if (log) [low, high] = [Math.max(Math.floor(low), -16), Math.ceil(high)];
    if (low >= high) high = low + 1;
    const room = log ? 0 : 0.04 * (high - low);
    plot.yLabel.textContent = log ? "f(θₜ) − f*" : "f(θₜ)";
    plot.show([0, steps], [low - room, high + room], counts(steps, plot.width < 300 ? 4 : 5),
      log ? decades(low, high, 5) : ticks(low, high, 4));
    this.series.draw(runs.map(({ series }, run) => ({ series, count: heights[run].length, at: (k) => [k, heights[run][k]] })));
  }

  cut(step) {
    const x = Math.round(this.plot.x(step) * 10) / 10;
    this.cursor.setAttribute("d", `M${x} ${this.plot.margin.top}v${this.plot.height}`);
    this.series.cut(step);
  }
}

/** Tells `onScrub(step)` the step under a pointer that is pressed on a picture whose steps run from left to right. */
export function scrubbed(plot, onScrub) {
  const { frame } = plot;
  const scrub = (event) => frame.hasPointerCapture(event.pointerId) && onScrub(Math.round(plot.under(event)[0]));
  frame.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || event.pointerType === "touch") return;
    event.preventDefault();
    frame.setPointerCapture(event.pointerId);
    scrub(event);
  });
  frame.addEventListener("pointermove", scrub);
}
