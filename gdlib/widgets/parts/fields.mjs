/* Checks a state that was given from outside and completes it by the fields of the description, as fields.py does. */

import { fault } from "./controls.mjs";

const POINTS = { 1: "one finite number", 2: "two finite numbers" };
const COPY = /^(#([2-9]|[1-9]\d{1,3}))?$/; // all that may follow the rule's name in an id: cells of Python print it

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

function number(value, field, place) {
  const wrong = Number.isFinite(value) ? fault(value, field) : `${field.name}: needed a finite number`;
  if (wrong) throw new TypeError(`state.${place}${wrong}`);
  return value;
}

export const isPoint = (value, size) => Array.isArray(value) && value.length === size && value.every(Number.isFinite);

const point = (value, size, place) => (isPoint(value, size) ? [...value] : complain(place, POINTS[size], value));

function chosen(value, field, spec) {
  const entry = named(spec[field.list], value?.name, field.name);
  const settings = Object.fromEntries(entry.hyperparameters.map((one) => [one.name, one.value]));
  for (const [name, given] of Object.entries(value.settings ?? {})) {
    settings[name] = number(given, named(entry.hyperparameters, name, entry.name), `${field.name}: ${entry.name}: `);
  }
  // Of several boundaries each lies behind the one before it, and leaves room for those behind it.
  const bounds = entry.hyperparameters.filter((one) => one.name.startsWith("boundaries"));
  let last = 0;
  bounds.forEach(({ name, high }, k) => {
    last = settings[name] = Math.min(Math.max(settings[name], last + 1), high - (bounds.length - 1 - k));
  });
  return { name: entry.name, settings };
}

function runner(entry, taken, state, spec, { among }) {
  const known = among ? spec.rules.filter(({ name }) => among[1][state[among[0]]].includes(name)) : spec.rules;
  const rule = named(known, entry?.name, "rules");
  const id = entry.id ?? freeId(rule.name, taken);
  if (typeof id !== "string" || !id.startsWith(rule.name) || !COPY.test(id.slice(rule.name.length)) || taken.includes(id)) {
    complain("rules", `an id of its own such as ${freeId(rule.name, taken)}`, id);
  }
  taken.push(id);
  const objective = spec.objectives?.find(({ name }) => name === state.objective);
  const found = spec.startingValues?.(objective, rule)
    ?? Object.fromEntries(rule.hyperparameters.map(({ name, value }) => [name, value]));
  for (const [name, value] of Object.entries(entry.hyperparameters ?? {})) {
    found[name] = number(value, named(rule.hyperparameters, name, id), `rules: ${id}: `);
  }
  return { id, name: rule.name, hyperparameters: found };
}

const CHECKS = {
  number: (field, value) => number(value, field, ""),
  choice: (field, value, state, spec) => {
    if (field.options.some((option) => option.value === value)) return value;
    if (spec.own?.field === field) return spec.own.checked(value);
    return complain(field.name, `one of ${field.options.map((option) => option.value).join(", ")}`, value);
  },
  switch: (field, value) => (typeof value === "boolean" ? value : complain(field.name, "true or false", value)),
  point: (field, value) => point(value, field.size, field.name),
  trail: (field, value) => (Array.isArray(value) && value.length <= field.most
    ? value.map((one) => point(one, 2, field.name)) : complain(field.name, `at most ${field.most} points`, value)),
  chosen: (field, value, state, spec) => chosen(value, field, spec),
  rules: (field, value, state, spec) => {
    if (!Array.isArray(value)) complain("rules", "a list", value);
    if (value.length < field.least || value.length > field.most) {
      complain("rules", field.least === field.most ? `${field.least} of them` : `${field.least} to ${field.most} of them`,
        value.length);
    }
    const taken = [];
    return value.map((entry) => runner(entry, taken, state, spec, field));
  },
};

/** What becomes of a field that follows another, once that one has changed. */
const AFRESH = {
  rules: (old) => old.map(({ id, name }) => ({ id, name })),
  trail: () => [],
};

/**
 * {state, entry}: the whole state that `given` asks for, from the state `base`, and what a description says of its
 * landscape where that is a formula; throws before anything is changed. `spec.own` is what knows of formulas in place
 * of landscapes, if the explorer takes any.
 */
export function completed(given, base, spec) {
  if (given === null || typeof given !== "object") complain("", "an object", given);
  const names = ["kind", ...spec.fields.map(({ name }) => name), ...(spec.own ? ["within"] : [])];
  for (const name of Object.keys(given)) {
    if (![...names, "paths"].includes(name)) complain(name, `one of ${names.join(", ")}`, name);
  }
  if (given.kind !== undefined && given.kind !== spec.kind) complain("kind", JSON.stringify(spec.kind), given.kind);
  const state = { kind: spec.kind };
  const brought = {};
  let [entry, known] = [null, spec];
  for (const field of spec.fields) {
    const { name } = field;
    const moved = field.follows && JSON.stringify(state[field.follows]) !== JSON.stringify(base[field.follows]);
    const value = given[name] ?? brought[name] ?? (moved ? AFRESH[field.type](base[name]) : base[name]);
    state[name] = CHECKS[field.type](field, value, state, known);
    if (field.type !== "choice") continue;
    const option = field.options.find((one) => one.value === state[name]);
    if (!option) {
      const own = spec.own.complete(state, given, base);
      entry = own.entry;
      Object.assign(brought, own.brings);
      known = { ...spec, objectives: [entry] }; // what follows asks for the state's landscape alone
    } else if (state[name] !== base[name]) Object.assign(brought, option.brings);
  }
  return { state, entry };
}
