"""How a run went, in a word or two."""

from __future__ import annotations

from gdanim.analysis.events import EventKind
from gdanim.analysis.judgement import Ending
from gdanim.descent._recorded import Recorded


def verdict(run: Recorded) -> str:
    """Sum up a finished run: `converged`, `still falling`, `diverged`, ... as it is judged.

    A run that overfits is called `overfits`, unless it diverged.
    """
    overfits = any(event.kind == EventKind.OVERFITTING for event in run.events)
    if overfits and run.judgement.ending != Ending.DIVERGED:
        return "overfits"
    return run.judgement.verdict
