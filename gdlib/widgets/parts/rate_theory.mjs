/* What theory says of a linear rule, drawn over its measured map: the borders of the bands, the edge, where roots meet. */

import { rings, sample } from "./contours.mjs";
import { svg } from "./elements.mjs";
import { shareOf, valueAt } from "./map_question.mjs";
import { look, trail } from "./plot.mjs";

const CELLS = 96;
const BEST = 200; // points of the curve of best settings
const KINDS = ["gd-bands-by-theory", "gd-meet", "gd-edge", "gd-best"];

export class RateTheory {
  /** `bands` are the rates at which shades change. */
  constructor(plot, bands) {
    Object.assign(this, { plot, bands: bands.slice(1, -1), drawn: "" });
    this.lines = Object.fromEntries(KINDS.map((kind) => [kind, svg("path", { class: kind })]));
    this.mark = svg("path", { class: "gd-best-mark", d: look(3).mark });
    plot.ground.append(...KINDS.map((kind) => this.lines[kind]));
    plot.picture.append(this.mark);
  }

  /**
   * Draws for `settings` ({lr, beta, kappa}), two of which run along `axes`. `formulas` are those of the rule, or null
   * for one that is not linear: rate(settings), limit(beta), critical(curvature, lr), best(mu, L).
   */
  draw(axes, settings, formulas) {
    const { plot } = this;
    const held = Object.entries(settings).filter(([name]) => !axes.some((axis) => axis.name === name));
    const key = JSON.stringify([axes, held, plot.width, plot.height, formulas?.name]);
    if (key === this.drawn) return;
    this.drawn = key;
    const at = (u, v) => ({ ...settings, [axes[0].name]: valueAt(axes[0], u), [axes[1].name]: valueAt(axes[1], v) });
    const border = (value, levels) => {
      const grid = sample((u, v) => value(at(u, v)), [[0, 1], [0, 1]], CELLS);
      return rings(grid, levels, (u) => plot.x(u), (v) => plot.y(v)).join("");
    };
    const texts = Object.fromEntries(KINDS.map((kind) => [kind, ""]));
    if (formulas) {
      texts["gd-bands-by-theory"] = border(formulas.rate, this.bands);
      texts["gd-edge"] = border(({ lr, beta }) => lr - formulas.limit(beta ?? 0), [0]);
      if (formulas.critical) {
        texts["gd-meet"] = [({ kappa }) => 1 / kappa, () => 1].map((curvature) =>
          border((one) => one.beta - formulas.critical(curvature(one), one.lr), [0])).join("");
      }
    }
    const best = this.best(axes, settings, formulas);
    texts["gd-best"] = best?.curve ?? "";
    for (const [kind, text] of Object.entries(texts)) this.lines[kind].setAttribute("d", text);
    this.mark.style.display = best?.place ? "" : "none";
    if (best?.place) this.mark.setAttribute("transform", `translate(${best.place.join(" ")})`);
  }

  /** The best settings: a place where both run along the axes; a curve where the step size alone is there to choose. */
  best([across, up], { kappa }, formulas) {
    if (!formulas) return null;
    const { plot } = this, { best, critical } = formulas;
    const place = (name, value) => plot[name === across.name ? "x" : "y"](shareOf(name === across.name ? across : up, value));
    if (across.name === "lr" && up.name === "beta") {
      const [lr, beta] = best(1 / kappa, 1);
      return { place: [place("lr", lr), place("beta", beta)] };
    }
    if (across.name !== "lr" || up.name !== "kappa" || critical) return null;
    return { curve: trail(BEST, (k) => {
      const one = valueAt(up, k / (BEST - 1));
      return [place("lr", best(1 / one, 1)[0]), place("kappa", one)];
    }).text };
  }
}
