"""Schedules that look at the loss."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from gdanim.core.arrays import (
    Floats,
    check_int,
    check_non_negative,
    check_positive,
    check_positive_array,
    read_only,
    set_fields,
)
from gdanim.descent.schedule import Schedule
from gdanim.errors import GdanimError


@dataclass(frozen=True, eq=False)
class Switch(Schedule):
    """Another learning rate from the step on at which the loss stalls.

    Each run of several switches by its own loss.

    Parameters
    ----------
    before : float or array_like
        The learning rate at first, finite and above 0. It may be smaller than `after`.
    after : float or array_like
        The learning rate once the loss has stalled, finite and above 0.
    cutoff : float
        The loss stalls when it differs by less than this from the loss `steps` steps earlier; at
        least 0.
    steps : int, default 6
        The number of steps between the losses that are compared, at least 1.

    Raises
    ------
    GdanimError
        If a value is out of its bounds, or `before` and `after` do not broadcast.

    See Also
    --------
    Plateau : Changes the rate repeatedly.
    Stall : Ends the run by the same criterion.

    Examples
    --------
    >>> from gdanim import GradientDescent, descend, objectives, schedules
    >>> optimizer = GradientDescent(schedules.Switch(0.01, 0.1, cutoff=0.05))
    >>> run = descend(objectives.bowl(), optimizer, start=(2, 1), steps=300)
    >>> float(run.rate(0)), float(run.rate(299))
    (0.01, 0.1)
    """

    before: ArrayLike
    after: ArrayLike
    cutoff: float
    steps: int = 6

    def __post_init__(self) -> None:
        set_fields(
            self,
            before=check_positive_array("before", self.before),
            after=check_positive_array("after", self.after),
        )
        set_fields(self, cutoff=check_non_negative("cutoff", self.cutoff))
        check_int("steps", self.steps, least=1)
        try:
            shape = np.broadcast_shapes(np.shape(self.before), np.shape(self.after))
        except ValueError:
            raise GdanimError(
                f"Switch: before and after must be rates of the same parameters or runs, got "
                f"shapes {np.shape(self.before)} and {np.shape(self.after)}"
            ) from None
        # The first rate has the shape of all later ones.
        set_fields(self, before=read_only(np.broadcast_to(self.before, shape)))

    @property
    def first(self) -> Floats:
        """The rate `before`."""
        return np.asarray(self.before)

    def init(self, runs: tuple[int, ...]) -> Any:
        """Return no losses so far, and that no run has switched."""
        return (), np.zeros(runs, dtype=bool)

    def update(self, number: int, loss: Floats, state: Any) -> tuple[Floats, Any]:
        """Return `before` or `after`; the last losses, and which runs have switched."""
        seen, switched = state
        if len(seen) == self.steps:
            switched = switched | (abs(loss - seen[0]) < self.cutoff)
            seen = seen[1:]
        which = switched[..., np.newaxis] if switched.ndim else switched
        return np.where(which, self.after, self.before), ((*seen, loss), switched)


@dataclass(frozen=True, eq=False)
class Plateau(Schedule):
    """Learning rate that is reduced when the loss stops falling.

    Each run of several counts by its own loss.

    Parameters
    ----------
    rate : float or array_like
        The first learning rate, finite and above 0; an array gives each parameter, or with shape
        `(R, 1)` each run, a rate.
    factor : float, default 0.1
        What the rate is multiplied by, above 0; above 1 the rate is raised.
    patience : int, default 10
        The number of steps without a fall that are tolerated, at least 0.
    threshold : float, default 1e-4
        The loss falls if it goes below `1 - threshold` times the lowest loss so far; at least 0.

    Raises
    ------
    GdanimError
        If a value is out of its bounds.

    See Also
    --------
    Switch : Changes the rate once.

    Notes
    -----
    The count begins anew after each change; `torch.optim.lr_scheduler.ReduceLROnPlateau`.

    Examples
    --------
    >>> from gdanim import GradientDescent, descend, objectives, schedules
    >>> optimizer = GradientDescent(schedules.Plateau(0.2, factor=0.5, patience=2))
    >>> run = descend(objectives.bowl(), optimizer, start=(2, 1), steps=200)
    >>> float(run.rate(0)) > float(run.rate(199))
    True
    """

    rate: ArrayLike
    factor: float = 0.1
    patience: int = 10
    threshold: float = 1e-4

    def __post_init__(self) -> None:
        set_fields(
            self,
            rate=check_positive_array("rate", self.rate),
            factor=check_positive("factor", self.factor),
        )
        set_fields(self, threshold=check_non_negative("threshold", self.threshold))
        check_int("patience", self.patience)

    @property
    def first(self) -> Floats:
        """The rate of the first step."""
        return np.asarray(self.rate)

    def init(self, runs: tuple[int, ...]) -> Any:
        """Return the lowest loss, how many steps ago it was, and how often the rate has changed."""
        return np.full(runs, np.inf), np.zeros(runs, np.int64), np.zeros(runs, np.int64)

    def update(self, number: int, loss: Floats, state: Any) -> tuple[Floats, Any]:
        """Return `rate * factor^changes`, and the new counts."""
        lowest, waited, changes = state
        fell = loss < lowest * (1 - self.threshold)
        waited = np.where(fell, 0, waited + 1)
        changes = changes + (waited > self.patience)
        waited = np.where(waited > self.patience, 0, waited)
        power = self.factor ** np.asarray(changes, dtype=np.float64)
        rate = self.first * (power[..., np.newaxis] if power.ndim else power)
        return rate, (np.where(fell, loss, lowest), waited, changes)
