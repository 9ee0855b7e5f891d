"""Run what needs a GPU, with a Python of yours that holds CuPy: its version depends on the driver, so it is not pinned.

make test-gpu PYTHON=python3.12     # the tests of CUDA's texts, on their twin in C++ and on the GPU
make bench-gpu PYTHON=python3.12    # measure there, and write benchmarks/gpu.json
"""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NEEDED = {"test": ("numpy", "sympy", "cupy", "pytest", "hypothesis"), "bench": ("numpy", "sympy", "cupy")}
TESTS = [f"tests/{name}_test.py" for name in ("cuda_runs", "cuda_step", "cuda_text", "gpu", "networks_gpu")]


def lacking(purpose: str) -> str | None:
    """What is missing for the purpose, in a sentence, or None."""
    absent = [name for name in NEEDED[purpose] if find_spec(name) is None]
    if absent:
        return f"PYTHON: {sys.executable} lacks {', '.join(absent)} (CuPy is cupy-cuda12x or cupy-cuda13x)"
    from gdlib.loops.on_gpu import missing

    return missing()


def command(purpose: str, words: list[str]) -> list[str]:
    """What is run."""
    if purpose == "bench":
        return [sys.executable, "-m", "benchmarks.on_gpu", *words]
    side_by_side = ["-n", "auto", "--maxprocesses", "8"] if find_spec("xdist") else []
    # Without the browser's fixtures, which need Playwright; a plugin of others' that warns side by side is left out.
    return [sys.executable, "-m", "pytest", "-q", "--noconftest", "-p", "no:benchmark", *side_by_side, *TESTS, *words]


def main(purpose: str, words: list[str]) -> int:
    sys.path.insert(0, str(ROOT))
    lack = lacking(purpose)
    if lack:
        sys.exit(lack)
    return subprocess.run(command(purpose, words), cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    if sys.argv[1:2] not in [[purpose] for purpose in NEEDED]:
        sys.exit(f"usage: python tools/on_gpu.py {'|'.join(NEEDED)}")
    sys.exit(main(sys.argv[1], sys.argv[2:]))
