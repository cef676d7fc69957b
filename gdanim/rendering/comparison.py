"""The runs of several scenes in one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from gdanim.core.digest import UnkeyableError, key_of
from gdanim.descent.run import Run
from gdanim.errors import GdanimError
from gdanim.scene import ONLY, Descent, Scene
from gdanim.views.each import Each

# What the runs of a comparison share, and how they are shown.
SHARED = ("steps", "epochs", "batch_size", "stop", "seed")
SHOWN = ("panels", "layout", "pace", "size", "fps", "theme", "captions", "notes", "chapters")


def compared(scenes: Mapping[str, Scene]) -> Scene:
    """Return one scene that shows the runs of several, each panel once for every run.

    They may differ in problem, optimizer and start; a title that they do not share is left out.
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
    """Tell whether two fields of scenes are equal; those without a key count as equal."""
    try:
        return key_of(one) == key_of(other)
    except UnkeyableError:
        return True
