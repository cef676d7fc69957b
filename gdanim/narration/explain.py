"""A run explained in plain words: learning rate, minimum, conditioning, result.

Each sentence is true of the run as it was recorded, or is left out. The numbers come from
analysis.diagnosis, the sentences on learning rates and on the ending from _explain.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from gdanim.analysis.diagnosis import Diagnosis, diagnose, standardised_condition
from gdanim.analysis.judgement import Certainty, Ending, Reason
from gdanim.analysis.search import SearchError
from gdanim.core.numbers import rounded
from gdanim.core.words import capitalised
from gdanim.descent.run import Run
from gdanim.narration._explain.ending import (
    NOWHERE,
    against_lowest_known,
    against_minimum,
    as_recorded,
    minimum_loss,
    validation,
)
from gdanim.narration._explain.learning_rates import local_stability, stability, swing_stability
from gdanim.narration._explain.randomness import plain_rates, without_randomness
from gdanim.narration._explain.words import condition_number, direction
from gdanim.narration.advice import remedies
from gdanim.problems.objective import KnownMinimum
from gdanim.scene import Scene
from gdanim.scripting.load import own_lines

# A condition number this many times smaller is worth a sentence.
BETTER = 2.0


def paragraphs(scene: Scene, script: Path | None = None) -> Iterator[str]:
    """Explain each run of a scene in a paragraph, a line for each sentence.

    Raises ScriptError where the lines of the `script` that the scene comes from fail.
    """
    with own_lines(script):
        runs = scene.runs()
        for label, run in runs.items():
            lines = [f"{capitalised(line)}." for line in explain(run)]
            yield "\n".join([f"{label}:", *lines] if len(runs) > 1 else lines)


def explain(run: Run) -> list[str]:
    """Explain a single run in plain words.

    Parameters
    ----------
    run : Run
        A single run, as `descend` and `Recorder.run` give it.

    Returns
    -------
    list of str
        One sentence each, without capital letter and full stop: the learning rate next to the
        largest stable one, the minimum, the condition number, the slowest direction, the loss at
        the end, and what helps a run that diverges or hardly moves. A sentence that does not apply
        is left out. Where the minimum has to be searched for and SciPy is not installed, one says
        what to install.

    See Also
    --------
    gdanim.diagnose : The numbers behind the sentences.

    Examples
    --------
    >>> from gdanim import GradientDescent, Linear, Problem, datasets, descend
    >>> from gdanim.narration.explain import explain
    >>> problem = Problem(datasets.linear(), Linear())
    >>> run = descend(problem, GradientDescent(0.01), (-2.0, -1.5), steps=100)
    >>> for sentence in explain(run)[1:3]:
    ...     print(sentence)
    the minimum of the loss is 0.00924: no parameters fit better
    the condition number is 33.4
    """
    if not run.problem.differentiable:
        return [*as_recorded(run)]
    quadratic = run.problem.hessian is not None
    helpful = remedies(run)
    lines = list(_quadratic(run, helpful) if quadratic else _local(run))
    return [*lines, f"what helps: {', or '.join(helpful)}"] if helpful else lines


def _quadratic(run: Run, helpful: Sequence[str]) -> Iterator[str]:
    """Explain a run on a quadratic loss, whose curvature is the same everywhere."""
    end = diagnose(run.problem, run.params[-1])
    slowest = _slowest(run, end)
    yield from stability(run, end)
    yield from _minimum(run, end)
    yield from _condition(end)
    if slowest is not None:
        steps = rounded(end.steps(float(run.rate(0)), 0.5)[slowest])
        yield (
            f"along the slowest direction ({direction(end, slowest)}) the distance to the minimum "
            f"halves every {steps} steps"
        )
    yield from against_minimum(run, end, slowest)
    yield from validation(run)
    # Advice that was tried says the same.
    if not any("standardise" in line for line in helpful):
        yield from _standardised(run, end)


def _local(run: Run) -> Iterator[str]:
    """Explain a run on any other loss, by the curvature at its end.

    A run that diverges is explained by the curvature at its start: its end says nothing.
    """
    row = 0 if run.diverges else -1
    point, hint = _diagnosed(run, row)
    yield from against_lowest_known(run, point)
    yield from validation(run)
    if point.has_curvature:
        if run.judgement.ending == Ending.OSCILLATING and not without_randomness(run):
            # Nobody knows whether other swings go on.
            if run.judgement.certainty != Certainty.LIKELY:
                yield from swing_stability(run, point)
        elif near := [*_condition(point), *local_stability(run, point, row)]:
            where = "end" if row else "start"
            yield f"the following holds only near the {where} of the run, as the curvature changes"
            yield from near
    yield from hint


def _diagnosed(run: Run, row: int) -> tuple[Diagnosis, list[str]]:
    """Diagnose a row of the run, and say what to install where a search for the minimum needs it.

    Nothing is searched for where its loss is known, where there is none, or the run is nowhere
    near.
    """
    judged, params = run.judgement, run.params[row]
    if judged.ending in NOWHERE or judged.reason == Reason.NO_MINIMUM:
        return diagnose(run.problem, params, restarts=0), []
    known, lowest = run.problem.minimum, judged.numbers.get("minimum")
    if lowest is not None and (known is None or known.params is None):
        found = diagnose(run.problem, params, restarts=0)
        return replace(found, minimum=KnownMinimum("minimum", lowest)), []
    try:
        return diagnose(run.problem, params), []
    except SearchError as missing:
        return diagnose(run.problem, params, restarts=0), [f"{missing}"]


def _slowest(run: Run, end: Diagnosis) -> int | None:
    """Find the direction that takes longest, where all of them shrink at a constant pace."""
    rates = plain_rates(run.optimizer, run)
    if rates is None or rates.shape[1] > 1 or np.ptp(rates) or without_randomness(run):
        return None
    if not np.isfinite(counts := end.steps(float(rates.flat[0]), 0.5)).all():
        return None
    slowest = int(counts.argmax())
    return slowest if counts[slowest] >= 1 else None


def _minimum(run: Run, end: Diagnosis) -> Iterator[str]:
    """Give the minimum of the loss."""
    if end.minimum is None:
        yield "there is no minimum: along a direction of negative curvature the loss falls forever"
        return
    lowest = minimum_loss(run, end)
    if not run.problem.points:
        yield f"the minimum is {rounded(lowest)}: no parameters have a lower loss"
    elif lowest:
        yield f"the minimum of the loss is {rounded(lowest)}: no parameters fit better"
    else:
        yield "the minimum of the loss is 0, up to rounding: the model can fit every point"


def _condition(end: Diagnosis) -> Iterator[str]:
    """How much steeper the steepest direction is than the flattest."""
    lowest = float(end.eigenvalues[0])
    if lowest > 0 and len(end.names) > 1:
        yield f"the condition number is {condition_number(end.condition)}"
    elif end.quadratic and lowest == 0:
        yield f"along one direction ({direction(end, 0)}) the loss is flat, or nearly so"


def _standardised(run: Run, end: Diagnosis) -> Iterator[str]:
    """Say what standardised features would change."""
    other = standardised_condition(run.problem)
    if other is not None and math.isfinite(end.condition) and BETTER * other < end.condition:
        yield (
            f"with standardised features the condition number would be {condition_number(other)} "
            f"instead of {condition_number(end.condition)}"
        )
