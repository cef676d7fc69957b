"""How a run ends, why, and how sure that is: the values of a judgement; `judging` has the rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Ending(StrEnum):
    """How a run ends."""

    CONVERGED = "converged"
    FALLING = "still falling"
    HARDLY_MOVING = "hardly moving"
    OSCILLATING = "oscillating"
    GROWING = "growing"
    DIVERGED = "diverged"
    UNBOUNDED = "falling without bound"
    STOPPED = "stopped"


class Reason(StrEnum):
    """Why it ends so."""

    MINIMUM = "at the minimum"
    LOCAL_MINIMUM = "at a local minimum"
    SADDLE = "at a saddle point"
    INFLECTION = "at an inflection point"
    SMALL_RATE = "learning rate too small"
    LARGE_RATE = "learning rate too large"
    CONDITIONING = "ill-conditioned"
    NOISE = "noise of the mini-batches"
    NO_MINIMUM = "no finite optimum"


class Certainty(StrEnum):
    """How sure a judgement is.

    Proven by mathematics, measured in the run's own numbers, or likely.
    """

    PROVEN = "proven"
    MEASURED = "measured"
    LIKELY = "likely"


@dataclass(frozen=True)
class Judgement:
    """How a run ends.

    Parameters
    ----------
    ending : Ending
        How it ends.
    reason : Reason or None
        Why; None where nothing is known.
    certainty : Certainty
        Whether mathematics proves it, the run's own numbers show it, or it is likely.
    since : int
        The first step from which it holds to the end.
    numbers : mapping of str to float
        What it rests on: `loss` at the end, `minimum` where the infimum is known, `gain`, what can
        still be gained, `rate` and `largest_rate`, where they are known.
    """

    ending: Ending
    reason: Reason | None
    certainty: Certainty
    since: int
    numbers: Mapping[str, float] = field(default_factory=dict)
