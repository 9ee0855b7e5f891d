/* A point of a plot that pointer, touch and keys move: in the whole plane, or along a graph. */

import { html } from "./elements.mjs";
import { short } from "./numbers.mjs";

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1] };
const KEYS = { 1: "left and right arrow keys", 2: "arrow keys" };

export class Handle {
  /**
   * Of `size` 2 it is a point of the plane, of 1 its x alone counts. `onMove(at, hand)` hears where it is moved and by
   * what ("mouse", "touch", "pen" or "keys"), `onHold(held)` when a drag begins and ends; `called` is its name, `says()`
   * the words for where it stands, if coordinates do not say it. With `byClick` a mouse, as a finger, drags the ring
   * alone; elsewhere a click moves it there.
   */
  constructor(plot, { onMove, onHold, called = "Start", size = 2, says, byClick = false }) {
    Object.assign(this, { plot, onMove, onHold, called, size, says, byClick, at: Array(size).fill(0) });
    this.node = html("button", { type: "button", class: "gd-handle", onkeydown: (event) => this.key(event) },
      html("span"));
    plot.node.append(this.node);
    this.listen();
  }

  /** A mouse drags from anywhere in the frame; a finger drags the ring, or taps, so that the page still scrolls. */
  listen() {
    const { frame } = this.plot;
    const follow = (event) => this.move(this.plot.under(event), event.pointerType);
    for (const place of this.byClick ? [this.node] : [frame, this.node]) {
      place.addEventListener("pointerdown", (event) => {
        if (event.button !== 0 || (place === frame && event.pointerType === "touch")) return;
        event.preventDefault();
        this.node.focus({ preventScroll: true });
        place.setPointerCapture(event.pointerId);
        this.onHold(true);
        if (place === frame) follow(event);
      });
      place.addEventListener("pointermove", (event) => {
        if (place.hasPointerCapture(event.pointerId)) follow(event);
      });
      place.addEventListener("lostpointercapture", () => this.onHold(false));
    }
    frame.addEventListener("click", (event) => {
      if (!this.byClick && event.pointerType !== "touch") return;
      follow(event);
      this.node.focus({ preventScroll: true });
    });
  }

  key(event) {
    const along = ARROWS[event.key]?.slice(0, this.size);
    if (!along?.some(Boolean) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const { low, high, bottom, top } = this.plot;
    const stride = (event.shiftKey ? 10 : 1) / 100;
    const sides = [[low, high], [bottom, top]];
    this.move(along.map((way, axis) => {
      const [least, most] = sides[axis];
      return Math.min(most, Math.max(least, this.at[axis] + way * stride * (most - least)));
    }), "keys");
  }

  /** To a thousandth of the window, about a pixel: no state of sixteen digits. */
  move(point, hand) {
    const places = Math.min(100, Math.max(0, 3 - Math.floor(Math.log10(this.plot.high - this.plot.low))));
    // It is there before anything is drawn: the next key may come before the next frame.
    this.at = point.slice(0, this.size).map((part) => Number(part.toFixed(places)));
    this.onMove(this.at, hand);
  }

  /** Shows it where it is; on a graph of this height. */
  show(height = this.at[1]) {
    const { x, y } = this.plot.markAt(this.at[0], height);
    const spelt = this.at.map((part) => short(part)).join(", ");
    const said = this.says?.() ?? (this.size === 1 ? spelt : `(${spelt})`);
    this.node.style.transform = `translate(${x}px, ${y}px)`;
    this.node.setAttribute("aria-label", `${this.called} at ${said}; `
      + `${KEYS[this.size]} move it, with shift ten times as far`);
  }
}
