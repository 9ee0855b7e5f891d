/* The link to an explorer: its kind, which of that kind on the page, and its state, all in the page's address. */

const LONGEST = 40_000; // characters of a link that is read; ten rules with all their numbers need about 1,500
const MARK = "gd-";

/** The address of the page with the state of the explorer `host`, a <gd-explorer>, in its fragment. */
export function linkTo(host, state) {
  const { kind } = host.dataset;
  const place = alike(kind).indexOf(host) + 1;
  const bytes = new TextEncoder().encode(JSON.stringify(state));
  const text = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  // Only letters, digits, - and _: whatever reads the fragment as an element's name or selector finds it well formed.
  const safe = text.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  return `${location.href.split("#")[0]}#${MARK}${kind}-${place}-${safe}`;
}

/**
 * What the page's address asks for: null if nothing, else {host, read}: the explorer that it names, or null, and the
 * function that gives the state or throws.
 */
export function linked() {
  const fragment = location.hash.slice(1);
  if (!fragment.startsWith(MARK) || document.getElementById(fragment)) return null;
  const [, kind, place] = /^gd-([a-z][a-z-]{0,40})-(\d{1,4})-/.exec(fragment.slice(0, 60)) ?? [];
  const host = (kind && alike(kind)[place - 1]) ?? null;
  return { host, read: () => {
    if (fragment.length > LONGEST) throw new RangeError("the link is too long");
    return decoded(fragment.slice(`${MARK}${kind}-${place}-`.length));
  } };
}

function decoded(text) {
  const letters = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
  return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
}

const alike = (kind) => [...document.querySelectorAll(`gd-explorer[data-kind="${kind}"]`)];
