"""The sandbox's walls: what students' code tries does nothing outside, and costs only the cell that tried it."""

import hashlib
import os
import socket
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from homework.course import UserError
from homework.inside.values import decode
from homework.sandbox import running as walled
from homework.sandbox import syscalls, walls
from homework.sandbox.ran import JudgeRan, Limits, Ran
from homework.sandbox.watch import Tree

ROOT = Path(__file__).resolve().parents[2]
SECRET = "hidden-value-5309"
Sandbox = Callable[..., Ran]

TRY = """
import os
def attempt(action, *given):
    try:
        return repr(action(*given))[:80]
    except BaseException as problem:
        return type(problem).__name__
def writes(path):
    with open(path, "a") as file:
        return file.write("x")
"""


def values(judges: tuple[JudgeRan, ...]) -> list[Any]:
    assert [judge.status for judge in judges] == ["value"] * len(judges), judges
    return [decode(judge.value) for judge in judges]


def digest(folder: Path) -> dict[str, str]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture(scope="module")
def listening() -> Iterator[tuple[int, list[Any]]]:
    """A server of this machine, and who called it."""
    called: list[Any] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def accept() -> None:
            while True:
                try:
                    connection, address = server.accept()
                except OSError:
                    return
                called.append(address)
                connection.close()

        threading.Thread(target=accept, daemon=True).start()
        yield server.getsockname()[1], called
        server.shutdown(socket.SHUT_RDWR)


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("a course")
    for name in ("private/hw1/plan.json", "submitted/s02/hw1/hw1.ipynb", "source/hw1/hw1.ipynb"):
        path = folder / name
        path.parent.mkdir(parents=True)
        path.write_text(SECRET)
        path.chmod(0o666)
    with sqlite3.connect(folder / "gradebook.db") as gradebook:
        gradebook.execute("create table grade (manual_score)")
    return folder


@pytest.fixture(scope="module")
def tried(sandbox: Sandbox, course: Path, listening: tuple[int, list[Any]]) -> Iterator[Ran]:
    """One run of a notebook that tries the walls; each cell's judges say what came of it."""
    secrets = [
        *map(str, (course, course / "private/hw1/plan.json", course / "submitted/s02/hw1/hw1.ipynb")),
        *map(str, (ROOT / "homework" / "sandbox.py", ROOT / "README.md", ROOT / "tests", ROOT / ".git")),
        *("/home", "/etc/passwd", "/etc/shadow", "/var", "/run", "/sys", "/mnt", os.path.expanduser("~/.cache")),
    ]
    places = [
        *map(str, (course / "private/hw1/plan.json", course / "new", ROOT / "new", ROOT / "gdlib" / "new")),
        *("/opt/book/gdlib/new", "/opt/book/homework/inside/values.py", f"{sys.prefix}/new", f"{sys.prefix}/bin/new"),
        *("/new", "/usr/bin/new", "/etc/new", "/dev/new", "/proc/sys/kernel/hostname", "/proc/1/mem"),
    ]
    reads = f"""{TRY}
secrets = {secrets!r}
seen = [path for path in secrets if os.path.lexists(path)]
relative = [name for name in ("hw1.ipynb", "../source", "../../source/hw1/hw1.ipynb") if os.path.exists(name)]
environments = []
for process in os.listdir("/proc"):
    try:
        environments.append(open(f"/proc/{{process}}/environ", "rb").read())
    except OSError:
        pass
told = [text for text in environments if {SECRET.encode()!r} in text]
"""
    writing = f"done = [path for path in {places!r} if not attempt(writes, path).endswith('Error')]"
    database = f"""
import sqlite3
def settle():
    with sqlite3.connect({str(course / "gradebook.db")!r}) as gradebook:
        gradebook.execute("insert into grade values (100)")
score = attempt(settle)
"""
    network = f"""
import socket
calls = [
    attempt(socket.create_connection, ("127.0.0.1", {listening[0]}), 2),
    attempt(socket.create_connection, ("1.1.1.1", 53), 2),
    attempt(socket.getaddrinfo, "example.org", 80),
    attempt(socket.socket, 40, socket.SOCK_STREAM),
    attempt(socket.socket, 17, socket.SOCK_RAW),
]
"""
    calls = """
import ctypes, subprocess
library = ctypes.CDLL(None, use_errno=True)
namespace = library.unshare(0x10000000)
traced = library.ptrace(16, os.getppid(), 0, 0)
memory = attempt(os.memfd_create, "m")
rights = [line.split()[1] for line in open("/proc/self/status") if line.startswith(("CapPrm", "CapEff", "CapAmb"))]
pipes = attempt(os.listdir, f"/proc/{os.getppid()}/fd"), attempt(open, f"/proc/{os.getppid()}/mem", "rb")
user = os.getuid()
"""
    os.environ["A_TOKEN"] = SECRET
    yield sandbox(
        (reads, "# a\nseen", "# b\nrelative", "# c\ntold"),
        (writing, "# a\ndone"),
        (database, "# a\nscore"),
        (network, "# a\ncalls"),
        (calls, "# a\n[namespace, traced, memory]", "# b\nrights", "# c\nlist(pipes)", "# d\nuser"),
    )
    del os.environ["A_TOKEN"]


def test_nothing_of_the_course_the_sources_or_the_user_is_seen(tried: Ran) -> None:
    assert values(tried.judges[0]) == [[], [], []]


def test_nothing_is_written_outside(tried: Ran, course: Path) -> None:
    assert values(tried.judges[1]) == [[]]
    assert (course / "private/hw1/plan.json").read_text() == SECRET
    assert not (course / "new").exists()


def test_the_gradebook_is_out_of_reach(tried: Ran, course: Path) -> None:
    assert values(tried.judges[2]) == ["OperationalError"]
    with sqlite3.connect(course / "gradebook.db") as gradebook:
        assert gradebook.execute("select * from grade").fetchall() == []


def test_nobody_is_called_in_this_machine_or_outside(tried: Ran, listening: tuple[int, list[Any]]) -> None:
    refused = ["ConnectionRefusedError", "OSError", "gaierror", "OSError", "OSError"]
    assert values(tried.judges[3]) == [refused]
    assert listening[1] == []
    with socket.create_connection(("127.0.0.1", listening[0]), 5) as call:  # which answers who may call
        assert call.recv(1) == b""
    assert len(listening[1]) == 1
    listening[1].clear()


def test_the_ways_around_the_walls_are_refused(tried: Ran) -> None:
    ways, rights, pipes, user = values(tried.judges[4])
    assert ways == [-1, -1, "PermissionError"]
    assert set(rights) == {"0000000000000000"}
    assert pipes == ["PermissionError", "PermissionError"]  # of the runner: the way to its lines
    assert user != 0


FORKS = {
    "plain": "import os\nwhile True: os.fork()",
    "deaf": """
import os, signal
for number in range(1, 65):
    try: signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError): pass
while True:
    try: os.fork()
    except OSError: pass
""",
}


@pytest.mark.parametrize("kind", FORKS)
def test_a_fork_bomb_is_ended_at_once_and_costs_its_cell_only(
    sandbox: Sandbox, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[tuple[float, int]] = []
    look = Tree.look

    def seen(tree: Tree) -> Any:
        found = look(tree)
        if threading.current_thread() is threading.main_thread():  # the bomb's; the neighbour has a thread
            looks.append((time.monotonic(), len(found)))
        return found

    monkeypatch.setattr(Tree, "look", seen)
    beside: list[Ran] = []
    neighbour = threading.Thread(target=lambda: beside.append(sandbox(("total = sum(range(10**6))", "# t\ntotal"))))
    neighbour.start()
    ran = sandbox("a = 1", (FORKS[kind], "# a\na"), ("b = a + 1", "# b\nb"))
    neighbour.join()
    assert [cell.status for cell in ran.cells] == ["ok", "crashed", "ok"]
    assert ran.cells[1].evalue == "more than 64 processes"
    assert values(ran.judges[1]) == [1]
    assert values(ran.judges[2]) == [2]
    assert values(beside[0].judges[0]) == [sum(range(10**6))]
    bomb = [when for when, many in looks if many > 8]
    assert bomb[-1] - bomb[0] < 1.5  # measured 0.13 s with a load of 15 on two cores
    assert ran.cpu_seconds < 10


def test_memory_is_refused_at_once_and_not_had_slowly_by_many(sandbox: Sandbox) -> None:
    creeping = """
import os, time
for _ in range(6):
    if not os.fork():
        held = []
        while True:
            held.append(b"1" * (8 << 20))
            time.sleep(0.005)
time.sleep(60)
"""
    ran = sandbox(
        "a = 1",
        ("held = bytearray(30 << 30)", "# a\na", "# b\nnp.ones(4 * 10**9)"),
        (creeping, "# a\na"),
        ("b = a + 1", "# b\nb"),
        memory_bytes=1 << 30,
    )
    assert [cell.status for cell in ran.cells] == ["ok", "memory", "memory", "ok"]
    assert [judge.status for judge in ran.judges[1]] == ["value", "memory"]
    assert ran.cells[2].evalue == "more than 1024 MiB of memory"
    assert values(ran.judges[2] + ran.judges[3]) == [1, 2]


def test_files_are_small_few_and_gone(sandbox: Sandbox) -> None:
    large = "with open('big', 'wb') as file:\n    for _ in range(300): file.write(bytes(1 << 20))"
    full = """
import os
os.remove("big")
held = 0
try:
    while True:
        with open(f"/tmp/of-a-student-{held}", "wb") as file: file.write(bytes(3 << 20))
        held += 1
except OSError as problem:
    why = problem.strerror
"""
    many = "for number in range(10**7): open(f'/dev/shm/{number}', 'w').close()"
    ran = sandbox(
        large,
        (full, "# a\n[held, why]"),
        (many, "# a\n1"),
        ("", "# after\n1"),
        disk_bytes=20 << 20,
        files=2_000,
    )
    assert [cell.status for cell in ran.cells] == ["error", "ok", "crashed", "ok"]
    assert ran.cells[0].evalue == "[Errno 28] No space left on device"
    assert ran.cells[2].evalue == "more than 2000 files"
    (held, why), *after = values(ran.judges[1] + ran.judges[2] + ran.judges[3])
    assert held in range(3, 8)
    assert after == [1, 1]
    assert why == "No space left on device"
    assert not os.path.exists("/tmp/of-a-student-0")
    (one,) = sandbox(large).cells
    assert (one.status, one.evalue) == ("error", "[Errno 27] File too large")


def test_without_walls_the_same_comes_out(sandbox: Sandbox) -> None:
    cells = [("def f(x): return x**2\nprint('said')", "# a\nf(np.arange(3))"), ("1 / 0", "# b\nf('')")]
    walled_in, free = sandbox(*cells), sandbox(*cells, sandboxed=False)
    assert walled_in == free
    assert free.cells[0].outputs == ({"output_type": "stream", "name": "stdout", "text": "said\n"},)


def test_a_set_stop_ends_a_run(sandbox: Sandbox) -> None:
    stop = threading.Event()
    threading.Timer(3.0, stop.set).start()
    began = time.monotonic()
    ran = walled.run({"cells": [{"kind": "code", "text": "while True: pass", "judges": ["1"]}]}, Limits(), stop=stop)
    assert time.monotonic() - began < 15
    assert ran.judges[0][0] == JudgeRan("not run", reason="grading was interrupted")


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_the_refused_calls_are_a_program_that_ends(machine: str) -> None:
    program = syscalls.program(machine)
    assert program
    lines = [program[place : place + 8] for place in range(0, len(program), 8)]
    assert len(program) % 8 == 0
    for place, line in enumerate(lines):
        code, then, otherwise = line[0], line[2], line[3]
        if code in (0x15, 0x35, 0x45):  # jumps lead to lines that are there
            assert place + 1 + max(then, otherwise) < len(lines)
    assert lines[-1][0] == 0x06
    assert syscalls.program("pdp11") is None


MACHINES = {
    "Darwin": ("darwin", {}, "", "virtual machine with Linux"),
    "Windows": ("win32", {}, "", "WSL 2"),
    "no bwrap": ("linux", {}, None, "sudo apt-get install bubblewrap"),
    "old": ("linux", {}, "bwrap: Unknown option --size", "bubblewrap 0.8 or newer"),
    "apparmor": ("linux", {"apparmor_restrict_unprivileged_userns": "1"}, "bwrap: setting up uid map", "AppArmor"),
    "forbidden": ("linux", {"max_user_namespaces": "0"}, "bwrap: no namespaces", "forbids to ordinary users"),
    "container": ("linux", {}, "bwrap: Operation not permitted", "container"),
    "other": ("linux", {}, "bwrap: something new", "something new"),
}


@pytest.mark.parametrize("machine", MACHINES)
def test_where_there_is_no_sandbox_a_sentence_says_how_to_get_one(
    machine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    system, kernel, says, needed = MACHINES[machine]
    if says is not None:
        program = tmp_path / "bwrap"
        program.write_text(f'#!/bin/sh\n[ "$1" = --version ] && echo bubblewrap 0.4.1 || echo "{says}" >&2\nexit 1\n')
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin" if says is not None else str(tmp_path))
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(walls, "_is", lambda path, value: kernel.get(Path(path).name) == value)
    monkeypatch.setattr(walls, "_in_a_container", lambda: machine == "container")
    walls.why_not.cache_clear()
    try:
        reason = walled.why_not()
        with pytest.raises(UserError):
            walled.run({"cells": []}, Limits())
    finally:
        walls.why_not.cache_clear()
    assert reason
    assert needed in reason
    assert "\n" not in reason


def test_two_runs_never_share_a_user() -> None:
    users = {walls.free_user() for _ in range(200)}
    assert len(users) == (200 if os.geteuid() == 0 else 1)
