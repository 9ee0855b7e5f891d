/* What every explorer stands in: it makes the controls of the description, keeps the state whole and draws when seen. */

import { choosing } from "./choosing.mjs";
import { knob, number, select, tick, button } from "./controls.mjs";
import { html, put } from "./elements.mjs";
import { completed } from "./fields.mjs";
import { generated } from "./generated.mjs";
import { keepRow } from "./keep.mjs";
import { Readout } from "./readout.mjs";

const TELL = 60; // milliseconds after the last change that a kernel hears of it

class Shell {
  constructor(spec, state, modules, signal, Own) {
    Object.assign(this, { spec, state, modules, signal, told: null, frame: 0, held: new Set(), readouts: [], seen: true, stale: true, taking: null, wishes: 0, plots: [] });
    const typed = Own && spec.fields.find(({ formula }) => formula);
    spec.own = typed ? new Own(this, typed) : null;
    this.controls = Object.fromEntries(spec.fields.map((field) => [field.name, this.control(field)])
      .filter(([, control]) => control));
  }

  /** Builds the explorer round `Kind`, whose instance gives what to place and draws; `host` is its <gd-explorer>, if any. */
  build(Kind, host) {
    this.kind = new Kind(this);
    // A state that the kind knows how to complete is complete only now.
    this.become(this.state);
    this.first = this.state;
    const { pictures, panel = [], placed = [] } = this.kind;
    const own = (side) => this.spec.fields.filter(({ name }) => this.controls[name] && !placed.includes(name))
      .filter(({ type, turned }) => (type === "chosen" || (type === "number" && turned)) === (side === "panel"))
      .map(({ name }) => this.controls[name].node);
    const turned = own("panel");
    this.formula = html("span");
    this.node = html("div", { class: `gd-explorer gd-${this.spec.kind}` },
      html("div", { class: "gd-head" }, own("head"), this.kind.head, button("Reset", () => this.reset()),
        placed.includes("formula") ? null : this.spec.own?.node, html("p", { class: "gd-formula" }, this.formula, html("span", {}, this.spec.hint))),
      html("div", { class: "gd-columns" },
        html("div", { class: "gd-pictures" }, pictures, this.readout?.node),
        panel.length || turned.length ? html("div", { class: "gd-panel" }, turned, panel) : null),
      this.spec.tries.length ? html("div", { class: "gd-tries" }, html("p", {}, "What to try"),
        html("ul", {}, this.spec.tries.map((one) => html("li", {}, one)))) : null,
      keepRow(this, host));
    Object.defineProperty(this.node, "state", { get: () => this.whole() });
    for (const name of ["take", "hear", "refuse", "say"]) this.node[name] = (given) => this[name](given);
    // In a notebook the arrow keys are the explorer's own while it has the focus, no shortcuts of the notebook's.
    this.node.dataset.lmSuppressShortcuts = "true";
    if (!host) this.node.addEventListener("keydown", (event) => event.stopPropagation());
    this.node.addEventListener("keydown", () => this.catchUp(), true);
    this.watch();
    this.settle();
  }

  /** The control of a field; a kind that lists its name in `placed` puts `shell.controls[name].node` itself; so with the field of a formula. */
  control(field) {
    const { name, label } = field;
    const change = (value) => this.change({ [name]: value });
    if (field.type === "choice") {
      const { own } = this.spec;
      if (own?.field !== field) {
        const { input, node } = select(label, field.options, change);
        return { node, input, show: (value) => { input.value = value; } };
      }
      const { input, node } = select(label, [...field.options, { value: "", text: "A formula of your own" }],
        (value) => own.choose(value));
      input.addEventListener("focus", () => own.fetch().catch(() => {})); // told if it is chosen
      return { node, input, show: (value) => { input.value = own.opening || own.is(value) ? "" : value; } };
    }
    if (field.type === "switch") {
      const { input, node } = tick([html("span", {}, label)], null, change);
      return { node, input, show: (value) => { input.checked = value; } };
    }
    if (field.type === "chosen") return choosing(label, this.spec[field.list], change);
    if (field.type === "number" && field.turned) return knob(field, label || field.name, change);
    if (field.type === "number") return number(label, field, change);
    return field.type === "point" ? this.pointBoxes(field) : null;
  }

  pointBoxes({ name, label, parts, size }) {
    const boxes = Array.from({ length: size }, (_, part) => number("", { name: `${label}, coordinate ${part + 1}` },
      (value) => this.change({ [name]: this.state[name].map((old, i) => (i === part ? value : old)) })));
    const node = html("div", { class: "gd-start", role: "group", "aria-label": label }, html("span", {}, label),
      boxes.map((box) => box.node));
    return { node, show: (value) => boxes.forEach((box, part) => {
      box.show(value[part]);
      put(box.node.querySelector("label"), parts[part] ?? this.objective?.variables[part]);
    }) };
  }

  /** A readout with these columns, that says nothing while things move; the kind writes it with `show`. The last is the explorer's. */
  reads(columns = []) {
    this.readout = new Readout(columns, this.signal);
    this.readouts.push(this.readout);
    return this.readout;
  }

  /**
   * What a hand, or a run that plays, calls with true when it begins and with false when it ends, each its own: while
   * any of them goes on, the readouts are written but not spoken.
   */
  holder() {
    const hold = (held) => {
      this.held[held ? "add" : "delete"](hold);
      for (const readout of this.readouts) readout.quiet(this.held.size > 0);
    };
    return hold;
  }

  /** The description of the state's landscape. */
  get objective() {
    return this.spec.objectives?.find(({ name }) => name === this.state.objective);
  }

  /** The module of the state's landscape. */
  get landscape() {
    return this.objective.landscape ?? this.modules.objectives[this.state.objective];
  }

  /** Draws when the width, the theme or its coming into view asks for it; what is out of view is not drawn. */
  watch() {
    const sized = new ResizeObserver(() => this.fit() && this.redraw());
    sized.observe(this.node);
    const viewed = new IntersectionObserver(([entry]) => {
      this.seen = entry.isIntersecting;
      if (this.seen && this.stale) this.redraw();
    });
    viewed.observe(this.node);
    const themed = new MutationObserver(() => this.redraw());
    const themes = { attributes: true, attributeFilter: ["data-theme", "data-jp-theme-light"] };
    for (const root of [document.documentElement, document.body]) themed.observe(root, themes);
    this.signal.addEventListener("abort", () => {
      for (const watch of [sized, viewed, themed]) watch.disconnect();
      cancelAnimationFrame(this.frame);
    });
  }

  /** Gives the plots their width; true if that changed anything. */
  fit() {
    const widths = this.plots.map((plot) => plot.node.clientWidth); // all before one is changed: the page is laid out once
    return this.plots.map((plot, index) => plot.measure(widths[index])).some(Boolean);
  }

  /** Drops what waits to be taken as well: the reader's last wish holds. */
  reset() {
    this.wishes += 1;
    this.change(this.first);
    this.kind.reset?.();
  }

  /** A landscape of a reader's own is known once nothing of its state was refused. */
  become(given) {
    const { state, entry } = completed(given, this.state, this.spec), { own } = this.spec;
    if (own && given[own.field.name] !== undefined) own.opening = false;
    if (entry) own.keep(entry, given);
    this.state = state;
  }

  /** Takes a change, whole or not at all; it is drawn with the next frame. */
  change(given) {
    this.become(given);
    this.kind.changed?.(this.state);
    this.settle();
    this.told?.();
    this.redraw();
  }

  /**
   * Takes a state from outside: at once, unless a formula in it waits for the code that reads it, or for another that
   * does. Then it is taken in its turn, and what is returned is the promise of that.
   */
  take(given) {
    const { wishes } = this;
    const wanted = () => this.spec.own?.wanted(given);
    const before = this.taking ? this.taking.then(wanted) : wanted();
    if (!before) return this.change(given);
    const taken = before.then(() => this.signal.aborted || wishes !== this.wishes || this.change(given));
    const over = taken.catch(() => {}).then(() => {
      if (this.taking !== over) return;
      this.taking = null;
      this.node.removeAttribute("aria-busy");
    });
    this.taking = over;
    this.node.setAttribute("aria-busy", "true");
    return taken;
  }

  /** Takes a state that nobody waits for: if it was refused only later, the readout says so. */
  hear(given) {
    return this.take(given)?.catch((error) => this.refuse(error));
  }

  refuse(error) {
    this.say(`The state that was given is ignored (${error.message.slice(0, 200)}).`);
    reportError(error);
  }

  /** Of the state as it is, which may wait to be drawn. */
  say(sentence) {
    this.catchUp();
    this.readout?.say(sentence);
  }

  /** Draws what waits for the next frame: no key moves a point in the window that stood there before. */
  catchUp() {
    if (!this.stale) return;
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    this.draw();
  }

  /** Shows the state in the controls. */
  settle() {
    for (const [name, control] of Object.entries(this.controls)) control.show(this.state[name]);
    this.spec.own?.show(this.state);
    const { objective } = this;
    put(this.formula, objective ? `f(${objective.variables.join(", ")}) = ${objective.formula}` : "");
    this.kind.settle?.(this.state);
  }

  /** Asks for a drawing with the next frame, or once in view. */
  redraw() {
    this.stale = true;
    if (!this.seen || this.frame) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.draw();
    });
  }

  draw() {
    const began = performance.now();
    const mark = `gd-${this.spec.kind}`;
    this.stale = false;
    this.kind.draw(this.state);
    performance.clearMeasures(mark);
    performance.measure(mark, { start: began });
  }

  /** What stands over and under a saved picture, {title, lines: [{series?, text}], file}, the file's name without ending. */
  caption() {
    const { kind } = this.spec;
    const said = { title: this.objective?.title ?? "", lines: [], ...this.kind.caption?.() };
    if (!this.kind.caption && this.readout) said.lines = [...this.readout.legend, { text: this.readout.headline }];
    const name = `${kind} ${said.file ?? this.state.objective ?? ""}`.toLowerCase().replace(/[^a-z0-9.]+/g, "-");
    return { ...said, file: name.replace(/^-+|-+$/g, "").slice(0, 80) };
  }

  /** The state as the page's contract has it: plain JSON, with the paths that follow from it where the kind has any. */
  whole() {
    const paths = this.kind.paths?.();
    return structuredClone(paths ? { ...this.state, paths } : this.state);
  }
}

/**
 * anywidget's entry for a kind; the element that it fills bears `state`, the page's contract. `new Kind(shell)` has
 * `pictures` (nodes), `draw(state)`, and where it needs them `panel`, `head` (nodes), `placed` (names of fields whose
 * controls it places itself), `changed(state)`, `settle(state)`, `reset()`, `paths()`, `caption()` (see there) and
 * `pythonCell()`, the text of a cell that computes the same; it lists in `shell.plots` what is to be measured.
 * `Own` is OwnFormula, where a choice of landscape says that a formula may stand in for it.
 */
export const explorer = (Kind, Own) => ({ render: ({ model, el }) => render(Kind, Own, model, el) });

async function render(Kind, Own, model, el) {
  const spec = model.get("spec");
  const stop = new AbortController();
  const shell = new Shell(spec, model.get("state") ?? spec.state, await generated(spec), stop.signal, Own);
  await spec.own?.wanted(shell.state);
  shell.build(Kind, el.closest("gd-explorer"));
  el.replaceChildren(shell.node);
  shell.fit();
  shell.draw();

  let known = JSON.stringify(shell.state); // what was told or heard last, though it may wait to be taken
  const hear = () => {
    const state = model.get("state");
    const text = JSON.stringify(state);
    if (text === known) return;
    known = text;
    shell.hear(state);
  };
  let waiting = 0;
  shell.told = () => {
    known = JSON.stringify(shell.state);
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      model.set("state", shell.state);
      model.save_changes();
    }, TELL);
  };
  model.on("change:state", hear);
  return () => {
    model.off("change:state", hear);
    clearTimeout(waiting);
    stop.abort();
  };
}
