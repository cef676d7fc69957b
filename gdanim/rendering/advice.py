"""What to do about unsuccessful runs, with the knobs of the scene that they come from."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from gdanim.errors import GdanimError
from gdanim.narration.advice import advice, constant_rate, in_words
from gdanim.rendering.tasks import RenderTask
from gdanim.scene import Descent, Scene
from gdanim.scripting.knobs import Value
from gdanim.scripting.load import SceneFunction, load


def advice_of(task: RenderTask) -> str:
    """Say what to do about a task's runs, if they are unsuccessful; else nothing.

    A learning rate is suggested as `--set KNOB=...` if a knob of the scene sets it.
    """

    def how(rate: float) -> str:
        knob = _knob(task, rate)
        return f"use --set {knob}={rate:g}" if knob else in_words(rate)

    return advice(task.runs, how)


def _knob(task: RenderTask, rate: float) -> str:
    """Find by trial the knob that sets the learning rate to `rate`; empty if none does."""
    used = constant_rate(next(iter(task.runs.values())))
    if task.script is None or task.origin is None or used is None:
        return ""
    values = task.origin.knobs
    likely = [name for name, value in values.items() if type(value) is float and value == used]
    if not likely:
        return ""
    try:
        scenes = [one for one in load(task.script).scenes if one.name == task.origin.scene]
        found = (name for name in likely for one in scenes if _sets(one, values, name, rate))
        return next(found, "")
    except GdanimError:
        return ""


def _sets(scene: SceneFunction, values: Mapping[str, Value], name: str, rate: float) -> bool:
    """Whether a knob allows the rate, and makes it the learning rate of the first descent."""
    knob = next(knob for knob in scene.knobs if knob.name == name)
    if not knob.allows(rate):
        return False
    made: Scene = scene(**{**values, name: rate})
    first = next(iter(made.descents.values()))
    return isinstance(first, Descent) and np.array_equal(first.optimizer.lr, rate)  # type: ignore[arg-type]
