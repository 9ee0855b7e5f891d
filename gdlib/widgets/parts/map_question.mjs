/* What a map asks, made whole, and what is known of its pixels: the numbers that all ways of running them share. */

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

/** The pixels that a picture of this stride runs, the first or not: square `cell`, row by row, stands for its middle one. */
export class Grid {
  constructor({ width, height }, stride, isFirst) {
    Object.assign(this, { stride, isFirst, width, height, columns: Math.ceil(width / stride) });
    this.cells = this.columns * Math.ceil(height / stride);
  }

  column(cell) {
    return Math.min((cell % this.columns) * this.stride + (this.stride >> 1), this.width - 1);
  }

  row(cell) {
    return Math.min(Math.floor(cell / this.columns) * this.stride + (this.stride >> 1), this.height - 1);
  }
}

/**
 * What is known of each pixel. `numbers` has four for pixel k: the coordinates of its last point; the steps, coded: s >= 0
 * for a run that arrived after s steps, -1 for one that took all its steps, -1 - s for one that left in step s, its last
 * point being the one before; and the size there over that of the start.
 */
export class Answers {
  constructor(question) {
    const { width, height } = question;
    Object.assign(this, { question, width, height, numbers: new Float32Array(4 * width * height), done: false, by: "" });
  }

  /** The numbers of the pixel on the two axes. */
  values(k) {
    const { across, up } = this.question;
    return [across[k % this.width], up[Math.floor(k / this.width)]];
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
    const { minima, near, start } = this.question;
    let found = -1, least = near * near;
    if (this.left(k)) return found;
    for (let m = 0; m < minima.length; m++) {
      let square = 0;
      for (let i = 0; i < start.length; i++) square += (this.numbers[4 * k + i] - minima[m][i]) ** 2;
      if (square <= least) [found, least] = [m, square];
    }
    return found;
  }

  /** The pixel at shares (0 to 1) of the width from the left and of the height from the bottom. */
  at(across, up) {
    const [i, j] = [[across, this.width], [1 - up, this.height]]
      .map(([share, count]) => Math.min(count - 1, Math.max(0, Math.floor(share * count))));
    return j * this.width + i;
  }

  /** Takes the numbers of the cells of a grid from `from` on; gives the box of pixels that they fill. */
  take(grid, from, numbers) {
    const { width, height } = this, { stride, columns } = grid, count = numbers.length / 4;
    if (stride === 1) this.numbers.set(numbers, 4 * from);
    for (let cell = from; stride > 1 && cell < from + count; cell++) {
      const left = (cell % columns) * stride, top = Math.floor(cell / columns) * stride;
      const right = Math.min(left + stride, width), bottom = Math.min(top + stride, height);
      const some = numbers.subarray(4 * (cell - from), 4 * (cell - from) + 4), row = 4 * (top * width + left);
      for (let i = 0; i < right - left; i++) this.numbers.set(some, row + 4 * i);
      for (let j = 1; j < bottom - top; j++) this.numbers.copyWithin(row + 4 * j * width, row, row + 4 * (right - left));
    }
    const top = Math.floor(from / columns) * stride, last = Math.floor((from + count - 1) / columns);
    return { left: 0, top, width, height: Math.min(height, (last + 1) * stride) - top };
  }
}
