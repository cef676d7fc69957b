"""What a worker does: make the files of one clip, or its share of them."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from gdanim.batch.plan import PlannedClip
from gdanim.batch.shares import WHOLE, OtherFilmError, Piece, Recorded, Split, Task
from gdanim.core.digest import UnkeyableError, key_of, versions
from gdanim.core.serialize import own_types
from gdanim.descent.run import Run
from gdanim.errors import GdanimError
from gdanim.rendering.encode_plan import EncodePlan, encode_stretch, plan_encode, stretches_of
from gdanim.rendering.jobs import Job, origin_of
from gdanim.rendering.outputs import VideoOutput
from gdanim.rendering.pipeline import draw
from gdanim.rendering.result import Rendered, film_digest
from gdanim.rendering.sidecars import write_sidecars
from gdanim.rendering.tasks import RenderTask, film_of, prepare
from gdanim.scene import ONLY, Descent, Scene
from gdanim.scripting.load import choose
from gdanim.views.each import Each

# What the runs of a comparison share, and how they are shown.
SHARED = ("steps", "epochs", "batch_size", "stop", "seed")
SHOWN = ("panels", "layout", "pace", "size", "fps", "theme", "captions")
# gdanim's sources that decide how a run goes.
DESCENDING = ("core", "problems", "descent")


@dataclass(frozen=True)
class Order:
    """What to do of a clip, and the folder where recorded runs are kept."""

    clip: PlannedClip
    runs: Path
    task: Task = WHOLE


Made = list[Rendered] | Split | Piece
"""Files; or the shares in which they are to be made; or the stretch of a video."""


def compared(scenes: Mapping[str, Scene]) -> Scene:
    """One scene that shows the runs of several, each panel once for every run.

    They may differ in problem, optimizer and start; a title that is not that of all is left out.
    Raises GdanimError for those that compare runs already, and for those that differ in what runs
    share or how they are shown.
    """
    first = next(iter(scenes.values()))
    descents = dict[str, Descent | Run]()
    for label, scene in scenes.items():
        if list(scene.descents) != [ONLY]:
            raise GdanimError(f"compare: the scene of {label} compares runs already")
        descents[label] = scene.descents[ONLY]
    computed = [each for each in descents.values() if isinstance(each, Descent)]
    for label, scene in scenes.items():
        each = descents[label]
        pairs = [(name, getattr(scene, name), getattr(first, name)) for name in SHOWN]
        if isinstance(each, Descent):
            pairs += [(name, getattr(each, name), getattr(computed[0], name)) for name in SHARED]
        for name, one, other in pairs:
            if one != other if name in SHARED else not _alike(one, other):
                raise GdanimError(
                    f"compare: {label} changes {name} of the scene, which compared runs share; "
                    "sweep a knob that changes its problem, optimizer or start"
                )
    return replace(
        first,
        title=first.title if len({scene.title for scene in scenes.values()}) == 1 else "",
        descents=descents,
        panels={name: Each(view) for name, view in first.panels.items()},
    )


def _alike(one: Any, other: Any) -> bool:
    """Whether two fields of scenes say the same; of what no key can vouch for, that is assumed."""
    try:
        return key_of(one) == key_of(other)
    except UnkeyableError:
        return True


def make(order: Order) -> Made:
    """Descend, or take the runs that are known, and make the clip's files or share of them."""
    runs: list[Run] = []
    given = iter(order.task.split.runs if order.task.split else ())

    def record(descent: Descent) -> Run:
        known = next(given, None)
        runs.append(known.run(descent) if known else kept(descent, order.runs))
        return runs[-1]

    takes = prepare([job_of(order.clip)], order.clip.settings, record)
    if order.task.share is not None:
        return _share(order, takes)
    shares = sum(max(1, len(stretches_of(take, o))) for take in takes for o in take.outputs)
    if order.task.most is not None and shares > order.task.most:
        return Split(_reels(order.clip, takes), tuple(map(Recorded.of, runs)))
    return [rendered for take in takes for rendered in draw(take)]


def _reels(clip: PlannedClip, takes: Sequence[RenderTask]) -> dict[int, EncodePlan]:
    """The clip's files before they are made, by their outputs' numbers."""
    numbers = {output.path: number for number, output in enumerate(clip.outputs)}
    films = [(take, film_of(take)) for take in takes]
    return {
        numbers[output.path]: plan_encode(take, film, output)
        for take, film in films
        for output in take.outputs
    }


def _share(order: Order, takes: Sequence[RenderTask]) -> list[Rendered] | Piece:
    split, share = order.task.split, order.task.share
    assert split is not None and share is not None
    begun = time.perf_counter()
    path = order.clip.outputs[share.output].path
    ((take, output),) = ((t, o) for t in takes for o in t.outputs if o.path == path)
    film = film_of(take)
    # A script that was edited meanwhile, or one that gives another scene each time.
    if film_digest(film) != split.reels[share.output].digest:
        raise OtherFilmError(f"{order.clip.selection}: its film is not always the same")
    if share.frames is None:
        return list(draw(replace(take, outputs=(output,))))
    assert isinstance(output, VideoOutput)
    with tempfile.TemporaryDirectory(prefix="gdanim-") as folder:
        piece = Path(folder, f"piece{path.suffix}")
        frames = encode_stretch(take, film, output, share.frames, piece)
        first = share.frames.start == 0
        base = Path(folder, output.base.name)
        beside = write_sidecars(take, film, output, base) if first else ()
        content, others = piece.read_bytes(), {file.name: file.read_bytes() for file in beside}
    return Piece(content, frames, time.perf_counter() - begun, others)


def job_of(clip: PlannedClip) -> Job:
    """The clip's scene, or the comparison of its scenes; ScriptError when the script fails."""
    (function,) = choose(clip.selection)
    values = {label: function.values(texts) for label, texts in clip.knobs.items()}
    scenes = {label: function(**knobs) for label, knobs in values.items()}
    if len(scenes) > 1:
        return Job(compared(scenes), clip.outputs, function.script)
    ((label, scene),) = scenes.items()
    origin = origin_of(function, values[label])
    if clip.script is not None:
        origin = replace(origin, script=clip.script)
    return Job(scene, clip.outputs, function.script, origin)


def run_name(descent: Descent) -> str:
    """The name of the file that keeps the descent's run; UnkeyableError when none can."""
    return f"{key_of((key_of(descent, 'scene'), versions(DESCENDING)))}.npz"


def kept(descent: Descent, folder: Path) -> Run:
    """The run that `folder` keeps of this descent; else it is done now, and kept."""
    try:
        path = folder / run_name(descent)
    except UnkeyableError:
        return descent.run()
    if path.exists():
        try:
            return Run.load(path, own_types(descent))
        except GdanimError:
            path.unlink(missing_ok=True)
    run = descent.run()
    # A run that no file can keep is done again next time.
    with suppress(GdanimError):
        run.save(path)
    return run
