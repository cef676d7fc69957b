"""Runs as the columns of a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gdanim.core.arrays import Floats
from gdanim.descent._recorded import Recorded

Columns = list[tuple[str, NDArray[Any]]]


def columns(runs: Mapping[Any, Recorded]) -> Columns:
    """Return names and values, a row for every step; the run's label comes first of several.

    A row's learning rate is that of the step which leads on from there; NaN in the last row and
    where it was not recorded. A rate for each parameter takes a column for each.
    """
    every = list(runs.values())
    names = every[0].problem.shown_names
    wide = max(1 if run.rate_columns is None else run.rate_columns.shape[1] for run in every)
    validated = any(run.validation_losses is not None for run in every)
    header = ["loss", *["validation_loss"] * validated]
    header += ["learning_rate"] if wide == 1 else [f"learning_rate_{name}" for name in names]
    numbers = np.concatenate([_numbers(run, wide, validated) for run in every])
    table: Columns = [("step", np.concatenate([np.arange(len(run.losses)) for run in every]))]
    table += zip([*header, *names], numbers.T, strict=True)
    if len(every) > 1:
        labels = [label for label, run in runs.items() for _ in range(len(run.losses))]
        table.insert(0, ("run", np.array(labels)))
    return table


def _numbers(run: Recorded, wide: int, validated: bool) -> Floats:
    """Return loss, loss on the validation set, learning rates and parameters, a row for a step."""
    rows = len(run.losses)
    validation = np.full((rows, int(validated)), np.nan)
    if run.validation_losses is not None:
        validation[:, 0] = run.validation_losses
    rates = np.full((rows, wide), np.nan)
    if run.rate_columns is not None:
        rates[:-1] = run.rate_columns[: rows - 1]
    params = run.params[:, : len(run.problem.shown_names)]
    return np.column_stack([run.losses, validation, rates, params])
