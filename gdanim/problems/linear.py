"""The straight line, and its counterpart in several features."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from gdanim.core.arrays import Floats
from gdanim.problems.model import LinearInParameters, check_sizes
from gdanim.problems.unit import Unit


@dataclass(frozen=True)
class Linear(LinearInParameters):
    """Linear regression: a slope for each feature, and one intercept.

    Parameters
    ----------
    features : int, optional
        The number of features, at least 1; by default that of the problem's data, or 1 without.

    Raises
    ------
    GdanimError
        If `features` is not a whole number of at least 1.

    See Also
    --------
    Polynomial : Powers of one feature.
    gdanim.datasets.linear : Points on a line.

    Notes
    -----
    The parameters are `slope, intercept`, or `slope1, slope2, ..., intercept`. Starts are drawn
    uniformly from (-2.5, 2.5).

    Examples
    --------
    >>> import numpy as np
    >>> from gdanim import Linear
    >>> Linear(features=2).names
    ('slope1', 'slope2', 'intercept')
    >>> Linear().predict(np.array([3.0, 8.0]), np.array([[0.0], [2.0]]))
    array([ 8., 14.])
    """

    intercepts = ("intercept",)
    shape_name = "line"

    features: int | None = None

    def __post_init__(self) -> None:
        check_sizes(self, self.features)

    def sized(self, features: int, classes: int) -> Linear:
        """Return the model with the data's number of features, unless it has one."""
        return replace(self, features=features) if self.features is None else self

    @property
    def names(self) -> tuple[str, ...]:
        """The slopes, then the intercept."""
        if (features := self.features or 1) == 1:
            return ("slope", "intercept")
        return (*(f"slope{i}" for i in range(1, features + 1)), "intercept")

    @property
    def symbols(self) -> tuple[str, ...]:
        """The symbols `w, b`, or `w_1, w_2, ..., b`."""
        if (features := self.features or 1) == 1:
            return ("w", "b")
        indices = (str(i) if i < 10 else f"{{{i}}}" for i in range(1, features + 1))
        return (*(f"w_{i}" for i in indices), "b")

    @property
    def formula(self) -> str:
        """The formula `w x + b`, in mathtext."""
        if (self.features or 1) == 1:
            return r"\hat{y} = w\,x + b"
        if self.features == 2:
            return r"\hat{y} = w_1 x_1 + w_2 x_2 + b"
        return rf"\hat{{y}} = w_1 x_1 + \dots + w_{{{self.features}}} x_{{{self.features}}} + b"

    def design(self, x: Floats) -> Floats:
        """Return the features, then a column of ones, `(n,d)->(n,p)`."""
        return np.concatenate([x, np.ones_like(x[..., :1])], axis=-1)

    def in_units(self, params: Floats, x_units: Sequence[Unit], y_unit: Unit) -> Floats:
        """Return the slopes and the intercept in measured units, `(p)->(p)`."""
        slopes = params[..., :-1] * (y_unit.factor / np.array([unit.factor for unit in x_units]))
        shift = slopes @ np.array([unit.offset for unit in x_units])
        intercept = y_unit.measured(params[..., -1]) - shift
        return np.concatenate([slopes, intercept[..., np.newaxis]], axis=-1)
