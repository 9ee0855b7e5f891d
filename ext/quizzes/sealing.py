"""Close a quiz's answers and feedback so that reading the page's source does not give them away.

Each answer is a short text: the number of a choice, or the cell of a grid in which a number or a point lies. The page
holds hashes of the right answers, and each feedback text mixed with a stream of hashes of the answer it belongs to.

What this is good for: nobody comes upon an answer by looking at the source or by searching it. What it is not: a lock.
There are few answers to a question, and a program that tries them all opens everything. It need not be more, since
whoever does that has only spoilt their own exercise, and the questions with their answers are public in book/quizzes.
"""

import base64
import hashlib
import math

OTHERWISE = "else"  # the answer to which the feedback belongs that no other answer has


def answer_hash(question: str, answer: str) -> str:
    """What the page compares a reader's answer with; the question's id is the salt."""
    return hashlib.sha256(f"{question}/{answer}".encode()).hexdigest()[:16]


def sealed(text: str, question: str, answer: str) -> str:
    """The text as only the answer opens it, in base 64."""
    plain = text.encode()
    stream = b"".join(
        hashlib.sha256(f"{question}/{answer}/{block}".encode()).digest() for block in range(len(plain) // 32 + 1)
    )
    return base64.b64encode(bytes(a ^ b for a, b in zip(plain, stream, strict=False))).decode()


def cell(centre: float, reach: float) -> tuple[float, float, int]:
    """The grid in one direction, as its origin and the width of its cells, and the cell that is centre ± reach.

    The origin lies in the first cell beside zero and is rounded, so that it does not tell which cell is meant.

    >>> cell(96, 0.5)
    (0.5, 1.0, 95)
    >>> cell(-1, 0.25)[2]
    -3
    """
    width = 2 * reach
    low = centre - reach
    origin = float(f"{low - math.floor(low / width) * width:.6g}")
    return origin, width, math.floor((centre - origin) / width)
