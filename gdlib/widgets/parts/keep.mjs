/* The quiet row under an explorer: copies a link or the Python cell, saves the picture; each says what came of it. */

import { button } from "./controls.mjs";
import { freshId, html } from "./elements.mjs";
import { later } from "./later.mjs";
import { linkTo } from "./share.mjs";

/** `host` is the <gd-explorer> that holds the explorer in a page; in a notebook there is none, and so no link. */
export function keepRow(shell, host) {
  const said = html("span", { class: "gd-said", role: "status" });
  const shown = html("div", { class: "gd-shown" });
  /** A button whose `act` gives the sentence that says what came of it. */
  const quiet = (label, act) => button(label, async () => {
    said.textContent = "";
    shown.replaceChildren();
    said.textContent = await act().catch((error) => `That failed: ${error.message}`);
  }, { kind: "gd-small" });
  const copying = (label, what, text) => quiet(label, () => copied(text(), what, shown));
  const saving = (ending) => quiet(`Save ${ending.toUpperCase()}`, async () => {
    const { asPng, asSvg, snapshot } = await later(import("./snapshot.mjs"), "What draws the picture");
    return save(await { svg: asSvg, png: asPng }[ending](snapshot(shell)), `${shell.caption().file}.${ending}`);
  });
  return html("div", { class: "gd-keep" },
    host ? copying("Copy link", "link", () => linkTo(host, shell.state)) : null,
    saving("svg"),
    saving("png"),
    shell.kind.pythonCell ? copying("Copy Python", "Python cell", () => shell.kind.pythonCell()) : null,
    said, shown);
}

/** Copies the text; where the browser does not allow it, shows the text to be copied by hand. */
export async function copied(text, what, shown) {
  try {
    await navigator.clipboard.writeText(text);
    return `The ${what} is copied.`;
  } catch {
    const id = freshId();
    const rows = Math.min(12, text.split("\n").length);
    const box = html("textarea", { id, readonly: true, rows, spellcheck: "false" }, text);
    shown.replaceChildren(html("label", { for: id },
      `The browser allows no copy: here is the ${what}, to be copied by hand.`), box);
    box.focus();
    box.select();
    return "";
  }
}

function save(blob, name) {
  const address = URL.createObjectURL(blob);
  html("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000); // the browser may still be reading it
  return `Saved as ${name}.`;
}
