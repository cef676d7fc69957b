"""A clip's work in shares that can be done apart, and what comes back of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gdanim.descent.run import Run
from gdanim.errors import GdanimError
from gdanim.rendering.encode_plan import EncodePlan
from gdanim.scene import Descent


class OtherFilmError(GdanimError):
    """What a worker would draw is not what the shares of the clip were cut from."""


@dataclass(frozen=True)
class Share:
    """One of a clip's outputs, by its number; of that only these frames, or all when None."""

    output: int
    frames: range | None = None


@dataclass(frozen=True, eq=False)
class Recorded:
    """The numbers of a Run, without its problem and optimizer: those a script has made already."""

    numbers: Mapping[str, Any]

    @staticmethod
    def of(run: Run) -> Recorded:
        """Those of this run."""
        return Recorded({name: getattr(run, name) for name in NUMBERS})

    def run(self, descent: Descent) -> Run:
        """The run of this descent."""
        return Run(descent.problem, descent.optimizer, **self.numbers)


NUMBERS = ("params", "rates", "outcome", "batches")


@dataclass(frozen=True, eq=False)
class Split:
    """A clip that is to be made in shares: its files by their outputs' numbers, and its runs."""

    reels: Mapping[int, EncodePlan]
    runs: tuple[Recorded, ...]

    @property
    def shares(self) -> list[Share]:
        """The shares, in the order in which they are best begun."""
        return [
            Share(number, frames)
            for number, reel in self.reels.items()
            for frames in reel.stretches or (None,)
        ]


@dataclass(frozen=True)
class Piece:
    """An encoded stretch: its bytes, how many frames they hold, how many seconds they took.

    `beside` is what goes beside the video, by name: with one stretch of each.
    """

    content: bytes
    frames: int
    took: float
    beside: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Task:
    """What a worker is to do of a clip: one `share` of `split`, else all of it.

    All, that is, where it has no more than `most` shares (None: any number); else only to find out
    which they are.
    """

    most: int | None = None
    split: Split | None = None
    share: Share | None = None


WHOLE = Task()
