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
 * The borders of {f >= level} as SVG path text, one for each of the levels, which rise.
 *
 * Walk a cell's border clockwise: where it leaves the set a segment starts, where it enters one ends. The
 * neighbour walks the shared edge the other way, so segments join head to tail, and one table `next` from
 * edge to edge holds every ring. Outside the grid counts as low: every ring closes.
 */
export function rings(grid, levels, toX, toY) {
  const { values, columns } = grid;
  const reached = reaching(grid, levels);
  const segments = levels.map(() => []); // the edges of each level's: from, to, from, to, …
  for (let j = 0; j < columns - 1; j++) {
    for (let i = 0; i < columns - 1; i++) {
      const cell = j * columns + i;
      const [a, b, c, d] = [reached[cell], reached[cell + 1], reached[cell + columns + 1], reached[cell + columns]];
      if (a === b && b === c && c === d) continue;
      const edges = [2 * cell, 2 * cell + 3, 2 * (cell + columns), 2 * cell + 1];
      for (let level = Math.min(a, b, c, d); level < Math.max(a, b, c, d); level++) {
        const around = [a > level, b > level, c > level, d > level, a > level];
        const leave = [];
        const enter = [];
        for (let side = 0; side < 4; side++) {
          if (around[side] && !around[side + 1]) leave.push(side);
          if (!around[side] && around[side + 1]) enter.push(side);
        }
        if (leave.length === 1) segments[level].push(edges[leave[0]], edges[enter[0]]);
        else {
          const centre = values[cell] + values[cell + 1] + values[cell + columns] + values[cell + columns + 1];
          const turn = centre >= 4 * levels[level] ? 1 : 3;
          for (const side of leave) segments[level].push(edges[side], edges[(side + turn) % 4]);
        }
      }
    }
  }
  const next = new Int32Array(2 * columns * columns).fill(-1);
  return levels.map((level, index) => trace(segments[index], next, (edge) => {
    const cell = edge >> 1;
    const i = cell % columns;
    const j = (cell - i) / columns;
    const from = values[cell];
    const to = values[edge & 1 ? cell + columns : cell + 1];
    let part = (level - from) / (to - from);
    if (!(part >= 0 && part <= 1)) part = 0.5;
    return edge & 1 ? [toX(grid.xAt(i)), toY(grid.yAt(j + part))] : [toX(grid.xAt(i + part)), toY(grid.yAt(j))];
  }));
}

/** How many of the levels each place of the grid reaches; one on its rim reaches none. */
function reaching({ values, columns }, levels) {
  const reached = new Uint16Array(values.length);
  let count = 0;
  for (let j = 1; j < columns - 1; j++) {
    for (let place = j * columns + 1; place < (j + 1) * columns - 1; place++) {
      while (count < levels.length && values[place] >= levels[count]) count++;
      while (count > 0 && !(values[place] >= levels[count - 1])) count--;
      reached[place] = count;
    }
  }
  return reached;
}

/** Path text of the rings that segments make; the table `next` is empty before and after. */
function trace(segments, next, place) {
  let text = "";
  for (let k = 0; k < segments.length; k += 2) next[segments[k]] = segments[k + 1];
  for (let k = 0; k < segments.length; k += 2) {
    const first = segments[k];
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
