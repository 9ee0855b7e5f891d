"""One step of a rule on whole arrays, in place, as a single loop over their entries for Numba."""

from __future__ import annotations

from textwrap import indent

from gdlib.emit.as_c import fitted
from gdlib.emit.as_numba import typed_python
from gdlib.emit.printable import TracedRule
from gdlib.emit.straight_line import identifiers, print_code
from gdlib.emit.two_parts import in_two_parts

_TEXT = '''\
"""One step of {rule} on flat arrays of {dtype}, printed by gdlib."""

import numpy as np

real = np.{dtype}


def step({signature}, f, numbers):
    """Move theta and its memory, in place; the numbers, in double, are those that all entries share."""
{unpack}
    for i in range(theta.size):
{body}
'''


def step_text(rule: TracedRule, dtype: str) -> str:
    """`step(theta, *memory, g, f, numbers)`; f is one number, whether the rule asks for it or not."""
    parts = in_two_parts(rule)
    arrays = [*rule.trace.outputs_named, "g"]
    language = typed_python("" if dtype == "float64" else "real")
    names = identifiers([*arrays, "f", *parts.given], language, taken=("i", "step"))
    entries = [f"{name} here" for name in arrays], [f"next {name}" for name in rule.trace.outputs_named]
    here, after = (identifiers(entry, language, taken=[*names.values(), "i", "step"]).values() for entry in entries)
    unpack = [f"{names[name]} = real(numbers[{k}])" for k, name in enumerate(parts.given)]
    code = print_code(fitted(parts.outputs), names | dict(zip(arrays, here, strict=True)), language)
    body = [f"{entry} = {names[name]}[i]" for name, entry in zip(arrays, here, strict=True) if name in parts.arrays]
    body += code.lines + [f"{entry} = {text}" for entry, text in zip(after, code.outputs, strict=True)]
    body += [f"{names[name]}[i] = {entry}" for name, entry in zip(arrays, after, strict=False)]
    return _TEXT.format(
        rule=rule.name, dtype=dtype, signature=", ".join(names[name] for name in arrays),
        unpack=indent("\n".join(unpack), " " * 4), body=indent("\n".join(body), " " * 8),
    )  # fmt: skip
