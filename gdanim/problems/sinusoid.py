"""The sine wave: few parameters, many local minima."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gdanim.core.arrays import Floats
from gdanim.problems.model import Model

# From so many runs on it is worth while to save passes.
MANY = 16


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

    @property
    def shape_name(self) -> str:
        """`sine curve`."""
        return "sine curve"

    def init(self, rng: np.random.Generator) -> Floats:
        """Uniform: a in (1, 3), b in (1, 4), c in (0, 2), d in (-5, 5), `[P]`."""
        return rng.uniform([1, 1, 0, -5], [3, 4, 2, 5])

    def predict(self, params: Floats, x: Floats) -> Floats:
        """`(p),(n,d)->(n)`."""
        return self.forward(params, x)[0]

    def vjp(self, params: Floats, x: Floats, cotangent: Floats) -> Floats:
        """`(p),(n,d),(n)->(p)`; the derivative is `(sin u, a x cos u, a cos u, 1)`, u = b x + c."""
        return self.forward(params, x)[1](np.array(cotangent))

    def forward(self, params: Floats, x: Floats) -> tuple[Floats, Callable[[Floats], Floats]]:
        """`predict`, and `vjp` there."""
        if _many(params, x):
            return _residual_of_many(params, x[:, 0], np.zeros(len(x)))
        # A single run's parameters are plain numbers: NumPy is faster with these.
        single = params.ndim == 1
        a, b, c, d = params if single else (params[..., i : i + 1] for i in range(4))
        x = x[..., 0]
        sine, cosine = sine_and_cosine(0.5 * (b * x + c))

        def vjp(cotangent: Floats) -> Floats:
            if single and sine.ndim == cotangent.ndim == 1:
                inner = cotangent * cosine
                # Four sums, not one product: four columns of many points are slow to come by.
                return np.array(
                    [sine @ cotangent, a * (inner @ x), a * inner.sum(), cotangent.sum()]
                )
            inner = a * cosine
            columns = np.broadcast_arrays(sine, inner * x, inner, np.ones_like(x))
            return np.stack([np.vecdot(cotangent, column) for column in columns], axis=-1)

        prediction = a * sine
        prediction += d
        return prediction, vjp

    def residual(
        self, params: Floats, x: Floats, y: Floats
    ) -> tuple[Floats, Callable[[Floats], Floats]]:
        """The prediction less `y`, and `vjp` there."""
        if _many(params, x):
            return _residual_of_many(params, x[:, 0], y)
        return super().residual(params, x, y)


def _many(params: Floats, x: Floats) -> bool:
    """Whether these are many runs at the same points, and no amplitude is 0, which would hide the
    sine that the derivative by it is.
    """
    return params.size >= 4 * MANY and x.ndim == 2 and bool(params[..., 0].all())


def _residual_of_many(
    params: Floats, x: Floats, y: Floats
) -> tuple[Floats, Callable[[Floats], Floats]]:
    """`Sinusoid.residual` of many runs `[*R, P]` at the same points `[N]`.

    Time goes into passes over R x N numbers, so there are as few as can be: `wave` is `a sin u` and
    `q` is `a + a cos u`, u = b x + c, and the `a` too many in them is taken out of the sums over
    the points, of which there are only R.
    """
    a, ones = params[..., 0], np.ones_like(x)
    # One piece of memory: several that come and go at each step, the system clears anew.
    wave, q, residual = np.empty((3, *params.shape[:-1], len(x)))
    # One product is faster than broadcasting twice.
    np.matmul(params[..., 1:3], 0.5 * np.array([x, ones]), out=wave)
    raised(wave, params[..., 0:1], q)
    offsets = np.stack([params[..., 3], np.ones_like(a)], axis=-1)
    np.matmul(offsets, np.array([ones, -y]), out=residual)
    residual += wave

    def vjp(cotangent: Floats) -> Floats:
        if cotangent.shape != wave.shape:
            axes = np.broadcast_shapes(cotangent.shape, wave.shape)
            cotangent = np.broadcast_to(cotangent, axes)
        gradient = np.empty((*cotangent.shape[:-1], 4))
        by_a, by_b, by_c, by_d = (gradient[..., i] for i in range(4))
        np.vecdot(cotangent, wave, out=by_a)
        by_a /= a
        np.matmul(cotangent, ones, out=by_d)
        first = np.matmul(cotangent, x)
        inner = np.multiply(cotangent, q, out=cotangent if cotangent.flags.writeable else None)
        # The same points for all runs make one product of it.
        np.matmul(inner, x, out=by_b)
        by_b -= a * first
        np.matmul(inner, ones, out=by_c)
        by_c -= a * by_d
        return gradient

    return residual, vjp


def sine_and_cosine(half: Floats) -> tuple[Floats, Floats]:
    """Both of twice `half`, which the sine overwrites, elementwise: to 2.3e-16."""
    sine, cosine = raised(half, 1.0)
    cosine -= 1.0
    return sine, cosine


def raised(half: Floats, a: float | Floats, out: Floats | None = None) -> tuple[Floats, Floats]:
    """`a sin u` and `a + a cos u` of `u = 2 half`, elementwise, from the tangent t of `half`:
    the second is `2 a / (1 + t^2)`, the first t times that.

    The first overwrites `half`; `out` is room for the second. NumPy has a vectorised tangent for
    float64 but no such sine: where the processor has AVX-512 this is ten times faster, and
    elsewhere one function less.
    """
    sine = np.tan(half, out=half)
    cosine = np.multiply(sine, sine, out=out)
    cosine += 1.0
    np.divide(2.0 * a, cosine, out=cosine)
    sine *= cosine
    return sine, cosine
