"""Rules that end a run before its last step."""

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
    """Base class of stopping rules: a run ends at the first step at which one holds.

    A subclass defines `holds`. Each run of several stops by its own loss.

    Attributes
    ----------
    kind : str
        How the run then ended: `"converged"` (the default) or `"diverged"`.

    See Also
    --------
    Convergence, Stall, Divergence : The rules of the package.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> from gdanim import GradientDescent, Stop, descend, objectives
    >>> @dataclass(frozen=True)
    ... class Reached(Stop):
    ...     loss: float
    ...
    ...     def holds(self, losses):
    ...         return losses <= self.loss
    >>> run = descend(objectives.bowl(), GradientDescent(0.1), start=(2, 1), stop=Reached(1.0))
    >>> bool(run.losses[-1] <= 1.0 < run.losses[-2])
    True
    """

    @property
    def kind(self) -> str:
        """How a run ended at which the rule holds."""
        return CONVERGED

    @abstractmethod
    def holds(self, losses: Floats) -> Bools:
        """Return at which steps the rule holds.

        Parameters
        ----------
        losses : (S+1, ...) array
            The loss before the first step and after each step so far.

        Returns
        -------
        (S+1, ...) array of bool
            Whether a run stops at a step; it may depend on losses up to that step only.
        """


@dataclass(frozen=True)
class Convergence(Stop):
    """Stop when the loss hardly changes any more, relative to itself.

    Parameters
    ----------
    tolerance : float, default 1e-6
        The largest relative change of the loss in a step that counts as none, at least 0.
    steps : int, default 10
        The number of successive steps that must change it so little, at least 1.

    Raises
    ------
    GdanimError
        If a value is out of its bounds.

    See Also
    --------
    Stall : Compares the absolute change over several steps.

    Notes
    -----
    The rule holds when `|loss - previous loss| <= tolerance * |previous loss|` at each of the last
    `steps` steps. A loss that does not change at all, such as one of 0, has converged for any
    tolerance.

    Examples
    --------
    >>> from gdanim import Convergence, GradientDescent, descend, objectives
    >>> run = descend(objectives.rosenbrock(), GradientDescent(1e-3), start=(-1, 1), steps=100_000,
    ...               stop=Convergence(1e-3))
    >>> str(run.outcome.kind), run.steps < 100_000
    ('converged', True)
    """

    tolerance: float = 1e-6
    steps: int = 10

    def __post_init__(self) -> None:
        set_fields(self, tolerance=check_non_negative("tolerance", self.tolerance))
        check_int("steps", self.steps, least=1)

    def holds(self, losses: Floats) -> Bools:
        """Return where each of the last `steps` changes was small, `[S+1, *R] -> [S+1, *R]`."""
        holds = np.zeros(losses.shape, dtype=bool)
        small = abs(np.diff(losses, axis=0)) <= self.tolerance * abs(losses[:-1])
        calm = np.cumsum(np.concatenate([np.zeros_like(small[:1]), small]), axis=0, dtype=np.int64)
        holds[self.steps :] = calm[self.steps :] - calm[: -self.steps] == self.steps
        return holds


@dataclass(frozen=True)
class Stall(Stop):
    """Stop when the loss differs by less than a cutoff from the loss some steps earlier.

    Parameters
    ----------
    cutoff : float
        The smallest difference that counts as a change, at least 0.
    steps : int, default 6
        The number of steps between the losses that are compared, at least 1.

    Raises
    ------
    GdanimError
        If a value is out of its bounds.

    See Also
    --------
    Convergence : Compares relative changes.
    schedules.Switch : Changes the learning rate by the same criterion.

    Examples
    --------
    >>> from gdanim import GradientDescent, Stall, descend, objectives
    >>> run = descend(objectives.bowl(), GradientDescent(0.1), start=(2, 1), stop=Stall(0.01))
    >>> bool(abs(run.losses[-1] - run.losses[-7]) < 0.01)
    True
    """

    cutoff: float
    steps: int = 6

    def __post_init__(self) -> None:
        set_fields(self, cutoff=check_non_negative("cutoff", self.cutoff))
        check_int("steps", self.steps, least=1)

    def holds(self, losses: Floats) -> Bools:
        """Return where `|loss - loss steps before| < cutoff`, `[S+1, *R] -> [S+1, *R]`."""
        holds = np.zeros(losses.shape, dtype=bool)
        holds[self.steps :] = abs(losses[self.steps :] - losses[: -self.steps]) < self.cutoff
        return holds


@dataclass(frozen=True)
class Divergence(Stop):
    """Stop when the loss is many times the first one.

    Without it a diverging run ends only when its parameters or loss are no longer finite.

    Parameters
    ----------
    factor : float, default 1e3
        How many times the first loss is too much, above 1. From a start with a loss of 0 the rule
        never holds.

    Raises
    ------
    GdanimError
        If the factor is not above 1.

    Examples
    --------
    >>> from gdanim import Divergence, GradientDescent, descend, objectives
    >>> run = descend(objectives.bowl(), GradientDescent(5.0), start=(2, 1), stop=Divergence())
    >>> str(run.outcome.kind)
    'diverged'
    """

    factor: float = 1e3
    kind = DIVERGED

    def __post_init__(self) -> None:
        if check_finite("factor", self.factor) <= 1:
            raise GdanimError(f"factor: must be above 1, got {self.factor!r}")

    def holds(self, losses: Floats) -> Bools:
        """Return where `loss > factor * |first loss|`, `[S+1, *R] -> [S+1, *R]`."""
        beyond: Bools = (losses > self.factor * abs(losses[0])) & (losses[0] != 0)
        return beyond
