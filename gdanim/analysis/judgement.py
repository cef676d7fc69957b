"""How a run ends, why, and how sure that is: the values of a judgement, and the words for them.

`judging` has the rules.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from gdanim.core.numbers import counted, quantity, spoken


class Ending(StrEnum):
    """How a run ends."""

    NOT_STARTED = "not started"
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
    MAXIMUM = "at a maximum"
    SADDLE = "at a saddle point"
    INFLECTION = "at an inflection point"
    PLATEAU = "on a plateau"
    SMALL_RATE = "learning rate too small"
    LARGE_RATE = "learning rate too large"
    CONDITIONING = "ill-conditioned"
    NOISE = "noise of the mini-batches"
    ADDED_NOISE = "noise of the gradients"
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
        still be gained, `rate` and `largest_stable_rate`, where they are known; `lower`, a loss
        that is known to be lower than that of a local minimum, minus infinity where there is no
        bound.
    """

    ending: Ending
    reason: Reason | None
    certainty: Certainty
    since: int
    numbers: Mapping[str, float] = field(default_factory=dict)

    @property
    def verdict(self) -> str:
        """One or two words, for a place as narrow as a panel."""
        return self._words.verdict

    @property
    def caption(self) -> str:
        """A line on screen that is true from step `since` to the end, in the header's digits.

        Empty where nothing has come to its end.
        """
        return self._words.caption.format(**self._numbers(quantity))

    def sentence(self, steps: int, where: str = "") -> str:
        """Say how a run of `steps` steps ends, for people who cannot see it.

        `where` follows the loss, to compare it with another one.
        """
        if self.ending == Ending.DIVERGED and not steps:
            return "It diverges at its first step."
        numbers = self._numbers(spoken)
        numbers |= {"steps": counted(steps, "step"), "since": f"{self.since:,}", "where": where}
        why = "" if self.reason is None else CLAUSES.get(self.reason, "")
        return self._words.sentence.format(**numbers, why=why)

    def _numbers(self, write: Callable[[float], str]) -> dict[str, str]:
        """The numbers as text, and what the loss does elsewhere than in a local minimum."""
        numbers = {name: write(value) for name, value in self.numbers.items()}
        bounded = self.numbers.get("lower", 0.0) > -math.inf
        other = "although {lower} is possible" if bounded else "and falls without bound elsewhere"
        return numbers | {"elsewhere": other.format(**{"lower": "", **numbers})}

    @property
    def _words(self) -> Words:
        unsure = self.certainty == Certainty.LIKELY and self.reason in (None, Reason.MINIMUM)
        if self.ending == Ending.CONVERGED and unsure:
            return SO_FAR
        return WORDS.get((self.ending, self.reason), WORDS[self.ending, None])


class Words(NamedTuple):
    """The words for an ending: a verdict, a caption and a sentence, with places for numbers."""

    verdict: str
    caption: str
    sentence: str


WORDS: dict[tuple[Ending, Reason | None], Words] = {
    (Ending.NOT_STARTED, None): Words(
        "not started", "", "No step is taken: the loss is {loss}{where}."
    ),
    (Ending.CONVERGED, None): Words(
        "converged",
        "Converged: the loss ends at {loss}",
        "It converges: by step {since} the loss has settled, and it ends at {loss}{where}.",
    ),
    (Ending.CONVERGED, Reason.LOCAL_MINIMUM): Words(
        "local minimum",
        "In a local minimum: the loss ends at {loss}, {elsewhere}",
        "It gets stuck in a local minimum: after {steps} the loss is {loss}, {elsewhere}.",
    ),
    (Ending.CONVERGED, Reason.MAXIMUM): Words(
        "not a minimum",
        "At a maximum, not at a minimum: the loss stays at {loss}",
        "It stays at a maximum, where the gradient is 0 as well, at a loss of {loss}.",
    ),
    (Ending.CONVERGED, Reason.SADDLE): Words(
        "not a minimum",
        "At a saddle point, not at a minimum: the loss ends at {loss}",
        "It comes to rest at a saddle point, which is not a minimum, at a loss of {loss}.",
    ),
    (Ending.CONVERGED, Reason.INFLECTION): Words(
        "not a minimum",
        "At an inflection point, not at a minimum: the loss ends at {loss}",
        "It comes to rest at an inflection point, which is not a minimum, at a loss of {loss}.",
    ),
    (Ending.CONVERGED, Reason.NO_MINIMUM): Words(
        "converged",
        "The loss ends at {loss}, very close to its infimum; there is no finite optimum",
        "The loss ends at {loss}, very close to its infimum, which no finite parameters reach.",
    ),
    (Ending.FALLING, None): Words(
        "still falling", "", "After {steps} the loss is {loss}{where}, and still falling{why}."
    ),
    (Ending.HARDLY_MOVING, None): Words(
        "hardly moving", "", "After {steps} the loss is {loss}{where}, and hardly moves{why}."
    ),
    (Ending.OSCILLATING, None): Words(
        "oscillating", "", "After {steps} the loss is {loss}{where}, and the run oscillates{why}."
    ),
    (Ending.GROWING, None): Words(
        "growing",
        "Growing: the loss ends at {loss}",
        "The loss grows: after {steps} it is {loss}{where}{why}.",
    ),
    (Ending.DIVERGED, None): Words(
        "diverged",
        "Diverged: the loss ends at {loss}",
        "It diverges from step {since} on: after {steps} the loss is {loss}{where}.",
    ),
    (Ending.UNBOUNDED, None): Words(
        "unbounded",
        "The loss falls without bound",
        "The loss falls without bound: after {steps} it is {loss}.",
    ),
    (Ending.STOPPED, None): Words(
        "stopped", "", "A stopping rule ends it after {steps}, at a loss of {loss}{where}."
    ),
}
# A run that has likely converged.
SO_FAR = Words(
    "converged so far",
    "Converged so far: the loss ends at {loss}",
    "So far it has converged: by step {since} the loss has settled, and it ends at {loss}{where}.",
)
# Why, at the end of a sentence.
CLAUSES = {
    Reason.MAXIMUM: ", near a maximum",
    Reason.SADDLE: ", near a saddle point",
    Reason.PLATEAU: ", on a plateau",
    Reason.SMALL_RATE: ": the learning rate is too small",
    Reason.LARGE_RATE: ": the learning rate is too large",
    Reason.CONDITIONING: ": the problem is ill-conditioned",
    Reason.NOISE: ", from the noise of its mini-batches",
    Reason.ADDED_NOISE: ", from the noise of its gradients",
    Reason.NO_MINIMUM: ": there is no finite optimum",
}
