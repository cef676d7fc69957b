"""How a run ends, in the words of its judgement, with the numbers that show it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from gdanim.analysis.diagnosis import Diagnosis
from gdanim.analysis.judgement import Certainty, Ending, Reason
from gdanim.analysis.scale import nothing
from gdanim.core.numbers import counted, rounded
from gdanim.descent.run import Run
from gdanim.narration._explain.randomness import (
    deterministic_excess,
    without_randomness,
)
from gdanim.narration._explain.words import direction
from gdanim.problems.objective import KnownMinimum, Objective
from gdanim.problems.problem import Problem

# A loss over data within this share of the minimum is next to it, and so is any loss with so little
# of the initial gap left: a minimum can be 0, and the zero of a bare function means nothing.
NEXT_TO, SHARES = 0.01, {"billionth": 1e-9, "millionth": 1e-6}
# Runs that lead nowhere near a minimum, and no run at all.
NOWHERE = (Ending.DIVERGED, Ending.GROWING, Ending.UNBOUNDED, Ending.NOT_STARTED)
# The noise of N points moves each of P directions, and so costs each minimum / (N - P) on average.
# A direction with CLEAR times that is not noise: three standard deviations, one case in a hundred
# where the degrees of freedom N - P are at least FREEDOM.
CLEAR, FREEDOM = 10, 10
# The end of a run is the last one in this many of its steps.
TAIL = 10


def minimum_loss(run: Run, end: Diagnosis) -> float:
    """Give the minimum of a quadratic that has one, as it was judged; 0 where it is rounding."""
    assert end.minimum is not None
    lowest = run.judgement.numbers.get("minimum", end.minimum.loss)
    return 0.0 if _is_nothing(run, lowest) else lowest


def _is_nothing(run: Run, loss: float) -> bool:
    return abs(loss) <= nothing(run.problem, float(run.losses[0]))


def against_minimum(run: Run, end: Diagnosis, slowest: int | None) -> Iterator[str]:
    """Compare the loss at the end with the minimum of a quadratic.

    `slowest` is the direction that was called the slowest before, if any.
    """
    after, ending = _after(run), run.judgement.ending
    if end.minimum is None or ending == Ending.NOT_STARTED:
        yield after
    elif ending == Ending.CONVERGED:
        yield f"{after}, which is {_nearness(run, minimum_loss(run, end), 'the minimum')}"
    elif run.losses[-1] > run.losses[0]:
        yield after
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


def as_recorded(run: Run) -> Iterator[str]:
    """Say how a run of recorded predictions ends, of which nothing else is known."""
    yield _after(run)
    yield from validation(run)
    if run.judgement.ending != Ending.CONVERGED:
        yield from _tail(run)


def against_lowest_known(run: Run, end: Diagnosis) -> Iterator[str]:
    """Compare the loss at the end with the lowest one that is known."""
    judged, known, last = run.judgement, end.minimum, float(run.losses[-1])
    if judged.ending in NOWHERE:
        yield _after(run)
        return
    if judged.reason == Reason.NO_MINIMUM or known is None or known.loss > last:
        yield _after(run)
    else:
        yield f"{_after(run)}; {_lowest_known(run, known)}"
    if judged.ending == Ending.CONVERGED:
        yield from _at_rest(run, end)
        return
    if end.eigenvalues[0] < 0 and not run.problem.convex and end.has_curvature:
        yield "the run does not end at a minimum: the loss curves downward in some direction"
    yield from _tail(run)


def _lowest_known(run: Run, known: KnownMinimum) -> str:
    """Give the lowest known loss, or how far above it the run ends where both read the same."""
    last, low = float(run.losses[-1]), rounded(known.loss)
    gap = last - known.loss
    rests = run.judgement.ending == Ending.CONVERGED
    if not rests and low == rounded(last) and gap > float(run.problem.rounding(run.params[-1])):
        return f"that is {rounded(gap)} above the lowest known loss ({known.name})"
    if _is_nothing(run, known.loss) and known.loss:
        low = "next to 0"
    return f"the lowest known loss is {low} ({known.name})"


def moves_on(run: Run) -> bool:
    """Whether the run neither falls nor rests: a stable rate at its end then says little."""
    return run.judgement.ending in (Ending.OSCILLATING, Ending.GROWING, Ending.DIVERGED)


def validation(run: Run) -> Iterator[str]:
    """Give the loss on the validation set at the end, and at its lowest."""
    if (losses := run.validation_losses) is None:
        return
    best = int(losses.argmin())
    low, last = rounded(float(losses[best])), rounded(float(losses[-1]))
    lowest = f"; it was lowest, {low}, after {counted(best, 'step')}" if low != last else ""
    yield f"the validation loss is {last}{lowest}"


def _at_rest(run: Run, end: Diagnosis) -> Iterator[str]:
    """What a run that has converged has come to."""
    reason, known, last = run.judgement.reason, end.minimum, float(run.losses[-1])
    if reason == Reason.NO_MINIMUM:
        yield "there is no finite optimum: the loss goes on falling, ever more slowly, without end"
    elif run.judgement.numbers.get("lower") == -np.inf:
        yield "elsewhere the loss falls without bound"
    elif known is None or known.loss > last:
        return
    elif reason == Reason.LOCAL_MINIMUM:
        yield (
            f"that is {rounded(last - known.loss)} above the lowest known loss: small steps cannot "
            "leave a local minimum, but another start or noise may help"
        )
    elif reason == Reason.MINIMUM and (near := _near(run, known.loss, "the lowest known loss")):
        yield f"that is {near}"


def _after(run: Run) -> str:
    """How the run ends, and the loss there: `still falling: after 20 steps the loss is 4.63`."""
    first, last = float(run.losses[0]), float(run.losses[-1])
    rests = run.judgement.ending == Ending.CONVERGED
    rounding = float(run.problem.rounding(run.params[-1])) if rests else 0.0
    rises = last - first > rounding
    more = f", up from {rounded(first)} at the start" if rises else ""
    # A bare function has no name of its own.
    name = f"the loss ({run.problem.loss_symbol})" if run.problem.points else "the loss"
    where = "next to 0" if rests and last and _is_nothing(run, last) else rounded(last)
    return f"{_verdict(run)}: after {counted(run.steps, 'step')} {name} is {where}{more}"


def _verdict(run: Run) -> str:
    """The words of the judgement: `still falling (ill-conditioned)`, `converged at the minimum`.

    A run that moves is near a place, not at it.
    """
    ending, reason = run.judgement.ending, run.judgement.reason
    so_far = ending == Ending.CONVERGED and run.judgement.certainty == Certainty.LIKELY
    if reason is not None and (place := reason.removeprefix("at ")) != reason:
        if ending != Ending.CONVERGED:
            return f"{ending} near {place}"
        return f"{ending} {reason}{' so far' * so_far}"
    if so_far:
        return f"{ending} so far"
    return f"{ending} ({reason})" if reason else f"{ending}"


def _nearness(run: Run, minimum: float, name: str) -> str:
    """How near the loss has come to the minimum, in any case."""
    gap, initial = float(run.losses[-1]) - minimum, float(run.losses[0]) - minimum
    if near := _near(run, minimum, name):
        return near
    # A start at the minimum is left by rounding.
    if gap <= float(run.problem.rounding(run.params[-1])):
        return name
    return f"{rounded(gap)} above {name}, from {rounded(initial)}"


def _near(run: Run, minimum: float, name: str) -> str:
    """How near the loss has come to the minimum; empty where it has not."""
    first, last = float(run.losses[0]), float(run.losses[-1])
    if rounded(last) == rounded(minimum):
        return name
    if run.problem.points and last - minimum <= NEXT_TO * abs(minimum):
        return f"within 1% of {name}"
    for part, share in SHARES.items():
        if last - minimum <= share * (first - minimum):
            return f"above {name} by less than a {part} of the initial gap"
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
    noise = minimum_loss(run, end) / freedom if freedom >= FREEDOM else np.inf
    # A training loop of the user's own may have drawn mini-batches.
    clear = run.optimizer and now > CLEAR * noise > 0
    return f"{amount} of it is still due to {which}{', not to noise' if clear else ''}"


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
    moves, low, high = np.diff(tail), float(tail.min()), float(tail.max())
    if high - low <= float(run.problem.rounding(run.params[-1])):
        what = "did not change"
    elif (moves <= 0).all():
        what = "fell" + _span(high, low)
    elif (moves >= 0).all():
        what = "rose" + _span(low, high)
    elif rounded(low) == rounded(high):
        what = f"moved by up to {rounded(high - low)}"
    else:
        what = f"moved between {rounded(low)} and {rounded(high)}"
    each = f" (of {counted(run.batches.shape[1], 'point')} each)" if run.batches is not None else ""
    yield f"over the last {counted(last, 'step')}{each} it {what}"


def _span(first: float, last: float) -> str:
    """From where to where a loss moved, or by how much where both read the same."""
    if rounded(first) == rounded(last):
        return f" by {rounded(abs(last - first))}"
    return f" from {rounded(first)} to {rounded(last)}"
