/* The controls of a state whose list of rules has exactly one: which rule runs, and a knob for each hyperparameter. */

import { knob, select } from "./controls.mjs";
import { html } from "./elements.mjs";

export class OneRule {
  /** `onChange(rules)` hears the new list; `head` is the choice of the rule, `node` holds its knobs. */
  constructor(known, onChange) {
    Object.assign(this, { known, onChange, shown: "", runner: null, knobs: {} });
    const choice = select("Rule", known.map(({ name, title }) => ({ value: name, text: title })),
      (name) => onChange([{ name }]));
    this.input = choice.input;
    this.head = choice.node;
    this.node = html("div", { class: "gd-one-rule", role: "group", "aria-label": "Hyperparameters" });
  }

  get rule() {
    return this.known.find(({ name }) => name === this.runner.name);
  }

  /** Offers the rules of these names alone. */
  offer(names) {
    const options = this.known.filter(({ name }) => names.includes(name));
    if (options.length !== this.input.length || options.some(({ name }, k) => this.input[k].value !== name)) {
      this.input.replaceChildren(...options.map(({ name, title }) => html("option", { value: name }, title)));
    }
  }

  show([runner]) {
    this.runner = runner;
    this.input.value = runner.name;
    if (runner.name !== this.shown) this.build();
    for (const [name, one] of Object.entries(this.knobs)) one.show(runner.hyperparameters[name]);
  }

  build() {
    this.shown = this.runner.name;
    this.knobs = Object.fromEntries(this.rule.hyperparameters.map((range) =>
      [range.name, knob(range, `${range.name} of ${this.rule.title}`, (value) => this.turn(range.name, value))]));
    this.node.replaceChildren(...Object.values(this.knobs).map(({ node }) => node));
  }

  turn(name, value) {
    this.onChange([{ ...this.runner, hyperparameters: { ...this.runner.hyperparameters, [name]: value } }]);
  }
}
