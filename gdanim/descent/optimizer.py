"""The base class of all optimizers: a rule for the direction of each step."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, NamedTuple

from gdanim.core.arrays import Floats, Ints, set_fields
from gdanim.descent.schedule import Rate, learning_rate
from gdanim.problems.objective import Objective

State = Any


class Step(NamedTuple):
    """The step for which an optimizer is asked for a direction.

    Most optimizers need only `number`; the other fields are for those that need more than the
    gradient, such as weight decay or second derivatives.

    Parameters
    ----------
    number : int
        The number of the step; the first is 0.
    params : (*R, P) array
        The parameters before the step.
    problem : Objective
        What is minimised.
    batch : (B,) array of int, optional
        The numbers of the points in the step's mini-batch; None when the gradient is that of all
        points.

    See Also
    --------
    Optimizer : The base class whose method `direction` takes a Step.

    Examples
    --------
    >>> import numpy as np
    >>> from gdanim import Adam, Step, objectives
    >>> problem, params = objectives.bowl(), np.array([2.0, 1.0])
    >>> optimizer = Adam(0.1)
    >>> step = Step(0, params, problem)
    >>> direction, _ = optimizer.direction(problem.gradient(params), optimizer.init(params), step)
    >>> direction.round(6)
    array([1., 1.])
    """

    number: int
    params: Floats
    problem: Objective
    batch: Ints | None = None


class Optimizer(ABC):
    """Base class of optimizers: turns gradients into directions.

    Each step of a run is `params = params - lr * direction`. A subclass returns the direction; the
    learning rate, its schedule and the step itself belong to the loop. A subclass is a frozen
    dataclass whose first field is `lr: Rate`, and defines `direction` and, if it has a state,
    `init`. A `__post_init__` of its own should begin with `super().__post_init__()`, which checks
    `lr`.

    Attributes
    ----------
    lr : float, array, mapping, Schedule or "auto"
        The learning rate, finite and above 0: one number for all parameters; an array that
        broadcasts against the parameters `(*R, P)`, with shape `(P,)` for a rate of each parameter
        and `(R, 1)` for a rate of each run; a mapping from the parameters' names to numbers; or a
        Schedule, such as `schedules.Cosine(0.1, 300)`. With "auto", `descend` chooses one number:
        half of the largest stable rate where the Hessian is constant and the rule has one
        (`largest_stable_rate`), else half of the rate with the lowest losses among those from 1e-12
        to 1000 over 30 steps. The run's optimizer has it, and the header says that it was chosen.
    name : str
        The optimizer's name in headers and captions; by default the name of the class.

    See Also
    --------
    Step : What an optimizer can look at besides the gradient.
    Schedule : The base class of learning rate schedules.

    Notes
    -----
    Optimizers keep no state between calls: the state goes in and comes out, so that one optimizer
    can serve many runs. All arithmetic should be elementwise in the leading axes `*R`, so that R
    runs side by side are the runs that they would be alone.

    Examples
    --------
    Lion (Chen et al., "Symbolic discovery of optimization algorithms", 2023, algorithm 2):

    >>> from dataclasses import dataclass
    >>> import numpy as np
    >>> from gdanim import Linear, Optimizer, Problem, Schedule, datasets, descend, schedules
    >>> @dataclass(frozen=True)
    ... class Lion(Optimizer):
    ...     lr: float | Schedule
    ...     beta1: float = 0.9
    ...     beta2: float = 0.99
    ...
    ...     def init(self, params):
    ...         return np.zeros_like(params)
    ...
    ...     def direction(self, gradient, state, step):
    ...         blend = self.beta1 * state + (1 - self.beta1) * gradient
    ...         return np.sign(blend), self.beta2 * state + (1 - self.beta2) * gradient
    >>> optimizer = Lion(schedules.Cosine(0.05, 300))
    >>> run = descend(Problem(datasets.linear(2.0, 1.0), Linear()), optimizer, start=(0, 0))
    >>> run.params[-1].round(1)
    array([2., 1.])
    >>> run.optimizer.name
    'Lion'
    """

    lr: Rate

    def __post_init__(self) -> None:
        set_fields(self, lr=learning_rate(self.lr))

    @property
    def name(self) -> str:
        """The name in headers and captions."""
        return type(self).__name__

    def init(self, params: Floats) -> State:
        """Return the state before the first step.

        Parameters
        ----------
        params : (*R, P) array
            The first parameters.

        Returns
        -------
        state : object
            Anything; it is handed to `direction`. By default the empty tuple.
        """
        return ()

    def memory(self, state: State, steps: int) -> Mapping[str, Floats]:
        """Return what the rule remembers of past gradients, by name, in units of the gradient.

        Parameters
        ----------
        state : object
            The state that `direction` returned.
        steps : int
            The number of steps taken, at least 1.

        Returns
        -------
        mapping of str to (*R, P) array
            By default nothing.

        See Also
        --------
        gdanim.views.OptimizerState : Shows it.

        Examples
        --------
        >>> import numpy as np
        >>> from gdanim import Momentum
        >>> Momentum(0.1).memory(np.array([2.0, 1.0]), steps=1)
        {'velocity': array([2., 1.])}
        """
        return {}

    def largest_stable_rate(self, curvature: float) -> float | None:
        """Return the largest learning rate with which the rule is stable on a quadratic.

        Parameters
        ----------
        curvature : float
            The largest eigenvalue of the Hessian, above 0.

        Returns
        -------
        float or None
            With a larger rate, one for all parameters, the distance to the minimum grows along the
            direction of this curvature. None, the default, where no such rate is known: the steps
            of Adam and its kin follow the size of past gradients, not the curvature alone.

        See Also
        --------
        gdanim.diagnose : Finds the eigenvalues of the Hessian.

        Notes
        -----
        The rule is stable where the eigenvalues of its iteration, of parameter and state along the
        direction, lie within the unit circle (Goh, "Why Momentum Really Works", Distill, 2017).

        Examples
        --------
        >>> from gdanim import GradientDescent, Momentum
        >>> GradientDescent(0.1).largest_stable_rate(10)
        0.2
        >>> Momentum(0.1, momentum=0.5).largest_stable_rate(10)
        0.3
        """
        return None

    def convergence_factor(self, scaled_curvature: Floats) -> Floats | None:
        """Return by how much a step multiplies the distance to the minimum of a quadratic.

        Parameters
        ----------
        scaled_curvature : (...) array
            The learning rate times the curvature along a direction, at least 0.

        Returns
        -------
        (...) array or None
            The factor in the long run: below 1 where the rule is stable. None, the default, where
            the distance does not shrink by one factor a step.

        See Also
        --------
        largest_stable_rate : The rate at which the factor is 1.

        Notes
        -----
        The size of the largest eigenvalue of the rule's iteration, of parameter and state along the
        direction.

        Examples
        --------
        >>> import numpy as np
        >>> from gdanim import GradientDescent, Momentum
        >>> GradientDescent(0.1).convergence_factor(np.array([0.1, 1.0, 1.5]))
        array([0.9, 0. , 0.5])
        >>> Momentum(0.1, momentum=0.81).convergence_factor(np.array([0.5, 1.0, 2.0]))
        array([0.9, 0.9, 0.9])
        """
        return None

    @abstractmethod
    def direction(self, gradient: Floats, state: State, step: Step) -> tuple[Floats, State]:
        """Return the direction of a step, which the loop multiplies by the learning rate.

        Parameters
        ----------
        gradient : (*R, P) array
            The gradient of the loss at `step.params`, over the step's mini-batch.
        state : object
            What `init` returned, or the step before.
        step : Step
            The number of the step, its parameters, problem and mini-batch.

        Returns
        -------
        direction : (*R, P) array
            The next parameters are `params - lr * direction`.
        state : object
            The state for the next step.
        """
