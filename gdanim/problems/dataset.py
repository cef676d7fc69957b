"""Points to fit."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np

from gdanim.core.arrays import Floats, Ints, check_finite, check_int, floats, set_fields
from gdanim.errors import GdanimError, expect

Curve = Callable[[Floats], Floats]


@dataclass(frozen=True, eq=False, repr=False)
class Dataset:
    """N points of D features each, and the value observed at each.

    Fields: `x [N, D]` (`x [N]` is taken as one feature), `y [N]`, the names of the axes, and, for
    generated data, `truth`: the curve without noise, `(n,d)->(n)`. Raises GdanimError when the
    input is empty, not finite, of unequal length, or no numbers (True and False count as 1 and 0).
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
                f"Dataset: x and y must be as long as each other and not empty, "
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
        """D, the number of features."""
        return int(self.x.shape[1])

    def equals(self, other: Dataset) -> bool:
        """Whether both have the same points in the same order, and the same names.

        True curves, which are functions, are not compared.
        """
        if self is other:
            return True
        named = (self.x_names, self.y_name) == (other.x_names, other.y_name)
        return named and np.array_equal(self.x, other.x) and np.array_equal(self.y, other.y)

    def split(self, fraction: float = 0.8, seed: int = 0) -> tuple[Dataset, Dataset]:
        """The points in two, to train with `fraction` of them and to hold out the rest.

        Which ones is drawn from `seed`; either part keeps the order of the points. Raises
        GdanimError unless `fraction` lies between 0 and 1 and leaves each part at least one point.
        """
        trained = round(check_finite("fraction", fraction) * len(self))
        if not 0 < trained < len(self):
            raise GdanimError(
                f"fraction: of {len(self)} points {fraction!r} leaves one part empty; "
                f"choose between 0 and 1"
            )
        chosen = np.random.default_rng(check_int("seed", seed)).permutation(len(self))
        return self._part(np.sort(chosen[:trained])), self._part(np.sort(chosen[trained:]))

    def _part(self, points: Ints) -> Dataset:
        return replace(self, x=self.x[points], y=self.y[points])

    def standardised(self) -> Dataset:
        """The same points with every feature shifted and scaled to mean 0 and variance 1.

        A feature that never changes is only shifted. y is left as it is.
        """
        mean, scale = self.x.mean(axis=0), self.x.std(axis=0)
        # The deviation of equal numbers need not round to 0, their range does.
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
    """A curve over standardised x: `curve(x * scale + mean)`."""

    curve: Curve
    mean: Floats
    scale: Floats

    def __call__(self, x: Floats) -> Floats:
        return self.curve(x * self.scale + self.mean)
