"""A scene: all that a video needs, as a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from numpy.typing import ArrayLike

from gdanim.descent.loop import descend
from gdanim.descent.optimizer import Optimizer
from gdanim.descent.run import Run
from gdanim.errors import GdanimError
from gdanim.film.film import Film
from gdanim.problems.problem import Problem
from gdanim.timeline import Even, Pace
from gdanim.views.base import Clip, View
from gdanim.views.fit import Fit
from gdanim.views.theme import LIGHT, Theme

if TYPE_CHECKING:
    from matplotlib.animation import FuncAnimation

SIZE = (1280, 720)
FPS = 30


@dataclass(frozen=True, eq=False)
class Scene:
    """Problem, optimizer, start, number of steps, and how they are shown.

    `start` is `[P]`; None draws one from `seed` as the model suggests. `panels` are views by
    name, `layout` places them as matplotlib's mosaics do (`"fit bowl; fit loss"`; side by side
    when None). `size` is width and height in pixels, `fps` the frames per second (None leaves it
    to the render's quality), `pace` says which steps the frames show. A Scene is a value: making
    one computes nothing.
    """

    problem: Problem
    optimizer: Optimizer
    start: ArrayLike | None = None
    steps: int = 300
    title: str = ""
    panels: Mapping[str, View] = field(default_factory=lambda: {"fit": Fit()})
    layout: str | None = None
    pace: Pace = field(default_factory=Even)
    size: tuple[int, int] = SIZE
    fps: int | None = None
    theme: Theme = LIGHT
    seed: int = 0

    def __post_init__(self) -> None:
        if self.steps < 0:
            raise GdanimError(f"steps: must be at least 0, got {self.steps}")
        if not self.panels:
            raise GdanimError("panels: a scene needs at least one, such as {'fit': views.Fit()}")

    def run(self) -> Run:
        """Descend: the recorded run that the video shows."""
        return descend(self.problem, self.optimizer, self.start, self.steps, self.seed)

    def film(self, run: Run | None = None) -> Film:
        """The frames, ready to be drawn in any order; of `run` where that is done already."""
        run = self.run() if run is None else run
        timeline = self.pace.timeline(run, self.fps or FPS)
        clip = Clip(run, timeline, self.theme, self.title)
        return Film(clip, self.panels, self.layout, self.size)

    def animation(self) -> FuncAnimation:
        """matplotlib's animation of the scene: for `to_jshtml`, a window, a writer of your own."""
        return self.film().animation()
