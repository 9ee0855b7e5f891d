/* Draws what f does close to one point: its level lines, those of its quadratic model, and the Hessian's axes. */

import { paint } from "./board.mjs";
import { rings, sample } from "./contours.mjs";
import { svg } from "./elements.mjs";
import { short, tenth, ticks } from "./numbers.mjs";
import { Plot } from "./plot.mjs";

const CELLS = 60;
const LINES = 9;
const AXIS = 0.86; // how far an axis reaches, as a part of the picture's half
const TINY = 1e-12; // an eigenvalue so much smaller than the other is rounding
const SPREAD = 3.2; // how far a hyperbola is followed: sinh of it is 12

export class CloseUp {
  constructor() {
    this.plot = new Plot({ label: "Close-up", xLabel: "", yLabel: "", aspect: 1,
      margin: { top: 28, right: 12, bottom: 40, left: 46 } });
    this.node = this.plot.node;
    this.node.classList.add("gd-close-up");
  }

  /**
   * `here` is what is known of the point, `half` the half of the side; `curved` asks for the Hessian's axes and conic,
   * `model(x, y)` is the quadratic model of a step, null where it is not asked for.
   */
  draw(objective, { value }, here, half, curved, model) {
    const { plot } = this;
    const [x, y] = here.at;
    const window = [[x - half, x + half], [y - half, y + half]];
    plot.lines.replaceChildren();
    plot.marks.replaceChildren();
    plot.ground.replaceChildren();
    plot.xLabel.textContent = objective.variables[0];
    plot.yLabel.textContent = objective.variables[1];
    plot.picture.setAttribute("aria-label", `Close-up of ${objective.title} around (${here.at.map((part) => short(part)).join(", ")})`);
    if (!(window[0][0] < x && x < window[0][1] && window[1][0] < y && y < window[1][1])) return; // too far out for doubles
    plot.show(...window, ticks(...window[0], 5), ticks(...window[1], 5));
    const ground = sample(value, window, CELLS);
    const heights = levels(here.value, ground.inside);
    paint(plot, ground, heights);
    if (model) {
      const modelled = sample((u, v) => model(u - x, v - y), window, CELLS);
      const level = !(modelled.inside[0] < modelled.inside.at(-1)); // nowhere to draw a line
      plot.lines.append(...rings(modelled, level ? [] : heights, (u) => plot.x(u), (v) => plot.y(v))
        .map((d) => svg("path", { class: "gd-model", d })));
    }
    if (curved) {
      const { lines, texts } = axes(plot, here.at, half, here.axes);
      plot.lines.append(...conic(plot, here.at, half, here.axes), ...lines);
      plot.marks.append(...texts);
    }
    plot.marks.append(svg("circle", { class: "gd-dot", cx: plot.x(x), cy: plot.y(y), r: 3.5 }));
  }
}

/** Evenly spaced heights counted from the point's own, so that the line through a saddle is among them. */
function levels(from, sorted) {
  const [low, high] = [sorted[0], sorted.at(-1)];
  const step = (high - low) / (LINES + 1);
  if (!(step > 1e-14 * Math.abs(from))) return []; // level, or no number
  const first = Math.ceil((low - from) / step - 1e-9);
  return Array.from({ length: LINES + 2 }, (_, k) => from + (first + k) * step).filter((height) => height <= high);
}

/** The sign of each eigenvalue, `{value, along}`; one of the size of rounding has none. */
export const signs = (both) => both.map(({ value }) =>
  (Math.abs(value) <= TINY * Math.max(...both.map((one) => Math.abs(one.value))) ? 0 : Math.sign(value)));

const LOOKS = { 1: "gd-rising", "-1": "gd-falling", 0: "gd-even" };

/** The Hessian's axes through a point as lines, each with its eigenvalue at one end. */
export function axes(plot, [x, y], half, both) {
  const drawn = { lines: [], texts: [] };
  if (!both.every(({ value, along }) => [value, ...along].every(Number.isFinite))) return drawn;
  signs(both).forEach((sign, index) => {
    const { value, along } = both[index];
    const [u, v] = along[1] > 0 || (along[1] === 0 && along[0] > 0) ? along : along.map((part) => -part);
    const reach = AXIS * half;
    const [fromX, fromY, toX, toY] = [plot.x(x - reach * u), plot.y(y - reach * v), plot.x(x + reach * u), plot.y(y + reach * v)];
    drawn.lines.push(svg("path", { class: `gd-axis ${LOOKS[sign]}`, d: `M${fromX} ${fromY}L${toX} ${toY}` }));
    const right = u > 0.3;
    drawn.texts.push(svg("text", { class: "gd-over", x: toX + (right ? 4 : u < -0.3 ? -4 : 8), y: toY + (Math.abs(u) > 0.3 ? -8 : 4),
      "text-anchor": right ? "end" : "start" }, `λ = ${short(sign ? value : 0)}`));
  });
  return drawn;
}

/** {d : ½ dᵀHd = c} solid and {… = −c} dashed: ellipse, hyperbolas or two lines; c is what lets them be seen whole. */
function conic(plot, [x, y], half, both) {
  const sign = signs(both);
  const sizes = both.map(({ value }) => Math.abs(value));
  if (!sign.some(Boolean) || ![...sizes, ...both.flatMap(({ along }) => along)].every(Number.isFinite)) return [];
  const kept = sizes.filter((_, index) => sign[index]);
  const twice = Math.min(...kept) * ((sign[0] === sign[1] ? 0.7 : 0.4) * half) ** 2; // 2c
  const radii = sizes.map((size, index) => (sign[index] ? Math.sqrt(twice / size) : half));
  const [p, q] = both.map(({ along }) => along);
  const text = (points) => points.map(([s, t], k) => {
    const [u, v] = [radii[0] * s, radii[1] * t];
    return `${k ? "L" : "M"}${tenth(plot.x(x + u * p[0] + v * q[0]))} ${tenth(plot.y(y + u * p[1] + v * q[1]))}`;
  }).join("");
  const along = (count, at) => Array.from({ length: count + 1 }, (_, k) => at(k / count));
  const path = (points, way) => svg("path", { class: `gd-conic ${LOOKS[way]}`, d: text(points) });
  if (sign[0] === sign[1]) {
    return [path(along(120, (part) => [Math.cos(2 * Math.PI * part), Math.sin(2 * Math.PI * part)]), sign[0])];
  }
  const span = (at) => [1, -1].map((side) => along(80, (part) => at(side, SPREAD * (2 * part - 1))));
  if (!sign[0] || !sign[1]) {
    return span((side, t) => (sign[0] ? [side, t] : [t, side])).map((points) => path(points, sign[0] || sign[1]));
  }
  return [...span((side, t) => [side * Math.cosh(t), Math.sinh(t)]).map((points) => path(points, sign[0])),
    ...span((side, t) => [Math.sinh(t), side * Math.cosh(t)]).map((points) => path(points, sign[1]))];
}
