/* The minima of a reader's own formula of one variable, and the step sizes that suit them, as step_size.py has them. */

/** {wells: [{x, value, curvature}], span, hyperparameters} of an entry's points; `creeping` is step_size.py's. */
export function ownWells(entry, spans, creeping) {
  let [points, found] = [null, null];
  const now = () => {
    if (entry.points !== points) [points, found] = [entry.points, suited(entry, spans, creeping)];
    return found;
  };
  return { get wells() { return now().wells; }, get span() { return now().span; }, get hyperparameters() { return now().hyperparameters; } };
}

function suited({ points, landscape, start, window: [[low, high]] }, [least, most], creeping) {
  const beside = 1e-4 * (high - low);
  const slope = (x) => landscape.slopeAt([x])[0];
  // Where the curvature is 0 the slopes on both sides tell.
  const wells = points.filter(({ at: [x], kind }) => kind === "minimum" || (kind === "undecided" && slope(x - beside) < 0 && slope(x + beside) > 0))
    .map(({ at: [x], value, kind, eigenvalues: [curvature] }) => ({ x, value, curvature: kind === "minimum" ? curvature : 0 }));
  const curved = wells.filter(({ curvature }) => curvature > 0);
  const [nearest] = curved.toSorted((one, other) => Math.abs(one.x - start[0]) - Math.abs(other.x - start[0]));
  const lr = Number(creeping(nearest?.curvature ?? 0, Math.abs(slope(start[0])), high - low).toPrecision(2));
  const curvatures = curved.map(({ curvature }) => curvature);
  const span = curved.length ? [least / Math.max(...curvatures), most / Math.min(...curvatures)] : [lr / 20, lr * 20];
  return { wells, span: span.map((end) => Number(end.toPrecision(3))), hyperparameters: { gradient_descent: { lr } } };
}
