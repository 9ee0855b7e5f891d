/* What changes every run's steps alike: schedule, noise and clipping, folded away, as controls, for a run, as Python. */

import { html, put } from "./elements.mjs";
import { made } from "./python_cell.mjs";

const FIELDS = ["schedule", "noise", "seed", "clipping"];

export class Changes {
  /** The controls are those of the shell's fields of these names; `titles(rules)` names runs as the page does. */
  constructor(shell, title) {
    Object.assign(this, { shell, title, placed: FIELDS });
    const [schedule, noise, seed, clipping] = FIELDS.map((name) => shell.controls[name]);
    this.seed = seed.input ?? seed.node.querySelector("input");
    this.sum = html("span");
    this.unscheduled = html("p");
    this.law = html("p", {}, "Normal noise on each coordinate of each gradient, the same for every rule. ",
      "A run in Python has noise of the same law, but other numbers.");
    this.node = html("details", { class: "gd-changes" },
      html("summary", {}, html("span", {}, "Schedule, noise, clipping"), " ", this.sum),
      html("div", {}, schedule.node, this.unscheduled,
        noise.node, html("div", { class: "gd-seed" }, seed.node), this.law, clipping.node));
  }

  settle({ schedule, noise, clipping, rules }) {
    const { schedules, transforms } = this.shell.spec;
    const on = [scheduled({ schedule }) && entry(schedules, schedule).title.toLowerCase(), noise > 0 && `noise ${noise}`,
      clipping.name !== "none" && `clipped ${entry(transforms, clipping).title.toLowerCase()}`].filter(Boolean);
    put(this.sum, on.join(", ") || "none");
    const bare = rules.filter(({ name }) => !this.hasStepSize(name)).map(({ id }) => this.title(id));
    put(this.unscheduled, "A factor on η at step t, with k = t − 1 steps done, the same for every rule."
      + (bare.length ? ` Without η, so not scheduled: ${bare.join(", ")}.` : ""));
    this.seed.disabled = noise === 0; // without noise no seed matters
  }

  hasStepSize(name) {
    return this.shell.spec.rules.find((rule) => rule.name === name).hyperparameters.some((one) => one.name === "lr");
  }

  /** What `descend` is told for a run of this rule. */
  of(name) {
    const { state, modules } = this.shell;
    const { schedule, noise, seed, clipping } = state;
    const told = {};
    const changing = (list, { name: one, settings }) => ({ module: modules[list][one], settings });
    if (scheduled(state) && this.hasStepSize(name)) told.schedule = changing("schedules", schedule);
    if (clipping.name !== "none") told.transform = changing("transforms", clipping);
    if (noise > 0) told.noise = { sigma: noise, seed };
    return told;
  }

  /** The same in words, a sentence or none for each, for a picture's legend. */
  said() {
    const { state, spec } = this.shell;
    const { schedule, noise, seed, clipping } = state;
    return [scheduled(state) && `Schedule: ${made(entry(spec.schedules, schedule), schedule)}, a factor on lr.`,
      noise > 0 && `Noise: standard deviation ${noise} on each coordinate of each gradient, seed ${seed}.`,
      clipping.name !== "none" && `Clipping: ${made(entry(spec.transforms, clipping), clipping)}.`].filter(Boolean);
  }

  /** {lines, of}: what a cell defines first, and what the call for a run of a rule takes of it. */
  python() {
    const { state, spec } = this.shell;
    const { schedule, noise, seed, clipping } = state;
    const lines = [];
    const always = [clipping.name !== "none" && `transform=${made(entry(spec.transforms, clipping), clipping)}`,
      noise > 0 && `noise=${noise}, seed=${seed}`].filter(Boolean);
    if (noise > 0) lines.push("# Noise of the same law as the page's, but other numbers: these paths are not the page's.");
    if (always.length) lines.push(`changes = dict(${always.join(", ")})`);
    if (scheduled(state)) {
      const base = always.length ? "changes, " : "";
      lines.push(`scheduled = dict(${base}schedule=${made(entry(spec.schedules, schedule), schedule)})`);
    }
    return { lines, of: (name) => {
      if (scheduled(state) && this.hasStepSize(name)) return ["**scheduled"];
      return always.length ? ["**changes"] : [];
    } };
  }
}

const entry = (list, { name }) => list.find((one) => one.name === name);

/** Whether the schedule is other than the factor 1 throughout. */
const scheduled = ({ schedule: { name, settings } }) => !(name === "constant" && settings.factor === 1);
