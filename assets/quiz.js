/* Answers a quiz in the page: compares what the reader gives with the hashes that ext/quizzes wrote, shows the feedback.

   No module, so that it also runs in a page opened from a disk; no crypto.subtle, which a page without TLS lacks. */
(() => {
  "use strict";

  // ---------------------------------------------------------------- SHA-256 (FIPS 180-4), and what it closes
  const ROUND = `428a2f98 71374491 b5c0fbcf e9b5dba5 3956c25b 59f111f1 923f82a4 ab1c5ed5 d807aa98 12835b01 243185be 550c7dc3
    72be5d74 80deb1fe 9bdc06a7 c19bf174 e49b69c1 efbe4786 0fc19dc6 240ca1cc 2de92c6f 4a7484aa 5cb0a9dc 76f988da 983e5152
    a831c66d b00327c8 bf597fc7 c6e00bf3 d5a79147 06ca6351 14292967 27b70a85 2e1b2138 4d2c6dfc 53380d13 650a7354 766a0abb
    81c2c92e 92722c85 a2bfe8a1 a81a664b c24b8b70 c76c51a3 d192e819 d6990624 f40e3585 106aa070 19a4c116 1e376c08 2748774c
    34b0bcb5 391c0cb3 4ed8aa4a 5b9cca4f 682e6ff3 748f82ee 78a5636f 84c87814 8cc70208 90befffa a4506ceb bef9a3f7 c67178f2`
    .split(/\s+/).map((word) => parseInt(word, 16));
  const FIRST = [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];
  const turned = (word, by) => (word >>> by) | (word << (32 - by));

  /** The hash of a text, as 32 bytes. */
  function sha256(text) {
    const plain = new TextEncoder().encode(text);
    const padded = new Uint8Array((Math.floor((plain.length + 8) / 64) + 1) * 64);
    padded.set(plain);
    padded[plain.length] = 0x80;
    new DataView(padded.buffer).setUint32(padded.length - 4, plain.length * 8);
    const state = Uint32Array.from(FIRST);
    const words = new Uint32Array(64);
    for (let at = 0; at < padded.length; at += 64) {
      const block = new DataView(padded.buffer, at, 64);
      for (let k = 0; k < 64; k++) {
        if (k < 16) words[k] = block.getUint32(4 * k);
        else {
          const [early, late] = [words[k - 15], words[k - 2]];
          words[k] = words[k - 16] + (turned(early, 7) ^ turned(early, 18) ^ (early >>> 3)) + words[k - 7]
            + (turned(late, 17) ^ turned(late, 19) ^ (late >>> 10));
        }
      }
      let [a, b, c, d, e, f, g, h] = state;
      for (let k = 0; k < 64; k++) {
        const one = h + (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) + ((e & f) ^ (~e & g)) + ROUND[k] + words[k];
        const two = (turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
        [a, b, c, d, e, f, g, h] = [(one + two) | 0, a, b, c, (d + one) | 0, e, f, g];
      }
      [a, b, c, d, e, f, g, h].forEach((word, k) => { state[k] += word; });
    }
    const out = new DataView(new ArrayBuffer(32));
    state.forEach((word, k) => out.setUint32(4 * k, word));
    return new Uint8Array(out.buffer);
  }

  const answerHash = (name, answer) =>
    [...sha256(`${name}/${answer}`).slice(0, 8)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

  function opened(closed, name, answer) {
    const bytes = Uint8Array.from(atob(closed), (character) => character.charCodeAt(0));
    for (let at = 0; at < bytes.length; at += 32) {
      const stream = sha256(`${name}/${answer}/${at / 32}`);
      for (let k = at; k < Math.min(at + 32, bytes.length); k++) bytes[k] ^= stream[k - at];
    }
    return new TextDecoder().decode(bytes);
  }

  // ---------------------------------------------------------------- numbers as people write them
  const PLAIN = /^[+-]?(\d+([.,]\d*)?|[.,]\d+)(e[+-]?\d+)?$/i;
  const EXAMPLES = "such as 12, −0.5, 2/3 or 1e-3";

  /** A number, or an Error whose message is the sentence to show. Never evaluated: only these forms are read. */
  function read(text) {
    const plain = text.replace(/[\s\u00a0\u2009\u202f]/g, "").replace(/[\u2212\u2013]/g, "-").replace(/\u2044/g, "/");
    if (!plain) return new Error("Write a number first.");
    const parts = plain.split("/");
    if (parts.length > 2 || !parts.every((part) => PLAIN.test(part))) {
      return new Error(`This could not be read as a number. Write one ${EXAMPLES}, with a point or a comma for decimals.`);
    }
    const [above, below = 1] = parts.map((part) => Number(part.replace(",", ".")));
    if (below === 0) return new Error("A fraction needs something other than zero below its line.");
    const value = above / below;
    return Number.isFinite(value) ? value : new Error("This number is too large for a computer's own numbers.");
  }

  const OTHERWISE = "else";
  const make = (tag, name, ...children) => {
    const node = document.createElement(tag);
    node.className = name;
    node.append(...children);
    return node;
  };

  /** Formulas that arrive after the page was typeset; where MathJax has not begun yet, it will find them itself. */
  async function typeset(node) {
    const jax = window.MathJax;
    if (!jax?.startup?.promise || !node.querySelector(".math")) return;
    const turn = jax.startup.promise.then(() => jax.typesetPromise([node])); // it does one piece at a time
    jax.startup.promise = turn.catch(() => {});
    await turn;
  }

  class Quiz extends HTMLElement {
    #asked = 0; // how many checks were made: an answer that comes late does not overwrite a later one

    connectedCallback() {
      if (this.dataset.ready) return;
      try {
        this.name = this.dataset.quiz;
        this.form = this.querySelector("form");
        this.said = this.querySelector('[role="status"]');
        this.about = JSON.parse(this.querySelector('script[type="application/json"]').textContent);
        this.fields = [...this.querySelectorAll('input[type="text"]')];
        this.choices = [...this.querySelectorAll('input[type="radio"], input[type="checkbox"]')];
        this.form.addEventListener("submit", (event) => {
          event.preventDefault();
          this.check();
        });
        this.form.addEventListener("input", () => this.clear()); // what was said belongs to another answer
        if (this.dataset.kind === "point") this.map = new Map_(this);
        this.querySelector('button[type="submit"]').disabled = false;
        this.dataset.ready = "true";
      } catch (error) {
        this.dataset.ready = "error";
        this.append(make("p", "gd-quiz-note", "This question could not start, so it cannot be answered here."));
        console.error(error);
      }
    }

    clear() {
      this.#asked += 1;
      this.said.replaceChildren();
      for (const field of this.fields) field.removeAttribute("aria-invalid");
    }

    check() {
      this.clear();
      return this.choices.length ? this.checkChoices() : this.checkNumbers();
    }

    checkChoices() {
      const chosen = this.choices.flatMap((input, index) => (input.checked ? [index] : []));
      if (!chosen.length) return this.say([{ text: "Choose an answer first." }]);
      const notes = chosen.map((index) => ({
        right: this.about.answers.includes(answerHash(this.name, index)),
        of: this.dataset.kind === "multiple" ? this.choices[index].nextElementSibling : null,
        html: opened(this.about.feedback[index], this.name, index),
      }));
      if (this.dataset.kind === "multiple") {
        const right = notes.filter((note) => note.right).length;
        const missing = right < this.about.answers.length;
        if (right < notes.length) notes.push({ text: "Not yet. Untick what does not belong here, and think about the rest again." });
        else notes.push({ text: missing ? "So far so good, but something is missing." : "That is all of them." });
      }
      return this.say(notes);
    }

    checkNumbers() {
      const numbers = this.fields.map((field) => read(field.value));
      const wrong = numbers.findIndex((number) => number instanceof Error);
      if (wrong >= 0) {
        this.fields[wrong].setAttribute("aria-invalid", "true");
        return this.say([{ text: numbers[wrong].message }]);
      }
      this.map?.place(numbers);
      const { cells, answers, feedback } = this.about;
      for (const [index, { origin, width, hash }] of cells.entries()) {
        for (const edge of [0, 1e-5, -1e-5]) { // both ends of a cell belong to it
          const where = numbers.map((number, k) => Math.floor((number - origin[k]) / width[k] + edge));
          const answer = `${index}:${where.join(",")}`;
          if (answerHash(this.name, answer) === hash) {
            return this.say([{ right: answers.includes(hash), html: opened(feedback[index], this.name, answer) }]);
          }
        }
      }
      return this.say([{ right: false, html: opened(feedback.at(-1), this.name, OTHERWISE) }]);
    }

    /** Notes are {text} or {right, html, of}; `of` is the label of the choice that a note is about. */
    async say(notes) {
      const mine = ++this.#asked;
      const draft = make("div", "gd-quiz-draft"); // typeset out of sight, so that nothing is read out twice
      for (const { text, html, right, of } of notes) {
        const note = make("p", "gd-quiz-note");
        if (html === undefined) note.append(text);
        else {
          note.dataset.right = right;
          const words = make("span", "");
          words.innerHTML = html; // written by the book's own build
          const about = of ? make("span", "gd-quiz-of", ...[...of.childNodes].map((node) => node.cloneNode(true)), " ") : "";
          note.append(make("span", "gd-quiz-word", right ? "Right: " : "Not right: "), make("span", "", about, words));
        }
        draft.append(note);
      }
      this.said.after(draft);
      await typeset(draft).catch(console.error); // rather bare formulas than no answer
      draft.remove();
      if (mine === this.#asked) this.said.replaceChildren(...draft.childNodes);
    }
  }

  /** The picture of a question about a point: a click or the arrow keys on a ring write the coordinates. */
  class Map_ {
    constructor(quiz) {
      this.quiz = quiz;
      this.node = quiz.querySelector(".gd-quiz-map");
      this.ring = make("button", "gd-quiz-ring", make("span", ""));
      this.ring.type = "button";
      const names = quiz.fields.map((field) => field.previousElementSibling.textContent).join(" and ");
      this.ring.setAttribute("aria-label", `Your point; arrow keys move it, ${names} follow`);
      this.node.append(this.ring);
      this.sizes = quiz.about.window.map(([low, high]) => high - low);
      this.place(quiz.about.window.map(([low, high]) => (low + high) / 2));
      delete this.ring.dataset.placed; // in the middle it waits unseen for the first click or key
      this.node.addEventListener("click", (event) => event.target.closest("button") || this.move(this.under(event)));
      this.ring.addEventListener("keydown", (event) => this.key(event));
      for (const field of quiz.fields) field.addEventListener("input", () => this.follow());
    }

    /** What is typed moves the ring, as far as it can be read. */
    follow() {
      const typed = this.quiz.fields.map((field) => read(field.value));
      if (typed.every((number) => !(number instanceof Error))) this.place(typed);
    }

    under(event) {
      const box = this.node.getBoundingClientRect();
      const [left, top, width, height] = this.quiz.about.frame;
      const parts = [((event.clientX - box.left) / box.width - left) / width,
        1 - ((event.clientY - box.top) / box.height - top) / height];
      return parts.map((part, k) => this.quiz.about.window[k][0] + part * this.sizes[k]);
    }

    key(event) {
      const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1] };
      const step = steps[event.key];
      if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      this.move(this.at.map((at, k) => at + (step[k] * this.sizes[k]) / (event.shiftKey ? 10 : 50)));
    }

    /** Writes a point into the fields, rounded to what a hand can mean, and kept on the map. */
    move(point) {
      const places = Math.max(0, 3 - Math.ceil(Math.log10(Math.max(...this.sizes))));
      const kept = point.map((at, k) => {
        const [low, high] = this.quiz.about.window[k];
        return Number(Math.min(high, Math.max(low, at)).toFixed(places));
      });
      this.quiz.fields.forEach((field, k) => { field.value = kept[k].toFixed(places).replace(/^-(?=0\.?0*$)/, ""); });
      this.place(kept);
      this.quiz.clear();
    }

    /** Shows the ring at a point; outside the map it waits on the edge. */
    place(point) {
      this.at = point;
      this.ring.dataset.placed = "";
      const [left, top, width, height] = this.quiz.about.frame;
      const [across, up] = point.map((at, k) =>
        Math.min(1, Math.max(0, (at - this.quiz.about.window[k][0]) / this.sizes[k])));
      this.ring.style.left = `${100 * (left + across * width)}%`;
      this.ring.style.top = `${100 * (top + (1 - up) * height)}%`;
    }
  }

  if (!customElements.get("gd-quiz")) customElements.define("gd-quiz", Quiz);
})();
