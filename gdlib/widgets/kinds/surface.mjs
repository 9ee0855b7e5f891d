/* The surface walk: the hiker steps through the fog by what her feet feel; then the fog lifts from surface and map. */

import { Board } from "./board.mjs";
import { button } from "./controls.mjs";
import { html, put, svg } from "./elements.mjs";
import { place, short } from "./numbers.mjs";
import { OwnFormula } from "./own_formula.mjs";
import { opening, tuple } from "./python_cell.mjs";
import { relieved } from "./relief.mjs";
import { Scene } from "./scene.mjs";
import { explorer } from "./shell.mjs";

const WINDS = ["north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west"];
const PAD = [7, 0, 1, 6, null, 2, 5, 4, 3]; // the winds' places in rows; Downhill in the middle
const ALONG = [[0, 1], [1, 1], [1, 0], [1, -1], [0, -1], [-1, -1], [-1, 0], [-1, 1]];
const ARROW = "M9 2.5L14.5 9H11V15.5H7V9H3.5Z";
const FAR = 34; // pixels of the map's arrow

/** The compass bearing of a direction, in degrees from north over east, and the nearest wind. */
const bearing = ([dx, dy]) => ((Math.atan2(dx, dy) * 180) / Math.PI + 360) % 360;
const wind = (way) => WINDS[Math.round(bearing(way) / 45) % 8];

class Surface {
  constructor(shell) {
    const { spec } = shell;
    Object.assign(this, { shell, computed: null, placed: ["stride", "fog", "turn", "tilt"] });
    spec.ofOwn = ({ window }, { value }) => relieved(value, window, spec, shell.modules.formulas.reliefBetween);
    this.board = new Board({ onMove: (start) => shell.change({ start, trail: [] }), onHold: shell.holder(), called: "Hiker", aspect: 1 });
    this.scene = new Scene({ at: () => shell.state, onTurn: (turned) => shell.change(turned), onPlace: (spot) => this.board.point.move(spot),
      onWay: (way) => this.walk([way]), onHold: shell.holder(), more: () => shell.redraw() });
    this.names = html("span");
    this.readout = shell.reads(["place", this.names, "f(θ)", "∇f(θ)"]);
    this.mist = svg("rect", { class: "gd-mist" });
    this.board.plot.picture.append(this.mist);
    this.reach = svg("circle", { class: "gd-reach" });
    this.been = svg("path", { class: "gd-been" });
    this.fall = svg("path", { class: "gd-fall" });
    this.board.plot.lines.append(this.reach, this.been, this.fall);
    shell.plots.push(this.scene, this.board.plot);
    const { stride, fog, turn, tilt } = shell.controls;
    this.pictures = [this.scene.node, turn.node, tilt.node];
    this.panel = [this.board.node, html("div", { class: "gd-walk" }, this.pad(), this.more(fog)), stride.node];
  }

  /** Nine buttons: a step to each of eight winds, and downhill. */
  pad() {
    const arrow = (turn) => svg("svg", { width: 18, height: 18, viewBox: "0 0 18 18", "aria-hidden": "true",
      style: `transform: rotate(${turn}deg)` }, svg("path", { d: ARROW, fill: "currentColor" }));
    this.needle = arrow(0);
    return html("div", { class: "gd-pad", role: "group", "aria-label": "One step" }, PAD.map((one) => (one === null
      ? html("button", { type: "button", class: "gd-button gd-play", onclick: () => this.downhill(1) },
        this.needle, html("span", {}, "Downhill"))
      : html("button", { type: "button", class: "gd-button", "aria-label": `Step ${WINDS[one]}`,
        onclick: () => this.walk([ALONG[one]]) }, arrow(45 * one)))));
  }

  more(fog) {
    this.back = button("Undo step", () => this.shell.change({ trail: this.shell.state.trail.slice(0, -1) }));
    return html("div", { class: "gd-more" }, button("Ten downhill", () => this.downhill(10)), this.back, fog.node);
  }

  downhill(count) {
    this.walk(new Array(count).fill(null));
  }

  /** Steps one after another, each in its direction, null being downhill; one that leads nowhere is not taken. */
  walk(ways) {
    const { state, spec, landscape, modules: { formulas } } = this.shell;
    const most = spec.fields.find(({ name }) => name === "trail").most;
    const trail = [...state.trail];
    for (const way of ways) {
      const from = trail.at(-1) ?? state.start;
      const [dx, dy] = way ?? landscape.gradient(...from).map((part) => -part);
      const to = formulas.stepped(...from, dx, dy, state.stride);
      if (trail.length >= most || !to.every(Number.isFinite) || to.every((part, k) => part === from[k])) break;
      trail.push(to);
    }
    if (trail.length > state.trail.length) this.shell.change({ trail });
  }

  settle({ start, trail }) {
    this.board.point.at = trail.at(-1) ?? start;
    put(this.names, `θ = (${this.shell.objective.variables.join(", ")})`);
    this.back.setAttribute("aria-disabled", String(!trail.length)); // disabled, it would lose the focus at the last step
  }

  /** What follows from the places of the walk; computed once for each change of them. */
  walked() {
    const { state: { objective, start, trail }, landscape } = this.shell;
    const key = JSON.stringify([objective, start, trail]);
    if (key !== this.computed) {
      const places = [start, ...trail];
      this.steps = { places, values: places.map(([x, y]) => landscape.value(x, y)),
        first: landscape.gradient(...start), slope: landscape.gradient(...places.at(-1)) };
      this.computed = key;
    }
    return this.steps;
  }

  /** The cell whose `places` are those of the walk, with what is known of the last. */
  pythonCell() {
    const { objective, state: { start, trail, turn, tilt } } = this.shell;
    return [...opening(objective, [], { arrays: true }), `places = np.array([${[start, ...trail].map(tuple).join(", ")}], dtype=float)`,
      "print(f(places), f.grad(places[-1]))",
      `surface = gd.figures.surfaces([f], marks=[places[-1]], turn=${turn}, tilt=${tilt}, bend=True)`,
      'gd.figures.beside(surface, gd.figures.paths(f, {"the hiker": places}))', ""].join("\n");
  }

  draw(state) {
    const { objective, landscape, modules, spec } = this.shell;
    const walk = this.walked();
    this.shell.node.classList.toggle("gd-fog", state.fog);
    this.scene.ground(objective, landscape, modules.formulas, spec.cells);
    this.scene.draw(state, walk);
    this.map(state, walk);
    this.tell(state, walk);
  }

  map({ fog, stride }, { places, slope }) {
    const { board, shell: { objective, landscape } } = this;
    const { plot } = board;
    board.ground(objective, landscape);
    board.draw([{ series: 0, path: places }]);
    board.cut(places.length);
    const { left, top } = plot.margin;
    const size = { x: left, y: top, width: plot.width, height: plot.height };
    for (const [name, value] of Object.entries(size)) this.mist.setAttribute(name, value);
    plot.picture.setAttribute("aria-label", fog ? "The map in the fog: where the hiker stands and has been, nothing else"
      : `Contour map of ${objective.title} with the hiker's way`);
    this.been.setAttribute("d", places.map((spot) => `M${plot.pixels(...spot).map((at) => at.toFixed(1)).join(" ")}h0`).join(""));
    const { x, y, outside } = plot.markAt(...places.at(-1));
    const shown = { cx: x, cy: y, r: outside ? 0 : Math.min(1e4, (plot.width * stride) / (plot.high - plot.low)) };
    for (const [name, value] of Object.entries(shown)) this.reach.setAttribute(name, value);
    const way = slope.map((part) => -part);
    const level = !way.every(Number.isFinite) || way.every((part) => part === 0);
    const turn = level ? 0 : bearing(way);
    this.needle.style.transform = `rotate(${turn}deg)`;
    this.needle.style.visibility = level ? "hidden" : "";
    this.fall.setAttribute("d", level ? "" : `M0 -11V${-FAR}M-5 ${7 - FAR}L0 ${-FAR}L5 ${7 - FAR}`);
    this.fall.setAttribute("transform", `translate(${x} ${y}) rotate(${turn})`);
  }

  tell({ fog, trail }, { places, values, first, slope }) {
    const row = (id, title, spot, value, [gx, gy]) => ({ id, title,
      cells: [`(${spot.map(place).join(", ")})`, short(value), `(${short(gx)}, ${short(gy)})`] });
    const here = places.at(-1);
    const height = values.at(-1);
    const said = [trail.length ? `Step ${trail.length}.` : "She sets out."];
    if (!Number.isFinite(height)) said.push("Here f is not a finite number: there is no ground.");
    else said.push(`Height ${short(height)}.`, this.slope(slope));
    if (!fog) said.push(this.lowest(here, height));
    this.readout.show(said.join(" "), [row("start", "start", places[0], values[0], first), row("here", "here", here, height, slope)]);
    this.scene.canvas.setAttribute("aria-label", this.picture(fog, slope));
  }

  slope([gx, gy]) {
    const steep = this.shell.modules.formulas.length(gx, gy);
    if (steep === 0) return "The ground is level: no way leads down, as far as her feet can tell.";
    if (!Number.isFinite(steep)) return "The slope is not a finite number.";
    return `Steepest way down: ${wind([-gx, -gy])}, ${short(steep)} per unit.`;
  }

  /** How far the lowest point is, where it is known. */
  lowest([x, y], height) {
    const { objective: { minima, minimum }, modules: { formulas } } = this.shell;
    if (!minima.length) return "";
    const away = minima.map(([a, b]) => formulas.length(a - x, b - y));
    const nearest = minima[away.indexOf(Math.min(...away))];
    const which = minima.length > 1 ? `Nearest of ${minima.length} lowest points` : "Lowest point";
    return `${which}: (${nearest.map((part) => short(part)).join(", ")}), ${short(Math.min(...away))} away, ${short(height - minimum)} lower.`;
  }

  picture(fog, slope) {
    const { objective, state: { turn, tilt } } = this.shell;
    const keys = "Arrow keys turn and tilt it.";
    if (fog) return `Fog. Only the ground under the hiker's feet shows: a disc, ${slope.every((part) => part === 0) ? "level" : `falling to the ${wind(slope.map((part) => -part))}`}. ${keys}`;
    const angle = (turn * Math.PI) / 180;
    const { low, high, bend } = objective.relief;
    return `Surface of ${objective.title}, heights ${short(low)} to ${short(high)}${bend ? ", bent so that the low ground shows" : ""}, `
      + `seen from the ${wind([-Math.sin(angle), -Math.cos(angle)])}, ${tilt} degrees up, with the hiker and her way. ${keys}`;
  }
}

export default explorer(Surface, OwnFormula);
