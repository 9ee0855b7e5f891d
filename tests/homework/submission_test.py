"""Reading what was handed in: whatever it is, cells or a sentence, in little time."""

import contextlib
import json
import os
import time

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from homework.grading import submission
from homework.grading.submission import Came, UnreadableError, load, read


def notebook(*cells, **more):
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": list(cells)} | more).encode()


def cell(source, kind="code", **more):
    return {"cell_type": kind, "source": source, "metadata": {}, "outputs": [], "execution_count": None} | more


def test_cells_come_with_the_names_they_bear():
    raw = notebook(
        cell("a = 1", metadata={"nbgrader": {"grade_id": "step"}}),
        cell(["# Title\n", "text"], "markdown"),
        cell("x", "raw"),
    )
    assert read(raw) == (Came("code", "a = 1", "step"), Came("markdown", "# Title\ntext"), Came("markdown", "x"))


def test_outputs_attachments_and_the_kernel_are_not_looked_at():
    odd = cell("a", outputs="no list", attachments={"p.png": 7}, id=5)
    assert read(notebook(odd, metadata={"kernelspec": {"name": ["R"]}})) == (Came("code", "a"),)


@pytest.mark.parametrize("minor", [0, 2, 4, 5, 9])
def test_any_format_4_with_ids_or_without(minor):
    assert read(notebook(cell("a"), nbformat_minor=minor)) == (Came("code", "a"),)


def test_format_3():
    old = nbformat.v3.new_notebook(
        worksheets=[
            nbformat.v3.new_worksheet(
                cells=[
                    nbformat.v3.new_heading_cell("Title", level=2),
                    nbformat.v3.new_text_cell("markdown", "words"),
                    nbformat.v3.new_code_cell("a = 1"),
                ]
            )
        ]
    )
    raw = nbformat.v3.writes_json(old).encode()
    assert read(raw) == (Came("markdown", "## Title"), Came("markdown", "words"), Came("code", "a = 1"))
    upgraded = nbformat.reads(raw.decode(), as_version=4).cells
    assert [(one.cell_type, one.source) for one in upgraded] == [(one.kind, one.text) for one in read(raw)]


@pytest.mark.parametrize("version", [2, 3])
@pytest.mark.parametrize("ends", ["", "\n"])
def test_lines_of_old_formats_have_their_ends_or_not(version, ends):
    code = {"cell_type": "code", "input": [f"def f(x):{ends}", f"    a = x{ends}", "    return a"], "language": "python",
            "outputs": [], "collapsed": False, "metadata": {}}  # fmt: skip
    words = {"cell_type": "markdown", "source": [f"one{ends}", "two"], "metadata": {}}
    old = {"nbformat": version, "nbformat_minor": 0, "metadata": {"name": ""}, "worksheets": [{"cells": [code, words]}]}
    assert [one.text for one in read(json.dumps(old).encode())] == ["def f(x):\n    a = x\n    return a", "one\ntwo"]
    if version == 3:
        said = nbformat.reads(json.dumps(old), as_version=4).cells
        assert [cell.source for cell in said] == [one.text for one in read(json.dumps(old).encode())]


def test_ends_of_lines_marks_and_encodings():
    raw = notebook(cell("a\r\nb\rc"))
    for way in (raw, b"\xef\xbb\xbf" + raw, raw.decode().encode("utf-16"), raw.replace(b", ", b",\r\n")):
        assert read(way) == (Came("code", "a\nb\nc"),)


def test_half_a_character_becomes_a_question_mark():
    (one,) = read(notebook(cell("s = '\ud800'")))
    assert one.text.encode() == b"s = '?'"


def test_a_missing_source_is_an_empty_one():
    assert read(notebook({"cell_type": "code"}, cell(None))) == (Came("code", ""), Came("code", ""))


UNREADABLE = {
    b"": "an empty file",
    b" \n": "an empty file",
    b"%PDF-1.7 ...": "a PDF",
    b"PK\x03\x04....": "a zip",
    b"<!DOCTYPE html><html>": "a web page",
    b"print('hello')": "something else",
    b"\xff\xfe\x00\xd8 ..": "something else",
    notebook(cell("a"))[:60]: "broken or cut off",
    b"[1, 2]": "JSON of a list",
    b"7": "JSON of a int",
    b'{"theme": "dark"}': "JSON without cells",
    b'{"cells": "many"}': "a list of cells, came a str",
    b'{"cells": {}}': "a list of cells, came a dict",
    b'{"cells": ["a"]}': "cell 1: needed a cell, came a str",
    b'{"worksheets": [{"cells": 5}]}': "a list of cells, came a int",
    notebook(cell("a"), cell(5)): "cell 2: needed text, came a int",
    notebook(cell([["a"]])): "cell 1: needed text, came a list",
    notebook(cell({"a": 1})): "cell 1: needed text, came a dict",
    notebook(*[cell("a")] * 501): "at most 500 cells, came 501",
    notebook(cell("a" * 2_000_001)): "at most 2,000,000 letters",
    b"[" * 200_000: "nested deeper",
    b'{"cells": ' + b"[" * 100_000 + b"]" * 100_000 + b"}": "nested deeper",
    b'{"a":' * 100_000: "nested deeper",
    b'{"nbformat": ' + b"9" * 100_000 + b', "cells": []}': "broken or cut off",
}


@pytest.mark.parametrize("raw", UNREADABLE, ids=lambda raw: repr(raw[:24]))
def test_what_is_no_notebook_is_said_in_a_sentence(raw):
    begun = time.process_time()
    with pytest.raises(UnreadableError, match=UNREADABLE[raw].replace("(", r"\(")):
        read(raw)
    assert time.process_time() - begun < 5


@given(st.binary(max_size=200))
def test_any_bytes_give_cells_or_a_sentence(raw):
    with contextlib.suppress(UnreadableError):
        assert isinstance(read(raw), tuple)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=6,
)
KEYS = st.sampled_from(["cell_type", "source", "input", "metadata", "level", "outputs"])


@given(st.lists(JSON | st.dictionaries(KEYS, JSON | st.just("code") | st.just("heading")), max_size=4))
def test_any_json_gives_cells_or_a_sentence(cells):
    with contextlib.suppress(UnreadableError):
        assert len(read(json.dumps({"cells": cells}).encode())) == len(cells)


def test_files_that_are_no_files(tmp_path):
    assert load(tmp_path / "none.ipynb") is None
    good = tmp_path / "hw1.ipynb"
    good.write_bytes(b"{}")
    assert load(good) == b"{}"
    link, pipe, folder = tmp_path / "link", tmp_path / "pipe", tmp_path / "folder"
    link.symlink_to(good)
    os.mkfifo(pipe)
    folder.mkdir()
    for path in (link, pipe, folder):
        with pytest.raises(UnreadableError, match="needed a notebook's file"):
            load(path)


def test_a_file_that_is_too_large_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(submission, "BYTES", 1000)
    path = tmp_path / "hw1.ipynb"
    path.write_bytes(b" " * 1000)
    assert len(load(path)) == 1000
    path.write_bytes(b" " * 1001)
    with pytest.raises(UnreadableError, match="needed at most"):
        load(path)
