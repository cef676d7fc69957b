"""The sine wave: few parameters, many local minima."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gdanim.arrays import Floats
from gdanim.problems.model import Model


@dataclass(frozen=True)
class Sinusoid(Model):
    """`a sin(b x + c) + d`: amplitude, angular frequency, phase (radians), offset."""

    @property
    def features(self) -> int:
        """One feature."""
        return 1

    @property
    def names(self) -> tuple[str, ...]:
        """`a, b, c, d`."""
        return ("a", "b", "c", "d")

    @property
    def intercepts(self) -> tuple[str, ...]:
        """`d`."""
        return ("d",)

    @property
    def formula(self) -> str:
        """Mathtext: `a sin(b x + c) + d`."""
        return r"\hat{y} = a\,\sin(b\,x + c) + d"

    def init(self, rng: np.random.Generator) -> Floats:
        """Uniform: a in (1, 3), b in (1, 4), c in (0, 2), d in (-5, 5), `[P]`."""
        return rng.uniform([1, 1, 0, -5], [3, 4, 2, 5])

    def predict(self, params: Floats, x: Floats) -> Floats:
        """`(p),(n,d)->(n)`."""
        a, b, c, d = np.moveaxis(params[..., np.newaxis], -2, 0)
        prediction: Floats = a * np.sin(b * x[..., 0] + c) + d
        return prediction

    def vjp(self, params: Floats, x: Floats, cotangent: Floats) -> Floats:
        """`(p),(n,d),(n)->(p)`; the derivative is `(sin u, a x cos u, a cos u, 1)`, u = b x + c."""
        a, b, c, _ = np.moveaxis(params[..., np.newaxis], -2, 0)
        angle = b * x[..., 0] + c
        inner = cotangent * a * np.cos(angle)
        terms = cotangent * np.sin(angle), inner * x[..., 0], inner, cotangent
        return np.stack([t.sum(axis=-1) for t in np.broadcast_arrays(*terms)], axis=-1)
