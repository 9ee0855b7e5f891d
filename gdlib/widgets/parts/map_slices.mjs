/* Runs the pixels of a map in the page itself, a few milliseconds at a time, so that input is answered in between. */

import { kernelText, loaded } from "./map_kernel.mjs";

const SLICE = 6; // milliseconds

/** A way of running cells (map_engine.mjs), which every page has. */
export const slices = { name: "page", able: () => true, ready: () => true, run };

async function run({ question, grid, signal, take }) {
  const { default: kernel } = await loaded(kernelText(question));
  const pixel = kernel(question.objective.module, question.rule.module, question);
  const { across, up } = question;
  for (let from = 0; from < grid.cells;) {
    await pause(grid.isFirst);
    if (signal.aborted) return;
    const numbers = [], end = performance.now() + SLICE;
    let cell = from;
    do {
      pixel([across[grid.column(cell)], up[grid.row(cell)]], numbers, 4 * (cell - from));
      cell++;
    } while (cell < grid.cells && performance.now() < end);
    take(from, Float32Array.from(numbers));
    from = cell;
  }
}

/** Until the page has had its turn; a first picture is waited for, the others are not. */
function pause(isFirst) {
  if (globalThis.scheduler?.postTask) return scheduler.postTask(() => {}, { priority: isFirst ? "user-visible" : "background" });
  return new Promise((next) => setTimeout(next));
}
