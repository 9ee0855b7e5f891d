/* Evaluates a parsed formula by closures over dual numbers: value, gradient and Hessian in one go, no text ever run. */

import { power } from "./formula.mjs";

/** Of each function: value at u, then first and second derivative, from u, the value f and the first derivative d. */
const FUNCTIONS = {
  exp: [Math.exp, (u, f) => f, (u, f) => f],
  log: [Math.log, (u) => 1 / u, (u, f, d) => -d * d],
  sqrt: [Math.sqrt, (u, f) => 0.5 / f, (u, f, d) => -0.5 * d / u],
  sin: [Math.sin, (u) => Math.cos(u), (u, f) => -f],
  cos: [Math.cos, (u) => -Math.sin(u), (u, f) => -f],
  tan: [Math.tan, (u, f) => 1 + f * f, (u, f, d) => 2 * f * d],
  sinh: [Math.sinh, (u) => Math.cosh(u), (u, f) => f],
  cosh: [Math.cosh, (u) => Math.sinh(u), (u, f) => f],
  tanh: [Math.tanh, (u, f) => 1 - f * f, (u, f, d) => -2 * f * d],
  atan: [Math.atan, (u) => 1 / (1 + u * u), (u, f, d) => -2 * u * d * d],
  abs: [Math.abs, (u) => Math.sign(u), () => 0],
  neg: [(u) => -u, () => -1, () => 0],
};

const raised = (exponent) => [(u) => power(u, exponent), (u) => exponent * power(u, exponent - 1),
  (u) => exponent * (exponent - 1) * power(u, exponent - 2)];

/**
 * A formula of one or two variables as a page has a landscape: variables, value, gradient and hessian of numbers, and
 * valueAt, slopeAt, curvatureAt of a point. `steps` are those of formula.mjs.
 */
export function landscapeOf({ steps }, variables) {
  const zeros = () => new Float64Array(steps.length);
  const tape = { order: 0, v: zeros(), x: zeros(), y: zeros(), xx: zeros(), xy: zeros(), yy: zeros(), holds: [] };
  const inputs = variables.map((name) => steps.findIndex(({ op, said }) => op === "name" && said === name));
  const moves = [];
  for (const [k, step] of steps.entries()) {
    tape.holds[k] = step.number !== null ? 0 : inputs.includes(k) ? 1 << inputs.indexOf(k)
      : step.args.reduce((held, one) => held | tape.holds[one], 0);
    if (step.number !== null) tape.v[k] = step.number;
    else if (step.op !== "name") moves.push(move(tape, k, step, steps));
  }
  inputs.forEach((k, axis) => { if (k >= 0) tape[axis ? "y" : "x"][k] = 1; });
  const last = steps.length - 1;
  const at = (order, point) => {
    tape.order = order;
    for (let axis = 0; axis < inputs.length; axis++) if (inputs[axis] >= 0) tape.v[inputs[axis]] = point[axis];
    for (let k = 0; k < moves.length; k++) moves[k]();
  };
  const valueAt = (point) => {
    at(0, point);
    return tape.v[last];
  };
  const slopeAt = (point) => {
    at(1, point);
    return inputs.length > 1 ? [tape.x[last], tape.y[last]] : [tape.x[last]];
  };
  const curvatureAt = (point) => {
    at(2, point);
    const [xx, xy, yy] = [tape.xx[last], tape.xy[last], tape.yy[last]];
    return inputs.length > 1 ? [[xx, xy], [xy, yy]] : [[xx]];
  };
  return { variables, steps, valueAt, slopeAt, curvatureAt, value: (...point) => valueAt(point),
    gradient: (...point) => slopeAt(point), hessian: (...point) => curvatureAt(point) };
}

/** The closure of one step, which writes its dual number to place k, as far as tape.order asks for. */
function move(tape, k, { op, args: [a, b] }, steps) {
  if (op in BINARY) return BINARY[op](tape, k, a, b);
  if (op !== "**") return chained(tape, k, a, FUNCTIONS[op]);
  const exponent = steps[b].number;
  return exponent === null ? varied(tape, k, a, b) : chained(tape, k, a, raised(exponent));
}

/** The chain rule for a function of one argument; what does not hold a variable has 0 there, whatever the slope is. */
function chained(tape, k, a, [value, first, second]) {
  const { v, x, y, xx, xy, yy, holds } = tape;
  const [hasX, hasY] = [holds[a] & 1, holds[a] & 2];
  return () => {
    const u = v[a], f = value(u);
    v[k] = f;
    if (tape.order === 0) return;
    const d = first(u, f);
    if (hasX) x[k] = d * x[a];
    if (hasY) y[k] = d * y[a];
    if (tape.order === 1) return;
    const c = second(u, f, d);
    if (hasX) xx[k] = c * x[a] * x[a] + d * xx[a];
    if (hasX && hasY) xy[k] = c * x[a] * y[a] + d * xy[a];
    if (hasY) yy[k] = c * y[a] * y[a] + d * yy[a];
  };
}

/** A sum or a difference: every part of the dual number alike. */
const linear = (sign) => (tape, k, a, b) => {
  const { v, x, y, xx, xy, yy } = tape;
  return () => {
    v[k] = v[a] + sign * v[b];
    if (tape.order === 0) return;
    x[k] = x[a] + sign * x[b];
    y[k] = y[a] + sign * y[b];
    if (tape.order === 1) return;
    xx[k] = xx[a] + sign * xx[b];
    xy[k] = xy[a] + sign * xy[b];
    yy[k] = yy[a] + sign * yy[b];
  };
};

/** Which of x and y the two operands hold: a part that is 0 everywhere is left out, or 0 times infinity would be NaN. */
const held = ({ holds }, a, b) => [holds[a] & 1, holds[a] & 2, holds[b] & 1, holds[b] & 2].map(Boolean);

function times(tape, k, a, b) {
  const { v, x, y, xx, xy, yy } = tape;
  const [ax, ay, bx, by] = held(tape, a, b);
  return () => {
    const p = v[a], q = v[b];
    v[k] = p * q;
    if (tape.order === 0) return;
    x[k] = (ax ? q * x[a] : 0) + (bx ? p * x[b] : 0);
    y[k] = (ay ? q * y[a] : 0) + (by ? p * y[b] : 0);
    if (tape.order === 1) return;
    xx[k] = (ax ? q * xx[a] : 0) + (bx ? p * xx[b] : 0) + (ax && bx ? 2 * x[a] * x[b] : 0);
    xy[k] = (ax && ay ? q * xy[a] : 0) + (bx && by ? p * xy[b] : 0) + (ax && by ? x[a] * y[b] : 0) + (ay && bx ? y[a] * x[b] : 0);
    yy[k] = (ay ? q * yy[a] : 0) + (by ? p * yy[b] : 0) + (ay && by ? 2 * y[a] * y[b] : 0);
  };
}

/** From f·w = u: the derivatives of f one after another. */
function over(tape, k, a, b) {
  const { v, x, y, xx, xy, yy } = tape;
  const [, , bx, by] = held(tape, a, b);
  return () => {
    const w = v[b], f = v[a] / w;
    v[k] = f;
    if (tape.order === 0) return;
    x[k] = (x[a] - (bx ? f * x[b] : 0)) / w;
    y[k] = (y[a] - (by ? f * y[b] : 0)) / w;
    if (tape.order === 1) return;
    xx[k] = (xx[a] - (bx ? 2 * x[k] * x[b] + f * xx[b] : 0)) / w;
    xy[k] = (xy[a] - (bx ? y[k] * x[b] : 0) - (by ? x[k] * y[b] : 0) - (bx && by ? f * xy[b] : 0)) / w;
    yy[k] = (yy[a] - (by ? 2 * y[k] * y[b] + f * yy[b] : 0)) / w;
  };
}

/** A power whose exponent varies. */
function varied(tape, k, a, b) {
  const { v, x, y, xx, xy, yy } = tape;
  const [ax, ay, bx, by] = held(tape, a, b);
  const joined = (ofA, ofB, both) => (ofA[0] ? ofA[1] : 0) + (ofB[0] ? ofB[1] : 0) + both;
  return () => {
    const u = v[a], e = v[b], f = Math.pow(u, e);
    v[k] = f;
    if (tape.order === 0) return;
    const log = Math.log(u), below = Math.pow(u, e - 1), da = e * below, db = f * log;
    x[k] = joined([ax, da * x[a]], [bx, db * x[b]], 0);
    y[k] = joined([ay, da * y[a]], [by, db * y[b]], 0);
    if (tape.order === 1) return;
    const aa = e * (e - 1) * Math.pow(u, e - 2), ab = below * (1 + e * log), bb = db * log;
    xx[k] = joined([ax, aa * x[a] * x[a] + da * xx[a]], [bx, bb * x[b] * x[b] + db * xx[b]], ax && bx ? 2 * ab * x[a] * x[b] : 0);
    xy[k] = joined([ax && ay, aa * x[a] * y[a] + da * xy[a]], [bx && by, bb * x[b] * y[b] + db * xy[b]],
      (ax && by ? ab * x[a] * y[b] : 0) + (ay && bx ? ab * y[a] * x[b] : 0));
    yy[k] = joined([ay, aa * y[a] * y[a] + da * yy[a]], [by, bb * y[b] * y[b] + db * yy[b]], ay && by ? 2 * ab * y[a] * y[b] : 0);
  };
}

const BINARY = { "+": linear(1), "-": linear(-1), "*": times, "/": over };
