/* Says in words and numbers what the picture shows: the headline is spoken, politely, and not while things move. */

import { html } from "./elements.mjs";
import { place, short } from "./numbers.mjs";
import { swatch } from "./plot.mjs";

const PAUSE = 120; // milliseconds between two texts while something moves

export class Readout {
  constructor(variables, signal) {
    this.head = html("p", { class: "gd-headline" });
    this.rows = html("tbody");
    // A whole table spoken at each change would drown the reader: it is there to be read, the headline to be heard.
    this.node = html("div", { class: "gd-readout", role: "status", "aria-live": "polite", "aria-atomic": "false" },
      this.head, html("table", { "aria-live": "off" }, html("thead", {}, html("tr", {}, html("th", { scope: "col" }, "rule"),
        html("th", { scope: "col" }, "θ = (", variables.join(", "), ")"), html("th", { scope: "col" }, "f(θ)"))),
      this.rows));
    Object.assign(this, { keys: "", texts: [], waiting: 0, latest: null });
    signal.addEventListener("abort", () => clearTimeout(this.waiting));
  }

  /** While playing or dragging the text follows the picture but is not spoken. */
  quiet(moving) {
    this.node.setAttribute("aria-live", moving ? "off" : "polite");
  }

  /** `lines` are `{id, title, series, point, value, ending}`; `headline` is the sentence above them. */
  show(headline, lines) {
    this.latest = { headline, lines };
    if (this.waiting) return;
    this.write();
    this.waiting = setTimeout(() => {
      this.waiting = 0;
      if (this.latest) this.show(this.latest.headline, this.latest.lines);
    }, PAUSE);
  }

  write() {
    const { headline, lines } = this.latest;
    this.latest = null;
    put(this.head, headline);
    const keys = lines.map(({ id, series }) => `${id}:${series}`).join();
    if (keys !== this.keys) {
      this.keys = keys;
      this.texts = lines.map(() => ["td", "td", "p"].map((tag) => html(tag)));
      this.rows.replaceChildren(...lines.map(({ title, series }, row) => {
        const [placeText, valueText, endingText] = this.texts[row];
        return html("tr", {}, html("th", { scope: "row" }, swatch(series), title, endingText), placeText, valueText);
      }));
    }
    lines.forEach(({ point, value, ending }, row) => {
      const [placeText, valueText, endingText] = this.texts[row];
      put(placeText, `(${point.map(place).join(", ")})`);
      put(valueText, short(value));
      put(endingText, ending ?? "");
    });
  }
}

/** Text that is already there is not written again: a live region would speak it twice. */
function put(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
