/* Runs the pixels of a map in the page itself, a few milliseconds at a time, so that input is answered in between. */

import { kernelText, loaded } from "./map_kernel.mjs";

const SLICE = 6; // milliseconds

/** A way of running cells (map_engine.mjs), which every page has. */
export const slices = { name: "page", able: () => true, ready: () => true, run };

async function run({ question, picture, signal, take }) {
  const { default: kernel } = await loaded(kernelText(question));
  const pixel = kernel(question.objective.module, question.rule.module, question);
  const { across, up } = question, { numbers } = picture;
  for (let from = 0; from < picture.cells;) {
    await pause(picture.isFirst);
    if (signal.aborted) return;
    const end = performance.now() + SLICE;
    let cell = from;
    do {
      pixel([across[picture.column(cell)], up[picture.row(cell)]], numbers, 4 * cell);
      cell++;
    } while (cell < picture.cells && performance.now() < end);
    take(from, numbers.subarray(4 * from, 4 * cell));
    from = cell;
  }
}

/** Until the page has had its turn; a first picture is waited for, the others are not. */
function pause(isFirst) {
  if (globalThis.scheduler?.postTask) return scheduler.postTask(() => {}, { priority: isFirst ? "user-visible" : "background" });
  return new Promise((next) => setTimeout(next));
}
