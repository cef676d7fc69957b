"""What an optimizer is: a rule, whose state goes in and comes out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar, NamedTuple

from gdanim.core.arrays import Floats, Ints
from gdanim.descent.schedule import Rate
from gdanim.problems.objective import Objective

State = Any


class Step(NamedTuple):
    """Where a rule stands when it is asked for a step.

    `number` (0 is the first), `lr`: the learning rate in force, which broadcasts against
    `params [*R, P]`, and the problem and the batch of points `[B]` (None for all of them), for a
    rule that needs more of them than the gradient.
    """

    number: int
    lr: Floats
    params: Floats
    problem: Objective
    batch: Ints | None = None


class Optimizer(ABC):
    """A rule that turns gradients into steps. The loop owns the step, the rule owns nothing."""

    lr: Rate
    """The learning rate, in any of its forms."""
    linear: ClassVar[bool] = False
    """Whether the step and the new state are linear in the gradient and the state, in the same way
    at every step of a constant rate, and the state is `()` or one array like the parameters.
    """

    @property
    @abstractmethod
    def name(self) -> str:
        """As a caption has it: `gradient descent`."""

    @abstractmethod
    def init(self, params: Floats) -> State:
        """The state before the first step, for parameters of this shape."""

    @abstractmethod
    def update(self, gradient: Floats, state: State, step: Step) -> tuple[Floats, State]:
        """`(p)->(p)`: what is added to the parameters at `step`, and the new state."""
