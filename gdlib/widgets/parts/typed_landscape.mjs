/* A landscape made of a formula that a reader typed: read, checked, with a window, a start and its points as found. */

import { landscapeOf } from "./duals.mjs";
import { FormulaError, inNaturalOrder, parse } from "./formula.mjs";
import table from "./grammar.mjs";
import { search, searched } from "./level_points.mjs";

const NEEDED = { 1: "one variable", 2: "at most two variables" };
export const LIGHT = 80; // steps of a formula up to which its points are found at once
const EVALUATED = 400_000; // steps that may go into that, beside those of the grid
const SAMPLED = 250_000; // steps that may go into a contour map
const FAR = 10; // a first look for points goes so far from the origin
const NEAR = 2; // half the width of a window where there is nothing else to go by
const SAME = 1e-9; // values of minima that differ by so much are rounding
const SHARES = [0.15, 0.7]; // of the window: a start off every line of symmetry

/** {text, variables, landscape} of a text with at most n variables; throws FormulaError. */
export function read(text, n) {
  const parsed = parse(text);
  const { names, steps } = parsed;
  const { operations: most } = table.limits;
  if (!names.length) throw new FormulaError("constant");
  if (names.length > n) throw new FormulaError("variables", { needed: NEEDED[n], names: names.join(", ").slice(0, 100) });
  if (steps.length > most) throw new FormulaError("operations", { most, count: steps.length });
  // A formula in which one of two variables does not occur is a landscape all the same.
  const unsaid = ["x", "y"].filter((name) => !names.includes(name)).reverse();
  const variables = [...names, ...unsaid].slice(0, n).sort(inNaturalOrder);
  const landscape = landscapeOf(parsed, variables);
  if (!finiteSomewhere(landscape)) throw new FormulaError("nowhere", { text: parsed.text.slice(0, 200) });
  return { text: parsed.text, variables, landscape };
}

/** Whether f is finite at one of many points, near the origin and far out. */
function finiteSomewhere({ variables, valueAt }) {
  const turns = variables.length > 1 ? Array.from({ length: 32 }, (_, k) => (k * Math.PI) / 16 + (k % 4 ? 0.1 : 0)) : [0, Math.PI];
  for (let decade = -12; decade <= 36; decade++) {
    const far = decade === -12 ? 0 : 10 ** (decade / 4);
    const points = [[far, far], [-far, -far], ...turns.map((turn) => [far * Math.cos(turn), far * Math.sin(turn)])];
    if (points.some((point) => Number.isFinite(valueAt(point)))) return true;
  }
  return false;
}

/** A window of a formula that was given without one: round about its points, if there are any near the origin. */
export function fitted({ variables, landscape }) {
  const about = (half, middle = 0) => variables.map(() => [middle - half, middle + half]);
  if (landscape.steps.length > LIGHT) return about(FAR);
  const { points } = searched(landscape, about(FAR), EVALUATED / landscape.steps.length);
  if (!points.length) return about(NEAR);
  const ends = variables.map((_, axis) => points.map(({ at }) => at[axis])).map((all) => [Math.min(...all), Math.max(...all)]);
  const half = Math.max(NEAR, Math.ceil(1.4 * Math.max(...ends.map(([low, high]) => high - low))) / 2);
  return ends.map(([low, high]) => {
    const middle = Math.round(low + high) / 2;
    return [middle - half, middle + half];
  });
}

/** What a description says of a landscape, for the reader's own in a window; its points are found when asked for. */
export function entry({ text, variables, landscape }, window, start = within(window)) {
  const pretty = inPrint(text);
  const { steps } = landscape;
  let [found, going, looking] = [null, null, false];
  const known = () => {
    if (!found && steps.length <= LIGHT) found = searched(landscape, window, EVALUATED / steps.length);
    return found ?? { points: [], sets: 0, whole: false };
  };
  return {
    name: text, title: pretty.slice(0, 80), formula: pretty, text, variables, window, landscape, own: true,
    python: `gd.Objective("${text}", variables=[${variables.map((name) => `"${name}"`).join(", ")}], window=(${window.map(([low, high]) =>
      `(${low}, ${high})`).join(", ")}${window.length > 1 ? "" : ","}))`,
    start, cells: Math.round(Math.max(48, Math.min(192, Math.sqrt(SAMPLED / steps.length)))),
    hyperparameters: {}, curves: [], complete: false, note: "Found numerically.",
    get points() { return known().points; },
    get sets() { return known().sets; },
    get searching() { return !found && steps.length > LIGHT; },
    get minimum() {
      const values = this.points.filter(({ kind }) => kind === "minimum").map(({ value }) => value);
      return values.length ? Math.min(...values) : null;
    },
    get minima() {
      const highest = this.minimum + SAME * Math.max(1, Math.abs(this.minimum));
      return this.points.filter(({ kind, value }) => kind === "minimum" && value <= highest).map(({ at }) => at);
    },
    /**
     * Looks for the points in the pauses of the page, if that takes long; `done` hears when it has. What is no longer
     * `wanted()` waits, and goes on where it was once it is asked for again.
     */
    look(done, wanted) {
      if (found || looking || steps.length <= LIGHT) return;
      going ??= search(landscape, window);
      looking = true;
      const on = () => {
        looking = wanted();
        if (!looking) return;
        const until = performance.now() + 6;
        let step = { done: false };
        while (!step.done && performance.now() < until) step = going.next();
        if (!step.done) setTimeout(on);
        else {
          found = step.value;
          done();
        }
      };
      setTimeout(on);
    },
  };
}

const within = (window) =>
  window.map(([low, high], axis) => Number(((1 - SHARES[axis]) * low + SHARES[axis] * high).toPrecision(3)));

/** A formula of the grammar as print has it, as plain_signs.py sets it. */
export const inPrint = (text) => text
  .replace(/\*\*([0-9]+)(?![0-9.eE]|\s*\*\*)/g, (_, digits) => [...digits].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit]).join(""))
  .replaceAll("**", "^").replaceAll("sqrt(", "√(").replaceAll("-", "−")
  .replace(/(\/\s*[A-Za-z_0-9.√]*(?:\([^()]*\))?[⁰¹²³⁴⁵⁶⁷⁸⁹]*)\s*\*\s*|\s*\*\s*(?=[0-9.+−])/g, (_, quotient = "") => `${quotient} · `)
  .replace(/\s*\*\s*/g, " ");
