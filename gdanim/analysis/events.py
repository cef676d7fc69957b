"""What can happen in a run, and the words for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class EventKind(StrEnum):
    """A kind of event, with the words for it.

    Captions of a lower `rank` are placed first, where there is no time for all of them; rank 0 is
    how a run ends, which its judgement has the words for. `caption` and `sentence` are format
    strings, for the line on screen and for the alternative text.
    """

    rank: int
    caption: str
    sentence: str

    def __new__(cls, value: str, rank: int, caption: str, sentence: str) -> EventKind:
        """Make a string that carries its words."""
        kind = str.__new__(cls, value)
        kind._value_ = value
        kind.rank, kind.caption, kind.sentence = rank, caption, sentence
        return kind

    DIVERGENCE = "divergence", 0, "", ""
    ARRIVAL = "arrival", 0, "", ""
    OVERFITTING = (
        "overfitting",
        1,
        "Overfitting: the validation loss was lowest, {lowest}, at step {step}",
        "The validation loss is lowest, {lowest}, at step {step}, and rises to {end}: "
        "the model fits noise.",
    )
    OSCILLATION = (
        "oscillation",
        1,
        "{parameter} oscillates with a period of {period} steps{trend}",
        "From step {step} {until}, {caption}.",
    )
    LEARNING_RATE = (
        "learning rate",
        1,
        "The learning rate changed from {before} to {after}",
        "At step {step} the learning rate changes from {before} to {after}.",
    )
    OVERSHOOT = (
        "overshoot",
        2,
        "The loss rises from {before} to {after}",
        "At step {step} the loss rises from {before} to {after}.",
    )
    PLATEAU = (
        "plateau",
        2,
        "The loss barely falls from step {step} to {last}",
        "From step {step} {until}, the loss barely falls.",
    )

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
