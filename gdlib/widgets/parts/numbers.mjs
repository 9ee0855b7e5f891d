/* Chooses and prints numbers for people: tick positions, short forms, tidy values. */

const MINUS = "\u2212";
const RAISED = { "-": "\u207b", 0: "\u2070", 1: "\u00b9", 2: "\u00b2", 3: "\u00b3", 4: "\u2074",
  5: "\u2075", 6: "\u2076", 7: "\u2077", 8: "\u2078", 9: "\u2079" };

const raised = (whole) => String(whole).replace(/./g, (character) => RAISED[character]);

/** The value to so many significant digits, as a number: what a slider writes into the state. */
export const tidy = (value, digits = 3) => Number(value.toPrecision(digits));

/** A power of ten as a tick prints it; 0.01 to 100 read better written out. */
export const power = (exponent) =>
  exponent >= -2 && exponent <= 2 ? String(tidy(10 ** exponent)) : `10${raised(exponent)}`;

/** A number in a few characters: 0.0123, 1.23×10⁻⁵, −4.5; "not finite" is told in words elsewhere. */
export function short(value, digits = 3) {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "not a number" : value > 0 ? "∞" : `${MINUS}∞`;
  if (value === 0) return "0";
  const exponent = Math.floor(Math.log10(Math.abs(value)));
  if (exponent >= -3 && exponent < 5) {
    return value.toFixed(Math.max(0, digits - 1 - Math.max(exponent, -1))).replace("-", MINUS);
  }
  return scientific(value.toExponential(digits - 1));
}

/** A number written with a power of ten, in the digits that it has. */
function scientific(value) {
  const [mantissa, tens] = String(value).split("e");
  return `${mantissa.replace("-", MINUS)}×10${raised(Number(tens))}`;
}

/** A number as one types it, to three digits: 2, 0.333; a very large or small one as `short` has it. */
export const plain = (value) => (value === 0 || (Math.abs(value) >= 1e-3 && Math.abs(value) < 1e4)
  ? String(tidy(value)).replace("-", MINUS) : short(value));

/** A coordinate: three decimals while that says enough, so that columns line up. */
export const place = (value) =>
  Math.abs(value) < 1e5 ? value.toFixed(3).replace(/^-(?=0\.000$)/, "").replace("-", MINUS) : short(value);

/** The value, or 0 where it is what rounding leaves of numbers of this size. */
export const bare = (value, size = 1) => (Math.abs(value) <= 1e-12 * size ? 0 : value);

/** A point or vector in a few characters; beside a large part, what rounding leaves of a 0 is 0. */
export function pair(values) {
  const size = Math.max(...values.map(Math.abs));
  return `(${values.map((part) => short(bare(part, size))).join(", ")})`;
}

/** A place in four digits, without zeros at their end; in a picture so wide, in as many as tell its pixels apart. */
export const spot = (at, wide = Infinity) => `(${at.map((part) => {
  const digits = Math.min(17, Math.max(4, 4 + Math.floor(Math.log10(Math.abs(part) / wide))));
  return String(tidy(part, digits)).replace("-", MINUS);
}).join(", ")})`;

/** Round tick positions, about `count` of them, within [low, high]. */
export function ticks(low, high, count) {
  const rough = (high - low) / count;
  const scale = 10 ** Math.floor(Math.log10(rough));
  const step = scale * [1, 2, 5, 10].find((factor) => factor * scale >= rough);
  const places = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const largest = Math.max(Math.abs(low), Math.abs(high));
  const tens = largest >= 1e6 || (largest < 1e-3 && places > 5); // written out they would not fit beside an axis
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, index) => {
    const at = (first + index) * step;
    if (tens) return { at, text: at === 0 ? "0" : scientific(tidy(at, 13).toExponential()) };
    return { at, text: (at === 0 ? 0 : at).toFixed(places).replace("-", MINUS) };
  });
}

/** The same for a count from 0 to `high`: whole numbers only, however few there are. */
export const counts = (high, count) => ticks(0, high, Math.min(high, count));

/** Whole powers of ten between two exponents, thinned to about `count`. */
export function decades(low, high, count) {
  const stride = Math.max(1, Math.ceil((high - low) / count));
  const found = [];
  for (let exponent = Math.ceil(low / stride) * stride; exponent <= high; exponent += stride) {
    found.push({ at: exponent, text: power(exponent) });
  }
  return found;
}

const tenths = []; // number k in tenths of a pixel as text: writing a fraction takes longer than all else about a point
const CACHED = 20_000;

/** A coordinate as text, rounded to tenths of a pixel. */
export function tenth(pixels) {
  const count = Math.round(pixels * 10);
  return count >= 0 && count < CACHED ? (tenths[count] ??= String(count / 10)) : count / 10;
}
