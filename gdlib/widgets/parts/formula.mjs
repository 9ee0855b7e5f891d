/* The page's parser of formulas, by the table that Python's parser has, which makes the same steps of a text. */

import table from "./grammar.mjs";

const { words, limits, precedence } = table;
const TOKEN = new RegExp(`(?<number>${table.number})|(?<name>${table.name})|(?<sign>${table.sign})|(?<other>[^])`, "uy");
const BLANK = new RegExp(table.blank, "uy");
const [PYTHON, SYMPY] = [table.python, table.sympy].map((rows) => new Set(rows.join(" ").split(" ")));
const LARGEST_TANGENT = 1e15; // beyond it the argument is a pole, as near as a double comes to it

/** A text that is no formula: `message` says why, `place` where, counted from 1, if it is one place. */
export class FormulaError extends Error {
  constructor(key, said = {}, place = null) {
    super(words[key].replace(/\{(\w+)\}/g, (_, name) => said[name]));
    this.place = place;
  }
}

/**
 * {text, steps, names} of a formula: each step is {op, args, said, number} as in grammar.py, the names are in natural
 * order: x2 before x10.
 */
export function parse(text) {
  const count = text.length > 2 * limits.letters ? text.length : [...text].length;
  if (count > limits.letters) throw new FormulaError("letters", { most: limits.letters, count });
  const { steps } = new Parser(text).formula();
  const names = steps.filter(({ op }) => op === "name").map(({ said }) => said);
  return { text: text.trim().split(/\s+/).join(" "), steps, names: names.sort(inNaturalOrder) };
}

/** Numbers in names count by value, as symbolic.py sorts them. */
export function inNaturalOrder(one, other) {
  const [a, b] = [one, other].map((name) => name.split(/(\d+)/).filter(Boolean));
  for (let k = 0; k < Math.min(a.length, b.length); k++) {
    if (a[k] === b[k]) continue;
    const [p, q] = [a[k], b[k]].map((part) => /^\d/.test(part));
    if (p !== q) return p - q;
    if (p && Number(a[k]) !== Number(b[k])) return Number(a[k]) - Number(b[k]);
    return a[k] < b[k] ? -1 : 1;
  }
  return a.length - b.length;
}

class Parser {
  constructor(text) {
    Object.assign(this, { text, depth: 0, place: 0, begin: 0, kind: "", token: "", steps: [], known: new Map(), tower: new Set() });
    this.advance();
  }

  fail(key, said, at = this.begin) {
    return new FormulaError(key, said, [...this.text.slice(0, at)].length + 1);
  }

  advance() {
    this.begin = TOKEN.lastIndex = this.afterBlanks();
    const found = TOKEN.exec(this.text);
    [this.kind, this.token] = Object.entries(found?.groups ?? {}).find(([, token]) => token !== undefined) ?? ["", ""];
    this.place = this.begin + this.token.length;
    if (this.kind === "other") throw this.fail("other", { token: this.token, hint: table.hints[this.token] ?? "" });
  }

  afterBlanks() {
    BLANK.lastIndex = this.place;
    BLANK.test(this.text);
    return BLANK.lastIndex;
  }

  formula() {
    if (!this.kind) throw this.fail("nothing");
    this.expression(0);
    if (this.kind) {
      const product = ["name", "number"].includes(this.kind) || this.token === "(";
      throw this.fail(product ? "product" : "after", { token: this.token.slice(0, 60) });
    }
    return this;
  }

  expression(binds) {
    this.depth += 1;
    if (this.depth > limits.depth) throw this.fail("depth", { most: limits.depth });
    let left = this.operand();
    while (this.kind === "sign" && (precedence[this.token] ?? -1) > binds) {
      const { token: sign, begin } = this;
      this.advance();
      const right = this.expression(precedence[sign] - (sign === "**")); // from the right: x**y**z is x**(y**z)
      left = this.step(sign, [left, right], begin);
    }
    this.depth -= 1;
    return left;
  }

  operand() {
    const { kind, token, begin } = this;
    if (token === "+" || token === "-") {
      this.advance();
      const inner = this.expression(table.leading);
      return token === "-" ? this.step("neg", [inner], begin) : inner;
    }
    if (token === "(") {
      this.advance();
      const inner = this.expression(0);
      this.close();
      return inner;
    }
    if (kind === "number") return this.number();
    if (kind === "name") return this.name();
    throw this.fail(kind ? "operand" : "ends", { token });
  }

  close() {
    if (this.token !== ")") throw this.fail("bracket");
    this.advance();
  }

  number() {
    const [mantissa, exponent = ""] = this.token.toLowerCase().split("e");
    if (mantissa.length > limits.digits || exponent.length > 4 || Number(this.token) > limits.number) {
      throw this.fail("number", { digits: limits.digits, most: limits.number });
    }
    const found = this.keep({ op: "number", args: [], said: this.token, number: Number(this.token) });
    this.advance();
    return found;
  }

  name() {
    const { token: name, begin } = this;
    if (table.functions.includes(name)) {
      this.advance();
      if (this.token !== "(") throw this.fail("argument", { name });
      this.advance();
      const inner = this.expression(0);
      this.close();
      return this.step(name, [inner], begin);
    }
    if (this.text[this.afterBlanks()] === "(") {
      const meaning = own(table.meanings, name);
      throw this.fail(meaning ? "function meant" : "function", { name: name.slice(0, 60), known: table.functions.join(", "), meaning });
    }
    const constant = own(table.constants, name);
    if (constant === undefined) this.check(name);
    const found = this.keep(constant === undefined ? { op: "name", args: [], said: name, number: null }
      : { op: "number", args: [], said: name, number: constant });
    this.advance();
    return found;
  }

  /** Refuses a name that Python, SymPy or mathematics gives a meaning. */
  check(name) {
    const said = { name: name.slice(0, 60), meaning: own(table.meanings, name)
      ?? (name.length > 1 ? own(table.meanings, name.toLowerCase()) : undefined) };
    if (name.startsWith("__")) throw this.fail("private", said);
    if (said.meaning) throw this.fail("meant", said);
    if (PYTHON.has(name)) throw this.fail("taken", said);
    if (SYMPY.has(name)) throw this.fail("sympy", said);
  }

  /** An operation whose sign or name stands at `at`; what is the same number everywhere is worked out. */
  step(op, args, at) {
    const numbers = args.map((one) => this.steps[one].number);
    if (op === "/" && numbers[1] === 0) throw this.fail("zero", {}, at);
    if (op === "**") this.checkPower(...args, at);
    const number = numbers.includes(null) ? null : folded(op, numbers);
    if (number !== null && !(Math.abs(number) <= limits.number)) throw this.fail("unreal", { token: op === "neg" ? "-" : op }, at);
    const made = this.keep({ op, args, said: "", number });
    if (args.some((one) => this.tower.has(one)) || (op === "**" && numbers[1] === null)) this.tower.add(made);
    return made;
  }

  checkPower(base, exponent, at) {
    const [number, power] = [base, exponent].map((one) => this.steps[one].number);
    if (power === null) {
      if (this.tower.has(exponent)) throw this.fail("tower", {}, at);
      if (number !== null && number < 0) throw this.fail("negative", {}, at);
      return;
    }
    if (Number.isInteger(power) && Math.abs(power) > limits.power) throw this.fail("power", { most: limits.power }, at);
    if (number === 0 && power < 0) throw this.fail("zero", {}, at);
    if (number && Math.abs(power * Math.log10(Math.abs(number))) > limits.decades) throw this.fail("large", {}, at);
  }

  keep(step) {
    const key = `${step.op} ${step.args} ${step.said}`;
    if (!this.known.has(key)) this.known.set(key, this.steps.push(step) - 1);
    return this.known.get(key);
  }
}

const own = (record, name) => (Object.hasOwn(record, name) ? record[name] : undefined);

function folded(op, [a, b]) {
  if (op === "tan") return Math.abs(Math.tan(a)) < LARGEST_TANGENT ? Math.tan(a) : NaN;
  return op in OPERATIONS ? OPERATIONS[op](a, b) : Math[op](a);
}

const OPERATIONS = { "+": (a, b) => a + b, "-": (a, b) => a - b, "*": (a, b) => a * b, "/": (a, b) => a / b, "**": power, neg: (a) => -a };

/** Whether a power is made of products, and a root if it is no whole one. */
const rooted = (exponent) => Number.isInteger(2 * exponent) && Math.abs(exponent) <= limits.power;

/** A power as every printed form has it. */
export function power(base, exponent) {
  if (!rooted(exponent)) return Math.pow(base, exponent);
  const whole = Number.isInteger(exponent);
  const made = product(whole ? base : Math.sqrt(base), Math.abs(whole ? exponent : 2 * exponent));
  return exponent < 0 ? 1 / made : made;
}

/** x³ is (x·x)·x and x⁴ is (x·x)·(x·x). */
function product(base, count) {
  if (count < 2) return count ? base : 1;
  if (count % 2) return product(base, count - 1) * base;
  const half = product(base, count / 2);
  return half * half;
}
