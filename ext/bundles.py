"""The explorers' modules as a page fetches them: few files, for each that is asked for takes time before it answers.

A module stays a scope of its own, a function that gives what the module exports; it stands in the file of the one kind
that needs it, in the entry's if the entry or many kinds do, else in one that is named after the kinds that share it.
What is fetched only when a reader asks for it, by import("./name.mjs"), has a file as a kind has.
"""

import re
from collections.abc import Mapping

from ext.compact import script

ENTRY = "mount.mjs"
MANY = 5  # kinds; what so many need is fetched with the entry, once for all pages
HEADER = "/* To read: {source} */\n"

_IMPORT = re.compile(r'^import (?:\{([^}]*)\}|(\w+)) from "\./([\w-]+\.mjs)";$', re.MULTILINE)
_EXPORT = re.compile(r"^export ((?:async )?(?:const|function\*?|class) (\w+))", re.MULTILINE)
_DEFAULT = re.compile(r"^export default ", re.MULTILINE)
_OTHER = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)
_LATER = re.compile(r'\bimport\("\./([\w-]+\.mjs)"\)')
_FETCHED = re.compile(r'from"\./([^"]+)"')


def bundles(texts: Mapping[str, str], source: str) -> dict[str, str]:
    """The files, by name, made of these modules; `source` is where they can be read as they were written."""
    scopes = {name: _Scope(name, text) for name, text in texts.items()}
    order = _ordered(scopes)
    homes = _homes(scopes, order)
    for name, text in texts.items():
        for later in _LATER.findall(text):
            if homes[later] != later:
                raise ValueError(f"{name}: {later} is to be fetched later, and another module imports it at once")
    return {home: HEADER.format(source=source) + script(_file(home, scopes, order, homes)) + "\n"
            for home in sorted(set(homes.values()))}  # fmt: skip


def fetched(names: list[str], files: Mapping[str, str]) -> list[str]:
    """The files of these names with all that they import and what those import, each once, in a fixed order."""
    found: dict[str, None] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop(0)
        if name not in found:
            found[name] = None
            waiting += _FETCHED.findall(files[name])
    return sorted(found)


class _Scope:
    """One module: the names that it exports and those that it takes from others."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.variable = "$" + re.sub(r"\W", "_", name.removesuffix(".mjs"))
        self.exports = [name for _, name in _EXPORT.findall(text)]
        self.has_default = bool(_DEFAULT.search(text))
        self.imports: dict[str, list[tuple[str, str]]] = {}
        for listed, default, other in _IMPORT.findall(text):
            pairs = [part.split(" as ") for part in re.split(r"\s*,\s*", listed.strip()) if part]
            self.imports[other] = [(pair[0], pair[-1]) for pair in pairs] + ([("default", default)] if default else [])
        self.body = _EXPORT.sub(r"\1", _DEFAULT.sub("const $default = ", _IMPORT.sub("", text)))
        if left := _OTHER.search(self.body):
            raise ValueError(f"{name}: needed imports and exports as bundles.py knows them, got {left[0]!r}")

    def text(self, scopes: Mapping[str, "_Scope"]) -> str:
        """The scope as a constant of the file."""
        taken = []
        for other, pairs in self.imports.items():
            given = scopes[other].exports + ["default"] * scopes[other].has_default
            if unknown := [name for name, _ in pairs if name not in given]:
                raise ValueError(f"{self.name}: {other} does not export {', '.join(unknown)}")
            names = ", ".join(name if name == here else f"{name}: {here}" for name, here in pairs)
            taken.append(f"const {{ {names} }} = {scopes[other].variable};\n")
        gives = ", ".join(self.exports + ["default: $default"] * self.has_default)
        return f"const {self.variable} = (() => {{\n{''.join(taken)}{self.body}\nreturn {{ {gives} }};\n}})();\n"


def _ordered(scopes: Mapping[str, _Scope]) -> list[str]:
    """Each after those that it imports."""
    found: dict[str, None] = {}

    def take(name: str, above: tuple[str, ...]) -> None:
        if name in above:
            raise ValueError(f"modules import each other in a circle: {' → '.join((*above, name))}")
        if name in found:
            return
        for other in scopes[name].imports:
            take(other, (*above, name))
        found[name] = None

    for name in sorted(scopes):
        take(name, ())
    return list(found)


def _homes(scopes: Mapping[str, _Scope], order: list[str]) -> dict[str, str]:
    """The file in which each module stands."""
    needing: dict[str, set[str]] = {
        name: set() for name in scopes
    }  # the modules that nothing imports, by what they need
    imported = {other for scope in scopes.values() for other in scope.imports}
    for name in reversed(order):
        if name not in imported:
            needing[name].add(name)
        for other in scopes[name].imports:
            needing[other] |= needing[name]
    return {name: _home(kinds) for name, kinds in needing.items()}


def _home(kinds: set[str]) -> str:
    if ENTRY in kinds or len(kinds) >= MANY:
        return ENTRY
    return ".".join(sorted(kind.removesuffix(".mjs") for kind in kinds)) + ".mjs"


def _file(home: str, scopes: Mapping[str, _Scope], order: list[str], homes: Mapping[str, str]) -> str:
    own = [scopes[name] for name in order if homes[name] == home]
    foreign: dict[str, set[str]] = {}
    for other in {other for scope in own for other in scope.imports}:
        if homes[other] != home:
            foreign.setdefault(homes[other], set()).add(scopes[other].variable)
    given = {
        scope.variable
        for scope in own
        if any(homes[name] != home for name, one in scopes.items() if scope.name in one.imports)
    }
    lines = [f'import {{ {", ".join(sorted(names))} }} from "./{file}";\n' for file, names in sorted(foreign.items())]
    lines += [scope.text(scopes) for scope in own]
    if given:
        lines.append(f"export {{ {', '.join(sorted(given))} }};\n")
    for scope in own:
        if scope.name == home and scope.exports:
            lines.append(f"export const {{ {', '.join(scope.exports)} }} = {scope.variable};\n")
        if scope.name == home and scope.has_default:
            lines.append(f"export default {scope.variable}.default;\n")
    return "".join(lines)
