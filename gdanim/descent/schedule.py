"""The base classes of learning rate schedules, and the forms in which a rate can be given."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias, final

import numpy as np
from numpy.typing import ArrayLike

from gdanim.core.arrays import Floats, check_positive, check_positive_array, floats, set_fields
from gdanim.core.numbers import setting
from gdanim.errors import GdanimError, listed


class Schedule(ABC):
    """Base class of learning rate schedules, in its most general form.

    Derive from `schedules.Planned` if the rate depends on the step's number alone: it needs one
    method. A schedule keeps no state between calls: the state goes in and comes out. Rates
    broadcast against the parameters `(*R, P)`.

    See Also
    --------
    schedules : The schedules of the package.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> import numpy as np
    >>> from gdanim import GradientDescent, Schedule, descend, objectives
    >>> @dataclass(frozen=True)
    ... class LargeLoss(Schedule):
    ...     first = np.asarray(0.01)
    ...
    ...     def init(self, runs):
    ...         return None
    ...
    ...     def update(self, number, loss, state):
    ...         return np.where(loss > 1, 0.01, 0.1)[..., np.newaxis], state
    >>> run = descend(objectives.bowl(), GradientDescent(LargeLoss()), start=(2, 1), steps=100)
    >>> float(run.rate(0)), float(run.rate(99))
    (0.01, 0.1)
    """

    # How its rates are written: their digits, or None for all, and a remark behind them.
    _digits: ClassVar[int | None] = 3
    _remark: ClassVar[str] = ""

    @property
    @abstractmethod
    def first(self) -> Floats:
        """The rate of the first step; those of later steps have its shape, or `[*R, 1]` more."""

    @abstractmethod
    def init(self, runs: tuple[int, ...]) -> Any:
        """Return the state before the first step.

        Parameters
        ----------
        runs : tuple of int
            The shape R of the runs side by side; () for a single run.

        Returns
        -------
        object
            Anything; it is handed to `update`.
        """

    @abstractmethod
    def update(self, number: int, loss: Floats, state: Any) -> tuple[Floats, Any]:
        """Return the rate of a step.

        Parameters
        ----------
        number : int
            The number of the step; the first is 0.
        loss : (...,) array
            The loss before the step, over all points.
        state : object
            What `init` returned, or the step before.

        Returns
        -------
        rate : array
            The learning rate, of a shape that broadcasts against the parameters `(*R, P)`.
        state : object
            The state for the next step.
        """


class Planned(Schedule):
    """Base class of schedules that depend on the step's number alone.

    A subclass defines `__call__(step)`.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> import numpy as np
    >>> from gdanim import GradientDescent, descend, objectives, schedules
    >>> @dataclass(frozen=True)
    ... class InverseTime(schedules.Planned):
    ...     rate: float
    ...
    ...     def __call__(self, step):
    ...         return np.asarray(self.rate / (1 + step))
    >>> run = descend(objectives.bowl(), GradientDescent(InverseTime(0.1)), start=(2, 1), steps=20)
    >>> float(run.rate(0)), float(run.rate(9))
    (0.1, 0.01)
    """

    @abstractmethod
    def __call__(self, step: int) -> Floats:
        """Return the rate of `step`; the first is 0."""

    @property
    @final
    def first(self) -> Floats:
        """The rate of step 0."""
        return self(0)

    @final
    def init(self, runs: tuple[int, ...]) -> Any:
        """Return no state."""
        return ()

    @final
    def update(self, number: int, loss: Floats, state: Any) -> tuple[Floats, Any]:
        """Return the rate of step `number`, whatever the loss."""
        return self(number), state


@dataclass(frozen=True, eq=False)
class Constant(Planned):
    """The same learning rate at every step.

    Only WarmUp needs it: an optimizer takes the number itself.

    Parameters
    ----------
    rate : float or array_like
        The learning rate, finite and above 0; an array gives each parameter, or with shape `(R, 1)`
        each run, a rate.

    Raises
    ------
    GdanimError
        If the rate is not finite and above 0.

    Examples
    --------
    >>> from gdanim import schedules
    >>> float(schedules.Constant(0.1)(500))
    0.1
    """

    rate: ArrayLike

    _digits = None

    def __post_init__(self) -> None:
        set_fields(self, rate=check_positive_array("rate", self.rate))

    def __call__(self, step: int) -> Floats:
        """Return the rate."""
        return self.rate  # type: ignore[return-value]


# In place of a learning rate: one is chosen for the problem.
AUTO = "auto"

Rate: TypeAlias = ArrayLike | Mapping[str, float] | Schedule
"""A learning rate: one number; "auto", to have one chosen; an array that broadcasts against the
parameters `[*R, P]`, with shape `[P]` for a rate of each parameter, `[R, 1]` for one of each run; a
mapping from the parameters' names to numbers; or a Schedule.
"""


def learning_rate(lr: Rate) -> Rate:
    """Return `lr` as an Optimizer keeps it; GdanimError unless finite and above 0."""
    if isinstance(lr, Schedule) or is_auto(lr):
        return lr
    if isinstance(lr, Mapping):
        return {name: check_positive(f"lr[{name!r}]", rate) for name, rate in lr.items()}
    array = check_positive_array("lr", lr)
    return array if array.ndim else float(array)


def is_auto(lr: Rate) -> bool:
    """Tell whether the learning rate is to be chosen."""
    return isinstance(lr, str) and lr == AUTO


def scheduled(lr: Rate, names: Sequence[str]) -> Schedule:
    """Return `lr` as a Schedule for parameters of these names; GdanimError if they do not fit."""
    if isinstance(lr, Schedule):
        return lr
    if isinstance(lr, Mapping):
        if set(lr) != set(names):
            got = listed(lr) or "none"
            raise GdanimError(f"lr: give every parameter a rate ({listed(names)}), got {got}")
        lr = floats("lr", [lr[name] for name in names])
    return Constant(np.asarray(lr, dtype=np.float64))


def written_rates(lr: Rate | None, rates: Floats) -> str:
    """Return the rates of a step as text: in full where somebody gave them, else three digits."""
    plan = lr if isinstance(lr, Schedule) else Constant
    form = "" if plan._digits is None else f".{plan._digits}g"
    texts = (setting(float(f"{float(rate):{form}}")) for rate in np.ravel(rates))
    return ", ".join(texts) + plan._remark
