// The loop of steps: a rule's module on an objective's module, with the operations of gdlib's Python in their order.

/**
 * The path of a run: a list of points, the start first; it ends before the first point that is not finite.
 * `objective` and `rule` are modules as gdlib emits them; a method in place of a rule needs the objective's curvatureAt.
 * What may change the steps, each left out if it is not wanted:
 * schedule: {module, settings}, a module as gdlib emits it for a schedule: a factor on lr at each step; its memory, if it
 *   has one, starts anew;
 * noise: {sigma, seed}, independent normal noise of that standard deviation on each coordinate of the gradient;
 * transform: {module, settings}, a module as gdlib emits it for clipping: what the rule sees of the gradient, after noise.
 */
export function descend(objective, rule, start, steps, hyperparameters = {}, {schedule, transform, noise} = {}) {
  const settings = {...rule.defaults, ...hyperparameters};
  const factor = schedule ? factorOf(schedule, rule, objective) : null;
  const disturb = disturbance(rule, transform, noise);
  if (rule.move) return moved(objective, rule, start, steps, settings, factor);
  for (const [name, made] of Object.entries(rule.once)) settings[name] = made(settings);
  const powers = Object.entries(rule.powers).map(([name, factor]) => [name, settings[factor]]);
  for (const [name] of powers) settings[name] = 1;
  const n = start.length, several = rule.state.length > 0, lr = settings.lr;
  const memory = rule.state.map(() => new Array(n).fill(0));
  const wantsValue = rule.takes.includes("f");
  let theta = [...start];
  const path = [theta];
  for (let t = 1; t <= steps; t++) {
    if (factor) settings.lr = lr * factor(t, theta);
    for (const [name, factor] of powers) settings[name] *= factor;
    const at = rule.gradientAt
      ? theta.map((x, i) => rule.gradientAt(x, ...memory.map((row) => row[i]), settings))
      : theta;
    const slope = objective.slopeAt(at);
    const g = disturb ? disturb(slope) : slope;
    const f = wantsValue ? objective.valueAt(theta) : 0;
    const next = new Array(n);
    let finite = true;
    for (let i = 0; i < n; i++) {
      const made = rule.stepOf(i, theta, g, f, t, memory, settings);
      next[i] = several ? made[0] : made;
      for (let k = 0; k < memory.length; k++) memory[k][i] = made[k + 1];
      finite &&= Number.isFinite(next[i]);
    }
    if (!finite) break;
    theta = next;
    path.push(theta);
  }
  return path;
}

/** The same for a method, which moves all coordinates at once. */
function moved(objective, method, start, steps, settings, factor) {
  const path = [[...start]], lr = settings.lr;
  for (let t = 1; t <= steps; t++) {
    const theta = path.at(-1);
    if (factor) settings.lr = lr * factor(t, theta);
    const next = method.move(theta, objective.slopeAt(theta), objective.curvatureAt(theta), settings);
    if (!next.every(Number.isFinite)) break;
    path.push(next);
  }
  return path;
}

/** A function of the step and the point from which it goes: what the schedule makes of lr there. */
function factorOf({module, settings}, rule, objective) {
  if (!("lr" in rule.defaults)) throw new Error(`schedule: is a factor on lr, and ${rule.name} has no lr`);
  const schedule = module.begin(settings);
  return (t, theta) => {
    const factor = schedule(t, module.watchesValue ? objective.valueAt(theta) : undefined);
    if (Number.isFinite(factor)) return factor;
    throw new RangeError(`schedule: needs a finite factor on lr for each step, got ${factor} at t = ${t}`);
  };
}

/** What noise and transform make of a gradient, or null if there is neither. */
function disturbance(rule, transform, noise) {
  const {sigma = 0, seed} = noise ?? {};
  if (!(sigma >= 0 && sigma < Infinity)) {
    throw new RangeError(`noise: needs a finite standard deviation >= 0, got ${sigma}`);
  }
  if (rule.move && (transform || sigma > 0)) {
    throw new Error(`${transform ? "transform" : "noise"}: needs a rule; ${rule.name} takes the gradient as it is`);
  }
  const draw = sigma > 0 ? normals(seed) : null;
  if (!draw && !transform) return null;
  return (slope) => {
    const g = draw ? slope.map((one) => one + sigma * draw()) : slope;
    return transform ? transform.module.clip(g, transform.settings) : g;
  };
}

/** Independent standard normal numbers, one at each call: two uniform ones make two normal ones (Box and Muller). */
export function normals(seed) {
  const uniform = uniforms(seed);
  let spare = null;
  return () => {
    if (spare !== null) {
      const kept = spare;
      spare = null;
      return kept;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - uniform())), angle = 2 * Math.PI * uniform();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
}

/** Independent uniform numbers in [0, 1), of 53 bits, one at each call. */
export function uniforms(seed) {
  const word = words(seed);
  return () => ((word() >>> 5) * 67108864 + (word() >>> 6)) / 9007199254740992;
}

/** Random words of 32 bits: xoshiro128**, whose state SplitMix64 fills from the seed, a whole number (blackman2021). */
export function words(seed) {
  if (!(Number.isSafeInteger(seed) && seed >= 0)) throw new RangeError(`seed: needs a whole number >= 0, got ${seed}`);
  let counter = BigInt(seed);
  const mixed = () => {
    counter = BigInt.asUintN(64, counter + 0x9e3779b97f4a7c15n);
    let z = BigInt.asUintN(64, (counter ^ (counter >> 30n)) * 0xbf58476d1ce4e5b9n);
    z = BigInt.asUintN(64, (z ^ (z >> 27n)) * 0x94d049bb133111ebn);
    return z ^ (z >> 31n);
  };
  return wordsFrom([mixed(), mixed()].flatMap((z) => [Number(z & 0xffffffffn), Number(z >> 32n)]));
}

/** The same from a state of four words. */
export function wordsFrom([a, b, c, d]) {
  const turned = (x, k) => (x << k) | (x >>> (32 - k));
  return () => {
    const result = Math.imul(turned(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = turned(d, 11);
    return result;
  };
}
