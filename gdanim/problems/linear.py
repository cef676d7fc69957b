"""The straight line, and its like in several features."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gdanim.core.arrays import Floats, check_int
from gdanim.problems.model import LinearInParameters


@dataclass(frozen=True)
class Linear(LinearInParameters):
    """Linear regression: a slope for each feature, and one intercept.

    Raises GdanimError for fewer than one feature.
    """

    features: int = 1

    def __post_init__(self) -> None:
        check_int("Linear: features", self.features, least=1)

    @property
    def names(self) -> tuple[str, ...]:
        """`slope, intercept`, or `slope1, slope2, ..., intercept`."""
        if self.features == 1:
            return ("slope", "intercept")
        return (*(f"slope{i}" for i in range(1, self.features + 1)), "intercept")

    @property
    def intercepts(self) -> tuple[str, ...]:
        """`intercept`."""
        return ("intercept",)

    @property
    def symbols(self) -> tuple[str, ...]:
        """`w, b`, or `w_1, w_2, ..., b`."""
        if self.features == 1:
            return ("w", "b")
        indices = (str(i) if i < 10 else f"{{{i}}}" for i in range(1, self.features + 1))
        return (*(f"w_{i}" for i in indices), "b")

    @property
    def formula(self) -> str:
        """Mathtext: `w x + b`."""
        if self.features == 1:
            return r"\hat{y} = w\,x + b"
        if self.features == 2:
            return r"\hat{y} = w_1 x_1 + w_2 x_2 + b"
        return rf"\hat{{y}} = w_1 x_1 + \dots + w_{{{self.features}}} x_{{{self.features}}} + b"

    @property
    def shape_name(self) -> str:
        """`line`."""
        return "line"

    def init(self, rng: np.random.Generator) -> Floats:
        """Uniform on (-2.5, 2.5), `[P]`."""
        return rng.uniform(-2.5, 2.5, self.features + 1)

    def design(self, x: Floats) -> Floats:
        """`(n,d)->(n,p)`: the features, then 1."""
        return np.concatenate([x, np.ones_like(x[..., :1])], axis=-1)
