/* One pixel of a map is one run: its loop of steps in double precision, spelt out for a rule, as workers and pages run it. */

/**
 * The text of a module whose default is `(objective, rule, question) => run`: run(values, out, place) runs the pixel with
 * these numbers on the two axes and writes four into `out` from `place` on: the last point (two coordinates), the steps as
 * `Answers` codes them, and by what the size has been multiplied since the start. Its calls are spelt out, one for each
 * coordinate, which is three to thirty times as fast as a loop over them; the calls are those of descend.mjs, in its order.
 */
export function kernelText({ rule: { module: rule }, start, held, size, lasting, minima }) {
  const state = rule.state ?? [], powers = Object.entries(rule.powers ?? {}), once = Object.keys(rule.once ?? {});
  const coordinates = start.map((_, i) => i), kept = state.map((_, k) => k);
  const each = (line) => coordinates.map(line).join(" ");
  const at = (points) => [...points, ...held.map((_, k) => `held[${k}]`)].join(", ");
  const here = at(coordinates.map((i) => `x${i}`));
  const taken = (i) => ({ theta: `x${i}`, g: `g[${i}]`, f: "f", t: "t",
    ...Object.fromEntries(state.map((name, k) => [name, `m${k}_${i}`])) });
  const ahead = (i) => `gradientAt(${[`x${i}`, ...kept.map((k) => `m${k}_${i}`), "own"].join(", ")})`;
  const step = [
    ...powers.map(([power, factor]) => `own.${power} *= own.${factor};`),
    rule.gradientAt ? `const g = gradient(${at(coordinates.map(ahead))});` : "const g = slope;",
    rule.takes.includes("f") ? `const f = value(${here});` : "",
    each((i) => `const made${i} = step(${[...rule.takes.map((name) => taken(i)[name]), "own"].join(", ")});`),
    each((i) => (state.length ? [`x${i} = made${i}[0];`, ...kept.map((k) => `m${k}_${i} = made${i}[${k + 1}];`)].join(" ")
      : `x${i} = made${i};`)),
  ];
  const move = [`const made = move([${coordinates.map((i) => `x${i}`)}], slope, hessian(${here}), own);`,
    each((i) => `x${i} = made[${i}];`)];
  const length = start.length > 1 ? "Math.sqrt(slope[0] * slope[0] + slope[1] * slope[1])" : "Math.abs(slope[0])";
  const square = (m, i) => `(x${i} - minima[${m}][${i}]) * (x${i} - minima[${m}][${i}])`;
  const squares = minima.map((_, m) => coordinates.map((i) => square(m, i)).join(" + "));
  const measured = size === "distance" ? `Math.sqrt(Math.min(${squares.join(", ")}))` : length;
  const counted = lasting ? "(last > now ? last : now)" : "now";
  return `export default ({ value, gradient, hessian }, { step, move, gradientAt, once }, question) => {
  const { axes, steps, tolerance, far, minima } = question;
  const start = [...question.start], held = [...question.held], own = { ...question.settings };
  const places = axes.map(({ of, name }) => [{ start, held, settings: own }[of], name]);
  return (values, out, place) => {
    for (let k = 0; k < 2; k++) places[k][0][places[k][1]] = values[k];
    ${once.map((name) => `own.${name} = once.${name}(own);`).join(" ")}
    ${powers.map(([power]) => `own.${power} = 1;`).join(" ")}
    ${each((i) => `let x${i} = start[${i}], b${i} = x${i};`)}
    ${each((i) => kept.map((k) => `let m${k}_${i} = 0;`).join(" "))}
    let slope = gradient(${here});
    const begin = ${measured};
    let now = begin, last = begin, code = now <= tolerance ? 0 : -1;
    for (let t = 1; code === -1 && t <= steps; t++) {
      ${each((i) => `b${i} = x${i};`)}
      ${(rule.move ? move : step).join("\n      ")}
      if (!(${coordinates.map((i) => `Math.abs(x${i}) <= far`).join(" && ")})) {
        code = -1 - t;
        last = now;
        ${each((i) => `x${i} = b${i};`)}
        break;
      }
      slope = gradient(${here});
      last = now;
      now = ${measured};
      if (${counted} <= tolerance) code = t;
    }
    out[place] = x0;
    out[place + 1] = ${start.length > 1 ? "x1" : "0"};
    out[place + 2] = code;
    out[place + 3] = ${counted} / begin;
  };
};
`;
}

const made = new Map();

/** What a module of this text exports, loaded once; no server is asked. */
export function loaded(text) {
  if (!made.has(text)) made.set(text, import(URL.createObjectURL(new Blob([text], { type: "text/javascript" }))));
  return made.get(text);
}
