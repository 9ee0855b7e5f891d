/* Starts an explorer in a built page: the <gd-explorer> element stands in for anywidget's host, without a kernel. */

import { description } from "./description.mjs";
import { generated } from "./generated.mjs";
import { linked } from "./share.mjs";

const NEAR = "600px"; // an explorer starts when it is this near to the part of the page in view

/** What `render` is given as its model: anywidget's interface over a plain object. */
class Model {
  constructor(values) {
    Object.assign(this, { values, listeners: new Map() });
  }

  get(name) {
    return this.values[name];
  }

  set(name, value) {
    this.values[name] = value;
    for (const listener of this.listeners.get(`change:${name}`) ?? []) listener();
  }

  on(name, listener) {
    this.listeners.set(name, [...(this.listeners.get(name) ?? []), listener]);
  }

  off(name, listener) {
    const kept = (this.listeners.get(name) ?? []).filter((known) => listener && known !== listener);
    this.listeners.set(name, kept);
  }

  save_changes() {} // no kernel to tell

  send() {}
}

class Explorer extends HTMLElement {
  #stop = null;
  #room = null;
  #wishes = []; // what is to be taken, {given?, take}, in the order in which it came; what is not when the element goes waits on

  connectedCallback() {
    this.#stop = new AbortController();
    const watch = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      watch.disconnect();
      this.#start(this.#stop.signal);
    }, { rootMargin: NEAR });
    watch.observe(this);
    this.#stop.signal.addEventListener("abort", () => watch.disconnect());
    this.#take();
  }

  /** A state that was assigned before this script had come is a property of its own, which would hide the class's. */
  #take() {
    if (!Object.hasOwn(this, "state")) return;
    const { state } = this;
    delete this.state;
    this.state = state;
  }

  disconnectedCallback() {
    this.#stop.abort();
    this.#room = null;
    delete this.dataset.ready;
  }

  get #ready() {
    return this.dataset.ready === "true" && this.#room.isConnected;
  }

  /** Plain JSON, as the page's contract has it. Before the start: what the page asks for, without paths. */
  get state() {
    return this.#room?.state ?? structuredClone(Object.assign({}, description(this).state, ...this.#wishes.map((one) => one.given)));
  }

  set state(value) {
    const given = structuredClone(value);
    this.#wish({ given, take: (room) => room.hear(given) });
  }

  /** Restores the state that a link brings, `read()`, once it can; one that cannot be read is ignored, with a sentence. */
  follow(read) {
    this.#wish({ take: async (room) => {
      try {
        await room.take(read());
      } catch (error) {
        room.say(`The link in the address cannot be followed here, so it is ignored (${error.message.slice(0, 200)}).`);
      }
    } });
  }

  /** Once the explorer is ready, what is wrong with a state at once is thrown to whoever gave it. */
  #wish(wish) {
    const begun = this.#ready ? wish.take(this.#room) : null;
    if (this.#ready && !begun) return;
    this.#wishes.push(wish);
    if (begun) this.#until(wish, begun, this.#stop.signal);
  }

  async #until(wish, begun, signal) {
    await begun;
    if (!signal.aborted) this.#wishes = this.#wishes.filter((one) => one !== wish);
  }

  async #start(signal) {
    const holder = document.createElement("div");
    signal.addEventListener("abort", () => holder.remove());
    try {
      const kind = this.dataset.kind;
      if (!/^[a-z][a-z-]*$/.test(kind)) throw new Error(`gd-explorer: data-kind is not a kind: ${kind}`);
      const described = async () => {
        await closed(this);
        const spec = description(this);
        await generated(spec);
        return spec;
      };
      const [{ default: widget }, spec] = await Promise.all([import(`./${kind}.mjs`), described(), styled()]);
      if (signal.aborted) return;
      this.append(holder);
      const cleanUp = await widget.render({ model: new Model({ spec, state: spec.state }), el: holder, signal });
      if (signal.aborted) return cleanUp?.();
      signal.addEventListener("abort", () => cleanUp?.());
      this.#room = holder.firstElementChild;
      while (this.#wishes.length) { // more may come while one is taken
        const [wish] = this.#wishes;
        const begun = async () => wish.take(this.#room);
        await this.#until(wish, begun().catch(this.#room.refuse), signal);
        if (signal.aborted) return;
      }
      this.dataset.ready = "true";
    } catch (error) {
      if (signal.aborted) return; // the element may have started anew
      holder.remove();
      this.#room = null;
      this.dataset.ready = "error";
      this.setAttribute("title", "This explorer could not start; the picture stands still.");
      console.error(error);
    }
    this.dispatchEvent(new Event("gd-ready", { bubbles: true }));
  }
}

/** This script may run while the page is still being read; an element is all there once anything comes after it. */
function closed(element) {
  for (let at = element; at; at = at.parentNode) if (at.nextSibling) return null;
  return parsed();
}

function parsed() {
  if (document.readyState !== "loading") return null;
  return new Promise((resolve) => document.addEventListener("readystatechange", resolve, { once: true }));
}

/** The style sheet beside this module, once a page, and in force before anything is measured. */
function styled() {
  const address = new URL("./explorer.css", import.meta.url).href;
  const known = [...document.styleSheets].some((sheet) => sheet.href?.split("?")[0] === address);
  if (known) return null;
  return new Promise((resolve) => {
    let link = document.querySelector("link[data-gd-explorer]");
    if (!link) {
      link = document.createElement("link");
      Object.assign(link, { rel: "stylesheet", href: address });
      link.dataset.gdExplorer = "";
      document.head.append(link);
    }
    for (const outcome of ["load", "error"]) link.addEventListener(outcome, resolve, { once: true });
  });
}

/** Goes to the explorer that the address names; one that the page does not have is told by its first explorer. */
async function follow() {
  await parsed();
  const link = linked();
  if (!link) return;
  if (link.host) {
    link.host.scrollIntoView({ block: "start" });
    link.host.follow(link.read);
  } else {
    document.querySelector("gd-explorer")?.follow(() => {
      throw new Error("this page does not have the explorer that it names");
    });
  }
}

if (!customElements.get("gd-explorer")) {
  customElements.define("gd-explorer", Explorer);
  follow();
  addEventListener("hashchange", follow);
}
