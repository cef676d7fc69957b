"""Predictions recorded step by step, in place of a model whose parameters are known."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, NoReturn

import numpy as np
from numpy.typing import NDArray

from gdanim.core.arrays import Floats, Ints, read_only, set_fields
from gdanim.errors import GdanimError
from gdanim.problems._places import Places
from gdanim.problems.losses import Loss
from gdanim.problems.model import Model, sigmoid, softmax
from gdanim.problems.problem import Problem

# The last parameter of a recording.
STEP = "step"
# A probability counts as no smaller than this where its logarithm is taken.
_SMALLEST = 1e-12

Kind = Literal["number", "probability", "score"]


@dataclass(frozen=True, eq=False)
class Recording(Model):
    """What was predicted after each step: a model whose last parameter is the number of the step.

    So the prediction after step 40 is that of the parameter 40, and all that shows a model shows a
    recording. `parameter_names` are of numbers that were recorded with it, and decide nothing.
    `at_points [S+1, M, K]` are the predictions at `x [M, D]`, `on_grid [S+1, G, K]` those over the
    grid with these `axes`, of which there are none for more than two features.
    """

    shape_name = "curve of the predictions"
    formula = r"\hat{y} = f(x)"

    x: Floats
    at_points: Floats
    axes: tuple[Floats, ...]
    on_grid: NDArray[np.float32]
    kind: Kind = "number"
    parameter_names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        # They can be larger than memory, and so are not copied.
        for array in (self.x, self.at_points, *self.axes):
            read_only(array)
        read_only(self.on_grid)
        set_fields(self, axes=tuple(self.axes), parameter_names=tuple(self.parameter_names))

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the numbers that were recorded with it, and the step."""
        return (*self.parameter_names, STEP)

    @property
    def features(self) -> int:
        """The number of features of the points."""
        return int(self.x.shape[1])

    @property
    def outputs(self) -> int:
        """The number of numbers predicted at a point."""
        return int(self.at_points.shape[2])

    @property
    def workspace(self) -> int:
        """The number of outputs."""
        return self.outputs

    @property
    def logits(self) -> RecordedScores | None:
        """The scores of classes, unless it predicts a number."""
        return None if self.kind == "number" else RecordedScores(self)

    def predict(self, params: Floats, x: Floats) -> Floats:
        """Return what was predicted after the step, `(p),(n,d)->(n)`, or `(n,k)`."""
        raw = self._looked_up(params, x)
        if self.kind == "score":
            return sigmoid(raw) if self.outputs == 1 else softmax(raw)
        return raw

    def scores(self, params: Floats, x: Floats) -> Floats:
        """Return the scores whose sigmoid or softmax the prediction is, shaped like it."""
        raw = self._looked_up(params, x)
        if self.kind == "score":
            return raw
        scores = np.log(np.maximum(raw, _SMALLEST))
        if self.outputs == 1:
            scores -= np.log(np.maximum(1 - raw, _SMALLEST))
        # Comparisons with NaN are false, so that it would count as certainty.
        return np.where(np.isfinite(raw), scores, np.nan)

    def vjp(self, params: Floats, x: Floats, cotangent: Floats) -> NoReturn:
        """Refuse: what the prediction depends on was not recorded."""
        raise GdanimError(
            "predictions were recorded, not what they depend on, so that there is no gradient"
        )

    def motion(self, params: Floats, points: int) -> Floats:
        """Return the predictions at up to `points` of the points, `(s,p)->(s,m)`."""
        some = np.linspace(0, len(self.x) - 1, min(len(self.x), points)).astype(np.int64)
        steps = self.steps_of(params)
        return self.at_points[steps[:, np.newaxis], some].reshape(len(steps), -1)

    def steps_of(self, params: Floats) -> Ints:
        """Return the numbers of the steps, `(p)->()`; GdanimError where one was not recorded."""
        steps = np.rint(params[..., -1])
        last = len(self.at_points) - 1
        if not ((steps >= 0) & (steps <= last)).all():
            raise GdanimError(f"step: predictions were recorded for steps 0 to {last}")
        return steps.astype(np.int64)

    def _looked_up(self, params: Floats, x: Floats) -> Floats:
        """Return what was recorded at `x`, or interpolated, `(p),(n,d)->(n)`, or `(n,k)`."""
        before = np.floor(params)
        here = _recorded(self, self.steps_of(before), self._places, x)
        if (before == params).all():
            return here
        share = (params - before)[..., -1:]
        share = share if self.outputs == 1 else share[..., np.newaxis]
        after = _recorded(self, self.steps_of(np.ceil(params)), self._places, x)
        return np.where(share > 0, (1 - share) * here + share * after, here)

    @cached_property
    def _places(self) -> Places:
        return Places(self.x, self.axes)


def _recorded(recording: Recording, steps: Ints, places: Places, x: Floats) -> Floats:
    """Return what was recorded after each step at `x`, or interpolated on the grid."""
    steps = steps[..., np.newaxis]
    found: Any
    if (rows := places.rows_of(x)) is not None:
        found = recording.at_points[steps, rows]
    else:
        found = sum(
            # A prediction of weight 0 need not be finite.
            np.where(weight > 0, weight * recording.on_grid[steps, number], 0)
            for number, weight in places.around(x)
        )
    return np.array(found[..., 0] if recording.outputs == 1 else found, dtype=np.float64)


@dataclass(frozen=True, eq=False)
class RecordedScores(Model):
    """The scores of classes, of a recording of probabilities."""

    recording: Recording

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the recording's parameters."""
        return self.recording.names

    @property
    def outputs(self) -> int:
        """The number of outputs of the recording."""
        return self.recording.outputs

    def predict(self, params: Floats, x: Floats) -> Floats:
        """Return the scores, `(p),(n,d)->(n)`, or `(n,k)`."""
        return self.recording.scores(params, x)

    def vjp(self, params: Floats, x: Floats, cotangent: Floats) -> NoReturn:
        """Refuse, as the recording does."""
        self.recording.vjp(params, x, cotangent)


@dataclass(frozen=True)
class OwnLoss(Loss):
    """A loss of which only numbers are known: those that a training loop has recorded."""

    name = "loss"
    symbol = "loss"

    def scored_model(self, model: Model, y: Floats) -> Model:
        """Return the model, whatever it predicts."""
        return model

    def value(self, prediction: Floats, y: Floats) -> Floats:
        """Return NaN: how it depends on the prediction is not known."""
        return np.full(np.broadcast_shapes(prediction.shape[:-1], y.shape[:-1]), np.nan)

    def gradient(self, prediction: Floats, y: Floats) -> Floats:
        """Return NaN."""
        return np.full(prediction.shape, np.nan)


@dataclass(frozen=True, eq=False)
class RecordedProblem(Problem):
    """Data with recorded predictions, and the losses where the training loop gave them.

    `losses_of_steps [S+1]` and `validation_losses_of_steps [S+1]` are the loop's own.
    """

    losses_of_steps: Floats | None = None
    validation_losses_of_steps: Floats | None = None
    differentiable = False

    @property
    def shown_names(self) -> tuple[str, ...]:
        """The names of the numbers recorded with the predictions; the step is none."""
        return self.recording.parameter_names

    @property
    def validated(self) -> bool:
        """Whether there is a validation set, or the loop gave its losses."""
        known = self.validation is not None and not isinstance(self.loss_function, OwnLoss)
        return known or self.validation_losses_of_steps is not None

    @property
    def recording(self) -> Recording:
        """The predictions."""
        assert isinstance(self.model, Recording)
        return self.model

    def loss_at(self, params: Floats, batch: Ints | None = None) -> Floats:
        """Return the loss after the step: the loop's own, or that of the predictions."""
        if self.losses_of_steps is None or batch is not None:
            return super().loss_at(params, batch)
        return self.losses_of_steps[self.recording.steps_of(params)]

    def gradient_at(self, params: Floats, batch: Ints | None = None) -> NoReturn:
        """Refuse, as the recording does."""
        self.recording.vjp(params, self.data.x, self.data.y)

    def validation_losses(self, params: Floats) -> Floats:
        """Return the loop's own loss over the validation set, or that of the predictions."""
        if self.validation_losses_of_steps is None:
            return super().validation_losses(params)
        return self.validation_losses_of_steps[self.recording.steps_of(params)]
