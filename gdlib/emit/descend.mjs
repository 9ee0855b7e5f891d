// The loop of steps: a rule's module on an objective's module, with the operations of gdlib's Python in their order.

/**
 * The path of a run: a list of points, the start first; it ends before the first point that is not finite.
 * `objective` and `rule` are modules as gdlib emits them; a method in place of a rule needs the objective's curvatureAt.
 */
export function descend(objective, rule, start, steps, hyperparameters = {}) {
  const settings = {...rule.defaults, ...hyperparameters};
  if (rule.move) return moved(objective, rule, start, steps, settings);
  for (const [name, made] of Object.entries(rule.once)) settings[name] = made(settings);
  const powers = Object.entries(rule.powers).map(([name, factor]) => [name, settings[factor]]);
  for (const [name] of powers) settings[name] = 1;
  const n = start.length, several = rule.state.length > 0;
  const memory = rule.state.map(() => new Array(n).fill(0));
  const wantsValue = rule.takes.includes("f");
  let theta = [...start];
  const path = [theta];
  for (let t = 1; t <= steps; t++) {
    for (const [name, factor] of powers) settings[name] *= factor;
    const at = rule.gradientAt
      ? theta.map((x, i) => rule.gradientAt(x, ...memory.map((row) => row[i]), settings))
      : theta;
    const g = objective.slopeAt(at);
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
function moved(objective, method, start, steps, settings) {
  const path = [[...start]];
  for (let t = 1; t <= steps; t++) {
    const theta = path.at(-1);
    const next = method.move(theta, objective.slopeAt(theta), objective.curvatureAt(theta), settings);
    if (!next.every(Number.isFinite)) break;
    path.push(next);
  }
  return path;
}
