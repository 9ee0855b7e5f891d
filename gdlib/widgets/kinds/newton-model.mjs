/* Newton's quadratics: the parabola or paraboloid fitted at each iterate, and the axes in which it is round. */

import { NewtonAxes } from "./newton_axes.mjs";
import { NewtonCurve } from "./newton_curve.mjs";
import { NewtonMap } from "./newton_map.mjs";
import { OwnFormula } from "./own_formula.mjs";
import { explorer } from "./shell.mjs";

const VIEWS = { curve: NewtonCurve, map: NewtonMap, axes: NewtonAxes };

/** The view that the description is of; one description has one. */
class NewtonModel {
  constructor(shell) {
    const view = new VIEWS[shell.state.view](shell);
    view.placed = ["view", ...(view.placed ?? [])]; // it is in the state, but nobody changes it
    return view;
  }
}

export default explorer(NewtonModel, OwnFormula);
