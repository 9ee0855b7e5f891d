"""Python from a method's components: `move` for one and two coordinates, and its run on an objective."""

from __future__ import annotations

from gdlib.emit.as_numpy import NUMPY
from gdlib.emit.as_python import function_text
from gdlib.emit.printable import Curved, Formula, MethodByComponent
from gdlib.emit.straight_line import identifiers, print_code

_RUN = '''\


def run(start, steps, hyperparameters=()):
    """The path of a run as a list of points, the start first; it ends before the first that is not finite."""
    hyper = {{**DEFAULTS, **dict(hyperparameters)}}
    path = [tuple(map(float, start))]
    with np.errstate(all="ignore"):  # a singular Hessian gives numbers that are not finite, and no error
        for _ in range(steps):
            point = [np.float64(value) for value in path[-1]]
            slopes = map(np.float64, gradient(*point))
            {names} = map(np.float64, hessian(*point))
            point = {move}(*point, *slopes, {wanted}, **hyper)
            if not np.isfinite(point).all():
                break
            path.append(tuple(map(float, point)))
    return path
'''


def method_text(method: MethodByComponent) -> str:
    """`move1` and `move2`, the step for one and for two coordinates, on numbers or arrays of NumPy."""
    return f"import numpy as np\n\n\n{_moves(method, (1, 2))}"


def method_pair_text(f: Formula, method: MethodByComponent) -> str:
    """`value`, `gradient`, `hessian`, the method's step for as many coordinates, and `run`, which returns the path."""
    assert isinstance(f, Curved)
    graphs = f.graphs
    n = len(graphs.variables)
    names = identifiers(graphs.variables, NUMPY)
    signature = ", ".join(names.values())
    second = [entry for row in f.hessian_graph for entry in row]
    made = [
        function_text(name, signature, print_code(nodes, names, NUMPY), f"{about} of {f.title}.", bracket=several)
        for name, nodes, about, several in (
            ("value", [graphs.value], "The value", False),
            ("gradient", list(graphs.gradient), "The gradient", True),
            ("hessian", second, "The entries, row by row, of the Hessian", True),
        )
    ]
    entries = [f"h{i}{j}" for i in range(n) for j in range(n)]
    run = _RUN.format(
        names="h00," if n == 1 else ", ".join(entries),
        wanted=", ".join(f"h{i}{j}" for i in range(n) for j in range(i, n)), move=f"move{n}",
    )  # fmt: skip
    functions = "\n\n".join([*made, _moves(method, (n,))])
    return f"import numpy as np\n\n\n{functions}\n\nDEFAULTS = {dict(method.defaults)!r}\n{run}"


def _moves(method: MethodByComponent, sizes: tuple[int, ...]) -> str:
    texts = []
    for n in sizes:
        names = identifiers((*method.component_names(n), *method.defaults), NUMPY)
        code = print_code(method.component_graph(n), names, NUMPY)
        settings = [f"{names[name]}={default!r}" for name, default in method.defaults.items()]
        keywords = ["*", *settings] if settings else []
        signature = ", ".join([*(names[name] for name in method.component_names(n)), *keywords])
        texts.append(function_text(f"move{n}", signature, code, method.summary, bracket=True))
    return "\n\n".join(texts)
