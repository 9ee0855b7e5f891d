"""What a judge's value becomes on its way out: the same value again, or an error, whatever was sent."""

import json
import math
import sys
from typing import Any

import numpy as np
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from homework.inside.values import DataError, Formula, Other, decode, encode


def travelled(value: Any) -> Any:
    """The value as the grader gets it: through JSON's text, without the constants that JSON does not have."""
    return decode(json.loads(json.dumps(encode(value), allow_nan=False)))


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.complex_numbers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(plain)
def test_a_plain_value_comes_out_as_it_was(value: Any) -> None:
    assert repr(travelled(value)) == repr(value)  # repr tells nan from nan, -0.0 from 0.0 and True from 1


@pytest.mark.parametrize(
    ("value", "came"),
    [
        (np.float64(0.1), 0.1),
        (np.float32(0.5), 0.5),
        (np.int64(7), 7),
        (np.bool_(True), True),
        (np.str_("a"), "a"),
        ("a\ud800", "a?"),
        (sp.Symbol("a\ud800"), Formula("a?")),
        ((1, (2.0, "b")), [1, [2.0, "b"]]),
        (range(3), [0, 1, 2]),
        (10**30, 10**30),
        (sp.Symbol("x") ** 2 / 3, Formula("x**2/3")),
        (sp.Rational(1, 3), Formula("1/3")),
        (sp.true, True),
        (sp.Matrix([[1, sp.Symbol("a")]]), [[Formula("1"), Formula("a")]]),
        (abs, Other("builtin_function_or_method")),
        ({1: 2}, Other("dict")),
        (np.array(["a", "b"]), ["a", "b"]),
        (np.array([2**64 - 1], dtype=np.uint64), [2**64 - 1]),
    ],
)
def test_what_libraries_make_is_told_too(value: Any, came: Any) -> None:
    got = travelled(value)
    assert got == came
    assert type(got) is type(came)


@pytest.mark.parametrize(
    "array",
    [
        np.arange(6.0).reshape(2, 3),
        np.arange(6).reshape(3, 2).T,
        np.array([[True, False]]),
        np.array([1 + 2j, complex(math.nan, -math.inf)]),
        np.array(3.5),
        np.zeros((0, 4)),
        np.array([0.1], dtype=np.float32),
        np.arange(4, dtype=">i2"),
    ],
)
def test_an_array_keeps_its_shape_and_every_bit(array: Any) -> None:
    came = travelled(array)
    assert came.shape == array.shape
    assert came.dtype.kind == array.dtype.kind
    np.testing.assert_array_equal(came, array)


@pytest.mark.parametrize(
    "value",
    [
        "x" * 10_001,
        10**5_000,
        np.zeros(1_000_001),
        list(range(1_000_001)),
        range(10**18),
        eval("[" * 25 + "]" * 25),
        sp.Symbol("x" * 10_001),
    ],
    ids=["text", "digits", "array", "list", "range", "depth", "formula"],
)
def test_what_is_too_large_is_said_so(value: Any) -> None:
    with pytest.raises(DataError, match="needed"):
        encode(value)


def test_objects_that_lie_about_themselves_change_no_value() -> None:
    class Liar:
        __class__ = property(lambda self: (_ for _ in ()).throw(RuntimeError("no")))  # type: ignore[assignment]

        def __repr__(self) -> str:
            raise RuntimeError("no")

        def __array__(self, *_: Any) -> Any:
            return np.zeros(3)

    class Float(float):
        def __repr__(self) -> str:
            return "1.0"

    class Int(int):
        def __str__(self) -> str:
            return "9" * 100

        def __abs__(self) -> int:
            return 0

    assert travelled(Float(2.0)) == 2.0
    assert travelled(Int(5)) == 5
    with pytest.raises(RuntimeError):
        encode(Liar())  # in the student's process, where it is the answer's own error


HOSTILE: list[Any] = [
    math.nan,
    1.5,
    {},
    {"a": 1, "b": 2},
    {"int": "1" * 4_001},
    {"int": "٣"},
    {"int": "1_0"},
    {"int": 3},
    {"float": "1e99999999"},
    {"float": "0x10"},
    {"float": "__import__('os')"},
    {"float": " 1"},
    {"float": "1\n"},
    {"complex": ["1"]},
    {"complex": "1"},
    {"dict": [["a"]]},
    {"dict": [[1, 2]]},
    {"dict": {"a": 1}},
    {"formula": 3},
    {"formula": "x" * 10_001},
    {"other": "x" * 101},
    {"array": [[2], "float64", "AAAA"]},
    {"array": [[-1], "float64", ""]},
    {"array": [[10**6, 10**6], "float64", ""]},
    {"array": [[1], "object", "AAAAAAAAAAA="]},
    {"array": [[1], [], "AAAAAAAAAAA="]},
    {"array": [[True], "float64", "AAAAAAAAAAA="]},
    {"array": [[1.0], "float64", "AAAAAAAAAAA="]},
    {"array": [[1], "float64", "AAAAAAAAAA!="]},
    {"array": [[1], "bool", "/w=="]},
    {"array": [[0] * 40, "bool", ""]},
    {"array": [[0, 10**7], "bool", ""]},
    {"__class__": "x"},
    2**60,
    [[]] * 1_000_001,
]


@pytest.mark.parametrize("data", HOSTILE, ids=range(len(HOSTILE)))
def test_forged_data_are_refused(data: Any) -> None:
    with pytest.raises(DataError):
        decode(data)


@pytest.mark.parametrize(
    ("data", "value"),
    [
        ("a\ud800", "a?"),
        ({"dict": [["a\udfff", ["\ud800"]]]}, {"a?": ["?"]}),
        ({"formula": "\ud800"}, Formula("?")),
        ({"other": "\ud800"}, Other("?")),
    ],
)
def test_half_characters_come_in_no_value(data: Any, value: Any) -> None:
    assert decode(data) == value


def test_data_deeper_than_any_honest_value_are_refused_without_recursion() -> None:
    deep: Any = 1
    for _ in range(sys.getrecursionlimit() * 2):
        deep = [deep]
    with pytest.raises(DataError):
        decode(deep)


json_like = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["int", "float", "complex", "dict", "array", "formula", "other", "x"]), inner, max_size=2
        )
    ),
    max_leaves=15,
)


@given(json_like)
def test_whatever_comes_is_a_value_or_a_data_error(data: Any) -> None:
    try:
        value = decode(data)
    except DataError:
        return
    assert repr(decode(encode(value) if not _holds_formulas(value) else data)) == repr(value)


def _holds_formulas(value: Any) -> bool:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return isinstance(value, Formula | Other) or any(map(_holds_formulas, inner))
