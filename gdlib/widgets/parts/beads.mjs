/* A dot at each of a run's points, shown up to any of them; points of one pixel are one dot. */

import { svg } from "./elements.mjs";
import { look } from "./plot.mjs";

export class Beads {
  constructor(plot, series) {
    Object.assign(this, { plot, spots: [] });
    this.node = svg("path", { class: "gd-iterates", style: `--series: ${look(series).colour}` });
    plot.lines.append(this.node);
  }

  /** `places` are [x, y]; where one is no number there is no dot. */
  draw(places) {
    this.spots = places.map((place) => (place.every(Number.isFinite) ? this.plot.pixels(...place).map(Math.round).join(" ") : null));
  }

  cut(count) {
    this.node.setAttribute("d", [...new Set(this.spots.slice(0, count).filter(Boolean))].map((spot) => `M${spot}h0`).join(""));
  }
}
