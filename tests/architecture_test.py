"""The house: imports go one way, rooms stay small, names of public objects belong to the objects, import stays light."""

import ast
import importlib
import pkgutil
import subprocess
import sys
from pathlib import Path

import gdlib as gd
from tests.conftest import ROOT

LONGEST = 300
ROOMS = {  # of each package: a room may import from those before it, and from itself
    "gdlib": [
        {"trace", "vocabulary", "registry"},
        {"arguments", "emit", "points"},
        {
            "formulas",
            "descriptions",
            "objective",
            "landscapes",
            "update_rule",
            "first_order",
            "per_coordinate",
            "adaptive",
            "variants",
            "second_order",
            "rates",
            "averages",
        },
        {"clipping", "schedules", "stationary", "stopping", "loops", "running"},
        {"sweeps"},
        {"networks", "figures"},
        {"widgets"},
    ],
    "homework": [
        {"inside"},  # all that a sandbox sees of the package
        {"answers", "course", "outcomes", "plan", "wording", "progress"},  # the contracts
        {"masters"},
        {"sandbox"},
        {"gradebook"},
        {"people"},
        {"pages"},
        {"grading"},
        {"releasing", "exporting", "trying", "checking"},
        {"demo"},
        {"commands"},
        {"__main__"},
    ],
}
MODULES = {  # dotted name -> file
    ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): file
    for package in ROOMS
    for file in sorted((ROOT / package).rglob("*.py"))
}
SANDBOXED = "homework.inside"
NBGRADER = {"gradebook", "releasing", "pages.serving", "pages.rendering"}  # only they know nbgrader


def imported(file: Path) -> set[str]:
    """Modules of these packages that a file imports, at its top or inside its functions."""
    return {name for name in all_imported(file) if name.split(".")[0] in ROOMS}


def all_imported(file: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                found.add(whole if whole in MODULES else str(node.module))
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found


def room(module: str) -> int:
    package, name = module.split(".")[:2]
    return next(place for place, names in enumerate(ROOMS[package]) if name in names)


def test_imports_go_one_way_from_room_to_room():
    for module, file in MODULES.items():
        package = module.split(".")[0]
        if module == package:
            continue
        others = imported(file)
        for other in others - {"gdlib", "homework"}:
            if other.split(".")[0] == package:
                assert room(other) <= room(module), f"{module} imports {other}"
        if package == "gdlib":
            assert not {name for name in others if name.startswith("homework")}, f"{module} imports the homework"
            if "gdlib" in others:
                assert room(module) >= room("gdlib.figures"), f"{module} imports the whole package"


def test_a_sandbox_sees_nothing_of_the_homework_but_what_runs_in_it():
    for module, file in MODULES.items():
        if module.startswith(SANDBOXED):
            outside = {name for name in imported(file) if not name.startswith((SANDBOXED, "gdlib"))}
            assert outside == set(), f"{module} imports {outside}"


def test_few_modules_know_nbgrader_and_a_students_check_needs_none_of_them():
    knowing = {
        module
        for module, file in MODULES.items()
        if any(name.split(".")[0] in ("nbgrader", "sqlalchemy") for name in all_imported(file))
    }
    assert knowing <= {f"homework.{name}" for name in NBGRADER}
    needed, todo = set(), {"homework.commands.check", "homework.__main__"}
    while todo:
        needed |= todo
        todo = {name for module in todo for name in imported(MODULES[module])} - needed
    assert needed & knowing == set()


def test_no_circle():
    done, stack = set(), []

    def visit(module):
        assert module not in stack, " -> ".join([*stack, module])
        if module in done:
            return
        stack.append(module)
        for other in imported(MODULES[module]) - {*ROOMS, module}:
            visit(other)
        done.add(stack.pop())

    for module in MODULES:
        if module not in ROOMS:
            visit(module)


def test_modules_are_short_and_say_first_why_they_exist():
    for module, file in MODULES.items():
        text = file.read_text("utf-8")
        assert len(text.splitlines()) <= LONGEST, f"{module} is longer than {LONGEST} lines"
        first = (ast.get_docstring(ast.parse(text)) or "").partition("\n")[0]
        assert first.endswith((".", ":")), f"{module}: its first sentence says why it exists"


def test_public_objects_stay_what_they_are_when_every_module_is_imported():
    public = {
        name: getattr(gd, name) for name in gd.__all__ if name not in ("figures", "networks", "sweeps", "widgets")
    }
    functions = {name: getattr(gd.emit, name) for name in gd.emit.__all__}
    for module in pkgutil.walk_packages(gd.__path__, "gdlib."):
        importlib.import_module(module.name)
    assert all(getattr(gd, name) is thing for name, thing in public.items())
    assert all(getattr(gd.emit, name) is thing for name, thing in functions.items())
    for name in ("rule", "descend", "sweep", "explore", "Objective", "clip_norm"):
        assert callable(getattr(gd, name))
    taken = {"rule", "rules", "objectives", "methods", "descend", "sweep", "classify", "explore"}
    assert not {name.split(".")[-1] for name in MODULES if name.startswith("gdlib")} & taken


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
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
        ).stdout.split()
        for _ in range(3)
    ]
    assert all(heavy == "[]" for heavy, _ in results)
    assert min(float(took) for _, took in results) < 0.5
