"""Steps spread over frames by a weight of their own."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self, final

import numpy as np

from gdanim.core.arrays import Floats, Ints, check_positive
from gdanim.descent.run import Run
from gdanim.pacing.timeline import Pace, Timeline, all_runs, check_holds, held, shares


@dataclass(frozen=True)
class ByWeight(Pace):
    """A pace that gives each step a share of the moving frames like its weight.

    No step stays for more than `longest` seconds, unless there are too few steps to fill the time
    otherwise; `seconds`, `first` and `last` are those of `Even`.
    """

    seconds: float = 10.0
    first: float = 0.5
    last: float = 1.5
    longest: float = 0.5

    def __post_init__(self) -> None:
        check_positive("seconds", self.seconds)
        check_positive("longest", self.longest)
        check_holds(self.first, self.last)

    @abstractmethod
    def weights(self, runs: Sequence[Run]) -> Floats:
        """`[S]` for runs of at most S steps; `weights[s]` is of the way from step s to s + 1."""

    @final
    def timeline(self, run: Run | Sequence[Run], fps: int) -> Timeline:
        """`round(seconds * fps)` frames, at least one."""
        weights = self.weights(all_runs(run))
        before, moving, after = shares(self.seconds, self.first, self.last, fps)
        steps = spread(weights, moving, self.longest * fps)
        return held(steps, before, after, len(weights), fps)

    @final
    def with_duration(self, seconds: float) -> Self:
        """The same over another length."""
        return replace(self, seconds=seconds)


def spread(weights: Floats, frames: int, most: float) -> Ints:
    """The step that each of `frames` frames shows, from 0 to S: `(s),(),()->(f)`.

    Each step gets frames in proportion to its weight, but never more than `most`; what it may not
    have goes to the others. Weights that are not finite or negative count as zero; when all are
    zero they count as equal.
    """
    if not len(weights) or frames < 2:
        return np.full(max(frames, 0), len(weights), dtype=np.int64)
    weights = np.where(np.isfinite(weights) & (weights > 0), weights, 0.0)
    if not weights.any():
        weights = np.ones(len(weights))
    room = float(frames - 1)
    starts = np.append(0.0, np.cumsum(capped(weights / weights.max(), room, most)))
    starts *= room / starts[-1]
    # A step that begins within a rounding error of a frame is on it.
    steps = np.searchsorted(starts, np.arange(frames) + 1e-6, side="right") - 1
    steps[0], steps[-1] = 0, len(weights)
    return steps.astype(np.int64)


def capped(weights: Floats, total: float, most: float) -> Floats:
    """`(s),(),()->(s)`: shares `min(k w, most)` that add up to `total`, for the one k that does it.

    Where that falls short of the total for every k, steps without weight share what is left. A
    `most` that not even equal shares keep to is raised to theirs.
    """
    most = max(most, total / len(weights))
    moving = weights > 0
    still = int((~moving).sum())
    left = total - most * (len(weights) - still)
    if left >= 0:
        return np.where(moving, most, left / max(1, still))
    falling = np.sort(weights[moving])[::-1]
    rest: Floats = np.cumsum(falling[::-1])[::-1]
    # The k that is right when just the first 0, 1, 2, ... of the falling weights are cut.
    factor = (total - most * np.arange(len(falling))) / rest
    cut = np.argmax(factor * falling <= most)
    shares: Floats = np.minimum(weights * factor[cut], most)
    return shares
