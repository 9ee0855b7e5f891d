/* Finds the level sets of a function on a grid: closed rings, so that one path serves for band and line. */

import { tenth } from "./numbers.mjs";

/** Values on a grid that reaches two cells past the window on each side, and how to get back to coordinates. */
export function sample(value, [[left, right], [bottom, top]], cells) {
  const columns = cells + 5;
  const stepX = (right - left) / cells;
  const stepY = (top - bottom) / cells;
  const xAt = (i) => left + (i - 2) * stepX;
  const yAt = (j) => bottom + (j - 2) * stepY;
  const values = new Float64Array(columns * columns);
  const inside = [];
  for (let j = 0; j < columns; j++) {
    for (let i = 0; i < columns; i++) {
      const found = value(xAt(i), yAt(j));
      values[j * columns + i] = found;
      const shown = i > 1 && j > 1 && i < columns - 2 && j < columns - 2;
      if (shown && Number.isFinite(found)) inside.push(found);
    }
  }
  return { values, columns, xAt, yAt, inside: Float64Array.from(inside).sort() };
}

/** Heights for so many lines on ground with these values; `height(low, median, high, k, count)` is that of the k-th. */
export function levels(sorted, count, height) {
  const [low, middle, high] = [sorted[0], sorted[sorted.length >> 1], sorted.at(-1)];
  if (!(low < high)) return [];
  return Array.from({ length: count }, (_, k) => height(low, middle, high, k, count));
}

/**
 * The border of {f >= level} as SVG path text.
 *
 * Walk a cell's border clockwise: where it leaves the set a segment starts, where it enters one ends. The
 * neighbour walks the shared edge the other way, so segments join head to tail, and one table `next` from
 * edge to edge holds every ring. Outside the grid counts as low: every ring closes.
 */
export function ring({ values, columns, xAt, yAt }, level, toX, toY) {
  const high = (i, j) =>
    i > 0 && j > 0 && i < columns - 1 && j < columns - 1 && values[j * columns + i] >= level;
  const next = new Int32Array(2 * columns * columns).fill(-1);
  const begun = [];
  const join = (from, to) => {
    next[from] = to;
    begun.push(from);
  };
  for (let j = 0; j < columns - 1; j++) {
    let a = high(0, j);
    let d = high(0, j + 1);
    for (let i = 0; i < columns - 1; i++) {
      const b = high(i + 1, j);
      const c = high(i + 1, j + 1);
      if (a !== b || b !== c || c !== d) {
        const corner = 2 * (j * columns + i);
        const edges = [corner, corner + 3, corner + 2 * columns, corner + 1];
        const around = [a, b, c, d, a];
        const leave = [];
        const enter = [];
        for (let side = 0; side < 4; side++) {
          if (around[side] && !around[side + 1]) leave.push(side);
          if (!around[side] && around[side + 1]) enter.push(side);
        }
        if (leave.length === 1) join(edges[leave[0]], edges[enter[0]]);
        else {
          const centre = values[j * columns + i] + values[j * columns + i + 1]
            + values[(j + 1) * columns + i] + values[(j + 1) * columns + i + 1];
          const turn = centre >= 4 * level ? 1 : 3;
          for (const side of leave) join(edges[side], edges[(side + turn) % 4]);
        }
      }
      a = b;
      d = c;
    }
  }
  return trace(begun, next, (edge) => {
    const cell = edge >> 1;
    const i = cell % columns;
    const j = (cell - i) / columns;
    const from = values[cell];
    const to = values[edge & 1 ? cell + columns : cell + 1];
    let part = (level - from) / (to - from);
    if (!(part >= 0 && part <= 1)) part = 0.5;
    return edge & 1 ? [toX(xAt(i)), toY(yAt(j + part))] : [toX(xAt(i + part)), toY(yAt(j))];
  });
}

function trace(begun, next, place) {
  let text = "";
  for (const first of begun) {
    if (next[first] < 0) continue;
    let [oldX, oldY] = [Infinity, Infinity];
    for (let edge = first; next[edge] >= 0;) {
      const [x, y] = place(edge);
      if (Math.abs(x - oldX) + Math.abs(y - oldY) > 1) { // a nearer one would not be seen
        text += (oldX === Infinity ? "M" : "L") + tenth(x) + " " + tenth(y);
        [oldX, oldY] = [x, y];
      }
      const following = next[edge];
      next[edge] = -1;
      edge = following;
    }
    text += "Z";
  }
  return text;
}
