"""The walls of the sandbox: bubblewrap's arguments, what is seen through them, and why they cannot be built here."""

import compileall
import contextlib
import functools
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

from homework.sandbox import syscalls
from homework.sandbox.ran import Limits

BOOK = Path(__file__).resolve().parents[2]
SEEN = ("gdlib", "homework/__init__.py", "homework/inside")  # of the book
OF_THE_SYSTEM = (
    "/usr/bin",
    "/usr/lib",
    "/usr/lib32",
    "/usr/lib64",
    "/usr/libx32",
    "/usr/share",
    "/usr/local/bin",
    "/usr/local/lib",
    "/usr/local/lib64",
    "/bin",
    "/lib",
    "/lib64",
    "/etc/alternatives",
    "/etc/ld.so.cache",
    "/etc/fonts",
)
OF_PYTHON = ("bin", "lib", "lib64", "pyvenv.cfg")
WITHIN = Path("/opt/book")  # where the book lies in the sandbox
HOME = Path("/tmp/home")
FONTS = Path("/opt/fonts")
FLAGS = ["-s", "-P"]  # no packages of the user, nothing from the folder it runs in
FIRST_USER, USERS = 1_000_000_000, 1_000_000_000
ONE_CORE = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)
_counter = iter(range(1 << 62))
_lock = threading.Lock()


def environment(home: Path, book: Path) -> dict[str, str]:
    """All that the programs in the sandbox find in their environment: one thread a library, one seed for hashes."""
    return {
        "HOME": str(home),
        "IPYTHONDIR": str(home / "ipython"),
        "LANG": "C.UTF-8",
        "LOGNAME": "student",
        "MALLOC_ARENA_MAX": "2",
        "MPLCONFIGDIR": str(home / "matplotlib"),
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONPATH": str(book),
        "TMPDIR": str(home.parent),
        "TZ": "UTC",
        "USER": "student",
        **dict.fromkeys(ONE_CORE, "1"),
    }


def command(limits: Limits, fonts: Path | None, refusing: int | None) -> list[str]:
    """bubblewrap with everything that is asked of it; the program to run comes behind; `refusing`: refusals' file."""
    made = [
        "--proc",
        "/proc",
        "--dev",
        "/dev",
        "--perms",
        "1777",
        "--size",
        str(limits.file_bytes),
        "--tmpfs",
        "/dev/shm",
    ]
    made += ["--remount-ro", "/dev", "--perms", "1777", "--size", str(limits.disk_bytes), "--tmpfs", "/tmp"]
    made += ["--perms", "1777", "--dir", str(HOME), "--chdir", "/tmp"]
    seen = [*_system(), *(("--ro-bind", str(path), str(path)) for path in _python())]
    seen += [("--ro-bind", str(BOOK / name), str(WITHIN / name)) for name in SEEN]
    if fonts:
        seen.append(("--ro-bind", str(fonts), str(FONTS / fonts.name)))
    above = sorted({str(path) for _, _, place in seen for path in Path(place).parents} - {"/"})
    shown = [part for path in above for part in ("--perms", "0755", "--dir", path)]  # else its own user's alone
    shown += [part for one in seen for part in one]
    variables = [part for pair in environment(HOME, WITHIN).items() for part in ("--setenv", *pair)]
    walls = ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"]
    walls += ["--die-with-parent", "--new-session", "--hostname", "sandbox", "--clearenv", "--cap-drop", "ALL"]
    if os.geteuid() == 0:  # the runner becomes a user of its own, so that its processes can be counted
        walls += ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    else:
        walls += ["--unshare-user", "--disable-userns", "--uid", "1000", "--gid", "1000"]
    if refusing is not None:
        walls += ["--seccomp", str(refusing)]
    return [shutil.which("bwrap") or "bwrap", *walls, *shown, *made, "--remount-ro", "/", *variables]


def _system() -> Iterator[tuple[str, str, str]]:
    for name in OF_THE_SYSTEM:
        if os.path.islink(name) and not os.path.isabs(os.readlink(name)):
            yield "--symlink", os.readlink(name), name
        elif os.path.exists(name):
            yield "--ro-bind", os.path.realpath(name), name


def _python() -> list[Path]:
    """What is seen of this Python and of the environment that it is of, if the system's own folders do not hold it."""
    roots = [Path(prefix) for prefix in (sys.prefix, sys.base_prefix)]
    roots += [Path(os.path.realpath(sys.executable)).parent.parent]
    paths = dict.fromkeys(root / name for root in roots for name in OF_PYTHON)
    seen = tuple(f"{name}/" for name in OF_THE_SYSTEM)
    return [path for path in paths if path.exists() and not f"{path}/".startswith(seen)]


def refusals(kept: contextlib.ExitStack) -> int | None:
    """The number of an open file with the system calls to refuse, which closes with `kept`."""
    program = syscalls.program()
    if program is None:
        return None
    file = tempfile.TemporaryFile()  # noqa: SIM115  closed by who asked
    kept.callback(file.close)
    file.write(program)
    file.seek(0)
    return file.fileno()


def free_user() -> int:
    """The number of a user that no other run has at the time; 0 where the walls leave no choice."""
    if os.geteuid() != 0:
        return 0
    with _lock:
        mine = os.getpid() * 256 + next(_counter) % 256
    for line in Path("/proc/self/uid_map").read_text().splitlines():
        inside, _, many = map(int, line.split())
        if inside <= FIRST_USER and inside + many >= FIRST_USER + USERS:
            return FIRST_USER + mine % USERS
    return 20_000 + mine % 40_000  # a container's users end at 65535


@functools.cache
def why_not() -> str | None:
    """None where students' code can be shut in on this machine, else a sentence that says how to get there."""
    if sys.platform != "linux":
        return f"The sandbox needs Linux, and this is {platform.system()}: grade in a virtual machine with Linux" + (
            ", or in WSL 2 (`wsl --install`)." if sys.platform == "win32" else "."
        )
    if not shutil.which("bwrap"):
        return (
            "The sandbox needs the program bwrap: `sudo apt-get install bubblewrap` (Debian, Ubuntu) or "
            "`sudo dnf install bubblewrap` (Fedora) installs it."
        )
    with contextlib.ExitStack() as kept:
        refusing = refusals(kept)
        tried = [*command(Limits(), None, refusing), sys.executable, *FLAGS, "-c", "import homework.inside"]
        try:
            probe = subprocess.run(
                tried,
                capture_output=True,
                text=True,
                timeout=60,
                stdin=subprocess.DEVNULL,
                pass_fds=() if refusing is None else (refusing,),
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as problem:
            return f"The sandbox needs a bwrap that starts, and it did not: {problem}."
    return None if probe.returncode == 0 else _reason(probe.stderr.strip())


def _reason(said: str) -> str:
    last = (said.splitlines() or ["it gave no reason"])[-1][:300]
    if "Unknown option" in said or "nknown option" in said:
        version = subprocess.run(["bwrap", "--version"], capture_output=True, text=True, check=False).stdout.strip()
        return f"The sandbox needs bubblewrap 0.8 or newer, and this is {version}: Debian 12 and Ubuntu 24.04 have it."
    if _is("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1"):
        return (
            "The sandbox needs user namespaces, which Ubuntu's AppArmor forbids to programs it does not know: "
            "`sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0` allows them until the next start of the "
            f"machine. (bwrap said: {last})"
        )
    if _is("/proc/sys/kernel/unprivileged_userns_clone", "0") or _is("/proc/sys/user/max_user_namespaces", "0"):
        return (
            "The sandbox needs user namespaces, which this machine forbids to ordinary users: "
            "`sudo sysctl -w kernel.unprivileged_userns_clone=1 user.max_user_namespaces=10000` allows them until "
            f"its next start. (bwrap said: {last})"
        )
    if _in_a_container():
        return (
            "The sandbox needs namespaces, which this container does not allow: grade outside it, or start it with "
            "`docker run --security-opt seccomp=unconfined --security-opt apparmor=unconfined "
            f"--security-opt systempaths=unconfined --cap-add SYS_ADMIN`. (bwrap said: {last})"
        )
    return f"The sandbox needs a bwrap that starts, and it said: {last}"


def _is(path: str, value: str) -> bool:
    try:
        return Path(path).read_text().strip() == value
    except OSError:
        return False


def _in_a_container() -> bool:
    marks = ("/.dockerenv", "/run/.containerenv", "/var/run/secrets/kubernetes.io")
    return any(os.path.exists(mark) for mark in marks) or "container" in os.environ


@functools.cache
def warmed() -> Path | None:
    """Compile what the sandbox runs, for it cannot write that down, and return Matplotlib's list of fonts."""
    for name in SEEN:
        path = BOOK / name
        (compileall.compile_dir if path.is_dir() else compileall.compile_file)(path, quiet=2)
    code = (
        "import matplotlib, matplotlib.font_manager as fonts, pathlib;"
        "print(pathlib.Path(matplotlib.get_cachedir(), f'fontlist-v{fonts.FontManager.__version__}.json'))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False).stdout.strip()
    return Path(said) if said and os.path.exists(said) else None
