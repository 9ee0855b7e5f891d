/* A run that keeps what the rule was given at each step, so that any step of it can be told afterwards. */

import { descend } from "./descend.mjs";

/**
 * {path, given}: `given[k]` is what step k + 1 was handed, `{theta, g, f, t, memory, settings}`. `rule` is a module with
 * its working, and no powers of t.
 */
export function recorded(landscape, rule, start, steps, hyperparameters) {
  const given = [];
  const watched = { ...rule, stepOf: (i, theta, g, f, t, memory, settings) => {
    if (i === 0) given.push({ theta, g, f, t, memory: memory.map((row) => [...row]), settings });
    return rule.stepOf(i, theta, g, f, t, memory, settings);
  } };
  return { path: descend(landscape, watched, start, steps, hyperparameters), given };
}

/** What coordinate i had before the step, by the names of the rule's code: `was`; and what each line made of it: `made`. */
export function worked(rule, { theta, g, f, t, memory, settings }, i) {
  const kept = Object.fromEntries(rule.state.map((name, k) => [name, memory[k][i]]));
  return { was: { theta: theta[i], g: g[i], f, t, ...kept }, made: rule.workingOf(i, theta, g, f, t, memory, settings) };
}
