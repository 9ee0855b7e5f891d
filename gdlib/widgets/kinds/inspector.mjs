/* The stationary inspector: slope, curvature and quadratic model at any point of a map, verdicts where it is level. */

import { Board } from "./board.mjs";
import { axes, CloseUp } from "./close_up.mjs";
import { rings } from "./contours.mjs";
import { button, select } from "./controls.mjs";
import { html, svg } from "./elements.mjs";
import { bare, pair, short, spot } from "./numbers.mjs";
import { OwnFormula } from "./own_formula.mjs";
import { look } from "./plot.mjs";
import { opening, tuple } from "./python_cell.mjs";
import { explorer } from "./shell.mjs";
import { asked, certificate, headline, judged } from "./verdicts.mjs";

const OWN = "quadratic"; // the landscape whose eigenvalues the reader turns
const TURNED = ["l1", "l2", "angle"];
const SNAP = { mouse: 10, pen: 12, touch: 22, keys: 1.5 }; // pixels; less than a step of a key, which would not get away
const ARROW = 44;
const TANGENT = 66;
const CORNER = 9;
// By kind, as in the still figures: a well points down and a summit up.
const MARKS = { minimum: [4, 1, "minima"], maximum: [2, 2, "maxima"], saddle: [3, 3, "saddles"], undecided: [1, 5, "undecided"] };

class Inspector {
  constructor(shell) {
    this.shell = shell;
    this.board = new Board({ height: shell.modules.formulas.line_height,
      onMove: (at, hand) => shell.change({ at: this.snapped(at, SNAP[hand] ?? SNAP.mouse) }),
      onHold: shell.holder(), what: "its stationary points, and the gradient at one point", called: "Point" });
    this.closeUp = new CloseUp();
    shell.plots.push(this.board.plot, this.closeUp.plot);
    this.kinds = svg("g");
    this.board.plot.marks.append(this.kinds);
    this.choice = select("Stationary point", [], (index) => this.go(index)); // "" is no index of any
    this.next = button("Next stationary point", () => this.go((this.points.indexOf(this.here().listed) + 1) % this.points.length),
      { text: "Next" });
    this.head = [html("div", { class: "gd-field gd-level-points" }, this.choice.node, this.next)];
    this.keys = html("ul", { class: "gd-keys" });
    shell.controls.model.input.after(swatch(line("gd-model")));
    shell.controls.curvature.input.after(swatch(line("gd-axis gd-rising")), swatch(line("gd-axis gd-falling")));
    this.magnified = html("div", {}, this.closeUp.node, shell.controls.model.node, shell.controls.curvature.node,
      shell.controls.reach.node);
    this.turns = html("div", {}, TURNED.map((name) => shell.controls[name].node));
    this.numbers = html("tbody");
    this.placed = ["reach", "model", "curvature", ...TURNED];
    this.readout = shell.reads();
    this.certificate = html("p", { class: "gd-certificate" });
    this.readout.node.append(this.certificate);
    this.pictures = [html("div", {}, this.board.node, this.keys)];
    this.panel = [this.turns, this.magnified, html("table", { class: "gd-numbers" }, this.numbers)];
  }

  /** The landscape as functions of x and y alone. */
  get ground() {
    const { landscape, state } = this.shell;
    if (!this.own) return landscape;
    const turned = TURNED.map((name) => state[name]);
    return { value: (x, y) => landscape.value(x, y, ...turned),
      gradient: (x, y) => landscape.gradient(x, y, ...turned).slice(0, 2),
      hessian: (x, y) => landscape.hessian(x, y, ...turned).slice(0, 2).map((row) => row.slice(0, 2)) };
  }

  get own() {
    return this.shell.state.objective === OWN;
  }

  get points() {
    return this.own ? [judged(this.shell.state)] : this.shell.objective.points;
  }

  go(index) {
    const one = this.points[index];
    if (one) this.shell.change({ at: one.at });
  }

  /** The stationary point that lies so few pixels away, else the place itself. */
  snapped(at, pixels) {
    const { plot } = this.board;
    const far = ([x, y]) => Math.hypot(plot.x(x) - plot.x(at[0]), plot.y(y) - plot.y(at[1]));
    const near = this.points.reduce((best, one) => (!best || far(one.at) < far(best.at) ? one : best), null);
    return near && far(near.at) <= pixels ? near.at : at;
  }

  /** What is known of the state's point. */
  here() {
    const { state, modules: { formulas } } = this.shell;
    const [x, y] = state.at;
    const listed = this.points.find(({ at }) => at[0] === x && at[1] === y);
    const slope = this.own ? this.unrounded(x, y) : this.ground.gradient(x, y);
    const [[a, b], [, d]] = this.ground.hessian(x, y);
    const [low, high, ofLow, ofHigh] = formulas.eigen(a, b, d);
    const axes = [{ value: low, along: ofLow }, { value: high, along: ofHigh }];
    if (listed) listed.eigenvalues.forEach((value, index) => { axes[index].value = value; });
    return { at: state.at, listed, value: listed?.value ?? this.ground.value(x, y), slope: listed ? [0, 0] : slope,
      hessian: [a, b, d], axes, size: listed ? 0 : Math.hypot(...slope) };
  }

  /** The gradient of the own quadratic, in which a turn by sine and cosine leaves no 0 exact. */
  unrounded(x, y) {
    const { l1, l2 } = this.shell.state;
    const size = Math.max(Math.abs(l1), Math.abs(l2)) * Math.max(Math.abs(x), Math.abs(y));
    return this.ground.gradient(x, y).map((part) => bare(part, size));
  }

  settle() {
    const { points, own } = this;
    const name = `${this.shell.state.objective} ${points.map(({ kind, at }) => [kind, at])}`;
    if (this.shown !== name) {
      this.shown = name;
      const none = points.length ? `choose one of ${points.length}` : "none in this map";
      this.choice.input.replaceChildren(html("option", { value: "" }, none), ...points.map(({ kind, at }, index) =>
        html("option", { value: index }, `${kind} at ${spot(at)}`)));
      this.choice.input.disabled = this.next.disabled = !points.length;
    }
    const index = points.indexOf(points.find(({ at }) => at.every((part, axis) => part === this.shell.state.at[axis])));
    this.choice.input.value = index < 0 ? "" : index;
    this.board.point.at = this.shell.state.at;
    this.magnified.hidden = own;
    this.turns.hidden = !own;
  }

  /** The cell that computes the same in Python, and draws the map. */
  pythonCell() {
    const { at, size, listed } = this.here();
    const turned = this.own ? quadratic(this.shell.state) : null;
    const own = { python: `gd.Objective("${turned}", variables=["x", "y"])` };
    return [...opening(this.own ? own : this.shell.objective), `at = ${tuple(at)}`,
      'print(f(at), f.grad(at), f.hess(at), sep="\\n")', ...(listed?.kind === "undecided" ? ["print(gd.classify(f, at))"] : []),
      "found = gd.stationary_points(f)", "print(found)",
      // Where all points are stationary there is nothing to map.
      ...(turned === "0" ? [] : [`gd.figures.stationary_map(f, found${size > 0 ? ", probes=[at]" : ""})`]), ""].join("\n");
  }

  draw(state) {
    const { objective, modules: { formulas } } = this.shell;
    const { board, ground, own } = this;
    const here = this.here();
    const changing = own ? ` ${TURNED.map((name) => state[name])}` : "";
    board.ground({ ...objective, name: objective.name + changing }, ground);
    board.draw([]);
    const half = state.reach * (board.plot.high - board.plot.low);
    this.drawSlope(here, half);
    this.drawKinds();
    if (!own) {
      this.closeUp.plot.measure(this.closeUp.node.clientWidth); // it has none while it is hidden
      this.closeUp.draw(objective, ground, here, half, state.curvature,
        state.model ? (x, y) => formulas.model(here.value, ...here.slope, ...here.hessian, x, y) : null);
    }
    this.tell(here);
  }

  /** The level line, its tangent and the gradient across it; with the close-up's frame, or the axes of a quadratic. */
  drawSlope({ at, value, slope, size }, half) {
    const { plot, grid } = this.board;
    const [x, y] = plot.pixels(...at);
    const drawn = [];
    if (Number.isFinite(value)) {
      drawn.push(svg("path", { class: "gd-contour", d: rings(grid, [value], (u) => plot.x(u), (v) => plot.y(v))[0] }));
    }
    if (this.own) {
      const { l1, l2, angle } = this.shell.state;
      const [cos, sin] = [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)];
      const turned = axes(plot, [0, 0], 0.95 * plot.top, [{ value: l1, along: [cos, sin] }, { value: l2, along: [-sin, cos] }]);
      drawn.push(...turned.lines, ...turned.texts);
    } else {
      const [left, top] = [plot.x(at[0] - half), plot.y(at[1] + half)];
      const sides = { width: plot.x(half) - plot.x(-half), height: plot.y(-half) - plot.y(half) };
      if (Number.isFinite(left + top)) drawn.push(svg("rect", { class: "gd-look", x: left, y: top, ...sides }));
    }
    if (size > 0 && [size, value, x, y].every(Number.isFinite)) {
      const [u, v] = [slope[0] / size, -slope[1] / size]; // uphill, in pixels
      const way = (along, across) => `${x + along * u - across * v} ${y + along * v + across * u}`;
      drawn.push(svg("path", { class: "gd-tangent", d: `M${way(0, -TANGENT)}L${way(0, TANGENT)}` }),
        svg("path", { class: "gd-corner", d: `M${way(CORNER, 0)}L${way(CORNER, CORNER)}L${way(0, CORNER)}` }),
        svg("path", { class: "gd-uphill", d: `M${way(0, 0)}L${way(ARROW - 8, 0)}` }),
        svg("path", { class: "gd-tip", d: `M${way(ARROW, 0)}L${way(ARROW - 12, 6)}L${way(ARROW - 12, -6)}Z` }));
    }
    plot.lines.replaceChildren(...drawn);
  }

  /** The stationary points by kind, and the curves that they fill. */
  drawKinds() {
    const { plot } = this.board;
    const curves = this.own ? filled(this.shell.state, plot) : this.shell.objective.curves;
    const marks = this.points.map(({ at, kind }) => svg("path", { ...marked(kind),
      transform: `translate(${plot.x(at[0])} ${plot.y(at[1])}) scale(1.25)` }));
    this.kinds.replaceChildren(...curves.map((points) => svg("path", { class: "gd-filled", "clip-path": plot.lines.getAttribute("clip-path"),
      d: points.map(([x, y], k) => `${k ? "L" : "M"}${plot.x(x)} ${plot.y(y)}`).join("") })), ...marks);
    const counted = Object.keys(MARKS).map((kind) => [kind, this.points.filter((one) => one.kind === kind).length]);
    this.keys.replaceChildren(...counted.filter(([, count]) => count).map(([kind, count]) =>
      key(svg("path", { ...marked(kind), transform: "translate(14 7)" }), `${count} ${count > 1 ? MARKS[kind][2] : kind}`)),
      curves.length || this.own ? key(line("gd-filled"), "stationary curve") : "",
      key(line("gd-uphill"), "gradient, its direction"), key(line("gd-tangent"), "tangent"), key(line("gd-contour"), "level line"));
  }

  tell(here) {
    const { at, listed, value, slope, hessian, axes: both, size } = here;
    const [a, b, d] = hessian;
    const { l1, l2 } = this.shell.state;
    const rows = [["f", short(value), value], ["∇f", pair(slope), slope], ["‖∇f‖", short(size), size],
      ...(this.own ? this.ofOwn(a, b, d, l1, l2) : [["H", matrix(a, b, d)], ...both.map(({ value: one, along }, index) =>
        [`λ${"₁₂"[index]}`, along.every(Number.isFinite) ? `${short(one)} along ${pair(along)}` : short(one), one])])];
    this.numbers.replaceChildren(...rows.map(([name, text, full]) => html("tr", {}, html("th", { scope: "row" }, name),
      html("td", { title: full === undefined ? null : String(full) }, text))));
    this.readout.show(headline(here));
    const own = this.own && this.points[0];
    const words = own ? `${listed ? "" : "Of the origin: "}${certificate(own)}` : listed && certificate(listed);
    this.certificate.textContent = words ?? `${this.counted()} ${asked(size)}`;
  }

  ofOwn(a, b, d, l1, l2) {
    const [determinant, trace] = this.shell.modules.formulas.invariants(l1, l2);
    return [["A", matrix(a, b, d)], ["det A", `λ₁λ₂ = ${short(determinant)}`, determinant], ["trace A", `λ₁ + λ₂ = ${short(trace)}`, trace]];
  }

  counted() {
    const { complete, note, points, curves } = this.shell.objective;
    const many = `${points.length || "No"} stationary point${points.length === 1 ? "" : "s"}`;
    const more = curves.length ? `, and ${curves.length} curve${curves.length === 1 ? "" : "s"} of them` : "";
    return `${many}${more} in this map: ${complete ? "proved to be all" : "perhaps not all"}.${note && ` ${note}`}`;
  }
}

const swatch = (picture) => svg("svg", { class: "gd-swatch", width: 28, height: 14, viewBox: "0 0 28 14", "aria-hidden": "true" }, picture);

const key = (picture, words) => html("li", {}, swatch(picture), words);

const line = (look) => svg("path", { class: look, d: "M1 7H27" });

function marked(kind) {
  const [mark, colour] = MARKS[kind];
  return { class: "gd-mark", d: look(mark).mark, style: `--series: var(--series-${colour})` };
}

/** A symmetric matrix by rows; what rounding left of a zero is a zero. */
function matrix(a, b, d) {
  const size = Math.max(...[a, b, d].map(Math.abs));
  if (!Number.isFinite(size)) return html("span", { title: `${a}, ${b}; ${b}, ${d}` }, "not finite");
  const entry = (value) => html("span", {}, short(bare(value, size)));
  return html("span", { class: "gd-matrix", title: `${a}, ${b}; ${b}, ${d}` }, [a, b, b, d].map(entry));
}

/** Its formula by its eigenvalues: gdlib takes each number as exact, and entries of a matrix, rounded, would leave none of them 0. */
function quadratic({ l1, l2, angle }) {
  const [cos, sin] = [Math.cos, Math.sin].map((of) => bare(of((angle * Math.PI) / 180)));
  return [[l1, cos, sin], [l2, -sin, cos]].filter(([value]) => value)
    .map(([value, a, b]) => `${value}*(${a}*x + ${b}*y)**2/2`).join(" + ") || "0";
}

/** The line that the stationary points of a quadratic fill if one of its eigenvalues is 0, from edge to edge. */
function filled({ l1, l2, angle }, plot) {
  if ((l1 === 0) === (l2 === 0)) return [];
  const turn = ((angle + (l1 === 0 ? 0 : 90)) * Math.PI) / 180;
  const far = 2 * (plot.high - plot.low);
  return [[-far, far].map((along) => [along * Math.cos(turn), along * Math.sin(turn)])];
}

export default explorer(Inspector, OwnFormula);
