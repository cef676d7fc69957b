"""Data to fit: generated from a known curve or in classes, read from a table, or real.

Longer than other modules because most of it is documentation of public names.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from gdanim.core.arrays import check_int, check_non_negative, check_params, floats
from gdanim.errors import GdanimError, expect
from gdanim.problems._real import iris as iris
from gdanim.problems._real import penguins as penguins
from gdanim.problems._shapes import blobs as blobs
from gdanim.problems._shapes import circles as circles
from gdanim.problems._shapes import moons as moons
from gdanim.problems._shapes import spirals as spirals
from gdanim.problems._shapes import xor as xor
from gdanim.problems._tables import from_csv as from_csv
from gdanim.problems._tables import from_frame as from_frame
from gdanim.problems.dataset import Dataset
from gdanim.problems.linear import Linear
from gdanim.problems.model import Model, ModelCurve
from gdanim.problems.polynomial import Polynomial
from gdanim.problems.sinusoid import Sinusoid

Range = tuple[float, float]
# The default range: 100 points are 0.2 apart.
RANGE: Range = (-10.0, 9.8)


def linear(
    slope: float = 2.0,
    intercept: float = 1.0,
    *,
    points: int = 100,
    range: Range = RANGE,
    noise: float = 0.1,
    seed: int = 0,
) -> Dataset:
    """Generate points on a line, `slope x + intercept`, with noise.

    Parameters
    ----------
    slope : float, default 2.0
        The slope of the line.
    intercept : float, default 1.0
        The value at x = 0.
    points : int, default 100
        The number of points, spread evenly over `range`; at least 1.
    range : (low, high), default (-10.0, 9.8)
        The lowest and the highest x.
    noise : float, default 0.1
        The standard deviation of the normal noise added to y, in the units of y; at least 0.
    seed : int, default 0
        The seed of the noise.

    Returns
    -------
    Dataset
        The points, with the true curve as `truth`.

    Raises
    ------
    GdanimError
        If an argument is not allowed.

    See Also
    --------
    on_curve : Points on any model, without noise.

    Examples
    --------
    >>> from gdanim import datasets
    >>> datasets.linear(slope=3, intercept=8, points=3, range=(0, 2), noise=0).y
    array([ 8., 11., 14.])
    """
    return _observed(Linear(), (slope, intercept), points, range, noise, seed)


def quadratic(
    a: float = 1.0,
    b: float = -1.0,
    c: float = 0.5,
    *,
    points: int = 100,
    range: Range = RANGE,
    noise: float = 0.1,
    seed: int = 0,
) -> Dataset:
    """Generate points on a parabola, `a x^2 + b x + c`, with noise.

    Parameters
    ----------
    a : float, default 1.0
        The coefficient of x^2.
    b : float, default -1.0
        The coefficient of x.
    c : float, default 0.5
        The value at x = 0.
    points : int, default 100
        The number of points, spread evenly over `range`; at least 1.
    range : (low, high), default (-10.0, 9.8)
        The lowest and the highest x.
    noise : float, default 0.1
        The standard deviation of the normal noise added to y, in the units of y; at least 0.
    seed : int, default 0
        The seed of the noise.

    Returns
    -------
    Dataset
        The points, with the true curve as `truth`.

    Raises
    ------
    GdanimError
        If an argument is not allowed.

    See Also
    --------
    polynomial : Any degree.

    Examples
    --------
    >>> from gdanim import datasets
    >>> datasets.quadratic(1, 0, 0, points=3, range=(-1, 1), noise=0).y
    array([1., 0., 1.])
    """
    return polynomial((a, b, c), points=points, range=range, noise=noise, seed=seed)


def polynomial(
    coefficients: Sequence[float],
    *,
    points: int = 100,
    range: Range = RANGE,
    noise: float = 0.1,
    seed: int = 0,
) -> Dataset:
    """Generate points on a polynomial, with noise.

    Parameters
    ----------
    coefficients : sequence of float
        The coefficients, highest power first.
    points : int, default 100
        The number of points, spread evenly over `range`; at least 1.
    range : (low, high), default (-10.0, 9.8)
        The lowest and the highest x.
    noise : float, default 0.1
        The standard deviation of the normal noise added to y, in the units of y; at least 0.
    seed : int, default 0
        The seed of the noise.

    Returns
    -------
    Dataset
        The points, with the true curve as `truth`.

    Raises
    ------
    GdanimError
        If an argument is not allowed.

    See Also
    --------
    quadratic : Degree 2.

    Examples
    --------
    >>> from gdanim import datasets
    >>> datasets.polynomial([1, 0, 0, 1], points=3, range=(0, 2), noise=0).y
    array([1., 2., 9.])
    """
    if np.ndim(coefficients) != 1 or not len(coefficients):
        raise GdanimError(
            f"coefficients: must be a sequence of numbers, highest power first, "
            f"got {coefficients!r:.80}"
        )
    return _observed(Polynomial(len(coefficients) - 1), coefficients, points, range, noise, seed)


def sinusoid(
    a: float = 2.2,
    b: float = 1.05,
    c: float = 1.36,
    d: float = -4.7,
    *,
    points: int = 100,
    range: Range = RANGE,
    noise: float = 0.1,
    seed: int = 0,
) -> Dataset:
    """Generate points on a sine wave, `a sin(b x + c) + d`, with noise.

    Parameters
    ----------
    a : float, default 2.2
        The amplitude.
    b : float, default 1.05
        The angular frequency.
    c : float, default 1.36
        The phase, in radians.
    d : float, default -4.7
        The offset.
    points : int, default 100
        The number of points, spread evenly over `range`; at least 1.
    range : (low, high), default (-10.0, 9.8)
        The lowest and the highest x.
    noise : float, default 0.1
        The standard deviation of the normal noise added to y, in the units of y; at least 0.
    seed : int, default 0
        The seed of the noise.

    Returns
    -------
    Dataset
        The points, with the true curve as `truth`.

    Raises
    ------
    GdanimError
        If an argument is not allowed.

    See Also
    --------
    on_curve : Points on any model, without noise.

    Examples
    --------
    >>> from gdanim import datasets
    >>> datasets.sinusoid(2, 1, 0, 1, points=3, range=(-1, 1), noise=0).y.round(3)
    array([-0.683,  1.   ,  2.683])
    """
    return _observed(Sinusoid(), (a, b, c, d), points, range, noise, seed)


def _observed(
    model: Model, params: Sequence[float], points: int, range: Range, noise: float, seed: int
) -> Dataset:
    check_int("points", points, least=1)
    check_int("seed", seed)
    ends = floats("range", range).tolist()
    if np.shape(ends) != (2,) or not (np.isfinite(ends).all() and ends[0] < ends[1]):
        raise GdanimError(f"range: must be (low, high) with low < high, got {range!r:.80}")
    check_non_negative("noise", noise)
    clean = on_curve(model, params, np.linspace(ends[0], ends[1], points))
    error = noise * np.random.default_rng(seed).normal(size=points)
    return Dataset(clean.x, clean.y + error, truth=clean.truth)


def on_curve(model: Model, params: Sequence[float], x: ArrayLike) -> Dataset:
    """Generate points on the curve of a model, without noise.

    Parameters
    ----------
    model : Model
        The model.
    params : sequence of float
        Its parameters.
    x : (n,) or (n, d) array_like
        Where the points lie.

    Returns
    -------
    Dataset
        The points, with the curve as `truth`.

    Raises
    ------
    GdanimError
        If the parameters or points do not fit the model, or are not finite.

    See Also
    --------
    linear, sinusoid : Points with noise.

    Examples
    --------
    >>> from gdanim import Polynomial, datasets
    >>> datasets.on_curve(Polynomial(2), (1, 2, 3), [0, 1, 2]).y
    array([ 3.,  6., 11.])
    """
    expect("model", model, Model, "Linear()")
    places = floats("x", x)
    if places.ndim == 1:
        places = places[:, np.newaxis]
    if places.ndim == 2:
        model = model.sized(places.shape[1], 0)
    fixed = check_params("params", params, model.names)
    if fixed.ndim != 1 or not np.isfinite(fixed).all():
        raise GdanimError(
            f"params: must be {len(model.names)} finite numbers ({', '.join(model.names)}), "
            f"got {params!r:.80}"
        )
    if places.ndim != 2 or places.shape[1] != model.features:
        raise GdanimError(f"x: must have shape [N] or [N, {model.features}], got {np.shape(x)}")
    truth = ModelCurve(model, fixed)
    with np.errstate(all="ignore"):
        y = truth(places)
    return Dataset(places, y, truth=truth)
