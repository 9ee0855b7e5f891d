/* Reads what a page says of an explorer, with the parts put back that the build wrote once for all explorers of the page. */

/** The description in a <gd-explorer>. */
export function description(element) {
  const holder = element.querySelector(':scope > script[type="application/json"]');
  if (!holder) throw new Error("gd-explorer: needed a <script type=\"application/json\"> inside, found none");
  let list = null;
  const known = () => {
    list ??= JSON.parse(document.querySelector("gd-explorer > script[data-shared]").textContent);
    return list;
  };
  // A part that stands for several is made anew for each: no explorer writes into another's description.
  const whole = (part) => {
    if (part === null || typeof part !== "object") return part;
    if (Array.isArray(part)) return part.map(whole);
    if ("$" in part) return whole(known()[part.$]);
    return Object.fromEntries(Object.entries(part).map(([name, value]) => [name, whole(value)]));
  };
  return whole(JSON.parse(holder.textContent));
}
