"""Since when something holds to the end of a run."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gdanim.analysis._evidence import Evidence
from gdanim.analysis._neighbourhood import PointKind, scaled_hessian


def gap_of(evidence: Evidence) -> float:
    """Return the gap to the lowest loss, or where that is unknown, an estimate."""
    return evidence.end - evidence.target


def gap_below(evidence: Evidence) -> float:
    """The same, but at most down to the minimum that the run is in."""
    place = evidence.place
    low = place.loss if place is not None and place.place == PointKind.MINIMUM else evidence.target
    return min(gap_of(evidence), evidence.end - low)


def first_arrived(evidence: Evidence, target: float, margin: float) -> int | None:
    """Return since when the gap to `target` is within `margin`, None if it is not.

    Of an irregular run the mean of the last quarter counts, and noise may be three times as large.
    Any other has to stay there for a fiftieth of its steps, unless it falls all the time.
    """
    record = evidence.record
    gaps = abs(record.losses - target)
    steps, irregular = record.steps, record.irregular and record.steps >= 8
    if irregular and not evidence.end - target <= margin:
        return None
    if irregular and record.random:
        return min(first_of(gaps <= 3 * margin), steps)
    since = first_of(gaps <= margin)
    if since > steps:
        return None
    quarter = record.losses[-1 - steps // 4 :]
    smooth = bool((np.diff(quarter) <= evidence.rounding).all())
    return since if smooth or since <= steps - max(3, steps // 50) else None


def escapes(evidence: Evidence) -> bool:
    """Whether the run leaves a saddle within ten times as many steps.

    Along a direction of curvature -c a step multiplies the distance by 1 + rate c.
    """
    record, place = evidence.record, evidence.place
    assert place is not None
    units, told = record.units, 1e-6
    if record.problem.hessian is not None:
        # An exact curvature is not lost to rounding, however short the way along it.
        units, told = np.full_like(units, units.max()), 1e-14
    values, vectors = np.linalg.eigh(scaled_hessian(record.problem, place.params, units))
    along = abs(vectors.T @ ((record.params[-1] - place.params) / units))
    # Distances below rounding count as 0.
    aside = 1e-13 * float(abs(record.params[-1] / units).max())
    down = (values < -told * abs(values).max()) & (along > aside)
    found = evidence.curvatures
    if found is None or not found[0] < 0:
        return bool((along[down] > 0).any())
    growth = 9 * max(record.steps, 1) * np.log1p(-found[0])
    return bool((np.log(along[down]) + growth > np.log(1e-3)).any())


def endless(evidence: Evidence) -> bool:
    """Return whether no finite parameters have the lowest loss, or that of the valley."""
    floor, place = evidence.floor, evidence.place
    valley = place is not None and place.place == PointKind.INFINITY
    return valley or (floor.exact and floor.attained is False)


def batches_agree(evidence: Evidence) -> bool:
    """Return whether all batches have the same minimum, and steps shrink with the slope."""
    floor, batches = evidence.floor, evidence.record.batch_size is not None
    return batches and floor.exact and bool(floor.attained) and evidence.paces is not None


def first_above(evidence: Evidence) -> int:
    """Return the first step from which the loss is above its start, or its lowest, to the end."""
    record, losses = evidence.record, evidence.record.losses
    above = losses > evidence.start + float(record.problem.rounding(record.params[0]))
    since = first_of(above)
    return since if since < len(losses) else int(losses.argmin())


def first_within(evidence: Evidence) -> int:
    """Return the first step from which the loss stays in the bounds of the last half."""
    losses, trend = evidence.record.losses, evidence.trend
    low, high = min(trend.low[2:]), max(trend.high[2:])
    return min(first_of((losses >= low) & (losses <= high)), evidence.record.steps)


def first_of(holds: NDArray[np.bool_]) -> int:
    """Return the first step from which it holds until the end; one past it where it does not."""
    return int(len(holds) - np.argmin(np.append(holds[::-1], False)))
