"""Honest submissions: right, half right, empty, late, slow, or changed by the programs and hands they went through."""

import json

from homework.demo.kinds import kind
from homework.demo.sheets import GRADIENT, MOMENTUM, NONSENSE, Sheet, Target

WRONG_SIGN = MOMENTUM.replace("- lr *", "+ lr *")


@kind("perfect", "everything right", 7)
def perfect(sheet: Sheet, target: Target) -> Sheet:
    return sheet.solved()


@kind("partly right", "momentum right, the gradient with a wrong sign; one sentence of two", 3, words=1.5)
def partly(sheet: Sheet, target: Target) -> Sheet:
    return sheet.solved(gradient="gradient, lowest = [-f.diff(x), f.diff(y)], [0, 0]\n", words="It is the same step.")


@kind("only the first step right", "passes the visible test, then forgets the old velocity", 4)
def shallow(sheet: Sheet, target: Target) -> Sheet:
    return sheet.solved(momentum=MOMENTUM.replace("beta * v", "0 * v"))


@kind("half a question", "the gradient right, the lowest point left out", 5)
def half(sheet: Sheet, target: Target) -> Sheet:
    return sheet.solved(gradient=GRADIENT.partition("\n")[0])


@kind("empty", "handed in as it was released", 0, words=0.0)
def empty(sheet: Sheet, target: Target) -> Sheet:
    return sheet


@kind("another right form", "lists for arrays, a product for the sum of the gradient", 7)
def other_form(sheet: Sheet, target: Target) -> Sheet:
    lists = MOMENTUM.replace("return np.array(points)", "return np.array(points).tolist()")
    factored = "gradient = [sp.factor(f.diff(x)), sp.factor(f.diff(y))]\n" + GRADIENT.partition("\n")[2]
    # The visible test asks for an array, and fails; it only helps, and what is judged is the values.
    return sheet.solved(momentum=lists, gradient=factored)


@kind("answer in a cell below", "left the answer's own cell alone and wrote below it", 7)
def below(sheet: Sheet, target: Target) -> Sheet:
    empty = sheet.cells[sheet.place("momentum")]["source"]
    return sheet.solved(momentum=empty).add(MOMENTUM, after="momentum")


@kind("syntax error", "a bracket is missing in momentum", 4)
def syntax(sheet: Sheet, target: Target) -> Sheet:
    return sheet.solved(momentum=MOMENTUM.replace("range(steps):", "range(steps:"))


@kind("loop in a cell", "an endless loop in a cell of its own, all answers right", 7, "did not end")
def loop_in_cell(sheet: Sheet, target: Target) -> Sheet:
    return sheet.solved().add("while True:\n    pass\n", after="momentum-test")


@kind("loop in a function", "momentum never returns", 4, "did not end", unknown=3, status="partly")
def loop_in_function(sheet: Sheet, target: Target) -> Sheet:
    return sheet.solved(momentum=MOMENTUM.replace("for k in range(steps):", "while steps:"))


@kind("honest and slow", "half of the time that a cell may take", 7)
def slow(sheet: Sheet, target: Target) -> Sheet:
    return sheet.solved(gradient="import time\ntime.sleep(2.5)\n" + GRADIENT)


@kind("input()", "asks the keyboard for the step size", 4)
def asks(sheet: Sheet, target: Target) -> Sheet:
    return sheet.solved(momentum='lr = float(input("step size: "))\n' + MOMENTUM)


@kind("plots", "draws the path in a cell of its own", 7)
def plots(sheet: Sheet, target: Target) -> Sheet:
    drawn = "import matplotlib.pyplot as plt\nplt.plot(*walked.T, marker='o')\nplt.title('a path')\nplt.show()\n"
    return sheet.solved().add(drawn, after="momentum-test")


@kind("deleted test cells", "momentum wrong, both test cells deleted", 4, "test")
def deleted(sheet: Sheet, target: Target) -> Sheet:
    return sheet.solved(momentum=WRONG_SIGN).drop("momentum-test", "gradient-test")


@kind("copied a test cell", "pasted a test cell once more, to run it again", 7, "cop")
def copied(sheet: Sheet, target: Target) -> Sheet:
    return sheet.solved().double("momentum-test")


@kind("old notebook format", "saved by a program that writes format 4.4, without cell ids", 7)
def old_format(sheet: Sheet, target: Target) -> Sheet:
    sheet.solved().data["nbformat_minor"] = 4
    for cell in sheet.cells:
        cell.pop("id", None)
    return sheet


@kind("other line ends", "saved by an editor with a byte-order mark and CR LF", 7)
def line_ends(sheet: Sheet, target: Target) -> bytes:
    return b"\xef\xbb\xbf" + sheet.solved().bytes().replace(b"\n", b"\r\n")


@kind("wrong kernel name", "the notebook asks for a kernel of the student's own machine", 7)
def wrong_kernel(sheet: Sheet, target: Target) -> Sheet:
    sheet.solved().data["metadata"]["kernelspec"] = {"name": "conda-env-ml-py", "display_name": "ml", "language": "R"}
    return sheet


@kind("metadata lost", "a program dropped the metadata of all cells", 7, "metadata")
def metadata_lost(sheet: Sheet, target: Target) -> Sheet:
    for cell in sheet.solved().cells:
        cell["metadata"] = {}
    return sheet


@kind("wrong file name", "downloaded twice, handed in the second", 7, file="demo (1).ipynb")
def wrong_name(sheet: Sheet, target: Target) -> Sheet:
    return sheet.solved()


@kind("handed in through Canvas", "the zip that Canvas makes", 7, way="canvas")
def canvas(sheet: Sheet, target: Target) -> Sheet:
    return sheet.solved()


@kind("handed in by e-mail", "a file in the instructor's folder", 3, way="folder")
def folder(sheet: Sheet, target: Target) -> Sheet:
    return sheet.solved(gradient=NONSENSE["gradient"])


@kind("two days late", "perfect, and 30 hours after the deadline: two days begun", 7, kept=0.8, hours_late=30)
def late(sheet: Sheet, target: Target) -> Sheet:
    return sheet.solved()


@kind(
    "late with an extension",
    "perfect, 30 hours after the deadline, within an extension",
    7,
    hours_late=30,
    extension=True,
)
def extended(sheet: Sheet, target: Target) -> Sheet:
    return sheet.solved()


@kind("not JSON", "a PDF with the notebook's name", None, unknown=7, words=None, status="failed")
def not_json(sheet: Sheet, target: Target) -> bytes:
    return b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj <</Type /Catalog>> endobj\n"


@kind("cut off", "the upload broke off in the middle", None, unknown=7, words=None, status="failed")
def cut_off(sheet: Sheet, target: Target) -> bytes:
    whole = sheet.solved().bytes()
    return whole[: len(whole) // 2]


@kind(
    "JSON, but no notebook",
    "the settings of an editor, under the notebook's name",
    None,
    unknown=7,
    words=None,
    status="failed",
)
def no_notebook(sheet: Sheet, target: Target) -> bytes:
    return json.dumps({"cells": "many", "theme": "dark"}).encode()


@kind("empty file", "no bytes at all", None, unknown=7, words=None, status="failed")
def no_bytes(sheet: Sheet, target: Target) -> bytes:
    return b""


@kind("missing", "on the list of students, handed nothing in", None, unknown=7, words=None, status="missing")
def missing(sheet: Sheet, target: Target) -> None:
    return None
