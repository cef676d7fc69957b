"""A plan's clips on any executor: only those that have changed, each as soon as it can be."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from gdanim.batch.manifest import Manifest, ManifestEntry, note
from gdanim.batch.plan import PlannedClip
from gdanim.batch.scheduling import outcomes
from gdanim.batch.sites import Site
from gdanim.batch.work import job_of, run_name
from gdanim.core.atomic import forget_leftovers
from gdanim.core.digest import UnkeyableError, key_of, versions
from gdanim.encoding import ffmpeg
from gdanim.errors import GdanimError
from gdanim.rendering.checks import check
from gdanim.rendering.jobs import Job
from gdanim.rendering.result import Rendered
from gdanim.scene import Descent

KEPT, MADE, FAILED, STOPPED = "kept", "made", "failed", "not begun"


@dataclass(frozen=True)
class Item:
    """A clip of a plan, and what of it has to be made: `why` is None when nothing has.

    `entries` are what the manifests are to say of the clip's files; None when no key can vouch for
    the scene. `runs` are the names of the kept runs that it draws. `error` says why it cannot be
    made, where that is known.
    """

    clip: PlannedClip
    why: str | None
    entries: tuple[ManifestEntry, ...] | None
    runs: tuple[str, ...]
    error: str = ""


@dataclass(frozen=True)
class Result:
    """What became of a clip: kept, made, failed, or not begun; with its files or its error."""

    item: Item
    status: str
    files: tuple[Rendered, ...] = ()
    error: str = ""


def examine(
    clips: Sequence[PlannedClip], anyway: bool = False, keep_going: bool = False
) -> list[Item]:
    """Check all clips completely, and say which have to be made and why; draws nothing.

    `anyway` makes all of them. Raises GdanimError for the first clip that cannot be made, with its
    place in the plan; to `keep_going` its item says so instead.
    """
    manifests = {
        folder: Manifest.of(folder)
        for folder in {output.path.parent for clip in clips for output in clip.outputs}
    }
    drawn_by, encoders = versions(), ffmpeg.encoders()
    items = []
    for clip in clips:
        try:
            items.append(_examined(clip, manifests, drawn_by, encoders, anyway))
        except GdanimError as error:
            if not keep_going:
                raise type(error)(f"{clip.where}: {error}") from error
            items.append(Item(clip, None, None, (), f"{error}"))
    return items


def _examined(
    clip: PlannedClip,
    manifests: dict[Path, Manifest],
    drawn_by: str,
    encoders: Collection[str],
    anyway: bool,
) -> Item:
    (job,) = check([job_of(clip)], clip.settings, encoders)
    try:
        descents = job.scene.descents.values()
        runs = tuple(run_name(one) for one in descents if isinstance(one, Descent))
        entries = _entries(job, clip, drawn_by)
    except UnkeyableError as error:
        return Item(clip, f"{error}, which may have changed", None, ())
    reasons = [
        manifests[output.path.parent].reason(path.name, entry)
        for output, entry in zip(clip.outputs, entries, strict=True)
        for path in output.paths
    ]
    why = next((reason for reason in reasons if reason), "was asked for" if anyway else None)
    return Item(clip, why, entries, runs)


def _entries(job: Job, clip: PlannedClip, drawn_by: str) -> tuple[ManifestEntry, ...]:
    scene = key_of(job.scene, "scene")
    return tuple(
        ManifestEntry(
            scene,
            key_of((clip.settings, replace(output, path=Path())), "settings"),
            drawn_by,
        )
        for output in job.outputs
    )


Tell = Callable[[Result, int, int, float], object]
"""Called when a clip is done: its result, so many done of all, and about so many seconds left."""


def run(
    items: Sequence[Item],
    site: Site,
    keep_going: bool = False,
    tell: Tell = lambda result, done, total, left: None,
) -> list[Result]:
    """Make what has to be made, and give the results in the order of `items`.

    After a clip that failed no other is begun, unless `keep_going`. A file counts as made, and its
    manifest says so, only when it stands complete in its place: whatever interrupts a batch, the
    next one goes on from there.
    """
    results = {
        number: Result(item, FAILED if item.error else KEPT, error=item.error)
        for number, item in enumerate(items)
        if not item.why
    }
    clips = {n: item.clip for n, item in enumerate(items) if n not in results}
    for clip in clips.values():
        for output in clip.outputs:
            for path in output.paths:
                forget_leftovers(path)
    begun, total = time.monotonic(), len(clips)
    with closing(outcomes(clips, site)) as made:
        for done, (number, outcome) in enumerate(made, start=1):
            results[number] = result = _result(items[number], outcome)
            tell(result, done, total, (time.monotonic() - begun) / done * (total - done))
            if result.status == FAILED and not keep_going:
                break
    return [results.get(number, Result(item, STOPPED)) for number, item in enumerate(items)]


def _result(item: Item, outcome: Sequence[Rendered] | BaseException) -> Result:
    """The clip's result; files that were made are noted in their folders' manifests."""
    if isinstance(outcome, GdanimError):
        return Result(item, FAILED, error=str(outcome))
    if isinstance(outcome, Exception):
        return Result(item, FAILED, error=f"{type(outcome).__name__}: {outcome}")
    if isinstance(outcome, BaseException):
        raise outcome
    if item.entries is not None:
        for output, entry in zip(item.clip.outputs, item.entries, strict=True):
            for path in output.paths:
                note(path.parent, path.name, entry)
    return Result(item, MADE, tuple(outcome))


def tidy(items: Sequence[Item], runs: Path) -> None:
    """Forget the kept runs that none of the clips draws any more, and what manifests say twice."""
    for folder in {output.path.parent for item in items for output in item.clip.outputs}:
        if folder.is_dir():
            Manifest.of(folder).write()
    # Nobody knows which runs a clip draws that cannot be made.
    if any(item.error for item in items):
        return
    wanted = {name for item in items for name in item.runs}
    for file in runs.glob("*.npz"):
        if file.name not in wanted:
            file.unlink(missing_ok=True)
