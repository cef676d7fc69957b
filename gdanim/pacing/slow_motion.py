"""Slow motion around events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gdanim.analysis.events import EventKind
from gdanim.core.arrays import Ints, check_finite, check_int, check_positive
from gdanim.descent.run import Run
from gdanim.errors import GdanimError, expect
from gdanim.pacing._glide import glide
from gdanim.pacing._holds import stays_of, unstayed, with_stays
from gdanim.pacing.timeline import Pace, Timeline, all_runs, last_step


@dataclass(frozen=True)
class SlowMotion(Pace):
    """Another pace, slower around some moments and faster between them.

    The duration and all holds stay the same.

    Parameters
    ----------
    pace : Pace
        The pace to change.
    around : tuple of int or str, optional
        The moments: steps, kinds of events such as `"overshoot"` (see `Run.events`), or both; an
        event counts by its first step. None, the default, means all events.
    factor : float, default 4.0
        How many times slower the slow frames are than the others, at least 1.
    seconds : float, default 1.0
        The time around each moment that is slowed down, measured at the original pace, above 0.

    Raises
    ------
    GdanimError
        If a number is out of its bounds, or `around` names an unknown kind of event.

    Examples
    --------
    >>> from gdanim import Even, GradientDescent, Linear, Problem, datasets, descend, pacing
    >>> run = descend(Problem(datasets.linear(), Linear()), GradientDescent(0.01), steps=100)
    >>> pace = pacing.SlowMotion(Even(1.0, first=0, last=0), around=(50,), seconds=0.2)
    >>> pace.timeline(run, fps=11).steps
    array([  0,  16,  32,  42,  46,  50,  54,  58,  68,  84, 100])
    """

    pace: Pace
    around: tuple[int | str, ...] | None = None
    factor: float = 4.0
    seconds: float = 1.0

    def __post_init__(self) -> None:
        check_positive("seconds", self.seconds)
        if check_finite("factor", self.factor) < 1:
            raise GdanimError(f"factor: must be at least 1, got {self.factor!r}")
        expect("SlowMotion: pace", self.pace, Pace, "Even(10)")
        if self.around is not None:
            expect("around", self.around, Sequence, "(40, 60)")
        for moment in self.around or ():
            if isinstance(moment, str) and moment not in [*EventKind]:
                raise GdanimError(
                    f"around: must be steps, or kinds of events ({', '.join(EventKind)}), "
                    f"got {moment!r}"
                )
            if not isinstance(moment, str):
                check_int("around", moment)

    def timeline(self, run: Run | Sequence[Run], fps: int) -> Timeline:
        """Return a timeline with as many frames as the other pace has."""
        runs = all_runs(run)
        timeline = self.pace.timeline(runs, fps)
        stays = stays_of(self.holds, last_step(run), fps)
        timeline = timeline.at(unstayed(timeline.steps, stays))
        steps, (first, last) = timeline.steps, timeline.moving
        moving = steps[first : last + 1]
        moments = np.searchsorted(moving, self._steps(runs))
        slow = np.zeros(len(moving) - 1, dtype=bool)
        for moment in moments:
            reach = self.seconds * fps / 2
            slow[max(0, round(moment - reach)) : round(moment + reach)] = True
        frames = [steps[:first], _slowed(moving, slow, self.factor), steps[last + 1 :]]
        steps = with_stays(np.concatenate(frames), stays)
        held = {0: first, **stays}
        return Timeline(steps, fps, None if timeline.glide is None else glide(steps, held, fps))

    @property
    def holds(self) -> Mapping[int, float]:
        """The seconds to stay at steps, those of the other pace."""
        holds: Mapping[int, float] = getattr(self.pace, "holds", {})
        return holds

    def with_duration(self, seconds: float) -> SlowMotion:
        """Return the same slow motion in the other pace over another duration."""
        return replace(self, pace=self.pace.with_duration(seconds))

    def _steps(self, runs: Sequence[Run]) -> Ints:
        """Return the steps of all moments."""
        around = [*EventKind] if self.around is None else self.around
        steps = [moment for moment in around if not isinstance(moment, str)]
        if any(isinstance(moment, str) for moment in around):
            steps += [event.step for run in runs for event in run.events if event.kind in around]
        return np.array(steps, dtype=np.int64)


def _slowed(steps: Ints, slow: NDArray[np.bool_], factor: float) -> Ints:
    """Stretch the `slow` intervals between the frames `steps` by `factor`, `(f),(f-1),()->(f)`."""
    if len(steps) < 2:
        return steps
    lengths = np.where(slow, factor, 1.0)
    places = np.append(0.0, np.cumsum(lengths)) * (len(slow) / lengths.sum())
    frames = np.arange(len(steps))
    # A step is shown until the next one comes.
    spread = np.interp(np.interp(frames, places, frames), frames, steps)
    spread[-1] = steps[-1]
    return np.floor(spread + 1e-6).astype(np.int64)
