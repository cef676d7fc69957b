"""The quadratic that least squares minimises."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gdanim.core.arrays import Floats, floats, read_only


@dataclass(frozen=True, eq=False)
class Quadratic:
    """A multiple of the mean squared error of `design @ params`, as a function of the parameters.

    Parameters
    ----------
    design : (n, p) array
        The design matrix.
    y : (n,) array
        The observed values.
    factor : float, default 1.0
        What the mean is multiplied by; N for the sum.

    Notes
    -----
    With many points, `value` and `gradient` work on the `p` rows of the QR decomposition instead:
    the mean is `sum((R params - t)^2) + rest` (Golub and Van Loan, "Matrix Computations",
    section 5.3).
    """

    design: Floats
    y: Floats
    factor: float = 1.0

    @property
    def condenses(self) -> bool:
        """Whether there are more points than rows after the QR decomposition."""
        points, parameters = self.design.shape
        return bool(points > parameters + 1)

    def value(self, params: Floats) -> Floats:
        """Return the loss `(p)->()`; only where `condenses`."""
        rows, target, rest = self._condensed
        # Transposed, so that the long axis is the inner one.
        residual = rows @ params.reshape(-1, len(target)).T - target[:, np.newaxis]
        squares = np.sum(residual * residual, axis=0).reshape(params.shape[:-1])
        return np.asarray(self.factor * (squares + rest))

    def gradient(self, params: Floats) -> Floats:
        """Return the gradient `(p)->(p)`; only where `condenses`."""
        rows, target, _ = self._condensed
        gradient: Floats = (params @ rows.T - target) @ (2.0 * self.factor * rows)
        return gradient

    @cached_property
    def hessian(self) -> Floats:
        """The second derivative `2 factor X^T X / n`, `[P, P]`, for the design matrix X."""
        return read_only(2 * self.factor * self.design.T @ self.design / len(self.y))

    def minimum(self, ridge: Floats) -> Floats:
        """Return the parameters `[P]` of least loss.

        `ridge [P]` is the second derivative of a quadratic penalty, added to the loss.
        """
        rows = np.vstack([self.design, np.diag(np.sqrt(ridge * len(self.y) / (2 * self.factor)))])
        y = np.append(self.y, np.zeros(len(ridge)))
        return read_only(np.linalg.lstsq(rows, y)[0])

    @cached_property
    def _condensed(self) -> tuple[Floats, Floats, float]:
        """`R [P, P]`, `t [P]` and `rest`, divided by sqrt(n)."""
        p = self.design.shape[1]
        both = np.column_stack([self.design, self.y]) / np.sqrt(len(self.y))
        triangle = floats("triangle", np.linalg.qr(both, mode="r"))
        return triangle[:p, :p], triangle[:p, p], float(triangle[p, p] ** 2)
