"""Time runs ten times as fast for every ten times as many steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from gdanim.arrays import number, positive
from gdanim.descent.run import Run
from gdanim.paces.spread import timeline_by_weight
from gdanim.timeline import Pace, Timeline, check_holds, last_step


@dataclass(frozen=True)
class Log(Pace):
    """Each doubling of the number of steps takes the same time: the first are seen one by one.

    For a run of many steps whose beginning matters as much as its end. No step stays for more than
    `longest` seconds; `seconds`, `first` and `last` are those of `Even`.
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
        weights = np.diff(np.log1p(np.arange(last_step(run) + 1)))
        return timeline_by_weight(weights, self.seconds, self.first, self.last, self.longest, fps)

    def lasting(self, seconds: float) -> Log:
        """The same over another length."""
        return replace(self, seconds=seconds)
