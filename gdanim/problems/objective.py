"""What gradient descent minimises: a loss over parameters, with its gradient."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import ArrayLike

from gdanim.core.arrays import Floats, Ints, check_indices, check_params, in_blocks
from gdanim.errors import GdanimError

# Two losses that differ by this share of their size are equal, but for rounding.
ROUNDING = 8 * np.finfo(np.float64).eps


@dataclass(frozen=True, eq=False)
class KnownMinimum:
    """The lowest loss that is known, to compare a run with.

    Parameters
    ----------
    name : str
        Where it comes from: `best fit`, `true curve`, `minimum` or `best of several searches`.
    loss : float
        The loss there.
    params : (p,) array, optional
        The parameters there, where they are known.
    """

    name: str
    loss: float
    params: Floats | None = None


class Objective(ABC):
    r"""A loss over P parameters: the base class of `Problem` and `FunctionObjective`.

    A subclass gives `names`, `loss_at` and `gradient_at`; the rest has defaults. Make it a frozen
    dataclass, so that its runs can be saved and cached.

    Long because it is all that the loop, the views and the analysis use of what is minimised.

    See Also
    --------
    Problem : A model fitted to data.
    FunctionObjective : A function, with its gradient from automatic differentiation.

    Notes
    -----
    Parameters are arrays whose last axis is P; all axes before it broadcast, so that one call
    evaluates many steps of many runs. In the shape signature `(p)->()`, the leading axes are left
    out. Overflow gives inf or nan: a run that diverges is not an error.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> import numpy as np
    >>> from gdanim import GradientDescent, descend
    >>> from gdanim.problems.objective import Objective
    >>> @dataclass(frozen=True, eq=False)
    ... class Valley(Objective):
    ...     steepness: float = 10.0
    ...     names = ("x", "y")
    ...
    ...     def loss_at(self, params, batch=None):
    ...         x, y = params[..., 0], params[..., 1]
    ...         return x**2 + self.steepness * y**2
    ...
    ...     def gradient_at(self, params, batch=None):
    ...         x, y = params[..., 0], params[..., 1]
    ...         return np.stack([2 * x, 2 * self.steepness * y], axis=-1)
    >>> run = descend(Valley(), GradientDescent(0.05), (1.0, 1.0), steps=100)
    >>> bool(run.losses[-1] < 1e-8)
    True
    """

    # Those below are properties for the sake of subclasses that compute them; a plain class
    # attribute overrides them as well.

    @property
    @abstractmethod
    def names(self) -> tuple[str, ...]:
        """The names of the P parameters."""

    @property
    def formula(self) -> str:
        """What is minimised or fitted, in mathtext without dollar signs."""
        return self.loss_name

    @property
    def loss_name(self) -> str:
        """The loss in a sentence, such as `mean squared error`."""
        return f"f({', '.join(self.names)})"

    @property
    def loss_symbol(self) -> str:
        """The loss in a label, such as `MSE`."""
        return "f"

    @property
    def points(self) -> int:
        """The number of points that a mini-batch is drawn from; 0 without data."""
        return 0

    @property
    def shown_names(self) -> tuple[str, ...]:
        """The names of the parameters that panels and texts show: all, unless some only count."""
        return self.names

    @property
    def differentiable(self) -> bool:
        """Whether loss and gradient are known at any parameters, not only at recorded ones."""
        return True

    @property
    def workspace(self) -> int:
        """The temporary floats that one evaluation of the loss needs, for one parameter vector."""
        return len(self.names)

    @property
    def convex(self) -> bool:
        """Whether all minima are known to be equally low."""
        return False

    @property
    def minimum(self) -> KnownMinimum | None:
        """The lowest loss that is known without a search, if any."""
        return None

    @property
    def hessian(self) -> Floats | None:
        """The second derivative `[P, P]`, if it is the same everywhere."""
        return None

    @property
    def curvature_rows(self) -> Floats | None:
        """Rows `[K, P]` whose Gram matrix is the Hessian; where known, they hold more digits."""
        return None

    def rounding(self, params: Floats) -> Floats:
        """Return by how much rounding alone can move the loss at `params`, `(p)->()`.

        Parameters
        ----------
        params : (..., p) array
            Parameters, as float64.

        Returns
        -------
        (...) array
            Two losses that differ by less are equal, but for rounding. By default a few units in
            the last place of the loss.
        """
        return ROUNDING * abs(self.loss(params))

    def init(self, rng: np.random.Generator) -> Floats:
        """Draw random parameters to start from: uniform on (-2.5, 2.5).

        Parameters
        ----------
        rng : numpy.random.Generator
            The source of randomness.

        Returns
        -------
        (p,) array
            The parameters.
        """
        return rng.uniform(-2.5, 2.5, len(self.names))

    @abstractmethod
    def loss_at(self, params: Floats, batch: Ints | None = None) -> Floats:
        """Return the loss, `(p)->()`, without checking the arguments.

        Parameters
        ----------
        params : (..., p) array
            Parameters, as float64.
        batch : (..., b) array of int, optional
            The points to evaluate, for an objective with data; all points if None.

        Returns
        -------
        (...) array
            The losses. Overflow may warn.
        """

    @abstractmethod
    def gradient_at(self, params: Floats, batch: Ints | None = None) -> Floats:
        """Return the derivative of the loss, `(p)->(p)`, without checking the arguments.

        Parameters
        ----------
        params : (..., p) array
            Parameters, as float64.
        batch : (..., b) array of int, optional
            The points to evaluate, for an objective with data; all points if None.

        Returns
        -------
        (..., p) array
            The gradients. Overflow may warn.
        """

    def loss_and_gradient_at(self, params: Floats) -> tuple[Floats, Floats]:
        """Return `loss_at` and `gradient_at`; override it where both share work.

        Parameters
        ----------
        params : (..., p) array
            Parameters, as float64.

        Returns
        -------
        tuple of arrays
            The losses `(...)` and the gradients `(..., p)`.
        """
        return self.loss_at(params), self.gradient_at(params)

    @final
    def loss(self, params: ArrayLike, batch: ArrayLike | None = None) -> Floats:
        """Return the loss, `(p)->()`.

        Parameters
        ----------
        params : (..., p) array_like
            Parameters.
        batch : (..., b) array_like of int, optional
            The points to evaluate, for an objective with data; all points if None.

        Returns
        -------
        (...) array
            The losses.

        Raises
        ------
        GdanimError
            If the number of parameters is another one, or a point does not exist.
        """
        with np.errstate(all="ignore"):
            return self.loss_at(*_checked(self, params, batch))

    @final
    def gradient(self, params: ArrayLike, batch: ArrayLike | None = None) -> Floats:
        """Return the derivative of the loss by the parameters, `(p)->(p)`.

        Parameters
        ----------
        params : (..., p) array_like
            Parameters.
        batch : (..., b) array_like of int, optional
            The points to evaluate, for an objective with data; all points if None.

        Returns
        -------
        (..., p) array
            The gradients.

        Raises
        ------
        GdanimError
            If the number of parameters is another one, or a point does not exist.
        """
        with np.errstate(all="ignore"):
            return self.gradient_at(*_checked(self, params, batch))

    @final
    def losses(self, params: Floats) -> Floats:
        """Return the loss of a long stack of parameters, in bounded memory.

        Parameters
        ----------
        params : (s, ..., p) array
            Parameters, as float64.

        Returns
        -------
        (s, ...) array
            The losses.
        """
        return in_blocks(self.loss, params, params[:1].size // params.shape[-1] * self.workspace)


def _checked(
    objective: Objective, params: ArrayLike, batch: ArrayLike | None
) -> tuple[Floats, Ints | None]:
    """Parameters and batch as arrays; GdanimError for those that the objective cannot take."""
    checked = check_params("params", params, objective.names)
    if batch is None:
        return checked, None
    if not objective.points:
        raise GdanimError("batch: this objective has no data; leave batch out")
    return checked, check_indices("batch", batch, objective.points)
