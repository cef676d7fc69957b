"""The formulas of textbook functions with their derivatives, as values that can be saved."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gdanim.core.arrays import Floats


class AnalyticFunction(ABC):
    """A formula and its derivative, both elementwise."""

    @abstractmethod
    def __call__(self, *params: Any) -> Any:
        """Return the value."""

    @abstractmethod
    def derivative(self, *params: Any) -> Sequence[Any]:
        """Return the derivative by each parameter."""


@dataclass(frozen=True)
class Derivative:
    """The derivative of a function, as a function of its own."""

    of: AnalyticFunction

    def __call__(self, *params: Any) -> Sequence[Any]:
        """Return one array for each parameter."""
        return self.of.derivative(*params)


@dataclass(frozen=True)
class Bowl(AnalyticFunction):
    """The quadratic `a x^2 / 2 + b y^2 / 2`."""

    a: float
    b: float

    def __call__(self, x: Any, y: Any) -> Any:
        """Return the value."""
        return (self.a * x * x + self.b * y * y) / 2

    def derivative(self, x: Any, y: Any) -> Sequence[Any]:
        """Return `a x` and `b y`."""
        return self.a * x, self.b * y

    @property
    def hessian(self) -> Floats:
        """The second derivative: `a` and `b` on the diagonal."""
        return np.diag([float(self.a), float(self.b)])


@dataclass(frozen=True)
class Rosenbrock(AnalyticFunction):
    """Rosenbrock's function `(1 - x)^2 + 100 (y - x^2)^2`."""

    def __call__(self, x: Any, y: Any) -> Any:
        """Return the value."""
        return (1 - x) ** 2 + 100 * (y - x * x) ** 2

    def derivative(self, x: Any, y: Any) -> Sequence[Any]:
        """Return the derivatives by x and by y."""
        bend = y - x * x
        return -2 * (1 - x) - 400 * x * bend, 200 * bend


@dataclass(frozen=True)
class Himmelblau(AnalyticFunction):
    """Himmelblau's function `(x^2 + y - 11)^2 + (x + y^2 - 7)^2`."""

    def __call__(self, x: Any, y: Any) -> Any:
        """Return the value."""
        return (x * x + y - 11) ** 2 + (x + y * y - 7) ** 2

    def derivative(self, x: Any, y: Any) -> Sequence[Any]:
        """Return the derivatives by x and by y."""
        one, other = x * x + y - 11, x + y * y - 7
        return 4 * x * one + 2 * other, 2 * one + 4 * y * other


@dataclass(frozen=True)
class Beale(AnalyticFunction):
    """The sum of the squares of `c_k - x + x y^k`, with c = 1.5, 2.25, 2.625."""

    def __call__(self, x: Any, y: Any) -> Any:
        """Return the value."""
        return sum((c - x * (1 - y**k)) ** 2 for k, c in enumerate((1.5, 2.25, 2.625), 1))

    def derivative(self, x: Any, y: Any) -> Sequence[Any]:
        """Return the derivatives by x and by y."""
        by_x, by_y = 0.0, 0.0
        for k, c in enumerate((1.5, 2.25, 2.625), 1):
            twice = 2 * (c - x * (1 - y**k))
            by_x, by_y = by_x - twice * (1 - y**k), by_y + twice * x * k * y ** (k - 1)
        return by_x, by_y


@dataclass(frozen=True)
class Rastrigin(AnalyticFunction):
    """The sum of `x^2 - 10 cos(2 pi x) + 10` over the parameters."""

    def __call__(self, *params: Any) -> Any:
        """Return the value."""
        return sum(x * x - 10 * np.cos(2 * np.pi * x) + 10 for x in params)

    def derivative(self, *params: Any) -> Sequence[Any]:
        """Return `2 x + 20 pi sin(2 pi x)` for each."""
        return [2 * x + 20 * np.pi * np.sin(2 * np.pi * x) for x in params]


@dataclass(frozen=True)
class TwoValleys(AnalyticFunction):
    """The double well `x^4 - 4 x^2 + x`."""

    def __call__(self, x: Any) -> Any:
        """Return the value."""
        return x * (x * (x * x - 4) + 1)

    def derivative(self, x: Any) -> Sequence[Any]:
        """Return `4 x^3 - 8 x + 1`."""
        return (x * (4 * x * x - 8) + 1,)


@dataclass(frozen=True)
class Wave(AnalyticFunction):
    """The wave `x cos(0.15 pi x)`."""

    def __call__(self, x: Any) -> Any:
        """Return the value."""
        return x * np.cos(0.15 * np.pi * x)

    def derivative(self, x: Any) -> Sequence[Any]:
        """Return `cos u - u sin u`, u = 0.15 pi x."""
        u = 0.15 * np.pi * x
        return (np.cos(u) - u * np.sin(u),)
