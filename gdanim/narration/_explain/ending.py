"""Where a run ends, and what the loss did before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from gdanim.analysis.diagnosis import Diagnosis, is_near_minimum
from gdanim.core.numbers import counted, rounded
from gdanim.descent.run import Run
from gdanim.narration._explain.randomness import deterministic_excess, without_randomness
from gdanim.narration._explain.words import direction
from gdanim.problems.objective import Objective
from gdanim.problems.problem import Problem

# A loss within this share of the minimum has arrived...
ARRIVED = 0.01
# ... and so has one with only this share of the initial gap left: a minimum can be 0.
NEGLIGIBLE = 1e-9
# A run has settled where the quadratic approximation of the loss promises at most this share of
# the fall so far, and of the gap to the minimum.
SETTLED = 0.01
# The noise of N points moves each of P directions, and so costs each minimum / (N - P) on average.
# A direction with CLEAR times that is not noise: three standard deviations, one case in a hundred
# where the degrees of freedom N - P are at least FREEDOM.
CLEAR, FREEDOM = 10, 10
# The end of a run is this share of its steps, one in so many.
TAIL = 10


def minimum_loss(problem: Objective, end: Diagnosis) -> float:
    """Give the minimum of a quadratic that has one; 0 where it comes from rounding alone."""
    best = end.minimum
    assert best is not None
    noise = 0.0 if best.params is None else float(problem.rounding(best.params))
    return best.loss if abs(best.loss) > noise else 0.0


def against_minimum(run: Run, end: Diagnosis, slowest: int | None) -> Iterator[str]:
    """Compare the loss at the end with the minimum of a quadratic.

    `slowest` is the direction that was called the slowest before, if any.
    """
    after = _after(run)
    if end.minimum is None or run.losses[-1] > run.losses[0]:
        yield after
    elif near := _near(run, minimum_loss(run.problem, end), "the minimum"):
        yield f"{after}, which is {near}"
    elif without := without_randomness(run):
        rest = deterministic_excess(run, end)
        if rest is None:
            yield after
            yield from _tail(run)
        else:
            instead = rounded(end.minimum.loss + rest)
            yield f"{after}; with the same learning rates but {without}, it would be {instead}"
    elif (true := _true_loss(run.problem)) is not None and end.loss < true:
        yield f"{after}, below that of the true curve, {rounded(true)}: the model fits noise"
    else:
        yield f"{after}; {_largest_part(run, end, slowest)}"


def against_lowest_known(run: Run, end: Diagnosis) -> Iterator[str]:
    """Compare the loss at the end with the lowest one that is known."""
    after, known = _after(run), end.minimum
    if run.diverges:
        yield f"the run diverges: {after}"
        return
    if known is None:
        yield after
        yield from _tail(run)
        return
    yield f"{after}; the lowest known loss is {rounded(known.loss)} ({known.name})"
    if near := _near(run, known.loss, "the lowest known loss"):
        yield f"that is {near}"
    elif _trapped(run, end):
        above = rounded(end.loss - known.loss)
        yield (
            f"the run ends in a local minimum, {above} above the lowest known loss: small steps "
            "cannot leave it, but another start or noise may help"
        )
    else:
        # The finite differences of a gradient that jumps can be negative where the loss is convex.
        if end.eigenvalues[0] < 0 and not run.problem.convex:
            yield "where the run ends, the loss curves downward in some direction: not a minimum"
        yield from _tail(run)


def keeps_moving(run: Run, end: Diagnosis) -> bool:
    """Whether the loss neither falls nor rests at the end of the run.

    Then a learning rate that is stable at the end says little.
    """
    near = end.minimum is not None and _near(run, end.minimum.loss, "the minimum")
    return not (near or _falls(run) or _trapped(run, end) or run.steps < TAIL)


def validation(run: Run) -> Iterator[str]:
    """Give the loss on the validation set at the end, and at its lowest."""
    if (losses := run.validation_losses) is None:
        return
    best = int(losses.argmin())
    low, last = rounded(float(losses[best])), rounded(float(losses[-1]))
    lowest = f"; it was lowest, {low}, after {counted(best, 'step')}" if low != last else ""
    yield f"the validation loss is {last}{lowest}"


def _after(run: Run) -> str:
    first, last = float(run.losses[0]), float(run.losses[-1])
    more = f", up from {rounded(first)} at the start" if last > first else ""
    return f"after {counted(run.steps, 'step')} the loss is {rounded(last)}{more}"


def _near(run: Run, minimum: float, name: str) -> str:
    """How near the loss came to the minimum; empty where it did not."""
    first, last = float(run.losses[0]), float(run.losses[-1])
    if last - minimum <= ARRIVED * abs(minimum):
        return name if rounded(last) == rounded(minimum) else f"within 1% of {name}"
    if last - minimum <= NEGLIGIBLE * (first - minimum):
        return f"above {name} by less than a billionth of the initial gap"
    return ""


def _largest_part(run: Run, end: Diagnosis, slowest: int | None) -> str:
    """Name the direction that has most of the loss above the minimum."""
    most = int(end.excess.argmax())
    now, before = float(end.excess[most]), float(replace(end, params=run.params[0]).excess[most])
    which = "that direction" if most == slowest else f"the direction that is {direction(end, most)}"
    amount = "nearly all" if rounded(now) == rounded(end.loss) else rounded(now)
    if now > before:
        return f"{amount} of it is due to {which}, up from {rounded(before)} at the start"
    freedom = run.problem.points - len(end.params)
    noise = minimum_loss(run.problem, end) / freedom if freedom >= FREEDOM else np.inf
    # A training loop of the user's own may have drawn mini-batches.
    clear = run.optimizer and now > CLEAR * noise > 0
    return f"{amount} of it is still due to {which}{', not to noise' if clear else ''}"


def _trapped(run: Run, end: Diagnosis) -> bool:
    """Whether the run ends in a local minimum, above the lowest known loss.

    With mini-batches or noise it would move on. At the minimum of a convex loss nothing is above.
    """
    if end.minimum is None or without_randomness(run):
        return False
    fallen, gap = float(run.losses[0]) - end.loss, end.loss - end.minimum.loss
    settled = bool(end.excess.sum() <= SETTLED * min(gap, fallen))
    return settled and is_near_minimum(run.problem, end.params)


def _true_loss(problem: Objective) -> float | None:
    """Give the mean squared error of the curve that the points were drawn from."""
    if not isinstance(problem, Problem) or problem.data.truth is None:
        return None
    return float(problem.loss_function.value(problem.data.truth(problem.data.x), problem.data.y))


def _tail(run: Run) -> Iterator[str]:
    """Say what the loss did over the last steps."""
    if not (last := run.steps // TAIL):
        return
    tail = run.losses[-last - 1 :]
    low, high = rounded(float(tail.min())), rounded(float(tail.max()))
    if low == high:
        what = f"stayed at {low}"
    elif _falls(run):
        what = f"fell from {high} to {low}"
    elif (np.diff(tail) >= 0).all():
        what = f"rose from {low} to {high}"
    else:
        what = f"moved between {low} and {high}"
    each = f" (of {run.batches.shape[1]} points each)" if run.batches is not None else ""
    yield f"over the last {counted(last, 'step')}{each} it {what}"


def _falls(run: Run) -> bool:
    """Whether all of the last steps lead down, by more than rounding."""
    tail = run.losses[-(run.steps // TAIL) - 1 :]
    fallen = float(run.losses[0] - tail[-1])
    return bool((np.diff(tail) <= 0).all() and tail[0] - tail[-1] > NEGLIGIBLE * fallen)
