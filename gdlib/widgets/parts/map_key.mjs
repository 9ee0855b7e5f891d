/* What the shades of a map stand for: bands of a number along a scale, or names, each with its box. */

import { html } from "./elements.mjs";

/** A box with this background, with a letter in it if there is one. */
export const box = (background, letter = null) =>
  html("span", { class: "gd-box", style: `background: ${background}` }, letter && html("b", {}, letter));

export class MapKey {
  constructor() {
    this.node = html("div", { class: "gd-map-key" });
    this.shown = "";
  }

  /** `title`, a box for each band, `ticks` ({at, text}) at shares of their row, then what has a name: [background, name, letter]. */
  bands(title, backgrounds, ticks, named = []) {
    this.show([title, backgrounds, ticks, named], () => [html("div", { class: "gd-bands" }, backgrounds.map((one) => box(one)),
      ticks.map(({ at, text }) => html("span", { style: `left: ${(100 * at).toFixed(1)}%` }, text))), named.length ? list(named) : null]);
  }

  names(title, named) {
    this.show([title, named], () => [list(named)]);
  }

  /** What is there already is not made anew. */
  show([title, ...rest], made) {
    const key = JSON.stringify([title, rest]);
    if (key === this.shown) return;
    this.shown = key;
    this.node.replaceChildren(html("p", {}, title), ...made().filter(Boolean));
  }
}

const list = (named) => html("ul", {}, named.map(([background, name, letter]) => html("li", {}, box(background, letter), name)));
