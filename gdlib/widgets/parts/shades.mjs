/* The shades of a map: colours of the style sheet let down with paper, some hatched, for pixels and for their key. */

const LINES = { // which pixels (i from the left, j from above) a hatching of this period darkens
  rising: (i, j, period) => (i + j) % period === 0,
  falling: (i, j, period) => (i + period * j - j) % period === 0,
  crossed: (i, j, period) => (i + j) % (2 * period) === 0 || (i + 2 * period * j - j) % (2 * period) === 0,
};
const SLANTS = { rising: [135], falling: [45], crossed: [135, 45] };
const APART = 6; // pixels of the page from line to line

/**
 * The shades wanted, each {ink, depth, hatch}: `depth` (0 to 1) of the style sheet's colour --`ink` on paper, under lines
 * of `hatch` ("rising", "falling", "crossed" or none). `fill` paints pixels, `css[shade]` is the background of a box of
 * the key; `key` changes where a colour does.
 */
export class Shades {
  constructor(context, wanted, sharpness) {
    const style = getComputedStyle(context.canvas);
    const inks = new Set(["paper", "faint", ...wanted.map(({ ink }) => ink)]);
    const colours = Object.fromEntries([...inks].map((ink) => [ink, rgb(context, style.getPropertyValue(`--${ink}`).trim())]));
    const mixed = (ink, depth) => number(colours.paper.map((part, k) => Math.round(part + depth * (colours[ink][k] - part))));
    this.period = Math.max(2, Math.round(APART * sharpness));
    this.base = wanted.map(({ ink, depth }) => mixed(ink, depth));
    this.line = wanted.map(({ ink, depth }) => mixed(depth ? ink : "faint", Math.min(0.75, depth + 0.45)));
    this.hatch = wanted.map(({ hatch }) => LINES[hatch] ?? null);
    this.css = wanted.map(({ hatch }, k) => [...(SLANTS[hatch] ?? []).map((slant) =>
      `repeating-linear-gradient(${slant}deg, ${css(this.line[k])} 0 1px, transparent 1px ${0.7 * APART}px)`),
    `linear-gradient(${css(this.base[k])} 0 0)`].join(", "));
    this.key = `${this.base} ${this.line} ${this.period}`;
    this.inks = [this.base, this.line].map((colours) => Uint32Array.from(colours, inMemory));
  }

  /** Paints so many pixels of a row from place `from` of `pixels` (four bytes each); the first is column i, row j of the map. */
  fill(pixels, from, count, shade, i, j) {
    const [base, line] = this.inks, hatch = this.hatch[shade], { period } = this;
    for (let k = 0; k < count; k++) pixels[from + k] = hatch?.(i + k, j, period) ? line[shade] : base[shade];
  }
}

/** 0xRRGGBB as the bytes red, green, blue and opaque are one number to every processor that browsers still run on. */
const inMemory = (colour) => 0xff000000 | ((colour & 0xff) << 16) | (colour & 0xff00) | (colour >> 16);

/** A colour of the style sheet as three numbers. */
export function rgb(context, text) {
  context.fillStyle = text;
  const found = context.fillStyle; // #rrggbb, or rgba(…) where it lets something through
  return found.startsWith("#") ? [1, 3, 5].map((at) => parseInt(found.slice(at, at + 2), 16))
    : found.match(/[\d.]+/g).slice(0, 3).map(Number);
}

const number = ([red, green, blue]) => (red << 16) | (green << 8) | blue;
const css = (colour) => `#${colour.toString(16).padStart(6, "0")}`;
