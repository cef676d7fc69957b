"""Data to fit: points and the values observed there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from gdanim.core.arrays import Floats, Ints, check_finite, check_int, read_only, set_fields
from gdanim.core.caller import notify
from gdanim.core.numbers import counted
from gdanim.errors import GdanimError, expect
from gdanim.problems.columns import as_array, from_values
from gdanim.problems.unit import Unit

Curve = Callable[[Floats], Floats]


@dataclass(frozen=True, eq=False, repr=False)
class Dataset:
    """Points to fit: N points of D features each, and the value observed at each.

    Parameters
    ----------
    x : (n,) or (n, d) sequence
        The features of each point; `(n,)` is one feature. Dates (of Python, NumPy or pandas) become
        days since the first one, and axes show the dates.
    y : (n,), (n, 1) or one-hot (n, k) sequence
        The value observed at each point. True and False count as 1 and 0. Text is taken as the
        names of classes, which are numbered from 0 in alphabetical order. Rows with a single 1,
        else 0, are converted to the number of that column.
    x_names : tuple of str, default ("x",)
        The name of each feature, for the axes; by default `x1, x2, ...` for several.
    y_name : str, default "y"
        The name of the value.
    truth : callable, optional
        The curve that generated the data, without noise: a function of x `(n, d)`.
    x_units : tuple of str, optional
        The unit of each feature, for the axes: `("km", "")`; none by default.
    y_unit : str, default ""
        The unit of the value.
    classes : tuple of str, default ()
        The names of the classes that y numbers from 0; () if y is measured or has no names.

    Attributes
    ----------
    features : int
        The number D of features.

    Raises
    ------
    GdanimError
        If the input is empty, not finite, not numeric, or of unequal length.

    Warns
    -----
    Notice
        If all points have the same x.

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
    x_units: tuple[Unit, ...] = ()
    y_unit: Unit = field(default_factory=Unit)
    classes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        x, found = _features(self.x)
        value = from_values("Dataset: y", _flat(self.y), classes=not self.classes)
        y = value.values
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
        _tell_of_equal(x)
        set_fields(
            self,
            x=read_only(x),
            y=read_only(y),
            x_names=names,
            x_units=_units("x_units", self.x_units, found),
            y_unit=_units("y_unit", (self.y_unit,), (value.unit,))[0],
            classes=_class_names(self.classes or value.classes, y),
        )

    def __repr__(self) -> str:
        return f"Dataset({len(self)} points, {', '.join(self.x_names)} -> {self.y_name})"

    def __len__(self) -> int:
        return len(self.y)

    @property
    def features(self) -> int:
        """The number of features."""
        return int(self.x.shape[1])

    @property
    def units(self) -> tuple[Unit, ...]:
        """The units of the features and, last, of y."""
        return (*self.x_units, self.y_unit)

    def equals(self, other: Dataset) -> bool:
        """Whether both have the same points in the same order, names and units.

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
        mine, theirs = ((one.x_names, one.y_name, one.units, one.classes) for one in (self, other))
        same = np.array_equal(self.x, other.x) and np.array_equal(self.y, other.y)
        return mine == theirs and same

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
        return self.part(np.sort(chosen[:trained])), self.part(np.sort(chosen[trained:]))

    def part(self, points: Ints) -> Dataset:
        """Return some of the points, by their numbers, with names and units.

        Parameters
        ----------
        points : (k,) array of int
            Which points.

        Returns
        -------
        Dataset
            These points.
        """
        return replace(self, x=self.x[points], y=self.y[points])

    def standardised(self, y: bool = False) -> Dataset:
        """Shift and scale each feature to mean 0 and variance 1, for the descent.

        Views go on to show what was measured: the units remember the shift and the scale.

        Parameters
        ----------
        y : bool, default False
            Whether to shift and scale the values, too. The loss is then that of scaled values.

        Returns
        -------
        Dataset
            The points with standardised features. A constant feature is only shifted.

        Raises
        ------
        GdanimError
            If `y` is asked for, and y numbers classes.

        Notes
        -----
        Standardise before you split, so that the validation set has the same shift and scale.

        Examples
        --------
        >>> from gdanim import Dataset
        >>> data = Dataset([0, 10, 20], [1, 2, 3]).standardised()
        >>> data.x.ravel().round(3)
        array([-1.225,  0.   ,  1.225])
        >>> data.x_units[0].measured(data.x.ravel())
        array([ 0., 10., 20.])
        """
        if y and self.classes:
            raise GdanimError("standardised: y numbers classes; leave out y=True")
        mean, scale = _spread(self.x)
        # What is measured is a constant shift and scale away from the new numbers, too.
        x_units = tuple(map(_shifted, self.x_units, mean.tolist(), scale.tolist()))
        y_mean, y_scale = (float(one) for one in _spread(self.y)) if y else (0.0, 1.0)
        truth = self.truth and Rescaled(self.truth, mean, scale, y_mean, y_scale)
        return replace(
            self,
            x=(self.x - mean) / scale,
            y=(self.y - y_mean) / y_scale if y else self.y,
            truth=truth,
            x_units=x_units,
            y_unit=_shifted(self.y_unit, y_mean, y_scale),
        )


@dataclass(frozen=True, eq=False)
class Rescaled:
    """A curve as a function of standardised x, `curve(x * scale + mean)`, standardised itself."""

    curve: Curve
    mean: Floats
    scale: Floats
    y_mean: float = 0.0
    y_scale: float = 1.0

    def __call__(self, x: Floats) -> Floats:
        """Return the curve at each standardised point."""
        return (self.curve(x * self.scale + self.mean) - self.y_mean) / self.y_scale


def _spread(values: Floats) -> tuple[Floats, Floats]:
    """Return mean and standard deviation of each column; 1 for equal numbers."""
    # The standard deviation of equal numbers may not round to 0; their range does.
    scale = np.where(np.ptp(values, axis=0) > 0, values.std(axis=0), 1.0)
    return values.mean(axis=0), scale


def _shifted(unit: Unit, mean: float, scale: float) -> Unit:
    """Return the unit of `(values - mean) / scale`."""
    offset, factor = unit.offset + unit.factor * mean, unit.factor * scale
    return replace(unit, offset=offset, factor=factor)


def _features(x: Any) -> tuple[Floats, tuple[Unit, ...]]:
    """Return the features `[N, D]` and their units; other shapes are left as they are."""
    raw = as_array("Dataset: x", x)
    if raw.ndim == 2 and raw.dtype.kind in "OM":
        columns = [from_values("Dataset: x", column, classes=False) for column in raw.T]
        values = np.stack([column.values for column in columns], axis=1)
        return values, tuple(column.unit for column in columns)
    read = from_values("Dataset: x", raw, classes=False)
    values = read.values[:, np.newaxis] if read.values.ndim == 1 else read.values
    return values, (read.unit,) * (values.shape[1] if values.ndim == 2 else 1)


def _flat(y: Any) -> Any:
    """Return values of shape `[N, 1]` as `[N]`, and one-hot rows as the place of the 1."""
    raw = as_array("Dataset: y", y)
    if raw.ndim == 2 and raw.shape[1] > 1 and raw.dtype.kind in "biuf":
        one_hot = np.isin(raw, (0, 1)).all() and (raw.sum(axis=1) == 1).all()
        return raw.argmax(axis=1) if one_hot else raw
    return raw[:, 0] if raw.ndim == 2 and raw.shape[1] == 1 else raw


def _tell_of_equal(x: Floats) -> None:
    """Tell if all points have the same x."""
    if (np.ptp(x, axis=0) == 0).all():
        what = f"all {len(x):,} points have the same x" if len(x) > 1 else "only one point"
        notify(f"Dataset: {what}, so no slope can be found")


def _units(name: str, given: Sequence[Unit | str], found: Sequence[Unit]) -> tuple[Unit, ...]:
    """Return the units that were given, else those that were found; a text is a unit's symbol."""
    expect(f"Dataset: {name}", given, Sequence, "('km',)")
    given = (given,) if isinstance(given, str) else tuple(given) or tuple(found)
    if len(given) != len(found) or not all(isinstance(unit, Unit | str) for unit in given):
        raise GdanimError(
            f"Dataset: {name}: a text for each of {counted(len(found), 'column')} expected, "
            f"such as ('km',), got {given!r:.80}"
        )
    pairs = zip(given, found, strict=True)
    units = (replace(old, symbol=new) if isinstance(new, str) else new for new, old in pairs)
    return tuple(old if new == Unit() else new for new, old in zip(units, found, strict=True))


def _class_names(given: Sequence[str], y: Floats) -> tuple[str, ...]:
    """Return the names of classes; GdanimError unless y numbers them."""
    expect("Dataset: classes", given, Sequence, "('calf', 'cow')")
    names = tuple(f"{name}" for name in given)
    if isinstance(given, str) or (names and not np.isin(y, np.arange(len(names))).all()):
        raise GdanimError(
            f"Dataset: classes: expected a name for each class in y, got {given!r:.80}"
        )
    return names
