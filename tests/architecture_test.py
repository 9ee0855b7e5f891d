"""The house: imports go one way, rooms stay small, names of public objects belong to the objects, import stays light."""

import ast
import importlib
import pkgutil
import subprocess
import sys
from pathlib import Path

import gdlib as gd
from tests.conftest import ROOT

PACKAGE = ROOT / "gdlib"
MODULES = {  # dotted name -> file
    ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): file
    for file in sorted(PACKAGE.rglob("*.py"))
}
LONGEST = 300
ROOMS = [  # each may import from those before it, and from itself
    {"trace", "vocabulary", "registry"},
    {"arguments", "emit", "points"},
    {"formulas", "descriptions", "objective", "landscapes", "update_rule", "first_order", "per_coordinate", "adaptive", "variants", "second_order", "rates", "averages"},
    {"clipping", "schedules", "stationary", "stopping", "loops", "running"},
    {"sweeps"},
    {"networks", "figures"},
    {"widgets"},
]


def imported(file: Path) -> set[str]:
    """Modules of gdlib that a file imports, at its top or inside its functions."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("gdlib"):
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                found.add(whole if whole in MODULES else str(node.module))
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names if alias.name.startswith("gdlib")}
    return found


def room(module: str) -> int:
    name = module.split(".")[1]
    return next(place for place, names in enumerate(ROOMS) if name in names)


def test_imports_go_one_way_from_room_to_room():
    for module, file in MODULES.items():
        if module == "gdlib":
            continue
        for other in imported(file) - {"gdlib"}:
            assert room(other) <= room(module), f"{module} imports {other}"
        if "gdlib" in imported(file):
            assert room(module) >= room("gdlib.figures"), f"{module} imports the whole package"


def test_no_circle():
    done, stack = set(), []

    def visit(module):
        assert module not in stack, " -> ".join([*stack, module])
        if module in done:
            return
        stack.append(module)
        for other in imported(MODULES[module]) - {"gdlib", module}:
            visit(other)
        done.add(stack.pop())

    for module in MODULES:
        if module != "gdlib":
            visit(module)


def test_modules_are_short_and_say_first_why_they_exist():
    for module, file in MODULES.items():
        text = file.read_text("utf-8")
        assert len(text.splitlines()) <= LONGEST, f"{module} is longer than {LONGEST} lines"
        first = (ast.get_docstring(ast.parse(text)) or "").partition("\n")[0]
        assert first.endswith((".", ":")), f"{module}: its first sentence says why it exists"


def test_public_objects_stay_what_they_are_when_every_module_is_imported():
    public = {name: getattr(gd, name) for name in gd.__all__ if name not in ("figures", "networks", "sweeps", "widgets")}
    functions = {name: getattr(gd.emit, name) for name in gd.emit.__all__}
    for module in pkgutil.walk_packages(gd.__path__, "gdlib."):
        importlib.import_module(module.name)
    assert all(getattr(gd, name) is thing for name, thing in public.items())
    assert all(getattr(gd.emit, name) is thing for name, thing in functions.items())
    for name in ("rule", "descend", "sweep", "explore", "Objective", "clip_norm"):
        assert callable(getattr(gd, name))
    taken = {"rule", "rules", "objectives", "methods", "descend", "sweep", "classify", "explore"}
    assert not {name.split(".")[-1] for name in MODULES} & taken


def test_import_is_light():
    """NumPy and SymPy alone, and under 0.5 s on top of them (processor time, so that a busy machine does not count)."""
    code = (
        "import sys, time, numpy, sympy\n"
        "began = time.process_time(); import gdlib; took = time.process_time() - began\n"
        "heavy = {'matplotlib', 'anywidget', 'ipywidgets', 'IPython', 'scipy', 'numba', 'gdlib.widgets',"
        " 'gdlib.networks', 'gdlib.figures', 'gdlib.sweeps'} & set(sys.modules)\n"
        "print(sorted(heavy), took)"
    )
    results = [
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT).stdout.split()
        for _ in range(3)
    ]
    assert all(heavy == "[]" for heavy, _ in results)
    assert min(float(took) for _, took in results) < 0.5
