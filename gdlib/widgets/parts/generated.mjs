/* The mathematics of an explorer, which its description brings as text that gdlib has printed, made something to call. */

const LISTS = ["objectives", "rules", "schedules", "transforms"]; // entries with modules of their own
const made = new WeakMap();

/**
 * {objectives: {bowl: module, …}, rules: …} of the lists, and all that `spec.formulas` export together. It is made once
 * for a description: the page asks for it while the explorer's own code is still on its way.
 */
export function generated(spec) {
  if (!made.has(spec)) made.set(spec, loaded(spec));
  return made.get(spec);
}

async function loaded(spec) {
  const entries = LISTS.flatMap((list) => (spec[list] ?? []).map(({ name, module }) => ({ list, name, module })));
  const written = entries.filter(({ module }) => module);
  const found = await exported([...written.map(({ module }) => module), ...(spec.formulas ?? [])]);
  const modules = Object.fromEntries(LISTS.map((list) => [list, {}]));
  for (const { list, name } of entries) modules[list][name] = null;
  written.forEach(({ list, name }, place) => { modules[list][name] = found[place]; });
  modules.formulas = Object.assign({}, ...found.slice(written.length));
  return modules;
}

/**
 * What generated module texts export, in their order. They are made one module, for each import takes the browser's other
 * processes and a place in the page's queue, and a race has fifty; no server is asked, so it works in a page and a notebook.
 */
async function exported(texts) {
  const scopes = texts.map((text) => {
    const names = [...text.matchAll(/^export (?:const|function) (\w+)/gm)].map(([, name]) => name);
    return `(() => {\n${text.replace(/^export /gm, "")}\nreturn { ${names.join(", ")} };\n})()`;
  });
  const whole = new Blob([`export default [${scopes.join(",\n")}];`], { type: "text/javascript" });
  const address = URL.createObjectURL(whole);
  try {
    return (await import(address)).default;
  } finally {
    URL.revokeObjectURL(address);
  }
}
