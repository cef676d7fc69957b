"""Overfitting: the validation loss rises by more than its noise while the training loss falls."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gdanim.analysis.events import Event, EventKind
from gdanim.analysis.record import Record
from gdanim.core.arrays import Floats, Ints
from gdanim.core.numbers import count, quantity
from gdanim.problems.problem import Problem

# The validation loss ends more than this share above its lowest...
WORSE = 0.05
# ... and the mean of the points' own rises is this many standard errors above 0: more than chance
# makes of the lowest of many. Few points make a large standard error; a loss that has doubled
# needs one.
SURE, DOUBLED = 2.5, 1.0
# Of a random run, means are compared: over the last tenth of its steps, and over a fortieth before
# and after the lowest, at up to this many steps.
MEANS = 20


def overfitting(record: Record) -> Iterator[Event]:
    """Tell whether the validation loss rises while the training loss falls.

    The loss of each point of the validation set is compared between the end and the step of the
    lowest validation loss, where the event begins.
    """
    validation, problem = record.validation_losses, record.problem
    if validation is None or not isinstance(problem, Problem) or problem.validation is None:
        return
    best, last = int(validation.argmin()), len(validation) - 1
    first, end = _around(record, best), _around(record, last)
    if not record.losses[end].mean() < record.losses[first].mean():
        return
    rises = _point_losses(problem, record.params[end]) - _point_losses(
        problem, record.params[first]
    )
    if len(rises) < 2 or not np.isfinite(rises).all():
        return
    lowest, rise = float(validation[best]), float(rises.mean())
    errors = rise / max(float(rises.std(ddof=1)) / np.sqrt(len(rises)), 1e-300)
    after = float(validation[end].mean())
    if after > (1 + WORSE) * lowest and errors > (SURE if after < 2 * lowest else DOUBLED):
        kind = EventKind.OVERFITTING
        text = kind.caption.format(lowest=quantity(lowest), step=count(best))
        yield Event(kind, best, last, text, {"lowest": lowest, "end": float(validation[last])})


def _around(record: Record, step: int) -> Ints:
    """Return the steps whose mean counts: the step itself, of a random run those around it too."""
    steps = record.steps
    if not record.random:
        return np.array([step])
    before, after = (steps // 10, 0) if step == steps else (steps // 40, steps // 40)
    first, last = max(step - before, 0), min(step + after, steps)
    return np.unique(np.linspace(first, last, MEANS).astype(np.int64))


def _point_losses(problem: Problem, params: Floats) -> Floats:
    """`(s,p)->(n)`: the loss of each point of the validation set, on average over the steps."""
    held_out, loss = problem.validation, problem.loss_function.monotone_of
    assert held_out is not None
    model = loss.scored_model(problem.model, held_out.y)
    prediction = model.predict(params, held_out.x)
    alone = loss.value(prediction[:, :, np.newaxis], held_out.y[:, np.newaxis])
    return np.asarray(alone.mean(axis=0))
