"""Penalties: what parameters cost, whatever they predict (regularisation)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np

from gdanim.core.arrays import Floats, check_non_negative, set_fields


class Penalty(ABC):
    """A cost of large parameters, added to the loss: the base class of all penalties.

    A subclass gives `value` and `gradient`; the rest has defaults. Make it a frozen dataclass, so
    that its runs can be saved and cached. A Problem penalises all parameters but the model's
    `intercepts`, as is usual: a penalty should make the curve simpler, not move it towards 0.

    See Also
    --------
    L1, L2 : Penalties.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> import numpy as np
    >>> from gdanim import Linear, Problem, datasets
    >>> from gdanim.problems.penalties import Penalty
    >>> @dataclass(frozen=True)
    ... class Quartic(Penalty):
    ...     weight: float = 0.1
    ...     convex = True
    ...
    ...     def value(self, params):
    ...         return self.weight * np.sum(params**4, axis=-1)
    ...
    ...     def gradient(self, params):
    ...         return 4 * self.weight * params**3
    >>> problem = Problem(datasets.linear(noise=0), Linear(), penalty=Quartic())
    >>> round(float(problem.loss((2, 1))), 6)
    1.6
    >>> problem.loss_symbol
    'MSE + Quartic'
    """

    @property
    def symbol(self) -> str:
        """The penalty in a label, such as `L2`; by default the class's name."""
        return type(self).__name__

    @property
    def curvature(self) -> float | None:
        """The second derivative by each parameter, if the penalty is a sum of equal squares."""
        return None

    @property
    def convex(self) -> bool:
        """Whether the penalty is known to be a convex function of the parameters."""
        return False

    @abstractmethod
    def value(self, params: Floats) -> Floats:
        """Return the penalty, `(p)->()`.

        Parameters
        ----------
        params : (..., p) array
            Parameters; 0 for those that are not penalised.

        Returns
        -------
        (...) array
            The penalties.
        """

    @abstractmethod
    def gradient(self, params: Floats) -> Floats:
        """Return the derivative of the penalty, `(p)->(p)`.

        Parameters
        ----------
        params : (..., p) array
            Parameters; 0 for those that are not penalised.

        Returns
        -------
        (..., p) array
            The derivatives.
        """


@dataclass(frozen=True)
class L2(Penalty):
    """The sum of squared parameters: ridge regression.

    Parameters
    ----------
    weight : float
        The factor of the sum; at least 0. torch's `weight_decay` is twice this.

    Raises
    ------
    GdanimError
        If `weight` is negative or not finite.

    See Also
    --------
    L1 : The sum of absolute values.

    Notes
    -----
    The penalty is `weight * sum(params^2)` [1]_.

    References
    ----------
    .. [1] A. E. Hoerl and R. W. Kennard, "Ridge regression", Technometrics 12, 1970.

    Examples
    --------
    >>> import numpy as np
    >>> from gdanim import L2
    >>> float(L2(0.5).value(np.array([3.0, 4.0])))
    12.5
    """

    symbol = "L2"
    convex = True

    weight: float

    def __post_init__(self) -> None:
        set_fields(self, weight=check_non_negative("L2: weight", self.weight))

    @property
    def curvature(self) -> float:
        """The second derivative `2 weight`."""
        return 2 * self.weight

    def value(self, params: Floats) -> Floats:
        """Return `weight * sum(params^2)`."""
        return np.asarray(self.weight * np.sum(params * params, axis=-1))

    def gradient(self, params: Floats) -> Floats:
        """Return `2 weight params`."""
        return 2 * self.weight * params


@dataclass(frozen=True)
class L1(Penalty):
    """The sum of absolute parameters: the lasso, which sets many of them to 0.

    Parameters
    ----------
    weight : float
        The factor of the sum; at least 0.

    Raises
    ------
    GdanimError
        If `weight` is negative or not finite.

    See Also
    --------
    L2 : The sum of squares.

    Notes
    -----
    The penalty is `weight * sum(|params|)` [1]_.

    References
    ----------
    .. [1] R. Tibshirani, "Regression shrinkage and selection via the lasso", Journal of the Royal
       Statistical Society B 58, 1996.

    Examples
    --------
    >>> import numpy as np
    >>> from gdanim import L1
    >>> float(L1(0.5).value(np.array([3.0, -4.0])))
    3.5
    """

    symbol = "L1"
    convex = True

    weight: float

    def __post_init__(self) -> None:
        set_fields(self, weight=check_non_negative("L1: weight", self.weight))

    def value(self, params: Floats) -> Floats:
        """Return `weight * sum(|params|)`."""
        return np.asarray(self.weight * np.sum(np.abs(params), axis=-1))

    def gradient(self, params: Floats) -> Floats:
        """Return `weight * sign(params)`; 0 at 0."""
        return self.weight * np.sign(params)
