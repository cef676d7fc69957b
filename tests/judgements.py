"""Runs by name, with the words that are right for each: a table made from mathematics.

Each case makes a run, `times` times as long as usual, and says which endings and reasons are right,
and why. Two are right only where the border between them is a matter of taste; the sentence says
so. `None` among the reasons: none need be given.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from gdanim.analysis.judgement import Ending, Reason
from gdanim.core.arrays import Floats
from gdanim.descent.adaptive import AdaGrad, Adam, RMSProp
from gdanim.descent.gradient_descent import GradientDescent
from gdanim.descent.loop import descend
from gdanim.descent.momentum import Momentum, Nesterov
from gdanim.descent.newton import Newton
from gdanim.descent.noise import Noisy
from gdanim.descent.optimizer import Optimizer
from gdanim.descent.recorder import Recorder
from gdanim.descent.run import Run
from gdanim.descent.schedule import Rate
from gdanim.descent.stopping import Convergence, Divergence, Stall
from gdanim.problems import datasets, objectives
from gdanim.problems.dataset import Dataset
from gdanim.problems.function_objective import FunctionObjective
from gdanim.problems.linear import Linear
from gdanim.problems.logistic import Logistic
from gdanim.problems.losses import (
    Huber,
    LogLoss,
    Loss,
    MeanAbsoluteError,
    MeanSquaredError,
    NegativeLogLikelihood,
    RootMeanSquaredError,
    SumOfSquaredErrors,
)
from gdanim.problems.mlp import MLP
from gdanim.problems.objective import Objective
from gdanim.problems.penalties import L1, L2
from gdanim.problems.polynomial import Polynomial
from gdanim.problems.problem import Problem
from gdanim.problems.sinusoid import Sinusoid
from gdanim.schedules import Cosine, Exponential, Piecewise, StepDecay, Switch, WarmUp

CONVERGED, FALLING, HARDLY_MOVING = Ending.CONVERGED, Ending.FALLING, Ending.HARDLY_MOVING
OSCILLATING, GROWING, DIVERGED = Ending.OSCILLATING, Ending.GROWING, Ending.DIVERGED
UNBOUNDED, STOPPED, NOT_STARTED = Ending.UNBOUNDED, Ending.STOPPED, Ending.NOT_STARTED
MINIMUM, LOCAL_MINIMUM, SADDLE = Reason.MINIMUM, Reason.LOCAL_MINIMUM, Reason.SADDLE
MAXIMUM, ADDED_NOISE = Reason.MAXIMUM, Reason.ADDED_NOISE
INFLECTION, SMALL_RATE, LARGE_RATE = Reason.INFLECTION, Reason.SMALL_RATE, Reason.LARGE_RATE
CONDITIONING, NOISE, NO_MINIMUM = Reason.CONDITIONING, Reason.NOISE, Reason.NO_MINIMUM
PLATEAU = Reason.PLATEAU
# A factor above 1 in size is beyond doubt, but the loss need not have become large yet.
GROWS = (GROWING, DIVERGED)
# A run that is on its way: the reason that it is not there yet may be left out.
ON_ITS_WAY = (None, SMALL_RATE, CONDITIONING)


@dataclass(frozen=True)
class Case:
    """A run of `times` its usual length, the right endings and reasons, and why."""

    make: Callable[[int], Run]
    endings: tuple[Ending, ...]
    reasons: tuple[Reason | None, ...]
    why: str


CASES: dict[str, Case] = {}


def points(x: ArrayLike, y: ArrayLike) -> Dataset:
    """Points of one feature or several."""
    return Dataset(np.array(x, dtype=np.float64), np.array(y, dtype=np.float64))


def case(
    name: str,
    make: Callable[[int], Run],
    endings: Ending | tuple[Ending, ...],
    reasons: Reason | tuple[Reason | None, ...] | None,
    why: str,
) -> None:
    """Add a row to the table."""
    assert name not in CASES, name
    several = endings if isinstance(endings, tuple) else (endings,)
    CASES[name] = Case(make, several, reasons if isinstance(reasons, tuple) else (reasons,), why)


def quadratic(
    *curvatures: float,
    offset: float = 0.0,
    factor: float = 1.0,
    width: float = 1.0,
    known: bool = True,
) -> FunctionObjective:
    """`factor sum(curvature x^2) / 2 + offset` of x in units of `width`; minimum known or not."""
    c = factor * np.array(curvatures) / width**2

    def f(*params: Any) -> Any:
        return sum(a * x * x / 2 for a, x in zip(c, params, strict=True)) + offset

    return FunctionObjective(
        f,
        tuple(f"x{i}" for i in range(len(c))),
        (-3 * width, 3 * width),
        minima=np.zeros((1, len(c))) if known else None,
        derivative=lambda *params: [a * x for a, x in zip(c, params, strict=True)],
        constant_hessian=np.diag(c) if known else None,
    )


def gd(
    objective: Objective, lr: Rate, start: ArrayLike | None, steps: int, **options: Any
) -> Callable[[int], Run]:
    """Gradient descent, to be made later."""
    return by(objective, GradientDescent(lr), start, steps, **options)


def by(
    objective: Objective, optimizer: Optimizer, start: ArrayLike | None, steps: int, **options: Any
) -> Callable[[int], Run]:
    """A descent by any optimizer, to be made later."""
    return lambda times: descend(objective, optimizer, start, steps * times, **options)


def once(
    objective: Objective, optimizer: Optimizer, start: ArrayLike, steps: int, **options: Any
) -> Callable[[int], Run]:
    """A descent of this many steps in any case."""
    return lambda times: descend(objective, optimizer, start, steps, **options)


# --- Quadratics of one parameter, f = x^2 / 2 from 3: each step multiplies x by 1 - lr. -----------

X = quadratic(1.0)
case(
    "one parameter, 0.0001 of the edge",
    gd(X, 2e-4, [3], 100),
    HARDLY_MOVING,
    SMALL_RATE,
    "0.9998^200 = 0.961: 3.9 % is gained, and 0.9998^2000 = 0.67 of it is left ten times later",
)
case(
    "one parameter, 0.01 of the edge, 20 steps",
    gd(X, 0.02, [3], 20),
    FALLING,
    ON_ITS_WAY,
    "0.98^40 = 0.45 of the loss is left",
)
case(
    "one parameter, 0.01 of the edge, 100 steps",
    gd(X, 0.02, [3], 100),
    FALLING,
    ON_ITS_WAY,
    "0.98^200 = 0.018 of the loss is left",
)
case(
    "one parameter, 0.01 of the edge, 500 steps",
    gd(X, 0.02, [3], 500),
    CONVERGED,
    MINIMUM,
    "0.98^1000 = 1.7e-9 of the loss is left",
)
case(
    "one parameter, 0.25 of the edge",
    gd(X, 0.5, [3], 60),
    CONVERGED,
    MINIMUM,
    "0.5^120 = 7.5e-37 of the loss is left",
)
case(
    "one parameter, 0.5 of the edge",
    gd(X, 1.0, [3], 10),
    CONVERGED,
    MINIMUM,
    "1 - lr L = 0: there after one step",
)
case(
    "one parameter, 0.75 of the edge",
    gd(X, 1.5, [3], 60),
    CONVERGED,
    MINIMUM,
    "(-0.5)^120: the swing dies out",
)
case(
    "one parameter, 0.99 of the edge, 40 steps",
    gd(X, 1.98, [3], 40),
    FALLING,
    (None, LARGE_RATE),
    "|1 - lr L| = 0.98 < 1: the swing shrinks, 0.98^80 = 0.2 of the loss is left",
)
case(
    "one parameter, 0.99 of the edge, 600 steps",
    gd(X, 1.98, [3], 600),
    CONVERGED,
    MINIMUM,
    "0.98^1200 = 3e-11 of the loss is left",
)
case(
    "one parameter, on the edge",
    gd(X, 2.0, [3], 100),
    OSCILLATING,
    LARGE_RATE,
    "1 - lr L = -1: x is 3, -3, 3, ... and the loss 4.5 for ever",
)
case(
    "one parameter, a millionth above the edge",
    gd(X, 2 * (1 + 1e-6), [3], 100),
    (OSCILLATING, GROWING),
    LARGE_RATE,
    "1.000002^200 = 1.0004: it grows, but by what nobody sees in ten times as many steps",
)
case(
    "one parameter, 1.005 of the edge",
    gd(X, 2.01, [3], 100),
    GROWS,
    LARGE_RATE,
    "|1 - lr L| = 1.01 > 1: the loss is 1.01^200 = 7.3 times the first",
)
case(
    "one parameter, 1.25 of the edge",
    gd(X, 2.5, [3], 20),
    GROWS,
    LARGE_RATE,
    "|1 - lr L| = 1.5 > 1: the loss is 1.1e7 times the first",
)
case(
    "one parameter, 2.5 of the edge",
    gd(X, 5.0, [3], 40),
    DIVERGED,
    LARGE_RATE,
    "|1 - lr L| = 4: the loss is 1.5e48 times the first",
)
case(
    "one parameter, to infinity",
    gd(X, 5.0, [3], 2000),
    DIVERGED,
    LARGE_RATE,
    "4^1024 is beyond 1.8e308",
)
case(
    "one parameter, 2.5 of the edge, 4 steps",
    gd(X, 5.0, [3], 4),
    GROWS,
    LARGE_RATE,
    "|1 - lr L| = 4: the loss is 65 536 times the first after 4 steps",
)

# --- The same under y -> a y + b, and with rescaled parameters. -----------------------------------

for offset in (1000.0, -1000.0, -4.5, 1e6):
    case(
        f"offset {offset:g}, falling",
        gd(quadratic(1.0, offset=offset), 0.02, [3], 100),
        FALLING,
        ON_ITS_WAY,
        "an added constant changes nothing: 0.018 of the gap is left",
    )
for offset in (1000.0, -1000.0):
    case(
        f"offset {offset:g}, hardly moving",
        gd(quadratic(1.0, offset=offset), 2e-4, [3], 100),
        HARDLY_MOVING,
        SMALL_RATE,
        "an added constant changes nothing: 0.961 of the gap is left",
    )
    case(
        f"offset {offset:g}, converged",
        gd(quadratic(1.0, offset=offset), 0.5, [3], 60),
        CONVERGED,
        MINIMUM,
        "an added constant changes nothing: 0.5^120 of the gap is left",
    )
    case(
        f"offset {offset:g}, growing",
        gd(quadratic(1.0, offset=offset), 2.5, [3], 20),
        GROWS,
        LARGE_RATE,
        "an added constant changes nothing: |1 - lr L| = 1.5 > 1",
    )
    case(
        f"offset {offset:g}, on the edge",
        gd(quadratic(1.0, offset=offset), 2.0, [3], 100),
        OSCILLATING,
        LARGE_RATE,
        "an added constant changes nothing: 1 - lr L = -1",
    )
for factor in (1e-12, 1e12):
    case(
        f"loss times {factor:g}, falling",
        gd(quadratic(1.0, factor=factor), 0.02 / factor, [3], 100),
        FALLING,
        ON_ITS_WAY,
        "L and the rate change together: 0.018 of the loss is left",
    )
    case(
        f"loss times {factor:g}, converged",
        gd(quadratic(1.0, factor=factor), 0.5 / factor, [3], 60),
        CONVERGED,
        MINIMUM,
        "L and the rate change together: 0.5^120 of the loss is left",
    )
for width in (1e-6, 1e6):
    case(
        f"parameters times {width:g}, falling",
        gd(quadratic(1.0, width=width), 0.02 * width**2, [3 * width], 100),
        FALLING,
        ON_ITS_WAY,
        "L and the rate change together: 0.018 of the loss is left",
    )
    case(
        f"parameters times {width:g}, growing",
        gd(quadratic(1.0, width=width), 2.5 * width**2, [3 * width], 20),
        GROWS,
        LARGE_RATE,
        "L and the rate change together: |1 - lr L| = 1.5 > 1",
    )
case(
    "x^2 + 1000 from 3, nothing known about it",
    gd(FunctionObjective(lambda x: x**2 + 1000), 0.01, [3], 100),
    FALLING,
    ON_ITS_WAY,
    "x falls from 3 to 3 * 0.98^100 = 0.4, the loss by 8.84 of the 9 that there are",
)
case(
    "x^2 - 1000 from 3, nothing known about it",
    gd(FunctionObjective(lambda x: x**2 - 1000), 0.3, [3], 60),
    CONVERGED,
    MINIMUM,
    "0.4^120 of the gap is left",
)
case(
    "1e-6 x^2 + 1, nothing known about it",
    gd(FunctionObjective(lambda x: 1e-6 * x**2 + 1), 1e4, [3], 50),
    FALLING,
    ON_ITS_WAY,
    "1 - lr L = 0.98: of a gap of 9e-6 there is 0.98^100 = 0.13 left; no constant gives it a scale",
)

# --- Ravines. -------------------------------------------------------------------------------------

RAVINE = quadratic(1.0, 100.0)
case(
    "a ravine of 100, the steep side first",
    gd(RAVINE, 0.01, [9, 1], 100),
    FALLING,
    CONDITIONING,
    "half the edge is best for y; x falls by 0.99 a step: 0.99^200 = 0.13 of 40.5 is left",
)
case(
    "a ravine of 100, at length",
    gd(RAVINE, 0.0198, [9, 1], 1000),
    CONVERGED,
    MINIMUM,
    "0.9802^2000 = 4e-18 along x, 0.98^2000 along y",
)
case(
    "a ravine of 10 000",
    gd(objectives.bowl(10_000), 1e-4, [9, 1], 1000),
    FALLING,
    CONDITIONING,
    "0.9999^2000 = 0.82 of the 40.5 along x is left, of 5040: half the edge, condition 1e4",
)
case(
    "a ravine of 10 000, near the edge",
    gd(objectives.bowl(10_000), 1.98e-4, [9, 1], 1500),
    FALLING,
    CONDITIONING,
    "y swings and dies out, 0.98^1500; of 40.5 along x 0.55 is left: what is said of the end",
)
case(
    "a ravine of 10 000 by momentum",
    by(objectives.bowl(10_000), Momentum(2e-5, 0.95), [9, 1], 2000),
    FALLING,
    (CONDITIONING, SMALL_RATE),
    "y swings and dies out, 0.95^1000; x falls by 1 - lr / (1 - 0.95) = 0.9996: 0.2 is left; the "
    "rate is 0.05 of the edge 2 (1 + 0.95) / L, and ten times the rate would be faster",
)
case(
    "a ravine of 100, hardly moving",
    gd(RAVINE, 1e-6, [9, 1], 100),
    HARDLY_MOVING,
    SMALL_RATE,
    "0.9999^200 = 0.98 along y, 0.9998 along x",
)
case(
    "a ravine of 100, unstable along y",
    gd(RAVINE, 0.021, [9, 1], 30),
    GROWS,
    LARGE_RATE,
    "|1 - 2.1| = 1.1 > 1: 50 along y become 50 * 1.1^60 = 15 000",
)
case(
    "a ravine of 100, unstable along y, from almost on the axis",
    gd(RAVINE, 0.021, [9, 1e-4], 90),
    GROWS,
    LARGE_RATE,
    "the loss falls to about 3 first; then 5e-7 * 1.1^180 = 14 along y shows, and grows on",
)
case(
    "a ravine of 100, unstable along y, from exactly on the axis",
    gd(RAVINE, 0.021, [9, 0], 900),
    CONVERGED,
    MINIMUM,
    "|1 - 2.1| > 1, but y is 0 and stays 0; 0.979^1800 along x",
)
case(
    "a rate for each parameter, one of them too large",
    gd(RAVINE, [0.5, 0.021], [9, 1], 30),
    GROWS,
    LARGE_RATE,
    "lr y'' = 2.1 > 2 along y, whatever the rate of x",
)
case(
    "a rate for each parameter, both right",
    gd(RAVINE, [0.5, 0.005], [9, 1], 60),
    CONVERGED,
    MINIMUM,
    "0.5^120 along both: rates of 1 / (2 L) each",
)
TEN = quadratic(*np.logspace(0, 1, 10))
START_TEN = np.linspace(1, 2, 10)
case(
    "ten parameters, converged",
    gd(TEN, 0.1, START_TEN, 200),
    CONVERGED,
    MINIMUM,
    "0.9^400 = 5e-19 along the flattest of L = 1 to 10",
)
case(
    "ten parameters, falling",
    gd(TEN, 0.01, START_TEN, 60),
    FALLING,
    ON_ITS_WAY,
    "0.99^120 = 0.3 along the flattest is left",
)
case(
    "ten parameters, unstable along one",
    gd(TEN, 0.25, START_TEN, 30),
    GROWS,
    LARGE_RATE,
    "lr L = 2.5 for the steepest and 1.94 for the next: |1 - 2.5| = 1.5 > 1",
)
TURNED = np.array([[3.0, 1.0], [1.0, 3.0]])
case(
    "a turned ellipse, curvatures 2 and 4",
    gd(
        FunctionObjective(
            lambda x, y: (3 * x**2 + 2 * x * y + 3 * y**2) / 2, constant_hessian=TURNED
        ),
        0.51,
        [1, 1.5],
        60,
    ),
    GROWS,
    LARGE_RATE,
    "edge 2 / 4 = 0.5: |1 - 0.51 * 4| = 1.04 > 1, though each parameter's own curvature is 3",
)
FLAT_VALLEY = FunctionObjective(
    lambda x, y: (x + y) ** 2 / 2, constant_hessian=np.array([[1.0, 1.0], [1.0, 1.0]])
)
case(
    "a valley with a flat floor",
    gd(FLAT_VALLEY, 0.25, [3, 1], 60),
    CONVERGED,
    MINIMUM,
    "curvatures 0 and 2: the loss falls to 0 by 0.25 a step, anywhere on the line of minima",
)

# --- Starts: at the optimum, up to rounding, far, and astronomically far. -------------------------

LINE = Problem(datasets.linear(2.0, 1.0, noise=0.1), Linear())
EXACT = Problem(datasets.linear(2.0, 1.0, noise=0.0), Linear())
ROUGH = Problem(datasets.linear(2.0, 1.0, noise=2.0), Linear())


def least_squares(problem: Problem, degree: int = 1) -> Floats:
    """The least-squares parameters of a polynomial, by NumPy."""
    return np.polyfit(problem.data.x[:, 0], problem.data.y, degree)


for lr in (0.1, 5.0):
    case(
        f"at the optimum exactly, rate {lr:g}",
        gd(X, lr, [0.0], 50),
        CONVERGED,
        MINIMUM,
        "the gradient is 0: it stays, whatever the rate",
    )
case(
    "a line, at the optimum up to rounding",
    gd(LINE, 0.01, least_squares(LINE), 100),
    CONVERGED,
    MINIMUM,
    "the gradient is of the order of 1e-15",
)
case(
    "an exact line, at the optimum up to rounding",
    gd(EXACT, 0.01, [2, 1], 100),
    CONVERGED,
    MINIMUM,
    "losses of the order of 1e-31 are rounding errors",
)
case(
    "an exact line, from 1e-15 beside the optimum",
    gd(EXACT, 0.02, [2 + 1e-15, 1 - 1e-15], 100),
    CONVERGED,
    MINIMUM,
    "losses of the order of 1e-29 are rounding errors",
)
case(
    "a line from far away",
    gd(LINE, 0.01, [1000, 1000], 300),
    FALLING,
    ON_ITS_WAY,
    "5.49 is 594 times the floor, 0.00924: the intercept's 0.98^600 * 1e6 is left",
)
case(
    "a line from far away, at length",
    gd(LINE, 0.01, [1000, 1000], 1500),
    CONVERGED,
    MINIMUM,
    "0.98^3000 * 1e6 = 5e-21 is left",
)
case(
    "from 1e150, one parameter",
    gd(X, 0.5, [1e150], 2000),
    CONVERGED,
    MINIMUM,
    "0.5^2000 = 9e-603: x reaches 0",
)
case(
    "a line from 1e150",
    gd(LINE, 0.01, [1e150, 1e150], 1000),
    FALLING,
    ON_ITS_WAY,
    "0.98^2000 = 3e-18 of 1e300 is left",
)
case(
    "a line from 1e150, too large a rate",
    gd(LINE, 0.04, [1e150, 1e150], 100),
    DIVERGED,
    LARGE_RATE,
    "|1 - 0.04 * 66.7| = 1.67 > 1: the loss overflows after 15 steps",
)
for far, lr in ((1e3, 0.0291), (1e8, 0.0291), (1e8, 0.0275)):
    case(
        f"a rough line from {far:g}, rate {lr:g}",
        gd(ROUGH, lr, [far, -far], 100),
        FALLING,
        None,
        "at the fastest rate, 0.0291, 0.942^200 = 6e-6 of 1e6 and more is left: the start is far, "
        "and no rate would have been fast enough",
    )
case(
    "a rough line from 1000, at a third of the edge",
    gd(ROUGH, 0.01, [1000, 1000], 300),
    FALLING,
    None,
    "0.98^600 * 1e6 = 5 is left along the flattest; and 0.001 from a constant: "
    "the start is far, and the problem no worse conditioned than 33",
)
for steps in (1, 2):
    case(
        f"a rough line, {steps} steps",
        once(ROUGH, GradientDescent(0.01), [0, 0], steps),
        FALLING,
        None,
        "0.33^(2 steps) of the slope's part is left, which is the steepest: no rate and no "
        "condition number is to blame after so few",
    )

# --- Least squares. The largest stable rate of the line is 2 / 66.68 = 0.029994. ------------------

case(
    "a line",
    gd(LINE, 0.01, [-2, -1.5], 1000),
    CONVERGED,
    MINIMUM,
    "0.98^2000 * 6.25 is left above 0.00924",
)
case(
    "a line, half way",
    gd(LINE, 0.01, [-2, -1.5], 150),
    FALLING,
    ON_ITS_WAY,
    "0.98^300 * 6.25 = 0.0146 above the floor of 0.00924",
)
case(
    "a line, just below the edge",
    gd(LINE, 0.0299, [-2, -1.5], 300),
    FALLING,
    (None, LARGE_RATE, CONDITIONING),
    "|1 - 0.0299 * 66.68| = 0.9937: 0.9937^600 * 530 = 12 is left",
)
case(
    "a line, just above the edge",
    gd(LINE, 0.0301, [-2, -1.5], 300),
    GROWS,
    LARGE_RATE,
    "|1 - 0.0301 * 66.68| = 1.007: the loss is 1.007^600 = 68 times the first",
)
case(
    "a line, 33 times the edge",
    gd(LINE, 1.0, [-2, -1.5], 300),
    DIVERGED,
    LARGE_RATE,
    "|1 - 66.68| = 65.7: beyond 1e308 after 85 steps",
)
case(
    "a line, hardly moving",
    gd(LINE, 1e-6, [-2, -1.5], 100),
    HARDLY_MOVING,
    SMALL_RATE,
    "(1 - 6.7e-5)^200 = 0.987 of the loss is left",
)
case(
    "an exact line, half way",
    gd(EXACT, 0.01, [-2, -1.5], 100),
    FALLING,
    ON_ITS_WAY,
    "0.98^200 * 6.25 = 0.11 of 540 is left, 2e-4",
)
case(
    "an exact line",
    gd(EXACT, 0.01, [-2, -1.5], 600),
    CONVERGED,
    MINIMUM,
    "0.98^1200 * 6.25 = 2e-10 of 540 is left",
)
case(
    "half the mean squared error",
    gd(
        Problem(LINE.data, Linear(), MeanSquaredError(factor=0.5)),
        0.05,
        [-2, -1.5],
        300,
    ),
    CONVERGED,
    MINIMUM,
    "half the loss, twice the edge: |1 - 0.05 * 33.3| = 0.67, and 0.95^600 * 3.1 is left",
)
case(
    "half the mean squared error, too large a rate",
    gd(
        Problem(LINE.data, Linear(), MeanSquaredError(factor=0.5)),
        0.065,
        [-2, -1.5],
        60,
    ),
    GROWS,
    LARGE_RATE,
    "|1 - 0.065 * 33.3| = 1.17 > 1",
)
case(
    "the sum of squares, at the mean's rate",
    gd(Problem(LINE.data, Linear(), SumOfSquaredErrors()), 0.01, [-2, -1.5], 100),
    DIVERGED,
    LARGE_RATE,
    "100 points: lr L = 66.7",
)
case(
    "the sum of squares, at a hundredth of the mean's rate",
    gd(Problem(LINE.data, Linear(), SumOfSquaredErrors()), 1e-4, [-2, -1.5], 1000),
    CONVERGED,
    MINIMUM,
    "the same run as with the mean, losses times 100",
)
PARABOLA = Problem(datasets.quadratic(noise=0.1), Polynomial(2))
case(
    "a parabola, ill-conditioned",
    gd(PARABOLA, 4e-4, [0, 0, 0], 600),
    FALLING,
    CONDITIONING,
    "L = 3993, edge 5.0e-4; along the flattest, 2 / 2.25 of c, 1 - 3.6e-4 a step: 0.26 of it stays",
)
RIDGE = Problem(LINE.data, Linear(), penalty=L2(10.0))
case(
    "ridge regression",
    gd(RIDGE, 0.01, [-2, -1.5], 1000),
    CONVERGED,
    MINIMUM,
    "curvatures 66.7 + 20 and 2: |1 - 0.867| and 0.98; the floor is 30, above that of the line",
)
case(
    "ridge regression, too large a rate",
    gd(RIDGE, 0.025, [-2, -1.5], 60),
    GROWS,
    LARGE_RATE,
    "|1 - 0.025 * 86.7| = 1.17 > 1, though 0.025 is stable without the penalty",
)
SAME_X = Problem(points([2, 2, 2, 2], [1, 2, 3, 4]), Linear())
case(
    "all points at one x",
    gd(SAME_X, 0.05, [0, 0], 200),
    CONVERGED,
    MINIMUM,
    "the floor is the variance, 1.25, along a whole line of parameters",
)
ONE_POINT = Problem(points([3], [7]), Linear())
case(
    "one point",
    gd(ONE_POINT, 0.05, [0, 0], 100),
    CONVERGED,
    MINIMUM,
    "lr L = 0.05 * 20 = 1: the line goes through the point after one step, loss 0",
)
case(
    "a line, nearer by",
    gd(LINE, 0.01, [-2, -1.5], 100),
    FALLING,
    CONDITIONING,
    "0.33^200 of the slope's part, 0.98^200 = 0.018 of the intercept's 6: the steepest direction "
    "has long arrived, and allows three times the rate at most",
)

# --- Data of large offset and scale. --------------------------------------------------------------


def trend(low: float, high: float, offset: float, slope: float, noise: float) -> Problem:
    """A line through 40 points, `offset` high in the middle of `low` to `high`, with noise."""
    x = np.linspace(low, high, 40)
    error = noise * np.random.default_rng(0).normal(size=40)
    y = offset + slope * (x - (low + high) / 2) + error
    return Problem(Dataset(x, y), Linear())


TEMPERATURE = trend(2e7, 2.1e7, 20.0, 1e-5, 0.3)
case(
    "timestamps of 2e7",
    gd(TEMPERATURE, 1e-15, [0, 0], 1000),
    (FALLING, HARDLY_MOVING),
    CONDITIONING,
    "lr L = 0.84; the slope alone is fitted, loss 7; along the flattest lr L is 4e-19: it falls "
    "on, but not visibly, so that both words will do",
)
case(
    "timestamps of 2e7, the usual rate",
    gd(TEMPERATURE, 0.01, [0, 0], 300),
    DIVERGED,
    LARGE_RATE,
    "lr L = 8.4e12: beyond 1e308 after 12 steps",
)
case(
    "timestamps of 2e7, standardised",
    gd(Problem(TEMPERATURE.data.standardised(), Linear()), 0.1, [0, 0], 200),
    CONVERGED,
    MINIMUM,
    "both curvatures are 2: 0.8^400 is left",
)
case(
    "timestamps of 2e7 by Newton's method",
    by(TEMPERATURE, Newton(), [0, 0], 6),
    (HARDLY_MOVING, FALLING, STOPPED),
    (CONDITIONING, None),
    "with a condition number of 1e17 the pseudo-inverse leaves the flattest direction out: it "
    "stays at 7.3, which is 130 times the floor",
)
YEARS = trend(1950, 2020, 14.0, 0.02, 0.1)
case(
    "years",
    gd(YEARS, 1e-7, [0, 0], 1000),
    (FALLING, HARDLY_MOVING),
    CONDITIONING,
    "edge 2.5e-7; along the flattest of lr L 2e-11 nothing moves: loss 0.083, the floor is 0.0061",
)
FAR_UP = trend(-10, 10, 1.7e9, 1.0, 1e-4)
case(
    "values of 1.7e9 with noise of 1e-4",
    gd(FAR_UP, 0.02, [0, 1.7e9], 1000),
    CONVERGED,
    MINIMUM,
    "the floor is 6.1e-9, not 0: 0.96^2000 of 35 is left",
)
case(
    "values of 1.7e9 with noise of 1e-4, on the way",
    gd(FAR_UP, 0.02, [0, 1.7e9 - 100], 150),
    FALLING,
    ON_ITS_WAY,
    "0.96^300 * 1e4 = 0.05 is left above a floor of 6.1e-9",
)
PRICES = trend(50_000, 900_000, 3e5, 0.7, 2e4)
case(
    "prices",
    gd(PRICES, 1e-12, [0, 0], 2000),
    (FALLING, HARDLY_MOVING),
    CONDITIONING,
    "the slope alone is fitted, 5.5e8, and the floor is 2.4e8; it falls on, but not visibly",
)

# --- Other losses. --------------------------------------------------------------------------------


def line(loss: Loss, noise: float = 0.1) -> Problem:
    """The line under another loss."""
    return Problem(datasets.linear(2.0, 1.0, noise=noise), Linear(), loss)


case(
    "root of the mean square at a constant rate, an exact line",
    gd(line(RootMeanSquaredError(), 0.0), 0.05, [2.01, 1], 300),
    OSCILLATING,
    LARGE_RATE,
    "steps of a constant length across a cone: 0.0577 for ever",
)
case(
    "root of the mean square",
    gd(line(RootMeanSquaredError()), 0.003, [-2, -1.5], 2000),
    CONVERGED,
    MINIMUM,
    "near the minimum L = 66.7 / (2 * 0.096) = 347: |1 - 1.04|, and 0.969 along the intercept",
)
case(
    "root of the mean square, too large a rate near the minimum",
    gd(line(RootMeanSquaredError()), 0.05, [-2, -1.5], 1000),
    OSCILLATING,
    LARGE_RATE,
    "lr L = 17 at the minimum; far away the slope is bounded: a cycle",
)
case(
    "mean absolute error at a constant rate",
    gd(line(MeanAbsoluteError()), 0.05, [-2, -1.5], 600),
    OSCILLATING,
    LARGE_RATE,
    "slopes of constant size: it goes back and forth across the minimum",
)
case(
    "mean absolute error, on its way",
    gd(line(MeanAbsoluteError()), 1e-3, [-2, -1.5], 300),
    FALLING,
    ON_ITS_WAY,
    "the slope's gradient is at most mean |x| = 5: it moves by at most 1.5 of 4",
)
case(
    "mean absolute error, a rate that decays too early",
    gd(line(MeanAbsoluteError()), Exponential(0.05, 0.98), [-2, -1.5], 600),
    (HARDLY_MOVING, STOPPED),
    SMALL_RATE,
    "the intercept moves by at most the sum of the rates, 2.5, and the last one is 3e-7: it ends "
    "at 0.70, nine times the floor",
)
case(
    "mean absolute error, a rate that decays",
    gd(line(MeanAbsoluteError()), Exponential(0.05, 0.995), [-2, -1.5], 2000),
    CONVERGED,
    MINIMUM,
    "the rates add up to 10, and the swing shrinks with the rate to 2e-6",
)
case(
    "Huber",
    gd(line(Huber()), 0.02, [-2, -1.5], 1500),
    CONVERGED,
    MINIMUM,
    "L = 33.3: |1 - 0.67|; 0.98^3000 along the intercept",
)
case(
    "Huber, too large a rate",
    gd(line(Huber()), 0.2, [-2, -1.5], 600),
    OSCILLATING,
    LARGE_RATE,
    "lr L = 6.7 near the minimum, a bounded slope far away: a cycle",
)
case(
    "Huber, hardly moving",
    gd(line(Huber()), 1e-5, [-2, -1.5], 100),
    HARDLY_MOVING,
    SMALL_RATE,
    "steps of at most 1e-5 * 5: 0.005 of 4",
)
case(
    "Huber with a wide quadratic part, above the edge",
    gd(line(Huber(delta=1e6)), 0.065, [-2, -1.5], 60),
    GROWS,
    LARGE_RATE,
    "quadratic up to 1e6: |1 - 0.065 * 33.3| = 1.17 > 1",
)
case(
    "the lasso",
    gd(Problem(LINE.data, Linear(), penalty=L1(1.0)), 0.01, [-2, -1.5], 1000),
    CONVERGED,
    MINIMUM,
    "the slope is 2 - 0.015, far from the kink at 0: smooth there, with the line's curvatures",
)

# --- Other optimizers. ----------------------------------------------------------------------------

case(
    "momentum",
    by(X, Momentum(0.1, 0.9), [3], 400),
    CONVERGED,
    MINIMUM,
    "both roots are sqrt(0.9) in size: 0.9^400",
)
case(
    "momentum above the edge of gradient descent",
    by(X, Momentum(3.7, 0.9), [3], 400),
    CONVERGED,
    MINIMUM,
    "stable below 2 (1 + 0.9) / L = 3.8: the roots are sqrt(0.9) in size",
)
case(
    "momentum above its own edge",
    by(X, Momentum(3.9, 0.9), [3], 60),
    GROWS,
    LARGE_RATE,
    "3.9 > 2 (1 + 0.9) / L = 3.8: z^2 + 2 z + 0.9 has the root -1.32",
)
case(
    "momentum that swings slowly",
    by(X, Momentum(0.01, 0.99), [3], 150),
    (FALLING, OSCILLATING),
    (None, LARGE_RATE),
    "roots sqrt(0.99) in size: the swings shrink, 0.99^150 = 0.22 of the loss is left; it swings "
    "and falls",
)
case(
    "momentum that swings slowly, at length",
    by(X, Momentum(0.01, 0.99), [3], 2500),
    CONVERGED,
    MINIMUM,
    "0.99^2500 = 1e-11",
)
case(
    "momentum, hardly moving",
    by(X, Momentum(1e-6, 0.9), [3], 100),
    HARDLY_MOVING,
    SMALL_RATE,
    "as gradient descent with 1e-5: 0.2 % of the loss in 100 steps",
)
case(
    "Nesterov",
    by(X, Nesterov(1.2, 0.9), [3], 400),
    CONVERGED,
    MINIMUM,
    "stable below 2 (1 + 0.9) / (1 + 2 * 0.9) / L = 1.357",
)
case(
    "Nesterov above its edge",
    by(X, Nesterov(1.5, 0.9), [3], 60),
    GROWS,
    LARGE_RATE,
    "1.5 > 1.357, though gradient descent and momentum are stable",
)
case(
    "momentum on the line",
    by(LINE, Momentum(0.002, 0.9), [-2, -1.5], 400),
    CONVERGED,
    MINIMUM,
    "0.9^400 along the slope; roots of size 0.95 along the intercept",
)
case(
    "Adam",
    by(X, Adam(0.1), [3], 1000),
    CONVERGED,
    MINIMUM,
    "the swings die out with the momentum's 0.9^n",
)
case(
    "Adam, on its way",
    by(X, Adam(0.01), [3], 100),
    FALLING,
    ON_ITS_WAY,
    "steps of about 0.01: x is 2 after 100",
)
case(
    "Adam, hardly moving",
    by(X, Adam(1e-5), [3], 100),
    HARDLY_MOVING,
    SMALL_RATE,
    "steps of at most 1e-5: 0.001 of 3",
)
case(
    "Adam on the line",
    by(LINE, Adam(0.05), [-2, -1.5], 1000),
    CONVERGED,
    MINIMUM,
    "the gap is negligible against the floor of 0.00924",
)
case(
    "AdaGrad",
    by(X, AdaGrad(1.0), [3], 300),
    CONVERGED,
    MINIMUM,
    "the sum of squares stays finite, so that the end is gradient descent at a constant rate",
)
case(
    "AdaGrad, hardly moving",
    by(X, AdaGrad(1e-4), [3], 100),
    HARDLY_MOVING,
    SMALL_RATE,
    "the sum of 1e-4 / sqrt(k) is 0.002 of 3",
)
case(
    "RMSProp at a constant rate",
    by(X, RMSProp(0.3, 0.9), [3], 400),
    OSCILLATING,
    LARGE_RATE,
    "near the minimum each step has the length lr: x is 0.15, -0.15, ...",
)
case(
    "RMSProp with a rate that decays",
    by(X, RMSProp(Exponential(0.3, 0.97), 0.9), [3], 500),
    CONVERGED,
    MINIMUM,
    "the cycle shrinks with the rate",
)
case(
    "Newton's method on a line",
    by(LINE, Newton(), [-2, -1.5], 1),
    CONVERGED,
    MINIMUM,
    "a quadratic takes one step",
)
case(
    "Newton's method, damped",
    by(LINE, Newton(0.1), [-2, -1.5], 20),
    FALLING,
    ON_ITS_WAY,
    "0.9^40 = 0.015 of 530 is left",
)
case(
    "Newton's method with twice the step",
    by(LINE, Newton(2.0), [-2, -1.5], 20),
    OSCILLATING,
    LARGE_RATE,
    "1 - lr = -1 along every direction: from one side of the bowl to the other, for ever",
)
case(
    "Newton's method with 2.2 times the step",
    by(LINE, Newton(2.2), [-2, -1.5], 20),
    GROWS,
    LARGE_RATE,
    "1 - lr = -1.2 along every direction: 1.2^40 = 1470 times the loss",
)
case(
    "Newton's method to a maximum",
    by(objectives.two_valleys(), Newton(), [0.2], 20),
    (CONVERGED, STOPPED),
    (MAXIMUM, None),
    "f'' < 0 between +-0.816: it goes to where f' = 0, at 0.127: a maximum",
)
case(
    "Newton's method to a saddle",
    by(objectives.himmelblau(), Newton(), [0.1, 2.9], 20),
    CONVERGED,
    SADDLE,
    "the gradient vanishes at (0.0867, 2.884), where the Hessian has eigenvalues of both signs",
)
case(
    "Newton's method on x^4",
    by(FunctionObjective(lambda x: x**4, derivative=lambda x: [4 * x**3]), Newton(), [2], 60),
    CONVERGED,
    MINIMUM,
    "x is multiplied by 2/3: (2/3)^240 of the loss is left",
)
case(
    "noise on the gradient",
    by(X, Noisy(GradientDescent(0.1), 1.0), [3], 1000),
    OSCILLATING,
    ADDED_NOISE,
    "x has the variance 0.01 / (1 - 0.81): the loss is 0.026 on average, for ever",
)
case(
    "noise on the gradient, a rate that decays",
    by(X, Noisy(GradientDescent(Exponential(0.3, 0.98)), 0.001), [3], 800),
    CONVERGED,
    MINIMUM,
    "the rates add up to 15: exp(-30) of 4.5, and noise of the order of 0.001^2, is left",
)
case(
    "noise on the gradient, above the edge",
    by(X, Noisy(GradientDescent(2.2), 1.0), [3], 100),
    GROWS,
    LARGE_RATE,
    "|1 - 2.2| = 1.2 > 1: 1.2^200 times the loss",
)
for condition in (1, 9, 100):
    case(
        f"momentum of 0.99, condition {condition}",
        by(quadratic(1.0, condition), Momentum(1.9 / condition, 0.99), [9, 1], 400),
        FALLING,
        None,
        "0.995^800 = 0.018 of the loss is left along both directions, by the momentum, at any rate",
    )
case(
    "momentum of 0.99 at a hundredth of the edge",
    by(quadratic(1.0, 2.0), Momentum(0.02, 0.99), [3, 1], 300),
    FALLING,
    None,
    "0.995^600 = 0.05 of the loss is left: ten times the rate is no faster",
)
case(
    "Newton's method away from a minimum",
    by(FunctionObjective(lambda x: np.sqrt(1 + x**2)), Newton(), [1.2], 6),
    DIVERGED,
    None,
    "each step takes x to -x^3, at the usual rate 1, half of the largest stable one",
)
case(
    "Adam at a constant rate, in batches",
    by(ROUGH, Adam(0.05), [0, 0], 400, batch_size=5, seed=4),
    (CONVERGED, OSCILLATING),
    (MINIMUM, NOISE),
    "within 1 % of the floor of 3.7, and noisy",
)

# --- Schedules. -----------------------------------------------------------------------------------

case(
    "a rate that dies too early",
    gd(LINE, Exponential(0.02, 0.5), [-2, -1.5], 200),
    (HARDLY_MOVING, STOPPED),
    SMALL_RATE,
    "the rates add up to 0.04: exp(-0.16) of the intercept's part is left, and the last rate is "
    "2e-62: it stands still far above the floor",
)
case(
    "a rate that dies at once",
    gd(X, Exponential(0.01, 0.5), [3], 100),
    HARDLY_MOVING,
    SMALL_RATE,
    "the rates add up to 0.02: 4 % of the loss, and not more in ten times as many steps",
)
case(
    "a cosine that ends at the minimum",
    gd(LINE, Cosine(0.02, 600), [-2, -1.5], 600),
    CONVERGED,
    MINIMUM,
    "the rates add up to 6: exp(-2 * 2 * 6) * 6.25 = 2e-10 is left",
)
case(
    "a cosine that ends before the minimum",
    gd(LINE, Cosine(0.02, 60), [-2, -1.5], 60),
    (HARDLY_MOVING, FALLING),
    SMALL_RATE,
    "the rates add up to 0.6: exp(-2.4) * 6.25 = 0.57 is left, 60 times the floor, and the rate is "
    "0 at the end; at the very last step one may still say that it falls",
)
case(
    "a cosine, long after it ended before the minimum",
    gd(LINE, Cosine(0.02, 60), [-2, -1.5], 200),
    (HARDLY_MOVING, STOPPED),
    (SMALL_RATE, None),
    "the rate is 0 from step 60 on: nothing moves, 60 times above the floor",
)
case(
    "a step decay that reaches the minimum",
    gd(X, StepDecay(0.5, 0.5, 50), [3], 300),
    CONVERGED,
    MINIMUM,
    "0.5^100 of the loss after 50 steps",
)
case(
    "a rate that calms an oscillation",
    gd(X, Piecewise([2.0, 0.5], [50]), [3], 120),
    CONVERGED,
    MINIMUM,
    "3, -3, 3, ... for 50 steps, then 0.5^140",
)
case(
    "a rate that calms a divergence",
    gd(X, Piecewise([2.2, 0.5], [30]), [3], 150),
    CONVERGED,
    MINIMUM,
    "1.2^60 = 56 000 times the loss, then 0.5^240",
)
case(
    "a rate that calms an oscillation, on its way",
    gd(X, Piecewise([2.0, 0.02], [50]), [3], 80),
    FALLING,
    ON_ITS_WAY,
    "3, -3, 3, ... for 50 steps, then a smooth fall: 0.98^60 = 0.3 is left",
)
case(
    "a rate that makes it diverge late",
    gd(X, Piecewise([0.5, 2.5], [20]), [3], 45),
    GROWS,
    LARGE_RATE,
    "down to 3 / 2^20, then 1.5 times as far with each of 25 steps: 0.07, and growing on",
)
case(
    "a rate that makes it oscillate late",
    gd(X, Piecewise([0.1, 2.0], [10]), [3], 60),
    OSCILLATING,
    LARGE_RATE,
    "down to 3 * 0.9^10 = 1.05, then 1.05, -1.05, ...",
)
case(
    "a rate that grows beyond the edge",
    gd(X, Exponential(0.1, 1.05), [3], 120),
    GROWS,
    LARGE_RATE,
    "the rate passes the edge, 2, at step 62, and is 33 at the end: |1 - lr L| = 32",
)
case(
    "a warm-up into a good rate",
    gd(X, WarmUp(Piecewise([0.5], []), 50), [3], 150),
    CONVERGED,
    MINIMUM,
    "100 steps of 0.5 at least",
)
case(
    "a switch to a rate that is too large",
    gd(X, Switch(0.5, 2.5, cutoff=1e-3), [3], 60),
    GROWS,
    LARGE_RATE,
    "the loss stalls near the minimum, and grows by 2.25 a step from there on",
)

# --- Stopping rules. ------------------------------------------------------------------------------

case(
    "stopped on a transient overshoot",
    by(X, Adam(1.0), [0.1], 400, stop=Divergence(2.0)),
    STOPPED,
    (None, LARGE_RATE),
    "Adam's first step has the length 1, from a loss of 0.005 to 0.4; left alone it comes back",
)
case(
    "the same, left alone",
    by(X, Adam(1.0), [0.1], 400),
    CONVERGED,
    MINIMUM,
    "the overshoot is made good; the swings die out",
)
case(
    "stopped when it diverges",
    gd(X, 2.5, [3], 300, stop=Divergence()),
    (GROWING, DIVERGED),
    LARGE_RATE,
    "|1 - lr L| = 1.5 > 1: the rule is right, it would not have come back",
)
case(
    "stopped at the minimum",
    gd(LINE, 0.01, [-2, -1.5], 3000, stop=Convergence()),
    CONVERGED,
    MINIMUM,
    "ten steps that change the loss by 1e-6 of itself, of a factor of 0.96: 2e-5 above the floor",
)
case(
    "stopped as if converged, far from the minimum",
    gd(objectives.bowl(10_000), 1e-4, [9, 1], 3000, stop=Convergence(1e-3)),
    (STOPPED, FALLING),
    (None, CONDITIONING),
    "each step takes 2e-4 of the loss, 40.4, and would have taken all of it",
)
case(
    "stopped by a stall, far from the minimum",
    gd(X, 0.02, [3], 3000, stop=Stall(0.01)),
    (STOPPED, FALLING),
    ON_ITS_WAY,
    "the loss is 0.035, six steps take 0.01 of it, and 0 is ahead",
)
case(
    "a rule that never holds",
    gd(LINE, 0.01, [-2, -1.5], 1000, stop=Divergence()),
    CONVERGED,
    MINIMUM,
    "as without the rule",
)
for beta, lr, factor in ((0.95, 0.02, 1.05), (0.95, 0.02, 1.2), (0.9, 0.05, 2.0)):
    case(
        f"an overshoot of momentum {beta}, stopped at {factor} times the start",
        once(ROUGH, Momentum(lr, beta), [0, 0], 300, stop=Divergence(factor)),
        STOPPED,
        None,
        "below the edge 2 (1 + beta) / 66.7: the first steps overshoot, and would come back",
    )
case(
    "batches of one from the minimum, stopped at 1.05 times the start",
    once(ROUGH, GradientDescent(0.01), [2, 1], 300, stop=Divergence(1.05), batch_size=1),
    STOPPED,
    None,
    "the noise of one step, at a rate at which batches of one are stable even in the mean square",
)
case(
    "Newton's method to a saddle that lies higher, stopped",
    once(objectives.himmelblau(), Newton(), [0, 0], 300, stop=Divergence(1.05)),
    STOPPED,
    None,
    "the saddle has a loss of 181.6, the start of 170: it would come to rest there",
)

# --- Mini-batches. --------------------------------------------------------------------------------


def batches(
    problem: Problem, optimizer: Optimizer, steps: int, size: int, **options: Any
) -> Callable[[int], Run]:
    """Mini-batch descent from (0, 0)."""
    return by(problem, optimizer, [0, 0], steps, batch_size=size, **options)


case(
    "batches of all points",
    batches(LINE, GradientDescent(0.01), 1000, 100),
    CONVERGED,
    MINIMUM,
    "each step sees every point: full-batch descent",
)
case(
    "batches of 10 without noise in the data",
    batches(EXACT, GradientDescent(0.01), 1000, 10),
    CONVERGED,
    MINIMUM,
    "the line goes through every point, so that all batches agree on the minimum",
)
case(
    "batches of 1 without noise in the data",
    batches(EXACT, GradientDescent(0.004), 3000, 1),
    CONVERGED,
    MINIMUM,
    "for every point 2 lr (x^2 + 1) <= 0.81 < 2: each step leads nearer to the line",
)
case(
    "batches of 10, the noise floor shows",
    batches(ROUGH, GradientDescent(0.02), 1000, 10),
    OSCILLATING,
    NOISE,
    "a loss of 4.5 on average, above a floor of 3.7, for ever",
)
case(
    "batches of 1, the noise floor shows",
    batches(ROUGH, GradientDescent(0.004), 3000, 1),
    OSCILLATING,
    NOISE,
    "a loss of 4.3 on average, above a floor of 3.7, for ever",
)
case(
    "batches of 10, the noise floor below what one can see",
    batches(ROUGH, GradientDescent(0.0005), 12_000, 10),
    (CONVERGED, OSCILLATING),
    (MINIMUM, NOISE),
    "a loss of 3.6962 on average, 0.02 % above the floor, and noisy",
)
case(
    "batches of 10 and a rate that decays",
    batches(ROUGH, GradientDescent(Exponential(0.02, 0.997)), 4000, 10),
    CONVERGED,
    MINIMUM,
    "the noise floor falls with the rate, to 1e-7",
)
case(
    "batches of 10, on their way",
    batches(LINE, GradientDescent(2e-4), 150, 10),
    FALLING,
    ON_ITS_WAY,
    "0.987^300 = 0.017 of the slope's part and all of the intercept's",
)
case(
    "batches of 10, hardly moving",
    batches(LINE, GradientDescent(1e-6), 150, 10),
    HARDLY_MOVING,
    SMALL_RATE,
    "2 % of the loss",
)
for seed in range(3):
    case(
        f"batches of 1 at 0.93 of the edge of all points, seed {seed}",
        batches(ROUGH, GradientDescent(0.028), 300, 1, seed=seed),
        GROWS,
        LARGE_RATE,
        "mean square: for x = 10 a step multiplies the error by 1 - 0.028 * 202 = -4.7; 140 become "
        "1e16 and more",
    )
case(
    "batches of 10 above the edge of all points",
    batches(LINE, GradientDescent(0.035), 300, 10),
    GROWS,
    LARGE_RATE,
    "|1 - 0.035 * 66.7| = 1.33 > 1 on average, and more in the mean square",
)
case(
    "batches of 20 just above the edge of all points",
    batches(LINE, GradientDescent(0.0301), 600, 20),
    OSCILLATING,
    NOISE,
    "|1 - 0.0301 * 66.7| = 1.007 > 1, but the batches of an epoch, drawn without replacement, have "
    "other edges, and five steps together shrink the error: 0.01 to 0.05 for 30 000 steps",
)
case(
    "a sinusoid in batches",
    by(
        Problem(datasets.sinusoid(noise=0.1), Sinusoid()),
        Adam(Exponential(0.05, 0.995)),
        [2.0, 1.1, 1.4, -4.0],
        2000,
        batch_size=10,
    ),
    CONVERGED,
    MINIMUM,
    "the floor is 0.0092, below the true curve's 0.0093",
)
# Two directions at right angles, (1, 1) and (-1, 1), each seen twice an epoch, with noise.
CROSS = Problem(points([-1, 1, -1, 1], [0.5, 2.0, -0.5, 1.0]), Linear())
case(
    "batches of 1, 0.9 of their edge",
    batches(CROSS, GradientDescent(0.45), 400, 1),
    OSCILLATING,
    NOISE,
    "a step multiplies the error along a point's direction by 1 - 4 lr = -0.8, and pulls to that "
    "point's own y",
)
case(
    "batches of 1, 1.1 of their edge",
    batches(CROSS, GradientDescent(0.55), 400, 1),
    DIVERGED,
    LARGE_RATE,
    "1 - 4 lr = -1.2, 1.44 an epoch of four steps along both: 1.44^200, though all points together "
    "are stable up to 1",
)
for lr, seed in ((0.021, 0), (0.023, 0), (0.023, 1), (0.023, 2)):
    case(
        f"batches of 1 in bursts, rate {lr:g}, seed {seed}",
        batches(ROUGH, GradientDescent(lr), 3000, 1, seed=seed),
        OSCILLATING,
        NOISE,
        "the mean square of the distance grows above 0.019, a typical run above 0.0239, the zero "
        "of the mean log growth of a step: bursts, and back",
    )
case(
    "batches of 1 above the edge of a typical run",
    batches(ROUGH, GradientDescent(0.025), 1500, 1, seed=4),
    DIVERGED,
    LARGE_RATE,
    "the distance grows by e^0.02 a step on average, e^30 in all, if not at every step",
)

# --- Classes. -------------------------------------------------------------------------------------


def classes(x: ArrayLike, y: ArrayLike, **options: Any) -> Problem:
    """Logistic regression in one or more features."""
    data = points(x, y)
    return Problem(data, Logistic(data.features), options.pop("loss", LogLoss()), **options)


SEPARABLE = classes([-2, -1, 1, 2], [0, 0, 1, 1])
MIXED = classes([-2, -1, -0.5, 0.5, 1, 2], [0, 0, 1, 0, 1, 1])
for lr, steps in ((0.1, 100), (1.0, 300)):
    case(
        f"separable classes, rate {lr:g}",
        gd(SEPARABLE, lr, [0, 0], steps),
        FALLING,
        NO_MINIMUM,
        "the loss falls to 0 like 1 / (lr t), and w grows like log t, without end",
    )
case(
    "separable classes, rate 100",
    gd(SEPARABLE, 100.0, [0, 0], 300),
    (FALLING, CONVERGED),
    NO_MINIMUM,
    "one step to w = 75 and a loss of 1e-33: nobody sees it fall further, and no optimum is finite",
)
case(
    "separable classes by Adam",
    by(SEPARABLE, Adam(0.1), [0, 0], 300),
    FALLING,
    NO_MINIMUM,
    "w grows by up to 0.1 a step, without end",
)
case(
    "separable classes, far from the origin",
    gd(classes([100, 101, 103, 104], [0, 0, 1, 1]), 1e-4, [0, 0], 300),
    (FALLING, HARDLY_MOVING),
    (NO_MINIMUM, CONDITIONING, SMALL_RATE),
    "separable at 102, but w and b would have to grow by hundreds; the loss stays near 0.69",
)
case(
    "separable in two features",
    gd(classes([[0, 0], [1, 0], [0, 1], [1, 1]], [0, 0, 0, 1]), 1.0, [0, 0, 0], 500),
    FALLING,
    NO_MINIMUM,
    "logical and is separable: the loss falls to 0 without end",
)
case(
    "classes that touch",
    gd(classes([-1, 0, 0, 1], [0, 0, 1, 1]), 1.0, [0, 0], 100),
    FALLING,
    NO_MINIMUM,
    "quasi-separable: 0.357, and the infimum is log(2) / 2 = 0.347, at infinite slope",
)
case(
    "one class only",
    gd(classes([-1, 0, 1], [1, 1, 1]), 1.0, [0, 0], 300),
    FALLING,
    NO_MINIMUM,
    "the intercept grows without end",
)
case(
    "separable classes, the sum of -log p",
    gd(classes([-2, -1, 1, 2], [0, 0, 1, 1], loss=NegativeLogLikelihood()), 0.25, [0, 0], 300),
    FALLING,
    NO_MINIMUM,
    "four times the mean, a quarter of the rate: the same run",
)
case(
    "separable classes with a penalty",
    gd(classes([-2, -1, 1, 2], [0, 0, 1, 1], penalty=L2(0.1)), 0.5, [0, 0], 200),
    CONVERGED,
    MINIMUM,
    "strictly convex in w: a finite optimum",
)
case(
    "classes that overlap",
    gd(MIXED, 1.0, [0, 0], 500),
    CONVERGED,
    MINIMUM,
    "not separable: a finite optimum; L <= mean(x^2) / 4 = 0.44",
)
case(
    "classes that overlap, on their way",
    gd(MIXED, 0.05, [0, 0], 15),
    FALLING,
    ON_ITS_WAY,
    "15 steps of 0.05 times a gradient of 0.42: w is 0.29 of 1.2",
)
case(
    "classes that overlap, hardly moving",
    gd(MIXED, 1e-4, [0, 0], 100),
    HARDLY_MOVING,
    SMALL_RATE,
    "w is 0.004 of 1.2",
)
case(
    "classes that overlap, rate 30",
    gd(MIXED, 30.0, [0, 0], 300),
    OSCILLATING,
    LARGE_RATE,
    "lr L is about 8 at the minimum, the slope far away is bounded: w swings between 1 and 12, the "
    "loss between 0.46 and 3, and so does b, from rounding errors on",
)
case(
    "probabilities as outcomes",
    gd(classes([-1, 1], [0.1, 0.9]), 1.0, [0, 0], 300),
    CONVERGED,
    MINIMUM,
    "the optimum is where p = 0.1 and 0.9: w = log 9, the loss 0.325",
)
case(
    "squared error of a probability, separable",
    gd(Problem(SEPARABLE.data, Logistic()), 5.0, [0, 0], 300),
    FALLING,
    (NO_MINIMUM, None),
    "p goes to 0 and 1 only as w grows without end",
)

# --- Flat starts, saddles, inflections, losses without a lower bound, infima at infinity. ---------

CUBE = FunctionObjective(lambda x: x**3, derivative=lambda x: [3 * x**2])
case(
    "x^3 from 1",
    gd(CUBE, 0.1, [1], 2000),
    (CONVERGED, FALLING, HARDLY_MOVING),
    INFLECTION,
    "x falls like 1 / (3 lr t), to 0.0017: the gradient vanishes there, and it is no minimum; the "
    "loss, 4.6e-9, has nothing more to lose on the way there",
)
case(
    "x^3 from 1, across 0",
    gd(CUBE, 0.5, [1], 300),
    UNBOUNDED,
    NO_MINIMUM,
    "the first step leads to -0.5, and from there down without end",
)
case(
    "x^3 from -1",
    gd(CUBE, 0.1, [-1], 300),
    UNBOUNDED,
    NO_MINIMUM,
    "down without end, doubly exponential: beyond -1e308 in about 30 steps",
)
case(
    "a saddle from exactly above it",
    gd(objectives.saddle(), 0.1, [1, 0], 300),
    CONVERGED,
    SADDLE,
    "y is 0 and stays 0; 0.9^600 along x",
)
case(
    "a saddle from a millionth beside it, 8000 steps",
    gd(objectives.saddle(), 0.1, [1, 1e-6], 8000),
    UNBOUNDED,
    NO_MINIMUM,
    "y grows by 1.1 a step, the loss falls to -1e308",
)
case(
    "a saddle from a millionth beside it, 250 steps",
    gd(objectives.saddle(), 0.1, [1, 1e-6], 250),
    UNBOUNDED,
    NO_MINIMUM,
    "y is 1e-6 * 1.1^250 = 22 000, the loss -2.5e8",
)
case(
    "a saddle from a millionth beside it, 60 steps",
    gd(objectives.saddle(), 0.1, [1, 1e-6], 60),
    (FALLING, UNBOUNDED),
    (SADDLE, NO_MINIMUM, None),
    "x is 0.0018, y 0.0003 and growing: by the saddle, and about to leave it; never converged",
)
case(
    "a saddle with too large a rate",
    gd(objectives.saddle(), 2.5, [1, 0], 30),
    GROWS,
    LARGE_RATE,
    "|1 - 2.5| = 1.5 > 1 along x, and y stays 0: the loss grows to 0.5 * 1.5^60",
)
case(
    "a straight slope",
    gd(FunctionObjective(lambda x: -x, derivative=lambda x: [0 * x - 1]), 0.1, [0], 200),
    UNBOUNDED,
    NO_MINIMUM,
    "0.1 lower with each step, for ever",
)
case(
    "-log(1 + x^2)",
    gd(
        FunctionObjective(lambda x: -np.log(1 + x**2), derivative=lambda x: [-2 * x / (1 + x**2)]),
        0.5,
        [1],
        300,
    ),
    (UNBOUNDED, FALLING),
    (NO_MINIMUM, None),
    "without a lower bound, but as slow as a logarithm: 300 steps cannot tell",
)
case(
    "exp(-x)",
    gd(FunctionObjective(lambda x: np.exp(-x), derivative=lambda x: [-np.exp(-x)]), 1.0, [0], 300),
    FALLING,
    NO_MINIMUM,
    "the loss falls like 1 / t to 0, which is at infinity",
)
case(
    "1 / (1 + x^2)",
    gd(
        FunctionObjective(
            lambda x: 1 / (1 + x**2), derivative=lambda x: [-2 * x / (1 + x**2) ** 2]
        ),
        1.0,
        [1],
        500,
    ),
    FALLING,
    (NO_MINIMUM, None),
    "x grows like t^(1/4): the loss falls like t^(-1/2) to 0, which is at infinity",
)
case(
    "a flat start",
    gd(
        FunctionObjective(
            lambda x: -np.exp(-(x**2)), derivative=lambda x: [2 * x * np.exp(-(x**2))]
        ),
        0.1,
        [5],
        200,
    ),
    (HARDLY_MOVING, FALLING),
    None,
    "the gradient is 1.4e-10: a plateau, not a minimum, and no fault of the rate (the edge is 1)",
)
case(
    "the top of a hill exactly",
    gd(
        FunctionObjective(
            lambda x: np.exp(-(x**2)), derivative=lambda x: [-2 * x * np.exp(-(x**2))]
        ),
        0.1,
        [0],
        100,
    ),
    CONVERGED,
    MAXIMUM,
    "the gradient is 0 and stays 0, f'' = -2: nothing moves, and no minimum",
)
case(
    "the monkey saddle",
    gd(FunctionObjective(lambda x, y: x**3 - 3 * x * y**2), 0.1, [1, 0.1], 300),
    UNBOUNDED,
    NO_MINIMUM,
    "off the axis, past 0, and down without end",
)
for name, f, lr, near, why in (
    ("sqrt(1 + x^2)", lambda x: np.sqrt(1 + x**2), 3.0, 0.01, "x = 3 x / 2 sqrt(1 + x^2) at 1.118"),
    ("cos", lambda x: np.cos(x), 2.5, np.pi + 0.01, "2 y = 2.5 sin y at 1.131 from pi"),
    ("log cosh", lambda x: np.log(np.cosh(x)), 4.0, 0.01, "x = 2 tanh x at 1.915"),
    (
        "x^4 / 4 - x^2 / 2",
        lambda x: x**4 / 4 - x**2 / 2,
        1.2,
        0.99,
        "f'' = 2 at 1: |1 - 2.4|",
    ),
):
    case(
        f"{name}, from next to its minimum at too large a rate",
        gd(FunctionObjective(f), lr, [near], 200),
        OSCILLATING,
        LARGE_RATE,
        f"a cycle of two steps, bounded: {why}",
    )
case(
    "Newton's method to a maximum of cos",
    by(FunctionObjective(lambda x: np.cos(x)), Newton(), [0.3], 20),
    CONVERGED,
    Reason.MAXIMUM,
    "x - tan x: cubic convergence to 0, where cos is largest",
)
case(
    "double well, the lower one",
    gd(objectives.two_valleys(), 0.02, [-2], 200),
    CONVERGED,
    MINIMUM,
    "f'' = 18 at -1.473: |1 - 0.36|",
)
case(
    "double well, the higher one",
    gd(objectives.two_valleys(), 0.02, [2], 200),
    CONVERGED,
    LOCAL_MINIMUM,
    "f'' = 13.8 at 1.347, where f is -2.62; the other well has -5.44",
)
case(
    "double well, on its way to the higher one",
    gd(objectives.two_valleys(), 0.001, [2], 60),
    FALLING,
    ON_ITS_WAY,
    "1 - 0.0138 a step: 0.2 of the gap to -2.62 is left",
)
case(
    "double well, too large a rate",
    gd(objectives.two_valleys(), 0.15, [2], 300),
    OSCILLATING,
    (LARGE_RATE, None),
    "lr f'' = 2.07 and 2.7 in the wells: it swings in a bounded region for ever",
)
case(
    "Himmelblau",
    gd(objectives.himmelblau(), 0.01, [1, 1], 200),
    CONVERGED,
    MINIMUM,
    "one of four minima, all of them 0",
)
case(
    "Rosenbrock, on its way",
    gd(objectives.rosenbrock(), 1e-3, [-1, 1], 2000),
    FALLING,
    (None, CONDITIONING, SMALL_RATE),
    "along the valley, where the condition number is 2500",
)
case(
    "Rosenbrock by momentum",
    by(objectives.rosenbrock(), Momentum(1e-3, 0.9), [-1, 1], 2500),
    CONVERGED,
    MINIMUM,
    "1 - 1e-3 * 0.4 / (1 - 0.9) a step at the end: 1e-10 of 4 is left",
)
case(
    "Rosenbrock by Newton's method",
    by(objectives.rosenbrock(), Newton(), [-1, 1], 10),
    CONVERGED,
    MINIMUM,
    "quadratic convergence",
)
case(
    "Rastrigin, a local minimum",
    gd(objectives.rastrigin(), 1e-3, [1.2, 2.1], 300),
    CONVERGED,
    LOCAL_MINIMUM,
    "near (1, 2): f is about 5, and 0 at the origin",
)
case(
    "Rastrigin, the lowest one",
    gd(objectives.rastrigin(), 1e-3, [0.2, -0.1], 300),
    CONVERGED,
    MINIMUM,
    "the origin: f = 0",
)
case(
    "the wave's shallow minimum",
    gd(objectives.wave(), 0.5, [-1.0], 100),
    CONVERGED,
    LOCAL_MINIMUM,
    "f(-1.826) = -1.19; f(7.269) = -6.98",
)
case(
    "Beale",
    by(objectives.beale(), Adam(0.05), [1, 1], 3000),
    CONVERGED,
    MINIMUM,
    "the minimum at (3, 0.5) is 0",
)
FLAT_TOPS: dict[str, tuple[Objective, list[float]]] = {
    "-x^2": (FunctionObjective(lambda x: -(x**2)), [0]),
    "-x^2 with a constant Hessian": (quadratic(-2.0, known=False), [0]),
    "-x^4": (FunctionObjective(lambda x: -(x**4)), [0]),
    "cos x": (FunctionObjective(lambda x: np.cos(x)), [0]),
    "-x^2 - y^2": (FunctionObjective(lambda x, y: -(x**2) - y**2), [0, 0]),
    "a double well between its valleys": (FunctionObjective(lambda x: (x**2 - 1) ** 2), [0]),
}
for top, (objective, start) in FLAT_TOPS.items():
    case(
        f"a start at a maximum: {top}",
        gd(objective, 0.1, start, 100),
        CONVERGED,
        MAXIMUM,
        "the gradient is 0, and every point around is lower",
    )
MONKEY = FunctionObjective(lambda x, y: x**3 - 3 * x * y**2)
case(
    "a start on the monkey saddle",
    gd(MONKEY, 0.01, [0, 0], 100),
    CONVERGED,
    SADDLE,
    "gradient and Hessian are 0, and x^3 has both signs around",
)
case(
    "the monkey saddle along its axis",
    gd(MONKEY, 0.01, [1, 0], 100),
    FALLING,
    (SADDLE, None),
    "y stays 0, x = 0.25: x^3 falls on to 0 at the saddle",
)
case(
    "a start on a saddle",
    gd(FunctionObjective(lambda x, y: x**2 - y**2), 0.1, [0, 0], 100),
    CONVERGED,
    SADDLE,
    "the gradient is 0",
)


def plus(f: Callable[[Any], Any], constant: float) -> FunctionObjective:
    """A function plus a constant, which changes neither words nor reasons."""
    return FunctionObjective(lambda x: f(x) + constant)


for constant in (0.0, 5.0, 1000.0, -1e6):
    case(
        f"x^4 + {constant:g}, falling",
        gd(plus(lambda x: x**4, constant), 0.01, [1], 500),
        FALLING,
        SMALL_RATE,
        "x falls on as 1 / sqrt(8 lr n) = 0.16, and a ten times larger rate is stable",
    )
    case(
        f"x^2 + {constant:g}, falling",
        gd(plus(lambda x: x**2, constant), 0.01, [3], 100),
        FALLING,
        SMALL_RATE,
        "x = 3 * 0.98^100 = 0.4, and a hundred times the rate is stable",
    )
    case(
        f"exp(-x) + {constant:g}",
        gd(plus(lambda x: np.exp(-x), constant), 0.5, [0], 300),
        FALLING,
        NO_MINIMUM,
        "x grows as log(0.5 n): the loss falls on for ever, towards the constant",
    )

# --- Sinusoids. -----------------------------------------------------------------------------------

WAVE = Problem(datasets.sinusoid(noise=0.1), Sinusoid())
case(
    "a sinusoid, the lowest minimum",
    by(WAVE, Adam(Exponential(0.05, 0.99)), [2.7, 1.1, 1.46, -3.2], 600),
    CONVERGED,
    MINIMUM,
    "0.0092 at (2.207, 1.050, 1.363, -4.691), below the true curve's 0.0093",
)
case(
    "a sinusoid, a local minimum",
    by(WAVE, Adam(Exponential(0.05, 0.995)), [2.27, 1.81, 0.08, -4.83], 800),
    CONVERGED,
    LOCAL_MINIMUM,
    "2.4622 at b = 1.8097, with a positive definite Hessian; the true curve has 0.0093",
)
case(
    "a sinusoid by gradient descent, a local minimum",
    gd(WAVE, 0.1, [2.9, 1.72, 0, -1.2], 3000),
    CONVERGED,
    LOCAL_MINIMUM,
    "2.4622 at b = 1.8097",
)
case(
    "a sinusoid by gradient descent, on its way to a local minimum",
    gd(WAVE, 0.01, [2.9, 1.72, 0, -1.2], 100),
    FALLING,
    (None, SMALL_RATE, CONDITIONING),
    "the offset goes by 1 - 0.02 a step: 0.018 of 13 is left",
)
case(
    "a sinusoid in the valley to a parabola",
    gd(WAVE, 0.01, [1, 0.1, 1, -4], 1000),
    FALLING,
    (NO_MINIMUM, CONDITIONING, None),
    "b goes to 0, a to infinity, the loss from 2.325 down to the parabola's 2.2807: no minimum",
)
case(
    "a sinusoid in the valley to a parabola by Adam",
    by(WAVE, Adam(0.02), [1, 0.1, 1, -4], 1000),
    FALLING,
    (NO_MINIMUM, CONDITIONING, None),
    "the loss goes on down to the parabola's 2.2807, without reaching it",
)
case(
    "a sinusoid whose amplitude dies out",
    gd(WAVE, 0.05, [2.024, 3.851, 0.288, 4.486], 50),
    FALLING,
    (SADDLE, None),
    "2.508, on the way to 2.492, the variance of y: near a = 0, where no b counts",
)
case(
    "a sinusoid whose amplitude has died out",
    gd(WAVE, 0.05, [2.024, 3.851, 0.288, 4.486], 1000),
    CONVERGED,
    SADDLE,
    "2.4924 after 1000 and after 10 000 steps; an eigenvalue of -0.0012 there, by which a step "
    "leads away by 0.006 %",
)

# --- Networks. ------------------------------------------------------------------------------------

EIGHT = Problem(
    datasets.sinusoid(1, 2, 0, 0, points=8, range=(-2, 2), noise=0.5, seed=1), MLP((20,), "tanh")
)
case(
    "a network below the true curve's loss",
    gd(EIGHT, 0.05, None, 400),
    FALLING,
    (None, CONDITIONING, SMALL_RATE),
    "0.03 and falling to 3e-7: 61 parameters go through 8 points; the true curve's 0.13 is no "
    "bound",
)
case(
    "a network below the true curve's loss by Adam",
    by(EIGHT, Adam(0.02), None, 80),
    FALLING,
    (None, CONDITIONING, SMALL_RATE),
    "on its way from 1.25 to 1e-9",
)
case(
    "a network that has hardly begun",
    gd(EIGHT, 1e-5, None, 100),
    HARDLY_MOVING,
    SMALL_RATE,
    "the loss falls by less than 1 %",
)
case(
    "a network that interpolates",
    by(EIGHT, Adam(Exponential(0.02, 0.999)), None, 1000),
    CONVERGED,
    MINIMUM,
    "1e-8 of 1.25 is left, and it goes on falling; the rate decays before spikes begin",
)
TWENTY = Problem(
    datasets.sinusoid(1, 2, 0, 0, points=20, range=(-2, 2), noise=0.1, seed=1), MLP((10,), "tanh")
)
case(
    "a network that spikes",
    by(TWENTY, Adam(0.1), None, 2000),
    (OSCILLATING, FALLING),
    (LARGE_RATE, None),
    "the loss jumps to ten times its lowest again and again",
)
case(
    "a network that ends on a spike",
    by(TWENTY, Adam(0.05), None, 843),
    (OSCILLATING, FALLING),
    (LARGE_RATE, None),
    "the last loss, 0.007, is three times that of a hundred steps before, and others will come",
)
case(
    "a network that has not finished",
    gd(TWENTY, 0.1, None, 1000),
    FALLING,
    (None, CONDITIONING, SMALL_RATE),
    "0.00427, and 0.00275 after ten times as many steps",
)
XOR = Problem(
    points([[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]),
    MLP((4,), "tanh", output="logistic", features=2),
    LogLoss(),
)
case(
    "a network that separates two classes",
    gd(XOR, 0.5, None, 1000),
    FALLING,
    (NO_MINIMUM, None),
    "it classifies all points right: larger weights are always better",
)
DEAD = Problem(points([1, 2, 3], [1, 2, 3]), MLP((1,), "relu"))
case(
    "a dead unit",
    gd(DEAD, 0.1, [-1, -1, 1, 0], 300),
    CONVERGED,
    (LOCAL_MINIMUM, SADDLE, None),
    "relu(-x - 1) = 0 at all points: only the output's bias moves, to the mean of y; a flat place "
    "with a loss of 2/3, where a line has 0",
)
SPIKES = Problem(
    datasets.sinusoid(1, 2, 0, 0, points=8, range=(-2, 2), noise=0.5, seed=3), MLP((10,), "tanh")
)
for seed in range(4):
    case(
        f"a network by RMSProp, with rare spikes, seed {seed}",
        by(SPIKES, RMSProp(0.02), None, 3000, seed=seed),
        FALLING,
        (None, SMALL_RATE),
        "the medians of the quarters fall, and over ten times as many steps on to less than a half",
    )

# --- Recorded runs, and very short ones. ----------------------------------------------------------


def recorded(objective: Objective, rows: ArrayLike, repeat: bool = False) -> Callable[[int], Run]:
    """A training loop's parameters, without learning rates; `repeat` the last one for longer."""

    def make(times: int) -> Run:
        table = np.array(rows, dtype=np.float64).reshape(len(np.array(rows)), -1)
        recorder = Recorder(objective)
        for row in table:
            recorder.snapshot(row)
        for _ in range((times - 1) * len(table) if repeat else 0):
            recorder.snapshot(table[-1])
        return recorder.run()

    return make


def geometric(factor: float) -> Callable[[int], Run]:
    """x multiplied by a factor at each of 60 steps, recorded."""
    return lambda times: recorded(X, 3 * factor ** np.arange(60 * times + 1))(times)


case("recorded, converged", geometric(0.5), CONVERGED, MINIMUM, "0.5^120 of the loss is left")
case("recorded, falling", geometric(0.99), FALLING, ON_ITS_WAY, "0.99^120 = 0.3 is left")
case("recorded, growing", geometric(-1.2), GROWS, None, "1.2^120 = 3e9 times the loss")
case(
    "recorded, oscillating",
    geometric(-1.0),
    OSCILLATING,
    None,
    "3, -3, 3, ...; of a rate nothing is known",
)
case(
    "recorded, not moving",
    recorded(X, [3.0] * 50, repeat=True),
    (HARDLY_MOVING, STOPPED),
    None,
    "x stays at 3: nothing is gained, and of a rate nothing is known",
)
case(
    "recorded, not a number at the end",
    recorded(X, [3.0, 30.0, 300.0, 3e4, 3e8, np.nan]),
    DIVERGED,
    None,
    "the loss grows to 4.5e16, and then there is none",
)


def random_search(times: int) -> Run:
    """A random search that keeps what is better."""
    rng, x = np.random.default_rng(0), np.array([3.0, 2.0])
    recorder = Recorder(RAVINE)
    recorder.snapshot(x)
    for _ in range(100 * times):
        proposed = x + 0.1 * rng.normal(size=2)
        if RAVINE.loss(proposed) < RAVINE.loss(x):
            x = proposed
        recorder.snapshot(x)
    return recorder.run()


case(
    "recorded, a random search",
    random_search,
    FALLING,
    (None, CONDITIONING),
    "the loss is still a visible part of 204 above 0",
)
case("no step", gd(X, 0.1, [3], 0), NOT_STARTED, None, "nothing happens")
case("no step, at the minimum", gd(X, 0.1, [0], 0), NOT_STARTED, None, "nor does it here")
case(
    "one step of many",
    lambda times: descend(X, GradientDescent(0.1), [3], 1),
    FALLING,
    ON_ITS_WAY,
    "0.81 of the loss is left",
)
case(
    "one step too far",
    lambda times: descend(X, GradientDescent(2.5), [3], 1),
    GROWS,
    LARGE_RATE,
    "|1 - lr L| = 1.5 > 1: 2.25 times the loss",
)
case(
    "a step to where there is no loss",
    gd(FunctionObjective(lambda x: x - np.log(x), range=(0.5, 3)), 5.0, [3], 50),
    (DIVERGED, STOPPED),
    (LARGE_RATE, None),
    "x = 3 - 5 * 2/3 is negative, and has no logarithm: the run ends where it starts",
)

# --- Plateaus, ways to infinity, kinks. -----------------------------------------------------------

HOLE = FunctionObjective(lambda x: 1 - np.exp(-(x**2)))
for name, objective, lr in (
    ("1 - exp(-x^2)", HOLE, 50.0),
    ("1 - exp(-x^2), moved", plus(lambda x: 1 - np.exp(-(x**2)), 1000.0), 50.0),
    ("tanh(x)^2", FunctionObjective(lambda x: np.tanh(x) ** 2), 100.0),
):
    case(
        f"a jump to the plateau of {name}",
        gd(objective, lr, [0.5], 100),
        HARDLY_MOVING,
        PLATEAU,
        "the first step leads to |x| > 38, where no slope is left: no minimum, 0 lies at x = 0",
    )
case(
    "a jump to where next to no slope is left",
    gd(HOLE, 11.0, [0.5], 100),
    HARDLY_MOVING,
    (SMALL_RATE, PLATEAU, None),
    "x = 0.5 - 11 exp(-0.25) = -8.07, with a slope of 9e-28",
)
case(
    "a constant",
    gd(FunctionObjective(lambda x: 0 * x + 3), 0.1, [1], 100),
    CONVERGED,
    MINIMUM,
    "no loss is lower than 3",
)
case(
    "a start far from the hole",
    gd(FunctionObjective(lambda x, y: -np.exp(-(x**2) - y**2)), 0.1, [4, 4], 300),
    HARDLY_MOVING,
    (SMALL_RATE, PLATEAU),
    "the slope is 1e-13 there, and the loss could fall by 1",
)
for name, objective, lr, first in (
    ("exp(x)", FunctionObjective(lambda x: np.exp(x)), 1.0, 3.0),
    ("exp(x) + 5", FunctionObjective(lambda x: np.exp(x) + 5), 1.0, 3.0),
    ("log(1 + exp(-x))", FunctionObjective(lambda x: np.log1p(np.exp(-x))), 30.0, 0.0),
):
    case(
        f"a jump down {name}",
        gd(objective, lr, [first], 50),
        (CONVERGED, FALLING, HARDLY_MOVING),
        NO_MINIMUM,
        "it has an infimum, and no finite x reaches it",
    )


def valley(along: Callable[[Any], Any], width: float, turn: float) -> FunctionObjective:
    """`along(x) + 10 y^2`, with x in units of `width`, turned by an angle."""
    cosine, sine = np.cos(turn), np.sin(turn)
    return FunctionObjective(
        lambda u, v: along((cosine * u - sine * v) / width) + 10 * (sine * u + cosine * v) ** 2,
        range=(-3, 3),
    )


VALLEYS: dict[str, Callable[[Any], Any]] = {
    "exp(-x)": lambda x: np.exp(-x),
    "1 / sqrt(1 + x^2)": lambda x: 1 / np.sqrt(1 + x**2),
    "log(1 + exp(-x))": lambda x: np.log1p(np.exp(-x)),
    "1 / log(3 + x^2)": lambda x: 1 / np.log(3 + x**2),
    "-arctan(x)": lambda x: -np.arctan(x),
}
for name, along in VALLEYS.items():
    for width, turn in ((1.0, 0.0), (1.0, 0.7), (0.1, 0.7)):
        case(
            f"{name} + 10 y^2, x in units of {width:g}, turned by {turn:g}",
            gd(valley(along, width, turn), 0.05, width * np.array([0.3, 0.5]), 100),
            (FALLING, CONVERGED),
            NO_MINIMUM,
            "y is soon 0, and along x there is an infimum that no finite x reaches",
        )
for name, along, least in (
    ("exp(-x) + 0.001 x", lambda x: np.exp(-x) + 1e-3 * x, "log(1000) = 6.9"),
    ("(x - 30)^8 / 10^10", lambda x: (x - 30) ** 8 / 1e10, "30, flat as it is"),
    ("a hill that ends", lambda x: 1 / np.sqrt(1 + x**2) + 1e-6 * x**2, "80, where x^3 = 500 000"),
):
    case(
        f"{name} + 10 y^2, which has a minimum",
        gd(valley(along, 1.0, 0.7), 0.05, [0.3, 0.5], 100),
        FALLING,
        ON_ITS_WAY,
        f"the minimum is at x = {least}",
    )
case(
    "one class alone",
    gd(Problem(points([-1, 0, 1, 2], [1, 1, 1, 1]), Logistic(), LogLoss(), penalty=L2(0.1)), 1.0,
       [0, 0], 300),
    (FALLING, CONVERGED),
    NO_MINIMUM,
    "the penalty holds the slope, and the intercept goes to infinity",
)  # fmt: skip
case(
    "a local minimum beside a fall without end",
    gd(FunctionObjective(lambda x: x**2 - x**3 / 3), 0.1, [1.9], 300),
    CONVERGED,
    LOCAL_MINIMUM,
    "0 is a minimum, and from x = 2 on the loss falls for ever",
)
ABS = FunctionObjective(lambda x: abs(x))
case(
    "a kink, a rate that dies out in time",
    gd(ABS, Exponential(0.3, 0.9), [1], 200),
    CONVERGED,
    MINIMUM,
    "steps are as long as the rates, which add up to 3; at the end they are 2e-10",
)
case(
    "a kink, a rate that dies out too early",
    gd(ABS, Exponential(0.3, 0.9), [10], 200),
    HARDLY_MOVING,
    SMALL_RATE,
    "steps add up to 3, and stop at 7",
)
case(
    "a kink, a constant rate",
    gd(ABS, 0.3, [1], 200),
    OSCILLATING,
    LARGE_RATE,
    "from 0.1 to -0.2 and back for ever",
)
for lr, far, steps in ((0.5, 100, 300), (1.0, 1000, 1000)):
    case(
        f"a cycle of Huber's loss from {far}",
        gd(Problem(ROUGH.data, Linear(), Huber()), lr, [far, 100], steps),
        OSCILLATING,
        LARGE_RATE,
        "a cycle of two steps to the end, as wide from step to step",
    )
case(
    "absolute errors, a rate that dies out too early",
    gd(Problem(ROUGH.data, Linear(), MeanAbsoluteError()), Exponential(0.1, 0.9), [0, 0], 300),
    HARDLY_MOVING,
    SMALL_RATE,
    "1.707 of a minimum of 1.584, and the rates to come add up to 2e-14",
)

# --- At the edge of stability, and rules that forget. ---------------------------------------------


def waves(seed: int) -> Problem:
    """A network of 25 parameters for 8 noisy points: it can go through all of them."""
    data = datasets.sinusoid(1, 2, 0, 0, points=8, range=(-2, 2), noise=0.5, seed=seed)
    return Problem(data, MLP((8,), "tanh"))


for seed in range(6):
    case(
        f"a network at the edge of stability, seed {seed}",
        by(waves(seed), GradientDescent(0.3), None, 500, seed=seed),
        (FALLING, OSCILLATING),
        None,
        "it swings, and goes on to fall to a tenth and less: neither at rest, nor too large a rate",
    )
case(
    "Adam on a network, with spikes",
    by(waves(1), Adam(0.02), None, 1500),
    (OSCILLATING, CONVERGED),
    (None, MINIMUM),
    "it spikes again and again; in between the loss is next to 0, so far",
)
for seed in (3, 4, 5):
    case(
        f"Adam with batches of 5, seed {seed}",
        by(ROUGH, Adam(0.05), [0, 0], 400, seed=seed, batch_size=5),
        OSCILLATING,
        NOISE,
        "a third of the losses of the next 3600 steps are more than 1 % above the minimum",
    )

case(
    "a cycle between two points of Himmelblau's function",
    gd(objectives.himmelblau(), 0.025, [1, 1], 300),
    OSCILLATING,
    LARGE_RATE,
    "losses of 3.08855 and 4.24055 in turn, from step 150 to step 3000",
)
case(
    "a saddle that is left in time",
    gd(objectives.saddle(), 0.1, [1, 1e-9], 100),
    FALLING,
    SADDLE,
    "y grows by 1.1 in each step, and is 1e-9 * 1.1^300 = 2600 after 200 more",
)

# --- Causes. --------------------------------------------------------------------------------------

case(
    "Nesterov's momentum of 0.99 in a ravine",
    by(RAVINE, Nesterov(0.0069, 0.99), [9, 1], 300),
    FALLING,
    None,
    "twice the curvature would not double the pace; with 0.8 it would be ten times as fast",
)
case(
    "a cubic at a small rate",
    gd(Problem(ROUGH.data, Polynomial(3)), 1e-7, [0, 0, 0, 0], 500),
    (FALLING, HARDLY_MOVING),
    CONDITIONING,
    "a condition number of 322 000: the largest stable rate, 70 times as large, would still halve "
    "the distance along the flattest direction in 110 000 steps",
)

# --- Overfitting: an event, so that the ending is as without a validation set. --------------------


def polynomial(degree: int, points: int, steps: int, seed: int = 0) -> Callable[[int], Run]:
    """A polynomial through noisy points of a sine, with 400 others as validation set."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(-1, 1, points + 400)
    every = Dataset(x, np.sin(3 * x) + rng.normal(0, 0.3, len(x)))
    train, held_out = (
        Dataset(every.x[part], every.y[part]) for part in (slice(points), slice(points, None))
    )
    problem = Problem(train, Polynomial(degree), validation=held_out)
    return gd(problem, 0.3, np.zeros(degree + 1), steps)


def validated_line(seed: int, size: int | None) -> Callable[[int], Run]:
    """A line through 70 points, with 30 held out."""
    train, held_out = datasets.linear(noise=2.0, seed=seed).split(0.7, seed=seed)
    problem = Problem(train, Linear(), validation=held_out)
    return gd(problem, 0.005, [0, 0], 600, batch_size=size)


# Whether the model overfits: the validation loss rises by more than its own noise.
OVERFITS: dict[str, tuple[Callable[[int], Run], bool, str]] = {
    **{
        f"degree {degree}, {points} points, seed {seed}": (
            polynomial(degree, points, 20_000, seed),
            True,
            "about as many parameters as points: over 100 000 fresh points the loss rises by 37 % "
            "and more",
        )
        for degree, points, seed in ((11, 15, 2), (11, 15, 3), (12, 14, 0), (12, 14, 2))
    },
    **{
        f"degree 3, 200 points, seed {seed}": (
            polynomial(3, 200, 3000, seed),
            False,
            "four parameters and 200 points: over 100 000 fresh points it rises by 0.7 % at most",
        )
        for seed in range(5)
    },
    **{
        f"a line, 70 points, batches of {size or 'all'}, seed {seed}": (
            validated_line(seed, size),
            False,
            "two parameters and 70 points do not overfit; the lowest of a noisy series is no sign",
        )
        for size in (10, None)
        for seed in range(20)
    },
}


# --- Valleys along which a run hardly moves. ------------------------------------------------------


def turned(slope: Callable[[Any], Any], angle: float) -> FunctionObjective:
    """`slope` along one direction, a parabola across."""
    c, s = np.cos(angle), np.sin(angle)
    return FunctionObjective(lambda x, y: slope(c * x + s * y) + 5 * (c * y - s * x) ** 2)


for angle in (0.0, 0.7):
    c, s = np.cos(angle), np.sin(angle)
    for far in (15.0, 20.0, 30.0):
        case(
            f"exp(-u) + 5 v^2 from u = {far:g}, turned by {angle:g}",
            gd(turned(lambda u: np.exp(-u), angle), 0.05, [c * far - s / 2, s * far + c / 2], 300),
            CONVERGED,
            NO_MINIMUM,
            "v halves a step, and exp(-u) is below 1e-6 of 1.25; no finite u is the lowest",
        )
    case(
        f"v^2 alone, turned by {angle:g}",
        gd(turned(lambda u: 0 * u, angle), 0.05, [c * 20 - s / 2, s * 20 + c / 2], 300),
        CONVERGED,
        MINIMUM,
        "v halves a step, and any u is as low as any other",
    )
