/* Prints the numbers and calls of an explorer as the Python that a reader can run. */

/** A number as a Python literal of the very same double. */
export const literal = (value) => (Object.is(value, -0) ? "-0.0" : String(value));

/** Numbers as a tuple. */
export const tuple = (values) => `(${values.map(literal).join(", ")}${values.length === 1 ? "," : ""})`;

/** Keyword arguments: {lr: 0.1} is ["lr=0.1"]. */
export const keywords = (values) => Object.entries(values).map(([name, value]) => `${name}=${literal(value)}`);

/** The call that makes a schedule or a clipping with these settings; `python` is its template. */
export const made = ({ python }, { settings }) => python.replace(/\{(\w+)\}/g, (_, name) => literal(settings[name]));

/**
 * What the cell begins with: imports (NumPy's where a reader's own rule or `arrays` asks for it), the reader's own rules
 * among `rules` (entries of the description), and f.
 */
export function opening(objective, rules = [], { arrays = false } = {}) {
  const sources = rules.map(({ source }) => source).filter(Boolean);
  const needs = [arrays || sources.length ? "import numpy as np" : "", objective.python.includes("sp.") ? "import sympy as sp" : ""];
  return [...needs.filter(Boolean), "import gdlib as gd", "", ...sources.flatMap((source) => [source, ""]),
    `f = ${objective.python}`];
}
