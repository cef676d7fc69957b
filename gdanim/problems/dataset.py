"""Data to fit: points and the values observed there."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np

from gdanim.core.arrays import Floats, Ints, check_finite, check_int, floats, set_fields
from gdanim.errors import GdanimError, expect

Curve = Callable[[Floats], Floats]


@dataclass(frozen=True, eq=False, repr=False)
class Dataset:
    """Points to fit: N points of D features each, and the value observed at each.

    Parameters
    ----------
    x : (n,) or (n, d) array_like
        The features of each point; `(n,)` is one feature.
    y : (n,) array_like
        The value observed at each point. True and False count as 1 and 0.
    x_names : tuple of str, default ("x",)
        The name of each feature, for the axes; by default `x1, x2, ...` for several.
    y_name : str, default "y"
        The name of the value.
    truth : callable, optional
        The curve that generated the data, without noise: a function of x `(n, d)`.

    Attributes
    ----------
    features : int
        The number D of features.

    Raises
    ------
    GdanimError
        If the input is empty, not finite, not numeric, or of unequal length.

    See Also
    --------
    gdanim.datasets : Generate data, or read it from a file.

    Examples
    --------
    >>> from gdanim import Dataset
    >>> data = Dataset([1, 2, 3, 4], [2, 4, 6, 8], x_names=("age",), y_name="height")
    >>> data
    Dataset(4 points, age -> height)
    >>> data.x.shape
    (4, 1)
    """

    x: Floats
    y: Floats
    x_names: tuple[str, ...] = ("x",)
    y_name: str = "y"
    truth: Curve | None = None

    def __post_init__(self) -> None:
        x, y = floats("Dataset: x", self.x), floats("Dataset: y", self.y)
        if x.ndim == 1:
            x = x[:, np.newaxis]
        if x.ndim != 2 or y.ndim != 1:
            raise GdanimError(
                f"Dataset: x must have shape [N] or [N, D] and y [N], got {x.shape} and {y.shape}"
            )
        if len(x) != len(y) or not x.size:
            raise GdanimError(
                f"Dataset: x and y must have the same length and not be empty, "
                f"got shapes {x.shape} and {y.shape}"
            )
        for name, values in (("x", x), ("y", y)):
            if bad := np.flatnonzero(~np.isfinite(values.reshape(len(y), -1)).all(axis=1)).tolist():
                raise GdanimError(
                    f"Dataset: {name} must be finite, but point {bad[0]} is {values[bad[0]]}"
                )
        if not (self.truth is None or callable(self.truth)):
            raise GdanimError(
                f"Dataset: truth must be a function of x [N, D] or None, got {self.truth!r:.80}"
            )
        expect("Dataset: x_names", self.x_names, Iterable, "('age', 'height')")
        names = (self.x_names,) if isinstance(self.x_names, str) else tuple(self.x_names)
        if names == ("x",) and x.shape[1] > 1:
            names = tuple(f"x{i}" for i in range(1, x.shape[1] + 1))
        if len(names) != x.shape[1]:
            raise GdanimError(
                f"Dataset: {x.shape[1]} features need as many x_names, got {self.x_names!r}"
            )
        set_fields(self, x=x, y=y, x_names=names)

    def __repr__(self) -> str:
        return f"Dataset({len(self)} points, {', '.join(self.x_names)} -> {self.y_name})"

    def __len__(self) -> int:
        return len(self.y)

    @property
    def features(self) -> int:
        """The number of features."""
        return int(self.x.shape[1])

    def equals(self, other: Dataset) -> bool:
        """Whether both have the same points in the same order, and the same names.

        Parameters
        ----------
        other : Dataset
            The data to compare with. The true curves are not compared.

        Returns
        -------
        bool
            Whether they are equal.
        """
        if self is other:
            return True
        named = (self.x_names, self.y_name) == (other.x_names, other.y_name)
        return named and np.array_equal(self.x, other.x) and np.array_equal(self.y, other.y)

    def split(self, fraction: float = 0.8, seed: int = 0) -> tuple[Dataset, Dataset]:
        """Split the points at random into a training set and a validation set.

        Parameters
        ----------
        fraction : float, default 0.8
            The share of points in the training set; between 0 and 1.
        seed : int, default 0
            The seed of the random choice.

        Returns
        -------
        tuple of Dataset
            The training set and the validation set. Both keep the order of the points.

        Raises
        ------
        GdanimError
            If a set would be empty.

        Examples
        --------
        >>> from gdanim import datasets
        >>> train, validation = datasets.linear(points=10).split(0.7)
        >>> len(train), len(validation)
        (7, 3)
        """
        trained = round(check_finite("fraction", fraction) * len(self))
        if not 0 < trained < len(self):
            raise GdanimError(
                f"fraction: {fraction!r} of {len(self)} points leaves one part empty; "
                "choose a number between 0 and 1"
            )
        chosen = np.random.default_rng(check_int("seed", seed)).permutation(len(self))
        return self._part(np.sort(chosen[:trained])), self._part(np.sort(chosen[trained:]))

    def _part(self, points: Ints) -> Dataset:
        return replace(self, x=self.x[points], y=self.y[points])

    def standardised(self) -> Dataset:
        """Shift and scale each feature to mean 0 and variance 1.

        Returns
        -------
        Dataset
            The points with standardised features; y is unchanged. A constant feature is only
            shifted.

        Examples
        --------
        >>> from gdanim import Dataset
        >>> Dataset([0, 10, 20], [1, 2, 3]).standardised().x.ravel().round(3)
        array([-1.225,  0.   ,  1.225])
        """
        mean, scale = self.x.mean(axis=0), self.x.std(axis=0)
        # The standard deviation of equal numbers may not round to 0; their range does.
        scale = np.where(np.ptp(self.x, axis=0) > 0, scale, 1.0)
        return Dataset(
            (self.x - mean) / scale,
            self.y,
            tuple(f"{name} (standardised)" for name in self.x_names),
            self.y_name,
            None if self.truth is None else Rescaled(self.truth, mean, scale),
        )


@dataclass(frozen=True, eq=False)
class Rescaled:
    """A curve as a function of standardised x: `curve(x * scale + mean)`."""

    curve: Curve
    mean: Floats
    scale: Floats

    def __call__(self, x: Floats) -> Floats:
        """Return the curve at each standardised point."""
        return self.curve(x * self.scale + self.mean)
