/* One pixel of a map is one run: its steps in double precision, as a worker or the page itself takes them. */

/**
 * A function that runs one pixel: `run(values, out, place)` takes the numbers of the two axes there and writes four into
 * `out` from `place` on: the last point (two coordinates), the steps as `Answers` codes them, and by what the size has
 * been multiplied since the start. `objective` and `rule` are modules as gdlib emits them, `question` as the engine's
 * comment has it. The function stands by itself, for a worker is given its text.
 */
export function kernel(objective, rule, question) {
  const { start, held, settings, axes, steps, tolerance, far, size, lasting, minima } = question;
  const n = start.length, several = rule.state?.length > 0, wantsValue = rule.takes.includes("f");
  const byDistance = size === "distance", powers = Object.entries(rule.powers ?? {});
  const made = Object.entries(rule.once ?? {});
  const slopeAt = held.length ? (p) => objective.gradient(...p, ...held) : objective.slopeAt;
  const curvatureAt = held.length ? (p) => objective.hessian(...p, ...held) : objective.curvatureAt;
  const valueAt = held.length ? (p) => objective.value(...p, ...held) : objective.valueAt;
  const own = { ...rule.defaults, ...settings }, first = [...start], theta = [...start], before = [...start];
  const memory = (rule.state ?? []).map(() => new Array(n).fill(0));
  const places = axes.map(({ of, name }) => [{ start: first, held, settings: own }[of], name]);

  const distance = () => {
    let least = Infinity;
    for (const minimum of minima) {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += (theta[i] - minimum[i]) * (theta[i] - minimum[i]);
      if (sum < least) least = sum;
    }
    return Math.sqrt(least);
  };
  const length = (slope) => (n === 1 ? Math.abs(slope[0]) : Math.sqrt(slope[0] * slope[0] + slope[1] * slope[1]));

  /** One step of a rule; whether the point is still within bounds. */
  const step = (t, slope) => {
    for (const [power, factor] of powers) own[power] *= own[factor];
    const g = rule.gradientAt ? slopeAt(theta.map((x, i) => rule.gradientAt(x, ...memory.map((row) => row[i]), own))) : slope;
    const f = wantsValue ? valueAt(theta) : 0;
    let within = true;
    for (let i = 0; i < n; i++) {
      const next = rule.stepOf(i, theta, g, f, t, memory, own);
      theta[i] = several ? next[0] : next;
      for (let k = 0; k < memory.length; k++) memory[k][i] = next[k + 1];
      within &&= Math.abs(theta[i]) <= far;
    }
    return within;
  };

  /** One step of a method of second order. */
  const move = (t, slope) => {
    const next = rule.move(theta, slope, curvatureAt(theta), own);
    let within = true;
    for (let i = 0; i < n; i++) within &&= Math.abs(theta[i] = next[i]) <= far;
    return within;
  };

  const advance = rule.move ? move : step;
  return (values, out, place) => {
    places.forEach(([list, name], k) => { list[name] = values[k]; });
    for (let i = 0; i < n; i++) theta[i] = first[i];
    for (const row of memory) row.fill(0);
    for (const [name, once] of made) own[name] = once(own);
    for (const [power] of powers) own[power] = 1;
    let slope = slopeAt(theta);
    const begin = byDistance ? distance() : length(slope);
    let now = begin, last = begin, code = now <= tolerance ? 0 : -1;
    for (let t = 1; code === -1 && t <= steps; t++) {
      for (let i = 0; i < n; i++) before[i] = theta[i];
      if (!advance(t, slope)) {
        code = -1 - t;
        last = now;
        for (let i = 0; i < n; i++) theta[i] = before[i];
        break;
      }
      slope = slopeAt(theta);
      last = now;
      now = byDistance ? distance() : length(slope);
      if ((lasting && last > now ? last : now) <= tolerance) code = t;
    }
    out[place] = theta[0];
    out[place + 1] = n > 1 ? theta[1] : 0;
    out[place + 2] = code;
    out[place + 3] = (lasting && last > now ? last : now) / begin;
  };
}
