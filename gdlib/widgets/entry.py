"""`gd.explore`: hands what the caller asks for to the kind of explorer that was asked for, and shows what it makes."""

from __future__ import annotations

import importlib.util
import inspect
from collections.abc import Iterable, Sequence
from typing import Any

from gdlib.objective import Objective
from gdlib.registry import nearest
from gdlib.widgets.arguments import one_of
from gdlib.widgets.fields import entries_of
from gdlib.widgets.kinds import KINDS


def explore(
    f: Objective | str | None = None,
    kind: str = "race",
    *,
    rules: Iterable[Any] | None = None,
    start: Sequence[float] | float | None = None,
    steps: int | None = None,
    objectives: Iterable[Any] | None = None,
    **settings: Any,
) -> Any:
    """An explorer of `f`: a widget in Jupyter; in a built page it runs without a kernel.

    Args:
        f: an Objective with a formula, a landscape's name, or None for the kind's own first choice.
        kind: "race" (several rules set out from one start), or another of `gdlib.widgets.kinds.KINDS`; each says
            there what it shows.
        rules: names, rules, functions that are rules, or pairs (rule, {hyperparameter: value}); the same rule twice is
            two runs. In a race None offers the rules that chapters teach, by family, and begins with six of them.
        start: where runs begin, a number for each variable; None is the landscape's own start.
        steps: 1 to 10,000; None is the kind's own number.
        objectives: what the reader may choose from; None is `f` and a few that show what the kind is about.
        settings: other entries of the explorer's `state`, to begin with, and what else the kind takes. Where it has a
            choice of landscape, `objective` may be a formula of its variables, in the window `within`.

    A race also takes `schedule=gd.schedules.cosine(steps=200)`, `noise=0.5`, `seed=1` and `clipping=gd.clip_norm(1.0)`.

    A kind that has no use for an argument refuses it. In a race a rule's hyperparameters are those of its pair, else
    its defaults. Where these do not take the run 99 % of the way down to a known minimum in these steps, and its pair
    does not name `lr`, `lr` is the smallest of 1, 2, 5, 10, … that does so without climbing above the start, or the one
    of these that ends lowest.

    Raises ValueError or TypeError that names the argument, what was needed and what came.
    """
    describe = KINDS[one_of(kind, "kind", KINDS)]
    asked = {"f": f, "rules": rules, "start": start, "steps": steps, "objectives": objectives}
    given = {name: value for name, value in asked.items() if value is not None}
    taken = inspect.signature(describe).parameters
    given |= {name: settings.pop(name) for name in list(settings) if name in taken}
    for name in given:
        if name not in taken:
            raise TypeError(
                f"{name}: an explorer of kind {kind!r} has none; it takes {', '.join(taken) or 'no argument'}"
            )
    explorer = describe(**given)
    known = dict.fromkeys([*taken, *entries_of(explorer.fields)])
    for name in settings:
        if name not in (*known, "paths"):  # a page's state has paths too; they are not read
            raise TypeError(
                f"{name}: an explorer of kind {kind!r} has none; it takes {', '.join(known)}.{nearest(name, known)}"
            )
    explorer.begin_with(settings)
    if importlib.util.find_spec("anywidget") is None:
        return explorer
    from gdlib.widgets.jupyter import ExplorerWidget

    return ExplorerWidget(explorer)
