/* Checks a state that was given from outside and completes it: what it leaves out stays as it is. */

import { fault } from "./controls.mjs";

export const MOST_STEPS = 10000;

const complain = (place, needed, got) => {
  throw new TypeError(`state.${place}: needed ${needed}, got ${JSON.stringify(got) ?? String(got)}`);
};

/** The entry of `list` with this name, or an error that says which there are. */
function named(list, name, place) {
  return list.find((entry) => entry.name === name)
    ?? complain(place, `one of ${list.map((entry) => entry.name).join(", ")}`, name);
}

/** The first of adam, adam#2, adam#3, … that is free. */
export function freeId(name, taken) {
  let id = name;
  for (let copy = 2; taken.includes(id); copy++) id = `${name}#${copy}`;
  return id;
}

function hyperparameters(given, rule, base, place) {
  const found = { ...base };
  for (const [name, value] of Object.entries(given ?? {})) {
    const known = named(rule.hyperparameters, name, place);
    const wrong = Number.isFinite(value) ? fault(value, known) : `${name}: needed a number`;
    if (wrong) complain(place, wrong, value);
    found[name] = value;
  }
  return found;
}

/**
 * The whole state that `given` asks for, from the state `base`; throws before anything is changed. What a rule sets
 * out with on a landscape is for `spec.startingValues(objective, rule)` to say.
 */
export function completed(given, base, spec) {
  if (given === null || typeof given !== "object") complain("", "an object", given);
  if (given.kind !== undefined && given.kind !== spec.kind) complain("kind", JSON.stringify(spec.kind), given.kind);
  const objective = named(spec.objectives, given.objective ?? base.objective, "objective");
  const moved = objective.name !== base.objective;
  const start = given.start ?? (moved ? objective.start : base.start);
  const isPoint = Array.isArray(start) && start.length === 2 && start.every(Number.isFinite);
  if (!isPoint) complain("start", "two finite numbers", start);
  const steps = given.steps ?? base.steps;
  if (!Number.isInteger(steps) || steps < 1 || steps > MOST_STEPS) {
    complain("steps", `a whole number from 1 to ${MOST_STEPS}`, steps);
  }
  const wanted = given.rules ?? base.rules.map((rule) => (moved ? { id: rule.id, name: rule.name } : rule));
  if (!Array.isArray(wanted)) complain("rules", "a list", wanted);
  const taken = [];
  const rules = wanted.map((entry) => {
    const rule = named(spec.rules, entry?.name, "rules");
    const id = entry.id ?? freeId(rule.name, taken);
    if (typeof id !== "string" || id.split("#")[0] !== rule.name || taken.includes(id)) {
      complain("rules", `an id of its own such as ${freeId(rule.name, taken)}`, id);
    }
    taken.push(id);
    const base = spec.startingValues(objective, rule);
    return { id, name: rule.name, hyperparameters: hyperparameters(entry.hyperparameters, rule, base, id) };
  });
  return { kind: spec.kind, objective: objective.name, start: [...start], steps, rules };
}
