/* Runs the pixels of a map in JavaScript workers: the page's own kernel, in double precision, beside the page. */

import { kernelText } from "./map_kernel.mjs";

const MOST = 4; // workers
const TIME = 24; // milliseconds that a portion of cells should take
const FIRST = 64; // cells in a portion before it is known how long one takes
const KEY = Symbol.for("gdlib.map.workers"); // one crew a page, however many copies of this module it has loaded

/** What a worker does: `define` loads a pair of modules and makes a kernel of them, and cells are run with it. */
function work() {
  const runs = new Map(), modules = new Map();
  const load = (text) => {
    if (!modules.has(text)) modules.set(text, import(URL.createObjectURL(new Blob([text], { type: "text/javascript" }))));
    return modules.get(text);
  };
  onmessage = async ({ data: { define, forget, cells } }) => {
    try {
      if (forget) return void runs.delete(forget);
      if (define) runs.set(define.id, Promise.all(define.texts.map(load))
        .then(([objective, rule, { default: kernel }]) => kernel(objective, rule, define.question)));
      const run = await runs.get(cells.id), { across, up } = cells, count = across.length;
      const began = performance.now(), numbers = new Float32Array(4 * count);
      for (let k = 0; k < count; k++) run([across[k], up[k]], numbers, 4 * k);
      postMessage({ numbers, took: performance.now() - began }, [numbers.buffer]);
    } catch (error) {
      postMessage({ error: String(error) });
    }
  };
}

/** The workers of a page and what waits for them. */
class Crew {
  constructor() {
    const text = `(${work})();`;
    const address = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
    const count = Math.max(1, Math.min(MOST, (navigator.hardwareConcurrency ?? 2) - 1));
    Object.assign(this, { waiting: [], size: count, asked: 0 });
    this.hands = Array.from({ length: count }, () => this.hand(address));
  }

  hand(address) {
    const hand = { worker: new Worker(address), job: null, known: new Set() };
    hand.worker.onmessage = ({ data: { error, ...done } }) => {
      const { job } = hand;
      hand.job = null;
      if (error) job.refuse(new Error(error));
      else job.resolve(done);
      this.next();
    };
    hand.worker.onerror = (event) => { // it could not be made, or broke: the page does without
      event.preventDefault();
      this.broken = true;
      for (const job of [hand.job, ...this.waiting]) job?.refuse(new Error("a worker of the map broke"));
      this.waiting = [];
    };
    return hand;
  }

  /** Runs cells with the numbers `across` and `up` of each; a question has an id of its own. */
  run(id, question, across, up) {
    return new Promise((resolve, refuse) => {
      this.waiting.push({ id, question, across, up, resolve, refuse });
      this.next();
    });
  }

  next() {
    for (const hand of this.hands) {
      if (hand.job || !this.waiting.length) continue;
      const job = hand.job = this.waiting.shift();
      const { id, question, across, up } = job;
      const define = hand.known.has(id) ? null : { id, question: plain(question),
        texts: [question.objective.text, question.rule.text, kernelText(question)] };
      hand.known.add(id);
      hand.worker.postMessage({ define, cells: { id, across, up } });
    }
  }

  forget(id) {
    for (const hand of this.hands) if (hand.known.delete(id)) hand.worker.postMessage({ forget: id });
  }
}

/** The question without what a worker cannot be sent or has no use for. */
function plain({ objective, rule, glsl, across, up, ...rest }) {
  return rest;
}

/** A way of running cells (map_engine.mjs), for modules that are texts. */
export const workers = {
  name: "workers",
  able: ({ objective, rule }) => Boolean(objective.text && rule.text && globalThis.Worker && !globalThis[KEY]?.broken),
  ready: () => false, // a first picture is small: it is there before they are asked
  run,
};

async function run({ question, picture, signal, take }) {
  const hands = globalThis[KEY] ??= new Crew(), id = ++hands.asked;
  let from = 0, portion = FIRST;
  const one = async () => {
    while (from < picture.cells && !signal.aborted) {
      const begin = from, count = Math.min(portion, picture.cells - begin);
      from += count;
      const across = Float64Array.from({ length: count }, (_, k) => question.across[picture.column(begin + k)]);
      const up = Float64Array.from({ length: count }, (_, k) => question.up[picture.row(begin + k)]);
      const { numbers, took } = await hands.run(id, question, across, up);
      portion = Math.max(1, Math.round(count * Math.min(4, TIME / Math.max(took, 0.5))));
      take(begin, numbers);
    }
  };
  try {
    await Promise.all(Array.from({ length: hands.size + 1 }, one));
  } finally {
    hands.forget(id);
  }
}
