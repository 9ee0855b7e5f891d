/* The controls of a schedule or a clipping: which one, and a knob for each of its numbers. */

import { knob, select } from "./controls.mjs";
import { html } from "./elements.mjs";

/** `entries` are `{name, title, hyperparameters}`; `onChange` hears `{name, settings}`. */
export function choosing(label, entries, onChange) {
  const { input, node: choice } = select(label, entries.map(({ name, title }) => ({ value: name, text: title })),
    (name) => onChange({ name }));
  const knobs = html("div");
  let [shown, made] = ["", {}];
  let now = null;
  const turn = (name, value) => onChange({ name: now.name, settings: { ...now.settings, [name]: value } });
  const show = (value) => {
    now = value;
    input.value = value.name;
    if (shown !== value.name) {
      shown = value.name;
      const { title, hyperparameters } = entries.find(({ name }) => name === value.name);
      made = Object.fromEntries(hyperparameters.map((range) =>
        [range.name, knob(range, `${range.label} of ${title}`, (number) => turn(range.name, number))]));
      knobs.replaceChildren(...Object.values(made).map(({ node }) => node));
    }
    for (const [name, one] of Object.entries(made)) one.show(value.settings[name]);
  };
  return { input, show, node: html("div", { class: "gd-choosing", role: "group", "aria-label": `${label} and its numbers` }, choice, knobs) };
}
