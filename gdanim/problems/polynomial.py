"""The polynomial."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gdanim.core.arrays import Floats, check_int
from gdanim.errors import GdanimError
from gdanim.problems.model import LinearInParameters

LETTERS = "abcdefghijklmnopqrstuvwxyz"
# A longer formula is shown with its middle left out.
WHOLE_FORMULA = 4


@dataclass(frozen=True)
class Polynomial(LinearInParameters):
    """`a x^degree + ... `, highest power first, as people write it; 0 <= degree <= 25."""

    degree: int

    def __post_init__(self) -> None:
        if check_int("Polynomial: degree", self.degree) >= len(LETTERS):
            raise GdanimError(
                f"Polynomial: degree must be between 0 and {len(LETTERS) - 1}, got {self.degree}"
            )

    @property
    def features(self) -> int:
        """One feature."""
        return 1

    @property
    def names(self) -> tuple[str, ...]:
        """`a, b, c, ...` from the highest power down."""
        return tuple(LETTERS[: self.degree + 1])

    @property
    def intercepts(self) -> tuple[str, ...]:
        """The constant."""
        return self.names[-1:]

    @property
    def formula(self) -> str:
        """Mathtext: `a x^2 + b x + c`."""
        terms = [
            letter + {0: "", 1: r"\,x"}.get(power, rf"\,x^{{{power}}}")
            for letter, power in zip(self.names, range(self.degree, -1, -1), strict=True)
        ]
        if self.degree > WHOLE_FORMULA:
            terms[2:-2] = [r"\dots"]
        return r"\hat{y} = " + " + ".join(terms)

    @property
    def shape_name(self) -> str:
        """`line`, `parabola`, or `polynomial of degree 3`."""
        if self.degree > 2:
            return f"polynomial of degree {self.degree}"
        return "parabola" if self.degree == 2 else "line"

    def init(self, rng: np.random.Generator) -> Floats:
        """Uniform on (-2.5, 2.5), `[P]`."""
        return rng.uniform(-2.5, 2.5, self.degree + 1)

    def design(self, x: Floats) -> Floats:
        """`(n,d)->(n,p)`: the powers of x, highest first (the Vandermonde matrix)."""
        powers = np.ones((*x.shape[:-1], self.degree + 1))
        for column in range(self.degree - 1, -1, -1):
            powers[..., column] = powers[..., column + 1] * x[..., 0]
        return powers
