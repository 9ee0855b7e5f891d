/* The field for a formula of the reader's own, in place of a landscape, with its window and what is found of it. */

import { button, mark, number } from "./controls.mjs";
import { freshId, html } from "./elements.mjs";
import { isPoint } from "./fields.mjs";
import { FormulaError } from "./formula.mjs";
import { copied } from "./keep.mjs";
import { opening, tuple } from "./python_cell.mjs";
import { entry, fitted, LIGHT, read } from "./typed_landscape.mjs";
import table from "./grammar.mjs";

const PAUSE = 500; // milliseconds without a letter after which a mistake is told, and a heavy formula shown
const ASKED = 5; // undecided points about which a cell asks
const KEPT = 24; // formulas that an explorer remembers
const PLAIN = { 1: "x**2", 2: "x**2 + 3*y**2" }; // what to begin with where a landscape is no formula of the grammar
const KINDS = { minimum: "minima", maximum: "maxima", saddle: "saddles", undecided: "undecided" };

export class FormulaField {
  /** `own` is the OwnFormula whose node it fills. */
  constructor(own) {
    const { shell, field, node } = own;
    Object.assign(this, { own, shell, field, node, made: new Map(), waiting: 0, typedAs: "", asks: null });
    const [id, told, help] = [freshId(), freshId(), freshId()];
    this.input = html("input", { id, type: "text", spellcheck: "false", autocomplete: "off", autocapitalize: "off",
      "aria-describedby": `${told} ${help}`, oninput: () => this.typed(PAUSE), onchange: () => this.typed(0),
      onpaste: (event) => this.pasted(event) });
    this.told = html("p", { id: told, class: "gd-told", role: "alert" });
    this.found = html("span");
    this.shown = html("div", { class: "gd-cell" });
    this.cell = button("Copy the cell that asks gdlib", async () => {
      this.shown.replaceChildren();
      this.asked.textContent = await copied(cell(shell.objective), "Python cell", this.shown);
    }, { text: "Copy the cell", kind: "gd-small" });
    this.asked = html("span", { class: "gd-asked", role: "status" });
    this.finding = html("p", { class: "gd-found" }, this.found, " ", this.cell, " ", this.asked);
    this.sides = Array.from({ length: field.formula }, (_, axis) => ["from", "to"].map((end, place) =>
      number("", { name: `Window, coordinate ${axis + 1}, ${end}` }, () => this.stretch(axis, place))));
    this.names = this.sides.map(() => html("var"));
    const signs = ["+", "-", "*", "/", "**", "( )", ...Object.keys(table.constants), ...table.functions].join(" ");
    node.hidden = true;
    node.replaceChildren(
      html("div", { class: "gd-field gd-typed" }, html("label", { for: id }, "Your formula"), this.input),
      html("div", { class: "gd-field gd-within", role: "group", "aria-label": "Window" },
        this.sides.map(([from, to], axis) => html("span", {}, this.names[axis], from.input, "–", to.input)),
        button("Fit the window", () => this.fit(), { text: "Fit" })),
      html("p", { id: help, class: "gd-found" }, "You may use ", html("span", { class: "gd-signs" }, signs)), this.told, this.finding, this.shown);
  }

  /** What the text says, {text, variables, landscape}; throws TypeError for what is no formula. */
  reading(text) {
    if (!this.made.has(text)) {
      if (typeof text !== "string") throw this.own.refusal(text, `got ${typeof text}`);
      let made = read(text, this.field.formula);
      const { steps } = made.landscape;
      if (steps.length === 1) throw new FormulaError("alone", { name: steps[0].said.slice(0, 60) });
      made = this.made.get(made.text) ?? made;
      this.made.set(text, made).set(made.text, made);
      while (this.made.size > KEPT) this.made.delete(this.made.keys().next().value);
    }
    return this.made.get(text);
  }

  /** A formula as a state has it; throws TypeError with the sentence that says what is wrong. */
  checked(value) {
    try {
      return this.reading(value).text;
    } catch (error) {
      if (!(error instanceof FormulaError)) throw error;
      throw this.own.refusal(value, sentence(error));
    }
  }

  /** Settles the window of a state whose landscape is a formula; returns {entry, brings}, and changes nothing else. */
  complete(state, given, base) {
    const made = this.reading(state.objective);
    const before = this.own.is(base.objective) && base.within;
    state.within = window(given.within ?? (before || fitted(made)), this.field.formula);
    const { name } = this.shell.spec.fields.find(({ type }) => type === "point");
    const one = this.entry(made, state.within, given[name]);
    const { brings = {} } = one;
    if (state.objective !== base.objective) return { entry: one, brings: { ...this.brings(one, base), ...brings } };
    return { entry: one, brings: String(state.within) === String(base.within) ? {} : brings };
  }

  /** The description's entry for a formula in a window, as it is known or made now; its start may be wrong, and is then refused later. */
  entry(made, within, start) {
    const { spec } = this.shell;
    const known = spec.objectives.find(({ name }) => name === made.text);
    if (known && String(known.window) === String(within)) return known;
    const one = entry(made, within, isPoint(start, this.field.formula) ? start : undefined);
    // What a kind needs beside: of a formula's entry and module.
    return Object.defineProperties(one, Object.getOwnPropertyDescriptors(spec.ofOwn?.(one, made.landscape) ?? {}));
  }

  /**
   * Puts the entry of a state that was taken into the description; its points are looked for while it is shown. A state
   * that brings a formula from elsewhere takes the box from what is typed there, be it a mistake.
   */
  keep(one, given) {
    const { shell } = this, { spec, signal } = shell;
    if (given[this.field.name] !== undefined && given !== this.asks) this.typedAs = "";
    if (!spec.objectives.includes(one)) {
      const others = spec.objectives.filter(({ name }) => name !== one.name);
      const [oldest, ...own] = others.filter((other) => other.own);
      spec.objectives = [...(own.length < KEPT ? others : others.filter((other) => other !== oldest)), one];
    }
    one.look(() => {
      shell.settle();
      shell.redraw();
    }, () => !signal.aborted && shell.objective === one);
  }

  /** What a choice of this formula sets: places start anew, the rest of what landscapes bring stays. */
  brings({ start }, base) {
    return Object.fromEntries(Object.keys(this.field.options[0].brings).map((key) => {
      const { type } = this.shell.spec.fields.find((one) => one.name === key);
      return [key, type === "point" ? start : type === "trail" ? [] : base[key]];
    }));
  }

  /** Begins with the formula of the landscape that is shown; who went on to another box while this was fetched stays there. */
  open() {
    const { objective } = this.shell;
    let text = objective.text ?? "";
    try {
      this.reading(text);
    } catch {
      text = PLAIN[this.field.formula];
    }
    this.change(this.unnamed(text), objective.window);
    const { activeElement } = this.node.getRootNode();
    if (!activeElement || [document.body, this.shell.controls[this.field.name].input].includes(activeElement)) this.input.focus();
  }

  /** A formula that is no landscape's name: one without another name has its formula for that. */
  unnamed(text) {
    const made = this.reading(text).text;
    return this.own.is(made) ? made : this.reading(`(${made})`).text;
  }

  /** Takes a formula; all that is no place of the old one's walk stays where it is. */
  change(text, within) {
    const { state, spec } = this.shell;
    const stays = Object.keys(this.field.options[0].brings).filter((key) => spec.fields.find(({ name }) => name === key).type !== "trail");
    this.asks = { [this.field.name]: text, within, ...Object.fromEntries(stays.map((key) => [key, state[key]])) };
    this.shell.change(this.asks);
  }

  /** A letter more: a formula is shown at once, a heavy one, or what is wrong, after a while. */
  typed(pause) {
    clearTimeout(this.waiting);
    const text = this.input.value;
    let made;
    try {
      made = this.reading(text);
    } catch (error) {
      if (!(error instanceof FormulaError)) throw error;
      this.waiting = setTimeout(() => this.tell(error, text), pause);
      return;
    }
    this.tell(null);
    const show = () => {
      this.typedAs = this.unnamed(text); // what is in the box stays to the letter
      this.change(this.typedAs, this.shell.state.within);
    };
    if (pause && made.landscape.steps.length > LIGHT) this.waiting = setTimeout(show, pause);
    else show();
  }

  /** What is far too long is refused before it is in the field. */
  pasted(event) {
    const text = event.clipboardData?.getData("text") ?? "";
    if (text.length <= table.limits.letters) return;
    event.preventDefault();
    clearTimeout(this.waiting);
    this.tell(new FormulaError("letters", { most: table.limits.letters, count: text.length }), "");
  }

  /** Says what is wrong and where, or that nothing is; what it says already is not written again, for it would be spoken anew. */
  tell(error, text) {
    mark(this.input, error);
    this.asked.textContent = "";
    this.shown.replaceChildren();
    this.finding.hidden = Boolean(error);
    if (!error) this.told.replaceChildren();
    else {
      const letters = [...text], at = error.place === null ? -1 : error.place - 1;
      const shown = (from, to) => letters.slice(Math.max(0, from), Math.max(0, to)).join("");
      const made = html("p", {}, `${sentence(error)}. `, at < 0 || !text.trim() ? null
        : html("code", {}, shown(at - 20, at), html("mark", {}, letters[at] ?? "\u00a0"), shown(at + 1, at + 20)));
      if (made.innerHTML !== this.told.innerHTML) this.told.replaceChildren(...made.childNodes);
    }
  }

  /** Takes a side of the window as its two boxes have it: a number that was refused waits there for the other. */
  stretch(axis, place) {
    const { within: before } = this.shell.state;
    if (!before) return; // a landscape of the catalogue has its own
    const asked = this.sides[axis].map(({ input }) => input.valueAsNumber);
    const box = this.sides[axis][place].input;
    const wrong = awry(asked);
    box.setCustomValidity(wrong);
    mark(box, wrong);
    if (wrong) box.reportValidity();
    else this.shell.change({ within: before.map((side, k) => (k === axis ? asked : side)) });
  }

  fit() {
    this.shell.change({ within: fitted(this.reading(this.shell.state[this.field.name])) });
  }

  /** Shows the state: the field is there while the landscape is a formula. */
  show(state) {
    const value = state[this.field.name];
    this.node.hidden = !this.own.is(value);
    if (value !== this.typedAs) clearTimeout(this.waiting); // what is said or shown later is of another formula
    if (this.node.hidden) {
      this.typedAs = "";
      return;
    }
    const made = this.reading(value);
    if (this.typedAs !== value) {
      this.typedAs = value;
      this.input.value = value;
      this.tell(null);
    }
    made.variables.forEach((name, axis) => {
      this.names[axis].textContent = name;
      this.sides[axis].forEach((box, place) => box.show(state.within[axis][place]));
    });
    const { objective } = this.shell;
    this.found.textContent = counted(objective);
    this.cell.hidden = !objective.sets && !undecided(objective).length;
  }
}

const undecided = ({ points }) => points.filter(({ kind }) => kind === "undecided");

/** What was found, in a sentence or two. */
function counted({ points, sets, searching }) {
  if (searching) return "Looking for points where f is stationary…";
  const kinds = Object.entries(KINDS).map(([kind, many]) => [points.filter((one) => one.kind === kind).length, kind, many]);
  const said = kinds.filter(([count]) => count).map(([count, kind, many]) => `${count} ${count > 1 ? many : kind}`);
  if (sets) said.push("lines or regions without slope");
  const found = said.length ? `Stationary in this window, as found numerically: ${said.join(", ")}.`
    : "No stationary point was found in this window.";
  if (sets) return `${found} What they are is undecided here: run gd.stationary_points.`;
  return undecided({ points }).length ? `${found} Where an eigenvalue is 0 the kind is undecided here: run gd.classify.` : found;
}

/** The Python cell that decides what the page cannot. */
function cell(objective) {
  const places = undecided(objective).slice(0, ASKED).map(({ at }) => `print(gd.classify(f, at=${tuple(at)}))`);
  return [...opening(objective), ...(objective.sets ? ["print(gd.stationary_points(f))"] : places), ""].join("\n");
}

/** Whether a picture between the two can be drawn and walked in: squares stay finite, neighbours apart. */
function wide([low, high]) {
  const { end, narrow } = table.limits, size = Math.max(Math.abs(low), Math.abs(high));
  return [low, high].every(Number.isFinite) && size <= end && high - low >= Math.max(1 / end, narrow * size);
}

/** What is wrong with a side of a window, "" for nothing. */
function awry([low, high]) {
  if (!(low < high)) return "a window goes from a smaller number to a larger";
  if (Math.max(-low, high) > table.limits.end) return "a window goes no further than 1e100";
  return wide([low, high]) ? "" : "the two are too near each other for a picture between them";
}

/** A refusal as a sentence of its own. */
function sentence({ message }) {
  const whole = /^(needs|ends|is|has|divides) /.test(message) ? `The formula ${message}` : message;
  return whole[0].toUpperCase() + whole.slice(1);
}

function window(value, n) {
  const good = Array.isArray(value) && value.length === n && value.every((side) => Array.isArray(side) && side.length === 2
    && wide(side));
  if (!good) throw new TypeError(`state.within: needed ${n} pairs [low, high], got ${JSON.stringify(value)}`);
  return value.map((side) => [...side]);
}
