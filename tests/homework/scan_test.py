"""What stands out in students' code: the clumsy attempts are named, honest code is not."""

import time
import warnings

import pytest

from homework.grading import scan

GIVEN = "import numpy as np\nimport sympy as sp\nimport gdlib as gd\nf = gd.objectives.bowl\ngd.show(f)"
FLAGGED = {  # code -> what is said of it
    "np.allclose = lambda *a, **k: True": "gives np.allclose another meaning",
    "import numpy\nnumpy.testing.assert_allclose = print": "gives numpy.testing.assert_allclose another meaning",
    "sp.Basic.__eq__ = lambda a, b: True": "gives sp.Basic.__eq__ another meaning",
    "setattr(np, 'dot', max)": "calls setattr on np",
    "np.__dict__['dot'] = max": "changes an entry of np.__dict__",
    "vars(np)['dot'] = max": "calls vars on np",
    "import builtins\nbuiltins.abs = print": "gives builtins.abs another meaning",
    "import sys\nsys.stdout = open('log')": "gives sys.stdout another meaning",
    "get_ipython().input_transformers_post.append(f)": "calls get_ipython",
    "import ast\nshell.ast_transformers.append(f)": "reaches for ast_transformers",
    "import subprocess": "imports subprocess",
    "from urllib.request import urlopen": "imports urllib.request",
    "import socket as s": "imports socket",
    "import os\nos.execv('/bin/sh', [])": "uses os.execv",
    "import os as o\no._exit(0)": "uses os._exit",
    "import sys\nsys._getframe().f_back": "uses sys._getframe",
    "exec('1')": "calls exec",
    "__import__('os')": "calls __import__",
    "open('../hw1/solution.txt').read()": "names the path '../hw1/solution.txt'",
    "open('/etc/passwd')": "names the path '/etc/passwd'",
    "open(name)": "opens a file whose name it makes up",
    "from pathlib import Path\nPath('../gradebook.db')": "names the path '../gradebook.db'",
    "().__class__.__base__.__subclasses__()": "reaches for __subclasses__",
    "!ls": "! gives a command to the shell",
    "%%bash\nls": "%%bash gives a command to the shell",
    "x = !ls ..": "! gives a command to the shell",
    "%run other.py": "%run gives a command to the shell",
    "%timeit 1\nimport ctypes": "imports ctypes",
    "np.dot?\nimport ctypes": "imports ctypes",
}
HONEST = [
    GIVEN,
    "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.rcParams['figure.dpi'] = 100\nplt.plot([1, 2])",
    "from IPython.display import display\ndisplay(f)",
    "x = np.zeros(3)\nx[0] = 1\nx.shape = (3, 1)\nstate.rate = 0.1",
    "np.random.seed(0)\nrng = np.random.default_rng(1)",
    "import os\nimport sys\nimport json\nprint(sys.version, os.path.join('a', 'b'))",
    "with open('notes.txt', 'w') as file:\n    file.write('a/b, 3/4, 1:2')",
    "label = 'loss / step'\nplt.title(r'$f(x) / \\alpha$')\nplt.xlabel('x~y')",
    "'''A string of lines\n/home/someone/else'''",
    "class Momentum:\n    def __init__(self, beta):\n        self.beta = beta",
    "assert step(1.0) < 1",
    "s = '\\d \\m'",
    "def broken(:",
    "ratio = 3 % 2\nlong = (1 +\n  2)",
]


def flags(text, answer=False):
    return scan.flags([(4, text, answer)], GIVEN)


@pytest.mark.parametrize("text", FLAGGED)
def test_what_stands_out_is_said_with_its_cell(text):
    assert f"cell 4: {FLAGGED[text]}" in flags(text)


@pytest.mark.parametrize("text", HONEST)
def test_honest_code_is_let_alone(text):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert flags(text) == ()


def test_the_books_own_rule_in_an_answer():
    assert flags("def momentum(f, w):\n    return gd.momentum(f, w)", answer=True) == (
        "cell 4: an answer uses gdlib's momentum, which the assignment does not",
    )
    assert flags("from gdlib import adam", answer=True) == (
        "cell 4: an answer uses gdlib's adam, which the assignment does not",
    )
    assert flags("path = gd.show(gd.objectives.bowl)", answer=True) == ()
    namesake = scan.flags([(4, "gd.momentum(f, w)", True)], GIVEN + "\ndef momentum(theta, g): ...")
    assert namesake == ("cell 4: an answer uses gdlib's momentum, which the assignment does not",)
    assert flags("gd.momentum(f, w)  # a comparison of the student's own") == ()


def test_names_of_other_cells_are_known():
    said = scan.flags([(1, "import numpy as nmp", False), (2, "nmp.allclose = max", False)], GIVEN)
    assert said == ("cell 2: gives nmp.allclose another meaning",)


def test_a_thousand_flags_are_cut():
    said = flags("\n".join(f"np.name{number} = 0" for number in range(1000)))
    assert len(said) == scan.MOST + 1
    assert said[-1] == f"and {1000 - scan.MOST} more like these"


N = 99_000
DEEP = {
    "attributes": "a" + ".b" * (N // 2),
    "signs": "-" * N + "1",
    "sum": "1" + "+1" * (N // 2),
    "brackets": "(" * N,
    "calls": "a" + "()" * (N // 2),
    "lambdas": "lambda:" * (N // 7) + "1",
    "powers": "a**" * (N // 3) + "1",
    "ifs": "if a:\n pass\n" + "elif a:\n pass\n" * (N // 15),
    "blank lines": "\n" * N,
    "spaces": " " * N + "?",
    "spaces before a quote": " " * N + '"',
    "question marks and spaces": " ?" * (N // 2) + "'",
    "question marks": "? " * (N // 2) + "x",
    "a long name": "x" * N,
    "nul": "\0",
    "targets": "np.a = " * (N // 7) + "1",
    "deep targets": "np" + ".a" * 200 + " = 1",
    "starred": "[" * 90 + "np.a" + "]" * 90 + " = 1",
}


@pytest.mark.parametrize("name", DEEP)
def test_code_made_to_hurt_its_reader_does_not(name):
    begun = time.process_time()
    flags(DEEP[name])
    assert time.process_time() - begun < 3


def test_a_cell_too_long_to_be_read_is_said():
    assert flags("x = 1\n" * 20_000) == ("cell 4: too long to be read by a program",)
