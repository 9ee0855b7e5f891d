"""What runs in the sandbox: every way to end a cell, a kernel or the runner costs that cell, and lies stay lies."""

import json
import re
import sys
import threading
from collections.abc import Callable
from typing import Any, cast

import pytest

from homework.inside.kernel import judged
from homework.inside.values import Other, decode
from homework.sandbox import reading
from homework.sandbox.ran import JudgeRan, Ran
from homework.sandbox.running import BEFORE, Limits, _Run

Sandbox = Callable[..., Ran]
FREEZE = "while True: pass"
DEAF = """
import signal
signal.signal(signal.SIGINT, signal.SIG_IGN)
while True:
    try:
        while True: pass
    except BaseException: pass
"""


def statuses(ran: Ran) -> list[str]:
    return [cell.status for cell in ran.cells]


def given(ran: Ran) -> list[list[Any]]:
    """Of each cell's judges the values, or their reasons."""
    return [[decode(j.value) if j.status == "value" else f"{j.status}: {j.reason}" for j in js] for js in ran.judges]


def test_loops_cost_their_cell_or_their_judge(sandbox: Sandbox) -> None:
    ran = sandbox(
        "a = 1\ndef f(): return a\ndef g():\n    while True: pass",
        (FREEZE, "# f\nf()", "# g\ng()", "# again\nf()"),
        (DEAF, "# f\nf()"),
        ("b = f() + 1", "# b\nb"),
        cell_seconds=1.5,
    )
    assert statuses(ran) == ["ok", "timeout", "timeout", "ok"]
    assert given(ran) == [[], [1, "timeout: took longer than 1.5 s", 1], [1], [2]]
    assert ran.notes == ("cell 3: took longer than 1.5 s; started anew without it.",)


@pytest.mark.slow  # several new starts; the loops above show one
def test_a_judge_that_cannot_be_interrupted_is_left_out_and_the_others_count(sandbox: Sandbox) -> None:
    deaf = f"def g():\n    {DEAF.strip().replace(chr(10), chr(10) + '    ')}"
    ran = sandbox((deaf, "# 1\n1", "# g\ng()", "# 2\n2"), ("a = 3", "# a\na"), cell_seconds=1.5)
    assert given(ran) == [[1, "timeout: took longer than 1.5 s", 2], [3]]
    assert statuses(ran) == ["ok", "ok"]


def test_all_together_have_their_time_too(sandbox: Sandbox) -> None:
    sleeps = [(f"import time; time.sleep({seconds})", "# n\n1") for seconds in (0, 600, 1)]
    ran = sandbox(("a = 1", "# a\na"), *sleeps, whole_seconds=12.0, cell_seconds=900.0)
    assert statuses(ran) == ["ok", "ok", "timeout", "not run"]
    assert given(ran)[2:] == [["not run: nothing ran after cell 3: all together took longer than 12 s"]] * 2
    assert ran.notes == ("cell 3: all together took longer than 12 s; nothing ran after it.",)


def test_ending_python_the_runner_or_all_costs_the_cell(sandbox: Sandbox) -> None:
    ran = sandbox(
        ("a = 1", "# a\na"),
        ("import os; os._exit(0)", "# a\na"),
        ("import os, signal; os.kill(os.getppid(), signal.SIGSTOP)\nwhile True: pass", "# a\na"),
        ("import os, signal; os.kill(-1, signal.SIGKILL)", "# a\na"),
        ("b = a + 1", "# b\nb"),
    )
    assert statuses(ran) == ["ok", "crashed", "crashed", "crashed", "ok"]
    assert [cell.evalue for cell in ran.cells[1:4]] == [
        "Python ended (exit status 0)",
        "what runs the notebook was stopped",
        "what runs the notebook was ended",
    ]
    assert given(ran) == [[1], [1], [1], [1], [2]]


@pytest.mark.slow  # five starts
def test_after_three_new_starts_the_rest_is_not_run_and_says_so(sandbox: Sandbox) -> None:
    end = ("import os; os.kill(os.getpid(), 9)", "# a\na")
    ran = sandbox("a = 1", end, end, end, end, ("b = 2", "# b\nb"))
    assert statuses(ran) == ["ok", "crashed", "crashed", "crashed", "crashed", "not run"]
    assert given(ran)[1:4] == [[1]] * 3
    assert given(ran)[5] == ["not run: nothing ran after cell 5: Python ended (signal SIGKILL)"]


def test_floods_are_cut_and_only_the_endless_is_stopped(sandbox: Sandbox) -> None:
    ran = sandbox(
        ("a = 1\nfor _ in range(100): print('x' * 1_000_000)", "# a\na"),  # 100 MB in long lines
        ("for _ in range(50_000): print('y' * 30)", "# a\na"),  # and many short ones
        "import sys; sys.stderr.write('z' * 10**7); [0] * 10**7",
        cell_seconds=60,
    )
    assert statuses(ran) == ["ok", "ok", "ok"]
    assert given(ran)[:2] == [[1], [1]]
    kept = [sum(len(output.get("text", "")) for output in cell.outputs) for cell in ran.cells]
    assert kept == [2**20, 2**20, 2**20]
    assert len(ran.cells[2].outputs) == 1  # the list of ten million zeros, as text, is left out
    endless = sandbox(
        ("import os\nwhile True: os.write(1, b'x' * 1000)", "# 1\n1"),
        ("while True: print('x' * 1000)", "# 2\n2"),
        output_bytes=20_000,
    )
    assert statuses(endless) == ["output", "output"]
    assert given(endless) == [[1], [2]]


def test_honest_outputs_come_as_a_notebook_has_them(sandbox: Sandbox) -> None:
    ran = sandbox(
        "import matplotlib.pyplot as plt\nplt.plot([1, 2]); plt.show()",
        "print('a'); print('b')\n3",
        "x = input('?')",
        "if",
        "%%capture\nprint('c')",
        "await __import__('asyncio').sleep(0.01)",
        "object()",
    )
    assert statuses(ran) == ["ok", "ok", "error", "error", "ok", "ok", "ok"]
    assert ran.cells[6].outputs[0]["data"] == {"text/plain": "<object at 0x…>"}
    (picture,) = ran.cells[0].outputs
    assert picture["output_type"] == "display_data"
    assert picture["data"]["image/png"].startswith("iVBOR")
    assert [output["output_type"] for output in ran.cells[1].outputs] == ["stream", "execute_result"]
    assert ran.cells[1].outputs[1]["data"] == {"text/plain": "3"}
    assert ran.cells[2].ename == "StdinNotImplementedError"
    assert ran.cells[3].ename == "SyntaxError"


def test_a_judge_sees_the_answer_and_leaves_nothing(sandbox: Sandbox) -> None:
    ran = sandbox(
        ("def f(x):\n    print('noise')\n    return x + step\nstep = 1\nnp = sp = gd = None", "# a\ny = 5\nf(y)"),
        (
            "names = [name for name in ('y', 'code', 'own') if name in globals()]",
            "# no names\nnames",
            "# libraries\n[np.pi > 3, str(sp.Symbol('x')), gd.__name__]",
            "# own\nstep",
            "# open\nraise NotImplementedError('write f')\n1",
            "# missing\ng(1)",
            "# where\nraise ValueError(object())\n1",
            "# exit\nimport sys; sys.exit(3)\n1",
            "# syntax\n1 +",
        ),
    )
    assert ran.cells[0].outputs == ()
    answers = given(ran)
    assert answers[0] == [6]
    assert answers[1] == [
        [],
        [True, "x", "gdlib"],
        1,
        "unanswered: NotImplementedError: write f",
        "error: NameError: name 'g' is not defined",
        "error: ValueError: <object object at 0x…>",
        "error: SystemExit: 3",
        "error: SyntaxError: invalid syntax (<unknown>, line 2)",
    ]


def test_names_of_pythons_own_mean_pythons_in_a_judge_and_the_students_own_in_their_functions() -> None:
    names: dict[str, Any] = {"__name__": "__main__"}
    stray = "round = sum = float = lambda *_: 0.0\n__builtins__ = {}\ndef f(): return sum([1, 2])\ndef g(): return 1.4"
    exec(stray, names)
    forged = "# f\ndef total(values): return sum(values)\n[round(g()), sum([1, 2]), total([3, 4]), float('2'), f()]"
    assert decode(judged(forged, names)["value"]) == [1, 3, 7, 2.0, 0.0]
    assert judged("# r\nround(f())", {**names, "len": 0})["status"] == "value"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("builtins.round", lambda *_: 0.0)
        assert decode(judged("# r\nround(1.4)", names)["value"]) == 1


def test_patches_and_hostile_objects_decide_nothing(sandbox: Sandbox) -> None:
    """What is patched answers wrongly or not at all, for its own submission alone; nothing is taken for right."""
    objects = """
class Right:
    __array__ = __eq__ = __bool__ = lambda *_: True
    __hash__ = None
    def __repr__(self):
        while True: pass
class Deep(list): pass
deep = []
for _ in range(100_000): deep = [deep]
class Told(dict):
    def items(self): return [("float", "1.0")] * 3
class Raising(Exception):
    def __str__(self): raise SystemExit
def fails(): raise Raising
"""
    ran = sandbox(
        ("f = lambda: 2", "# f\nf()"),
        (
            "get_ipython().input_transformers_post.append(lambda lines: ['pass\\n'])\n"
            "get_ipython().ast_transformers.append(type('T', (), {'visit': lambda self, node: 1 / 0})())",
            "# a\nf()",
        ),
        (objects, "# later cells are pass: nothing was made\nRight"),
    )
    assert given(ran)[:2] == [[2], [2]]
    assert given(ran)[2] == ["error: NameError: name 'Right' is not defined"]
    ran = sandbox(
        (
            objects,
            "# right\nRight()",
            "# deep\ndeep",
            "# told\nTold(a=1)",
            "# nan\n[float('nan'), 10**5000]",
            "# fails\nfails()",
            "# cycle\nnames = []\nnames.append(names)\nnames",
        ),
        ("import numpy as np\nnp.allclose = np.array_equal = lambda *_, **__: True", "# patched\nnp.array([1.0, 2.0])"),
        (
            "own = get_ipython().kernel.judge_request.__globals__\nown['encode'] = lambda value: {'float': 'nan' * 50}",
            "# encoder\n3.0",
        ),
        ("own['encode'] = lambda value: {'__class__': 'eval'}", "# forged\n3.0"),
        ("own['encode'] = lambda value: float('nan')", "# no JSON\n3.0"),
        ("import json; json.loads = json.dumps = json.JSONEncoder.encode = None", "# after\n3.0"),
        cell_seconds=4,
    )
    answers = given(ran)
    assert answers[0][0] == Other("Right")
    assert re.match("error: needed at most 20 lists", answers[0][1])
    assert answers[0][3] == "error: needed a whole number of at most 4000 digits, came one of more"
    assert answers[0][4] == "error: Raising"
    assert re.match("error: needed at most", answers[0][5])
    assert list(answers[1][0]) == [1.0, 2.0]
    assert all(str(answer).startswith("error: gave no") for answer in (*answers[2], *answers[3])), answers
    assert answers[4] == ["nan"]  # a text, which is no number


def test_strays_end_with_their_cell(sandbox: Sandbox) -> None:
    start = "import subprocess\nfor _ in range(5): subprocess.Popen(['setsid', 'sleep', '600'])"
    living = """
import os
def living():
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            with open(f"/proc/{name}/stat") as file:
                if "(sleep) Z" not in (text := file.read()) and "sleep" in text:
                    found.append(name)
    return len(found)
"""
    ran = sandbox(living, (start + "\nimport time; time.sleep(0.3)\nbefore = living()", "# b\n[before, living()]"))
    assert given(ran)[1] == [[5, 0]]


class Told:
    """A run of a job of two cells, the second with two judges, that is told lines without any process."""

    def __init__(self) -> None:
        cells: Any = [
            {"kind": "code", "text": "", "judges": []},
            {"kind": "code", "text": "", "judges": ["1", "2"]},
        ]
        self.run = _Run({"cells": cells}, Limits(output_bytes=1000), True, threading.Event())
        self.lines = reading.Lines()

    def __call__(self, *lines: Any) -> Ran:
        for line in lines:
            text = line if isinstance(line, bytes) else json.dumps(line).encode()
            for said in self.lines.take(text + b"\n"):
                self.run._hear(said)
        return self.run._told("")


def test_forged_lines_answer_nothing_but_what_is_asked_and_once() -> None:
    ran = Told()(
        {"at": [1, 0], "status": "value", "value": 1},  # not begun
        {"begun": [1, 7]},  # not asked
        {"begun": [9, 0]},
        {"begun": [True, -1]},
        {"begun": [0, -1]},
        {"at": [1, 0], "status": "value", "value": 1},  # another
        {"at": [0, -1], "status": "ok", "outputs": [1, {"output_type": "stream", "name": "x"}, {"output_type": []}]},
        {"begun": [1, 1]},
        {"at": [1, 1], "status": "value", "value": 5},
        {"at": [1, 1], "status": "value", "value": 6},  # twice
        {"begun": [1, 0]},
        {"at": [1, 0], "status": {"a": 1}, "reason": 3},
    )
    assert [cell.status for cell in ran.cells] == ["ok", "not run"]
    assert ran.cells[0].outputs == ()
    assert ran.judges[1] == (JudgeRan("error"), JudgeRan("value", 5))


def test_reasons_are_one_line_each() -> None:
    forged = "x\ns07: missing:\r\x0b\u2028 nothing"
    told = Told()
    ran = told(
        {"begun": [1, 0]}, {"at": [1, 0], "status": "crashed", "reason": forged, "lost": True}, {"ended": forged}
    )
    assert (ran.judges[1][0].reason, told.run.lost, told.run.ended) == ("x s07: missing: nothing",) * 3


def test_what_begins_no_cell_is_not_told_a_cells_limit() -> None:
    run = Told().run
    run.until = 10 * BEFORE
    assert run._too_much(cast(Any, None), BEFORE + 1, 0.0) == ("timeout", "no cell began within 90 s")
    run.begun = (0, -1)
    assert run._too_much(cast(Any, None), BEFORE + 1, 0.0) == ("timeout", "took longer than 30 s")


@pytest.mark.parametrize(
    "line",
    [
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"9" * 10_000,
        b'{"begun": NaN}',
        b'{"at": ' + b"9" * 5_000 + b"}",
        b'{"begun": [0, 1e400]}',
        b"null",
        b'{"end": 1}',
        b'"\\ud800"',
    ],
    ids=range(10),
)
def test_lines_that_are_no_lines_are_nothing(line: bytes) -> None:
    told = Told()
    assert told(line) == Told()()
    assert not told.run.finished


def test_more_bytes_than_any_honest_run_writes_are_not_held() -> None:
    lines = reading.Lines()
    with pytest.raises(reading.FloodError):
        for _ in range(100):
            lines.take(b"x" * (1 << 20))
    assert len(lines.rest) <= reading.LONGEST_LINE + (1 << 20)


def test_hostile_outputs_are_cut_to_a_notebooks_form() -> None:
    said: list[Any] = [
        {"output_type": "stream", "name": "stdout", "text": "\ud800" * 10},
        {"output_type": "display_data", "data": {"text/html": "<b>", "application/x-evil": "x", "image/png": 3}},
        {"output_type": "display_data", "data": {"application/javascript": "alert(1)"}},
        {"output_type": "error", "ename": 3, "evalue": "x" * 10_000, "traceback": ["a", 3, {"b": 1}]},
        {"output_type": "update_display_data", "data": {"text/plain": "x"}},
        {"output_type": "stream", "name": "stdout", "text": "x" * 10_000},
        {"output_type": "stream", "name": "stdout", "text": "more"},
    ]
    kept = reading.outputs(said, 5_000)
    assert [output["output_type"] for output in kept] == ["stream", "display_data", "error", "stream"]
    assert kept[0]["text"] == "?" * 10
    assert kept[1]["data"] == {"text/html": "<b>"}
    assert kept[2]["traceback"] == ["a", "", ""]
    assert len(json.dumps(kept)) < 5_500
    assert reading.outputs("x", 10) == reading.outputs(None, 10) == ()
    assert sys.getsizeof(kept) < 10_000
