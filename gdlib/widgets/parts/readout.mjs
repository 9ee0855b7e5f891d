/* Says in words and numbers what the picture shows: the headline is spoken, politely, and not while things move. */

import { html, put } from "./elements.mjs";
import { swatch } from "./plot.mjs";

const LONG = 18; // letters of a cell; more may break, or a run that goes far off would widen the page
const PAUSE = 120; // milliseconds between two texts while something moves

export class Readout {
  /** `columns` are the heads of a table under the headline; without any there is none. */
  constructor(columns, signal) {
    this.columns = columns;
    this.head = html("p", { class: "gd-headline" });
    this.rows = html("tbody");
    const heads = html("tr", {}, columns.map((column) => html("th", { scope: "col" }, column)));
    // A whole table spoken at each change would drown the reader: it is there to be read, the headline to be heard.
    this.node = html("div", { class: "gd-readout", role: "status", "aria-live": "polite", "aria-atomic": "false" },
      this.head, columns.length ? html("table", { "aria-live": "off" }, html("thead", {}, heads), this.rows) : null);
    Object.assign(this, { keys: "", texts: [], waiting: 0, latest: null, headline: "", legend: [], aside: null });
    signal.addEventListener("abort", () => clearTimeout(this.waiting));
  }

  /** While playing or dragging the text follows the picture but is not spoken. */
  quiet(moving) {
    this.node.setAttribute("aria-live", moving ? "off" : "polite");
  }

  /** Says a sentence of its own in the headline's place, until the headline changes. */
  say(sentence) {
    if (this.latest) this.write();
    this.aside = { sentence, over: this.headline };
    put(this.head, sentence);
  }

  /**
   * `headline` is a sentence; `lines` are rows `{id, title, cells, series, note}`: a title with the look of a series,
   * if it has one, and a note below, then a text for each column after the first.
   */
  show(headline, lines = []) {
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
    if (this.aside && this.aside.over !== headline) this.aside = null;
    this.headline = headline;
    this.legend = lines.filter(({ series }) => series !== undefined).map(({ series, title }) => ({ series, text: title }));
    put(this.head, this.aside?.sentence ?? headline);
    const keys = lines.map(({ id, series }) => `${id}:${series}`).join();
    if (keys !== this.keys) {
      this.keys = keys;
      this.texts = lines.map(({ cells }) => ({ title: html("span"), note: html("p"), cells: cells.map(() => html("td")) }));
      this.rows.replaceChildren(...lines.map(({ series }, row) => {
        const { title, note, cells } = this.texts[row];
        const looks = series === undefined ? { class: "gd-plain" } : {};
        return html("tr", {}, html("th", { scope: "row", ...looks }, series === undefined ? null : swatch(series), title, note), cells);
      }));
    }
    lines.forEach(({ title, cells, note }, row) => {
      put(this.texts[row].title, title);
      cells.forEach((text, column) => {
        const cell = this.texts[row].cells[column];
        put(cell, text);
        cell.classList.toggle("gd-long", text.length > LONG);
      });
      put(this.texts[row].note, note ?? "");
    });
  }
}
