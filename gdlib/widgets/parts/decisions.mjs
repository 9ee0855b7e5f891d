/* Tells in words why Rprop and Quickprop step in a coordinate as they do, from what their own lines made of it. */

import { short, tidy } from "./numbers.mjs";

const NONE = "–";

/** A change, with its sign. */
const signed = (value) => (value > 0 ? `+${short(value)}` : short(value));
const signOf = (value) => (value > 0 ? "+" : value < 0 ? "\u2212" : value === 0 ? "0" : "?");
const times = (factor) => `${tidy(factor)}`;

/** How the sign of a slope agrees with that of the one before. */
function signs(before, now) {
  const [one, other] = [signOf(before), signOf(now)];
  if (one === "?" || other === "?") return "not a number";
  return `${one} × ${other} ${one === "0" || other === "0" ? "= 0" : one === other ? "> 0" : "< 0"}`;
}

/**
 * For each family of rules: `heads` name what is told, and `tell` gives of one coordinate `cells`, a text for each head,
 * and `why`, the end of a sentence about it. It reads `was` and `made` of recorded.mjs.
 */
const RPROP = {
  heads: ["slope before", "slope now", "signs", "step size Δ", "so Δ", "move"],

  tell({ was, made, settings, forgot }) {
    const { previous, agreement, step } = made;
    const first = was.t === 1;
    const [factor, bound] = agreement > 0 ? [settings.up, settings.step_max] : [settings.down, settings.step_min];
    const turned = (agreement > 0 || agreement < 0) && step !== previous;
    const limit = turned && step === bound ? ", to its bound" : "";
    const cells = [
      first ? NONE : forgot ? "0 (forgotten)" : short(was.g_prev), short(was.g),
      first ? NONE : signs(was.g_prev, was.g),
      turned ? `${short(previous)} → ${short(step)}` : short(step),
      turned ? `× ${times(factor)}${limit}` : "stays",
      signed(made.move ?? made.theta - was.theta),
    ];
    const size = turned ? `Δ ${step > previous ? "grows" : "shrinks"} from ${short(previous)} to ${short(step)}${limit}`
      : `Δ stays ${short(step)}`;
    return { cells, why: `${RPROP.reason(was, made, first, forgot)}, so ${size}${RPROP.turn(was, made)}` };
  },

  reason({ g }, { agreement }, first, forgot) {
    if (first) return "no slope came before";
    if (agreement > 0) return "the sign held";
    if (agreement < 0) return "the sign changed";
    if (g === 0) return "the slope is 0";
    return forgot ? "the slope before is forgotten" : agreement === 0 ? "the slope before was 0" : "a slope is not a number";
  },

  /** What a change of sign does besides: in this the four rules differ, and so do the lines of their code. */
  turn(was, made) {
    if (!(made.agreement < 0)) return "";
    if ("back" in made) return was.f > was.f_prev ? " and, as f rose, the last move is taken back" : " and, as f did not rise, it stays";
    if ("kept" in made) return " and it waits";
    return "move" in made ? " and the last move is taken back" : " and it turns round";
  },
};

/** How the secant's vertex lies: seen from here, along the last move. */
function vertexWords(vertex, move) {
  if (vertex === null) return "there is no vertex";
  return Math.sign(vertex) === Math.sign(move) ? "the vertex is too far" : "the vertex lies behind";
}

const SECANT = {
  heads: ["slope before", "slope now", "last move", "to the vertex", "move"],

  tell({ was, made, vertex }) {
    const cells = [was.t === 1 ? NONE : short(was.g_prev), short(was.g), was.t === 1 ? NONE : signed(was.move),
      vertex === null ? NONE : signed(vertex), signed(made.move)];
    if (made.usable) return { cells, why: `it jumps by ${signed(made.move)} to the vertex of the parabola` };
    const without = was.t === 1 ? "no slope came before" : was.move === 0 ? "nothing had moved" : "the slope has not changed";
    return { cells, why: `${without}, so it takes a gradient step of ${signed(made.move)}` };
  },
};

const QUICKPROP = {
  heads: ["slope before", "slope now", "last move", "to the vertex", "growth limit", "gradient step", "move"],

  tell({ was, made, settings, vertex, limit }) {
    const first = was.t === 1;
    const cells = [first ? NONE : short(was.g_prev), short(was.g), first ? NONE : signed(was.move),
      vertex === null ? NONE : signed(vertex), was.move === 0 ? NONE : `${signed(limit)}${made.steep ? ", acts" : ""}`,
      made.same || was.move === 0 ? signed(made.slide) : "left out", signed(made.move)];
    return { cells, why: QUICKPROP.why(was, made, settings, vertex) };
  },

  why({ t, move, g }, { same, steep, slide, move: made }, { growth }, vertex) {
    if (g === 0 && made === 0) return "the slope is 0, so it rests";
    if (move === 0) return `${t === 1 ? "no slope came before" : "nothing had moved"}, so it takes a gradient step of ${signed(slide)}`;
    if (!same) return `the sign changed, so it jumps by ${signed(made)} to the vertex, without a gradient step`;
    if (!steep) return `it jumps to the vertex and adds a gradient step, ${signed(made)} in all`;
    return `${vertexWords(vertex, move)}, so it goes ${times(growth)} times the last move and adds a gradient step, ${signed(made)} in all`;
  },
};

/** The family of a rule, by what its lines are called. */
export const familyOf = (made) => ("agreement" in made ? RPROP : "usable" in made ? SECANT : QUICKPROP);
