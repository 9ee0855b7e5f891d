"""Say in one sentence whether this Python can carry the book; the words here run on any Python, old ones too."""

import sys

OLDEST, NEWEST = (3, 11), (3, 13)


def reason_against():
    """Why this interpreter cannot be used, or an empty string."""
    here = "Python %d.%d" % sys.version_info[:2]
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        return (
            "%s (%s) does not fit: the book needs Python 3.11, 3.12 or 3.13; "
            "choose one with `make PYTHON=python3.12 ...`." % (here, sys.executable)
        )
    for module in ("venv", "ensurepip"):
        try:
            __import__(module)
        except ImportError:
            return (
                "%s (%s) lacks the module %s; on Debian and Ubuntu install it with `apt-get install python%d.%d-venv`."
                % ((here, sys.executable, module) + sys.version_info[:2])
            )
    return ""


if __name__ == "__main__":
    reason = reason_against()
    if reason:
        sys.stderr.write(reason + "\n")
        sys.exit(1)
