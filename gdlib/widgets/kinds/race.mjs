/* The race: several rules set out from one start on one landscape, and the reader moves everything. */

import { Board } from "./board.mjs";
import { Curves } from "./curves.mjs";
import { descend } from "./descend.mjs";
import { Lineup } from "./lineup.mjs";
import { place, short } from "./numbers.mjs";
import { explorer } from "./shell.mjs";
import { startingValues } from "./starting_values.mjs";
import { Transport } from "./transport.mjs";

class Race {
  constructor(shell) {
    const { spec, modules, state, signal } = shell;
    Object.assign(this, { shell, runs: [], computed: null });
    spec.startingValues = startingValues(modules, state.steps);
    this.board = new Board({ onMove: (start) => shell.change({ start }), onHold: (held) => shell.hold(held) });
    this.curves = new Curves((step) => this.transport.go(step));
    this.lineup = new Lineup(spec.rules, (rules) => shell.change({ rules }));
    this.readout = shell.reads(["rule", `θ = (${spec.objectives[0].variables.join(", ")})`, "f(θ)"]);
    this.transport = new Transport({ signal, steps: state.steps, onMove: () => this.cut(),
      onRest: (playing) => shell.hold(playing) });
    shell.plots.push(this.board.plot, this.curves.plot);
    this.pictures = [this.board.node, this.transport.node, this.curves.node];
    this.panel = [this.lineup.node];
  }

  settle({ start, steps, rules }) {
    this.board.at = start;
    this.lineup.show(rules, this.shell.objective);
    this.transport.lengthen(steps);
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
      const path = descend(landscape, modules.rules[name], start, steps, hyperparameters);
      return { id, title: this.lineup.title(id), series: this.lineup.series(id), path,
        values: path.map(([x, y]) => landscape.value(x, y)) };
    });
    this.computed = state;
  }

  paths() {
    this.ensure();
    return Object.fromEntries(this.runs.map(({ id, path }) => [id, path]));
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
    said.push(`Lowest: ${names}, f\u00a0=\u00a0${short(least)}.`);
  }
  const gone = lines.filter(({ note }) => note).length;
  if (gone) said.push(`${gone} ${gone > 1 ? "runs have" : "run has"} left the finite numbers.`);
  return said.join(" ");
}

export default explorer(Race);
