/* The picture of an explorer as it is seen, as one SVG that needs no style sheet: title, pictures, legend, ground. */

import { html, svg } from "./elements.mjs";
import { look } from "./plot.mjs";

const EDGE = 16; // pixels round the picture
const ROW = 18; // from one line of the legend to the next
const SWATCH = 42;
const SHARPNESS = 2; // pixels of a PNG for one of the page
const SEEN = { // what an element's look is made of, with the value that need not be written
  fill: "rgb(0, 0, 0)", "fill-opacity": "1", "fill-rule": "nonzero",
  stroke: "none", "stroke-width": "1px", "stroke-opacity": "1",
  "stroke-dasharray": "none", "stroke-linejoin": "miter", "stroke-linecap": "butt", "paint-order": "normal", opacity: "1",
  visibility: "visible", display: "inline", "text-anchor": "start", "dominant-baseline": "auto",
};
const FONT = ["font-family", "font-size", "font-style", "font-weight"];

/** {text, width, height} of the picture that `shell` shows, under its caption, with the theme's colours written out. */
export function snapshot(shell) {
  const { title, lines } = shell.caption();
  const plots = [...shell.node.querySelectorAll(".gd-columns .gd-plot, .gd-columns canvas")]
    .filter((one) => one.checkVisibility() && !one.parentElement.closest(".gd-plot"));
  const boxes = plots.map((one) => one.getBoundingClientRect());
  const left = Math.min(...boxes.map((box) => box.left));
  const inner = Math.max(...boxes.map((box) => box.right)) - left;
  const { color, fontFamily } = getComputedStyle(shell.node);
  const write = writer(inner, color, fontFamily);
  const head = write(title, 0, "600 15px");
  let foot = EDGE + head.height;
  const drawn = [];
  for (const row of rows(boxes)) {
    const top = Math.min(...row.map((index) => boxes[index].top));
    for (const index of row) {
      const place = `translate(${boxes[index].left - left} ${foot + boxes[index].top - top})`;
      drawn.push(svg("g", { transform: place }, flattened(plots[index])));
    }
    foot += Math.max(...row.map((index) => boxes[index].bottom)) - top + 8;
  }
  for (const { series, text } of lines) {
    const said = write(text, series === undefined ? 0 : SWATCH, "13px");
    const place = `translate(0 ${foot})`;
    drawn.push(svg("g", { transform: place }, series === undefined ? null : mark(series, shell.node), said.node));
    foot += said.height;
  }
  const [width, height] = [Math.ceil(inner + 2 * EDGE), Math.ceil(foot + EDGE)];
  const picture = svg("svg", { width, height, viewBox: `0 0 ${width} ${height}` },
    svg("title", {}, title),
    svg("rect", { width, height, fill: resolved("var(--paper)", shell.node) }),
    svg("g", { transform: `translate(${EDGE} 0)` }, svg("g", { transform: `translate(0 ${EDGE})` }, head.node), drawn));
  return { text: new XMLSerializer().serializeToString(picture), width, height };
}

/** A picture as a file. */
export const asSvg = ({ text }) => new Blob([text], { type: "image/svg+xml" });

/** The same as pixels. */
export async function asPng({ text, width, height }) {
  const address = URL.createObjectURL(asSvg({ text }));
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = html("canvas", { width: SHARPNESS * width, height: SHARPNESS * height });
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((done) => canvas.toBlob(done, "image/png"));
  } finally {
    URL.revokeObjectURL(address);
  }
}

/** Indices of boxes, those side by side together, from above to below: what stands between the rows is left out. */
function rows(boxes) {
  const beside = (one, other) => one.top < other.bottom - 1 && (one.left >= other.right - 1 || one.right <= other.left + 1);
  const found = [];
  for (const index of boxes.map((_, place) => place).sort((a, b) => boxes[a].top - boxes[b].top)) {
    if (found.at(-1)?.some((other) => beside(boxes[index], boxes[other]))) found.at(-1).push(index);
    else found.push([index]);
  }
  return found;
}

/** A plot or a canvas as SVG nodes, in the coordinates of its own box. */
function flattened(plot) {
  const box = plot.getBoundingClientRect();
  const parts = plot instanceof HTMLCanvasElement ? [plot] : [...plot.querySelectorAll("svg, canvas, .gd-handle span")];
  return parts.filter((part) => part.checkVisibility() && !part.parentElement.closest("svg")).map((part) => {
    const { left, top, width, height } = part.getBoundingClientRect();
    const place = { x: left - box.left, y: top - box.top, width, height };
    if (part instanceof HTMLCanvasElement) return svg("image", { ...place, href: part.toDataURL() });
    if (part instanceof SVGElement) {
      const frame = { ...place, viewBox: part.getAttribute("viewBox"), overflow: "hidden" };
      return svg("svg", frame, [...part.children].map(styled));
    }
    const { borderTopWidth, borderTopColor, backgroundColor } = getComputedStyle(part);
    const edge = parseFloat(borderTopWidth);
    return svg("circle", { cx: place.x + width / 2, cy: place.y + height / 2, r: (width - edge) / 2,
      fill: backgroundColor, stroke: borderTopColor, "stroke-width": edge });
  });
}

/** A copy of an element with its look written out. */
function styled(element) {
  const copy = element.cloneNode(false);
  for (const name of ["class", "style", "tabindex", "role", "aria-label", "aria-hidden"]) copy.removeAttribute(name);
  const seen = getComputedStyle(element);
  for (const [name, usual] of Object.entries(SEEN)) {
    const value = seen.getPropertyValue(name);
    if (value && value !== usual) copy.setAttribute(name, value);
  }
  if (element instanceof SVGTextContentElement) {
    for (const name of FONT) copy.setAttribute(name, seen.getPropertyValue(name));
  }
  for (const child of element.childNodes) copy.append(child instanceof Element ? styled(child) : child.cloneNode());
  return copy;
}

/** A function that sets text in lines that fit `width`, beside a margin: {node, height}. */
function writer(width, colour, family) {
  const measure = html("canvas").getContext("2d");
  return (text, margin, font) => {
    measure.font = `${font} ${family}`;
    const lines = [""];
    for (const word of text.split(" ")) {
      const longer = lines.at(-1) ? `${lines.at(-1)} ${word}` : word;
      if (lines.at(-1) && measure.measureText(longer).width > width - margin) lines.push(word);
      else lines[lines.length - 1] = longer;
    }
    const [size, weight] = font.split(" ").reverse();
    const node = svg("text", { fill: colour, "font-family": family, "font-size": size, "font-weight": weight },
      lines.map((line, index) => svg("tspan", { x: margin, y: 13 + ROW * index }, line)));
    return { node, height: ROW * lines.length + 2 };
  };
}

function mark(series, room) {
  const { colour, dash, mark: shape } = look(series);
  const seen = resolved(colour, room);
  return svg("g", { transform: "translate(0 9)" },
    svg("path", { d: "M0 0H34", fill: "none", stroke: seen, "stroke-width": 2, "stroke-dasharray": dash }),
    svg("path", { d: shape, transform: "translate(17 0)", fill: seen, "paint-order": "stroke",
      stroke: resolved("var(--paper)", room), "stroke-width": 1.2 }));
}

/** The colour that a CSS expression stands for inside `room`. */
function resolved(expression, room) {
  const probe = html("span", { style: `color: ${expression}` });
  room.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
