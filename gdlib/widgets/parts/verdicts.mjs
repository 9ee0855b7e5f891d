/* Says in words what f does at a point: stationary or not, its kind there, and why. */

import { pair, short, spot } from "./numbers.mjs";

const STRICT = { true: "strict ", false: "non-strict ", null: "" };

/** A sentence of what `here` is known of a point: `{at, listed, value, slope, size, axes}`. */
export function headline({ at, listed, value, slope, size }) {
  const where = `at ${spot(at)}`;
  if (listed?.kind === "undecided") return `Stationary ${where}, of a kind that is undecided: f = ${short(listed.value)}.`;
  if (listed) return `A ${STRICT[listed.strict]}${listed.kind} ${where}: f = ${short(listed.value)}.`;
  if (!Number.isFinite(value)) return `f is ${short(value)} ${where}.`;
  if (!slope.every(Number.isFinite)) return `No finite gradient ${where}: f is ${short(value)}.`;
  if (size === 0) return `Stationary ${where}: the gradient is 0, f = ${short(value)}.`;
  return `Not stationary ${where}: the slope is ${short(size)}, uphill along ${pair(slope.map((part) => part / size))}.`;
}

/** Whether the second-derivative test has anything to say where no listed point is. */
export const asked = (size) => (size === 0 ? "The gradient is 0 here, but this is none of the isolated points."
  : "The second-derivative test needs a gradient of 0.");

/** The certificate of a stationary point; where an eigenvalue is 0 and the rest have one sign, the test has none. */
export function certificate({ reason, kind, eigenvalues }) {
  const sides = new Set(eigenvalues.map(Math.sign));
  if (kind === "undecided") return `Undecided: ${reason}.`;
  if (!sides.has(0) || sides.size === 3) return `${reason[0].toUpperCase()}${reason.slice(1)}.`;
  return `The second-derivative test leaves it undecided: an eigenvalue is 0. Certificate: ${reason}.`;
}

/** The origin of the quadratic with these eigenvalues; its kind follows from their signs alone. */
export function judged({ l1, l2 }) {
  const eigenvalues = l1 < l2 ? [l1, l2] : [l2, l1];
  const [low, high] = eigenvalues;
  const one = (kind, strict, reason) => ({ at: [0, 0], value: 0, eigenvalues, kind, strict, reason });
  if (low > 0) return one("minimum", true, "both eigenvalues are positive: a strict minimum (second-derivative test)");
  if (high < 0) return one("maximum", true, "both eigenvalues are negative: a strict maximum (second-derivative test)");
  if (low < 0 && high > 0) return one("saddle", null, "one eigenvalue is positive and one is negative: a saddle (second-derivative test)");
  if (low === 0 && high === 0) return one("minimum", false, "f is 0 everywhere: every point is a minimum, and a maximum, none of them strict");
  if (low === 0) return one("minimum", false, "here a trough: every point of a line is a minimum, none of them strict");
  return one("maximum", false, "here a ridge: every point of a line is a maximum, none of them strict");
}
