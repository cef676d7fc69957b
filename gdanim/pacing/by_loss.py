"""Time follows the loss."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gdanim.core.arrays import Floats
from gdanim.descent.run import Run
from gdanim.pacing.by_weight import ByWeight
from gdanim.pacing.timeline import last_step

# A loss below this fraction of the first is as good as none.
SMALLEST = 1e-9


@dataclass(frozen=True)
class ByLoss(ByWeight):
    """Each frame brings the same change of the loss's logarithm, so a plateau passes quickly.

    A rise counts like a fall; a loss that can be negative counts by itself, not by its logarithm.
    Of several runs the one that changes most decides. No step stays for more than `longest`
    seconds; `seconds`, `first` and `last` are those of `Even`.
    """

    def weights(self, runs: Sequence[Run]) -> Floats:
        """The change at each step, of the run that changes most, `[S]`."""
        weights = np.zeros(last_step(runs))
        for run in runs:
            np.maximum(weights[: run.steps], changes(run.losses), out=weights[: run.steps])
        return weights


def changes(losses: Floats) -> Floats:
    """`(s+1)->(s)`: how much the (logarithm of the) loss changes with each step."""
    if losses.min() >= 0 and losses.max() > 0:
        losses = np.log(np.maximum(losses, SMALLEST * (losses[0] or losses.max())))
    return np.abs(np.diff(losses))
