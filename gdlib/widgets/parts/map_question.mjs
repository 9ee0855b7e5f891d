/* What a map asks, made whole, and its pictures, coarse or fine: the numbers that all ways of running them share. */

const DEFAULTS = { held: [], settings: {}, size: "gradient", lasting: false, tolerance: 1e-6, far: 1e6, near: 0.1, minima: [] };
const FINEST = 2 ** -20; // of a number, between two pixels: below it single precision would run many pixels from one point

/**
 * The question with its defaults, its numbers along the axes as `across` and `up` (from the top), and all that enters the
 * runs rounded to single precision. `single` is false, and nothing rounded, where the pixels lie too close for that.
 */
export function asked(question) {
  const whole = { ...DEFAULTS, ...question };
  const { axes, width, height, rule } = whole;
  if (whole.size === "distance" && !whole.minima.length) throw new RangeError("map: a distance needs minima, got none");
  whole.single = axes.every((axis, k) => parted(axis, [width, height][k]));
  const rounded = (value) => (whole.single ? Math.fround(value) : value);
  whole.settings = Object.fromEntries(Object.entries({ ...rule.module.defaults, ...whole.settings })
    .map(([name, value]) => [name, rounded(value)]));
  for (const name of ["start", "held"]) whole[name] = whole[name].map(rounded);
  for (const name of ["tolerance", "far"]) whole[name] = rounded(whole[name]);
  whole.across = Float64Array.from(valuesAlong(axes[0], width), rounded);
  whole.up = Float64Array.from(valuesAlong(axes[1], height), rounded).reverse();
  return whole;
}

/** Whether single precision keeps the pixels of an axis well apart. */
function parted({ low, high, scale }, count) {
  return scale === "log" || scale === "rest" || (high - low) / count >= FINEST * Math.max(Math.abs(low), Math.abs(high));
}

const THERE = { linear: (x) => x, log: Math.log, rest: (x) => Math.log(1 - x) };
const BACK = { linear: (x) => x, log: Math.exp, rest: (x) => 1 - Math.exp(x) };

/** The numbers of an axis in the middle of each of so many pixels, from low to high. */
export function valuesAlong({ low, high, scale = "linear" }, count) {
  return Array.from({ length: count }, (_, k) => valueAt({ low, high, scale }, (k + 0.5) / count));
}

/** The number of an axis at a share (0 to 1) of its length. */
export function valueAt({ low, high, scale = "linear" }, share) {
  const [from, to] = [low, high].map(THERE[scale]);
  return BACK[scale](from + (to - from) * share);
}

/** At which share of an axis's length a number lies; outside 0 to 1 where it is not on the map. */
export function shareOf({ low, high, scale = "linear" }, value) {
  const [from, to, at] = [low, high, value].map(THERE[scale]);
  return (at - from) / (to - from);
}

/**
 * What is known of a map, one pixel of each square of `stride` run for all of it: cell k, row by row of squares.
 * `numbers` has four for it: the coordinates of the last point; the steps, coded: s >= 0 for a run that arrived after s
 * steps, -1 for one that took all its steps, -1 - s for one that left in step s, its last point being the one before; and
 * the size there over that of the start.
 */
export class Picture {
  constructor(question, stride, isFirst) {
    const { width, height, minima } = question, columns = Math.ceil(width / stride), rows = Math.ceil(height / stride);
    Object.assign(this, { question, stride, isFirst, width, height, columns, cells: columns * rows });
    this.numbers = new Float32Array(4 * this.cells);
    this.missing = new Uint32Array(rows).fill(columns); // cells of each row
    this.ends = Float64Array.from(minima.flatMap(([x, y = 0]) => [x, y])); // a run of one variable has y = 0 too
  }

  /** The column of pixels in which a cell is run. */
  column(cell) {
    return Math.min((cell % this.columns) * this.stride + (this.stride >> 1), this.width - 1);
  }

  row(cell) {
    return Math.min(Math.floor(cell / this.columns) * this.stride + (this.stride >> 1), this.height - 1);
  }

  /** Takes the numbers of the cells from `from` on; gives the rows of pixels {top, height} that are whole by them, or null. */
  take(from, numbers) {
    const { columns, stride, height, missing } = this, end = from + numbers.length / 4, whole = [];
    this.numbers.set(numbers, 4 * from);
    for (let row = Math.floor(from / columns); row * columns < end; row++) {
      missing[row] -= Math.min(end, (row + 1) * columns) - Math.max(from, row * columns);
      if (!missing[row]) whole.push(row);
    }
    const top = whole[0] * stride;
    return whole.length ? { top, height: Math.min(height, (whole.at(-1) + 1) * stride) - top } : null;
  }

  /** The cell at shares (0 to 1) of the width from the left and of the height from the bottom; -1 where its row is not whole. */
  at(across, up) {
    const [i, j] = [[across, this.width], [1 - up, this.height]]
      .map(([share, count]) => Math.floor(Math.min(count - 1, Math.max(0, Math.floor(share * count))) / this.stride));
    return this.missing[j] ? -1 : j * this.columns + i;
  }

  /** The numbers of a cell on the two axes. */
  values(k) {
    const { across, up } = this.question;
    return [across[this.column(k)], up[this.row(k)]];
  }

  point(k) {
    return [...this.numbers.subarray(4 * k, 4 * k + this.question.start.length)];
  }

  arrived(k) {
    return this.numbers[4 * k + 2] >= 0;
  }

  left(k) {
    return this.numbers[4 * k + 2] < -1;
  }

  /** The steps taken to arrive or to leave, or all of them. */
  steps(k) {
    const code = this.numbers[4 * k + 2];
    return code >= 0 ? code : code === -1 ? this.question.steps : -1 - code;
  }

  /** By what a step multiplied the size, in the geometric mean; for a run that left, up to the step before. */
  rate(k) {
    const taken = this.steps(k) - this.left(k);
    return taken > 0 ? this.numbers[4 * k + 3] ** (1 / taken) : this.left(k) ? Infinity : 0;
  }

  /** The index of the minimum nearest to the last point, if it is near enough; else -1. */
  minimum(k) {
    if (this.left(k)) return -1;
    const { numbers, ends, question: { near } } = this, x = numbers[4 * k], y = numbers[4 * k + 1];
    let found = -1, least = near * near;
    for (let m = 0; m < ends.length; m += 2) {
      const square = (x - ends[m]) ** 2 + (y - ends[m + 1]) ** 2;
      if (!(square <= least)) continue; // nor if it is no number
      found = m / 2;
      least = square;
    }
    return found;
  }
}
