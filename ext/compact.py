"""Take out of a script or a style sheet what only its writers read: comments, indentation and spaces between signs.

Names stay as they are, and what stands in quotes, in templates and in regular expressions stays to the letter.
"""

import re

_GAP = re.compile(r"(?:\s+|//[^\n]*|/\*.*?\*/)+", re.DOTALL)
_QUOTED = re.compile(r"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'", re.DOTALL)
_PATTERN = re.compile(r"/(?![*/])(?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/[a-z]*")
_TEXTS = re.compile(r"(\"[^\"]*\"|'[^']*')")
_COMMENT = re.compile(rf"{_TEXTS.pattern}|/\*.*?\*/", re.DOTALL)
_WORD = re.compile(r"[\w$#]+")
_TEMPLATE_TEXT = re.compile(r"(?:[^`\\$]|\\.|\$(?!\{))*", re.DOTALL)
_BEFORE_A_PATTERN = re.compile(
    r"(?:^|(?<![\w$#.])(?:return|typeof|instanceof|in|of|new|delete|void|throw|case|do|else|yield|await)"
    r"|(?<!\+)\+|(?<!-)-|[({\[,;:?=&|<>*%^~!])$"
)
# A line break after one of these signs, or before one of those, means nothing: no statement ends or begins there.
_GOES_ON = frozenset(",;{([:?=&|<>*%^~!")
_CONTINUES = frozenset("})],;.?:&|=%<>^")


def script(text: str) -> str:
    """The same program in fewer characters."""
    return "".join(_code(text, 0, until="")[0]).strip()


def style(text: str) -> str:
    """The same style sheet in fewer characters."""
    return "".join(
        part if _TEXTS.match(part) else _rules(part) for part in _TEXTS.split(_COMMENT.sub(_kept, text))
    ).strip()


def _kept(found: re.Match[str]) -> str:
    return found[1] or " "


def _rules(text: str) -> str:
    bare = re.sub(r"\s*([{};,])\s*|(:)\s+", r"\1\2", re.sub(r"\s+", " ", text))
    return bare.replace(";}", "}")


def _code(text: str, at: int, until: str) -> tuple[list[str], int]:
    """The pieces of a program from a place on, as far as the brace that closes a template's value if `until` is one."""
    pieces: list[str] = []
    depth = 0
    while at < len(text):
        if gap := _GAP.match(text, at):
            at = gap.end()
            pieces.append("\n" if "\n" in gap[0] else " ")
            continue
        if until and not depth and text[at] == until:
            break
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        piece, at = _piece(text, at, pieces)
        if len(pieces) > 1 and pieces[-1] in " \n":
            pieces[-1] = _between(pieces[-2][-1], pieces[-1], piece[0])
        pieces.append(piece)
    else:
        if until:
            raise ValueError(f"a template's value has no end: {text[-60:]!r}")
    return pieces, at


def _piece(text: str, at: int, before: list[str]) -> tuple[str, int]:
    """A word, a text in quotes, a template, a regular expression, else one sign; and where it ends."""
    if text[at] == "`":
        return _template(text, at)
    kinds = [_QUOTED, _WORD]
    if text[at] == "/" and _BEFORE_A_PATTERN.search("".join(before[-4:]).rstrip()):
        kinds.append(_PATTERN)
    found = next((match for kind in kinds if (match := kind.match(text, at))), None)
    if found is None and text[at] in "\"'":
        raise ValueError(f"a text in quotes has no end: {text[at : at + 60]!r}")
    return (found[0], found.end()) if found else (text[at], at + 1)


def _template(text: str, at: int) -> tuple[str, int]:
    kept = ["`"]
    at += 1
    while True:
        said = _TEMPLATE_TEXT.match(text, at)
        assert said  # it matches the empty text too
        kept.append(said[0])
        at = said.end()
        if text[at : at + 1] == "`":
            return "".join((*kept, "`")), at + 1
        if text[at : at + 2] != "${":
            raise ValueError(f"a template has no end: {text[at - 60 : at]!r}")
        pieces, at = _code(text, at + 2, until="}")
        kept += ["${", "".join(pieces).strip(), "}"]
        at += 1


def _between(one: str, gap: str, other: str) -> str:
    """What must stay of a gap between two signs."""
    if gap == "\n" and one not in _GOES_ON and other not in _CONTINUES:
        return "\n"
    words = _WORD.match(one) and _WORD.match(other)
    alike = one == other and one in "+-/"
    number = one.isdigit() and other == "."
    return " " if words or alike or number else ""
