"""The quadratic that least squares minimises."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gdanim.core.arrays import Floats, floats, read_only

# A column that is a combination of others to this share of its length is one, but for rounding.
DEPENDENT = 1e-14
# Rounding moves each of the P terms of a prediction, and y, by up to this share of its size.
ROUNDING = 4 * np.finfo(np.float64).eps


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

    def curvature_rows(self, ridge: Floats) -> Floats:
        """Return rows `[K, P]` whose Gram matrix is the second derivative plus `diag(ridge)`.

        The product `hessian` loses curvatures below 1e-16 of the largest, which features with a
        large offset, such as years, have. Here a column of ones is taken out of the others first.
        """
        rest, constant, mean, _ = self._centred
        rows = _pivoted_rows(rest)
        if constant is not None:
            own = np.insert(mean, constant, self.design[0, constant])
            rows = np.vstack([own * np.sqrt(len(rest)), np.insert(rows, constant, 0.0, axis=1)])
        penalised = np.diag(np.sqrt(ridge))[ridge > 0]
        return read_only(np.vstack([rows * np.sqrt(2 * self.factor / len(rest)), penalised]))

    def minimum(self, ridge: Floats) -> Floats:
        """Return the parameters `[P]` of least loss.

        `ridge [P]` is the second derivative of a quadratic penalty, added to the loss.
        """
        rest, constant, mean, y = self._centred
        ridge = ridge / self.factor
        if constant is None or ridge[constant]:
            return _least_squares(self.design, self.y, ridge)
        slopes = _least_squares(rest, y - y.mean(), np.delete(ridge, constant))
        level = self.y[0] + y.mean() - mean @ slopes
        return read_only(np.insert(slopes, constant, level / self.design[0, constant]))

    def rounding(self, params: Floats) -> Floats:
        """Return how far rounding alone can move each prediction from `y`, `(p)->(n)`."""
        size = abs(params) @ abs(self.design).T + abs(self.y)
        return np.asarray(ROUNDING * np.sqrt(self.design.shape[1]) * size)

    @cached_property
    def _centred(self) -> tuple[Floats, int | None, Floats, Floats]:
        """The design without its constant column and the others' means; that column; the means.

        Also `y` less its first value. Differences of near numbers are exact, sums are not: so the
        first point is taken off before the mean is.
        """
        first, spread = self.design[0], np.ptp(self.design, axis=0)
        constant = np.flatnonzero((spread == 0) & (first != 0))
        if not constant.size:
            return self.design, None, np.zeros(len(first)), self.y - self.y[0]
        chosen = int(constant[-1])
        moved = np.delete(self.design - first, chosen, axis=1)
        mean = moved.mean(axis=0)
        return moved - mean, chosen, np.delete(first, chosen) + mean, self.y - self.y[0]

    @cached_property
    def _condensed(self) -> tuple[Floats, Floats, float]:
        """`R [P, P]`, `t [P]` and `rest`, divided by sqrt(n)."""
        p = self.design.shape[1]
        both = np.column_stack([self.design, self.y]) / np.sqrt(len(self.y))
        triangle = floats("triangle", np.linalg.qr(both, mode="r"))
        return triangle[:p, :p], triangle[:p, p], float(triangle[p, p] ** 2)


def _least_squares(design: Floats, y: Floats, ridge: Floats) -> Floats:
    """Return the parameters `[P]` of least squared error, each column taken at its own scale."""
    rows = np.vstack([design, np.diag(np.sqrt(ridge * len(y) / 2))])
    scale = np.linalg.norm(rows, axis=0)
    scale = np.where(scale > 0, scale, 1.0)
    return read_only(np.linalg.lstsq(rows / scale, np.append(y, np.zeros(len(ridge))))[0] / scale)


def _pivoted_rows(columns: Floats) -> Floats:
    """Return `R [K, P]` of the QR decomposition with column pivoting, up to the rank K.

    Each column counts by its own length, so that units do not matter.
    """
    length = np.linalg.norm(columns, axis=0)
    length = np.where(length > 0, length, 1.0)
    left, basis = columns / length, np.zeros((len(columns), 0))
    rows: list[Floats] = []
    while len(rows) < left.shape[1]:
        size = np.linalg.norm(left, axis=0)
        chosen = int(size.argmax())
        if size[chosen] <= DEPENDENT:
            break
        unit = left[:, chosen] / size[chosen]
        unit = unit - basis @ (basis.T @ unit)
        unit /= np.linalg.norm(unit)
        basis = np.column_stack([basis, unit])
        rows.append(unit @ left)
        left = left - np.outer(unit, rows[-1])
        left[:, chosen] = 0.0
    return np.array(rows).reshape(len(rows), len(length)) * length
