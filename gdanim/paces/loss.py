"""Time follows the loss."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from gdanim.arrays import Floats, number, positive
from gdanim.descent.run import Run
from gdanim.paces.spread import timeline_by_weight
from gdanim.timeline import Pace, Timeline, all_runs, check_holds, last_step

# A loss below this fraction of the first is as good as none.
SMALLEST = 1e-9


@dataclass(frozen=True)
class Loss(Pace):
    """Each frame brings the same change of the loss's logarithm, so a plateau passes quickly.

    A rise counts like a fall; a loss that can be negative counts by itself, not by its logarithm.
    Of several runs the one that changes most decides. No step stays for more than `longest`
    seconds; `seconds`, `first` and `last` are those of `Even`.
    """

    seconds: float = 10.0
    first: float = 0.5
    last: float = 1.5
    longest: float = 0.5

    def __post_init__(self) -> None:
        positive("seconds", number("seconds", self.seconds))
        positive("longest", number("longest", self.longest))
        check_holds(self.first, self.last)

    def timeline(self, run: Run | Sequence[Run], fps: int) -> Timeline:
        """`round(seconds * fps)` frames, at least one."""
        weights = np.zeros(last_step(run))
        for one in all_runs(run):
            change = changes(one.losses)
            np.maximum(weights[: one.steps], change, out=weights[: one.steps])
        return timeline_by_weight(weights, self.seconds, self.first, self.last, self.longest, fps)

    def lasting(self, seconds: float) -> Loss:
        """The same over another length."""
        return replace(self, seconds=seconds)


def changes(losses: Floats) -> Floats:
    """`(s+1)->(s)`: how much the (logarithm of the) loss changes with each step."""
    if losses.min() >= 0 and losses.max() > 0:
        losses = np.log(np.maximum(losses, SMALLEST * (losses[0] or losses.max())))
    return np.abs(np.diff(losses))
