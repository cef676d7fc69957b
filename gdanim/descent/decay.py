"""Schedules that lower the learning rate by the step's number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from gdanim.core.arrays import (
    Floats,
    check_int,
    check_non_negative,
    check_positive,
    check_positive_array,
    set_fields,
)
from gdanim.descent.schedule import Planned
from gdanim.errors import GdanimError, expect


@dataclass(frozen=True, eq=False)
class Piecewise(Planned):
    """Constant learning rates that change at given steps.

    Parameters
    ----------
    rates : array_like
        The learning rates of the pieces, finite and above 0, one more than `ends`. Rows are rates
        of each parameter or, with shape `(R, 1)`, of each run.
    ends : sequence of int
        The steps at which the next rate begins, increasing, at least 1.

    Raises
    ------
    GdanimError
        If a value is out of its bounds, or their numbers do not fit.

    Examples
    --------
    >>> from gdanim import schedules
    >>> rate = schedules.Piecewise([0.1, 0.01], [50])
    >>> float(rate(49)), float(rate(50))
    (0.1, 0.01)
    """

    rates: ArrayLike
    ends: Sequence[int]

    def __post_init__(self) -> None:
        expect("ends", self.ends, Iterable, "[50]")
        set_fields(self, rates=check_positive_array("rates", self.rates), ends=tuple(self.ends))
        ends = [check_int("ends", end, least=1) for end in self.ends]
        if len(np.atleast_1d(self.rates)) != len(ends) + 1 or sorted(set(ends)) != ends:
            raise GdanimError(
                f"Piecewise: expected one more rate than ends, and increasing ends; got "
                f"{len(np.atleast_1d(self.rates))} rates and ends {ends}"
            )

    def __call__(self, step: int) -> Floats:
        """Return the rate of the piece that `step` is in."""
        piece = np.searchsorted(self.ends, step, side="right")
        return np.asarray(np.asarray(self.rates)[piece])


@dataclass(frozen=True, eq=False)
class Exponential(Planned):
    """Exponential decay: the learning rate times a factor at every step.

    Parameters
    ----------
    rate : float or array_like
        The first learning rate, finite and above 0; an array gives each parameter, or with shape
        `(R, 1)` each run, a rate.
    factor : float
        What the rate is multiplied by from step to step, above 0; above 1 the rate grows.

    Raises
    ------
    GdanimError
        If a value is out of its bounds.

    See Also
    --------
    StepDecay : Multiplies only every few steps.

    Notes
    -----
    The rate of step s is `rate * factor^s`; `torch.optim.lr_scheduler.ExponentialLR`.

    Examples
    --------
    >>> from gdanim import schedules
    >>> rate = schedules.Exponential(0.1, 0.5)
    >>> float(rate(0)), float(rate(2))
    (0.1, 0.025)
    """

    rate: ArrayLike
    factor: float

    def __post_init__(self) -> None:
        set_fields(
            self,
            rate=check_positive_array("rate", self.rate),
            factor=check_positive("factor", self.factor),
        )

    def __call__(self, step: int) -> Floats:
        """Return `rate * factor^step`."""
        return _grown(self.rate, self.factor, step)


@dataclass(frozen=True, eq=False)
class StepDecay(Planned):
    """Step decay: the learning rate times a factor every few steps.

    Parameters
    ----------
    rate : float or array_like
        The first learning rate, finite and above 0; an array gives each parameter, or with shape
        `(R, 1)` each run, a rate.
    factor : float
        What the rate is multiplied by each time, above 0.
    every : int
        The number of steps between two changes, at least 1.

    Raises
    ------
    GdanimError
        If a value is out of its bounds.

    See Also
    --------
    Exponential : Multiplies at every step.
    Piecewise : Any rates at any steps.

    Notes
    -----
    The rate of step s is `rate * factor^floor(s / every)`; `torch.optim.lr_scheduler.StepLR`.

    Examples
    --------
    >>> from gdanim import schedules
    >>> rate = schedules.StepDecay(0.1, factor=0.5, every=30)
    >>> float(rate(29)), float(rate(30))
    (0.1, 0.05)
    """

    rate: ArrayLike
    factor: float
    every: int

    def __post_init__(self) -> None:
        set_fields(
            self,
            rate=check_positive_array("rate", self.rate),
            factor=check_positive("factor", self.factor),
        )
        check_int("every", self.every, least=1)

    def __call__(self, step: int) -> Floats:
        """Return `rate * factor^floor(step / every)`."""
        return _grown(self.rate, self.factor, step // self.every)


@dataclass(frozen=True, eq=False)
class Cosine(Planned):
    """Cosine annealing: half a cosine from a learning rate down to another.

    Parameters
    ----------
    rate : float or array_like
        The first learning rate, finite and above 0; an array gives each parameter, or with shape
        `(R, 1)` each run, a rate.
    steps : int
        The number of steps until `last` is reached, at least 1.
    last : float, default 0.0
        The learning rate from then on, at least 0.

    Raises
    ------
    GdanimError
        If a value is out of its bounds.

    See Also
    --------
    OneCycle : First rises along a cosine.

    Notes
    -----
    The rate of step s is `last + (rate - last) (1 + cos(pi s / steps)) / 2`;
    `torch.optim.lr_scheduler.CosineAnnealingLR`. Loshchilov and Hutter, "SGDR: Stochastic gradient
    descent with warm restarts" (2017), equation 5, without restarts.

    Examples
    --------
    >>> from gdanim import schedules
    >>> rate = schedules.Cosine(0.1, steps=300)
    >>> [round(float(rate(step)), 3) for step in (0, 150, 300, 400)]
    [0.1, 0.05, 0.0, 0.0]
    """

    rate: ArrayLike
    steps: int
    last: float = 0.0

    def __post_init__(self) -> None:
        set_fields(
            self,
            rate=check_positive_array("rate", self.rate),
            last=check_non_negative("last", self.last),
        )
        check_int("steps", self.steps, least=1)

    def __call__(self, step: int) -> Floats:
        """Return `last + (rate - last) (1 + cos(pi step / steps)) / 2`."""
        return half_cosine(np.asarray(self.rate), self.last, step / self.steps)


def _grown(rate: ArrayLike, factor: float, times: int) -> Floats:
    """Return `rate * factor^times`; inf without a warning if that is too large."""
    # A factor up to 1 cannot overflow, and errstate takes longer than the product.
    if factor <= 1:
        return np.asarray(rate) * factor**times
    with np.errstate(over="ignore"):
        return np.asarray(rate) * np.float64(factor) ** times


def half_cosine(start: ArrayLike, end: ArrayLike, share: float) -> Floats:
    """Return what is `share` of the way along half a cosine from `start` to `end`, held at both."""
    weight = (1 + np.cos(np.pi * min(max(share, 0.0), 1.0))) / 2
    return np.asarray(np.asarray(end) + (np.asarray(start) - np.asarray(end)) * weight)
