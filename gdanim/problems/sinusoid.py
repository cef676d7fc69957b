"""The sine wave: few parameters, many local minima."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from gdanim.core.arrays import Floats
from gdanim.problems import _fast_sinusoid as fast
from gdanim.problems.model import Model
from gdanim.problems.unit import Unit


@dataclass(frozen=True)
class Sinusoid(Model):
    """The sine wave `a sin(b x + c) + d`: few parameters, many local minima.

    See Also
    --------
    gdanim.datasets.sinusoid : Points on a sine wave.

    Notes
    -----
    The parameters are the amplitude a, the angular frequency b, the phase c in radians, and the
    offset d. Starts are drawn uniformly: a from (1, 3), b from (1, 4), c from (0, 2), d from
    (-5, 5).

    Examples
    --------
    >>> import numpy as np
    >>> from gdanim import Sinusoid
    >>> Sinusoid().names
    ('a', 'b', 'c', 'd')
    >>> x = np.array([[0.0], [0.5]])
    >>> Sinusoid().predict(np.array([2.0, np.pi, 0.0, 1.0]), x).round(6)
    array([1., 3.])
    """

    names = ("a", "b", "c", "d")
    intercepts = ("d",)
    formula = r"\hat{y} = a\,\sin(b\,x + c) + d"
    shape_name = "sine curve"

    def init(self, rng: np.random.Generator) -> Floats:
        """Draw parameters uniformly, `[P]`."""
        return rng.uniform([1, 1, 0, -5], [3, 4, 2, 5])

    def predict(self, params: Floats, x: Floats) -> Floats:
        """Return `a sin(b x + c) + d`, `(p),(n,d)->(n)`."""
        return self.forward(params, x)[0]

    def vjp(self, params: Floats, x: Floats, cotangent: Floats) -> Floats:
        """Return the cotangent times the derivative, `(p),(n,d),(n)->(p)`."""
        return self.forward(params, x)[1](np.array(cotangent))

    def forward(self, params: Floats, x: Floats) -> tuple[Floats, Callable[[Floats], Floats]]:
        """Return `predict`, and `vjp` there.

        With `u = b x + c`, the derivative is `(sin u, a x cos u, a cos u, 1)`.
        """
        if fast.applies(params, x):
            return fast.forward(params, x)
        a, b, c, d = (params[..., i : i + 1] for i in range(4))
        x = x[..., 0]
        sine, cosine = fast.sine_and_cosine(0.5 * (b * x + c))

        def vjp(cotangent: Floats) -> Floats:
            inner = a * cosine
            columns = np.broadcast_arrays(sine, inner * x, inner, np.ones_like(x))
            return np.stack([np.vecdot(cotangent, column) for column in columns], axis=-1)

        return a * sine + d, vjp

    def residual(
        self, params: Floats, x: Floats, y: Floats
    ) -> tuple[Floats, Callable[[Floats], Floats]]:
        """Return the prediction minus `y`, and `vjp` there."""
        if fast.are_many(params, x):
            return fast.residual_of_many(params, x[:, 0], y)
        return super().residual(params, x, y)

    def in_units(self, params: Floats, x_units: Sequence[Unit], y_unit: Unit) -> Floats:
        """Return amplitude, frequency, phase and offset in measured units, `(p)->(p)`."""
        a, b, c, d = np.moveaxis(params, -1, 0)
        b = b / x_units[0].factor
        wave = a * y_unit.factor, b, c - b * x_units[0].offset, y_unit.measured(d)
        return np.stack(wave, axis=-1)
