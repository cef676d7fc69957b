"""Schedules that raise the learning rate at first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from gdanim.core.arrays import (
    Floats,
    check_fraction,
    check_int,
    check_positive,
    check_positive_array,
    set_fields,
)
from gdanim.descent.decay import half_cosine
from gdanim.descent.schedule import Planned
from gdanim.errors import GdanimError


@dataclass(frozen=True, eq=False)
class WarmUp(Planned):
    """Linear warm-up: the learning rate rises to that of another schedule, which follows.

    Parameters
    ----------
    then : Planned
        The schedule that follows, one of the step's number alone; its step 0 is the first after
        the warm-up. For one rate write `schedules.Constant(0.1)`.
    steps : int
        The number of steps of the warm-up, at least 1.
    factor : float, default 0.1
        The first rate as a fraction of `then(0)`, above 0.

    Raises
    ------
    GdanimError
        If a value is out of its bounds, or `then` looks at the loss.

    Notes
    -----
    The rate of step s is `then(0) (factor + (1 - factor) s / steps)`, and `then(s - steps)` from
    step `steps` on; `torch.optim.lr_scheduler.LinearLR`, followed by `then`.

    Examples
    --------
    >>> from gdanim import schedules
    >>> rate = schedules.WarmUp(schedules.Constant(0.1), steps=100)
    >>> [round(float(rate(step)), 3) for step in (0, 50, 100)]
    [0.01, 0.055, 0.1]
    """

    then: Planned
    steps: int
    factor: float = 0.1

    def __post_init__(self) -> None:
        set_fields(self, factor=check_positive("factor", self.factor))
        check_int("steps", self.steps, least=1)
        if not isinstance(self.then, Planned):
            raise GdanimError(
                f"then: expected a schedule of the step's number alone, got {self.then!r:.80}; "
                f"for one rate write schedules.Constant(rate)"
            )

    def __call__(self, step: int) -> Floats:
        """Return the rate of the warm-up, or `then(step - steps)` after it."""
        if step >= self.steps:
            return self.then(step - self.steps)
        return self.then(0) * (self.factor + (1 - self.factor) * step / self.steps)


@dataclass(frozen=True, eq=False)
class OneCycle(Planned):
    """One cycle: the learning rate rises to a peak and falls to almost 0.

    Parameters
    ----------
    peak : float or array_like
        The highest learning rate, finite and above 0; an array gives each parameter, or with shape
        `(R, 1)` each run, a rate.
    steps : int
        The number of steps of the cycle, at least 2.
    rise : float, default 0.3
        The part of the steps in which the rate rises, at least 0 and below 1.

    Raises
    ------
    GdanimError
        If a value is out of its bounds.

    See Also
    --------
    Cosine : Only falls.

    Notes
    -----
    The rate goes from `peak / 25` to `peak` and down to `peak / 250 000`, along half a cosine each
    time; `torch.optim.lr_scheduler.OneCycleLR`. Smith and Topin, "Super-convergence" (2019).

    Examples
    --------
    >>> from gdanim import schedules
    >>> rate = schedules.OneCycle(0.5, steps=101)
    >>> [round(float(rate(step)), 2) for step in (0, 29, 100)]
    [0.02, 0.5, 0.0]
    """

    peak: ArrayLike
    steps: int
    rise: float = 0.3

    def __post_init__(self) -> None:
        set_fields(
            self,
            peak=check_positive_array("peak", self.peak),
            rise=check_fraction("rise", self.rise),
        )
        check_int("steps", self.steps, least=2)

    def __call__(self, step: int) -> Floats:
        """Return the rate of `step`."""
        peak, top = np.asarray(self.peak), self.rise * self.steps - 1
        if step <= top:
            return half_cosine(peak / 25, peak, step / top if top else 1.0)
        return half_cosine(peak, peak / 250_000, (step - top) / (self.steps - 1 - top))
