/* The basin map: each pixel is a start, coloured by where its run ends or by how many steps it takes. */

import { descend } from "./descend.mjs";
import { html, svg } from "./elements.mjs";
import { MapKey } from "./map_key.mjs";
import { MapPicture } from "./map_picture.mjs";
import { shareOf } from "./map_question.mjs";
import { MapView } from "./map_view.mjs";
import { spot } from "./numbers.mjs";
import { OneRule } from "./one_rule.mjs";
import { endsOf } from "./own_ends.mjs";
import { OwnFormula } from "./own_formula.mjs";
import { trail } from "./plot.mjs";
import { keywords, literal, opening, tuple } from "./python_cell.mjs";
import { explorer } from "./shell.mjs";
import { startingValues } from "./starting_values.mjs";

// Each darker than the next, so that they are told apart without colour too; a test measures by how much.
const GROUPS = [["series-1", 0.84], ["series-2", 0.72], ["series-3", 0.59], ["series-4", 0.37], ["series-5", 0.18], ["series-6", 0.16]]
  .map(([ink, depth]) => ({ ink, depth }));
const NONE = [{ ink: "faint", depth: 0, hatch: "crossed" }, { ink: "faint", depth: 0, hatch: "rising" }]; // not yet, runs off
const BANDS = 40; // of step counts, equal on a log scale
const DEEPEST = 0.8, PALEST = 0.03; // of their shades
const COUNTS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000];
const FAR = 1e6; // where a run has left
const FINEST = 1e-12; // half a view's width over how far out it is: much below, its pixels would be one number
const LETTERS = "ABCDEF";
const POINT = "Point at the map to read a pixel and see its path.";
const SHADES = { end: [...GROUPS, ...NONE],
  steps: [...Array.from({ length: BANDS }, (_, k) => ({ ink: "accent", depth: DEEPEST + (PALEST - DEEPEST) * (k / (BANDS - 1)) })), ...NONE] };

class BasinMap {
  constructor(shell) {
    const { spec, signal } = shell;
    Object.assign(this, { shell, placed: ["steps", "centre", "zoom", "start", "shows", "objective"] });
    spec.startingValues = startingValues(shell.modules, shell.state.steps);
    spec.ofOwn = (own) => Object.assign(endsOf(own, GROUPS.length), { brings: { centre: middleOf(own.window), zoom: 1 } });
    this.map = new MapPicture({ label: "Basin map", aspect: 1, signal, byClick: true,
      shadeOf: (picture, k) => this.shade(picture, k), onMove: (start, hand) => this.setOut(start, hand),
      onHold: shell.holder(), onPointed: (pixel) => this.read(pixel) });
    this.view = new MapView(this.map, { onView: (change) => this.look(change), onHold: shell.holder(),
      onWhole: () => shell.change(this.whole) });
    const { lines, marks } = this.map.plot;
    this.trails = ["gd-halo", "gd-trail", "gd-pointed"].map((kind) => svg("path", { class: kind }));
    this.dots = svg("path", { class: "gd-steps-taken" });
    this.ends = svg("g", { class: "gd-ends" });
    lines.append(...this.trails, this.dots);
    marks.append(this.ends);
    this.key = new MapKey();
    this.under = html("p", { class: "gd-under" }, POINT);
    this.rule = new OneRule(spec.rules, (rules) => shell.change({ rules }));
    shell.reads();
    shell.plots.push(this.map.plot);
    const { objective, shows, steps, start, centre, zoom } = shell.controls;
    this.head = [objective.node, this.rule.head, steps.node];
    this.pictures = [this.map.node, this.view.node, this.under];
    this.panel = [shows.node, this.key.node, this.rule.node, start.node, centre.node, zoom.node];
  }

  settle({ rules }) {
    this.rule.show(rules);
  }

  /** The view of all that the landscape's window shows. */
  get whole() {
    return { centre: middleOf(this.shell.objective.window), zoom: 1 };
  }

  /** The start was moved; by keys beyond the frame, and the plane moves along. */
  setOut(start, hand) {
    const { axes } = this.map;
    const shares = axes.map((axis, k) => shareOf(axis, start[k]));
    const beyond = hand === "keys" && shares.some((share) => share < 0.02 || share > 0.98);
    const centre = beyond ? { centre: this.shell.state.centre.map((at, k) => {
      const { low, high } = axes[k];
      return rounded(at + (shares[k] < 0.02 ? -0.25 : shares[k] > 0.98 ? 0.25 : 0) * (high - low), high - low);
    }) } : {};
    this.shell.change({ start, ...centre });
  }

  /** Another part of the plane. */
  look({ at, factor, by }) {
    const { centre, zoom: old } = this.shell.state;
    const zoom = Number(Math.min(1e9, Math.max(0.1, old * factor)).toPrecision(4));
    const { axes } = this.map;
    this.shell.change({ zoom, centre: centre.map((middle, k) => {
      const wide = axes[k].high - axes[k].low;
      const fixed = at?.[k] ?? middle;
      return rounded(fixed + (middle - fixed) * (old / zoom) - by[k] * wide, wide * (old / zoom));
    }) });
  }

  /** The axes of the view: one scale for both, all of the window to be seen at zoom 1. */
  get axes() {
    const { objective, state: { centre, zoom } } = this.shell;
    const { plot } = this.map;
    const [wide, tall] = objective.window.map(([low, high]) => (high - low) / zoom);
    const half = [Math.max(wide, (tall * plot.width) / plot.height) / 2, Math.max(tall, (wide * plot.height) / plot.width) / 2];
    const least = Math.max(1, (FINEST * Math.max(...centre.map(Math.abs))) / Math.min(...half));
    return centre.map((at, k) => ({ of: "start", name: k, low: at - least * half[k], high: at + least * half[k], scale: "linear", label: objective.variables[k] }));
  }

  /** A place in the digits of the view. */
  spot(at) {
    const [{ low, high }] = this.axes;
    return spot(at, high - low);
  }

  run(start) {
    const { modules, landscape, state: { steps, rules: [{ name, hyperparameters }] } } = this.shell;
    return descend(landscape, modules.rules[name], start, steps, hyperparameters);
  }

  paths() {
    return { [this.shell.state.rules[0].id]: this.run(this.shell.state.start) };
  }

  draw(state) {
    const { spec, objective, landscape, modules } = this.shell;
    const [{ name, hyperparameters }] = state.rules;
    const rule = spec.rules.find((one) => one.name === name);
    this.groups = objective.ends.map(({ group }) => group);
    this.map.draw({ axes: this.axes, shades: SHADES[state.shows], look: `${state.shows} ${state.objective}`, values: state.start,
      said: this.spot(state.start), question: { glsl: spec.glsl,
        objective: { name: objective.name, module: landscape, text: objective.module, glsl: objective.glsl },
        rule: { name, module: modules.rules[name], text: rule.module, glsl: rule.glsl },
        start: [0, 0], settings: hyperparameters, steps: state.steps, lasting: true, tolerance: spec.level,
        minima: objective.ends.map(({ at }) => at), near: objective.near, far: FAR } });
    this.showKey(state);
    const path = this.run(state.start);
    const run = this.judged(path);
    this.drawPath(path.slice(0, run.steps + 1));
    this.drawEnds();
    const { title } = rule;
    this.shell.readout.show(`${title} from ${this.spot(state.start)} ${this.inWords(run)}`);
  }

  /** The index of a pixel's shade. */
  shade(picture, k) {
    const { shows, steps } = this.shell.state, last = SHADES[shows].length - 1;
    if (picture.left(k)) return last;
    if (shows === "end") {
      const end = picture.minimum(k);
      return end < 0 ? last - 1 : this.groups[end];
    }
    if (!picture.arrived(k)) return last - 1;
    return Math.min(BANDS - 1, Math.floor(BANDS * share(picture.steps(k), steps)));
  }

  showKey({ shows, steps }) {
    const { css } = this.map.shades, { groups } = this.shell.objective;
    const none = [shows === "end" ? "nowhere yet" : "not yet", "runs off"].map((name, k) => [css.at(k - 2), name]);
    if (shows === "end") this.key.names(`Ends at, within ${steps} steps`, [...groups.map((name, k) => [css[k], name, LETTERS[k]]), ...none]);
    else this.key.bands("Steps until the slope is gone", css.slice(0, BANDS),
      COUNTS.filter((count) => count <= steps).map((count) => ({ at: share(count, steps), text: String(count) })), none);
  }

  drawPath(path) {
    const { plot, axes } = this.map;
    const at = (k) => plot.pixels(...axes.map((axis, part) => shareOf(axis, path[k][part])));
    const { text } = trail(path.length, at);
    const [halo, line] = this.trails;
    halo.setAttribute("d", text);
    line.setAttribute("d", text);
    this.dots.setAttribute("d", path.length > 60 ? "" : path.map((_, k) => at(k)).filter((place) => place.every(Number.isFinite))
      .map(([x, y]) => `M${x.toFixed(1)} ${y.toFixed(1)}h0`).join(""));
  }

  /** The letters of the key at the points that they stand for. */
  drawEnds() {
    const { plot, axes } = this.map;
    this.ends.replaceChildren(...this.shell.objective.ends.map(({ at, group }) => {
      const shares = axes.map((axis, k) => shareOf(axis, at[k]));
      if (shares.some((share) => share < 0.01 || share > 0.99)) return null;
      return svg("text", { x: plot.x(shares[0]), y: plot.y(shares[1]), "text-anchor": "middle", dy: "0.36em" }, LETTERS[group]);
    }).filter(Boolean));
  }

  /** What became of a run of the page's own, judged as the map judges its pixels. */
  judged(path) {
    const { spec, objective: { ends, near }, landscape, state: { steps } } = this.shell;
    const slopes = path.map((at) => Math.hypot(...landscape.slopeAt(at)));
    const beyond = path.findIndex((at) => !(Math.max(...at.map(Math.abs)) <= FAR));
    const end = slopes.findIndex((slope, t) => Math.max(slope, slopes[Math.max(0, t - 1)]) <= spec.level);
    const left = end < 0 && (beyond >= 0 || path.length <= steps);
    const taken = end >= 0 ? end : beyond >= 0 ? Math.max(0, beyond - 1) : path.length - 1;
    const [nearest] = ends.map(({ at }, k) => ({ k, apart: Math.hypot(at[0] - path[taken][0], at[1] - path[taken][1]) }))
      .sort((one, other) => one.apart - other.apart);
    return { end: nearest?.apart <= near ? nearest.k : -1, arrived: end >= 0, left, steps: taken };
  }

  /** What became of a run: {end: index of the stationary point or -1, arrived, left, steps}. */
  inWords({ end, arrived, left, steps }) {
    const { ends } = this.shell.objective;
    if (left) return `runs off in step ${steps + 1}.`;
    const kind = end < 0 || ends[end].kind !== "undecided" ? ends[end]?.kind : "stationary point";
    const where = end < 0 ? "no stationary point of the map" : `the ${kind} at ${this.spot(ends[end].at)}`;
    const count = `${steps} step${steps === 1 ? "" : "s"}`;
    if (arrived) return end < 0 ? `has no slope left after ${count}, at ${where}.` : `ends at ${where} after ${count}.`;
    return end < 0 ? `has come to ${where} in ${count}.` : `is near ${where} after ${count}, but still moves.`;
  }

  read(pixel) {
    if (!pixel) {
      this.under.textContent = POINT;
      this.trails[2].setAttribute("d", "");
      return;
    }
    const { picture, k, values } = pixel;
    const run = { end: picture.minimum(k), arrived: picture.arrived(k), left: picture.left(k), steps: picture.steps(k) - picture.left(k) };
    this.under.textContent = `From ${this.spot(values)}, under the pointer, it ${this.inWords(run)}`;
    const { plot, axes } = this.map;
    const path = this.run(values);
    this.trails[2].setAttribute("d", trail(path.length, (step) => plot.pixels(...axes.map((axis, part) => shareOf(axis, path[step][part])))).text);
  }

  /** The cell whose `run.path` is the path of the page, and whose picture is the map. */
  pythonCell() {
    const { objective, spec, state: { start, steps, rules: [{ name, hyperparameters }] } } = this.shell;
    const rule = spec.rules.find((one) => one.name === name);
    const [[left, right], [bottom, top]] = this.axes.map(({ low, high }) => [low, high]);
    const settings = keywords(hyperparameters).map((one) => `, ${one}`).join("");
    const { ends, groups, near } = objective;
    const [places, kinds] = ["at", "group"].map((part) => JSON.stringify(ends.map((end) => end[part])));
    const reached = ends.length ? [`places, groups = np.array(${places}), np.array(${kinds})`,
      "apart = np.linalg.norm(ends[..., None, :] - places, axis=-1)",
      `reached = np.where(apart.min(axis=-1) < ${literal(near)}, groups[apart.argmin(axis=-1)], -1)`]
      : ["reached = np.full(ends.shape[:2], -1)"];
    return [...opening(objective, [rule], { arrays: true }), `run = gd.descend(f, ${rule.python}, ${tuple(start)}, steps=${steps}${settings})`, "",
      `x, y = np.linspace(${literal(left)}, ${literal(right)}, 120), np.linspace(${literal(bottom)}, ${literal(top)}, 120)`,
      `ends = gd.descend(f, ${rule.python}, np.stack(np.meshgrid(x, y), axis=-1), steps=${steps}, keep=${steps}${settings}).path[-1]`,
      ...reached,
      "ends_at = dict(categories=" + JSON.stringify(ends.length ? groups : ["a stationary point"]) + ', missing="nowhere yet")',
      `gd.figures.plane(reached, (x[0], x[-1]), (y[0], y[-1]), x_label=${JSON.stringify(objective.variables[0])}, y_label=${JSON.stringify(objective.variables[1])}, **ends_at)`, ""].join("\n");
  }
}

/** Where a count of steps lies on the scale from 1 to the most, 0 to 1. */
const share = (count, most) => (most > 1 ? Math.max(0, Math.log(count) / Math.log(most)) : 0);

/** A coordinate of the view, in as many digits as its pixels need. */
const rounded = (value, wide) => Number(value.toFixed(Math.min(100, Math.max(0, 4 - Math.floor(Math.log10(wide))))));

const middleOf = (window) => window.map(([low, high]) => (low + high) / 2);

export default explorer(BasinMap, OwnFormula);
