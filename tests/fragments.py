"""Fragment programs for the tests: a page's WebGL2 context that compiles texts and runs expressions on rows of numbers."""

import base64
from collections.abc import Sequence

import numpy as np
from playwright.sync_api import Page

from gdlib.emit.as_glsl import HEAD

SET_UP = """() => {
  const gl = document.createElement("canvas").getContext("webgl2");
  if (!gl?.getExtension("EXT_color_buffer_float")) throw new Error("WebGL2 draws no numbers here");
  const compiled = (type, text) => {
    const made = gl.createShader(type);
    gl.shaderSource(made, text);
    gl.compileShader(made);
    return made;
  };
  const cover = compiled(gl.VERTEX_SHADER, `#version 300 es
    void main() { gl_Position = vec4(gl_VertexID == 1 ? 3.0 : -1.0, gl_VertexID == 2 ? 3.0 : -1.0, 0.0, 1.0); }`);
  const begun = (text) => {
    const program = gl.createProgram(), own = compiled(gl.FRAGMENT_SHADER, text);
    gl.attachShader(program, cover);
    gl.attachShader(program, own);
    gl.linkProgram(program);
    return { program, said: () => gl.getProgramParameter(program, gl.LINK_STATUS) ? null
      : gl.getShaderInfoLog(own) || gl.getProgramInfoLog(program) };
  };
  gl.bindFramebuffer(gl.FRAMEBUFFER, gl.createFramebuffer());
  window.fragments = {
    // what is wrong with each text, null where nothing is; all are begun before the first is asked, as a browser does it best
    compiled: (texts) => texts.map((text) => compiled(gl.FRAGMENT_SHADER, text)).map((one) => {
      const said = gl.getShaderParameter(one, gl.COMPILE_STATUS) ? null : gl.getShaderInfoLog(one);
      gl.deleteShader(one);
      return said;
    }),
    // four numbers of each row of inputs, `width` rows of `depth` numbers
    run: (text, inputs, depth) => {
      const numbers = new Float32Array(Uint8Array.from(atob(inputs), (c) => c.charCodeAt(0)).buffer), width = numbers.length / depth;
      const { program, said } = begun(text);
      if (said()) throw new Error(said());
      const texture = gl.createTexture(), drawn = gl.createRenderbuffer();
      gl.bindTexture(gl.TEXTURE_2D, texture);
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.R32F, width, depth, 0, gl.RED, gl.FLOAT, numbers);
      for (const name of ["MIN", "MAG"]) gl.texParameteri(gl.TEXTURE_2D, gl[`TEXTURE_${name}_FILTER`], gl.NEAREST);
      gl.bindRenderbuffer(gl.RENDERBUFFER, drawn);
      gl.renderbufferStorage(gl.RENDERBUFFER, gl.RGBA32F, width, 1);
      gl.framebufferRenderbuffer(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.RENDERBUFFER, drawn);
      gl.viewport(0, 0, width, 1);
      gl.useProgram(program);
      gl.drawArrays(gl.TRIANGLES, 0, 3);
      const out = new Float32Array(4 * width);
      gl.readPixels(0, 0, width, 1, gl.RGBA, gl.FLOAT, out);
      for (const [what, one] of [["Program", program], ["Texture", texture], ["Renderbuffer", drawn]]) gl[`delete${what}`](one);
      return btoa(Array.from(new Uint8Array(out.buffer), (b) => String.fromCharCode(b)).join(""));
    },
  };
}"""


class Fragments:
    """A page that runs fragment programs."""

    def __init__(self, page: Page) -> None:
        self._page = page
        page.evaluate(SET_UP)

    def compiled(self, texts: Sequence[str]) -> list[str | None]:
        """What the browser says against each whole program, None where it has nothing to say."""
        found: list[str | None] = self._page.evaluate("(texts) => fragments.compiled(texts)", list(texts))
        return found

    def run(self, text: str, outputs: Sequence[str], inputs: Sequence[np.ndarray], body: str = "") -> np.ndarray:
        """The outputs, expressions of x[0], x[1], … and of what `body` sets, for each entry of the inputs; (entries, outputs).

        `text` holds functions. Inputs are rounded to single precision.
        """
        given = np.stack([np.asarray(one, np.float32) for one in inputs])
        fetch = "".join(
            f"x[{k}] = texelFetch(given, ivec2(int(gl_FragCoord.x), {k}), 0).r;\n" for k in range(len(given))
        )
        parts = []
        for begin in range(0, len(outputs), 4):
            four = [*outputs[begin : begin + 4], *["0.0"] * 3][:4]
            program = (
                f"{HEAD}uniform highp sampler2D given;\nout vec4 answer;\n{text}\n"
                f"void main() {{\nfloat x[{len(given)}];\n{fetch}{body}\nanswer = vec4({', '.join(four)});\n}}\n"
            )
            sent = base64.b64encode(given.tobytes()).decode()
            said = self._page.evaluate(
                "([text, x, depth]) => fragments.run(text, x, depth)", [program, sent, len(given)]
            )
            parts.append(np.frombuffer(base64.b64decode(said), "<f4").reshape(-1, 4)[:, : len(outputs) - begin])
        return np.concatenate(parts, axis=1).astype(float)
