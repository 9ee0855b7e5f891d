/* The picture in space of a walk: fog with what the feet feel, or the surface with the way over it; a hand turns it. */

import { html } from "./elements.mjs";
import { short } from "./numbers.mjs";
import { orbit } from "./orbit.mjs";
import { paints } from "./paints.mjs";
import { Solid, View } from "./solid.mjs";

const EDGE = 1e-9; // by which rounding may put the highest ground above the lid
const PATCH = 0.22; // radius of the ground that the feet feel, in the box
const NEAR = 4.4; // how much nearer the eye is in the fog
const LIFTS = 700; // milliseconds in which the fog lifts
const WINDS = [["N", 0, 1], ["E", 1, 0], ["S", 0, -1], ["W", -1, 0]];

const prefersStill = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

export class Scene {
  /**
   * `at()` has {turn, tilt} as last asked for; `onTurn({turn, tilt})` hears how the picture is turned, `onPlace([x, y])`
   * which place of the surface is clicked, `onWay([dx, dy])` in the fog in which direction, `onHold(held)` when a drag
   * begins and ends; `more()` asks for
   * another frame.
   */
  constructor(hears) {
    Object.assign(this, hears, { shown: "", width: 0, height: 0, clear: null, before: 0, view: null });
    this.canvas = html("canvas", { role: "img", tabindex: 0 });
    this.node = html("div", { class: "gd-scene" }, this.canvas);
    orbit(this.canvas, { at: hears.at, onTurn: hears.onTurn, onHold: hears.onHold, onClick: (x, y) => this.click(x, y) });
  }

  measure(width) {
    if (!width || Math.abs(width - this.width) < 0.5) return false;
    this.width = width;
    this.height = Math.round(0.9 * width);
    this.canvas.style.height = `${this.height}px`;
    return true;
  }

  click(x, y) {
    const [left, top, scale] = this.frame;
    const { view, box } = this;
    if (this.clear < 0.5) {
      // Her feet stand on a level floor, which the click meets.
      const [feetX, feetY] = this.spot(...this.feet);
      const [right, back] = [(x - feetX) / scale, (feetY - y) / scale / Math.max(0.05, view.rise)];
      this.onWay([(right * view.cos + back * view.sin) * box.across, (back * view.cos - right * view.sin) * box.along]);
      return;
    }
    const found = this.solid.under((x - left) / scale, (top - y) / scale, view);
    if (found) this.onPlace([box.x + found[0] * box.across, box.y + found[1] * box.along]);
  }

  /** Takes the landscape; `formulas` are those by which heights are drawn. */
  ground(objective, { value }, { drawnHeight, drawnSlope }, cells) {
    const key = `${objective.name} ${objective.window}`;
    if (key === this.shown) return;
    this.shown = key;
    const { window: [[left, right], [bottom, top]], relief: { low, high, bend }, heights } = objective;
    const box = { x: (left + right) / 2, y: (bottom + top) / 2, across: (right - left) / 2, along: (top - bottom) / 2 };
    const lift = (f) => 2 * drawnHeight(f, low, high, bend) - 1;
    const height = (u, v) => lift(value(box.x + u * box.across, box.y + v * box.along));
    Object.assign(this, { objective, box, lift, heightAt: height,
      lean: (f, [gx, gy]) => [gx * box.across, gy * box.along].map((slope) => 2 * slope * drawnSlope(f, low, high, bend)),
      solid: new Solid(height, cells, [-1 - EDGE, ...heights.map(lift), 1 + EDGE]) });
  }

  /** From a place of the map to the box; what lies beyond its edge stands on the edge. */
  inBox([x, y], f) {
    const [u, v] = [(x - this.box.x) / this.box.across, (y - this.box.y) / this.box.along];
    const kept = (at) => Math.min(1, Math.max(-1, at));
    return [kept(u), kept(v), Number.isFinite(f) ? kept(this.lift(f)) : 0];
  }

  /** Draws a walk {places, values, slope} and the minima; `fog` hides all but what the feet feel. */
  draw({ turn, tilt, fog }, walk) {
    this.view = new View({ turn, tilt });
    this.advance(fog ? 0 : 1);
    const context = this.paper();
    const eased = this.clear * this.clear * (3 - 2 * this.clear);
    const steps = walk.places.map((place, k) => this.inBox(place, walk.values[k]));
    this.feet = steps.at(-1);
    // In the fog she stands a little below the middle, and the eye is near; the surface is seen from afar.
    const scale = Math.min(this.width / 3.1, this.height / 3.1) * (NEAR + (1 - NEAR) * eased);
    const feet = [this.view.right(...this.feet), this.view.up(...this.feet)].map((at) => at * (1 - eased) * scale);
    this.frame = [this.width / 2 - feet[0], this.height * (0.5 + 0.05 * (1 - eased)) + feet[1], scale];
    if (this.clear > 0) this.land(context, walk, steps);
    if (this.clear < 1) this.fog(context, walk, steps, 1 - eased);
    this.mark(context, this.feet, this.clear === 1 && this.solid.hides(...this.feet, this.view));
  }

  /** The fog lifts and falls in a while, at once where no motion is wanted. */
  advance(aim) {
    const now = performance.now();
    const part = this.clear === null || prefersStill() ? 1 : Math.min(50, now - this.before) / LIFTS;
    this.before = now;
    this.clear = this.clear === null || Math.abs(aim - this.clear) <= part ? aim : this.clear + Math.sign(aim - this.clear) * part;
    if (this.clear !== aim) this.more();
  }

  /** The canvas, empty, in the pixels of the screen and the colours of the page. */
  paper() {
    const { canvas, width, height } = this;
    const dots = devicePixelRatio || 1;
    const size = [Math.round(width * dots), Math.round(height * dots)];
    if (canvas.width !== size[0] || canvas.height !== size[1]) [canvas.width, canvas.height] = size;
    const context = canvas.getContext("2d");
    context.setTransform(dots, 0, 0, dots, 0, 0);
    context.clearRect(0, 0, width, height);
    context.lineCap = "round";
    this.paint = paints(context, this.paint);
    return context;
  }

  spot(u, v, w) {
    const [left, top, scale] = this.frame;
    return [left + scale * this.view.right(u, v), top - scale * this.view.up(u, v, w)];
  }

  /** Box, surface, the way over it and the minima. */
  land(context, walk, steps) {
    const { view, solid, objective, paint: { css, tints } } = this;
    context.strokeStyle = css("rule");
    context.lineWidth = 1.2;
    const corners = [[-1, -1], [1, -1], [1, 1], [-1, 1]];
    stroke(context, [...corners, corners[0]].map(([u, v]) => this.spot(u, v, -1)));
    const post = corners.reduce((one, other) => (view.right(...other) < view.right(...one) ? other : one));
    stroke(context, [this.spot(...post, -1), this.spot(...post, 1)]);
    solid.draw(context, view, this.frame, (slab, shade) => tints[slab][shade], css("faint", 0.45));
    context.fillStyle = css("faint");
    context.font = "12px system-ui, sans-serif";
    const { low, high, bend } = objective.relief;
    if (bend) context.fillText("Heights bent, so that the low ground shows", 2, 13);
    for (const [f, w, shift] of [[low, -1, 14], [high, 1, -7]]) {
      const [x, y] = this.spot(...post, w);
      context.fillText(short(f), Math.max(2, x - context.measureText(short(f)).width / 2), y + shift);
    }
    context.fillStyle = css("ink");
    context.font = 'italic 16px "Times New Roman", serif';
    const edges = [[0, -Math.sign(view.cos) * 1.16], [-Math.sign(view.sin) * 1.16, 0]]; // the two that are nearer
    edges.forEach(([u, v], k) => {
      const [x, y] = this.spot(u, v, -1);
      context.fillText(objective.variables[k], x - 4, y + 6);
    });
    for (const [x, y] of objective.minima) this.cross(context, this.inBox([x, y], objective.minimum));
    const parts = { true: new Path2D(), false: new Path2D() };
    let [old, hidden] = [null, null];
    for (const point of this.over(walk.places, steps)) {
      const now = solid.hides(...point, view);
      if (old) {
        parts[now && hidden].moveTo(...this.spot(...old));
        parts[now && hidden].lineTo(...this.spot(...point));
      }
      [old, hidden] = [point, now];
    }
    for (const [colour, width] of [["paper", 4.4], ["series-1", 2.2]]) {
      context.strokeStyle = css(colour);
      context.lineWidth = width;
      context.stroke(parts.false);
    }
    context.setLineDash([1, 5]);
    context.stroke(parts.true);
    context.setLineDash([]);
    this.dots(context, steps.filter((one) => !solid.hides(...one, view)), css("series-1"), 3.2);
  }

  /** Places along the way over the ground, near enough for a line. */
  * over(places, steps) {
    for (let k = 0; k < places.length; k++) {
      const [u, v] = steps[k];
      const [oldU, oldV] = steps[Math.max(0, k - 1)];
      const count = Math.max(1, Math.ceil(Math.hypot(u - oldU, v - oldV) / 0.06));
      for (let part = 1; part <= count; part++) {
        const [x, y] = [oldU + ((u - oldU) * part) / count, oldV + ((v - oldV) * part) / count];
        const w = this.heightAt(x, y);
        if (Number.isFinite(w)) yield [x, y, Math.min(1, Math.max(-1, w))];
      }
    }
  }

  cross(context, [u, v, w]) {
    const [x, y] = this.spot(u, v, w);
    context.strokeStyle = this.paint.css("ink", this.solid.hides(u, v, w, this.view) ? 0.35 : 1);
    context.lineWidth = 2;
    stroke(context, [[x - 4, y], [x + 4, y]]);
    stroke(context, [[x, y - 4], [x, y + 4]]);
  }

  dots(context, steps, colour, radius) {
    context.fillStyle = colour;
    context.beginPath();
    for (const one of steps) {
      const [x, y] = this.spot(...one);
      context.moveTo(x + radius, y);
      context.arc(x, y, radius, 0, 7);
    }
    context.fill();
  }

  /** All that she knows: how the ground lies under her feet, and where she has been. */
  fog(context, walk, steps, thick) {
    const { width, height } = this;
    const css = (name, alpha = 1) => this.paint.css(name, alpha * thick);
    const mist = context.createRadialGradient(width / 2, 0.55 * height, 0.1 * width, width / 2, 0.55 * height, 0.68 * width);
    mist.addColorStop(0, css("panel"));
    mist.addColorStop(1, css("rule"));
    context.fillStyle = mist;
    context.fillRect(0, 0, width, height);
    const [u, v, w] = this.feet;
    const around = (reach, along) => Array.from({ length: 49 }, (_, k) => along((k * Math.PI) / 24).map((part) => part * reach))
      .map(([a, b, c]) => this.spot(u + a, v + b, w + c));
    const level = (angle) => [Math.cos(angle), Math.sin(angle), 0];
    context.lineWidth = 1;
    context.strokeStyle = css("faint", 0.5);
    context.setLineDash([2, 3]);
    stroke(context, around(PATCH, level));
    context.setLineDash([]);
    const f = walk.values.at(-1);
    const [leanU, leanV] = this.lean(f, walk.slope);
    if (Number.isFinite(leanU) && Number.isFinite(leanV)) {
      const down = this.down(walk.slope, leanU, leanV);
      const across = unit(leanU || leanV ? [-leanV, leanU, 0] : [0, 1, 0]);
      context.fillStyle = css("series-1", 0.16);
      context.strokeStyle = css("series-1");
      context.lineWidth = 1.4;
      stroke(context, around(PATCH, (angle) => down.map((part, k) => part * Math.cos(angle) + across[k] * Math.sin(angle))), true);
      if (leanU || leanV) this.arrow(context, down, css("series-2"));
    }
    context.font = "12px system-ui, sans-serif";
    context.textAlign = "center";
    context.strokeStyle = css("panel");
    context.fillStyle = css("ink");
    context.lineWidth = 3;
    for (const [name, a, b] of WINDS) {
      const [x, y] = this.spot(u + 1.25 * PATCH * a, v + 1.25 * PATCH * b, w);
      context.strokeText(name, x, y + 4);
      context.fillText(name, x, y + 4);
    }
    context.textAlign = "start";
    context.strokeStyle = css("series-1");
    context.lineWidth = 2;
    context.setLineDash([1, 5]);
    stroke(context, steps.map((one) => this.spot(...one)));
    context.setLineDash([]);
    this.dots(context, steps, css("series-1"), 3.2);
  }

  /** Straight down along the ground, in the box, one long. */
  down([gx, gy], leanU, leanV) {
    const size = Math.max(Math.abs(gx), Math.abs(gy)) || 1;
    const [a, b] = gx || gy ? [-gx / size / this.box.across, -gy / size / this.box.along] : [1, 0];
    return unit([a, b, leanU * a + leanV * b]);
  }

  arrow(context, down, colour) {
    const [u, v, w] = this.feet;
    const [from, to] = [this.spot(u, v, w), this.spot(...this.feet.map((part, k) => part + 0.92 * PATCH * down[k]))];
    const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
    const long = Math.hypot(dx, dy) || 1;
    const [a, b] = [(8 * dx) / long, (8 * dy) / long];
    context.strokeStyle = colour;
    context.lineWidth = 3;
    stroke(context, [from, to]);
    stroke(context, [[to[0] - a - 0.7 * b, to[1] - b + 0.7 * a], to, [to[0] - a + 0.7 * b, to[1] - b - 0.7 * a]]);
  }

  /** The hiker: the ring of the map. */
  mark(context, feet, hidden) {
    const [x, y] = this.spot(...feet);
    context.beginPath();
    context.arc(x, y, 6.5, 0, 7);
    context.fillStyle = this.paint.css("paper", hidden ? 0.4 : 1);
    context.strokeStyle = this.paint.css("ink", hidden ? 0.5 : 1);
    context.lineWidth = 3;
    context.setLineDash(hidden ? [1, 5] : []);
    context.fill();
    context.stroke();
    context.setLineDash([]);
  }
}

const unit = ([a, b, c]) => {
  const long = Math.hypot(a, b, 0.8 * c) || 1;
  return [a / long, b / long, c / long];
};

function stroke(context, places, filled = false) {
  context.beginPath();
  places.forEach(([x, y], k) => (k ? context.lineTo(x, y) : context.moveTo(x, y)));
  if (filled) context.fill();
  context.stroke();
}
