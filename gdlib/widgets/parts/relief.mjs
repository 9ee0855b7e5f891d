/* How high the ground of a reader's own formula is drawn, and at which heights its lines run, as relief.py has it. */

const HUGE = 1e150;

/** {relief, heights} of a function in a window; `between` is relief.py's, the rest what a description says. */
export function relieved(value, [[left, right], [bottom, top]], { cells, shares, lines }, between) {
  const found = [];
  for (let j = 0; j <= cells; j++) {
    for (let i = 0; i <= cells; i++) {
      const height = value(left + (i / cells) * (right - left), bottom + (j / cells) * (top - bottom));
      if (Number.isFinite(height)) found.push(Math.min(HUGE, Math.max(-HUGE, height)));
    }
  }
  const sorted = Float64Array.from(found.length ? found : [0]).sort();
  const [low, high, bend] = between(...shares.map((share) => quantile(sorted, share)));
  const heights = Array.from({ length: lines }, (_, k) => (k + 1) / (lines + 1))
    .map((part) => low + (high - low) * (bend ? Math.expm1(part * Math.log1p(bend)) / bend : part));
  return { relief: { low, high, bend }, heights };
}

function quantile(sorted, share) {
  const at = share * (sorted.length - 1);
  const below = Math.floor(at);
  return sorted[below] + (at - below) * (sorted[Math.min(below + 1, sorted.length - 1)] - sorted[below]);
}
