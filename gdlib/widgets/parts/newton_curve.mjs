/* Newton's method in one variable: the curve, the parabola that fits it at the iterate, and the step to its vertex. */

import { Beads } from "./beads.mjs";
import { Decay } from "./decay.mjs";
import { descend } from "./descend.mjs";
import { svg } from "./elements.mjs";
import { Graph } from "./graph.mjs";
import { plain, short } from "./numbers.mjs";
import { look, trail } from "./plot.mjs";
import { keywords, opening, tuple } from "./python_cell.mjs";
import { RuleKnobs } from "./rule_knobs.mjs";
import { Transport } from "./transport.mjs";

const RUN = 0, MODEL = 1; // looks
const SAMPLES = 120;
const SECONDS = 12; // a whole run: each step is to be looked at
const ROWS = 4; // iterates in the table
const NEAR = 16; // pixels; names of places nearer than that would lie over each other

export class NewtonCurve {
  constructor(shell) {
    const { spec, state, signal } = shell;
    Object.assign(this, { shell, computed: null });
    spec.startingValues = () => ({ lr: 1 });
    spec.ofOwn = (own) => ({ get stationary() { return own.points.map(({ at: [x], value, kind }) => ({ x, value, kind })); } });
    this.graph = new Graph({ aspect: 0.72, onMove: (start) => shell.change({ start }), onHold: shell.holder() });
    const { lines, marks } = this.graph.plot;
    const drawn = (kind, index) => svg("path", { class: kind, style: `--series: ${look(index).colour}` });
    this.parabola = drawn("gd-fitted", MODEL);
    this.uprights = drawn("gd-uprights", MODEL);
    lines.append(this.parabola, this.uprights);
    this.beads = new Beads(this.graph.plot, RUN);
    this.vertex = drawn("gd-vertex", MODEL);
    this.here = drawn("gd-mark", RUN);
    this.here.setAttribute("d", look(RUN).mark);
    this.names = [svg("text", { class: "gd-name" }), svg("text", { class: "gd-name" })];
    marks.append(this.vertex, this.here, ...this.names);
    this.decay = new Decay({ what: "error |xₜ − x*|", label: "Distance from the stationary point, step by step", aspect: 0.8 });
    this.knobs = new RuleKnobs(spec.rules, (rules) => shell.change({ rules }));
    shell.reads(["step", "x", "error e", "e / last e", "e / last e²"]);
    this.transport = new Transport({ signal, steps: state.steps, seconds: SECONDS, onMove: () => this.cut(),
      onRest: shell.holder() });
    this.transport.step = 0;
    shell.plots.push(this.graph.plot, this.decay);
    this.pictures = [this.graph.node, this.transport.node];
    this.panel = [this.knobs.node, this.decay.node];
  }

  settle({ rules, steps }) {
    this.knobs.show(rules);
    this.transport.lengthen(steps);
  }

  reset() {
    this.transport.go(0);
  }

  /** The run of the state, the stationary point that it ends at, and the errors; computed once a change. */
  ensure() {
    const { state, modules, landscape, objective } = this.shell;
    if (this.computed?.state === state) return this.computed;
    const { start, steps, rules: [{ name, hyperparameters }] } = state;
    const path = descend(landscape, modules.rules[name], start, steps, hyperparameters);
    const [last] = path.at(-1);
    const [goal] = objective.stationary.toSorted((one, other) => Math.abs(one.x - last) - Math.abs(other.x - last));
    const errors = goal ? path.map(([x]) => Math.abs(x - goal.x)) : [];
    const local = path.map((at) => ({ x: at[0], value: landscape.valueAt(at), slope: landscape.slopeAt(at)[0],
      curvature: landscape.curvatureAt(at)[0][0] }));
    this.computed = { state, steps, path, local, goal, errors, lr: hyperparameters.lr, gone: path.length <= steps };
    return this.computed;
  }

  paths() {
    return { [this.shell.state.rules[0].id]: this.ensure().path };
  }

  /** What a saved picture says. */
  caption() {
    const { spec, readout, state: { rules: [{ hyperparameters }] } } = this.shell;
    return { lines: [{ series: RUN, text: `${spec.rules[0].title}: ${keywords(hyperparameters).join(", ")}` },
      { series: MODEL, text: "the parabola that fits f at the iterate" }, { text: readout.headline }] };
  }

  /** The cell whose `run.path` is the path of the page. */
  pythonCell() {
    const { objective, state: { start, steps, rules: [{ hyperparameters }] } } = this.shell;
    const given = [`${tuple(start)}, steps=${steps}`, ...keywords(hyperparameters)];
    return [...opening(objective), `run = gd.descend(f, gd.methods.damped_newton, ${given.join(", ")})`, "print(run.path)",
      `gd.figures.newton_parabolas(f, run, window=${tuple(objective.window[0])})`, ""].join("\n");
  }

  draw() {
    const { objective, landscape } = this.shell;
    this.computed = null; // of a heavy formula the points are found when its run is known
    const { graph: { plot } } = this;
    this.graph.ground(objective, landscape, objective.stationary);
    plot.picture.setAttribute("aria-label", `Graph of ${objective.title}, with the parabola that fits it at the iterate`);
    const { path, local, errors, steps } = this.ensure();
    this.graph.place(path[0][0], local[0].value);
    this.beads.draw(local.map(({ x, value }) => [x, value]));
    this.decay.draw([{ series: RUN, values: errors }], steps);
    this.cut();
  }

  /** Shows the run up to the step of the transport, and what the next step is made of. */
  cut() {
    const { path, local } = this.ensure();
    const { plot } = this.graph;
    const t = Math.min(this.transport.step, path.length - 1);
    const { x, value, slope, curvature } = local[t];
    this.decay.cut(t);
    this.beads.cut(t);
    const fitted = (u) => this.shell.modules.formulas.parabola(u, x, value, slope, curvature);
    const along = Array.from({ length: SAMPLES + 1 }, (_, k) => plot.low + (k / SAMPLES) * (plot.high - plot.low));
    const drawable = [value, slope, curvature].every(Number.isFinite);
    this.parabola.setAttribute("d", drawable ? trail(along.length, (k) => plot.pixels(along[k], fitted(along[k]))).text : "");
    const [top] = this.newton(path[t]);
    this.mark(this.vertex, drawable && Number.isFinite(top) ? [top, fitted(top)] : null, look(MODEL).mark);
    this.mark(this.here, [x, value], look(RUN).mark);
    const next = path[t + 1]?.[0];
    this.point(t, x, value, next, fitted);
    this.tell(t, top, next);
  }

  /** Where the whole step leads: the parabola's stationary point. */
  newton(at) {
    const { modules, landscape } = this.shell;
    return modules.rules.damped_newton.move(at, landscape.slopeAt(at), landscape.curvatureAt(at), { lr: 1 });
  }

  mark(node, place, d) {
    const at = place && this.graph.plot.markAt(...place);
    const seen = at && Number.isFinite(at.x + at.y);
    node.setAttribute("d", seen ? d : "");
    if (seen) node.setAttribute("transform", `translate(${at.x.toFixed(1)} ${at.y.toFixed(1)})`);
    node.classList.toggle("gd-outside", Boolean(at?.outside));
  }

  /** Dotted lines down from the iterate and from the parabola where the step ends, and the names of the two below. */
  point(t, x, value, next, fitted) {
    const { plot } = this.graph;
    const foot = plot.margin.top + plot.height;
    const inside = (u) => u >= plot.low && u <= plot.high;
    const drop = (u, height) => `M${plot.x(u).toFixed(1)} ${Math.min(foot, plot.markAt(u, height).y).toFixed(1)}V${foot}`;
    const places = [[x, value], [next, next === undefined ? NaN : fitted(next)]];
    this.uprights.setAttribute("d", places.filter(([u, height]) => inside(u) && Number.isFinite(height))
      .map(([u, height]) => drop(u, height)).join(""));
    places.forEach(([u], index) => {
      const shown = inside(u) && (index === 0 || Math.abs(plot.x(u) - plot.x(x)) >= NEAR);
      this.names[index].textContent = shown ? `x${sub(t + index)}` : "";
      if (!shown) return;
      const rightmost = plot.x(u) > plot.margin.left + plot.width - 26;
      this.names[index].setAttribute("x", plot.x(u) + (rightmost ? -5 : 5));
      this.names[index].setAttribute("text-anchor", rightmost ? "end" : "start");
      this.names[index].setAttribute("y", foot - 7);
    });
  }

  tell(t, top, next) {
    const { path, local, errors, goal, lr, gone, steps } = this.ensure();
    const rows = path.slice(0, t + 1).map(([x], k) => {
      const [error, last] = [errors[k], errors[k - 1]];
      const ratios = last > 0 ? [plain(error / last), plain(error / last / last)] : ["–", "–"];
      return { id: String(k), title: String(k), cells: [digits(x), goal ? plain(error) : "–", ...ratios] };
    }).slice(-ROWS);
    // As many lines from the first step on, so that nothing below moves.
    for (let k = rows.length; k < ROWS; k++) rows.push({ id: `later ${k}`, title: k <= steps ? String(k) : "–", cells: ["–", "–", "–", "–"] });
    const said = [`Step ${t} of ${steps}, x\u00a0=\u00a0${plain(local[t].x)}:`, bend(local[t].curvature, top)];
    if (t < path.length - 1 && lr !== 1) said.push(`With η\u00a0=\u00a0${plain(lr)} the step ends at ${plain(next)}.`);
    if (gone && t === path.length - 1) said.push("The run ends here: there is no next point.");
    else if (goal && t === steps && errors[t] < 1e-6) said.push(`It has come to the ${goal.kind} at ${plain(goal.x)}.`);
    this.shell.readout.show(said.join(" "), rows);
  }
}

/** What the parabola is like, and where the whole step leads. */
function bend(curvature, top) {
  if (!(Math.abs(curvature) > 0)) return "f″ = 0, the parabola is a straight line without a stationary point.";
  const [way, point] = curvature > 0 ? ["upwards", "lowest"] : ["downwards", "highest"];
  return `the parabola opens ${way} (f″\u00a0=\u00a0${plain(curvature)}), its ${point} point is at ${plain(top)}.`;
}

/** Enough digits to see how many of them no longer change. */
const digits = (x) => (x !== 0 && (Math.abs(x) >= 1e6 || Math.abs(x) < 1e-4) ? short(x, 4)
  : String(Number(x.toPrecision(10))).replace("-", "\u2212"));

const sub = (whole) => String(whole).replace(/\d/g, (digit) => String.fromCharCode(0x2080 + Number(digit)));
