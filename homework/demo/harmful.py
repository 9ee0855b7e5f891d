"""Submissions that harm, by accident or not: they eat time, memory, processes and disk, or kill what runs them."""

from homework.demo.kinds import kind
from homework.demo.sheets import MOMENTUM, Sheet, Target


def beside(sheet: Sheet, text: str) -> Sheet:
    """All answers right, and one cell more between them."""
    return sheet.solved().add(text, after="momentum-test")


@kind(
    "loop that ignores interrupts",
    "an endless loop that ignores SIGINT and SIGTERM, all answers right",
    7,
    "did not end",
)
def stubborn(sheet: Sheet, target: Target) -> Sheet:
    return beside(
        sheet,
        "import signal\n"
        "signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "while True:\n"
        "    try:\n"
        "        while True:\n"
        "            pass\n"
        "    except BaseException:\n"
        "        pass\n",
    )


@kind("memory bomb at once", "asks for 30 GB in one array, all answers right", 7, "memory")
def one_array(sheet: Sheet, target: Target) -> Sheet:
    return beside(sheet, "much = np.ones(30 * 10**9 // 8)\n")


@kind("memory bomb by and by", "fills memory 50 MB at a time, all answers right", 7, "did not end")
def filling(sheet: Sheet, target: Target) -> Sheet:
    return beside(sheet, "much = []\nwhile True:\n    much.append(bytearray(b'x') * (50 * 10**6))\n")


@kind("fork bomb", "starts processes that start processes, all answers right", 7, "fork")
def fork_bomb(sheet: Sheet, target: Target) -> Sheet:
    return beside(
        sheet,
        "import os\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        pass\n",
    )


@kind(
    "processes left behind",
    "starts programs that outlive their cell and hold their own session, all answers right",
    7,
    "subprocess",
)
def left_behind(sheet: Sheet, target: Target) -> Sheet:
    return beside(
        sheet,
        "import subprocess\nfor k in range(5):\n    subprocess.Popen(['sleep', '1000'], start_new_session=True)\n",
    )


@kind("100 MB output in long lines", "prints 100 lines of a million letters, all answers right", 7, "did not end")
def long_lines(sheet: Sheet, target: Target) -> Sheet:
    return beside(sheet, "for k in range(100):\n    print('x' * 10**6)\n")


@kind("100 MB output in short lines", "prints ten million lines, all answers right", 7, "did not end")
def short_lines(sheet: Sheet, target: Target) -> Sheet:
    return beside(sheet, "for k in range(100):\n    print('descent!!\\n' * 10**5)\n")


@kind("300 MB file", "writes a file of 300 MB, all answers right", 7)
def big_file(sheet: Sheet, target: Target) -> Sheet:
    return beside(
        sheet,
        "with open('big.bin', 'wb') as file:\n    for k in range(300):\n        file.write(b'0' * 10**6)\n",
    )


@kind("many files", "fills the disk with files of 20 MB, all answers right", 7, "file")
def many_files(sheet: Sheet, target: Target) -> Sheet:
    return beside(
        sheet,
        "for k in range(1000):\n"
        "    with open(f'part{k}.bin', 'wb') as file:\n"
        "        file.write(b'0' * (20 * 10**6))\n",
    )


@kind("killed kernel", "ends the kernel's process in the second question", 3, "_exit", unknown=4, status="partly")
def killed(sheet: Sheet, target: Target) -> Sheet:
    return sheet.solved(gradient="import os\nos._exit(0)\n")


@kind("exit()", "leaves Python politely after the first question, all answers right", 7)
def leaves(sheet: Sheet, target: Target) -> Sheet:
    return beside(sheet, "exit()\n")


@kind("huge value", "momentum returns an array of ten million numbers", 4)
def huge_value(sheet: Sheet, target: Target) -> Sheet:
    return sheet.solved(momentum=MOMENTUM.replace("np.array(points)", "np.zeros((10**7, 2))"))


@kind("segmentation fault", "reads the memory at address 0, in a cell of its own, all answers right", 7, "ended Python")
def segfault(sheet: Sheet, target: Target) -> Sheet:
    return beside(sheet, "import ctypes\nctypes.string_at(0)\n")
