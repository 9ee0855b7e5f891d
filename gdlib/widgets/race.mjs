/* The race: several rules set out from one start on one landscape, and the reader moves everything. */

import { Board } from "./board.mjs";
import { button, number, select } from "./controls.mjs";
import { Curves } from "./curves.mjs";
import { descend } from "./descend.mjs";
import { html } from "./elements.mjs";
import { Lineup } from "./lineup.mjs";
import { short } from "./numbers.mjs";
import { Readout } from "./readout.mjs";
import { startingValues } from "./starting_values.mjs";
import { completed, MOST_STEPS } from "./state.mjs";
import { Transport } from "./transport.mjs";

/** Generated module text, made a module: no server is asked, so it works in a page and in a notebook. */
async function module(text) {
  const address = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  try {
    return await import(address);
  } finally {
    URL.revokeObjectURL(address);
  }
}

class Race {
  constructor(spec, modules, signal) {
    Object.assign(this, { spec, modules, signal, told: null, dirty: true, frame: 0, runs: [] });
    this.state = completed(spec.state, spec.state, spec);
    this.first = this.state;
    this.board = new Board({ onStart: (start) => this.change({ start }),
      onHold: (held) => this.readout.quiet(held) });
    this.curves = new Curves((step) => this.transport.go(step));
    this.lineup = new Lineup(spec.rules, (rules) => this.change({ rules }));
    this.readout = new Readout(spec.objectives[0].variables, signal);
    this.transport = new Transport({ signal, onMove: () => this.cut(),
      onRest: (playing) => this.readout.quiet(playing) });
    this.node = html("div", { class: "gd-explorer gd-race" }, this.head(),
      html("div", { class: "gd-columns" },
        html("div", {}, this.board.node, this.transport.node, this.curves.node, this.readout.node),
        this.lineup.node));
    Object.defineProperty(this.node, "state", { get: () => this.whole(), set: (value) => this.change(value) });
    this.watch(signal);
  }

  head() {
    const coordinate = (part) => number(this.spec.objectives[0].variables[part],
      { name: `Start, coordinate ${part + 1}`, allowed: () => null },
      (value) => this.change({ start: this.state.start.map((old, i) => (i === part ? value : old)) }));
    this.landscape = select("Landscape", this.spec.objectives.map(({ name, title }) => ({ value: name, text: title })),
      (objective) => this.change({ objective }));
    this.coordinates = [coordinate(0), coordinate(1)];
    this.steps = number("Steps", { whole: true, step: 1, allowed: (value) =>
      Number.isInteger(value) && value >= 1 && value <= MOST_STEPS ? null : `a whole number from 1 to ${MOST_STEPS}` },
    (steps) => this.change({ steps }));
    this.formula = html("span");
    const hint = html("p", { class: "gd-formula" }, this.formula,
      html("span", {}, "Click the map or drag the ring to move the start."));
    return html("div", { class: "gd-head" }, this.landscape.node,
      html("div", { class: "gd-start", role: "group", "aria-label": "Start" }, html("span", {}, "Start"),
        this.coordinates.map(({ node }) => node)),
      this.steps.node, button("Reset", () => this.reset()), hint);
  }

  /** Redraws when the width changes. */
  watch(signal) {
    const observer = new ResizeObserver(() => this.fit());
    observer.observe(this.node);
    signal.addEventListener("abort", () => {
      observer.disconnect();
      cancelAnimationFrame(this.frame);
    });
  }

  fit() {
    const changed = [this.board, this.curves].map(({ plot }) => plot.measure(plot.node.clientWidth));
    if (changed.some(Boolean)) this.draw();
  }

  reset() {
    this.change(this.first);
    this.transport.go(this.state.steps);
  }

  /** Takes a change, whole or not at all; it is drawn with the next frame. */
  change(given) {
    this.state = completed(given, this.state, this.spec);
    this.dirty = true;
    this.settle();
    this.told?.();
    if (!this.frame) {
      this.frame = requestAnimationFrame(() => {
        this.frame = 0;
        this.draw();
      });
    }
  }

  /** Shows the state in the controls. */
  settle() {
    const { objective, start, steps, rules } = this.state;
    this.landscape.input.value = objective;
    this.board.start = start;
    this.coordinates.forEach((box, part) => box.show(start[part]));
    this.steps.show(steps);
    this.lineup.show(rules, this.objective());
    this.transport.lengthen(steps);
  }

  objective() {
    return this.spec.objectives.find(({ name }) => name === this.state.objective);
  }

  /** The runs of the state, computed once for each change. */
  ensure() {
    if (!this.dirty) return;
    const { objective, start, steps, rules } = this.state;
    const landscape = this.modules[objective];
    this.runs = rules.map(({ id, name, hyperparameters }) => {
      const path = descend(landscape, this.modules[name], start, steps, hyperparameters);
      return { id, title: this.lineup.title(id), series: this.lineup.series(id), path,
        values: path.map(([x, y]) => landscape.value(x, y)) };
    });
    this.dirty = false;
  }

  whole() {
    this.ensure();
    return structuredClone({ ...this.state, paths: Object.fromEntries(this.runs.map(({ id, path }) => [id, path])) });
  }

  draw() {
    const began = performance.now();
    this.ensure();
    const objective = this.objective();
    this.formula.textContent = `f(${objective.variables.join(", ")}) = ${objective.formula}`;
    this.coordinates.forEach(({ node }, part) => {
      node.querySelector("label").textContent = objective.variables[part];
    });
    const range = this.board.ground(objective, this.modules[objective.name]);
    this.board.draw(this.runs);
    this.curves.draw(this.runs, this.state.steps, objective.minimum, range);
    this.cut();
    performance.clearMeasures("gd-race");
    performance.measure("gd-race", { start: began });
  }

  /** Shows the runs up to the step of the transport. */
  cut() {
    const { step, steps } = this.transport;
    this.board.cut(step);
    this.curves.cut(step);
    const lines = this.runs.map(({ id, title, series, path, values }) => {
      const last = Math.min(step, path.length - 1);
      const ended = path.length <= steps && step >= path.length;
      return { id, title, series, point: path[last], value: values[last],
        ending: ended ? `left the finite numbers at step ${path.length}` : null };
    });
    this.readout.show(headline(step, steps, lines), lines);
  }
}

/** Where the race stands, in a sentence or two: who is lowest, and how many runs are over for good. */
function headline(step, steps, lines) {
  if (!lines.length) return "No rule is chosen: tick one to see it run.";
  const said = [`Step ${step} of ${steps}.`];
  const running = lines.filter(({ ending, value }) => !ending && Number.isFinite(value));
  if (running.length) {
    const least = Math.min(...running.map(({ value }) => value));
    const lowest = running.filter(({ value }) => value === least);
    const names = lowest.length > 2 ? `${lowest.length} rules` : lowest.map(({ title }) => title).join(" and ");
    said.push(`Lowest: ${names}, f\u00a0=\u00a0${short(least)}.`);
  }
  const gone = lines.filter(({ ending }) => ending).length;
  if (gone) said.push(`${gone} ${gone > 1 ? "runs have" : "run has"} left the finite numbers.`);
  return said.join(" ");
}

/** anywidget's entry; the element that it fills bears `state`, the page's contract. */
async function render({ model, el }) {
  const spec = model.get("spec");
  const stop = new AbortController();
  const texts = [...spec.objectives, ...spec.rules];
  const loaded = await Promise.all(texts.map((entry) => module(entry.module)));
  const modules = Object.fromEntries(texts.map((entry, index) => [entry.name, loaded[index]]));
  const found = startingValues(modules, spec.state.steps);
  const race = new Race({ ...spec, state: model.get("state") ?? spec.state, startingValues: found }, modules, stop.signal);
  race.transport.lengthen(race.state.steps);
  race.transport.step = race.state.steps;
  race.settle();
  el.replaceChildren(race.node);
  race.fit();

  let known = JSON.stringify(race.state);
  const hear = () => {
    const state = model.get("state");
    if (JSON.stringify(state) === known) return;
    race.change(state);
  };
  let waiting = 0;
  race.told = () => {
    known = JSON.stringify(race.state);
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      model.set("state", race.state);
      model.save_changes();
    }, 60);
  };
  model.on("change:state", hear);
  return () => {
    model.off("change:state", hear);
    clearTimeout(waiting);
    stop.abort();
  };
}

export default { render };
