/* The momentum dial: one mode of a quadratic as a step response, and the eigenvalues that decide how it goes. */

import { button } from "./controls.mjs";
import { descend } from "./descend.mjs";
import { html, svg } from "./elements.mjs";
import { counts, plain, short, ticks } from "./numbers.mjs";
import { OneRule } from "./one_rule.mjs";
import { look, Plot, Series, trail } from "./plot.mjs";
import { keywords, literal, tuple } from "./python_cell.mjs";
import { explorer } from "./shell.mjs";

const RUN = 0, ROOTS = [1, 2]; // looks of the series
const TARGET = 1e-6, MOST = 10000; // to what part of the start a run is timed, and for how many steps at most
const SAME = 1e-6; // nearer than this two eigenvalues are one: where they meet, rounding is felt as its square root
const REACH = 1.25; // of the plane, to each side
const CALM = 1.2, HIGHEST = 5; // the response's axis ends there, and where a run grows no higher than the second
const FAR = 20; // times the axis: where what grows is drawn no farther
const BETAS = 160; // points of the eigenvalues' way

class MomentumDial {
  constructor(shell) {
    Object.assign(this, { shell, computed: null, placed: ["curvature", "start", "steps"] });
    this.rule = new OneRule(shell.spec.rules, (rules) => this.choose(rules));
    this.head = [this.rule.head, shell.controls.steps.node];
    this.response = new Plot({ label: "Step response", xLabel: "step t", yLabel: "xₜ / x₀, and ±ρᵗ dashed", aspect: 0.66,
      margin: { top: 28, right: 12, bottom: 40, left: 46 } });
    this.zero = svg("path", { class: "gd-level" });
    this.envelopes = [1, -1].map(() => svg("path", { class: "gd-envelope" }));
    this.response.lines.append(this.zero, ...this.envelopes);
    this.line = new Series(this.response);
    this.plane = new Plot({ label: "Eigenvalues in the complex plane, with the unit circle", xLabel: "Re σ", yLabel: "Im σ",
      aspect: 1, margin: { top: 28, right: 12, bottom: 40, left: 46 } });
    this.plane.node.classList.add("gd-plane");
    this.still = ["gd-cross", "gd-unit", "gd-radius", "gd-way", "gd-way"].map((kind) => svg("path", { class: kind }));
    this.marks = ROOTS.map((series) => svg("path", { class: "gd-mark", d: look(series).mark,
      style: `--series: ${look(series).colour}` }));
    this.plane.ground.append(...this.still);
    this.plane.marks.append(...this.marks);
    const [low, high] = shell.spec.range;
    this.critical = button("Critical damping", () => this.turn(this.damped()));
    this.best = button(`Best for λ from ${low} to ${high}`, () => this.turn(this.fastest()));
    shell.reads(["eigenvalue", "σ", "|σ|"]);
    shell.plots.push(this.response, this.plane);
    this.pictures = [this.response.node];
    this.panel = [this.plane.node, this.rule.node, shell.controls.curvature.node,
      html("div", { class: "gd-dials" }, this.critical, this.best)];
  }

  /** Another rule keeps the settings that it has too, so that the conventions can be compared. */
  choose([runner]) {
    const { hyperparameters: kept } = this.shell.state.rules[0];
    const { hyperparameters } = this.shell.spec.rules.find(({ name }) => name === runner.name);
    const settings = Object.fromEntries(hyperparameters.map(({ name, value }) => [name, kept[name] ?? this.lastly?.[name] ?? value]));
    this.shell.change({ rules: [{ name: runner.name, hyperparameters: runner.hyperparameters ?? settings }] });
  }

  turn(settings) {
    const [runner] = this.shell.state.rules;
    this.shell.change({ rules: [{ ...runner, hyperparameters: { ...runner.hyperparameters, ...settings } }] });
  }

  /** A formula of the state's rule. */
  formula(what) {
    return this.shell.modules.formulas[`${what}_${this.shell.state.rules[0].name}`];
  }

  /** The β of critical damping, or null where there is none. */
  damped() {
    const { curvature, rules: [{ hyperparameters }] } = this.shell.state;
    const beta = this.formula("critical")?.(curvature, hyperparameters.lr);
    return beta >= 0 && beta < 1 ? { beta } : null;
  }

  fastest() {
    const [lr, beta] = this.formula("best")(...this.shell.spec.range);
    return "beta" in this.shell.state.rules[0].hyperparameters ? { lr, beta } : { lr };
  }

  settle({ rules }) {
    this.rule.show(rules);
    this.lastly = { ...this.lastly, ...rules[0].hyperparameters };
    this.critical.disabled = !this.damped();
    const { step } = this.shell.spec.rules.find(({ name }) => name === rules[0].name);
    this.shell.formula.textContent = `f(x) = ½ λ x²; ${step}`;
  }

  run(steps) {
    const { modules, state: { curvature, start, rules: [{ name, hyperparameters }] } } = this.shell;
    const mode = { slopeAt: ([x]) => [modules.formulas.slope(x, curvature)] };
    return descend(mode, modules.rules[name], start, steps, hyperparameters);
  }

  paths() {
    return { [this.shell.state.rules[0].id]: this.run(this.shell.state.steps) };
  }

  /** The cell whose `run.path` is the path of the page, with the matrix of a step and its spectral radius. */
  pythonCell() {
    const { state: { curvature, start, steps, rules: [{ name, hyperparameters }] } } = this.shell;
    return ["import gdlib as gd", "", `curvature, rule, settings = ${literal(curvature)}, gd.rules.${name}, dict(${keywords(hyperparameters).join(", ")})`,
      'f = gd.Objective(f"{curvature}*x**2/2")', `run = gd.descend(f, rule, ${tuple(start)}, steps=${steps}, **settings)`,
      "print(gd.rates.iteration_matrix(rule, curvature, **settings), gd.rates.spectral_radius(rule, curvature, **settings))",
      'gd.figures.lines({"x": (run.t, run.path[:, 0])}, x_label="step t", y_label="x")', ""].join("\n");
  }

  /** The eigenvalues {re, im, size} of a step with these settings, the greater or upper one first. */
  roots(lr, beta) {
    const matrix = this.formula("matrix")(this.shell.state.curvature, lr, beta);
    const found = matrix.length === 1 ? [matrix[0][0], 0]
      : this.shell.modules.formulas.eigenvalues(...matrix[0], ...matrix[1]);
    return Array.from({ length: found.length / 2 }, (_, k) => [found[2 * k], found[2 * k + 1]])
      .map(([re, im]) => ({ re, im, size: Math.hypot(re, im) }));
  }

  draw(state) {
    const { lr, beta } = state.rules[0].hyperparameters;
    const radius = this.formula("radius")(state.curvature, lr, beta);
    const roots = this.roots(lr, beta);
    this.drawResponse(state, radius);
    this.drawPlane(lr, beta, roots, radius);
    this.say(state, roots, radius);
  }

  drawResponse({ start: [x0], steps }, radius) {
    const { response: plot } = this;
    const parts = this.run(steps).map(([x]) => (x0 === 0 ? 0 : x / x0));
    const furthest = parts.reduce((most, part) => Math.max(most, Math.abs(part)), 0);
    const top = furthest <= CALM ? CALM : Math.min(HIGHEST, 1.1 * furthest);
    plot.show([0, steps], [-top, top], counts(steps, plot.width < 300 ? 4 : 5),
      ticks(-top, top, 5));
    const drawn = (part) => Math.max(-FAR * top, Math.min(FAR * top, part)); // beyond the frame, but at its own step
    this.zero.setAttribute("d", `M${plot.margin.left} ${plot.y(0)}h${plot.width}`);
    this.envelopes.forEach((node, k) => node.setAttribute("d",
      trail(steps + 1, (t) => plot.pixels(t, drawn((k ? -1 : 1) * radius ** t))).text));
    this.line.draw([{ series: RUN, count: parts.length, at: (t) => [t, drawn(parts[t])] }]);
    this.line.cut(steps);
  }

  drawPlane(lr, beta, roots, radius) {
    const { plane: plot } = this;
    plot.show([-REACH, REACH], [-REACH, REACH], ticks(-1, 1, 4), ticks(-1, 1, 4));
    const ring = (size) => trail(121, (k) => plot.pixels(size * Math.cos((k * Math.PI) / 60), size * Math.sin((k * Math.PI) / 60))).text;
    const [cross, unit, inner, ...ways] = this.still;
    cross.setAttribute("d", `M${plot.x(-REACH)} ${plot.y(0)}H${plot.x(REACH)}M${plot.x(0)} ${plot.y(-REACH)}V${plot.y(REACH)}`);
    unit.setAttribute("d", ring(1));
    inner.setAttribute("d", ring(radius));
    const along = beta === undefined ? [] : Array.from({ length: BETAS }, (_, k) => this.roots(lr, k / BETAS));
    ways.forEach((way, k) => way.setAttribute("d",
      trail(along.length, (place) => plot.pixels(along[place][k].re, along[place][k].im)).text));
    this.marks.forEach((mark, k) => {
      const root = roots[k];
      mark.style.display = root ? "" : "none";
      if (!root) return;
      const { x, y, outside } = plot.markAt(root.re, root.im);
      mark.setAttribute("transform", `translate(${x} ${y})`);
      mark.classList.toggle("gd-outside", outside);
    });
  }

  say({ curvature, rules: [{ name, hyperparameters: { lr, beta } }] }, roots, radius) {
    const told = this.shell.spec.rules.find((rule) => rule.name === name);
    const said = [regime(roots, radius, told), ...this.timed(radius)];
    const rows = roots.map((root, k) => ({ id: `root${k}`, series: ROOTS[k], title: roots.length > 1 ? `σ${"₁₂"[k]}` : "σ",
      cells: [complex(root), size(root.size)] }));
    const limit = this.formula("limit")(beta ?? 0);
    rows.push({ id: "limit", title: `settles while ${["0 < ηλ <", told.limit].map((part) => part.replaceAll(" ", "\u00a0")).join(" ")}`,
      cells: [`limit ${plain(limit)}`, `ηλ = ${plain(lr * curvature)}`] });
    this.shell.readout.show(said.join(" "), rows);
  }

  /** How long the run takes to a millionth of its start: as the spectral radius promises, and as counted. */
  timed(radius) {
    const [x0] = this.shell.state.start;
    if (!(radius < 1) || x0 === 0) return [];
    const promised = radius > 0 ? this.shell.modules.formulas.predicted_steps(radius) : 1;
    const path = this.run(Math.min(MOST, Math.ceil(1.4 * promised) + 200));
    const above = path.findLastIndex(([x]) => Math.abs(x) > TARGET * Math.abs(x0));
    const counted = above === path.length - 1 ? `more than ${MOST}` : above + 1;
    const predicted = promised > MOST ? `more than ${MOST}` : Math.ceil(promised);
    const law = radius > 0 ? `${predicted} by ln\u00a010⁻⁶\u00a0/\u00a0ln\u00a0ρ, ` : "";
    return [`Steps to a millionth of the start: ${law}${counted} counted.`];
  }
}

/** What the eigenvalues make of the run, in a sentence. */
function regime(roots, radius, { modulus }) {
  const rho = `ρ\u00a0=\u00a0${size(radius)}`;
  const leading = roots.reduce((one, other) => (other.size > one.size ? other : one));
  if (radius > 1 + 1e-12) return `Unstable: an eigenvalue outside the circle, and the error grows by ${rho} a step.`;
  if (radius > 1 - 1e-12) return `On the border: ${rho}, and the error never fades.`;
  if (roots.length > 1 && radius > 0 && Math.hypot(roots[0].re - roots[1].re, roots[0].im - roots[1].im) <= SAME) {
    return `Critically damped: two equal eigenvalues, ${rho}.`;
  }
  if (leading.im !== 0) return `Underdamped: a complex pair of modulus ${modulus}, and the run swings, ${rho}.`;
  const number = roots.length > 1 ? "two real eigenvalues" : "one eigenvalue";
  if (radius === 0) return "Every eigenvalue is 0: the run arrives and stays.";
  if (leading.re < 0) return `Changing sides: ${number}, ${roots.length > 1 ? "the larger one " : ""}negative, ${rho}.`;
  return `${roots.length > 1 ? "Overdamped" : "Creeping"}: ${number}, and the run stays on its side, ${rho}.`;
}

/** A modulus in print; near 1 with so many digits that one sees by how much it is less. */
const size = (value) => (value > 0.99 && value < 1 ? value.toFixed(Math.min(12, 1 + Math.ceil(-Math.log10(1 - value)))) : short(value));

/** A complex number in print: 0.900 + 0.300i. */
function complex({ re, im }) {
  return im === 0 ? short(re) : `${short(re)} ${im > 0 ? "+" : "−"} ${short(Math.abs(im))}i`;
}

export default explorer(MomentumDial);
