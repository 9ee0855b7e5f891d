"""A row of the table of outside answers: one optimiser of one origin, in its words and in ours."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

EVERY_PATH = ("gradients", "rosenbrock", "himmelblau")
LANDSCAPE_PATHS = ("rosenbrock", "himmelblau")
CALLS = {
    "torch": "torch.optim.{}",
    "optax": "optax.{}",
    "keras": "keras.optimizers.{}",
    "by hand": "by_hand.{}",
}


@dataclass(frozen=True)
class Row:
    """`options` are the origin's words for the settings, `hyperparameters` ours; `paths` names what it is run on.

    A row of another form than our rule's `differs`, and its `note` says in what.
    """

    rule: str
    origin: str  # torch, optax, keras, or "by hand" (tests/goldens/by_hand)
    make: str  # the optimiser's name there
    options: Mapping[str, Any]
    hyperparameters: Mapping[str, float] = field(default_factory=dict)
    note: str = ""
    differs: bool = False
    paths: tuple[str, ...] = EVERY_PATH
    then: tuple[tuple[str, Mapping[str, Any]], ...] = ()  # for optax: what is chained after it

    @property
    def links(self) -> tuple[tuple[str, Mapping[str, Any]], ...]:
        """The optimiser and what is chained after it, as (name, options)."""
        return ((self.make, self.options), *self.then)

    @property
    def called(self) -> str:
        """The call as one would type it."""
        calls = [
            f"{CALLS[self.origin].format(make)}({', '.join(f'{name}={value!r}' for name, value in options.items())})"
            for make, options in self.links
        ]
        return calls[0] if len(calls) == 1 else f"optax.chain({', '.join(calls)})"
