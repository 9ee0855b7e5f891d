/* Makes the native inputs of every explorer: each has a label, and a knob follows the vocabulary's range and scale. */

import { freshId, html, svg } from "./elements.mjs";
import { short, tidy } from "./numbers.mjs";

const NOTCHES = 240; // positions of a knob's slider; the number beside it takes any value

/** A symbol given as {base, sub, sup} (any part text or absent), set as mathematics. */
export function symbol({ base, sub, sup }) {
  return html("var", {}, base, sub ? html("sub", {}, sub) : null, sup ? html("sup", {}, sup) : null);
}

export function select(label, options, onChange) {
  const id = freshId();
  const input = html("select", { id, onchange: () => onChange(input.value) },
    options.map(({ value, text }) => html("option", { value }, text)));
  return { input, node: html("div", { class: "gd-field" }, html("label", { for: id }, label), input) };
}

export const ICONS = {
  play: "M5 3L15 9L5 15Z", pause: "M4 3H8V15H4ZM10 3H14V15H10Z",
  back: "M3 3H5.5V15H3ZM15 3V15L6.5 9Z", forward: "M12.5 3H15V15H12.5ZM3 3L11.5 9L3 15Z",
};

/** A button; `icon` is one of ICONS, drawn before the text. */
export function button(label, onClick, { icon, text = label, kind = "" } = {}) {
  const picture = icon && svg("svg", { width: 18, height: 18, viewBox: "0 0 18 18", "aria-hidden": "true" },
    svg("path", { d: ICONS[icon], fill: "currentColor" }));
  return html("button", { type: "button", class: `gd-button ${kind}`, "aria-label": text === label ? null : label,
    onclick: onClick }, picture, text ? html("span", {}, text) : null);
}

/** A box to tick with what stands beside it. */
export function tick(content, name, onChange) {
  const input = html("input", { type: "checkbox", "aria-label": name, onchange: () => onChange(input.checked) });
  return { input, node: html("label", { class: "gd-tick" }, input, ...content) };
}

/** Says of a box whether what is in it is wrong; an attribute without a value would say that it is not. */
export const mark = (box, wrong) => (wrong ? box.setAttribute("aria-invalid", "true") : box.removeAttribute("aria-invalid"));

/**
 * A box for a number in a range, both named `name`: a value that is not allowed marks the box, says why, and changes
 * nothing. `spoken` names the box where its label does not say enough. What it is to show while someone types in it waits
 * until that is given or left.
 */
export function number(label, range, onChange, spoken = label || range.name) {
  const { whole = false } = range;
  const id = freshId();
  let [editing, latest] = [false, null];
  const give = () => {
    editing = false;
    const value = input.valueAsNumber;
    const wrong = Number.isFinite(value) ? fault(value, range) : "a number is needed";
    input.setCustomValidity(wrong ?? "");
    mark(input, wrong);
    if (wrong) input.reportValidity();
    else onChange(value);
  };
  const leave = () => { // what changed was given before
    if (!editing) return;
    editing = false;
    show(latest);
  };
  const input = html("input", { id, type: "number", step: whole ? 1 : "any", inputmode: whole ? "numeric" : "decimal",
    "aria-label": spoken === label ? null : spoken, oninput: () => { editing = true; }, onchange: give, onblur: leave });
  const show = (value) => {
    latest = value;
    if (editing) return;
    input.setCustomValidity("");
    mark(input, null);
    if (input.valueAsNumber !== value) input.value = String(value);
  };
  return { input, show, node: html("div", { class: "gd-field" }, html("label", { for: id }, label), input) };
}

/** Null if a number may have this value, else the sentence that says what it may be. */
export function fault(value, { name, low = null, high = null, low_open: lowOpen, high_open: highOpen, whole }) {
  const above = low === null || (lowOpen ? value > low : value >= low);
  const below = high === null || (highOpen ? value < high : value <= high);
  if (above && below && !(whole && !Number.isInteger(value))) return null;
  const left = low === null ? "" : `${low} ${lowOpen ? "<" : "≤"} `;
  const right = high === null ? "" : ` ${highOpen ? "<" : "≤"} ${high}`;
  return `${name}: needed ${whole ? "a whole number, " : ""}${left}${name}${right}, got ${value}`;
}

/** A knob: slider and box for a number as the vocabulary describes it; `spoken` is its name for who cannot see it. */
export function knob(range, spoken, onChange) {
  const { name, label, meaning, whole, knob: { low, high, scale } } = range;
  const bend = scale === "log" ? Math.log : (value) => value;
  const unbend = scale === "log" ? Math.exp : (value) => value;
  const notches = whole && scale !== "log" ? Math.min(NOTCHES, high - low) : NOTCHES;
  const id = freshId();
  const toNotch = (value) =>
    Math.round(notches * Math.min(1, Math.max(0, (bend(value) - bend(low)) / (bend(high) - bend(low)))));
  // Few digits, but enough that no two notches have one value.
  const places = Math.ceil(Math.log10(notches / (high - low)));
  const few = whole ? Math.round : scale === "log" ? (value) => tidy(value) : (value) => Number(value.toFixed(Math.max(0, places)));
  const fromNotch = (notch) =>
    notch === 0 ? low : notch === notches ? high
      : few(unbend(bend(low) + (notch / notches) * (bend(high) - bend(low))));
  const slide = html("input", { id, type: "range", min: 0, max: notches, step: 1, "aria-label": spoken,
    oninput: () => {
      const value = fromNotch(slide.valueAsNumber);
      show(value);
      onChange(value);
    } });
  const box = number("", range, (value) => {
    show(value);
    onChange(value);
  }, `${spoken}, as a number`);
  function show(value) {
    const notch = toNotch(value);
    if (slide.valueAsNumber !== notch) slide.value = notch;
    slide.setAttribute("aria-valuetext", short(value));
    box.show(value);
  }
  const words = label ? html("label", { for: id, title: meaning || null }, label)
    : html("label", { for: id, title: `${name}: ${meaning}` }, symbol(range.symbol));
  return { show, node: html("div", { class: `gd-knob ${label ? "gd-worded" : ""}` }, words, slide, box.input) };
}
