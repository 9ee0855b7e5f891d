"""Runs a notebook's cells and judges in a kernel, and writes a line to the grader for each as soon as it is done.

Started in the sandbox with three numbers: where the job is read, where the lines go, the user to become (0: stay).
It takes the notebook from its first cell to the first that stops the kernel for good; the grader starts it anew then,
and says which cells to leave out. The student's code may kill or stop it, but not write its lines: it holds no
capability, lets nobody trace it, and hands its pipe to no child.
"""

import contextlib
import ctypes
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

THREADS = 48  # the notebook's own: Jupyter's in both processes, and some of a library's
ROOM = 1 << 30  # of address space, which programs reserve and do not use
GRACE = 6.0  # seconds for a cell to end after an interrupt
PR_SET_DUMPABLE = 4
NICE = 10  # of the kernel and all that it starts, so that who watches it gets its turn
LONGEST_VALUE = 16 << 20


def main(job_fd: int, lines_fd: int, user: int) -> None:
    with os.fdopen(job_fd, "rb") as file:
        job = json.loads(file.read())
    if user:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    os.set_inheritable(lines_fd, False)
    ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    _limit(job["limits"], processes=job["sandboxed"])
    with os.fdopen(lines_fd, "w", encoding="ascii") as lines:

        def tell(**what: Any) -> None:
            lines.write(json.dumps(what) + "\n")
            lines.flush()

        Runner(job, tell).run()


def _limit(limits: dict[str, Any], processes: bool) -> None:
    most = {
        resource.RLIMIT_AS: limits["memory_bytes"] + ROOM,
        resource.RLIMIT_FSIZE: limits["file_bytes"],
        resource.RLIMIT_NOFILE: 512,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_MEMLOCK: 0,
    }
    if processes:  # outside a sandbox this would count the user's other programs too
        most[resource.RLIMIT_NPROC] = limits["processes"] + THREADS
    for what, value in most.items():
        _, hard = resource.getrlimit(what)
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(what, (value, value))


class LostError(Exception):
    """The kernel ended, or does not come back: this run is over."""


class Runner:
    """One run of a notebook in one kernel."""

    def __init__(self, job: dict[str, Any], tell: Any) -> None:
        self.job, self.tell, self.limits = job, tell, job["limits"]
        self.home = Path(os.environ["HOME"])

    def run(self) -> None:
        kernel, key, address = self._start()
        from homework.inside.client import Client  # while the kernel starts

        self.kernel = kernel
        self.client = Client(key, address, self.limits["output_bytes"], self._watch)
        try:
            self.client.wait_until_ready(60.0)
            self._all()
        except LostError:
            return
        except Exception as problem:  # messages that are none: students' code can write to Jupyter's sockets
            self.tell(ended=f"Jupyter's messages are broken ({type(problem).__name__})")
            return
        self.tell(end=True)
        kernel.kill()
        kernel.wait()

    def _start(self) -> tuple[subprocess.Popen[bytes], str, str]:
        key, address = os.urandom(16).hex(), str(self.home / "kernel")
        ports = {name: number for number, name in enumerate(("shell", "iopub", "stdin", "hb", "control"), 1)}
        connection = {f"{name}_port": number for name, number in ports.items()}
        connection_file = self.home / "connection.json"
        connection_file.write_text(
            json.dumps({**connection, "ip": address, "transport": "ipc", "key": key, "signature_scheme": "hmac-sha256"})
        )
        fonts = self.job.get("fonts")
        if fonts and os.path.exists(fonts):
            os.makedirs(os.environ["MPLCONFIGDIR"], exist_ok=True)
            shutil.copy(fonts, os.environ["MPLCONFIGDIR"])
        work = self.home / "work"
        work.mkdir(exist_ok=True)
        command = [sys.executable, *self.job["flags"], "-m", "homework.inside.kernel", str(connection_file)]
        null = subprocess.DEVNULL
        kernel = subprocess.Popen(command, cwd=work, stdin=null, stdout=null, stderr=null, start_new_session=True)
        nice = max(NICE, os.getpriority(os.PRIO_PROCESS, 0))  # a grader that is nicer still may not go back
        os.setpriority(os.PRIO_PROCESS, kernel.pid, nice)
        return kernel, key, address

    def _all(self) -> None:
        for number, cell in enumerate(self.job["cells"]):
            again = [number, -1] in self.job["done"]  # it ran before, and is needed for the names that it makes
            if cell["kind"] == "code" and [number, -1] not in self.job["skip"]:
                self.tell(begun=[number, -1])
                came = self._one("execute_request", {"code": cell["text"]})
                self.tell(at=[number, -1], **({} if again else came))
                self._swept(came)
            for place, code in enumerate(cell["judges"]):
                if [number, place] in self.job["skip"] + self.job["done"]:
                    continue
                self.tell(begun=[number, place])
                came = self._one("judge_request", {"code": code})
                came.pop("outputs", None)
                self.tell(at=[number, place], **came)
                self._swept(came)

    def _one(self, request: str, content: dict[str, Any]) -> dict[str, Any]:
        """Ask one thing of the kernel and wait for its answer, at most as long as a cell may take."""
        client, limits = self.client, self.limits
        client.ask(request, content)
        client.listen(time.monotonic() + limits["cell_seconds"])
        if client.answered:
            return client.answer()
        why = "output" if client.flooded else "timeout"
        last = time.monotonic() + GRACE
        while not client.answered and time.monotonic() < last:
            with contextlib.suppress(ProcessLookupError):
                self.kernel.send_signal(signal.SIGINT)
            client.listen(min(last, time.monotonic() + GRACE / 2), patient=True)  # a second would meet the first's end
        words = f"took longer than {limits['cell_seconds']:g} s" if why == "timeout" else "wrote too much"
        told = {"status": why, "ename": why, "evalue": words, "reason": words, "lost": not client.answered}
        return client.answer() | told

    def _swept(self, came: dict[str, Any]) -> None:
        """End what a cell left running beside the kernel; give up where the kernel is lost or they do not end."""
        if came.get("lost"):
            raise LostError
        if not self.job["sandboxed"]:
            return  # the grader ends the tree when the run is over
        for _ in range(50):
            strays = self._strays()
            if not strays:
                return
            for process in strays:
                with contextlib.suppress(OSError):
                    os.kill(process, signal.SIGKILL)
            time.sleep(0.01)
        raise LostError

    def _strays(self) -> list[int]:
        """All processes in the sandbox but its first, this and the kernel; those that are dead already do not count."""
        ours = {1, os.getpid(), self.kernel.pid}
        found = []
        for name in os.listdir("/proc"):
            if name.isdigit() and int(name) not in ours:
                with contextlib.suppress(OSError):
                    if Path(f"/proc/{name}/stat").read_text().rpartition(")")[2].split()[0] != "Z":
                        found.append(int(name))
        return found

    def _watch(self) -> None:
        """Called several times a second while the kernel is at work."""
        if self.kernel.poll() is not None:
            code = self.kernel.returncode
            ending = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit status {code}"
            self.tell(ended=f"Python ended ({ending})")
            raise LostError
        if self.job["sandboxed"]:
            disks = [os.statvfs(folder) for folder in (self.home, "/dev/shm")]
            if sum(disk.f_files - disk.f_ffree for disk in disks) > self.limits["files"]:
                self.tell(ended=f"more than {self.limits['files']} files")
                raise LostError


if __name__ == "__main__":
    main(*map(int, sys.argv[1:4]))
