"""The record of a single run, in which events are found and from which its end is judged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gdanim.analysis._oscillation import turning_points
from gdanim.core.arrays import Floats
from gdanim.problems.objective import Objective
from gdanim.problems.recording import RecordedProblem

# A loss that turns at more than this share of the steps is irregular.
IRREGULAR = 1 / 3
# Swings of recorded predictions are looked for at up to this many of the points.
MOST_POINTS = 16


@dataclass(frozen=True, eq=False)
class Record:
    """The record of a single run of S steps.

    `params [S+1, P]`, `losses [S+1]`, `rates [S, 1 or P]` (None where unknown); whether the run
    became infinite, and whether a stopping rule ended it; the size of its mini-batches, if any, and
    whether noise was added to its gradients; `validation_losses [S+1]`, if any. Of the rule, where
    known, the largest stable rate for a largest curvature, and by how much a step multiplies the
    distance along a direction, for rate times curvature.
    """

    problem: Objective
    params: Floats
    losses: Floats
    rates: Floats | None
    infinite: bool
    stopped: bool = False
    batch_size: int | None = None
    noise: bool = False
    validation_losses: Floats | None = None
    largest_stable_rate: Callable[[float], float | None] | None = None
    factor: Callable[[Floats], Floats | None] | None = None

    @property
    def steps(self) -> int:
        """S, the number of steps."""
        return len(self.losses) - 1

    @property
    def random(self) -> bool:
        """Whether steps are known to be random: from mini-batches, or from noise."""
        return self.batch_size is not None or self.noise

    @cached_property
    def irregular(self) -> bool:
        """Whether steps are random, or the loss turns again and again as if they were."""
        return self.random or len(turning_points(self.losses)) > IRREGULAR * len(self.losses)

    @property
    def rate(self) -> Floats | None:
        """The rate of the last step, `[1 or P]`."""
        return None if self.rates is None or not len(self.rates) else self.rates[-1]

    @cached_property
    def moves(self) -> Floats:
        """What goes back and forth in a swing, `[S+1, M]`: the parameters, or the predictions."""
        if isinstance(self.problem, RecordedProblem):
            return self.problem.recording.motion(self.params, MOST_POINTS)
        return self.params

    @cached_property
    def units(self) -> Floats:
        """The scale of each parameter, `[P]`: its range over the run, else its size, else 1."""
        with np.errstate(all="ignore"):
            reach, size = np.ptp(self.params, axis=0), abs(self.params).max(axis=0)
        units = np.where(reach > 1e-12 * size, reach, size)
        return np.where((units > 0) & np.isfinite(units), units, 1.0)
