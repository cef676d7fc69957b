"""A recorded run: the parameters at each step, and how it ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gdanim.analysis.event_rules import find_events
from gdanim.analysis.events import Event
from gdanim.analysis.judgement import Ending, Judgement
from gdanim.analysis.judging import judge
from gdanim.analysis.record import Record
from gdanim.core.arrays import Floats, Ints, read_only, set_fields
from gdanim.core.serialize import load_value, save_value
from gdanim.descent._saved_types import saved_types
from gdanim.descent.mini_batches import PADDING
from gdanim.descent.noise import Noisy
from gdanim.descent.optimizer import Optimizer
from gdanim.descent.summary import summary
from gdanim.descent.table import columns
from gdanim.errors import GdanimError, listed, path_of
from gdanim.problems.objective import Objective
from gdanim.problems.problem import Problem

FINISHED, CONVERGED, DIVERGED = "finished", "converged", "diverged"


@dataclass(frozen=True, eq=False)
class Outcome:
    """How each run ended, and at which step.

    Parameters
    ----------
    kind : (...,) array of str
        `"finished"` (it took all its steps), `"converged"` or `"diverged"`.
    step : (...,) array of int
        The last step of each run. If it diverged, the last one with finite parameters and a finite
        loss, or the one at which a stopping rule held.
    stopped : (...,) array of bool, optional
        Whether a stopping rule ended it; by default where `kind` is `"converged"`.

    Examples
    --------
    >>> from gdanim import GradientDescent, descend, objectives
    >>> print(descend(objectives.bowl(), GradientDescent(0.1), start=(2, 1), steps=20).outcome)
    finished at step 20
    """

    kind: NDArray[np.str_]
    step: Ints
    stopped: NDArray[np.bool_] | None = None

    def __post_init__(self) -> None:
        set_fields(self, kind=read_only(np.array(self.kind)), step=read_only(np.array(self.step)))
        stopped = self.kind == CONVERGED if self.stopped is None else self.stopped
        set_fields(self, stopped=read_only(np.array(stopped, dtype=bool)))

    def __str__(self) -> str:
        pairs = zip(self.kind.ravel(), self.step.ravel(), strict=True)
        return ", ".join(f"{kind} at step {step}" for kind, step in pairs)


def stack_outcomes(outcomes: Sequence[Outcome]) -> Outcome:
    """Return how R single runs ended as one Outcome, `kind [R]`, `step [R]`.

    For a single run, its own Outcome.
    """
    if len(outcomes) == 1:
        return outcomes[0]
    return Outcome(
        np.array([str(one.kind) for one in outcomes]),
        np.array([int(one.step) for one in outcomes]),
        np.array([bool(one.stopped) for one in outcomes]),
    )


def per_step(rates: Floats, params: Floats) -> Floats:
    """Broadcast `rates [S, ...]` against `params [S+1, *R, P]`: `[S, *R, P]`, read-only."""
    rates = rates.reshape(len(rates), *[1] * (params.ndim - rates.ndim), *rates.shape[1:])
    return np.broadcast_to(rates, (len(rates), *params.shape[1:]))


@dataclass(frozen=True, eq=False)
class Run:
    """A recorded descent of S steps, of a single run or of R runs side by side.

    Long because it is what everything else asks about a run.

    `descend` and `Recorder.run` make it. Its arrays are read-only. `run[i]` is one of several runs.

    Parameters
    ----------
    problem : Objective
        What was minimised.
    optimizer : Optimizer or None
        The optimizer; None for a training loop of your own.
    params : (S + 1, ..., P) array
        The parameters: row s after s steps. A run that ended before the others keeps its last ones.
    rates : (S, ..., P) array or None
        The learning rate of each step, for each parameter; None if unknown. If S is 0, it has the
        one row that the first step would have used. Given as `(S, ...)`, it is broadcast.
    outcome : Outcome
        How each run ended.
    batches : (S, B) array of int, optional
        The numbers of the points in each step's mini-batch, filled up with -1; None if each step
        used all points.

    See Also
    --------
    descend : Minimises a problem.
    Recorder : Records a training loop of your own.

    Examples
    --------
    >>> from gdanim import GradientDescent, Linear, Problem, datasets, descend
    >>> problem = Problem(datasets.linear(2.0, 1.0), Linear())
    >>> run = descend(problem, GradientDescent([[0.01], [0.02]]), start=(0, 0), steps=50)
    >>> run.runs, run.steps, run.params.shape, run.losses.shape
    ((2,), 50, (51, 2, 2), (51, 2))
    >>> float(run[1].rate(0))
    0.02
    """

    problem: Objective
    optimizer: Optimizer | None
    params: Floats
    rates: Floats | None
    outcome: Outcome
    batches: Ints | None = None

    def __post_init__(self) -> None:
        read_only(self.params)
        if self.rates is not None:
            set_fields(self, rates=per_step(self.rates, self.params))
        if self.batches is not None:
            read_only(self.batches)

    def __repr__(self) -> str:
        runs = f"{self.runs} runs x " if self.runs else ""
        outcome = listed(f"{self.outcome}".split(", "))
        names = self.problem.shown_names
        what = listed(names) if names else "recorded predictions"
        return f"Run({runs}{self.steps} steps of {what}: {outcome})"

    def _repr_html_(self) -> str:
        """Show a table of outcomes in a notebook."""
        every = singles(self)
        labels = ["run"] if len(every) == 1 else [f"{number}" for number in range(len(every))]
        return summary(dict(zip(labels, every, strict=True)))

    @property
    def steps(self) -> int:
        """S, the number of recorded steps."""
        return len(self.params) - 1

    @property
    def runs(self) -> tuple[int, ...]:
        """R, the shape of the axes of runs side by side; () for a single run."""
        return self.params.shape[1:-1]

    @cached_property
    def losses(self) -> Floats:
        """The loss before the first step and after each, `[S+1, *R]`."""
        return read_only(self.problem.losses(self.params))

    @cached_property
    def validation_losses(self) -> Floats | None:
        """The loss over the validation set, without penalty, `[S+1, *R]`; None if there is none."""
        problem = self.problem
        if not isinstance(problem, Problem) or not problem.validated:
            return None
        return read_only(problem.validation_losses(self.params))

    @cached_property
    def events(self) -> tuple[Event, ...]:
        """What happens in the run, by step, such as an overshoot or a plateau.

        Raises GdanimError for runs side by side, as each has its own events: `run[0].events`.
        """
        if self.runs:
            raise GdanimError(f"events: take one run, such as run[0].events; there are {self.runs}")
        return find_events(self._record, self.judgement)

    @cached_property
    def judgement(self) -> Judgement:
        """How the run ends, why, and how sure that is.

        Raises GdanimError for runs side by side, as each ends in its own way: `run.judgements`.
        """
        if self.runs:
            raise GdanimError(
                f"judgement: take one run, such as run[0].judgement; there are {self.runs}"
            )
        return judge(self._record)

    @cached_property
    def judgements(self) -> tuple[Judgement, ...]:
        """How each of the runs along the first run axis ends; of a single run, its own."""
        return tuple(one.judgement for one in singles(self))

    @cached_property
    def _record(self) -> Record:
        """What events are found in, and what the end is judged from."""
        optimizer, stopped = self.optimizer, bool(self.outcome.stopped)
        return Record(
            self.problem,
            self.params,
            self.losses,
            self.rate_columns,
            infinite=bool(self.outcome.kind == DIVERGED) and not stopped,
            stopped=stopped,
            batch_size=None if self.batches is None else int(self.batches.shape[1]),
            noise=isinstance(optimizer, Noisy) and optimizer.scale > 0,
            validation_losses=self.validation_losses,
            largest_stable_rate=None if optimizer is None else optimizer.largest_stable_rate,
            factor=None if optimizer is None else optimizer.convergence_factor,
        )

    @property
    def diverges(self) -> bool:
        """Whether the run became infinite, or its loss grows for good at its end."""
        return self.judgement.ending in (Ending.DIVERGED, Ending.GROWING)

    @cached_property
    def rate_columns(self) -> Floats | None:
        """The rates as few numbers: `[S, *R, 1]` if all parameters share them, else `rates`."""
        if self.rates is None or (self.rates != self.rates[..., :1]).any():
            return self.rates
        return self.rates[..., :1]

    def rate(self, step: int) -> Floats:
        """Return the learning rate of a step.

        Parameters
        ----------
        step : int
            The number of the step; the first is 0. After the last step, it is the last rate.

        Returns
        -------
        () or (..., 1) or (..., P) array
            A single number where possible; one for each run if all parameters share it.

        Raises
        ------
        GdanimError
            If the rates are unknown.
        """
        if self.rate_columns is None:
            raise GdanimError("rate: this run was recorded without learning rates")
        rate = self.rate_columns[min(step, len(self.rate_columns) - 1)]
        return np.asarray(rate.reshape(()) if rate.size == 1 else rate)

    def batch(self, step: int) -> Ints | None:
        """Return the mini-batch of a step.

        Parameters
        ----------
        step : int
            The number of the step; the first is 0. After the last step, it is the last batch.

        Returns
        -------
        (B,) array of int or None
            The numbers of its points; None if each step used all points, or no step was taken.
        """
        if self.batches is None or not len(self.batches):
            return None
        batch = self.batches[min(step, len(self.batches) - 1)]
        return np.asarray(batch[batch != PADDING])

    def __getitem__(self, index: int) -> Run:
        """Return one run of the first run axis, up to its own last step."""
        if not self.runs:
            raise IndexError("this Run is a single run")
        ended = self.outcome
        assert ended.stopped is not None
        outcome = Outcome(ended.kind[index], ended.step[index], ended.stopped[index])
        last = int(outcome.step.max())
        rates = None if self.rates is None else self.rates[: max(last, 1), index]
        batches = None if self.batches is None else self.batches[:last]
        params = self.params[: last + 1, index]
        return Run(self.problem, self.optimizer, params, rates, outcome, batches)

    def to_frame(self) -> Any:
        """Return the run as a table.

        Returns
        -------
        pandas.DataFrame
            A row for every step: `step`, `loss`, `validation_loss` if there is a validation set,
            `learning_rate` and the parameters by name. The learning rate is that of the step which
            leads on from the row, so the last row has none (NaN). Rates that differ by parameter
            are `learning_rate_NAME`. Runs side by side come one after the other, numbered from 0
            in a first column `run`.

        Raises
        ------
        GdanimError
            If pandas is not installed.
        """
        try:
            pandas: Any = import_module("pandas")
        except ImportError:
            raise GdanimError("to_frame: needs pandas; run `pip install pandas`") from None
        names, values = zip(*columns(dict(enumerate(singles(self)))), strict=True)
        # Name the columns last: a parameter may have the name of another column.
        return pandas.DataFrame(dict(enumerate(values))).set_axis(list(names), axis="columns")

    def save(self, path: str | Path) -> None:
        """Write the run to an .npz file.

        A class of your own, such as a model, is saved by its name and its fields if it is a frozen
        dataclass.

        Parameters
        ----------
        path : str or Path
            The file; missing folders are made.

        Raises
        ------
        GdanimError
            If the run holds a function or another object that a file cannot hold, or if the file
            cannot be written.

        See Also
        --------
        Run.load : Reads the file.
        """
        save_value(self, path_of(path, "run.npz"), saved_types())

    @staticmethod
    def load(path: str | Path, types: Sequence[type] = ()) -> Run:
        """Read a run that `save` wrote.

        Parameters
        ----------
        path : str or Path
            The file.
        types : sequence of type, optional
            The classes of your own that the run holds. Those that derive from a class of gdanim's
            are also found in modules that are imported already.

        Returns
        -------
        Run
            The run.

        Raises
        ------
        GdanimError
            If the file cannot be read, does not hold a run, or holds a class that is not loaded.
        """
        value = load_value(path_of(path, "run.npz"), saved_types(), types)
        if not isinstance(value, Run):
            raise GdanimError(f"{path}: holds a {type(value).__name__}, not a Run")
        return value


def singles(run: Run) -> list[Run]:
    """Return a run's single runs, each up to its own last step."""
    if not run.runs:
        return [run]
    return [one for i in range(run.runs[0]) for one in singles(run[i])]
