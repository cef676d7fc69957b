"""The alternative text of a video: what it shows, in sentences for people who cannot see it.

Views say what they show, models what their curve looks like, kinds of events what happens, the
judgement how it ends; this module joins their words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np

from gdanim.analysis.events import Event
from gdanim.analysis.judgement import Ending, Reason
from gdanim.analysis.scale import nothing, without_traces
from gdanim.core.numbers import counted, spoken
from gdanim.core.words import capitalised, enumerated, plain
from gdanim.descent.run import Run
from gdanim.views.base import Clip, View
from gdanim.views.colours import colour_name

# More runs than this are counted, not described one by one.
MOST_RUNS = 6
# More parameters than this are not named one by one.
MOST_PARAMETERS = 3
# The fall of a loss is told by the step at which this share of it is done.
MOST_OF_THE_FALL = 0.9
# An event that comes again more often than this comes again and again: events of a kind are found
# up to a number only.
MOST_COUNTED = 5
# A parameter of less than this share of its first value is 0, if the loss does not notice.
TRACE = 1e-6


def alternative_text(clip: Clip, panels: Mapping[str, View]) -> str:
    """Describe the video of these runs: what it shows, how they start, what happens, how they end.

    Every number follows from the runs; colours are those of the clip's theme.
    """
    views = list(panels.values())
    title = [_sentence(plain(clip.title))] if clip.title else []
    if len(clip.runs) == 1:
        sentences = [*_shown(clip, views), *_story(clip.run, views)]
    else:
        sentences = [*_compared(clip), *_shown(clip, views), *_stories(clip, views)]
    return " ".join([*title, *sentences, *_notes(clip)])


def _sentence(title: str) -> str:
    """End a title with a full stop, unless it ends like a sentence."""
    return title if title[-1:] in tuple(".!?") else f"{title}."


def _shown(clip: Clip, views: list[View]) -> Iterator[str]:
    """Say what each panel shows."""
    panels = ["The panel"] if len(views) == 1 else ["One panel", *["Another"] * (len(views) - 1)]
    for panel, view in zip(panels, views, strict=False):
        yield f"{panel} shows {plain(view.describe(clip))}."


def _story(run: Run, views: list[View]) -> Iterator[str]:
    """Tell a single run from start to end."""
    who = "the training" if run.optimizer is None else run.optimizer.name
    yield f"{capitalised(plain(who))} starts {_start(run, views)}{_fall(run)}."
    yield from _events(run)
    yield from _end(run, views)


def _stories(clip: Clip, views: list[View]) -> Iterator[str]:
    """Tell the start and the end of each run, or of many runs what they have in common."""
    if len(clip.runs) > MOST_RUNS:
        yield from _crowd(clip)
        return
    starts = {label: _start(run, views) for label, run in clip.runs.items()}
    same = len(set(starts.values())) == 1
    if same:
        yield f"All start {next(iter(starts.values()))}."
    for label, run in clip.runs.items():
        yield f'"{plain(label)}":' + f" It starts {starts[label]}." * (not same)
        yield from _end(run, views)


def _start(run: Run, views: list[View]) -> str:
    """Where a run starts, and at which loss."""
    # A bare function's name does not read well.
    name = run.problem.loss_name if run.problem.points else "loss"
    where = _where(run, 0, views)
    return f"{f'{where}, ' * bool(where)}at a {name} of {spoken(float(run.losses[0]))}"


def _where(run: Run, step: int, views: list[View]) -> str:
    """How things stand at a step: what a view says of it, or the parameters, where they are few."""
    for view in views:
        if words := view.describe_step(run, step):
            return words
    names, params = run.problem.shown_names, run.params[step]
    if not 0 < len(names) <= MOST_PARAMETERS or not np.isfinite(params).all():
        return ""
    # A start is what somebody chose.
    if step:
        params = without_traces(run.problem, params, run.params[0], TRACE)
    pairs = zip(names, params[: len(names)], strict=True)
    return f"at {enumerated(f'{name} = {spoken(float(value))}' for name, value in pairs)}"


def _fall(run: Run) -> str:
    """Say by when most of the fall is done."""
    losses = run.losses
    fall = float(losses[0] - losses[-1])
    if run.diverges or _unchanged(run) or not fall > 0:
        return ""
    step = int(np.argmax(losses <= losses[0] - MOST_OF_THE_FALL * fall))
    if step == run.steps or spoken(float(losses[step])) == spoken(float(losses[0])):
        return ""
    return f"; by step {step:,} it is down to {spoken(float(losses[step]))}"


def _events(run: Run) -> Iterator[str]:
    """Tell the first event of each kind that is not an ending, and how many follow it."""
    found = [event for event in run.events if not event.kind.ends_run]
    for kind, times in Counter(event.kind for event in found).items():
        first = next(event for event in found if event.kind == kind)
        yield f"{_event_sentence(first, run)}{_again(times - 1)}"


def _again(times: int) -> str:
    """Say that an event happens `times` more times."""
    if times > MOST_COUNTED:
        return " This recurs many times."
    often = {0: "", 1: " This happens once more."}
    return often.get(times, f" This happens {counted(times, 'more time')}.")


def _event_sentence(event: Event, run: Run) -> str:
    """Fill in the sentence of the event's kind."""
    words = {
        "step": f"{event.step:,}",
        "until": "on" if event.last >= run.steps else f"to step {event.last:,}",
        "caption": event.text,
    }
    return event.kind.sentence.format(
        **words | {name: spoken(value) for name, value in event.numbers.items()}
    )


def _end(run: Run, views: list[View]) -> Iterator[str]:
    """Say how and where a run ends."""
    judged = run.judgement
    # A loss that is next to 0, where it rests, says nothing in its digits.
    first, last = float(run.losses[0]), float(run.losses[-1])
    if judged.ending == Ending.CONVERGED and abs(last) <= nothing(run.problem, first):
        judged = replace(judged, numbers={**judged.numbers, "loss": 0.0})
    yield judged.sentence(run.steps, _gap(run))
    if where := _where(run, run.steps, views):
        yield f"It ends {where}."


def _gap(run: Run) -> str:
    """Compare a loss at the end with the start and with the minimum, where that is known."""
    start, end = float(run.losses[0]), float(run.losses[-1])
    if _unchanged(run):
        return ", almost unchanged"
    if end > start and spoken(end) != spoken(start):
        return f", higher than at the start ({spoken(start)})"
    lowest = run.judgement.numbers.get("minimum")
    if lowest is None or run.judgement.ending == Ending.CONVERGED:
        return ""
    best = run.problem.minimum
    name = "infimum" if run.judgement.reason == Reason.NO_MINIMUM else "minimum"
    # The true curve is not a minimum.
    name = name if best is None or best.params is None else best.name
    return f" ({name}: {spoken(lowest)})"


def _unchanged(run: Run) -> bool:
    """Whether the run ends where it starts: it stays at a minimum, or hardly moves at all."""
    stays = run.judgement.ending in (Ending.CONVERGED, Ending.HARDLY_MOVING)
    return bool(run.steps) and stays and run.judgement.since == 0


def _notes(clip: Clip) -> Iterator[str]:
    """Give the author's own words, where the video comes to their steps."""
    shown = [step for step in clip.notes if step <= clip.timeline.steps[-1]]
    said = [f'"{plain(clip.notes[step])}" at step {step:,}' for step in shown]
    if said:
        yield f"Notes on screen: {enumerated(said)}."


def _compared(clip: Clip) -> Iterator[str]:
    """Say how many runs there are; name them and their colours, unless there are many."""
    named = [f"{plain(label)} ({colour_name(clip.colour(label))})" for label in clip.runs]
    few = len(clip.runs) <= MOST_RUNS
    yield f"{len(clip.runs)} runs are compared{f': {enumerated(named)}' if few else ''}."


def _crowd(clip: Clip) -> Iterator[str]:
    """Sum up many runs: how they end, and between which losses."""
    starts = [float(run.losses[0]) for run in clip.runs.values()]
    yield f"They start at losses from {spoken(min(starts))} to {spoken(max(starts))}."
    endings = Counter(run.judgement.verdict for run in clip.runs.values())
    yield f"At the end: {enumerated(f'{number} {words}' for words, number in endings.items())}."
    ends = {label: float(run.losses[-1]) for label, run in clip.runs.items()}
    finite = {label: loss for label, loss in ends.items() if np.isfinite(loss)}
    low, high = min(finite, key=finite.__getitem__), max(finite, key=finite.__getitem__)
    yield (
        f"The lowest loss at the end is {spoken(finite[low])} ({plain(low)}), "
        f"the highest {spoken(finite[high])} ({plain(high)})."
    )
