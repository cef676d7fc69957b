"""What an optimizer is: a rule, whose state goes in and comes out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, NamedTuple

from numpy.typing import ArrayLike

from gdanim.arrays import Floats
from gdanim.problems.problem import Problem

State = Any


class Step(NamedTuple):
    """Where a rule stands when it is asked for a step.

    `number` (0 is the first), `lr`: the learning rate in force, which broadcasts against
    `params [*R, P]`, and the problem, for a rule that needs more of it than the gradient.
    """

    number: int
    lr: Floats
    params: Floats
    problem: Problem


class Optimizer(ABC):
    """A rule that turns gradients into steps. The loop owns the step, the rule owns nothing."""

    lr: ArrayLike
    """The learning rate; broadcasts against the parameters `[*R, P]`."""

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
