/* Where runs on a reader's own formula may end: its points in groups, as ends.py has those of a landscape. */

/** {ends: [{at, kind, group}], groups, near} of an entry's points, of at most so many groups, each with its name. */
export function endsOf(entry, most) {
  let [points, found] = [null, null];
  const now = () => {
    if (entry.points !== points) [points, found] = [entry.points, grouped(entry.points, entry.window, most)];
    return found;
  };
  return { get ends() { return now().ends; }, get groups() { return now().groups; }, get near() { return now().near; } };
}

function grouped(points, window, most) {
  const rank = ({ kind }) => (kind === "minimum" ? "" : kind);
  const ordered = points.toSorted((one, other) => (rank(one) < rank(other) ? -1 : Number(rank(one) > rank(other))));
  const alike = (wanted) => points.filter(({ kind }) => kind === wanted).length;
  // As many digits as the window needs, and more where two points are told apart by no fewer.
  let digits = Math.min(100, Math.max(2, 2 - Math.floor(Math.log10(Math.min(...window.map(([low, high]) => high - low))))));
  const alone = ({ kind, at }) => `${kind} (${at.map((part) => minus(Number(part.toFixed(digits)) + 0)).join(", ")})`;
  while (digits < 100 && new Set(ordered.map(alone)).size < ordered.length) digits++;
  const several = ({ kind }) => `${alike(kind) > 1 ? "a" : "the"} ${kind}`;
  const byValue = ({ value }) => `minimum, f = ${minus(Number(value.toPrecision(3)))}`;
  const together = (minimum) => (one) => (one.kind === "minimum" ? minimum(one) : several(one));
  const named = [alone, together(alone), together(byValue), several].map((name) => ordered.map(name));
  const names = named.find((all) => new Set(all).size <= most) ?? named.at(-1);
  const groups = [...new Set(names)];
  const apart = ordered.flatMap(({ at: [a, b] }, k) => ordered.slice(0, k).map(({ at: [c, d] }) => Math.hypot(a - c, b - d)));
  return { groups, ends: ordered.map(({ at, kind }, k) => ({ at, kind, group: groups.indexOf(names[k]) })),
    near: Math.min(0.05 * Math.min(...window.map(([low, high]) => high - low)), ...apart.map((far) => 0.4 * far)) };
}

const minus = (value) => String(value).replace("-", "−");
