"""Whether a training loop's own numbers are those of the model that its run is recorded for."""

from __future__ import annotations

import numpy as np

from gdanim.core.arrays import Floats, floats
from gdanim.descent._foreign import numbers_of
from gdanim.errors import GdanimError
from gdanim.problems.objective import Objective
from gdanim.problems.problem import Problem

# Losses that differ by less than this share are equal but for single precision. Another activation,
# another order of the parameters or a factor of 1/2 makes more.
SAME = 1e-3
# Near a loss of 0, so is what lies within this of it.
NOTHING = 1e-6


def check_agreement(problem: Objective, params: Floats, loss: object, validation: object) -> None:
    """Raise GdanimError if the loop's losses are others than those of `params [*R, P]`."""
    if loss is not None:
        _compare("loss", problem.loss(params), loss)
    if validation is not None:
        if not isinstance(problem, Problem) or not problem.validated:
            raise GdanimError(
                "snapshot: validation: the problem has no validation set; give "
                "Problem(..., validation=...)"
            )
        _compare("validation loss", problem.validation_losses(params[np.newaxis])[0], validation)


def _compare(name: str, ours: Floats, given: object) -> None:
    theirs = floats(f"snapshot: {name}", numbers_of(given))
    if theirs.size == 1:
        theirs = theirs.reshape(())
    if theirs.shape not in ((), ours.shape):
        raise GdanimError(f"snapshot: {name} must have shape {ours.shape}, got {theirs.shape}")
    with np.errstate(invalid="ignore"):
        apart = abs(theirs - ours) > SAME * np.maximum(abs(theirs), abs(ours)) + NOTHING
    if (apart | (np.isfinite(theirs) != np.isfinite(ours))).any():
        raise GdanimError(
            f"snapshot: the loop's {name} is {_first(theirs)}, and that of the recorded model is "
            f"{_first(ours)}: the activation, the order of the parameters or the loss is another "
            "one, or it is not over all points; Recorder(data, predict=...) records any model"
        )


def _first(values: Floats) -> str:
    return f"{float(np.ravel(values)[0]):.4g}"
