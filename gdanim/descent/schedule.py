"""What a schedule is: the learning rate of each step, and the forms in which one can be given."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, final

import numpy as np
from numpy.typing import ArrayLike

from gdanim.core.arrays import Floats, check_positive, check_positive_array, floats, set_fields
from gdanim.errors import GdanimError, listed


class Schedule(ABC):
    """The learning rate of each step. State goes in and comes out, as with an Optimizer.

    Rates broadcast against the parameters `[*R, P]`.
    """

    @property
    @abstractmethod
    def first(self) -> Floats:
        """The rate of the first step; those of later steps have its shape, or `[*R, 1]` more."""

    @abstractmethod
    def init(self, runs: tuple[int, ...]) -> Any:
        """The state before the first step, for runs of shape R."""

    @abstractmethod
    def update(self, number: int, loss: Floats, state: Any) -> tuple[Floats, Any]:
        """`()->()`: the rate of step `number` (0 is the first), which begins at `loss`; the state.

        The loss has the axes of the runs, `[*R]`; the rate broadcasts against `[*R, P]`.
        """


class Planned(Schedule):
    """A schedule that depends on the step's number alone; it is not shown the loss."""

    @abstractmethod
    def __call__(self, step: int) -> Floats:
        """The rate of `step`; 0 is the first."""

    @property
    @final
    def first(self) -> Floats:
        """The rate of step 0."""
        return self(0)

    @final
    def init(self, runs: tuple[int, ...]) -> Any:
        """No state."""
        return ()

    @final
    def update(self, number: int, loss: Floats, state: Any) -> tuple[Floats, Any]:
        """`()->()`: the rate of step `number`, whatever the loss."""
        return self(number), state


@dataclass(frozen=True, eq=False)
class Constant(Planned):
    """The same rate at every step. Raises GdanimError unless it is finite and positive."""

    rate: ArrayLike

    def __post_init__(self) -> None:
        set_fields(self, rate=check_positive_array("rate", self.rate))

    def __call__(self, step: int) -> Floats:
        """`rate`."""
        return self.rate  # type: ignore[return-value]


Rate: TypeAlias = ArrayLike | Mapping[str, float] | Schedule
"""A learning rate: one number; an array that broadcasts against the parameters `[*R, P]`, shape
`[P]` for a rate of each parameter's own, `[R, 1]` for one of each run; parameters' names to
numbers; or a Schedule.
"""


def learning_rate(lr: Rate) -> Rate:
    """`lr` in the form in which an Optimizer keeps it; GdanimError unless finite and positive."""
    if isinstance(lr, Schedule):
        return lr
    if isinstance(lr, Mapping):
        return {name: check_positive(f"lr[{name!r}]", rate) for name, rate in lr.items()}
    array = check_positive_array("lr", lr)
    return array if array.ndim else float(array)


def scheduled(lr: Rate, names: Sequence[str]) -> Schedule:
    """`lr` as a Schedule, for parameters of these names; GdanimError where they do not fit."""
    if isinstance(lr, Schedule):
        return lr
    if isinstance(lr, Mapping):
        if set(lr) != set(names):
            got = listed(lr) or "none"
            raise GdanimError(f"lr: give every parameter a rate ({listed(names)}), got {got}")
        lr = floats("lr", [lr[name] for name in names])
    return Constant(np.asarray(lr, dtype=np.float64))
