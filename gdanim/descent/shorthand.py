"""The first arguments of a Scene, in their short form or not, as descents and runs by label."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar

from gdanim.descent.descent import Descent
from gdanim.descent.optimizer import Optimizer
from gdanim.descent.run import Run
from gdanim.descent.same_objective import minimise_same_objective
from gdanim.errors import GdanimError, expect
from gdanim.problems.objective import Objective

# The label of a run that is not compared with others.
ONLY = "run"
OPTIMIZER = "GradientDescent(0.01), or a Run, such as recorder.run()"
T = TypeVar("T")


def descents_by_label(
    shown: object, problem: object, optimizer: object, start: object, settings: Mapping[str, Any]
) -> dict[str, Descent | Run]:
    """Return the descents and runs that the first arguments of a Scene describe.

    `settings` are those fields of a Descent after its start that were given.
    """
    if problem is not None:
        if shown is not None:
            raise GdanimError("problem: give either descents or a problem, not both")
        return _composed({"problem": problem, "optimizer": optimizer, "start": start}, settings)
    first = next(iter(shown.values()), None) if isinstance(shown, Mapping) else shown
    described = isinstance(first, Descent | Run)
    if isinstance(first, Objective) or (optimizer is not None and not described):
        return _composed({"problem": shown, "optimizer": optimizer, "start": start}, settings)
    for name, value in {"optimizer": optimizer, "start": start, **settings}.items():
        if value is not None:
            raise GdanimError(
                f"{name}: belongs to a Descent; give it there, Descent(problem, optimizer, ...), "
                f"or change one: replace(descent, {name}=...)"
            )
    descents: dict[str, Any] = dict(shown) if isinstance(shown, Mapping) else {ONLY: shown}
    if not descents:
        raise GdanimError(f"descents: give one, or several by their labels, got {shown!r}")
    for each in descents.values():
        if not isinstance(each, Run):
            example = "Descent(problem, GradientDescent(0.01)), or a Run, such as recorder.run()"
            expect("descents", each, Descent, example)
    return descents


def _composed(parts: Mapping[str, Any], settings: Mapping[str, Any]) -> dict[str, Descent | Run]:
    """One Descent or Run from problem, optimizer and start, or several where these are mappings."""
    descents = dict[str, Descent | Run]()
    for label in _labels(parts):
        problem, optimizer, start = (_choice(value, label) for value in parts.values())
        expect("problem", problem, Objective, "Problem(datasets.linear(), Linear())")
        if isinstance(optimizer, Run):
            _check_recorded(label, problem, optimizer)
            descents[label] = optimizer
        else:
            expect("optimizer", optimizer, Optimizer, OPTIMIZER)
            descents[label] = Descent(problem, optimizer, start, **settings)
        if isinstance(optimizer, Run) and isinstance(parts["start"], Mapping) and start is not None:
            raise GdanimError(f"start: the run {label!r} is recorded already; give None for it")
    given = [*(["start"] if parts["start"] is not None else []), *settings]
    if given and not any(isinstance(each, Descent) for each in descents.values()):
        raise GdanimError(
            f"{given[0]}: has no effect on a run that is recorded already; remove {given[0]}"
        )
    return descents


def _labels(parts: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the labels that the mappings have in common; GdanimError if they differ."""
    mappings = {name: value for name, value in parts.items() if isinstance(value, Mapping)}
    labels = next(map(tuple, mappings.values()), (ONLY,))
    for name, value in mappings.items():
        if not value:
            raise GdanimError(f"{name}: give one, or several by their labels, got {value!r}")
        if set(value) != set(labels):
            raise GdanimError(
                f"{name}: needs a value for each of the labels {', '.join(labels)}, "
                f"got {', '.join(map(str, value))}"
            )
    return labels


def _choice(value: T | Mapping[str, T], label: str) -> T:
    return value[label] if isinstance(value, Mapping) else value


def _check_recorded(label: str, problem: Objective, run: Run) -> None:
    """Raise GdanimError where `run` was recorded of another problem."""
    if not minimise_same_objective(run, replace(run, problem=problem)):
        which = "the run" if label == ONLY else f"the run {label!r}"
        raise GdanimError(
            f"optimizer: {which} was recorded of another problem; leave the problem out: Scene(run)"
        )
