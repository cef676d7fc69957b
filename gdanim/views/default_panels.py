"""The panels of a scene that names none: those that fit what is minimised."""

from __future__ import annotations

from collections.abc import Mapping

from gdanim import views
from gdanim.problems.objective import Objective
from gdanim.problems.problem import Problem
from gdanim.views.base import View


def default_panels(objective: Objective) -> Mapping[str, View]:
    """Return views by name: of data where one shows it, else of the loss and the parameters."""
    if isinstance(objective, Problem):
        features, model = objective.data.features, objective.model
        if features <= 2 and model.logits is not None and features + model.outputs > 2:
            return {"boundary": views.Boundary()}
        if features == 1 and model.outputs == 1:
            return {"fit": views.Fit()}
        if model.logits is None and model.outputs == 1:
            return {"predicted": views.PredictedActual(), "loss": views.LossCurve()}
    elif len(objective.names) == 1:
        return {"slice": views.LossSlice()}
    elif len(objective.names) == 2:
        return {"contour": views.Contour()}
    if not objective.shown_names:
        return {"loss": views.LossCurve()}
    return {"loss": views.LossCurve(), "parameters": views.Parameters()}
