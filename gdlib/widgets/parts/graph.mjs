/* The graph of a function of one variable, with one point on it that pointer, touch and keys move along the curve. */

import { html, svg } from "./elements.mjs";
import { short, ticks } from "./numbers.mjs";
import { Plot } from "./plot.mjs";

const SAMPLES = 480;
const BELOW = 0.4, ABOVE = 0.06; // room under and over the curve, in parts of what it spans
const ARROWS = { ArrowLeft: -1, ArrowRight: 1 };

export class Graph {
  /** `onMove(x)` hears where the point is moved, `onHold(held)` when a drag begins and ends. */
  constructor({ onMove, onHold, aspect }) {
    Object.assign(this, { onMove, onHold, at: 0, shown: "", range: [0, 1] });
    this.plot = new Plot({ label: "Graph", xLabel: "", yLabel: "", aspect,
      margin: { top: 28, right: 12, bottom: 40, left: 46 } });
    this.curve = svg("path", { class: "gd-curve" });
    this.plot.ground.append(this.curve);
    this.minima = svg("g", { class: "gd-minima" });
    this.plot.picture.append(this.minima);
    this.handle = html("button", { type: "button", class: "gd-handle", onkeydown: (event) => this.key(event) },
      html("span"));
    this.node = this.plot.node;
    this.node.append(this.handle);
    this.listen();
  }

  /** A mouse drags from anywhere in the frame; a finger drags the handle, or taps, so that the page still scrolls. */
  listen() {
    const { frame } = this.plot;
    for (const place of [frame, this.handle]) {
      place.addEventListener("pointerdown", (event) => {
        if (event.button !== 0 || (place === frame && event.pointerType === "touch")) return;
        event.preventDefault();
        this.handle.focus({ preventScroll: true });
        place.setPointerCapture(event.pointerId);
        this.onHold(true);
        if (place === frame) this.move(this.plot.under(event)[0]);
      });
      place.addEventListener("pointermove", (event) => {
        if (place.hasPointerCapture(event.pointerId)) this.move(this.plot.under(event)[0]);
      });
      place.addEventListener("lostpointercapture", () => this.onHold(false));
    }
    frame.addEventListener("click", (event) => {
      if (event.pointerType === "touch") this.move(this.plot.under(event)[0]);
    });
  }

  key(event) {
    const along = ARROWS[event.key];
    if (!along || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const { low, high } = this.plot;
    const x = this.at + along * ((event.shiftKey ? 10 : 1) / 100) * (high - low);
    this.move(Math.min(high, Math.max(low, x)));
  }

  /** To a thousandth of the window, about a pixel: no state of sixteen digits. */
  move(x) {
    const places = Math.min(20, Math.max(0, 3 - Math.floor(Math.log10(this.plot.high - this.plot.low))));
    this.at = Number(x.toFixed(places)); // the next key may come before the next frame
    this.onMove(this.at);
  }

  /** Draws the curve and its minima `{x, value}` unless they are there already; returns what f spans in the window. */
  ground(objective, { value }, wells) {
    const { plot } = this;
    const key = `${objective.name} ${plot.width} ${plot.height}`;
    if (key === this.shown) return this.range;
    this.shown = key;
    const [[low, high]] = objective.window;
    const xs = Array.from({ length: SAMPLES + 1 }, (_, k) => low + (k / SAMPLES) * (high - low));
    const heights = xs.map((x) => value(x));
    const finite = heights.filter(Number.isFinite);
    this.range = finite.length ? [Math.min(...finite), Math.max(...finite)] : [0, 1];
    const span = this.range[1] - this.range[0] || 1;
    const [bottom, top] = [this.range[0] - BELOW * span, this.range[1] + ABOVE * span];
    plot.show([low, high], [bottom, top], ticks(low, high, 5), ticks(bottom, top, 5));
    plot.xLabel.textContent = objective.variables[0];
    plot.yLabel.textContent = `f(${objective.variables[0]})`;
    let broken = true;
    this.curve.setAttribute("d", heights.map((y, k) => {
      if (!Number.isFinite(y)) {
        broken = true;
        return "";
      }
      const piece = `${broken ? "M" : "L"}${plot.pixels(xs[k], y).map((part) => Math.round(part * 10) / 10).join(" ")}`;
      broken = false;
      return piece;
    }).join(""));
    this.minima.replaceChildren(...wells.map((well) => svg("path", { d: "M-4 0H4M0 -4V4",
      transform: `translate(${plot.x(well.x)} ${plot.y(well.value)})` })));
    return this.range;
  }

  /** Puts the point at (x, y), where y is f of x, or no number. */
  place(x, y) {
    this.at = x;
    const at = this.plot.markAt(x, Number.isFinite(y) ? y : this.plot.bottom);
    this.handle.style.transform = `translate(${at.x}px, ${at.y}px)`;
    this.handle.setAttribute("aria-label",
      `Start at ${short(x)}; left and right arrow keys move it, with shift ten times as far`);
  }
}
