"""Functions to minimise that textbooks know, with their minima and where they come from."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gdanim.core.arrays import Floats, check_int, check_positive
from gdanim.problems.function_objective import FunctionObjective


class AnalyticFunction(ABC):
    """A formula and its derivative, both elementwise; a value, so that a run of it can be saved."""

    @abstractmethod
    def __call__(self, *params: Any) -> Any:
        """The formula."""

    @abstractmethod
    def derivative(self, *params: Any) -> Sequence[Any]:
        """Its derivative by each parameter."""


@dataclass(frozen=True)
class Derivative:
    """The derivative of a surface."""

    surface: AnalyticFunction

    def __call__(self, *params: Any) -> Sequence[Any]:
        return self.surface.derivative(*params)


@dataclass(frozen=True)
class Bowl(AnalyticFunction):
    """`a x^2 / 2 + b y^2 / 2`."""

    a: float
    b: float

    def __call__(self, x: Any, y: Any) -> Any:
        return (self.a * x * x + self.b * y * y) / 2

    def derivative(self, x: Any, y: Any) -> Sequence[Any]:
        """`a x, b y`."""
        return self.a * x, self.b * y

    @property
    def hessian(self) -> Floats:
        """`a` and `b` on the diagonal."""
        return np.diag([float(self.a), float(self.b)])


@dataclass(frozen=True)
class Rosenbrock(AnalyticFunction):
    """`(1 - x)^2 + 100 (y - x^2)^2`."""

    def __call__(self, x: Any, y: Any) -> Any:
        return (1 - x) ** 2 + 100 * (y - x * x) ** 2

    def derivative(self, x: Any, y: Any) -> Sequence[Any]:
        """By x and by y."""
        bend = y - x * x
        return -2 * (1 - x) - 400 * x * bend, 200 * bend


@dataclass(frozen=True)
class Himmelblau(AnalyticFunction):
    """`(x^2 + y - 11)^2 + (x + y^2 - 7)^2`."""

    def __call__(self, x: Any, y: Any) -> Any:
        return (x * x + y - 11) ** 2 + (x + y * y - 7) ** 2

    def derivative(self, x: Any, y: Any) -> Sequence[Any]:
        """By x and by y."""
        one, other = x * x + y - 11, x + y * y - 7
        return 4 * x * one + 2 * other, 2 * one + 4 * y * other


@dataclass(frozen=True)
class Beale(AnalyticFunction):
    """The squares of `1.5 - x + x y`, `2.25 - x + x y^2` and `2.625 - x + x y^3`."""

    def __call__(self, x: Any, y: Any) -> Any:
        return sum((c - x * (1 - y**k)) ** 2 for k, c in enumerate((1.5, 2.25, 2.625), 1))

    def derivative(self, x: Any, y: Any) -> Sequence[Any]:
        """By x and by y."""
        by_x, by_y = 0.0, 0.0
        for k, c in enumerate((1.5, 2.25, 2.625), 1):
            twice = 2 * (c - x * (1 - y**k))
            by_x, by_y = by_x - twice * (1 - y**k), by_y + twice * x * k * y ** (k - 1)
        return by_x, by_y


@dataclass(frozen=True)
class Rastrigin(AnalyticFunction):
    """The sum of `x^2 - 10 cos(2 pi x) + 10` over the parameters."""

    def __call__(self, *params: Any) -> Any:
        return sum(x * x - 10 * np.cos(2 * np.pi * x) + 10 for x in params)

    def derivative(self, *params: Any) -> Sequence[Any]:
        """`2 x + 20 pi sin(2 pi x)` each."""
        return [2 * x + 20 * np.pi * np.sin(2 * np.pi * x) for x in params]


@dataclass(frozen=True)
class TwoValleys(AnalyticFunction):
    """`x^4 - 4 x^2 + x`."""

    def __call__(self, x: Any) -> Any:
        return x * (x * (x * x - 4) + 1)

    def derivative(self, x: Any) -> Sequence[Any]:
        """`4 x^3 - 8 x + 1`."""
        return (x * (4 * x * x - 8) + 1,)


@dataclass(frozen=True)
class Wave(AnalyticFunction):
    """`x cos(0.15 pi x)`."""

    def __call__(self, x: Any) -> Any:
        return x * np.cos(0.15 * np.pi * x)

    def derivative(self, x: Any) -> Sequence[Any]:
        """`cos u - u sin u`, u = 0.15 pi x."""
        u = 0.15 * np.pi * x
        return (np.cos(u) - u * np.sin(u),)


def bowl(condition: float = 10.0) -> FunctionObjective:
    """The quadratic bowl `(x^2 + condition y^2) / 2`: so many times as steep along y as along x.

    Its Hessian's eigenvalues are 1 and `condition`, so 2 / condition is the edge of stability.
    Boyd and Vandenberghe, "Convex Optimization", 2004, section 9.3.2. Raises GdanimError unless
    `condition` is one finite number above 0.
    """
    surface = Bowl(1.0, check_positive("condition", condition))
    return FunctionObjective(
        surface,
        ("x", "y"),
        formula=rf"f(x, y) = (x^2 + {surface.b:g}\,y^2)\,/\,2",
        minima=np.zeros((1, 2)),
        source="Boyd and Vandenberghe, Convex Optimization, 2004, section 9.3.2",
        derivative=Derivative(surface),
        constant_hessian=surface.hessian,
    )


def saddle() -> FunctionObjective:
    """`(x^2 - y^2) / 2`: downhill for ever along y, and from (x, 0) to the saddle point alone.

    Goodfellow, Bengio and Courville, "Deep Learning", 2016, section 8.2.3, has why that matters.
    """
    surface = Bowl(1.0, -1.0)
    return FunctionObjective(
        surface,
        ("x", "y"),
        formula=r"f(x, y) = (x^2 - y^2)\,/\,2",
        source="Goodfellow, Bengio and Courville, Deep Learning, 2016, section 8.2.3",
        derivative=Derivative(surface),
        constant_hessian=surface.hessian,
    )


def rosenbrock() -> FunctionObjective:
    """The banana valley `(1 - x)^2 + 100 (y - x^2)^2`, easy to find and hard to follow to (1, 1).

    Rosenbrock, "An automatic method for finding the greatest or least value of a function", The
    Computer Journal 3, 1960.
    """
    return FunctionObjective(
        Rosenbrock(),
        ("x", "y"),
        ((-2.0, 2.0), (-1.0, 3.0)),
        formula=r"f(x, y) = (1 - x)^2 + 100\,(y - x^2)^2",
        minima=np.array([[1.0, 1.0]]),
        source="Rosenbrock, The Computer Journal 3, 1960",
        derivative=Derivative(Rosenbrock()),
    )


def himmelblau() -> FunctionObjective:
    """`(x^2 + y - 11)^2 + (x + y^2 - 7)^2`: four minima, all of them 0.

    Himmelblau, "Applied Nonlinear Programming", 1972.
    """
    return FunctionObjective(
        Himmelblau(),
        ("x", "y"),
        (-5.0, 5.0),
        formula=r"f(x, y) = (x^2 + y - 11)^2 + (x + y^2 - 7)^2",
        minima=np.array(
            [
                [3.0, 2.0],
                [-2.805118086952745, 3.131312518250573],
                [-3.779310253377747, -3.2831859912861696],
                [3.5844283403304917, -1.8481265269644036],
            ]
        ),
        source="Himmelblau, Applied Nonlinear Programming, 1972",
        derivative=Derivative(Himmelblau()),
    )


def beale() -> FunctionObjective:
    """Three squares with a narrow curved valley to (3, 0.5), flat around and steep at the corners.

    Beale, "On an iterative method for finding a local minimum of a function of more than one
    variable", Princeton, 1958.
    """
    return FunctionObjective(
        Beale(),
        ("x", "y"),
        (-4.5, 4.5),
        formula=r"f(x, y) = \sum_{k=1}^{3}\,(c_k - x + x y^k)^2",
        minima=np.array([[3.0, 0.5]]),
        source="Beale, On an iterative method for finding a local minimum, Princeton, 1958",
        derivative=Derivative(Beale()),
    )


def rastrigin(parameters: int = 2) -> FunctionObjective:
    """A bowl with a local minimum near every whole number; the lowest is 0 at the origin.

    Rastrigin, "Systems of Extremal Control", Moscow, 1974, for two parameters. Raises
    GdanimError for fewer than one.
    """
    check_int("parameters", parameters, least=1)
    names = ("x", "y") if parameters == 2 else tuple(f"x{i}" for i in range(1, parameters + 1))
    return FunctionObjective(
        Rastrigin(),
        names,
        (-5.12, 5.12),
        formula=r"f = \sum_i\,(x_i^2 - 10\,\cos\,2\pi x_i + 10)",
        minima=np.zeros((1, parameters)),
        source="Rastrigin, Systems of Extremal Control, 1974",
        derivative=Derivative(Rastrigin()),
    )


def two_valleys() -> FunctionObjective:
    """`x^4 - 4 x^2 + x`: a deep valley at the left, and one at the right that keeps what rolls in.

    The tilted double well; Poston and Stewart, "Catastrophe Theory and its Applications", 1978.
    """
    return FunctionObjective(
        TwoValleys(),
        ("x",),
        (-2.3, 2.3),
        formula=r"f(x) = x^4 - 4\,x^2 + x",
        minima=np.array([[-1.4729976011140302], [1.346997408527774]]),
        source="Poston and Stewart, Catastrophe Theory and its Applications, 1978",
        derivative=Derivative(TwoValleys()),
    )


def wave() -> FunctionObjective:
    """`x cos(0.15 pi x)` on (-10, 10): a shallow and a deep minimum.

    Zhang, Lipton, Li and Smola, "Dive into Deep Learning", 2023, section 12.3. `minima` has those
    of the range; beyond it there are deeper ones.
    """
    return FunctionObjective(
        Wave(),
        ("x",),
        (-10.0, 10.0),
        formula=r"f(x) = x\,\cos(0.15\,\pi\,x)",
        minima=np.array([[7.269388146311475], [-1.8256845786723395]]),
        source="Zhang, Lipton, Li and Smola, Dive into Deep Learning, 2023, section 12.3",
        derivative=Derivative(Wave()),
    )
