/* Plays a run: play, pause, single steps and a slider over the steps; still when off screen or asked to be. */

import { button, ICONS } from "./controls.mjs";
import { html, put } from "./elements.mjs";

const SECONDS = 5; // for a whole run unless a kind says otherwise, so that 50 and 5,000 steps are both watchable

const prefersStill = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

export class Transport {
  /** `onMove(step)` draws that step; `onRest(playing)` hears when playing starts and ends. It begins at the end. */
  constructor({ steps, onMove, onRest, signal, seconds = SECONDS }) {
    Object.assign(this, { onMove, onRest, seconds, step: steps, steps, playing: false });
    this.toggle = button("Play", () => (this.playing ? this.pause() : this.play()), { icon: "play", kind: "gd-play" });
    this.slide = html("input", { type: "range", min: 0, step: 1, "aria-label": "Step shown",
      oninput: () => this.go(this.slide.valueAsNumber) });
    this.count = html("span", { class: "gd-count" });
    this.node = html("div", { class: "gd-transport" }, this.toggle,
      button("One step back", () => this.go(this.step - 1), { icon: "back", text: "" }),
      button("One step forward", () => this.go(this.step + 1), { icon: "forward", text: "" }),
      this.slide, this.count);
    const watch = new IntersectionObserver(([entry]) => entry.isIntersecting || this.pause());
    watch.observe(this.node);
    signal.addEventListener("abort", () => {
      watch.disconnect();
      this.pause();
    });
  }

  /** A run of another length: who stood at its end stays at its end. */
  lengthen(steps) {
    const ended = this.step >= this.steps;
    this.steps = steps;
    this.slide.max = steps;
    this.step = ended && !this.playing ? steps : Math.min(this.step, steps);
    this.show();
  }

  /** Moves to a step by hand, which ends playing. */
  go(step) {
    this.pause();
    this.move(step);
  }

  move(step) {
    this.step = Math.min(this.steps, Math.max(0, step));
    this.show();
    this.onMove(this.step);
  }

  show() {
    this.slide.value = this.step;
    this.slide.setAttribute("aria-valuetext", `step ${this.step} of ${this.steps}`);
    put(this.count, `step ${this.step} of ${this.steps}`);
    this.count.style.minWidth = `${7 + 2 * String(this.steps).length}ch`;
  }

  play() {
    if (prefersStill()) {
      this.move(this.steps);
      return;
    }
    if (this.step >= this.steps) this.step = 0;
    this.state(true);
    let before = performance.now();
    let exact = this.step;
    const frame = (now) => {
      if (!this.playing) return;
      if (prefersStill()) { // asked for since it plays
        this.go(this.steps);
        return;
      }
      exact += (Math.max(0, now - before) / 1000 / this.seconds) * this.steps;
      before = now;
      if (Math.floor(exact) > this.step) this.move(Math.floor(exact));
      if (this.step < this.steps) requestAnimationFrame(frame);
      else this.pause();
    };
    this.move(this.step);
    requestAnimationFrame(frame);
  }

  pause() {
    if (this.playing) this.state(false);
  }

  state(playing) {
    this.playing = playing;
    this.toggle.querySelector("path").setAttribute("d", playing ? ICONS.pause : ICONS.play);
    this.toggle.querySelector("span").textContent = playing ? "Pause" : "Play";
    this.onRest(playing);
  }
}
