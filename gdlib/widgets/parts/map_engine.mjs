/* Maps computed per pixel: asks whichever way the page has to run the pixels, a coarse picture first, then all of them. */

import { Answers, asked, Grid } from "./map_question.mjs";
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
 * `map(question, changed)` begins and returns {answers, finished, cancel()}. `changed(answers, box, done)` is called as
 * pixels become known: first all of them, in squares of equal pixels, then finer; box is {left, top, width, height}. It is
 * never called after `cancel()`. `finished` is a promise: true once all is known, false if cancelled. `answers`
 * (map_question.mjs) has for pixel k, row by row: values(k), point(k), steps(k), arrived(k), left(k), rate(k), minimum(k),
 * and at(across, up), the pixel at shares of the map; `by` says which way ran the last picture ("WebGL2", in single
 * precision; "workers" or "page", in double). What enters the runs is rounded to single precision, on every way
 * alike, so that all of them, and gdlib, begin with the same numbers.
 */
export function map(question, changed) {
  const whole = asked(question), answers = new Answers(whole), stop = new AbortController();
  const finished = answered(whole, answers, changed, stop.signal);
  return { answers, finished, cancel: () => stop.abort() };
}

const WAYS = [webgl, workers, slices]; // the best first; each is {name, able(question), ready(question), run(task)}
const STRIDES = [32, 8, 1]; // of the pictures: one pixel in so many is run, across and up

async function answered(question, answers, changed, signal) {
  for (const stride of STRIDES) {
    await picture(question, answers, changed, signal, new Grid(question, stride, stride === STRIDES[0]));
    if (signal.aborted) return false;
  }
  return true;
}

/** One picture, by the first way that can; the first does not wait for one to get ready. One may break: the next begins anew. */
async function picture(question, answers, changed, signal, grid) {
  const ways = WAYS.filter((way) => (grid.isFirst ? way.ready(question) : way.able(question)));
  for (const way of ways) {
    const attempt = new AbortController(), end = () => attempt.abort();
    signal.addEventListener("abort", end, { once: true });
    let missing = grid.cells;
    const take = (from, numbers) => {
      if (attempt.signal.aborted) return;
      missing -= numbers.length / 4;
      answers.done = grid.stride === 1 && missing === 0;
      changed(answers, answers.take(grid, from, numbers), answers.done);
    };
    answers.by = way.name;
    try {
      await way.run({ question, grid, signal: attempt.signal, take });
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

/** Colours a box of a map into a canvas that has as many pixels as the map; colour(answers, k) gives 0xRRGGBB. */
export function paint(canvas, answers, box, colour) {
  const context = canvas.getContext("2d"), { left, top, width, height } = box;
  const image = context.createImageData(width, height), { data } = image;
  for (let j = 0, at = 0; j < height; j++) {
    for (let i = 0; i < width; i++, at += 4) {
      const shade = colour(answers, (top + j) * answers.width + left + i);
      data[at] = shade >> 16;
      data[at + 1] = (shade >> 8) & 255;
      data[at + 2] = shade & 255;
      data[at + 3] = 255;
    }
  }
  context.putImageData(image, left, top);
}
