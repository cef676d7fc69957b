"""Time runs ten times as fast for every ten times as many steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gdanim.core.arrays import Floats
from gdanim.descent.run import Run
from gdanim.pacing.by_weight import ByWeight
from gdanim.pacing.timeline import last_step


@dataclass(frozen=True)
class Log(ByWeight):
    """Each doubling of the number of steps takes the same time: the first are seen one by one.

    For a run of many steps whose beginning matters as much as its end. No step stays for more than
    `longest` seconds; `seconds`, `first` and `last` are those of `Even`.
    """

    def weights(self, runs: Sequence[Run]) -> Floats:
        """`log(s + 2) - log(s + 1)`, `[S]`."""
        return np.diff(np.log1p(np.arange(last_step(runs) + 1)))
