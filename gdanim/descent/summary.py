"""How runs went, as a table for notebooks."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice

from gdanim.core.html import table
from gdanim.core.numbers import quantity
from gdanim.core.words import plain
from gdanim.descent._recorded import Recorded
from gdanim.descent.verdict import verdict

# More runs than this are counted, and the values of more parameters are left out.
MOST_RUNS, MOST_PARAMETERS = 10, 8


def summary(runs: Mapping[str, Recorded]) -> str:
    """Return an HTML table with a row for each run: how it ends, its losses and parameters."""
    names = next(iter(runs.values())).problem.shown_names
    names = names if len(names) <= MOST_PARAMETERS else ()
    header = ["run", "optimizer", "outcome", "judgement", "first loss", "last loss"]
    rows = [_row(label, run, len(names)) for label, run in islice(runs.items(), MOST_RUNS)]
    text = table([*header, *map(plain, names)], rows)
    more = len(runs) - MOST_RUNS
    return f"{text}<p>and {more} more runs</p>" if more > 0 else text


def _row(label: str, run: Recorded, parameters: int) -> list[str]:
    optimizer = "own loop" if run.optimizer is None else run.optimizer.name
    numbers = [run.losses[0], run.losses[-1], *run.params[-1, :parameters]]
    judged = f"{verdict(run)} ({run.judgement.certainty})"
    own = [plain(label), plain(optimizer), f"{run.outcome}", judged]
    return [*own, *(quantity(float(number)) for number in numbers)]
