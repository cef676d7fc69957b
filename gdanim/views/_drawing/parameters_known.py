"""The error of panels that show parameters, for runs that recorded predictions alone."""

from __future__ import annotations

from gdanim.errors import GdanimError
from gdanim.problems.objective import Objective


def no_parameters(view: str) -> GdanimError:
    """Return the error."""
    return GdanimError(
        f"{view}: needs the model's parameters, and this run recorded only predictions; choose "
        "other panels, such as panels={'loss': views.LossCurve()}"
    )


def check_differentiable(view: str, problem: Objective) -> None:
    """Raise GdanimError unless the loss is known at any parameters."""
    if not problem.differentiable:
        raise no_parameters(view)
