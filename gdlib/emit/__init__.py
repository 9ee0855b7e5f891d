"""The derived forms: an objective, a rule, or both, printed as LaTeX, Python, JavaScript, GLSL or CUDA.

A method (gd.methods) goes in a rule's place: every one as LaTeX, elsewhere one written out by component.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from gdlib.emit import (
    as_cuda,
    as_glsl,
    as_javascript,
    as_latex,
    as_python,
    disturbances_as_javascript,
    method_as_python,
    runs_as_cuda,
)
from gdlib.emit.printable import Clipping, Formula, MethodByComponent, Scheduled, TracedRule

__all__ = ["cuda", "glsl", "javascript", "latex", "python"]

Printable = Formula | TracedRule | MethodByComponent | tuple[Formula, TracedRule] | tuple[Formula, MethodByComponent]
PrintableInJavaScript = Printable | Scheduled | Clipping | Callable[..., Any]
_RULE, _PAIR, _METHOD, _ON_METHOD = "rule", "(objective, rule)", "method", "(objective, method)"
_FUNCTION, _SCHEDULE, _CLIPPING = "a plain function", "a schedule", "a clipping"
_IN_WORDS = {
    _METHOD: "a method written out by component",
    _FUNCTION: _FUNCTION,
    _SCHEDULE: _SCHEDULE,
    _CLIPPING: _CLIPPING,
}
_Printers = Mapping[str, Callable[..., str]]
_LATEX: _Printers = {"objective": as_latex.objective_text, _RULE: as_latex.rule_text, _PAIR: as_latex.pair_text}
_PYTHON: _Printers = {
    "objective": as_python.objective_text, _RULE: as_python.rule_text, _PAIR: as_python.pair_text,
    _METHOD: method_as_python.method_text, _ON_METHOD: method_as_python.method_pair_text,
}  # fmt: skip
_JAVASCRIPT: _Printers = {
    "objective": as_javascript.objective_text, _RULE: as_javascript.rule_text, _PAIR: as_javascript.pair_text,
    _METHOD: as_javascript.method_text, _ON_METHOD: as_javascript.method_pair_text,
    _FUNCTION: as_javascript.function_of_its_name, _SCHEDULE: disturbances_as_javascript.schedule_text,
    _CLIPPING: disturbances_as_javascript.clipping_text,
}  # fmt: skip
_GLSL: _Printers = {
    "objective": as_glsl.objective_text, _RULE: as_glsl.rule_text, _PAIR: as_glsl.pair_text,
    _METHOD: as_glsl.method_text, _ON_METHOD: as_glsl.pair_text,
}  # fmt: skip
_CUDA: _Printers = {
    "objective": as_cuda.objective_text, _RULE: as_cuda.rule_text, _PAIR: runs_as_cuda.pair_text,
    _METHOD: as_cuda.method_text, _ON_METHOD: runs_as_cuda.method_pair_text,
}  # fmt: skip


def latex(what: Printable) -> str:
    r"""LaTeX: an objective's formula, a rule's or a method's equations, or both for a pair.

    >>> import gdlib as gd
    >>> gd.emit.latex(gd.objectives.saddle)
    'x^{2} - y^{2}'
    >>> print(gd.emit.latex(gd.methods.newton))
    \begin{aligned}
    H_t p_t &= -g_t \\
    \theta_t &= \theta_{t-1} + p_t
    \end{aligned}
    """
    step = what[1] if isinstance(what, tuple) and len(what) == 2 else what
    if not isinstance(step, MethodByComponent) or (isinstance(what, tuple) and type_of(what[0]) != "objective"):
        return _print(_LATEX, what)
    lines = as_latex.aligned(step.equations)
    return rf"f = {_print(_LATEX, what[0])} \qquad {lines}" if isinstance(what, tuple) else lines


def python(what: Printable) -> str:
    """Straight-line Python: `value` and `gradient` of an objective, `step` of a rule, `run` of a pair as well.

    >>> import gdlib as gd
    >>> print(gd.emit.python(gd.objectives.saddle))
    def value(x, y):
        \"\"\"The value of saddle.\"\"\"
        return (x * x) - (y * y)
    <BLANKLINE>
    <BLANKLINE>
    def gradient(x, y):
        \"\"\"The gradient of saddle.\"\"\"
        return (2.0 * x, -(2.0 * y))
    <BLANKLINE>
    """
    return _print(_PYTHON, what)


def javascript(what: PrintableInJavaScript) -> str:
    """An ES module that exports `value` and `gradient` of an objective, `step` of a rule, or `run` of a pair as well.

    A plain function of numbers is exported under its own name, with its own parameters. A schedule exports
    `factor(t, settings)`, a clipping `clip(g, settings)`; their numbers are settings, each of which may be left out.

    >>> import gdlib as gd
    >>> "export function step(theta, g, {lr = 0.01} = {})" in gd.emit.javascript(gd.rules.gradient_descent)
    True
    """
    return _print(_JAVASCRIPT, what)


def glsl(what: Printable) -> str:
    """GLSL for WebGL2: `value` and `gradient` of an objective, `take_step` of a rule, a fragment program of a pair.

    Numbers are of single precision. A rule's `take_step` (GLSL has a `step` of its own) changes one coordinate and its
    state in place. In a pair's program, for n <= 2, each pixel is a run with a start and hyperparameters of its own; it
    answers with its last point, when it arrived or left, and by what the gradient's norm has been multiplied.

    >>> import gdlib as gd
    >>> print(gd.emit.glsl(gd.rules.momentum))
    void take_step(inout float theta, float g, inout float v, float lr, float beta) {
      float n0 = (beta * v) - (lr * g);
      float new_theta = theta + n0;
      float new_v = n0;
      theta = new_theta;
      v = new_v;
    }
    <BLANKLINE>
    """
    return _print(_GLSL, what)


def cuda(what: Printable) -> str:
    """CUDA C++: templates `value` and `gradient` of an objective, `step` of a rule, a kernel `sweep` of a pair as well.

    The kernel walks whole runs, one a thread; a comment lists what the host hands it for all of them (1 - beta1**t in
    double, however precise the points are). No header is needed; --fmad=false keeps NumPy's bits.

    >>> import gdlib as gd
    >>> print(gd.emit.cuda(gd.objectives.saddle))
    // saddle
    template <typename T>
    __device__ inline T value(const T x, const T y) {
      return (x * x) - (y * y);
    }
    <BLANKLINE>
    template <typename T>
    __device__ inline void gradient(const T x, const T y, T *g) {
      g[0] = T(2.0) * x;
      g[1] = -(T(2.0) * y);
    }
    <BLANKLINE>
    """
    return _print(_CUDA, what)


def _print(printers: _Printers, what: Any) -> str:
    kind = type_of(what)
    if kind not in printers:
        more = "".join(f", {words}" for one, words in _IN_WORDS.items() if one in printers)
        raise TypeError(f"emit: needs an objective with a formula, a rule{more}, or (objective, rule); got {kind}")
    if kind == _ON_METHOD and len(what[0].graphs.variables) > 2:
        raise ValueError(f"emit: {what[1].name} is written out for 1 and 2 variables, got {what[0]!r}"[:300])
    return printers[kind](*what) if isinstance(what, tuple) else printers[kind](what)


def type_of(what: Any) -> str:
    """ "objective", "rule", "method", "a schedule" and so on for what can be printed, else a word for what it is."""
    if isinstance(what, tuple):
        return f"({', '.join(type_of(part) for part in what)})"
    if isinstance(what, TracedRule):
        return _RULE
    if isinstance(what, MethodByComponent):
        return _METHOD if what.has_components(1) else f"{what.name}, which is not"
    for kind, name in ((Scheduled, _SCHEDULE), (Clipping, _CLIPPING)):
        if isinstance(what, kind) and not isinstance(what, type):
            return name
    if inspect.isfunction(what):
        return _FUNCTION
    return "objective" if isinstance(what, Formula) else type(what).__name__
