/* Draws one framed pair of axes in SVG at the size it has on the page, and turns coordinates into pixels. */

import { freshId, html, svg } from "./elements.mjs";
import { tenth } from "./numbers.mjs";

const NEAR = 0.1; // pixels; a line of two pixels that is moved by less is the same to the eye
const FAR = 1e5; // pixels; an SVG renderer counts in 32 bits, and divergence reaches 1e300
// Marks and dashes in the order of gdlib's still figures, so that the first eight look alike in both.
const MARKS = [
  "M-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0 -9 0Z", "M-4 -4H4V4H-4Z", "M0 -5.5L5 4H-5Z", "M0 -5.5L5.5 0L0 5.5L-5.5 0Z",
  "M0 5.5L5 -4H-5Z", "M-2 -5H2V-2H5V2H2V5H-2V2H-5V-2H-2Z",
  "M-2.7 -5L0 -2.3L2.7 -5L5 -2.7L2.3 0L5 2.7L2.7 5L0 2.3L-2.7 5L-5 2.7L-2.3 0L-5 -2.7Z", "M0 -5.8L5.5 -1.8L3.4 4.7H-3.4L-5.5 -1.8Z",
];
const DASHES = [null, "9 3.6", "2.2 2.9", "12 3.6 2.2 3.6", "5.4 2.7", "16 5.4", "12 3.6 2.2 3.6 2.2 3.6", "3.6 5.4"];

/**
 * How series number `index` looks. Any two of the first eight differ in colour, dash and marker, any two of 32 in two
 * of these, so that none is needed alone: from each eight to the next the dashes move by one place, the colours by two.
 */
export const look = (index) => {
  const [eight, place] = [Math.floor(index / 8), index % 8];
  return { colour: `var(--series-${((place + 2 * eight) % 8) + 1})`, dash: DASHES[(place + eight) % 8], mark: MARKS[place] };
};

/** The piece of line with its marker that stands beside a series' name. */
export function swatch(index) {
  const { colour, dash, mark } = look(index);
  return svg("svg", { class: "gd-swatch", width: 34, height: 14, viewBox: "0 0 34 14", "aria-hidden": "true",
    style: `--series: ${colour}` },
    svg("path", { class: "gd-line", d: "M0 7H34", "stroke-dasharray": dash }),
    svg("path", { class: "gd-mark", d: mark, transform: "translate(17 7)" }));
}

/**
 * The line through `count` points, `at(k)` in pixels, as path text: whole, and up to any point, for a run that is cut
 * there. A point is written only where the line would else pass it by more than NEAR, so that a thousand steps along a
 * smooth curve are some dozens to write, to read and to paint.
 */
export function trail(count, at) {
  const [xs, ys, ends] = [new Float64Array(count), new Float64Array(count), new Int32Array(count)];
  const place = (k) => tenth(xs[k]) + " " + tenth(ys[k]);
  let text = "";
  let broken = true; // where a coordinate is no number the line has a gap
  // Seen from the last point written, the next must not be nearer than the farthest left out, and lie between two rays.
  let [fromX, fromY, reach, rightX, rightY, leftX, leftY] = [0, 0, 0, 0, 0, 0, 0];
  for (let k = 0; k < count; k++) {
    const [x, y] = at(k);
    xs[k] = x;
    ys[k] = y;
    if (Number.isNaN(x + y)) {
      if (!broken) text += `L${place(k - 1)}`;
      broken = true;
    } else {
      let toX = x - fromX, toY = y - fromY;
      let away = Math.sqrt(toX * toX + toY * toY);
      if (broken || away < reach - NEAR || rightX * toY < rightY * toX || leftX * toY > leftY * toX) {
        const last = broken ? k : k - 1;
        text += (broken ? "M" : "L") + place(last);
        broken = false;
        fromX = xs[last];
        fromY = ys[last];
        toX = x - fromX;
        toY = y - fromY;
        away = Math.sqrt(toX * toX + toY * toY);
        reach = rightX = rightY = leftX = leftY = 0;
      }
      if (away > NEAR) {
        const along = Math.sqrt(away * away - NEAR * NEAR);
        const toRightX = toX * along + toY * NEAR, toRightY = toY * along - toX * NEAR;
        const toLeftX = toX * along - toY * NEAR, toLeftY = toY * along + toX * NEAR;
        if (reach <= NEAR || rightX * toRightY > rightY * toRightX) {
          rightX = toRightX;
          rightY = toRightY;
        }
        if (reach <= NEAR || leftX * toLeftY < leftY * toLeftX) {
          leftX = toLeftX;
          leftY = toLeftY;
        }
      }
      if (away > reach) reach = away;
    }
    ends[k] = text.length;
  }
  const upTo = (k) => text.slice(0, ends[k]) + (Number.isNaN(xs[k] + ys[k]) ? "" : `L${place(k)}`);
  return { text: count ? upTo(count - 1) : "", upTo };
}

export class Plot {
  /** `aspect` is the frame's height over its width; the labels are [text, spoken] pairs or plain text. */
  constructor({ label, xLabel, yLabel, aspect, margin }) {
    const clip = freshId();
    Object.assign(this, { aspect, margin, width: 0, height: 0, shown: "" });
    this.window = svg("rect");
    this.frame = svg("rect", { class: "gd-frame" });
    this.ground = svg("g", { "clip-path": `url(#${clip})` });
    this.axes = svg("g", { class: "gd-axes" });
    this.lines = svg("g", { "clip-path": `url(#${clip})` });
    this.marks = svg("g");
    this.xLabel = svg("text", { class: "gd-axis-label", "text-anchor": "end" }, xLabel);
    this.yLabel = svg("text", { class: "gd-axis-label" }, yLabel);
    this.picture = svg("svg", { role: "img", "aria-label": label },
      svg("clipPath", { id: clip }, this.window), this.ground, this.frame, this.axes, this.xLabel, this.yLabel);
    // What moves lies in a picture of its own above, so that a frame repaints no contours.
    this.moving = svg("svg", { class: "gd-moving", "aria-hidden": "true" }, this.lines, this.marks);
    this.node = html("div", { class: "gd-plot" }, this.picture, this.moving);
  }

  /** Takes the width that the page gives; true if that changed anything. */
  measure(width) {
    if (!width || Math.abs(width - this.full) < 0.5) return false;
    const { top, right, bottom, left } = this.margin;
    this.full = width;
    this.width = Math.max(40, width - left - right);
    this.height = Math.round(this.width * this.aspect);
    for (const picture of [this.picture, this.moving]) {
      picture.setAttribute("viewBox", `0 0 ${width} ${this.height + top + bottom}`);
    }
    for (const rectangle of [this.window, this.frame]) {
      for (const [name, size] of Object.entries({ x: left, y: top, width: this.width, height: this.height })) {
        rectangle.setAttribute(name, size);
      }
    }
    this.xLabel.setAttribute("transform", `translate(${width - right} ${top + this.height + 34})`);
    this.yLabel.setAttribute("transform", `translate(0 ${top - 12})`);
    return true;
  }

  /** Sets what the frame shows and draws the ticks, `{at, text}` in the same coordinates, unless they are there already. */
  show([low, high], [bottom, top], xTicks, yTicks) {
    Object.assign(this, { low, high, bottom, top });
    const shown = JSON.stringify([low, high, bottom, top, this.width, this.height, xTicks, yTicks]);
    if (shown === this.shown) return;
    this.shown = shown;
    const foot = this.margin.top + this.height;
    this.axes.replaceChildren(
      ...xTicks.map(({ at, text }) => svg("g", { transform: `translate(${this.x(at)} ${foot})` },
        svg("path", { d: "M0 0V4" }), svg("text", { y: 16, "text-anchor": "middle" }, text))),
      ...yTicks.map(({ at, text }) => svg("g", { transform: `translate(${this.margin.left} ${this.y(at)})` },
        svg("path", { d: "M0 0H-4" }), svg("text", { x: -7, dy: "0.32em", "text-anchor": "end" }, text))));
  }

  x(at) {
    return this.margin.left + ((at - this.low) / (this.high - this.low)) * this.width;
  }

  y(at) {
    return this.margin.top + ((this.top - at) / (this.top - this.bottom)) * this.height;
  }

  /** Pixels of a point; one very far away is brought nearer along its direction from the frame's middle. */
  pixels(x, y) {
    const middleX = this.margin.left + this.width / 2;
    const middleY = this.margin.top + this.height / 2;
    const acrossX = this.x(x) - middleX;
    const acrossY = this.y(y) - middleY;
    const reach = Math.max(Math.abs(acrossX), Math.abs(acrossY));
    if (reach <= FAR) return [middleX + acrossX, middleY + acrossY];
    if (reach === Infinity) return [middleX + Math.sign(x) * FAR, middleY - Math.sign(y) * FAR];
    return [middleX + (acrossX / reach) * FAR, middleY + (acrossY / reach) * FAR];
  }

  /** The coordinates under a pointer, kept inside the frame. */
  under(event) {
    const box = this.frame.getBoundingClientRect();
    const part = (at, start, size) => Math.min(1, Math.max(0, (at - start) / size));
    return [this.low + part(event.clientX, box.left, box.width) * (this.high - this.low),
      this.top - part(event.clientY, box.top, box.height) * (this.top - this.bottom)];
  }

  /** Where a marker stands: at the point, or on the frame's edge, then hollow, when the point is outside. */
  markAt(x, y) {
    const [left, head] = [this.margin.left, this.margin.top];
    const [acrossX, acrossY] = this.pixels(x, y);
    const shownX = Math.min(left + this.width, Math.max(left, acrossX));
    const shownY = Math.min(head + this.height, Math.max(head, acrossY));
    return { x: shownX, y: shownY, outside: shownX !== acrossX || shownY !== acrossY };
  }
}

/** The lines and markers of several runs in one plot, redrawn whole or cut at a step. */
export class Series {
  constructor(plot) {
    Object.assign(this, { plot, drawn: [] });
  }

  /** `runs` are `{series, count, at(k) -> [x, y] in coordinates}`. */
  draw(runs) {
    const { lines, marks } = this.plot;
    while (this.drawn.length > runs.length) Object.values(this.drawn.pop().nodes).forEach((node) => node.remove());
    runs.forEach((run, index) => {
      const kept = this.drawn[index] ?? this.add(lines, marks);
      if (kept.run?.series !== run.series) this.dress(kept.nodes, look(run.series));
      Object.assign(kept, { run, ...trail(run.count, (k) => this.plot.pixels(...run.at(k))) });
    });
  }

  add(lines, marks) {
    const nodes = { line: svg("path", { class: "gd-line" }), mark: svg("path", { class: "gd-mark" }) };
    lines.append(nodes.line);
    marks.append(nodes.mark);
    const kept = { nodes };
    this.drawn.push(kept);
    return kept;
  }

  dress({ line, mark }, { colour, dash, mark: shape }) {
    for (const node of [line, mark]) node.style.setProperty("--series", colour);
    if (dash) line.setAttribute("stroke-dasharray", dash);
    else line.removeAttribute("stroke-dasharray");
    mark.setAttribute("d", shape);
  }

  /** Shows one run and lets the others step back; -1 shows all alike. */
  single(index) {
    this.drawn.forEach(({ nodes }, place) => {
      for (const node of Object.values(nodes)) node.classList.toggle("gd-back", index >= 0 && place !== index);
    });
  }

  cut(step) {
    for (const { nodes, run, upTo } of this.drawn) {
      const last = Math.min(step, run.count - 1);
      nodes.line.setAttribute("d", upTo(last));
      const { x, y, outside } = this.plot.markAt(...run.at(last));
      nodes.mark.toggleAttribute("hidden", Number.isNaN(x + y));
      if (Number.isNaN(x + y)) continue;
      nodes.mark.setAttribute("transform", `translate(${tenth(x)} ${tenth(y)})`);
      nodes.mark.classList.toggle("gd-outside", outside);
    }
  }
}
