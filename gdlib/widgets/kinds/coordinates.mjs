/* Per-coordinate steps: a rule's path, and for each coordinate of the step shown what was decided, and why. */

import { Board } from "./board.mjs";
import { familyOf } from "./decisions.mjs";
import { html, svg } from "./elements.mjs";
import { counts, decades } from "./numbers.mjs";
import { OneRule } from "./one_rule.mjs";
import { OwnFormula } from "./own_formula.mjs";
import { look, Plot, Series, swatch } from "./plot.mjs";
import { keywords, opening, tuple } from "./python_cell.mjs";
import { recorded, worked } from "./recorded.mjs";
import { explorer } from "./shell.mjs";
import { Slice } from "./slice.mjs";
import { startingValues } from "./starting_values.mjs";
import { Transport } from "./transport.mjs";

const SERIES = [1, 2]; // the looks of the two coordinates; the path has the first
const [DEEPEST, HIGHEST] = [-16, 16]; // decades of the axis at most; the line may leave them
const LEGENDS = {
  step: "Ring: before the step; filled mark: after it. Bars: Δ before (grey) and after.",
  move: "Ring: before the step; filled mark: after it. Dashed: the parabola that has the last two slopes.",
};

class Coordinates {
  constructor(shell) {
    const { spec, modules, state, signal } = shell;
    Object.assign(this, { shell, computed: null, run: null, placed: ["start", "steps", "step"] });
    spec.startingValues = startingValues(modules, state.steps);
    this.board = new Board({ height: modules.formulas.line_height, onMove: (start) => shell.change({ start }),
      onHold: shell.holder(), what: "the path of the rule" });
    this.dots = svg("path", { class: "gd-dots" });
    this.legs = SERIES.map((series) => svg("path", { class: "gd-leg", style: `--series: ${look(series).colour}` }));
    this.slices = SERIES.map((series) => new Slice(series));
    this.sizes = new Plot({ label: "", xLabel: "step t", yLabel: "", aspect: 0.5, margin: { top: 28, right: 12, bottom: 40, left: 40 } });
    this.lengths = new Series(this.sizes);
    this.cursor = svg("path", { class: "gd-cursor" });
    this.sizes.lines.append(this.cursor);
    this.one = new OneRule(spec.rules, (rules) => shell.change({ rules }));
    this.heads = SERIES.map(() => html("span"));
    this.readout = shell.reads(["coordinate", ...SERIES.map((series, i) => [swatch(series), " ", this.heads[i]])]);
    this.transport = new Transport({ signal, steps: state.steps, onMove: (step) => shell.change({ step }),
      onRest: shell.holder() });
    this.legend = html("p", { class: "gd-legend" });
    shell.plots.push(this.board.plot, ...this.slices.map(({ plot }) => plot), this.sizes);
    this.head = [this.one.head, shell.controls.start.node, shell.controls.steps.node];
    this.pictures = [this.board.node, this.transport.node];
    this.panel = [html("div", { class: "gd-slices" }, this.slices.map(({ node }) => node)), this.legend, this.sizes.node,
      this.one.node];
  }

  settle({ start, steps, step, rules }) {
    this.board.point.at = start;
    this.one.show(rules);
    this.transport.lengthen(steps);
    this.transport.step = Math.min(step, steps);
    this.transport.show();
    this.legend.textContent = LEGENDS[this.kept];
    this.shell.objective.variables.forEach((name, i) => { this.heads[i].textContent = name; });
  }

  reset() {
    this.transport.pause();
  }

  /** What the rule remembers of how far it goes: a step size, or its last move. */
  get kept() {
    return this.rule.state.includes("step") ? "step" : "move";
  }

  get rule() {
    return this.shell.modules.rules[this.shell.state.rules[0].name];
  }

  /** The run of the state, computed once for each change of what it follows from. */
  ensure() {
    const { objective, start, steps, rules } = this.shell.state;
    const key = JSON.stringify([objective, start, steps, rules]);
    if (this.computed === key) return;
    const { path, given } = recorded(this.shell.landscape, this.rule, start, steps, rules[0].hyperparameters);
    const size = (step, i) => {
      const { made } = worked(this.rule, step, i);
      return made.step ?? Math.abs(made.move);
    };
    this.run = { path, given, sizes: start.map((_, i) => given.slice(0, path.length - 1).map((step) => size(step, i))) };
    this.computed = key;
  }

  paths() {
    this.ensure();
    return { [this.shell.state.rules[0].id]: this.run.path };
  }

  /** The cell whose `run.path` is the path of the page. */
  pythonCell() {
    const { objective, spec, state: { start, steps, rules: [{ name, hyperparameters }] } } = this.shell;
    const rule = spec.rules.find((one) => one.name === name);
    return [...opening(objective, [rule]), `run = gd.descend(${["f", rule.python, tuple(start), `steps=${steps}`, ...keywords(hyperparameters)].join(", ")})`,
      "gd.figures.paths(f, run)", ""].join("\n");
  }

  draw({ step, steps }) {
    const { objective, landscape } = this.shell;
    this.ensure();
    const { path, given } = this.run;
    this.board.ground(objective, landscape);
    this.board.draw([{ series: 0, path }]);
    const last = Math.min(step, path.length - 1);
    this.board.cut(last);
    this.drawStep(path.slice(Math.max(0, last - 1), last + 1), path.slice(0, last));
    this.drawSizes(steps, step);
    const told = last ? objective.variables.map((name, i) => this.tell(given[last - 1], i)) : null;
    objective.variables.forEach((name, i) => this.drawSlice(name, i, last, told?.[i]));
    this.say(last, told);
  }

  /** Where the path has been, and the step shown as its moves along the axes. */
  drawStep(ends, been) {
    const { plot } = this.board;
    const text = ([x, y]) => plot.pixels(x, y).map((part) => part.toFixed(1)).join(" ");
    this.dots.setAttribute("d", been.map((point) => `M${text(point)}h0`).join(""));
    const [from, to] = ends;
    const corner = to && [to[0], from[1]];
    plot.lines.append(...this.legs, this.dots);
    this.legs[0].setAttribute("d", to ? `M${text(from)}L${text(corner)}` : "");
    this.legs[1].setAttribute("d", to ? `M${text(corner)}L${text(to)}` : "");
  }

  /** What coordinate i decided in a step: all that decisions.mjs and the pictures need of it. */
  tell(step, i) {
    const { was, made } = worked(this.rule, step, i);
    const { rules, formulas } = this.shell.modules;
    const secant = this.kept === "move" ? rules.quickprop_secant.working(was.theta, was.g, was.g_prev, was.move) : null;
    const limit = "steep" in made && was.move !== 0 ? formulas.growthLimit(step.settings.growth, was.move) : null;
    const before = this.run.given[step.t - 2]?.g[i];
    const told = { was, made, limit, settings: step.settings, vertex: secant?.usable ? secant.jump : null,
      forgot: was.g_prev === 0 && before !== undefined && before !== 0 };
    return { ...told, ...familyOf(made).tell(told), heads: familyOf(made).heads };
  }

  drawSlice(name, i, last, told) {
    const { objective, landscape, modules } = this.shell;
    const place = this.run.path[Math.max(0, last - 1)];
    const height = landscape.valueAt(place);
    const [low, high] = objective.window[i];
    const given = { name, at: place[i], span: high - low, slope: landscape.slopeAt(place)[i], move: 0,
      along: (offset) => landscape.valueAt(place.map((part, k) => (k === i ? part + offset : part))) - height };
    if (told) {
      const { was, made, vertex, limit } = told;
      given.limit = limit;
      given.move = made.theta - was.theta;
      if ("step" in made) given.sizes = [made.previous, made.step];
      if (vertex !== null) {
        given.secant = { last: -was.move, before: was.g_prev, vertex,
          height: (offset) => modules.formulas.secantParabola(offset, was.g, was.g_prev, was.move) };
      }
    }
    this.slices[i].draw(given);
  }

  /** How far the rule reaches in each coordinate, step by step. */
  drawSizes(steps, step) {
    const logs = this.run.sizes.map((sizes) => sizes.map((size) => Math.log10(size)));
    const seen = logs.flat().filter((one) => one >= DEEPEST && one <= HIGHEST);
    const [low, high] = seen.length ? [Math.floor(Math.min(...seen)), Math.ceil(Math.max(...seen))] : [-1, 0];
    const what = this.kept === "step" ? "step size Δ" : "length of the move";
    this.sizes.yLabel.textContent = what;
    this.sizes.picture.setAttribute("aria-label", `The ${what} in each coordinate, step by step`);
    this.sizes.show([0, steps], [low, Math.max(high, low + 1)], counts(steps, 4),
      decades(low, Math.max(high, low + 1), 4));
    this.lengths.draw(logs.map((values, i) => ({ series: SERIES[i], count: values.length + 1, at: (k) => [k, values[k - 1] ?? NaN] })));
    this.lengths.cut(step);
    for (const { nodes, text } of this.lengths.drawn) nodes.line.setAttribute("d", text);
    this.cursor.setAttribute("d", `M${this.sizes.x(step).toFixed(1)} ${this.sizes.margin.top}v${this.sizes.height}`);
  }

  /** What was decided in the step shown: a sentence, and the numbers of both coordinates beside each other. */
  say(last, told) {
    const { state, objective } = this.shell;
    const { length } = this.run.path;
    const ended = length <= state.steps && state.step >= length ? ` Step ${length} leaves the finite numbers.` : "";
    if (!told) {
      this.readout.show(`Step 0: nothing has moved yet.${ended || " Go one step forward."}`, []);
      return;
    }
    const words = objective.variables.map((name, i) => `in ${name} ${told[i].why}`).join("; ");
    this.readout.show(`Step ${last}: ${words}.${ended}`, told[0].heads.map((title, row) =>
      ({ id: title, title, cells: told.map(({ cells }) => cells[row]) })));
  }
}

export default explorer(Coordinates, OwnFormula);
