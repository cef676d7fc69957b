"""Faster evaluation of sinusoids, for one run and for many runs at the same points.

The reason is measured, for 100 points: prediction and derivative of one run take 70 microseconds
instead of 130, as its parameters are plain numbers, and those of 1000 runs 4.3 ms instead of 5.9,
as there are fewer passes over R x N numbers.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gdanim.core.arrays import Floats

Forward = tuple[Floats, Callable[[Floats], Floats]]
# From this number of runs on, saved passes outweigh longer preparations.
MANY = 16


def applies(params: Floats, x: Floats) -> bool:
    """Whether this is one run, or are many runs, at points `[N, 1]`."""
    return x.ndim == 2 and (params.ndim == 1 or are_many(params, x))


def are_many(params: Floats, x: Floats) -> bool:
    """Whether these are many runs at points `[N, 1]`, none of which has the amplitude 0.

    An amplitude of 0 would hide the sine, which is the derivative by the amplitude.
    """
    return params.size >= 4 * MANY and x.ndim == 2 and bool(params[..., 0].all())


def forward(params: Floats, x: Floats) -> Forward:
    """Return `Sinusoid.forward`, where this module applies."""
    if params.ndim == 1:
        return _forward_of_one(params, x[:, 0])
    return residual_of_many(params, x[:, 0], np.zeros(len(x)))


def _forward_of_one(params: Floats, x: Floats) -> Forward:
    a, b, c, d = params
    sine, cosine = sine_and_cosine(0.5 * (b * x + c))

    def vjp(cotangent: Floats) -> Floats:
        inner = cotangent * cosine
        # Four sums, not one product: a matrix of four columns is slow to build.
        gradient = np.array(
            [cotangent @ sine, a * (inner @ x), a * inner.sum(axis=-1), cotangent.sum(axis=-1)]
        )
        return gradient if gradient.ndim == 1 else np.moveaxis(gradient, 0, -1)

    prediction = a * sine
    prediction += d
    return prediction, vjp


def residual_of_many(params: Floats, x: Floats, y: Floats) -> Forward:
    """Return `Sinusoid.residual` of many runs `[*R, 4]` at the same points `[N]`.

    `wave` is `a sin u` and `raised` is `a + a cos u`, u = b x + c. The surplus a in them is taken
    out of the sums over the points, of which there are only R.
    """
    a, ones = params[..., 0], np.ones_like(x)
    # One allocation: of several per step, the system clears fresh memory each time.
    wave, raised, residual = np.empty((3, *params.shape[:-1], len(x)))
    # One product is faster than broadcasting twice.
    np.matmul(params[..., 1:3], 0.5 * np.array([x, ones]), out=wave)
    _sine_and_raised_cosine(wave, params[..., 0:1], raised)
    offsets = np.stack([params[..., 3], np.ones_like(a)], axis=-1)
    np.matmul(offsets, np.array([ones, -y]), out=residual)
    residual += wave

    def vjp(cotangent: Floats) -> Floats:
        if cotangent.shape != wave.shape:
            axes = np.broadcast_shapes(cotangent.shape, wave.shape)
            cotangent = np.broadcast_to(cotangent, axes)
        by_a, by_d = np.vecdot(cotangent, wave) / a, np.matmul(cotangent, ones)
        along = np.matmul(cotangent, x)
        room = cotangent if cotangent.flags.writeable else None
        inner = np.multiply(cotangent, raised, out=room)
        by_b, by_c = np.matmul(inner, x) - a * along, np.matmul(inner, ones) - a * by_d
        return np.stack([by_a, by_b, by_c, by_d], axis=-1)

    return residual, vjp


def sine_and_cosine(half: Floats) -> tuple[Floats, Floats]:
    """Return both of twice `half`, which the sine overwrites, to 2.3e-16."""
    sine, cosine = _sine_and_raised_cosine(half, 1.0)
    cosine -= 1.0
    return sine, cosine


def _sine_and_raised_cosine(
    half: Floats, a: float | Floats, out: Floats | None = None
) -> tuple[Floats, Floats]:
    """Return `a sin u` and `a + a cos u` for `u = 2 half`, from the tangent t of `half`.

    The second is `2 a / (1 + t^2)`, and the first is t times that. The first overwrites `half`;
    `out` is room for the second. NumPy has a vectorised tangent for float64 but no such sine: with
    AVX-512 this is ten times faster, and elsewhere one function less.
    """
    sine = np.tan(half, out=half)
    cosine = np.multiply(sine, sine, out=out)
    cosine += 1.0
    np.divide(2.0 * a, cosine, out=cosine)
    sine *= cosine
    return sine, cosine
