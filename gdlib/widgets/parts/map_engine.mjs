/* Maps computed per pixel: asks whichever way the page has to run the pixels, a coarse picture first, then all of them. */

import { asked, Picture } from "./map_question.mjs";
import { slices } from "./map_slices.mjs";
import { webgl } from "./map_webgl.mjs";
import { workers } from "./map_workers.mjs";

/**
 * What a map asks, each pixel a run of its own; what has a default (in brackets) may be left out.
 *
 * objective, rule: {module, text, glsl}: the loaded module, its JavaScript and its GLSL as gdlib emits them. For a method of
 *   second order the objective's module has hessian and curvatureAt. Without `text` (a formula of the reader's own, which
 *   is no text) the page itself runs the pixels; without `glsl` no graphics processor does. glsl: {head, loop}, what a
 *   program has in front of these two texts and behind them.
 * start: [x] or [x, y]. held ([]): values of the objective's further variables, which stay as they are: f(x, y, κ) is
 *   mapped with a start of two numbers and κ in `held`. settings ({}): hyperparameters that are not the rule's defaults.
 * axes: [across, up], what runs along them: {of: "start", name: 0 or 1}, {of: "held", name: 0, …} or {of: "settings",
 *   name: "lr"}, each with low, high and scale ("linear"), "log", or "rest", which is "log" for 1 - value (a β near 1).
 * steps: at most so many. size ("gradient"): what a run is to make small, the gradient's norm, or "distance", that to the
 *   nearest of `minima` ([]: [[x, y], …]). lasting (false): counts the larger one of the last two sizes, so that to swing
 *   through zero is not to arrive. tolerance (1e-6): a run has arrived, and ends, where the size is at most so much.
 * far (1e6): a run has left, and ends, where a coordinate is no number or beyond this. near (0.1): how far from a minimum
 *   a last point still belongs to it.
 * width, height: of the map, in pixels; its first row is the highest.
 *
 * `map(question, changed)` begins and returns {answers, finished, cancel()}. `changed(picture, rows, done)` is called as
 * rows of a picture (map_question.mjs) become whole, {top, height} in pixels: first those of a coarse one, in squares of
 * equal pixels, then of finer ones. It is never called after `cancel()`. `finished` is a promise: true once all is known,
 * false if cancelled. `answers` has the `pictures`, the finest first, and `done`, `read(across, up)`, which is {picture, k} of
 * the finest cell that is known at shares of the map, or null, and `by`, which way ran the last picture ("WebGL2", in
 * single precision; "workers" or "page", in double). What enters the runs is rounded to single precision, on every way
 * alike, so that all of them, and gdlib, begin with the same numbers.
 *
 * For a hand that asks anew many times a second: `seen` says that what it sees already is no worse than the coarsest
 * picture, which is left out; the finest is not begun before `pause` milliseconds, in which all this may be out of date.
 */
export function map(question, changed, { seen = false, pause = 0 } = {}) {
  const whole = asked(question), stop = new AbortController();
  const answers = { question: whole, pictures: [], done: false, by: "", read };
  const finished = answered(answers, changed, seen, pause, stop.signal);
  return { answers, finished, cancel: () => stop.abort() };
}

function read(across, up) {
  for (const picture of this.pictures) {
    const k = picture.at(across, up);
    if (k >= 0) return { picture, k };
  }
  return null;
}

const WAYS = [webgl, workers, slices]; // the best first; each is {name, able(question), ready(question), run(task)}
const STRIDES = [32, 8, 1]; // of the pictures: one pixel in so many is run, across and up

async function answered(answers, changed, seen, pause, signal) {
  for (const stride of seen ? STRIDES.slice(1) : STRIDES) {
    if (pause && stride === STRIDES.at(-1)) await new Promise((next) => setTimeout(next, pause));
    if (!signal.aborted) await run(answers, changed, signal, stride);
    if (signal.aborted) return false;
  }
  return true;
}

/** One picture, by the first way that can; the first does not wait for one to get ready. One may break: the next begins anew. */
async function run(answers, changed, signal, stride) {
  const { question, pictures: coarser } = answers, isFirst = stride === STRIDES[0];
  const ways = WAYS.filter((way) => (isFirst ? way.ready(question) : way.able(question)));
  for (const way of ways) {
    const attempt = new AbortController(), end = () => attempt.abort();
    signal.addEventListener("abort", end, { once: true });
    const picture = new Picture(question, stride, isFirst);
    let missing = picture.cells;
    const take = (from, numbers) => {
      if (attempt.signal.aborted) return;
      missing -= numbers.length / 4;
      answers.done = stride === STRIDES.at(-1) && missing === 0;
      const rows = picture.take(from, numbers);
      if (rows) changed(picture, rows, answers.done);
    };
    Object.assign(answers, { by: way.name, pictures: [picture, ...coarser] });
    try {
      await way.run({ question, picture, signal: attempt.signal, take });
      return;
    } catch (error) {
      if (signal.aborted) return;
      if (way === ways.at(-1)) throw error;
    } finally {
      end();
      signal.removeEventListener("abort", end);
    }
  }
}

/**
 * Colours rows of a picture into a canvas that has as many pixels as the map: `shadeOf(picture, k)` is asked once a cell,
 * `shades` (shades.mjs) fills its square.
 */
export function paint(canvas, picture, { top, height }, shadeOf, shades) {
  const { width, stride, columns } = picture;
  const context = canvas.getContext("2d"), image = context.createImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  for (let j = 0, k = (top / stride) * columns; j < height; j += stride) {
    const bottom = Math.min(j + stride, height);
    for (let i = 0; i < width; i += stride, k++) {
      const shade = shadeOf(picture, k), wide = Math.min(stride, width - i);
      for (let row = j; row < bottom; row++) shades.fill(pixels, row * width + i, wide, shade, i, top + row);
    }
  }
  context.putImageData(image, 0, top);
}
