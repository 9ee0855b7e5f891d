/* Where a formula of the reader's own may stand in for a landscape: the field for it is fetched when one is asked for. */

import { html } from "./elements.mjs";
import { later } from "./later.mjs";

const ALONE = /^\s*[\w.]*\s*$/; // one name or number is no formula

export class OwnFormula {
  /** `field` is the choice that a formula stands in for; `field.formula` is how many variables it may have. */
  constructor(shell, field) {
    Object.assign(this, { shell, field, reader: null, coming: null, opening: false });
    this.node = html("div", { class: "gd-own", hidden: true });
  }

  /** Whether a value of the field is a formula, not the name of a landscape. */
  is(value) {
    return !this.field.options.some((option) => option.value === value);
  }

  /** Fetches what reads formulas, once; a failure is told to who asked, and the next to ask tries again. */
  fetch() {
    this.coming ??= later(import("./formula_field.mjs"), "What reads formulas").then(({ FormulaField }) => {
      this.reader = new FormulaField(this);
    }).catch((error) => {
      this.coming = null;
      throw error;
    });
    return this.coming;
  }

  /** The promise that a state which is given can be read, if it has a formula and must wait for that; else null. */
  wanted(given) {
    const value = given?.[this.field.name];
    return this.reader || typeof value !== "string" || ALONE.test(value) || !this.is(value) ? null : this.fetch();
  }

  /** A formula as a state has it; throws TypeError with the sentence that says what is wrong. */
  checked(value) {
    if (this.reader) return this.reader.checked(value);
    throw this.refusal(value, `got ${JSON.stringify(value) ?? String(value)}`);
  }

  /** With the landscapes' names where one may have been meant; else the reason alone, which a short message has room for. */
  refusal(value, why) {
    const place = `state.${this.field.name}`;
    if (typeof value === "string" && !ALONE.test(value)) return new TypeError(`${place}: ${why}`);
    const options = this.field.options.map((option) => option.value).join(", ");
    return new TypeError(`${place}: needed one of ${options}, or a formula: ${why}`);
  }

  /** Settles what of a state follows from its formula; returns {entry, brings}: its landscape, and what that brings. */
  complete(state, given, base) {
    return this.reader.complete(state, given, base);
  }

  /** Makes known the landscape of a state that was taken, as `given` asked for it. */
  keep(entry, given) {
    this.reader.keep(entry, given);
  }

  /** What was chosen from the list: the name of a landscape, or "" for a formula. */
  choose(value) {
    this.opening = !value;
    if (!value) return this.open();
    if (!this.reader) this.node.hidden = true; // with what it said of an attempt that failed
    this.shell.wishes += 1; // as Reset does
    return this.shell.change({ [this.field.name]: value });
  }

  /** Who has another landscape by the time that the code comes, or fails to, waits for it no more. */
  async open() {
    const failed = await this.fetch().catch((error) => error);
    if (this.shell.signal.aborted || !this.opening) return;
    this.opening = false;
    if (failed) {
      this.node.replaceChildren(html("p", { class: "gd-told", role: "alert" }, `${failed.message}.`));
      this.node.hidden = false;
    } else this.reader.open();
    this.shell.settle(); // the list shows what the picture does
  }

  show(state) {
    this.reader?.show(state);
  }
}
