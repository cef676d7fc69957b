"""Which runs minimise the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

import numpy as np

from gdanim.descent.run import Run
from gdanim.problems.objective import Objective
from gdanim.problems.problem import Problem

Label = TypeVar("Label")

# Two landscapes are compared at so many states of either run.
PROBES = 8


def share_objectives(runs: Mapping[Label, Run]) -> dict[Label, Run]:
    """The runs, those that minimise the same with one and the same landscape.

    Each call of a scene makes its own, and so does each file of a run that is read.
    """
    first: list[Run] = []
    common: dict[Label, Run] = {}
    for label, run in runs.items():
        like = next((one for one in first if minimise_same_objective(one, run)), run)
        if like is run:
            first.append(run)
        # A run that changes nothing keeps what it has computed.
        common[label] = run if like.problem is run.problem else replace(run, problem=like.problem)
    return common


def minimise_same_objective(one: Run, other: Run) -> bool:
    """Whether both show the same problem, and have the same losses, to the bit, where either of
    them has been: a function of the user's cannot be compared but by what it does.
    """
    a, b = one.problem, other.problem
    if a is b:
        return True
    if display_signature(a) != display_signature(b) or not same_data(a, b):
        return False
    steps = [np.unique(np.linspace(0, run.steps, PROBES).astype(np.int64)) for run in (one, other)]
    places = np.concatenate([one.params[steps[0]], other.params[steps[1]]])
    return np.array_equal(a.losses(places), b.losses(places), equal_nan=True)


def display_signature(landscape: Objective) -> tuple[object, ...]:
    """What a video says of it."""
    return type(landscape), landscape.names, landscape.formula, landscape.loss_name


def same_data(a: Objective, b: Objective) -> bool:
    """Whether both have equal data, and equal held-out data, or none."""
    if not isinstance(a, Problem) or not isinstance(b, Problem):
        return True
    if a.validation is None or b.validation is None:
        return a.validation is b.validation and a.data.equals(b.data)
    return a.data.equals(b.data) and a.validation.equals(b.validation)
