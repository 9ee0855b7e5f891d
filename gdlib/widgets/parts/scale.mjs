/* A knob with a scale under its slider: in which zones its values lie, and which values are marked. */

import { knob } from "./controls.mjs";
import { html, svg } from "./elements.mjs";
import { plain } from "./numbers.mjs";

const THUMB = 16; // pixels; the middle of a slider's thumb never comes nearer to its ends than half of it
const LETTER = 6.6; // pixels, about the width of one; for keeping words inside the picture

export class Scale {
  constructor(spoken, onChange) {
    Object.assign(this, { spoken, onChange, width: 0, ends: "" });
    this.picture = svg("svg", { class: "gd-zones", height: 44, "aria-hidden": "true" });
    this.holder = html("div");
    this.node = html("div", { class: "gd-scale" }, this.holder, this.picture);
  }

  /** Takes the width that the page gives; true if that changed anything. */
  measure(width) {
    if (!width || width === this.width) return false;
    this.width = width;
    this.picture.setAttribute("viewBox", `0 0 ${width} 44`);
    return true;
  }

  /** Shows a value on a slider of this range; another range makes another slider. */
  show(range, value) {
    const ends = `${range.knob.low} ${range.knob.high}`;
    if (ends !== this.ends) {
      this.ends = ends;
      this.range = range;
      this.knob = knob(range, this.spoken, this.onChange);
      this.holder.replaceChildren(this.knob.node);
    }
    this.knob.show(value);
  }

  /** Pixels of a value on the slider's scale, which is logarithmic. */
  x(value) {
    const { low, high } = this.range.knob;
    const share = Math.min(1, Math.max(0, Math.log(value / low) / Math.log(high / low)));
    return THUMB / 2 + share * (this.width - THUMB);
  }

  /**
   * `zones` are `{to, text, look}` from low to high, `marks` are `{at, name, sub}`, drawn where one zone meets the next:
   * name and small letters below it, then the value.
   */
  draw(zones, marks) {
    const drawn = [];
    let from = this.range.knob.low;
    for (const { to, text, look } of zones) {
      const [left, right] = [this.x(from), this.x(to)];
      if (right - left > 1) {
        drawn.push(svg("path", { class: `gd-zone gd-${look}`, d: `M${left} 6H${right}` }),
          svg("text", { x: this.inside((left + right) / 2, text.length / 2, text.length / 2), y: 23,
            "text-anchor": "middle" }, text));
      }
      from = to;
    }
    marks.forEach(({ at, name, sub }, index) => {
      const text = ` = ${plain(at)}`;
      const long = name.length + 0.7 * sub.length + text.length;
      const last = index === marks.length - 1;
      const x = this.x(at);
      const words = last ? this.inside(x - 4, 0, long) : this.inside(x + 4, long, 0);
      drawn.push(svg("path", { class: "gd-zone-mark", d: `M${x} 0V12` }),
        svg("text", { x: words, y: 40, class: "gd-zone-name", "text-anchor": last ? "start" : "end" }, name,
          svg("tspan", { dy: 3, "font-size": 9 }, sub), svg("tspan", { dy: -3 }, text)));
    });
    this.picture.replaceChildren(...drawn);
  }

  /** An anchor moved so far that so many letters before and after it stay in the picture. */
  inside(x, before, after) {
    return Math.max(before * LETTER, Math.min(this.width - after * LETTER, x));
  }
}
