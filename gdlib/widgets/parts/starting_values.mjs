/* The hyperparameters that a rule sets out with where its defaults would lead nowhere: what starting_values.py finds. */

import { descend } from "./descend.mjs";

const GONE = 0.01; // a run works if it leaves at most this part of the height above the minimum and never climbs

/** 1, 2, 5, 10, … between two numbers. */
function decentSteps(low, high) {
  const found = [];
  for (let power = Math.floor(Math.log10(low)) - 1; power <= Math.ceil(Math.log10(high)) + 1; power++) {
    for (const digit of [1, 2, 5]) found.push(Number(`${digit}e${power}`));
  }
  return found.filter((step) => low <= step && step <= high);
}

/** What differs from the rule's defaults; `landscape` and `stepped` are the modules of the two. */
function tried(objective, rule, landscape, stepped, steps) {
  const lr = rule.hyperparameters.find(({ name }) => name === "lr");
  if (objective.minimum === null || !lr) return {};
  const defaults = Object.fromEntries(rule.hyperparameters.map(({ name, value }) => [name, value]));
  const first = landscape.value(...objective.start);
  const enough = GONE * (first - objective.minimum);
  const height = (given) => {
    const path = descend(landscape, stepped, objective.start, steps, { ...defaults, ...given });
    const values = path.map((point) => landscape.value(...point));
    const steady = path.length === steps + 1 && values.every((value) => value <= first);
    return steady ? values.at(-1) - objective.minimum : Infinity;
  };
  if (height({}) <= enough) return {};
  let [best, least] = [null, Infinity];
  for (const step of decentSteps(lr.knob.low, lr.knob.high)) {
    const end = height({ lr: step });
    if (end < least) [best, least] = [step, end];
    if (end <= enough) return { lr: step };
  }
  return best === null ? {} : { lr: best };
}

/** A function of (objective, rule) that gives all hyperparameters to set out with; each pair is tried once. */
export function startingValues(modules, steps) {
  const known = new WeakMap(); // a formula in another window is another objective
  return (objective, rule) => {
    if (!known.has(objective)) known.set(objective, {});
    const found = known.get(objective);
    found[rule.name] ??= objective.hyperparameters[rule.name]
      ?? tried(objective, rule, objective.landscape ?? modules.objectives[objective.name], modules.rules[rule.name], steps);
    return { ...Object.fromEntries(rule.hyperparameters.map(({ name, value }) => [name, value])), ...found[rule.name] };
  };
}
