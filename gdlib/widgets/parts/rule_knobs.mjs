/* The knobs of rules that always run: a card for each, with the look of its line, its title and its hyperparameters. */

import { knob } from "./controls.mjs";
import { html } from "./elements.mjs";
import { look, swatch } from "./plot.mjs";

export class RuleKnobs {
  /** `known` are the description's rules, in the order of a state's; `onChange(rules)` hears a state's new list. */
  constructor(known, onChange) {
    Object.assign(this, { onChange, rules: [], cards: new Map() });
    this.node = html("div", { class: "gd-rule-knobs" }, known.map((rule) => this.card(rule)));
  }

  card({ name, title, summary, series, hyperparameters }) {
    const knobs = Object.fromEntries(hyperparameters.map((range) =>
      [range.name, knob(range, `${range.name} of ${title}`, (value) => this.turn(name, range.name, value))]));
    this.cards.set(name, knobs);
    return html("div", { class: "gd-rule", role: "group", "aria-label": title, title: summary,
      style: `--series: ${look(series).colour}` },
    html("p", { class: "gd-tick" }, swatch(series), title), Object.values(knobs).map(({ node }) => node));
  }

  show(rules) {
    this.rules = rules;
    for (const { name, hyperparameters } of rules) {
      for (const [key, one] of Object.entries(this.cards.get(name))) one.show(hyperparameters[key]);
    }
  }

  turn(name, key, value) {
    this.onChange(this.rules.map((rule) => (rule.name === name
      ? { ...rule, hyperparameters: { ...rule.hyperparameters, [key]: value } } : rule)));
  }
}
