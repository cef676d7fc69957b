"""Gradient descent."""

from __future__ import annotations

from dataclasses import dataclass

from gdanim.core.arrays import Floats
from gdanim.descent.optimizer import Optimizer, State, Step
from gdanim.descent.schedule import Rate


@dataclass(frozen=True, eq=False)
class GradientDescent(Optimizer):
    """Gradient descent: steps against the gradient.

    With a `batch_size` it is stochastic gradient descent.

    Parameters
    ----------
    lr : float, array, mapping, Schedule or "auto"
        Learning rate, finite and above 0. An array of shape `(P,)` gives each parameter a rate, one
        of shape `(R, 1)` makes R runs; a mapping has the parameters' names as keys. With "auto" one
        is chosen for the problem; see Optimizer.

    Raises
    ------
    GdanimError
        If `lr` is not finite and above 0.

    See Also
    --------
    Momentum : Gradient descent with inertia.
    schedules : Learning rates that change during a run.

    Notes
    -----
    Each step is `params = params - lr * gradient` (Cauchy, 1847); `torch.optim.SGD` without
    momentum. On a quadratic loss it converges for rates below two divided by the largest eigenvalue
    of the Hessian.

    Examples
    --------
    >>> from gdanim import GradientDescent, Linear, Problem, datasets, descend
    >>> problem = Problem(datasets.linear(2.0, 1.0), Linear())
    >>> descend(problem, GradientDescent(0.01), start=(0, 0), steps=300).params[-1].round(1)
    array([2., 1.])
    """

    lr: Rate
    name = "gradient descent"

    def largest_stable_rate(self, curvature: float) -> float:
        """Return `2 / curvature`."""
        return 2 / curvature

    def convergence_factor(self, scaled_curvature: Floats) -> Floats:
        """Return `|1 - scaled_curvature|`."""
        return abs(1 - scaled_curvature)

    def direction(self, gradient: Floats, state: State, step: Step) -> tuple[Floats, State]:
        """Return the gradient."""
        return gradient, state
