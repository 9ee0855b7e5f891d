/* Clipping: a gradient whose tip is dragged, cut by norm and by value; and three runs, unclipped and cut by each. */

import { Board } from "./board.mjs";
import { Curves } from "./curves.mjs";
import { descend } from "./descend.mjs";
import { html, svg } from "./elements.mjs";
import { short, ticks, tidy } from "./numbers.mjs";
import { OwnFormula } from "./own_formula.mjs";
import { look } from "./plot.mjs";
import { literal, opening, tuple } from "./python_cell.mjs";
import { explorer } from "./shell.mjs";
import { Transport } from "./transport.mjs";

const REACH = 3; // the plane spans this much to each side
const KINDS = [{ id: "none", title: "unclipped" }, { id: "clip_norm", title: "by norm" }, { id: "clip_value", title: "by value" }];
const pair = (numbers) => `(${numbers.map((part) => short(part)).join(", ")})`;

class Clipping {
  constructor(shell) {
    const { state, signal, controls } = shell;
    Object.assign(this, { shell, computed: null, runs: [], placed: ["limit", "objective", "start", "lr", "steps", "step", "formula"] });
    this.plane = new Board({ onMove: (vector) => shell.change({ vector }), onHold: shell.holder(), called: "Tip of the gradient", aspect: 0.74 });
    const shape = (kind, series) => svg(kind, { class: "gd-bound", style: `--series: ${look(series).colour}`, "stroke-dasharray": look(series).dash });
    Object.assign(this, { circle: shape("circle", 1), square: shape("rect", 2), cut: svg("path", { class: "gd-cut" }),
      arrows: KINDS.map((_, series) => svg("path", { class: `gd-arrow${series ? " gd-after" : ""}`, style: `--series: ${look(series).colour}` })) });
    this.axes = svg("path", { class: "gd-axes-lines" });
    this.plane.plot.ground.append(this.axes);
    this.plane.plot.lines.append(this.circle, this.square, this.cut, ...this.arrows);
    this.vector = shell.reads(["vector", "components", "length", "turned by"]);
    this.board = new Board({ height: shell.modules.formulas.line_height, onMove: (start) => shell.change({ start }),
      onHold: shell.holder(), what: "three runs" });
    this.curves = new Curves((step) => this.transport.go(step));
    this.transport = new Transport({ signal, steps: state.steps, onMove: (step) => shell.change({ step }), onRest: shell.holder() });
    this.formula = html("span");
    const second = html("div", { class: "gd-head gd-second" }, ["objective", "start", "steps"].map((name) => controls[name].node),
      shell.spec.own.node, html("p", { class: "gd-formula" }, this.formula));
    shell.reads(["run", "θ", "‖g‖", "f(θ)"]);
    shell.plots.push(this.plane.plot, this.board.plot, this.curves.plot);
    this.pictures = [this.plane.node, html("div", { class: "gd-beside" }, controls.limit.node, this.vector.node), second,
      html("div", {}, this.board.node, this.transport.node), html("div", { class: "gd-beside" }, controls.lr.node, this.curves.node)];
  }

  settle({ vector, start, steps, step }) {
    this.plane.point.at = vector;
    this.board.point.at = start;
    this.transport.lengthen(steps);
    this.transport.step = Math.min(step, steps);
    this.transport.show();
    const { variables, formula } = this.shell.objective;
    this.formula.textContent = `f(${variables.join(", ")}) = ${formula}`;
  }

  reset() {
    this.transport.pause();
  }

  /** What a kind of clipping makes of a gradient. */
  clipped(id, g) {
    return id === "none" ? g : this.shell.modules.transforms[id].clip(g, { limit: this.shell.state.limit });
  }

  /** The three runs, computed once for each change of what they follow from. */
  ensure() {
    const { state, modules, landscape } = this.shell;
    const key = JSON.stringify([state.objective, state.start, state.steps, state.lr, state.limit]);
    if (key === this.computed) return;
    this.runs = KINDS.map(({ id, title }, series) => {
      const transform = modules.transforms[id] && { module: modules.transforms[id], settings: { limit: state.limit } };
      const path = descend(landscape, modules.rules.gradient_descent, state.start, state.steps, { lr: state.lr }, { transform });
      return { id, title, series, path, values: path.map((point) => landscape.valueAt(point)) };
    });
    this.computed = key;
  }

  paths() {
    this.ensure();
    return Object.fromEntries(this.runs.map(({ id, path }) => [id, path]));
  }

  /** The cell whose `runs[id].path` are the paths of the page. */
  pythonCell() {
    const { objective, state: { vector, limit, start, lr, steps } } = this.shell;
    return [...opening(objective, [], { arrays: true }), `kinds = {"none": None, "clip_norm": gd.clip_norm(${literal(limit)}), "clip_value": gd.clip_value(${literal(limit)})}`,
      `g = np.array(${tuple(vector)})`, "print({name: clip(g) for name, clip in kinds.items() if clip})",
      "runs = {", `    name: gd.descend(f, gd.rules.gradient_descent, ${tuple(start)}, steps=${steps}, transform=clip, lr=${literal(lr)})`,
      "    for name, clip in kinds.items()", "}", "gd.figures.paths(f, runs)", ""].join("\n");
  }

  draw({ vector, limit, step, steps }) {
    const { objective, landscape } = this.shell;
    this.drawPlane(vector, limit);
    this.sayVector(vector, limit);
    this.ensure();
    const range = this.board.ground(objective, landscape);
    this.board.draw(this.runs);
    this.board.cut(step);
    this.curves.draw(this.runs, steps, objective.minimum, range);
    this.curves.cut(step);
    this.sayRuns(Math.min(step, steps), steps);
  }

  drawPlane(vector, limit) {
    const { plot } = this.plane;
    const high = (REACH * plot.height) / plot.width;
    plot.show([-REACH, REACH], [-high, high], ticks(-REACH, REACH, 4), ticks(-high, high, 4));
    plot.xLabel.textContent = "g₁";
    plot.yLabel.textContent = "g₂";
    plot.picture.setAttribute("aria-label", "A gradient as an arrow, with the circle and the square of the limit");
    this.plane.draw([]);
    const [x, y] = [plot.x(0), plot.y(0)];
    const reach = plot.x(limit) - x;
    this.axes.setAttribute("d", `M${plot.margin.left} ${y}h${plot.width}M${x} ${plot.margin.top}v${plot.height}`);
    place(this.circle, { cx: x, cy: y, r: reach });
    place(this.square, { x: x - reach, y: y - reach, width: 2 * reach, height: 2 * reach });
    const tips = KINDS.map(({ id }) => plot.pixels(...this.clipped(id, vector)));
    this.arrows.forEach((arrow, kind) => arrow.setAttribute("d", arrowTo([x, y], tips[kind], kind ? 9 : 0)));
    this.cut.setAttribute("d", `M${tips[0].join(" ")}L${tips[2].join(" ")}`);
  }

  sayVector(vector, limit) {
    const { length, turn } = this.shell.modules.formulas;
    const rows = KINDS.map(({ id, title }, series) => {
      const g = this.clipped(id, vector);
      return { id, title, series, g, size: tidy(length(...g), 9), angle: turn(...vector, ...g) };
    });
    const [whole, norm, value] = rows;
    const same = (row) => row.g.every((part, i) => part === vector[i]);
    const byNorm = same(norm) ? "By norm it stays as it is" : `By norm it is cut to length ${short(norm.size)} and keeps its direction`;
    const byValue = same(value) ? "by value it stays as it is"
      : `by value it is cut to ${pair(value.g)}, ${value.angle > 0.005 ? `turned by ${short(value.angle)}°` : "and keeps its direction"}`;
    this.vector.show(`The gradient has length ${short(whole.size)}, the limit is ${short(limit)}. ${byNorm}; ${byValue}.`,
      rows.map(({ id, title, series, g, size, angle }) => ({ id, title: series ? title : "gradient", series,
        cells: [pair(g), short(size), series && Number.isFinite(angle) ? `${angle.toFixed(1)}°` : "–"] })));
  }

  sayRuns(step, steps) {
    const { landscape, modules: { formulas: { length } } } = this.shell;
    const moves = [];
    const lines = this.runs.map(({ id, title, series, path, values }) => {
      const last = Math.min(step, path.length - 1);
      const ended = path.length <= steps && step >= path.length;
      if (last && !ended) moves.push(`${short(length(...path[last].map((part, i) => part - path[last - 1][i])))} long ${title}`);
      return { id, title, series, cells: [pair(path[last]), short(length(...landscape.slopeAt(path[last]))), short(values[last])],
        note: ended ? `left the finite numbers at step ${path.length}` : "" };
    });
    const told = step ? `Step ${step} of ${steps} is ${moves.join(", ")}.` : `Step 0 of ${steps}: all three set out from here.`;
    this.shell.readout.show(told, lines);
  }
}

function place(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
}

/** An arrow as path text; `width` is that of its head, which the handle has in its place for 0. */
function arrowTo([x, y], [tipX, tipY], width) {
  const long = Math.hypot(tipX - x, tipY - y);
  if (!(long > 0)) return "";
  const [alongX, alongY] = [(tipX - x) / long, (tipY - y) / long];
  const head = Math.min(1.2 * width, long);
  const [footX, footY] = [tipX - head * alongX, tipY - head * alongY];
  const side = (sign) => `${footX - sign * 0.5 * width * alongY} ${footY + sign * 0.5 * width * alongX}`;
  const line = `M${x} ${y}L${footX} ${footY}`;
  return width ? `${line}M${side(1)}L${tipX} ${tipY}L${side(-1)}Z` : line;
}

export default explorer(Clipping, OwnFormula);
