"""The kind of place a run has come to: a minimum, a maximum, a saddle, a way to infinity, ..."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from gdanim.core.arrays import Floats
from gdanim.problems.objective import Objective

# The Hessian is made where it takes at most this many numbers at once.
AFFORDABLE, MOST = 4_000_000, 20
# Differences of the gradient over this share of a parameter's scale.
STEP = 1e-5
# Newton steps towards the nearest critical point, and down to a minimum.
NEAR_STEPS, DOWN_STEPS = 40, 60
# A curvature below this share of the largest is told from 0 by no difference; below the other share
# of what it is at the run's end, it vanishes at the critical point.
FLAT, VANISHED = 1e-10, 0.05
# A critical point further away than this many ranges of the run is not where it came to. The range
# from a start close by is itself about the distance.
REACH = 2.0
# A way down that leads further than this many ranges, in steps that go on in one direction and do
# not become shorter, leads to infinity.
FAR, SAME_DIRECTION, RECENT = 1.0, 0.9, 20
# Newton's method comes to rest where its step is this share of its longest one, or this share of
# the run's range. On the way to infinity, steps promise less and less, but do not become so short.
SHORTER, SHORT = 0.01, 1e-6
# On a plateau no slope within this share of the range is more than this share of the first one.
ASIDE, LEVEL = 0.1, 1e-12
# At a critical point another Newton step promises at most this share of the first one, or of the
# run's fall by rounding.
ARRIVED, ROUNDING = 1e-10, 1e-15


class PointKind(StrEnum):
    """A kind of critical point, or what lies below."""

    MINIMUM = "minimum"
    MAXIMUM = "maximum"
    SADDLE = "saddle point"
    INFLECTION = "inflection"
    PLATEAU = "plateau"
    INFINITY = "valley to infinity"
    SLOPE = "slope"


@dataclass(frozen=True, eq=False)
class Neighbourhood:
    """The place near the end of a run, its loss, and its parameters `[P]`.

    Of a slope, the lowest that was found below.
    """

    place: PointKind
    loss: float
    params: Floats


def affordable(problem: Objective) -> bool:
    """Whether there is a Hessian that is cheap enough to be looked at."""
    p = len(problem.names)
    return problem.differentiable and p <= MOST and 2 * p * max(problem.workspace, p) <= AFFORDABLE


def neighbourhood(
    problem: Objective, params: Floats, units: Floats, fall: float, slope: float
) -> Neighbourhood:
    """Find what kind of place `params [P]` is near to.

    `units [P]` are the scales of the parameters, `fall` that of the loss, `slope` that of its
    derivatives by them. Newton's method goes to the nearest critical point, of whatever kind; where
    that lies further away than the run itself has gone, regularised Newton steps go downhill: to a
    minimum, or away for ever.
    """
    with np.errstate(all="ignore"):
        if _is_level(problem, params, units, slope):
            return Neighbourhood(PointKind.PLATEAU, float(problem.loss(params)), params)
        point = _nearest(problem, params, units, fall)
        if point is not None and abs((point - params) / units).max() <= REACH:
            place = _kind(problem, point, params, units, fall)
            return Neighbourhood(place, float(problem.loss(point)), point)
        return _below(problem, params, units, fall)


def _is_level(problem: Objective, params: Floats, units: Floats, slope: float) -> bool:
    """Whether the loss has no slope, all around and not at one point only."""
    around = params + ASIDE * units * _directions(len(params))
    return bool((abs(problem.gradient(around) * units) <= LEVEL * slope).all())


def _directions(p: int) -> Floats:
    """Directions of length 1 to all sides, `[K, P]`: along the axes, and random ones."""
    aside = np.random.default_rng(0).standard_normal((32, p))
    aside /= np.linalg.norm(aside, axis=1)[:, np.newaxis]
    return np.concatenate([np.eye(p), -np.eye(p), aside])


def scaled_hessian(problem: Objective, params: Floats, units: Floats) -> Floats:
    """Return the second derivative by `params / units`, from differences, `(p)->(p,p)`."""
    if problem.hessian is not None:
        return problem.hessian * units[..., np.newaxis, :] * units[..., :, np.newaxis]
    h = STEP * np.maximum(units, abs(params) * 1e-3)
    moves = h[..., np.newaxis, :] * np.eye(params.shape[-1])
    ahead, behind = params[..., np.newaxis, :] + moves, params[..., np.newaxis, :] - moves
    change = problem.gradient_at(ahead) - problem.gradient_at(behind)
    rows = change / np.diagonal(ahead - behind, axis1=-2, axis2=-1)[..., np.newaxis]
    rows = rows * units[..., np.newaxis, :] * units[..., :, np.newaxis]
    return (rows + np.swapaxes(rows, -2, -1)) / 2


def _nearest(problem: Objective, params: Floats, units: Floats, fall: float) -> Floats | None:
    """Newton's method from `params`; None where it does not come to rest."""
    point, enough, longest = params, ROUNDING * fall, 0.0
    for number in range(NEAR_STEPS):
        matrix = scaled_hessian(problem, point, units)
        slopes = problem.gradient(point) * units
        if not (np.isfinite(matrix).all() and np.isfinite(slopes).all()):
            return None
        values, vectors = np.linalg.eigh(matrix)
        along = vectors.T @ slopes
        bent = abs(values) > FLAT * abs(values).max()
        step = np.where(bent, along / np.where(bent, values, 1.0), 0.0)
        if (abs(along[~bent]) > 1e-6 * fall).any():
            return None
        length = float(abs(step).max())
        if not length <= 2 * REACH:
            return None
        longest = max(longest, length)
        point = point - units * (vectors @ step)
        promised = 0.5 * float(np.sum(abs(along * step)))
        enough = max(enough, ARRIVED * promised) if number == 0 else enough
        if promised <= enough and length <= max(SHORTER * longest, SHORT):
            return np.asarray(point)
    return None


def _kind(problem: Objective, point: Floats, end: Floats, units: Floats, fall: float) -> PointKind:
    """Tell the kind of a critical point by its curvatures, and where these vanish by the losses.

    A curvature of 0 says nothing: then points on both sides decide, as far away as the run still is
    and further.
    """
    there = np.linalg.eigvalsh(scaled_hessian(problem, end, units))
    values, vectors = np.linalg.eigh(scaled_hessian(problem, point, units))
    flat = abs(values) <= np.maximum(VANISHED * abs(there), FLAT * abs(values).max())
    up, down = ((values > 0) & ~flat).any(), ((values < 0) & ~flat).any()
    if up and down:
        return PointKind.SADDLE
    if not flat.any():
        return PointKind.MINIMUM if up else PointKind.MAXIMUM
    loss, away = float(problem.loss(point)), float(abs((end - point) / units).max())
    directions = np.concatenate([vectors.T, -vectors.T, _directions(len(point))])
    sizes = np.array([1.0, 4.0]) * max(away, 1e-3)
    around = problem.loss(point + units * sizes[:, np.newaxis, np.newaxis] * directions)
    # Both sides near a minimum rise by about as much as the end is above it.
    if not down and (around >= loss - 1e-9 * fall).all():
        return PointKind.MINIMUM
    if not up and (around <= loss).all():
        return PointKind.MAXIMUM
    return PointKind.INFLECTION if len(point) == 1 else PointKind.SADDLE


def _below(problem: Objective, params: Floats, units: Floats, fall: float) -> Neighbourhood:
    """Go down by regularised Newton steps; to infinity where the way has no end."""
    point, loss = params, float(problem.loss(params))
    damping, rests, steps = 1e-3, False, list[Floats]()
    for _ in range(DOWN_STEPS):
        matrix, slopes = scaled_hessian(problem, point, units), problem.gradient(point) * units
        if not (np.isfinite(matrix).all() and np.isfinite(slopes).all()):
            break
        values, vectors = np.linalg.eigh(matrix)
        along = vectors.T @ slopes
        # Where nothing curves, a step goes as far as the slope would lead.
        size = abs(values) + damping * max(abs(values).max(), abs(along).max()) + 1e-300
        step = vectors @ (along / size)
        trial = point - units * step
        lower = float(problem.loss(trial))
        # A large constant in the loss hides how little it falls.
        if lower <= loss:
            promised = 0.5 * float(np.sum(along**2 / size))
            point, loss, damping = trial, lower, max(damping / 10, 1e-12)
            moved = abs((point - params) / units).max()
            steps.append(step)
            # On the way to infinity steps gain less and less, but do not become shorter.
            rests = bool(promised <= ARRIVED * fall and abs(step).max() <= 0.01 * moved)
            if rests and (values > -1e-6 * abs(values).max()).all():
                break
        else:
            damping *= 10
            if damping > 1e8:
                break
        if abs((point - params) / np.maximum(units, abs(params))).max() > 1e6:
            break
    far = abs((point - params) / units).max() > FAR
    if not rests and far and len(steps) > RECENT:
        before, last = steps[-RECENT], steps[-1]
        lengths = float(np.linalg.norm(before)), float(np.linalg.norm(last))
        if lengths[1] > 0.5 * lengths[0] and before @ last > SAME_DIRECTION * np.prod(lengths):
            return Neighbourhood(PointKind.INFINITY, loss, point)
    rests = rests or _is_kink(problem, point, units)
    return Neighbourhood(PointKind.MINIMUM if rests else PointKind.SLOPE, loss, point)


def _is_kink(problem: Objective, point: Floats, units: Floats) -> bool:
    """Whether the loss of a single parameter rises to both sides, however near."""
    if len(point) > 1:
        return False
    sizes = np.geomspace(1e-9, 1e-3, 7)[:, np.newaxis] * units
    around = problem.loss(np.concatenate([point - sizes, point + sizes]))
    return bool((around > problem.loss(point)).all())
