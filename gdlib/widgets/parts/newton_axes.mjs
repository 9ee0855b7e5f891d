/* A quadratic in normalised axes: in w an ellipse, in ŵ = Sw a rounder one, and the same path in both pictures. */

import { Beads } from "./beads.mjs";
import { Board } from "./board.mjs";
import { knob } from "./controls.mjs";
import { descend } from "./descend.mjs";
import { html, svg } from "./elements.mjs";
import { plain, ticks } from "./numbers.mjs";
import { look } from "./plot.mjs";
import { keywords, literal, tuple } from "./python_cell.mjs";
import { Transport } from "./transport.mjs";

const LINES = 12;
const TINTS = 7; // the palest; the deepest is 0
const UNIT = [1, 0, 1];
const TITLES = { none: "as they are", diagonal: "each by itself", full: "all together" };

export class NewtonAxes {
  constructor(shell) {
    const { spec, state, controls, signal } = shell;
    Object.assign(this, { shell, computed: null });
    this.plain = new Bowl({ aspect: 1, onHold: shell.holder(), onMove: (start) => shell.change({ start }) });
    this.scaled = new Bowl({ aspect: 1, onHold: shell.holder(), called: "Start in scaled axes",
      onMove: (place) => shell.change({ start: this.shell.modules.formulas.times(...this.ensure().axes[1], ...place) }) });
    const [range] = spec.rules[0].hyperparameters;
    this.lr = knob({ ...range, label: "Step size η" }, "Step size η", (lr) =>
      shell.change({ rules: shell.state.rules.map((rule) => ({ ...rule, hyperparameters: { lr } })) }));
    shell.reads(["axes", "κ", "best factor", "part of f left"]);
    this.beads = [this.plain, this.scaled].map((board) => new Beads(board.plot, 0));
    this.transport = new Transport({ signal, steps: state.steps, onMove: () => this.cut(), onRest: shell.holder() });
    shell.plots.push(this.plain.plot, this.scaled.plot);
    this.placed = ["ratio", "angle"];
    const titled = (board, text) => html("div", {}, html("p", { class: "gd-over-plot" }, text), board.node);
    this.title = html("span");
    this.pictures = [
      html("div", { class: "gd-knobs" }, controls.ratio.node, controls.angle.node, this.lr.node),
      html("div", { class: "gd-equals" }, titled(this.plain, "in w"), titled(this.scaled, this.title)),
      this.transport.node,
    ];
  }

  settle({ rules, steps, scaling, start }) {
    this.lr.show(rules.find(({ name }) => name === this.shell.spec.scaled[scaling]).hyperparameters.lr);
    this.title.replaceChildren(...{ none: ["in ŵ = w"], diagonal: ["in ŵ = diag(A)", html("sup", {}, "½"), " w"],
      full: ["in ŵ = A", html("sup", {}, "½"), " w"] }[scaling]);
    this.transport.lengthen(steps);
    this.plain.point.at = start;
  }

  reset() {
    this.transport.go(this.shell.state.steps);
  }

  /** The matrix, the axes and the paths of the state; computed once a change. */
  ensure() {
    const { state, modules: { rules, formulas }, spec } = this.shell;
    if (this.computed?.state === state) return this.computed;
    const { ratio, angle, scaling, start, steps } = state;
    const matrix = formulas.bowl(ratio, angle);
    const [a, b, d] = matrix;
    const landscape = { valueAt: ([x, y]) => formulas.height(a, b, d, x, y), slopeAt: ([x, y]) => formulas.times(a, b, d, x, y),
      curvatureAt: () => [[a, b], [b, d]] };
    const all = Object.entries(spec.scaled).map(([name, rule], series) => {
      const { id, hyperparameters } = state.rules.find((one) => one.name === rule);
      const path = descend(landscape, rules[rule], start, steps, hyperparameters);
      const [,, seen] = formulas[`axes_${name}`](a, b, d);
      return { id, name, series, path, values: path.map(landscape.valueAt), kappa: formulas.condition_number(...seen) };
    });
    const axes = formulas[`axes_${scaling}`](a, b, d); // S, its inverse, the matrix there
    this.computed = { state, matrix, all, axes, shown: all.find(({ name }) => name === scaling) };
    return this.computed;
  }

  paths() {
    return Object.fromEntries(this.ensure().all.map(({ id, path }) => [id, path]));
  }

  /** The cell whose `runs[id].path` are the paths in w. */
  pythonCell() {
    const { ratio, angle, start, steps, scaling, rules } = this.shell.state;
    const side = tuple([-this.shell.spec.half, this.shell.spec.half]);
    const runs = rules.map(({ id, name, hyperparameters }) => {
      const room = name === "gradient_descent" ? "gd.rules" : "gd.methods";
      return `    ${JSON.stringify(id)}: gd.descend(f, ${room}.${name}, start, steps=steps, ${keywords(hyperparameters).join(", ")}),`;
    });
    return ["import gdlib as gd", "from gdlib.second_order import scaled_axes", "",
      `a, b, d = scaled_axes.bowl(${literal(ratio)}, ${literal(angle)})`,
      'f = gd.Objective(f"({a}*w1**2 + 2*({b})*w1*w2 + {d}*w2**2)/2")', `start, steps = ${tuple(start)}, ${steps}`,
      "runs = {", ...runs, "}", `print(scaled_axes.SCALINGS["${scaling}"](a, b, d))`,
      `gd.figures.paths(f, runs, window=(${side}, ${side}))`, ""].join("\n");
  }

  draw({ start }) {
    const { matrix, axes: [stretch,, seen], all, shown } = this.ensure();
    const { spec: { half }, modules: { formulas: { times, height, eigen } } } = this.shell;
    const picture = (board, beads, name, entries, moved) => {
      const most = Math.max(height(...entries, half, half), height(...entries, half, -half));
      board.ellipses(name, half, most, eigen(...entries));
      board.point.at = times(...moved, ...start);
      const runs = [...new Set([all[0], shown])].map(({ series, path }) => ({ series, path: path.map((at) => times(...moved, ...at)) }));
      board.draw(runs);
      beads.draw(runs.at(-1).path);
      beads.node.style.setProperty("--series", look(shown.series).colour);
    };
    picture(this.plain, this.beads[0], "w", matrix, UNIT);
    picture(this.scaled, this.beads[1], "ŵ", seen, stretch);
    this.cut();
  }

  cut() {
    const { step, steps } = this.transport;
    const { all, shown } = this.ensure();
    const { contraction } = this.shell.modules.formulas;
    this.plain.cut(step);
    this.scaled.cut(step);
    for (const beads of this.beads) beads.cut(step + 1);
    const rows = all.map(({ name, series, path, values, kappa }) => {
      const ended = path.length <= step;
      return { id: name, series, title: TITLES[name], cells: [plain(kappa), plain(contraction(1, kappa)),
        plain(values[Math.min(step, path.length - 1)] / values[0])], note: ended ? `left the finite numbers at step ${path.length}` : "" };
    });
    const round = shown.kappa < 1 + 1e-9 ? "circles, and descent goes straight to the centre"
      : `ellipses, ${plain(Math.sqrt(shown.kappa))} times as long as wide`;
    this.shell.readout.show(`Step ${Math.min(step, shown.path.length - 1)} of ${steps}. With the axes ${AS[shown.name]} κ = ${plain(shown.kappa)}: the level lines are ${round}.`, rows);
  }
}

const AS = { none: "as they are", diagonal: "scaled each by itself", full: "scaled all together" };

/** A map of a quadratic: its level lines are ellipses, which need no search, so that a knob turns them smoothly. */
class Bowl extends Board {
  /** Evenly spaced ellipses up to the height of the highest corner; `low`, `high` are eigenvalues, `along` the long axis. */
  ellipses(name, half, most, [low, high, along]) {
    const { plot } = this;
    const marks = ticks(-half, half, 5);
    plot.show([-half, half], [-half, half], marks, marks);
    plot.xLabel.textContent = `${name}₁`;
    plot.yLabel.textContent = `${name}₂`;
    plot.picture.setAttribute("aria-label", `Level lines of the quadratic in ${name}, with the path of descent`);
    const [x, y, unit] = [plot.x(0), plot.y(0), plot.x(1) - plot.x(0)];
    const turn = (-180 / Math.PI) * Math.atan2(along[1], along[0]);
    const tint = (index) => `fill: var(--level-${Math.round((TINTS * index) / LINES)})`;
    const rings = Array.from({ length: LINES }, (_, index) => {
      const twice = 2 * most * ((index + 1) / (LINES + 1)) ** 2; // that height, twice
      return svg("ellipse", { class: "gd-isoline", rx: unit * Math.sqrt(twice / low), ry: unit * Math.sqrt(twice / high),
        transform: `translate(${x} ${y}) rotate(${turn})`, style: tint(index) });
    });
    const { left, top } = plot.margin;
    plot.ground.replaceChildren(svg("rect", { x: left, y: top, width: plot.width, height: plot.height, style: tint(LINES) }),
      ...rings.reverse());
    this.minima.replaceChildren(svg("path", { d: "M-4 0H4M0 -4V4", transform: `translate(${x} ${y})` }));
  }
}
