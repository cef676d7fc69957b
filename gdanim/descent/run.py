"""What was recorded: the parameters at every step, and how the run ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gdanim.core.arrays import Floats, Ints, read_only, set_fields
from gdanim.core.serialize import load_value, save_value
from gdanim.descent._event_rules import Record, find_events
from gdanim.descent.batches import PADDING
from gdanim.descent.events import Event, EventKind
from gdanim.descent.optimizer import Optimizer
from gdanim.errors import GdanimError, listed
from gdanim.problems.objective import Objective
from gdanim.problems.problem import Problem

FINISHED, CONVERGED, DIVERGED = "finished", "converged", "diverged"


@dataclass(frozen=True, eq=False)
class Outcome:
    """How each run ended, and at which step: `kind [*R]`, `step [*R]`.

    The kinds are finished (it took all its steps), converged and diverged. A diverged run's step is
    its last one with finite parameters and a finite loss, or where a rule found that it diverges.
    """

    kind: NDArray[np.str_]
    step: Ints

    def __post_init__(self) -> None:
        set_fields(self, kind=read_only(np.array(self.kind)), step=read_only(np.array(self.step)))

    def __str__(self) -> str:
        pairs = zip(self.kind.ravel(), self.step.ravel(), strict=True)
        return ", ".join(f"{kind} at step {step}" for kind, step in pairs)


def stack_outcomes(outcomes: Sequence[Outcome]) -> Outcome:
    """How R single runs ended, as one value: `kind [R]`, `step [R]`; of one run, its own."""
    if len(outcomes) == 1:
        return outcomes[0]
    return Outcome(
        np.array([str(one.kind) for one in outcomes]), np.array([int(one.step) for one in outcomes])
    )


def per_step(rates: Floats, params: Floats) -> Floats:
    """`rates [S, ...]`, its other axes broadcast against `params [S+1, *R, P]`: `[S, *R, P]`."""
    rates = rates.reshape(len(rates), *[1] * (params.ndim - rates.ndim), *rates.shape[1:])
    return np.broadcast_to(rates, (len(rates), *params.shape[1:]))


@dataclass(frozen=True, eq=False)
class Run:
    """A recorded descent of S steps, of one run or of R runs side by side.

    Fields: the problem, the optimizer (None for a training loop of the user's own),
    `params [S+1, *R, P]` where row s is the state after s steps, `rates [S, *R, P]`: the learning
    rate of each step (None when unknown; where S is 0, the one row that the first step would have
    used), the outcome, and `batches [S, B]`: the numbers of the
    points that each step saw, of all runs, with -1 where a batch was shorter (None when each saw
    all points). A run that ended before the others of its axis keeps its last parameters.
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
        return f"Run({runs}{self.steps} steps of {listed(self.problem.names)}: {outcome})"

    @property
    def steps(self) -> int:
        """S, how many steps were recorded."""
        return len(self.params) - 1

    @property
    def runs(self) -> tuple[int, ...]:
        """R, the shape of the run axes; () for a single run."""
        return self.params.shape[1:-1]

    @cached_property
    def losses(self) -> Floats:
        """The loss at every step, `[S+1, *R]`."""
        return read_only(self.problem.losses(self.params))

    @cached_property
    def validation_losses(self) -> Floats | None:
        """The loss over the problem's held-out points at every step, without penalty, `[S+1, *R]`;
        None where there are none.
        """
        problem = self.problem
        if not isinstance(problem, Problem) or problem.validation is None:
            return None
        return read_only(problem.validation_losses(self.params))

    @cached_property
    def events(self) -> tuple[Event, ...]:
        """What happens in it, by step: `descent.events` has the kinds.

        Raises GdanimError for runs side by side, which have each their own: `run[0].events`.
        """
        if self.runs:
            raise GdanimError(f"events: of one run at a time, run[0].events; these are {self.runs}")
        diverged = bool(self.outcome.kind == DIVERGED)
        batches = self.batches is not None
        losses, validation = self.losses, self.validation_losses
        return find_events(
            Record(self.problem, self.params, losses, self.rates, diverged, batches, validation)
        )

    @property
    def diverges(self) -> bool:
        """Whether the run became infinite, or was on its way there at its last step."""
        grows = any(event.kind == EventKind.DIVERGENCE for event in self.events)
        return bool(self.outcome.kind == DIVERGED) or grows

    @cached_property
    def rate_columns(self) -> Floats | None:
        """The learning rates as few numbers: `[S, *R, 1]` where all parameters share them, else
        `rates`.
        """
        if self.rates is None or (self.rates != self.rates[..., :1]).any():
            return self.rates
        return self.rates[..., :1]

    def rate(self, step: int) -> Floats:
        """The learning rate that `step` used; after the last step, the last one.

        `[]` where it is a single number, else `[*R, 1]` where all parameters share it, else
        `[*R, P]`. Raises GdanimError when the rates are unknown.
        """
        if self.rate_columns is None:
            raise GdanimError("rate: this run was recorded without learning rates")
        rate = self.rate_columns[min(step, len(self.rate_columns) - 1)]
        return np.asarray(rate.reshape(()) if rate.size == 1 else rate)

    def batch(self, step: int) -> Ints | None:
        """The numbers of the points that `step` saw, `[B]`; after the last step, those of the last.

        None where it saw all points, or where no step was taken.
        """
        if self.batches is None or not len(self.batches):
            return None
        batch = self.batches[min(step, len(self.batches) - 1)]
        return np.asarray(batch[batch != PADDING])

    def __getitem__(self, index: int) -> Run:
        """One run of the first run axis, cut at its own last step; its problem and optimizer are
        those of all.
        """
        if not self.runs:
            raise IndexError("this Run is a single run")
        outcome = Outcome(self.outcome.kind[index], self.outcome.step[index])
        last = int(outcome.step.max())
        rates = None if self.rates is None else self.rates[: max(last, 1), index]
        batches = None if self.batches is None else self.batches[:last]
        params = self.params[: last + 1, index]
        return Run(self.problem, self.optimizer, params, rates, outcome, batches)

    def save(self, path: str | Path) -> None:
        """Write the run to an .npz file that `Run.load` reads; folders that are missing are made.

        Raises GdanimError when the problem holds a function of the user's own, which no file can
        keep, or when the file cannot be written.
        """
        save_value(self, Path(path))

    @staticmethod
    def load(path: str | Path) -> Run:
        """The run that `save` wrote; GdanimError when the file is none."""
        value = load_value(Path(path))
        if not isinstance(value, Run):
            raise GdanimError(f"{path}: holds a {type(value).__name__}, not a Run")
        return value
