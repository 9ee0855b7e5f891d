/* The step size in one variable: descent on a curve as stairs, η on a scale of zones, and what each step leaves. */

import { descend } from "./descend.mjs";
import { html, svg } from "./elements.mjs";
import { Graph } from "./graph.mjs";
import { counts, place, plain, short, ticks } from "./numbers.mjs";
import { OwnFormula } from "./own_formula.mjs";
import { ownWells } from "./own_wells.mjs";
import { look, Plot, Series, trail } from "./plot.mjs";
import { keywords, opening, tuple } from "./python_cell.mjs";
import { Scale } from "./scale.mjs";
import { explorer } from "./shell.mjs";
import { Transport } from "./transport.mjs";

const RUN = 0, THEORY = 1; // looks of the series
const ROUNDING = 1e-13; // errors below this part of what f spans are rounding, and have no ratio
const FAR = 20; // frames: what runs off is drawn no farther, each coordinate by itself, so that stairs stay square
const HIGHEST = 1.5; // of the ratios' axis, unless theory is higher

class StepSize {
  constructor(shell) {
    const { spec, state, signal } = shell;
    Object.assign(this, { shell, computed: null });
    spec.ofOwn = (own) => ownWells(own, spec.spans, shell.modules.formulas.creeping);
    spec.startingValues = (objective, { name }) => ({ ...objective.hyperparameters[name] });
    this.scale = new Scale("Step size lr", (lr) =>
      shell.change({ rules: [{ ...shell.state.rules[0], hyperparameters: { lr } }] }));
    this.graph = new Graph({ aspect: 0.62, onMove: (start) => shell.change({ start }), onHold: shell.holder() });
    this.stairs = new Series(this.graph.plot);
    this.dots = new Dots(this.graph.plot);
    this.parabola = svg("path", { class: "gd-touching", style: `--series: ${look(THEORY).colour}` });
    this.lowest = svg("path", { class: "gd-lowest", style: `--series: ${look(THEORY).colour}` });
    this.graph.plot.lines.append(this.parabola, this.lowest);
    this.ratios = new Plot({ label: "Ratio of successive errors, step by step", xLabel: "step t", yLabel: "R",
      aspect: 1, margin: { top: 28, right: 12, bottom: 40, left: 46 } });
    this.one = svg("path", { class: "gd-level" });
    this.ratios.lines.append(this.one);
    this.limit = new Series(this.ratios);
    this.measured = new Series(this.ratios);
    this.beads = new Dots(this.ratios);
    this.transport = new Transport({ signal, steps: state.steps, onMove: () => this.cut(),
      onRest: shell.holder() });
    shell.reads(["|f(xₜ) − f*| / |f(xₜ₋₁) − f*|", "R"]);
    const { node } = this.ratios;
    shell.plots.push({ node: this.scale.picture, measure: (width) => this.scale.measure(width) }, this.graph.plot,
      { node, measure: (width) => this.level(width) });
    this.pictures = [this.scale.node, html("div", { class: "gd-pair" }, this.graph.node, node), this.transport.node];
  }

  /** Beside the curve the ratios are as high as it, below it flatter. */
  level(width) {
    const { node, margin } = this.ratios;
    const beside = node.offsetTop === this.graph.node.offsetTop;
    const aspect = beside ? this.graph.plot.height / (width - margin.left - margin.right) : 0.45;
    if (aspect !== this.ratios.aspect) Object.assign(this.ratios, { aspect, full: 0 });
    return this.ratios.measure(width);
  }

  settle({ rules, steps }) {
    const { objective, spec } = this.shell;
    const [lr] = spec.rules[0].hyperparameters;
    const [low, high] = objective.span;
    this.scale.show({ ...lr, label: "Step size η", knob: { low, high, scale: "log" } }, rules[0].hyperparameters.lr);
    this.transport.lengthen(steps);
  }

  reset() {
    this.transport.go(this.shell.state.steps);
  }

  /** The run of the state with its values, the minimum it ends at and what each step left; computed once a change. */
  ensure() {
    const { state, modules, landscape, objective } = this.shell;
    if (this.computed?.state === state) return this.computed;
    const { start, steps, rules: [{ name, hyperparameters }] } = state;
    const { error_ratio: errorRatio } = modules.formulas;
    const path = descend(landscape, modules.rules[name], start, steps, hyperparameters);
    const values = path.map(([x]) => landscape.value(x)).map((value) => (Number.isNaN(value) ? Infinity : value));
    const gone = path.length <= steps;
    const [last] = gone ? start : path.at(-1);
    const [well] = objective.wells.toSorted((one, other) => Math.abs(one.x - last) - Math.abs(other.x - last));
    const span = this.graph.range[1] - this.graph.range[0];
    const ratios = [];
    for (let t = 1; well && t < path.length; t++) {
      if (!(Math.abs(values[t - 1] - well.value) > ROUNDING * span)) break;
      const ratio = errorRatio(values[t - 1], values[t], well.value);
      if (Number.isNaN(ratio)) break;
      ratios.push(ratio);
    }
    this.computed = { state, lr: hyperparameters.lr, steps, path, values, well, ratios, gone };
    return this.computed;
  }

  paths() {
    return { [this.shell.state.rules[0].id]: this.ensure().path };
  }

  /** The cell whose `run.path` is the path of the page. */
  pythonCell() {
    const { objective, state: { start, steps, rules: [{ hyperparameters }] } } = this.shell;
    return [...opening(objective), `run = gd.descend(f, gd.rules.gradient_descent, ${tuple(start)}, steps=${steps}, ${keywords(hyperparameters)})`,
      "print(run.path)", `gd.figures.curve(f, [run], window=${tuple(objective.window[0])})`, ""].join("\n");
  }

  draw() {
    const { objective, landscape } = this.shell;
    this.graph.ground(objective, landscape, objective.wells);
    this.computed = null; // what counts as rounding depends on the ground
    const { path, values } = this.ensure();
    const { plot } = this.graph;
    plot.picture.setAttribute("aria-label", `Graph of ${objective.title} with the steps of gradient descent on it`);
    this.graph.place(path[0][0], values[0]);
    // Along, at the height that it had, then down, or up, to the curve: the way across is the step.
    const across = within(plot.low, plot.high), up = within(plot.bottom, plot.top);
    this.stairs.draw([{ series: RUN, count: 2 * path.length - 1,
      at: (k) => [across(path[Math.ceil(k / 2)][0]), up(values[Math.floor(k / 2)])] }]);
    this.dots.draw(path.map(([x], t) => plot.pixels(across(x), up(values[t]))));
    this.drawScale();
    this.drawRatios();
    this.cut();
  }

  drawScale() {
    const { well } = this.computed;
    const best = this.best(well);
    const near = well ? "f″ = 0 at the minimum: no ηₒₚₜ" : "no minimum in the window: no ηₒₚₜ";
    this.scale.draw(best ? [{ to: best, text: "monotone", look: "calm" },
      { to: 2 * best, text: "oscillating", look: "lively" }, { to: Infinity, text: "diverging", look: "wild" }]
      : [{ to: Infinity, text: near, look: "none" }],
    best ? [{ at: best, name: "η", sub: "opt" }, { at: 2 * best, name: "2η", sub: "opt" }] : []);
  }

  /** ηₒₚₜ of a minimum, or null where it has no curvature. */
  best(well) {
    return well?.curvature > 0 ? this.shell.modules.formulas.optimal_step(well.curvature, well.curvature) : null;
  }

  drawRatios() {
    const { steps, lr, well, ratios } = this.computed;
    const theory = well ? this.shell.modules.formulas.limit_ratio(well.curvature, lr) : NaN;
    const top = Math.max(HIGHEST, Math.min(1.15 * theory, 1e6) || 0);
    const plot = this.ratios;
    plot.show([0, steps], [0, top], counts(steps, 4), ticks(0, top, 4));
    plot.yLabel.textContent = well ? "R = error after / before a step" : "no minimum: no error, no R";
    this.one.setAttribute("d", well ? `M${plot.margin.left} ${plot.y(1)}h${plot.width}` : "");
    this.theory = theory;
    const up = within(0, top);
    this.limit.draw(well ? [{ series: THEORY, count: 2, at: (k) => [(1 - k) * steps, up(theory)] }] : []);
    this.limit.cut(1);
    this.measured.draw(ratios.length ? [{ series: RUN, count: ratios.length, at: (k) => [k + 1, up(ratios[k])] }] : []);
    this.beads.draw(ratios.map((ratio, t) => plot.pixels(t + 1, up(ratio))));
  }

  /** Shows the run up to the step of the transport. */
  cut() {
    const { path, values, lr, ratios, well } = this.ensure();
    const { step, steps } = this.transport;
    const shown = Math.min(step, path.length - 1);
    this.stairs.cut(2 * shown);
    this.dots.cut(shown + 1);
    this.touch(step < path.length - 1 ? shown : 0, lr, path, values);
    this.measured.cut(Math.max(0, step - 1));
    this.beads.cut(step);
    const rows = well ? [
      { id: "run", title: `measured, step ${step || 1}`, series: RUN,
        cells: [step > ratios.length ? "error is 0 or rounding" : short(ratios[Math.max(0, step - 1)])] },
      { id: "theory", title: `near x* = ${plain(well.x)}: (1 − η f″(x*))²`, series: THEORY, cells: [short(this.theory)] }] : [];
    this.shell.readout.show(this.headline(step, steps, shown), rows);
  }

  /** The parabola of the step that leaves point `t`; at the end of the run that of the first step. */
  touch(t, lr, path, values) {
    const { landscape, modules: { formulas: { touching_parabola: touching } } } = this.shell;
    const { plot } = this.graph;
    const [at] = path[t], [slope] = landscape.slopeAt(path[t]);
    const along = Array.from({ length: 121 }, (_, k) => plot.low + (k / 120) * (plot.high - plot.low));
    const drawable = Number.isFinite(values[t]) && path.length > 1;
    this.parabola.setAttribute("d", drawable ? trail(along.length, (k) =>
      plot.pixels(along[k], touching(along[k], at, values[t], slope, lr))).text : "");
    const [x] = path[t + 1] ?? [NaN];
    const spot = plot.markAt(x, touching(x, at, values[t], slope, lr));
    const seen = drawable && !spot.outside && Number.isFinite(spot.x + spot.y);
    this.lowest.setAttribute("d", seen ? look(THEORY).mark : "");
    this.lowest.setAttribute("transform", seen ? `translate(${spot.x} ${spot.y})` : "");
  }

  headline(step, steps, shown) {
    const { path, values, well, gone, lr } = this.computed;
    const said = [`Step ${shown} of ${steps}: x\u00a0=\u00a0${place(path[shown][0])}, f(x)\u00a0=\u00a0${short(values[shown])}.`];
    if (gone && step >= path.length) said.push(`The run left the finite numbers at step ${path.length}.`);
    const best = this.best(well);
    if (!well) said.push(fate(path, this.shell.objective.window[0], gone));
    else if (!best) said.push(`At x*\u00a0=\u00a0${plain(well.x)} f has no curvature: whatever η, R climbs to 1 as the run nears it.`);
    else if (path[shown][0] === well.x) said.push(`The run stands at the minimum x*\u00a0=\u00a0${plain(well.x)} itself.`);
    else said.push(`Near x*\u00a0=\u00a0${plain(well.x)}, this η ${regime(lr, best)}.`);
    return said.join(" ");
  }
}

/** A dot for each of many points, cut at any of them; points of one pixel are one dot. */
class Dots {
  constructor(plot) {
    this.node = svg("path", { class: "gd-spots", style: `--series: ${look(RUN).colour}` });
    plot.lines.append(this.node);
  }

  draw(spots) {
    this.spots = spots.map((spot) => spot.map(Math.round).join(" "));
  }

  cut(count) {
    this.node.setAttribute("d", [...new Set(this.spots.slice(0, count))].map((spot) => `M${spot}h0`).join(""));
  }
}

/** Keeps a coordinate within so many times the frame from low to high. */
function within(low, high) {
  const room = FAR * (high - low);
  return (value) => Math.max(low - room, Math.min(high + room, value));
}

/** What a step size does near a minimum whose ηₒₚₜ is `best`. */
function regime(lr, best) {
  if (lr === best) return "is ηₒₚₜ: it arrives in one step on a parabola";
  if (lr < best) return "is below ηₒₚₜ: each step stays on its side and comes nearer";
  if (lr < 2 * best) return "is between ηₒₚₜ and 2ηₒₚₜ: each step jumps across and comes nearer";
  if (lr === 2 * best) return "is 2ηₒₚₜ: each step jumps across and comes no nearer";
  return "is above 2ηₒₚₜ: each step jumps across and lands farther away";
}

/** Where a run goes that has no minimum to go to. */
function fate(path, [low, high], gone) {
  const [x] = path.at(-1), [before] = path.at(-2) ?? path[0], [first] = path[0], [second] = path[1] ?? path[0];
  const away = gone || x < low || x > high;
  const fading = Math.abs(x - before) < 0.5 * Math.abs(second - first);
  return `f has no minimum here: ${away ? "the run runs off" : fading
    ? "the run creeps, ever slower, to where the slope is 0" : "the run goes on downhill"}.`;
}

export default explorer(StepSize, OwnFormula);
