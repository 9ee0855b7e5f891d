"""Many runs at once: `sweep` runs a rule from many starts, with many hyperparameters, and keeps where each run ends."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import Any

from gdlib.second_order.method import Method
from gdlib.sweeps.arguments import asked
from gdlib.sweeps.choice import chosen
from gdlib.sweeps.done import Done, Interrupted, Unfinished, nothing_done
from gdlib.sweeps.outcome import Outcome
from gdlib.sweeps.progress import Progress
from gdlib.sweeps.spread import LostError
from gdlib.sweeps.work import Work
from gdlib.update_rule import Rule

__all__ = ["Done", "Interrupted", "Outcome", "Unfinished", "sweep"]


def sweep(
    f: Any,
    rule: Rule | Method,
    start: Any,
    *,
    steps: int,
    tol: float | None = None,
    schedule: Callable[..., Any] | None = None,
    backend: str = "auto",
    executor: Any = None,
    resume: Done | Unfinished | Interrupted | None = None,
    **hyperparameters: Any,
) -> Outcome:
    """Run a rule or a method on an objective many times at once, and keep where each run ends, not how it got there.

    `start` has shape (..., n). A hyperparameter is a number or an array; arrays and start's leading axes broadcast
    to the shape (...) of the runs: lr of shape (200, 1) and beta of shape (300,) make 200 × 300 runs from one start.
    Each run is that of `descend` with the same arguments: to the bit in float64 where f and the rule are made of
    + - * / roots, comparisons and whole powers, and else within the error of NumPy's exp, sin and the like.

    With `tol` a run ends at its first point, the start among them, where the gradient's norm is at most tol; without
    it after `steps` steps. A run whose next point is not finite ends too. `schedule` is as for `descend`,
    with one factor for all runs where it does not look at the value.

    `backend` is "numpy", "numba" (vectors on all cores), "cupy" (a GPU), or "auto", which looks at how much work it is
    and at what is installed; what it took and why stands in the outcome. Beside what you hand in, memory holds 8·n + 9
    bytes a run (4·n + 9 in single precision), 8 more for each of values, steps and minimum, and a few chunks, however
    many steps there are; what a schedule of t alone gives is worked out beforehand, in 8 bytes a step. On a terminal
    and in a notebook a line says how far it is.

    `executor` is any object with `submit`: an executor of concurrent.futures, a dask client. What goes to it is text
    and plain arrays; gdlib must be installed where it runs. A chunk that is lost is handed over again. When the
    executor itself breaks, Unfinished says which runs are done, and `sweep(…, resume=error)` works out the others;
    on Ctrl-C the same holds of Interrupted, a KeyboardInterrupt. What they hold in `done` can be pickled.

    Raises TypeError or ValueError before any work; the first line says which argument, what was needed and what came.
    RuntimeError where the back end that was asked for is missing.

    >>> import gdlib as gd
    >>> out = gd.sweep(gd.objectives.bowl, gd.rules.gradient_descent, [1.0, 2.0], steps=3, lr=[0.25, 0.5, 1.5], tol=0)
    >>> out.points
    array([[  0.125,   0.25 ],
           [  0.   ,   0.   ],
           [ -8.   , -16.   ]])
    >>> out.steps, out.minimum
    (array([-1,  1, -1]), array([-1,  0, -1]))
    """
    question = asked(f, rule, start, steps, tol, schedule, hyperparameters)
    if executor is not None and not callable(getattr(executor, "submit", None)):
        raise TypeError(f"executor: needs an object with submit(function, …), got {type(executor).__name__}")
    before = None if resume is None else _before(resume)
    how = chosen(backend, question, executor, before)
    work = Work(question, how)
    if before is None:
        done = nothing_done(question.plan.start, question.runs)
        done.backend, done.as_text = how.name, bool(work.text)
    else:
        done = _same(before, work, how.name).copy()
    progress = Progress(question.runs, done.count)
    try:
        with closing(work.results(done.missing(), executor)) as results:
            for came in results:
                if came is None:
                    progress.tell(work.under_way())
                    continue
                part, reached = came
                done.add(part, reached)
                progress.add(part[1] - part[0])
    except KeyboardInterrupt:
        done.question = work.fingerprint()
        raise Interrupted(f"interrupted: {done}; go on with gd.sweep(…, resume=error)", done) from None
    except LostError as error:
        if executor is None:  # threads of our own: the error is gdlib's
            raise
        done.question = work.fingerprint()
        words = f"executor: broke off ({error}); {done}; go on with gd.sweep(…, resume=error), and one that works"
        raise Unfinished(words, done) from error.__cause__
    finally:
        progress.close()
    return Outcome(f, rule, done.reached, question.shape, how.name, how.why)


def _before(resume: Any) -> Done:
    """What was done of a sweep that did not come to its end."""
    done = getattr(resume, "done", resume)
    if not isinstance(done, Done):
        came = type(resume).__name__
        raise TypeError(f"resume: needs the error of a sweep that was not finished, or its .done, got {came}")
    return done


def _same(done: Done, work: Work, backend: str) -> Done:
    """It, if this is that sweep."""
    if done.question != work.fingerprint():
        on = f", which was on {done.backend}" if done.backend != backend else ""
        raise ValueError(
            f"resume: needs what is done of the same sweep, on the same back end, here {backend}; "
            f"got another's{on}: {done}"
        )
    return done
