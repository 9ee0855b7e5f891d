/* A surface in a box, cut along its levels into flat pieces: drawn from far to near, and asked what hides what. */

const TALL = 0.8; // the box is 2 wide and deep and 1.6 high, as in gdlib's still figures
export const SHADES = 24; // from shade to light; one more is the underside
export const SLABS = 16; // between the levels, floor and lid of the box
const LIGHT = [-0.8, 0.6]; // from the north-west, as on maps
const REACH = 0.04; // how far apart the looks are that find what hides a point
const SEAM = 0.22; // pixels
const LOOK = 0.01; // the same, where a place is looked for
const SLACK = 0.012; // a surface this little above a line of sight does not hide: it is the point's own

/** Where the eye stands, in degrees: turns (u, v, w) of the box, each from -1 to 1, to right, up and behind. */
export class View {
  constructor({ turn, tilt }) {
    const [t, k] = [(turn * Math.PI) / 180, (tilt * Math.PI) / 180];
    Object.assign(this, { sin: Math.sin(t), cos: Math.cos(t), rise: Math.sin(k), lean: Math.cos(k) });
  }

  right(u, v) {
    return u * this.cos - v * this.sin;
  }

  up(u, v, w) {
    return TALL * w * this.lean + (u * this.sin + v * this.cos) * this.rise;
  }

  /** The way to the eye from anywhere, its step across the floor being 1; straight from above there is none. */
  towards() {
    return { u: -this.sin, v: -this.cos, w: this.rise / Math.max(1e-9, this.lean) / TALL };
  }
}

export class Solid {
  /** `height(u, v)` is how high in the box the ground lies; `levels` cut it, from the floor to the lid. */
  constructor(height, cells, levels) {
    Object.assign(this, { cells, levels });
    const n = cells + 1;
    this.heights = new Float64Array(n * n);
    for (let k = 0; k < n * n; k++) {
      this.heights[k] = height((2 * (k % n)) / cells - 1, (2 * Math.floor(k / n)) / cells - 1);
    }
    this.slopes = new Float32Array(2 * cells * cells); // of each cell, along u and v
    const made = { points: [], pieces: [], lines: [], ends: [] };
    for (let row = 0; row < cells; row++) for (let column = 0; column < cells; column++) this.cut(row, column, made);
    this.points = Float32Array.from(made.points);
    Object.assign(this, { pieces: Int32Array.from(made.pieces), lines: Int32Array.from(made.lines),
      ends: Int32Array.from(made.ends) });
    this.x = new Float32Array(this.points.length / 3);
    this.y = new Float32Array(this.points.length / 3);
  }

  /** The pieces of a cell: what lies between two levels is one piece; none where a height is no number. */
  cut(row, column, made) {
    const n = this.cells + 1;
    const corners = [[row, column], [row, column + 1], [row + 1, column + 1], [row + 1, column]].map(([i, j]) =>
      [(2 * j) / this.cells - 1, (2 * i) / this.cells - 1, this.heights[i * n + j]]);
    const [a, b, c, d] = corners.map((one) => one[2]);
    if (corners.every(([, , w]) => Number.isFinite(w))) {
      // The normal is (-slope along u, -slope along v, 1); its share of the light is the cell's shade.
      const [du, dv] = [b + c - a - d, c + d - a - b].map((rise) => (TALL * rise * this.cells) / 4);
      this.slopes.set([du, dv], 2 * (row * this.cells + column));
      const lit = 0.5 + (0.55 * (-LIGHT[0] * du - LIGHT[1] * dv)) / Math.hypot(du, dv, 1);
      const shade = Math.round((SHADES - 1) * Math.min(1, Math.max(0, lit)));
      const crossed = Math.min(a, c) > Math.max(b, d) || Math.min(b, d) > Math.max(a, c); // one level crosses it twice
      const flat = crossed ? [corners.slice(0, 3), [corners[0], corners[2], corners[3]]] : [corners];
      for (const one of flat) this.slice(one, shade, made);
    }
    made.ends.push(made.pieces.length, made.lines.length);
  }

  slice(whole, shade, made) {
    const last = this.levels.length - 1;
    let rest = whole;
    // What lies below the first level or above the last is cut off.
    for (let slab = 0; slab <= last && rest.length > 2; slab++) {
      const [below, above, edge] = parted(rest, this.levels[slab]);
      if (slab > 0 && below.length > 2) {
        made.pieces.push(made.points.length / 3, below.length, slab - 1, shade);
        for (const point of below) made.points.push(...point);
      }
      if (edge.length === 2 && slab > 0 && slab < last) {
        made.lines.push(made.points.length / 3);
        for (const point of edge) made.points.push(...point);
      }
      rest = above;
    }
  }

  /** Paints the surface; `tint(slab, shade)` is a colour, `ink` that of the lines; [x, y, scale] places it. */
  draw(context, view, [left, top, scale], tint, ink) {
    const { points, x, y, pieces, lines, ends, cells } = this;
    for (let k = 0; k < x.length; k++) {
      x[k] = left + scale * view.right(points[3 * k], points[3 * k + 1]);
      y[k] = top - scale * view.up(points[3 * k], points[3 * k + 1], points[3 * k + 2]);
    }
    let colour = "";
    context.lineJoin = "round";
    for (let row = 0; row < cells; row++) {
      const i = view.cos > 0 ? cells - 1 - row : row;
      for (let column = 0; column < cells; column++) {
        const cell = i * cells + (view.sin > 0 ? cells - 1 - column : column);
        const under = view.rise + view.lean * (this.slopes[2 * cell] * view.sin + this.slopes[2 * cell + 1] * view.cos) < 0;
        for (let k = cell ? ends[2 * cell - 2] : 0; k < ends[2 * cell]; k += 4) {
          const [from, count] = [pieces[k], pieces[k + 1]];
          const found = tint(pieces[k + 2], under ? SHADES : pieces[k + 3]);
          if (found !== colour) {
            colour = found;
            context.fillStyle = colour;
          }
          grown(context, x, y, from, from + count);
          context.fill();
        }
        const [first, last] = [cell ? ends[2 * cell - 1] : 0, ends[2 * cell + 1]];
        if (first === last) continue;
        context.lineWidth = 0.8;
        context.strokeStyle = ink;
        context.beginPath();
        for (let k = first; k < last; k++) {
          context.moveTo(x[lines[k]], y[lines[k]]);
          context.lineTo(x[lines[k] + 1], y[lines[k] + 1]);
        }
        context.stroke();
      }
    }
  }

  /** The height of the drawn surface, not a number outside it. */
  at(u, v) {
    const { cells, heights } = this;
    const [x, y] = [((u + 1) * cells) / 2, ((v + 1) * cells) / 2];
    if (!(x >= 0 && y >= 0 && x <= cells && y <= cells)) return NaN;
    const [j, i] = [Math.min(cells - 1, Math.floor(x)), Math.min(cells - 1, Math.floor(y))];
    const [s, t, k] = [x - j, y - i, i * (cells + 1) + j];
    return (1 - t) * ((1 - s) * heights[k] + s * heights[k + 1])
      + t * ((1 - s) * heights[k + cells + 1] + s * heights[k + cells + 2]);
  }

  /** Whether the surface stands between the eye and a point on it or above it. */
  hides(u, v, w, view) {
    const way = view.towards();
    for (let far = REACH; far < 3; far += REACH) {
      const height = w + far * way.w;
      if (height > 1) return false;
      const [x, y] = [u + far * way.u, v + far * way.v];
      if (Math.abs(x) > 1 || Math.abs(y) > 1) return false;
      const ground = this.at(x, y);
      if (ground <= 1 && ground > height + SLACK) return true;
    }
    return false;
  }

  /** The place [u, v] of the surface that is seen so far right and up; null beside it. */
  under(right, up, view) {
    const way = view.towards();
    // From where the line of sight meets the floor towards the eye: the last place where it goes through the surface.
    const back = (up + TALL * view.lean) / Math.max(1e-9, view.rise);
    const [u, v] = [right * view.cos + back * view.sin, back * view.cos - right * view.sin];
    let [found, below] = [null, null];
    for (let far = -LOOK; far <= 2 / way.w + LOOK; far += LOOK) {
      const [x, y] = [u + far * way.u, v + far * way.v];
      const ground = this.at(x, y);
      const now = Number.isNaN(ground) ? null : ground >= -1 + far * way.w;
      if (below !== null && now !== null && now !== below) found = [x, y];
      below = now;
    }
    return found;
  }
}

/** A path round a piece, a little beyond its edge, so that no seam shows between two. */
function grown(context, x, y, from, to) {
  let [middleX, middleY] = [0, 0];
  for (let p = from; p < to; p++) {
    middleX += x[p] / (to - from);
    middleY += y[p] / (to - from);
  }
  context.beginPath();
  for (let p = from; p < to; p++) {
    context.lineTo(x[p] + (x[p] > middleX ? SEAM : -SEAM), y[p] + (y[p] > middleY ? SEAM : -SEAM));
  }
}

/** A polygon in two along a level: what lies below, what above, and the ends of the cut between them. */
function parted(polygon, level) {
  const [below, above, edge] = [[], [], []];
  polygon.forEach((one, index) => {
    const next = polygon[(index + 1) % polygon.length];
    (one[2] < level ? below : above).push(one);
    if (one[2] < level === next[2] < level) return;
    const part = (level - one[2]) / (next[2] - one[2]);
    const point = [one[0] + part * (next[0] - one[0]), one[1] + part * (next[1] - one[1]), level];
    below.push(point);
    above.push(point);
    edge.push(point);
  });
  return [below, above, edge];
}
