"""Points of two features in classes, as they are drawn to show what a boundary can follow."""

from __future__ import annotations

import numpy as np

from gdanim.core.arrays import Floats, Ints, check_fraction, check_int, check_non_negative
from gdanim.errors import GdanimError
from gdanim.problems.dataset import Dataset

# Blobs lie on a circle of this radius, so that two at a distance of 4 standard deviations or more
# overlap little, up to 6 of them.
_RADIUS = 4.0
# How far from the centre a spiral begins, as a share of its length: there the arms would touch.
_CENTRE = 0.15


def moons(points: int = 200, *, noise: float = 0.1, seed: int = 0) -> Dataset:
    """Generate two interleaving half circles, which no straight line separates.

    Parameters
    ----------
    points : int, default 200
        The number of points, shared evenly among the classes; at least one for each.
    noise : float, default 0.1
        The standard deviation of the normal noise added to both features; at least 0.
    seed : int, default 0
        The seed of the points.

    Returns
    -------
    Dataset
        The points, with two features; `classes` has the names.

    Raises
    ------
    GdanimError
        If an argument is not allowed.

    See Also
    --------
    circles : One class around the other.

    Examples
    --------
    >>> from gdanim import datasets
    >>> datasets.moons(points=50)
    Dataset(50 points, x1, x2 -> class)
    """
    rng, label = _labels(points, 2, seed)
    angle = np.pi * rng.uniform(size=points)
    upper = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    lower = np.stack([1 - np.cos(angle), 0.5 - np.sin(angle)], axis=1)
    x = np.where(label[:, np.newaxis] == 0, upper, lower)
    return _noisy(x, label, ("upper", "lower"), noise, rng)


def circles(
    points: int = 200, *, factor: float = 0.5, noise: float = 0.1, seed: int = 0
) -> Dataset:
    """Generate a circle within another, which only a closed curve separates.

    Parameters
    ----------
    points : int, default 200
        The number of points, shared evenly among the classes; at least one for each.
    factor : float, default 0.5
        The radius of the inner circle, between 0 and 1; that of the outer one is 1.
    noise : float, default 0.1
        The standard deviation of the normal noise added to both features; at least 0.
    seed : int, default 0
        The seed of the points.

    Returns
    -------
    Dataset
        The points, with two features; `classes` has the names.

    Raises
    ------
    GdanimError
        If an argument is not allowed.

    See Also
    --------
    moons : Two half circles.

    Examples
    --------
    >>> from gdanim import datasets
    >>> datasets.circles(points=50, noise=0).classes
    ('outer', 'inner')
    """
    if not check_fraction("factor", factor) > 0:
        raise GdanimError(f"factor: must be above 0 and below 1, got {factor!r}")
    rng, label = _labels(points, 2, seed)
    angle = 2 * np.pi * rng.uniform(size=points)
    radius = np.where(label == 0, 1.0, factor)
    x = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
    return _noisy(x, label, ("outer", "inner"), noise, rng)


def blobs(points: int = 300, *, classes: int = 3, spread: float = 1.0, seed: int = 0) -> Dataset:
    """Generate clouds of points around centres on a circle.

    Parameters
    ----------
    points : int, default 300
        The number of points, shared evenly among the classes; at least one for each.
    classes : int, default 3
        The number of clouds; from 2 to 26.
    spread : float, default 1.0
        The standard deviation of a cloud; the centres are 4 from the origin.
    seed : int, default 0
        The seed of the points.

    Returns
    -------
    Dataset
        The points, with two features; `classes` has the names.

    Raises
    ------
    GdanimError
        If an argument is not allowed.

    See Also
    --------
    spirals : Classes that wind around each other.

    Examples
    --------
    >>> from gdanim import datasets
    >>> datasets.blobs(classes=4).classes
    ('A', 'B', 'C', 'D')
    """
    rng, label = _labels(points, classes, seed)
    angle = 2 * np.pi * label / classes + np.pi / 2
    centres = _RADIUS * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return _noisy(centres, label, _letters(classes), check_non_negative("spread", spread), rng)


def spirals(
    points: int = 300, *, classes: int = 2, turns: float = 1.25, noise: float = 0.02, seed: int = 0
) -> Dataset:
    """Generate spirals that wind around each other.

    Parameters
    ----------
    points : int, default 300
        The number of points, shared evenly among the classes; at least one for each.
    classes : int, default 2
        The number of spirals; from 2 to 26.
    turns : float, default 1.25
        How often each winds around the centre; at least 0.
    noise : float, default 0.02
        The standard deviation of the normal noise added to both features; at least 0.
    seed : int, default 0
        The seed of the points.

    Returns
    -------
    Dataset
        The points, with two features; `classes` has the names.

    Raises
    ------
    GdanimError
        If an argument is not allowed.

    See Also
    --------
    moons : An easier shape.

    Examples
    --------
    >>> from gdanim import datasets
    >>> datasets.spirals(points=90, classes=3)
    Dataset(90 points, x1, x2 -> class)
    """
    rng, label = _labels(points, classes, seed)
    # The square root spreads the points evenly over the plane.
    length = np.sqrt(rng.uniform(_CENTRE**2, 1, size=points))
    angle = 2 * np.pi * (check_non_negative("turns", turns) * length + label / classes)
    x = np.stack([length * np.cos(angle), length * np.sin(angle)], axis=1)
    return _noisy(x, label, _letters(classes), noise, rng)


def xor(points: int = 200, *, noise: float = 0.05, seed: int = 0) -> Dataset:
    """Generate four squares, of which diagonally opposite ones share a class: the exclusive or.

    Parameters
    ----------
    points : int, default 200
        The number of points, shared evenly among the classes; at least one for each.
    noise : float, default 0.05
        The standard deviation of the normal noise added to both features; at least 0.
    seed : int, default 0
        The seed of the points.

    Returns
    -------
    Dataset
        The points, with two features; `classes` has the names.

    Raises
    ------
    GdanimError
        If an argument is not allowed.

    See Also
    --------
    moons : Two half circles.

    Notes
    -----
    The problem that a network without a hidden layer cannot solve (Minsky and Papert, Perceptrons,
    1969).

    Examples
    --------
    >>> from gdanim import datasets
    >>> datasets.xor(points=50).classes
    ('same sign', 'other sign')
    """
    rng, label = _labels(points, 2, seed)
    x = rng.uniform(0, 1, (points, 2))
    side = np.where(rng.uniform(size=points) < 0.5, -1.0, 1.0)
    # Alike are those where both features have the same sign.
    x *= np.stack([side, np.where(label == 0, side, -side)], axis=1)
    return _noisy(x, label, ("same sign", "other sign"), noise, rng)


def _labels(points: int, classes: int, seed: int) -> tuple[np.random.Generator, Ints]:
    """Return the source of randomness, and the classes of the points in turn, `[N]`."""
    if check_int("classes", classes, least=2) > 26:
        raise GdanimError(f"classes: must be from 2 to 26, got {classes}")
    check_int("points", points, least=classes)
    return np.random.default_rng(check_int("seed", seed)), np.arange(points) % classes


def _letters(classes: int) -> tuple[str, ...]:
    """Return names for classes that have none."""
    return tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ"[:classes])


def _noisy(
    x: Floats, label: Ints, names: tuple[str, ...], noise: float, rng: np.random.Generator
) -> Dataset:
    """Return the points with noise added."""
    x = x + check_non_negative("noise", noise) * rng.normal(size=x.shape)
    return Dataset(x, label.astype(np.float64), y_name="class", classes=names)
