"""How a run went, in a word or two."""

from __future__ import annotations

from typing import Protocol

from gdanim.analysis.events import Event, EventKind
from gdanim.analysis.judgement import Ending, Judgement


class Judged(Protocol):
    """What a verdict takes from a run."""

    @property
    def events(self) -> tuple[Event, ...]:
        """What happens on the way."""

    @property
    def judgement(self) -> Judgement:
        """How it ends."""


def verdict(run: Judged) -> str:
    """Sum up a finished run: `converged`, `still falling`, `diverged`, ... as it is judged.

    A run that overfits is called `overfits`, unless it diverged.
    """
    overfits = any(event.kind == EventKind.OVERFITTING for event in run.events)
    if overfits and run.judgement.ending != Ending.DIVERGED:
        return "overfits"
    return run.judgement.verdict
