// The loop of steps: a rule's module on an objective's module, with the operations of gdlib's Python in their order.

/**
 * The path of a run: a list of points, the start first; it ends before the first point that is not finite.
 * `objective` has value and gradient, `rule` has step, takes, state, defaults, powers and gradientAt, as gdlib emits them.
 * `hooks.gradient(g, t)` may change a gradient; `hooks.rate(t)` is a factor on lr.
 */
export function descend(objective, rule, start, steps, hyperparameters = {}, hooks = {}) {
  const settings = {...rule.defaults, ...hyperparameters};
  const {lr} = settings;
  const powers = Object.entries(rule.powers).map(([name, base]) => [name, base(settings)]);
  for (const [name] of powers) settings[name] = 1;
  const slots = rule.state.map((name) => rule.takes.indexOf(name));
  const clock = rule.takes.indexOf("t"), height = rule.takes.indexOf("f");
  const memory = slots.map(() => new Array(start.length).fill(0));
  const given = new Array(rule.takes.length);
  let theta = [...start];
  const path = [theta];
  for (let t = 1; t <= steps; t++) {
    for (const [name, base] of powers) settings[name] *= base;
    if (hooks.rate) settings.lr = lr * hooks.rate(t);
    const at = rule.gradientAt
      ? theta.map((x, i) => rule.gradientAt(x, ...memory.map((row) => row[i]), settings))
      : theta;
    let g = objective.gradient(...at);
    if (hooks.gradient) g = hooks.gradient(g, t);
    if (clock >= 0) given[clock] = t;
    if (height >= 0) given[height] = objective.value(...theta);
    const next = new Array(theta.length);
    for (let i = 0; i < next.length; i++) {
      given[0] = theta[i];
      given[1] = g[i];
      for (let k = 0; k < slots.length; k++) given[slots[k]] = memory[k][i];
      const made = rule.step(...given, settings);
      next[i] = slots.length ? made[0] : made;
      for (let k = 0; k < slots.length; k++) memory[k][i] = made[k + 1];
    }
    if (!next.every(Number.isFinite)) break;
    theta = next;
    path.push(theta);
  }
  return path;
}
