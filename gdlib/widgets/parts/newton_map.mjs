/* Newton's method in two variables: on the map the paraboloid that fits f at the iterate, and descent beside it. */

import { Beads } from "./beads.mjs";
import { Board } from "./board.mjs";
import { Decay } from "./decay.mjs";
import { descend } from "./descend.mjs";
import { html, put, svg } from "./elements.mjs";
import { place, plain } from "./numbers.mjs";
import { look } from "./plot.mjs";
import { keywords, opening, tuple } from "./python_cell.mjs";
import { RuleKnobs } from "./rule_knobs.mjs";
import { startingValues } from "./starting_values.mjs";
import { Transport } from "./transport.mjs";

const NEWTON = 0, MODEL = 2; // looks: the method, and what it makes of f
const SECONDS = 12; // a whole run: each step is to be looked at
const PARTS = [0.5, 1, 1.5]; // of the way from the model's centre to the iterate: where its level lines are drawn
const SPREAD = 3; // how far a hyperbola is followed: sinh of it is 10
const CORNERS = 96;

export class NewtonMap {
  constructor(shell) {
    const { spec, state, signal } = shell;
    Object.assign(this, { shell, computed: null });
    const found = startingValues(shell.modules, state.steps);
    spec.startingValues = (objective, rule) => (rule.name === "damped_newton" ? { lr: 1 } : found(objective, rule));
    this.board = new Board({ height: shell.modules.formulas.line_height, onMove: (start) => shell.change({ start }),
      onHold: shell.holder(), what: "Newton's path and that of gradient descent" });
    const { lines, marks } = this.board.plot;
    const drawn = (kind, index) => svg("path", { class: kind, style: `--series: ${look(index).colour}` });
    this.ahead = [drawn("gd-ahead", NEWTON), drawn("gd-ahead", 1)];
    this.model = drawn("gd-model-lines", MODEL);
    this.centre = drawn("gd-centre", MODEL);
    lines.prepend(...this.ahead, this.model);
    this.beads = spec.rules.map(({ series }) => new Beads(this.board.plot, series));
    marks.append(this.centre);
    this.decay = new Decay({ what: "‖∇f(θₜ)‖", label: "Length of the gradient for each run, step by step", aspect: 0.8 });
    this.knobs = new RuleKnobs(spec.rules, (rules) => shell.change({ rules }));
    this.names = html("span");
    shell.reads(["run", this.names, "f", "‖∇f‖"]);
    this.transport = new Transport({ signal, steps: state.steps, seconds: SECONDS, onMove: () => this.cut(),
      onRest: shell.holder() });
    this.transport.step = 0;
    shell.plots.push(this.board.plot, this.decay);
    this.pictures = [this.board.node, this.transport.node];
    const sign = svg("svg", { class: "gd-swatch", width: 34, height: 14, viewBox: "0 0 34 14", "aria-hidden": "true",
      style: `--series: ${look(MODEL).colour}` },
    svg("path", { class: "gd-model-lines", d: "M0 12C4 -3 30 -3 34 12" }), svg("path", { class: "gd-centre", d: "M12 10H22M17 5V14" }));
    this.panel = [this.knobs.node, html("p", { class: "gd-tick gd-key" }, sign, "the model that fits f, and its centre"), this.decay.node];
  }

  settle({ start, rules, steps }) {
    this.board.point.at = start;
    put(this.names, `(${this.shell.objective.variables.join(", ")})`);
    this.knobs.show(rules);
    this.transport.lengthen(steps);
  }

  reset() {
    this.transport.go(0);
  }

  /** The runs of the state, with values and lengths of gradients; computed once a change. */
  ensure() {
    const { state, modules, landscape, spec } = this.shell;
    if (this.computed?.state === state) return this.computed.runs;
    const { start, steps, rules } = state;
    const runs = rules.map(({ id, name, hyperparameters }) => {
      const path = descend(landscape, modules.rules[name], start, steps, hyperparameters);
      const { title, series } = spec.rules.find((rule) => rule.name === name);
      return { id, name, title, series, path, values: path.map((at) => landscape.valueAt(at)),
        slopes: path.map((at) => Math.hypot(...landscape.slopeAt(at))) };
    });
    this.computed = { state, runs };
    return runs;
  }

  paths() {
    return Object.fromEntries(this.ensure().map(({ id, path }) => [id, path]));
  }

  /** The cell whose `runs[id].path` are the paths of the page. */
  pythonCell() {
    const { objective, state: { start, steps, rules } } = this.shell;
    const runs = rules.map(({ id, name, hyperparameters }) => {
      const room = name === "gradient_descent" ? "gd.rules" : "gd.methods";
      return `    ${JSON.stringify(id)}: gd.descend(f, ${room}.${name}, start, steps=steps, ${keywords(hyperparameters).join(", ")}),`;
    });
    return [...opening(objective), `start, steps = ${tuple(start)}, ${steps}`, "runs = {", ...runs, "}",
      "gd.figures.paths(f, runs)", ""].join("\n");
  }

  draw({ steps }) {
    const { objective, landscape } = this.shell;
    const runs = this.ensure();
    this.board.ground(objective, landscape);
    this.board.draw(runs);
    runs.forEach(({ series }, index) => {
      this.ahead[index].style.setProperty("--series", look(series).colour);
      this.ahead[index].setAttribute("d", this.board.series.drawn[index].text);
      this.beads[index].draw(runs[index].path);
    });
    this.decay.draw(runs.map(({ series, slopes }) => ({ series, values: slopes })), steps);
    this.cut();
  }

  cut() {
    const { step, steps } = this.transport;
    const runs = this.ensure();
    this.board.cut(step);
    for (const beads of this.beads) beads.cut(step + 1);
    this.decay.cut(step);
    const newton = runs.find(({ name }) => name === "damped_newton");
    const t = Math.min(step, newton.path.length - 1);
    const model = this.modelAt(newton.path[t]);
    this.drawModel(newton.path[t], model);
    const rows = runs.map(({ id, title, series, path, values, slopes }) => {
      const last = Math.min(step, path.length - 1);
      const ended = path.length <= steps && step >= path.length;
      return { id, title, series, cells: [`(${path[last].map(place).join(", ")})`, plain(values[last]), plain(slopes[last])],
        note: ended ? `ended at step ${path.length}` : "" };
    });
    const ended = newton.path.length <= steps && t === newton.path.length - 1 ? " Newton’s run ends here." : "";
    this.shell.readout.show(`Step ${t} of ${steps}: ${inWords(model, newton.slopes[t])}${ended}`, rows);
  }

  /** The model at a point: its eigenvalues and axes, and its stationary point, which may be no number. */
  modelAt(at) {
    const { landscape, modules } = this.shell;
    const [[a, b], [, d]] = landscape.curvatureAt(at);
    const [low, high, ofLow, ofHigh] = modules.formulas.eigen(a, b, d);
    const centre = modules.rules.damped_newton.move(at, landscape.slopeAt(at), landscape.curvatureAt(at), { lr: 1 });
    return { values: [low, high], axes: [ofLow, ofHigh], centre };
  }

  /** The level lines of the model: through the iterate, nearer to its centre and farther; ellipses or hyperbolas. */
  drawModel(at, { values, axes, centre }) {
    const drawable = [...values, ...centre].every(Number.isFinite);
    const { plot } = this.board;
    const spot = drawable ? plot.markAt(...centre) : null;
    this.centre.setAttribute("d", spot ? "M-5 0H5M0 -5V5" : "");
    if (spot) this.centre.setAttribute("transform", `translate(${spot.x.toFixed(1)} ${spot.y.toFixed(1)})`);
    this.centre.classList.toggle("gd-outside", Boolean(spot?.outside));
    if (!drawable) return this.model.setAttribute("d", "");
    const along = axes.map(([x, y]) => (at[0] - centre[0]) * x + (at[1] - centre[1]) * y);
    const level = values.reduce((sum, value, k) => sum + value * along[k] * along[k], 0); // twice the height over the centre
    const sizes = values.map((value) => Math.sqrt(Math.abs(level / value)));
    const text = (points) => points.map(([s, t], k) => {
      const [u, v] = [sizes[0] * s, sizes[1] * t];
      const [x, y] = plot.pixels(centre[0] + u * axes[0][0] + v * axes[1][0], centre[1] + u * axes[0][1] + v * axes[1][1]);
      return `${k ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`;
    }).join("");
    const closed = values[0] * values[1] > 0;
    return this.model.setAttribute("d", PARTS.flatMap((part) => (closed ? [ellipse(part)] : hyperbolas(part))).map(text).join(""));
  }
}

const ellipse = (part) => Array.from({ length: CORNERS + 1 }, (_, k) => (2 * Math.PI * k) / CORNERS)
  .map((turn) => [part * Math.cos(turn), part * Math.sin(turn)]);

/** The four branches at one height above and below a saddle. */
const hyperbolas = (part) => [1, -1].flatMap((side) => {
  const branch = Array.from({ length: CORNERS + 1 }, (_, k) => SPREAD * ((2 * k) / CORNERS - 1))
    .map((t) => [side * part * Math.cosh(t), part * Math.sinh(t)]);
  return [branch, branch.map(([s, t]) => [t, s])];
});

/** What the model is like and where Newton's method therefore goes. */
function inWords({ values: [low, high], centre }, slope) {
  const eigenvalues = `eigenvalues ${plain(low)} and ${plain(high)}`;
  if (slope === 0) return "the slope is 0, and Newton stays.";
  if (!centre.every(Number.isFinite)) return `${eigenvalues}: the model has no single stationary point, and Newton no step.`;
  if (low > 0) return `${eigenvalues}: the model is a bowl, and Newton goes to its lowest point.`;
  if (high < 0) return `${eigenvalues}: the model is a hill, and Newton goes to its top.`;
  return `${eigenvalues}: the model has a saddle, and Newton walks to it.`;
}
