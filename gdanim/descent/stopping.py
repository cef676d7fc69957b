"""When to stop before the last step."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gdanim.core.arrays import Floats, check_finite, check_int, check_non_negative, set_fields
from gdanim.descent.run import CONVERGED, DIVERGED
from gdanim.errors import GdanimError

Bools = NDArray[np.bool_]


class Stop(ABC):
    """A rule that ends a run, read off its losses: the run ends at the first step where it holds.

    Each run of the axis stops for itself.
    """

    @property
    @abstractmethod
    def kind(self) -> str:
        """What the run then has: `converged` or `diverged`."""

    @abstractmethod
    def holds(self, losses: Floats) -> Bools:
        """`[S+1, *R] -> [S+1, *R]`: whether a run stops at a step; it sees no later loss."""


@dataclass(frozen=True)
class Convergence(Stop):
    """Stop when each of the last `steps` steps changed the loss relatively by at most `tolerance`.

    So it has where it does not change at all, as at a loss of 0, however small the tolerance.
    Raises GdanimError for a tolerance below 0 or fewer than one step.
    """

    tolerance: float = 1e-6
    steps: int = 10

    def __post_init__(self) -> None:
        set_fields(self, tolerance=check_non_negative("tolerance", self.tolerance))
        check_int("steps", self.steps, least=1)

    @property
    def kind(self) -> str:
        """`converged`."""
        return CONVERGED

    def holds(self, losses: Floats) -> Bools:
        """`[S+1, *R] -> [S+1, *R]`: from step `steps` on,
        `|loss - loss before| <= tolerance |loss before|` each time.
        """
        holds = np.zeros(losses.shape, dtype=bool)
        small = abs(np.diff(losses, axis=0)) <= self.tolerance * abs(losses[:-1])
        calm = np.cumsum(np.concatenate([np.zeros_like(small[:1]), small]), axis=0, dtype=np.int64)
        holds[self.steps :] = calm[self.steps :] - calm[: -self.steps] == self.steps
        return holds


@dataclass(frozen=True)
class Stall(Stop):
    """Stop when the loss differs by less than `cutoff` from the loss `steps` steps before.

    Raises GdanimError for a cutoff below 0 or fewer than one step.
    """

    cutoff: float
    steps: int = 6

    def __post_init__(self) -> None:
        set_fields(self, cutoff=check_non_negative("cutoff", self.cutoff))
        check_int("steps", self.steps, least=1)

    @property
    def kind(self) -> str:
        """`converged`."""
        return CONVERGED

    def holds(self, losses: Floats) -> Bools:
        """`[S+1, *R] -> [S+1, *R]`: from step `steps` on, `|loss - loss steps before| < cutoff`."""
        holds = np.zeros(losses.shape, dtype=bool)
        holds[self.steps :] = abs(losses[self.steps :] - losses[: -self.steps]) < self.cutoff
        return holds


@dataclass(frozen=True)
class Divergence(Stop):
    """Stop when the loss is above `factor` times the first one.

    Without it a run ends only where its parameters or its loss are no longer finite; so it does
    from a start with a loss of 0, which no loss can be compared with. Raises GdanimError unless the
    factor is above 1.
    """

    factor: float = 1e3

    def __post_init__(self) -> None:
        if check_finite("factor", self.factor) <= 1:
            raise GdanimError(f"factor: must be above 1, got {self.factor!r}")

    @property
    def kind(self) -> str:
        """`diverged`."""
        return DIVERGED

    def holds(self, losses: Floats) -> Bools:
        """`[S+1, *R] -> [S+1, *R]`: `loss > factor * |first loss|`, unless that is 0."""
        beyond: Bools = (losses > self.factor * abs(losses[0])) & (losses[0] != 0)
        return beyond
