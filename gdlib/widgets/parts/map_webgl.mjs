/* Runs the pixels of a map in fragment programs: one WebGL2 context a page, in single precision, read back as numbers. */

const KEY = Symbol.for("gdlib.map.webgl"); // one context a page, however many copies of this module it has loaded
const WIDE = 512, HIGH = 128; // of the buffer that is drawn into, a pixel a cell: no more is read and coloured at once
const TIME = 20; // milliseconds that a portion should take
const FIRST = 2 ** 20; // steps, of all cells together, in a portion before it is known how long one takes
const AT_ONCE = 2; // portions of the page: one is drawn while one is read, and what is out of date heaps up no further
const MINIMA = 64; // beyond so many a map is run by others
const COVER = `#version 300 es
void main() { gl_Position = vec4(gl_VertexID == 1 ? 3.0 : -1.0, gl_VertexID == 2 ? 3.0 : -1.0, 0.0, 1.0); }`;

const later = (time) => new Promise((next) => setTimeout(next, time));

/** The page's context, with the programs that it has. */
class Context {
  constructor() {
    this.drawn = 0; // portions that are not there yet
    const canvas = document.createElement("canvas");
    const gl = this.gl = canvas.getContext("webgl2", { antialias: false, depth: false, powerPreference: "high-performance" });
    if (!gl?.getExtension("EXT_color_buffer_float")) throw new Error("WebGL2: draws no numbers here");
    canvas.addEventListener("webglcontextlost", (event) => {
      event.preventDefault(); // or it would not come back
      this.lost = true;
    });
    canvas.addEventListener("webglcontextrestored", () => this.begin());
    this.begin();
  }

  begin() {
    const { gl } = this;
    this.lost = false;
    this.age = (this.age ?? 0) + 1; // what was made before is gone
    this.programs = new Map();
    this.ready = new Set(); // texts of those that are compiled
    gl.getExtension("EXT_color_buffer_float");
    this.parallel = gl.getExtension("KHR_parallel_shader_compile");
    const drawn = gl.createRenderbuffer();
    gl.bindRenderbuffer(gl.RENDERBUFFER, drawn);
    gl.renderbufferStorage(gl.RENDERBUFFER, gl.RGBA32F, WIDE, HIGH);
    gl.bindFramebuffer(gl.FRAMEBUFFER, gl.createFramebuffer());
    gl.framebufferRenderbuffer(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.RENDERBUFFER, drawn);
    this.cover = this.shader(gl.VERTEX_SHADER, COVER);
  }

  shader(type, text) {
    const { gl } = this, made = gl.createShader(type);
    gl.shaderSource(made, text);
    gl.compileShader(made);
    return made;
  }

  /** {program, places} of a text, which is compiled beside the page where the browser can do so. */
  async program(text) {
    if (!this.programs.has(text)) this.programs.set(text, this.linked(text));
    return this.programs.get(text);
  }

  async linked(text) {
    const { gl, parallel, age } = this, program = gl.createProgram(), own = this.shader(gl.FRAGMENT_SHADER, text);
    gl.attachShader(program, this.cover);
    gl.attachShader(program, own);
    gl.linkProgram(program);
    while (parallel && !this.lost && age === this.age && !gl.getProgramParameter(program, parallel.COMPLETION_STATUS_KHR)) {
      await later(2);
    }
    if (!gl.getProgramParameter(program, gl.LINK_STATUS)) {
      throw new Error(`WebGL2: ${gl.getShaderInfoLog(own) || gl.getProgramInfoLog(program) || "the context is lost"}`);
    }
    const found = {};
    for (let k = 0; k < gl.getProgramParameter(program, gl.ACTIVE_UNIFORMS); k++) {
      const { name } = gl.getActiveUniform(program, k);
      found[name.replace("[0]", "")] = gl.getUniformLocation(program, name);
    }
    this.ready.add(text);
    return { program, found };
  }

  /** What `texelFetch` finds along the axes. */
  along({ across, up }) {
    const { gl } = this, wide = Math.max(across.length, up.length), numbers = new Float32Array(2 * wide);
    numbers.set(across);
    numbers.set(up, wide);
    const texture = gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D, texture);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.R32F, wide, 2, 0, gl.RED, gl.FLOAT, numbers);
    for (const name of ["MIN", "MAG"]) gl.texParameteri(gl.TEXTURE_2D, gl[`TEXTURE_${name}_FILTER`], gl.NEAREST);
    return texture;
  }

  /** Draws cells and gives their numbers once they are there, without waiting for them in the page; null if nobody wants them. */
  async draw({ program, found }, texture, { question, picture, signal }, first, count) {
    const { gl } = this, { axes, held, minima, rule, settings, start } = question, age = this.age;
    const names = Object.keys(rule.module.defaults), high = Math.ceil(count / WIDE);
    const place = ({ of, name }) => (of === "start" ? name : 2 + (of === "held" ? name : held.length + names.indexOf(name)));
    gl.useProgram(program);
    gl.bindTexture(gl.TEXTURE_2D, texture);
    gl.uniform1fv(found.numbers, [start[0], start[1] ?? 0, ...held, ...names.map((name) => settings[name])]);
    gl.uniform2i(found.axes, ...axes.map(place));
    gl.uniform2i(found.size, picture.width, picture.height);
    for (const [name, value] of Object.entries({ first, columns: picture.columns, stride: picture.stride, wide: WIDE,
      steps: question.steps })) gl.uniform1i(found[name], value);
    for (const name of ["tolerance", "far"]) gl.uniform1f(found[name], question[name]);
    gl.uniform1f(found.scale, Math.max(1, 2 ** Math.round(-Math.log2(1e6 * Math.max(question.tolerance, 1e-18)))));
    if (found.minima) gl.uniform2fv(found.minima, minima.flatMap(([x, y = 0]) => [x, y]));
    gl.viewport(0, 0, WIDE, high);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
    const buffer = gl.createBuffer();
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, buffer);
    gl.bufferData(gl.PIXEL_PACK_BUFFER, 16 * WIDE * high, gl.STREAM_READ);
    gl.readPixels(0, 0, WIDE, high, gl.RGBA, gl.FLOAT, 0);
    const sync = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
    gl.flush();
    this.drawn++;
    while (!this.lost && age === this.age && gl.getSyncParameter(sync, gl.SYNC_STATUS) !== gl.SIGNALED) await later(1);
    this.drawn--;
    const numbers = signal.aborted ? null : new Float32Array(4 * count);
    if (numbers) {
      gl.bindBuffer(gl.PIXEL_PACK_BUFFER, buffer);
      gl.getBufferSubData(gl.PIXEL_PACK_BUFFER, 0, numbers);
      gl.bindBuffer(gl.PIXEL_PACK_BUFFER, null);
    }
    gl.deleteBuffer(buffer);
    gl.deleteSync(sync);
    if (this.lost || age !== this.age) throw new Error("WebGL2: the context was lost");
    return numbers;
  }
}

/** The program of a question, as map.glsl says. */
function text({ glsl, objective, rule, size, minima, lasting }) {
  const asked = [size === "distance" ? `#define MINIMA ${minima.length}` : "", lasting ? "#define LASTING" : ""];
  return [glsl.head, ...asked, objective.glsl, rule.glsl, glsl.loop].join("\n");
}

/** A way of running cells (map_engine.mjs), for modules that are GLSL too. */
export const webgl = {
  name: "WebGL2",
  able: (question) => told(question) && !context()?.lost,
  ready: (question) => told(question) && globalThis[KEY]?.lost === false && globalThis[KEY].ready.has(text(question)),
  run,
};

const told = ({ single, glsl, objective, rule, minima }) =>
  Boolean(single && glsl && objective.glsl && rule.glsl && minima.length <= MINIMA && globalThis[KEY] !== null);

/** The page's context, null where it has none. */
function context() {
  if (globalThis[KEY] === undefined) {
    try {
      globalThis[KEY] = new Context();
    } catch {
      globalThis[KEY] = null;
    }
  }
  return globalThis[KEY];
}

async function run({ take, ...task }) {
  const { question, picture, signal } = task;
  const known = context(), program = await known.program(text(question));
  if (signal.aborted) return;
  const { age } = known, texture = known.along(question);
  const rows = (cells) => WIDE * Math.max(1, Math.round(cells / WIDE));
  let from = 0, portion = rows(FIRST / question.steps), free = 0;
  const one = async () => {
    for (;;) {
      while (known.drawn === AT_ONCE && !signal.aborted) await later(1);
      if (signal.aborted || from >= picture.cells) return;
      const begin = from, count = Math.min(portion, picture.cells - begin, WIDE * HIGH), asked = performance.now();
      from += count;
      const numbers = await known.draw(program, texture, task, begin, count);
      const now = performance.now(), took = now - Math.max(asked, free);
      free = now;
      portion = rows(count * Math.min(4, TIME / Math.max(took, 0.5)));
      if (numbers) take(begin, numbers);
    }
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, one));
  } finally {
    if (known.age === age) known.gl.deleteTexture(texture);
  }
}
