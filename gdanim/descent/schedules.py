"""Learning rate schedules.

Those that depend on the step's number alone are functions of it: `Cosine(0.1, 300)(150)`. A rate is
a number or an array that broadcasts against the parameters `[*R, P]`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from gdanim.core.arrays import (
    Floats,
    check_fraction,
    check_int,
    check_non_negative,
    check_positive,
    check_positive_array,
    read_only,
    set_fields,
)
from gdanim.descent.schedule import Constant, Planned, Schedule
from gdanim.errors import GdanimError, expect

__all__ = [
    "Constant",
    "Cosine",
    "Exponential",
    "OneCycle",
    "Piecewise",
    "Plateau",
    "StepDecay",
    "Switch",
    "WarmUp",
]


@dataclass(frozen=True, eq=False)
class Piecewise(Planned):
    """`rates[i]` until step `ends[i]` comes, the last rate from there on.

    `Piecewise([0.1, 0.01], [50])` changes at step 50. Raises GdanimError unless there is one more
    rate than ends, and the ends are whole numbers that grow.
    """

    rates: ArrayLike
    ends: Sequence[int]

    def __post_init__(self) -> None:
        expect("ends", self.ends, Iterable, "[50]")
        set_fields(self, rates=check_positive_array("rates", self.rates), ends=tuple(self.ends))
        ends = [check_int("ends", end, least=1) for end in self.ends]
        if len(np.atleast_1d(self.rates)) != len(ends) + 1 or sorted(set(ends)) != ends:
            raise GdanimError(
                f"Piecewise: expected one more rate than ends, and ends that grow; got "
                f"{len(np.atleast_1d(self.rates))} rates and ends {ends}"
            )

    def __call__(self, step: int) -> Floats:
        """The rate of the piece that `step` is in."""
        piece = np.searchsorted(self.ends, step, side="right")
        return np.asarray(np.asarray(self.rates)[piece])


@dataclass(frozen=True, eq=False)
class Exponential(Planned):
    """`rate * factor^step`; torch's ExponentialLR.

    Raises GdanimError unless rate and factor are finite and positive.
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
        """`rate * factor^step`."""
        return _grown(self.rate, self.factor, step)


@dataclass(frozen=True, eq=False)
class StepDecay(Planned):
    """`rate * factor^floor(step / every)`; torch's StepLR.

    Raises GdanimError unless rate and factor are finite and positive, and `every` is a whole number
    of at least 1.
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
        """`rate * factor^floor(step / every)`."""
        return _grown(self.rate, self.factor, step // self.every)


@dataclass(frozen=True, eq=False)
class Cosine(Planned):
    """Half a cosine from `rate` down to `last` over `steps` steps, then `last`.

    torch's CosineAnnealingLR; Loshchilov and Hutter, "SGDR" (2017), equation 5, without restarts.
    Raises GdanimError for a rate that is not positive, a `last` below 0 or fewer than one step.
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
        """`last + (rate - last) (1 + cos(pi step / steps)) / 2`."""
        return _glide(np.asarray(self.rate), self.last, step / self.steps)


@dataclass(frozen=True, eq=False)
class WarmUp(Planned):
    """The rate grows evenly for `steps` steps up to that of `then`, which begins there.

    The first rate is `then`'s first times `factor`; torch's LinearLR, followed by `then`.
    Raises GdanimError for a `then` that looks at the loss, a factor that is not positive or fewer
    than one step.
    """

    then: Planned
    steps: int
    factor: float = 0.1

    def __post_init__(self) -> None:
        set_fields(self, factor=check_positive("factor", self.factor))
        check_int("steps", self.steps, least=1)
        if not isinstance(self.then, Planned):
            raise GdanimError(
                f"then: expected a schedule of the step alone, got {self.then!r:.80}; "
                f"for one rate write schedules.Constant(rate)"
            )

    def __call__(self, step: int) -> Floats:
        """`then(0) (factor + (1 - factor) step / steps)`, then `then(step - steps)`."""
        if step >= self.steps:
            return self.then(step - self.steps)
        return self.then(0) * (self.factor + (1 - self.factor) * step / self.steps)


@dataclass(frozen=True, eq=False)
class OneCycle(Planned):
    """Up to `peak` and down to nearly nothing over `steps` steps, along half cosines.

    torch's OneCycleLR: from `peak / 25` up during the share `rise` of the steps, then down to
    `peak / 250 000`; Smith and Topin, "Super-Convergence" (2019).
    Raises GdanimError for a peak that is not positive, fewer than two steps or a `rise` that is no
    share: at least 0 and below 1.
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
        """The rate of `step`."""
        peak, top = np.asarray(self.peak), self.rise * self.steps - 1
        if step <= top:
            return _glide(peak / 25, peak, step / top if top else 1.0)
        return _glide(peak, peak / 250_000, (step - top) / (self.steps - 1 - top))


@dataclass(frozen=True, eq=False)
class Switch(Schedule):
    """`before` until the loss stalls, `after` from then on.

    It stalls when it differs by less than `cutoff` from the loss `steps` steps before. Each run
    switches for itself. The larger rate may be either one. Raises GdanimError for rates that are
    not positive or do not broadcast, a cutoff below 0 or fewer than one step.
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
        # As many runs, or rates of parameters, as either has.
        set_fields(self, before=read_only(np.broadcast_to(self.before, shape)))

    @property
    def first(self) -> Floats:
        """`before`."""
        return np.asarray(self.before)

    def init(self, runs: tuple[int, ...]) -> Any:
        """No losses seen; no run has switched."""
        return (), np.zeros(runs, dtype=bool)

    def update(self, number: int, loss: Floats, state: Any) -> tuple[Floats, Any]:
        """`()->()`: `before` or `after`; the last losses, and which runs have switched."""
        seen, switched = state
        if len(seen) == self.steps:
            switched = switched | (abs(loss - seen[0]) < self.cutoff)
            seen = seen[1:]
        which = switched[..., np.newaxis] if switched.ndim else switched
        return np.where(which, self.after, self.before), ((*seen, loss), switched)


@dataclass(frozen=True, eq=False)
class Plateau(Schedule):
    """The rate times `factor` when the loss has not fallen for more than `patience` steps.

    To fall is to go below `1 - threshold` times the lowest loss so far; the count begins anew after
    a change. A factor above 1 raises the rate. Each run counts for itself. torch's
    ReduceLROnPlateau. Raises GdanimError for a rate or factor that is not positive, a threshold or
    patience below 0.
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
        """`rate`."""
        return np.asarray(self.rate)

    def init(self, runs: tuple[int, ...]) -> Any:
        """The lowest loss, how many steps ago it was, how often the rate has changed."""
        return np.full(runs, np.inf), np.zeros(runs, np.int64), np.zeros(runs, np.int64)

    def update(self, number: int, loss: Floats, state: Any) -> tuple[Floats, Any]:
        """`()->()`: `rate * factor^changes`."""
        lowest, waited, changes = state
        fell = loss < lowest * (1 - self.threshold)
        waited = np.where(fell, 0, waited + 1)
        changes = changes + (waited > self.patience)
        waited = np.where(waited > self.patience, 0, waited)
        power = self.factor ** np.asarray(changes, dtype=np.float64)
        rate = self.first * (power[..., np.newaxis] if power.ndim else power)
        return rate, (np.where(fell, loss, lowest), waited, changes)


def _grown(rate: ArrayLike, factor: float, times: int) -> Floats:
    """`rate * factor^times`; inf, and no warning, where that is too large."""
    # What falls cannot overflow, and the guard takes longer than the rest.
    if factor <= 1:
        return np.asarray(rate) * factor**times
    with np.errstate(over="ignore"):
        return np.asarray(rate) * np.float64(factor) ** times


def _glide(start: ArrayLike, end: ArrayLike, share: float) -> Floats:
    """Half a cosine from `start` to `end`; `share` of the way, held at both ends."""
    weight = (1 + np.cos(np.pi * min(max(share, 0.0), 1.0))) / 2
    return np.asarray(np.asarray(end) + (np.asarray(start) - np.asarray(end)) * weight)
