"""Predictions of a black box, recorded at the points and over the grids that panels show."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from gdanim.core.arrays import Floats, floats
from gdanim.descent._black_box import black_box
from gdanim.descent._foreign import numbers_of, one_number
from gdanim.descent._rows import Rows
from gdanim.errors import GdanimError, expect, listed
from gdanim.problems.cross_entropy import CrossEntropy
from gdanim.problems.dataset import Dataset
from gdanim.problems.grids import grid_points, panel_axes
from gdanim.problems.losses import LogLoss, Loss, MeanSquaredError, NegativeLogLikelihood
from gdanim.problems.recording import STEP, Kind, OwnLoss, RecordedProblem, Recording

# Losses of probabilities.
_OF_CLASSES = (LogLoss, NegativeLogLikelihood, CrossEntropy)
# The probabilities of a point's classes sum up to 1 within this, in single precision or less.
_SUM = 1e-3


class Predictions:
    """What a black box says of the data, the validation set and the panels' grid, step by step."""

    def __init__(
        self,
        data: object,
        predict: object,
        loss: Any,
        validation: object,
        logits: bool,
        capacity: int,
        memory: int | None,
    ) -> None:
        expect("Recorder: data", data, Dataset, "datasets.linear()")
        if loss is not None and (isinstance(loss, type) or not callable(loss)):
            expect("Recorder: loss", loss, Loss, "MeanSquaredError()")
        if validation is not None:
            expect("Recorder: validation", validation, Dataset, "data.split(0.8)[1]")
        assert isinstance(data, Dataset)
        assert validation is None or isinstance(validation, Dataset)
        self._data, self._loss, self._validation = data, loss, validation
        self._classes, self._logits = _count_classes(data, loss), logits
        self._predict = black_box(predict, bool(self._classes))
        self._x = data.x if validation is None else np.concatenate([data.x, validation.x])
        self._axes = panel_axes(self._x)
        self._capacity, self._memory = capacity, memory
        self._rows: tuple[Rows, Rows] | None = None
        self._own: dict[str, list[float]] = {"loss": [], "validation": []}
        self._names: tuple[str, ...] = ()

    def __len__(self) -> int:
        """Return the number of steps recorded."""
        return 0 if self._rows is None else len(self._rows[0])

    def add(self, params: object, loss: object, validation: object) -> Floats:
        """Record one step; return the numbers recorded with it, and the number of the step."""
        values = self._named(params)
        points = self._at(self._x)
        grid = self._at(grid_points(self._axes)) if self._axes else np.empty((0, points.shape[1]))
        for name, value in (("loss", loss), ("validation", validation)):
            self._note(name, value)
        if self._rows is None:
            self._rows = (
                Rows(points.shape, self._capacity, limit=self._memory),
                Rows(grid.shape, self._capacity, np.float32, limit=self._memory),
            )
        for rows, new in zip(self._rows, (points, grid), strict=True):
            if rows.array.shape[1:] != new.shape:
                raise GdanimError(
                    f"predict: gave {rows.array.shape[-1]} number(s) a point before, and now "
                    f"{new.shape[-1]}"
                )
            with np.errstate(over="ignore"):
                rows.grow(1)[0] = new
        return np.array([*values, len(self) - 1.0])

    def problem(self) -> RecordedProblem:
        """Return what was recorded so far, as a problem."""
        assert self._rows is not None
        points, grid = (rows.array for rows in self._rows)
        own = {name: np.array(values) if values else None for name, values in self._own.items()}
        kind: Kind = "number" if not self._classes else "score" if self._logits else "probability"
        recording = Recording(np.array(self._x), points, self._axes, grid, kind, self._names)
        loss = self._loss
        if loss is None:
            of_classes = LogLoss() if points.shape[2] == 1 else CrossEntropy()
            usual = of_classes if self._classes else MeanSquaredError()
            loss = usual if own["loss"] is None else OwnLoss()
        return RecordedProblem(
            self._data,
            recording,
            loss,
            validation=self._validation,
            losses_of_steps=own["loss"] if isinstance(loss, OwnLoss) else None,
            validation_losses_of_steps=own["validation"],
        )

    def _at(self, x: Floats) -> Floats:
        """Return the predictions at `x [N, D]`, `[N, K]`; GdanimError for another shape."""
        # A copy, as it might be changed in place.
        found = floats("predict", numbers_of(self._predict(np.array(x))))
        if found.ndim not in (1, 2) or len(found) != len(x):
            raise GdanimError(
                f"predict: must return one number, or one for each class, for each of {len(x)} "
                f"points, got shape {found.shape}"
            )
        found = found.reshape(len(x), -1)
        return self._of_classes(found) if self._classes else _single(found)

    def _of_classes(self, found: Floats) -> Floats:
        """Return probabilities or scores of classes, checked; labels become certainties."""
        count, several = self._classes, found.shape[1]
        if several == 1 and count > 2 and not self._logits:
            if not np.isin(found, np.arange(count)).all():
                raise GdanimError(
                    f"predict: there are {count} classes; return the probability of each, "
                    f"shape ({len(found)}, {count}), or the number of the class"
                )
            return np.eye(count)[found[:, 0].astype(np.int64)]
        if 1 < several < count or (several == 1 and count > 2):
            raise GdanimError(
                f"predict: there are {count} classes, and it returns {several} number(s) a point"
            )
        if self._logits:
            return found
        known = found[np.isfinite(found).all(axis=1)]
        sums = known.sum(axis=1)
        if ((known < -_SUM) | (known > 1 + _SUM)).any() or (
            several > 1 and (abs(sums - 1) > _SUM).any()
        ):
            raise GdanimError(
                f"predict: must return probabilities, between 0 and 1"
                f"{' and 1 in all' * (several > 1)}, got {known.min():.3g} to {known.max():.3g}; "
                "if it returns logits, give Recorder(..., logits=True)"
            )
        return np.clip(found, 0, 1)

    def _note(self, name: str, value: object) -> None:
        """Keep a loss of the loop's own; GdanimError unless all steps have it, or none."""
        values = self._own[name]
        if len(self) and (value is not None) != bool(values):
            have = "has" if values else "lacks"
            raise GdanimError(
                f"snapshot: give {name}= with every snapshot, or with none; the first {have} it"
            )
        if value is not None:
            values.append(one_number(f"snapshot: {name}", value))

    def _named(self, params: object) -> list[float]:
        """Return the values of numbers by name; GdanimError unless the names stay the same."""
        named: Mapping[Any, Any] = {} if params is None else params  # type: ignore[assignment]
        expect("snapshot: params", named, Mapping, "{'friction': 0.3}")
        names = tuple(map(str, named))
        if STEP in names:
            raise GdanimError(f'snapshot: params: "{STEP}" is the number of the step; rename it')
        if not len(self):
            self._names = names
        if set(names) != set(self._names):
            raise GdanimError(
                f"snapshot: params: the first snapshot had {listed(self._names) or 'none'}, this "
                f"one has {listed(names) or 'none'}"
            )
        return [one_number(f"snapshot: params: {name}", named[name]) for name in self._names]


def _single(found: Floats) -> Floats:
    if found.shape[1] > 1:
        raise GdanimError(
            f"predict: returns {found.shape[1]} numbers a point, and y is one number; for classes, "
            "name them: Dataset(x, y, classes=(...))"
        )
    return found


def _count_classes(data: Dataset, loss: Loss | None) -> int:
    """Return how many classes y numbers; 0 if it is measured."""
    signs = set(np.unique(data.y).tolist()) in ({0.0, 1.0}, {-1.0, 1.0})
    if data.classes:
        return max(2, len(data.classes))
    if isinstance(loss, _OF_CLASSES) or (loss is None and signs):
        return 2 if signs else max(2, int(data.y.max()) + 1)
    return 0
