/* Draws how a quantity that should vanish shrinks in each run, step by step, on a log scale. */

import { counts, decades } from "./numbers.mjs";
import { svg } from "./elements.mjs";
import { look, Plot, Series } from "./plot.mjs";

const LEAST = 1e-16; // below it there is rounding; 0 is drawn there
const MOST = 1e12; // a run that diverges leaves the picture
const NARROW = 320; // pixels; a wider picture is flatter
const FLAT = 0.42;

export class Decay {
  /** `what` names the quantity above the picture, `label` says what the picture is. */
  constructor({ what, label, aspect }) {
    this.plot = new Plot({ label, xLabel: "step t", yLabel: what, aspect, margin: { top: 28, right: 12, bottom: 40, left: 46 } });
    this.ahead = svg("g");
    this.plot.lines.append(this.ahead);
    this.series = new Series(this.plot);
    this.aspect = aspect;
    this.node = this.plot.node;
  }

  measure(width) {
    const aspect = width < NARROW ? this.aspect : FLAT;
    if (aspect !== this.plot.aspect) Object.assign(this.plot, { aspect, full: 0 });
    return this.plot.measure(width);
  }

  /** `runs` are `{series, values}`; a run without values is not drawn. */
  draw(runs, steps) {
    const shown = runs.filter(({ values }) => values.length);
    const height = (value) => Math.log10(Math.min(Math.max(value, LEAST), MOST)); // of what is no number: none
    const heights = shown.flatMap(({ values }) => values.map(height)).filter(Number.isFinite);
    const [low, high] = heights.length ? [Math.floor(Math.min(...heights)), Math.ceil(Math.max(...heights))] : [-1, 0];
    const { plot } = this;
    plot.show([0, steps], [low, Math.max(high, low + 1)], counts(steps, 4),
      decades(low, Math.max(high, low + 1), 5));
    this.series.draw(shown.map(({ series, values }) => ({ series, count: values.length, at: (k) => [k, height(values[k])] })));
    this.ahead.replaceChildren(...shown.map(({ series }, index) => svg("path", { class: "gd-ahead",
      style: `--series: ${look(series).colour}`, d: this.series.drawn[index].text })));
  }

  cut(step) {
    this.series.cut(step);
  }
}
