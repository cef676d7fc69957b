"""What can happen in a run, and the words for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class EventKind(StrEnum):
    """A kind of event, with the words for it.

    The kinds are in order of weight: of several in a run, the first that has a `verdict` sums it
    up. Captions of a lower `rank` are placed first, where there is no time for all of them; rank 0
    is how a run ends. `caption` and `sentence` are format strings, for the line on screen and for
    the alternative text.
    """

    rank: int
    verdict: str
    caption: str
    sentence: str

    def __new__(cls, value: str, rank: int, verdict: str, caption: str, sentence: str) -> EventKind:
        """Make a string that carries its words."""
        kind = str.__new__(cls, value)
        kind._value_ = value
        kind.rank, kind.verdict, kind.caption, kind.sentence = rank, verdict, caption, sentence
        return kind

    DIVERGENCE = (
        "divergence", 0, "diverges",
        "The loss grows without bound",
        "It diverges: from step {step} on, the loss grows without bound, and after {steps} it is "
        "{loss}.",
    )  # fmt: skip
    STUCK = (
        "stuck", 0, "stuck",
        "Stuck in a local minimum: the loss ends at {loss} ({best}: {lowest})",
        "It gets stuck in a local minimum: after {steps} the loss is {loss}{best}.",
    )  # fmt: skip
    CONVERGENCE = (
        "converged", 0, "converged",
        "Converged: the loss ends at {loss}",
        "It converges: by step {step} the loss has settled, and it ends at {loss}.",
    )  # fmt: skip
    OVERFITTING = (
        "overfitting", 1, "overfits",
        "Overfitting: the validation loss was lowest, {lowest}, at step {step}",
        "The validation loss is lowest, {lowest}, at step {step}, and rises to {end}: "
        "the model fits noise.",
    )  # fmt: skip
    OSCILLATION = (
        "oscillation", 1, "oscillates",
        "{parameter} oscillates with a period of {period} steps{trend}",
        "From step {step} {until}, {caption}.",
    )  # fmt: skip
    LEARNING_RATE = (
        "learning rate", 1, "",
        "The learning rate changed from {before} to {after}",
        "At step {step} the learning rate changes from {before} to {after}.",
    )  # fmt: skip
    OVERSHOOT = (
        "overshoot", 2, "has risen",
        "The loss rises from {before} to {after}",
        "At step {step} the loss rises from {before} to {after}.",
    )  # fmt: skip
    PLATEAU = (
        "plateau", 2, "hardly falls",
        "The loss hardly falls from step {step} to {last}",
        "From step {step} {until}, the loss hardly falls.",
    )  # fmt: skip

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
