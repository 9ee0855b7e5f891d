/* Moves a map of the plane under its frame: drags and pinches, the wheel, keys and buttons change what part is shown. */

import { button } from "./controls.mjs";
import { html } from "./elements.mjs";
import { valueAt } from "./map_question.mjs";

const MOVED = 4; // pixels; a press that goes no farther is a click
const NOTCH = 300; // of a wheel's delta for a factor of two
const STEP = 2; // of a button or key

export class MapView {
  /**
   * `picture` is a MapPicture on two linear axes, its point set by clicks. `onView({at, factor, by})` hears that the
   * plane is to be `factor` times as large about `at` (coordinates; null: about the middle) and then moved by `by`
   * (shares of the frame); `onWhole()` that all of it is to be shown.
   */
  constructor(picture, { onView, onWhole, onHold }) {
    Object.assign(this, { picture, onView, onHold, dragged: null });
    this.node = html("div", { class: "gd-zoom", role: "group", "aria-label": "Part of the plane" },
      button("Zoom in", () => this.zoom(STEP), { text: "+" }), button("Zoom out", () => this.zoom(1 / STEP), { text: "−" }),
      button("Whole map", onWhole));
    const { frame, node } = picture.plot;
    frame.addEventListener("pointerdown", (event) => this.press(event));
    frame.addEventListener("pointermove", (event) => this.drag(event));
    for (const end of ["pointerup", "lostpointercapture"]) frame.addEventListener(end, () => this.release());
    node.addEventListener("click", (event) => {
      if (this.moved) event.stopPropagation(); // the click that ends a drag or a pinch sets no point
      this.moved = false;
    }, true);
    node.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    node.addEventListener("keydown", (event) => this.key(event));
    for (const kind of ["touchstart", "touchmove", "touchend", "touchcancel"]) {
      node.addEventListener(kind, (event) => this.pinch(event), { passive: false });
    }
  }

  zoom(factor, at = null) {
    this.onView({ at, factor, by: [0, 0] });
  }

  press(event) {
    if (event.isPrimary) this.moved = false;
    if (event.button !== 0 || event.pointerType === "touch") return;
    this.picture.plot.frame.setPointerCapture(event.pointerId);
    this.dragged = { x: event.clientX, y: event.clientY };
  }

  drag({ clientX, clientY }) {
    if (!this.dragged) return;
    const [across, along] = [clientX - this.dragged.x, clientY - this.dragged.y];
    if (!this.moved && Math.hypot(across, along) < MOVED) return;
    if (!this.moved) this.onHold(true);
    this.moved = true;
    this.dragged = { x: clientX, y: clientY };
    this.shift(across, along);
  }

  /** Moves the plane by so many pixels. */
  shift(across, along) {
    const { width, height } = this.picture.plot;
    this.onView({ at: null, factor: 1, by: [across / width, -along / height] });
  }

  release() {
    if (this.dragged && this.moved) this.onHold(false);
    this.dragged = null;
  }

  /** The wheel zooms where the map has the focus, or with Ctrl: else it scrolls the page, as everywhere. */
  wheel(event) {
    const { node } = this.picture.plot;
    if (!event.ctrlKey && !node.contains(node.getRootNode().activeElement)) return;
    event.preventDefault();
    this.zoom(2 ** (-event.deltaY / NOTCH), this.picture.placeUnder(event));
  }

  key(event) {
    const factor = { "+": STEP, "=": STEP, "-": 1 / STEP }[event.key];
    if (!factor || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const { axes, point } = this.picture;
    this.zoom(factor, axes.map((axis, k) => valueAt(axis, point.at[k])));
  }

  /** Two fingers hold two places of the plane. */
  pinch(event) {
    const [one, other] = event.touches;
    if (event.touches.length !== 2) {
      if (this.held) this.onHold(false);
      this.held = null;
      return;
    }
    event.preventDefault();
    this.moved = true;
    const now = { clientX: (one.clientX + other.clientX) / 2, clientY: (one.clientY + other.clientY) / 2,
      apart: Math.max(1, Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY)) };
    if (this.held) {
      this.zoom(now.apart / this.held.apart, this.picture.placeUnder(now));
      this.shift(now.clientX - this.held.clientX, now.clientY - this.held.clientY);
    } else this.onHold(true);
    this.held = now;
  }
}
