"""How runs went, as a table for notebooks."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Protocol

from gdanim.core.arrays import Floats
from gdanim.core.html import table
from gdanim.core.numbers import quantity
from gdanim.core.words import plain
from gdanim.descent.optimizer import Optimizer
from gdanim.descent.verdict import Judged, verdict
from gdanim.problems.objective import Objective

# More runs than this are counted, and the values of more parameters are left out.
MOST_RUNS, MOST_PARAMETERS = 10, 8


class _Summarised(Judged, Protocol):
    """What a summary takes from a run."""

    @property
    def problem(self) -> Objective: ...
    @property
    def optimizer(self) -> Optimizer | None: ...
    @property
    def params(self) -> Floats: ...
    @property
    def losses(self) -> Floats: ...
    @property
    def outcome(self) -> object: ...


def summary(runs: Mapping[str, _Summarised]) -> str:
    """Return an HTML table with a row for each run: how it ends, its losses and parameters."""
    names = next(iter(runs.values())).problem.names
    names = names if len(names) <= MOST_PARAMETERS else ()
    header = ["run", "optimizer", "outcome", "judgement", "first loss", "last loss"]
    rows = [_row(label, run, len(names)) for label, run in islice(runs.items(), MOST_RUNS)]
    text = table([*header, *map(plain, names)], rows)
    more = len(runs) - MOST_RUNS
    return f"{text}<p>and {more} more runs</p>" if more > 0 else text


def _row(label: str, run: _Summarised, parameters: int) -> list[str]:
    optimizer = "own loop" if run.optimizer is None else run.optimizer.name
    numbers = [run.losses[0], run.losses[-1], *run.params[-1, :parameters]]
    judged = f"{verdict(run)} ({run.judgement.certainty})"
    own = [plain(label), plain(optimizer), f"{run.outcome}", judged]
    return [*own, *(quantity(float(number)) for number in numbers)]
