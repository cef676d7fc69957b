"""Where a run ends, and what it did before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from gdanim.analysis.diagnosis import Diagnosis, in_minimum
from gdanim.analysis.explain._chance import calm, calm_excess
from gdanim.analysis.explain._words import direction, number, steps
from gdanim.descent.run import Run
from gdanim.problems.objective import Objective
from gdanim.problems.problem import Problem

# A loss this near to the optimum, as a share of it, has arrived.
ARRIVED = 0.01
# And so has one that is left with this share of its way down: a minimum can be 0.
NEGLIGIBLE = 1e-9
# A run is in a minimum where the paraboloid that touches the loss there promises this share of the
# way down, and of what is above the optimum, or less.
SETTLED = 0.01
# The noise of N points moves each of P directions, and so costs each floor / (N - P) on average. A
# direction that has ten times that is not noise: three standard deviations, one case in a hundred
# where N - P is ten.
CLEAR, FREEDOM = 10, 10
# A mean squared error of this share of the mean of y^2 comes from rounding.
ROUNDING = 1e-26
# The end of a run is one step in so many.
TAIL = 10


def floor(run: Run, end: Diagnosis) -> float:
    """The lowest loss of a quadratic that has one; 0 where it is rounding alone."""
    assert end.optimum is not None
    problem, loss = run.problem, end.optimum.loss
    if isinstance(problem, Problem) and loss <= ROUNDING * float(np.mean(problem.data.y**2)):
        return 0.0
    return loss


def above_the_floor(run: Run, end: Diagnosis, slowest: int | None) -> Iterator[str]:
    """The loss at the end, and what it has above the floor of a quadratic.

    `slowest` is the direction that was spoken of before.
    """
    after = _after(run)
    if end.optimum is None or run.losses[-1] > run.losses[0]:
        yield after
    elif near := _near(run, floor(run, end), "the floor"):
        yield f"{after}, which is {near}"
    elif without := calm(run):
        rest = calm_excess(run, end)
        if rest is None:
            yield after
            yield from _tail(run)
        else:
            instead = number(end.optimum.loss + rest)
            yield f"{after}; at the same rates, but with {without}, it would be {instead}"
    elif (true := _true_loss(run.problem)) is not None and end.loss < true:
        yield f"{after}, below the true curve's {number(true)}: it fits noise"
    else:
        yield f"{after}; {_part(run, end, slowest)}"


def beside_the_best(run: Run, end: Diagnosis) -> Iterator[str]:
    """The loss at the end, beside the best that is known."""
    after, best = _after(run), end.optimum
    if run.diverges:
        yield f"the run diverges: {after}"
        return
    if best is None:
        yield after
        yield from _tail(run)
        return
    yield f"{after}; the best known is {number(best.loss)} ({best.name})"
    if near := _near(run, best.loss, "the best that is known"):
        yield f"that is {near}"
    elif _trapped(run, end):
        above = number(end.loss - best.loss)
        yield (
            f"it ends in a local minimum, {above} above: no small step leads out; "
            "another start, or noise, may"
        )
    else:
        # Differences of a gradient that jumps bend down where the loss does not.
        if end.eigenvalues[0] < 0 and not run.problem.convex:
            yield "at its end the loss bends down in some direction, so this is no minimum"
        yield from _tail(run)


def swings(run: Run, end: Diagnosis) -> bool:
    """Whether it neither falls nor rests: then a rate below the edge at its end says little."""
    near = end.optimum is not None and _near(run, end.optimum.loss, "it")
    return not (near or _falls(run) or _trapped(run, end) or run.steps < TAIL)


def held_out(run: Run) -> Iterator[str]:
    """The loss on the points that took no part."""
    if (losses := run.validation_losses) is None:
        return
    best = int(losses.argmin())
    low, last = number(float(losses[best])), number(float(losses[-1]))
    lowest = f", and was lowest, {low}, after {steps(best)}" if low != last else ""
    yield f"on the held-out points the loss is {last}{lowest}"


def _after(run: Run) -> str:
    first, last = float(run.losses[0]), float(run.losses[-1])
    more = f", and was {number(first)} at the start" if last > first else ""
    return f"after {steps(run.steps)} the loss is {number(last)}{more}"


def _near(run: Run, best: float, name: str) -> str:
    """How near it came to the `best` loss, nothing where it did not."""
    first, last = float(run.losses[0]), float(run.losses[-1])
    if last - best <= ARRIVED * abs(best):
        return name if number(last) == number(best) else f"within 1 % of {name}"
    if last - best <= NEGLIGIBLE * (first - best):
        return f"above {name} by less than a billionth of the way down"
    return ""


def _part(run: Run, end: Diagnosis, slowest: int | None) -> str:
    """The direction that has most of what is above the floor."""
    most = int(end.excess.argmax())
    now, before = float(end.excess[most]), float(replace(end, params=run.params[0]).excess[most])
    which = "that direction" if most == slowest else f"the direction that is {direction(end, most)}"
    amount = "nearly all" if number(now) == number(end.loss) else number(now)
    if now > before:
        return f"{amount} of it is {which}, which had {number(before)} at the start"
    freedom = run.problem.points - len(end.params)
    # A loop of somebody's own may have drawn batches.
    clear = run.optimizer and freedom >= FREEDOM and now > CLEAR * floor(run, end) / freedom > 0
    return f"{amount} of it is still {which}{', not noise' if clear else ''}"


def _trapped(run: Run, end: Diagnosis) -> bool:
    """Whether the run ends in a local minimum, above the best that is known.

    Batches and noise move it on. In the one minimum of a convex loss nothing is left above.
    """
    if end.optimum is None or calm(run):
        return False
    way, above = float(run.losses[0]) - end.loss, end.loss - end.optimum.loss
    small = bool(end.excess.sum() <= SETTLED * min(above, way))
    return small and in_minimum(run.problem, end.params)


def _true_loss(problem: Objective) -> float | None:
    """The mean squared error of the curve that the points were drawn from."""
    if not isinstance(problem, Problem) or problem.data.truth is None:
        return None
    return float(problem.loss_function.value(problem.data.truth(problem.data.x), problem.data.y))


def _tail(run: Run) -> Iterator[str]:
    """What the loss did last."""
    if not (last := run.steps // TAIL):
        return
    tail = run.losses[-last - 1 :]
    low, high = number(float(tail.min())), number(float(tail.max()))
    if low == high:
        what = f"stayed at {low}"
    elif _falls(run):
        what = f"fell from {high} to {low}"
    elif (np.diff(tail) >= 0).all():
        what = f"rose from {low} to {high}"
    else:
        what = f"moved between {low} and {high}"
    each = f", of {run.batches.shape[1]} points each," if run.batches is not None else ""
    yield f"over the last {steps(last)}{each} it {what}"


def _falls(run: Run) -> bool:
    """Whether its last steps all lead down, by more than rounding."""
    tail = run.losses[-(run.steps // TAIL) - 1 :]
    way = float(run.losses[0] - tail[-1])
    return bool((np.diff(tail) <= 0).all() and tail[0] - tail[-1] > NEGLIGIBLE * way)
