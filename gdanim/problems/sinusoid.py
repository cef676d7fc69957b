"""The sine wave: few parameters, many local minima."""

from __future__ import annotations

from collections.abc import Callable
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
        return self.forward(params, x)[0]

    def vjp(self, params: Floats, x: Floats, cotangent: Floats) -> Floats:
        """`(p),(n,d),(n)->(p)`; the derivative is `(sin u, a x cos u, a cos u, 1)`, u = b x + c."""
        return self.forward(params, x)[1](cotangent)

    def forward(self, params: Floats, x: Floats) -> tuple[Floats, Callable[[Floats], Floats]]:
        """`predict`, and `vjp` there."""
        # A single run's parameters are plain numbers: NumPy is faster with these.
        single = params.ndim == 1
        a, b, c, d = params if single else (params[..., i : i + 1] for i in range(4))
        x = x[..., 0]
        if single or x.ndim > 1:
            half = 0.5 * (b * x + c)
        else:
            # Of many runs on the same points: one product, faster than broadcasting twice.
            half = params[..., 1:3] @ np.stack([0.5 * x, np.full_like(x, 0.5)])
        sine, cosine = sine_and_cosine(half)

        def vjp(cotangent: Floats) -> Floats:
            if single and sine.ndim == cotangent.ndim == 1:
                inner = a * cosine
                jacobian = np.array([sine, inner * x, inner, np.ones_like(x)])
                return np.asarray(jacobian @ cotangent)
            if cotangent.shape != sine.shape:
                axes = np.broadcast_shapes(cotangent.shape, sine.shape)
                cotangent = np.broadcast_to(cotangent, axes)
            inner = cotangent * cosine
            gradient = np.empty((*cotangent.shape[:-1], 4))
            gradient[..., 0] = np.vecdot(cotangent, sine)
            # The same points for all runs make one product of it.
            gradient[..., 1] = inner @ x if x.ndim == 1 else np.vecdot(inner, x)
            gradient[..., 2] = inner @ (ones := np.ones(x.shape[-1]))
            gradient[..., 1:3] *= a
            gradient[..., 3] = cotangent @ ones
            return gradient

        prediction = a * sine
        prediction += d
        return prediction, vjp


def sine_and_cosine(half: Floats) -> tuple[Floats, Floats]:
    """Both of twice `half`, elementwise, from its tangent: to 2.3e-16. `half` is overwritten.

    NumPy has a vectorised tangent for float64 but no such sine: where the processor has AVX-512
    this is ten times faster, and elsewhere one function less.
    """
    sine = np.tan(half, out=half)
    cosine = sine * sine
    cosine += 1.0
    np.divide(2.0, cosine, out=cosine)
    sine *= cosine
    cosine -= 1.0
    return sine, cosine
