/* The rules of a race: which run, with which knobs; the list is the legend as well, and a family's others fold away. */

import { button, knob, symbol, tick } from "./controls.mjs";
import { html } from "./elements.mjs";
import { look, swatch } from "./plot.mjs";
import { freeId } from "./fields.mjs";

export class Lineup {
  /**
   * `onChange(rules)` hears the new list of a state's rules, `onPoint(id)` which run a pointer or the keys are at, if any;
   * `open` knobs of each are in sight, the rest fold away.
   */
  constructor(known, { onChange, onPoint, open }) {
    Object.assign(this, { known, onChange, open, rules: [], cards: new Map(), looks: new Map(), layout: "",
      unfolded: new Set(), kept: new Set() });
    this.node = html("div", { class: "gd-lineup", role: "group", "aria-label": "Rules" });
    // At its name, not at its knobs: who turns these compares.
    const at = ({ target }) => onPoint(target.closest(".gd-rule-head")?.parentNode.dataset.id);
    this.node.addEventListener("pointerover", at);
    this.node.addEventListener("focusin", (event) => event.target.matches(":focus-visible") && at(event));
    for (const over of ["pointerleave", "focusout"]) this.node.addEventListener(over, () => onPoint());
  }

  title(id) {
    const [name, copy] = id.split("#");
    const { title } = this.known.find((rule) => rule.name === name);
    return copy ? `${title} #${copy}` : title;
  }

  series(id) {
    return this.looks.get(id);
  }

  /** Shows the state's rules; the cards are made anew only when other rules run. */
  show(rules) {
    this.rules = rules;
    for (const { name } of rules) this.kept.add(name);
    const layout = rules.map(({ id }) => id).join();
    if (layout !== this.layout || !this.cards.size) {
      this.layout = layout;
      this.dress(rules);
      this.build();
    }
    for (const { id, hyperparameters } of rules) {
      const { knobs } = this.cards.get(id);
      for (const [name, one] of Object.entries(knobs)) one.show(hyperparameters[name]);
    }
  }

  /** A rule keeps its look whatever else runs; a copy takes the first that is free. */
  dress(rules) {
    this.looks = new Map(this.known.map(({ name, series }) => [name, series]));
    const taken = new Set(rules.map(({ id }) => this.looks.get(id)).filter((series) => series !== undefined));
    for (const { id } of rules) {
      if (this.looks.has(id)) continue;
      let series = 0;
      while (taken.has(series)) series++;
      taken.add(series);
      this.looks.set(id, series);
    }
  }

  /** Makes the cards; the focus stays at what it was at, or where a copy is gone at the rule itself. */
  build() {
    const { activeElement } = this.node.getRootNode();
    const active = this.node.contains(activeElement) && activeElement.dataset.key;
    const opened = new Set([...this.node.querySelectorAll("details[open]")].map((fold) => fold.dataset.key));
    this.cards.clear();
    const groups = new Map();
    for (const rule of this.known) groups.set(rule.group, [...(groups.get(rule.group) ?? []), rule]);
    this.node.replaceChildren(...[...groups].map(([group, rules]) =>
      html("div", { role: "group", "aria-label": group }, this.head(group, rules, groups.size > 1),
        rules.filter(({ name }) => this.kept.has(name)).flatMap((rule) => this.runs(rule, opened)))));
    const at = (key) => this.node.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (active) (at(active) ?? at(active.split("#")[0]))?.focus();
  }

  /**
   * A family's title; where rules of it are out of sight it is a button that shows them, and then folds them again.
   * In sight are those that run, or ran since the family was last folded, so that nothing vanishes under the pointer.
   */
  head(group, rules, named) {
    const away = rules.filter(({ name }) => !this.kept.has(name)).length;
    const open = this.unfolded.has(group);
    if (!away && !open) return named ? html("p", { class: "gd-group" }, group) : null;
    return html("button", { type: "button", class: "gd-group", "aria-expanded": String(open), "data-key": `group ${group}`,
      onclick: () => this.fold(group, rules) },
    html("span", {}, group), " ", html("span", {}, open ? "only what runs" : `${away} more`));
  }

  fold(group, rules) {
    if (this.unfolded.delete(group)) {
      const running = new Set(this.rules.map(({ name }) => name));
      for (const { name } of rules) if (!running.has(name)) this.kept.delete(name);
    } else {
      this.unfolded.add(group);
      for (const { name } of rules) this.kept.add(name);
    }
    this.layout = "";
    this.show(this.rules);
  }

  /** The card of a rule and those of its copies. */
  runs(rule, opened) {
    const own = this.rules.filter(({ name }) => name === rule.name).map(({ id }) => id);
    const ids = own.includes(rule.name) ? own : [rule.name, ...own];
    return ids.map((id) => this.card(rule, id, own.includes(id), opened.has(id)));
  }

  card(rule, id, runs, open) {
    const title = this.title(id);
    const series = this.looks.get(id);
    const { input, node } = tick([swatch(series), html("span", {}, title)], title, (on) => this.toggle(rule, id, on));
    input.checked = runs;
    input.dataset.key = `tick ${id}`;
    const card = html("div", { class: "gd-rule", "data-id": runs ? id : null, role: "group", "aria-label": title, title: rule.summary,
      style: `--series: ${look(series).colour}` }, html("div", { class: "gd-rule-head" }, node));
    if (!runs) return card;
    const knobs = {};
    for (const hyperparameter of rule.hyperparameters) {
      const { name } = hyperparameter;
      knobs[name] = knob(hyperparameter, `${name} of ${title}`, (value) => this.turn(id, name, value));
    }
    this.cards.set(id, { knobs });
    const copy = button(`Add a copy of ${title}`, () => this.copy(id), { text: "copy", kind: "gd-small" });
    copy.dataset.key = `copy ${id}`;
    card.firstChild.append(copy);
    const nodes = Object.values(knobs).map((one) => one.node);
    card.append(...nodes.slice(0, this.open));
    if (nodes.length > this.open) {
      const names = rule.hyperparameters.slice(this.open).flatMap((one, index) => [index ? ", " : null, symbol(one.symbol)]);
      card.append(html("details", { open, "data-key": id },
        html("summary", { "aria-label": `More knobs of ${title}` }, "more: ", names), nodes.slice(this.open)));
    }
    return card;
  }

  toggle(rule, id, on) {
    if (!on) return this.onChange(this.rules.filter((other) => other.id !== id));
    const order = this.known.map(({ name }) => name);
    const later = this.rules.findIndex(({ name }) => order.indexOf(name) > order.indexOf(rule.name));
    const at = later < 0 ? this.rules.length : later;
    return this.onChange(this.rules.toSpliced(at, 0, { id, name: rule.name }));
  }

  turn(id, name, value) {
    this.onChange(this.rules.map((rule) =>
      (rule.id === id ? { ...rule, hyperparameters: { ...rule.hyperparameters, [name]: value } } : rule)));
  }

  /** The copy starts with the same knobs, to be turned apart. */
  copy(id) {
    const at = this.rules.findIndex((rule) => rule.id === id);
    const { name, hyperparameters } = this.rules[at];
    const own = [name, ...this.rules.map((rule) => rule.id)];
    this.onChange(this.rules.toSpliced(at + 1, 0, { id: freeId(name, own), name, hyperparameters }));
  }
}
