"""Values as data: what a judge's expression gave, handed from the student's process to a grader who believes nothing.

null, true, false and text stand for themselves; so do whole numbers below 2**53, and lists, as which tuples and ranges
are told.
The rest is an object with one key that says what it is:

    {"int": "…"}                    a larger whole number, in decimal
    {"float": "0.1"}                also "nan", "inf", "-inf"
    {"complex": ["1.0", "-2.0"]}    real and imaginary part
    {"dict": [["key", value], …]}   in the order of the keys
    {"array": [shape, type, data]}  type bool, int64, float64 or complex128; data in base64, little-endian, row by row
    {"formula": "x**2 + 1"}         a SymPy expression as it prints; a matrix is a list of lists of these
    {"other": "function"}           the name of a type that is none of these

`encode` works in the student's process and is as honest as that; `decode` takes whatever came and trusts nothing.
"""

import base64
import math
import re
import sys
from dataclasses import dataclass
from typing import Any

DEEPEST = 20
LONGEST_TEXT = 10_000
MOST_DIGITS = 4_000
MOST_ENTRIES = 1_000_000  # of lists, dicts and arrays together
TYPES = {"bool": "?", "int64": "<i8", "float64": "<f8", "complex128": "<c16"}
EXACT = 1 << 53
_FLOAT = re.compile(r"-?(?:\d{1,400}(?:\.\d{1,400})?(?:e[-+]?\d{1,4})?|inf)|nan", re.ASCII)
_INT = re.compile(rf"-?\d{{1,{MOST_DIGITS}}}", re.ASCII)


class DataError(ValueError):
    """A value that cannot be told as data, or data that tell no value; says which."""


@dataclass(frozen=True)
class Formula:
    """A SymPy expression as it printed itself: text, to be read by a grammar and never by SymPy."""

    text: str


@dataclass(frozen=True)
class Other:
    """A value of a type that is not told as data."""

    type: str


class _Count:
    """How many entries may still come."""

    left = MOST_ENTRIES

    def take(self, entries: int, depth: int) -> None:
        self.room(entries)
        self.left -= entries
        if depth > DEEPEST:
            raise DataError(f"needed at most {DEEPEST} lists inside each other, came more")

    def room(self, entries: int) -> None:
        """Refuse more than may come before any of them is looked at."""
        if entries > self.left:
            raise DataError(f"needed at most {MOST_ENTRIES:,} entries, came more")


def encode(value: Any) -> Any:
    """The data for a value; raises DataError for one that is too large or too deep."""
    return _encode(value, 0, _Count())


def _encode(value: Any, depth: int, count: _Count) -> Any:
    count.take(1, depth)
    value = _plain(value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        number = int(value)
        if abs(number) < EXACT:
            return number
        if number.bit_length() > 3 * MOST_DIGITS:
            raise DataError(f"needed a whole number of at most {MOST_DIGITS} digits, came one of more")
        return {"int": str(number)}
    if isinstance(value, float):
        return {"float": float.__repr__(value)}
    if isinstance(value, complex):
        return {"complex": [float.__repr__(value.real), float.__repr__(value.imag)]}
    if isinstance(value, str):
        if len(value) > LONGEST_TEXT:
            raise DataError(f"needed a text of at most {LONGEST_TEXT:,} characters, came {len(value):,}")
        return _whole(str.__str__(value))
    if isinstance(value, list | tuple | range):
        if isinstance(value, range):
            count.room(len(value))
        return [_encode(entry, depth + 1, count) for entry in value]
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return {
            "dict": [[_encode(key, depth, count), _encode(entry, depth + 1, count)] for key, entry in value.items()]
        }
    return _of_libraries(value, depth, count)


def _whole(text: str) -> str:
    """A text whose half characters, which no file takes, are question marks."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _plain(value: Any) -> Any:
    """NumPy's scalars as Python's."""
    numpy = sys.modules.get("numpy")
    return value.item() if numpy is not None and isinstance(value, numpy.generic) else value


def _of_libraries(value: Any, depth: int, count: _Count) -> Any:
    numpy, sympy = sys.modules.get("numpy"), sys.modules.get("sympy")
    if numpy is not None and isinstance(value, numpy.ndarray):
        return _array(numpy, value, depth, count)
    if sympy is not None:
        if isinstance(value, sympy.MatrixBase):
            return _encode(value.tolist(), depth, count)
        if isinstance(value, sympy.logic.boolalg.BooleanAtom):
            return bool(value)
        if isinstance(value, sympy.Expr):
            text = str(value)
            if len(text) > LONGEST_TEXT:
                raise DataError(f"needed a formula of at most {LONGEST_TEXT:,} characters, came {len(text):,}")
            return {"formula": _whole(text)}
    return {"other": type(value).__name__[:100]}


def _array(numpy: Any, value: Any, depth: int, count: _Count) -> Any:
    kinds = {"b": "bool", "i": "int64", "u": "int64", "f": "float64", "c": "complex128"}
    name = kinds.get(value.dtype.kind)
    if name is None or value.dtype in (numpy.uint64, numpy.longdouble, numpy.clongdouble):
        return _encode(value.tolist(), depth, count)
    count.take(value.size, depth)
    if value.ndim > DEEPEST:
        raise DataError(f"needed an array of at most {DEEPEST} axes, came {value.ndim}")
    data = numpy.ascontiguousarray(value, dtype=TYPES[name]).tobytes()
    return {"array": [list(value.shape), name, base64.b64encode(data).decode("ascii")]}


def decode(data: Any) -> Any:
    """The value that data tell: Python's own, NumPy's arrays, Formula, Other; raises DataError for anything else."""
    return _decode(data, 0, _Count())


def _decode(data: Any, depth: int, count: _Count) -> Any:
    count.take(1, depth)
    if data is None or isinstance(data, bool):
        return data
    if isinstance(data, int):
        if abs(data) >= EXACT:
            raise DataError("needed larger whole numbers as text, came a number")
        return data
    if isinstance(data, str):
        return _text(data)
    if isinstance(data, list):
        count.room(len(data))
        return [_decode(entry, depth + 1, count) for entry in data]
    if isinstance(data, dict) and len(data) == 1:
        ((kind, said),) = data.items()
        if kind == "dict" and isinstance(said, list):
            pairs = [_several(pair, 2) for pair in said]
            return {_text(key): _decode(entry, depth + 1, count) for key, entry in pairs}
        if kind == "array":
            return _decode_array(_several(said, 3), depth, count)
        if kind in _SMALL:
            return _SMALL[kind](said)
    raise DataError(f"needed data as encode writes them, came {type(data).__name__}")


def _several(said: Any, many: int) -> list[Any]:
    if not isinstance(said, list) or len(said) != many:
        raise DataError(f"needed a list of {many}, came {type(said).__name__}")
    return said


def _text(said: Any, most: int = LONGEST_TEXT) -> str:
    if not isinstance(said, str) or len(said) > most:
        raise DataError(f"needed a text of at most {most:,} characters, came {type(said).__name__}")
    return _whole(said)


def _int(said: Any) -> int:
    if not _INT.fullmatch(_text(said)):
        raise DataError("needed a whole number in decimal, came other text")
    return int(said)


def _float(said: Any) -> float:
    if not _FLOAT.fullmatch(_text(said)):
        raise DataError("needed a number as Python writes it, came other text")
    return float(said)


def _complex(said: Any) -> complex:
    real, imaginary = _several(said, 2)
    return complex(_float(real), _float(imaginary))


_SMALL: dict[str, Any] = {
    "int": _int,
    "float": _float,
    "complex": _complex,
    "formula": lambda said: Formula(_text(said)),
    "other": lambda said: Other(_text(said, 100)),
}


def _decode_array(said: list[Any], depth: int, count: _Count) -> Any:
    import numpy  # only what needs it pays for it

    shape, name, data = said
    if not isinstance(shape, list) or len(shape) > DEEPEST or not isinstance(name, str) or name not in TYPES:
        raise DataError("needed an array's shape and type, came others")
    if not all(type(length) is int and 0 <= length <= MOST_ENTRIES for length in shape):
        raise DataError("needed the lengths of an array's axes, came others")
    size = math.prod(shape)
    count.take(size, depth)
    dtype = numpy.dtype(TYPES[name])
    if not isinstance(data, str) or len(data) != 4 * -(-size * dtype.itemsize // 3):
        raise DataError(f"needed the {size:,} entries of an array, came a different amount")
    try:
        raw = base64.b64decode(data, validate=True)
        array = numpy.frombuffer(raw, dtype)
        if name == "bool" and max(raw, default=0) > 1:
            raise ValueError
        return array.reshape(shape).copy()
    except ValueError:
        raise DataError("needed an array's entries in base64, came other text") from None
