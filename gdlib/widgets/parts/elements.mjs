/* Builds HTML and SVG elements from plain values, so that no other module spells out createElement. */

const SVG = "http://www.w3.org/2000/svg";

/** Attributes that are functions become listeners ("onclick"), true becomes "", false and null are left out. */
function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
  node.append(...children.flat().filter((child) => child != null));
  return node;
}

export const html = (tag, attributes = {}, ...children) =>
  fill(document.createElement(tag), attributes, children);

export const svg = (tag, attributes = {}, ...children) =>
  fill(document.createElementNS(SVG, tag), attributes, children);

/** Sets an element's text; one that is there already is not written again, for it would be laid out, and spoken, anew. */
export function put(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** An id that no other element of the page bears; labels and clip paths need one. */
export const freshId = () => `gd-${Math.random().toString(36).slice(2, 10)}`;
