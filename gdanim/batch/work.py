"""What a worker does: make the files of one clip."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from gdanim.batch.keys import UnkeyableError, key_of, versions
from gdanim.batch.plan import Clip
from gdanim.descent.run import Run
from gdanim.errors import GdanimError
from gdanim.film.save import Progress
from gdanim.rendering import Rendered, prepare
from gdanim.requests import Job, origin_of
from gdanim.scene import ONLY, Descent, Scene
from gdanim.script import choose
from gdanim.views.each import Each

# What the runs of a comparison share.
SHARED = ("steps", "epochs", "batch_size", "stop", "seed")
# gdanim's sources that decide how a run goes.
DESCENDING = ("arrays.py", "problems", "descent")


@dataclass(frozen=True)
class Order:
    """A clip to make in up to `jobs` processes, and the folder where recorded runs are kept."""

    clip: Clip
    runs: Path
    jobs: int = 1


def compared(scenes: Mapping[str, Scene]) -> Scene:
    """One scene that shows the runs of several, each panel once for every run.

    They may differ in problem, optimizer and start. Raises GdanimError for those that compare runs
    already, and for those that differ in what runs share.
    """
    first = next(iter(scenes.values()))
    for label, scene in scenes.items():
        if list(scene.descents()) != [ONLY]:
            raise GdanimError(f"compare: the scene of {label} compares runs already")
        for field in SHARED:
            if getattr(scene, field) != getattr(first, field):
                raise GdanimError(
                    f"compare: {label} changes {field} of the scene, which compared runs share; "
                    "sweep a knob that changes its problem, optimizer or start"
                )
    descents = {label: scene.descents()[ONLY] for label, scene in scenes.items()}
    return replace(
        first,
        problem={label: descent.problem for label, descent in descents.items()},
        optimizer={label: descent.optimizer for label, descent in descents.items()},
        start={label: descent.start for label, descent in descents.items()},
        panels={name: Each(view) for name, view in first.panels.items()},
    )


def make(order: Order) -> list[Rendered]:
    """Descend, or take the runs that were kept, and make the clip's files."""
    takes = prepare([job_of(order.clip)], order.clip.settings, partial(kept, folder=order.runs))
    return [rendered for take in takes for rendered in take.files(_unwatched, order.jobs)]


def job_of(clip: Clip) -> Job:
    """The clip's scene, or the comparison of its scenes; ScriptError when the script fails."""
    (function,) = choose(clip.selection)
    values = {label: function.values(texts) for label, texts in clip.knobs.items()}
    scenes = {label: function(**knobs) for label, knobs in values.items()}
    if len(scenes) > 1:
        return Job(compared(scenes), clip.outputs, function.script)
    ((label, scene),) = scenes.items()
    origin = origin_of(function, values[label])
    return Job(scene, clip.outputs, function.script, origin)


def _unwatched(path: Path, frames: int) -> AbstractContextManager[Progress]:
    return nullcontext(lambda done, total: None)


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
            return Run.load(path)
        except GdanimError:
            path.unlink(missing_ok=True)
    run = descent.run()
    # A run that no file can keep is done again next time.
    with suppress(GdanimError):
        folder.mkdir(parents=True, exist_ok=True)
        run.save(path)
    return run
