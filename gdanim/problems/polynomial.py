"""Polynomials."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gdanim.core.arrays import Floats, check_int
from gdanim.errors import GdanimError
from gdanim.problems.model import LinearInParameters
from gdanim.problems.unit import Unit

LETTERS = "abcdefghijklmnopqrstuvwxyz"
# A formula of a higher degree is shown with its middle left out.
HIGHEST_WRITTEN_OUT = 4


@dataclass(frozen=True)
class Polynomial(LinearInParameters):
    """A polynomial in one feature, written with the highest power first.

    Parameters
    ----------
    degree : int
        The highest power; from 0 to 25.

    Raises
    ------
    GdanimError
        If `degree` is not a whole number from 0 to 25.

    See Also
    --------
    Linear : Degree 1, in one feature or several.
    gdanim.datasets.polynomial : Points on a polynomial.

    Notes
    -----
    The parameters are `a, b, c, ...` from the highest power down: `a x^2 + b x + c`. Starts are
    drawn uniformly from (-2.5, 2.5).

    Examples
    --------
    >>> import numpy as np
    >>> from gdanim import Polynomial
    >>> Polynomial(2).names
    ('a', 'b', 'c')
    >>> Polynomial(2).predict(np.array([1.0, 2.0, 3.0]), np.array([[0.0], [2.0]]))
    array([ 3., 11.])
    """

    features = 1

    degree: int

    def __post_init__(self) -> None:
        if check_int("Polynomial: degree", self.degree) >= len(LETTERS):
            raise GdanimError(
                f"Polynomial: degree must be between 0 and {len(LETTERS) - 1}, got {self.degree}"
            )

    @property
    def names(self) -> tuple[str, ...]:
        """The letters `a, b, c, ...`, from the highest power down."""
        return tuple(LETTERS[: self.degree + 1])

    @property
    def intercepts(self) -> tuple[str, ...]:
        """The constant term."""
        return self.names[-1:]

    @property
    def formula(self) -> str:
        """The formula `a x^2 + b x + c`, in mathtext."""
        terms = [
            letter + {0: "", 1: r"\,x"}.get(power, rf"\,x^{{{power}}}")
            for letter, power in zip(self.names, range(self.degree, -1, -1), strict=True)
        ]
        if self.degree > HIGHEST_WRITTEN_OUT:
            terms[2:-2] = [r"\dots"]
        return r"\hat{y} = " + " + ".join(terms)

    @property
    def shape_name(self) -> str:
        """The shape: `line`, `parabola`, or `polynomial of degree 3`."""
        if self.degree > 2:
            return f"polynomial of degree {self.degree}"
        return "parabola" if self.degree == 2 else "line"

    def design(self, x: Floats) -> Floats:
        """Return the powers of x, highest first, `(n,d)->(n,p)`: the Vandermonde matrix."""
        powers = np.ones((*x.shape[:-1], self.degree + 1))
        for column in range(self.degree - 1, -1, -1):
            powers[..., column] = powers[..., column + 1] * x[..., 0]
        return powers

    def in_units(self, params: Floats, x_units: Sequence[Unit], y_unit: Unit) -> Floats:
        """Return the coefficients of powers of the measured x, `(p)->(p)`."""
        # A power of (x - offset) / factor is a polynomial of x: its coefficients are a row.
        inner = np.poly1d([1.0, -x_units[0].offset]) / x_units[0].factor
        powers = np.zeros((len(self.names), len(self.names)))
        for row, power in enumerate(range(self.degree, -1, -1)):
            powers[row, row:] = (inner**power).coeffs
        coefficients = params @ powers * y_unit.factor
        coefficients[..., -1] += y_unit.offset
        return coefficients
