"""Find the system's Chromium for the tests, or install it where that is allowed, or say what to install."""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
ELSEWHERE = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
ARGUMENTS = [  # no sandbox: tests may run as root in a container; the rest keeps the browser from calling home
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-gpu",  # paints ten times faster than with an imitated one; only WebGL needs that
]


def find() -> str | None:
    """The program to start: the variable CHROMIUM if set, else the first known name."""
    chosen = os.environ.get("CHROMIUM")
    if chosen:
        return shutil.which(chosen)
    for name in (*NAMES, *ELSEWHERE):
        if found := shutil.which(name):
            return found
    return None


def may_install() -> bool:
    """As root in CI, or when asked to; never on a person's machine of our own accord."""
    in_ci = os.environ.get("CI", "") not in ("", "0", "false")
    asked = os.environ.get("INSTALL_BROWSER") == "1"
    return bool(shutil.which("apt-get")) and (asked or (in_ci and os.geteuid() == 0))


def install() -> None:
    """Debian's Chromium and one family of fonts, without which text has no shape to measure."""
    as_root = [] if os.geteuid() == 0 else ["sudo"]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    print("Installing Chromium with apt-get (once).", flush=True)
    for words in (
        ["update", "-qq"],
        ["install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-dejavu-core"],
    ):
        subprocess.run([*as_root, "apt-get", *words], env=environment, check=True, stdin=subprocess.DEVNULL)


def ensure() -> str:
    """The browser's path; ends with a sentence if there is none and none may be installed."""
    if not find() and may_install():
        install()
    found = find()
    if not found:
        sys.exit(
            "The tests need Chromium or Chrome: `make test INSTALL_BROWSER=1` installs it with apt-get; "
            "elsewhere install it by hand, or name the program in the variable CHROMIUM."
        )
    return found


if __name__ == "__main__":
    print(ensure())
