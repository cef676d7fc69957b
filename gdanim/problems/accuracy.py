"""Predicted classes, and the share of points whose class is predicted."""

from __future__ import annotations

from typing import TypeGuard

import numpy as np

from gdanim.core.arrays import Floats, Ints, in_blocks
from gdanim.problems.model import Model
from gdanim.problems.objective import Objective
from gdanim.problems.problem import Problem


def predicts_classes(problem: Objective) -> TypeGuard[Problem]:
    """Whether the model predicts probabilities of classes, and y numbers these."""
    if not isinstance(problem, Problem) or problem.model.logits is None:
        return False
    return bool(np.isin(problem.data.y, np.arange(classes_of(problem.model))).all())


def classes_of(model: Model) -> int:
    """Return the number of classes: of a model of one probability, there are two."""
    return max(2, model.outputs)


def predicted_classes(model: Model, params: Floats, x: Floats) -> Ints:
    """Return the likeliest class of each point, `(p),(n,d)->(n)`; -1 where it is not finite."""
    assert model.logits is not None
    with np.errstate(all="ignore"):
        scores = model.logits.predict(params, x)
    if model.outputs == 1:
        return np.where(np.isfinite(scores), scores > 0, -1).astype(np.int64)
    return np.where(np.isfinite(scores).all(axis=-1), scores.argmax(axis=-1), -1)


def accuracies(problem: Problem, params: Floats) -> Floats:
    """Return the share of points whose class is predicted, `(s,p)->(s)`, in bounded memory."""
    x, y = problem.data.x, problem.data.y

    def block(rows: Floats) -> Floats:
        return np.asarray(np.mean(predicted_classes(problem.model, rows, x) == y, axis=-1))

    return in_blocks(block, params, problem.workspace)
