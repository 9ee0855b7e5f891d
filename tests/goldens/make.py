"""`make goldens`: an environment of its own for the other libraries, then the comparison inside it.

python tests/goldens/make.py            # show what differs from the stored values
python tests/goldens/make.py --write    # and store the values made now (the same: WRITE=1 in the environment)
"""

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PINS = Path(__file__).resolve().parent / "requirements.txt"
HOME = ROOT / ".venv-goldens"


def environment() -> Path:
    """The Python of .venv-goldens, made anew when the pins or this Python have changed since it was made."""
    python = HOME / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    stamp = HOME / "complete"
    wanted = hashlib.sha256(PINS.read_bytes() + sys.version.encode() + str(HOME).encode()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return python
    print("Making .venv-goldens (torch, optax, keras: some minutes, once).", file=sys.stderr, flush=True)
    venv.create(HOME, clear=True, with_pip=True)
    pip = [python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "-r", PINS]
    subprocess.run(pip, check=True)
    stamp.write_text(wanted)
    return python


if __name__ == "__main__":
    words = [
        *sys.argv[1:],
        *(["--write"] if os.environ.get("WRITE") == "1" and "--write" not in sys.argv else []),
    ]
    try:
        sys.exit(subprocess.call([environment(), "-m", "tests.goldens.regenerate", *words], cwd=ROOT))
    except KeyboardInterrupt:
        sys.exit("\nInterrupted; the stored values are as they were.")
    except subprocess.CalledProcessError:
        sys.exit("pip could not install tests/goldens/requirements.txt; its words are above.")
