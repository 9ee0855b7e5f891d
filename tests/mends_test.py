"""What the book's build mends: text that a cell printed stands on the page as it was printed, whatever the clock."""

from itertools import pairwise

import pytest
from nbformat.v4 import new_output

from ext import mends

TEXT = "first line\n   an indented one, in two parts\n\nand the last\n"


def pieces(*cuts):
    ends = [0, *cuts, len(TEXT)]
    return [new_output("stream", name="stdout", text=TEXT[a:b]) for a, b in pairwise(ends)]


@pytest.mark.parametrize("cuts", [(), (3,), (10,), (11,), (14,), (12, 20, 30), range(1, len(TEXT))])
def test_what_a_cell_prints_does_not_depend_on_where_it_was_cut(cuts):
    mends.join_streams_as_they_came()
    mends.join_streams_as_they_came()
    outputs = pieces(*cuts)
    (one,) = mends.render.coalesce_streams(outputs)
    assert (one.output_type, one["text"]) == ("stream", TEXT)
    assert "".join(output["text"] for output in outputs) == TEXT  # the notebook itself is left alone


def test_other_outputs_and_other_streams_keep_their_places():
    picture = new_output("display_data", {"text/html": "<svg></svg>"})
    said = new_output("stream", name="stdout", text="a")
    warned = new_output("stream", name="stderr", text="careful\n")
    outputs = [said, picture, new_output("stream", name="stdout", text="b\n"), warned]
    assert [output.get("text") for output in mends.whole_streams(outputs)] == ["ab\n", None, "careful\n"]
