/* The rate map: a plane of hyperparameters, each pixel coloured by how fast a run with them went, theory drawn over it. */

import { paint } from "./board.mjs";
import { sample } from "./contours.mjs";
import { Decay } from "./decay.mjs";
import { descend } from "./descend.mjs";
import { html, svg } from "./elements.mjs";
import { Handle } from "./handle.mjs";
import { box, MapKey } from "./map_key.mjs";
import { MapPicture } from "./map_picture.mjs";
import { plain, ticks } from "./numbers.mjs";
import { OneRule } from "./one_rule.mjs";
import { look, Plot, Series, swatch } from "./plot.mjs";
import { keywords, literal, opening, tuple } from "./python_cell.mjs";
import { RateTheory } from "./rate_theory.mjs";
import { explorer } from "./shell.mjs";

const RUN = 1, THEORY = 4; // looks
const LINES = [0.02, 0.08, 0.18, 0.32, 0.5, 0.72, 0.98, 1.28]; // heights of level lines, for a start of (±1, ±1)
const CELLS = 64; // of the grid from which they are drawn
const DEEPEST = 0.76, PALEST = 0.03; // of the shades, as in gdlib's figures
const POINT = "Point at the map to read a pixel. A click, or the arrow keys, send its run to the path.";
const NAMES = { lr: "step size η", beta: "decay β", kappa: "condition number κ", beta1: "decay β₁", beta2: "decay β₂",
  rho: "decay ρ", up: "growth η⁺", down: "shrinkage η⁻" };

class RateMap {
  constructor(shell) {
    const { spec, state, signal } = shell;
    Object.assign(this, { shell, placed: ["plane", "start", "steps", "kappa"], ground: shell.modules.objectives[spec.objectives[0].name] });
    const bands = spec.bands.length - 1;
    this.off = bands; // the shade of runs that go off
    const depth = (k) => DEEPEST + (PALEST - DEEPEST) * (k / (bands - 1));
    this.shades = [...Array.from({ length: bands }, (_, k) => ({ ink: "accent", depth: depth(k) })), { ink: "faint", depth: 0, hatch: "rising" }];
    this.map = new MapPicture({ label: "Rate map", aspect: 0.86, signal, called: "The run of the path",
      shadeOf: (picture, k) => this.shade(picture, k), onMove: (values) => this.turn(values),
      onHold: shell.holder(), onPointed: (pixel) => this.read(pixel) });
    this.theory = new RateTheory(this.map.plot, spec.bands);
    this.key = new MapKey();
    this.under = html("p", { class: "gd-under" }, POINT);
    this.path = new Plot({ label: "The run's path", xLabel: "x", yLabel: "y", aspect: 1, margin: { top: 28, right: 12, bottom: 40, left: 46 } });
    this.line = new Series(this.path);
    this.start = new Handle(this.path, { onMove: (start) => shell.change({ start }), onHold: shell.holder() });
    this.rule = new OneRule(spec.rules, (rules) => this.choose(rules));
    shell.reads();
    this.decay = new Decay({ what: "‖θₜ‖ / ‖θ₀‖", label: "What is left of the distance, step by step, and what theory's rate leaves", aspect: 0.6 });
    this.lines = html("ul", { class: "gd-line-key" });
    const series = (index, text) => html("li", {}, swatch(index), text);
    this.promise = series(THEORY, "theory’s rate");
    this.runs = html("ul", { class: "gd-line-key" }, series(RUN, "this run"), this.promise);
    shell.plots.push(this.map.plot, this.path, this.decay);
    const { plane, start, steps: count, kappa } = shell.controls;
    this.head = [spec.planes.length > 1 ? plane.node : null, spec.rules.length > 1 ? this.rule.head : null, count.node];
    this.pictures = [this.map.node, this.key.node, this.lines, this.under];
    this.panel = [this.path.node, start.node, this.decay.node, this.runs, this.rule.node, kappa.node];
    this.rule.show(state.rules);
  }

  get told() {
    return this.shell.spec.rules.find(({ name }) => name === this.shell.state.rules[0].name);
  }

  /** The axes of the state's plane, as the state's rule has them. */
  get axes() {
    const { spec, state } = this.shell;
    const { axes } = spec.planes.find(({ name }) => name === state.plane);
    return this.told.spans[state.plane].map((span, k) => ({ ...span, label: NAMES[axes[k]], name: axes[k],
      ...(axes[k] === "kappa" ? { of: "held", place: 0 } : { of: "settings" }) }));
  }

  /** All numbers by name: hyperparameters and κ. */
  get numbers() {
    const { rules: [{ hyperparameters }], kappa } = this.shell.state;
    return { ...hyperparameters, kappa };
  }

  /** Another rule keeps the settings that it has too, so that the two can be compared. */
  choose([runner]) {
    const { hyperparameters: kept } = this.shell.state.rules[0];
    const { hyperparameters } = this.shell.spec.rules.find(({ name }) => name === runner.name);
    const settings = Object.fromEntries(hyperparameters.map(({ name, value }) => [name, kept[name] ?? value]));
    this.shell.change({ rules: [{ name: runner.name, hyperparameters: runner.hyperparameters ?? settings }] });
  }

  /** The point of the map has been moved to these numbers. */
  turn(values) {
    const { kappa, ...hyperparameters } = { ...this.numbers, ...Object.fromEntries(this.axes.map(({ name }, k) => [name, values[k]])) };
    const [runner] = this.shell.state.rules;
    this.shell.change({ kappa, rules: [{ ...runner, hyperparameters }] });
  }

  settle({ plane, rules, start }) {
    const { among } = this.shell.spec.fields.find(({ name }) => name === "rules");
    this.rule.offer(among[1][plane]);
    this.rule.show(rules);
    this.start.at = start;
    this.shell.formula.textContent = "f(x, y) = (x²/κ + y²)/2";
  }

  /** The landscape with the state's κ, for a run. */
  get landscape() {
    const { kappa } = this.shell.state;
    const { gradient, value } = this.ground;
    return { slopeAt: ([x, y]) => gradient(x, y, kappa), valueAt: ([x, y]) => value(x, y, kappa) };
  }

  run() {
    const { modules, state: { start, steps, rules: [{ name, hyperparameters }] } } = this.shell;
    return descend(this.landscape, modules.rules[name], start, steps, hyperparameters);
  }

  paths() {
    return { [this.shell.state.rules[0].id]: this.run() };
  }

  /** The formulas of the state's rule, or null if it is not linear. */
  get formulas() {
    const { state: { rules: [{ name }] }, modules: { formulas } } = this.shell;
    const radius = formulas[`radius_${name}`];
    if (!radius) return null;
    const rate = ({ kappa, lr, beta }) => {
      const [one, other] = formulas.curvatures(kappa);
      return formulas.slower(radius(one, lr, beta), radius(other, lr, beta));
    };
    return { name, rate, limit: formulas[`limit_${name}`], critical: formulas[`critical_${name}`], best: formulas[`best_${name}`] };
  }

  draw(state) {
    const { spec, modules } = this.shell;
    const { axes, numbers, told } = this;
    const [{ name, hyperparameters }] = state.rules;
    const others = Object.fromEntries(Object.entries(hyperparameters).filter(([one]) => !axes.some((axis) => axis.name === one)));
    const [objective] = spec.objectives;
    const held = axes.some((axis) => axis.name === "kappa") ? 1 : state.kappa;
    this.map.draw({ axes: axes.map(({ place, name: own, ...axis }) => ({ ...axis, name: place ?? own })), shades: this.shades,
      values: axes.map((axis) => numbers[axis.name]), said: this.named(), question: { glsl: spec.glsl,
        objective: { name: objective.name, module: this.ground, text: objective.module, glsl: objective.glsl },
        rule: { name, module: modules.rules[name], text: told.module, glsl: told.glsl },
        start: state.start, held: [held], settings: others, steps: state.steps, size: "distance", minima: [[0, 0]],
        tolerance: spec.target * Math.hypot(...state.start) } });
    this.theory.draw(axes, numbers, this.formulas);
    this.key.bands("Rate a step, measured in one run for each pixel", this.map.shades.css.slice(0, this.off), spec.bands.map((rate, k) => ({ at: k / this.off, text: String(rate) })));
    this.showLines(told);
    const path = this.run();
    this.drawPath(state, path);
    this.drawDecay(state, path);
    this.say(state, path);
  }

  /** What else is to be seen on the map: where runs go off, and theory's lines. */
  showLines({ name, limit }) {
    const off = this.map.shades.css[this.off];
    const key = [name, this.shell.state.plane, off].join();
    if (key === this.shownLines) return;
    this.shownLines = key;
    const entry = (kind, text) => html("li", {}, svg("svg", { width: 26, height: 12, viewBox: "0 0 26 12", "aria-hidden": "true" },
      svg("path", { class: kind, ...(kind === "gd-best-mark" ? { d: look(3).mark, transform: "translate(13 6)" } : { d: "M0 6H26" }) })), text);
    const lines = limit === null ? [html("li", {}, "not linear: no theory to draw")]
      : [entry("gd-edge", `edge, η = ${limit}`), entry("gd-bands-by-theory", "the shades’ borders by theory")];
    if (this.formulas?.critical) lines.push(entry("gd-meet", "two roots meet"));
    const best = this.theory.best(this.axes, this.numbers, this.formulas);
    if (best) lines.push(entry(best.place ? "gd-best-mark" : "gd-best", "best by theory"));
    this.lines.replaceChildren(html("li", {}, box(off), "runs off"), ...lines);
  }

  shade(picture, k) {
    const { bands } = this.shell.spec;
    const rate = picture.left(k) ? Infinity : picture.rate(k);
    if (!(rate < 1)) return this.off;
    let band = 0;
    while (rate >= bands[band + 1]) band++;
    return band;
  }

  drawPath({ start, kappa }, path) {
    const { path: plot, line } = this;
    const half = 1.5 * Math.min(1e100, Math.max(1e-9, ...start.map(Math.abs)));
    const key = [half, kappa, plot.width].join();
    if (key !== this.shownGround) {
      this.shownGround = key;
      const sides = [-half, half];
      plot.show(sides, sides, ticks(...sides, 3), ticks(...sides, 3));
      paint(plot, sample((x, y) => this.ground.value(x, y, kappa), [sides, sides], CELLS), LINES.map((height) => height * (half / 1.5) ** 2));
    }
    line.draw([{ series: RUN, count: path.length, at: (k) => path[k] }]);
    line.cut(path.length - 1);
    this.start.show();
  }

  /** What the run leaves of the distance, and what theory's rate would. */
  drawDecay({ start, steps }, path) {
    const whole = Math.hypot(...start);
    const rate = this.formulas?.rate(this.numbers);
    const runs = [{ series: RUN, values: path.map((at) => Math.hypot(...at) / whole) }];
    this.promise.style.visibility = rate === undefined ? "hidden" : "";
    if (rate !== undefined) runs.push({ series: THEORY, values: Array.from({ length: steps + 1 }, (_, t) => rate ** t) });
    this.decay.draw(runs, steps);
    this.decay.cut(steps);
  }

  /** The numbers of a run in words: η = 1, β = 0.5 and κ = 100. */
  named(values = this.numbers) {
    const names = [...new Set([...this.axes.map(({ name }) => name), "kappa"])];
    const said = names.map((name) => `${NAMES[name].split(" ").at(-1)}\u00a0=\u00a0${plain(values[name])}`);
    return `${said.slice(0, -1).join(", ")} and ${said.at(-1)}`;
  }

  say(state, path) {
    const { spec, modules, readout } = this.shell;
    const whole = Math.hypot(...state.start);
    const shares = path.map((at) => Math.hypot(...at) / whole);
    const end = shares.findIndex((share) => share <= spec.target);
    const steps = end < 0 ? path.length - 1 : end;
    const ended = end < 0 && path.length <= state.steps;
    const run = { steps, arrived: end >= 0, left: ended, rate: modules.formulas.average_rate(shares[steps], steps) };
    readout.show(`With ${this.named()} ${measured(run)} ${this.promised()}`);
  }

  /** What theory says of these numbers. */
  promised(numbers = this.numbers) {
    const rate = this.formulas?.rate(numbers);
    return rate === undefined ? "The rule is not linear: no matrix says its rate." : `Theory’s rate is ${inWords(rate)}.`;
  }

  /** The cell whose `run.path` is the path of the page. */
  pythonCell() {
    const { told, shell: { state: { start, steps, kappa, rules: [{ hyperparameters }] } } } = this;
    const settings = keywords(hyperparameters).map((one) => `, ${one}`).join("");
    const theory = this.formulas ? [`print("by theory:", gd.rates.spectral_radius(${told.python}, [1 / ${literal(kappa)}, 1.0]${settings}))`] : [];
    return [...opening({ python: `gd.Objective("(x**2/${literal(kappa)} + y**2)/2")` }, [told], { arrays: true }), `start = ${tuple(start)}`,
      `run = gd.descend(f, ${told.python}, start, steps=${steps}${settings})`, "left = np.linalg.norm(run.path, axis=-1) / np.linalg.norm(start)",
      "t = np.argmax(left <= 1e-6) or run.steps", 'print("measured:", left[t] ** (1 / t))', ...theory, "gd.figures.paths(f, run)", ""].join("\n");
  }

  /** What the pixel under the pointer says. */
  read(pixel) {
    if (!pixel) return void (this.under.textContent = POINT);
    const { picture, k, values } = pixel;
    const numbers = { ...this.numbers, ...Object.fromEntries(this.axes.map(({ name }, place) => [name, values[place]])) };
    const run = { steps: picture.steps(k), arrived: picture.arrived(k), left: picture.left(k), rate: picture.rate(k) };
    this.under.textContent = `Under the pointer, with ${this.named(numbers)}, ${measured(run)} ${this.formulas ? this.promised(numbers) : ""}`;
  }
}

/** What a run did, the end of a sentence. */
function measured({ steps, arrived, left, rate }) {
  if (left) return `the run goes off: it leaves in step ${steps}.`;
  if (arrived) return `the run comes to a millionth of the distance in ${steps} steps: ${inWords(rate)} a step on average.`;
  return rate < 1 ? `a step leaves ${inWords(rate)} of the distance, on average over ${steps} steps.`
    : `the run goes off: a step makes the distance ${inWords(rate)} times as long, on average over ${steps} steps.`;
}

/** A rate; near 1 with so many digits that one sees by how much it is less. */
const inWords = (rate) => (rate > 0.99 && rate < 1 ? rate.toFixed(Math.min(8, 1 + Math.ceil(-Math.log10(1 - rate)))) : plain(rate));

export default explorer(RateMap);
