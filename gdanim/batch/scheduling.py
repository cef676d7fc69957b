"""Clips to workers: whole, or in shares where there are fewer clips than workers."""

from __future__ import annotations

import tempfile
from collections.abc import Generator, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

from gdanim.batch.plan import PlannedClip
from gdanim.batch.shares import OtherFilmError, Piece, Share, Split, Task
from gdanim.batch.sites import Site
from gdanim.batch.work import Made
from gdanim.core.atomic import replacing
from gdanim.core.pool import WORKER_DIED
from gdanim.errors import GdanimError
from gdanim.rendering.result import Rendered

# A clip of more shares is not for one worker alone, which would be at it when all others are done.
LONG = 8


class LostError(GdanimError):
    """The workers cannot be reached any more, and what would be sent to them would wait forever."""


Outcomes = Generator[tuple[int, Sequence[Rendered] | BaseException], None, None]


def outcomes(clips: Mapping[int, PlannedClip], site: Site) -> Outcomes:
    """What became of every clip by its number, as it comes; of none after workers were lost.

    When workers break down, the clips that were being worked on are tried once more, one by one:
    only that which breaks its workers alone has failed. Shares that are done are not done again.
    """
    with tempfile.TemporaryDirectory(prefix="gdanim-") as scratch:
        pending = {n: Making(clip, Path(scratch, f"{n}")) for n, clip in clips.items()}
        lost = False
        while pending and not lost:
            suspects = dict[int, Making]()
            for number, outcome in _round(pending, site):
                making = pending.pop(number)
                lost = lost or isinstance(outcome, LostError)
                if isinstance(outcome, BrokenExecutor):
                    suspects[number] = making
                else:
                    yield number, outcome
            for suspect, making in suspects.items():
                for number, outcome in _round({suspect: making}, site):
                    if isinstance(outcome, BrokenExecutor):
                        outcome = GdanimError(WORKER_DIED)
                    yield number, outcome


@dataclass
class Making:
    """A clip on its way: what is to be handed out of it, and what has come back.

    It begins as the one share None, which is all of it, and may turn out to be split in others.
    Encoded stretches wait in `folder`.
    """

    clip: PlannedClip
    folder: Path
    packed: Any = None
    waiting: list[Share | None] = field(default_factory=lambda: [None])
    at_once: bool = False
    split: Split | None = None
    pieces: dict[Share, Piece] = field(default_factory=dict)
    files: dict[int, Rendered] = field(default_factory=dict)

    @property
    def begun(self) -> bool:
        """Whether something of it has been handed out."""
        return self.waiting != [None]

    def task(self, share: Share | None, most: int | None) -> Task:
        """What a worker is told; one that makes a clip at once leaves nothing to others."""
        if share is None:
            return Task(most=None if self.at_once else most)
        return Task(split=self.split, share=share)

    def awaits(self, share: Share | None) -> bool:
        """Whether what a worker makes of the share is of use, and not of a split given up."""
        return share is None or self.split is not None

    def take(self, share: Share | None, made: Made) -> list[Rendered] | None:
        """Note what a worker has made; all files of the clip when that was the last of them."""
        if isinstance(made, Split):
            self.split, self.waiting = made, list(made.shares)
            return None
        if share is None:
            assert isinstance(made, list)
            return made
        assert self.split is not None
        if isinstance(made, Piece):
            with replacing(self._file(share)) as part:
                part.write_bytes(made.content)
            self.pieces[share] = replace(made, content=b"")
        else:
            (self.files[share.output],) = made
        if len(self.pieces) + len(self.files) < len(self.split.shares):
            return None
        return [self._finished(number) for number in range(len(self.clip.outputs))]

    def begin_at_once(self) -> None:
        """Begin again, in one go."""
        self.at_once, self.waiting, self.split = True, [None], None
        self.pieces.clear()
        self.files.clear()

    def _file(self, share: Share) -> Path:
        assert share.frames is not None
        path = self.clip.outputs[share.output].path
        return self.folder / f"{share.output}-{share.frames.start}{path.suffix}"

    def _finished(self, number: int) -> Rendered:
        """The file of this output, joined if it was made in stretches."""
        if number in self.files:
            return self.files[number]
        assert self.split is not None
        path, reel = self.clip.outputs[number].path, self.split.reels[number]
        shares = [Share(number, frames) for frames in reel.stretches]
        pieces = [self.pieces[share] for share in shares]
        drawn, took = sum(one.frames for one in pieces), sum(one.took for one in pieces)
        rendered = reel.join([self._file(share) for share in shares], path, drawn, took)
        others = {name: content for one in pieces for name, content in one.beside.items()}
        for name, content in others.items():
            with replacing(path.with_name(name)) as part:
                part.write_bytes(content)
        return replace(rendered, sidecars=tuple(path.with_name(name) for name in others))


def _round(makings: Mapping[int, Making], site: Site) -> Outcomes:
    """Outcomes until all are there or the workers broke down.

    No worker gets work before it is free: what waited in a worker's queue would be begun even after
    an interrupt.
    """
    left, running = dict(makings), dict[Future[Any], tuple[int, Share | None]]()
    broken, lost = dict[int, BrokenExecutor](), False
    with site.open() as executor:
        while True:
            if not broken and not lost:
                _hand_out(left, running, executor, site)
            if not running:
                yield from broken.items()
                return
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                number, share = running.pop(future)
                if number not in left or not left[number].awaits(share):
                    continue
                outcome = _taken(site, left[number], share, future)
                if isinstance(outcome, BrokenExecutor):
                    left[number].waiting.append(share)
                    broken[number] = outcome
                elif outcome is not None:
                    del left[number]
                    broken.pop(number, None)
                    lost = lost or isinstance(outcome, LostError)
                    yield number, outcome


def _hand_out(
    makings: Mapping[int, Making],
    running: dict[Future[Any], tuple[int, Share | None]],
    executor: Executor,
    site: Site,
) -> None:
    """Give every free worker something to do."""
    most = most_at_once(makings, site.workers)
    with suppress(BrokenExecutor):
        for number, share in islice(to_hand_out(makings), site.workers - len(running)):
            making = makings[number]
            making.packed = making.packed or site.pack(making.clip)
            task = making.task(share, most)
            running[site.submit(executor, making.packed, task)] = number, share
            making.waiting.remove(share)


def to_hand_out(makings: Mapping[int, Making]) -> Iterator[tuple[int, Share | None]]:
    """What can be handed out: shares of clips that are begun first, so that these are done soon."""
    for begun in (True, False):
        for number, making in list(makings.items()):
            if making.begun == begun:
                yield from [(number, share) for share in making.waiting]


def most_at_once(makings: Mapping[int, Making], workers: int) -> int | None:
    """How many shares of a clip one worker is to do in a go: one where others are about to wait."""
    if workers == 1:
        return None
    return 1 if sum(not making.begun for making in makings.values()) < workers else LONG


def _taken(
    site: Site, making: Making, share: Share | None, future: Future[Any]
) -> Sequence[Rendered] | BaseException | None:
    """What became of the clip; None when it is not yet done."""
    if future.cancelled():
        return LostError(
            "the connection to its worker was lost; the same command goes on from here"
        )
    error = future.exception()
    if isinstance(error, OtherFilmError):
        making.begin_at_once()
        return None
    try:
        return error or making.take(share, site.receive(making.clip, future.result()))
    except GdanimError as error:
        return error
