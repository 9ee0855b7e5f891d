"""Sets symbols and formulas in Unicode, for labels that a page shows without a typesetter."""

from __future__ import annotations

import re
import unicodedata

_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_WHOLE_POWER = re.compile(r"\*\*([0-9]+)(?![0-9.eE]|\s*\*\*)")
_DOTTED = re.compile(r"(/\s*[A-Za-z_0-9.√]*(?:\([^()]*\))?[⁰¹²³⁴⁵⁶⁷⁸⁹]*)\s*\*\s*|\s*\*\s*(?=[0-9.+−])")
"""Products that a mere gap would misstate: after a quotient, and before a number or a sign."""
_PARTS = re.compile(r"(?P<base>\\mathrm\{[^{}]*\}|\{[^{}]*\}|[^_^]+)(?:(?P<mark>[_^])(?P<script>\{[^{}]*\}|.+))?")


def _sign(latex: str) -> str:
    r"""`\eta` is η, `\Delta` is Δ, `\min` is min, `\mathrm{a\_b}` is a_b."""
    text = re.sub(r"\\mathrm\{([^{}]*)\}", r"\1", latex)
    text = text[1:-1] if text.startswith("{") else text

    def named(match: re.Match[str]) -> str:
        name = match[1].removeprefix("var").replace("lambda", "lamda").replace("Lambda", "Lamda")
        size = "CAPITAL" if name[0].isupper() else "SMALL"
        try:
            return unicodedata.lookup(f"GREEK {size} LETTER {name.upper()}")
        except KeyError:
            return match[1]

    return re.sub(r"\\([A-Za-z]+)", named, text).replace("\\", "").replace("-", "−")


def symbol(latex: str) -> dict[str, str]:
    r"""A symbol of the vocabulary taken apart for HTML.

    >>> symbol(r"\beta_1"), symbol(r"\eta^{+}"), symbol(r"\Delta_{\min}")
    ({'base': 'β', 'sub': '1'}, {'base': 'η', 'sup': '+'}, {'base': 'Δ', 'sub': 'min'})
    """
    match = _PARTS.fullmatch(latex)
    if match is None:
        return {"base": _sign(latex)}
    out = {"base": _sign(match["base"])}
    if match["mark"]:
        out["sub" if match["mark"] == "_" else "sup"] = _sign(match["script"])
    return out


def formula(text: str) -> str:
    """A formula of the grammar as print has it.

    >>> formula("(1 - x)**2 + 100*(y - x**2)**2")
    '(1 − x)² + 100 (y − x²)²'
    >>> formula("x/2*y + x**2.5*-y")
    'x/2 · y + x^2.5 · −y'
    """
    text = _WHOLE_POWER.sub(lambda match: match[1].translate(_RAISED), text)
    text = text.replace("**", "^").replace("sqrt(", "√(").replace("-", "−")
    text = _DOTTED.sub(lambda match: f"{match[1] or ''} · ", text)
    return re.sub(r"\s*\*\s*", " ", text)


def prose(text: str) -> str:
    """Words with formulas of the grammar among them; the hyphen of a word stays.

    >>> prose("second-derivative test: f - f(p) = -t**4")
    'second-derivative test: f − f(p) = −t⁴'
    """
    text = re.sub(r"\*\*(\d+)", lambda match: match[1].translate(_RAISED), text)
    text = re.sub(r"(?<![A-Za-z])-|-(?![A-Za-z])", "−", text).replace("*", " ")
    return text.replace(">=", "≥").replace("<=", "≤")
