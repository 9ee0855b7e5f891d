/* A map computed per pixel under framed axes: it asks, paints what is known, and has a point that hands move. */

import { html } from "./elements.mjs";
import { Handle } from "./handle.mjs";
import { map, paint } from "./map_engine.mjs";
import { shareOf, valueAt } from "./map_question.mjs";
import { decades, ticks } from "./numbers.mjs";
import { Plot } from "./plot.mjs";
import { Shades } from "./shades.mjs";

const FINEST = 512; // pixels across
const NAMED = ["objective", "rule"]; // of a question: a name says which
const SHARPEST = 2; // of the map's pixels for one of the page
const REST = 150; // milliseconds without a change after which a hand has come to rest

export class MapPicture {
  /**
   * `onMove(values, hand)` hears the numbers of the axes to which the point is moved, `onPointed(pixel)` what is under the
   * pointer, null for nothing: {picture, k, values}. `shadeOf(picture, k)` is the index of a cell's shade among those
   * that `draw` is given. Further keys are the handle's.
   */
  constructor({ label, aspect, signal, shadeOf, onMove, onPointed, ...hears }) {
    this.plot = new Plot({ label, xLabel: "", yLabel: "", aspect, margin: { top: 28, right: 12, bottom: 40, left: 46 } });
    this.canvas = html("canvas", { "aria-hidden": "true" });
    this.plot.node.prepend(this.canvas);
    this.plot.node.classList.add("gd-map");
    Object.assign(this, { node: this.plot.node, shadeOf, onPointed, asked: "", look: "", run: null, under: null, begun: -Infinity });
    this.point = new Handle(this.plot, { ...hears, says: () => this.said,
      onMove: (shares, hand) => onMove(this.axes.map((axis, k) => within(axis, shares[k])), hand) });
    this.listen();
    this.watch(signal);
  }

  /** A mouse over the map, its point included, reads pixels; a finger sets the point instead. */
  listen() {
    const { node, frame } = this.plot;
    const away = () => {
      if (this.under) this.onPointed(this.under = null);
    };
    node.addEventListener("pointermove", (event) => {
      const { left, right, top, bottom } = frame.getBoundingClientRect();
      const inside = event.clientX > left && event.clientX < right && event.clientY > top && event.clientY < bottom;
      if (!inside) return away();
      if (event.pointerType === "touch" || !this.run) return null;
      this.under = this.plot.under(event);
      return this.read();
    });
    node.addEventListener("pointerleave", away);
  }

  read() {
    const found = this.run.answers.read(...this.under);
    if (found) this.onPointed({ ...found, values: found.picture.values(found.k) });
  }

  /** Out of view nothing is computed; back in view what was not finished goes on. */
  watch(signal) {
    const viewed = new IntersectionObserver(([entry]) => {
      if (!entry.isIntersecting && this.run && !this.run.answers.done) this.stop();
      else if (entry.isIntersecting && !this.run && this.question) this.begin();
    });
    viewed.observe(this.node);
    signal.addEventListener("abort", () => {
      viewed.disconnect();
      this.stop();
    });
  }

  stop() {
    this.run?.cancel();
    this.run = null;
  }

  /** The coordinates under a pointer. */
  placeUnder(event) {
    return this.plot.under(event).map((share, k) => valueAt(this.axes[k], share));
  }

  /**
   * Draws the axes `[across, up]` ({low, high, scale, label, of, name}), the map of `question` (map_engine.mjs; all but
   * axes and size) in these shades (shades.mjs), and the point at these values; `said` are the words for where it stands.
   * `look` is a text that changes where shadeOf does.
   */
  draw({ axes, question, shades, look = "", values, said }) {
    const { plot, canvas } = this;
    const sharpness = Math.min(SHARPEST, globalThis.devicePixelRatio ?? 1, FINEST / plot.width);
    const [width, height] = [plot.width, plot.height].map((side) => Math.max(2, Math.round(side * sharpness)));
    plot.show([0, 1], [0, 1], marks(axes[0], plot.width / 70), marks(axes[1], plot.height / 45));
    plot.xLabel.textContent = axes[0].label;
    plot.yLabel.textContent = axes[1].label;
    const { top, left } = plot.margin;
    Object.assign(canvas.style, { left: `${left}px`, top: `${top}px`, width: `${plot.width}px`, height: `${plot.height}px` });
    this.shades = new Shades(canvas.getContext("2d"), shades, sharpness);
    const before = this.axes;
    Object.assign(this, { axes, said });
    const asked = JSON.stringify([axes, width, height, question], (key, value) => (NAMED.includes(key) ? value.name : key === "glsl" ? null : value));
    const seen = `${this.shades.key} ${look}`;
    if (asked !== this.asked) {
      this.asked = asked;
      this.question = { ...question, axes, width, height };
      this.begin(before);
    } else if (seen !== this.seen && this.run) {
      const { answers } = this.run;
      if (answers.done) this.paint(answers.pictures[0], { top: 0, height });
      else this.begin();
    }
    this.seen = seen;
    this.point.at = axes.map((axis, k) => shareOf(axis, values[k]));
    this.point.show();
    this.point.node.classList.toggle("gd-outside", this.point.at.some((share) => share < 0 || share > 1));
  }

  /** Asks anew. What is seen of the plane already, on the axes `before`, stands in for the coarsest picture. */
  begin(before = null) {
    this.stop();
    const { canvas, question: { width, height } } = this;
    const seen = Boolean(before) && this.move(before, width, height);
    if (!seen) Object.assign(canvas, { width, height });
    const now = performance.now(), pause = now - this.begun < REST ? REST : 0;
    this.begun = now;
    this.node.setAttribute("aria-busy", "true");
    this.run = map(this.question, (picture, rows, done) => {
      this.paint(picture, rows);
      if (done) this.node.removeAttribute("aria-busy");
      if (done && this.under) this.read();
    }, { seen, pause });
    this.run.finished.catch((error) => console.error(error));
  }

  /** Moves the picture from one view of the plane to that of the axes; whether there was anything to move. */
  move(before, width, height) {
    const { canvas, axes } = this;
    const same = axes.every((axis, k) => axis.of === "start" && before[k].of === "start" && axis.label === before[k].label);
    if (!same || canvas.width !== width || canvas.height !== height) return false;
    const [left, right] = [before[0].low, before[0].high].map((at) => shareOf(axes[0], at) * width);
    const [bottom, top] = [before[1].low, before[1].high].map((at) => (1 - shareOf(axes[1], at)) * height);
    const context = canvas.getContext("2d");
    context.imageSmoothingEnabled = false;
    context.globalCompositeOperation = "copy"; // where the old picture does not reach, there is nothing now
    context.drawImage(canvas, left, top, right - left, bottom - top);
    return true;
  }

  paint(picture, rows) {
    paint(this.canvas, picture, rows, this.shadeOf, this.shades);
  }
}

/** The number of an axis at a share, in few digits, and not at an end that no run may have. */
function within(axis, share) {
  const value = valueAt(axis, axis.scale === "linear" ? Math.min(0.999, Math.max(0.001, share)) : share);
  if (axis.scale === "linear") return Number(value.toFixed(Math.min(100, Math.max(0, 3 - Math.floor(Math.log10(axis.high - axis.low))))));
  return axis.scale === "log" ? Number(value.toPrecision(3)) : Number((1 - (1 - value).toPrecision(3)).toFixed(8));
}

/** Ticks of an axis, about so many, as shares of its length. */
function marks(axis, count) {
  const { low, high, scale } = axis;
  const found = scale === "linear" ? ticks(low, high, Math.min(6, Math.max(3, Math.floor(count))))
    : scale === "log" ? decades(Math.log10(low), Math.log10(high), count).map(({ at, text }) => ({ at: 10 ** at, text }))
      : Array.from({ length: Math.floor(-Math.log10(1 - high) + 1e-9) + 1 }, (_, k) => 1 - 10 ** -k)
        .map((at, k) => ({ at, text: at.toFixed(k) }));
  return found.map(({ at, text }) => ({ at: shareOf(axis, at), text }));
}
