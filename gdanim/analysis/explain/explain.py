"""A run in plain words. Each sentence is true of the run as it was recorded, or is left out."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from gdanim.analysis.diagnosis import Diagnosis, diagnose, standardised_condition
from gdanim.analysis.explain._chance import calm, plain_rates
from gdanim.analysis.explain._endings import (
    above_the_floor,
    beside_the_best,
    floor,
    held_out,
)
from gdanim.analysis.explain._rates import beside_the_edge, beside_the_edge_near
from gdanim.analysis.explain._words import count, direction, number
from gdanim.analysis.search import SearchError
from gdanim.descent.run import Run
from gdanim.scene import Scene
from gdanim.scripting.load import own_lines

# A condition number this much better is worth a sentence.
BETTER = 2.0


def paragraphs(scene: Scene, script: Path | None = None) -> Iterator[str]:
    """What there is to say about each run of a scene, a line for each sentence.

    Raises ScriptError where the lines of the `script` it comes from fail.
    """
    with own_lines(script):
        runs = scene.runs()
        for label, run in runs.items():
            lines = [f"{line[0].upper()}{line[1:]}." for line in explain(run)]
            yield "\n".join([f"{label}:", *lines] if len(runs) > 1 else lines)


def explain(run: Run) -> list[str]:
    """What there is to say about a single run, one sentence each.

    Where the optimum takes a search and there is no scipy, the last one says what to install.
    """
    quadratic = run.problem.hessian is not None
    return list(_everywhere(run) if quadratic else _here(run))


def _everywhere(run: Run) -> Iterator[str]:
    """Of a quadratic, whose curvature is the same everywhere."""
    end = diagnose(run.problem, run.params[-1])
    slowest = _slowest(run, end)
    yield from beside_the_edge(run, end)
    yield from _floor(run, end)
    yield from _condition(end)
    if slowest is not None:
        halves = number(end.steps(float(run.rate(0)), 0.5)[slowest])
        yield f"the slowest direction ({direction(end, slowest)}) halves every {halves} steps"
    yield from above_the_floor(run, end, slowest)
    yield from held_out(run)
    yield from _standardised(run, end)


def _here(run: Run) -> Iterator[str]:
    """Of any other loss, whose curvature is that of the run's end, or of its start where it
    diverges: then its end says nothing.
    """
    row, hint = 0 if run.diverges else -1, []
    try:
        point = diagnose(run.problem, run.params[row])
    except SearchError as missing:
        point, hint = diagnose(run.problem, run.params[row], restarts=0), [f"{missing}"]
    yield from beside_the_best(run, point)
    yield from held_out(run)
    near = [*_condition(point), *beside_the_edge_near(run, point, row)]
    if near:
        where = "end" if row else "start"
        yield f"near its {where} alone, for the surface has another shape elsewhere, this holds"
    yield from (*near, *hint)


def _slowest(run: Run, end: Diagnosis) -> int | None:
    """The direction that takes longest, where all of them shrink, each at a pace of its own."""
    rates = plain_rates(run.optimizer, run)
    if rates is None or rates.shape[1] > 1 or np.ptp(rates) or calm(run):
        return None
    if not np.isfinite(counts := end.steps(float(rates.flat[0]), 0.5)).all():
        return None
    slowest = int(counts.argmax())
    return slowest if counts[slowest] >= 1 else None


def _floor(run: Run, end: Diagnosis) -> Iterator[str]:
    """The lowest loss that there is."""
    if end.optimum is None:
        yield "there is no floor: along a direction of negative curvature the loss falls for ever"
    elif not run.problem.points:
        yield f"the minimum is {number(end.optimum.loss)}: no parameters have a smaller loss"
    elif lowest := floor(run, end):
        yield f"the fit's floor is {number(lowest)}: no parameters have a smaller loss"
    else:
        yield "the fit's floor is 0, but for rounding: the model can go through every point"


def _condition(end: Diagnosis) -> Iterator[str]:
    """How much steeper the steepest direction is than the flattest."""
    lowest = float(end.eigenvalues[0])
    if lowest > 0:
        yield f"the condition number is {count(end.condition)}"
    elif end.quadratic and lowest == 0:
        yield f"along one direction ({direction(end, 0)}) the loss is flat, or nearly"


def _standardised(run: Run, end: Diagnosis) -> Iterator[str]:
    """What standardised features would do."""
    other = standardised_condition(run.problem)
    if other is not None and math.isfinite(end.condition) and BETTER * other < end.condition:
        yield (
            f"with standardised features the condition number would be {count(other)} instead of "
            f"{count(end.condition)}"
        )
