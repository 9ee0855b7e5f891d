"""Find a page's claims and errors and read the numbers typed in them, for the tool and for the site.

What counts as a typed number, in the text as the reader reads it:

- Integers and decimals, digits as typed: 12, 0.82, .5, -3 with either minus sign, 1,000 with a comma or a
  narrow space between thousands, 1e-6, 10⁻⁶ and 3.2 · 10⁻⁶. In "82 %" and "82%" the number is 82.
- Not in formulas (`$…$`, amsmath, the role and the directive `math`), nor in references and citations, nor as
  part of a word (float64, x_2, 1st, 2-D); a number in words (three) is a word.
- A range 2-3 or 2–3 is two numbers, and so is a fraction 1/3. A power other than of ten belongs in a formula:
  2⁵, 2^5 and 10^6 outside one are refused.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from myst_parser.config.main import MdParserConfig
from myst_parser.parsers.mdit import create_md_parser

SYNTAX = (
    "amsmath",
    "attrs_block",
    "attrs_inline",
    "colon_fence",
    "deflist",
    "dollarmath",
    "substitution",
    "tasklist",
)
KINDS = ("claim", "error")
CODE = {
    "code",
    "code-block",
    "code-cell",
    "literalinclude",
    "raw",
    "math",
}  # directives that hold no prose of the page
UNREAD = {
    "math",
    "eq",
    "ref",
    "numref",
    "doc",
    "any",
    "download",
    "index",
}  # print what the author did not type

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_NUMBER = re.compile(
    r"""(?<![\w.]) (?<![^\W\d]-)                  # else part of a word or of another number
        (?P<sign>[-−]?)
        (?P<digits> [1-9][0-9]{0,2}(?:[,\u00a0\u2009\u202f][0-9]{3})+(?![0-9])(?:\.[0-9]++)?
                  | [0-9]++(?:\.[0-9]++)? | \.[0-9]++ )
        (?! -?D\b | st\b | nd\b | rd\b | th\b )   # 2-D and 1st are words
        (?P<exponent> [eE][-+−]?[0-9]+\b )?
        (?P<times> \s?[·×⋅]\s?10(?P<power>[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+) )?
        (?P<raised> [⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+ | \^ | \*\* )?
    """,
    re.VERBOSE,
)


@dataclass(frozen=True)
class Typed:
    """A number as typed, its value, and the worth of one in its last typed place."""

    text: str
    value: Decimal
    unit: Decimal


@dataclass(frozen=True)
class Block:
    """A claim or error of a page: its kind, its id, the line of its opening fence, and its text.

    The text of an error is without its right form, in which there is nothing to prove.
    """

    kind: str
    name: str
    line: int
    body: str


@cache
def _parser() -> MarkdownIt:
    """The book's own reading of Markdown, so that no second opinion on what is a formula can arise."""
    return create_md_parser(MdParserConfig(enable_extensions=set(SYNTAX)), RendererHTML)


def blocks(text: str, first_line: int = 1) -> Iterator[Block]:
    """The claims and errors of a page or of a directive's content, those inside other directives included."""
    for token in _parser().parse(text, {}):
        name, argument = _directive(token)
        if not name or name in CODE or token.map is None:
            continue
        line = first_line + token.map[0]
        if name in KINDS:
            yield Block(name, argument, line, right_form(token.content)[1] if name == "error" else token.content)
        else:
            yield from blocks(token.content, line + 1)


def right_form(content: str) -> tuple[str, str]:
    """The right form of an error, typed on the first line of its block as `:right: …`, and the rest of the block."""
    match = re.match(r"\s*:right:[ \t]*(.*)\n?", content)
    return (match[1].strip(), content[match.end() :]) if match else ("", content)


def numbers(text: str) -> list[Typed]:
    """The numbers typed in a block's text, in order.

    Raises ValueError for a power that should stand in a formula.

    >>> [str(n.value) for n in numbers("After 1,000 steps of $2$ it is −0.82, and 3 · 10⁻⁶ in the 2-D case.")]
    ['1000', '-0.82', '0.000003']
    """
    return [_typed(match) for match in _NUMBER.finditer(_prose(text))]


def disagreements(typed: Sequence[Typed], proved: Sequence[float]) -> list[str]:
    """What is wrong between the numbers typed and the numbers proved, in sentences; empty if nothing is.

    >>> disagreements(numbers("a rate of 0.82"), [0.818182])
    []
    >>> disagreements(numbers("a rate of 0.83"), [0.818182])
    ['0.83 is typed where the test proves 0.818182']
    """
    if len(typed) != len(proved):
        are = "number is" if len(typed) == 1 else "numbers are"
        return [f"{len(typed)} {are} typed ({_row(typed)}), the test proves {len(proved)} ({_row(proved)})"]
    return [
        f"{one.text} is typed where the test proves {number}"
        for one, number in zip(typed, proved, strict=True)
        if abs(one.value - Decimal(str(number))) > one.unit / 2 * (1 + Decimal("1e-9"))  # a tie rounds either way
    ]


def _row(items: Sequence[object]) -> str:
    return ", ".join(item.text if isinstance(item, Typed) else str(item) for item in items) or "none"


def _directive(token: Token) -> tuple[str, str]:
    match = re.match(r"\{([^}]+)\}\s*(.*)", token.info.strip()) if token.type in {"fence", "colon_fence"} else None
    return (match[1], match[2].strip()) if match else ("", "")


def _prose(text: str) -> str:
    """The words of a piece of Markdown, with a blank in the place of every formula and reference."""
    parts = []
    for token in _parser().parse(text, {}):
        name, _ = _directive(token)
        if token.type == "inline":
            parts.append("".join(_inline(token.children or [])))
        elif token.type in {"fence", "colon_fence"} and name != "math":
            parts.append(_prose(_without_options(token.content)) if name else token.content)
    return "\n".join(parts)


def _inline(tokens: Sequence[Token]) -> Iterator[str]:
    address = False
    for token in tokens:
        if token.type in {"link_open", "link_close"}:
            address = token.type == "link_open" and token.info == "auto"  # <https://…/2024> is no number
        elif _is_read(token) and not address:
            yield token.content
        elif token.type not in {"strong_open", "strong_close", "em_open", "em_close"}:
            yield " "


def _is_read(token: Token) -> bool:
    role = token.meta["name"] if token.type == "myst_role" else ""
    return token.type in {"text", "code_inline"} or (role != "" and ":" not in role and role not in UNREAD)


def _without_options(content: str) -> str:
    return re.sub(r"\A(?::[\w-]+:.*\n)+", "", content)


def _typed(match: re.Match[str]) -> Typed:
    text, digits = match[0].strip(), re.sub(r"[,\s]", "", match["digits"])
    exponent = int((match["exponent"] or "e0")[1:].replace("−", "-"))
    if match["power"]:
        exponent += int(match["power"].translate(_SUPERSCRIPTS))
    elif match["raised"]:
        if digits != "10" or not match["raised"].translate(_SUPERSCRIPTS).lstrip("+-").isdigit():
            raise ValueError(f"{text}: a power belongs in a formula; one of ten may be typed 10⁻⁶ or 1e-6")
        digits, exponent = "1", int(match["raised"].translate(_SUPERSCRIPTS))
    places = len(digits.partition(".")[2])
    value = Decimal(digits).scaleb(exponent)
    return Typed(text, -value if match["sign"] else value, Decimal(1).scaleb(exponent - places))
