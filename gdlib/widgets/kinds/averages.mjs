/* Running averages: a noisy slope is measured step by step, and a window and an exponential average follow it. */

import { button } from "./controls.mjs";
import { normals } from "./descend.mjs";
import { html, svg } from "./elements.mjs";
import { place, plain, tenth, ticks } from "./numbers.mjs";
import { look, Plot, Series, swatch } from "./plot.mjs";
import { literal } from "./python_cell.mjs";
import { explorer } from "./shell.mjs";
import { Transport } from "./transport.mjs";

const SECONDS = 24; // a whole run; slow enough to see single measurements come in
const TITLES = { window: "Moving window", exponential: "Exponential", corrected: "Exponential, corrected" };
const NAMES = Object.keys(TITLES); // in the order of their looks
const SETTLED = 3; // times 1/(1 - β): when an exponential average has forgotten its start, but for 5 %
const ENOUGH = 20; // measurements before noise is said to be measured
const SAME = 0.002; // where βᵗ is less, the corrected average cannot be told from the other, and is left out
const MARGIN = { right: 12, left: 46 };

class Averages {
  constructor(shell) {
    const { state, controls, signal } = shell;
    Object.assign(this, { shell, computed: null });
    this.scope = new Plot({ label: "A noisy slope as it is measured, and its running averages", xLabel: "", yLabel: "slope",
      aspect: 0.56, margin: { ...MARGIN, top: 28, bottom: 22 } });
    this.weights = new Plot({ label: "The weight that each measurement has in the averages now", xLabel: "step t",
      yLabel: "weight now", aspect: 0.2, margin: { ...MARGIN, top: 28, bottom: 40 } });
    this.truth = svg("path", { class: "gd-truth" });
    this.measured = svg("path", { class: "gd-measured" });
    this.scope.lines.append(this.measured, this.truth);
    this.series = new Series(this.scope);
    this.bars = NAMES.map((_, index) => svg("path", { class: "gd-bars", style: `--series: ${look(index).colour}`,
      "stroke-dasharray": look(index).dash }));
    this.weights.lines.append(...this.bars);
    this.readout = shell.reads(["average", "window", "exponential", "corrected"]);
    this.transport = new Transport({ signal, steps: state.steps, seconds: SECONDS, onMove: () => this.cut(),
      onRest: shell.holder() });
    shell.plots.push(this.scope, this.weights);
    this.placed = ["window", "beta", "noise", "seed"];
    this.pictures = [this.scope.node, this.weights.node, this.transport.node];
    this.panel = [
      html("ul", { class: "gd-marks" },
        html("li", {}, mark("gd-measured", "M6 7h0M17 4h0M28 9h0"), "measured slope"),
        html("li", {}, mark("gd-truth", "M0 7H34"), "true slope")),
      controls.noise.node,
      html("div", { class: "gd-seed" }, controls.seed.node,
        button("Other noise", () => shell.change({ seed: (shell.state.seed + 1) % 2 ** 32 }))),
      this.card(["window"], controls.window.node),
      this.card(["exponential", "corrected"], controls.beta.node),
      html("div", { class: "gd-rule gd-match", role: "group", "aria-label": "Window for this β" },
        html("p", {}, "Window for this β"),
        this.matching("(1 + β)/(1 − β)", "same_noise", "same noise, same age"),
        this.matching("1/(1 − β)", "same_newest", "same newest weight")),
    ];
  }

  card(names, ...nodes) {
    return html("div", { class: "gd-rule", style: `--series: ${look(NAMES.indexOf(names[0])).colour}` },
      names.map((name) => html("p", { class: "gd-tick" }, swatch(NAMES.indexOf(name)), TITLES[name])), nodes);
  }

  /** A button that sets the window to what a formula makes of β, and what they then have in common. */
  matching(text, formula, same) {
    const press = () => {
      const found = Math.round(this.shell.modules.formulas[formula](this.shell.state.beta));
      this.shell.change({ window: Math.min(found, this.shell.spec.fields.find(({ name }) => name === "window").high) });
    };
    return html("div", {}, button(`M = ${text}: ${same}`, press, { text: `M = ${text}` }), html("span", {}, same));
  }

  settle({ steps }) {
    this.transport.lengthen(steps);
  }

  reset() {
    this.transport.go(this.shell.state.steps);
  }

  /** The three averages of these measurements, step by step. */
  averaged(measured) {
    const { formulas: { moving_window: windowed, exponential, bias_corrected: corrected } } = this.shell.modules;
    const { window, beta } = this.shell.state;
    const found = { window: [], exponential: [], corrected: [] };
    let [mean, m, power] = [0, 0, 1];
    measured.forEach((g, k) => {
      mean = windowed(mean, g, measured[k - window] ?? 0, k + 1, window);
      m = exponential(m, g, beta);
      power *= beta;
      [mean, m, corrected(m, power)].forEach((value, index) => found[NAMES[index]].push(value));
    });
    return found;
  }

  /** Measures and averages, once for each change; `sums` add up what is measured of noise and lag, from `from` on. */
  ensure() {
    const { state, modules: { formulas } } = this.shell;
    if (this.computed === state) return;
    const { signal, steps, seed, noise, window, beta } = state;
    const normal = normals(seed);
    const truth = Array.from({ length: steps }, (_, k) => formulas[signal](k + 1));
    const measured = truth.map((slope) => slope + noise * normal());
    this.run = { truth, measured, ...this.averaged(measured) };
    const calm = { measured: truth, ...this.averaged(truth) };
    this.told = Math.floor(Math.log(SAME) / Math.log(beta));
    this.from = Math.max(window, Math.ceil(SETTLED / (1 - beta)));
    const sum = (of) => {
      let total = 0;
      return truth.map((_, k) => (total += k + 1 < this.from ? 0 : of(k)));
    };
    const left = (name) => sum((k) => (this.run[name][k] - calm[name][k]) ** 2);
    const late = (name) => sum((k) => (truth[k] - this.run[name][k]) / (truth[k] - (truth[k - 1] ?? 0)));
    this.sums = { noise: left("measured"), left: NAMES.map(left), late: signal === "ramp" ? NAMES.map(late) : null };
    this.computed = state;
  }

  paths() {
    this.ensure();
    return Object.fromEntries(Object.entries(this.run).map(([name, values]) => [name, values.map((value, k) => [k + 1, value])]));
  }

  /** What a saved picture says: which line is which. */
  caption() {
    const { window, beta } = this.shell.state;
    const lines = NAMES.map((name, series) =>
      ({ series, text: `${TITLES[name]}, ${name === "window" ? `${window} measurements` : `β = ${beta}`}` }));
    return { title: "Running averages of a noisy slope", lines: [...lines,
      { text: "Dots: the measured slope. Thin line: the true slope." }, { text: this.readout.headline }] };
  }

  /** The cell whose `found` has the averages of the page where there is no noise, and else of noise of the same law. */
  pythonCell() {
    const { signal, steps, seed, noise, window, beta } = this.shell.state;
    return ["import numpy as np", "import gdlib as gd", "from gdlib.widgets.kinds.averages import SIGNALS, averaged", "",
      `t = np.arange(1, ${steps + 1})`, `true = np.array([SIGNALS["${signal}"](step) for step in t])`,
      ...(noise > 0 ? ["# Noise of the same law as the page's, but other numbers."] : []),
      `measured = true + ${literal(noise)} * np.random.default_rng(${seed}).standard_normal(len(t))`,
      `found = averaged(measured, window=${window}, beta=${literal(beta)})`,
      'lines = {"true slope": (t, true), **{name: (t, values) for name, values in found.items()}}',
      'gd.figures.lines(lines, points={"measured": (t, measured)}, x_label="step t", y_label="slope")', ""].join("\n");
  }

  draw() {
    this.cut();
  }

  /** Shows what is known after the step of the transport. */
  cut() {
    this.ensure();
    const { transport: { step }, shell: { spec, state }, scope, run } = this;
    const span = [Math.max(step, spec.in_sight) - spec.in_sight, Math.max(step, spec.in_sight)];
    const shown = (values) => values.slice(span[0], step);
    const lines = [run.truth, ...NAMES.map((name) => run[name])].map(shown);
    const heights = step ? lines.flat() : [0];
    const [low, high] = [Math.min(...heights), Math.max(...heights)];
    const room = 2.6 * state.noise + 0.08 * (high - low) + 1e-3;
    const across = ticks(...span, scope.width < 300 ? 4 : 6);
    scope.show(span, [low - room, high + room], across, ticks(low - room, high + room, 5));
    const at = (values, k) => scope.pixels(span[0] + k + 1, values[k]).map(tenth).join(" ");
    const dots = shown(run.measured);
    this.measured.setAttribute("d", dots.map((_, k) => `M${at(dots, k)}h0`).join(""));
    this.truth.setAttribute("d", lines[0].map((_, k) => `${k ? "L" : "M"}${at(lines[0], k)}`).join(""));
    const counts = lines.slice(1).map((values, index) => (NAMES[index] === "corrected" ? Math.min(values.length, this.told - span[0]) : values.length));
    this.series.draw(counts.map((count, index) => ({ series: index, count, at: (k) => [span[0] + k + 1, lines[index + 1][k]] }))
      .filter(({ count }) => count > 0));
    this.series.cut(Infinity);
    this.weigh(span, across);
    this.tell(step);
  }

  /** Draws the weights of the measurements in the averages now, each below its measurement. */
  weigh(span, across) {
    const { transport: { step }, shell: { modules: { formulas }, state: { window, beta } }, weights } = this;
    const ages = Array.from({ length: Math.min(step, span[1] - span[0]) }, (_, age) => age);
    const faded = ages.map((age) => formulas.exponential_weight(age, beta));
    const heights = [ages.map((age) => formulas.window_weight(age, step, window)), faded,
      step > this.told ? [] : faded.map((weight) => formulas.bias_corrected(weight, beta ** step))];
    const most = Math.max(1e-3, ...heights.map(([newest]) => newest ?? 0));
    weights.show(span, [0, 1.15 * most], across, ticks(0, 1.15 * most, 2));
    const at = (x, y) => `${Math.round(weights.x(x) * 10) / 10} ${Math.round(weights.y(y) * 10) / 10}`;
    heights.forEach((row, index) => {
      const steps = row.map((weight, age) => `L${at(step - age + 0.5, weight)}L${at(step - age - 0.5, weight)}`).join("");
      this.bars[index].setAttribute("d", row.length ? `M${at(step + 0.5, 0)}${steps}L${at(step - row.length + 0.5, 0)}` : "");
    });
  }

  tell(step) {
    const { shell: { modules: { formulas }, state: { window, beta } }, run, sums } = this;
    const count = step - this.from + 1;
    const k = step - 1;
    const each = (of) => NAMES.map((name, index) => of(name, index));
    const none = each(() => "–");
    const late = [formulas.window_age(window), formulas.exponential_age(beta), formulas.exponential_age(beta)];
    const left = [formulas.window_noise(window), formulas.exponential_noise(beta), formulas.exponential_noise(beta)];
    const rows = [
      ["its value now", step ? each((name) => place(run[name][k])) : none],
      ["variance left, expected", left.map((part) => plain(part))],
      ["the same in this run", count >= ENOUGH && sums.noise[k] > 0 ? each((_, index) => plain(sums.left[index][k] / sums.noise[k])) : none],
      ["steps late on a ramp", late.map((age) => plain(age))],
      ["the same in this run", count > 0 && sums.late ? each((_, index) => plain(sums.late[index][k] / count)) : none],
      ["numbers kept", [String(window), "1", "2"]],
    ];
    const oldest = Math.min(step, window) - 1;
    const stale = `The window keeps ${window} measurements, the oldest ${oldest} ${oldest === 1 ? "step" : "steps"} stale.`;
    this.readout.show(step ? `Step ${step}: the true slope is ${place(run.truth[k])}. ${stale}` : "Nothing is measured yet.",
      rows.map(([title, cells], index) => ({ id: String(index), title, cells })));
  }
}

/** A small picture of how something is drawn, for the legend. */
const mark = (kind, d) => svg("svg", { class: "gd-swatch", width: 34, height: 14, viewBox: "0 0 34 14", "aria-hidden": "true" },
  svg("path", { class: kind, d }));

export default explorer(Averages);
