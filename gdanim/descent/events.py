"""What can happen in a run, and the words for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class EventKind(StrEnum):
    """A kind of event, with its caption, its verdict and its rank.

    The kinds are in order of weight: of several in a run, the first that has a `verdict` sums the
    run up. Captions of a lower `rank` are placed first, where there is no time for all of them;
    rank 0 is how a run ends.
    """

    rank: int
    verdict: str
    caption: str

    def __new__(cls, value: str, rank: int, verdict: str, caption: str) -> EventKind:
        """A string that carries its words."""
        kind = str.__new__(cls, value)
        kind._value_ = value
        kind.rank, kind.verdict, kind.caption = rank, verdict, caption
        return kind

    DIVERGENCE = "divergence", 0, "diverges", "The loss grows without end"
    STUCK = (
        "stuck", 0, "stuck",
        "Stuck in a local minimum: the loss ends at {loss}, the {best} has {lowest}",
    )  # fmt: skip
    CONVERGENCE = "converged", 0, "converged", "Converged: the loss ends at {loss}"
    OVERFITTING = (
        "overfitting", 1, "overfits",
        "Overfitting: held-out points had their lowest loss, {lowest}, at step {step}",
    )  # fmt: skip
    OSCILLATION = (
        "oscillation", 1, "oscillates", "{parameter} swings with a period of {period} steps{trend}"
    )  # fmt: skip
    LEARNING_RATE = "learning rate", 1, "", "The learning rate changed from {before} to {after}"
    OVERSHOOT = "overshoot", 2, "has risen", "The loss rises from {before} to {after}"
    PLATEAU = "plateau", 2, "hardly falls", "The loss hardly falls from step {step} to {last}"

    @property
    def ends_run(self) -> bool:
        """Whether it is how a run ends, and not something on the way."""
        return self.rank == 0


@dataclass(frozen=True)
class Event:
    """Something that happens in a run, from step `step` to step `last`.

    `text` says it in a line that is true at all these steps, with the header's digits; `numbers`
    has the values in it.
    """

    kind: EventKind
    step: int
    last: int
    text: str
    numbers: Mapping[str, float] = field(default_factory=dict)
