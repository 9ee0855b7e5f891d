/* A schedule against the constant step: the factor at each step above, the loss of both runs below. */

import { sample } from "./contours.mjs";
import { Curves, scrubbed } from "./curves.mjs";
import { descend } from "./descend.mjs";
import { svg } from "./elements.mjs";
import { counts, short, ticks } from "./numbers.mjs";
import { OneRule } from "./one_rule.mjs";
import { OwnFormula } from "./own_formula.mjs";
import { Plot, Series } from "./plot.mjs";
import { keywords, literal, made, opening, tuple } from "./python_cell.mjs";
import { explorer } from "./shell.mjs";
import { startingValues } from "./starting_values.mjs";
import { Transport } from "./transport.mjs";

const [SCHEDULED, CONSTANT] = [0, 1]; // looks of the two runs

class ScheduleExplorer {
  constructor(shell) {
    const { spec, modules, state, signal } = shell;
    Object.assign(this, { shell, computed: null, spans: new Map() });
    spec.startingValues = startingValues(modules, state.steps);
    this.rule = new OneRule(spec.rules, (rules) => shell.change({ rules }));
    this.transport = new Transport({ signal, steps: state.steps, onMove: () => this.cut(),
      onRest: shell.holder() });
    this.factors = new Plot({ label: "Factor on the step size, step by step", xLabel: "step t", yLabel: "factor on η",
      aspect: 0.3, margin: { top: 28, right: 12, bottom: 40, left: 46 } });
    this.series = new Series(this.factors);
    this.cursor = svg("path", { class: "gd-cursor" });
    this.factors.lines.append(this.cursor);
    const read = (step) => this.transport.go(step);
    scrubbed(this.factors, read);
    this.curves = new Curves(read);
    this.readout = shell.reads(["run", "ηₜ", "f(θₜ)", "Σ η", "Σ η²"]);
    shell.plots.push(this.factors, this.curves.plot);
    this.pictures = [this.factors.node, this.transport.node, this.curves.node];
    this.head = [this.rule.head];
    this.panel = [this.rule.node, shell.controls.schedule.node, shell.controls.noise.node, shell.controls.seed.node];
    this.placed = ["schedule", "noise", "seed"];
  }

  settle({ rules, steps }) {
    this.rule.show(rules);
    this.transport.lengthen(steps);
  }

  reset() {
    this.transport.go(this.shell.state.steps);
  }

  /** Both runs of the state, with the factor and the sums of step sizes at each step; once for each change. */
  ensure() {
    const { state, modules, landscape } = this.shell;
    if (this.computed === state) return;
    const { start, steps, rules: [{ name, hyperparameters }], schedule: { name: scheduled, settings }, noise: sigma, seed } = state;
    const schedule = { module: modules.schedules[scheduled], settings };
    const options = sigma > 0 ? { noise: { sigma, seed } } : {};
    const walked = (title, series, more) => {
      const path = descend(landscape, modules.rules[name], start, steps, hyperparameters, { ...options, ...more });
      const values = path.map((point) => landscape.valueAt(point));
      const factor = more.schedule ? schedule.module.begin(settings) : () => 1;
      const sizes = path.slice(1).map((_, k) => hyperparameters.lr * factor(k + 1, values[k]));
      return { id: title, title, series, path, values, sizes, factors: sizes.map((size) => size / hyperparameters.lr),
        ways: summed(sizes), squares: summed(sizes.map((size) => size * size)) };
    };
    this.runs = [walked("scheduled", SCHEDULED, { schedule }), walked("constant", CONSTANT, {})];
    this.computed = state;
  }

  paths() {
    this.ensure();
    return { [this.shell.state.rules[0].id]: this.runs[0].path, constant: this.runs[1].path };
  }

  /** The cell whose `runs` have the paths of the page where there is no noise, and else of noise of the same law. */
  pythonCell() {
    const { spec, objective, state: { start, steps, rules: [{ name, hyperparameters }], schedule, noise, seed } } = this.shell;
    const rule = spec.rules.find((one) => one.name === name);
    const noisy = noise > 0 ? [`noise=${literal(noise)}, seed=${seed}`] : [];
    const settings = [`steps=${steps}`, ...keywords(hyperparameters), ...noisy];
    return [...opening(objective, [rule]), `rule, start, settings = ${rule.python}, ${tuple(start)}, dict(${settings.join(", ")})`,
      ...(noise > 0 ? ["# Noise of the same law as the page's, but other numbers."] : []),
      `schedule = ${made(spec.schedules.find((one) => one.name === schedule.name), schedule)}`,
      'runs = {"scheduled": gd.descend(f, rule, start, schedule=schedule, **settings), "constant": gd.descend(f, rule, start, **settings)}',
      "gd.figures.losses(runs)", ""].join("\n");
  }

  /** What f spans in the window of the landscape. */
  span() {
    const { objective, landscape } = this.shell;
    const key = `${objective.name} ${objective.window}`;
    if (!this.spans.has(key)) {
      const { inside } = sample(landscape.value, objective.window, 48);
      this.spans.set(key, [inside[0] ?? 0, inside.at(-1) ?? 1]);
    }
    return this.spans.get(key);
  }

  draw({ steps }) {
    this.ensure();
    const most = Math.max(1, ...this.runs[0].factors.filter(Number.isFinite));
    this.factors.show([0, steps], [0, 1.05 * most], counts(steps, 5), ticks(0, most, 4));
    this.series.draw(this.runs.map(({ series, factors }) =>
      ({ series, count: Math.max(1, factors.length), at: (k) => [k + 1, factors[k] ?? NaN] })));
    this.curves.draw(this.runs, steps, this.shell.objective.minimum, this.span());
    this.cut();
  }

  /** Shows the runs up to the step of the transport. */
  cut() {
    this.ensure();
    const { step, steps } = this.transport;
    const x = Math.round(this.factors.x(step) * 10) / 10;
    this.cursor.setAttribute("d", `M${x} ${this.factors.margin.top}v${this.factors.height}`);
    this.series.cut(Math.max(0, step - 1));
    this.curves.cut(step);
    const lines = this.runs.map(({ id, title, series, path, values, sizes, ways, squares }) => {
      const last = Math.min(step, path.length - 1);
      return { id, title, series, value: values[last],
        cells: [last ? short(sizes[last - 1]) : "", short(values[last]), short(ways[last] ?? 0), short(squares[last] ?? 0)],
        note: path.length <= steps && step >= path.length ? `left the finite numbers at step ${path.length}` : "" };
    });
    this.readout.show(headline(step, steps, lines, this.shell.objective.minimum), lines);
  }
}

/** [0, a, a + b, …] of [a, b, …]. */
function summed(sizes) {
  const sums = [0];
  for (const size of sizes) sums.push(sums.at(-1) + size);
  return sums;
}

function headline(step, steps, [scheduled, constant], minimum) {
  const over = (line) => line.value - (minimum ?? 0);
  const what = minimum === null ? "f" : "f − f*";
  const lower = over(scheduled) < over(constant) ? "lower" : over(scheduled) > over(constant) ? "higher" : "as high";
  return `Step ${step} of ${steps}: ${what} = ${short(over(scheduled))} with the schedule, `
    + `${lower === "as high" ? "the same" : `${lower} than the ${short(over(constant))}`} of the constant step.`;
}

export default explorer(ScheduleExplorer, OwnFormula);
