"""What a page is told of a look beside its pictures."""

from __future__ import annotations

import math
import shlex

from gdanim.core.words import plain
from gdanim.film.captions import captions
from gdanim.film.film import Film
from gdanim.narration.alternative_text import alternative_text
from gdanim.playground.by_hand import hands_of
from gdanim.playground.messages import About, Line, Look, Show
from gdanim.rendering.jobs import shown_path
from gdanim.scene import Scene
from gdanim.scripting.load import SceneFunction


def about_of(request: Show, scene: Scene, film: Film, function: SceneFunction) -> About:
    """Say all of a film but its pictures."""
    clip, timeline = film.clip, film.timeline
    losses = {plain(label): run.losses[clip.steps(label)] for label, run in clip.runs.items()}
    return About(
        request.number,
        film.size,
        timeline.fps,
        timeline.steps.tolist(),
        {label: [_number(loss) for loss in each] for label, each in losses.items()},
        [Line(plain(one.text), one.first, one.last) for one in captions(clip)],
        alternative_text(clip, film.panels),
        _command(request.look, function),
        film.notice,
        hands_of(scene, film),
    )


def _command(look: Look, function: SceneFunction) -> str:
    """Write the command that renders the same video; none if something was moved by hand."""
    if look.start or look.points:
        return ""
    defaults = {knob.name: knob.default for knob in function.knobs}
    values = function.values(look.knobs)
    changed = {name: value for name, value in values.items() if value != defaults[name]}
    words = ["gdanim", "render", f"{shown_path(function.script)}::{function.name}"]
    words += [f"--set={name}={value}" for name, value in changed.items()]
    words += [f"--theme={look.theme}"] if look.theme else []
    words += ["--size={}x{}".format(*look.size)] if look.size else []
    return shlex.join(words)


def _number(loss: float) -> float | None:
    """Return the first digits of a loss, or None, as JSON has no infinity."""
    return float(f"{loss:.6g}") if math.isfinite(loss) else None
