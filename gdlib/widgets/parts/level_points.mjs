/* Finds where the gradient vanishes in a window, numerically: from a grid of starts, each led to the zero it belongs to. */

const CELLS = { 1: 400, 2: 72 }; // along each side of the grid
const ROUNDS = 60; // of one descent to a zero
const STEP = 1.5; // the longest step of it, in cells
const CLOSE = 1e-7; // a zero is found when its next step would be this part of a cell
const NEAR = 1e-4; // the same where a curvature vanishes, and steps shrink slowly
const FLAT = 1e-8; // an eigenvalue below this part of the usual slope of a cell is taken for 0
const KINK = 1e-2; // a slope of this part, so near to a zero, is a kink's
const MOST = 400; // points that are listed

/**
 * {points, sets, whole}: the isolated zeros of the gradient in the window, each {at, value, eigenvalues, kind, strict,
 * reason}, how many starts came to lines or regions of them instead, and whether all starts were followed before `most`
 * gradients were. `landscape` is as duals.mjs or gdlib make one. A generator: it pauses after each row of the grid and
 * each start, and returns what it has found.
 */
export function* search(landscape, window, most = Infinity) {
  const ground = new Ground(landscape, window);
  const starts = yield* ground.starts();
  const found = [];
  let [sets, whole] = [0, true];
  ground.spent = 0;
  for (const start of starts) {
    yield;
    whole = ground.spent < most;
    if (!whole) break;
    const zero = ground.zero(start);
    if (!zero || found.some((one) => ground.same(one, zero))) continue;
    if (zero.flat && ground.goesOn(zero)) sets += 1;
    else if (found.length < MOST) found.push(zero);
  }
  const points = found.map((zero) => ground.described(zero));
  return { points: points.sort((one, other) => one.at[0] - other.at[0] || one.at[1] - other.at[1]), sets, whole };
}

/** The whole search at once. */
export function searched(landscape, window, most) {
  const going = search(landscape, window, most);
  for (;;) {
    const { done, value } = going.next();
    if (done) return value;
  }
}

/** The window in cells: places, slopes and curvatures are per cell, so that both axes count alike. */
class Ground {
  constructor(landscape, window) {
    this.n = window.length;
    this.count = CELLS[this.n];
    Object.assign(this, { landscape, spent: 0, low: window.map(([low]) => low), size: window.map(([low, high]) => (high - low) / this.count) });
    this.rows = this.n > 1 ? this.count : 0; // one variable has one row, and a second that nothing depends on
  }

  at(place) {
    return this.low.map((low, k) => low + place[k] * this.size[k]);
  }

  slope(place) {
    this.spent += 1;
    const [a, b] = this.landscape.slopeAt(this.at(place));
    return [a * this.size[0], this.n > 1 ? b * this.size[1] : 0];
  }

  /** [a, b, d] of a symmetric matrix by rows. */
  curvature(place) {
    const [[a, b], second] = this.landscape.curvatureAt(this.at(place));
    const [p, q] = this.size;
    return this.n > 1 ? [a * p * p, b * p * q, second[1] * q * q] : [a * p * p, 0, 1];
  }

  /** Places from which to set out: where both slopes change sign, and where the gradient is shorter than all around. */
  *starts() {
    const wide = this.count + 1, tall = this.rows + 1;
    const slopes = [new Float64Array(wide * tall), new Float64Array(wide * tall)];
    const lengths = new Float64Array(wide * tall);
    for (let j = 0; j < tall; j++) {
      yield;
      for (let i = 0; i < wide; i++) {
        const slope = this.slope([i, j]);
        for (const axis of [0, 1]) slopes[axis][j * wide + i] = slope[axis];
        lengths[j * wide + i] = Math.hypot(...slope);
      }
    }
    const usual = lengths.filter((length) => length > 0 && length < Infinity).sort();
    this.scale = usual[usual.length >> 1] ?? 1;
    const found = [];
    for (let j = 0; j < tall; j++) {
      for (let i = 0; i < wide; i++) {
        const around = [];
        for (let v = Math.max(0, j - 1); v <= Math.min(tall - 1, j + 1); v++) {
          for (let u = Math.max(0, i - 1); u <= Math.min(wide - 1, i + 1); u++) around.push(lengths[v * wide + u]);
        }
        if (around.every((length) => !(length < lengths[j * wide + i])) && lengths[j * wide + i] < Infinity) found.push([i, j]);
        if (i === wide - 1 || (tall > 1 && j === tall - 1)) continue;
        const corners = tall > 1 ? [0, 1, wide, wide + 1] : [0, 1];
        const turns = (axis) => {
          const signs = corners.map((corner) => Math.sign(slopes[axis][j * wide + i + corner]));
          return Math.min(...signs) <= 0 && Math.max(...signs) >= 0;
        };
        if (turns(0) && turns(1)) found.push([i + 0.5, tall > 1 ? j + 0.5 : 0]);
      }
    }
    return found;
  }

  /** The zero to which a start is led, {place, flat}, or null: damped steps towards where the linear model vanishes. */
  zero(start) {
    let place = start, slope = this.slope(place), length = Math.hypot(...slope);
    let damping = 1e-3, last = null, small = false;
    for (let round = 0; round < ROUNDS && length > 0; round++) {
      const matrix = this.curvature(place);
      const size = this.steep(matrix);
      const step = limited(solved(matrix, slope, damping * size * size));
      const [next, tried] = this.better(place, step, last);
      const there = this.slope(next), far = Math.hypot(...there);
      if (!(far < length)) {
        small = Math.hypot(...step) < CLOSE;
        if (small || damping > 1e8) break;
        damping *= 10;
        continue;
      }
      damping = Math.max(1e-15, damping / 30);
      [last, place, slope, length] = [tried, next, there, far];
      small = Math.hypot(...tried) < CLOSE;
      if (small && far < 1e-14 * this.scale) break;
    }
    if (!this.holds(place) || !(length === 0 || (small && this.near(place, slope)))) return null;
    return this.certain(this.rounded(place, length));
  }

  /** Whether it was no damping that made the steps small. */
  near(place, slope) {
    const matrix = this.curvature(place);
    return Math.hypot(...solved(matrix, slope, 1e-15 * this.steep(matrix) ** 2)) < NEAR;
  }

  steep([a, b, d]) {
    return (this.n > 1 ? Math.hypot(a, b, d) : Math.abs(a)) || 1;
  }

  /** A step, or what a series of steps that shrink slowly comes to: where a curvature vanishes they do. */
  better(place, step, last) {
    const plain = moved(place, step);
    const ratio = last ? (step[0] * last[0] + step[1] * last[1]) / (last[0] * last[0] + last[1] * last[1]) : 0;
    if (!(ratio > 0.3 && ratio < 0.95)) return [plain, step];
    const leap = step.map((part) => part / (1 - ratio));
    const leapt = moved(place, leap);
    return Math.hypot(...this.slope(leapt)) < Math.hypot(...this.slope(plain)) ? [leapt, leap] : [plain, step];
  }

  holds(place) {
    const edge = 1e-6;
    const inside = (part, end) => part >= -edge && part <= end + edge;
    return inside(place[0], this.count) && (this.n === 1 || inside(place[1], this.count));
  }

  /** The place with fewer digits, if the gradient is no longer there. */
  rounded(place, length) {
    const point = this.at(place);
    for (let digits = 0; digits < 13; digits++) {
      const short = point.map((part) => Number(part.toFixed(digits)) + 0);
      const near = short.map((part, k) => (part - this.low[k]) / this.size[k]);
      const moved = Math.hypot(...near.map((part, k) => part - place[k]));
      const slope = Math.hypot(...this.landscape.slopeAt(short).map((part, k) => part * this.size[k]));
      if (moved < 1e-3 && slope <= length) return { place: this.n > 1 ? near : [near[0], 0], point: short };
    }
    return { place, point };
  }

  /** With what decides its kind; null where the gradient jumps, or is not a number beside it. */
  certain({ place, point }) {
    for (const way of this.n > 1 ? [[1, 0], [-1, 0], [0, 1], [0, -1]] : [[1, 0], [-1, 0]]) {
      const beside = Math.hypot(...this.slope(moved(place, way.map((part) => 1e-5 * part))));
      if (!(beside < KINK * this.scale)) return null;
    }
    const matrix = this.curvature(place);
    const [low, high] = this.n > 1 ? eigenvalues(matrix) : [matrix[0], matrix[0]];
    if (!Number.isFinite(low + high)) return null;
    const least = Math.max(FLAT * this.scale, 1e-12 * Math.max(Math.abs(low), Math.abs(high)));
    return { place, point, matrix, low, high, flat: Math.min(Math.abs(low), Math.abs(high)) < least };
  }

  same(one, other) {
    const far = Math.hypot(...one.place.map((part, k) => part - other.place[k]));
    return far < (one.flat && other.flat ? 0.2 : 1e-3);
  }

  /** Whether the gradient vanishes beside a flat zero too, half a cell along the direction that is flat. */
  goesOn({ place, matrix, low, high }) {
    const [a, b, d] = matrix;
    const flat = Math.abs(low) < Math.abs(high) ? low : high;
    const one = Math.hypot(b, flat - a) > Math.hypot(b, flat - d) ? [b, flat - a] : [flat - d, b];
    const length = Math.hypot(...one);
    const ways = length > 0 ? [one.map((part) => part / length)] : [[1, 0], [0, 1], [0.6, 0.8]];
    const both = ways.flatMap((way) => [1, -1].map((side) => way.map((part) => (this.n > 1 || part ? 0.5 * side * part : 0))));
    return both.some((way) => {
      const beside = moved(place, way);
      const zero = this.zero(beside);
      return zero !== null && Math.hypot(...zero.place.map((part, k) => part - beside[k])) < 0.2;
    });
  }

  described({ point, flat }) {
    const value = this.landscape.valueAt(point);
    const [[a, b], second] = this.landscape.curvatureAt(point);
    const both = this.n > 1 ? eigenvalues([a, b, second[1]]) : [a];
    const kind = flat ? "undecided" : both[0] > 0 ? "minimum" : both.at(-1) < 0 ? "maximum" : "saddle";
    return { at: point, value, eigenvalues: both, kind, strict: kind === "minimum" || kind === "maximum" ? true : null, reason: REASONS[kind] };
  }
}

const REASONS = {
  minimum: "both eigenvalues are positive: a strict minimum (second-derivative test; the point was found numerically)",
  maximum: "both eigenvalues are negative: a strict maximum (second-derivative test; the point was found numerically)",
  saddle: "one eigenvalue is positive and one is negative: a saddle (second-derivative test; the point was found numerically)",
  undecided: "an eigenvalue is 0, as far as the page can tell: undecided here, run gd.classify",
};

const moved = (place, step) => place.map((part, k) => part + step[k]);

function limited(step) {
  const length = Math.hypot(...step);
  return length > STEP ? step.map((part) => (part * STEP) / length) : step;
}

/** The step at which a symmetric matrix takes the slope away, damped as Levenberg and Marquardt do. */
function solved([a, b, d], [g, h], damping) {
  const [p, q, r] = [a * a + b * b + damping, b * (a + d), d * d + b * b + damping];
  const [s, t] = [a * g + b * h, b * g + d * h];
  const determinant = p * r - q * q;
  return [-(r * s - q * t) / determinant, -(p * t - q * s) / determinant];
}

/** The smaller one first. */
function eigenvalues([a, b, d]) {
  const middle = (a + d) / 2, reach = Math.hypot((a - d) / 2, b);
  return [middle - reach, middle + reach];
}
