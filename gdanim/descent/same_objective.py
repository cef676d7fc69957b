"""Which runs minimise the same objective."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

import numpy as np

from gdanim.descent.run import Run
from gdanim.problems.objective import Objective
from gdanim.problems.problem import Problem

Label = TypeVar("Label")

# Two objectives are compared at this many states of each run, start and end included.
PROBES = 8


def share_objectives(runs: Mapping[Label, Run]) -> dict[Label, Run]:
    """Return the runs, with one problem for all that minimise the same objective.

    Each call of a scene function makes a problem of its own, and so does each run that is loaded.
    """
    first: list[Run] = []
    common: dict[Label, Run] = {}
    for label, run in runs.items():
        like = next((one for one in first if minimise_same_objective(one, run)), run)
        if like is run:
            first.append(run)
        # A run that keeps its problem keeps its cached losses too.
        common[label] = run if like.problem is run.problem else replace(run, problem=like.problem)
    return common


def minimise_same_objective(one: Run, other: Run) -> bool:
    """Return whether both runs minimise the same objective.

    They do if what a video shows of it is the same, and the losses are equal to the bit at states
    of both runs: functions of the user's own can be compared only by their values.
    """
    a, b = one.problem, other.problem
    if a is b:
        return True
    if _display_signature(a) != _display_signature(b) or not _same_data(a, b):
        return False
    steps = [np.unique(np.linspace(0, run.steps, PROBES).astype(np.int64)) for run in (one, other)]
    places = np.concatenate([one.params[steps[0]], other.params[steps[1]]])
    return np.array_equal(a.losses(places), b.losses(places), equal_nan=True)


def _display_signature(objective: Objective) -> tuple[object, ...]:
    """Return what a video shows of an objective."""
    return type(objective), objective.names, objective.formula, objective.loss_name


def _same_data(a: Objective, b: Objective) -> bool:
    """Return whether both have equal data and validation data, or none."""
    if not isinstance(a, Problem) or not isinstance(b, Problem):
        return True
    if a.validation is None or b.validation is None:
        return a.validation is b.validation and a.data.equals(b.data)
    return a.data.equals(b.data) and a.validation.equals(b.validation)
