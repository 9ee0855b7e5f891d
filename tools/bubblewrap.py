"""See to it that the tests have the homework's sandbox: install bubblewrap where that is allowed, or say what to do."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

FORBIDDEN = Path("/proc/sys/kernel/apparmor_restrict_unprivileged_userns")


def may_install() -> bool:
    """In CI, on a machine that is thrown away, or when asked to; never on a person's machine of our own accord."""
    in_ci = os.environ.get("CI", "") not in ("", "0", "false")
    asked = os.environ.get("INSTALL_BROWSER") == "1"
    return bool(shutil.which("apt-get")) and (asked or (in_ci and (os.geteuid() == 0 or bool(shutil.which("sudo")))))


def install() -> None:
    """Debian's bubblewrap; in CI also the leave to start it, which Ubuntu gives to no program that it does not know."""
    as_root = [] if os.geteuid() == 0 else ["sudo", "-n"] if "CI" in os.environ else ["sudo"]
    commands = []
    if not shutil.which("bwrap"):
        print("Installing bubblewrap with apt-get (once).", flush=True)
        commands += [["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "bubblewrap"]]
    if "CI" in os.environ and FORBIDDEN.exists() and FORBIDDEN.read_text().strip() == "1":
        commands += [["sysctl", "-q", "-w", f"kernel.{FORBIDDEN.name}=0"]]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in commands:
        subprocess.run([*as_root, *command], env=environment, check=True, stdin=subprocess.DEVNULL)


def ensure() -> None:
    """Return where the sandbox works; else end with a sentence that says how to get there."""
    if sys.platform == "linux" and may_install():
        install()
    from homework.sandbox.running import why_not

    if reason := why_not():
        sys.exit(f"{reason}\n`make test INSTALL_BROWSER=1` installs what the tests need with apt-get.")
