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
FAR, SAME_DIRECTION, RECENT = 1.0, 0.9, 8
# The radius becomes so many times as wide as a good step, or narrower than a bad one, down to this
# share of the range. Steps that promise less than the other share of the first one are rounding.
WIDER, NARROWEST, TOLD = 10.0, 1e-9, 1e-11
# Further than this many ranges nobody looks.
FARTHEST = 1e6
# Newton's method comes to rest where its step is this share of its longest one, or this share of
# the run's range. On the way to infinity, steps promise less and less, but do not become so short.
SHORTER, SHORT = 0.01, 1e-6
# On a plateau no slope within this share of the range is more than this share of the first one.
ASIDE, LEVEL = 0.1, 1e-12
# Points on a way without curvature, by the distance to the origin.
ON = np.array([0.0, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 100.0])
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
    problem: Objective, params: Floats, units: Floats, fall: float, first: Floats
) -> Neighbourhood:
    """Find what kind of place `params [P]` is near to.

    `units [P]` are the scales of the parameters, `fall` that of the loss, and `first [P]` its first
    derivatives by parameters in these units. Newton's method goes to the nearest critical point, of
    whatever kind; where that lies further away than the run itself has gone, Newton steps within a
    radius go downhill: to a minimum, or away for ever.
    """
    with np.errstate(all="ignore"):
        if _is_level(problem, params, units, float(abs(first).max())):
            return Neighbourhood(PointKind.PLATEAU, float(problem.loss(params)), params)
        point = _nearest(problem, params, units, fall, first)
        if point is not None and abs((point - params) / units).max() <= REACH:
            kind = _kind(problem, point, params, units, fall)
            place = Neighbourhood(kind, float(problem.loss(point)), point)
        else:
            place = _below(problem, params, units, fall, first)
        if place.place != PointKind.MINIMUM:
            return place
        return _way_on(problem, params, place, units, fall) or place


def _way_on(
    problem: Objective, params: Floats, place: Neighbourhood, units: Floats, fall: float
) -> Neighbourhood | None:
    """Look for a way on where nothing curves, far beyond the run: it may hardly have moved there.

    The loss falls by more than rounding, and rises nowhere over 100 times the distance to 0.
    """
    values, vectors = np.linalg.eigh(scaled_hessian(problem, place.params, units))
    level = abs(values) <= FLAT * abs(values).max()
    flat, bent = vectors.T[level], vectors.T[~level]
    # As far along as the run has come, and otherwise at the bottom.
    point = place.params - units * (flat @ ((place.params - params) / units) @ flat)
    for way in units * flat:
        down = way if way @ problem.gradient(point) < 0 else -way
        size = max(1.0, float(np.linalg.norm(point) / np.linalg.norm(way)))
        points = point + size * ON[:, np.newaxis] * down
        # Far away, directions that are a little turned leave the bottom.
        across = (problem.gradient(points) * units) @ bent.T / values[~level]
        points = points - units * (across @ bent)
        losses = problem.loss(points)
        drop = float(losses[0] - losses[-1])
        if drop > ROUNDING * fall and (np.diff(losses) < ASIDE * drop).all():
            return Neighbourhood(PointKind.INFINITY, float(losses[-1]), points[-1])
    return None


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


def _nearest(
    problem: Objective, params: Floats, units: Floats, fall: float, first: Floats
) -> Floats | None:
    """Newton's method from `params`; None where it does not come to rest.

    Nor does it where nothing curves, and the slope is still a part of the first one.
    """
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
        left = _told(along, LEVEL * abs(first).max()), VANISHED * abs(vectors.T @ first)
        if (abs(along[~bent]) > 1e-6 * fall).any() or (abs(left[0]) > left[1])[~bent].any():
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


def _told(values: Floats, rounding: float) -> Floats:
    """The values, 0 where they are below rounding."""
    return np.where(abs(values) > rounding, values, 0.0)


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


def _below(
    problem: Objective, params: Floats, units: Floats, fall: float, first: Floats
) -> Neighbourhood:
    """Go down by Newton steps within a radius; to infinity where the way has no end.

    The scales of the parameters grow with the way that was gone.
    """
    point, loss, scales = params, float(problem.loss(params)), units
    radius, rests, told, least = 1.0, False, list[Floats](), 0.0
    for _ in range(DOWN_STEPS):
        rounding = LEVEL * float(abs(first * scales / units).max())
        if (
            radius < NARROWEST
            or (way := _way_down(problem, point, scales, radius, rounding)) is None
        ):
            break
        trial, length = point - scales * way.step, float(abs(way.step).max())
        lower = float(problem.loss(trial))
        # A large constant in the loss hides how little it falls.
        if not lower <= loss:
            radius = length / WIDER
            # Where no curvature shortened it, it rises beyond: there is an end.
            told = told if way.told else []
            continue
        point, loss, radius = trial, lower, max(radius, WIDER * length)
        least = least or TOLD * way.promised
        if way.told and way.promised > least:
            told.append(scales * way.step / units)
        elif len(told) > RECENT:
            break
        # On the way to infinity steps gain less and less, but do not become shorter.
        rests = way.promised <= ARRIVED * fall and length <= SHORTER
        if rests and way.convex:
            break
        scales = np.maximum(scales, abs(point - params))
        if (scales > FARTHEST * np.maximum(units, abs(params))).any():
            break
    if abs((point - params) / units).max() > FAR and _goes_on(told):
        return Neighbourhood(PointKind.INFINITY, loss, point)
    rests = rests or _is_kink(problem, point, units)
    return Neighbourhood(PointKind.MINIMUM if rests else PointKind.SLOPE, loss, point)


@dataclass(frozen=True, eq=False)
class _Way:
    """A step down `[P]`, by how much lower a loss it promises, and whether the loss is convex.

    It is `told` where the direction that promises the most has a curvature that is told from 0.
    """

    step: Floats
    promised: float
    told: bool
    convex: bool


def _way_down(
    problem: Objective, point: Floats, units: Floats, radius: float, rounding: float
) -> _Way | None:
    """A Newton step down, in `units [P]`; None where something is not finite.

    The `radius` holds along each direction of curvature of its own, so that a steep one does not
    shorten the step along a flat one.
    """
    matrix, slopes = scaled_hessian(problem, point, units), problem.gradient(point) * units
    if not (np.isfinite(matrix).all() and np.isfinite(slopes).all()):
        return None
    values, vectors = np.linalg.eigh(matrix)
    along, bent = vectors.T @ slopes, _told(abs(values), FLAT * abs(values).max())
    along = np.where(bent > 0, along, _told(along, rounding))
    size = np.maximum(bent, abs(along) / radius)
    step = along / np.where(size > 0, size, 1.0)
    promised = 0.5 * along * step
    told = bool(bent[promised.argmax()] > 0)
    convex = bool((values > -1e-6 * abs(values).max()).all())
    return _Way(vectors @ step, float(promised.sum()), told, convex)


def _goes_on(steps: list[Floats]) -> bool:
    """Whether the last steps `[P]` go in one direction, and do not become shorter."""
    if len(steps) <= RECENT:
        return False
    before, last = steps[-RECENT], steps[-1]
    lengths = float(np.linalg.norm(before)), float(np.linalg.norm(last))
    along = float(before @ last)
    return lengths[1] > 0.5 * lengths[0] and along > SAME_DIRECTION * float(np.prod(lengths))


def _is_kink(problem: Objective, point: Floats, units: Floats) -> bool:
    """Whether the loss of a single parameter rises to both sides, however near."""
    if len(point) > 1:
        return False
    sizes = np.geomspace(1e-9, 1e-3, 7)[:, np.newaxis] * units
    around = problem.loss(np.concatenate([point - sizes, point + sizes]))
    return bool((around > problem.loss(point)).all())
