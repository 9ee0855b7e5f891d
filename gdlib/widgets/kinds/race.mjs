/* The race: several rules set out from one start on one landscape, and the reader moves everything. */

import { Board } from "./board.mjs";
import { Changes } from "./changes.mjs";
import { Curves } from "./curves.mjs";
import { descend } from "./descend.mjs";
import { html, put } from "./elements.mjs";
import { Lineup } from "./lineup.mjs";
import { place, short } from "./numbers.mjs";
import { OwnFormula } from "./own_formula.mjs";
import { keywords, opening, tuple } from "./python_cell.mjs";
import { explorer } from "./shell.mjs";
import { startingValues } from "./starting_values.mjs";
import { Transport } from "./transport.mjs";

const DRAWN = 8; // runs in a figure of gdlib
const MANY = 6; // runs beyond which each shows one knob, not two

class Race {
  constructor(shell) {
    const { spec, modules, state, signal } = shell;
    Object.assign(this, { shell, runs: [], computed: null });
    spec.startingValues = startingValues(modules, state.steps);
    this.board = new Board({ height: modules.formulas.line_height, onMove: (start) => shell.change({ start }),
      onHold: shell.holder() });
    this.curves = new Curves((step) => this.transport.go(step));
    this.lineup = new Lineup(spec.rules, { onChange: (rules) => shell.change({ rules }),
      onPoint: (id) => this.point(id), open: state.rules.length > MANY ? 1 : 2 });
    this.changes = new Changes(shell, (id) => this.lineup.title(id));
    this.placed = this.changes.placed;
    this.names = html("span");
    this.readout = shell.reads(["rule", this.names, "f(θ)"]);
    this.transport = new Transport({ signal, steps: state.steps, onMove: () => this.cut(), onRest: shell.holder() });
    shell.plots.push(this.board.plot, this.curves.plot);
    this.pictures = [this.board.node, this.transport.node, this.curves.node];
    this.panel = [this.lineup.node, this.changes.node];
    this.readout.node.addEventListener("pointerover", ({ target }) =>
      this.point(this.runs[[...this.readout.rows.children].indexOf(target.closest("tbody tr"))]?.id));
    this.readout.node.addEventListener("pointerleave", () => this.point());
  }

  settle(state) {
    this.board.point.at = state.start;
    put(this.names, `θ = (${this.shell.objective.variables.join(", ")})`);
    this.lineup.show(state.rules);
    this.changes.settle(state);
    this.transport.lengthen(state.steps);
  }

  /** While one run is pointed at, the others step back. */
  point(id) {
    const index = this.runs.findIndex((run) => run.id === id);
    for (const { series } of [this.board, this.curves]) series.single(index);
  }

  reset() {
    this.transport.go(this.shell.state.steps);
  }

  /** The runs of the state, computed once for each change. */
  ensure() {
    const { state, modules, landscape } = this.shell;
    if (this.computed === state) return;
    const { start, steps, rules } = state;
    this.runs = rules.map(({ id, name, hyperparameters }) => {
      const path = descend(landscape, modules.rules[name], start, steps, hyperparameters, this.changes.of(name));
      return { id, title: this.lineup.title(id), series: this.lineup.series(id), path,
        values: path.map(landscape.valueAt) };
    });
    this.computed = state;
  }

  paths() {
    this.ensure();
    return Object.fromEntries(this.runs.map(({ id, path }) => [id, path]));
  }

  /** What a saved picture says. */
  caption() {
    const { objective, state: { start, steps, rules } } = this.shell;
    const { step } = this.transport;
    const lines = rules.map(({ id, hyperparameters }) =>
      ({ series: this.lineup.series(id), text: `${this.lineup.title(id)}: ${keywords(hyperparameters).join(", ")}` }));
    const from = `${objective.title} from (${start.map((part) => short(part)).join(", ")})`;
    return { title: `${from}, ${step < steps ? `step ${step} of ${steps}` : `${steps} steps`}`,
      lines: [...lines, ...this.changes.said().map((text) => ({ text }))], file: `${objective.name} ${steps} steps` };
  }

  /** The cell whose `runs[id].path` are the paths of the page. */
  pythonCell() {
    const { spec, objective, state: { start, steps, rules } } = this.shell;
    const used = spec.rules.filter(({ name }) => rules.some((rule) => rule.name === name));
    const { lines, of } = this.changes.python();
    const runs = rules.map(({ id, name, hyperparameters }) => {
      const { python } = used.find((rule) => rule.name === name);
      const given = ["f", python, "start", "steps=steps", ...keywords(hyperparameters), ...of(name)];
      return `    ${JSON.stringify(id)}: gd.descend(${given.join(", ")}),`;
    });
    return [...opening(objective, used), `start, steps = ${tuple(start)}, ${steps}`, ...lines, "runs = {", ...runs, "}",
      `gd.figures.paths(f, ${rules.length > DRAWN ? `dict(list(runs.items())[:${DRAWN}])` : "runs"})`, ""].join("\n");
  }

  draw({ steps }) {
    const { objective, landscape } = this.shell;
    this.ensure();
    const range = this.board.ground(objective, landscape);
    this.board.draw(this.runs);
    this.curves.draw(this.runs, steps, objective.minimum, range);
    this.cut();
  }

  /** Shows the runs up to the step of the transport. */
  cut() {
    this.ensure();
    const { step, steps } = this.transport;
    this.board.cut(step);
    this.curves.cut(step);
    const lines = this.runs.map(({ id, title, series, path, values }) => {
      const last = Math.min(step, path.length - 1);
      const ended = path.length <= steps && step >= path.length;
      return { id, title, series, value: values[last], cells: [`(${path[last].map(place).join(", ")})`, short(values[last])],
        note: ended ? `left the finite numbers at step ${path.length}` : "" };
    });
    this.readout.show(headline(step, steps, lines), lines);
  }
}

/** Where the race stands, in a sentence or two: who is lowest, and how many runs are over for good. */
function headline(step, steps, lines) {
  if (!lines.length) return "No rule is chosen: tick one to see it run.";
  const said = [`Step ${step} of ${steps}.`];
  const running = lines.filter(({ note, value }) => !note && Number.isFinite(value));
  if (running.length) {
    const least = Math.min(...running.map(({ value }) => value));
    const lowest = running.filter(({ value }) => value === least);
    const names = lowest.length > 2 ? `${lowest.length} rules` : lowest.map(({ title }) => title).join(" and ");
    said.push(`${lines.length > 1 ? "Lowest: " : ""}${names}, f\u00a0=\u00a0${short(least)}.`);
  }
  const gone = lines.filter(({ note }) => note).length;
  if (gone) said.push(`${gone} ${gone > 1 ? "runs have" : "run has"} left the finite numbers.`);
  return said.join(" ");
}

export default explorer(Race, OwnFormula);
