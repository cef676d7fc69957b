"""How a run went, in a word or two."""

from __future__ import annotations

from gdanim.analysis.events import Event, EventKind
from gdanim.descent.run import Run

# A loss still falls where the last tenth of the steps took more than this share of what was left.
FALLING = 0.01


def verdict(run: Run) -> str:
    """Sum up a finished run by the gravest of its events: `stuck`, `converged`, `diverges`, ...

    Without any such event it is `still falling`, where the last tenth of the steps took more than a
    hundredth of what was left above the lowest known loss; else there is nothing to say.
    """
    kinds = {event.kind for event in run.events if _tells_the_end(event, run)}
    if kinds & {EventKind.DIVERGENCE, EventKind.OSCILLATION} and run.losses[-1] > run.losses[0]:
        return EventKind.DIVERGENCE.verdict
    kinds.discard(EventKind.DIVERGENCE)
    if words := next((kind.verdict for kind in EventKind if kind in kinds and kind.verdict), ""):
        return words
    before, known = float(run.losses[-1 - run.steps // 10]), run.problem.minimum
    left = before - (0.0 if known is None else known.loss)
    return "still falling" if before - float(run.losses[-1]) > FALLING * left > 0 else ""


def _tells_the_end(event: Event, run: Run) -> bool:
    """Whether an event says something about the end of a run.

    A rise that was made good and a plateau that was left do not.
    """
    if event.kind == EventKind.OVERSHOOT:
        return bool(run.losses[-1] > event.numbers["before"])
    return event.kind != EventKind.PLATEAU or event.last == run.steps
