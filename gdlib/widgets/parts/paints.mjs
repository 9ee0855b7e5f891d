/* The style sheet's colours for a canvas: as they stand, and a surface's levels in light, in shade and from below. */

import { rgb } from "./shades.mjs";
import { SHADES, SLABS } from "./solid.mjs";

const NAMES = ["ink", "paper", "panel", "faint", "rule", "series-1", "series-2",
  ...Array.from({ length: 8 }, (_, k) => `level-${k}`)];

/** {css(name, alpha), tints[slab][shade]} as the page has them now; `known` is the last answer, kept if it still holds. */
export function paints(context, known) {
  const style = getComputedStyle(context.canvas);
  const texts = NAMES.map((name) => style.getPropertyValue(`--${name}`).trim());
  if (known?.key === texts.join()) return known;
  const colours = Object.fromEntries(NAMES.map((name, k) => [name, rgb(context, texts[k])]));
  return { key: texts.join(), tints: tints(colours), css: (name, alpha = 1) => `rgba(${colours[name].join()}, ${alpha})` };
}

/** For each slab its colours by shade, 0 being darkest; the last, `SHADES`, is that of the underside. */
function tints(colours) {
  const dark = colours.paper.reduce((sum, part) => sum + part, 0) < 384;
  const mixed = (one, other, part) => `rgb(${one.map((value, k) => Math.round(value + part * (other[k] - value))).join()})`;
  // The map's bands: each begins at one of these lines.
  const begun = Array.from({ length: 7 }, (_, band) => Math.round((band * (SLABS - 2)) / 6));
  return Array.from({ length: SLABS }, (_, slab) => {
    const level = colours[`level-${begun.filter((line) => line < slab).length}`];
    const shades = Array.from({ length: SHADES }, (_, shade) => {
      const light = shade / (SHADES - 1);
      return mixed(level, colours["series-1"], 0.25 * (dark ? light : 1 - light));
    });
    return [...shades, mixed(level, colours.faint, dark ? 0.22 : 0.5)];
  });
}
